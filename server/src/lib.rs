//! The one binary: pages, the API and the command line over the engine.
//!
//! Read `router.rs` for what is served and `cli.rs` for what can be called; `run.rs` puts the parts together.

pub mod admin;
pub mod api;
pub mod app;
pub mod assets;
pub mod auth;
pub mod build;
pub mod cli;
pub mod commands;
pub mod config;
pub mod csv;
pub mod demo;
pub mod desk;
pub mod feed;
pub mod forms;
pub mod hooks;
pub mod json;
pub mod listen;
pub mod live;
pub mod logging;
pub mod metrics;
pub mod open;
pub mod openapi;
pub mod papers;
pub mod portal;
pub mod rate_limit;
pub mod request_id;
pub mod respond;
pub mod router;
pub mod run;
pub mod security;
pub mod system;
pub mod view;
