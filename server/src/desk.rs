//! The desk beside a running server: a private socket in the data folder, by which `owed key` and `owed user` reach it.
//!
//! On SQLite one process writes, so a command cannot do these things itself while a server runs. It writes one line of JSON,
//! an [`Errand`], and reads one line, the answer.
//! Invariants: only the user who runs the server (and root) can open the socket, which is checked twice: by its mode, 0600, and
//! by who is at the other end; it does nothing that this user could not do with the database file. Limits: one errand at a
//! time, [`MOST`] bytes each, [`PATIENCE`] to say it. Left out: PostgreSQL, where commands write by themselves.

use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::db::Db;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use crate::commands::errands::{Errand, Reply, carry_out};
use crate::config::Config;
use crate::run::Failure;

const SOCKET: &str = "owed.sock";
/// The longest line either way, in bytes.
const MOST: u64 = 1 << 20;
/// How long whoever came may take to say what they want, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a command waits for the server to do it.
const WAIT: Duration = Duration::from_secs(30);
/// A pause after the system refused us a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What comes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(Reply),
    /// A sentence that says why not.
    Refused(String),
}

/// The open desk. Dropping it closes it and takes the socket away.
pub struct Desk {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Desk {
    /// Opens it, where the database is a file. The caller holds the lock of the data folder, so a socket that is there already
    /// was left by a process that has died. A desk that cannot be opened is a warning: serving goes on without it.
    pub fn open(config: &Config, db: &Db) -> Option<Desk> {
        if config.database_url.is_some() {
            return None;
        }
        let path = config.data.join(SOCKET);
        match listen(&path) {
            Ok((listener, owner)) => {
                let task = tokio::spawn(attend(listener, owner, db.clone()));
                Some(Desk { path, task })
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "`owed key` and `owed user` will not reach this server");
                None
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
        // When it is gone already there is nothing left to do.
        std::fs::remove_file(&self.path).ok();
    }
}

/// The socket, and who owns it.
fn listen(path: &Path) -> io::Result<(UnixListener, u32)> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok((listener, std::fs::metadata(path)?.uid()))
}

/// Hears one after the other, until the server ends.
async fn attend(listener: UnixListener, owner: u32, db: Db) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "somebody could not come to the desk");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        match stream.peer_cred() {
            Ok(who) if who.uid() == owner || who.uid() == 0 => {}
            _ => {
                tracing::warn!("another user came to the desk and was sent away");
                continue;
            }
        }
        if let Err(error) = hear(stream, &db).await {
            tracing::warn!(%error, "an errand could not be heard or answered");
        }
    }
}

async fn hear(mut stream: UnixStream, db: &Db) -> io::Result<()> {
    let mut line = String::new();
    let (reading, mut writing) = stream.split();
    tokio::time::timeout(PATIENCE, BufReader::new(reading.take(MOST)).read_line(&mut line)).await??;
    // A look whether anybody is here.
    if line.is_empty() {
        return Ok(());
    }
    let answer = match serde_json::from_str::<Errand>(&line) {
        Ok(errand) => {
            tracing::info!(errand = ?errand.what, "at the desk");
            carry_out(db, errand).await.map_or_else(|failure| Answer::Refused(failure.to_string()), Answer::Done)
        }
        Err(_) => Answer::Refused("the running server does not understand this; is it of another version?".to_owned()),
    };
    let mut text = serde_json::to_string(&answer).map_err(io::Error::other)?;
    text.push('\n');
    tokio::time::timeout(PATIENCE, writing.write_all(text.as_bytes())).await?
}

/// Whether a server has its desk open in this folder.
pub async fn somebody_serves(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).await.is_ok()
}

/// Gives an errand to the server that runs on this folder. None: nobody is there.
pub async fn ask(data: &Path, errand: &Errand) -> Option<Result<Reply, Failure>> {
    let stream = match UnixStream::connect(data.join(SOCKET)).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let sentence = "a server runs on this folder as another user; run this as that user".to_owned();
            return Some(Err(Failure::Other(sentence)));
        }
        // Never there, or left behind by a server that has died.
        Err(_) => return None,
    };
    let asked = tokio::time::timeout(WAIT, exchange(stream, errand)).await;
    Some(match asked {
        Ok(Ok(Answer::Done(reply))) => Ok(reply),
        Ok(Ok(Answer::Refused(sentence))) => Err(Failure::Other(sentence)),
        Ok(Err(error)) => Err(Failure::Other(format!("the running server did not answer: {error}"))),
        Err(_) => Err(Failure::Other("the running server did not answer in time; look whether it was done".to_owned())),
    })
}

async fn exchange(mut stream: UnixStream, errand: &Errand) -> io::Result<Answer> {
    let mut line = serde_json::to_string(errand).map_err(io::Error::other)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream.take(MOST)).read_line(&mut answer).await?;
    serde_json::from_str(&answer).map_err(io::Error::other)
}
