//! The engine: storage, business acts, jobs and mail. Everything that changes the books goes through here.
//!
//! Invariants: money moves only inside a flow, which is one database transaction; processors, mail servers and HTTP are
//! never called inside one; time and ids are passed in. Left out on purpose: HTTP and pages (crate `server`), the rules of
//! receivables (crate `books`), the processors' protocols (crate `processors`).

pub mod clock;
pub mod db;
pub mod error;

pub mod connections;
pub mod doctor;
pub mod dump;
pub mod flows;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod passwords;
pub mod press;
pub mod services;
pub mod sheets;
pub mod smtp;
pub mod store;
pub mod verify;
pub mod wording;
