//! Requests for payment against what was due on their order, now and when they ended.
//!
//! Left out: requests that could not be delivered, which staff see and decide about.

use std::collections::{BTreeMap, HashMap};

use books::calendar::Instant;
use books::ids::{EventId, OrderId};
use books::request::RequestState;

use super::Audit;
use super::rows::Rows;
use crate::store::request::Request;

/// When something was posted, and by which act.
type Moment = (Instant, EventId);

pub(super) fn check(rows: &Rows, audit: &mut Audit) {
    if rows.requests.is_empty() {
        return;
    }
    let moves = moves(rows);
    let none = BTreeMap::new();
    for request in &rows.requests {
        times(request, audit);
        let Some(order) = request.order_id else { continue };
        let moves = moves.get(&order).unwrap_or(&none);
        let due: i64 = moves.values().sum();
        let by_hand = rows.closed_by_hand.contains(&request.id.to_string());
        match request.state {
            RequestState::Sent | RequestState::Opened if due == 0 => {
                audit.say("Q1", request.id, request.state, format!("nothing is due on {order}"));
            }
            RequestState::Paid if !was_settled(moves, request.paid_at) => {
                audit.say("Q1", request.id, request.state, format!("something was due on {order} then"));
            }
            RequestState::Closed if !by_hand && !was_settled(moves, request.closed_at) => {
                audit.say("Q1", request.id, request.state, format!("something was due on {order} then, and nobody closed it"));
            }
            _ => {}
        }
    }
}

fn times(request: &Request, audit: &mut Audit) {
    let (paid, closed) = (request.state == RequestState::Paid, request.state == RequestState::Closed);
    if paid != request.paid_at.is_some() || closed != request.closed_at.is_some() {
        let has = |at: Option<Instant>| if at.is_some() { "a time" } else { "no time" };
        let found = format!("{} of payment, {} of closing", has(request.paid_at), has(request.closed_at));
        audit.say("Q1", request.id, request.state, found);
    }
}

/// Of each order, by how much each act moved what is due on it.
fn moves(rows: &Rows) -> HashMap<OrderId, BTreeMap<Moment, i64>> {
    let mut moves: HashMap<OrderId, BTreeMap<Moment, i64>> = HashMap::new();
    let mut order_of = HashMap::new();
    for (order, charges) in &rows.charges_of {
        for charge in charges.iter().map(|at| &rows.entries[*at]) {
            order_of.insert(charge.id, *order);
            *moves.entry(*order).or_default().entry((charge.created_at, charge.event_id)).or_default() += charge.amount;
        }
    }
    for row in &rows.allocations {
        let Some(order) = order_of.get(&row.charge_id) else { continue };
        let less = if row.takes_back.is_some() { row.amount } else { -row.amount };
        *moves.entry(*order).or_default().entry((row.created_at, row.event_id)).or_default() += less;
    }
    moves
}

/// Whether something had been due and nothing was at an instant. Several acts can share an instant; one after which nothing
/// was due is enough.
fn was_settled(moves: &BTreeMap<Moment, i64>, at: Option<Instant>) -> bool {
    let Some(at) = at else { return true };
    let mut due = 0;
    let mut settled = false;
    for ((when, _), by) in moves.iter().take_while(|((when, _), _)| *when <= at) {
        due += by;
        settled = due == 0 || (settled && *when == at);
    }
    settled
}
