//! Days that pass, with what settles and comes back on them; and messages, which wait for whoever has an unpaid invoice.

use serde_json::{Value, json};

use super::money_in::whole;
use crate::desks::random::model::What;
use crate::desks::random::shop::{Dispute, Payment, Shop, UnderWay, amount, both};

const SETTLES_AFTER: i64 = 3;
const RETURNS_AFTER: i64 = 5;

impl Shop<'_> {
    /// Whoever has an unpaid invoice is held.
    pub(super) async fn message(&mut self) -> Result<bool, String> {
        let body = json!({"to": [self.customer], "subject": "We move", "body": "To a new yard."});
        let answer = self.office.retries("/messages", &body).await.json(201);
        let held = answer["held"][0]["code"] == "HELD_UNPAID";
        self.office.app.work().await;
        if held == self.model.has_unpaid_invoice() { Ok(true) } else { Err(format!("held: {held}, {answer}")) }
    }

    /// The days pass one by one; what is under way settles, and perhaps comes back.
    pub(super) async fn days(&mut self, a: u64) -> Result<bool, String> {
        // Now and then a while, so that invoices fall overdue.
        let days = if a.is_multiple_of(5) && self.under_way.iter().all(UnderWay::is_over) { 9 } else { 1 + a % 3 };
        for _ in 0..days {
            self.office.post("/test/clock", &json!({"advance": "P1D"})).await.json(200);
            self.office.app.work().await;
            self.model.today = self.office.today();
            self.becomes_known().await?;
            self.holds_lapse();
            for at in 0..self.under_way.len() {
                let passed = self.under_way[at].began.until(self.model.today).map_err(|error| error.to_string())?.get_days();
                self.moves_on(at, i64::from(passed)).await;
            }
            self.follow_invoices_there().await;
        }
        Ok(true)
    }

    /// What has fallen due, or from some debt on all that is owed, is charged to the default card by itself.
    pub(super) async fn scheduled(&mut self, a: u64, b: u64) -> Result<bool, String> {
        // After a charge of the kind was lost at the bank the schedule waits for something new; that is tested elsewhere.
        if self.scheduled.is_some_and(|at| self.payments[at].dispute != Dispute::None) {
            return Ok(false);
        }
        let threshold = a.is_multiple_of(2).then(|| amount(b) * 2);
        let charges = match threshold {
            Some(most) if self.model.owed() < most => Vec::new(),
            Some(_) => self.model.all_open(),
            None => self.model.fallen_due(),
        };
        let due: Vec<What> = charges.into_iter().map(What::Charge).collect();
        let amount: i64 = due.iter().map(|what| self.model.due(*what)).sum();
        let may = self.model.owed() > 0 && !due.is_empty() && !self.model.is_pending(&due);
        let customer = format!("/customers/{}", self.customer);
        let switch = async |to: Value| {
            let body = json!({"auto_charge": to});
            both(&self.office.app.call(&self.office.key, "PATCH", &customer, &[], &body).await, true)
        };
        let at = if threshold.is_some() { "threshold" } else { "due" };
        switch(json!({"method": "default", "at": at, "threshold": threshold})).await?;
        let charged =
            engine::jobs::auto_charge::charge_due(self.office.app.services()).await.map_err(|error| error.to_string())?;
        switch(Value::Null).await?;
        if (charged == 1) != may {
            return Err(format!("the model says {may} to a charge of {amount} by itself, {charged} were made"));
        }
        if may {
            let made = self.newest_payment("succeeded").await;
            let credit = self.model.pay(amount, true, &whole(&due), false);
            self.scheduled = Some(self.payments.len());
            self.received(&made, credit, true);
        }
        Ok(may)
    }

    async fn moves_on(&mut self, at: usize, passed: i64) {
        let UnderWay { id, amount, targets, parts, settled, returns, .. } = self.under_way[at].clone();
        match settled {
            None if passed >= SETTLES_AFTER => {
                self.model.release(&parts);
                let due: i64 =
                    if targets.is_empty() { self.model.owed() } else { targets.iter().map(|what| self.model.due(*what)).sum() };
                let credit = self.model.pay(amount, true, &whole(&targets), due == 0);
                self.under_way[at].settled = Some(credit);
                self.note();
                // What comes back is not touched at the bank's desk.
                let bank = Some(if returns { 0 } else { amount });
                self.payments.push(Payment { id, credit, bank, debit: true, keeps: false, dispute: Dispute::None });
            }
            Some(credit) if returns && passed >= RETURNS_AFTER => {
                self.under_way[at].returns = false;
                self.model.goes(credit, amount);
                self.note();
            }
            _ => {}
        }
    }
}

impl UnderWay {
    fn is_over(&self) -> bool {
        self.settled.is_some() && !self.returns
    }
}
