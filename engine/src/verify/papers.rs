//! Papers that were kept, and what electronic invoices say of either side.
//!
//! Invariant: the bytes of a kept paper are those whose digest the trail of acts has, and the paper is about something there is.

use std::collections::HashMap;

use books::ids::{BusinessId, CreditNoteId, CustomerId, InvoiceId};
use serde_json::Value as Json;

use super::Audit;
use crate::db::{Reader, Value, sql};
use crate::error::Result;
use crate::flows::keep_paper::{KEPT, digest};
use crate::store::credit_note::CreditNote;
use crate::store::customer::Customer;
use crate::store::e_invoicing::{self, BuyerDetails, EInvoicing, SellerDetails};
use crate::store::event::Event;
use crate::store::invoice::{Invoice, KeptPaper};

/// So many papers are held at a time.
const PAPERS: i64 = 20;
/// So many rows without bytes are read at a time.
const PAGE: i64 = 1000;

sql!(
    KEPT_AFTER,
    "
    select * from kept_paper where business_id = $1 and (about, locale) > ($2, $3) order by about, locale limit $4"
);
sql!(EVENTS, "select * from event where business_id = $1 and subject {any_text:$2} and kind = $3");

pub(super) async fn check(reader: &mut Reader<'_>, audit: &mut Audit) -> Result<()> {
    kept(reader, audit).await?;
    details(reader, audit).await
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
