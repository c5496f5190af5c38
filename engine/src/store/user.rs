//! Users: who signs in. A person who works for two businesses is one user in each.

use books::calendar::Instant;
use books::ids::{BusinessId, UserId};

use crate::db::{Db, Reader, sql, table, text_column};
use crate::error::Result;

/// What a user may do. Each role may do everything that the ones after it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees everything, changes nothing.
    Viewer,
    /// Records payments, writes orders, asks for money.
    Clerk,
    /// Also reverses, adjusts and changes settings of collecting.
    Manager,
    /// Also users, keys and processors.
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Owner, Role::Manager, Role::Clerk, Role::Viewer];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Clerk => "clerk",
            Role::Viewer => "viewer",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Role, ()> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

text_column!(Role);

table! {
    /// A person who signs in to one business.
    pub struct User in users key(business_id, id) {
        pub business_id: BusinessId,
        pub id: UserId,
        /// Lower case.
        pub email: String,
        pub name: String,
        pub role: Role,
        /// PHC string, Argon2id.
        pub password_hash: String,
        pub created_at: Instant,
        pub disabled_at: Option<Instant>,
    }
}

sql!(BY_EMAIL, "select * from users where email = $1 and disabled_at is null order by created_at, id");
sql!(OF_BUSINESS, "select * from users where business_id = $1 order by created_at, id");

/// Everyone who may sign in with this address, in whichever business. Before the business is known, so by address alone.
pub(crate) async fn by_email(reader: &mut Reader<'_>, email: &str) -> Result<Vec<User>> {
    reader.query(&BY_EMAIL, &[&email.to_lowercase()]).await
}

pub(crate) async fn of_business(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<User>> {
    reader.query(&OF_BUSINESS, &[&business]).await
}

/// The users of a business, oldest first, disabled ones included.
pub async fn list(db: &Db, business: BusinessId) -> Result<Vec<User>> {
    db.read(async move |reader| of_business(reader, business).await).await
}
