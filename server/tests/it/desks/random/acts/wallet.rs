//! Saved cards that make trouble: one that is declined, one whose holder has to confirm, an answer that is lost on its way; and an
//! invoice that is issued and charged at once.

use processors::sandbox::PageId;
use serde_json::json;

use super::money_in::whole;
use crate::desks::random::model::{Priced, What, priced};
use crate::desks::random::shop::{Shop, UnderWay, amount, both, id, parsed, price};
use crate::kit::Answer;

/// A charge that came to nothing at the processor; what it was refused with before that is for `both`.
fn comes_to_nothing(answer: &Answer, may: bool, code: &str) -> Result<bool, String> {
    match answer.status.as_u16() == 402 && parsed(answer)["code"] == code {
        true if may => Ok(true),
        false if !may => both(answer, false),
        _ => Err(format!("the model says {may} to {code}, the server {}: {}", answer.status, answer.text)),
    }
}

impl Shop<'_> {
    async fn charges(&self, a: u64, asked: i64, card: &str) -> (Answer, Vec<What>, bool) {
        let (found, targets, may) = self.chargeable(a, asked);
        let method = json!({"type": "saved", "id": card});
        let mut body = json!({"customer": self.customer, "amount": asked, "currency": "USD", "method": method});
        if let Some((_, word, id)) = found {
            body[word] = json!(id);
        }
        (self.office.retries("/payments", &body).await, targets, may)
    }

    /// The bank says no, and says it again when staff try once more.
    pub(super) async fn says_no(&mut self, a: u64, b: u64) -> Result<bool, String> {
        let (answer, _, may) = self.charges(a, amount(b), &self.cards.declines).await;
        if !comes_to_nothing(&answer, may, "CARD_DECLINED")? {
            return Ok(false);
        }
        let failed = id(&parsed(&answer)["payment"]);
        let again = self.office.retries(&format!("/payments/{failed}/retry"), &json!({})).await;
        comes_to_nothing(&again, true, "CARD_DECLINED")
    }

    /// Its holder has to confirm at the bank, and does, or does not.
    pub(super) async fn confirms(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let (answer, targets, may) = self.charges(a, amount(b), &self.cards.asks).await;
        if !comes_to_nothing(&answer, may, "AUTHENTICATION_REQUIRED")? {
            return Ok(false);
        }
        let asked = parsed(&answer);
        let page = asked["url"].as_str().and_then(|url| url.rsplit('/').next()).expect("where to confirm");
        let page: PageId = page.parse().unwrap_or_else(|_| panic!("no page: {asked}"));
        let confirmed = !c.is_multiple_of(3);
        let now = self.office.app.services().db.clock().now();
        self.office.bank().await.authenticate(&page, confirmed, now).await.expect("the bank answers");
        let payment = id(&asked["payment"]);
        if !confirmed {
            self.office.app.work().await;
            return Ok(true);
        }
        self.office.app.work().await;
        let made = self.office.get(&format!("/payments/{payment}")).await.json(200);
        let credit = self.model.pay(amount(b), true, &whole(&targets), false);
        self.received(&made, credit, true);
        Ok(true)
    }

    /// The answer is lost behind the charge, or the call before it: nobody knows, and the amount is reserved until somebody does.
    pub(super) async fn lost(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let (_, targets, may) = self.chargeable(a, amount(b));
        if may {
            self.fails_next(if c.is_multiple_of(2) { "lose_answer" } else { "timeout" }).await;
        }
        let (answer, ..) = self.charges(a, amount(b), "default").await;
        if !both(&answer, may)? {
            return Ok(false);
        }
        let made = parsed(&answer);
        if answer.status.as_u16() != 202 || made["state"] != "unknown" {
            return Err(format!("nobody knows, and yet it says {}: {made}", answer.status));
        }
        let parts = self.model.reserve(&targets, amount(b));
        let (began, id, amount) = (self.model.today, id(&made), amount(b));
        self.unknown.push(UnderWay { id, amount, targets, parts, began, settled: None, returns: false });
        self.figures_agree().await.map_err(|wrong| format!("while nobody knows: {wrong}"))?;
        self.books_agree().await.map_err(|wrong| format!("while nobody knows: {wrong}"))?;
        self.office.app.work().await;
        self.becomes_known().await
    }

    /// What of the unknown has become known: it was charged, or was not.
    pub(super) async fn becomes_known(&mut self) -> Result<bool, String> {
        for unknown in std::mem::take(&mut self.unknown) {
            let now = self.office.get(&format!("/payments/{}", unknown.id)).await.json(200);
            match now["state"].as_str() {
                Some("succeeded") => {
                    self.model.release(&unknown.parts);
                    let credit = self.model.pay(unknown.amount, true, &whole(&unknown.targets), false);
                    self.received(&now, credit, true);
                }
                Some("failed" | "canceled") => self.model.lets_go(&unknown.parts),
                Some("unknown") if unknown.began == self.model.today => self.unknown.push(unknown),
                _ => return Err(format!("a day later it is {now}")),
            }
        }
        Ok(true)
    }

    /// A draft is issued and charged to a saved card in one step; where that says no, the invoice stands all the same.
    pub(super) async fn issue_and_charge(&mut self, a: u64, b: u64, c: u64) -> Result<bool, String> {
        let (due, prices) = (self.due_day(b), [price(a)]);
        let (lines, names) = self.lines_of(&prices);
        let body = json!({"customer": self.customer, "currency": "USD", "due_on": due.to_string(), "lines": lines});
        let draft = self.office.retries("/invoices", &body).await;
        both(&draft, true)?;
        let (invoice, says_no) = (id(&parsed(&draft)), c.is_multiple_of(3));
        let card = if says_no { self.cards.declines.as_str() } else { "default" };
        let answer = self.office.retries(&format!("/invoices/{invoice}/issue"), &json!({"charge": card})).await;
        let line: Priced = priced(&prices)[0];
        let places = self.model.bill_lines(line, &[line], due);
        self.named_lines.extend(names.into_iter().zip(places));
        self.issued(invoice, due);
        let what = What::Invoice(self.invoices.len() - 1);
        let left = self.model.due(what);
        if left == 0 {
            // Free credit paid it all: there is nothing to charge.
            return both(&answer, true);
        }
        if says_no {
            return comes_to_nothing(&answer, true, "CARD_DECLINED");
        }
        both(&answer, true)?;
        let made = self.newest_payment("succeeded").await;
        let credit = self.model.pay(left, true, &[(what, None)], false);
        self.received(&made, credit, true);
        Ok(true)
    }
}
