//! What Authorize.Net answers to each request.
//!
//! Invariant: it answers 200 to everything and says inside what became of it, as the real one does.

use serde_json::{Value, json};

use super::bank::{Bank, DAY, minor, refusal};
use super::error;
use super::views::{batch, details, kept, paged, summary};
use crate::stripe::Card;

const REFUND_DAYS: i64 = 180;
const USUAL_WINDOW: i64 = 120;

/// Whether a request changes something.
pub fn acts(name: &str) -> bool {
    name.starts_with("create") || name.starts_with("delete") || name.starts_with("getHosted")
}

pub fn answer(bank: &mut Bank, name: &str, body: &Value) -> Value {
    match name {
        "createTransactionRequest" => transact(bank, body),
        "getHostedPaymentPageRequest" => hosted(bank, body, &body["transactionRequest"]["amount"]),
        "getHostedProfilePageRequest" if known(bank, &body["customerProfileId"]).is_some() => hosted(bank, body, &json!("1")),
        "getTransactionDetailsRequest" => match bank.find(&body["transId"]) {
            Some(place) => fine(json!({ "transaction": details(bank, place) })),
            None => missing(),
        },
        "getUnsettledTransactionListRequest" => {
            let open: Vec<Value> = bank.transactions.iter().filter(|it| it.batch.is_none()).map(summary).collect();
            listed(open, body)
        }
        "getTransactionListRequest" => {
            let wanted = body["batchId"].as_str().and_then(|id| id.parse::<usize>().ok());
            let inside: Vec<Value> =
                bank.transactions.iter().filter(|it| it.batch == wanted && wanted.is_some()).map(summary).collect();
            listed(inside, body)
        }
        "getSettledBatchListRequest" => batches(bank, body),
        "getMerchantDetailsRequest" => fine(json!({
            "isTestMode": false, "processors": [], "merchantName": "Nordwind Signs", "gatewayId": "565697", "marketTypes": [],
            "productCodes": [], "paymentMethods": [], "currencies": ["USD"],
        })),
        "getCustomerProfileRequest" => {
            let by_name =
                || bank.customers.iter().find(|(_, it)| body["merchantCustomerId"] == it.merchant_id).map(|(id, _)| *id);
            match known(bank, &body["customerProfileId"]).or_else(by_name) {
                Some(id) => fine(json!({ "profile": customer(bank, id) })),
                None => missing(),
            }
        }
        "createCustomerProfileRequest" => new_customer(bank, &body["profile"]),
        "createCustomerPaymentProfileRequest" => new_method(bank, body),
        "getCustomerPaymentProfileRequest" | "deleteCustomerPaymentProfileRequest" => one_method(bank, name, body),
        _ => missing(),
    }
}

fn fine(more: Value) -> Value {
    let mut all = json!({ "messages": { "resultCode": "Ok", "message": [{ "code": "I00001", "text": "Successful." }] } });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

fn missing() -> Value {
    error("E00040", "The record cannot be found.")
}

fn known(bank: &Bank, id: &Value) -> Option<usize> {
    let id = id.as_str()?.parse().ok()?;
    bank.customers.contains_key(&id).then_some(id)
}

fn hosted(bank: &mut Bank, body: &Value, amount: &Value) -> Value {
    if minor(amount) <= 0 {
        return error("E00013", "The amount is invalid.");
    }
    let token = bank.open_page(body);
    fine(json!({ "token": token }))
}

fn listed(mut all: Vec<Value>, body: &Value) -> Value {
    all.reverse();
    let total = all.len();
    let page = paged(all, &body["paging"]);
    if page.is_empty() {
        return json!({ "messages": { "resultCode": "Ok", "message": [{ "code": "I00004", "text": "No records found." }] } });
    }
    fine(json!({ "transactions": page, "totalNumInResultSet": total }))
}

fn batches(bank: &Bank, body: &Value) -> Value {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (from, to) = (text("firstSettlementDate"), text("lastSettlementDate"));
    let at = |text: &str| books::calendar::Instant::from_rfc3339(text).map_or(0, |at| at.0 / 1_000_000);
    if at(&to) - at(&from) > 31 * DAY {
        return error("E00051", "The date range is too long.");
    }
    let inside = (0..bank.batches.len()).filter(|place| (at(&from)..=at(&to)).contains(&bank.batches[*place]));
    let all: Vec<Value> = inside.map(|place| batch(bank, place)).collect();
    if all.is_empty() {
        return json!({ "messages": { "resultCode": "Ok", "message": [{ "code": "I00004", "text": "No records found." }] } });
    }
    fine(json!({ "batchList": all }))
}

/// What became of a transaction: code, id, what is said, and whose card it was.
fn became(code: &str, id: usize, reason: &str, text: &str) -> Value {
    let mut response =
        json!({ "responseCode": code, "authCode": "68aLBM", "transId": id.to_string(), "accountNumber": "XXXX1111" });
    if code == "1" || code == "4" {
        response["messages"] = json!([{ "code": reason, "description": text }]);
    } else {
        response["errors"] = json!([{ "errorCode": reason, "errorText": text }]);
    }
    fine(json!({ "transactionResponse": response }))
}

fn transact(bank: &mut Bank, body: &Value) -> Value {
    let asked = &body["transactionRequest"];
    let reference = body["refId"].as_str().unwrap_or_default().to_owned();
    match asked["transactionType"].as_str().unwrap_or_default() {
        "authCaptureTransaction" | "authOnlyTransaction" => charge(bank, asked, &reference),
        "priorAuthCaptureTransaction" => capture(bank, asked),
        "voidTransaction" => void(bank, asked),
        "refundTransaction" => refund(bank, asked, &reference),
        _ => error("E00013", "The transaction type is invalid."),
    }
}

/// Whether something alike was done within the window that was asked for.
fn is_alike(bank: &Bank, asked: &Value, card: Card) -> bool {
    let settings = asked["transactionSettings"]["setting"].as_array().cloned().unwrap_or_default();
    let window = settings.iter().find(|setting| setting["settingName"] == "duplicateWindow");
    let window = window.and_then(|setting| setting["settingValue"].as_str()?.parse().ok()).unwrap_or(USUAL_WINDOW);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    bank.transactions.iter().rev().take_while(|it| bank.now - it.at <= window).any(|it| {
        it.status != "declined"
            && it.card == card
            && it.kind == text(&asked["transactionType"])
            && it.asked == minor(&asked["amount"])
            && it.invoice == text(&asked["order"]["invoiceNumber"])
            && it.number == text(&asked["poNumber"])
    })
}

fn charge(bank: &mut Bank, asked: &Value, reference: &str) -> Value {
    if minor(&asked["amount"]) <= 0 {
        return became("3", 0, "5", "A valid amount is required.");
    }
    if asked["currencyCode"].as_str().is_some_and(|code| !["USD", "EUR", "GBP"].contains(&code)) {
        return became("3", 0, "39", "The supplied currency code is either invalid or not supported.");
    }
    let profile = &asked["profile"];
    let (card, kept) = if profile.is_null() {
        match bank.spend(&asked["payment"]["opaqueData"]["dataValue"]) {
            Some(card) => (card, None),
            None => return error("E00114", "Invalid OTS Token."),
        }
    } else {
        let method = profile["paymentProfile"]["paymentProfileId"].as_str().and_then(|id| id.parse::<usize>().ok());
        let found = known(bank, &profile["customerProfileId"]).zip(method);
        let card = found.and_then(|(customer, method)| bank.customers.get(&customer)?.methods.get(&method).copied());
        match (card, found) {
            (Some(card), Some(found)) => (card, Some(found)),
            _ => return missing(),
        }
    };
    let debit = matches!(card, Card::DebitSettles | Card::DebitReturned);
    if debit && !bank.takes_debits {
        return became("3", 0, "18", "ACH transactions are not accepted by this merchant.");
    }
    if is_alike(bank, asked, card) {
        return became("3", 0, "11", "A duplicate transaction has been submitted.");
    }
    let place = bank.charge(asked, reference, card);
    bank.transactions[place].profile = kept;
    let id = bank.transactions[place].id;
    match refusal(card) {
        Some(reason) => became("2", id, &reason.to_string(), "This transaction has been declined."),
        None => became("1", id, "1", "This transaction has been approved."),
    }
}

fn capture(bank: &mut Bank, asked: &Value) -> Value {
    let Some(place) = bank.find(&asked["refTransId"]) else { return became("3", 0, "16", "The transaction cannot be found.") };
    let amount = minor(&asked["amount"]);
    let it = &mut bank.transactions[place];
    let id = it.id;
    match it.status {
        "authorizedPendingCapture" if amount > it.asked => became("3", id, "47", "The amount is more than was authorized."),
        "authorizedPendingCapture" => {
            it.status = "capturedPendingSettlement";
            it.settles = amount;
            bank.tell("priorAuthCapture", place);
            became("1", id, "1", "This transaction has been approved.")
        }
        "capturedPendingSettlement" | "settledSuccessfully" => {
            became("1", id, "311", "This transaction has already been captured.")
        }
        _ => became("3", id, "33", "The transaction cannot be captured."),
    }
}

fn void(bank: &mut Bank, asked: &Value) -> Value {
    let Some(place) = bank.find(&asked["refTransId"]) else { return became("3", 0, "16", "The transaction cannot be found.") };
    let it = &mut bank.transactions[place];
    let id = it.id;
    if it.status == "voided" {
        return became("1", id, "310", "This transaction has already been voided.");
    }
    if !it.is_open() {
        return became("3", id, "16", "The transaction cannot be found.");
    }
    it.status = "voided";
    bank.tell("void", place);
    became("1", id, "1", "This transaction has been approved.")
}

fn refund(bank: &mut Bank, asked: &Value, reference: &str) -> Value {
    let Some(place) = bank.find(&asked["refTransId"]) else { return became("3", 0, "16", "The transaction cannot be found.") };
    let charge = bank.transactions[place].clone();
    let last4 = &asked["payment"]["creditCard"]["cardNumber"];
    let account = &asked["payment"]["bankAccount"]["accountNumber"];
    let old = charge.settled_at.is_none_or(|at| bank.now > at + REFUND_DAYS * DAY);
    if old || charge.status != "settledSuccessfully" || (*last4 != "1111" && *account != "XXXX6789") {
        return became("3", 0, "54", "The referenced transaction does not meet the criteria for issuing a credit.");
    }
    if is_alike(bank, asked, charge.card) {
        return became("3", 0, "11", "A duplicate transaction has been submitted.");
    }
    let amount = minor(&asked["amount"]);
    if charge.refunded + amount > charge.settles {
        return became("3", 0, "55", "The sum of credits against the referenced transaction would exceed original debit amount.");
    }
    if charge.card == Card::RefundFails {
        let place = bank.add(asked, reference, charge.card, "declined", 2);
        bank.transactions[place].of = Some(charge.id);
        let id = bank.transactions[place].id;
        return became("2", id, "2", "This transaction has been declined.");
    }
    let made = bank.add(asked, reference, charge.card, "refundPendingSettlement", 1);
    bank.transactions[made].of = Some(charge.id);
    bank.transactions[place].refunded += amount;
    bank.tell("refund", made);
    became("1", bank.transactions[made].id, "1", "This transaction has been approved.")
}

fn customer(bank: &Bank, id: usize) -> Value {
    let it = &bank.customers[&id];
    let methods: Vec<Value> = it.methods.iter().map(|(method, card)| kept(*method, *card)).collect();
    let mut profile = json!({
        "merchantCustomerId": it.merchant_id, "description": it.description, "email": it.email, "customerProfileId": id.to_string(),
    });
    if !methods.is_empty() {
        profile["paymentProfiles"] = json!(methods);
    }
    profile
}

fn new_customer(bank: &mut Bank, asked: &Value) -> Value {
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    let (merchant_id, description, email) = (text("merchantCustomerId"), text("description"), text("email"));
    let same =
        bank.customers.iter().find(|(_, it)| it.merchant_id == merchant_id && it.description == description && it.email == email);
    if let Some((id, _)) = same {
        return error("E00039", &format!("A duplicate record with ID {id} already exists."));
    }
    let id = bank.number();
    let new = super::bank::Customer { merchant_id, description, email, ..super::bank::Customer::default() };
    bank.customers.insert(id, new);
    fine(json!({
        "customerProfileId": id.to_string(), "customerPaymentProfileIdList": [], "customerShippingAddressIdList": [],
        "validationDirectResponseList": [],
    }))
}

fn new_method(bank: &mut Bank, body: &Value) -> Value {
    let Some(customer) = known(bank, &body["customerProfileId"]) else { return missing() };
    let Some(card) = bank.spend(&body["paymentProfile"]["payment"]["opaqueData"]["dataValue"]) else {
        return error("E00114", "Invalid OTS Token.");
    };
    let before = bank.known_methods(customer);
    let there = bank.customers[&customer].methods.iter().find(|(_, known)| **known == card).map(|(id, _)| *id);
    let id = there.unwrap_or_else(|| bank.number());
    let ids = json!({ "customerProfileId": customer.to_string(), "customerPaymentProfileId": id.to_string() });
    if before.contains(&id) {
        let mut twice = error("E00039", "A duplicate customer payment profile already exists.");
        if let (Some(twice), Value::Object(ids)) = (twice.as_object_mut(), ids) {
            twice.extend(ids);
        }
        return twice;
    }
    if let Some(it) = bank.customers.get_mut(&customer) {
        it.methods.insert(id, card);
    }
    fine(ids)
}

fn one_method(bank: &mut Bank, name: &str, body: &Value) -> Value {
    let method = body["customerPaymentProfileId"].as_str().and_then(|id| id.parse::<usize>().ok());
    let found = known(bank, &body["customerProfileId"]).zip(method);
    let Some((it, method)) = found.and_then(|(customer, method)| Some((bank.customers.get_mut(&customer)?, method))) else {
        return missing();
    };
    match it.methods.get(&method).copied() {
        None => missing(),
        Some(_) if name.starts_with("delete") => {
            it.methods.remove(&method);
            fine(json!({}))
        }
        Some(card) => fine(json!({ "paymentProfile": kept(method, card) })),
    }
}
