//! The rules of receivables, pure: no input or output, no clock, no randomness, no SQL, no HTTP.
//!
//! What a customer owes, what money does to it, what a document says and what may be done next are all decided here,
//! on values that were passed in. Every caller (page, API, job) gets the same answer because it is the same function.

pub mod account;
pub mod ageing;
pub mod allocation;
pub mod audit;
pub mod calendar;
pub mod capability;
pub mod credit_note;
pub mod customer;
pub mod dispute;
pub mod entry;
pub mod explain;
pub mod figures;
pub mod ids;
pub mod invoice;
pub mod ledger;
pub mod link;
pub mod money;
pub mod order;
pub mod paper;
pub mod payment;
pub mod payout;
pub mod refund;
pub mod refusal;
pub mod remote_invoice;
pub mod request;
pub mod statement;
pub mod tax;
mod words;

pub use words::UnknownWord;
