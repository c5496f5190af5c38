//! What a page, paper, mail or answer shows of one thing, read whole in one snapshot.
//!
//! Invariant: page, PDF, link, mail and API take their figures from the same sheet, so they cannot differ. Left out: how any of
//! it looks.

pub mod customer;
pub mod link;
pub mod order;
pub mod payment;
pub mod trace;
