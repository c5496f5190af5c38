//! Money that staff take: over the counter, from a saved card; and what they set it against.

use serde_json::{Value, json};

use super::Kind;
use crate::desks::random::model::What;
use crate::desks::random::shop::{Meant, Shop, amount, both, parsed, pick, small};

/// How money comes that is recorded only.
const ELSEWHERE: [&str; 5] = ["cash", "check", "bank_transfer", "card_terminal", "other"];

/// Each as a whole, as the model takes them.
pub(super) fn whole(targets: &[What]) -> Vec<(What, Option<i64>)> {
    targets.iter().map(|what| (*what, None)).collect()
}

impl Shop<'_> {
    /// Money over the counter: for one document, for parts of several, or on account.
    pub(super) async fn cash(&mut self, kind: Kind, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let paid = amount(a) * (1 + small(c, 3));
        let despite = c.is_multiple_of(4);
        let mut body = json!({"customer": self.customer, "amount": paid, "currency": "USD", "despite_pending": despite,
            "method": {"type": "external", "kind": ELSEWHERE[usize::try_from(a % 5).expect("0 to 4")], "reference": "12-07"}});
        let mut targets: Vec<(What, Option<i64>)> = Vec::new();
        if kind == Kind::Split {
            let (named, parts) = self.parts(&[(b, amount(b / 7)), (b + 1, amount(c / 7))]);
            body["allocations"] = json!(parts);
            targets = named.into_iter().map(|(what, part)| (what, Some(part))).collect();
        } else if let Some((what, word, id)) = self.document(b).filter(|_| !b.is_multiple_of(4)) {
            body[word] = json!(id);
            targets.push((what, None));
        }
        // At the counter a detail is missing now and then: the check's number, or some of the cash.
        let (mut complete, mut change) = (true, None);
        if kind == Kind::InPerson {
            complete = !c.is_multiple_of(5);
            body["method"] = if a.is_multiple_of(2) {
                let more = small(c, 7);
                change = Some(more);
                json!({"type": "in_person", "kind": "cash", "tendered": if complete { paid + more } else { paid - 1 }})
            } else {
                let number = complete.then_some("1207");
                json!({"type": "in_person", "kind": "check", "number": number, "bank": "Moss Bank"})
            };
        }
        let named: Vec<What> = targets.iter().map(|(what, _)| *what).collect();
        let parts: i64 = targets.iter().filter_map(|(_, part)| *part).sum();
        let may = complete && parts <= paid && (despite || !self.model.is_pending(&named));
        let answer = self.office.retries("/payments", &body).await;
        both(&answer, may)?;
        if let Some(change) = change.filter(|_| may)
            && parsed(&answer)["change"] != change
        {
            return Err(format!("the change is {change}: {}", answer.text));
        }
        if may {
            let credit = self.model.pay(paid, false, &targets, false);
            self.received(&parsed(&answer), credit, false);
        }
        Ok(may)
    }

    /// A few cents less than is due on a document.
    pub(super) async fn nearly(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let Some((what, word, document)) = self.meant(a) else { return Ok(false) };
        let paid = self.model.due(what) - 1 - small(b, 4);
        if paid < 1 {
            return Ok(false);
        }
        let body = json!({"customer": self.customer, "amount": paid, "currency": "USD", "method": {"type": "external", "kind": "check"},
            "allocations": [{word: document, "amount": paid}]});
        let may = !self.model.is_pending(&[what]);
        let answer = self.office.retries("/payments", &body).await;
        both(&answer, may)?;
        if may {
            let credit = self.model.pay(paid, false, &[(what, Some(paid))], false);
            self.received(&parsed(&answer), credit, false);
        }
        Ok(may)
    }

    /// What a saved card may be charged for, and whether it may.
    pub(super) fn chargeable(&self, number: u64, asked: i64) -> (Option<Meant>, Vec<What>, bool) {
        let found = self.document(number).filter(|_| !number.is_multiple_of(5));
        let targets: Vec<What> = found.iter().map(|(what, ..)| *what).collect();
        let due = targets.first().map_or(self.model.owed(), |what| self.model.due(*what));
        (found, targets.clone(), asked <= due && !self.model.is_pending(&targets))
    }

    pub(super) async fn saved(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let (found, targets, may) = self.chargeable(a, amount(b));
        let mut body = json!({"customer": self.customer, "amount": amount(b), "currency": "USD", "method": {"type": "saved", "id": "default"}});
        if let Some((_, word, id)) = found {
            body[word] = json!(id);
        }
        let answer = self.office.retries("/payments", &body).await;
        both(&answer, may)?;
        if may {
            let credit = self.model.pay(amount(b), true, &whole(&targets), false);
            self.received(&parsed(&answer), credit, true);
        }
        Ok(may)
    }

    pub(super) async fn reapply(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(payment) = pick(&self.payments, a) else { return Ok(false) };
        let wanted = [(b, amount(c)), (b + 1, amount(c / 7))];
        let (targets, parts): (_, Vec<Value>) = self.parts(&wanted[..usize::try_from(c % 3).expect("0 to 2")]);
        let answer = self.office.retries(&format!("/payments/{}/reallocate", payment.id), &json!({"allocations": parts})).await;
        let done = both(&answer, self.model.reapply(payment.credit, &targets))?;
        self.note();
        Ok(done)
    }
}
