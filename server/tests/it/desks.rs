//! What the five desks are promised, proven over all of it at once.

mod office;
mod reasons;
