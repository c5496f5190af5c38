//! API keys: issue one (its text is shown once) and revoke one.

use books::calendar::Day;
use books::ids::ApiKeyId;

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use super::check;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::{digest, new_token};
use crate::store::api_key::{ApiKey, SCOPES};

/// A new key's text: `owed_` and 43 letters.
pub(crate) fn new_secret() -> Result<String> {
    Ok(format!("owed_{}", new_token()?))
}

/// What the key may do, and until when.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    /// Words of [`SCOPES`]; at least one.
    pub scopes: Vec<String>,
    pub expires_on: Option<Day>,
}

/// Issues a key. The text in the answer is not kept anywhere.
pub async fn issue_key(db: &Db, call: &Call, new: NewKey) -> Result<(ApiKeyId, String)> {
    let name = check::name("name", &new.name)?;
    if new.scopes.is_empty() {
        return Err(Error::invalid("scopes", "REQUIRED", "name at least one scope"));
    }
    if let Some(unknown) = new.scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(Error::invalid("scopes", "UNKNOWN", format!("{unknown} is not one of {}", SCOPES.join(", "))));
    }
    if let Actor::Key { scopes: own, .. } = &call.actor
        && new.scopes.iter().any(|scope| !own.contains(scope))
    {
        // A key cannot give away what it does not have.
        return Err(Error::Forbidden { code: "NO_SCOPE" });
    }
    let secret = new_secret()?;
    let kept = digest(&secret);
    let scopes = new.scopes.join(",");
    let expires_on = new.expires_on;
    let by = call.clone();
    let id = db
        .write(call.business, async move |tx| {
            let id = ApiKeyId::new(tx.ids());
            let now = tx.now();
            tx.insert(&ApiKey {
                business_id: by.business,
                id,
                name: name.clone(),
                digest: kept.clone(),
                scopes: scopes.clone(),
                expires_on,
                revoked_at: None,
                created_at: now,
            });
            let event = event_id(tx);
            let data = serde_json::json!({ "scopes": scopes });
            Act { kind: "key_issued", subject: id.to_string(), customer: None, data, call: &by }.write(tx, event);
            Ok(id)
        })
        .await?;
    Ok((id, secret))
}

/// Ends a key at once. A revoked key stays revoked.
pub async fn revoke_key(db: &Db, call: &Call, id: ApiKeyId) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut key = tx.lock::<ApiKey>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        key.revoked_at = Some(tx.now());
        tx.set(&key);
        let event = event_id(tx);
        Act { kind: "key_revoked", subject: id.to_string(), customer: None, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}
