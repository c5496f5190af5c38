//! Staff pages: one file a noun. A handler parses, proves the role, calls one flow or one read, renders.
//!
//! Invariants: whatever changes something is a POST whose handler names the role it needs (`Clerk`, `Manager`, `Owner`; a
//! viewer changes nothing but their own sign-in); an invalid form comes back with what was typed and the reason at its field;
//! success leads on by 303. Left out: rules of receivables, which are `books`', and looks, which are the templates'.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::App;

pub mod acts;
pub mod add_payment;
pub mod again;
pub mod amend;
pub mod announce;
pub mod apart;
pub mod approvals;
pub mod auto_charge;
pub mod card;
pub mod charge;
pub mod credit_notes;
pub mod customer;
pub mod customers;
pub mod desk;
pub mod e_invoices;
pub mod entries;
pub mod explain;
pub mod exports;
pub mod find;
pub mod generate;
pub mod home;
pub mod in_person;
pub mod invoice;
pub mod invoice_ends;
pub mod invoices;
pub mod keyed;
pub mod lines;
pub mod links;
pub mod messages;
pub mod methods;
pub mod order;
pub mod orders;
pub mod outbox;
pub mod pay_out;
pub mod payment;
pub mod payments;
pub mod payouts;
pub mod processors;
pub mod purpose;
pub mod reallocate;
pub mod refunds;
pub mod refused;
pub mod remote_invoices;
pub mod reports;
pub mod requests;
pub mod rows;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod statements;
pub mod submission;
pub mod views;
pub mod words;
pub mod work;

/// Everything staff see, and what their pages look like.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(doors())
        .merge(of_customers())
        .merge(of_orders())
        .merge(of_invoices())
        .merge(of_money())
        .merge(of_settings())
        .merge(of_sandbox())
        .layer(from_fn(refused::lead_back))
}

/// Coming in and going out, the first page, finding, announcements.
fn doors() -> Router<Arc<App>> {
    Router::new()
        .route("/setup/{token}", get(setup::show).post(setup::submit))
        .route("/admin/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/admin/sign-out", post(sign_in::out))
        .route("/admin/switch", post(sign_in::switch))
        .route("/admin", get(home::show))
        .route("/admin/find", get(find::find))
        .route("/admin/live", get(announce::live))
        .route("/brand/{file}", get(announce::stylesheet))
        .route("/brand/{file}/logo", get(announce::logo))
        .route("/admin/background", get(work::show))
        .route("/admin/background/{id}/retry", post(work::retry))
}

fn of_customers() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/customers", get(customers::list).post(customers::create))
        .route("/admin/customers/new", get(customers::new))
        .route("/admin/customers/{id}", get(customer::show).post(customers::save))
        .route("/admin/customers/{id}/edit", get(customers::edit))
        .route("/admin/customers/{id}/e-invoicing", get(e_invoices::buyer).post(e_invoices::save_buyer_side))
        .route("/admin/customers/{id}/explain", get(explain::customer))
        .route("/admin/customers/{id}/entries", post(entries::create))
        .route("/admin/customers/{id}/entries/new", get(entries::new))
        .route("/admin/customers/{id}/pay-out", get(pay_out::show).post(pay_out::submit))
        .route("/admin/customers/{id}/auto-charge", get(auto_charge::show).post(auto_charge::submit))
        .route("/admin/customers/{id}/adjust", get(entries::adjust))
        .route("/admin/customers/{id}/adjustments", post(entries::adjusted))
        .route("/admin/customers/{id}/links", post(links::create))
        .route("/admin/customers/{id}/statement", get(statements::show))
        .route("/admin/customers/{id}/statement.pdf", get(statements::pdf))
        .route("/admin/customers/{id}/statements", post(statements::send))
        .route("/admin/customers/{id}/letter.pdf", get(statements::letter))
        .route("/admin/customers/{id}/act", post(statements::act))
        .route("/admin/links/{id}/send", post(links::send))
        .route("/admin/links/{id}/regenerate", post(links::regenerate))
        .route("/admin/links/{id}/revoke", post(links::revoke))
        .route("/admin/links/{id}/qr.svg", get(links::qr))
        .route("/admin/entries/{id}", get(entries::show))
        .route("/admin/entries/{id}/reverse", post(entries::reverse))
}

fn of_orders() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/orders", get(orders::list).post(orders::create))
        .route("/admin/orders/new", get(orders::new))
        .route("/admin/orders/{id}", get(order::show))
        .route("/admin/orders/{id}/pdf", get(order::pdf))
        .route("/admin/orders/{id}/explain", get(explain::order))
        .route("/admin/orders/{id}/confirm", post(order::confirm))
        .route("/admin/orders/{id}/complete", post(order::complete))
        .route("/admin/orders/{id}/approve", post(order::approve))
        .route("/admin/orders/{id}/cancel", get(order::cancel_form).post(order::cancel))
        .route("/admin/orders/{id}/deny", get(order::deny_form).post(order::deny))
        .route("/admin/orders/{id}/withdraw", get(order::withdraw_form).post(order::withdraw))
        .route("/admin/orders/{id}/amend", get(amend::show))
        .route("/admin/orders/{id}/amendments", post(amend::submit))
        .route("/admin/orders/{id}/request", get(requests::new))
        .route("/admin/orders/{id}/payment-requests", post(requests::create))
        .route("/admin/orders/{id}/remote-invoice", get(remote_invoices::new))
        .route("/admin/orders/{id}/remote-invoices", post(remote_invoices::create))
        .route("/admin/invoices/{id}/remote-invoice", get(remote_invoices::new_of_invoice))
        .route("/admin/invoices/{id}/remote-invoices", post(remote_invoices::create_of_invoice))
        .route("/admin/remote-invoices/{id}/send", post(remote_invoices::send))
        .route("/admin/remote-invoices/{id}/cancel", post(remote_invoices::cancel))
        .route("/admin/requests", get(requests::list))
        .route("/admin/requests/{id}/resend", post(requests::resend))
        .route("/admin/requests/{id}/close", post(requests::close))
}

fn of_invoices() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/invoices", get(invoices::list).post(invoices::create))
        .route("/admin/invoices.csv", get(invoices::table))
        .route("/admin/invoices/new", get(invoices::new))
        .route("/admin/invoices/send", post(invoices::send_many))
        .route("/admin/invoices/{id}", get(invoice::show).post(invoices::save))
        .route("/admin/invoices/{id}/edit", get(invoices::edit))
        .route("/admin/invoices/{id}/pdf", get(invoice::pdf))
        .route("/admin/invoices/{id}/explain", get(explain::invoice))
        .route("/admin/invoices/{id}/issue", post(invoice::issue))
        .route("/admin/invoices/{id}/issue-and-charge", post(invoice::issue_and_charge))
        .route("/admin/invoices/{id}/discard", post(invoice_ends::discard))
        .route("/admin/invoices/{id}/send", post(invoice::send))
        .route("/admin/invoices/{id}/duplicate", post(invoice::duplicate))
        .route("/admin/invoices/{id}/void", get(invoice_ends::void_form).post(invoice_ends::void))
        .route("/admin/invoices/{id}/uncollectible", get(invoice_ends::uncollectible_form).post(invoice_ends::uncollectible))
        .route("/admin/invoices/{id}/write-off", get(invoice_ends::write_off_form).post(invoice_ends::written_off))
        .route("/admin/invoices/{id}/late-fee", get(invoice_ends::late_fee_form).post(invoice_ends::late_fee))
        .route("/admin/invoices/{id}/credit", get(credit_notes::show).post(credit_notes::submit))
        .route("/admin/invoices/{id}/request", get(requests::new_of_invoice))
        .route("/admin/invoices/{id}/payment-requests", post(requests::create_of_invoice))
        .route("/admin/credit-notes/{id}/pdf", get(credit_notes::pdf))
        .route("/admin/credit-notes/{id}/e-invoice", get(e_invoices::of_credit_note))
        .route("/admin/invoices/{id}/e-invoice", get(e_invoices::of_invoice))
        .route("/admin/orders/{id}/invoice", get(generate::show))
        .route("/admin/orders/{id}/invoices", post(generate::submit))
        .route("/admin/payments/in-person", get(in_person::show).post(in_person::submit))
        .route("/admin/payments/{id}/change", get(in_person::change))
}

fn of_money() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/payments", get(payments::list).post(add_payment::create))
        .route("/admin/payments/new", get(add_payment::new))
        .route("/admin/payments/charge", get(charge::lead_on))
        .route("/admin/payments/card", get(card::new).post(card::authorize))
        .route("/admin/payments/{id}", get(payment::show))
        .route("/admin/payments/{id}/keyed", get(card::keyed))
        .route("/admin/payments/{id}/look", post(apart::look))
        .route("/admin/card/{kind}/{payment}", get(keyed::show).post(keyed::hold))
        .route("/admin/payments/{id}/capture", post(card::capture))
        .route("/admin/payments/{id}/void", post(card::void))
        .route("/admin/payments/{id}/retry", post(charge::retry))
        .route("/admin/customers/{id}/methods", post(methods::add))
        .route("/admin/customers/{id}/method-added", get(methods::added))
        .route("/admin/methods/{id}/default", post(methods::choose))
        .route("/admin/methods/{id}/remove", post(methods::remove))
        .route("/admin/payments/{id}/pdf", get(payment::pdf))
        .route("/admin/messages", get(messages::list).post(messages::create))
        .route("/admin/messages/new", get(messages::new))
        .route("/admin/messages/draft", post(messages::draft))
        .route("/admin/messages/{id}", get(messages::show))
        .route("/admin/payments/{id}/refund", get(refunds::new))
        .route("/admin/payments/{id}/refunds", post(refunds::create))
        .route("/admin/payments/{id}/reallocate", get(reallocate::new).post(reallocate::submit))
        .route("/admin/refunds", get(refunds::list))
        .route("/admin/payouts", get(payouts::list))
        .route("/admin/payouts/{id}", get(payouts::show))
        .route("/admin/refunds/{id}/pdf", get(refunds::pdf))
        .route("/admin/approvals", get(approvals::list))
        .route("/admin/approvals/{id}/approve", post(approvals::approve))
        .route("/admin/approvals/{id}/reject", post(approvals::reject))
        .route("/admin/outbox", get(outbox::list))
        .route("/admin/outbox/{id}", get(outbox::show))
        .route("/admin/outbox/{id}/html", get(outbox::html))
        .route("/admin/outbox/{id}/attachments/{name}", get(outbox::attachment))
        .route("/admin/outbox/{id}/retry", post(outbox::retry))
        .route("/admin/reports", get(reports::summary))
        .route("/admin/reports/summary.csv", get(reports::summary_csv))
        .route("/admin/reports/ageing", get(reports::ageing))
        .route("/admin/reports/ageing.csv", get(reports::ageing_csv))
}

fn of_settings() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/settings", get(settings::business).post(settings::save_details))
        .route("/admin/settings/logo", post(settings::logo))
        .route("/admin/settings/logo/remove", post(settings::remove_logo))
        .route("/admin/settings/collecting", get(settings::collecting).post(settings::save_collecting))
        .route("/admin/settings/e-invoices", get(e_invoices::seller).post(e_invoices::save_seller_side))
        .route("/admin/settings/mails", get(settings::mails::first))
        .route("/admin/settings/mails/{kind}/html", get(settings::mails::html))
        .route("/admin/settings/mails/{kind}", get(settings::mails::show).post(settings::mails::submit))
        .route("/admin/settings/papers", get(settings::papers::first).post(settings::papers::save_attached))
        .route("/admin/settings/papers/{kind}", get(settings::papers::show).post(settings::papers::submit))
        .route("/admin/settings/papers/{kind}/text", post(settings::papers::save_texts))
        .route("/admin/settings/papers/{kind}/restore", post(settings::papers::restore))
        .route("/admin/settings/papers/{kind}/built-in.typ", get(settings::papers::built_in))
        .route("/admin/settings/papers/{kind}/own.typ", get(settings::papers::own))
        .route("/admin/settings/papers/{kind}/sample.json", get(settings::papers::sample))
        .route("/admin/settings/papers/{kind}/sample.pdf", get(settings::papers::look))
        .route("/admin/settings/people", get(settings::people::show).post(settings::people::add))
        .route("/admin/settings/people/{id}/role", post(settings::people::role))
        .route("/admin/settings/people/{id}/disable", post(settings::people::disable))
        .route("/admin/settings/keys", get(settings::keys::show).post(settings::keys::make))
        .route("/admin/settings/keys/{id}/revoke", post(settings::keys::revoke))
        .route("/admin/settings/sessions", get(settings::sessions::show))
        .route("/admin/settings/sessions/end-all", post(settings::sessions::end_all))
        .route("/admin/settings/sessions/{id}/end", post(settings::sessions::end))
        .route("/admin/settings/password", post(settings::sessions::password))
        .route("/admin/settings/processors", get(processors::list).post(processors::connect))
        .route("/admin/settings/processors/new", get(processors::new))
        .route("/admin/settings/processors/{id}", get(processors::edit).post(processors::change))
        .route("/admin/settings/processors/{id}/test", post(processors::test))
        .route("/admin/settings/processors/{id}/disable", post(processors::disable))
        .route("/admin/settings/processors/{id}/enable", post(processors::enable))
}

fn of_sandbox() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/sandbox/{id}", get(processors::record))
        .route("/admin/sandbox/{id}/charges/{charge}/dispute", post(processors::dispute))
        .route("/admin/sandbox/{id}/charges/{charge}/return", post(processors::give_back))
        .route("/admin/sandbox/{id}/charges/{charge}/refund", post(processors::refund))
        .route("/admin/sandbox/{id}/faults", post(processors::faults))
}
