//! A mail came back: its address does not take it. Reported by a person or program, or read from the notice itself.
//!
//! Invariant: only a mail that was handed over can bounce; a second notice of the same mail changes nothing. What is late but not
//! given up (a notice of delay) is no bounce.

use books::ids::MailId;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::bounce;
use crate::store::mail::Mail;

/// Marks a mail that was sent as bounced, with the reason. Refuses NOT_SENT. Idempotent by key, and by itself.
pub async fn report_bounce(db: &Db, call: &Call, id: MailId, reason: &str) -> Result<Done<MailId>> {
    let reason = check::reason("reason", reason)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut mail = tx.lock::<Mail>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        match mail.state.as_str() {
            "bounced" => return Ok(Done::now(id)),
            "sent" => {}
            _ => return Err(Error::refused("NOT_SENT", "the mail was not sent, so it cannot have come back")),
        }
        mail.state = "bounced".to_owned();
        mail.error = Some(reason.clone());
        tx.set(&mail);
        let event = event_id(tx);
        let data = serde_json::json!({});
        Act { kind: "mail_bounced", subject: id.to_string(), customer: mail.customer_id, data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// Reads a notice of delivery (RFC 3464) and marks the mail it is about. Refuses a text that is none, or that gives nothing up.
pub async fn report_notice(db: &Db, call: &Call, notice: &str) -> Result<Done<MailId>> {
    match bounce::read(notice) {
        Some(bounce) => report_bounce(db, call, bounce.mail, &bounce.reason).await,
        None => {
            Err(Error::invalid("notice", "NOT_A_NOTICE", "this is not a notice that one of these mails could not be delivered"))
        }
    }
}
