//! A client that sends the same kind of request again and again over one connection and notes how long each took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Where requests go, and their bodies; each client walks through them from a place of its own.
#[derive(Clone)]
pub struct Target {
    pub address: std::net::SocketAddr,
    pub path: String,
    pub key: String,
    pub bodies: Arc<Vec<String>>,
}

/// One request with its whole answer: status and body.
pub async fn ask(stream: &mut TcpStream, method: &str, target: &Target, body: &str) -> Result<(u16, String), String> {
    let head = format!(
        "{method} {} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        target.path,
        target.key,
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.map_err(|e| e.to_string())?;
    let mut buffer = Vec::with_capacity(2048);
    loop {
        if let Some(answer) = whole(&buffer) {
            return Ok(answer);
        }
        let mut chunk = [0_u8; 8192];
        let read = stream.read(&mut chunk).await.map_err(|e| e.to_string())?;
        if read == 0 {
            return Err("the server closed the connection".to_owned());
        }
        buffer.extend_from_slice(&chunk[..read]);
    }
}

/// Status and body, once all of it has arrived.
fn whole(buffer: &[u8]) -> Option<(u16, String)> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&buffer[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|text| text.trim().to_owned()))?
        .parse::<usize>()
        .ok()?;
    let body = buffer.get(end + 4..end + 4 + length)?;
    Some((status, String::from_utf8_lossy(body).into_owned()))
}

/// Sends until the end; answers the times of the requests after the beginning, and how many were not 2xx.
pub async fn client(target: &Target, place: usize, begin: Instant, until: Instant) -> Result<(Vec<Duration>, u64), String> {
    let mut stream = TcpStream::connect(target.address).await.map_err(|e| e.to_string())?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let (mut times, mut refused, mut at) = (Vec::new(), 0, place * 7919);
    while Instant::now() < until {
        let body = &target.bodies[at % target.bodies.len()];
        at += 1;
        let sent = Instant::now();
        let (status, _) = ask(&mut stream, "POST", target, body).await?;
        if sent >= begin {
            times.push(sent.elapsed());
            refused += u64::from(!(200..300).contains(&status));
        }
    }
    Ok((times, refused))
}
