//! Templates of a business's own, in place of the built-in ones.
//!
//! Invariant: at most one for each kind of paper; a kind without a row is printed by the built-in template. A template that
//! failed stays: the built-in one stands in for it, and the row says since when and why. Left out: what a template may do, which
//! is bounded where it is run.

use books::calendar::Instant;
use books::ids::BusinessId;
use books::paper::PaperKind;

use crate::db::{Db, Reader, sql, table};
use crate::error::Result;

table! {
    /// One template.
    pub struct PaperTemplate in paper_template key(business_id, paper) {
        pub business_id: BusinessId,
        /// A word of [`PaperKind`].
        pub paper: String,
        pub source: String,
        /// Of the source, in hex.
        pub sha256: String,
        /// `usr_…` or `key_…`
        pub saved_by: String,
        pub saved_at: Instant,
        /// Since when the built-in template stands in for it.
        pub failed_at: Option<Instant>,
        /// What went wrong then.
        pub failed_why: Option<String>,
    }
}

sql!(pub(crate) REMOVE, "delete from paper_template where business_id = $1 and paper = $2");
sql!(ALL, "select * from paper_template where business_id = $1 order by paper");
sql!(FAILING, "select * from paper_template where business_id = $1 and failed_at is not null order by paper");

/// All of a business's own templates.
pub(crate) async fn all(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<PaperTemplate>> {
    reader.query(&ALL, &[&business]).await
}

/// Those for which the built-in template had to stand in.
pub(crate) async fn failing(reader: &mut Reader<'_>, business: BusinessId) -> Result<Vec<PaperTemplate>> {
    reader.query(&FAILING, &[&business]).await
}

/// All of a business's own templates.
pub async fn list(db: &Db, business: BusinessId) -> Result<Vec<PaperTemplate>> {
    db.read(async move |reader| all(reader, business).await).await
}

/// The business's own template for a kind of paper, if there is one.
pub async fn own(db: &Db, business: BusinessId, kind: PaperKind) -> Result<Option<PaperTemplate>> {
    db.read(async move |reader| reader.get::<PaperTemplate>(&[&business, &kind.word()]).await).await
}
