//! Signing in and out. A person with several businesses chooses one; the same password may open several.

use books::ids::{SessionId, UserId};

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use crate::db::{Db, sql};
use crate::error::{Error, Result};
use crate::keys::{digest, new_token};
use crate::passwords;
use crate::store::session::{LIFE_SECONDS, Session};
use crate::store::user::{self, User};

sql!(END_ALL, "update session set ended_at = $3 where business_id = $1 and user_id = $2 and ended_at is null");

/// From where somebody signs in, for the list of sessions.
#[derive(Debug, Clone)]
pub struct Browser {
    pub ip: String,
    pub agent: String,
}

/// A new session: the token goes into the cookie and is not kept.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub token: String,
    pub user: User,
}

/// Every user that this address and password open, oldest business first; empty when wrong. Takes as long either way.
pub async fn check_password(db: &Db, email: &str, password: &str) -> Result<Vec<User>> {
    let email = email.trim().to_lowercase();
    let users = db.read(async move |reader| user::by_email(reader, &email).await).await?;
    if users.is_empty() {
        passwords::verify(password, None).await?;
    }
    let mut opened = Vec::new();
    for user in users {
        if passwords::verify(password, Some(&user.password_hash)).await? {
            opened.push(user);
        }
    }
    Ok(opened)
}

/// Opens a session for a user whose password was checked.
pub async fn open_session(db: &Db, user: User, browser: Browser, request_id: &str) -> Result<SignedIn> {
    let token = new_token()?;
    let kept = digest(&token);
    let call = Call {
        business: user.business_id,
        actor: Actor::User { id: user.id, role: user.role },
        request_id: request_id.to_owned(),
        key: None,
    };
    let person = user.clone();
    db.write(user.business_id, async move |tx| {
        let now = tx.now();
        let id = SessionId::new(tx.ids());
        tx.insert(&Session {
            business_id: person.business_id,
            id,
            digest: kept.clone(),
            user_id: person.id,
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(LIFE_SECONDS),
            ip: browser.ip.clone(),
            agent: browser.agent.chars().take(200).collect(),
            ended_at: None,
        });
        let event = event_id(tx);
        Act { kind: "signed_in", subject: person.id.to_string(), customer: None, data: serde_json::json!({}), call: &call }
            .write(tx, event);
        Ok(())
    })
    .await?;
    Ok(SignedIn { token, user })
}

/// Notes that a session was used. Called now and then, not at each request.
pub async fn touch_session(db: &Db, business: books::ids::BusinessId, id: SessionId) -> Result<()> {
    db.write(business, async move |tx| {
        if let Some(mut session) = tx.lock::<Session>(&[&business, &id]).await? {
            session.seen_at = tx.now();
            tx.set(&session);
        }
        Ok(())
    })
    .await
}

/// Ends one session of the user who asks.
pub async fn sign_out(db: &Db, call: &Call, id: SessionId) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        let mut session = tx.lock::<Session>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if by.actor.id() != session.user_id.to_string() {
            return Err(Error::NotFound);
        }
        session.ended_at = Some(tx.now());
        tx.set(&session);
        let event = event_id(tx);
        Act { kind: "signed_out", subject: session.user_id.to_string(), customer: None, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}

/// Ends every session of a user, on all machines, at once.
pub async fn sign_out_everywhere(db: &Db, call: &Call, user: UserId) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        tx.get::<User>(&[&by.business, &user]).await?.ok_or(Error::NotFound)?;
        let now = tx.now();
        tx.execute(&END_ALL, &[&by.business, &user, &now], crate::db::Expect::Any);
        let event = event_id(tx);
        Act { kind: "signed_out_everywhere", subject: user.to_string(), customer: None, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}
