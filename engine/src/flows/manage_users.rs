//! Users of a business: add one, give another role, disable.
//!
//! A business always keeps an owner who can sign in.

use books::ids::{SessionId, UserId};

use super::audit::{Act, event_id};
use super::call::{Actor, Call};
use super::check;
use crate::db::{Db, Tx, sql};
use crate::error::{Error, FieldError, Result};
use crate::passwords;
use crate::store::user::{Role, User};

sql!(OWNERS, "select * from users where business_id = $1 and role = 'owner' and disabled_at is null order by id {for_update}");
sql!(SAME_EMAIL, "select * from users where business_id = $1 and email = $2");
sql!(
    END_OTHER_SESSIONS,
    "update session set ended_at = $3 where business_id = $1 and user_id = $2 and ended_at is null and id <> $4"
);
sql!(END_SESSIONS, "update session set ended_at = $3 where business_id = $1 and user_id = $2 and ended_at is null");

/// Somebody who shall be able to sign in.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// Adds a user. One address is one user of a business.
pub async fn add_user(db: &Db, call: &Call, new: NewUser) -> Result<UserId> {
    let email = check::email("email", &new.email)?;
    let name = check::name("name", &new.name)?;
    let password_hash = passwords::hash(&new.password).await?;
    let role = new.role;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if tx.query_opt::<User>(&SAME_EMAIL, &[&by.business, &email]).await?.is_some() {
            return Err(Error::invalid("email", "TAKEN", "there is a user with this address already"));
        }
        let id = UserId::new(tx.ids());
        let now = tx.now();
        tx.insert(&User {
            business_id: by.business,
            id,
            email: email.clone(),
            name: name.clone(),
            role,
            password_hash: password_hash.clone(),
            created_at: now,
            disabled_at: None,
        });
        let event = event_id(tx);
        Act {
            kind: "user_added",
            subject: id.to_string(),
            customer: None,
            data: serde_json::json!({ "role": role.as_str() }),
            call: &by,
        }
        .write(tx, event);
        Ok(id)
    })
    .await
}

/// Gives a user another role. The last owner stays one.
pub async fn set_role(db: &Db, call: &Call, id: UserId, role: Role) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        keep_an_owner(tx, id, role == Role::Owner).await?;
        let mut user = tx.lock::<User>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        user.role = role;
        tx.set(&user);
        let event = event_id(tx);
        Act {
            kind: "role_given",
            subject: id.to_string(),
            customer: None,
            data: serde_json::json!({ "role": role.as_str() }),
            call: &by,
        }
        .write(tx, event);
        Ok(())
    })
    .await
}

/// Disables a user and ends all of their sessions at once.
pub async fn disable_user(db: &Db, call: &Call, id: UserId) -> Result<()> {
    let by = call.clone();
    db.write(call.business, async move |tx| {
        keep_an_owner(tx, id, false).await?;
        let mut user = tx.lock::<User>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let now = tx.now();
        user.disabled_at = Some(now);
        tx.set(&user);
        tx.execute(&END_SESSIONS, &[&by.business, &id, &now], crate::db::Expect::Any);
        let event = event_id(tx);
        Act { kind: "user_disabled", subject: id.to_string(), customer: None, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}

/// A user changes their own password. Refuses a wrong present one; every other session of theirs ends.
pub async fn change_password(db: &Db, call: &Call, session: SessionId, current: &str, new: &str) -> Result<()> {
    let Actor::User { id, .. } = call.actor else { return Err(Error::Forbidden { code: "NO_RIGHT" }) };
    let business = call.business;
    let user: User = db.read(async move |reader| reader.get::<User>(&[&business, &id]).await).await?.ok_or(Error::NotFound)?;
    if !passwords::verify(current, Some(&user.password_hash)).await? {
        return Err(Error::invalid("current_password", "WRONG", "this is not your present password"));
    }
    let password_hash = passwords::hash(new).await.map_err(at_new_password)?;
    let by = call.clone();
    db.write(business, async move |tx| {
        let mut user = tx.lock::<User>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        user.password_hash = password_hash.clone();
        tx.set(&user);
        let now = tx.now();
        tx.execute(&END_OTHER_SESSIONS, &[&by.business, &id, &now, &session], crate::db::Expect::Any);
        let event = event_id(tx);
        Act { kind: "password_changed", subject: id.to_string(), customer: None, data: serde_json::json!({}), call: &by }
            .write(tx, event);
        Ok(())
    })
    .await
}

/// What is wrong with the new password stands at its own field.
fn at_new_password(error: Error) -> Error {
    match error {
        Error::Invalid(errors) => {
            Error::Invalid(errors.into_iter().map(|one| FieldError { field: "new_password".to_owned(), ..one }).collect())
        }
        other => other,
    }
}

async fn keep_an_owner(tx: &mut Tx<'_>, leaving: UserId, stays_owner: bool) -> Result<()> {
    let business = tx.business();
    let owners: Vec<User> = tx.query(&OWNERS, &[&business]).await?;
    if !stays_owner && owners.len() == 1 && owners[0].id == leaving {
        return Err(Error::refused("LAST_OWNER", "a business keeps at least one owner; make somebody else an owner first"));
    }
    Ok(())
}
