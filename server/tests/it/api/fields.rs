//! Payers pay in a processor's own fields on a page of ours: what the page is, and that the browser's word counts for nothing.

use fakes::Fault;
use fakes::paypal::{CLIENT, PayPalFake};
use fakes::square::{APPLICATION, LOCATION, SquareFake, TOKEN};
use fakes::stripe::{Card, Met, PUBLISHABLE_KEY, SECRET_KEY, StripeFake};
use serde_json::{Value, json};

use crate::kit::{ADDRESS, Answer, TestApp};

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn path(url: &str) -> &str {
    url.strip_prefix(ADDRESS).expect("an address of ours")
}

/// Stripe, connected and tested, with its fields on our page.
async fn stripe(app: &TestApp) -> String {
    let settings = json!({"secret_key": SECRET_KEY, "publishable_key": PUBLISHABLE_KEY, "payer_pays": "fields"});
    connected(app, "stripe", settings).await
}

async fn connected(app: &TestApp, kind: &str, settings: Value) -> String {
    let made = app.post("/processors", json!({"kind": kind, "settings": settings})).await.json(201);
    assert_eq!(made["capabilities"]["embedded_fields"], true, "{made}");
    app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    id(&made)
}

/// An order that is asked for. Answers it and the request's address.
async fn asked(app: &TestApp, amount: i64) -> (String, String) {
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, amount).await;
    let made = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    (order, made["url"].as_str().expect("a URL").to_owned())
}

pub async fn seen(app: &TestApp, url: &str) -> Answer {
    app.send("GET", path(url), &[], String::new()).await
}

/// What the page hands to the processor's script, by name.
fn given(page: &Answer, name: &str) -> String {
    let begin = format!("data-{name}=\"");
    let rest = page.text.split_once(&begin).unwrap_or_else(|| panic!("{name} in {}", page.text)).1;
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The way back from a page of ours.
fn back(page: &Answer) -> String {
    given(page, "done")
}

async fn order_now(app: &TestApp, order: &str) -> Value {
    app.get(&format!("/orders/{order}")).await.json(200)
}

async fn work_later(app: &TestApp, fake: &StripeFake, advance: &str) {
    app.post("/test/clock", json!({ "advance": advance })).await.json(200);
    fake.set_now(app.services().db.clock().now().0 / 1_000_000);
    app.work().await;
}

fn pay(fake: &StripeFake, page: &Answer, card: Card) -> Met {
    fake.pay_in_fields(&given(page, "key"), &given(page, "secret"), card)
}

#[test]
fn an_order_is_paid_in_stripes_fields_on_our_page() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        stripe(app).await;
        let (order, url) = asked(app, 35_550).await;
        let opened = seen(app, &url).await;
        let cookie = opened.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let document = app.send("GET", opened.header("location"), &[("cookie", &cookie)], String::new()).await;
        assert!(
            document.text.contains("Stripe’s own fields")
                && !document.header("content-security-policy").contains("js.stripe.com")
        );

        let ours = app.page_of_link(&url).await;
        assert!(ours.starts_with(&format!("{ADDRESS}/pay/stripe/rcp_")), "{ours}");
        assert_eq!(app.page_of_link(&url).await, ours, "a second click leads to the same page");
        let page = seen(app, &ours).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for said in ["355.50", "Harbor Joinery", "https://js.stripe.com/v3/", "<noscript>"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains(SECRET_KEY));
        assert_eq!(
            page.header("content-security-policy"),
            "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self' https://api.stripe.com; manifest-src 'self'; \
             worker-src 'self'; form-action 'self' https://checkout.stripe.com; base-uri 'none'; object-src 'none'; \
             frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; frame-ancestors 'none'; \
             report-uri /csp"
        );
        assert!(page.header("permissions-policy").ends_with("payment=(self)"), "{}", page.header("permissions-policy"));
        assert_eq!(seen(app, &ours.replace("/pay/stripe/", "/pay/square/")).await.status, 404, "each kind has its own path");
        assert_eq!(seen(app, &ours.replace("rcp_", "rcp_x")).await.status, 404);

        // A browser that only says that it paid changes nothing.
        let told = seen(app, &format!("{ADDRESS}{}?redirect_status=succeeded&payment_intent=pi_1", back(&page))).await;
        assert!(told.text.contains("No money was taken"), "{}", told.text);
        assert_eq!(order_now(app, &order).await["amount_due"], 35_550);

        assert!(matches!(pay(fake, &page, Card::InsufficientFunds), Met::Declined(_)));
        let again = seen(app, &ours).await;
        assert!(again.text.contains("not enough money"), "{}", again.text);
        assert_eq!(pay(fake, &again, Card::Confirms), Met::AskedToConfirm);
        assert!(matches!(fake.answer_bank(&given(&again, "secret"), false), Met::Declined(_)));
        assert_eq!(pay(fake, &again, Card::Confirms), Met::AskedToConfirm);
        assert_eq!(fake.answer_bank(&given(&again, "secret"), true), Met::Thanks);
        let receipt = seen(app, &format!("{ADDRESS}{}", back(&again))).await;
        assert!(receipt.text.contains("355.50") && receipt.text.contains("4242"), "{}", receipt.text);
        assert_eq!(seen(app, &ours).await.header("location"), back(&again), "what is paid is shown as paid");
        app.work().await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");
        assert_eq!(fake.truth().iter().map(|charge| charge.captured).sum::<i64>(), 35_550);
    });
}

#[test]
fn another_route_an_empty_hour_and_the_processors_page_each_close_the_fields() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        stripe(app).await;
        // Cash at the counter first.
        let (order, url) = asked(app, 4_000).await;
        let page = seen(app, &app.page_of_link(&url).await).await;
        let customer = order_now(app, &order).await["customer"].as_str().expect("a customer").to_owned();
        let cash = json!({"customer": customer, "amount": 4_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        assert_eq!(pay(fake, &page, Card::Pays), Met::Closed);

        // Nobody came back within the hour.
        let (order, url) = asked(app, 5_000).await;
        let left = app.page_of_link(&url).await;
        let page = seen(app, &left).await;
        work_later(app, fake, "PT2H").await;
        assert_eq!(pay(fake, &page, Card::Pays), Met::Closed);
        assert_eq!(seen(app, &left).await.header("location"), back(&page));
        let fresh = app.page_of_link(&url).await;
        assert_ne!(fresh, left);

        // The payer chooses Stripe's page after all: one of the two can be paid.
        let page = seen(app, &fresh).await;
        let elsewhere = format!("{}/elsewhere", path(&fresh));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let moved = app.send("POST", &elsewhere, &form, "idempotency_key=k1").await;
        assert_eq!(moved.status, 303, "{}", moved.text);
        let theirs = moved.header("location").to_owned();
        assert!(theirs.starts_with("https://checkout.stripe.com/"), "{theirs}");
        assert_eq!(pay(fake, &page, Card::Pays), Met::Closed);
        let repeated = app.send("POST", &elsewhere, &form, "idempotency_key=k2").await;
        assert_eq!(repeated.header("location"), back(&page), "a second press looks at what became of it");
        assert_eq!(app.page_of_link(&url).await, theirs, "the page that is open is the page there is");
        assert_eq!(fake.pay(&theirs, Card::Pays), Met::Thanks);
        work_later(app, fake, "PT5M").await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");
        assert_eq!(fake.truth().iter().map(|charge| charge.captured).sum::<i64>(), 5_000);
    });
}

#[test]
fn a_lost_answer_is_found_with_its_page_and_the_setting_is_kept_strictly() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let connect = async |settings: Value| app.post("/processors", json!({"kind": "stripe", "settings": settings})).await;
        let bare = json!({"secret_key": SECRET_KEY, "payer_pays": "fields"});
        assert_eq!(connect(bare).await.wrong_field(422, "INVALID"), "settings.publishable_key");
        let odd = json!({"secret_key": SECRET_KEY, "payer_pays": "somewhere"});
        assert_eq!(connect(odd).await.wrong_field(422, "INVALID"), "settings.payer_pays");
        let prc = stripe(app).await;
        let (order, url) = asked(app, 2_500).await;
        fake.break_next(&[Fault::LoseAnswer]);
        let token = url.strip_prefix(&format!("{ADDRESS}/p/")).expect("a payer's address").to_owned();
        let opened = engine::flows::open_link::open_link(&app.services().db, &token, "a visitor", true, "test").await;
        let Ok(engine::flows::open_link::Opened::Live(link)) = opened else { panic!("{opened:?}") };
        let lost = engine::flows::start_checkout::start_checkout(app.services(), &link, None, "test").await.expect("it is begun");
        assert!(matches!(lost, engine::flows::start_checkout::Next::Payment(_)), "{lost:?}");
        work_later(app, fake, "PT1M").await;
        let page = seen(app, &app.page_of_link(&url).await).await;
        assert_eq!(pay(fake, &page, Card::Pays), Met::Thanks);
        work_later(app, fake, "PT5M").await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid", "nobody came back, and it is found");

        app.patch(&format!("/processors/{prc}"), json!({"settings": {"payer_pays": null}})).await.json(200);
        let (_, url) = asked(app, 100).await;
        assert!(app.page_of_link(&url).await.starts_with("https://checkout.stripe.com/"), "the default is the processor's page");
        let off = json!({"settings": {"payer_pays": "fields", "capabilities": {"embedded_fields": false}}});
        assert_eq!(app.patch(&format!("/processors/{prc}"), off).await.json(200)["capabilities"]["embedded_fields"], false);
        let (_, url) = asked(app, 100).await;
        assert!(app.page_of_link(&url).await.starts_with("https://checkout.stripe.com/"), "what it cannot do is not done");
    });
}

/// Square, with its fields on our page.
pub async fn square(app: &TestApp) {
    let settings = json!({"access_token": TOKEN, "application_id": APPLICATION, "location_id": LOCATION, "payer_pays": "fields"});
    connected(app, "square", settings).await;
}

/// What the page's script sends for a card that was typed into Square's fields.
pub async fn hand(app: &TestApp, page: &str, token: &str) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    app.send("POST", path(page), &form, format!("idempotency_key=k&amount=1&token={token}")).await
}

pub fn typed(fake: &SquareFake, page: &Answer, card: Card) -> String {
    fake.type_card(&given(page, "app"), &given(page, "location"), card).expect("the script knows its application")
}

/// What Square took, in all.
fn taken(fake: &SquareFake) -> i64 {
    fake.bank().payments.values().map(|payment| payment["amount_money"]["amount"].as_i64().unwrap_or(0)).sum()
}

#[test]
fn a_card_in_squares_fields_is_charged_for_what_the_page_was_made_for() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        square(app).await;
        let (order, url) = asked(app, 35_550).await;
        let ours = app.page_of_link(&url).await;
        let page = seen(app, &ours).await;
        assert_eq!((given(&page, "amount").as_str(), given(&page, "currency").as_str()), ("355.50", "USD"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self' https://sandbox.web.squarecdn.com;"), "{policy}");

        let declined = hand(app, &ours, &typed(fake, &page, Card::InsufficientFunds)).await;
        assert_eq!((declined.status.as_u16(), declined.header("location")), (303, path(&ours)), "{}", declined.text);
        let again = seen(app, &ours).await;
        assert!(again.text.contains("not enough money"), "{}", again.text);
        hand(app, &ours, "cnon:of-somebody-else").await;
        let strange = seen(app, &ours).await;
        assert!(strange.text.contains("not accepted") && !strange.text.contains("NOT_FOUND"), "{}", strange.text);
        assert_eq!(taken(fake), 0);

        // Two clicks at once, each with the same token: one charge, for what the page was made for.
        let token = typed(fake, &page, Card::Pays);
        let (left, right) = tokio::join!(hand(app, &ours, &token), hand(app, &ours, &token));
        assert_eq!((left.status.as_u16(), right.status.as_u16()), (303, 303));
        let receipt = seen(app, &format!("{ADDRESS}{}", back(&page))).await;
        assert!(receipt.text.contains("355.50") && receipt.text.contains("1111"), "{}", receipt.text);
        app.work().await;
        assert_eq!((order_now(app, &order).await["payment_state"].clone(), taken(fake)), (json!("paid"), 35_550));
        let late = hand(app, &ours, &typed(fake, &page, Card::Pays)).await;
        assert_eq!((late.header("location"), taken(fake)), (back(&page).as_str(), 35_550), "what is paid is not paid again");
    });
}

#[test]
fn a_lost_answer_to_a_token_reserves_and_is_found_and_nothing_is_charged_above_what_is_due() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        square(app).await;
        let (order, url) = asked(app, 4_000).await;
        let ours = app.page_of_link(&url).await;
        let page = seen(app, &ours).await;
        fake.break_next([Fault::LoseAnswer]);
        let lost = hand(app, &ours, &typed(fake, &page, Card::Pays)).await;
        assert_eq!(lost.header("location"), back(&page));
        let payment = app.get("/payments").await.json(200)["data"][0].clone();
        assert_eq!(payment["state"], "unknown", "{payment}");
        hand(app, &ours, &typed(fake, &page, Card::Pays)).await;
        assert_eq!(taken(fake), 4_000, "another card waits until the first is known of");
        app.post("/test/clock", json!({ "advance": "PT1M" })).await.json(200);
        fake.bank().now = app.services().db.clock().now().0 / 1_000_000;
        app.work().await;
        assert_eq!((order_now(app, &order).await["payment_state"].clone(), taken(fake)), (json!("paid"), 4_000));

        // A check comes in while the page is open.
        let (order, url) = asked(app, 5_000).await;
        let ours = app.page_of_link(&url).await;
        let page = seen(app, &ours).await;
        let customer = order_now(app, &order).await["customer"].as_str().expect("a customer").to_owned();
        let check = json!({"customer": customer, "amount": 5_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "check"}});
        app.post("/payments", check).await.json(201);
        let late = hand(app, &ours, &typed(fake, &page, Card::Pays)).await;
        assert_eq!((late.header("location"), taken(fake)), (back(&page).as_str(), 4_000), "{}", late.text);
    });
}

#[test]
fn an_order_is_approved_by_paypals_button_on_our_page() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let settings = json!({"client_id": CLIENT.0, "client_secret": CLIENT.1, "payer_pays": "fields"});
        connected(app, "paypal", settings).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let made = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let url = made["url"].as_str().expect("a URL").to_owned();
        let ours = app.page_of_link(&url).await;
        let page = seen(app, &ours).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("https://*.paypal.com") && policy.contains("'nonce-"), "{policy}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin-allow-popups");
        assert_ne!(seen(app, &ours).await.header("content-security-policy"), policy, "its word is new for each answer");
        assert!(page.text.contains("https://www.paypal.com/sdk/js?client-id=") && !page.text.contains(CLIENT.1), "{}", page.text);
        let told = seen(app, &format!("{ADDRESS}{}", back(&page))).await;
        assert!(told.text.contains("No money was taken"), "a browser that only says so: {}", told.text);

        assert!(fake.approve(&given(&page, "order"), Card::Declined).is_some());
        let refused = seen(app, &format!("{ADDRESS}{}", back(&page))).await;
        assert!(refused.text.contains("declined"), "{}", refused.text);
        assert!(fake.approve(&given(&page, "order"), Card::Pays).is_some());
        let receipt = seen(app, &format!("{ADDRESS}{}", back(&page))).await;
        assert!(receipt.text.contains("355.50"), "{}", receipt.text);
        app.work().await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");

        let next = app.order(&customer, 900).await;
        let page = seen(app, &app.page_of_link(&url).await).await;
        let cash = json!({"customer": customer, "amount": 900, "currency": "USD", "order": next,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        let _late = fake.approve(&given(&page, "order"), Card::Pays);
        seen(app, &format!("{ADDRESS}{}", back(&page))).await;
        app.work().await;
        let paid = app.get("/payments?state=succeeded").await.json(200);
        assert_eq!(paid["data"].as_array().map(Vec::len), Some(2), "an order that was closed is never taken: {paid}");
    });
}
