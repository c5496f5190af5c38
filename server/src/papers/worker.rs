//! A process of its own for templates that are not ours: `owed render-worker`. It reads one errand and writes one PDF.
//!
//! Invariants: before it reads anything the process gives up what it could do harm with: it can open no file and no socket (it
//! may have no more than the three descriptors it was born with), write no file, use no more than [`WORK_SECONDS`] of a processor
//! and [`MEMORY`] of memory, and leave no core behind; its environment is empty. From outside it is ended after [`LONGEST`],
//! whatever it does, and no more than [`LARGEST`] is read from it. Left out: a limit on processes and threads, which the system
//! counts by user and which would hit the server too; a template can start neither.

use std::io::{Read, Write};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::{Mistake, Papers};

/// The most seconds of a processor that one paper takes; a page takes 0.03.
pub const WORK_SECONDS: u64 = 10;
/// The most address space, in bytes. The typesetter itself takes some 120 MB of it.
pub const MEMORY: u64 = 768 * 1024 * 1024;
/// The most time, however busy the machine is.
pub const LONGEST: Duration = Duration::from_secs(30);
/// The largest PDF, in bytes.
pub const LARGEST: u64 = 32 * 1024 * 1024;
/// The longest errand, in bytes: a paper of 5,000 rows and a picture of 1 MB have a tenth.
const ERRAND: u64 = 64 * 1024 * 1024;
/// So much of what it says of its own end is read.
const LAST_WORDS: u64 = 4096;
/// How the process says that the template has mistakes, which it lists in place of a PDF.
const MISTAKES: u8 = 3;

/// Why there is no paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// The template is at fault, place by place.
    Mistakes(Vec<Mistake>),
    /// The template wanted more than it may have.
    Limit(String),
    /// The values are at fault, whatever the template.
    Values(String),
    /// The process could not be started or spoken to.
    NotStarted(String),
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failed::Mistakes(all) => f.write_str(&all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
            Failed::Limit(why) | Failed::Values(why) => f.write_str(why),
            Failed::NotStarted(why) => write!(f, "the process for templates could not be started: {why}"),
        }
    }
}

/// Runs an errand in a process started by `command`. Cancel safe: a process that nobody waits for is ended.
pub async fn run(command: std::process::Command, errand: Vec<u8>) -> Result<Vec<u8>, Failed> {
    let lost = |error: std::io::Error| Failed::NotStarted(error.to_string());
    let mut child = Command::from(command)
        .env_clear()
        // One paper needs one thread, and threads reserve memory that counts.
        .env("RAYON_NUM_THREADS", "1")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(lost)?;
    match tokio::time::timeout(LONGEST, converse(&mut child, errand)).await {
        Ok(said) => judge(said.map_err(lost)?),
        Err(_) => Err(Failed::Limit(format!("the template took longer than {} seconds", LONGEST.as_secs()))),
    }
}

/// What a process left.
struct Said {
    out: Vec<u8>,
    last_words: Vec<u8>,
    status: ExitStatus,
}

async fn converse(child: &mut Child, errand: Vec<u8>) -> std::io::Result<Said> {
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let hand_over = async {
        if let Some(pipe) = &mut stdin {
            // A process that ends before it has read all says why by its end.
            let _ = pipe.write_all(&errand).await;
        }
        drop(stdin);
    };
    let ((), out, last_words) = tokio::join!(hand_over, read(stdout, LARGEST + 1), read(stderr, LAST_WORDS));
    let (out, last_words) = (out?, last_words?);
    if out.len() as u64 > LARGEST {
        child.kill().await?;
    }
    Ok(Said { out, last_words, status: child.wait().await? })
}

/// Reads to the end or to `most` bytes; whoever writes more finds the pipe closed.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(pipe) = from {
        pipe.take(most).read_to_end(&mut all).await?;
    }
    Ok(all)
}

fn judge(said: Said) -> Result<Vec<u8>, Failed> {
    use std::os::unix::process::ExitStatusExt;
    if said.out.len() as u64 > LARGEST {
        return Err(Failed::Limit(format!("the paper would be larger than {} MB", LARGEST / 1024 / 1024)));
    }
    match (said.status.code(), said.status.signal()) {
        (Some(0), _) if said.out.starts_with(b"%PDF-") => Ok(said.out),
        (Some(code), _) if code == i32::from(MISTAKES) => {
            let mistakes = serde_json::from_slice(&said.out);
            Err(mistakes.map_or_else(|error| Failed::NotStarted(error.to_string()), Failed::Mistakes))
        }
        // SIGXCPU, and SIGKILL where that was not heard.
        (_, Some(24 | 9)) => Err(Failed::Limit(format!("the template took more than {WORK_SECONDS} seconds of work"))),
        // SIGABRT, SIGBUS and SIGSEGV: an allocation was refused, or the stack ran out.
        (_, Some(6 | 7 | 11)) => Err(Failed::Limit(format!("the template needed more memory than {} MB", MEMORY / 1024 / 1024))),
        _ => {
            let words = String::from_utf8_lossy(&said.last_words);
            let first = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            Err(Failed::Limit(format!("the typesetter gave up: {first}")))
        }
    }
}

/// The process itself. Never opens anything: what it needs comes on its standard input.
pub fn work(papers: Papers) -> ExitCode {
    if let Err(error) = give_up_everything() {
        eprintln!("limits cannot be set: {error}");
        return ExitCode::FAILURE;
    }
    let mut errand = Vec::new();
    if let Err(error) = std::io::stdin().take(ERRAND).read_to_end(&mut errand) {
        eprintln!("the errand cannot be read: {error}");
        return ExitCode::FAILURE;
    }
    let (answer, code) = match (papers.perform)(&errand) {
        Ok(pdf) => (pdf, ExitCode::SUCCESS),
        Err(mistakes) => (serde_json::to_vec(&mistakes).unwrap_or_default(), ExitCode::from(MISTAKES)),
    };
    match std::io::stdout().write_all(&answer) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

fn give_up_everything() -> rustix::io::Result<()> {
    let no_more_than = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    setrlimit(Resource::Cpu, Rlimit { current: Some(WORK_SECONDS), maximum: Some(WORK_SECONDS + 1) })?;
    no_more_than(Resource::As, MEMORY)?;
    no_more_than(Resource::Core, 0)?;
    no_more_than(Resource::Fsize, 0)?;
    no_more_than(Resource::Nofile, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell does in the worker's place.
    fn ended(script: &str) -> Result<Vec<u8>, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", script]);
        runtime.block_on(run(command, b"{\"an\": \"errand\"}\n".to_vec()))
    }

    #[test]
    fn a_paper_and_mistakes_come_back() {
        assert_eq!(ended("printf '%%PDF-'; cat"), Ok(b"%PDF-{\"an\": \"errand\"}\n".to_vec()));
        let list = "[{\"place\":[3,10],\"message\":\"unknown variable: x\"},{\"place\":null,\"message\":\"no title\"}]";
        let Err(failed) = ended(&format!("printf '%s' '{list}'; exit 3")) else { panic!("there are mistakes") };
        assert_eq!(failed.to_string(), "line 3, column 10: unknown variable: x; no title");
    }

    #[test]
    fn whatever_it_does_it_ends_with_a_reason() {
        for (script, why) in [
            ("cat >/dev/null; cat /dev/zero", "larger than 32 MB"),
            ("kill -XCPU $$", "10 seconds of work"),
            ("kill -KILL $$", "10 seconds of work"),
            ("kill -ABRT $$", "more memory than 768 MB"),
            ("kill -SEGV $$", "more memory than 768 MB"),
            ("echo 'a word' >&2; exit 101", "gave up: a word"),
            ("exec 0<&-; exit 0", "gave up: it said nothing"),
            ("cat >/dev/null; cat /dev/zero >&2; exit 1", "gave up"),
        ] {
            let Err(Failed::Limit(said)) = ended(script) else { panic!("{script}: no limit") };
            assert!(said.contains(why), "{script}: {said}");
        }
        let missing = std::process::Command::new("/nowhere/at-all");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert!(matches!(runtime.block_on(run(missing, Vec::new())), Err(Failed::NotStarted(_))));
    }

    #[test]
    fn nothing_of_the_environment_goes_along() {
        let Ok(said) = ended("printf '%%PDF-'; env") else { panic!("a shell says what it has") };
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains("RAYON_NUM_THREADS=1") && !said.contains("HOME=") && !said.contains("OWED"), "{said}");
    }
}
