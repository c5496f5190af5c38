//! Staff charge a late fee on an overdue invoice (rule 10).
//!
//! Invariants: the fee joins its invoice and shares its due day; it is no part of the total, so a full credit note or a void takes
//! it along unless staff keep it. Left out: fees by schedule, which come with reminders.

use books::account::{FeeCharge, Target, When};
use books::capability::{self, LateFeeFacts};
use books::figures::Figures;
use books::ids::{EntryId, InvoiceId};
use books::invoice::is_overdue;
use books::money::Money;

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::posting::Touched;
use super::request_payment::allowed;
use super::void_invoice::{Opened, open_invoice};
use crate::db::Db;
use crate::error::Result;
use crate::store::user::Role;

/// What the fee is called when nobody says otherwise.
pub const NAME: &str = "Late fee";

/// Charges it. `amount`: minor units, more than 0. Refuses NOT_ISSUED, NO_BALANCE, NOT_OVERDUE, NO_RIGHT. Idempotent by key.
pub async fn charge_late_fee(db: &Db, call: &Call, id: InvoiceId, amount: i64, description: &str) -> Result<Done<EntryId>> {
    let amount = check::amount("amount", amount)?;
    let description = check::description("description", description)?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let Opened { mut books, invoice, .. } = open_invoice(tx, id, Touched::default()).await?;
        let due = books.account.due(Target::Invoice(id));
        let open = Figures { amount_due: due, ..Figures::default() };
        let facts = LateFeeFacts {
            standing: invoice.standing,
            due: Money::new(due, invoice.currency),
            overdue: is_overdue(&open, invoice.due_on, books.business.today(tx.now())),
            right: by.actor.must(Role::Clerk, "write").is_ok(),
        };
        allowed(capability::late_fee(&facts))?;
        let fee = FeeCharge { invoice: id, amount, description: description.clone(), when: When::Today, due_on: invoice.due_on };
        let entry = books.account.charge_late_fee(tx.ids(), &fee)?;
        let event = event_id(tx);
        let (_, posted) = books.write(tx, &by, event)?;
        leave_job(tx, "close_checkouts", invoice.customer_id, event);
        let data =
            serde_json::json!({ "invoice": id, "amount": amount, "currency": invoice.currency, "balance": posted.balance });
        Act { kind: "late_fee_charged", subject: entry.to_string(), customer: Some(invoice.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(entry))
    })
    .await
}
