//! Credit notes: by an amount or by lines, today or on an earlier day, with the freed money kept, split, or said wrongly.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::Kind;
use crate::desks::random::model::{Less, Model, OfLine, Split, What};
use crate::desks::random::shop::{Shop, amount, both, likely, parsed, pick, small};

impl Shop<'_> {
    pub(super) async fn credit_note(&mut self, kind: Kind, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let can = |at: usize| !self.model.invoices[at] && self.model.creditable(at) > 0;
        let Some(at) = likely(self.invoices.len(), a, can) else { return Ok(false) };
        let found = match kind {
            Kind::CreditLines => self.less_lines(at, b, c).await,
            _ => Some(self.less_amount(at, b)),
        };
        let Some((less, mut body)) = found else { return Ok(false) };
        let keep = c.is_multiple_of(3);
        let to = if c.is_multiple_of(2) { Split::default() } else { self.split(at, &less, keep, b, c) };
        let dated = c.is_multiple_of(5).then(|| self.model.today.saturating_sub(small(b, 12).days()));
        (body["reason"], body["keep_fees"], body["destinations"]) = (json!("Damaged"), json!(keep), json!(destinations(to)));
        if let Some(day) = dated {
            body["dated_on"] = json!(day.to_string());
        }
        let in_time = dated.is_none_or(|day| day >= self.invoices[at].on && self.model.takes_day(day));
        let answer = self.office.retries(&format!("/invoices/{}/credit-notes", self.invoices[at].id), &body).await;
        let fees = |model: &Model| model.six(What::Invoice(at))[1];
        let (due, tax_off, fees_before) = (self.model.due(What::Invoice(at)), self.model.tax_off(), fees(&self.model));
        let sent = if in_time { self.model.credit_note(at, &less, to, keep) } else { None };
        let done = both(&answer, sent.is_some())?;
        self.note();
        for back in sent.into_iter().flatten().filter(|back| back.to_card) {
            let payment = self.payments.iter_mut().find(|payment| payment.credit == back.credit);
            let payment = payment.ok_or_else(|| format!("{back:?} is of no payment"))?;
            payment.bank = payment.bank.map(|left| left - back.amount);
        }
        if !done {
            return Ok(false);
        }
        let made = parsed(&answer);
        let says = |name: &str, wanted: i64| match made[name] == wanted {
            true => Ok(()),
            false => Err(format!("{name} is {wanted} in the model: {made}")),
        };
        says("tax", self.model.tax_off() - tax_off)?;
        // Fees that fell with a full credit are no part of the note.
        let of_note = || (made["amount"].as_i64().unwrap_or(0) - made["freed"].as_i64().unwrap_or(0)).max(0);
        says("due_before", if fees(&self.model) < fees_before { of_note() } else { due })?;
        Ok(true)
    }

    /// Often all of it, so that late fees fall, too; now and then more than there is.
    fn less_amount(&self, invoice: usize, b: u64) -> (Less, Value) {
        let most = self.model.creditable(invoice).max(1);
        let asked = match b % 4 {
            0 => most,
            1 => amount(b),
            _ => amount(b).min(most),
        };
        (Less::Amount(asked), json!({"amount": asked}))
    }

    /// One line or two, each in part or what is left of it; now and then more than that.
    async fn less_lines(&self, invoice: usize, b: u64, c: u64) -> Option<(Less, Value)> {
        let known = self.office.get(&format!("/invoices/{}", self.invoices[invoice].id)).await.json(200);
        let rows: Vec<&Value> = known["lines"].as_array().expect("lines").iter().collect();
        let mut chosen: Vec<(OfLine, i64)> = Vec::new();
        let mut named: Vec<Value> = Vec::new();
        for number in [b, b / 3] {
            let row = pick(&rows, number)?;
            let Some(of) = self.line_named(row).filter(|of| chosen.iter().all(|(known, _)| known != of)) else { continue };
            let left = self.model.left_of(of).max(1);
            let asked = if c.is_multiple_of(7) { left + 1 } else { amount(number + c).min(left) };
            chosen.push((of, asked));
            named.push(json!({"line": row["id"], "amount": asked}));
        }
        (!chosen.is_empty()).then(|| (Less::Lines(chosen), json!({"lines": named})))
    }

    /// The line of an invoice as the model knows it: written by a name, or a charge by hand. Discounts are no such lines.
    fn line_named(&self, row: &Value) -> Option<OfLine> {
        if row["gross"].as_i64().is_none_or(|gross| gross <= 0) {
            return None;
        }
        let written = self.named_lines.iter().find(|(name, _)| row["description"] == name.as_str());
        let charge = self.charges.iter().position(|entry| entry.as_deref().is_some_and(|entry| row["entry"] == entry));
        written.map(|(_, at)| OfLine::Line(*at)).or(charge.map(OfLine::Charge))
    }

    /// A split of what such a note will free. To cards as far as that arrives at once: what goes back to a bank account is days on
    /// its way, and one card takes nothing back.
    fn split(&self, invoice: usize, less: &Less, keep: bool, b: u64, c: u64) -> Split {
        let freed = self.model.would_free(invoice, less, true, keep);
        let debit =
            |credit: usize| self.payments.iter().any(|payment| payment.credit == credit && (payment.debit || payment.keeps));
        let from = |wanted: &dyn Fn(usize) -> bool| -> i64 {
            freed.iter().filter(|(credit, _)| wanted(*credit)).map(|(_, amount)| amount).sum()
        };
        let all = from(&|_| true);
        let cards = from(&|credit| self.payments.iter().any(|payment| payment.credit == credit && payment.bank.is_some()));
        let most = if from(&debit) > 0 { 0 } else { cards };
        let share = |most: i64, number: u64| small(number, u64::try_from(most + 1).expect("not below zero"));
        let card = share(most, b);
        let outside = share(all - card, c / 2);
        // Now and then it does not add up.
        let wrong = i64::from(c.is_multiple_of(11));
        Split { card, outside, balance: all - card - outside + wrong }
    }
}

fn destinations(to: Split) -> Vec<Value> {
    let all = [("card", to.card), ("outside", to.outside), ("balance", to.balance)];
    all.iter().filter(|(_, amount)| *amount > 0).map(|(to, amount)| json!({"to": to, "amount": amount})).collect()
}
