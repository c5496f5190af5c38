//! Pictures of every paper and mail, so that a change of looks is seen in the change itself: `docs/gallery`.
//!
//! Limits: the pages are drawn by poppler (`pdftoppm`) and the mails by Chromium, whose own versions show in the pictures.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs;

/// Dots to the inch: a page is about 600 wide.
const RESOLUTION: &str = "72";
/// A paper shows so many of its pages.
const PAGES: &str = "2";
/// Width and height of the window in which a mail is read.
const WINDOW: &str = "--window-size=640,760";

/// Draws all of them anew.
pub fn draw() -> Result<(), String> {
    let browser = programs::browser()?;
    programs::poppler()?;
    let root = crate::steps::root();
    let (made, shown) = (root.join("target/gallery"), root.join("docs/gallery"));
    let (papers, mails) = (made.join("papers"), made.join("mails"));
    if made.exists() {
        std::fs::remove_dir_all(&made).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    run("cargo", &["run", "--release", "-p", "documents", "--example", "press", "--", "print", &text(&papers)?])?;
    run("cargo", &["run", "--release", "-p", "engine", "--example", "letters", "--", &text(&mails)?])?;
    std::fs::create_dir_all(&shown).map_err(|error| format!("{}: {error}", shown.display()))?;
    // What is no longer drawn goes.
    for old in files(&shown, "png")? {
        std::fs::remove_file(&old).map_err(|error| format!("{}: {error}", old.display()))?;
    }
    for paper in files(&papers, "pdf")? {
        let (from, to) = (text(&paper)?, text(&shown.join(name(&paper)))?);
        run("pdftoppm", &["-png", "-r", RESOLUTION, "-l", PAGES, &from, &to])?;
    }
    for mail in files(&mails, "html")? {
        let to = format!("--screenshot={}", text(&shown.join(format!("mail-{}.png", name(&mail))))?);
        let page = format!("file://{}", text(&mail)?);
        run(&text(&browser)?, &["--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", WINDOW, &to, &page])?;
    }
    println!("xtask: {} pictures in {}", files(&shown, "png")?.len(), shown.display());
    Ok(())
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let status = Command::new(program).args(arguments).current_dir(crate::steps::root()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("cannot run {program}: {error}")),
    }
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.extension().is_some_and(|own| own == extension));
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn text(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{} cannot be written as text", path.display()))
}
