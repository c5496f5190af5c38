//! What the five desks are promised, proven over all of it at once: every reason why not, and random business against a second
//! opinion.

mod office;
mod random;
mod reasons;
