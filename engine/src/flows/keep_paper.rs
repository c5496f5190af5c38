//! The first print of an issued paper is kept, and its digest written into the trail of acts.
//!
//! Invariant: of two prints that arrive at once one is kept, and both readers get that one. `owed verify` holds the bytes against
//! the digest, so a paper that was changed in the database is named.

use books::ids::CustomerId;
use sha2::{Digest as _, Sha256};

use super::audit::{Act, event_id};
use super::call::Call;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::invoice::{KeptPaper, kept_paper};

/// What the event of a kept paper is called.
pub(crate) const KEPT: &str = "paper_kept";

/// A print that is to be kept.
#[derive(Debug, Clone)]
pub struct FirstPrint {
    /// TypeID of the invoice or credit note.
    pub about: String,
    pub locale: String,
    pub customer: CustomerId,
    /// Digest of the business's own template, where that printed it.
    pub template: Option<String>,
    pub bytes: Vec<u8>,
}

/// SHA-256 as the trail has it, in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Keeps the first print of a paper and answers the bytes that are kept: those of an earlier print, if there was one.
pub async fn keep_paper(db: &Db, call: &Call, print: FirstPrint) -> Result<Vec<u8>> {
    let (by, new) = (call.clone(), print.clone());
    let kept = db
        .write(call.business, async move |tx| {
            if let Some(earlier) = tx.get::<KeptPaper>(&[&by.business, &new.about, &new.locale]).await? {
                return Ok(earlier.bytes);
            }
            tx.insert(&KeptPaper {
                business_id: by.business,
                about: new.about.clone(),
                locale: new.locale.clone(),
                bytes: new.bytes.clone(),
                made_at: tx.now(),
            });
            let mut data = serde_json::json!({ "locale": new.locale, "bytes": new.bytes.len(), "sha256": digest(&new.bytes) });
            if let Some(template) = &new.template {
                data["template"] = template.as_str().into();
            }
            let event = event_id(tx);
            Act { kind: KEPT, subject: new.about.clone(), customer: Some(new.customer), data, call: &by }.write(tx, event);
            Ok(new.bytes.clone())
        })
        .await;
    match kept {
        // Another print of the same paper came first.
        Err(Error::Broken { constraint }) => {
            let earlier = kept_paper(db, call.business, print.about, print.locale).await?;
            earlier.map(|paper| paper.bytes).ok_or(Error::Broken { constraint })
        }
        other => other,
    }
}
