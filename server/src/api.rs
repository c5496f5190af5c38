//! The JSON API: one file a noun, one published shape a noun, the same flows as the pages.
//!
//! Invariants: a handler proves the key's scope by its extractor, reads its body strictly, calls one flow or one read and shows
//! the result; every write may be repeated under its idempotency key. Left out: rules, sums and SQL.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;

use crate::app::App;

mod access;
mod actions;
mod approvals;
mod authorizations;
mod credit_notes;
mod customers;
mod e_invoices;
mod entries;
mod events;
mod explanations;
mod invoice_acts;
mod invoices;
mod keys;
mod lines;
mod links;
mod lists;
pub mod looks;
mod mail_words;
mod mails;
mod messages;
mod methods;
mod orders;
mod paper_templates;
mod payments;
mod payouts;
mod processors;
mod refunds;
mod remote_invoices;
mod replies;
mod reports;
mod requests;
mod sandbox;
mod settings;
mod statements;
mod test_clock;
mod users;
mod values;

/// Every call, by its full path.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(customers::routes())
        .merge(entries::routes())
        .merge(links::routes())
        .merge(orders::routes())
        .merge(invoices::routes())
        .merge(invoice_acts::routes())
        .merge(credit_notes::routes())
        .merge(e_invoices::routes())
        .merge(remote_invoices::routes())
        .merge(requests::routes())
        .merge(payments::routes())
        .merge(refunds::routes())
        .merge(payouts::routes())
        .merge(approvals::routes())
        .merge(methods::routes())
        .merge(authorizations::routes())
        .merge(mails::routes())
        .merge(mail_words::routes())
        .merge(paper_templates::routes())
        .merge(looks::routes())
        .merge(messages::routes())
        .merge(events::routes())
        .merge(actions::routes())
        .merge(reports::routes())
        .merge(statements::routes())
        .merge(processors::routes())
        .merge(sandbox::routes())
        .merge(users::routes())
        .merge(keys::routes())
        .merge(settings::routes())
        .merge(test_clock::routes())
}

/// What each noun says of its calls, in the order of the page.
pub fn descriptions() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        customers::Description::openapi(),
        entries::Description::openapi(),
        links::Description::openapi(),
        orders::Description::openapi(),
        invoices::Description::openapi(),
        invoice_acts::Description::openapi(),
        credit_notes::Description::openapi(),
        e_invoices::Description::openapi(),
        remote_invoices::Description::openapi(),
        requests::Description::openapi(),
        payments::Description::openapi(),
        refunds::Description::openapi(),
        payouts::Description::openapi(),
        approvals::Description::openapi(),
        methods::Description::openapi(),
        authorizations::Description::openapi(),
        mails::Description::openapi(),
        mail_words::Description::openapi(),
        paper_templates::Description::openapi(),
        looks::Description::openapi(),
        messages::Description::openapi(),
        events::Description::openapi(),
        actions::Description::openapi(),
        reports::Description::openapi(),
        statements::Description::openapi(),
        processors::Description::openapi(),
        sandbox::Description::openapi(),
        users::Description::openapi(),
        keys::Description::openapi(),
        settings::Description::openapi(),
        test_clock::Description::openapi(),
    ]
}
