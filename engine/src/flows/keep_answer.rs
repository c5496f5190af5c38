//! Keeps the first answer of a call word for word beside its event, so that a repeat within 72 hours gets the same text.
//!
//! Not part of the act: if the node dies in between, a repeat is answered from the record instead.

use super::call::Call;
use crate::db::{Db, Expect, sql};
use crate::error::Result;

sql!(
    KEEP,
    "
    update event set body = $4, status = $5
    where business_id = $1 and actor = $2 and idempotency_key = $3 and status is null"
);
sql!(FIND, "select * from event where business_id = $1 and actor = $2 and idempotency_key = $3");

/// A first answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// None: never noted, because the node died in between.
    pub status: Option<u16>,
    /// None: older than 72 hours, or never noted; answer from the record.
    pub body: Option<String>,
    /// TypeID of what the answer showed.
    pub about: String,
}

/// Notes the answer; only the first one counts. `body` holds no secret.
pub async fn keep_answer(db: &Db, call: &Call, status: u16, body: String) -> Result<()> {
    let Some(key) = call.key.as_ref().map(|key| key.text.clone()) else { return Ok(()) };
    let by = call.clone();
    db.write(call.business, async move |tx| {
        tx.execute(&KEEP, &[&by.business, &by.actor.id(), &key, &body, &i64::from(status)], Expect::Any);
        Ok(())
    })
    .await
}

/// The first answer under this call's key, if the act was done. Refuses another request under the same key.
pub async fn find_answer(db: &Db, call: &Call) -> Result<Option<Kept>> {
    let Some(key) = call.key.clone() else { return Ok(None) };
    let by = call.clone();
    let found: Option<crate::store::event::Event> =
        db.read(async move |reader| reader.query_opt(&FIND, &[&by.business, &by.actor.id(), &key.text]).await).await?;
    let Some(event) = found else { return Ok(None) };
    if event.request_hash.as_deref() != call.key.as_ref().map(|key| key.hash.as_slice()) {
        return Err(crate::error::Error::IdempotencyMismatch);
    }
    let status = event.status.and_then(|status| u16::try_from(status).ok());
    Ok(Some(Kept { status, body: event.body, about: event.answer.unwrap_or(event.subject) }))
}
