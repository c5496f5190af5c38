//! What only Stripe promises: its requests word for word, its samples, its signature, and its memory of keys.

use std::collections::BTreeMap;

use fakes::stripe::{Arrived, Card, PUBLISHABLE_KEY, SECRET_KEY};
use fakes::{Fault, form};
use processors::registry;
use processors::stripe::{VERSION, objects};
use processors::{
    Asked, Capability, CaptureRequest, ChargeState, CheckoutRequest, DeclineReason, InvoiceLine, InvoiceRequest, Outcome,
    RawHook, RefundRequest, RefundState, RejectReason, Remote, RemoteKind, Resolved, Retry,
};
use serde_json::{Value, json};

use crate::stage::{DAY, Role, Stage, declined, done, money, of_saved, of_token, on_page, rejected, unknown, usd};
use crate::stripe_stage::{HOOK_URL, StripeStage, connect};

const GOLDEN: &str = include_str!("../specs/stripe/golden-requests.json");
const SAMPLES: &str = include_str!("../specs/stripe/fixtures3.json");
const VECTORS: &str = include_str!("../specs/webhook-vectors.json");

async fn stage() -> StripeStage {
    StripeStage::new(json!({})).await
}

/// The request with this label, as Stripe's own library sent it: method, path, fields.
fn golden(label: &str) -> (String, String, BTreeMap<String, String>) {
    let all: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let found = all["requests"].as_array().into_iter().flatten().find(|one| one["label"] == label).expect("recorded").clone();
    let text = |name: &str| found[name].as_str().expect("text").to_owned();
    assert_eq!(found["headers"]["stripe-version"], VERSION, "the library and we speak one version");
    (text("method"), text("path"), form::fields(&text("body_raw")).into_iter().collect())
}

/// Holds ours against the library's: the same method, path and headers, and the same fields; `ours` are the names that only
/// we send, `theirs` those whose values are their own.
fn same(label: &str, sent: &Arrived, ours: &[&str], theirs: &[&str]) {
    let (method, path, expected) = golden(label);
    let ids = |path: &str| {
        path.split('/')
            .map(|part| if part.contains('_') && part != "payment_intents" { "_" } else { part }.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!((sent.method.as_str(), ids(&sent.path)), (method.as_str(), ids(&path)), "{label}");
    let header = |name: &str| sent.headers.get(name).map_or("", String::as_str);
    assert_eq!(header("authorization"), format!("Bearer {SECRET_KEY}"), "{label}");
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded", "{label}");
    assert_eq!((header("accept"), header("stripe-version")), ("application/json", VERSION), "{label}");
    assert!(!header("idempotency-key").is_empty() && header("idempotency-key").len() <= 255, "{label}");
    let is_ours = |name: &str| name.starts_with("expand[") || name.starts_with("metadata[") || ours.contains(&name);
    let is_theirs = |name: &str| name.starts_with("metadata[") || theirs.contains(&name);
    let sent: BTreeMap<_, _> = form::fields(&sent.body).into_iter().filter(|(name, _)| !is_ours(name)).collect();
    let expected: BTreeMap<_, _> = expected.into_iter().filter(|(name, _)| !is_theirs(name)).collect();
    for (name, value) in &expected {
        let known = sent.get(name).unwrap_or_else(|| panic!("{label}: {name} is missing from {sent:?}"));
        let is_id = value.contains("_1");
        assert!(is_id || known == value, "{label}: {name} is {known}, not {value}");
    }
    assert_eq!(sent.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{label}");
}

fn last(stage: &StripeStage, path: &str) -> Arrived {
    stage.fake.arrived().into_iter().rfind(|one| one.method == "POST" && one.path.ends_with(path)).expect("it was sent")
}

#[tokio::test]
async fn requests_are_those_of_stripes_own_library() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let (customer, method) = all.saved(Role::Pays).await;
    same("stripe.customer.create", &last(&stage, "/v1/customers"), &[], &["name", "email"]);
    done(all.processor().charge(&all.attempt(), &of_saved(&customer, &method, usd(1_099))).await);
    same("stripe.pi.off_session", &last(&stage, "/v1/payment_intents"), &["return_url", "description"], &[]);

    let page = "https://pay.shop.example/pay/stripe/abc".to_owned();
    let request = CheckoutRequest { fields_url: Some(page), customer: Some(customer.clone()), save: true, ..on_page(usd(1_099)) };
    done(all.processor().checkout(&all.attempt(), &request).await);
    same("stripe.pi.element", &last(&stage, "/v1/payment_intents"), &["description"], &[]);

    let held = all.held(usd(1_000)).await;
    let request = CaptureRequest { charge: held.id, amount: usd(900) };
    done(all.processor().capture(&all.attempt(), &request).await);
    same("stripe.pi.capture", &last(&stage, "/capture"), &[], &[]);
    let held = all.held(usd(1_000)).await;
    done(all.processor().void(&all.attempt(), &held.id).await);
    same("stripe.pi.cancel", &last(&stage, "/cancel"), &[], &[]);

    let line = InvoiceLine { description: "Permit".into(), quantity: "1".into(), amount: usd(2_500) };
    let invoice = InvoiceRequest {
        number: "INV-1".into(),
        customer: Some(customer),
        email: "ada@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![line],
        amount: usd(2_500),
    };
    let draft = done(all.processor().create_invoice(&all.attempt(), &invoice).await);
    let named = ["currency", "custom_fields[0][name]", "custom_fields[0][value]"];
    same("stripe.invoice.create", &last(&stage, "/v1/invoices"), &named, &[]);
    same("stripe.invoiceitem.create", &last(&stage, "/v1/invoiceitems"), &[], &[]);
    done(all.processor().send_invoice(&all.attempt(), &draft.id).await);
    same("stripe.invoice.finalize", &last(&stage, "/finalize"), &[], &[]);
    same("stripe.invoice.send", &last(&stage, "/send"), &[], &[]);
}

#[tokio::test]
async fn amounts_stand_on_the_wire_as_stripe_counts() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    for (amount, whole, code) in [
        (money(355, "JPY"), "355", "jpy"),
        (money(1_250, "KWD"), "1250", "kwd"),
        (money(12_345, "HUF"), "12345", "huf"),
        (money(355, "ISK"), "35500", "isk"),
        (money(7, "UGX"), "700", "ugx"),
    ] {
        all.page(amount).await;
        let sent: BTreeMap<_, _> = form::fields(&last(&stage, "/v1/checkout/sessions").body).into_iter().collect();
        assert_eq!(sent["line_items[0][price_data][unit_amount]"], whole, "{amount:?}");
        assert_eq!(sent["line_items[0][price_data][currency]"], code);
    }
}

#[test]
fn stripes_samples_are_understood() {
    let all: Value = serde_json::from_str(SAMPLES).expect("JSON");
    fn read<T: serde::de::DeserializeOwned>(all: &Value, name: &str) {
        let sample = all["resources"][name].clone();
        assert!(sample.is_object(), "there is no {name}");
        serde_json::from_value::<T>(sample).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    read::<objects::Account>(&all, "account");
    read::<objects::BalanceTransaction>(&all, "balance_transaction");
    read::<objects::ChargeObject>(&all, "charge");
    read::<objects::Session>(&all, "checkout.session");
    read::<objects::Named>(&all, "customer");
    read::<objects::DisputeObject>(&all, "dispute");
    read::<objects::EventObject>(&all, "event");
    read::<objects::InvoiceObject>(&all, "invoice");
    read::<objects::InvoicePayment>(&all, "invoice_payment");
    read::<objects::Named>(&all, "invoiceitem");
    read::<objects::Intent>(&all, "payment_intent");
    read::<objects::MethodObject>(&all, "payment_method");
    read::<objects::PayoutObject>(&all, "payout");
    read::<objects::RefundObject>(&all, "refund");
    read::<objects::SetupIntent>(&all, "setup_intent");
}

#[tokio::test]
async fn stripes_published_message_is_believed_and_nothing_near_it() {
    let stage = stage().await;
    let all: Value = serde_json::from_str(VECTORS).expect("JSON");
    let it = &all["stripe"];
    let text = |name: &str| it[name].as_str().expect("text").to_owned();
    let settings = json!({"secret_key": SECRET_KEY, "webhook_secret": text("secret")});
    let processor = connect(&stage.fake.base_url, &stage.wire, &settings, &[]);
    let signed = books::calendar::Instant(it["timestamp"].as_i64().expect("seconds") * 1_000_000);
    // The vector's body is the smallest that can be signed; ours must also be an event to be of use.
    let body = text("raw_body");
    assert!(serde_json::from_str::<objects::EventObject>(&body).is_err());
    let event = json!({"id": "evt_1", "object": "event", "type": "x", "created": 1, "data": {"object": {}}}).to_string();
    let secrets = [processors::Secret::new(text("secret"))];
    let header = processors::webhook::timestamped_header(&secrets, event.as_bytes(), signed);
    let known = processors::webhook::timestamped_header(&secrets, body.as_bytes(), signed);
    assert_eq!(known, text("value"), "we sign as Stripe's library does");
    for (body, header, late, believed) in [
        (event.clone(), header.clone(), 0, true),
        (event.replace("evt_1", "evt_2"), header.clone(), 0, false),
        (event.clone(), header.clone(), 301, false),
        (event.clone(), header.replace("v1=", "v0="), 0, false),
        (event.clone(), known, 0, false),
        (body, text("value"), 0, false),
    ] {
        let headers = [("Stripe-Signature".to_owned(), header)];
        let hook = RawHook { url: HOOK_URL, headers: &headers, body: body.as_bytes(), now: signed.plus_seconds(late) };
        assert_eq!(processor.verify(&hook).await.is_some(), believed, "{body}");
    }
}

#[tokio::test]
async fn without_a_signing_secret_no_message_is_believed() {
    let stage = stage().await;
    let processor = connect(&stage.fake.base_url, &stage.wire, &json!({"secret_key": SECRET_KEY}), &[]);
    assert!(!processor.capabilities().can(processors::Capability::Webhooks));
    let header = processors::webhook::timestamped_header(&[processors::Secret::new("")], b"{}", stage.now());
    let headers = [("Stripe-Signature".to_owned(), header)];
    let hook = RawHook { url: HOOK_URL, headers: &headers, body: b"{}", now: stage.now() };
    assert_eq!(processor.verify(&hook).await, None);
}

/// Whatever the line does, the books end with one charge.
#[tokio::test]
async fn every_fault_ends_in_one_charge() {
    for fault in [Fault::LoseAnswer, Fault::Silent, Fault::Error500, Fault::Busy, Fault::Garbage, Fault::Slow(7_000)] {
        let stage = stage().await;
        let all: &dyn Stage = &stage;
        let (customer, method) = all.saved(Role::Pays).await;
        let (attempt, request) = (all.attempt(), of_saved(&customer, &method, usd(700)));
        stage.fake.break_next(&[fault]);
        unknown(all.processor().charge(&attempt, &request).await);
        let asked = Asked::Charge(request);
        if let Fault::Slow(_) = fault {
            // We hung up and Stripe goes on: nobody knows yet, and it is not made anew.
            let meanwhile = all.processor().resolve(&attempt, &asked, all.now()).await;
            assert!(matches!(meanwhile, Resolved::StillUnknown { .. }), "{meanwhile:?}");
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        }
        for _ in 0..2 {
            match all.processor().resolve(&attempt, &asked, all.now()).await {
                Resolved::Found(Outcome::Done(Remote::Charge(charge))) => assert_eq!(charge.captured, usd(700), "{fault:?}"),
                other => panic!("{fault:?}: {other:?}"),
            }
        }
        assert_eq!(all.captured_in_truth().await, 700, "{fault:?}");
    }
}

/// A second call under a key whose first call is not done yet is refused with 409. That is no failure: nobody knows yet.
#[tokio::test]
async fn a_key_that_is_in_use_is_unknown_and_charged_once() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let (customer, method) = all.saved(Role::Pays).await;
    let (attempt, request) = (all.attempt(), of_saved(&customer, &method, usd(700)));
    stage.fake.break_next(&[Fault::Slow(800)]);
    let processor = all.processor();
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        processor.charge(&attempt, &request).await
    };
    let (first, second) = tokio::join!(processor.charge(&attempt, &request), meanwhile);
    unknown(second);
    assert_eq!(done(first).captured, usd(700));
    let asked = Asked::Charge(request);
    match all.processor().resolve(&attempt, &asked, all.now()).await {
        Resolved::Found(Outcome::Done(Remote::Charge(charge))) => assert_eq!(charge.captured, usd(700)),
        other => panic!("{other:?}"),
    }
    assert_eq!(all.captured_in_truth().await, 700);
}

/// Stripe keeps a failure of its own and gives it again: that is no proof of anything.
#[tokio::test]
async fn a_stored_failure_is_looked_up_and_not_believed() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let (attempt, request) = (all.attempt(), of_token(all.token(Role::Pays), usd(700)));
    stage.fake.break_next(&[Fault::Stored500]);
    unknown(all.processor().charge(&attempt, &request).await);
    let asked = Asked::Charge(request);
    assert!(matches!(all.processor().resolve(&attempt, &asked, all.now()).await, Resolved::StillUnknown { .. }));
    all.pass(2 * DAY).await;
    assert_eq!(all.processor().resolve(&attempt, &asked, all.now()).await, Resolved::ProvenAbsent);
    assert_eq!(all.captured_in_truth().await, 0);
}

/// After a day Stripe may have forgotten the key: the same call would act again, so its traces are looked for instead.
#[tokio::test]
async fn a_day_later_traces_decide_and_nothing_is_repeated() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let (customer, method) = all.saved(Role::Pays).await;
    let charge = all.captured(Role::Pays, usd(500)).await;
    let held = [all.held(usd(500)).await, all.held(usd(500)).await];
    let invoice = |number: &str| InvoiceRequest {
        number: number.into(),
        customer: Some(customer.clone()),
        email: "ada@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![InvoiceLine { description: "Sign".into(), quantity: "1".into(), amount: usd(100) }],
        amount: usd(100),
    };
    let open = all.page(usd(100)).await;
    let asked = [
        Asked::Charge(of_saved(&customer, &method, usd(100))),
        Asked::Charge(of_token(all.token(Role::Pays), usd(100))),
        Asked::Checkout(on_page(usd(100))),
        Asked::Capture(CaptureRequest { charge: held[0].id.clone(), amount: usd(500) }),
        Asked::Void { charge: held[1].id.clone() },
        Asked::Refund(RefundRequest { charge: charge.id.clone(), amount: usd(200), reason: "late".into() }),
        Asked::ExpireCheckout { checkout: open.id.clone() },
        Asked::CreateInvoice(invoice("INV-1")),
    ];
    let mut kept = Vec::new();
    for asked in &asked {
        for fault in [Fault::Silent, Fault::LoseAnswer] {
            let attempt = all.attempt();
            stage.fake.break_next(&[fault]);
            unknown(all.ask(&attempt, asked).await);
            kept.push((attempt, asked.clone(), fault));
        }
    }
    let calls = stage.fake.arrived().iter().filter(|one| one.method == "POST").count();
    all.pass(DAY + 3_600).await;
    stage.fake.forget_keys();
    for (attempt, asked, fault) in &kept {
        let resolved = all.processor().resolve(attempt, asked, all.now()).await;
        // What was done once by the second call is true for the first as well: a hold is taken once, a page closed once.
        let shared = matches!(asked, Asked::Capture(_) | Asked::Void { .. } | Asked::ExpireCheckout { .. });
        match (fault, resolved) {
            (Fault::Silent, Resolved::ProvenAbsent) if !shared => {}
            (Fault::Silent, Resolved::Found(Outcome::Done(_))) if shared => {}
            (Fault::LoseAnswer, Resolved::Found(Outcome::Done(_))) => {}
            other => panic!("{asked:?}: {other:?}"),
        }
    }
    let later = stage.fake.arrived().iter().filter(|one| one.method == "POST").count();
    assert_eq!(later, calls, "nothing was asked for again");
    assert_eq!(all.captured_in_truth().await, 500 + 500 + 100 + 100);
}

#[tokio::test]
async fn the_banks_word_decides_what_may_be_tried_next() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    for (role, reason, retry) in [
        (Role::Declined, DeclineReason::CardDeclined, Retry::Later),
        (Role::InsufficientFunds, DeclineReason::InsufficientFunds, Retry::Later),
        (Role::Expired, DeclineReason::ExpiredCard, Retry::NewMethod),
        (Role::IncorrectCvc, DeclineReason::IncorrectCvc, Retry::NewMethod),
    ] {
        let decline = declined(all.charge_saved(role, usd(500)).await);
        assert_eq!((decline.reason, decline.retry), (reason, retry));
        let id = decline.charge.expect("Stripe keeps the refused intent");
        assert_eq!(all.charge_now(&id).await.state, ChargeState::Failed);
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_as_one() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let processor = connect(&stage.fake.base_url, &stage.wire, &json!({"secret_key": "sk_test_other"}), &[]);
    let usd_only = usd(1).currency;
    assert_eq!(rejected(processor.test(&all.attempt(), usd_only).await), RejectReason::Credentials);
    assert_eq!(rejected(processor.checkout(&all.attempt(), &on_page(usd(100))).await), RejectReason::Credentials);
}

/// A restricted key that lacks a right: what it may not read is left out, and everything else is told.
#[tokio::test]
async fn what_a_restricted_key_may_not_read_stops_nothing() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let first = all.captured(Role::Pays, usd(100)).await;
    all.refund_elsewhere(&first.id, usd(100)).await;
    let second = all.captured(Role::Pays, usd(200)).await;
    let told = async || done(all.processor().changes(None, all.now()).await);
    assert!(told().await.changed.iter().any(|it| matches!(it, Remote::Refund(_))));
    stage.fake.forbid("/v1/refunds");
    let news = told().await;
    assert!(!news.changed.iter().any(|it| matches!(it, Remote::Refund(_))), "{news:?}");
    for charge in [&first, &second] {
        assert!(news.changed.iter().filter_map(Remote::charge).any(|it| it.id == charge.id), "{news:?}");
    }
    let refund = RefundRequest { charge: second.id, amount: usd(1), reason: "x".into() };
    assert_eq!(rejected(all.processor().refund(&all.attempt(), &refund).await), RejectReason::Forbidden);
}

/// The payer's page and a message about it, in any order and twice, tell the same.
#[tokio::test]
async fn messages_doubled_and_turned_around_lead_to_the_same() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let page = done(all.processor().checkout(&all.attempt(), &CheckoutRequest { capture: true, ..on_page(usd(900)) }).await);
    stage.fake.pay(&page.url, Card::Declined);
    stage.fake.pay(&page.url, Card::Pays);
    let mut messages = all.messages().await;
    messages.reverse();
    messages.extend(messages.clone());
    let (mut ids, mut paid) = (Vec::new(), 0);
    for message in &messages {
        let hook = RawHook { url: &message.url, headers: &message.headers, body: &message.body, now: all.now() };
        let verified = all.processor().verify(&hook).await.expect("signed");
        ids.push(verified.delivery_id);
        for hint in verified.hints {
            if let Remote::Checkout(now) = all.fetch(hint.about.kind, &hint.about.id).await {
                assert_eq!(now.charge.map(|charge| charge.captured), Some(usd(900)));
                paid += 1;
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len() * 2, paid), (messages.len(), 2));
}

#[tokio::test]
async fn a_dispute_is_followed_to_its_end() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    for (won, end) in [(true, processors::DisputeState::Won), (false, processors::DisputeState::Lost)] {
        let charge = all.captured(Role::Pays, usd(800)).await;
        let before = done(all.processor().changes(None, all.now()).await);
        stage.fake.dispute(&charge.id);
        assert!(all.charge_now(&charge.id).await.disputed);
        stage.fake.decide_dispute(&charge.id, won);
        assert_eq!(all.charge_now(&charge.id).await.disputed, !won, "Stripe's own flag stays after a win");
        let news = done(all.processor().changes(Some(&before.cursor), all.now()).await);
        let dispute = news.changed.iter().find_map(|remote| match remote {
            Remote::Dispute(dispute) => Some(dispute.clone()),
            _ => None,
        });
        let dispute = dispute.expect("it is told");
        assert_eq!((dispute.state, dispute.amount, dispute.charge_attempt), (end, usd(800), charge.attempt));
    }
    let refund = all.captured(Role::Pays, usd(100)).await;
    let request = RefundRequest { charge: refund.id, amount: usd(40), reason: "part".into() };
    let made = done(all.processor().refund(&all.attempt(), &request).await);
    let Remote::Refund(found) = all.fetch(RemoteKind::Refund, &made.id).await else { panic!("asked for a refund") };
    assert_eq!(found.state, RefundState::Succeeded);
}

#[tokio::test]
async fn a_card_that_staff_key_is_flagged_while_it_is_confirmed() {
    let stripe = stage().await;
    let stage: &dyn Stage = &stripe;
    done(stage.keyed(Role::Pays, usd(1_099), false).await);
    let sent =
        stripe.fake.arrived().into_iter().rev().find(|it| it.path.starts_with("/v1/payment_intents")).expect("it was sent");
    let fields: BTreeMap<String, String> = form::fields(&sent.body).into_iter().collect();
    for (name, value) in [
        ("payment_method_options[card][moto]", "true"),
        ("payment_method_types[0]", "card"),
        ("confirm", "true"),
        ("capture_method", "manual"),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!fields.contains_key("off_session"));
    // A bank that asks for its holder all the same: nobody is there to answer, so nothing stays open.
    let refused = declined(stage.keyed(Role::Confirms, usd(1_099), false).await);
    assert_eq!(refused.reason, DeclineReason::AuthenticationRequired);
    let intent = refused.charge.expect("Stripe keeps the intent");
    assert_eq!(stage.charge_now(&intent).await.state, ChargeState::Voided);
}

#[tokio::test]
async fn staff_key_cards_only_where_stripe_allowed_it() {
    let kind = registry::find("stripe").expect("it is in the registry");
    let check = |more: Value| {
        let mut settings = json!({ "secret_key": SECRET_KEY });
        settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        kind.check(&settings)
    };
    let wrong = check(json!({ "staff_key_cards": "allowed" })).expect_err("its script needs a key");
    assert_eq!(wrong[0].field, "settings.publishable_key");
    for (more, claimed) in [
        (json!({ "publishable_key": PUBLISHABLE_KEY }), false),
        (json!({ "publishable_key": PUBLISHABLE_KEY, "staff_key_cards": "no" }), false),
        (json!({ "publishable_key": PUBLISHABLE_KEY, "staff_key_cards": "allowed" }), true),
    ] {
        let mut settings = json!({ "secret_key": SECRET_KEY });
        settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let processor = connect("http://127.0.0.1:1", &processors::http::Wire::new(), &settings, &[]);
        assert_eq!(processor.capabilities().can(Capability::VirtualTerminal), claimed, "{more}");
    }
}
