//! Reports: the same rows that pages show, added up another way.

pub mod ageing;
pub mod collected;
pub mod summary;
