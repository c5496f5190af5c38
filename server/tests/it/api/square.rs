//! The main job with Square, over HTTP to its fake: connect, ask, pay on Square's page, come back, be told, give back.

use fakes::square::{LOCATION, SquareFake, TOKEN};
use fakes::stripe::Card;
use serde_json::{Value, json};

use crate::kit::{ADDRESS, TestApp};

const KEY: &str = "a signature key of Square's";

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn settings() -> Value {
    json!({"access_token": TOKEN, "application_id": "sandbox-sq0idb-1", "location_id": LOCATION, "signature_key": KEY})
}

/// Square, connected and tested. Answers the connection.
pub async fn connected(app: &TestApp) -> String {
    let made = app.post("/processors", json!({"kind": "square", "settings": settings()})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!(tested["state"], "live", "{tested}");
    id(&made)
}

/// Everything that Square has to tell from the `from`th message on arrives, twice and in the wrong order.
async fn told(app: &TestApp, fake: &SquareFake, prc: &str, from: usize) {
    let mut messages = fake.messages(from, &format!("{ADDRESS}/hooks/{prc}"), KEY);
    messages.extend(messages.clone());
    messages.reverse();
    for message in messages {
        let headers: Vec<(&str, &str)> = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = String::from_utf8(message.body).expect("JSON");
        assert_eq!(app.send("POST", &format!("/hooks/{prc}"), &headers, body).await.status, 200);
    }
    app.work().await;
}

/// The way back that Square was given for the newest page.
fn way_back(fake: &SquareFake) -> String {
    let opened = fake.seen().into_iter().rfind(|(request, _)| request.path == "/v2/online-checkout/payment-links");
    let url = opened.expect("a page was opened").1["checkout_options"]["redirect_url"].clone();
    let url = url.as_str().expect("a way back");
    url[url.find("/p/").expect("a page of ours")..].to_owned()
}

#[test]
fn an_order_is_asked_for_paid_on_squares_page_and_given_back_in_part() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let asked = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let page = app.page_of_link(asked["url"].as_str().expect("a URL")).await;
        assert!(page.starts_with("https://square.link/"), "{page}");
        assert_eq!(fake.pay(&page, Card::Declined), Some(false));
        assert_eq!(fake.pay(&page, Card::Pays), Some(true));
        let back = app.send("GET", &way_back(fake), &[], String::new()).await;
        assert_eq!(back.status, 200, "{}", back.text);
        told(app, fake, &prc, 0).await;
        let back = app.send("GET", &way_back(fake), &[], String::new()).await;
        assert!(back.text.contains("355.50"), "{}", back.text);
        let paid = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!((&paid["payment_state"], &paid["amount_due"]), (&json!("paid"), &json!(0)));
        let payments = app.get("/payments?state=succeeded").await.json(200);
        assert_eq!(payments["data"].as_array().map(Vec::len), Some(1), "one payment, however often it was told");
        assert_eq!(payments["data"][0]["method"]["last4"], "1111");

        let before = fake.bank().events.len();
        let refunds = format!("/payments/{}/refunds", id(&payments["data"][0]));
        app.post(&refunds, json!({"amount": 1_200, "reason": "one item returned"})).await.json(201);
        told(app, fake, &prc, before).await;
        let refunded: i64 = fake.bank().refunds.values().filter_map(|refund| refund["amount_money"]["amount"].as_i64()).sum();
        assert_eq!(refunded, 1_200);
        let payment = app.get(&format!("/payments/{}", id(&payments["data"][0]))).await.json(200);
        assert_eq!(payment["refunded"], 1_200);
    });
}

#[test]
fn a_payment_that_nobody_told_is_found_and_a_wrong_token_never_goes_live() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let wrong = json!({"access_token": "another", "application_id": "sandbox-sq0idb-1", "location_id": LOCATION});
        let made = app.post("/processors", json!({"kind": "square", "settings": wrong})).await.json(201);
        let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
        assert_eq!(tested["state"], "failing", "{tested}");
        let upside_down = json!({"access_token": TOKEN, "application_id": TOKEN, "location_id": LOCATION});
        let refused = app.post("/processors", json!({"kind": "square", "settings": upside_down})).await;
        assert_eq!(refused.wrong_field(422, "INVALID"), "settings.application_id");

        connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        let asked = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let page = app.page_of_link(asked["url"].as_str().expect("a URL")).await;
        assert_eq!(fake.pay(&page, Card::Pays), Some(true));
        // The payer closed the browser, and no message came: Square's own list has it.
        app.work().await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
    });
}

#[test]
fn a_message_alone_settles_what_a_payer_paid_who_never_came_back() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let prc = connected(app).await;
        // Square's own list was just read; within this minute nobody reads it again.
        app.work().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        let asked = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let page = app.page_of_link(asked["url"].as_str().expect("a URL")).await;
        assert_eq!(fake.pay(&page, Card::Pays), Some(true));
        app.work().await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "unpaid", "nobody knows yet");
        told(app, fake, &prc, 0).await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
        // What was paid at Square's own desk is told too, and is none of ours.
        let told_of = fake.bank().events.len();
        fake.bank().sell_elsewhere(1_500);
        told(app, fake, &prc, told_of).await;
        assert_eq!(app.get("/payments").await.json(200)["data"].as_array().map(Vec::len), Some(1));
    });
}
