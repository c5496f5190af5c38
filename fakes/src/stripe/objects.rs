//! Objects as Stripe shows them: the fields that its description wants, and those that Owed reads.

use serde_json::{Value, json};

use super::cards::Card;

pub fn metadata(form: &Value) -> Value {
    if form["metadata"].is_object() { form["metadata"].clone() } else { json!({}) }
}

pub fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_default()
}

/// A whole number that a form carries as text, or an object as a number.
pub fn number(object: &Value, name: &str) -> Option<i64> {
    object[name].as_i64().or_else(|| object[name].as_str()?.parse().ok())
}

pub fn is_true(form: &Value, name: &str) -> bool {
    form[name] == "true"
}

pub fn customer(id: &str, now: i64, form: &Value) -> Value {
    json!({
        "id": id, "object": "customer", "created": now, "livemode": false, "metadata": metadata(form),
        "name": form["name"], "email": form["email"], "balance": 0,
    })
}

/// What may be shown of a card, or of a bank account.
fn shown(card: Card) -> Value {
    if card.is_debit() {
        json!({
            "account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK",
            "fingerprint": "f", "last4": "6789", "routing_number": "110000000",
        })
    } else {
        json!({
            "brand": "visa", "checks": null, "country": "US", "exp_month": 12, "exp_year": 2040, "fingerprint": "f",
            "funding": "credit", "last4": "4242", "wallet": null,
        })
    }
}

fn kind(card: Card) -> &'static str {
    if card.is_debit() { "us_bank_account" } else { "card" }
}

pub fn method(id: &str, now: i64, card: Card, customer: &str) -> Value {
    let mut shown = shown(card);
    if !card.is_debit() {
        shown["generated_from"] = Value::Null;
        shown["networks"] = Value::Null;
        shown["three_d_secure_usage"] = Value::Null;
    } else {
        shown["financial_connections_account"] = Value::Null;
        shown["networks"] = Value::Null;
        shown["status_details"] = Value::Null;
    }
    json!({
        "id": id, "object": "payment_method", "created": now, "livemode": false, "metadata": {}, "type": kind(card),
        "billing_details": billing(), "customer": customer, kind(card): shown,
    })
}

fn billing() -> Value {
    let address = json!({"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null});
    json!({"address": address, "email": null, "name": null, "phone": null})
}

pub struct NewIntent<'a> {
    pub id: &'a str,
    pub now: i64,
    pub amount: i64,
    pub currency: &'a str,
    pub customer: Value,
    pub manual: bool,
    pub keeps: bool,
    pub description: Value,
    pub metadata: Value,
}

pub fn intent(new: &NewIntent<'_>) -> Value {
    json!({
        "id": new.id, "object": "payment_intent", "amount": new.amount, "amount_capturable": 0, "amount_received": 0,
        "currency": new.currency, "status": "requires_payment_method", "created": new.now, "livemode": false,
        "capture_method": if new.manual { "manual" } else { "automatic" }, "confirmation_method": "automatic",
        "customer": new.customer, "description": new.description, "metadata": new.metadata, "payment_method_types": ["card"],
        "cancellation_reason": null, "canceled_at": null, "last_payment_error": null, "latest_charge": null,
        "next_action": null, "payment_method": null, "client_secret": super::browser::secret_of(new.id),
        "setup_future_usage": if new.keeps { json!("off_session") } else { Value::Null },
    })
}

pub fn charge(id: &str, now: i64, intent: &Value, card: Card, status: &str) -> Value {
    let manual = intent["capture_method"] == "manual";
    let mut shown = shown(card);
    if manual {
        shown["capture_before"] = json!(now + 7 * 86_400);
    }
    if !card.is_debit() {
        shown["installments"] = Value::Null;
        shown["mandate"] = Value::Null;
        shown["network"] = json!("visa");
        shown["three_d_secure"] = Value::Null;
        shown["authorization_code"] = json!("123456");
    }
    json!({
        "id": id, "object": "charge", "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0,
        "balance_transaction": null, "billing_details": billing(), "captured": false, "created": now,
        "currency": intent["currency"], "customer": intent["customer"], "disputed": false, "livemode": false,
        "metadata": intent["metadata"], "paid": status == "succeeded", "payment_intent": intent["id"], "refunded": false,
        "status": status, "payment_method": intent["payment_method"],
        "payment_method_details": { "type": kind(card), kind(card): shown },
    })
}

pub fn balance(id: &str, now: i64, available_on: i64, amount: i64, currency: &Value, kind: &str, source: &Value) -> Value {
    // What a charge costs in the published price list: 2.9 % and 30.
    let fee = if kind == "charge" { (amount * 29 + 500) / 1_000 + 30 } else { 0 };
    let details = json!([{
        "amount": fee, "application": null, "currency": currency, "description": "processing fee", "type": "stripe_fee",
    }]);
    let details = if fee == 0 { json!([]) } else { details };
    json!({
        "id": id, "object": "balance_transaction", "amount": amount, "available_on": available_on, "created": now,
        "currency": currency, "description": null, "exchange_rate": null, "fee": fee, "fee_details": details, "net": amount - fee,
        "reporting_category": kind, "source": source, "status": "pending", "type": kind,
    })
}

pub fn refund(id: &str, now: i64, amount: i64, charge: &Value, metadata: Value, status: &str) -> Value {
    json!({
        "id": id, "object": "refund", "amount": amount, "balance_transaction": null, "charge": charge["id"], "created": now,
        "currency": charge["currency"], "metadata": metadata, "payment_intent": charge["payment_intent"], "reason": null,
        "receipt_number": null, "source_transfer_reversal": null, "status": status, "transfer_reversal": null,
    })
}

pub fn dispute(id: &str, now: i64, charge: &Value, status: &str, reason: &str) -> Value {
    let evidence = json!({
        "access_activity_log": null, "billing_address": null, "cancellation_policy": null,
        "cancellation_policy_disclosure": null, "cancellation_rebuttal": null, "customer_communication": null,
        "customer_email_address": null, "customer_name": null, "customer_purchase_ip": null, "customer_signature": null,
        "duplicate_charge_documentation": null, "duplicate_charge_explanation": null, "duplicate_charge_id": null,
        "product_description": null, "receipt": null, "refund_policy": null, "refund_policy_disclosure": null,
        "refund_refusal_explanation": null, "service_date": null, "service_documentation": null, "shipping_address": null,
        "shipping_carrier": null, "shipping_date": null, "shipping_documentation": null, "shipping_tracking_number": null,
        "uncategorized_file": null, "uncategorized_text": null,
    });
    json!({
        "id": id, "object": "dispute", "amount": charge["amount_captured"], "balance_transactions": [], "charge": charge["id"],
        "created": now, "currency": charge["currency"], "evidence": evidence, "is_charge_refundable": false, "livemode": false,
        "evidence_details": {"due_by": null, "has_evidence": false, "past_due": false, "submission_count": 0},
        "metadata": {}, "payment_intent": charge["payment_intent"], "reason": reason, "status": status,
    })
}

pub fn session(id: &str, now: i64, form: &Value) -> Value {
    let item = &form["line_items"][0];
    let is_setup = form["mode"] == "setup";
    let total = number(&item["price_data"], "unit_amount").map_or(Value::Null, Value::from);
    let url = format!("https://checkout.stripe.com/c/pay/{id}");
    let currency = if is_setup { Value::Null } else { item["price_data"]["currency"].clone() };
    json!({
        "id": id, "object": "checkout.session", "mode": form["mode"], "status": "open", "url": url, "created": now,
        "amount_total": total, "amount_subtotal": total, "currency": currency, "customer": form["customer"],
        "expires_at": number(form, "expires_at").unwrap_or(now + 86_400), "livemode": false, "metadata": metadata(form),
        "payment_intent": null, "setup_intent": null, "payment_status": if is_setup { "no_payment_required" } else { "unpaid" },
        "client_reference_id": form["client_reference_id"], "success_url": form["success_url"], "cancel_url": form["cancel_url"],
        "automatic_tax": {"enabled": false, "status": null}, "custom_fields": [], "payment_method_types": ["card"],
        "custom_text": {"shipping_address": null, "submit": null}, "shipping_options": [],
    })
}

pub fn setup_intent(id: &str, now: i64, method: &Value, customer: &Value) -> Value {
    json!({
        "id": id, "object": "setup_intent", "created": now, "livemode": false, "payment_method_types": ["card"],
        "status": "succeeded", "usage": "off_session", "payment_method": method["id"], "customer": customer, "metadata": {},
    })
}

pub fn invoice(id: &str, now: i64, form: &Value) -> Value {
    json!({
        "id": id, "object": "invoice", "amount_due": 0, "amount_paid": 0, "amount_remaining": 0, "amount_shipping": 0,
        "attempt_count": 0, "attempted": false, "automatic_tax": {"enabled": false, "status": null},
        "collection_method": form["collection_method"], "created": now, "currency": form["currency"],
        "customer": form["customer"], "default_tax_rates": [], "livemode": false, "metadata": metadata(form), "paid": false,
        "paid_out_of_band": false, "payment_settings": {
            "default_mandate": null, "payment_method_options": null, "payment_method_types": null,
        },
        "period_end": now, "period_start": now, "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0, "status": "draft", "subtotal": 0, "total": 0, "total_tax_amounts": [], "number": null,
        "status_transitions": {
            "finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null,
        },
        "hosted_invoice_url": null, "lines": {"object": "list", "data": [], "has_more": false, "url": "/v1/invoices/lines"},
    })
}

pub fn invoice_item(id: &str, now: i64, form: &Value) -> Value {
    json!({
        "id": id, "object": "invoiceitem", "amount": number(form, "amount"), "currency": form["currency"],
        "customer": form["customer"], "date": now, "description": form["description"], "discountable": true,
        "invoice": form["invoice"], "livemode": false, "metadata": metadata(form), "period": {"start": now, "end": now},
        "proration": false, "quantity": 1,
    })
}

pub fn payout(id: &str, now: i64, amount: i64, currency: &Value) -> Value {
    json!({
        "id": id, "object": "payout", "amount": amount, "currency": currency, "arrival_date": now, "automatic": true,
        "created": now, "livemode": false, "metadata": {}, "method": "standard", "status": "paid", "type": "bank_account",
        "reconciliation_status": "completed", "source_type": "card",
    })
}

pub fn event(id: &str, now: i64, kind: &str, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "type": kind, "created": now, "livemode": false, "pending_webhooks": 1,
        "api_version": super::VERSION, "data": { "object": object }, "request": {"id": null, "idempotency_key": null},
    })
}
