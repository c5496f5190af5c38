//! Messages that a processor sends by itself: what arrives, what is left of it once its signature was checked, and the
//! two comparisons every connector needs.
//!
//! Invariants: a message is compared in constant time and only over the bytes that arrived; what it says is a [`Hint`],
//! so an amount in it is never believed. Limits: [`TOLERANCE_SECONDS`] between signing and arrival, both ways.
//! Left out on purpose: remembering which deliveries were seen (the engine, by [`Verified::delivery_id`]).

use books::calendar::Instant;
use books::ids::AttemptId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

use crate::remote::Reference;
use crate::secret::Secret;

/// How far the time in a signature may be from ours. Source: Stripe's libraries, 2026.
pub const TOLERANCE_SECONDS: i64 = 300;

/// A delivery as it came in, nothing parsed.
#[derive(Debug, Clone, Copy)]
pub struct RawHook<'a> {
    /// The address it was sent to, as registered with the processor.
    pub url: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    pub now: Instant,
}

impl<'a> RawHook<'a> {
    /// The one value of a header. None when it is missing, and when it stands there twice: a proxy and a forger could then
    /// read different ones.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut found =
            self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// A delivery whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The same for every delivery of one message: remember it, and answer 2xx to a repetition.
    pub delivery_id: String,
    /// When the processor says it happened.
    pub at: Instant,
    pub hints: Vec<Hint>,
}

/// Something may have changed: ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub about: Reference,
    /// Our key, when the message carries it.
    pub attempt: Option<AttemptId>,
    /// The processor's word for what happened, for the log.
    pub event: String,
}

/// HMAC-SHA256 over the parts, one after the other.
pub fn hmac_sha256(secret: &Secret, parts: &[&[u8]]) -> Vec<u8> {
    keyed::<Hmac<Sha256>>(secret, parts).finalize().into_bytes().to_vec()
}

/// Whether `signature` is the HMAC-SHA256 of the parts under one of the secrets (two while one is being replaced).
/// Takes the same time wherever it differs. An empty secret never matches: a connection without one has no hook.
pub fn matches_sha256(secrets: &[Secret], parts: &[&[u8]], signature: &[u8]) -> bool {
    secrets.iter().any(|secret| !secret.is_empty() && keyed::<Hmac<Sha256>>(secret, parts).verify_slice(signature).is_ok())
}

/// As [`matches_sha256`], with SHA-512.
pub fn matches_sha512(secrets: &[Secret], parts: &[&[u8]], signature: &[u8]) -> bool {
    secrets.iter().any(|secret| !secret.is_empty() && keyed::<Hmac<Sha512>>(secret, parts).verify_slice(signature).is_ok())
}

fn keyed<M: Mac + KeyInit>(secret: &Secret, parts: &[&[u8]]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// Reads `t=1492774577,v1=…[,v1=…]`: the time and every signature of version 1, from hex. Other versions are ignored.
/// None when there is no time, two times, or nothing of version 1.
pub fn timestamped(header: &str) -> Option<(i64, Vec<Vec<u8>>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", seconds) if time.is_none() => time = Some(seconds.parse::<i64>().ok()?),
            ("t", _) => return None,
            ("v1", text) => signatures.push(hex::decode(text).ok()?),
            _ => {}
        }
    }
    let time = time?;
    (!signatures.is_empty()).then_some((time, signatures))
}

/// The scheme `t=…,v1=…` over `t.body`: right when the time is near and any signature matches any secret.
pub fn timestamped_is_valid(secrets: &[Secret], header: &str, body: &[u8], now: Instant) -> bool {
    let Some((time, signatures)) = timestamped(header) else { return false };
    let age = (now.0.div_euclid(1_000_000)).saturating_sub(time);
    if !(-TOLERANCE_SECONDS..=TOLERANCE_SECONDS).contains(&age) {
        return false;
    }
    let text = time.to_string();
    signatures.iter().any(|signature| matches_sha256(secrets, &[text.as_bytes(), b".", body], signature))
}

/// The header of the scheme `t=…,v1=…`, with one signature for each secret.
pub fn timestamped_header(secrets: &[Secret], body: &[u8], now: Instant) -> String {
    let time = now.0.div_euclid(1_000_000).to_string();
    let mut header = format!("t={time}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&hex::encode(hmac_sha256(secret, &[time.as_bytes(), b".", body])));
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_492_774_577;

    fn at(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000)
    }

    #[test]
    fn a_time_beside_the_window_is_refused() {
        let secrets = [Secret::new("whsec_test_secret")];
        let header = timestamped_header(&secrets, b"{}", at(T));
        for (now, valid) in
            [(T, true), (T + 300, true), (T - 300, true), (T + 301, false), (T - 301, false), (i64::MAX / 1_000_000, false)]
        {
            assert_eq!(timestamped_is_valid(&secrets, &header, b"{}", at(now)), valid, "{now}");
        }
    }

    #[test]
    fn any_signature_may_match_while_a_secret_is_replaced() {
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        let both = timestamped_header(&[new.clone(), old.clone()], b"{}", at(T));
        assert!(timestamped_is_valid(std::slice::from_ref(&old), &both, b"{}", at(T)));
        let only_old = timestamped_header(std::slice::from_ref(&old), b"{}", at(T));
        assert!(timestamped_is_valid(&[new.clone(), old], &only_old, b"{}", at(T)));
        assert!(!timestamped_is_valid(&[new], &only_old, b"{}", at(T)));
    }

    #[test]
    fn malformed_headers_and_empty_secrets_never_match() {
        let secrets = [Secret::new("s")];
        let good = timestamped_header(&secrets, b"{}", at(T));
        for bad in ["", "t=1", "v1=00", "t=,v1=00", "t=1,t=2,v1=00", "t=1,v1=zz", "t=1;v1=00", "nonsense", &format!("t=1,{good}")]
        {
            assert!(!timestamped_is_valid(&secrets, bad, b"{}", at(T)), "{bad:?}");
        }
        let empty = [Secret::new("")];
        let forged = timestamped_header(&empty, b"{}", at(T));
        assert!(!timestamped_is_valid(&empty, &forged, b"{}", at(T)));
    }

    #[test]
    fn a_header_that_stands_twice_is_no_header() {
        let headers =
            [("X-Sig".to_owned(), "a".to_owned()), ("x-sig".to_owned(), "b".to_owned()), ("Other".to_owned(), "c".to_owned())];
        let hook = RawHook { url: "", headers: &headers, body: b"", now: at(T) };
        assert_eq!(hook.header("X-Sig"), None);
        assert_eq!(hook.header("other"), Some("c"));
    }
}
