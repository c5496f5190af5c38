//! Amounts that are held on a card: on the saved one, or on one that staff key into the processor's fields; taken later, in whole
//! or in part, let go, or forgotten until the bank lets go of them.

use serde_json::json;

use super::money_in::whole;
use crate::desks::random::shop::{Held, Shop, VISA, amount, both, id, parsed, place};

/// So long Sandbox holds an amount, in days.
const HELD_FOR: i64 = 7;

impl Shop<'_> {
    /// It is held, and reserves what it is meant for until it ends.
    pub(super) async fn hold(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let (found, targets, may) = self.chargeable(a, amount(b));
        let mut body = json!({"customer": self.customer, "amount": amount(b), "currency": "USD", "processor": self.prc});
        let keyed = c.is_multiple_of(3);
        if !keyed {
            body["method"] = json!(self.cards.pays);
        }
        if let Some((_, word, id)) = found {
            body[word] = json!(id);
        }
        let answer = self.office.retries("/authorizations", &body).await;
        if !both(&answer, may)? {
            return Ok(false);
        }
        let made = parsed(&answer);
        if keyed {
            self.office.fill_in(made["url"].as_str().expect("the processor's fields"), VISA, "12/30").await;
            self.office.app.work().await;
        }
        let parts = self.model.reserve(&targets, amount(b));
        self.held.push(Held { id: id(&made), amount: amount(b), targets, parts, began: self.model.today });
        Ok(true)
    }

    /// The oldest or another is taken (in part or as a whole, also as a payment at the counter) or let go.
    pub(super) async fn hold_ends(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(at) = place(self.held.len(), a) else { return Ok(false) };
        let Held { id: held, amount: most, targets, parts, .. } = self.held.remove(at);
        let path = format!("/payments/{held}");
        let answer = match c % 4 {
            0 => {
                both(&self.office.retries(&format!("{path}/void"), &json!({})).await, true)?;
                self.model.lets_go(&parts);
                return Ok(true);
            }
            1 => {
                let method = json!({"type": "in_person", "kind": "card", "authorization": held});
                let body = json!({"customer": self.customer, "amount": most, "currency": "USD", "method": method});
                self.office.retries("/payments", &body).await
            }
            _ => self.office.retries(&format!("{path}/capture"), &json!({"amount": amount(b).min(most)})).await,
        };
        both(&answer, true)?;
        let taken = if c % 4 == 1 { most } else { amount(b).min(most) };
        self.model.release(&parts);
        let nothing_due = self.model.due_together(&targets) == 0;
        let credit = self.model.pay(taken, true, &whole(&targets), nothing_due);
        self.received(&parsed(&answer), credit, true);
        Ok(true)
    }

    /// What nobody took in time.
    pub(super) fn holds_lapse(&mut self) {
        let today = self.model.today;
        let over = |held: &Held| held.began.until(today).is_ok_and(|passed| i64::from(passed.get_days()) >= HELD_FOR);
        for held in self.held.extract_if(.., |held| over(held)).collect::<Vec<_>>() {
            self.model.lets_go(&held.parts);
        }
    }
}
