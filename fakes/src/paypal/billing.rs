//! PayPal's invoices as a test plays them. They know no request ids: a second call makes a second invoice, and a number
//! that stands on an invoice already is refused. What pays an invoice is a capture without an order, and goes back as one.

use serde_json::{Value, json};

use super::bank::{Answer, Bank, Refused, capture_of, minor, unprocessable};
use crate::stripe::Card as Role;

pub fn route(bank: &mut Bank, method: &str, path: &[&str], body: &Value) -> Answer {
    match (method, path) {
        ("POST", ["invoices"]) => create(bank, body),
        ("POST", ["search-invoices"]) => {
            let same = |name: &str, invoice: &Value| body[name].is_null() || invoice["detail"][name] == body[name];
            let of = |invoice: &&Value| same("reference", invoice) && same("invoice_number", invoice);
            let items: Vec<Value> = bank.invoices.values().filter(of).cloned().collect();
            Ok((200, json!({ "total_items": items.len(), "total_pages": 1, "items": items })))
        }
        ("GET", ["invoices", id]) => super::api::kept(bank.invoices.get(*id)),
        ("DELETE", ["invoices", id]) => match status(bank, id)?.as_str() {
            "DRAFT" => {
                bank.invoices.remove(*id);
                Ok((204, Value::Null))
            }
            _ => unprocessable("CANNOT_DELETE_SENT_INVOICE"),
        },
        ("POST", ["invoices", id, "send"]) => match status(bank, id)?.as_str() {
            "CANCELLED" => unprocessable("INVOICE_CANCELED_ALREADY"),
            "DRAFT" => {
                let invoice = bank.invoices.get_mut(*id).expect("it is there");
                invoice["status"] = json!("SENT");
                invoice["detail"]["metadata"]["recipient_view_url"] = json!(page(id));
                Ok((200, json!({ "href": page(id), "rel": "payer-view", "method": "GET" })))
            }
            _ => Ok((200, json!({ "href": page(id), "rel": "payer-view", "method": "GET" }))),
        },
        ("POST", ["invoices", id, "remind"]) => match status(bank, id)?.as_str() {
            "SENT" => Ok((204, Value::Null)),
            _ => unprocessable("CANNOT_REMIND_INVOICE"),
        },
        ("POST", ["invoices", id, "cancel"]) => match status(bank, id)?.as_str() {
            "SENT" => {
                bank.invoices.get_mut(*id).expect("it is there")["status"] = json!("CANCELLED");
                Ok((204, Value::Null))
            }
            "DRAFT" => unprocessable("CANNOT_CANCEL_DRAFT_INVOICE"),
            "PAID" => unprocessable("CANNOT_CANCEL_PAID_INVOICE"),
            _ => unprocessable("INVOICE_CANCELED_ALREADY"),
        },
        _ => Err(Refused(404, "RESOURCE_NOT_FOUND")),
    }
}

fn status(bank: &Bank, id: &str) -> Result<String, Refused> {
    let invoice = bank.invoices.get(id).ok_or(Refused(404, "RESOURCE_NOT_FOUND"))?;
    Ok(invoice["status"].as_str().unwrap_or_default().to_owned())
}

fn create(bank: &mut Bank, body: &Value) -> Answer {
    let number = &body["detail"]["invoice_number"];
    if bank.invoices.values().any(|invoice| invoice["detail"]["invoice_number"] == *number) {
        return unprocessable("DUPLICATE_INVOICE_NUMBER");
    }
    let items = body["items"].as_array().cloned().unwrap_or_default();
    let sum: i64 = items.iter().map(|item| minor(&item["unit_amount"])).sum();
    let currency = body["detail"]["currency_code"].clone();
    let count = bank.invoices.len() + 1;
    let id = format!("INV2-{count:04}-AAAA-BBBB-CCCC");
    let mut invoice = body.clone();
    invoice["id"] = json!(id);
    invoice["status"] = json!("DRAFT");
    invoice["detail"]["metadata"] = json!({ "create_time": bank.time() });
    invoice["amount"] = json!({ "currency_code": currency, "value": format!("{}.{:02}", sum / 100, sum % 100) });
    invoice["due_amount"] = json!({ "currency_code": currency, "value": format!("{}.{:02}", sum / 100, sum % 100) });
    bank.invoices.insert(id.clone(), invoice.clone());
    Ok((201, invoice))
}

/// Where the receiver of an invoice reads and pays it.
fn page(id: &str) -> String {
    format!("https://www.paypal.com/invoice/p/#{id}")
}

pub fn invoice_on(url: &str) -> Option<String> {
    url.strip_prefix("https://www.paypal.com/invoice/p/#").map(str::to_owned)
}

/// The receiver pays on that page. None: it cannot be paid any more.
pub fn pay(bank: &mut Bank, id: &str, role: Role) -> Option<bool> {
    let (day, now) = (bank.time()[..10].to_owned(), bank.time());
    let amount = bank.invoices.get(id).filter(|invoice| invoice["status"] == "SENT")?["amount"].clone();
    if role != Role::Pays {
        return Some(false);
    }
    let made = bank.id("C");
    let capture = json!({
        "id": made, "status": "COMPLETED", "amount": amount, "final_capture": true, "create_time": now, "update_time": now,
    });
    let number = bank.invoices[id]["detail"]["invoice_number"].clone();
    bank.took(&capture, Some(&number));
    bank.invoiced.insert(made.clone(), (id.to_owned(), capture));
    let invoice = bank.invoices.get_mut(id).expect("it is there");
    invoice["status"] = json!("PAID");
    invoice["detail"]["metadata"]["last_update_time"] = json!(now);
    invoice["payments"] = json!({
        "paid_amount": amount,
        "transactions": [{ "type": "PAYPAL", "payment_id": made, "payment_date": day, "method": "PAYPAL", "amount": amount }],
    });
    let resource = json!({ "invoice": invoice.clone() });
    bank.tell("INVOICING.INVOICE.PAID", resource);
    Some(true)
}

/// Some of the capture that paid an invoice went back: the invoice says so, however that came about.
pub fn gave_back(bank: &mut Bank, id: &str, capture: &str, stands: &str) {
    let day = bank.time()[..10].to_owned();
    let refunds: Vec<Value> = bank.refunds.values().filter(|refund| capture_of(refund) == Some(capture)).cloned().collect();
    let detail = |refund: &Value| json!({ "type": "PAYPAL", "refund_id": refund["id"], "refund_date": day, "method": "PAYPAL", "amount": refund["amount"] });
    let details: Vec<Value> = refunds.iter().map(detail).collect();
    let sum = bank.returned(capture);
    if let Some((_, capture)) = bank.invoiced.get_mut(capture) {
        capture["status"] = json!(stands);
    }
    let invoice = bank.invoices.get_mut(id).expect("it is there");
    invoice["status"] = json!(stands);
    let whole =
        json!({ "currency_code": invoice["amount"]["currency_code"], "value": format!("{}.{:02}", sum / 100, sum % 100) });
    invoice["refunds"] = json!({ "refund_amount": whole, "transactions": details });
    let resource = json!({ "invoice": invoice.clone() });
    bank.tell("INVOICING.INVOICE.REFUNDED", resource);
}
