//! Staff put a charge or credit on a customer's account by hand, or adjust the money balance.
//!
//! The balance moves by exactly the amount. A credit that is a payment is recorded as one (`record_payment`). What somebody may
//! give away alone is limited; above it the act waits for a second person, or is refused with NEEDS_APPROVAL.

use books::account::{Adjustment, ByHand, When};
use books::calendar::Day;
use books::entry::Side;
use books::ids::{CustomerId, EntryId};
use books::money::{Currency, Money};

use super::approvals::{Held, HeldAct, Made, wait_for_approval};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Limited, must_wait};
use super::posting::{Touched, open_books};
use super::record_payment::{Received, record_payment};
use super::request_payment::close_settled;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::store::payment;
use crate::store::user::Role;

/// A charge or credit as staff enter it.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub customer: CustomerId,
    pub side: Side,
    /// Minor units, more than 0.
    pub amount: i64,
    pub currency: Currency,
    pub description: String,
    /// None: today.
    pub effective_on: Option<Day>,
    /// For a charge only.
    pub due_on: Option<Day>,
    pub category: Option<String>,
    /// For staff; payers never see it.
    pub note: Option<String>,
}

/// The category of a credit that is money received.
pub const PAYMENT: &str = "payment";

/// How money came, for a credit that is a payment; and what to do above a limit.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// Wait for a second person instead of being refused.
    pub request_approval: bool,
    /// One of [`super::record_payment::KINDS`]; none: `other`.
    pub kind: Option<String>,
    /// Check number, transfer reference.
    pub reference: Option<String>,
}

/// Posts what staff enter: a credit of category *payment* is recorded as a payment with its number and receipt, anything else
/// as an entry by hand. Idempotent by key.
pub async fn enter(db: &Db, call: &Call, new: NewEntry, how: How) -> Result<Done<Made<EntryId>>> {
    if new.side == Side::Charge && (how.kind.is_some() || how.reference.is_some()) {
        return Err(Error::invalid("method", "NOT_HERE", "only a credit says how money came"));
    }
    if new.side == Side::Credit && new.due_on.is_some() {
        return Err(Error::invalid("due_on", "NOT_HERE", "only a charge falls due"));
    }
    if new.side == Side::Charge || new.category.as_deref() != Some(PAYMENT) {
        return post(db, call, new, how.request_approval).await;
    }
    call.actor.must(Role::Clerk, "payments")?;
    let received = Received {
        customer: new.customer,
        amount: new.amount,
        currency: new.currency,
        kind: how.kind.unwrap_or_else(|| "other".to_owned()),
        reference: how.reference,
        received_on: new.effective_on,
        memo: new.note,
        parts: Vec::new(),
        despite_pending: false,
        receipt: None,
        tendered: None,
        category: new.category,
        description: Some(check::description("description", &new.description)?),
    };
    let done = record_payment(db, call, received).await?;
    let (business, payment) = (call.business, done.value);
    let payment = db.read(async move |reader| payment::one(reader, business, payment).await).await?;
    let value = payment.entry_id.ok_or_else(|| Error::Fault(format!("{} has no entry", payment.id)))?;
    Ok(Done { value: Made::Now(value), repeated: done.repeated })
}

/// Posts it. Refuses FUTURE_DATE, PERIOD_LOCKED, and a credit above a limit with NEEDS_APPROVAL. Idempotent by key.
pub async fn add_entry(db: &Db, call: &Call, new: NewEntry) -> Result<Done<EntryId>> {
    let done = post(db, call, new, false).await?;
    match done.value {
        Made::Now(value) => Ok(Done { value, repeated: done.repeated }),
        Made::Waiting(_) => Err(Error::IdempotencyMismatch),
    }
}

async fn post(db: &Db, call: &Call, new: NewEntry, request_approval: bool) -> Result<Done<Made<EntryId>>> {
    let by_hand = ByHand {
        amount: check::amount("amount", new.amount)?,
        description: check::description("description", &new.description)?,
        category: check::short("category", new.category.as_deref())?,
        note: check::note("note", new.note.as_deref())?,
        method: None,
        when: new.effective_on.map_or(When::Today, When::On),
        due_on: new.due_on,
    };
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut books = open_books(tx, new.customer, new.currency, &Touched::default()).await?;
        let requests = super::request_payment::open_of_customer(tx, new.customer).await?;
        let amount = Money::new(by_hand.amount, new.currency);
        if new.side == Side::Credit && must_wait(&books.business, &by.actor, Limited::Credit, amount, request_approval)? {
            let act = HeldAct::Credit {
                customer: new.customer,
                amount: by_hand.amount,
                currency: new.currency,
                description: by_hand.description.clone(),
                effective_on: new.effective_on,
                category: by_hand.category.clone(),
                note: by_hand.note.clone(),
            };
            let (about, reason) = (new.customer.to_string(), by_hand.description.clone());
            return Ok(wait_for_approval(tx, &by, Held { act, customer: new.customer, about, amount, reason }));
        }
        let id = match new.side {
            Side::Charge => books.account.charge_by_hand(tx.ids(), &by_hand)?,
            Side::Credit => books.account.credit_by_hand(tx.ids(), &by_hand)?,
        };
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", new.customer, event);
        let data = serde_json::json!({ "side": new.side, "amount": by_hand.amount, "currency": new.currency, "balance": posted.balance });
        Act { kind: "entry_added", subject: id.to_string(), customer: Some(new.customer), data, call: &by }.write(tx, event);
        Ok(Done::now(Made::Now(id)))
    })
    .await
}

/// A move of the money balance, as staff ask for it.
#[derive(Debug, Clone)]
pub struct Adjusting {
    pub customer: CustomerId,
    /// More than 0 gives credit, less takes it away.
    pub amount: i64,
    pub currency: Currency,
    /// Why.
    pub note: String,
    /// Above the limit: wait for a second person instead of being refused.
    pub request_approval: bool,
}

/// Moves the money balance. Refuses NEEDS_APPROVAL above a limit. Idempotent by key.
pub async fn adjust_balance(db: &Db, call: &Call, asked: Adjusting) -> Result<Done<Made<EntryId>>> {
    check::amount("amount", asked.amount.checked_abs().unwrap_or(0))?;
    let note = check::reason("note", &asked.note)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let Adjusting { customer, amount, currency, .. } = asked;
        let mut books = open_books(tx, customer, currency, &Touched::default()).await?;
        let requests = super::request_payment::open_of_customer(tx, customer).await?;
        let money = Money::new(amount, currency);
        if must_wait(&books.business, &by.actor, Limited::Adjustment, money, asked.request_approval)? {
            let act = HeldAct::Adjustment { customer, amount, currency, note: note.clone() };
            let about = customer.to_string();
            return Ok(wait_for_approval(tx, &by, Held { act, customer, about, amount: money, reason: note.clone() }));
        }
        let adjustment = Adjustment { amount, note: note.clone(), when: When::Today };
        let id = books.account.adjust(tx.ids(), &adjustment)?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", customer, event);
        let data = serde_json::json!({ "amount": amount, "currency": currency, "balance": posted.balance });
        Act { kind: "balance_adjusted", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(Made::Now(id)))
    })
    .await
}
