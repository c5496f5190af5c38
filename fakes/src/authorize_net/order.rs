//! Which fields Authorize.Net reads, in which order, and the check by its own schema where somebody has it.
//!
//! Invariants: a field that is unknown or stands too early is refused, in JSON as in XML, because the schema is a sequence. The
//! schema itself may not be handed on, so it is not here: `OWED_ANET_XSD` names a copy, and then every kind of body is also
//! turned into the XML it stands for and judged by `xmllint`. Source: AnetApiSchema.xsd of 2024-08-29 (facts: names and order).

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

type Fields = &'static [(&'static str, &'static str)];

/// By type: its fields in their order, and the type of each; an empty type is plain.
const TYPES: &[(&str, Fields)] = &[
    ("createTransactionRequest", &[("transactionRequest", "transaction")]),
    ("getHostedPaymentPageRequest", &[("transactionRequest", "transaction"), ("hostedPaymentSettings", "settings")]),
    ("getHostedProfilePageRequest", &[("customerProfileId", ""), ("hostedProfileSettings", "settings")]),
    ("getTransactionDetailsRequest", &[("transId", "")]),
    ("getUnsettledTransactionListRequest", &[("status", ""), ("sorting", "sorting"), ("paging", "paging")]),
    ("getSettledBatchListRequest", &[("includeStatistics", ""), ("firstSettlementDate", ""), ("lastSettlementDate", "")]),
    ("getTransactionListRequest", &[("batchId", ""), ("sorting", "sorting"), ("paging", "paging")]),
    ("getMerchantDetailsRequest", &[]),
    (
        "getCustomerProfileRequest",
        &[
            ("customerProfileId", ""),
            ("merchantCustomerId", ""),
            ("email", ""),
            ("unmaskExpirationDate", ""),
            ("includeIssuerInfo", ""),
        ],
    ),
    ("createCustomerProfileRequest", &[("profile", "newProfile"), ("validationMode", "")]),
    (
        "createCustomerPaymentProfileRequest",
        &[("customerProfileId", ""), ("paymentProfile", "newPaymentProfile"), ("validationMode", "")],
    ),
    (
        "getCustomerPaymentProfileRequest",
        &[("customerProfileId", ""), ("customerPaymentProfileId", ""), ("unmaskExpirationDate", ""), ("includeIssuerInfo", "")],
    ),
    ("deleteCustomerPaymentProfileRequest", &[("customerProfileId", ""), ("customerPaymentProfileId", "")]),
    (
        "transaction",
        &[
            ("transactionType", ""),
            ("amount", ""),
            ("currencyCode", ""),
            ("payment", "payment"),
            ("profile", "profile"),
            ("refTransId", ""),
            ("order", "order"),
            ("poNumber", ""),
            ("customer", "customer"),
            ("transactionSettings", "settings"),
            ("processingOptions", "processing"),
        ],
    ),
    ("payment", &[("creditCard", "card"), ("bankAccount", "account"), ("opaqueData", "opaque")]),
    ("card", &[("cardNumber", ""), ("expirationDate", "")]),
    ("account", &[("accountType", ""), ("routingNumber", ""), ("accountNumber", ""), ("nameOnAccount", "")]),
    ("opaque", &[("dataDescriptor", ""), ("dataValue", "")]),
    ("profile", &[("createProfile", ""), ("customerProfileId", ""), ("paymentProfile", "chosen")]),
    ("chosen", &[("paymentProfileId", ""), ("cardCode", "")]),
    ("order", &[("invoiceNumber", ""), ("description", "")]),
    ("customer", &[("type", ""), ("id", ""), ("email", "")]),
    ("settings", &[("setting", "setting")]),
    ("setting", &[("settingName", ""), ("settingValue", "")]),
    (
        "processing",
        &[("isFirstRecurringPayment", ""), ("isFirstSubsequentAuth", ""), ("isSubsequentAuth", ""), ("isStoredCredentials", "")],
    ),
    ("sorting", &[("orderBy", ""), ("orderDescending", "")]),
    ("paging", &[("limit", ""), ("offset", "")]),
    ("newProfile", &[("merchantCustomerId", ""), ("description", ""), ("email", ""), ("paymentProfiles", "newPaymentProfile")]),
    ("newPaymentProfile", &[("customerType", ""), ("billTo", ""), ("payment", "payment")]),
    ("merchant", &[("name", ""), ("transactionKey", "")]),
];

/// The first thing in a request that does not stand as the schema has it.
pub fn wrong(name: &str, body: &Value) -> Option<String> {
    let own = fields_of(name)?;
    let mut all = vec![("merchantAuthentication", "merchant"), ("clientId", ""), ("refId", "")];
    all.extend_from_slice(own);
    let long = |value: &Value, most: usize| value.as_str().is_some_and(|text| text.len() > most);
    let transaction = &body["transactionRequest"];
    if long(&body["refId"], 20) || long(&transaction["order"]["invoiceNumber"], 20) || long(&transaction["poNumber"], 25) {
        return Some("a reference that is too long".to_owned());
    }
    sequence(name, &all, body)
}

pub fn is_known(name: &str) -> bool {
    fields_of(name).is_some()
}

fn fields_of(name: &str) -> Option<Fields> {
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, fields)| *fields)
}

fn sequence(at: &str, fields: &[(&str, &str)], value: &Value) -> Option<String> {
    if let Value::Array(all) = value {
        return all.iter().find_map(|one| sequence(at, fields, one));
    }
    let Value::Object(object) = value else { return Some(format!("{at} is no object")) };
    let mut place = 0;
    for (name, child) in object {
        let Some(found) = fields.iter().skip(place).position(|(known, _)| known == name) else {
            return Some(format!("{at} has '{name}' where it may not stand"));
        };
        place += found;
        let kind = fields.get(place).map_or("", |(_, kind)| *kind);
        if !kind.is_empty() {
            let inner = fields_of(kind).unwrap_or_default();
            if let Some(wrong) = sequence(name, inner, child) {
                return Some(wrong);
            }
        }
    }
    None
}

/// Lists that stand in an element of their own, and what each of their parts is called.
const LISTS: &[(&str, &str)] = &[
    ("messages", "message"),
    ("errors", "error"),
    ("transactions", "transaction"),
    ("batchList", "batch"),
    ("statistics", "statistic"),
    ("returnedItems", "returnedItem"),
    ("currencies", "currency"),
    ("processors", "processor"),
    ("marketTypes", "marketType"),
    ("productCodes", "productCode"),
    ("paymentMethods", "paymentMethod"),
    ("customerPaymentProfileIdList", "numericString"),
    ("customerShippingAddressIdList", "numericString"),
    ("validationDirectResponseList", "string"),
];

/// The XML that a JSON body stands for.
fn xml(name: &str, value: &Value, into: &mut String) {
    match value {
        Value::Array(all) => match LISTS.iter().find(|(list, _)| *list == name) {
            Some((_, part)) => {
                into.push_str(&format!("<{name}>"));
                all.iter().for_each(|one| xml(part, one, into));
                into.push_str(&format!("</{name}>"));
            }
            None => all.iter().for_each(|one| xml(name, one, into)),
        },
        Value::Object(object) => {
            into.push_str(&format!("<{name}>"));
            object.iter().for_each(|(name, child)| xml(name, child, into));
            into.push_str(&format!("</{name}>"));
        }
        Value::Null => {}
        plain => {
            let text = plain.as_str().map_or_else(|| plain.to_string(), str::to_owned);
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            into.push_str(&format!("<{name}>{text}</{name}>"));
        }
    }
}

/// Where the schema is, if anybody has it here.
pub fn schema() -> Option<String> {
    std::env::var("OWED_ANET_XSD").ok().filter(|path| !path.is_empty())
}

/// What `xmllint` says against a body, given the name of its element.
pub fn against(schema: &str, name: &str, body: &Value) -> Option<String> {
    let mut text = String::new();
    xml(name, body, &mut text);
    let space = format!("<{name} xmlns=\"AnetApi/xml/v1/schema/AnetApiSchema.xsd\">");
    let text = text.replacen(&format!("<{name}>"), &space, 1);
    let child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", schema, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return Some(format!("xmllint could not be started: {error}")),
    };
    let written = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    let said = child.wait_with_output();
    match (written, said) {
        (Some(Ok(())), Ok(said)) if said.status.success() => None,
        (_, Ok(said)) => Some(String::from_utf8_lossy(&said.stderr).into_owned()),
        (_, Err(error)) => Some(error.to_string()),
    }
}
