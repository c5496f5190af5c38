//! Payers' pages and Sandbox's pretend pages: no account, no script needed, nothing internal shown.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub mod account;
pub mod doors;
pub mod fields;
pub mod guest;
pub mod invoices;
pub mod links;
pub mod methods;
pub mod onward;
pub mod reader;
pub mod returns;
pub mod sandbox;
pub mod shown;
pub mod statements;
pub mod views;

/// Payers' pages, which look at cookies.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/p/{token}", get(links::open))
        .route("/p/renew/{token}", post(links::renew))
        .route("/p/return/{token}", get(returns::show))
        .route("/pay/{kind}/{token}", get(fields::show).post(fields::pay))
        .route("/pay/{kind}/{token}/elsewhere", post(fields::elsewhere))
        .route("/p/v/{link}", get(links::show))
        .route("/p/v/{link}/pay", post(links::pay))
        .route("/p/v/{link}/pdf", get(links::pdf))
        .route("/p/v/{link}/explain", get(links::explain))
        .route("/p/v/{link}/live", get(links::live))
        .merge(account_routes())
}

/// The portal: for customers who sign in by a mailed link, and for staff who act for one.
fn account_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/portal", get(doors::home))
        .route("/portal/sign-in", post(doors::ask))
        .route("/portal/sign-out", post(doors::out))
        .route("/portal/enter/{token}", get(doors::door).post(doors::enter))
        .route("/portal/{customer}", get(account::show))
        .route("/portal/{customer}/pay", post(account::pay))
        .route("/portal/{customer}/live", get(account::live))
        .route("/portal/{customer}/explain", get(account::explain))
        .route("/portal/{customer}/statement", get(statements::show))
        .route("/portal/{customer}/statement.pdf", get(statements::pdf))
        .route("/portal/{customer}/handed/{link}", get(statements::handed))
        .route("/portal/{customer}/methods", post(methods::add))
        .route("/portal/{customer}/method-added", get(methods::added))
        .route("/portal/{customer}/methods/{id}/default", post(methods::choose))
        .route("/portal/{customer}/methods/{id}/remove", post(methods::remove))
        .route("/portal/{customer}/orders/{id}", get(account::order))
        .route("/portal/{customer}/orders/{id}/pay", post(account::pay_order))
        .route("/portal/{customer}/orders/{id}/pdf", get(account::order_pdf))
        .route("/portal/{customer}/orders/{id}/explain", get(account::explain_order))
        .route("/portal/{customer}/invoices/{id}", get(invoices::show))
        .route("/portal/{customer}/invoices/{id}/pay", post(invoices::pay))
        .route("/portal/{customer}/invoices/{id}/pdf", get(invoices::pdf))
        .route("/portal/{customer}/invoices/{id}/explain", get(invoices::explain))
        .route("/portal/{customer}/payments/{id}", get(account::payment))
        .route("/portal/{customer}/payments/{id}/pdf", get(account::payment_pdf))
}

/// The step to processors' pages that take their visitors by a form.
pub fn onward_routes() -> Router<Arc<App>> {
    Router::new().route("/onward/{connection}", get(onward::show))
}

/// The pretend processor's pages, which stand for another site and look at none.
pub fn sandbox_routes() -> Router<Arc<App>> {
    Router::new().route("/sandbox/checkout/{id}", get(sandbox::show).post(sandbox::submit))
}
