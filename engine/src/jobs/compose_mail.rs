//! Writes the mails that acts left behind: from the sheets that pages show, into the outbox.
//!
//! Invariant: one mail for each cause, kind and address, however often the job runs. With an SMTP server it is queued, without
//! one it is kept and shown.

use books::account::Target;
use books::figures::Figures;
use books::ids::{BusinessId, CreditNoteId, CustomerId, EventId, InvoiceId, LinkId, MailId, PaymentId, RequestId};
use books::money::{Currency, Money};
use locale::Tongue;

use super::Job;
use super::attach::paper_for;
use crate::error::{Error, Result};
use crate::flows::audit::leave_job;
use crate::flows::keep_paper::digest;
use crate::mail::{self, Composed, Sender};
use crate::press::{Printable, Printed};
use crate::services::Services;
use crate::sheets::invoice::InvoiceSheet;
use crate::sheets::order::OrderSheet;
use crate::sheets::{credit_note, invoice, link, order, payment};
use crate::store::business::Business;
use crate::store::customer::Customer;
use crate::store::mail::{ABOUT, Mail, MailAttachment};
use crate::store::request::{self, Request};
use crate::wording;

/// To whom a composed mail goes, and why.
pub(super) struct Envelope {
    pub kind: &'static str,
    pub customer: Option<CustomerId>,
    pub about: String,
    pub to: String,
    pub cc: Vec<String>,
    pub reply_to: Option<String>,
}

/// Writes amounts of one currency as a reader does.
pub(super) fn written(tongue: &Tongue, currency: Currency) -> impl Fn(i64) -> String {
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

/// A document that asks for money.
enum Asked {
    Order(OrderSheet),
    Invoice(InvoiceSheet),
}

impl Asked {
    async fn of(services: &Services, business: BusinessId, target: Option<Target>) -> Result<Asked> {
        match target {
            Some(Target::Order(id)) => Ok(Asked::Order(order::order_sheet(&services.db, business, id).await?)),
            Some(Target::Invoice(id)) => Ok(Asked::Invoice(invoice::invoice_sheet(&services.db, business, id).await?)),
            _ => Err(Error::Fault("a request is about no document".to_owned())),
        }
    }

    fn parties(&self) -> (&Business, &Customer) {
        match self {
            Asked::Order(sheet) => (&sheet.business, &sheet.customer),
            Asked::Invoice(sheet) => (&sheet.business, &sheet.customer),
        }
    }

    fn document(&self, tongue: &Tongue) -> String {
        match self {
            Asked::Order(sheet) => wording::order(tongue, &sheet.order),
            Asked::Invoice(sheet) => wording::invoice(tongue, &sheet.invoice),
        }
    }

    fn figures(&self) -> (Figures, Currency) {
        match self {
            Asked::Order(sheet) => (sheet.figures, sheet.order.currency),
            Asked::Invoice(sheet) => (sheet.figures, sheet.invoice.currency),
        }
    }

    fn printable(&self, pay_url: String) -> Printable<'_> {
        match self {
            Asked::Order(sheet) => Printable::Order { sheet, pay_url: Some(pay_url) },
            Asked::Invoice(sheet) => Printable::Invoice { sheet, pay_url: Some(pay_url) },
        }
    }
}

pub(super) fn subject<T: std::str::FromStr>(job: &Job) -> Result<T> {
    job.subject.parse().map_err(|_| Error::Fault(format!("{} is not what {} is about", job.subject, job.kind)))
}

pub(super) async fn keep(services: &Services, job: &Job, envelope: Envelope, composed: Composed) -> Result<()> {
    keep_with(services, job, envelope, composed, None).await
}

/// The same with a paper that goes along.
pub(super) async fn keep_with(
    services: &Services,
    job: &Job,
    envelope: Envelope,
    composed: Composed,
    paper: Option<Printed>,
) -> Result<()> {
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
    let sheet = Asked::of(services, business, asked.target()).await?;
    let (seller, customer) = sheet.parties();
    let tongue = customer.tongue(seller);
    let (figures, currency) = sheet.figures();
    let amount = written(&tongue, currency);
    let url = request_url(services, &asked);
    let composed = mail::payment_request::payment_request(
        &Sender::to_customer(seller, "payment_request", customer)?,
        &mail::payment_request::PaymentRequest {
            customer_name: &customer.name,
            document: &sheet.document(&tongue),
            amount_due: &amount(figures.amount_due),
            message: asked.message.as_deref(),
            total: &amount(figures.total),
            paid: &amount(figures.paid),
            url: &url,
        },
    )?;
    let envelope = Envelope {
        kind: "payment_request",
        customer: Some(asked.customer_id),
        about: id.to_string(),
        to: asked.send_to.clone(),
        cc: asked.copies(),
        reply_to: seller.email.clone(),
    };
    let paper = paper_for(services, seller, "payment_request", sheet.printable(url)).await;
    keep_with(services, job, envelope, composed, paper).await
}

/// `mail_receipt`: thanks for a payment. Without an address there is nobody to thank by mail.
pub async fn receipt(services: &Services, job: &Job) -> Result<()> {
    let id: PaymentId = subject(job)?;
    let sheet = payment::payment_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.payment.currency);
    let applied: Vec<(String, String)> = sheet
        .charges
        .iter()
        .map(|charge| {
            let part: i64 = sheet.allocations.iter().filter(|row| row.allocation.charge == charge.id).map(|row| row.live).sum();
            let named = sheet.payment.invoice_id.is_some();
            let invoice = sheet.invoice_of(charge).map(|invoice| wording::invoice(&tongue, invoice));
            let order = sheet.order_of(charge).map(|order| wording::order(&tongue, order));
            let title = if named { invoice.or(order) } else { order.or(invoice) };
            let name = title.unwrap_or_else(|| wording::entry(&tongue, charge.kind, &charge.description));
            (name, amount(part))
        })
        .collect();
    let url = match receipt_link(services, job, id).await? {
        Some(link) => link_url(services, "receipt", link),
        None => services.public_url().to_owned(),
    };
    let composed = mail::receipt::receipt(
        &Sender::to_customer(&sheet.business, "receipt", &sheet.customer)?,
        &mail::receipt::Receipt {
            customer_name: &sheet.customer.name,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount),
            method: &wording::means(&tongue, &sheet.payment),
            paid_on: &tongue.day(sheet.business.today(sheet.payment.succeeded_at.unwrap_or(sheet.payment.created_at))),
            applied_to: &applied,
            still_due: &amount(sheet.still_due),
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
    let paper = paper_for(services, &sheet.business, "receipt", Printable::Receipt(&sheet)).await;
    keep_with(services, job, envelope, composed, paper).await
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
    let from = Sender::to_staff(&sheet.business, "payment_notice")?;
    let tongue = &from.tongue;
    let amount = written(tongue, sheet.payment.currency);
    let order = sheet.orders.iter().find(|order| Some(order.id) == asked.order_id).map(|order| wording::order(tongue, order));
    let invoice = sheet
        .invoices
        .iter()
        .find(|invoice| Some(invoice.id) == asked.invoice_id)
        .map(|invoice| wording::invoice(tongue, invoice));
    let about = order.or(invoice).unwrap_or_else(|| tongue.say("notice-account").to_string());
    let composed = mail::payment_notice::payment_notice(
        &from,
        &mail::payment_notice::PaymentNotice {
            customer_name: &sheet.customer.name,
            document: &about,
            payment_number: &sheet.payment.number,
            amount: &amount(sheet.payment.amount),
            method: &wording::means(tongue, &sheet.payment),
            still_due: &amount(sheet.still_due),
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

/// `mail_failed`: a payment that was under way did not go through, was returned, or wants its holder.
pub async fn payment_failed(services: &Services, job: &Job) -> Result<()> {
    let (business, id): (_, PaymentId) = (job.business_id, subject(job)?);
    let sheet = payment::payment_sheet(&services.db, business, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let by_nobody = sheet.payment.by_itself || sheet.payment.wants_holder();
    let way_back = match (sheet.payment.link_id, by_nobody) {
        (Some(link), _) => link,
        // Nobody opened a page for it: the customer's own link leads to what is owed.
        (None, true) => super::compose_money::balance_link(services, job, &sheet).await?,
        (None, false) => return Ok(()),
    };
    let way_back = link::link_sheet(&services.db, business, way_back).await?;
    let tongue = sheet.customer.tongue(&sheet.business);
    let about = documented(&tongue, way_back.order.as_ref(), way_back.invoice.as_ref());
    let composed = mail::payment_failed::payment_failed(
        &Sender::to_customer(&sheet.business, "payment_failed", &sheet.customer)?,
        &mail::payment_failed::PaymentFailed {
            customer_name: &sheet.customer.name,
            document: &about,
            amount: &written(&tongue, sheet.payment.currency)(sheet.payment.amount),
            reason: &wording::decline(&tongue, &sheet.payment),
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
    let tongue = sheet.customer.tongue(&sheet.business);
    let composed = mail::link_shared::link_shared(
        &Sender::to_customer(&sheet.business, "link", &sheet.customer)?,
        &mail::link_shared::LinkShared {
            customer_name: &sheet.customer.name,
            amount_owed: &written(&tongue, sheet.link.currency)(sheet.amount_due()),
            expires_on: &tongue.day(sheet.link.last_day(&sheet.business.zone())),
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
    let tongue = sheet.customer.tongue(&sheet.business);
    let about = documented(&tongue, sheet.order.as_ref(), sheet.invoice.as_ref());
    let composed = mail::fresh_link::fresh_link(
        &Sender::to_customer(&sheet.business, "fresh_link", &sheet.customer)?,
        &mail::fresh_link::FreshLink {
            customer_name: &sheet.customer.name,
            document: &about,
            expires_on: &tongue.day(sheet.link.last_day(&sheet.business.zone())),
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
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.invoice.currency);
    let kind = if again { "invoice_reminder" } else { "invoice" };
    let url = link_url(services, "invoice", link.id);
    let composed = mail::invoice::invoice(
        &Sender::to_customer(&sheet.business, kind, &sheet.customer)?,
        &mail::invoice::InvoiceSent {
            customer_name: &sheet.customer.name,
            invoice: &wording::invoice(&tongue, &sheet.invoice),
            description: sheet.invoice.description.as_deref(),
            total: &amount(sheet.figures.total + sheet.figures.fees),
            paid: &amount(sheet.figures.paid),
            amount_due: &amount(sheet.figures.amount_due),
            nothing_due: sheet.figures.amount_due == 0,
            due_on: sheet.invoice.due_on.map(|day| tongue.day(day)).as_deref(),
            overdue: sheet.overdue(),
            reminder: again,
            url: &url,
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
    let paper = paper_for(services, &sheet.business, kind, Printable::Invoice { sheet: &sheet, pay_url: Some(url) }).await;
    keep_with(services, job, envelope, composed, paper).await
}

/// `mail_credit_note`: what was taken off an invoice, and what is due on it now.
pub async fn credit_note(services: &Services, job: &Job) -> Result<()> {
    let id: CreditNoteId = subject(job)?;
    let sheet = credit_note::credit_note_sheet(&services.db, job.business_id, id).await?;
    let Some(to) = sheet.customer.email.clone() else { return Ok(()) };
    let tongue = sheet.customer.tongue(&sheet.business);
    let amount = written(&tongue, sheet.note.currency);
    let composed = mail::credit_note::credit_note(
        &Sender::to_customer(&sheet.business, "credit_note", &sheet.customer)?,
        &mail::credit_note::CreditNoteSent {
            customer_name: &sheet.customer.name,
            number: &sheet.note.number,
            invoice: &wording::invoice(&tongue, &sheet.invoice),
            amount: &amount(sheet.note.amount),
            reason: &sheet.note.reason,
            due_before: &amount(sheet.note.due_before),
            due_after: &amount(sheet.note.due_after),
            to_balance: (sheet.note.to_balance > 0).then(|| amount(sheet.note.to_balance)).as_deref(),
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
    let paper = paper_for(services, &sheet.business, "credit_note", Printable::CreditNote(&sheet)).await;
    keep_with(services, job, envelope, composed, paper).await
}
