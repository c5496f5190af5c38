//! The engine from outside: one binary, so that it links once.

mod db;
mod dump;
mod invoices;
mod kit;
mod shop;
mod smtp;
mod story;
mod verify;
