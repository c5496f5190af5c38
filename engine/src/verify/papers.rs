//! Papers that were kept or mailed, templates of the business's own, and what electronic invoices say of either side.
//!
//! Invariant: the bytes of a kept paper are those whose digest the trail of acts has, and the paper is about something there is;
//! a template is the one that was kept last; what went along with a mail has the bytes that it had.

use std::collections::HashMap;

use books::ids::{BusinessId, CreditNoteId, CustomerId, InvoiceId, MailId};
use books::paper::PaperKind;
use serde_json::Value as Json;

use super::Audit;
use crate::db::{Reader, Value, sql};
use crate::error::Result;
use crate::flows::keep_paper::{KEPT, digest};
use crate::flows::replace_template::REPLACED;
use crate::store::credit_note::CreditNote;
use crate::store::customer::Customer;
use crate::store::e_invoicing::{self, BuyerDetails, EInvoicing, SellerDetails};
use crate::store::event::Event;
use crate::store::invoice::{Invoice, KeptPaper};
use crate::store::mail::{ATTACHMENTS_AFTER, Mail, MailAttachment};
use crate::store::paper_template;

/// So many papers are held at a time.
const PAPERS: i64 = 20;
/// So many rows without bytes are read at a time.
const PAGE: i64 = 1000;

sql!(
    KEPT_AFTER,
    "
    select * from kept_paper where business_id = $1 and (about, locale) > ($2, $3) order by about, locale limit $4"
);
sql!(KEPT_TEMPLATES, "select * from event where business_id = $1 and subject = $2 and kind = $3 order by id desc");
sql!(EVENTS, "select * from event where business_id = $1 and subject {any_text:$2} and kind = $3");

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    kept(reader, audit).await?;
    templates(reader, audit).await?;
    attachments(reader, audit).await?;
    details(reader, audit).await
}

/// A template is in force as long as the last act about it kept exactly that text.
async fn templates(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let kept: Vec<Event> = reader.query(&KEPT_TEMPLATES, &[&business, &business.to_string(), &REPLACED]).await?;
    let kept: Vec<Json> = kept.iter().map(|event| serde_json::from_str(&event.data).unwrap_or_default()).collect();
    for row in paper_template::all(reader, business).await? {
        if PaperKind::of_word(&row.paper).is_none() {
            audit.say("X0", &row.paper, "a template of a paper", "there is no such paper");
        }
        let found = digest(row.source.as_bytes());
        if row.sha256 != found {
            audit.say("K2", &row.paper, format!("a text with the digest {}", row.sha256), &found);
        }
        let last = kept.iter().find(|data| data["paper"] == row.paper.as_str());
        if last.is_none_or(|data| data["sha256"] != row.sha256.as_str()) {
            audit.say("K2", &row.paper, "a template that was kept", "the last act about it has another digest");
        }
    }
    Ok(())
}

async fn attachments(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let (mut mail, mut name) = (MailId(uuid::Uuid::nil()), String::new());
    loop {
        let page: Vec<MailAttachment> = reader.query(&ATTACHMENTS_AFTER, &[&business, &mail, &name, &PAPERS]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        (mail, name) = (last.mail_id, last.name.clone());
        for one in &page {
            let found = digest(&one.bytes);
            if found != one.sha256 {
                audit.say("K3", one.mail_id, format!("a file with the digest {}", one.sha256), found);
            }
            if reader.get::<Mail>(&[&business, &one.mail_id]).await?.is_none() {
                audit.say("D1", one.mail_id, "a file that went along with a mail", "no such mail");
            }
        }
    }
}

async fn kept(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let (mut about, mut locale) = (String::new(), String::new());
    loop {
        let page: Vec<KeptPaper> = reader.query(&KEPT_AFTER, &[&business, &about, &locale, &PAPERS]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        (about, locale) = (last.about.clone(), last.locale.clone());
        let subjects = Value::texts(page.iter().map(|paper| paper.about.clone()));
        let events: Vec<Event> = reader.query(&EVENTS, &[&business, &subjects, &KEPT]).await?;
        let written: HashMap<(String, String), String> = events.iter().filter_map(written_down).collect();
        for paper in &page {
            let found = digest(&paper.bytes);
            match written.get(&(paper.about.clone(), paper.locale.clone())) {
                Some(said) if *said == found => {}
                Some(said) => audit.say("K1", &paper.about, format!("bytes with the digest {said}"), found),
                None => audit.say("K1", &paper.about, "a paper that was kept", "no event has its digest"),
            }
            if !exists(reader, business, &paper.about).await? {
                audit.say("D1", &paper.about, "a paper that was kept", "nothing it is about");
            }
        }
    }
}

/// Which paper an event is about, and the digest it has.
fn written_down(event: &Event) -> Option<((String, String), String)> {
    let data: Json = serde_json::from_str(&event.data).ok()?;
    let text = |name: &str| data[name].as_str().map(str::to_owned);
    Some(((event.subject.clone(), text("locale")?), text("sha256")?))
}

async fn exists(reader: &mut Reader<'_>, business: BusinessId, about: &str) -> Result<bool> {
    if let Ok(id) = about.parse::<InvoiceId>() {
        return Ok(reader.get::<Invoice>(&[&business, &id]).await?.is_some());
    }
    match about.parse::<CreditNoteId>() {
        Ok(id) => Ok(reader.get::<CreditNote>(&[&business, &id]).await?.is_some()),
        Err(_) => Ok(false),
    }
}

async fn details(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    let business = audit.business;
    let mut after = String::new();
    loop {
        let page: Vec<EInvoicing> = reader.query(&e_invoicing::ALL, &[&business, &after, &PAGE]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.about.clone();
        for row in &page {
            let readable = if row.about == business.to_string() {
                e_invoicing::read::<SellerDetails>(row).map(drop)
            } else {
                if !is_customer(reader, business, &row.about).await? {
                    audit.say("D1", &row.about, "details for electronic invoices", "no such customer");
                }
                e_invoicing::read::<BuyerDetails>(row).map(drop)
            };
            if let Err(why) = readable {
                audit.say("X0", &row.about, "details for electronic invoices", why);
            }
        }
    }
}

async fn is_customer(reader: &mut Reader<'_>, business: BusinessId, about: &str) -> Result<bool> {
    match about.parse::<CustomerId>() {
        Ok(id) => Ok(reader.get::<Customer>(&[&business, &id]).await?.is_some()),
        Err(_) => Ok(false),
    }
}
