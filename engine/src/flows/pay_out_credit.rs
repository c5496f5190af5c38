//! Free credit that no payment stands behind is handed out: by check, in cash, by transfer; recorded only.

use books::account::PayoutInput;
use books::account::When;
use books::ids::{CustomerId, EntryId};
use books::money::{Currency, Money};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Limited, must_wait};
use super::posting::{Touched, open_books};
use super::request_payment::{close_settled, open_of_customer};
use crate::db::Db;
use crate::error::{Refusal, Result};

/// What is handed out, and why.
#[derive(Debug, Clone)]
pub struct HandOut {
    pub customer: CustomerId,
    /// Minor units, more than 0.
    pub amount: i64,
    pub currency: Currency,
    pub reason: String,
    /// `cash`, `check`, `bank_transfer` …; none: not said.
    pub method: Option<String>,
}

/// Records it. Refuses NOTHING_REFUNDABLE (with `refundable`) for more than there is, and NEEDS_APPROVAL above the limit for
/// refunds. Idempotent by key.
pub async fn pay_out_credit(db: &Db, call: &Call, out: HandOut) -> Result<Done<EntryId>> {
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
        must_wait(&books.business, &by.actor, Limited::Refund, Money::new(amount, out.currency), false)?;
        let input = PayoutInput { amount, method: method.clone(), reason: reason.clone(), when: When::Today };
        let id = books.account.pay_out_credit(tx.ids(), &input)?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", out.customer, event);
        let data = serde_json::json!({ "amount": amount, "currency": out.currency, "balance": posted.balance });
        Act { kind: "credit_paid_out", subject: id.to_string(), customer: Some(out.customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}
