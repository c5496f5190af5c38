//! Staff pages: one file a noun. A handler parses, proves the role, calls one flow or one read, renders.

pub mod views;
