//! Requests for payment against what was due on their document, now and when they ended.
//!
//! Left out: requests that could not be delivered, which staff see and decide about.

use std::collections::{BTreeMap, HashMap};

use books::account::Target;
use books::calendar::Instant;
use books::ids::{EntryId, EventId};
use books::invoice::InvoiceStanding;
use books::request::RequestState;

use super::Audit;
use super::rows::Rows;
use crate::store::invoice::Invoice;
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
        let Some(target) = request.target() else { continue };
        let order = name(target);
        let moves = moves.get(&target).unwrap_or(&none);
        let due: i64 = moves.values().sum();
        let by_hand = rows.closed_by_hand.contains(&request.id.to_string());
        match request.state {
            RequestState::Sent | RequestState::Opened if due == 0 => {
                audit.say("Q1", request.id, request.state, format!("nothing is due on {order}"));
            }
            RequestState::Paid if !was_settled(moves, request.paid_at) => {
                audit.say("Q1", request.id, request.state, format!("something was due on {order} then"));
            }
            // A void invoice covers nothing any more: what was due on it then cannot be seen.
            RequestState::Closed if is_void(rows, target) => {}
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

fn name(target: Target) -> String {
    match target {
        Target::Order(id) => id.to_string(),
        Target::Invoice(id) => id.to_string(),
        Target::Entry(id) => id.to_string(),
    }
}

fn is_void(rows: &Rows, target: Target) -> bool {
    let void = |invoice: &&Invoice| invoice.standing == InvoiceStanding::Void;
    rows.invoices.iter().filter(void).any(|invoice| Target::Invoice(invoice.id) == target)
}

/// Of each document, by how much each act moved what is due on it.
fn moves(rows: &Rows) -> HashMap<Target, BTreeMap<Moment, i64>> {
    let mut moves: HashMap<Target, BTreeMap<Moment, i64>> = HashMap::new();
    let mut covered: HashMap<EntryId, Vec<Target>> = HashMap::new();
    let orders = rows.charges_of.iter().map(|(id, charges)| (Target::Order(*id), charges));
    let invoices = rows.covered_by.iter().map(|(id, charges)| (Target::Invoice(*id), charges));
    for (target, charges) in orders.chain(invoices) {
        for charge in charges.iter().map(|at| &rows.entries[*at]) {
            covered.entry(charge.id).or_default().push(target);
            *moves.entry(target).or_default().entry((charge.created_at, charge.event_id)).or_default() += charge.amount;
        }
    }
    for row in &rows.allocations {
        let less = if row.takes_back.is_some() { row.amount } else { -row.amount };
        for target in covered.get(&row.charge_id).into_iter().flatten() {
            *moves.entry(*target).or_default().entry((row.created_at, row.event_id)).or_default() += less;
        }
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
