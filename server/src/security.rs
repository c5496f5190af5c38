//! What keeps strangers out, one thing a file: headers, cross-site requests, cookies, where a request comes from, secrets.
//!
//! Invariants: the rules are those of the published table of headers and limits; nothing is derived from `Host` once a
//! public address is configured. Left out: who somebody is and what they may do (`auth.rs`), and how often (`rate_limit.rs`).

pub mod card_number;
pub mod client_ip;
pub mod cookies;
pub mod csrf;
pub mod embedded;
pub mod headers;
pub mod secrets;
