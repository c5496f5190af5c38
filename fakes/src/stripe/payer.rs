//! What people do at Stripe's pages: pay, try another card, confirm, keep a card.

use serde_json::{Value, json};

use super::Said;
use super::api::NewCharge;
use super::book::Book;
use super::cards::Card;
use super::objects::{self, text};

/// What they met there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    Thanks,
    /// Stripe's `decline_code`.
    Declined(String),
    AskedToConfirm,
    Closed,
}

fn refused(said: &Said) -> Met {
    Met::Declined(text(&said.body["error"], "decline_code").to_owned())
}

impl Book {
    /// Null where there is none.
    pub fn page_of(&self, url: &str) -> Value {
        let id = url.rsplit('/').next().unwrap_or_default();
        self.get(id)
    }

    pub fn pay(&mut self, url: &str, card: Card) -> Met {
        let page = self.page_of(url);
        match (text(&page, "object"), text(&page, "status")) {
            ("checkout.session", "complete") | ("invoice", "paid") => Met::Thanks,
            ("checkout.session", "open") if page["mode"] == "setup" => self.keep_card(page, card),
            ("checkout.session", "open") => self.pay_page(page, card, false),
            ("invoice", "open") => self.pay_invoice(page, card),
            _ => Met::Closed,
        }
    }

    /// The intent behind an open page: made when somebody first tries to pay there.
    fn intent_of(&mut self, page: &Value) -> String {
        if let Some(known) = page["payment_intent"].as_str() {
            return known.to_owned();
        }
        let form = self.forms.get(text(page, "id")).cloned().unwrap_or_default();
        let asked = &form["payment_intent_data"];
        let new = NewCharge {
            amount: page["amount_total"].as_i64().unwrap_or_default(),
            currency: text(page, "currency").to_owned(),
            customer: page["customer"].clone(),
            manual: asked["capture_method"] == "manual",
            keeps: asked["setup_future_usage"] == "off_session",
            description: asked["description"].clone(),
            metadata: objects::metadata(asked),
        };
        let id = self.new_intent(&new);
        let mut page = page.clone();
        page["payment_intent"] = json!(id);
        self.keep(page);
        id
    }

    fn pay_page(&mut self, page: Value, card: Card, confirmed: bool) -> Met {
        let intent = self.intent_of(&page);
        if let Err(said) = self.try_card(&intent, card, false, confirmed) {
            return refused(&said);
        }
        if self.get(&intent)["status"] == "requires_action" {
            return Met::AskedToConfirm;
        }
        self.complete(text(&page, "id"));
        Met::Thanks
    }

    fn complete(&mut self, id: &str) {
        let mut page = self.get(id);
        page["status"] = json!("complete");
        page["url"] = Value::Null;
        if self.get(text(&page, "payment_intent"))["status"] == "succeeded" {
            page["payment_status"] = json!("paid");
        }
        let page = self.keep(page);
        self.emit("checkout.session.completed", &page);
    }

    fn keep_card(&mut self, mut page: Value, card: Card) -> Met {
        let method = self.attach(card, text(&page, "customer"));
        let id = self.id("seti_");
        let made = objects::setup_intent(&id, self.now, &method, &page["customer"]);
        self.keep(made);
        page["setup_intent"] = json!(id);
        let id = text(&page, "id").to_owned();
        self.keep(page);
        self.complete(&id);
        Met::Thanks
    }

    fn pay_invoice(&mut self, mut invoice: Value, card: Card) -> Met {
        let new = NewCharge {
            amount: invoice["total"].as_i64().unwrap_or_default(),
            currency: text(&invoice, "currency").to_owned(),
            customer: invoice["customer"].clone(),
            manual: false,
            keeps: false,
            description: Value::Null,
            metadata: json!({}),
        };
        let intent = self.new_intent(&new);
        if let Err(said) = self.try_card(&intent, card, false, true) {
            return refused(&said);
        }
        let payment = self.id("inpay_");
        self.keep(json!({
            "id": payment, "object": "invoice_payment", "amount_paid": invoice["total"], "amount_requested": invoice["total"],
            "created": self.now, "currency": invoice["currency"], "invoice": invoice["id"], "is_default": true,
            "livemode": false, "payment": {"type": "payment_intent", "payment_intent": intent}, "status": "paid",
        }));
        invoice["status"] = json!("paid");
        invoice["paid"] = json!(true);
        invoice["amount_paid"] = invoice["total"].clone();
        invoice["amount_remaining"] = json!(0);
        let invoice = self.keep(invoice);
        self.emit("invoice.paid", &invoice);
        Met::Thanks
    }

    /// The holder's word to their bank. On a page that was opened for it, the kept card is the one that is tried.
    pub fn confirm(&mut self, url: &str, agrees: bool) -> Met {
        let page = self.page_of(url);
        match text(&page, "status") {
            "complete" => Met::Thanks,
            "open" if agrees => self.pay_page(page, Card::Confirms, true),
            "open" => {
                let id = self.intent_of(&page);
                self.refuse_holder(&id);
                Met::Declined("authentication_failure".to_owned())
            }
            _ => Met::Closed,
        }
    }

    /// The holder did not confirm.
    pub fn refuse_holder(&mut self, id: &str) {
        let mut intent = self.get(id);
        intent["status"] = json!("requires_payment_method");
        intent["last_payment_error"] = json!({
            "type": "invalid_request_error", "code": "payment_intent_authentication_failure",
            "message": "The provided payment method has failed authentication.",
        });
        self.keep(intent);
    }
}
