//! A secret that cannot be shown by accident.
//!
//! Invariant: the text leaves only through [`Secret::expose`]; `Debug` prints stars, there is no `Display` and no
//! `Serialize`, so a log line, an error or an answer that would carry one does not compile or shows nothing.
//! Limits: the memory is not wiped when it is dropped. Left out on purpose: sealing at rest (the engine does that).

use std::fmt;

use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key, token or password. Two secrets are compared without telling, by the time it takes, how much of them agrees.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself: for the wire and for signing, never for a log, a page or an answer.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl PartialEq for Secret {
    /// Compares digests under a fixed key, whose comparison takes the same time wherever they differ.
    fn eq(&self, other: &Secret) -> bool {
        digest(&self.0) == digest(&other.0)
    }
}

impl Eq for Secret {}

fn digest(text: &str) -> CtOutput<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"owed: comparing two secrets").expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_when_printed() {
        let secret = Secret::new("sk_live_abc");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(***))");
    }

    #[test]
    fn is_equal_only_to_the_same_text() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abcd"));
    }
}
