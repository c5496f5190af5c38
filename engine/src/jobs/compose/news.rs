//! Writes the mails that belong to no payment: the way into the portal, statements of account, messages of staff.

use books::ids::{CustomerId, MessageId, PortalEntryId, StatementId};

use super::{Envelope, keep, link_url, written};
use crate::error::{Error, Result};
use crate::jobs::attach::paper_for;
use crate::jobs::{Job, subject};
use crate::mail::{self, Sender};
use crate::press::Printable;
use crate::services::Services;
use crate::sheets::statement as sheet;
use crate::store::message::{self, RecipientLine};
use crate::store::portal::{ENTRY_SECONDS, PortalEntry};
use crate::store::{business, customer, portal, statement};

/// So many recipients are written to before the next are read.
const PAGE: i64 = 200;

/// `mail_portal`: the way in that was asked for, while it can still be used.
pub async fn portal_entry(services: &Services, job: &Job) -> Result<()> {
    let (of, id): (_, PortalEntryId) = (job.business_id, subject(job)?);
    let (business, entry) = services
        .db
        .read(async move |reader| Ok((business::one(reader, of).await?, reader.get::<PortalEntry>(&[&of, &id]).await?)))
        .await?;
    let now = services.db.clock().now();
    let Some(entry) = entry.filter(|entry| entry.used_at.is_none() && entry.expires_at > now) else { return Ok(()) };
    let address = entry.email.clone();
    let customers = services.db.read(async move |reader| portal::with_email(reader, of, &address).await).await?;
    // Several customers may share an address: the first that has a language of its own is spoken to in it.
    let customer = customers.iter().find(|customer| customer.locale.is_some());
    let tongue = customer.map_or_else(|| business.tongue(), |customer| customer.tongue(&business));
    let url = format!("{}/portal/enter/{}", services.public_url(), services.keys.portal_token(id));
    let values = mail::portal_entry::Entry { minutes: ENTRY_SECONDS / 60, url: &url };
    let composed = mail::portal_entry::portal_entry(&Sender::of(&business, "portal_entry", tongue)?, &values)?;
    let envelope = Envelope {
        kind: "portal_entry",
        customer: None,
        about: id.to_string(),
        thread: None,
        to: entry.email,
        cc: Vec::new(),
        reply_to: business.email.clone(),
    };
    keep(services, job, envelope, composed, None).await
}

/// `mail_statement`: the statement as it was when it was sent; its page shows the days as they stand now.
pub async fn statement_sent(services: &Services, job: &Job) -> Result<()> {
    let (of, id): (_, StatementId) = (job.business_id, subject(job)?);
    let sent = statement::statement(&services.db, of, id).await?;
    let period = sheet::Period::new(sent.from_on, sent.to_on)?;
    let shown = sheet::statement_sheet(&services.db, of, sent.customer_id, Some(sent.currency), period).await?;
    let sum =
        |charges: bool| -> i64 { shown.movements.iter().map(|row| row.amount).filter(|minor| (*minor < 0) == charges).sum() };
    let tongue = shown.customer.tongue(&shown.business);
    let amount = written(&tongue, sent.currency);
    let standing = match sent.closing {
        ..=-1 => tongue.say("mail-statement-owed"),
        0 => tongue.say("mail-statement-settled"),
        1.. => tongue.say("mail-statement-credit"),
    };
    let url = link_url(services, "statement", sent.link_id);
    let composed = mail::statement::statement(
        &Sender::to_customer(&shown.business, "statement", &shown.customer)?,
        &mail::statement::Statement {
            customer_name: &shown.customer.name,
            from: &tongue.day(sent.from_on),
            to: &tongue.day(sent.to_on),
            opening: &amount(sent.opening),
            charges: &amount(sum(true)),
            credits: &amount(sum(false)),
            standing: &standing.to_string(),
            closing: &amount(sent.closing.abs()),
            url: &url,
        },
    )?;
    let envelope = Envelope::to_customer("statement", &shown.business, sent.customer_id, id, sent.send_to);
    let paper = Printable::Statement { sheet: &shown, pay_url: Some(url) };
    let paper = paper_for(services, &shown.business, "statement", paper).await;
    keep(services, job, envelope, composed, paper).await
}

/// `mail_message`: to everybody who was not held when it was written.
pub async fn message_sent(services: &Services, job: &Job) -> Result<()> {
    let (of, id): (_, MessageId) = (job.business_id, subject(job)?);
    let mut after = CustomerId(uuid::Uuid::nil());
    loop {
        let page = services.db.read(async move |reader| message::recipients_after(reader, of, id, after, PAGE).await).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.customer_id;
        // Whoever was held and let go since is written to by the job of their own release.
        for one in page.iter().filter(|one| one.state == "sent" && one.released_at.is_none()) {
            write_to(services, job, id, one).await?;
        }
    }
}

/// `mail_released`: to one customer who was held and has paid. Its subject is the message and the customer.
pub async fn message_released(services: &Services, job: &Job) -> Result<()> {
    let wrong = || Error::Fault(format!("{} is no message to a customer", job.subject));
    let (id, customer) = job.subject.split_once('/').ok_or_else(wrong)?;
    let id: MessageId = id.parse().map_err(|_| wrong())?;
    let customer: CustomerId = customer.parse().map_err(|_| wrong())?;
    let of = job.business_id;
    let one = services.db.read(async move |reader| message::recipient(reader, of, id, customer).await).await?;
    write_to(services, job, id, &one).await
}

async fn write_to(services: &Services, job: &Job, id: MessageId, one: &RecipientLine) -> Result<()> {
    // The address was taken away since: there is nobody to write to.
    let Some(to) = one.email.clone() else { return Ok(()) };
    let of = job.business_id;
    let to_whom = one.customer_id;
    let read = services.db.read(async move |reader| {
        let business = business::one(reader, of).await?;
        Ok((business, message::one(reader, of, id).await?, customer::one(reader, of, to_whom).await?))
    });
    let (business, written, customer) = read.await?;
    let values = mail::message::Message { customer_name: &customer.name, subject: &written.subject, body: &written.body };
    let composed = mail::message::message(&Sender::to_customer(&business, "message", &customer)?, &values)?;
    let envelope = Envelope::to_customer("message", &business, one.customer_id, id, to);
    keep(services, job, envelope, composed, None).await
}
