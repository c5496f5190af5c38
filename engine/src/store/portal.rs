//! The customer portal's doors: mailed ways in, and the browsers that came through them.
//!
//! Invariant: only digests of tokens are kept. A browser sees the customers who have its address at that very moment, so a
//! changed address ends its rights; one in which staff act for a customer sees that customer alone, and only while the
//! member of staff may still act. A session ends when it is idle for two hours, after a day, or at sign-out.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, PortalEntryId, SessionId, UserId};

use super::business;
use super::customer::Customer;
use super::user::{Role, User};
use crate::db::{Db, Reader, row, sql, table};
use crate::error::Result;
use crate::keys::digest;

/// How long a mailed way in can be used.
pub const ENTRY_SECONDS: i64 = 30 * 60;
/// Without a request for so long, a session is over.
pub const IDLE_SECONDS: i64 = 2 * 3600;
/// However busy, a session is over after so long.
pub const LIFE_SECONDS: i64 = 24 * 3600;
/// At most so many customers share one address.
const MOST_CUSTOMERS: i64 = 50;

table! {
    /// A way into the portal that was mailed.
    pub struct PortalEntry in portal_entry key(business_id, id) {
        pub business_id: BusinessId,
        pub id: PortalEntryId,
        /// Lower case.
        pub email: String,
        pub digest: Vec<u8>,
        pub created_at: Instant,
        pub expires_at: Instant,
        pub used_at: Option<Instant>,
    }
}

table! {
    /// A browser inside the portal: of an address, or of a member of staff who acts for one customer.
    pub struct PortalSession in portal_session key(business_id, id) {
        pub business_id: BusinessId,
        pub id: SessionId,
        pub digest: Vec<u8>,
        /// Lower case; none: staff act for `customer_id`.
        pub email: Option<String>,
        pub customer_id: Option<CustomerId>,
        pub user_id: Option<UserId>,
        pub created_at: Instant,
        pub seen_at: Instant,
        pub expires_at: Instant,
        pub ended_at: Option<Instant>,
    }
}

row! {
    /// A business that an address belongs to a customer of.
    pub struct Known {
        pub business_id: BusinessId,
    }
}

sql!(pub(crate) ENTRY_BY_DIGEST, "select * from portal_entry where digest = $1");
sql!(
    SESSION_BY_DIGEST,
    "
    select * from portal_session where digest = $1 and ended_at is null and expires_at > $2 and seen_at > $3"
);
sql!(
    WITH_EMAIL,
    "select * from customer where business_id = $1 and email is not null and lower(email) = $2 order by name_key, id limit $3"
);
sql!(
    KNOWS,
    "select c.business_id from customer c where c.business_id = $1 and c.email is not null and lower(c.email) = $2 limit 1"
);
sql!(pub(crate) FORGET_ENTRIES, "delete from portal_entry where business_id = $1 and expires_at < $2");

/// Somebody inside the portal, and whom they may see.
#[derive(Debug, Clone)]
pub struct Inside {
    pub session: PortalSession,
    /// By name; never empty.
    pub customers: Vec<Customer>,
    /// The member of staff who acts for the customer.
    pub acting: Option<User>,
}

impl Inside {
    /// The customer with this id, if this browser may see them.
    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// The role of whoever acts; none: the customer themself.
    pub fn role(&self) -> Option<Role> {
        self.acting.as_ref().map(|user| user.role)
    }
}

/// The customers of a business who have this address, by name.
pub(crate) async fn with_email(reader: &mut Reader<'_>, business: BusinessId, email: &str) -> Result<Vec<Customer>> {
    reader.query(&WITH_EMAIL, &[&business, &email.to_owned(), &MOST_CUSTOMERS]).await
}

/// The businesses that know a customer by this address. An installation has few businesses; each is asked by its index.
pub(crate) async fn known_to(reader: &mut Reader<'_>, email: &str) -> Result<Vec<BusinessId>> {
    let mut known = Vec::new();
    for business in business::all(reader).await? {
        let found: Option<Known> = reader.query_opt(&KNOWS, &[&business.id, &email.to_owned()]).await?;
        known.extend(found.map(|row| row.business_id));
    }
    Ok(known)
}

/// The live way in with this digest; before the business is known, so by digest alone.
pub(crate) async fn entry_by_digest(reader: &mut Reader<'_>, kept: Vec<u8>) -> Result<Option<PortalEntry>> {
    reader.query_opt(&ENTRY_BY_DIGEST, &[&kept]).await
}

/// Who is behind a cookie's token: nobody once the session is over, the address is no customer's any more, or the member
/// of staff may no longer act.
pub async fn of_token(db: &Db, token: &str) -> Result<Option<Inside>> {
    let kept = digest(token);
    db.read(async move |reader| {
        let now = reader.now();
        let found: Option<PortalSession> =
            reader.query_opt(&SESSION_BY_DIGEST, &[&kept, &now, &now.plus_seconds(-IDLE_SECONDS)]).await?;
        match found {
            Some(session) => inside(reader, session).await,
            None => Ok(None),
        }
    })
    .await
}

async fn inside(reader: &mut Reader<'_>, session: PortalSession) -> Result<Option<Inside>> {
    let business = session.business_id;
    let (customers, acting) = match (&session.email, session.customer_id, session.user_id) {
        (Some(email), ..) => (with_email(reader, business, email).await?, None),
        (None, Some(customer), Some(user)) => {
            let settings = business::one(reader, business).await?.settings()?;
            let user = reader.get::<User>(&[&business, &user]).await?.filter(|user| user.disabled_at.is_none());
            let Some(user) = user.filter(|user| settings.may_act_as_customer(user.role)) else { return Ok(None) };
            (vec![super::customer::one(reader, business, customer).await?], Some(user))
        }
        _ => (Vec::new(), None),
    };
    Ok((!customers.is_empty()).then_some(Inside { session, customers, acting }))
}
