//! What is kept: a noun's table and all its reads, beside each other. The only place with SQL text.
//!
//! Invariant: every row is found through its business, so one business never sees another's (the few look-ups that come
//! before the business is known — a cookie, a key, a link's token — go by a digest and say so). Writes are typed rows
//! that `flows` hand to a transaction; reads are written here, once for both databases.

pub mod account;
pub mod allocation;
pub mod api_key;
pub mod approval;
pub mod business;
pub mod connection;
pub mod counter;
pub mod credit_note;
pub mod customer;
pub mod e_invoicing;
pub mod entry;
pub mod event;
pub mod hook;
pub mod installation;
pub mod invoice;
pub mod job;
pub mod link;
pub mod mail;
pub mod message;
pub mod method;
pub mod order;
pub mod paper_template;
pub mod payment;
pub mod payout;
pub mod portal;
pub mod refund;
pub mod remote_invoice;
pub mod reports;
pub mod request;
pub mod sandbox;
mod search;
pub mod session;
pub mod statement;
pub mod user;
