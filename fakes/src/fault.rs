//! What can go wrong between two machines, on order.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Strikes the next call that would change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is done, and the line dies before the answer is through.
    LoseAnswer,
    /// The line dies before anything is done.
    Silent,
    /// A 500 before anything is done, which is forgotten.
    Error500,
    /// A 500 that is kept: the same key gets it again.
    Stored500,
    /// Too many calls.
    Busy,
    /// It is done, and what is answered is no JSON.
    Garbage,
    /// It is done after so many milliseconds.
    Slow(u64),
}

/// An answer that breaks off.
pub fn broken() -> Response {
    let end = futures_util::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("the line went dead"))]);
    Response::new(Body::from_stream(end))
}

/// A page where JSON was expected.
pub fn garbage() -> Response {
    (StatusCode::OK, "<html><body>We'll be right back.</body></html>").into_response()
}
