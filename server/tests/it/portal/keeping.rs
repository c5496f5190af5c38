//! A payer has the card kept that they pay with: only when they say so, only where the processor keeps cards, and the business can
//! charge it later.

use fakes::square::SquareFake;
use fakes::stripe::Card;
use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use crate::admin::browser::Browser;
use crate::api::{fields, square};
use crate::kit::{ADDRESS, Answer, TestApp};

/// An order of 100.00 that was asked for by mail: the order, and its payer before the page.
async fn payer_of<'a>(app: &'a TestApp, customer: &str) -> (String, Browser<'a>, String) {
    let order = app.order(customer, 10_000).await;
    let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    let url = request["url"].as_str().expect("a URL").to_owned();
    let mut payer = Browser::stranger(app);
    let opened = payer.send("GET", url.strip_prefix(ADDRESS).expect("an address of ours"), "").await;
    payer.keep_cookie(&opened);
    (order, payer, opened.header("location").to_owned())
}

/// The payer presses *Pay*: where that leads.
async fn pays(payer: &Browser<'_>, place: &str, keep: bool) -> String {
    let fields: &[(&str, &str)] = if keep { &[("keep", "on")] } else { &[] };
    let led: Answer = payer.post(&format!("{place}/pay"), fields).await;
    assert_eq!(led.status.as_u16(), 303, "{}", led.text);
    led.header("location").to_owned()
}

/// Fills in Sandbox's page.
async fn fill_in(app: &TestApp, page: &str) -> CheckoutStep {
    let id: PageId = page.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
    let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
    let step = app.bank().await.pay_checkout(&id, &entry, app.services().db.clock().now()).await.expect("the bank answers");
    app.work().await;
    step
}

/// The card that Square keeps.
fn method_there(fake: &SquareFake) -> String {
    fake.bank().cards.keys().next().expect("one is kept").clone()
}

async fn kept(app: &TestApp, customer: &str) -> Vec<Value> {
    app.get(&format!("/customers/{customer}/methods")).await.json(200)["data"].as_array().expect("methods").clone()
}

#[test]
fn a_card_is_kept_when_its_payer_says_so_and_charged_later() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let (_, payer, place) = payer_of(app, &customer).await;
        let shown = payer.page(&place).await;
        assert!(
            shown.contains("Save this card for next time") && !shown.contains("name=\"keep\" value=\"on\" checked"),
            "{shown}"
        );
        let page = pays(&payer, &place, false).await;
        assert!(matches!(fill_in(app, &page).await, CheckoutStep::Paid { .. }));
        assert_eq!(kept(app, &customer).await, [] as [Value; 0], "nobody said so");

        let (_, payer, place) = payer_of(app, &customer).await;
        let page = pays(&payer, &place, true).await;
        assert!(matches!(fill_in(app, &page).await, CheckoutStep::Paid { .. }));
        let methods = kept(app, &customer).await;
        assert_eq!((methods.len(), &methods[0]["last4"], &methods[0]["default"]), (1, &json!("4242"), &json!(true)));

        let order = app.order(&customer, 4_200).await;
        let charge = json!({"customer": customer, "order": order, "amount": 4_200, "currency": "USD", "method": {"type": "saved", "id": methods[0]["id"]}});
        assert_eq!(app.post("/payments", charge).await.json(201)["state"], "succeeded");
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
    });
}

#[test]
fn who_changes_their_mind_about_keeping_it_gets_another_page_and_the_first_is_closed() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let (order, payer, place) = payer_of(app, &customer).await;
        let keeping = pays(&payer, &place, true).await;
        assert_eq!(pays(&payer, &place, true).await, keeping, "a double click is led to the page that is there");
        let plain = pays(&payer, &place, false).await;
        assert_ne!(plain, keeping);
        assert!(matches!(fill_in(app, &keeping).await, CheckoutStep::Closed { .. }), "nothing is paid twice");
        assert!(matches!(fill_in(app, &plain).await, CheckoutStep::Paid { .. }));
        assert_eq!(kept(app, &customer).await, [] as [Value; 0], "the last word counts");
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
    });
}

#[test]
fn nothing_is_offered_where_the_processor_keeps_no_cards() {
    TestApp::both_with(async |app, _fake: &SquareFake| {
        square::connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let (_, payer, place) = payer_of(app, &customer).await;
        assert!(!payer.page(&place).await.contains("name=\"keep\""));
        let page = pays(&payer, &place, true).await;
        assert!(page.starts_with("https://square.link/"), "a tick that nobody was offered is passed over: {page}");
    });
}

#[test]
fn a_card_typed_into_squares_fields_is_kept_charged_later_and_forgotten() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        fields::square(app).await;
        let customer = app.customer("Fern & Field").await;
        let (_, payer, place) = payer_of(app, &customer).await;
        assert!(payer.page(&place).await.contains("name=\"keep\""));
        let ours = pays(&payer, &place, true).await;
        let page = fields::seen(app, &ours).await;
        assert!(page.text.contains("data-keep=\"yes\""), "the script tells Square: {}", page.text);
        fields::hand(app, &ours, &fields::typed(fake, &page, Card::InsufficientFunds)).await;
        assert_eq!(kept(app, &customer).await, [] as [Value; 0], "a card that was declined is not kept");
        fields::hand(app, &ours, &fields::typed(fake, &page, Card::Pays)).await;
        app.work().await;
        let method = kept(app, &customer).await.remove(0);
        assert_eq!((&method["last4"], &method["default"]), (&json!("1111"), &json!(true)));

        let order = app.order(&customer, 4_200).await;
        let saved = json!({"type": "saved", "id": "default"});
        let charge = |order: &str, amount: i64| json!({"customer": customer, "order": order, "amount": amount, "currency": "USD", "method": saved});
        assert_eq!(app.post("/payments", charge(&order, 4_200)).await.json(201)["state"], "succeeded");
        let asked = fake.seen().into_iter().rfind(|(request, _)| request.path == "/v2/payments").expect("it was charged").1;
        assert_eq!(asked["customer_details"]["customer_initiated"], false, "{asked}");
        assert!(asked["source_id"].as_str().is_some_and(|card| card.starts_with("ccof:")), "{asked}");

        // Its bank wants its holder, and nobody stands at a page: a mail leads them to one.
        let card = method_there(fake);
        fake.bank().roles.insert(card, Card::Confirms);
        let order = app.order(&customer, 700).await;
        app.post("/payments", charge(&order, 700)).await.refused(402, "AUTHENTICATION_REQUIRED");
        app.work().await;
        let mails = app.all("/mails?kind=payment_failed&limit=50").await;
        assert!(
            mails.len() == 1 && mails[0]["text"].as_str().is_some_and(|text| text.contains(&format!("{ADDRESS}/p/"))),
            "{mails:?}"
        );

        app.delete(&format!("/methods/{}", method["id"].as_str().expect("an id"))).await;
        app.work().await;
        assert!(fake.bank().cards.values().all(|card| card["enabled"] == false), "Square forgot it too");
        let order = app.order(&customer, 4_200).await;
        app.post("/payments", charge(&order, 4_200)).await.refused(409, "NO_SAVED_METHOD");
    });
}
