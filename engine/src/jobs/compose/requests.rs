//! The mails that ask: a request for what is due, the balance link, a fresh link in place of one that has expired.

use books::account::Target;
use books::figures::Figures;
use books::ids::{BusinessId, RequestId};
use books::money::Currency;
use locale::Tongue;

use super::{Envelope, documented, keep, link_url, written};
use crate::error::{Error, Result};
use crate::jobs::attach::paper_for;
use crate::jobs::{Job, subject};
use crate::mail::{self, Sender};
use crate::press::Printable;
use crate::services::Services;
use crate::sheets::invoice::{self, InvoiceSheet};
use crate::sheets::link::{self, LinkSheet};
use crate::sheets::order::{self, OrderSheet};
use crate::store::business::Business;
use crate::store::customer::Customer;
use crate::store::request;
use crate::wording;

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

    fn id(&self) -> String {
        match self {
            Asked::Order(sheet) => sheet.order.id.to_string(),
            Asked::Invoice(sheet) => sheet.invoice.id.to_string(),
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
    let url = link_url(services, "request", asked.link_id);
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
        cc: asked.copies(),
        ..Envelope::to_customer("payment_request", seller, asked.customer_id, id, asked.send_to.clone()).in_thread(sheet.id())
    };
    let paper = paper_for(services, seller, "payment_request", sheet.printable(url)).await;
    keep(services, job, envelope, composed, paper).await
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
    let envelope = Envelope::to_customer("link", &sheet.business, sheet.customer.id, sheet.link.id, to).in_thread(thread(&sheet));
    keep(services, job, envelope, composed, None).await
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
    let envelope =
        Envelope::to_customer("fresh_link", &sheet.business, sheet.customer.id, sheet.link.id, to).in_thread(thread(&sheet));
    keep(services, job, envelope, composed, None).await
}

/// What the mails about a link stand with: the document that it leads to, else itself.
fn thread(sheet: &LinkSheet) -> String {
    match (&sheet.order, &sheet.invoice) {
        (Some(order), _) => order.order.id.to_string(),
        (None, Some(invoice)) => invoice.invoice.id.to_string(),
        (None, None) => sheet.link.id.to_string(),
    }
}
