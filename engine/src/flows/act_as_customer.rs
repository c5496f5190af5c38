//! Staff act as a customer: into the customer's portal, in their own name (POR-3).
//!
//! Invariant: off until a manager chooses the least role that may; everything done inside is attributed to the member of
//! staff. Left out: the end, which is `enter_portal::leave_portal`.

use books::ids::{CustomerId, SessionId};

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::{digest, new_token};
use crate::store::business;
use crate::store::customer::Customer;
use crate::store::portal::{LIFE_SECONDS, PortalSession};

/// Opens a session in which a member of staff acts for one customer; answers its token. Refuses with NO_RIGHT while the
/// setting is off, for a role below it, and for programs.
pub async fn act_as_customer(db: &Db, call: &Call, customer: CustomerId) -> Result<String> {
    let Actor::User { id: user, role } = call.actor else { return Err(Error::Forbidden { code: "NO_RIGHT" }) };
    let token = new_token()?;
    let opened = digest(&token);
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if !business::of(tx).await?.settings()?.may_act_as_customer(role) {
            return Err(Error::Forbidden { code: "NO_RIGHT" });
        }
        tx.get::<Customer>(&[&by.business, &customer]).await?.ok_or(Error::NotFound)?;
        let (id, now) = (SessionId::new(tx.ids()), tx.now());
        tx.insert(&PortalSession {
            business_id: by.business,
            id,
            digest: opened.clone(),
            email: None,
            customer_id: Some(customer),
            user_id: Some(user),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(LIFE_SECONDS),
            ended_at: None,
        });
        let event = event_id(tx);
        let data = serde_json::json!({ "session": id });
        Act { kind: "acting_as_customer", subject: customer.to_string(), customer: Some(customer), data, call: &by }
            .write(tx, event);
        Ok(())
    })
    .await?;
    Ok(token)
}
