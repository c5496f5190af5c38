//! Entries by hand, today and for an earlier day, their reversal, and the settings that decide how credit is used.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::Kind;
use crate::desks::random::shop::{Shop, amount, both, id, parsed, pick, small};

impl Shop<'_> {
    pub(super) async fn by_hand(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let positive = b.is_multiple_of(2);
        let due = (kind == Kind::ChargeByHand && positive).then(|| self.due_day(b));
        let charges = kind == Kind::ChargeByHand || (kind == Kind::Adjust && !positive);
        let answer = if kind == Kind::Adjust {
            let signed = if positive { amount(a) } else { -amount(a) };
            let body = json!({"amount": signed, "currency": "USD", "note": "Found"});
            self.office.retries(&format!("/customers/{}/adjustments", self.customer), &body).await
        } else {
            let mut body = json!({"side": if charges { "charge" } else { "credit" }, "amount": amount(a), "currency": "USD", "description": "By hand"});
            if let Some(due) = due {
                body["due_on"] = json!(due.to_string());
            }
            self.office.retries(&format!("/customers/{}/entries", self.customer), &body).await
        };
        both(&answer, true)?;
        self.model.by_hand(charges, amount(a), due);
        self.named(charges, &parsed(&answer));
        Ok(true)
    }

    /// The newest charge or credit of the model is this entry.
    fn named(&mut self, charges: bool, entry: &Value) {
        self.note();
        let last = if charges { self.charges.last_mut() } else { self.credits.last_mut() };
        *last.expect("it was just made") = Some(id(entry));
    }

    /// A charge, a credit or a payment that staff enter late. The balance of its day moves by exactly that, and of no day before.
    pub(super) async fn earlier(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        // Tomorrow is refused, and so is a day that is locked.
        let day = self.model.today.saturating_add((1 - small(c, 25)).days());
        let before = day.saturating_sub(1.day()).to_string();
        let known = match self.model.takes_day(day) {
            true => Some((self.balance_on(&before).await, self.balance_on(&day.to_string()).await)),
            false => None,
        };
        let (day_text, credits) = (day.to_string(), !b.is_multiple_of(3));
        let payment = b % 3 == 2;
        let answer = if payment {
            let body = json!({"customer": self.customer, "amount": amount(a), "currency": "USD", "despite_pending": true,
                "method": {"type": "external", "kind": "bank_transfer", "received_on": day_text}});
            self.office.retries("/payments", &body).await
        } else {
            let body = json!({"side": if credits { "credit" } else { "charge" }, "amount": amount(a), "currency": "USD",
                "description": "Entered late", "effective_on": day_text});
            self.office.retries(&format!("/customers/{}/entries", self.customer), &body).await
        };
        let Some(known) = both(&answer, known.is_some())?.then_some(known).flatten() else { return Ok(false) };
        if payment {
            let credit = self.model.pay_on(day, amount(a));
            self.received(&parsed(&answer), credit, false);
        } else {
            self.model.by_hand_on(day, !credits, amount(a), None);
            self.named(!credits, &parsed(&answer));
        }
        let moved = if credits { amount(a) } else { -amount(a) };
        let now = (self.balance_on(&before).await, self.balance_on(&day_text).await);
        match now == (known.0, known.1 + moved) {
            true => Ok(true),
            false => Err(format!("{moved} on {day}: the day before and that day were {known:?} and are {now:?}")),
        }
    }

    pub(super) async fn reverse(&mut self, charge: bool, a: u64) -> Result<bool, String> {
        let entries = if charge { &self.charges } else { &self.credits };
        let named: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].is_some()).collect();
        let Some(at) = pick(&named, a) else { return Ok(false) };
        let entry = entries[at].clone().expect("it has a name");
        let model = if charge { self.model.reverse_charge(at) } else { self.model.reverse_credit(at) };
        let answer = self.office.retries(&format!("/entries/{entry}/reverse"), &json!({"reason": "By mistake"})).await;
        let done = both(&answer, model)?;
        self.note();
        Ok(done)
    }

    /// The books are locked through a day, or no longer.
    pub(super) async fn lock(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let day = (!b.is_multiple_of(3)).then(|| self.model.today.saturating_sub((1 + small(a, 20)).days()));
        self.settings(json!({"locked_through": day.map(|day| day.to_string())})).await?;
        self.model.locked_through = day;
        Ok(true)
    }

    /// Credit is applied by itself, or no longer. A credit shows what that means for what is free already.
    pub(super) async fn switch(&mut self, a: u64) -> Result<bool, String> {
        let on = !self.model.applies;
        self.settings(json!({"apply_credit": on})).await?;
        self.model.applies = on;
        self.by_hand(Kind::CreditByHand, a, 1).await
    }

    pub(super) async fn tolerate(&mut self, a: u64) -> Result<bool, String> {
        let most = small(a, 4);
        self.settings(json!({"tolerance": most})).await?;
        self.model.tolerance = most;
        Ok(true)
    }
}
