//! Sessions of staff, and the rights that a payer's browser has gathered by opening links.
//!
//! Invariant: only digests of tokens are kept. A session ends when it is idle for 30 minutes, after 12 hours, at sign-out,
//! or when its user is disabled.

use books::calendar::Instant;
use books::ids::{BusinessId, LinkId, SessionId, UserId};

use super::user::Role;
use crate::db::{Db, Reader, row, sql, table};
use crate::error::Result;

/// Without a request for so long, a session is over.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// However busy, a session is over after so long.
pub const LIFE_SECONDS: i64 = 12 * 3600;

table! {
    /// One signed-in browser.
    pub struct Session in session key(business_id, id) {
        pub business_id: BusinessId,
        pub id: SessionId,
        pub digest: Vec<u8>,
        pub user_id: UserId,
        pub created_at: Instant,
        pub seen_at: Instant,
        pub expires_at: Instant,
        pub ip: String,
        pub agent: String,
        /// JSON list of [`Also`]: the other businesses that the same password opened.
        pub also: String,
        pub ended_at: Option<Instant>,
    }
}

table! {
    /// A visitor's browser has shown the token of this link.
    pub struct VisitorRight in visitor_right key(business_id, digest, link_id) {
        pub business_id: BusinessId,
        pub digest: Vec<u8>,
        pub link_id: LinkId,
        pub created_at: Instant,
        pub expires_at: Instant,
    }
}

row! {
    /// A session together with whose it is.
    pub struct SignedIn {
        pub business_id: BusinessId,
        pub session_id: SessionId,
        pub user_id: UserId,
        pub email: String,
        pub name: String,
        pub role: Role,
        pub seen_at: Instant,
        pub also: String,
    }
}

/// Another business that the same password opened at sign-in, so that its user may switch to it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Also {
    pub business: BusinessId,
    pub user: UserId,
    pub name: String,
}

impl SignedIn {
    pub fn others(&self) -> Vec<Also> {
        serde_json::from_str(&self.also).unwrap_or_default()
    }
}

sql!(
    BY_DIGEST,
    "
    select s.business_id, s.id as session_id, s.user_id, u.email, u.name, u.role, s.seen_at, s.also
    from session s join users u on u.business_id = s.business_id and u.id = s.user_id
    where s.digest = $1 and s.ended_at is null and s.expires_at > $2 and s.seen_at > $3 and u.disabled_at is null"
);
sql!(
    LIVE_OF_USER,
    "
    select * from session where business_id = $1 and user_id = $2 and ended_at is null and expires_at > $3 and seen_at > $4
    order by seen_at desc, id desc limit 100"
);
sql!(RIGHT, "select * from visitor_right where digest = $1 and link_id = $2 and expires_at > $3");

/// The live session of a cookie's token. Before the business is known, so by digest alone.
pub(crate) async fn by_digest(reader: &mut Reader<'_>, digest: Vec<u8>, now: Instant) -> Result<Option<SignedIn>> {
    reader.query_opt(&BY_DIGEST, &[&digest, &now, &now.plus_seconds(-IDLE_SECONDS)]).await
}

pub(crate) async fn live_of_user(
    reader: &mut Reader<'_>,
    business: BusinessId,
    user: UserId,
    now: Instant,
) -> Result<Vec<Session>> {
    reader.query(&LIVE_OF_USER, &[&business, &user, &now, &now.plus_seconds(-IDLE_SECONDS)]).await
}

/// Whether the browser with this digest may see this link. By digest and link, whose business comes with the row.
pub(crate) async fn visitor_right(
    reader: &mut Reader<'_>,
    digest: Vec<u8>,
    link: LinkId,
    now: Instant,
) -> Result<Option<VisitorRight>> {
    reader.query_opt(&RIGHT, &[&digest, &link, &now]).await
}

/// The live session behind a cookie's token.
pub async fn of_token(db: &Db, token: &str) -> Result<Option<SignedIn>> {
    let kept = crate::keys::digest(token);
    db.read(async move |reader| {
        let now = reader.now();
        by_digest(reader, kept.clone(), now).await
    })
    .await
}

/// The sessions of a user that are live now, latest first.
pub async fn live(db: &Db, business: BusinessId, user: UserId) -> Result<Vec<Session>> {
    db.read(async move |reader| {
        let now = reader.now();
        live_of_user(reader, business, user, now).await
    })
    .await
}
