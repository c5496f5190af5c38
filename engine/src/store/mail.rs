//! Mails: the outbox, which is also what staff and customers were told. Kept for ever, sent or not.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, MailId};

use crate::db::{Db, Reader, row, sql, table};
use crate::error::{Error, Result};

table! {
    /// One letter to one address, with copies.
    pub struct Mail in mail key(business_id, id) {
        pub business_id: BusinessId,
        pub id: MailId,
        pub kind: String,
        pub customer_id: Option<CustomerId>,
        pub about: Option<String>,
        /// TypeID of the document, or of what else it belongs to, whose mails stand together.
        pub thread: Option<String>,
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

table! {
    /// A paper that goes along with a mail, as it was drawn when the mail was written.
    pub struct MailAttachment in mail_attachment key(business_id, mail_id, name) {
        pub business_id: BusinessId,
        pub mail_id: MailId,
        /// What the file is called, with its ending.
        pub name: String,
        pub bytes: Vec<u8>,
        /// Of the bytes, in hex.
        pub sha256: String,
    }
}

row! {
    /// An attachment without its bytes.
    pub struct Attached {
        pub name: String,
        pub size: i64,
        pub sha256: String,
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

sql!(
    ATTACHED,
    "select name, cast(length(bytes) as bigint) as size, sha256 from mail_attachment where business_id = $1 and mail_id = $2 order by name"
);
sql!(ATTACHMENTS, "select * from mail_attachment where business_id = $1 and mail_id = $2 order by name");
sql!(
    pub(crate) ATTACHMENTS_AFTER,
    "
    select * from mail_attachment where business_id = $1 and (mail_id, name) > ($2, $3) order by mail_id, name limit $4"
);
sql!(
    LAST_TO,
    "
    select * from mail where business_id = $1 and customer_id = $2 and send_to = $3 and state in ('sent', 'failed', 'bounced')
    order by id desc limit 1"
);

/// What goes along with a mail, whole.
pub(crate) async fn attachments(reader: &mut Reader<'_>, business: BusinessId, id: MailId) -> Result<Vec<MailAttachment>> {
    reader.query(&ATTACHMENTS, &[&business, &id]).await
}

/// What goes along with a mail, without the bytes.
pub async fn attached(db: &Db, business: BusinessId, id: MailId) -> Result<Vec<Attached>> {
    db.read(async move |reader| reader.query(&ATTACHED, &[&business, &id]).await).await
}

/// One file that goes along with a mail.
pub async fn attachment(db: &Db, business: BusinessId, id: MailId, name: String) -> Result<MailAttachment> {
    db.read(async move |reader| reader.get::<MailAttachment>(&[&business, &id, &name]).await).await?.ok_or(Error::NotFound)
}

/// The latest mail to a customer at the address they have now, if it did not get through. One that did makes up for those
/// before it, and another address has a history of its own.
pub(crate) async fn not_reached(
    reader: &mut Reader<'_>,
    business: BusinessId,
    customer: CustomerId,
    address: Option<&str>,
) -> Result<Option<Mail>> {
    let Some(address) = address else { return Ok(None) };
    let last: Option<Mail> = reader.query_opt(&LAST_TO, &[&business, &customer, &address]).await?;
    Ok(last.filter(|mail| mail.state != "sent"))
}

/// The same for one customer alone.
pub async fn unreached(db: &Db, business: BusinessId, customer: CustomerId, address: Option<String>) -> Result<Option<Mail>> {
    db.read(async move |reader| not_reached(reader, business, customer, address.as_deref()).await).await
}

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
