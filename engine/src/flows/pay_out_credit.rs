//! Free credit that no payment stands behind is handed out: by check, in cash, by transfer; recorded only.

use books::account::PayoutInput;
use books::account::When;
use books::ids::{BusinessId, CustomerId, EntryId};
use books::money::{Currency, Money};
use serde::{Deserialize, Serialize};

use super::approvals::{Held, HeldAct, Made, wait_for_approval};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Limited, must_wait};
use super::posting::{Touched, open_books};
use super::request_payment::{close_settled, open_of_customer};
use crate::db::Db;
use crate::error::{Refusal, Result};

/// What is handed out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOut {
    pub customer: CustomerId,
    /// Minor units, more than 0.
    pub amount: i64,
    pub currency: Currency,
    pub reason: String,
    /// `cash`, `check`, `bank_transfer` …; none: not said.
    pub method: Option<String>,
    /// Above the limit: wait for a second person instead of being refused.
    #[serde(skip)]
    pub request_approval: bool,
}

/// What can be handed out to a customer, in minor units of the currency. Writes nothing.
pub async fn payable_out(db: &Db, of: BusinessId, customer: CustomerId, currency: Currency) -> Result<i64> {
    // The books decide from an account that only a transaction can load.
    db.write(of, async move |tx| Ok(open_books(tx, customer, currency, &Touched::default()).await?.account.payable_out())).await
}

/// Records it. Refuses NOTHING_REFUNDABLE (with `refundable`) for more than there is, and NEEDS_APPROVAL above the limit for
/// refunds. Answers the entry, or the approval that it waits for. Idempotent by key.
pub async fn pay_out_credit(db: &Db, call: &Call, out: HandOut) -> Result<Done<Made<EntryId>>> {
    let amount = check::amount("amount", out.amount)?;
    let reason = check::reason("reason", &out.reason)?;
    let method = check::short("method", out.method.as_deref())?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let mut books = open_books(tx, out.customer, out.currency, &Touched::default()).await?;
        let requests = open_of_customer(tx, out.customer).await?;
        let free = books.account.payable_out();
        if amount > free {
            let detail = format!(
                "only {} of credit without a payment behind it can be handed out; refund a payment for the rest",
                Money::new(free, out.currency)
            );
            return Err(Refusal::new("NOTHING_REFUNDABLE", detail).with("refundable", free).into());
        }
        let money = Money::new(amount, out.currency);
        if must_wait(&books.business, &by.actor, Limited::Refund, money, out.request_approval)? {
            let act = HeldAct::Payout { out: out.clone() };
            let held =
                Held { act, customer: out.customer, about: out.customer.to_string(), amount: money, reason: reason.clone() };
            return Ok(wait_for_approval(tx, &by, held));
        }
        let input = PayoutInput { amount, method: method.clone(), reason: reason.clone(), when: When::Today };
        let id = books.account.pay_out_credit(tx.ids(), &input)?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", out.customer, event);
        let data = serde_json::json!({ "amount": amount, "currency": out.currency, "balance": posted.balance });
        Act { kind: "credit_paid_out", subject: id.to_string(), customer: Some(out.customer), data, call: &by }.write(tx, event);
        Ok(Done::now(Made::Now(id)))
    })
    .await
}
