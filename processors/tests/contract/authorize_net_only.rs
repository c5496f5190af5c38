//! What only Authorize.Net's connector must show: the requests of its own client, in the order of its schema; a real delivery;
//! nights; pages that cannot be forged; and that nothing is ever asked for twice or late.

use std::sync::Arc;

use fakes::Fault;
use fakes::http::serve;
use processors::{
    Asked, Attempt, Capability, CaptureRequest, ChargeRequest, ChargeState, Outcome, RawHook, RefundRequest, RefundState,
    RejectReason, Remote, RemoteKind, Resolved,
};
use serde_json::{Value, json};

use crate::authorize_net_stage::{AuthorizeNetStage, connect, connect_with};
use crate::stage::{DAY, Line, Role, Stage, done, of_saved, of_token, on_page, rejected, unknown, usd};

const GOLDEN: &str = include_str!("../specs/authorizenet/golden-requests.json");
/// Texts that are part of the request's meaning; all others are the caller's.
const FIXED: &[&str] = &["transactionType", "settingName", "settingValue", "dataDescriptor", "limit", "offset"];
/// We make the customer first and leave the method afterwards.
const NOT_OURS: &[&str] = &["anet.create_profile"];

/// Everything that its client sends stands in ours too, under the same name, of the same type and in the same order.
fn holds(golden: &Value, ours: &Value) -> bool {
    match (golden, ours) {
        (Value::Object(golden), Value::Object(ours)) => {
            let places: Vec<_> = golden.keys().map(|name| ours.keys().position(|mine| mine == name)).collect();
            places.is_sorted()
                && golden.iter().all(|(name, value)| {
                    let fixed = FIXED.contains(&name.as_str()) && value.is_string();
                    ours.get(name).is_some_and(|mine| (!fixed || value == mine) && holds(value, mine))
                })
        }
        (Value::Array(golden), Value::Array(ours)) => !ours.is_empty() && ours.iter().all(|mine| holds(&golden[0], mine)),
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => true,
        (golden, ours) => golden == ours,
    }
}

#[tokio::test]
async fn requests_are_those_of_authorize_nets_own_client() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let (customer, method) = stage.saved(Role::Pays).await;
    done(stage.processor().charge(&stage.attempt(), &of_saved(&customer, &method, usd(1_099))).await);
    let request = ChargeRequest { capture: false, ..of_token(stage.token(Role::Pays), usd(1_099)) };
    let held = done(stage.processor().charge(&stage.attempt(), &request).await);
    let capture = CaptureRequest { charge: held.id, amount: usd(1_099) };
    done(stage.processor().capture(&stage.attempt(), &capture).await);
    done(stage.processor().changes(None, stage.now()).await);

    let golden: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let seen = net.fake.seen();
    let mut compared = 0;
    for request in golden["requests"].as_array().expect("a list") {
        let label = request["label"].as_str().expect("a label");
        if NOT_OURS.contains(&label) {
            continue;
        }
        let (name, body) = request["body"].as_object().and_then(|whole| whole.iter().next()).expect("one request");
        let ours: Vec<_> = seen.iter().filter(|(_, mine, _)| mine == name).collect();
        let same = ours.iter().any(|(it, _, mine)| {
            it.method == request["method"]
                && it.path == request["path"]
                && it.header("content-type") == request["headers"]["content-type"].as_str()
                && holds(body, mine)
        });
        assert!(same, "{label}: {body:#} is none of {:#?}", ours.iter().map(|(.., body)| body).collect::<Vec<_>>());
        compared += 1;
    }
    assert_eq!(compared, 5);
}

#[tokio::test]
async fn a_real_delivery_is_believed_and_one_flipped_bit_is_not() {
    let vectors: Value = serde_json::from_str(include_str!("../specs/webhook-vectors.json")).expect("JSON");
    let text = |name: &str| vectors["authorizenet"][name].as_str().expect("a text").to_owned();
    let net = AuthorizeNetStage::new(json!({})).await;
    let now = net.now();
    let headers = [(text("header"), text("value"))];
    let read = async |key: &str, replaced: &[&str], body: &[u8]| {
        let hook = RawHook { url: "https://pay.shop.example/hooks/prc_4", headers: &headers, body, now };
        connect(&net.fake.base_url, &json!({}), key, replaced).verify(&hook).await
    };
    let (key, body) = (text("secret"), text("raw_body"));
    let verified = read(&key, &[], body.as_bytes()).await.expect("a real one");
    assert_eq!(verified.delivery_id, "701bf27d-d46f-4c3b-82f2-066448e2901e");
    assert_eq!((verified.hints[0].about.kind, verified.hints[0].about.id.as_str()), (RemoteKind::Charge, "60116007277"));
    assert!(read("new key", &[&key], body.as_bytes()).await.is_some(), "the key that was just replaced");
    assert_eq!(read("new key", &[], body.as_bytes()).await, None, "another key");
    let mut flipped = body.into_bytes();
    flipped[40] ^= 1;
    assert_eq!(read(&key, &[], &flipped).await, None);
}

#[tokio::test]
async fn before_the_night_the_whole_is_voided_and_a_part_waits() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let processor = stage.processor();
    let (whole, part) = (stage.captured(Role::Pays, usd(5_000)).await, stage.captured(Role::Pays, usd(7_000)).await);
    let refund = |charge: &str, minor| RefundRequest { charge: charge.into(), amount: usd(minor), reason: "returned".into() };
    assert_eq!(rejected(processor.refund(&stage.attempt(), &refund(&part.id, 1_000)).await), RejectReason::NotSettled);
    let attempt = stage.attempt();
    let gone = done(processor.refund(&attempt, &refund(&whole.id, 5_000)).await);
    assert_eq!((gone.attempt, gone.charge_attempt, gone.state), (Some(attempt.id), whole.attempt, RefundState::Succeeded));
    let Remote::Refund(found) = stage.fetch(RemoteKind::Refund, &gone.id).await else { panic!("asked for a refund") };
    assert_eq!(found, gone);
    let voided = stage.charge_now(&whole.id).await;
    assert_eq!((voided.state, voided.captured, voided.refunded), (ChargeState::Captured, usd(5_000), usd(5_000)));

    stage.pass(DAY).await;
    assert!(stage.charge_now(&part.id).await.settled_at.is_some());
    let attempt = stage.attempt();
    let given = done(processor.refund(&attempt, &refund(&part.id, 1_000)).await);
    assert_eq!((given.amount, given.attempt, given.charge_attempt), (usd(1_000), Some(attempt.id), part.attempt));
    assert_eq!(stage.charge_now(&part.id).await.refunded, usd(1_000), "tonight's");
    stage.pass(3 * DAY).await;
    assert_eq!(stage.charge_now(&part.id).await.refunded, usd(1_000), "and an older night's");
    let last = net.fake.seen().into_iter().rfind(|(_, name, body)| {
        name == "createTransactionRequest" && body["transactionRequest"]["transactionType"] == "refundTransaction"
    });
    let card = &last.expect("a refund was asked for").2["transactionRequest"]["payment"]["creditCard"];
    assert_eq!(*card, json!({ "cardNumber": "1111", "expirationDate": "XXXX" }), "never a whole number");
}

#[tokio::test]
async fn what_is_voided_at_its_own_desk_is_told_as_money_that_went_back() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let charge = stage.captured(Role::Pays, usd(5_000)).await;
    let before = done(stage.processor().changes(None, stage.now()).await);
    assert!(net.fake.bank().void_elsewhere(&charge.id));
    let news = done(stage.processor().changes(Some(&before.cursor), stage.now()).await);
    let [Remote::Charge(now)] = news.changed.as_slice() else { panic!("one charge changed: {news:?}") };
    assert_eq!((now.id.as_str(), now.refunded), (charge.id.as_str(), usd(5_000)));
}

#[tokio::test]
async fn nothing_is_asked_for_twice_or_late() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let (customer, method) = stage.saved(Role::Pays).await;
    let asked = Asked::Charge(of_saved(&customer, &method, usd(100)));
    let moved = || net.fake.seen().iter().filter(|(_, name, _)| name == "createTransactionRequest").count();
    let (taken, never) = (stage.attempt(), stage.attempt());
    stage.break_line(&[Line::LosesAnswer, Line::Silent]).await;
    unknown(stage.ask(&taken, &asked).await);
    unknown(stage.ask(&never, &asked).await);
    let resolve = async |by: &Attempt| stage.processor().resolve(by, &asked, stage.now()).await;
    assert!(matches!(resolve(&never).await, Resolved::StillUnknown { .. }), "it may still be on its way");
    stage.pass(2 * DAY).await;
    let before = moved();
    assert!(matches!(resolve(&taken).await, Resolved::Found(Outcome::Done(Remote::Charge(_)))), "a batch of a night ago has it");
    assert!(matches!(resolve(&never).await, Resolved::ProvenAbsent));
    let late = Attempt { at: stage.now(), ..never };
    assert_eq!(rejected(stage.ask(&late, &asked).await), RejectReason::KeyDead);
    assert_eq!(moved(), before, "nothing was sent");
}

#[tokio::test]
async fn a_page_of_ours_cannot_be_forged_and_lapses() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let page = stage.page(usd(100)).await;
    let (processor, now) = (stage.processor(), stage.now());
    let address = page.url.split_once("?page=").expect("a page of ours").1.to_owned();
    assert!(!address.contains("1111") && page.url.starts_with("https://pay.shop.example/onward/prc_"), "{}", page.url);
    let onward = processor.onward(&address, now).expect("made here");
    assert_eq!((onward.action.as_str(), onward.lapsed), ("https://test.authorize.net/payment/payment", false));
    assert_eq!((onward.amount, onward.back.as_str()), (Some(usd(100)), "https://pay.shop.example/p/return/abc"));
    assert!(processor.onward(&address, now.plus_seconds(900)).expect("made here").lapsed);
    for at in (0..address.len()).step_by(7) {
        let mut forged = address.clone().into_bytes();
        // The seal's letters are read without regard to case, so that an a would be none.
        forged[at] = if forged[at].eq_ignore_ascii_case(&b'A') { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("letters");
        assert_eq!(processor.onward(&forged, now), None, "letter {at} was changed");
    }
}

#[tokio::test]
async fn whatever_cannot_be_understood_is_unknown_and_a_wrong_login_is_told() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let said = |code: &str| {
        format!("{{\"messages\":{{\"resultCode\":\"Error\",\"message\":[{{\"code\":\"{code}\",\"text\":\"x\"}}]}}}}")
    };
    for (status, body) in [
        (200, "<html>".to_owned()),
        (200, "{}".to_owned()),
        (200, said("E00001")),
        (200, said("E00053")),
        (429, "Too Many Requests".to_owned()),
        (500, said("E00003")),
        (200, "{\"transactionResponse\":{\"responseCode\":\"3\",\"transId\":\"0\",\"errors\":[{\"errorCode\":\"19\",\"errorText\":\"x\"}]}}".to_owned()),
    ] {
        let base = serve(Arc::new(move |_| Some((status, body.clone().into_bytes())))).await;
        let request = of_token("nonce".into(), usd(100));
        unknown(connect(&base, &json!({}), "key", &[]).charge(&stage.attempt(), &request).await);
    }
    let refusing = said("E00007");
    let base = serve(Arc::new(move |_| Some((200, refusing.clone().into_bytes())))).await;
    let outcome = connect(&base, &json!({}), "key", &[]).test(&stage.attempt(), usd(1).currency).await;
    assert_eq!(rejected(outcome), RejectReason::Credentials);

    for fault in [Fault::Busy, Fault::Garbage, Fault::Error500] {
        net.fake.break_next([fault]);
        let attempt = stage.attempt();
        let asked = Asked::Charge(of_token(stage.token(Role::Pays), usd(100)));
        unknown(stage.ask(&attempt, &asked).await);
        stage.pass(600).await;
        let resolved = stage.processor().resolve(&attempt, &asked, stage.now()).await;
        let acted = matches!(resolved, Resolved::Found(Outcome::Done(_)));
        assert_eq!(acted, fault == Fault::Garbage, "{fault:?}: {resolved:?}");
    }
    unknown(connect("http://127.0.0.1:1", &json!({}), "key", &[]).checkout(&stage.attempt(), &on_page(usd(100))).await);
}

#[tokio::test]
async fn a_batch_is_one_payout_that_stays_and_what_comes_back_is_taken_beside_it() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let debit = of_token(stage.token(Role::DebitReturned), usd(2_000));
    let Outcome::Pending(debit) = stage.processor().charge(&stage.attempt(), &debit).await else {
        panic!("a debit is under way")
    };
    let kept = stage.captured(Role::Pays, usd(10_000)).await;
    let early = done(stage.processor().payouts(None, stage.now()).await);
    assert_eq!(early.payouts, [], "nothing is settled yet");

    stage.pass(DAY).await;
    let first = done(stage.processor().payouts(Some(&early.cursor), stage.now()).await);
    let [batch] = &first.payouts[..] else { panic!("one night, one batch: {first:?}") };
    assert_eq!((batch.net, batch.fees, batch.kept), (usd(12_000), usd(0), usd(0)));
    assert_eq!(batch.arrived_on.to_string(), "2026-01-16");
    let line = |payout: &processors::Payout, charge: &str| {
        payout.lines.iter().find(|line| line.charge == charge).map(|line| line.amount.minor)
    };
    assert_eq!((line(batch, &debit.id), line(batch, &kept.id)), (Some(2_000), Some(10_000)));

    net.fake.bank().dispute(&kept.id);
    stage.pass(5 * DAY).await;
    let later = done(stage.processor().payouts(Some(&first.cursor), stage.now()).await);
    let of = |id: String| later.payouts.iter().find(|payout| payout.id == id).unwrap_or_else(|| panic!("{id} of {later:?}"));
    assert_eq!(of(batch.id.clone()), batch, "what came back later does not change a batch");
    let returned = of(format!("{}-{}-back", batch.id, debit.id));
    assert_eq!((returned.net, line(returned, &debit.id)), (usd(-2_000), Some(-2_000)));
    assert_eq!(of(format!("{}-{}-back", batch.id, kept.id)).net, usd(-10_000));

    let won = net.fake.bank().transactions.iter().position(|it| it.id.to_string() == kept.id).expect("it is there");
    net.fake.bank().transactions[won].status = "chargebackReversal";
    let last = done(stage.processor().payouts(Some(&later.cursor), stage.now()).await);
    let again = last.payouts.iter().find(|payout| payout.id.ends_with("-again")).expect("the dispute was won");
    assert_eq!((again.net, line(again, &kept.id)), (usd(10_000), Some(10_000)));
    let ids = |page: &processors::Payouts| page.payouts.iter().map(|payout| payout.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&done(stage.processor().payouts(None, stage.now()).await)), ids(&last), "from the beginning the same");
    assert_eq!(rejected(stage.processor().payouts(Some("yesterday"), stage.now()).await), RejectReason::BadRequest);
}

#[tokio::test]
async fn a_refund_that_a_bank_sends_back_reaches_the_merchant_again() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let charge = stage.captured(Role::Pays, usd(10_000)).await;
    stage.pass(DAY).await;
    assert!(net.fake.bank().refund_elsewhere(&charge.id, 4_000));
    stage.pass(DAY).await;
    let told = done(stage.processor().payouts(None, stage.now()).await);
    let lines = |payout: &processors::Payout| {
        payout.lines.iter().map(|line| (line.charge.clone(), line.amount.minor)).collect::<Vec<_>>()
    };
    assert_eq!(
        told.payouts.iter().map(lines).collect::<Vec<_>>(),
        [[(charge.id.clone(), 10_000)], [(charge.id.clone(), -4_000)]]
    );

    let refund = net.fake.bank().transactions.iter().position(|it| it.of.is_some()).expect("it is there");
    net.fake.bank().transactions[refund].status = "returnedItem";
    let later = done(stage.processor().payouts(Some(&told.cursor), stage.now()).await);
    let back = later.payouts.iter().find(|payout| payout.id.ends_with("-back")).unwrap_or_else(|| panic!("{later:?}"));
    assert_eq!((back.net, lines(back)), (usd(4_000), vec![(charge.id.clone(), 4_000)]));
    assert!(told.payouts.iter().all(|batch| later.payouts.iter().all(|same| same.id != batch.id || same == batch)), "{later:?}");
}

#[tokio::test]
async fn where_the_acquirer_takes_its_fees_out_of_each_deposit_batches_are_not_read() {
    let kind = processors::registry::find("authorize_net").expect("it is in the list");
    let settings = |deposits: &str| json!({ "login_id": "login", "transaction_key": "key", "deposits": deposits });
    let net = AuthorizeNetStage::new(json!({})).await;
    let opened = |deposits: &str| connect_with(&net.fake.base_url, &settings(deposits));
    assert!(opened("whole").capabilities().can(Capability::Payouts));
    let unread = opened("not_read");
    assert!(!unread.capabilities().can(Capability::Payouts));
    assert_eq!(rejected(unread.payouts(None, net.now()).await), RejectReason::Unsupported);
    assert!(kind.check(&settings("sometimes")).is_err(), "a word that nobody offered");
}

#[tokio::test]
async fn a_batch_that_is_still_under_way_is_told_when_it_is_settled_and_holds_up_no_other() {
    let net = AuthorizeNetStage::new(json!({})).await;
    let stage: &dyn Stage = &net;
    let late = stage.captured(Role::Pays, usd(5_000)).await;
    net.fake.bank().slow_nights = true;
    stage.pass(DAY).await;
    net.fake.bank().slow_nights = false;
    let first = done(stage.processor().payouts(None, stage.now()).await);
    assert_eq!(first.payouts, [], "it has not arrived");
    stage.pass(3 * DAY).await;
    let other = stage.captured(Role::Pays, usd(700)).await;
    stage.pass(3 * DAY).await;
    let second = done(stage.processor().payouts(Some(&first.cursor), stage.now()).await);
    let charges = |page: &processors::Payouts| -> Vec<String> {
        page.payouts.iter().flat_map(|payout| &payout.lines).map(|line| line.charge.clone()).collect()
    };
    assert_eq!(charges(&second), [other.id]);
    net.fake.bank().finish();
    let third = done(stage.processor().payouts(Some(&second.cursor), stage.now()).await);
    assert!(charges(&third).contains(&late.id), "{third:?}");
    assert_eq!(third.payouts[0].net, usd(5_000));
}
