//! What can go wrong between two machines, on order.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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

/// Keys of calls that have begun and not ended.
#[derive(Debug, Default)]
pub struct UnderWay(Mutex<HashSet<String>>);

impl UnderWay {
    pub fn is(&self, key: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    /// Begins a call that is slow, if it is the next fault's turn to strike one that changes something.
    pub fn begin(&self, key: &str, faults: &Mutex<VecDeque<Fault>>) -> Option<Duration> {
        let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Fault::Slow(milliseconds)) = faults.front().copied() else { return None };
        faults.pop_front();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        Some(Duration::from_millis(milliseconds))
    }

    /// It is done. Answers whether it had begun here, so that no other fault strikes it.
    pub fn end(&self, key: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }
}

/// When a processor takes its client's keys no more; by itself, never.
#[derive(Debug, Default)]
pub struct Revoked(Mutex<Option<usize>>);

impl Revoked {
    /// So many more calls are let in, then none. None: the keys are known again.
    pub fn after(&self, calls: Option<usize>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = calls;
    }

    /// Whether the call that arrives now is turned away.
    pub fn strikes(&self) -> bool {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }
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
