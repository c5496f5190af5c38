//! What belongs to the installation and to no business: the test clock and the one-time set-up link.

use crate::db::{Db, Reader, sql, table};
use crate::error::Result;

table! {
    /// A named value of the installation.
    pub struct Installation in installation key(name) {
        pub name: String,
        pub value: String,
    }
}

/// Digest of the one-time set-up token, in hexadecimal.
pub const SETUP_TOKEN: &str = "setup_token";
/// The test clock's present, RFC 3339.
pub const TEST_CLOCK: &str = "test_clock";

sql!(ONE, "select * from installation where name = $1");

pub(crate) async fn value(reader: &mut Reader<'_>, name: &str) -> Result<Option<String>> {
    let found: Option<Installation> = reader.query_opt(&ONE, &[&name.to_owned()]).await?;
    Ok(found.map(|row| row.value))
}

/// A named value of the installation, if it was ever set.
pub async fn get(db: &Db, name: &'static str) -> Result<Option<String>> {
    db.read(async move |reader| value(reader, name).await).await
}
