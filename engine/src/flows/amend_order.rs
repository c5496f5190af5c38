//! Lines are added to an order or taken off it after it was charged, with a reason.
//!
//! What is added and what is removed is posted apart, never the net. The amount due rises at once; what was paid for removed
//! lines becomes credit, never a refund by itself. Open requests for the order ask for the new amount from then on.

use books::account::{Amend, LineRef, NewLines, When};
use books::capability;
use books::ids::{AmendmentId, OrderId, OrderLineId};
use books::tax::{LineInput, LineKind, price};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::create_order::{bad_line, check_texts, line_rows, title};
use super::credit_invoice::{OwnNotes, invoiced, may_credit_own, parties, write_own_notes};
use super::posting::{Touched, open_books};
use super::request_payment::{allowed, close_settled, open_of_customer};
use crate::db::{Db, Expect, sql};
use crate::error::{Error, Result};
use crate::store::account::charge_line;
use crate::store::counter;
use crate::store::order::{self, Amendment, Order, OrderLine};

sql!(REMOVE_LINE, "update order_line set removed_by = $3 where business_id = $1 and id = $2 and removed_by is null");

/// Why an order may change after it was agreed.
pub const REASONS: [&str; 5] = ["items_added", "shipping", "extra_service", "correction", "other"];
/// At most so many lines on an order, those that were removed included.
const MOST_LINES: usize = 1000;

/// What changes.
#[derive(Debug, Clone)]
pub struct Amending {
    /// One of [`REASONS`].
    pub reason: String,
    pub note: Option<String>,
    pub add: Vec<LineInput>,
    /// A changed line is a removal and an addition.
    pub remove: Vec<OrderLineId>,
}

/// Posts the amendment. Refuses an order that is still a draft (NOT_CONFIRMED) or has ended (CLOSED); NO_RIGHT and NEEDS_APPROVAL where
/// it credits an issued invoice by more than whoever asks may. Idempotent by key.
pub async fn amend_order(db: &Db, call: &Call, id: OrderId, change: Amending) -> Result<Done<OrderId>> {
    if !REASONS.contains(&change.reason.as_str()) {
        return Err(Error::invalid("reason", "UNKNOWN", format!("the reason is one of {}", REASONS.join(", "))));
    }
    if change.add.is_empty() && change.remove.is_empty() {
        return Err(Error::invalid("lines", "REQUIRED", "add or remove at least one line"));
    }
    check_texts(&change.add)?;
    let note = check::note("note", change.note.as_deref())?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let seen = tx.get::<Order>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let lines = order::lines_of_flow(tx, id).await?;
        let removed = removed_lines(&lines, &change.remove)?;
        if lines.len() + change.add.len() > MOST_LINES {
            return Err(Error::invalid("lines", "TOO_MANY", format!("an order has at most {MOST_LINES} lines")));
        }
        let touched = Touched { orders: vec![id], lines: lines.iter().filter_map(charge_line).collect(), ..Touched::default() };
        let mut books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
        let mut order = tx.lock::<Order>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        if !order.state.is_charged() {
            return Err(Error::refused("NOT_CONFIRMED", "confirm it first; a draft is edited, not amended"));
        }
        allowed(capability::amend(order.state))?;
        let requests = open_of_customer(tx, seen.customer_id).await?;
        let before = invoiced(&books.account, id);
        let frozen = parties(tx, &books).await?;
        let numbers = match before.is_empty() {
            true => None,
            false => Some(counter::several(tx, "CN", books.business.today(tx.now())).await?),
        };

        let amendment = AmendmentId::new(tx.ids());
        let last = lines.iter().map(|line| line.position).max().unwrap_or(0);
        // A discount lessens what is there; it is not a charge of its own.
        let (discounts, additions): (Vec<LineInput>, Vec<LineInput>) =
            change.add.iter().cloned().partition(|line| line.kind == LineKind::Discount);
        let mut rows: Vec<OrderLine> = Vec::new();
        let part = |tx: &mut crate::db::Tx<'_>, inputs: &[LineInput], rows: &mut Vec<OrderLine>| -> Result<Option<NewLines>> {
            if inputs.is_empty() {
                return Ok(None);
            }
            let priced = price(inputs, order.currency).map_err(bad_line)?;
            let after = last + i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let fresh = line_rows(tx, &order, inputs, &priced, after);
            let lines = NewLines::of(&priced, fresh.iter().map(|line| LineRef::Order(line.id)));
            rows.extend(fresh);
            Ok(Some(lines))
        };
        let add = part(tx, &additions, &mut rows)?;
        let discount = part(tx, &discounts, &mut rows)?;
        let added: i64 = add.as_ref().map_or(0, NewLines::gross);
        let taken: i64 =
            removed.iter().map(|line| line.gross - line.credited).sum::<i64>() - discount.as_ref().map_or(0, NewLines::gross);
        let number = order.number.clone().unwrap_or_default();
        let amend = Amend {
            order: id,
            amendment,
            description: format!("{} {number}, {}", title(order.kind), reason_words(&change.reason)),
            reason: change.reason.clone(),
            note: note.clone(),
            add,
            discount,
            remove: removed.iter().map(|line| LineRef::Order(line.id)).collect(),
            when: When::Today,
            recognized: order.state.is_earned(),
            due_on: None,
        };
        let outcome = books.account.amend(tx.ids(), &amend)?;
        may_credit_own(&books, &by, &outcome.credit_notes)?;
        let event = event_id(tx);
        let customer = order.customer_id;
        let (account, _) = books.write(tx, &by, event)?;
        let due = account.due(books::account::Target::Order(id));
        let own = OwnNotes {
            call: &by,
            notes: &outcome.credit_notes,
            amendment,
            reason: reason_words(&change.reason),
            note: note.as_deref(),
            before: &before,
            frozen,
        };
        write_own_notes(tx, &own, customer, &account, numbers, event)?;

        for mut line in rows {
            line.added_by = Some(amendment);
            line.entry_id = if line.gross >= 0 { outcome.charge } else { None };
            tx.insert(&line);
        }
        for line in removed {
            tx.execute(&REMOVE_LINE, &[&by.business, &line.id, &amendment], Expect::Exactly(1));
        }
        order.updated_at = tx.now();
        tx.set(&order);
        tx.insert(&Amendment {
            business_id: by.business,
            id: amendment,
            order_id: id,
            reason: change.reason.clone(),
            note: note.clone(),
            added,
            removed: taken,
            actor: by.actor.id(),
            created_at: tx.now(),
        });
        close_settled(tx, requests, &account, None);
        leave_job(tx, "close_checkouts", customer, event);
        let data = serde_json::json!({ "added": added, "removed": taken, "reason": change.reason, "due": due });
        Act { kind: "order_amended", subject: id.to_string(), customer: Some(customer), data, call: &by }.write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// The rows of the named lines. Refuses a line of another order, and one that was removed before.
fn removed_lines<'a>(lines: &'a [OrderLine], named: &[OrderLineId]) -> Result<Vec<&'a OrderLine>> {
    let mut found: Vec<&OrderLine> = Vec::with_capacity(named.len());
    for (at, id) in named.iter().enumerate() {
        let field = format!("remove[{at}]");
        let line = lines
            .iter()
            .find(|line| line.id == *id)
            .ok_or_else(|| Error::invalid(&field, "UNKNOWN", "this order has no such line"))?;
        if line.removed_by.is_some() || found.iter().any(|other| other.id == line.id) {
            return Err(Error::invalid(&field, "REMOVED", "this line was removed already"));
        }
        if line.entry_id.is_none() {
            let why = match line.gross < 0 && line.added_by.is_some() {
                true => "a discount that was given later stays; add lines instead",
                false => "nothing was charged for this line, so there is nothing to take off; add lines instead",
            };
            return Err(Error::invalid(&field, "NOT_REMOVABLE", why));
        }
        found.push(line);
    }
    Ok(found)
}

fn reason_words(reason: &str) -> &'static str {
    match reason {
        "items_added" => "items added",
        "shipping" => "shipping",
        "extra_service" => "extra service",
        "correction" => "correction",
        _ => "changed",
    }
}
