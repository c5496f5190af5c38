//! The server from outside, through its real router: one binary, so that it links once.

mod admin;
mod api;
mod commands;
mod desks;
mod kit;
mod portal;
