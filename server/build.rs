//! Tells the program which source it was built from, when that can be known, and rebuilds it when a page or a style
//! changes. A build from an archive without git is a good build: its id is then the version alone.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-env-changed=OWED_BUILD_SHA");
    let (version, sha) = (env!("CARGO_PKG_VERSION"), sha());
    let id = if sha.is_empty() { version.to_owned() } else { format!("{version}+{sha}") };
    println!("cargo:rustc-env=OWED_BUILD_SHA={sha}");
    println!("cargo:rustc-env=OWED_BUILD_ID={id}");
}

/// The commit, from the environment of a release build or else from git; empty when neither knows.
fn sha() -> String {
    let text = std::env::var("OWED_BUILD_SHA").ok().or_else(from_git).unwrap_or_default();
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') { text } else { String::new() }
}

/// Asks git, and asks again after each commit. Whoever commits often and minds rebuilding sets the variable.
fn from_git() -> Option<String> {
    // A second working tree keeps it elsewhere.
    if let Some(heads) = git(&["--git-path", "logs/HEAD"]).filter(|heads| Path::new(heads).exists()) {
        println!("cargo:rerun-if-changed={heads}");
    }
    git(&["--short=12", "HEAD"])
}

fn git(asked: &[&str]) -> Option<String> {
    let out = Command::new("git").arg("rev-parse").args(asked).output().ok()?;
    if out.status.success() { Some(String::from_utf8(out.stdout).ok()?.trim().to_owned()) } else { None }
}
