//! What customers see once they signed in, and what staff see who act for one.

mod account;
mod acting;
mod doors;
mod methods;
mod statements;
