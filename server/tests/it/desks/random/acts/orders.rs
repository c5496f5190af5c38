//! Orders and applications: written, changed, decided.

use serde_json::{Value, json};

use super::Kind;
use crate::desks::random::model::{OrderState, Price, Priced, priced};
use crate::desks::random::shop::{Shop, both, id, likely, parsed, place, price};

impl Shop<'_> {
    /// Lines with and without tax; now and then the last one is a discount.
    pub(super) async fn order(&mut self, application: bool, a: u64, b: u64) -> Result<bool, String> {
        let mut prices: Vec<Price> = (0..=a % 3).map(|at| price(b + at * 17)).collect();
        if a.is_multiple_of(4) {
            prices.push(Price { net: -(1 + prices[0].net / 3), rate: prices[0].rate });
        }
        let (lines, names) = self.lines_of(&prices);
        let (kind, state) = if application { ("application", "submitted") } else { ("order", "confirmed") };
        let body = json!({"customer": self.customer, "kind": kind, "currency": "USD", "state": state, "lines": lines});
        let answer = self.office.retries("/orders", &body).await;
        both(&answer, true)?;
        let made = parsed(&answer);
        let lines = priced(&prices);
        self.model.order(&lines, if application { OrderState::Submitted } else { OrderState::Confirmed });
        let order = self.orders.len();
        self.orders.push(id(&made));
        self.lines.push(made["lines"].as_array().expect("lines").iter().map(id).collect());
        for (place, name) in names.into_iter().enumerate() {
            self.named_lines.push((name, self.model.line_of(order, place)));
        }
        self.note();
        let taxed =
            |of: &Value| -> i64 { of["taxes"].as_array().expect("taxes").iter().filter_map(|row| row["tax"].as_i64()).sum() };
        let tax: i64 = lines.iter().map(|line| line.tax).sum();
        if taxed(&made) == tax { Ok(true) } else { Err(format!("its tax is {tax} in the model: {made}")) }
    }

    pub(super) async fn amend(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = place(self.orders.len(), a) else { return Ok(false) };
        let known = self.lines[at].clone();
        let line = place(known.len(), b).expect("an order has lines");
        let added = price(b);
        let (lines, names) = self.lines_of(&[added]);
        let (body, model) = match kind {
            Kind::Add => (json!({"reason": "items_added", "lines": lines}), self.model.add(at, priced(&[added])[0])),
            Kind::Remove => (json!({"reason": "correction", "remove": [known[line]]}), self.model.remove(at, line)),
            _ => {
                let less = json!({"kind": "discount", "description": "Less", "quantity": 1, "unit_amount": -added.net,
                    "tax_rate": added.rate.map(|rate| rate.to_string())});
                let off = priced(&[Price { net: -added.net, ..added }])[0];
                (
                    json!({"reason": "other", "lines": [less]}),
                    self.model.discount(at, Priced { gross: -off.gross, tax: -off.tax }),
                )
            }
        };
        let answer = self.office.retries(&format!("/orders/{}/amendments", self.orders[at]), &body).await;
        let done = both(&answer, model)?;
        if done && kind == Kind::Add {
            let now = parsed(&answer);
            let fresh = now["lines"].as_array().expect("lines").iter().find(|line| line["description"] == names[0].as_str());
            self.lines[at].push(id(fresh.expect("the line that was added")));
            self.named_lines.push((names[0].clone(), self.model.line_of(at, known.len())));
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
        let answer = self.office.retries(&format!("/orders/{}/{word}", self.orders[at]), &json!({})).await;
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
        let answer = self.office.retries(&format!("/orders/{}/{word}", self.orders[at]), &body).await;
        let done = both(&answer, self.model.ends(at, to, &ticked))?;
        self.note();
        Ok(done)
    }
}
