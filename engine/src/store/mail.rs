//! Mails: the outbox, which is also what staff and customers were told. Kept for ever, sent or not.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, MailId};

use crate::db::{Db, Reader, sql, table};
use crate::error::{Error, Result};

table! {
    /// One letter to one address, with copies.
    pub struct Mail in mail key(business_id, id) {
        pub business_id: BusinessId,
        pub id: MailId,
        pub kind: String,
        pub customer_id: Option<CustomerId>,
        pub about: Option<String>,
        pub cause: String,
        pub send_to: String,
        /// JSON list of addresses.
        pub cc: String,
        pub reply_to: Option<String>,
        pub subject: String,
        pub body_text: String,
        pub body_html: String,
        /// `kept`, `queued`, `sent`, `failed` or `bounced`
        pub state: String,
        pub error: Option<String>,
        pub tries: i64,
        pub created_at: Instant,
        pub sent_at: Option<Instant>,
    }
}

impl Mail {
    /// As staff and programs see it: a way into a customer's own pages that was mailed is the customer's alone. One that is
    /// kept, because no mail server is set, is shown whole: it reaches nobody otherwise.
    pub fn for_staff(mut self) -> Mail {
        if self.kind == "portal_entry" && self.state != "kept" {
            self.body_text = without_token(&self.body_text);
            self.body_html = without_token(&self.body_html);
        }
        self
    }

    pub fn copies(&self) -> Vec<String> {
        serde_json::from_str(&self.cc).unwrap_or_default()
    }
}

/// Cuts the secret letters out of every way into the portal.
fn without_token(text: &str) -> String {
    const MARK: &str = "/portal/enter/";
    let mut parts = text.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end =
            part.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))).unwrap_or(part.len());
        out.push_str(MARK);
        out.push('…');
        out.push_str(&part[end..]);
    }
    out
}

sql!(ONE, "select * from mail where business_id = $1 and id = $2");
sql!(
    LIST,
    "
    select * from mail where business_id = $1 and id < $2 and ($3 = '' or kind = $3)
    order by id desc limit $4"
);
sql!(
    OF_CUSTOMER,
    "
    select * from mail where business_id = $1 and customer_id = $2 and id < $3 and ($4 = '' or kind = $4)
    order by id desc limit $5"
);
sql!(pub(crate) ABOUT, "select * from mail where business_id = $1 and cause = $2 and kind = $3");

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: MailId) -> Result<Mail> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// Newest first, before an id, of one kind or (empty) of all, of one customer or of all.
pub(crate) async fn list(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: Option<CustomerId>,
    kind: &str,
    before: MailId,
    limit: i64,
) -> Result<Vec<Mail>> {
    let kind = kind.to_owned();
    match customer {
        Some(customer) => reader.query(&OF_CUSTOMER, &[&business, &customer, &before, &kind, &limit]).await,
        None => reader.query(&LIST, &[&business, &before, &kind, &limit]).await,
    }
}

/// A page of the outbox, newest first, before an id (none: from the newest).
pub async fn outbox(
    db: &Db,
    business: BusinessId,
    customer: Option<CustomerId>,
    kind: &str,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>> {
    let (kind, before) = (kind.to_owned(), before.unwrap_or(MailId(uuid::Uuid::max())));
    let found = db.read(async move |reader| list(reader, business, customer, &kind, before, limit).await).await?;
    Ok(found.into_iter().map(Mail::for_staff).collect())
}

/// One mail.
pub async fn mail(db: &Db, business: BusinessId, id: MailId) -> Result<Mail> {
    db.read(async move |reader| one(reader, business, id).await).await.map(Mail::for_staff)
}

sql!(
    TROUBLED,
    "
    select * from mail where business_id = $1 and state in ('failed', 'bounced') and id < $2 order by id desc limit $3"
);

/// Mails that failed or bounced, newest first, before an id (none: from the newest).
pub async fn troubled(db: &Db, business: BusinessId, before: Option<MailId>, limit: i64) -> Result<Vec<Mail>> {
    let before = before.unwrap_or(MailId(uuid::Uuid::max()));
    db.read(async move |reader| reader.query(&TROUBLED, &[&business, &before, &limit]).await).await
}

#[cfg(test)]
mod tests {
    use super::without_token;

    #[test]
    fn a_way_in_loses_its_secret_and_the_rest_stays() {
        let text = "Sign in:\nhttp://a.example/portal/enter/por_Ab-9_z\nBye";
        assert_eq!(without_token(text), "Sign in:\nhttp://a.example/portal/enter/…\nBye");
        assert_eq!(without_token("<a href=\"/portal/enter/por_x\">"), "<a href=\"/portal/enter/…\">");
        assert_eq!(without_token("nothing here"), "nothing here");
    }
}
