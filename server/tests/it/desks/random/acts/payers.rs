//! Payers who pay by a link or a request: by card, by a card that is declined, or from a bank account.

use processors::sandbox::CheckoutStep;
use serde_json::json;

use super::money_in::whole;
use crate::desks::random::model::What;
use crate::desks::random::shop::{Shop, UnderWay, VISA, amount, both, likely, parsed};

const DECLINED: &str = "4000000000000002";
/// It pays, and takes no refund.
const KEEPS: &str = "4000000000005126";
/// A debit that settles after three days; one that then comes back.
const DEBITS: [&str; 2] = ["000123456789", "000222222227"];

impl Shop<'_> {
    /// A payer pays by the customer's link, or by an order's request.
    pub(super) async fn pays(&mut self, asked: bool, a: u64, b: u64) -> Result<bool, String> {
        let Some((url, targets, due)) = self.asks(asked, a).await? else { return Ok(false) };
        let part = (!asked && b.is_multiple_of(3)).then(|| amount(b));
        let may = due > 0 && !self.model.is_pending(&targets) && part.is_none_or(|part| part <= due);
        // One card of many takes nothing back.
        let keeps = a.is_multiple_of(5);
        let step = self.office.pay_by_link(&url, part, if keeps { KEEPS } else { VISA }).await;
        if step.is_some() != may {
            return Err(format!("the model says {may}, the payer's page {step:?}"));
        }
        if may {
            let made = self.newest_payment("succeeded").await;
            let credit = self.model.pay(part.unwrap_or(due), true, &whole(&targets), false);
            self.received(&made, credit, true);
            self.payments.last_mut().expect("it was just received").keeps = keeps;
        }
        Ok(may)
    }

    /// Where a payer pays, for what, and how much is asked. None: nothing can be asked for.
    pub(super) async fn asks(&mut self, by_request: bool, number: u64) -> Result<Option<(String, Vec<What>, i64)>, String> {
        if !by_request {
            return Ok(Some((self.link.clone(), Vec::new(), self.model.owed())));
        }
        let owes = |at: usize| self.model.due(What::Order(at)) > 0;
        let order = likely(self.orders.len(), number, owes).map(|at| (What::Order(at), "order", self.orders[at].clone()));
        // Of any document now and then, of an order mostly.
        let found = if number.is_multiple_of(3) { self.document(number) } else { order };
        let Some((what, word, document)) = found else { return Ok(None) };
        let may = self.model.due(what) > 0 && !self.model.is_pending(&[what]) && !self.is_out(what);
        let answer = self.office.retries(&format!("/{word}s/{document}/payment-requests"), &json!({})).await;
        if !both(&answer, may)? {
            return Ok(None);
        }
        let url = parsed(&answer)["url"].as_str().expect("a URL").to_owned();
        self.requests.retain(|(known, _)| *known != what);
        self.requests.push((what, url.clone()));
        Ok(Some((url, vec![what], self.model.due(what))))
    }

    /// A card is declined: nothing has changed, and the page is still there.
    pub(super) async fn declined(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let Some((url, targets, due)) = self.asks(a.is_multiple_of(2), b).await? else { return Ok(false) };
        let may = due > 0 && !self.model.is_pending(&targets);
        let step = self.office.pay_by_link(&url, None, DECLINED).await;
        let same = matches!((&step, may), (Some(CheckoutStep::Declined { .. }), true) | (None, false));
        self.office.app.work().await;
        if same { Ok(may) } else { Err(format!("the model says {may}, the payer's page {step:?}")) }
    }

    pub(super) async fn debit(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let Some((url, targets, due)) = self.asks(a.is_multiple_of(2), b).await? else { return Ok(false) };
        let may = due > 0 && !self.model.is_pending(&targets);
        let number = DEBITS[usize::try_from(c % 2).expect("0 or 1")];
        let step = self.office.pay_by_link(&url, None, number).await;
        if matches!(step, Some(CheckoutStep::BankDebitPending { .. })) != may {
            return Err(format!("the model says {may}, the payer's page {step:?}"));
        }
        if may {
            let made = self.newest_payment("pending").await;
            let parts = self.model.reserve(&targets, due);
            let (began, returns) = (self.model.today, number == DEBITS[1]);
            let id = crate::desks::random::shop::id(&made);
            self.under_way.push(UnderWay { id, amount: due, targets, parts, began, settled: None, returns });
        }
        Ok(may)
    }
}
