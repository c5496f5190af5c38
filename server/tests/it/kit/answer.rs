//! An answer of the server, read whole, with the checks that every test makes of it.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

/// The longest body a test reads.
const MOST: usize = 16 << 20;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Method and path, for messages.
    asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as it came, for what is no text.
    #[allow(dead_code, reason = "read where the typesetter is linked")]
    pub bytes: axum::body::Bytes,
}

impl Answer {
    pub(super) async fn read(asked: String, response: Response) -> Answer {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, MOST).await.expect("a body that ends");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { asked, status: parts.status, headers: parts.headers, text, bytes }
    }

    /// A header's text; empty when it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ascii"))
    }

    /// The body as JSON, after checking the status.
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text))
    }

    /// The problem that was answered, after checking its status, its code and that it is one.
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.json(status);
        assert_eq!(problem["code"], code, "{}: {}", self.asked, self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        assert_eq!(problem["status"], status, "{}", self.asked);
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{}", self.asked);
        problem
    }

    /// The field of the first error, after checking status and code.
    pub fn wrong_field(&self, status: u16, code: &str) -> String {
        self.refused(status, code)["errors"][0]["field"].as_str().unwrap_or_default().to_owned()
    }

    pub fn replayed(&self) -> bool {
        self.header("idempotent-replayed") == "true"
    }
}
