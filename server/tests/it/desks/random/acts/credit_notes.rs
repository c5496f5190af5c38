//! Credit notes: by an amount, today or on an earlier day, with the freed money kept, split, or said wrongly.

use jiff::ToSpan;
use serde_json::{Value, json};

use crate::desks::random::model::Split;
use crate::desks::random::shop::{Shop, amount, both, likely, small};

impl Shop<'_> {
    pub(super) async fn credit_note(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let can = |at: usize| !self.model.invoices[at] && self.model.creditable(at) > 0;
        let Some(at) = likely(self.invoices.len(), a, can) else { return Ok(false) };
        // Often all of it, so that late fees fall, too; now and then more than there is.
        let most = self.model.creditable(at).max(1);
        let asked = match b % 4 {
            0 => most,
            1 => amount(b),
            _ => amount(b).min(most),
        };
        let keep = c.is_multiple_of(3);
        let to = if c.is_multiple_of(2) { Split::default() } else { self.split(at, asked, keep, b, c) };
        let dated = c.is_multiple_of(5).then(|| self.model.today.saturating_sub(small(b, 12).days()));
        let mut body = json!({"amount": asked, "reason": "Damaged", "keep_fees": keep, "destinations": destinations(to)});
        if let Some(day) = dated {
            body["dated_on"] = json!(day.to_string());
        }
        let in_time = dated.is_none_or(|day| day >= self.invoices[at].on && self.model.takes_day(day));
        let answer = self.office.post(&format!("/invoices/{}/credit-notes", self.invoices[at].id), &body).await;
        let sent = if in_time { self.model.credit_note(at, asked, to, keep) } else { None };
        let done = both(&answer, sent.is_some())?;
        for back in sent.into_iter().flatten().filter(|back| back.to_card) {
            let payment = self.payments.iter_mut().find(|payment| payment.credit == back.credit);
            let payment = payment.ok_or_else(|| format!("{back:?} is of no payment"))?;
            payment.bank = payment.bank.map(|left| left - back.amount);
        }
        self.note();
        Ok(done)
    }

    /// A split of what such a note will free. To cards as far as that arrives at once: what goes back to a bank account is days on
    /// its way.
    fn split(&self, invoice: usize, asked: i64, keep: bool, b: u64, c: u64) -> Split {
        let freed = self.model.would_free(invoice, asked, true, keep);
        let debit = |credit: usize| self.payments.iter().any(|payment| payment.credit == credit && payment.debit);
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
