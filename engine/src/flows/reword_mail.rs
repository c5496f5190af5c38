//! How a business words its mails, and a mail of that kind to try it.
//!
//! Invariant: words are checked before they are kept, so a mail that is due can always be written. A test goes to the address
//! that was named, with sample values, and says in its subject that it is one.

use books::ids::{BusinessId, EventId, MailId};
use locale::Language;
use serde_json::json;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::save_business::rewrite;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::words::{Kind, MailWords};
use crate::mail::{Composed, Sender, samples};
use crate::services::Services;
use crate::store::business::business;
use crate::store::mail::Mail;

/// The kind of mail. Refuses one that does not exist, and a language in which nobody gets it.
fn known(kind: &str, language: Language) -> Result<&'static Kind> {
    let kind = Kind::of_word(kind).ok_or(Error::NotFound)?;
    if !kind.speaks(language) {
        return Err(Error::invalid("language", "ENGLISH_ONLY", "staff are written to in English"));
    }
    Ok(kind)
}

/// Keeps the words of one kind of mail in one language; usual ones take the business's own away. Idempotent by key.
pub async fn reword_mail(db: &Db, call: &Call, kind: &str, language: Language, words: MailWords) -> Result<Done<BusinessId>> {
    let kind = known(kind, language)?;
    let words = words.checked(kind)?;
    rewrite(db, call, "mail_reworded", move |business, _| {
        let mut settings = business.settings()?;
        settings.word(kind.word, language, words.clone());
        business.collect_by(&settings)?;
        Ok(json!({ "kind": kind.word, "language": language.code(), "own": !words.is_usual() }))
    })
    .await
}

/// A mail of this kind in these words, with sample values. Refuses words that could not be kept.
pub async fn preview_mail(db: &Db, of: BusinessId, kind: &str, language: Language, words: MailWords) -> Result<Composed> {
    let known = known(kind, language)?;
    let business = business(db, of).await?;
    let from = Sender { words: words.checked(known)?, ..Sender::plain(&business, business.tongue_in(language)) };
    samples::letter(kind, &from)
}

/// Sends a mail of this kind, in the words that are kept, to one address. Without a mail server it is kept and shown. Idempotent
/// by key.
pub async fn send_test_mail(services: &Services, call: &Call, kind: &str, language: Language, to: &str) -> Result<Done<MailId>> {
    known(kind, language)?;
    let to = check::email("to", to)?;
    let business = business(&services.db, call.business).await?;
    let from = Sender::of(&business, kind, business.tongue_in(language))?;
    let composed = samples::letter(kind, &from)?;
    let (by, can_send) = (call.clone(), services.postman.is_some());
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let event: EventId = event_id(tx);
            let id = MailId::new(tx.ids());
            tx.insert(&Mail {
                business_id: by.business,
                id,
                kind: "test".to_owned(),
                customer_id: None,
                about: None,
                thread: None,
                cause: event.to_string(),
                send_to: to.clone(),
                cc: "[]".to_owned(),
                reply_to: from.email.clone(),
                subject: from.tongue.say("mail-test-subject").with("subject", &composed.subject).to_string(),
                body_text: composed.text.clone(),
                body_html: composed.html.clone(),
                state: if can_send { "queued" } else { "kept" }.to_owned(),
                error: None,
                tries: 0,
                created_at: tx.now(),
                sent_at: None,
            });
            if can_send {
                leave_job(tx, "send_mail", id, event);
            }
            let data = json!({});
            Act { kind: "test_mail_written", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(Done::now(id))
        })
        .await
}
