//! The engine from outside: one binary, so that it links once.

mod clocks;
mod db;
mod dump;
mod invoices;
mod kit;
mod mail_server;
mod shop;
mod smtp;
mod smtp_lines;
mod story;
mod verify;
