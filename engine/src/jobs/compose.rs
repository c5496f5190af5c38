//! Writes the mails that acts left behind: from the sheets that pages show, into the outbox.
//!
//! Invariant: one mail for each cause, kind and address, however often the job runs. With an SMTP server it is queued, without
//! one it is kept and shown.

pub(super) mod invoices;
pub(super) mod news;
pub(super) mod payments;
pub(super) mod requests;

use std::fmt::Display;

use books::ids::{CustomerId, EventId, LinkId, MailId};
use books::money::{Currency, Money};
use locale::Tongue;

use super::Job;
use crate::error::Result;
use crate::flows::audit::leave_job;
use crate::flows::keep_paper::digest;
use crate::mail::Composed;
use crate::press::Printed;
use crate::services::Services;
use crate::sheets::invoice::InvoiceSheet;
use crate::sheets::order::OrderSheet;
use crate::store::business::Business;
use crate::store::mail::{ABOUT, Mail, MailAttachment};
use crate::wording;

/// To whom a composed mail goes, and why.
struct Envelope {
    kind: &'static str,
    customer: Option<CustomerId>,
    about: String,
    /// Whose mails stand together: those about one document.
    thread: Option<String>,
    to: String,
    cc: Vec<String>,
    reply_to: Option<String>,
}

impl Envelope {
    /// To a customer; what they answer goes to the business's own mailbox. In a thread of its own until it is put in another.
    fn to_customer(kind: &'static str, seller: &Business, customer: CustomerId, about: impl Display, to: String) -> Envelope {
        let reply_to = seller.email.clone();
        let about = about.to_string();
        Envelope { kind, customer: Some(customer), thread: Some(about.clone()), about, to, cc: Vec::new(), reply_to }
    }

    /// To one of the staff, about something of a customer's.
    fn to_staff(kind: &'static str, customer: CustomerId, about: impl Display, to: String) -> Envelope {
        let about = about.to_string();
        Envelope { kind, customer: Some(customer), thread: Some(about.clone()), about, to, cc: Vec::new(), reply_to: None }
    }

    /// With the other mails about that.
    fn in_thread(self, of: impl Display) -> Envelope {
        Envelope { thread: Some(of.to_string()), ..self }
    }
}

/// Puts a mail into the outbox, with the paper that goes along. A second time for the same cause, kind and address it does nothing.
async fn keep(services: &Services, job: &Job, envelope: Envelope, composed: Composed, paper: Option<Printed>) -> Result<()> {
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
                thread: envelope.thread.clone(),
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
            if let Some(paper) = &paper {
                tx.insert(&MailAttachment {
                    business_id: business,
                    mail_id: id,
                    name: format!("{}.pdf", paper.name),
                    bytes: paper.bytes.clone(),
                    sha256: digest(&paper.bytes),
                });
            }
            if can_send {
                leave_job(tx, "send_mail", id, cause);
            }
            Ok(())
        })
        .await
}

/// Writes amounts of one currency as a reader does.
fn written(tongue: &Tongue, currency: Currency) -> impl Fn(i64) -> String {
    move |minor| tongue.money(Money::new(minor, currency))
}

/// What a document is called in a letter: its order's or invoice's title, else the balance.
fn documented(tongue: &Tongue, order: Option<&OrderSheet>, invoice: Option<&InvoiceSheet>) -> String {
    match (order, invoice) {
        (Some(order), _) => wording::order(tongue, &order.order),
        (None, Some(invoice)) => wording::invoice(tongue, &invoice.invoice),
        (None, None) => tongue.say("document-balance").to_string(),
    }
}

fn link_url(services: &Services, purpose: &str, id: LinkId) -> String {
    format!("{}/p/{}", services.public_url(), services.keys.link_token(purpose, id))
}
