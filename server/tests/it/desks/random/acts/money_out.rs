//! Money that leaves: refunds by staff and at the processor's own desk, disputes, credit that is handed out.

use serde_json::json;

use super::Kind;
use crate::desks::random::shop::{Dispute, Payment, Shop, amount, both, id, parsed, pick, place};
use crate::kit::Answer;

impl Shop<'_> {
    /// Back to where it came from or outside; now and then staff say what reopens.
    pub(super) async fn refund(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some(at) = place(self.payments.len(), a) else { return Ok(false) };
        let Payment { id: payment, credit, bank, debit, keeps, .. } = self.payments[at].clone();
        let original = bank.is_some() && !debit && !c.is_multiple_of(3);
        let (chosen, parts) = match c % 4 {
            1 => self.parts(&[(c, amount(b / 2))]),
            _ => (Vec::new(), Vec::new()),
        };
        let body = json!({"amount": amount(b), "reason": "Sent back", "to": if original { "original" } else { "outside" },
            "allocations": parts});
        let lost = original && !keeps && c % 5 == 2 && self.model.clone().refund(credit, amount(b), &chosen);
        if lost {
            self.fails_next(if b.is_multiple_of(2) { "lose_answer" } else { "timeout" }).await;
        }
        let answer = self.office.retries(&format!("/payments/{payment}/refunds"), &body).await;
        if lost && !self.refund_arrived(&answer).await? {
            return Ok(true);
        }
        if original && keeps && self.model.clone().refund(credit, amount(b), &chosen) {
            // The processor does not take it back: the books stay as they were.
            let failed = answer.status.as_u16() == 402 && parsed(&answer)["code"] == "REFUND_FAILED";
            return if failed { Ok(true) } else { Err(format!("it cannot go back: {} {}", answer.status, answer.text)) };
        }
        let done = both(&answer, self.model.refund(credit, amount(b), &chosen))?;
        if done && original {
            self.payments[at].bank = bank.map(|left| left - amount(b));
        }
        self.note();
        Ok(done)
    }

    /// The answer to a refund was lost, or the call before it: while nobody knows, nothing has gone. Answers whether the processor
    /// had it.
    async fn refund_arrived(&self, answer: &Answer) -> Result<bool, String> {
        let made = parsed(answer);
        if answer.status.as_u16() != 202 || made["state"] != "pending" {
            return Err(format!("nobody knows, and yet it says {}: {made}", answer.status));
        }
        self.figures_agree().await.map_err(|wrong| format!("while nobody knows of a refund: {wrong}"))?;
        self.office.post("/test/clock", &json!({"advance": "PT1M"})).await.json(200);
        let known = self.office.get(&format!("/refunds/{}", id(&made))).await.json(200);
        match known["state"].as_str() {
            Some("succeeded") => Ok(true),
            Some("failed") => Ok(false),
            _ => Err(format!("a minute later it is {known}")),
        }
    }

    pub(super) async fn pay_out(&mut self, a: u64) -> Result<bool, String> {
        let body = json!({"amount": amount(a), "currency": "USD", "reason": "Asked for"});
        let answer = self.office.retries(&format!("/customers/{}/payouts", self.customer), &body).await;
        let done = both(&answer, self.model.pay_out(amount(a)))?;
        self.note();
        Ok(done)
    }

    /// What happens at the processor's own desk.
    pub(super) async fn at_the_bank(&mut self, kind: Kind, a: u64, b: u64) -> Result<bool, String> {
        let able = |payment: &Payment| match (kind, payment.dispute) {
            (Kind::Decide, dispute) => matches!(dispute, Dispute::Open(_)),
            (Kind::DeskRefund, Dispute::None) => !payment.debit && !payment.keeps && payment.bank.is_some_and(|left| left > 0),
            (Kind::Dispute, Dispute::None) => payment.bank.is_some_and(|left| left > 0),
            _ => false,
        };
        let able: Vec<usize> = (0..self.payments.len()).filter(|at| able(&self.payments[*at])).collect();
        let Some(at) = pick(&able, a) else { return Ok(false) };
        let Payment { id, credit, bank, dispute, .. } = self.payments[at].clone();
        let remote = self.charge_at_bank(&id).await;
        let desk = format!("/processors/{}/sandbox/charges/{remote}", self.prc);
        let left = bank.unwrap_or(0);
        match (kind, dispute) {
            (Kind::DeskRefund, _) => {
                let part = amount(b).min(left);
                both(&self.office.post(&format!("{desk}/refund"), &json!({"amount": part})).await, true)?;
                self.payments[at].bank = Some(left - part);
                self.model.goes(credit, part);
            }
            (Kind::Dispute, _) => {
                both(&self.office.post(&format!("{desk}/dispute"), &json!({})).await, true)?;
                self.payments[at].dispute = Dispute::Open(left);
                self.model.disputed(credit, true);
            }
            (_, Dispute::Open(amount)) => {
                let won = b.is_multiple_of(2);
                let decide = json!({"decide": if won { "won" } else { "lost" }});
                both(&self.office.post(&format!("{desk}/dispute"), &decide).await, true)?;
                self.payments[at].dispute = Dispute::Over;
                self.model.disputed(credit, false);
                if !won {
                    self.model.goes(credit, amount);
                }
            }
            _ => {}
        }
        self.office.app.work().await;
        self.note();
        Ok(true)
    }

    /// The processor's own id of a payment's charge.
    async fn charge_at_bank(&self, payment: &str) -> String {
        let payment = payment.parse().expect("an id");
        let services = self.office.app.services();
        let sheet = engine::sheets::payment::payment_sheet(&services.db, self.office.business, payment).await.expect("a payment");
        sheet.payment.remote_id.expect("it was charged")
    }
}
