//! A new business with its first owner, and, if wanted, a key for programs.
//!
//! It has no processor: connecting one is a decision of its own.

use books::ids::{ApiKeyId, BusinessId, UserId};
use books::money::Currency;

use super::audit::{Act, event_id};
use super::call::Call;
use super::{check, issue_key};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keys::digest;
use crate::passwords;
use crate::store::api_key::{ApiKey, SCOPES};
use crate::store::business::{Business, Settings};
use crate::store::installation::{Installation, SETUP_TOKEN};
use crate::store::user::{Role, User};

/// What a new business needs to begin.
#[derive(Debug, Clone)]
pub struct NewBusiness {
    pub name: String,
    pub currency: Currency,
    pub owner_email: String,
    pub owner_name: String,
    pub password: String,
    /// IANA name; `UTC` when nobody said.
    pub time_zone: String,
    /// Also make a key with every scope.
    pub api_key: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Created {
    pub business: BusinessId,
    pub owner: UserId,
    /// Shown once, here; only its digest is kept.
    pub api_key: Option<String>,
}

/// Creates the business, its owner and the key in one transaction. Uses up the one-time set-up link, if there was one.
pub async fn create_business(db: &Db, new: NewBusiness) -> Result<Created> {
    let name = check::name("name", &new.name)?;
    let email = check::email("email", &new.owner_email)?;
    let owner_name = check::name("owner_name", &new.owner_name)?;
    if jiff::tz::TimeZone::get(&new.time_zone).is_err() {
        return Err(Error::invalid("time_zone", "UNKNOWN", "this is not a time zone such as Europe/Berlin"));
    }
    let password_hash = passwords::hash(&new.password).await?;
    let business = BusinessId::new(&mut db.ids());
    let secret = if new.api_key { Some(issue_key::new_secret()?) } else { None };
    let key_digest = secret.as_deref().map(digest);
    let settings = Settings { notify: vec![email.clone()], ..Settings::default() };
    let settings = settings.text()?;
    let currency = new.currency;
    let time_zone = new.time_zone;
    let owner = db
        .write(business, async move |tx| {
            let setup = tx.lock::<Installation>(&[&SETUP_TOKEN]).await?;
            let now = tx.now();
            tx.insert(&Business {
                id: business,
                name: name.clone(),
                currency,
                locale: "en".to_owned(),
                time_zone: time_zone.clone(),
                email: Some(email.clone()),
                phone: None,
                address: None,
                tax_id: None,
                color: "#0b5c44".to_owned(),
                logo: None,
                footer: None,
                paper: if currency.code() == "USD" { "letter" } else { "a4" }.to_owned(),
                settings: settings.clone(),
                created_at: now,
            });
            let owner = UserId::new(tx.ids());
            tx.insert(&User {
                business_id: business,
                id: owner,
                email: email.clone(),
                name: owner_name.clone(),
                role: Role::Owner,
                password_hash: password_hash.clone(),
                created_at: now,
                disabled_at: None,
            });
            if let Some(digest) = &key_digest {
                let id = ApiKeyId::new(tx.ids());
                tx.insert(&ApiKey {
                    business_id: business,
                    id,
                    name: "set-up".to_owned(),
                    digest: digest.clone(),
                    scopes: SCOPES.join(","),
                    expires_on: None,
                    revoked_at: None,
                    created_at: now,
                });
            }
            if let Some(mut setup) = setup {
                setup.value = String::new();
                tx.set(&setup);
            }
            let call = Call::system(business, "setup");
            let event = event_id(tx);
            let data = serde_json::json!({ "currency": currency, "owner": owner });
            Act { kind: "business_created", subject: business.to_string(), customer: None, data, call: &call }.write(tx, event);
            Ok(owner)
        })
        .await?;
    Ok(Created { business, owner, api_key: secret })
}

/// A fresh one-time token for the set-up page; an earlier one no longer works.
pub async fn offer(db: &Db) -> Result<String> {
    let token = crate::keys::new_token()?;
    let kept = hex::encode(digest(&token));
    db.write(BusinessId(uuid::Uuid::nil()), async move |tx| {
        let present = tx.lock::<Installation>(&[&SETUP_TOKEN]).await?;
        let row = Installation { name: SETUP_TOKEN.to_owned(), value: kept.clone() };
        if present.is_some() {
            tx.set(&row)
        } else {
            tx.insert(&row)
        }
        Ok(())
    })
    .await?;
    Ok(token)
}

/// Whether this token opens the set-up page: it is the latest one, unused, and there is still no business.
pub async fn opens_setup(db: &Db, token: &str) -> Result<bool> {
    let kept = hex::encode(digest(token));
    let known = crate::store::installation::get(db, SETUP_TOKEN).await?;
    let none_yet = crate::store::business::list(db).await?.is_empty();
    Ok(none_yet && known.is_some_and(|known| !known.is_empty() && known == kept))
}
