//! What a person should look at: acts that wait for approval, refunds that failed, work and mails that gave up, payments nobody
//! knows the outcome of, disputes, returns, credit that waits to be used (a double payment, say), payouts that cannot be read, and templates that do not print.
//!
//! Limits: the latest [`MOST`] of each.

use books::calendar::Instant;
use books::ids::{BusinessId, CustomerId, EntryId, PaymentId};
use books::money::Currency;
use books::payment::PaymentState;

use crate::db::{Reader, row, sql};
use crate::error::Result;
use crate::store::approval::{self, ApprovalRow};
use crate::store::connection::{self, HeldUp};
use crate::store::job::Job;
use crate::store::mail::Mail;
use crate::store::paper_template::{self, PaperTemplate};
use crate::store::payout::{self, Differing};

/// At most so many of each kind are named.
pub const MOST: i64 = 10;
/// A dispute or return is named for so long after it was last touched.
const FRESH_SECONDS: i64 = 30 * 86_400;
/// A processor that does not list its payouts is named after so long; Settings say it at once.
const UNREAD_SECONDS: i64 = 86_400;

row! {
    /// A payment whose outcome is unknown, or that was disputed or returned.
    pub struct Troubled {
        pub id: PaymentId,
        pub number: String,
        pub customer_name: String,
        pub currency: Currency,
        pub amount: i64,
        pub state: PaymentState,
        pub disputed: bool,
        pub returned: bool,
        pub updated_at: Instant,
    }
}

row! {
    /// Credit that is not applied by itself until somebody decides.
    pub struct HeldCredit {
        pub id: EntryId,
        pub customer_id: CustomerId,
        pub customer_name: String,
        pub currency: Currency,
        pub free: i64,
        pub created_at: Instant,
    }
}

row! {
    /// A refund that the processor did not take.
    pub struct FailedRefund {
        pub number: String,
        pub payment_id: PaymentId,
        pub customer_name: String,
        pub currency: Currency,
        pub amount: i64,
        pub updated_at: Instant,
    }
}

/// Everything that needs a look.
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    pub dead: Vec<Job>,
    pub mails: Vec<Mail>,
    pub payments: Vec<Troubled>,
    pub held: Vec<HeldCredit>,
    pub refunds: Vec<FailedRefund>,
    /// Charges by a customer's own switch that were declined and are not tried again yet.
    pub declined: Vec<Troubled>,
    /// Acts that wait for a second person.
    pub approvals: Vec<ApprovalRow>,
    /// Payouts that are not all of payments in these books.
    pub payouts: Vec<Differing>,
    /// Connections whose payouts could not be read for a day.
    pub unread: Vec<HeldUp>,
    /// Templates of papers for which the built-in one stands in.
    pub templates: Vec<PaperTemplate>,
}

sql!(DEAD, "select * from job where business_id = $1 and state = 'dead' order by run_at desc, id desc limit $2");
sql!(FAILED, "select * from mail where business_id = $1 and state in ('failed', 'bounced') order by id desc limit $2");
// SQLite takes the index of live payments only where its condition is repeated word for word.
sql!(
    UNKNOWN,
    "
    select p.id, p.number, c.name as customer_name, p.currency, p.amount, p.state, p.disputed, p.returned, p.updated_at
    from payment p join customer c on c.business_id = p.business_id and c.id = p.customer_id
    where p.business_id = $1 and p.state in ('created', 'authorized', 'pending', 'unknown') and p.state = 'unknown'
    order by p.id desc limit $2"
);
sql!(
    TAKEN_BACK,
    "
    select p.id, p.number, c.name as customer_name, p.currency, p.amount, p.state, p.disputed, p.returned, p.updated_at
    from payment p join customer c on c.business_id = p.business_id and c.id = p.customer_id
    where p.business_id = $1 and (p.disputed or p.returned) and p.updated_at >= $2 order by p.id desc limit $3"
);
sql!(
    HELD,
    "
    select e.id, e.customer_id, c.name as customer_name, e.currency, o.amount - o.allocated as free, e.created_at
    from entry_open o
        join entry e on e.business_id = o.business_id and e.id = o.entry_id
        join customer c on c.business_id = o.business_id and c.id = o.customer_id
    where o.business_id = $1 and o.side = 'credit' and o.held = true and o.allocated < o.amount order by e.id desc limit $2"
);

sql!(
    FAILED_REFUNDS,
    "
    select r.number, r.payment_id, c.name as customer_name, r.currency, r.amount, r.updated_at
    from refund r join customer c on c.business_id = r.business_id and c.id = r.customer_id
    where r.business_id = $1 and r.state = 'failed' and r.decline_code <> 'REJECTED' and r.updated_at >= $2
    order by r.id desc limit $3"
);

sql!(
    DECLINED,
    "
    select p.id, p.number, c.name as customer_name, p.currency, p.amount, p.state, p.disputed, p.returned, p.updated_at
    from payment p join customer c on c.business_id = p.business_id and c.id = p.customer_id
        join customer_balance b on b.business_id = p.business_id and b.customer_id = p.customer_id and b.currency = p.currency
    where p.business_id = $1 and p.by_itself and p.state = 'failed' and p.updated_at >= $2 and b.balance < 0
        and not exists (select 1 from payment t where t.business_id = p.business_id and t.retry_of = p.id)
    order by p.id desc limit $3"
);

pub(crate) async fn exceptions(reader: &mut Reader<'_>, business: BusinessId) -> Result<Exceptions> {
    let fresh = reader.now().plus_seconds(-FRESH_SECONDS);
    let unread = reader.now().plus_seconds(-UNREAD_SECONDS);
    let mut payments: Vec<Troubled> = reader.query(&UNKNOWN, &[&business, &MOST]).await?;
    payments.extend(reader.query::<Troubled>(&TAKEN_BACK, &[&business, &fresh, &MOST]).await?);
    Ok(Exceptions {
        dead: reader.query(&DEAD, &[&business, &MOST]).await?,
        mails: reader.query(&FAILED, &[&business, &MOST]).await?,
        payments,
        held: reader.query(&HELD, &[&business, &MOST]).await?,
        refunds: reader.query(&FAILED_REFUNDS, &[&business, &fresh, &MOST]).await?,
        declined: reader.query(&DECLINED, &[&business, &fresh, &MOST]).await?,
        approvals: approval::rows(reader, business, "waiting", MOST).await?,
        payouts: payout::differing(reader, business, MOST).await?,
        unread: connection::held_up(reader, business, unread, MOST).await?,
        templates: paper_template::failing(reader, business).await?,
    })
}
