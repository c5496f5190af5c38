//! The line to a real processor: one request out, one whole answer back, or the honest word that none came.
//!
//! Invariants: nothing is repeated, nothing is redirected, no proxy is asked; an answer counts only when all of it arrived;
//! the journal has method, path, status and time, never a header, a query or a body. Limits: 5 s to connect, 30 s in all,
//! 16 MiB of answer, plain `http` only to this machine itself (a fake in a test).
//! Left out on purpose: what an answer means (each connector knows its own), cookies, and trying again.

use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

use crate::outcome::Outcome;
use crate::secret::Secret;

const CONNECT: Duration = Duration::from_secs(5);
const IN_ALL: Duration = Duration::from_secs(30);
/// Shorter than any processor keeps a quiet connection, so that a call is seldom lost on one that was just closed.
const QUIET: Duration = Duration::from_secs(15);
const LONGEST_ANSWER: usize = 16 << 20;
const AGENT: &str = concat!("owed/", env!("CARGO_PKG_VERSION"));

/// The connections of one process, shared by all connectors. Cloning it is cheap.
#[derive(Clone)]
pub struct Wire {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    in_all: Duration,
}

impl Wire {
    /// Certificates are always checked, against the roots that browsers trust.
    pub fn new() -> Wire {
        Wire::with_patience(IN_ALL)
    }

    /// A line that gives up sooner: for tests of slow processors.
    pub fn with_patience(in_all: Duration) -> Wire {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions of TLS")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(QUIET)
            .retry_canceled_requests(false)
            .build(connector);
        Wire { client, in_all }
    }
}

impl Default for Wire {
    fn default() -> Wire {
        Wire::new()
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire(…)")
    }
}

/// The line to one processor's API.
#[derive(Debug, Clone)]
pub struct Http {
    wire: Wire,
    kind: &'static str,
    base: String,
}

/// One request. Its headers are secret until they are on the line.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    /// Below the base address, beginning with `/`; a query may follow and is not written to the journal.
    pub path: String,
    pub headers: Vec<(&'static str, Secret)>,
    /// The type of the body and the body; an empty type sends neither.
    pub content_type: &'static str,
    pub body: Secret,
}

impl Request {
    pub fn get(path: impl Into<String>) -> Request {
        Request::new(Method::GET, path, "", String::new())
    }

    pub fn form(path: impl Into<String>, form: String) -> Request {
        Request::new(Method::POST, path, "application/x-www-form-urlencoded", form)
    }

    pub fn json(method: Method, path: impl Into<String>, body: String) -> Request {
        Request::new(method, path, "application/json", body)
    }

    pub fn new(method: Method, path: impl Into<String>, content_type: &'static str, body: String) -> Request {
        Request { method, path: path.into(), headers: Vec::new(), content_type, body: Secret::new(body) }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, Secret::new(value)));
        self
    }
}

/// A whole answer. Its body is printed nowhere, because tokens may stand in it.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    /// By lower-case name.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON. A body that is none is an answer that was not understood: lost. A mark of byte order is skipped.
    pub fn json(&self) -> Result<Value, Lost> {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        serde_json::from_slice(text)
            .map_err(|_| Lost { why: format!("the answer ({}) could not be understood", self.status), sent: true })
    }
}

/// No whole answer came: the processor may have acted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Lost {
    /// For people, without secrets.
    pub why: String,
    /// False only when the request surely never left this machine.
    pub sent: bool,
}

impl<T> From<Lost> for Outcome<T> {
    fn from(lost: Lost) -> Outcome<T> {
        Outcome::Unknown { why: lost.why }
    }
}

impl Http {
    /// A line to `base`, or to the address that tests put in its place.
    pub fn new(wire: &Wire, kind: &'static str, base: &str, instead: Option<&str>) -> Http {
        let base = instead.unwrap_or(base).trim_end_matches('/').to_owned();
        Http { wire: wire.clone(), kind, base }
    }

    /// Sends one request, once.
    pub async fn send(&self, request: Request) -> Result<Answer, Lost> {
        let (method, started) = (request.method.clone(), Instant::now());
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        let answer = match tokio::time::timeout(self.wire.in_all, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Lost { why: format!("no answer came within {} s", self.wire.in_all.as_secs()), sent: true }),
        };
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &answer {
            Ok(answer) => {
                let id = REQUEST_IDS.iter().find_map(|name| answer.header(name)).unwrap_or("-");
                tracing::info!(kind = self.kind, %method, path, status = answer.status, took_ms, id, "asked a processor");
            }
            Err(lost) => tracing::warn!(kind = self.kind, %method, path, took_ms, why = lost.why, "an answer was lost"),
        }
        answer
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Lost> {
        let unsent = |why: &str| Lost { why: why.to_owned(), sent: false };
        let uri: Uri = format!("{}{}", self.base, request.path).parse().map_err(|_| unsent("this is no address"))?;
        if !is_private(&uri) {
            return Err(unsent("processors are called over https only"));
        }
        let mut building = hyper::Request::builder().method(request.method).uri(uri);
        building = building.header("user-agent", AGENT).header("accept", "application/json");
        if !request.content_type.is_empty() {
            building = building.header("content-type", request.content_type);
        }
        for (name, value) in &request.headers {
            building = building.header(*name, value.expose());
        }
        let body = Full::new(Bytes::from(request.body.expose().to_owned()));
        let ready = building.body(body).map_err(|_| unsent("a setting has letters that no header can carry"))?;
        let answer = self.wire.client.request(ready).await.map_err(|error| Lost {
            why: if error.is_connect() { "the processor could not be reached" } else { "the line went dead" }.to_owned(),
            sent: !error.is_connect(),
        })?;
        let (parts, body) = answer.into_parts();
        let whole = Limited::new(body, LONGEST_ANSWER).collect().await;
        let body = whole.map_err(|_| Lost { why: "the answer broke off".to_owned(), sent: true })?.to_bytes();
        let text = |value: &hyper::header::HeaderValue| value.to_str().map(str::to_owned).ok();
        let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        Ok(Answer { status: parts.status.as_u16(), headers: headers.collect(), body })
    }
}

/// Where processors say what they call a request, for their support.
const REQUEST_IDS: [&str; 3] = ["request-id", "paypal-debug-id", "square-request-id"];

/// Whether nobody can listen on the way: https, or a fake on this machine.
fn is_private(uri: &Uri) -> bool {
    let here = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]" | "::1"));
    uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A server that answers every connection with these bytes and hangs up.
    async fn answering(bytes: &'static [u8]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut heard = [0_u8; 4096];
                let _read = stream.read(&mut heard).await;
                let _written = stream.write_all(bytes).await;
            }
        });
        format!("http://{address}")
    }

    async fn ask(bytes: &'static [u8]) -> Result<Answer, Lost> {
        let base = answering(bytes).await;
        Http::new(&Wire::new(), "test", "https://api.example", Some(&base)).send(Request::get("/v1/x?secret=1")).await
    }

    #[tokio::test]
    async fn an_answer_counts_only_when_all_of_it_arrived() {
        let whole = ask(b"HTTP/1.1 200 OK\r\nRequest-Id: req_1\r\nContent-Length: 2\r\n\r\n{}").await.expect("whole");
        assert_eq!((whole.status, whole.header("request-id")), (200, Some("req_1")));
        assert_eq!(whole.json().expect("JSON"), serde_json::json!({}));
        for broken in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"id\":"[..],
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n",
            b"",
            b"SSH-2.0-OpenSSH\r\n",
        ] {
            let lost = ask(broken).await.expect_err("not whole");
            assert!(lost.sent, "{lost:?}");
        }
        let garbage = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>").await.expect("an answer");
        assert!(garbage.json().expect_err("no JSON").sent);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let answer = ask(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(answer.expect("an answer").status, 302);
    }

    #[tokio::test]
    async fn what_never_left_is_told_apart_and_plain_http_stays_on_this_machine() {
        let nobody = Http::new(&Wire::new(), "test", "http://127.0.0.1:1", None).send(Request::get("/")).await;
        assert!(!nobody.expect_err("nobody listens").sent);
        let plain = Http::new(&Wire::new(), "test", "http://api.example", None).send(Request::get("/")).await;
        assert_eq!(plain.expect_err("refused").why, "processors are called over https only");
    }

    #[tokio::test]
    async fn a_silent_processor_is_given_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let http = Http::new(&Wire::with_patience(Duration::from_millis(50)), "test", &base, None);
        assert!(http.send(Request::get("/")).await.expect_err("silent").sent);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let request = Request::form("/v1/x", "card=1".into()).header("authorization", "Bearer sk_live_1");
        let answer = Answer { status: 200, headers: vec![], body: Bytes::from_static(b"tok_1") };
        let shown = format!("{request:?} {answer:?}");
        assert!(!shown.contains("sk_live") && !shown.contains("card=1") && !shown.contains("tok_1"), "{shown}");
    }
}
