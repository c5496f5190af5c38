//! Sends what is queued in the outbox by SMTP.
//!
//! Invariant: a mail is sent at least once and always under the same Message-ID, so a receiver can tell a repeat. One bad
//! address fails alone, also one in copy. Without an SMTP server mails are kept and shown, and this job has nothing to do.

use std::sync::Arc;

use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};

use crate::error::{Error, Result};
use crate::services::Services;
use crate::smtp::{Delivery, Lines, MailServer};
use crate::store::business::Business;
use crate::store::job::Job;
use crate::store::mail::{self, Mail, MailAttachment};
use books::ids::MailId;

/// So many tries wait for copies that the server puts off, which is some minutes; afterwards the mail goes without them.
const TRIES_FOR_COPIES: i64 = 3;

/// Who writes: the lines to the mail server and the address of the installation.
#[derive(Clone)]
pub struct Postman {
    lines: Arc<Lines>,
    from: Mailbox,
    host: String,
}

impl Postman {
    /// Through that server, from the installation's address where a business has none of its own.
    pub fn new(server: MailServer, from: &str) -> Result<Postman> {
        let from: Mailbox = from.parse().map_err(|error| Error::Fault(format!("the sender address {from}: {error}")))?;
        Ok(Postman { lines: Lines::new(server), host: from.email.domain().to_owned(), from })
    }

    /// One try to hand one mail over, with what goes along; see [`Lines::hand_over`].
    pub async fn deliver(&self, mail: &Mail, attached: &[MailAttachment], from: &Business) -> Delivery {
        let copies_wait = mail.tries < TRIES_FOR_COPIES;
        match self.message(mail, attached, from) {
            Ok(message) => self.lines.hand_over(message.envelope(), &message.formatted(), copies_wait).await,
            Err(error) => Delivery::Refused(error.to_string()),
        }
    }

    fn message(&self, mail: &Mail, attached: &[MailAttachment], business: &Business) -> Result<Message> {
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| Error::Fault(format!("the address {text}: {error}")));
        // Without an address of its own a business writes from the installation's.
        let address = business.email.as_deref().and_then(|text| text.parse().ok()).unwrap_or_else(|| self.from.email.clone());
        let from = Mailbox::new(Some(business.name.clone()), address);
        let mut message = Message::builder()
            .from(from)
            .to(mailbox(&mail.send_to)?)
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)));
        for copy in mail.copies() {
            message = message.cc(mailbox(&copy)?);
        }
        if let Some(reply_to) = &mail.reply_to {
            message = message.reply_to(mailbox(reply_to)?);
        }
        // Mails of one thread refer to the same beginning.
        if let Some(thread) = &mail.thread {
            message = message.references(format!("<{thread}@{}>", self.host));
        }
        message = match mail.kind.as_str() {
            "message" => {
                let to = mail.reply_to.clone().unwrap_or_else(|| self.from.email.to_string());
                message.header(ListUnsubscribe(format!("<mailto:{to}?subject=unsubscribe>")))
            }
            _ => message.header(AutoSubmitted),
        };
        let mut parts = MultiPart::alternative_plain_html(mail.body_text.clone(), mail.body_html.clone());
        if !attached.is_empty() {
            let pdf = ContentType::parse("application/pdf").map_err(|error| Error::Fault(error.to_string()))?;
            let file = |one: &MailAttachment| Attachment::new(one.name.clone()).body(one.bytes.clone(), pdf.clone());
            parts = attached.iter().map(file).fold(MultiPart::mixed().multipart(parts), MultiPart::singlepart);
        }
        message.multipart(parts).map_err(|error| Error::Fault(format!("mail {}: {error}", mail.id)))
    }
}

/// How a reader of a message to many asks for no more (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ListUnsubscribe(text.to_owned()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// That no person wrote it, so that nobody's absence is answered to it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The job `send_mail`: hands over one queued mail.
pub async fn send(services: &Services, job: &Job) -> Result<()> {
    let Some(postman) = &services.postman else { return Ok(()) };
    let id: MailId = job.subject.parse().map_err(|_| Error::Fault(format!("{} is not a mail", job.subject)))?;
    let business = job.business_id;
    let (mail, attached, from) = services
        .db
        .read(async move |reader| {
            let attached = mail::attachments(reader, business, id).await?;
            Ok((mail::one(reader, business, id).await?, attached, crate::store::business::one(reader, business).await?))
        })
        .await?;
    if mail.state != "queued" {
        return Ok(());
    }
    let last = job.tries + 1 >= super::TRIES;
    let delivery = postman.deliver(&mail, &attached, &from).await;
    let (state, error) = match &delivery {
        Delivery::Sent(without) => ("sent", without.clone()),
        Delivery::Refused(why) => ("failed", Some(why.clone())),
        Delivery::Later(why) => (if last { "failed" } else { "queued" }, Some(why.clone())),
    };
    services
        .db
        .write(business, async move |tx| {
            let mut mail = tx.lock::<Mail>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
            mail.state = state.to_owned();
            mail.tries += 1;
            mail.error = error.clone();
            if state == "sent" {
                mail.sent_at = Some(tx.now());
            }
            tx.set(&mail);
            Ok(())
        })
        .await?;
    match delivery {
        // The job waits and comes again; the mail says why meanwhile.
        Delivery::Later(why) if !last => Err(Error::Fault(why)),
        _ => Ok(()),
    }
}
