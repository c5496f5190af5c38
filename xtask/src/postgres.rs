//! A throw-away PostgreSQL: its own folder in memory, its own port, gone when its owner is gone.
//!
//! Invariants: it is as durable as a real one (`fsync` and `synchronous_commit` stay on: the server refuses anything
//! else), it listens on the loopback address only, and it is stopped and wiped even when this process is killed: a
//! small shell outside our process group waits for the end of a pipe that only we hold open.
//! Limits: PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::programs;

/// The superuser of the throw-away server; there is no password, only the loopback address.
const USER: &str = "owed";
/// Less than this in `/dev/shm` (a container's default is 64 MB) and the disk is used instead.
const LEAST_MEMORY_KB: u64 = 2_000_000;
/// Tests run side by side and each opens writers and readers of its own.
const SETTINGS: &str = "-c fsync=on -c synchronous_commit=on -c max_connections=400 -c shared_buffers=128MB \
    -c max_wal_size=2GB -c unix_socket_directories= -c logging_collector=off";

pub struct Postgres {
    url: String,
    guard: Child,
}

impl Postgres {
    /// Creates and starts a server; it answers when this returns.
    pub fn start() -> Result<Postgres, String> {
        let programs = programs::postgres_folder()?;
        let owner = if programs::is_root() { Some(unprivileged_user()?) } else { None };
        let folder = memory_folder().join(format!("owed-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        if let Some(owner) = &owner {
            chown(&folder, Some(owner.user), Some(owner.group))
                .map_err(|error| format!("cannot hand over {}: {error}", folder.display()))?;
        }
        let server = Server { programs, folder, owner };
        // The guard comes first, so that nothing it should clear away can be left behind.
        let guard = server.spawn_guard()?;
        let port = free_port()?;
        let started = server.initialize().and_then(|()| server.launch(port));
        let postgres = Postgres { url: format!("postgres://{USER}@127.0.0.1:{port}/postgres"), guard };
        started.map(|()| postgres)
    }

    /// For `OWED_TEST_POSTGRES_URL`: a superuser, so that tests may create databases.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: could not wait until PostgreSQL stopped: {error}");
        }
    }
}

/// Runs one until a line (or the end) comes on standard input, or this process is interrupted.
pub fn in_foreground() -> Result<(), String> {
    let postgres = Postgres::start()?;
    println!("{}", postgres.url());
    eprintln!("xtask: PostgreSQL runs until you press Enter; its data is gone afterwards");
    let _ = std::io::stdin().read(&mut [0]);
    Ok(())
}

struct Owner {
    name: &'static str,
    user: u32,
    group: u32,
}

struct Server {
    programs: PathBuf,
    folder: PathBuf,
    owner: Option<Owner>,
}

impl Server {
    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn initialize(&self) -> Result<(), String> {
        self.run("initdb", &["-D", &self.data(), "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
    }

    fn launch(&self, port: u16) -> Result<(), String> {
        let log = self.folder.join("log").display().to_string();
        let options = format!("-h 127.0.0.1 -p {port} {SETTINGS}");
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-t", "60", "-l", &log, "-o", &options, "start"])
            .map_err(|error| format!("{error}\n{}", std::fs::read_to_string(&log).unwrap_or_default()))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        // Its output goes to a file, not a pipe: the daemon inherits it, and a pipe would stay open as long as it runs.
        let said = self.folder.join(format!("{program}.out"));
        let file = std::fs::File::create(&said).map_err(|error| format!("cannot write {}: {error}", said.display()))?;
        let twin = file.try_clone().map_err(|error| format!("cannot write {}: {error}", said.display()))?;
        let status =
            self.command(program).args(arguments).current_dir("/").stdin(Stdio::null()).stdout(file).stderr(twin).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{program} ended with {status}\n{}", std::fs::read_to_string(&said).unwrap_or_default())),
            Err(error) => Err(format!("cannot run {program}: {error}")),
        }
    }

    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let Some(owner) = &self.owner else { return Command::new(path) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={}", owner.user)).arg(format!("--regid={}", owner.group)).arg("--clear-groups").arg(path);
        command
    }

    fn spawn_guard(&self) -> Result<Child, String> {
        let stop = self.command("pg_ctl");
        let words: Vec<String> = std::iter::once(stop.get_program())
            .chain(stop.get_args())
            .map(|word| format!("'{}'", word.to_string_lossy()))
            .collect();
        let script = format!(
            "trap '' HUP INT TERM; cat >/dev/null; {} -D '{}' -m immediate -w stop >/dev/null 2>&1; rm -rf '{}'",
            words.join(" "),
            self.data(),
            self.folder.display()
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &script])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        command.spawn().map_err(|error| format!("cannot start the shell that stops PostgreSQL: {error}"))
    }
}

fn unprivileged_user() -> Result<Owner, String> {
    let id = |flag: &str, name: &str| programs::quiet("id", &[flag, name])?.parse::<u32>().ok();
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some(Owner { name, user: id("-u", name)?, group: id("-g", name)? }))
        .inspect(|owner| eprintln!("xtask: PostgreSQL runs as {}", owner.name))
        .ok_or_else(|| "PostgreSQL does not run as root, and there is neither a user postgres nor nobody".to_owned())
}

fn memory_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if free_kilobytes(memory).is_some_and(|free| free >= LEAST_MEMORY_KB) { memory.to_owned() } else { std::env::temp_dir() }
}

fn free_kilobytes(folder: &Path) -> Option<u64> {
    let table = programs::quiet("df", &["-Pk", folder.to_str()?])?;
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no port is free: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no port is free: {error}"))
}
