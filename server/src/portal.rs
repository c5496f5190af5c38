//! Payers' pages and Sandbox's pretend pages: no account, no script needed, nothing internal shown.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub mod links;
pub mod returns;
pub mod sandbox;
pub mod shown;
pub mod views;

/// Payers' pages, which look at cookies.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/p/{token}", get(links::open))
        .route("/p/renew/{token}", post(links::renew))
        .route("/p/return/{token}", get(returns::show))
        .route("/p/v/{link}", get(links::show))
        .route("/p/v/{link}/pay", post(links::pay))
        .route("/p/v/{link}/pdf", get(links::pdf))
        .route("/p/v/{link}/explain", get(links::explain))
        .route("/p/v/{link}/live", get(links::live))
}

/// The pretend processor's pages, which stand for another site and look at none.
pub fn sandbox_routes() -> Router<Arc<App>> {
    Router::new().route("/sandbox/checkout/{id}", get(sandbox::show).post(sandbox::submit))
}
