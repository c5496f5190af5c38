//! A business prints a kind of paper by a template of its own, and goes back to the built-in one.
//!
//! Invariants: a template is kept only after it has printed a made-up paper; the trail of acts has the digest of each that was
//! kept. One that fails later never holds up business: the built-in template stands in, and staff are told since when and why.
//! Papers already printed for keeps stay as they are.

use books::ids::BusinessId;
use books::paper::PaperKind;

use super::audit::{Act, claim, event_id, prior_id};
use super::call::{Call, Done};
use super::keep_paper::digest;
use crate::db::{Db, Expect, Tx};
use crate::error::{Error, Result};
use crate::press::Press;
use crate::services::Services;
use crate::store::business::business;
use crate::store::paper_template::{PaperTemplate, REMOVE};

/// The longest template, in bytes.
pub const LONGEST: usize = 256 * 1024;
/// What the event of a kept template is called.
pub(crate) const REPLACED: &str = "template_replaced";
/// The most characters of a reason that are kept.
const WHY: usize = 1_000;

fn press(services: &Services) -> Result<&dyn Press> {
    services.press.as_deref().ok_or_else(|| Error::Fault("nothing here draws papers".to_owned()))
}

fn checked(template: &str) -> Result<()> {
    if template.trim().is_empty() {
        return Err(Error::invalid("template", "REQUIRED", "the template is empty"));
    }
    if template.len() > LONGEST {
        return Err(Error::invalid("template", "TOO_LONG", format!("a template has at most {LONGEST} bytes")));
    }
    if template.contains('\0') {
        return Err(Error::invalid("template", "CONTROL_CHARACTER", "this is not a text"));
    }
    Ok(())
}

/// A made-up paper by this template. Nothing is kept. Refuses a template that does not print, with its lines.
pub async fn try_template(services: &Services, of: BusinessId, kind: PaperKind, template: &str) -> Result<Vec<u8>> {
    checked(template)?;
    press(services)?.proof(&business(&services.db, of).await?, kind, template).await
}

/// Papers of this kind are printed by this template from now on; the built-in one's own text takes the business's away.
/// Refuses a template that does not print a made-up paper, with its lines. Idempotent by key.
pub async fn replace_template(services: &Services, call: &Call, kind: PaperKind, template: &str) -> Result<Done<BusinessId>> {
    let template = template.replace("\r\n", "\n");
    checked(&template)?;
    if template.trim_end() == press(services)?.built_in(kind).trim_end() {
        return restore_template(&services.db, call, kind).await;
    }
    try_template(services, call.business, kind, &template).await?;
    let by = call.clone();
    services
        .db
        .write(call.business, async move |tx| {
            if let Some(prior) = claim(tx, &by).await? {
                return Ok(Done::before(prior_id(&prior)?));
            }
            let known = tx.lock::<PaperTemplate>(&[&by.business, &kind.word()]).await?;
            let row = PaperTemplate {
                business_id: by.business,
                paper: kind.word().to_owned(),
                source: template.clone(),
                sha256: digest(template.as_bytes()),
                saved_by: by.actor.id(),
                saved_at: tx.now(),
                failed_at: None,
                failed_why: None,
            };
            if known.is_some() {
                tx.set(&row);
            } else {
                tx.insert(&row);
            }
            note(tx, &by, REPLACED, serde_json::json!({ "paper": row.paper, "sha256": row.sha256 }));
            Ok(Done::now(by.business))
        })
        .await
}

/// Papers of this kind are printed by the built-in template again. Idempotent by key, and by itself.
pub async fn restore_template(db: &Db, call: &Call, kind: PaperKind) -> Result<Done<BusinessId>> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        if let Some(known) = tx.lock::<PaperTemplate>(&[&by.business, &kind.word()]).await? {
            tx.execute(&REMOVE, &[&by.business, &kind.word()], Expect::Exactly(1));
            note(tx, &by, "template_removed", serde_json::json!({ "paper": known.paper, "sha256": known.sha256 }));
        } else {
            note(tx, &by, "template_removed", serde_json::json!({ "paper": kind.word() }));
        }
        Ok(Done::now(by.business))
    })
    .await
}

/// Writes down that the built-in template had to stand in for the one with this digest. The first time counts; one that was
/// replaced since is left alone.
pub async fn note_failure(db: &Db, of: BusinessId, kind: PaperKind, sha256: &str, why: &str) -> Result<()> {
    let by = Call::system(of, format!("template of {}", kind.word()));
    let (sha256, why) = (sha256.to_owned(), why.chars().take(WHY).collect::<String>());
    db.write(of, async move |tx| {
        let Some(mut row) = tx.lock::<PaperTemplate>(&[&by.business, &kind.word()]).await? else { return Ok(()) };
        if row.sha256 != sha256 || row.failed_at.is_some() {
            return Ok(());
        }
        row.failed_at = Some(tx.now());
        row.failed_why = Some(why.clone());
        tx.set(&row);
        note(tx, &by, "template_failed", serde_json::json!({ "paper": row.paper, "sha256": row.sha256 }));
        Ok(())
    })
    .await
}

fn note(tx: &mut Tx<'_>, by: &Call, kind: &'static str, data: serde_json::Value) {
    let event = event_id(tx);
    Act { kind, subject: by.business.to_string(), customer: None, data, call: by }.write(tx, event);
}
