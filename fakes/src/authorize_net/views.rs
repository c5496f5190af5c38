//! How Authorize.Net shows what it keeps.

use serde_json::{Number, Value, json};

use super::bank::{Bank, Transaction, time};
use crate::stripe::Card;

/// Hundredths as the number that stands in its answers.
fn amount(minor: i64) -> Value {
    let text = format!("{}.{:02}", minor / 100, minor % 100);
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn is_debit(card: Card) -> bool {
    matches!(card, Card::DebitSettles | Card::DebitReturned)
}

fn payment(card: Card, expires: &str) -> Value {
    if is_debit(card) {
        let account = json!({
            "accountType": "checking", "routingNumber": "XXXX0203", "accountNumber": "XXXX6789", "nameOnAccount": "A Payer",
        });
        return json!({ "bankAccount": account });
    }
    json!({ "creditCard": { "cardNumber": "XXXX1111", "expirationDate": expires, "cardType": "Visa" } })
}

pub fn kept(id: usize, card: Card) -> Value {
    json!({ "customerPaymentProfileId": id.to_string(), "payment": payment(card, "2030-12") })
}

pub fn summary(it: &Transaction) -> Value {
    let debit = is_debit(it.card);
    let mut summary = json!({
        "transId": it.id.to_string(), "submitTimeUTC": time(it.at), "submitTimeLocal": time(it.at).trim_end_matches('Z'),
        "transactionStatus": it.status,
    });
    if !it.invoice.is_empty() {
        summary["invoiceNumber"] = json!(it.invoice);
    }
    summary["accountType"] = json!(if debit { "eCheck" } else { "Visa" });
    summary["accountNumber"] = json!(if debit { "XXXX6789" } else { "XXXX1111" });
    summary["settleAmount"] = amount(it.settles);
    summary
}

pub fn details(bank: &Bank, place: usize) -> Value {
    let it = &bank.transactions[place];
    let mut all = json!({ "transId": it.id.to_string() });
    if let Some(of) = it.of {
        all["refTransId"] = json!(of.to_string());
    }
    all["submitTimeUTC"] = json!(time(it.at));
    all["submitTimeLocal"] = json!(time(it.at).trim_end_matches('Z'));
    all["transactionType"] = json!(it.kind);
    all["transactionStatus"] = json!(it.status);
    all["responseCode"] = json!(if it.status == "declined" { 2 } else { 1 });
    all["responseReasonCode"] = json!(it.reason);
    all["responseReasonDescription"] = json!("In Authorize.Net's own words.");
    all["authCode"] = json!("68aLBM");
    if let Some(place) = it.batch {
        all["batch"] = json!({ "batchId": place.to_string(), "settlementTimeUTC": time(bank.batches[place]), "settlementState": "settledSuccessfully" });
        if it.settled_at.is_none() {
            all.as_object_mut().map(|all| all.shift_remove("batch"));
        }
    }
    all["order"] = json!({ "invoiceNumber": it.invoice, "description": it.description, "purchaseOrderNumber": it.number });
    all["authAmount"] = amount(it.asked);
    all["settleAmount"] = amount(it.settles);
    all["payment"] = payment(it.card, "XXXX");
    all["recurringBilling"] = json!(false);
    all["product"] = json!("Card Not Present");
    if it.status == "returnedItem" {
        let at = time(bank.now);
        all["returnedItems"] =
            json!([{ "id": "1", "dateUTC": at, "dateLocal": at, "code": "R01", "description": "Insufficient funds" }]);
    }
    if let Some((customer, method)) = it.profile {
        all["profile"] = json!({ "customerProfileId": customer.to_string(), "customerPaymentProfileId": method.to_string() });
    }
    all
}

pub fn batch(bank: &Bank, place: usize) -> Value {
    let (refunds, disputed, returned) = bank.came_back(place);
    let nothing = amount(0);
    let under_way = bank.transactions.iter().any(|it| it.batch == Some(place) && it.status == "pendingSettlement");
    json!({
        "batchId": place.to_string(), "settlementTimeUTC": time(bank.batches[place]), "settlementTimeLocal": time(bank.batches[place]),
        "settlementState": if under_way { "pendingSettlement" } else { "settledSuccessfully" }, "paymentMethod": "creditCard",
        "statistics": [{
            "accountType": "Visa", "chargeAmount": nothing, "chargeCount": 0, "refundAmount": nothing, "refundCount": refunds,
            "voidCount": 0, "declineCount": 0, "errorCount": 0, "returnedItemAmount": nothing, "returnedItemCount": returned,
            "chargebackAmount": nothing, "chargebackCount": disputed,
        }],
    })
}

/// One page of a list.
pub fn paged(all: Vec<Value>, paging: &Value) -> Vec<Value> {
    let number =
        |name: &str, usual: usize| paging[name].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(usual);
    let (limit, offset) = (number("limit", 1_000), number("offset", 1));
    all.into_iter().skip((offset.max(1) - 1) * limit).take(limit).collect()
}
