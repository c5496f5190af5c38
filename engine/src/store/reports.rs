//! Reports: the same rows that pages show, added up another way.

pub mod ageing;
pub mod ageing_by_customer;
pub mod collected;
pub mod exceptions;
pub mod movements;
pub mod summary;
pub mod tallies;
pub mod totals;
