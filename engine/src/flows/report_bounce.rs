//! A mail came back: an address does not take it. Reported by a person or program, or read from the notice itself.
//!
//! Invariant: only a mail that was handed over can bounce; a second notice of the same mail changes nothing. One in copy that is not
//! reached leaves the mail *sent*, with a sentence about that copy. What is late but not given up (a notice of delay) is no bounce.

use books::ids::MailId;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::bounce::{self, Returned};
use crate::store::mail::Mail;

/// Marks a mail that was sent as bounced, with the reason; of a mail with copies an address says for whom, and without one it is the
/// customer's own. Refuses NOT_SENT, and an address that the mail did not go to. Idempotent by key, and by itself.
pub async fn report_bounce(db: &Db, call: &Call, id: MailId, address: Option<&str>, reason: &str) -> Result<Done<MailId>> {
    let reason = check::reason("reason", reason)?;
    let address = check::email_or_none("address", address)?;
    let named = address.is_some();
    came_back(db, call, id, vec![Returned { addresses: address.into_iter().collect(), reason }], named).await
}

/// Reads a notice of delivery (RFC 3464) and marks the mail it is about. Refuses a text that is none, or that gives nothing up.
pub async fn report_notice(db: &Db, call: &Call, notice: &str) -> Result<Done<MailId>> {
    match bounce::read(notice) {
        // An address that we do not know is one that somebody's server sent it on to.
        Some(bounce) => came_back(db, call, bounce.mail, bounce.returned, false).await,
        None => {
            Err(Error::invalid("notice", "NOT_A_NOTICE", "this is not a notice that one of these mails could not be delivered"))
        }
    }
}

async fn came_back(db: &Db, call: &Call, id: MailId, returned: Vec<Returned>, must_be_known: bool) -> Result<Done<MailId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut mail = tx.lock::<Mail>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let known = |one: &Returned| names(one, &mail.send_to) || copy_of(&mail, one).is_some();
        if must_be_known && !returned.iter().all(known) {
            return Err(Error::invalid("address", "NOT_ADDRESSED", "this mail did not go to that address"));
        }
        match mail.state.as_str() {
            "bounced" => return Ok(Done::now(id)),
            "sent" => {}
            _ => return Err(Error::refused("NOT_SENT", "the mail was not sent, so it cannot have come back")),
        }
        let kind = match returned.iter().find(|one| copy_of(&mail, one).is_none()) {
            Some(own) => {
                mail.state = "bounced".to_owned();
                mail.error = Some(own.reason.clone());
                "mail_bounced"
            }
            None => {
                let error = without_copies(&mail, &returned);
                if mail.error.as_ref() == Some(&error) {
                    return Ok(Done::now(id));
                }
                mail.error = Some(error);
                "mail_copy_bounced"
            }
        };
        tx.set(&mail);
        let event = event_id(tx);
        let data = serde_json::json!({});
        Act { kind, subject: id.to_string(), customer: mail.customer_id, data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

fn names(one: &Returned, address: &str) -> bool {
    one.addresses.iter().any(|named| named.eq_ignore_ascii_case(address))
}

/// The address in copy that was given up; none where it is the customer's own, or one that we do not know.
fn copy_of(mail: &Mail, one: &Returned) -> Option<String> {
    if names(one, &mail.send_to) { None } else { mail.copies().into_iter().find(|copy| names(one, copy)) }
}

/// What was known of copies, and after it what is new.
fn without_copies(mail: &Mail, returned: &[Returned]) -> String {
    let mut said = mail.error.clone().unwrap_or_default();
    for one in returned {
        let Some(copy) = copy_of(mail, one) else { continue };
        let new = format!("No copy for {copy}: {}", one.reason);
        if !said.contains(&new) {
            said = format!("{said} {new}").trim().to_owned();
        }
    }
    said
}
