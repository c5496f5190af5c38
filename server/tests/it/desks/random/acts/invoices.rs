//! Invoices: drawn up, issued, taken back, given up, and late fees on them.

use serde_json::json;

use super::Kind;
use crate::desks::random::model::{Priced, What, priced};
use crate::desks::random::shop::{Issued, Shop, amount, both, id, likely, parsed, place, price};

impl Shop<'_> {
    pub(super) fn issued(&mut self, id: String, due: books::calendar::Day) {
        self.invoices.push(Issued { id, on: self.model.today, due });
        self.note();
    }

    pub(super) async fn bill_order(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let owes = |at: usize| self.model.due(What::Order(at)) > 0;
        let Some(at) = likely(self.orders.len(), a, owes) else { return Ok(false) };
        let due = self.due_day(b);
        let body = json!({"description": "What remains", "due_on": due.to_string()});
        let answer = self.office.retries(&format!("/orders/{}/invoices", self.orders[at]), &body).await;
        let done = both(&answer, self.model.bill_order(at, due))?;
        if done {
            self.issued(id(&parsed(&answer)), due);
        }
        Ok(done)
    }

    /// Charges by hand that a new invoice can have and whose entries are known; all, or all but the first.
    fn billable(&self, a: u64) -> Vec<usize> {
        let known = |at: &usize| self.charges[*at].is_some();
        self.model.billable().into_iter().filter(known).skip(usize::try_from(a % 2).expect("0 or 1")).collect()
    }

    /// From lines of its own, or from open charges by hand.
    pub(super) async fn bill(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let due = self.due_day(b);
        let mut body = json!({"customer": self.customer, "currency": "USD", "due_on": due.to_string()});
        let charges = self.billable(a);
        let prices = [price(a), price(b)];
        let mut names = Vec::new();
        if kind == Kind::BillLines {
            let (lines, known) = self.lines_of(&prices);
            (body["lines"], names) = (json!(lines), known);
        } else if charges.is_empty() {
            return Ok(false);
        } else {
            body["entries"] = charges.iter().map(|at| json!(self.charges[*at])).collect();
        }
        let draft = self.office.retries("/invoices", &body).await;
        both(&draft, true)?;
        let invoice = id(&parsed(&draft));
        both(&self.office.retries(&format!("/invoices/{invoice}/issue"), &json!({})).await, true)?;
        match kind {
            Kind::BillLines => {
                let lines = priced(&prices);
                let total = Priced { gross: lines[0].gross + lines[1].gross, tax: lines[0].tax + lines[1].tax };
                let places = self.model.bill_lines(total, &lines, due);
                self.named_lines.extend(names.into_iter().zip(places));
            }
            _ => self.model.bill_charges(&charges, due),
        }
        self.issued(invoice, due);
        Ok(true)
    }

    /// A draft is written, of open charges or as the double of an invoice, and lies there; the next time it is issued or thrown away.
    pub(super) async fn draft(&mut self, a: u64, b: u64) -> Result<bool, String> {
        if let Some((draft, of)) = self.draft.take() {
            return self.draft_ends(draft, of, b).await;
        }
        let charges = self.billable(a);
        if !charges.is_empty() {
            let entries: Vec<_> = charges.iter().map(|at| json!(self.charges[*at])).collect();
            let body = json!({"customer": self.customer, "currency": "USD", "entries": entries});
            let answer = self.office.retries("/invoices", &body).await;
            both(&answer, true)?;
            self.model.draft(&charges, true);
            self.draft = Some((id(&parsed(&answer)), Ok(charges)));
        } else {
            let Some(at) = place(self.invoices.len(), a) else { return Ok(false) };
            let answer = self.office.retries(&format!("/invoices/{}/duplicate", self.invoices[at].id), &json!({})).await;
            both(&answer, true)?;
            let made = parsed(&answer);
            let tax = made["taxes"].as_array().expect("taxes").iter().filter_map(|row| row["tax"].as_i64()).sum();
            self.draft = Some((id(&made), Err(Priced { gross: made["total"].as_i64().expect("a total"), tax })));
        }
        Ok(true)
    }

    async fn draft_ends(&mut self, draft: String, of: Result<Vec<usize>, Priced>, b: u64) -> Result<bool, String> {
        let path = format!("/invoices/{draft}");
        if b.is_multiple_of(3) {
            let gone = self.office.app.call(&self.office.key, "DELETE", &path, &[], &serde_json::Value::Null).await;
            both(&gone, true)?;
            if let Ok(charges) = of {
                self.model.draft(&charges, false);
            }
            return Ok(true);
        }
        let due = self.due_day(b);
        let changed = self.office.app.call(&self.office.key, "PATCH", &path, &[], &json!({"due_on": due.to_string()})).await;
        both(&changed, true)?;
        both(&self.office.retries(&format!("{path}/issue"), &json!({})).await, true)?;
        match of {
            Ok(charges) => self.model.bill_charges(&charges, due),
            Err(total) => drop(self.model.bill_lines(total, &[], due)),
        }
        self.issued(draft, due);
        Ok(true)
    }

    pub(super) async fn void(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let Some(at) = place(self.invoices.len(), a) else { return Ok(false) };
        let keep = b.is_multiple_of(3);
        let path = format!("/invoices/{}/void", self.invoices[at].id);
        let answer = self.office.retries(&path, &json!({"reason": "Wrong", "keep_fees": keep})).await;
        let done = both(&answer, self.model.void(at, keep))?;
        self.note();
        Ok(done)
    }

    pub(super) async fn give_up(&mut self, all: bool, a: u64, b: u64) -> Result<bool, String> {
        let owes = |at: usize| self.model.due(What::Invoice(at)) > 0;
        let Some(at) = likely(self.invoices.len(), a, owes) else { return Ok(false) };
        let due = self.model.due(What::Invoice(at)).max(1);
        let part = (!all && !b.is_multiple_of(3)).then(|| if b.is_multiple_of(2) { amount(b).min(due) } else { amount(b) });
        let path = format!("/invoices/{}", self.invoices[at].id);
        let answer = match all {
            true => self.office.retries(&format!("{path}/uncollectible"), &json!({})).await,
            false => self.office.retries(&format!("{path}/write-offs"), &json!({"amount": part, "reason": "Goodwill"})).await,
        };
        let off = self.model.give_up(at, part);
        let done = both(&answer, off.is_some())?;
        self.note();
        if let Some(off) = off.filter(|_| !all) {
            self.write_offs[off] = Some(id(&parsed(&answer)));
        }
        Ok(done)
    }

    pub(super) async fn reverse_write_off(&mut self, a: u64) -> Result<bool, String> {
        let named: Vec<usize> = (0..self.write_offs.len()).filter(|at| self.write_offs[*at].is_some()).collect();
        let Some(at) = place(named.len(), a).map(|place| named[place]) else { return Ok(false) };
        let entry = self.write_offs[at].clone().expect("it has a name");
        let answer = self.office.retries(&format!("/entries/{entry}/reverse"), &json!({"reason": "They pay after all"})).await;
        let done = both(&answer, self.model.reverse_write_off(at))?;
        self.note();
        Ok(done)
    }

    pub(super) async fn late_fee(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let overdue = |at: usize| self.model.due(What::Invoice(at)) > 0 && self.invoices[at].due < self.model.today;
        let Some(at) = likely(self.invoices.len(), a, overdue) else { return Ok(false) };
        let Issued { id: invoice, due, .. } = self.invoices[at].clone();
        let answer = self.office.retries(&format!("/invoices/{invoice}/late-fees"), &json!({"amount": amount(b)})).await;
        let done = both(&answer, self.model.late_fee(at, amount(b), due))?;
        self.note();
        if done {
            *self.charges.last_mut().expect("the fee") = Some(id(&parsed(&answer)));
        }
        Ok(done)
    }
}
