//! What staff pages show: typed values that the templates print, one struct a page, one file a noun.
//!
//! Invariants: no rule and no arithmetic here; every figure, state and reason comes ready from the flows and reads. A page
//! that changes something carries an idempotency key in every form. Handlers fill these structs and call `render`.

pub mod customers;
pub mod documents;
pub mod e_invoices;
pub mod entries;
pub mod home;
pub mod invoices;
pub mod mails;
pub mod messages;
pub mod orders;
pub mod payments;
pub mod payouts;
pub mod processors;
pub mod remote_invoices;
pub mod reports;
pub mod requests;
pub mod settings;
pub mod signing_in;
pub mod statements;
pub mod work;
