//! What customers see once they signed in, and what staff see who act for one.

mod account;
mod acting;
pub mod doors;
mod keeping;
mod languages;
mod links;
mod methods;
mod statements;
