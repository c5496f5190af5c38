//! The rules of receivables, pure: no input or output, no clock, no randomness, no SQL, no HTTP.
//!
//! What a customer owes, what money does to it, what a document says and what may be done next are all decided here,
//! on values that were passed in. Every caller (page, API, job) gets the same answer because it is the same function.

pub mod calendar;
pub mod ids;
pub mod money;
pub mod paper;
