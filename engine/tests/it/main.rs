//! The engine from outside: one binary, so that it links once.

mod db;
mod kit;
mod story;
