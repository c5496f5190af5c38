//! Brings a processor's messages to the address that it was told, while its clock runs with the machine's.
//!
//! Invariants: messages arrive in the order in which things happened, each twice, as processors send them now and then; one that
//! was not taken is brought again until it is. Limits: plain HTTP to this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::hosted::Hosted;

const ROUND: Duration = Duration::from_millis(200);

/// A message as it arrives.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Whoever brings them.
#[derive(Debug, Default)]
pub struct Courier {
    address: Mutex<Option<String>>,
}

/// Seconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

impl Courier {
    /// Everything that happens goes there from now on.
    pub fn deliver_to(&self, address: String) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// Goes on until the runtime ends.
    pub async fn run(self: Arc<Courier>, processor: Arc<dyn Hosted>) {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        loop {
            tokio::time::sleep(ROUND).await;
            processor.pass(now());
            let Some(address) = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone() else { continue };
            waiting.extend(processor.news(&address).into_iter().flat_map(|message| [message.clone(), message]));
            while let Some(message) = waiting.front() {
                match bring(&address, message).await {
                    Ok(true) => drop(waiting.pop_front()),
                    Ok(false) | Err(_) => break,
                }
            }
        }
    }
}

/// Whether it was taken.
async fn bring(address: &str, message: &Message) -> std::io::Result<bool> {
    let rest = address.strip_prefix("http://").unwrap_or(address);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut head =
        format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", message.body.len());
    for (name, value) in &message.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut line = TcpStream::connect(host).await?;
    line.write_all(head.as_bytes()).await?;
    line.write_all(&message.body).await?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}
