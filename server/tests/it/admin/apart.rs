//! Staff key a card in a processor's own terminal, a program apart: what they are told, and what becomes of what arrives there, however
//! it arrives.

use engine::store::user::Role;
use fakes::authorize_net::{AuthorizeNetFake, LOGIN};
use fakes::paypal::{CLIENT, PayPalFake, WEBHOOK};
use fakes::stripe::Card;
use serde_json::{Value, json};

use super::browser::{Browser, field, id_of};
use crate::kit::{ADDRESS, TestApp};

const KEY: &str = "339E42F5D962293A925C244313E8C354";

async fn connected(app: &TestApp, kind: &str, settings: Value) -> String {
    let made = app.post("/processors", json!({"kind": kind, "settings": settings})).await.json(201);
    let prc = made["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/processors/{prc}/test"), json!({})).await.json(200);
    prc
}

async fn paypal(app: &TestApp) -> String {
    let settings = json!({"client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "environment": "sandbox"});
    connected(app, "paypal", settings).await
}

async fn authorize_net(app: &TestApp) -> String {
    let settings = json!({"login_id": LOGIN.0, "transaction_key": LOGIN.1, "signature_key": KEY, "environment": "sandbox"});
    connected(app, "authorize_net", settings).await
}

/// The headers and the body of a message.
type Message = (Vec<(String, String)>, Vec<u8>);

/// Messages arrive, each twice and in the wrong order.
async fn told(app: &TestApp, prc: &str, messages: Vec<Message>) {
    for (headers, body) in messages.iter().rev().chain(&messages) {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = String::from_utf8(body.clone()).expect("JSON");
        assert_eq!(app.send("POST", &format!("/hooks/{prc}"), &headers, body).await.status, 200);
    }
    app.work().await;
}

async fn told_by_paypal(app: &TestApp, fake: &PayPalFake, prc: &str) {
    let messages = fake.messages(0).into_iter().map(|it| (it.headers, it.body)).collect();
    told(app, prc, messages).await;
}

async fn told_by_authorize_net(app: &TestApp, fake: &AuthorizeNetFake, prc: &str) {
    let messages = fake.messages(0, KEY).into_iter().map(|it| (it.headers, it.body)).collect();
    told(app, prc, messages).await;
}

fn usd(value: &str) -> Value {
    json!({ "currency_code": "USD", "value": value })
}

/// What stands in a field of the page to be copied.
fn shown(page: &str, id: &str) -> String {
    let at = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {page}"));
    let value = page[at..].split_once("value=\"").expect("a value").1;
    value.split('"').next().unwrap_or_default().to_owned()
}

async fn payment(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/payments/{id}")).await.json(200)
}

async fn due(app: &TestApp, order: &str) -> Value {
    app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone()
}

/// All payments, newest first.
async fn payments(app: &TestApp) -> Vec<Value> {
    app.get("/payments").await.json(200)["data"].as_array().expect("a list").clone()
}

async fn begun(app: &TestApp, (customer, order): (&str, &str), prc: &str, amount: i64) -> Value {
    let asked =
        json!({"customer": customer, "order": order, "amount": amount, "currency": "USD", "processor": prc, "terminal": "apart"});
    app.post("/authorizations", asked).await.json(202)
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_else(|| panic!("{name} of {of}")).to_owned()
}

#[test]
fn a_card_keyed_in_paypals_terminal_is_matched_by_our_reference() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let prc = paypal(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let owner = Browser::owner(app).await;
        let form = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(form.contains("PayPal’s own terminal") && !form.contains("PayPal’s fields"), "{form}");
        let card = format!("apart:{prc}");
        let keyed = [("customer", customer.as_str()), ("order", &order), ("amount", "355.50"), ("card", &card)];
        let sent = owner.post("/admin/payments/card", &keyed).await;
        let path = sent.header("location").strip_prefix(ADDRESS).unwrap_or_else(|| panic!("{}", sent.text)).to_owned();
        assert!(path.starts_with("/admin/card/paypal/pay_"), "{path}");
        let id = id_of(&path);

        // What staff read: the amount, the reference, and the way to the terminal, which stands beside the page and not in it.
        let answer = owner.send("GET", &path, "").await;
        assert!(
            answer.header("content-security-policy").contains("frame-src 'none'; frame-ancestors 'none'"),
            "nothing is framed"
        );
        let page = answer.text;
        let reference = shown(&page, "apart-reference");
        assert_eq!(shown(&page, "apart-amount"), "355.50");
        let link = "href=\"https://www.sandbox.paypal.com/virtualterminal\" target=\"_blank\" rel=\"noopener noreferrer\"";
        assert!(page.contains(link) && page.contains("Waiting for PayPal"), "{page}");
        assert_eq!(payment(app, &id).await["method"]["reference"], reference.as_str());
        assert_eq!(Browser::of_role(app, Role::Viewer).await.send("GET", &path, "").await.status.as_u16(), 403);
        assert_eq!(owner.send("GET", &path.replace("/paypal/", "/square/"), "").await.status.as_u16(), 404);
        let of_payment = owner.page(&format!("/admin/payments/{id}")).await;
        assert!(of_payment.contains("Key it in the terminal") && of_payment.contains("It did not go through"), "{of_payment}");

        // It is reserved, and nothing that is pressed here settles it.
        assert_eq!((text(&payment(app, &id).await, "state"), due(app, &order).await), ("pending".into(), json!(35_550)));
        let again = json!({"customer": customer, "order": order, "amount": 35_550, "currency": "USD", "processor": prc});
        app.post("/authorizations", again.clone()).await.refused(409, "PAYMENT_PENDING");
        let fields = json!({"customer": customer, "amount": 1, "currency": "USD", "processor": prc, "terminal": "fields"});
        app.post("/authorizations", fields).await.json(409);
        owner.does(&format!("/admin/payments/{id}/look"), &[]).await;
        fake.key_in_terminal(&reference, &usd("355.50"), Card::Declined);
        told_by_paypal(app, fake, &prc).await;
        owner.does(&format!("/admin/payments/{id}/look"), &[]).await;
        assert_eq!(text(&payment(app, &id).await, "state"), "pending", "another card may be tried there");

        // It arrives: asked for at once, then told of twice and in the wrong order.
        let capture = fake.key_in_terminal(&reference, &usd("355.50"), Card::Pays);
        let to = owner.does(&format!("/admin/payments/{id}/look"), &[]).await;
        assert_eq!(to, format!("/admin/payments/{id}"));
        told_by_paypal(app, fake, &prc).await;
        let paid = payment(app, &id).await;
        assert_eq!((text(&paid, "state"), due(app, &order).await), ("succeeded".into(), json!(0)));
        assert_eq!(payments(app).await.len(), 1, "one payment, however often it was told");
        let page = owner.page(&path).await;
        assert!(page.contains("$355.50</data> arrived") && !page.contains("apart-reference"), "{page}");

        // It goes back like any charge: by us, at PayPal's desk, by a dispute.
        let back = json!({"amount": 5_550, "reason": "Sent back"});
        app.post(&format!("/payments/{id}/refunds"), back).await.json(201);
        assert!(fake.refund_elsewhere(&capture, &usd("100.00")));
        told_by_paypal(app, fake, &prc).await;
        assert_eq!(payment(app, &id).await["refunded"], 15_550);
        fake.bank().dispute_on(&capture);
        told_by_paypal(app, fake, &prc).await;
        let disputed = payment(app, &id).await;
        assert_eq!((&disputed["disputed"], text(&disputed, "dispute")), (&json!(true), "opened".into()));
    });
}

#[test]
fn another_amount_is_not_taken_for_it_and_waits_as_credit() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = authorize_net(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let owner = Browser::owner(app).await;
        let form = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(form.contains("on Authorize.Net’s page") && form.contains("in Authorize.Net’s own terminal"), "{form}");
        let made = begun(app, (&customer, &order), &prc, 35_550).await;
        let (id, reference) = (text(&made, "id"), text(&made["method"], "reference"));
        assert_eq!(reference.len(), 20, "as much as its invoice number takes");
        let page = owner.page(text(&made, "url").strip_prefix(ADDRESS).expect("ours")).await;
        assert!(page.contains("https://sandbox.authorize.net") && page.contains("Tools"), "{page}");

        // A digit was left out.
        fake.bank().key_in_terminal(&reference, 3_555, Card::Pays);
        told_by_authorize_net(app, fake, &prc).await;
        let ended = payment(app, &id).await;
        assert_eq!((text(&ended, "state"), text(&ended["decline"], "code")), ("canceled".into(), "OTHER_AMOUNT".into()));
        assert_eq!(due(app, &order).await, 35_550, "it settles nothing");
        let came = payments(app).await.into_iter().find(|row| row["state"] == "succeeded").expect("the money is booked");
        assert_eq!((&came["amount"], &came["unapplied"]), (&json!(3_555), &json!(3_555)));
        assert!(text(&came, "memo").contains(&text(&ended, "number")), "{came}");
        let outbox = owner.page("/admin/outbox").await;
        assert!(outbox.contains("A terminal took something else"), "{outbox}");
        let told_page = owner.page(&format!("/admin/payments/{id}")).await;
        assert!(told_page.contains("Another amount arrived."), "{told_page}");

        // The right amount by the same reference is the payment all the same; once more is credit that waits.
        fake.bank().key_in_terminal(&reference, 35_550, Card::Pays);
        told_by_authorize_net(app, fake, &prc).await;
        assert_eq!((text(&payment(app, &id).await, "state"), due(app, &order).await), ("succeeded".into(), json!(0)));
        fake.bank().key_in_terminal(&reference, 35_550, Card::Pays);
        told_by_authorize_net(app, fake, &prc).await;
        told_by_authorize_net(app, fake, &prc).await;
        let all = payments(app).await;
        let credit: Vec<i64> = all.iter().map(|row| row["unapplied"].as_i64().expect("an amount")).collect();
        assert_eq!(credit, [35_550, 3_555, 0], "{all:?}");
        assert_eq!(app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"], 39_105);

        // What waits can be given back as the card's charge that it is.
        fake.bank().pass(86_400);
        app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
        let back = json!({"amount": 3_555, "reason": "Keyed by mistake"});
        app.post(&format!("/payments/{}/refunds", text(&came, "id")), back).await.json(201);
        app.work().await;
        assert_eq!(app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"], 35_550);
    });
}

#[test]
fn another_currency_is_not_taken_for_it() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let prc = paypal(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        // Where a processor has no fields, its terminal is meant.
        let asked = json!({"customer": customer, "order": order, "amount": 9_900, "currency": "USD", "processor": prc});
        let made = app.post("/authorizations", asked).await.json(202);
        let reference = text(&made["method"], "reference");
        fake.key_in_terminal(&reference, &json!({"currency_code": "EUR", "value": "99.00"}), Card::Pays);
        told_by_paypal(app, fake, &prc).await;
        assert_eq!(
            (text(&payment(app, &text(&made, "id")).await, "state"), due(app, &order).await),
            ("canceled".into(), json!(9_900))
        );
        let came = payments(app).await.into_iter().find(|row| row["state"] == "succeeded").expect("the money is booked");
        assert_eq!((text(&came, "currency"), &came["unapplied"]), ("EUR".into(), &json!(9_900)));
    });
}

#[test]
fn one_that_was_given_up_or_lapsed_is_paid_all_the_same_when_it_arrives() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = authorize_net(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 4_000).await;
        let owner = Browser::owner(app).await;
        let given_up = begun(app, (&customer, &order), &prc, 4_000).await;
        let id = text(&given_up, "id");
        owner.does(&format!("/admin/payments/{id}/void"), &[]).await;
        let page = owner.page(&format!("/admin/card/authorize_net/{id}")).await;
        assert!(page.contains("Nobody waits for it any longer") && !page.contains("apart-reference"), "{page}");
        assert_eq!(text(&payment(app, &id).await, "state"), "canceled");

        // What it had reserved is free, and a day is the longest that the next one waits.
        let next = begun(app, (&customer, &order), &prc, 4_000).await;
        fake.bank().pass(86_400);
        app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
        app.work().await;
        let lapsed = payment(app, &text(&next, "id")).await;
        assert_eq!((text(&lapsed, "state"), text(&lapsed["decline"], "code")), ("canceled".into(), "NOT_RECEIVED".into()));
        let owner = Browser::owner(app).await;

        // The first was keyed after all.
        fake.bank().key_in_terminal(&text(&given_up["method"], "reference"), 4_000, Card::Pays);
        told_by_authorize_net(app, fake, &prc).await;
        assert_eq!((text(&payment(app, &id).await, "state"), due(app, &order).await), ("succeeded".into(), json!(0)));
        // And the second: nothing is due any more, so that it waits as credit, and staff are told.
        fake.bank().key_in_terminal(&text(&next["method"], "reference"), 4_000, Card::Pays);
        app.work().await;
        app.post("/test/clock", json!({"advance": "PT2M"})).await.json(200);
        app.work().await;
        let late = payment(app, &text(&next, "id")).await;
        assert_eq!((text(&late, "state"), &late["unapplied"]), ("succeeded".into(), &json!(4_000)));
        assert!(owner.page("/admin/outbox").await.contains("paid twice"));
    });
}

#[test]
fn a_program_gives_up_what_waits_and_bad_input_names_its_field() {
    TestApp::both_with(async |app, _: &AuthorizeNetFake| {
        let prc = authorize_net(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 4_000).await;
        let wrong = json!({"customer": customer, "order": order, "amount": 4_000, "currency": "USD", "processor": prc, "terminal": "here"});
        let said = app.post("/authorizations", wrong).await.json(422);
        assert!(said.to_string().contains("terminal"), "{said}");
        let made = begun(app, (&customer, &order), &prc, 4_000).await;
        let released = app.post(&format!("/payments/{}/void", text(&made, "id")), json!({})).await.json(200);
        assert_eq!(released["state"], "canceled");
        let owner = Browser::owner(app).await;
        let form = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(field(&form, "amount").contains("40.00"), "nothing is reserved: {form}");
        app.work().await;
    });
}
