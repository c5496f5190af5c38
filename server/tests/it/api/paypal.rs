//! Paying with PayPal, over HTTP to its fake: connect, share the balance, approve on PayPal's page, come back, give back.

use fakes::paypal::{CLIENT, PayPalFake, WEBHOOK, order_on};
use fakes::stripe::Card;
use serde_json::{Value, json};

use crate::kit::TestApp;

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// PayPal, connected and tested. Answers the connection.
async fn connected(app: &TestApp) -> String {
    let settings = json!({"client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "environment": "sandbox"});
    let made = app.post("/processors", json!({"kind": "paypal", "settings": settings})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!(tested["state"], "live", "{tested}");
    id(&made)
}

/// The way back that PayPal was given for the newest page.
fn way_back(fake: &PayPalFake) -> String {
    let opened = fake.seen().into_iter().rfind(|(request, _)| request.method == "POST" && request.path == "/v2/checkout/orders");
    let body = opened.expect("a page was opened").1;
    let url = body["payment_source"]["paypal"]["experience_context"]["return_url"].as_str().expect("a way back").to_owned();
    url[url.find("/p/").expect("a page of ours")..].to_owned()
}

async fn told(app: &TestApp, fake: &PayPalFake, prc: &str) {
    let mut messages = fake.messages(0);
    messages.extend(messages.clone());
    messages.reverse();
    for message in messages {
        let headers: Vec<(&str, &str)> = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = String::from_utf8(message.body).expect("JSON");
        assert_eq!(app.send("POST", &format!("/hooks/{prc}"), &headers, body).await.status, 200);
    }
    app.work().await;
}

#[test]
fn a_shared_balance_is_approved_on_paypals_page_and_taken_once() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        // A request waits for days, and an order of PayPal's does not: this is not offered.
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await;
        request.refused(409, "PROCESSOR_INCOMPATIBLE");
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let page = app.page_of_link(link["url"].as_str().expect("a URL")).await;
        assert!(page.starts_with("https://www.paypal.com/"), "{page}");
        fake.approve(&order_on(&page), Card::Declined).expect("it is open");
        app.send("GET", &way_back(fake), &[], String::new()).await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 35_550);
        fake.approve(&order_on(&page), Card::Pays).expect("another card may be tried");
        let back = app.send("GET", &way_back(fake), &[], String::new()).await;
        assert_eq!(back.status, 200, "{}", back.text);
        told(app, fake, &prc).await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
        let payments = app.get("/payments?state=succeeded").await.json(200);
        assert_eq!(payments["data"].as_array().map(Vec::len), Some(1), "one payment, however often it was told");

        let refunds = format!("/payments/{}/refunds", id(&payments["data"][0]));
        app.post(&refunds, json!({"amount": 35_550, "reason": "all of it"})).await.json(201);
        app.work().await;
        assert_eq!(fake.bank().refunds.len(), 1);
        let payment = app.get(&format!("/payments/{}", id(&payments["data"][0]))).await.json(200);
        assert_eq!(payment["refunded"], 35_550);
    });
}

#[test]
fn what_was_approved_is_taken_though_the_payer_never_came_back() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let page = app.page_of_link(link["url"].as_str().expect("a URL")).await;
        fake.approve(&order_on(&page), Card::Pays).expect("it is open");
        // No message came either: PayPal's own list tells of the approval, and a look takes it.
        app.work().await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["payment_state"], "paid");
    });
}
