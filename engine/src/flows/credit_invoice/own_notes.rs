//! The credit notes that an amendment writes: it lessened charges which an issued invoice had billed.
//!
//! Invariant: they take numbers of the same series, in the same transaction as the amendment. Left out: destinations; money that
//! is displaced follows the order's rules.

use books::account::{Account, OwnCreditNote, Target};
use books::ids::{AmendmentId, EventId, InvoiceId};
use books::money::Money;
use books::paper::PaperKind;

use super::super::audit::{Act, event_id};
use super::super::call::Call;
use super::super::limits::{Limited, must_be_free};
use super::super::posting::Books;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::counter::Numbers;
use crate::store::credit_note::{CreditNote, CreditNoteLine};
use crate::store::e_invoicing::sides_of_flow;
use crate::store::invoice::Frozen;

/// The issued invoices that have charges of an order, with what is due on each before an amendment.
pub(crate) fn invoiced(account: &Account, order: books::ids::OrderId) -> Vec<(InvoiceId, i64)> {
    let covers = account.items().iter().filter(|item| item.entry.order == Some(order));
    let mut ids: Vec<InvoiceId> =
        covers.filter_map(|item| item.state.cover.as_ref()).filter(|cover| cover.issued).map(|cover| cover.invoice).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| (id, account.due(Target::Invoice(id)))).collect()
}

/// What an amendment brings along to write its own credit notes with.
pub(crate) struct OwnNotes<'a> {
    pub call: &'a Call,
    pub notes: &'a [OwnCreditNote],
    pub amendment: AmendmentId,
    pub reason: &'a str,
    pub note: Option<&'a str>,
    /// From [`invoiced`], before the amendment.
    pub before: &'a [(InvoiceId, i64)],
    /// JSON of the parties, from [`parties`].
    pub frozen: String,
}

/// Both sides as they stand now, as papers keep them.
pub(crate) async fn parties(tx: &mut Tx<'_>, books: &Books) -> Result<String> {
    let sides = sides_of_flow(tx, books.customer.id).await?;
    Frozen::now(PaperKind::CreditNote, &books.business, &books.customer, &sides)?.text()
}

/// Whether an amendment may credit invoices by so much. What it adds does not count against it: that is on no invoice, and could be
/// taken off afterwards by anybody. Refuses NO_RIGHT and NEEDS_APPROVAL.
pub(crate) fn may_credit_own(books: &Books, by: &Call, notes: &[OwnCreditNote]) -> Result<()> {
    match notes.iter().map(|note| note.amount).sum::<i64>() {
        0 => Ok(()),
        given => must_be_free(&books.business, &by.actor, Limited::WriteOff, Money::new(given, books.account.currency())),
    }
}

/// Buffers the credit notes that an amendment made on invoices. `after`: the account as the amendment left it.
pub(crate) fn write_own_notes(
    tx: &mut Tx<'_>,
    own: &OwnNotes<'_>,
    customer: books::ids::CustomerId,
    after: &Account,
    numbers: Option<Numbers>,
    event: EventId,
) -> Result<()> {
    let Some(mut numbers) = numbers else {
        return match own.notes.is_empty() {
            true => Ok(()),
            false => Err(Error::Fault("a credit note without a series".to_owned())),
        };
    };
    for note in own.notes {
        let due_before = own.before.iter().find(|(id, _)| *id == note.invoice).map_or(0, |(_, due)| *due);
        // Money that it displaced may have gone elsewhere on the order; what the note itself lowered is its open part.
        let lowered = (due_before - after.due(Target::Invoice(note.invoice))).clamp(0, note.amount);
        let row = CreditNote {
            business_id: tx.business(),
            id: note.id,
            number: numbers.give(),
            customer_id: customer,
            invoice_id: note.invoice,
            currency: after.currency(),
            amount: note.amount,
            net: note.net,
            tax: note.tax,
            by_line: true,
            reason: own.reason.to_owned(),
            note: own.note.map(str::to_owned),
            dated_on: note.dated_on,
            due_before,
            due_after: due_before - lowered,
            to_balance: note.amount - lowered,
            to_card: 0,
            to_outside: 0,
            amendment_id: Some(own.amendment),
            frozen: own.frozen.clone(),
            actor: own.call.actor.id(),
            created_at: tx.now(),
        };
        tx.insert(&row);
        tx.insert(&CreditNoteLine {
            business_id: row.business_id,
            credit_note_id: row.id,
            position: 1,
            invoice_line_id: None,
            description: own.reason.to_owned(),
            tax_rate: None,
            net: row.net,
            tax: row.tax,
            gross: row.amount,
        });
        let data = serde_json::json!({ "invoice": note.invoice, "amount": note.amount, "amendment": own.amendment });
        announce_own(tx, own.call, &row, data, event);
    }
    numbers.write(tx);
    Ok(())
}

/// The act's own event names the order; that a note was written is said in an event of its own.
fn announce_own(tx: &mut Tx<'_>, call: &Call, note: &CreditNote, data: serde_json::Value, cause: EventId) {
    let id = event_id(tx);
    let data = serde_json::json!({ "cause": cause, "note": data });
    let quiet = Call { key: None, ..call.clone() };
    Act { kind: "invoice_credited", subject: note.id.to_string(), customer: Some(note.customer_id), data, call: &quiet }
        .write(tx, id);
}
