//! Signing in and out. A person with several businesses chooses one; the same password may open several.

use books::ids::{BusinessId, SessionId, UserId};

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use super::check;
use crate::db::{Db, sql};
use crate::error::{Error, Result};
use crate::keys::{digest, new_token};
use crate::passwords;
use crate::store::business;
use crate::store::session::{self, Also, LIFE_SECONDS, Session};
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
    let typed = email.trim().to_owned();
    let users = db
        .read(async move |reader| {
            let users = user::by_email(reader, &typed).await?;
            match check::email("email", &typed) {
                // A domain beyond a to z is kept in another form than it is typed in.
                Ok(kept) if users.is_empty() && kept != typed => user::by_email(reader, &kept).await,
                _ => Ok(users),
            }
        })
        .await?;
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

/// Opens a session for a user whose password was checked. `also`: the other businesses that the password opened.
pub async fn open_session(db: &Db, user: User, also: Vec<Also>, browser: Browser, request_id: &str) -> Result<SignedIn> {
    let also = serde_json::json!(also).to_string();
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
            also: also.clone(),
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

/// The other businesses behind the users that one password opened.
pub async fn others(db: &Db, opened: &[User], chosen: UserId) -> Result<Vec<Also>> {
    let mut others = Vec::new();
    for user in opened.iter().filter(|user| user.id != chosen) {
        let name = business::business(db, user.business_id).await?.name;
        others.push(Also { business: user.business_id, user: user.id, name });
    }
    Ok(others)
}

/// Leaves one business for another that the same password opened: a new session there, the old one ends.
pub async fn switch_business(
    db: &Db,
    from: &session::SignedIn,
    to: BusinessId,
    browser: Browser,
    request_id: &str,
) -> Result<SignedIn> {
    let others = from.others();
    let target = others.iter().find(|other| other.business == to).ok_or(Error::NotFound)?.clone();
    let users = user::list(db, to).await?;
    let user = users.into_iter().find(|user| user.id == target.user && user.disabled_at.is_none()).ok_or(Error::NotFound)?;
    let here = business::business(db, from.business_id).await?.name;
    let mut also: Vec<Also> = others.into_iter().filter(|other| other.business != to).collect();
    also.push(Also { business: from.business_id, user: from.user_id, name: here });
    let call = Call {
        business: from.business_id,
        actor: Actor::User { id: from.user_id, role: from.role },
        request_id: request_id.to_owned(),
        key: None,
    };
    let opened = open_session(db, user, also, browser, request_id).await?;
    sign_out(db, &call, from.session_id).await?;
    Ok(opened)
}

/// Notes that a session was used. Called now and then, not at each request.
pub async fn touch_session(db: &Db, business: BusinessId, id: SessionId) -> Result<()> {
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
