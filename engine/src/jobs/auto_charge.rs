//! Charges customers who switched that on: what has fallen due, or all that is owed once it passes a threshold (DUN-3).
//!
//! Invariants: it looks for what is due and was not charged yet, so it catches up after any pause and charges nothing twice; a
//! charge that failed is left to its own schedule, until something new falls due. At most one charge of a customer and currency
//! is under way at a time. Limits: [`AT_ONCE`] customers in one round.

use books::account::Target;
use books::calendar::{Day, Instant};
use books::ids::{BusinessId, CustomerId, EntryId};
use books::money::Currency;
use books::payment::PaymentState;

use crate::db::{row, sql};
use crate::error::{Error, Result};
use crate::flows::call::Call;
use crate::flows::charge_saved::{Charging, Which, charge_saved};
use crate::flows::record_payment::Part;
use crate::services::Services;
use crate::store::business;
use crate::store::customer::AutoCharge;
use crate::store::payment::Payment;

/// At most so many customers are looked at in one page.
const AT_ONCE: i64 = 200;

row! {
    /// A charge that is open, and the day it falls due: its live invoice's, else its own, else the day it took effect.
    struct OpenCharge {
        id: EntryId,
        reserved: i64,
        due: Day,
        created_at: Instant,
    }
}

row! {
    /// A customer who has switched it on and owes something.
    struct Owing {
        business_id: BusinessId,
        id: CustomerId,
        currency: Currency,
        balance: i64,
        auto_charge: AutoCharge,
    }
}

sql!(
    OWING,
    "
    select c.business_id, c.id, b.currency, b.balance, c.auto_charge
    from customer c join customer_balance b on b.business_id = c.business_id and b.customer_id = c.id
    where c.auto_charge is not null and b.balance < 0 and (c.business_id, c.id, b.currency) > ($1, $2, $3)
    order by c.business_id, c.id, b.currency limit $4"
);
sql!(
    OPEN_CHARGES,
    "
    select o.entry_id as id, o.reserved, coalesce(o.due_on, o.effective_on) as due, e.created_at
    from entry_open o join entry e on e.business_id = o.business_id and e.id = o.entry_id
    where o.business_id = $1 and o.customer_id = $2 and o.currency = $3 and o.side = 'charge' and o.allocated < o.amount
    order by due, o.entry_id"
);
sql!(
    LAST_BY_ITSELF,
    "
    select * from payment where business_id = $1 and customer_id = $2 and by_itself and currency = $3 order by id desc limit 1"
);

/// Looks at everybody who has switched it on. Answers how many were charged.
pub async fn charge_due(services: &Services) -> Result<usize> {
    let mut after = (BusinessId(uuid::Uuid::nil()), CustomerId(uuid::Uuid::nil()), String::new());
    let mut charged = 0;
    loop {
        let (business, customer, currency) = after;
        let page: Vec<Owing> = services
            .db
            .read(async move |reader| reader.query(&OWING, &[&business, &customer, &currency, &AT_ONCE]).await)
            .await?;
        let Some(last) = page.last() else { return Ok(charged) };
        after = (last.business_id, last.id, last.currency.code().to_owned());
        for owing in &page {
            match charge_one(services, owing).await {
                Ok(did) => charged += usize::from(did),
                Err(error) => {
                    tracing::warn!(customer = %owing.id, %error, "a customer could not be charged by themselves; it is tried again")
                }
            }
        }
    }
}

async fn charge_one(services: &Services, owing: &Owing) -> Result<bool> {
    let switch = &owing.auto_charge;
    let (of, id, currency) = (owing.business_id, owing.id, owing.currency);
    let (today, own, open, last) = services
        .db
        .read(async move |reader| {
            let business = business::one(reader, of).await?;
            let open: Vec<OpenCharge> = reader.query(&OPEN_CHARGES, &[&of, &id, &currency]).await?;
            let last: Option<Payment> = reader.query_opt(&LAST_BY_ITSELF, &[&of, &id, &currency]).await?;
            let zone = business.zone();
            let last = last.map(|payment| (payment.created_at.day_in(&zone), payment));
            Ok((business.today(reader.now()), business.currency, open, last))
        })
        .await?;
    let due: Vec<&OpenCharge> = wanted(switch, &open, today, (currency == own).then_some(-owing.balance));
    if due.is_empty() || due.iter().any(|line| line.reserved > 0) || waits(last.as_ref(), &due) {
        return Ok(false);
    }
    let parts = due.iter().map(|line| Part { target: Target::Entry(line.id), amount: None }).collect();
    let charging = Charging { by_itself: true, ..Charging::all(id, currency, which(switch), parts) };
    let call = Call::system(of, format!("auto-charge {id}"));
    match charge_saved(services, &call, charging).await {
        Ok(_) => Ok(true),
        // No method, or it has expired: the page says so, and the next round looks again.
        Err(Error::Refused(_) | Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Which method the customer's switch names.
fn which(switch: &AutoCharge) -> Which {
    switch.method.parse().map_or(Which::Default, Which::One)
}

/// The charges to be charged now. `owed`: what is owed in the business's own currency, in which thresholds are written.
fn wanted<'a>(switch: &AutoCharge, open: &'a [OpenCharge], today: Day, owed: Option<i64>) -> Vec<&'a OpenCharge> {
    match (switch.at.as_str(), switch.threshold) {
        ("threshold", Some(threshold)) if owed.is_some_and(|owed| owed >= threshold) => open.iter().collect(),
        ("due", _) => open.iter().filter(|charge| charge.due <= today).collect(),
        _ => Vec::new(),
    }
}

/// The last charge failed, and nothing new fell due since: its own schedule goes on with it.
fn waits(last: Option<&(Day, Payment)>, due: &[&OpenCharge]) -> bool {
    let Some((day, payment)) = last else { return false };
    match payment.state {
        PaymentState::Succeeded if !payment.returned => false,
        PaymentState::Succeeded | PaymentState::Failed | PaymentState::Canceled => {
            due.iter().all(|charge| charge.due <= *day && charge.created_at <= payment.created_at)
        }
        _ => true,
    }
}
