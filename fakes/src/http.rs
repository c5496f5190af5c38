//! A processor's address on this machine: every request goes to one function, whose line may be cut.
//!
//! Invariant: a line that is cut gives no whole answer, whether the processor acted or not, exactly as a real one.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::fault::broken;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    /// By lower-case name.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A value of the query, as it stands there.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A status and a body. None: the line is cut.
pub type Answered = Option<(u16, Vec<u8>)>;

type Answer = Arc<dyn Fn(Arrived) -> Answered + Send + Sync>;

/// How a request begins.
#[derive(Debug, Clone)]
pub enum Begin {
    Now,
    /// It is done after so long, although its caller may have hung up by then.
    After(Duration),
    /// It is not done: its key is in use.
    Refused(Answered),
}

type Start = Arc<dyn Fn(&Arrived) -> Begin + Send + Sync>;

/// Listens for as long as the test's runtime lives; gives the address.
pub async fn serve(answer: Answer) -> String {
    serve_slowly(answer, Arc::new(|_| Begin::Now)).await
}

/// The same, where some requests have to wait.
pub async fn serve_slowly(answer: Answer, start: Start) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let app = Router::new().fallback(exchange).with_state((answer, start));
    tokio::spawn(async move { axum::serve(listener, app).await.expect("a listener serves until the test ends") });
    format!("http://{address}")
}

async fn exchange(
    State((answer, start)): State<(Answer, Start)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let arrived = Arrived {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_vec(),
    };
    let answered = match start(&arrived) {
        Begin::Now => answer(arrived),
        Begin::Refused(answered) => answered,
        Begin::After(time) => {
            let doing = tokio::spawn(async move {
                tokio::time::sleep(time).await;
                answer(arrived)
            });
            doing.await.unwrap_or_default()
        }
    };
    match answered {
        Some((status, body)) => {
            let status = StatusCode::from_u16(status).expect("a status of HTTP");
            (status, [("content-type", "application/json")], body).into_response()
        }
        None => broken(),
    }
}
