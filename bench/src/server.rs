//! Starts the real binary in a folder of its own, with one business, and prepares customers to be paid.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::http::{Target, ask};

/// A fresh folder on the disk where the build is, so that fsync is that of a disk.
pub fn place() -> Result<PathBuf, String> {
    let place = std::env::current_exe().map_err(|e| e.to_string())?.with_file_name(format!("bench-{}", std::process::id()));
    std::fs::create_dir_all(&place).map_err(|e| format!("cannot create {}: {e}", place.display()))?;
    Ok(place)
}

fn binary() -> Result<PathBuf, String> {
    let binary = std::env::current_exe().map_err(|e| e.to_string())?.with_file_name("owed");
    if binary.exists() {
        Ok(binary)
    } else {
        Err(format!("{} is not there: run `cargo build --release` first", binary.display()))
    }
}

/// The running server.
pub struct Server {
    child: Child,
    address: SocketAddr,
    key: String,
}

impl Server {
    /// Sets a business up and starts to serve it; answers how long it took from the start until it listened.
    pub async fn start(name: &str, url: Option<&str>, place: &Path) -> Result<(Server, Duration), String> {
        let data = place.join(name);
        let arguments = |command: &mut Command| {
            command.arg("--data").arg(&data).env("OWED_LOG", "error");
            if let Some(url) = url {
                command.arg("--database-url").arg(url);
            }
        };
        let mut setup = Command::new(binary()?);
        setup.args([
            "setup",
            "--business",
            &format!("Bench {}", std::process::id()),
            "--currency",
            "USD",
            "--email",
            "bench@owed.example",
        ]);
        setup.args(["--password-stdin", "--api-key"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        arguments(&mut setup);
        let mut setup = setup.spawn().map_err(|e| e.to_string())?;
        let mut stdin = setup.stdin.take().ok_or("no standard input")?;
        stdin.write_all(b"a password for the bench\n").await.map_err(|e| e.to_string())?;
        drop(stdin);
        let output = setup.wait_with_output().await.map_err(|e| e.to_string())?;
        let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !output.status.success() || key.is_empty() {
            return Err("the set-up failed".to_owned());
        }
        let mut serve = Command::new(binary()?);
        serve.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).kill_on_drop(true);
        arguments(&mut serve);
        let begun = Instant::now();
        let mut child = serve.spawn().map_err(|e| e.to_string())?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        while let Some(line) = lines.next_line().await.map_err(|e| e.to_string())? {
            if let Some(address) = line.strip_prefix("listening on http://") {
                let address = address.parse().map_err(|_| format!("{address} is no address"))?;
                return Ok((Server { child, address, key }, begun.elapsed()));
            }
        }
        Err("the server ended before it listened".to_owned())
    }

    /// Customers with one large charge each, and the payments that will be recorded against them.
    pub async fn payments(&self, customers: usize) -> Result<Target, String> {
        let mut stream = TcpStream::connect(self.address).await.map_err(|e| e.to_string())?;
        let mut bodies = Vec::with_capacity(customers);
        for n in 0..customers {
            let made = self.post(&mut stream, "/api/v1/customers", &json!({ "name": format!("Customer {n}") })).await?;
            let id = made["id"].as_str().ok_or("a customer has an id")?.to_owned();
            let charge = json!({ "side": "charge", "amount": 900_000_000, "currency": "USD", "description": "Yearly contract" });
            self.post(&mut stream, &format!("/api/v1/customers/{id}/entries"), &charge).await?;
            let payment =
                json!({ "customer": id, "amount": 100, "currency": "USD", "method": { "type": "external", "kind": "cash" } });
            bodies.push(payment.to_string());
        }
        Ok(Target { address: self.address, path: "/api/v1/payments".to_owned(), key: self.key.clone(), bodies: Arc::new(bodies) })
    }

    async fn post(&self, stream: &mut TcpStream, path: &str, body: &Value) -> Result<Value, String> {
        let target = Target { address: self.address, path: path.to_owned(), key: self.key.clone(), bodies: Arc::new(Vec::new()) };
        let (status, text) = ask(stream, "POST", &target, &body.to_string()).await?;
        if status != 201 {
            return Err(format!("{path} answered {status}: {text}"));
        }
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }

    /// Resident memory now, in megabytes.
    pub fn resident_mb(&self) -> Result<u64, String> {
        let id = self.child.id().ok_or("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).map_err(|e| e.to_string())?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).ok_or("no resident size")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).ok_or("no resident size")?;
        Ok(kilobytes / 1024)
    }

    pub async fn stop(mut self) -> Result<(), String> {
        self.child.kill().await.map_err(|e| e.to_string())
    }
}
