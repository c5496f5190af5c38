//! What a page, paper, mail or answer shows of one thing, read whole in one snapshot.
//!
//! Invariant: page, PDF, link, mail and API take their figures from the same sheet, so they cannot differ. Left out: how any of
//! it looks.

pub mod actions;
pub mod billed;
pub mod credit_note;
pub mod customer;
pub mod customer_list;
pub mod e_invoice;
pub mod entry;
pub mod found;
pub mod frame;
pub mod home;
pub mod invoice;
pub mod invoice_list;
pub mod link;
pub mod order;
pub mod order_list;
pub mod payment;
pub mod payment_list;
pub mod payout;
pub mod portal;
pub mod reapply;
pub mod refund;
pub mod report;
pub mod request_list;
pub mod statement;
pub mod trace;
