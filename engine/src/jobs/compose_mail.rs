//! Writes the mails that acts left behind: from the sheets that pages show, into the outbox.
//!
//! Invariant: one mail for each cause, kind and address, however often the job runs. With an SMTP server it is queued, without
//! one it is kept and shown.

use books::account::Target;
use books::calendar::Instant;
use books::figures::Figures;
use books::ids::{BusinessId, CreditNoteId, CustomerId, EventId, InvoiceId, LinkId, MailId, PaymentId, RequestId};
use books::money::{Currency, Money};

use super::Job;
use crate::error::{Error, Result};
use crate::flows::audit::leave_job;
use crate::flows::create_order::title;
use crate::mail::{self, Composed, Sender};
use crate::services::Services;
use crate::sheets::invoice::InvoiceSheet;
use crate::sheets::order::OrderSheet;
use crate::sheets::{credit_note, invoice, link, order, payment};
use crate::store::business::Business;
use crate::store::invoice::Invoice;
use crate::store::mail::{ABOUT, Mail};
use crate::store::order::Order;
use crate::store::request::{self, Request};

/// To whom a composed mail goes, and why.
pub(super) struct Envelope {
    pub kind: &'static str,
    pub customer: Option<CustomerId>,
    pub about: String,
    pub to: String,
    pub cc: Vec<String>,
    pub reply_to: Option<String>,
}

pub(super) fn amount(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).to_string()
}

/// A day as letters write it: `19 Nov 2026`.
fn day(business: &Business, at: Instant) -> String {
    business.today(at).strftime("%-d %b %Y").to_string()
}

/// What an order is called in a letter: `Order ORD-2026-00042`.
fn document(order: &Order) -> String {
    format!("{} {}", title(order.kind), order.number.clone().unwrap_or_default()).trim().to_owned()
}

/// What a document is called in a letter: its order's or invoice's title, else the balance.
fn documented(order: Option<&OrderSheet>, invoice: Option<&InvoiceSheet>) -> String {
    match (order, invoice) {
        (Some(order), _) => document(&order.order),
        (None, Some(invoice)) => invoice.invoice.title(),
        (None, None) => "Your balance".to_owned(),
    }
}

/// What a document asks for, as letters print it.
struct Asked {
    business: Business,
    customer_name: String,
    document: String,
    currency: Currency,
    figures: Figures,
}

async fn asked_for(services: &Services, business: BusinessId, target: Option<Target>) -> Result<Asked> {
    match target {
        Some(Target::Order(id)) => {
            let sheet = order::order_sheet(&services.db, business, id).await?;
            Ok(Asked {
                document: document(&sheet.order),
                customer_name: sheet.customer.name,
                currency: sheet.order.currency,
                figures: sheet.figures,
                business: sheet.business,
            })
        }
        Some(Target::Invoice(id)) => {
            let sheet = invoice::invoice_sheet(&services.db, business, id).await?;
            Ok(Asked {
                document: sheet.invoice.title(),
                customer_name: sheet.customer.name,
                currency: sheet.invoice.currency,
                figures: sheet.figures,
                business: sheet.business,
            })
        }
        _ => Err(Error::Fault("a request is about no document".to_owned())),
    }
}

pub(super) fn subject<T: std::str::FromStr>(job: &Job) -> Result<T> {
    job.subject.parse().map_err(|_| Error::Fault(format!("{} is not what {} is about", job.subject, job.kind)))
}

pub(super) async fn keep(services: &Services, job: &Job, envelope: Envelope, composed: Composed) -> Result<()> {
    let can_send = services.postman.is_some();
    let (business, cause): (_, EventId) = (job.business_id, job.cause);
    services
        .db
        .write(business, async move |tx| {
            let earlier: Vec<Mail> = tx.query(&ABOUT, &[&business, &cause.to_string(), &envelope.kind]).await?;
            if earlier.iter().any(|mail| mail.send_to == envelope.to) {
                return Ok(());
            }
            let id = MailId::new(tx.ids());
            tx.insert(&Mail {
                business_id: business,
                id,
                kind: envelope.kind.to_owned(),
                customer_id: envelope.customer,
                about: Some(envelope.about.clone()),
                cause: cause.to_string(),
                send_to: envelope.to.clone(),
                cc: serde_json::json!(envelope.cc).to_string(),
                reply_to: envelope.reply_to.clone(),
                subject: composed.subject.clone(),
                body_text: composed.text.clone(),
                body_html: composed.html.clone(),
                state: if can_send { "queued" } else { "kept" }.to_owned(),
                error: None,
                tries: 0,
                created_at: tx.now(),
                sent_at: None,
            });
            if can_send {
                leave_job(tx, "send_mail", id, cause);
            }
            Ok(())
        })
        .await
}

pub(super) fn link_url(services: &Services, purpose: &str, id: LinkId) -> String {
    format!("{}/p/{}", services.public_url(), services.keys.link_token(purpose, id))
}

/// The link on which the document of a request can be seen and paid.
pub fn request_url(services: &Services, request: &Request) -> String {
    link_url(services, "request", request.link_id)
}

/// `mail_request`: asks the customer for what is due now.
pub async fn payment_request(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, RequestId) = (job.business_id, subject(job)?);
    let asked = services.db.read(async move |reader| request::one(reader, business, id).await).await?;
    // Paid or closed while the job waited: there is nothing to ask for any more.
    if !asked.state.is_out() {
        return Ok(());
    }
    let sheet = asked_for(services, business, asked.target()).await?;
    let composed = mail::payment_request::payment_request(
        &Sender::of(&sheet.business, "payment_request")?,
        &mail::payment_request::PaymentRequest {
            customer_name: &sheet.customer_name,
            document: &sheet.document,
            amount_due: &amount(sheet.figures.amount_due, sheet.currency),
            message: asked.message.as_deref(),
            total: &amount(sheet.figures.total, sheet.currency),
            paid: &amount(sheet.figures.paid, sheet.currency),
            url: &request_url(services, &asked),
        },
    )?;
    let envelope = Envelope {
        kind: "payment_request",
        customer: Some(asked.customer_id),
        about: id.to_string(),
        to: asked.send_to.clone(),
        cc: asked.copies(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// `mail_receipt`: thanks for a payment. Without an address there is nobody to thank by mail.
pub async fn receipt(services: &Services, job: &Job) -> Result<()> {
    let id: PaymentId = subject(job)?;
    let sheet = payment::payment_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let currency = sheet.payment.currency;
    let applied: Vec<(String, String)> = sheet
        .charges
        .iter()
        .map(|charge| {
            let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            let named = sheet.payment.invoice_id.is_some();
            let invoice = sheet.invoice_of(charge).map(Invoice::title);
            let order = sheet.order_of(charge).map(document);
            let title = if named { invoice.or(order) } else { order.or(invoice) };
            let name = title.unwrap_or_else(|| charge.description.clone());
            (name, amount(part, currency))
        })
        .collect();
    let url = match receipt_link(services, job, id).await? {
        Some(link) => link_url(services, "receipt", link),
        None => services.public_url().to_owned(),
    };
    let composed = mail::receipt::receipt(
        &Sender::of(&sheet.business, "receipt")?,
        &mail::receipt::Receipt {
            customer_name: &sheet.customer.name,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount, currency),
            method: &sheet.means(),
            paid_on: &day(&sheet.business, sheet.payment.succeeded_at.unwrap_or(sheet.payment.created_at)),
            applied_to: &applied,
            still_due: &amount(sheet.still_due, currency),
            url: &url,
        },
    )?;
    let envelope = Envelope {
        kind: "receipt",
        customer: Some(sheet.payment.customer_id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// The receipt's own link; one is made for a payment that did not come through a page.
async fn receipt_link(services: &Services, job: &Job, payment: PaymentId) -> Result<Option<LinkId>> {
    let call = crate::flows::call::Call::system(job.business_id, format!("job {}", job.id));
    crate::flows::share_link::receipt_link(&services.db, &services.keys, &call, payment).await.map(Some)
}

/// `mail_notice`: tells the staff who asked to hear of it.
pub async fn payment_notice(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, PaymentId) = (job.business_id, subject(job)?);
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let Some(asked) = sheet.payment.request_id else { return Ok(()) };
    let asked = services.db.read(async move |reader| request::one(reader, business, asked).await).await?;
    let currency = sheet.payment.currency;
    let order = sheet.orders.iter().find(|order| Some(order.id) == asked.order_id).map(document);
    let invoice = sheet.invoices.iter().find(|invoice| Some(invoice.id) == asked.invoice_id).map(Invoice::title);
    let about = order.or(invoice).unwrap_or_else(|| "the account".to_owned());
    let composed = mail::payment_notice::payment_notice(
        &Sender::of(&sheet.business, "payment_notice")?,
        &mail::payment_notice::PaymentNotice {
            customer_name: &sheet.customer.name,
            document: &about,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount, currency),
            method: &sheet.means(),
            still_due: &amount(sheet.still_due, currency),
            url: &format!("{}/admin/payments/{id}", services.public_url()),
        },
    )?;
    for to in asked.notified() {
        let envelope = Envelope {
            kind: "payment_notice",
            customer: Some(sheet.payment.customer_id),
            about: id.to_string(),
            to,
            cc: Vec::new(),
            reply_to: None,
        };
        keep(services, job, envelope, composed.clone()).await?;
    }
    Ok(())
}

/// `mail_failed`: a payment that was under way did not go through, or was returned.
pub async fn payment_failed(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, PaymentId) = (job.business_id, subject(job)?);
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let way_back = match (sheet.payment.link_id, sheet.payment.by_itself) {
        (Some(link), _) => link,
        // Nobody opened a page for it: the customer's own link leads to what is owed.
        (None, true) => super::compose_money::balance_link(services, job, &sheet).await?,
        (None, false) => return Ok(()),
    };
    let way_back = link::link_sheet(&services.db, business, way_back).await?;
    let about = documented(way_back.order.as_ref(), way_back.invoice.as_ref());
    let reason = match (&sheet.payment.decline_text, sheet.payment.returned) {
        (_, true) => "The bank returned it.".to_owned(),
        (Some(text), _) => text.clone(),
        (None, _) => "It was not completed.".to_owned(),
    };
    let composed = mail::payment_failed::payment_failed(
        &Sender::of(&sheet.business, "payment_failed")?,
        &mail::payment_failed::PaymentFailed {
            customer_name: &sheet.customer.name,
            document: &about,
            amount: &amount(sheet.payment.amount, sheet.payment.currency),
            reason: &reason,
            url: &link_url(services, &way_back.link.purpose, way_back.link.id),
        },
    )?;
    let envelope = Envelope {
        kind: "payment_failed",
        customer: Some(sheet.payment.customer_id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// `mail_link`: the balance link, as staff chose to send it.
pub async fn link_shared(services: &Services, job: &Job) -> Result<()> {
    let sheet = link::link_sheet(&services.db, job.business_id, subject(job)?).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let composed = mail::link_shared::link_shared(
        &Sender::of(&sheet.business, "link")?,
        &mail::link_shared::LinkShared {
            customer_name: &sheet.customer.name,
            amount_owed: &amount(sheet.amount_due(), sheet.link.currency),
            expires_on: &sheet.link.last_day(&sheet.business.zone()).strftime("%-d %b %Y").to_string(),
            url: &link_url(services, &sheet.link.purpose, sheet.link.id),
        },
    )?;
    let envelope = Envelope {
        kind: "link",
        customer: Some(sheet.customer.id),
        about: sheet.link.id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// `mail_fresh_link`: a link in place of an expired one, to the address on file. Without one nothing happens, and nobody is told.
pub async fn fresh_link(services: &Services, job: &Job) -> Result<()> {
    let sheet = link::link_sheet(&services.db, job.business_id, subject(job)?).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let about = documented(sheet.order.as_ref(), sheet.invoice.as_ref());
    let composed = mail::fresh_link::fresh_link(
        &Sender::of(&sheet.business, "fresh_link")?,
        &mail::fresh_link::FreshLink {
            customer_name: &sheet.customer.name,
            document: &about,
            expires_on: &sheet.link.last_day(&sheet.business.zone()).strftime("%-d %b %Y").to_string(),
            url: &link_url(services, &sheet.link.purpose, sheet.link.id),
        },
    )?;
    let envelope = Envelope {
        kind: "fresh_link",
        customer: Some(sheet.customer.id),
        about: sheet.link.id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// `mail_invoice`, `mail_invoice_again`: the invoice as it stands now, with the link where it can be seen and paid. The second
/// time it is a reminder; what is paid or void by then is not mailed again.
pub async fn invoice(services: &Services, job: &Job) -> Result<()> {
    let id: InvoiceId = subject(job)?;
    let again = job.kind == "mail_invoice_again";
    let sheet = invoice::invoice_sheet(&services.db, job.business_id, id).await?;
    let (Some(to), Some(link)) = (sheet.customer.email.clone(), &sheet.link) else { return Ok(()) };
    if !sheet.invoice.is_live() {
        return Ok(());
    }
    let currency = sheet.invoice.currency;
    let written = |day: books::calendar::Day| day.strftime("%-d %b %Y").to_string();
    let composed = mail::invoice::invoice(
        &Sender::of(&sheet.business, if again { "invoice_reminder" } else { "invoice" })?,
        &mail::invoice::InvoiceSent {
            customer_name: &sheet.customer.name,
            invoice: &sheet.invoice.title(),
            description: sheet.invoice.description.as_deref(),
            total: &amount(sheet.figures.total + sheet.figures.fees, currency),
            paid: &amount(sheet.figures.paid, currency),
            amount_due: &amount(sheet.figures.amount_due, currency),
            nothing_due: sheet.figures.amount_due == 0,
            due_on: sheet.invoice.due_on.map(written).as_deref(),
            overdue: sheet.overdue(),
            reminder: again,
            url: &link_url(services, "invoice", link.id),
        },
    )?;
    let envelope = Envelope {
        kind: "invoice",
        customer: Some(sheet.customer.id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}

/// `mail_credit_note`: what was taken off an invoice, and what is due on it now.
pub async fn credit_note(services: &Services, job: &Job) -> Result<()> {
    let id: CreditNoteId = subject(job)?;
    let sheet = credit_note::credit_note_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let currency = sheet.note.currency;
    let composed = mail::credit_note::credit_note(
        &Sender::of(&sheet.business, "credit_note")?,
        &mail::credit_note::CreditNoteSent {
            customer_name: &sheet.customer.name,
            number: &sheet.note.number,
            invoice: &sheet.invoice.title(),
            amount: &amount(sheet.note.amount, currency),
            reason: &sheet.note.reason,
            due_before: &amount(sheet.note.due_before, currency),
            due_after: &amount(sheet.note.due_after, currency),
            to_balance: (sheet.note.to_balance > 0).then(|| amount(sheet.note.to_balance, currency)).as_deref(),
        },
    )?;
    let envelope = Envelope {
        kind: "credit_note",
        customer: Some(sheet.customer.id),
        about: id.to_string(),
        to,
        cc: Vec::new(),
        reply_to: sheet.business.email.clone(),
    };
    keep(services, job, envelope, composed).await
}
