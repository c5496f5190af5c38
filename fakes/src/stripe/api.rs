//! The calls that the fake answers. What is only read is [`super::reading`].

use serde_json::{Value, json};

use super::book::{Book, Due};
use super::cards::Card;
use super::objects::{self, NewIntent, is_true, number, text};
use super::{Said, said};

const DAY: i64 = 86_400;
/// Eight digits. Source: Stripe's page on amounts, 2026.
const LARGEST: i64 = 99_999_999;

pub type Done = Result<Value, Said>;

/// A charge that is about to be tried.
pub struct NewCharge {
    pub amount: i64,
    pub currency: String,
    pub customer: Value,
    pub manual: bool,
    pub keeps: bool,
    pub description: Value,
    pub metadata: Value,
}

pub fn missing(what: &str, param: &str) -> Said {
    let mut said = said(404, "invalid_request_error", "resource_missing", &format!("No such {what}"));
    said.body["error"]["param"] = json!(param);
    said
}

pub fn invalid(param: &str, code: &str, message: &str) -> Said {
    let mut said = said(400, "invalid_request_error", code, message);
    said.body["error"]["param"] = json!(param);
    said
}

fn unexpected_state(intent: &Value) -> Said {
    let text = format!("This PaymentIntent could not be changed because it has a status of {}.", intent["status"]);
    let mut said = said(400, "invalid_request_error", "payment_intent_unexpected_state", &text);
    said.body["error"]["payment_intent"] = intent.clone();
    said
}

fn amount_of(form: &Value, name: &str) -> Result<i64, Said> {
    match number(form, name) {
        Some(amount) if amount > LARGEST => Err(invalid(name, "amount_too_large", "Amount must be no more than $999,999.99")),
        Some(amount) if amount > 0 => Ok(amount),
        _ => Err(invalid(name, "parameter_invalid_integer", "Invalid positive integer")),
    }
}

/// Currencies of three places are taken when the last is zero; those sent in hundredths when both are.
fn whole_enough(amount: i64, currency: &str) -> Result<(), Said> {
    let step = match currency {
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 10,
        "isk" | "ugx" => 100,
        _ => 1,
    };
    if amount % step == 0 { Ok(()) } else { Err(invalid("amount", "", "This currency does not allow such an amount.")) }
}

impl Book {
    /// Answers one call. `form`: the form of a write, the query of a read.
    pub fn answer(&mut self, method: &str, path: &str, form: &Value) -> Said {
        let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        let done = match (method, parts.as_slice()) {
            ("GET", ["account"]) => Ok(json!({
                "id": "acct_fake", "object": "account", "charges_enabled": true,
                "business_profile": {"name": "Nordwind Signs", "mcc": null, "product_description": null, "support_address": null,
                    "support_email": null, "support_phone": null, "support_url": null, "url": null},
            })),
            ("GET", _) => self.read(&parts, form),
            ("POST", ["customers"]) => Ok(self.new_customer(form)),
            ("POST", ["customers", id]) => self.rename(id, form),
            ("POST", ["payment_methods", token, "attach"]) => self.attach_token(token, form),
            ("POST", ["payment_methods", id, "detach"]) => self.detach(id),
            ("POST", ["checkout", "sessions"]) => self.new_session(form),
            ("POST", ["checkout", "sessions", id, "expire"]) => self.expire(id),
            ("POST", ["payment_intents"]) => self.charge(form),
            ("POST", ["payment_intents", id, "capture"]) => self.capture(id, form),
            ("POST", ["payment_intents", id, "cancel"]) => self.cancel(id, form),
            ("POST", ["refunds"]) => self.give_back(form),
            ("POST", ["invoices"]) => self.new_invoice(form),
            ("POST", ["invoiceitems"]) => self.new_line(form),
            ("POST", ["invoices", id, verb]) => self.move_invoice(id, verb),
            ("DELETE", ["invoices", id]) => self.drop_invoice(id),
            _ => Err(said(404, "invalid_request_error", "", "Unrecognized request URL")),
        };
        match done {
            Ok(object) => Said { status: 200, body: self.expanded(object, form) },
            Err(said) => said,
        }
    }

    fn new_customer(&mut self, form: &Value) -> Value {
        let id = self.id("cus_");
        let made = objects::customer(&id, self.now, form);
        self.keep(made)
    }

    pub fn customer(&self, id: &str) -> Done {
        let found = self.get(id);
        if found["object"] == "customer" { Ok(found) } else { Err(missing("customer", "customer")) }
    }

    fn rename(&mut self, id: &str, form: &Value) -> Done {
        let mut customer = self.customer(id)?;
        for name in ["name", "email"] {
            if form[name].is_string() {
                customer[name] = form[name].clone();
            }
        }
        Ok(self.keep(customer))
    }

    fn attach_token(&mut self, token: &str, form: &Value) -> Done {
        let customer = self.customer(text(form, "customer"))?;
        let card = Card::of_token(token).ok_or_else(|| missing("PaymentMethod", "payment_method_id"))?;
        Ok(self.attach(card, text(&customer, "id")))
    }

    /// A new kept method of a customer.
    pub fn attach(&mut self, card: Card, customer: &str) -> Value {
        let id = self.id("pm_");
        self.cards.insert(id.clone(), card);
        let made = objects::method(&id, self.now, card, customer);
        self.keep(made)
    }

    fn detach(&mut self, id: &str) -> Done {
        let mut method = self.get(id);
        if method["object"] != "payment_method" || method["customer"].is_null() {
            return Err(invalid("", "", "The payment method you provided is not attached to a customer."));
        }
        method["customer"] = Value::Null;
        Ok(self.keep(method))
    }

    fn new_session(&mut self, form: &Value) -> Done {
        if form["customer"].is_string() {
            self.customer(text(form, "customer"))?;
        }
        if form["mode"] == "payment" {
            let price = &form["line_items"][0]["price_data"];
            whole_enough(amount_of(price, "unit_amount")?, text(price, "currency"))?;
        }
        let until = number(form, "expires_at").unwrap_or(self.now + DAY);
        if !(self.now + 1_800..=self.now + DAY).contains(&until) {
            return Err(invalid("expires_at", "", "The `expires_at` timestamp must be 30 minutes to 24 hours from now."));
        }
        let id = self.id("cs_test_");
        self.forms.insert(id.clone(), form.clone());
        let made = objects::session(&id, self.now, form);
        Ok(self.keep(made))
    }

    fn expire(&mut self, id: &str) -> Done {
        let mut page = self.get(id);
        if page["object"] != "checkout.session" {
            return Err(missing("checkout.session", "session"));
        }
        if page["status"] != "open" {
            return Err(invalid("", "", "Only Checkout Sessions with a status in [\"open\"] can be expired."));
        }
        page["status"] = json!("expired");
        page["url"] = Value::Null;
        let page = self.keep(page);
        self.emit("checkout.session.expired", &page);
        Ok(page)
    }

    pub fn new_intent(&mut self, new: &NewCharge) -> String {
        let id = self.id("pi_");
        let made = objects::intent(&NewIntent {
            id: &id,
            now: self.now,
            amount: new.amount,
            currency: &new.currency,
            customer: new.customer.clone(),
            manual: new.manual,
            keeps: new.keeps,
            description: new.description.clone(),
            metadata: new.metadata.clone(),
        });
        self.keep(made);
        id
    }

    fn charge(&mut self, form: &Value) -> Done {
        let amount = amount_of(form, "amount")?;
        whole_enough(amount, text(form, "currency"))?;
        let by_phone = is_true(&form["payment_method_options"]["card"], "moto");
        if !is_true(form, "confirm") {
            if by_phone {
                let text = "`moto` can only be provided when confirming.";
                return Err(invalid("payment_method_options[card][moto]", "", text));
            }
            return Ok(self.begin(amount, form));
        }
        let method = text(form, "payment_method");
        let card = match (Card::of_token(method), self.get(method)) {
            (Some(card), _) if form["customer"].is_null() => card,
            (None, kept) if kept["customer"].is_string() && kept["customer"] == form["customer"] => self.cards[method],
            _ => return Err(invalid("payment_method", "", "This PaymentMethod does not belong to the Customer.")),
        };
        if card.is_debit() && form["payment_method_types"] == json!(["card"]) {
            return Err(invalid("payment_method", "", "The PaymentMethod provided (us_bank_account) is not allowed."));
        }
        let id = self.new_intent(&NewCharge {
            amount,
            currency: text(form, "currency").to_owned(),
            customer: form["customer"].clone(),
            manual: form["capture_method"] == "manual",
            keeps: false,
            description: form["description"].clone(),
            metadata: objects::metadata(form),
        });
        let mut intent = self.get(&id);
        intent["payment_method"] = json!(method);
        self.keep(intent);
        self.try_card(&id, card, is_true(form, "off_session"), false)?;
        Ok(self.get(&id))
    }

    /// An intent that somebody is to confirm.
    fn begin(&mut self, amount: i64, form: &Value) -> Value {
        let id = self.new_intent(&NewCharge {
            amount,
            currency: text(form, "currency").to_owned(),
            customer: form["customer"].clone(),
            manual: form["capture_method"] == "manual",
            keeps: form["setup_future_usage"] == "off_session",
            description: form["description"].clone(),
            metadata: objects::metadata(form),
        });
        self.get(&id)
    }

    /// The card's bank is asked.
    pub fn try_card(&mut self, id: &str, card: Card, off_session: bool, confirmed: bool) -> Result<(), Said> {
        let mut intent = self.get(id);
        self.cards.insert(id.to_owned(), card);
        let refusal = match card.refusal() {
            None if card == Card::Confirms && off_session => Some(("authentication_required", "authentication_required")),
            refusal => refusal,
        };
        if let Some((code, decline_code)) = refusal {
            return Err(self.decline(intent, code, decline_code));
        }
        if card == Card::Confirms && !confirmed {
            intent["status"] = json!("requires_action");
            self.keep(intent);
            return Ok(());
        }
        let charge = self.id("ch_");
        let status = if card.is_debit() { "pending" } else { "succeeded" };
        intent["latest_charge"] = json!(charge);
        intent["last_payment_error"] = Value::Null;
        let made = objects::charge(&charge, self.now, &intent, card, status);
        self.keep(made);
        let amount = intent["amount"].as_i64().unwrap_or_default();
        let manual = intent["capture_method"] == "manual";
        intent["status"] = json!(if card.is_debit() { "processing" } else { "requires_capture" });
        intent["amount_capturable"] = if card.is_debit() { json!(0) } else { json!(amount) };
        if intent["setup_future_usage"] == "off_session" && intent["customer"].is_string() {
            let kept = self.attach(card, text(&intent, "customer"));
            intent["payment_method"] = kept["id"].clone();
        }
        let intent = self.keep(intent);
        if card.is_debit() {
            self.due.push((self.now + 3 * DAY, id.to_owned(), Due::Settle));
            self.emit("payment_intent.processing", &intent);
        } else if manual {
            self.emit("payment_intent.amount_capturable_updated", &intent);
        } else {
            self.take(id, amount);
            let intent = self.get(id);
            self.emit("payment_intent.succeeded", &intent);
        }
        match card {
            Card::DebitReturned => self.due.push((self.now + 5 * DAY, id.to_owned(), Due::Return)),
            Card::Disputed => self.due.push((self.now + DAY / 2, id.to_owned(), Due::Dispute)),
            _ => {}
        }
        Ok(())
    }

    fn decline(&mut self, mut intent: Value, code: &str, decline_code: &str) -> Said {
        let error = json!({
            "type": "card_error", "code": code, "decline_code": decline_code, "message": "Your card was declined.",
        });
        intent["status"] = json!("requires_payment_method");
        intent["last_payment_error"] = error.clone();
        let intent = self.keep(intent);
        self.emit("payment_intent.payment_failed", &intent);
        let mut body = json!({ "error": error });
        body["error"]["payment_intent"] = intent;
        Said { status: 402, body }
    }

    fn intent(&self, id: &str) -> Done {
        let found = self.get(id);
        if found["object"] == "payment_intent" { Ok(found) } else { Err(missing("payment_intent", "intent")) }
    }

    fn capture(&mut self, id: &str, form: &Value) -> Done {
        let intent = self.intent(id)?;
        if intent["status"] != "requires_capture" {
            return Err(unexpected_state(&intent));
        }
        let amount = amount_of(form, "amount_to_capture")?;
        if Some(amount) > intent["amount_capturable"].as_i64() {
            return Err(invalid("amount_to_capture", "amount_too_large", "The amount is greater than what can be captured."));
        }
        self.take(id, amount);
        let intent = self.get(id);
        self.emit("payment_intent.succeeded", &intent);
        Ok(intent)
    }

    fn cancel(&mut self, id: &str, form: &Value) -> Done {
        let mut intent = self.intent(id)?;
        if matches!(text(&intent, "status"), "succeeded" | "canceled" | "processing") {
            return Err(unexpected_state(&intent));
        }
        intent["status"] = json!("canceled");
        intent["cancellation_reason"] = form["cancellation_reason"].clone();
        intent["amount_capturable"] = json!(0);
        let intent = self.keep(intent);
        self.emit("payment_intent.canceled", &intent);
        Ok(intent)
    }

    fn give_back(&mut self, form: &Value) -> Done {
        let intent = self.intent(text(form, "payment_intent"))?;
        let charge = self.get(text(&intent, "latest_charge"));
        if intent["status"] != "succeeded" {
            return Err(unexpected_state(&intent));
        }
        // The flag says that it was ever disputed, and stays.
        if self.all("dispute").any(|dispute| dispute["charge"] == charge["id"] && dispute["status"] != "won") {
            return Err(invalid("", "charge_disputed", "The charge has been charged back; cannot issue a refund."));
        }
        if charge["refunded"] == true {
            return Err(invalid("", "charge_already_refunded", "The charge has already been refunded."));
        }
        let amount = amount_of(form, "amount")?;
        let left = charge["amount"].as_i64().unwrap_or_default() - charge["amount_refunded"].as_i64().unwrap_or_default();
        if amount > left {
            return Err(invalid("amount", "", "Refund amount is greater than unrefunded amount on charge."));
        }
        Ok(self.refund(&charge, amount, objects::metadata(form)))
    }

    fn new_invoice(&mut self, form: &Value) -> Done {
        self.customer(text(form, "customer"))?;
        if number(form, "due_date").is_some_and(|due| due <= self.now) {
            return Err(invalid("due_date", "", "The due date must be in the future."));
        }
        let id = self.id("in_");
        let made = objects::invoice(&id, self.now, form);
        Ok(self.keep(made))
    }

    fn invoice(&self, id: &str) -> Done {
        let found = self.get(id);
        if found["object"] == "invoice" { Ok(found) } else { Err(missing("invoice", "invoice")) }
    }

    fn new_line(&mut self, form: &Value) -> Done {
        let mut invoice = self.invoice(text(form, "invoice"))?;
        if invoice["status"] != "draft" {
            return Err(invalid("invoice", "invoice_not_editable", "This invoice is no longer editable."));
        }
        let id = self.id("ii_");
        let line = objects::invoice_item(&id, self.now, form);
        let line = self.keep(line);
        let total = invoice["total"].as_i64().unwrap_or_default() + line["amount"].as_i64().unwrap_or_default();
        for name in ["total", "subtotal", "amount_due", "amount_remaining"] {
            invoice[name] = json!(total);
        }
        self.keep(invoice);
        Ok(line)
    }

    fn move_invoice(&mut self, id: &str, verb: &str) -> Done {
        let mut invoice = self.invoice(id)?;
        let event = match (verb, text(&invoice, "status")) {
            ("finalize", "draft") => {
                invoice["status"] = json!("open");
                invoice["number"] = json!("FAKE-0001");
                invoice["hosted_invoice_url"] = json!(format!("https://invoice.stripe.com/i/acct_fake/{id}"));
                "invoice.finalized"
            }
            ("send", "open") => "invoice.sent",
            ("void", "open" | "uncollectible") => {
                invoice["status"] = json!("void");
                "invoice.voided"
            }
            _ => return Err(invalid("", "", "The status of this invoice does not allow this.")),
        };
        let invoice = self.keep(invoice);
        self.emit(event, &invoice);
        Ok(invoice)
    }

    fn drop_invoice(&mut self, id: &str) -> Done {
        let invoice = self.invoice(id)?;
        if invoice["status"] != "draft" {
            return Err(invalid("", "", "You can only delete draft invoices."));
        }
        self.objects.remove(id);
        Ok(json!({"id": id, "object": "invoice", "deleted": true}))
    }
}
