//! API keys: how programs sign in. Shown once; only the digest is kept.

use books::calendar::{Day, Instant};
use books::ids::{ApiKeyId, BusinessId};

use crate::db::{Db, Reader, sql, table};
use crate::error::Result;

/// What a key may be allowed to do.
pub const SCOPES: [&str; 5] = ["read", "write", "payments", "refunds", "settings"];

table! {
    /// A program's key.
    pub struct ApiKey in api_key key(business_id, id) {
        pub business_id: BusinessId,
        pub id: ApiKeyId,
        pub name: String,
        pub digest: Vec<u8>,
        /// Words of [`SCOPES`], separated by commas.
        pub scopes: String,
        /// Its last day; none: until revoked.
        pub expires_on: Option<Day>,
        pub revoked_at: Option<Instant>,
        pub created_at: Instant,
    }
}

impl ApiKey {
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.split(',').any(|word| word == scope)
    }
}

sql!(BY_DIGEST, "select * from api_key where digest = $1 and revoked_at is null");
sql!(OF_BUSINESS, "select * from api_key where business_id = $1 order by id desc");

/// The key with this digest unless it is revoked or past its last day. Before the business is known, so by digest alone.
pub(crate) async fn by_digest(reader: &mut Reader<'_>, digest: Vec<u8>, now: Instant) -> Result<Option<ApiKey>> {
    let found: Option<ApiKey> = reader.query_opt(&BY_DIGEST, &[&digest]).await?;
    let today = now.day_in(&jiff::tz::TimeZone::UTC);
    Ok(found.filter(|key| key.expires_on.is_none_or(|last| today <= last)))
}

pub(crate) async fn of_business(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<ApiKey>> {
    reader.query(&OF_BUSINESS, &[&business]).await
}

/// The live key with this text.
pub async fn of_secret(db: &Db, secret: &str) -> Result<Option<ApiKey>> {
    let kept = crate::keys::digest(secret);
    db.read(async move |reader| {
        let now = reader.now();
        by_digest(reader, kept.clone(), now).await
    })
    .await
}

/// Every key of a business, newest first, revoked ones included.
pub async fn list(db: &Db, business: BusinessId) -> Result<Vec<ApiKey>> {
    db.read(async move |reader| of_business(reader, business).await).await
}
