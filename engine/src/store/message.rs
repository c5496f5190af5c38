//! Messages of staff to customers: to whom each goes, and who is held until their invoices are paid (MSG-1).
//!
//! Invariant: a recipient is `sent` (a mail is or will be in the outbox) or `held` with the code that says why. Whether an
//! invoice is unpaid is read from the charges that live invoices cover, the same rows as every amount due.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, MessageId};
use books::money::Currency;

use crate::db::{Db, Reader, Tx, Value, row, sql, table};
use crate::error::{Error, Result};

/// The most customers that one message goes to.
pub const MOST_RECIPIENTS: i64 = 10_000;

table! {
    /// What staff wrote.
    pub struct Message in message key(business_id, id) {
        pub business_id: BusinessId,
        pub id: MessageId,
        pub subject: String,
        pub body: String,
        /// It was written to all customers there were.
        pub to_all: bool,
        pub actor: String,
        pub created_at: Instant,
    }
}

table! {
    /// One customer to whom it goes.
    pub struct Recipient in message_recipient key(business_id, message_id, customer_id) {
        pub business_id: BusinessId,
        pub message_id: MessageId,
        pub customer_id: CustomerId,
        /// `sent` or `held`
        pub state: String,
        /// Why it is held: `HELD_UNPAID` or `NO_CONTACT`.
        pub code: Option<String>,
        /// When it was let go after having been held.
        pub released_at: Option<Instant>,
    }
}

row! {
    /// What decides whether a message goes to a customer.
    pub struct Reached {
        pub id: CustomerId,
        pub name: String,
        pub email: Option<String>,
        pub hold_exempt: bool,
        /// What is unpaid on their invoices in the business's own currency, minor units.
        pub unpaid: i64,
        /// How many charges on their invoices are unpaid, in whatever currency.
        pub unpaid_charges: i64,
    }
}

row! {
    /// A message in the list.
    pub struct MessageLine {
        pub id: MessageId,
        pub subject: String,
        pub to_all: bool,
        pub actor: String,
        pub created_at: Instant,
        pub sent: i64,
        pub held: i64,
    }
}

row! {
    /// A recipient with their name.
    pub struct RecipientLine {
        pub customer_id: CustomerId,
        pub name: String,
        pub email: Option<String>,
        pub state: String,
        pub code: Option<String>,
        pub released_at: Option<Instant>,
    }
}

row! {
    /// Somebody whose message may go now.
    pub struct Held {
        pub business_id: BusinessId,
        pub message_id: MessageId,
        pub customer_id: CustomerId,
    }
}

/// Charges on issued invoices that are not paid. A draft claims its charges too, but nobody was asked for them yet.
macro_rules! reached {
    ($rest:literal) => {
        concat!(
            "select c.id, c.name, c.email, c.hold_exempt,
                (select cast(coalesce(sum(o.amount - o.allocated), 0) as bigint) from entry_open o
                    where o.business_id = c.business_id and o.customer_id = c.id and o.currency = $2 and o.side = 'charge'
                        and o.allocated < o.amount and o.invoice_id in (select i.id from invoice i
                            where i.business_id = o.business_id and i.standing <> 'draft')) as unpaid,
                (select count(*) from entry_open o
                    where o.business_id = c.business_id and o.customer_id = c.id and o.side = 'charge'
                        and o.allocated < o.amount and o.invoice_id in (select i.id from invoice i
                            where i.business_id = o.business_id and i.standing <> 'draft')) as unpaid_charges
             from customer c where c.business_id = $1 ",
            $rest
        )
    };
}

sql!(ALL, reached!("order by c.id limit $3"));
sql!(SOME, reached!("and c.id {any_id:$3} order by c.id"));
sql!(ONE, "select * from message where business_id = $1 and id = $2");
sql!(
    LIST,
    "
    select m.id, m.subject, m.to_all, m.actor, m.created_at,
        (select count(*) from message_recipient r where r.business_id = m.business_id and r.message_id = m.id and r.state = 'sent')
            as sent,
        (select count(*) from message_recipient r where r.business_id = m.business_id and r.message_id = m.id and r.state = 'held')
            as held
    from message m where m.business_id = $1 and m.id < $2 order by m.id desc limit $3"
);
sql!(
    RECIPIENTS,
    "
    select r.customer_id, c.name, c.email, r.state, r.code, r.released_at
    from message_recipient r join customer c on c.business_id = r.business_id and c.id = r.customer_id
    where r.business_id = $1 and r.message_id = $2 and r.customer_id > $3 order by r.customer_id limit $4"
);
sql!(
    RECIPIENT,
    "
    select r.customer_id, c.name, c.email, r.state, r.code, r.released_at
    from message_recipient r join customer c on c.business_id = r.business_id and c.id = r.customer_id
    where r.business_id = $1 and r.message_id = $2 and r.customer_id = $3"
);
sql!(
    FREE,
    "
    select r.business_id, r.message_id, r.customer_id
    from message_recipient r join customer c on c.business_id = r.business_id and c.id = r.customer_id
    where r.business_id = $1 and r.state = 'held' and c.email is not null
        and ($2 = false or c.hold_exempt or not exists (select 1 from entry_open o where o.business_id = r.business_id
            and o.customer_id = r.customer_id and o.side = 'charge' and o.allocated < o.amount and o.invoice_id in (select i.id from invoice i
                            where i.business_id = o.business_id and i.standing <> 'draft')))
    order by r.customer_id, r.message_id limit $3"
);
sql!(pub(crate) RELEASE, "
    update message_recipient set state = 'sent', code = null, released_at = $4
    where business_id = $1 and message_id = $2 and customer_id = $3 and state = 'held'");

/// Those to whom a message would go, in the order of their ids: all customers, or these.
pub(crate) async fn reached(
    tx: &mut Tx<'_>,
    business: BusinessId,
    currency: Currency,
    to: Option<&[CustomerId]>,
) -> Result<Vec<Reached>> {
    match to {
        None => tx.query(&ALL, &[&business, &currency, &(MOST_RECIPIENTS + 1)]).await,
        Some(ids) => tx.query(&SOME, &[&business, &currency, &Value::ids(ids.iter().copied())]).await,
    }
}

/// The same for a preview.
pub(crate) async fn would_reach(
    reader: &mut Reader<'_>,
    business: BusinessId,
    currency: Currency,
    to: Option<&[CustomerId]>,
) -> Result<Vec<Reached>> {
    match to {
        None => reader.query(&ALL, &[&business, &currency, &(MOST_RECIPIENTS + 1)]).await,
        Some(ids) => reader.query(&SOME, &[&business, &currency, &Value::ids(ids.iter().copied())]).await,
    }
}

/// Held recipients of a business who can be written to and whose invoices are paid by now, or who are held for them no more.
pub(crate) async fn free(reader: &mut Reader<'_>, business: BusinessId, hold_rule: bool, limit: i64) -> Result<Vec<Held>> {
    reader.query(&FREE, &[&business, &hold_rule, &limit]).await
}

pub(crate) async fn one(reader: &mut Reader<'_>, business: BusinessId, id: MessageId) -> Result<Message> {
    reader.query_opt(&ONE, &[&business, &id]).await?.ok_or(Error::NotFound)
}

/// One message.
pub async fn message(db: &Db, business: BusinessId, id: MessageId) -> Result<Message> {
    db.read(async move |reader| one(reader, business, id).await).await
}

/// Messages, newest first, before one (none: from the newest).
pub async fn list(db: &Db, business: BusinessId, before: Option<MessageId>, limit: i64) -> Result<Vec<MessageLine>> {
    let before = before.unwrap_or(MessageId(uuid::Uuid::max()));
    db.read(async move |reader| reader.query(&LIST, &[&business, &before, &limit]).await).await
}

pub(crate) async fn recipients_after(
    reader: &mut Reader<'_>,
    business: BusinessId,
    id: MessageId,
    after: CustomerId,
    limit: i64,
) -> Result<Vec<RecipientLine>> {
    reader.query(&RECIPIENTS, &[&business, &id, &after, &limit]).await
}

pub(crate) async fn recipient(
    reader: &mut Reader<'_>,
    business: BusinessId,
    id: MessageId,
    customer: CustomerId,
) -> Result<RecipientLine> {
    reader.query_opt(&RECIPIENT, &[&business, &id, &customer]).await?.ok_or(Error::NotFound)
}

/// Everyone to whom a message goes, in the order of their ids; at most [`MOST_RECIPIENTS`].
pub async fn recipients(db: &Db, business: BusinessId, id: MessageId) -> Result<Vec<RecipientLine>> {
    let first = CustomerId(uuid::Uuid::nil());
    db.read(async move |reader| recipients_after(reader, business, id, first, MOST_RECIPIENTS).await).await
}
