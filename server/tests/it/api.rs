//! The JSON API, on both databases.

mod actions;
mod approvals;
mod authorizations;
mod bad_input;
mod credit_notes;
mod description;
mod disputes;
mod e_invoices;
pub mod invoices;
mod keys_and_scopes;
mod ledger_cases;
mod lists;
mod mail_words;
mod messages;
pub mod methods;
mod orders;
mod payments;
mod payouts;
mod paypal;
pub mod refunds;
mod repeats;
mod reports;
mod running;
mod square;
mod statement;
mod story;
mod stripe;
