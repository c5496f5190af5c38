//! Pages of the processor that a payer left open: other acts go on meanwhile, and then it is paid, or was closed because it asks for
//! more than is due by now.

use serde_json::json;

use super::money_in::whole;
use crate::desks::random::shop::{LeftOpen, Shop, VISA, amount, id, place};
use processors::sandbox::CheckoutStep;

impl Shop<'_> {
    pub(super) async fn leaves_open(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let Some((url, targets, due)) = self.asks(a.is_multiple_of(2), b).await? else { return Ok(false) };
        let part = (targets.is_empty() && a.is_multiple_of(3)).then(|| amount(b));
        let may = due > 0 && !self.model.is_pending(&targets) && part.is_none_or(|part| part <= due);
        let page = self.office.page_of_link(&url, part).await;
        if page.is_some() != may {
            return Err(format!("the model says {may} to {part:?} of {due}, the payer's page {page:?}"));
        }
        let Some(page) = page else { return Ok(false) };
        // A second click is led to the page that is open already.
        let payment = self.payment_of(&page).await?;
        self.left_open.retain(|known| known.payment != payment);
        self.left_open.push(LeftOpen { payment, page, amount: part.unwrap_or(due), targets, began: self.model.today });
        Ok(true)
    }

    /// The payment that was begun with this page.
    async fn payment_of(&self, page: &str) -> Result<String, String> {
        let begun = self.office.get("/payments?limit=200&state=created").await.json(200);
        for row in begun["data"].as_array().expect("a list") {
            let payment = id(row).parse().expect("an id");
            let services = self.office.app.services();
            let sheet = engine::sheets::payment::payment_sheet(&services.db, self.office.business, payment).await;
            if sheet.expect("a payment").payment.checkout_url.as_deref() == Some(page) {
                return Ok(id(row));
            }
        }
        Err(format!("{page} is of no payment: {begun}"))
    }

    /// The payer comes back to it.
    pub(super) async fn comes_back(&mut self, a: u64) -> Result<bool, String> {
        let Some(at) = place(self.left_open.len(), a) else { return Ok(false) };
        let LeftOpen { payment, page, amount, targets, began } = self.left_open.remove(at);
        self.office.app.work().await;
        let path = format!("/payments/{payment}");
        let state = self.office.get(&path).await.json(200)["state"].clone();
        if state != "created" {
            // It was closed, or somebody was led there and paid.
            return Ok(false);
        }
        let due = self.model.due_together(&targets);
        if amount > due {
            return Err(format!("a page asks for {amount} where {due} is due"));
        }
        match self.office.fill_in(&page, VISA, "12/30").await {
            CheckoutStep::Paid { .. } => {}
            CheckoutStep::Closed { .. } if began != self.model.today => return Ok(false),
            step => return Err(format!("it can be paid, but the page says {step:?}")),
        }
        self.office.app.work().await;
        let made = self.office.get(&path).await.json(200);
        let credit = self.model.pay(amount, true, &whole(&targets), false);
        self.received(&made, credit, true);
        Ok(made["state"] == json!("succeeded"))
    }
}
