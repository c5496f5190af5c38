//! Payers' pages and Sandbox's pretend pages: no account, no script needed, nothing internal shown.

pub mod views;
