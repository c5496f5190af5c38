//! Invoices that the processor makes, mails and collects. They stay out while other acts go on: after each act one asks for exactly
//! what is due, is made anew for another amount, or is gone.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use crate::desks::random::model::What;
use crate::desks::random::shop::{Out, Shop, VISA, both, id, place};

impl Shop<'_> {
    /// The processor asks for some of it already.
    pub(super) fn is_out(&self, what: What) -> bool {
        self.out.iter().any(|out| out.what == what || self.model.overlap(what, &out.charges))
    }

    pub(super) async fn invoiced(&mut self, a: u64) -> Result<bool, String> {
        let Some((what, word, document)) = self.document(a) else { return Ok(false) };
        let path = format!("/{word}s/{document}/remote-invoices");
        let may = self.model.due(what) > 0 && !self.model.is_pending(&[what]) && !self.is_out(what);
        let done = both(&self.office.retries(&path, &json!({})).await, may)?;
        if done {
            if !self.asked_there.contains(&path) {
                self.asked_there.push(path.clone());
            }
            self.out.push(Out { what, path, amount: self.model.due(what), charges: self.model.open_charges(what) });
        }
        Ok(done)
    }

    /// Its receiver pays it there, or staff cancel it.
    pub(super) async fn ends_there(&mut self, paid: bool, a: u64) -> Result<bool, String> {
        let Some(at) = place(self.out.len(), a) else { return Ok(false) };
        let Out { what, path, amount, .. } = self.out.remove(at);
        let newest = self.newest_there(&path).await;
        if !paid {
            return both(&self.office.retries(&format!("/remote-invoices/{}/cancel", id(&newest)), &json!({})).await, true);
        }
        let step = self.office.fill_in(newest["url"].as_str().expect("its page"), VISA, "12/30").await;
        if !matches!(step, CheckoutStep::Paid { .. }) {
            return Err(format!("it can be paid, but the page says {step:?}"));
        }
        self.office.app.work().await;
        let payment = newest["payment"].as_str().expect("its payment");
        let made = self.office.get(&format!("/payments/{payment}")).await.json(200);
        let credit = self.model.pay(amount, true, &[(what, None)], false);
        self.received(&made, credit, true);
        Ok(true)
    }

    async fn newest_there(&self, path: &str) -> Value {
        self.office.get(path).await.json(200)["data"][0].clone()
    }

    /// After any act: what is out asks for what is due and not under way by another payment; if that is another amount it is made
    /// anew, unless a payment under way stands in its way.
    pub async fn follow_invoices_there(&mut self) {
        if self.out.is_empty() {
            return;
        }
        self.office.app.work().await;
        let mut still: Vec<Out> = Vec::new();
        for out in std::mem::take(&mut self.out) {
            let (due, reserved) = (self.model.due(out.what), self.model.reserved(out.what));
            if (due - reserved).max(0) == out.amount {
                still.push(out);
            } else if due > 0 && reserved == 0 {
                still.push(Out { amount: due, charges: self.model.open_charges(out.what), ..out });
            }
        }
        self.out = still;
    }

    /// What is out at the processor is what the model says.
    pub async fn invoices_there_agree(&self) -> Result<(), String> {
        for path in &self.asked_there {
            let newest = self.newest_there(path).await;
            let wanted = self.out.iter().find(|out| out.path == *path).map(|out| out.amount);
            let found = newest["amount"].as_i64().filter(|_| newest["state"] == "sent");
            let over = ["paid", "canceled", "failed"].iter().any(|state| newest["state"] == *state);
            if found != wanted || (wanted.is_none() && !over) {
                return Err(format!("the model has {wanted:?} asked for at the processor: {newest}"));
            }
        }
        Ok(())
    }
}
