//! An order or application moves on by a person's decision: confirmed, completed, canceled; approved, denied, withdrawn.
//!
//! Leaving draft posts the charges and takes a number. Canceling takes all lines off; denying or withdrawing only those that
//! staff tick, because a fee for looking at an application may stay owed. Completing and approving earn the revenue.

use books::account::{LineRef, NewLine, NewLines, OrderCharge, TakeOff, When};
use books::ids::{AmendmentId, OrderId, OrderLineId};
use books::order::{OrderAct, OrderState, after};

use super::audit::{Act, claim, event_id, leave_job, prior_id};
use super::call::{Call, Done};
use super::check;
use super::create_order::{series, title};
use super::credit_invoice::{OwnNotes, invoiced, may_credit_own, parties, write_own_notes};
use super::posting::{Touched, open_books};
use super::request_payment::{close_settled, open_of_customer};
use crate::db::{Db, Expect, Tx, sql};
use crate::error::{Error, Result};
use crate::store::account::charge_line;
use crate::store::counter;
use crate::store::order::{self, Amendment, Order, OrderLine};

sql!(REMOVE_LINE, "update order_line set removed_by = $3 where business_id = $1 and id = $2 and removed_by is null");

/// What is decided, and why.
#[derive(Debug, Clone)]
pub struct Decision {
    pub act: OrderAct,
    pub reason: Option<String>,
    /// For deny and withdraw: the lines that are no longer owed.
    pub remove: Vec<OrderLineId>,
}

/// Carries out a decision. Refuses what the present state does not allow, and what [`super::amend_order`] refuses of crediting an
/// issued invoice. Idempotent by key.
pub async fn change_order(db: &Db, call: &Call, id: OrderId, decision: Decision) -> Result<Done<OrderId>> {
    let reason = check::note("reason", decision.reason.as_deref())?;
    let by = call.clone();
    db.write(call.business, async move |tx| {
        if let Some(prior) = claim(tx, &by).await? {
            return Ok(Done::before(prior_id(&prior)?));
        }
        let seen = tx.get::<Order>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let lines = order::lines_of_flow(tx, id).await?;
        let touched = Touched { orders: vec![id], lines: lines.iter().filter_map(charge_line).collect(), ..Touched::default() };
        let mut books = open_books(tx, seen.customer_id, seen.currency, &touched).await?;
        let mut order = tx.lock::<Order>(&[&by.business, &id]).await?.ok_or(Error::NotFound)?;
        let next = after(order.kind, order.state, decision.act)
            .map_err(|refusal| Error::refused(refusal.code().as_str(), refusal.to_string()))?;
        let requests = open_of_customer(tx, seen.customer_id).await?;
        let before = invoiced(&books.account, id);
        let frozen = parties(tx, &books).await?;
        let notes = match before.is_empty() {
            true => None,
            false => Some(counter::several(tx, "CN", books.business.today(tx.now())).await?),
        };
        let leaves_draft = !order.state.is_charged() && next.is_charged();
        let number = match leaves_draft && order.number.is_none() {
            true => Some(counter::next(tx, series(order.kind), books.business.today(tx.now())).await?),
            false => None,
        };
        let event = event_id(tx);

        if leaves_draft {
            let text = number.as_ref().map_or_else(String::new, |number| number.text().to_owned());
            let charge = OrderCharge {
                order: id,
                description: format!("{} {text}", title(order.kind)),
                lines: charged(&lines),
                when: When::Today,
                due_on: None,
            };
            let entry = books.account.charge_order(tx.ids(), &charge)?;
            for line in &lines {
                tx.set(&OrderLine { entry_id: entry, ..line.clone() });
            }
        }
        let taken = taken_off(&lines, decision.act, &decision.remove, order.state)?;
        let mut removed = 0;
        let mut credited = None;
        if !taken.is_empty() {
            let amendment = AmendmentId::new(tx.ids());
            let why = reason.clone().unwrap_or_else(|| next.to_string());
            let cut = TakeOff {
                order: id,
                amendment,
                lines: Some(taken.iter().map(|line| LineRef::Order(line.id)).collect()),
                reason: why.clone(),
                note: None,
                when: When::Today,
            };
            let outcome = books.account.take_off(tx.ids(), &cut)?;
            may_credit_own(&books, &by, &outcome.credit_notes)?;
            credited = Some((amendment, why, outcome.credit_notes));
            removed = taken.iter().map(|line| line.gross - line.credited).sum();
            write_removal(tx, &by, &order, amendment, &taken, removed, reason.clone());
        }
        if next.is_earned() && !order.state.is_earned() {
            books.account.recognize_order(id, When::Today)?;
        }
        let (account, _) = books.write(tx, &by, event)?;
        let due = account.due(books::account::Target::Order(id));
        if let Some((amendment, why, made)) = &credited {
            let own =
                OwnNotes { call: &by, notes: made, amendment: *amendment, reason: why, note: None, before: &before, frozen };
            write_own_notes(tx, &own, order.customer_id, &account, notes, event)?;
        }
        if let Some(number) = number {
            order.number = Some(counter::take(tx, number));
        }
        order.state = next;
        order.updated_at = tx.now();
        tx.set(&order);
        if next.is_charged() {
            close_settled(tx, requests, &account, None);
            leave_job(tx, "close_checkouts", order.customer_id, event);
        }
        let data = serde_json::json!({ "state": next, "removed": removed, "due": due });
        Act { kind: "order_changed", subject: id.to_string(), customer: Some(order.customer_id), data, call: &by }
            .write(tx, event);
        Ok(Done::now(id))
    })
    .await
}

/// A draft's lines as they are charged when it leaves draft.
fn charged(lines: &[OrderLine]) -> NewLines {
    let new = |line: &OrderLine| NewLine { line: LineRef::Order(line.id), gross: line.gross, tax: line.tax };
    NewLines {
        net: lines.iter().map(|line| line.net).sum(),
        tax: lines.iter().map(|line| line.tax).sum(),
        lines: lines.iter().map(new).collect(),
    }
}

/// Which lines are no longer owed: all when it is canceled, the ticked ones when it is denied or withdrawn.
fn taken_off<'a>(lines: &'a [OrderLine], act: OrderAct, ticked: &[OrderLineId], state: OrderState) -> Result<Vec<&'a OrderLine>> {
    let live = |line: &&OrderLine| line.entry_id.is_some() && line.removed_by.is_none();
    if !state.is_charged() {
        return Ok(Vec::new());
    }
    match act {
        OrderAct::Cancel => Ok(lines.iter().filter(live).collect()),
        OrderAct::Deny | OrderAct::Withdraw => {
            let find = |(at, id): (usize, &OrderLineId)| {
                let found = lines.iter().find(|line| line.id == *id).filter(live);
                found.ok_or_else(|| {
                    Error::invalid(format!("remove[{at}]"), "UNKNOWN", "there is no such line, or it was removed before")
                })
            };
            ticked.iter().enumerate().map(find).collect()
        }
        _ => Ok(Vec::new()),
    }
}

fn write_removal(
    tx: &mut Tx<'_>,
    by: &Call,
    order: &Order,
    amendment: AmendmentId,
    lines: &[&OrderLine],
    removed: i64,
    note: Option<String>,
) {
    for line in lines {
        tx.execute(&REMOVE_LINE, &[&by.business, &line.id, &amendment], Expect::Exactly(1));
    }
    tx.insert(&Amendment {
        business_id: by.business,
        id: amendment,
        order_id: order.id,
        reason: "other".to_owned(),
        note,
        added: 0,
        removed,
        actor: by.actor.id(),
        created_at: tx.now(),
    });
}
