//! A credit note on an issued invoice: what was billed is lowered, and money that is no longer needed goes where staff say.
//!
//! Invariants: its number is taken inside the transaction; it names what was due before and after; where an amendment lessens an
//! invoiced charge, that reduction is a credit note too, with a number of the same series. Money to a card is a
//! refund under way: its attempt is committed with the note, the call follows, and the books post it when it has gone.

use books::account::{Account, CreditNoteInput, CreditNoteOutcome, Destination, Target};
use books::calendar::Day;
use books::capability::{self, CreditNoteFacts};
use books::credit_note::OfLine;
use books::entry::EntryKind;
use books::ids::{CreditNoteId, InvoiceId, InvoiceLineId, PaymentId, RefundId};
use books::money::Money;
use books::refund::{RefundRoute, RefundState};
use serde::{Deserialize, Serialize};

use self::lines::{by_amount, by_line, own_charge_line, printed_lines, wanted_lines};
pub(crate) use self::own_notes::{OwnNotes, invoiced, may_credit_own, parties, write_own_notes};
use super::approvals::{Held, HeldAct, Made, wait_for_approval};
use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::limits::{Allowance, Limited, allowance, must_wait};
use super::posting::{Books, Touched};
use super::refund_payment::{Planned, inside_window, plan_reserved, refund_row, send_refund};
use super::request_payment::{allowed, close_settled};
use super::void_invoice::{Opened, open_invoice};
use crate::db::{Db, Tx, Value, sql};
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::account::charge_line;
use crate::store::connection::Connection;
use crate::store::counter::{self, Numbers};
use crate::store::credit_note::CreditNote;
use crate::store::invoice::{self, Invoice, InvoiceLine};
use crate::store::order::OrderLine;
use crate::store::payment::Payment;
use crate::store::refund::Refund;

mod lines;
mod own_notes;

sql!(ORDER_LINES, "select * from order_line where business_id = $1 and id {any_id:$2}");

/// What is credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credited {
    /// Gross, minor units.
    Amount(i64),
    Lines(Vec<(InvoiceLineId, OfLine)>),
}

/// A credit note as staff ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crediting {
    pub what: Credited,
    pub reason: String,
    pub note: Option<String>,
    /// From the day of issue to today; none: today.
    pub dated_on: Option<Day>,
    /// Where freed money goes; none: all to the balance. Must add up to what is freed.
    pub destinations: Vec<Destination>,
    /// Of a full credit: the late fees stay charged.
    pub keep_fees: bool,
    /// Mail it to the customer, where there is an address.
    pub send: bool,
    /// Above the limit: wait for a second person instead of being refused.
    #[serde(skip)]
    pub request_approval: bool,
}

/// What a credit note of some amount would do, before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preview {
    pub amount: i64,
    pub due_before: i64,
    pub due_after: i64,
    /// Money that would be set free and needs a destination.
    pub freed: i64,
    /// Of it, at most so much came by card.
    pub most_to_card: i64,
}

/// Credits an invoice. Refuses NOT_ISSUED, EXCEEDS_TOTAL, DATE_OUT_OF_RANGE, PERIOD_LOCKED, DOES_NOT_ADD_UP, DISPUTED,
/// NO_RIGHT, NEEDS_APPROVAL, and WINDOW_CLOSED for money to a card. Answers the note, or the approval that it waits for. Idempotent by key.
pub async fn credit_invoice(
    services: &Services,
    call: &Call,
    id: InvoiceId,
    crediting: Crediting,
) -> Result<Done<Made<CreditNoteId>>> {
    let (written, refunds) = write_note(services, call, id, crediting).await?;
    for refund in refunds {
        send_refund(services, call, refund).await?;
    }
    Ok(written)
}

/// Writes the note in one transaction. Answers also the refunds whose call to a processor follows.
async fn write_note(
    services: &Services,
    call: &Call,
    id: InvoiceId,
    crediting: Crediting,
) -> Result<(Done<Made<CreditNoteId>>, Vec<RefundId>)> {
    let reason = check::reason("reason", &crediting.reason)?;
    let note = check::note("note", crediting.note.as_deref())?;
    let (by, services) = (call.clone(), services.clone());
    let db = services.db.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok((Done::before(prior_id(&prior)?), Vec::new()));
        }
        let Ready { opened, lines, order_lines } = ready(tx, id, &crediting).await?;
        let Opened { mut books, invoice, requests } = opened;
        let today = books.business.today(tx.now());
        let mut numbers = counter::several(tx, "CN", today).await?;
        may_credit(&books, &invoice, &crediting, &by, today)?;
        let due_before = books.account.due(Target::Invoice(id));
        let refs = wanted_lines(&crediting.what, &lines, &order_lines, &books.account)?;
        let input = CreditNoteInput {
            id: CreditNoteId::new(tx.ids()),
            invoice: id,
            by: refs.as_ref().map_or_else(|| by_amount(&crediting.what), |refs| by_line(refs)),
            description: format!("Credit note on {}", invoice.number.clone().unwrap_or_default()),
            reason: reason.clone(),
            note: note.clone(),
            dated_on: crediting.dated_on,
            issued_on: invoice.issued_on.unwrap_or(today),
            destinations: crediting.destinations.clone(),
            keep_fees: crediting.keep_fees,
        };
        let outcome = books.account.credit_note(tx.ids(), &input).map_err(|no| Error::from(no).parts_in("destinations"))?;
        let amount = Money::new(outcome.amount, invoice.currency);
        if must_wait(&books.business, &by.actor, Limited::WriteOff, amount, crediting.request_approval)? {
            let act = HeldAct::CreditNote { invoice: id, crediting: crediting.clone() };
            let held = Held { act, customer: invoice.customer_id, about: id.to_string(), amount, reason: reason.clone() };
            return Ok((wait_for_approval(tx, &by, held), Vec::new()));
        }
        let frozen = parties(tx, &books).await?;
        let mut going_back = going_back(tx, &services, &books, &outcome).await?;
        let event = event_id(tx);
        let (account, posted) = books.write(tx, &by, event)?;
        let fees: i64 = outcome.fees_reversed.iter().filter_map(|id| account.item(*id)).map(|item| item.entry.amount).sum();
        let sent = |backs: &[books::account::SentBack]| backs.iter().map(|back| back.amount).sum::<i64>();
        let number = numbers.give();
        let row = CreditNote {
            business_id: by.business,
            id: input.id,
            number,
            customer_id: invoice.customer_id,
            invoice_id: id,
            currency: invoice.currency,
            amount: outcome.amount,
            net: outcome.net,
            tax: outcome.tax,
            by_line: refs.is_some(),
            reason: reason.clone(),
            note: note.clone(),
            dated_on: outcome.dated_on,
            // Fees that fall with a full credit are no part of the note: what it left due is seen without them.
            due_before: if fees > 0 { (outcome.amount - outcome.freed).max(0) } else { due_before },
            due_after: if fees > 0 { 0 } else { due_before - outcome.amount + outcome.freed },
            to_balance: outcome.to_balance,
            to_card: sent(&outcome.to_card),
            to_outside: sent(&outcome.outside),
            amendment_id: None,
            frozen,
            actor: by.actor.id(),
            created_at: tx.now(),
        };
        numbers.write(tx);
        tx.insert(&row);
        let to_cards = going_back.write(tx, &by, &row, &outcome, &account)?;
        printed_lines(&row, &refs, &outcome.lines, &lines).iter().for_each(|line| tx.insert(line));
        close_settled(tx, requests, &account, None);
        if crediting.send {
            leave_job(tx, "mail_credit_note", row.id, event);
        }
        leave_job(tx, "close_checkouts", invoice.customer_id, event);
        let data = serde_json::json!({ "invoice": id, "amount": row.amount, "freed": outcome.freed, "balance": posted.balance });
        Act { kind: "invoice_credited", subject: row.id.to_string(), customer: Some(invoice.customer_id), data, call: &by }
            .write(tx, event);
        Ok((Done::now(Made::Now(row.id)), to_cards))
    })
    .await
}

/// Freed money that leaves the customer's account: its payments and the numbers of the refunds, read before the first write.
struct GoingBack {
    payments: Vec<Payment>,
    numbers: Option<Numbers>,
}

/// Locks the payments that freed money goes back of. Refuses WINDOW_CLOSED where a processor no longer takes it back.
async fn going_back(tx: &mut Tx<'_>, services: &Services, books: &Books, outcome: &CreditNoteOutcome) -> Result<GoingBack> {
    let business = tx.business();
    let mut ids: Vec<PaymentId> = outcome.to_card.iter().chain(&outcome.outside).filter_map(|back| back.payment).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut payments = Vec::with_capacity(ids.len());
    for id in ids {
        let payment = tx.lock::<Payment>(&[&business, &id]).await?.ok_or(Error::NotFound)?;
        let by_card = outcome.to_card.iter().any(|back| back.payment == Some(id));
        let connection = match payment.connection_id.filter(|_| by_card) {
            Some(connection) => tx.get::<Connection>(&[&business, &connection]).await?,
            None => None,
        };
        if by_card && !inside_window(services, &books.business, connection.as_ref(), &payment)? {
            return Err(Error::refused(
                "WINDOW_CLOSED",
                "the processor no longer takes refunds of this payment: give the money back outside, or keep it as credit",
            ));
        }
        payments.push(payment);
    }
    let numbers = match payments.is_empty() {
        true => None,
        false => Some(counter::several(tx, "RFD", books.business.today(tx.now())).await?),
    };
    Ok(GoingBack { payments, numbers })
}

impl GoingBack {
    /// Buffers a refund for each part: to a card it is under way, outside it is recorded. Answers those under way.
    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        by: &Call,
        note: &CreditNote,
        outcome: &CreditNoteOutcome,
        after: &Account,
    ) -> Result<Vec<RefundId>> {
        let Some(mut numbers) = self.numbers.take() else { return Ok(Vec::new()) };
        let mut to_cards = Vec::new();
        for back in &outcome.to_card {
            let Some(payment) = self.payments.iter().find(|payment| Some(payment.id) == back.payment) else { continue };
            let (number, reason) = (numbers.give(), note.reason.clone());
            to_cards.push(plan_reserved(tx, by, payment, note.id, number, back.amount, reason)?);
        }
        for back in &outcome.outside {
            let Some(payment) = self.payments.iter_mut().find(|payment| Some(payment.id) == back.payment) else { continue };
            payment.refunded += back.amount;
            payment.updated_at = tx.now();
            let id = RefundId::new(tx.ids());
            let (number, reason) = (numbers.give(), note.reason.clone());
            let planned = Planned { id, number, amount: back.amount, route: RefundRoute::Outside, reason, aims: Vec::new() };
            let posted = |item: &&books::account::Item| {
                item.entry.kind == EntryKind::Refund
                    && item.entry.credit_note == Some(note.id)
                    && item.entry.payment == back.payment
            };
            let entry = after.items().iter().find(posted).map(|item| item.entry.id);
            let row = refund_row(tx, by, payment, planned);
            tx.insert(&Refund {
                state: RefundState::Succeeded,
                credit_note_id: Some(note.id),
                entry_id: entry,
                settled_at: Some(tx.now()),
                ..row
            });
            tx.set(payment);
        }
        numbers.write(tx);
        Ok(to_cards)
    }
}

/// What a credit note would do; changes nothing. Destinations are not looked at. Refuses as [`credit_invoice`] does.
pub async fn preview_credit(db: &Db, call: &Call, id: InvoiceId, crediting: Crediting) -> Result<Preview> {
    let by = call.clone();
    // The books decide from an account that only a transaction can load; this one writes nothing.
    db.write(call.business, async move |tx| {
        let Ready { opened, lines, order_lines } = ready(tx, id, &crediting).await?;
        let Opened { mut books, invoice, .. } = opened;
        let today = books.business.today(tx.now());
        may_credit(&books, &invoice, &crediting, &by, today)?;
        let due_before = books.account.due(Target::Invoice(id));
        let refs = wanted_lines(&crediting.what, &lines, &order_lines, &books.account)?;
        let input = CreditNoteInput {
            id: CreditNoteId::new(tx.ids()),
            invoice: id,
            by: refs.as_ref().map_or_else(|| by_amount(&crediting.what), |refs| by_line(refs)),
            description: String::new(),
            reason: String::new(),
            note: None,
            dated_on: crediting.dated_on,
            issued_on: invoice.issued_on.unwrap_or(today),
            destinations: Vec::new(),
            keep_fees: crediting.keep_fees,
        };
        let before = books.account.clone();
        let outcome = books.account.credit_note(tx.ids(), &input).map_err(|no| Error::from(no).parts_in("destinations"))?;
        // What is free after it and was not before, of credits that came by card.
        let free_by_card = |account: &Account| -> i64 {
            let card = |item: &&books::account::Item| {
                !item.state.disputed && item.state.channel.as_ref().is_some_and(|way| way.is_processor())
            };
            account.items().iter().filter(card).map(books::account::Item::usable).sum()
        };
        Ok(Preview {
            amount: outcome.amount,
            due_before,
            due_after: books.account.due(Target::Invoice(id)),
            freed: outcome.freed,
            most_to_card: (free_by_card(&books.account) - free_by_card(&before)).clamp(0, outcome.freed),
        })
    })
    .await
}

/// Everything a credit note rests on.
struct Ready {
    opened: Opened,
    lines: Vec<InvoiceLine>,
    /// Of the lines that are named, those they are copies of.
    order_lines: Vec<OrderLine>,
}

async fn ready(tx: &mut Tx<'_>, id: InvoiceId, crediting: &Crediting) -> Result<Ready> {
    let business = tx.business();
    let lines = invoice::lines_of_flow(tx, id).await?;
    let named = |line: &&InvoiceLine| match &crediting.what {
        Credited::Amount(_) => false,
        Credited::Lines(wanted) => wanted.iter().any(|(id, _)| *id == line.id),
    };
    let copies: Vec<_> = lines.iter().filter(named).filter_map(|line| line.order_line_id).collect();
    let order_lines: Vec<OrderLine> =
        if copies.is_empty() { Vec::new() } else { tx.query(&ORDER_LINES, &[&business, &Value::ids(copies)]).await? };
    let own = lines.iter().filter(named).filter_map(own_charge_line);
    let touched = order_lines.iter().filter_map(charge_line).chain(own).collect();
    let opened = open_invoice(tx, id, Touched { lines: touched, ..Touched::default() }).await?;
    Ok(Ready { opened, lines, order_lines })
}

fn may_credit(books: &Books, invoice: &Invoice, crediting: &Crediting, by: &Call, today: Day) -> Result<()> {
    let money = |minor| Money::new(minor, invoice.currency);
    let most = if invoice.is_live() { books.account.creditable(invoice.id)?.most } else { 0 };
    let allowance = allowance(&books.business.settings()?, &by.actor, Limited::WriteOff);
    let amount = match crediting.what {
        Credited::Amount(amount) => Some(money(check::amount("amount", amount)?)),
        Credited::Lines(_) => None,
    };
    allowed(capability::credit_note(&CreditNoteFacts {
        standing: invoice.standing,
        creditable: money(most),
        amount,
        dated_on: crediting.dated_on,
        issued_on: invoice.issued_on,
        today,
        needs_approval: false,
        right: allowance != Allowance::Nothing,
    }))
}
