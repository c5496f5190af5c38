//! The JSON API, on both databases.

mod actions;
mod approvals;
mod bad_input;
mod description;
mod keys_and_scopes;
mod ledger_cases;
mod lists;
mod messages;
mod orders;
mod payments;
mod refunds;
mod repeats;
mod reports;
mod running;
mod statement;
mod story;
