//! Orders and applications: written, changed, decided.

use serde_json::{Value, json};

use super::Kind;
use crate::desks::random::model::OrderState;
use crate::desks::random::shop::{Shop, amount, both, id, likely, parsed, place};

impl Shop<'_> {
    pub(super) async fn order(&mut self, application: bool, a: u64, b: u64) -> Result<bool, String> {
        let gross: Vec<u64> = (0..=a % 3).map(|at| b + at * 17).collect();
        let lines: Vec<Value> = gross.iter().map(|number| Shop::line(*number)).collect();
        let (kind, state) = if application { ("application", "submitted") } else { ("order", "confirmed") };
        let body = json!({"customer": self.customer, "kind": kind, "currency": "USD", "state": state, "lines": lines});
        let answer = self.office.post("/orders", &body).await;
        both(&answer, true)?;
        let made = parsed(&answer);
        let gross: Vec<i64> = gross.iter().map(|number| amount(*number)).collect();
        self.model.order(&gross, if application { OrderState::Submitted } else { OrderState::Confirmed });
        self.orders.push(id(&made));
        self.requests.push(None);
        self.lines.push(made["lines"].as_array().expect("lines").iter().map(id).collect());
        self.note();
        Ok(true)
    }

    pub(super) async fn amend(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = place(self.orders.len(), a) else { return Ok(false) };
        let known = self.lines[at].clone();
        let line = place(known.len(), b).expect("an order has lines");
        let (body, model) = match kind {
            Kind::Add => (json!({"reason": "items_added", "lines": [Shop::line(b)]}), self.model.add(at, amount(b))),
            Kind::Remove => (json!({"reason": "correction", "remove": [known[line]]}), self.model.remove(at, line)),
            _ => {
                let less = json!({"kind": "discount", "description": "Less", "quantity": 1, "unit_amount": -amount(b)});
                (json!({"reason": "other", "lines": [less]}), self.model.discount(at, amount(b)))
            }
        };
        let answer = self.office.post(&format!("/orders/{}/amendments", self.orders[at]), &body).await;
        let done = both(&answer, model)?;
        if done && kind == Kind::Add {
            let now = parsed(&answer);
            let items = now["lines"].as_array().expect("lines").iter().filter(|line| line["kind"] == "item").map(id);
            let fresh = items.into_iter().find(|id| !known.contains(id)).expect("the line that was added");
            self.lines[at].push(fresh);
        }
        self.note();
        Ok(done)
    }

    pub(super) async fn decide(&mut self, kind: Kind, a: u64) -> Result<bool, String> {
        let from = if kind == Kind::Approve { OrderState::Submitted } else { OrderState::Confirmed };
        let Some(at) = likely(self.orders.len(), a, |at| self.model.orders[at] == from) else { return Ok(false) };
        let (word, model) = match kind {
            Kind::Cancel => ("cancel", self.model.cancel(at)),
            Kind::Complete => ("complete", self.model.moves(at, OrderState::Confirmed, OrderState::Completed)),
            _ => ("approve", self.model.moves(at, OrderState::Submitted, OrderState::Approved)),
        };
        let answer = self.office.post(&format!("/orders/{}/{word}", self.orders[at]), &json!({})).await;
        let done = both(&answer, model)?;
        self.note();
        Ok(done)
    }

    /// An application is denied or withdrawn: none of its lines is owed any more, or one, or all stay owed.
    pub(super) async fn end(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let open = |at: usize| self.model.orders[at] == OrderState::Submitted;
        let Some(at) = likely(self.orders.len(), a, open) else { return Ok(false) };
        let (word, to) = match b % 2 {
            0 => ("deny", OrderState::Denied),
            _ => ("withdraw", OrderState::Withdrawn),
        };
        let ticked: Vec<usize> = match b % 3 {
            0 => Vec::new(),
            1 => vec![place(self.lines[at].len(), b).expect("an order has lines")],
            _ => (0..self.lines[at].len()).collect(),
        };
        let remove: Vec<&str> = ticked.iter().map(|line| self.lines[at][*line].as_str()).collect();
        let body = json!({"reason": "Not here", "remove": remove});
        let answer = self.office.post(&format!("/orders/{}/{word}", self.orders[at]), &body).await;
        let done = both(&answer, self.model.ends(at, to, &ticked))?;
        self.note();
        Ok(done)
    }
}
