//! The main job with Stripe, over HTTP to its fake: connect, ask, pay on Stripe's page, come back, be told, give back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use fakes::Fault;
use fakes::stripe::{Card, Met, SECRET_KEY, StripeFake};
use serde_json::{Value, json};

use crate::kit::{Answer, TestApp};

const HOOK_SECRET: &str = "whsec_first_secret_1111";

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Where the lines of a dump go.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stripe, connected and tested. Answers the connection.
pub(super) async fn connected(app: &TestApp) -> String {
    let settings = json!({"secret_key": SECRET_KEY, "webhook_secret": HOOK_SECRET});
    let made = app.post("/processors", json!({"kind": "stripe", "settings": settings})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!((&tested["state"], &tested["tried"]["works"]), (&json!("live"), &json!(true)), "{tested}");
    let said = tested["tried"]["detail"].as_str().expect("what it said");
    assert!(said.ends_with("It held 1.00 USD on its test card and let it go again."), "{said}");
    id(&made)
}

async fn hook(app: &TestApp, prc: &str, headers: &[(String, String)], body: &str) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.send("POST", &format!("/hooks/{prc}"), &headers, body.to_owned()).await
}

/// Everything that Stripe has to tell arrives, and is followed.
async fn told(app: &TestApp, fake: &StripeFake, prc: &str) {
    for (headers, body) in fake.deliveries(HOOK_SECRET) {
        assert_eq!(hook(app, prc, &headers, &body).await.status, 200, "{body}");
    }
    app.work().await;
}

/// The same twice, and in the wrong order.
pub(super) async fn told_askew(app: &TestApp, fake: &StripeFake, prc: &str) {
    let mut messages = fake.deliveries(HOOK_SECRET);
    messages.reverse();
    for (headers, body) in messages.iter().chain(&messages) {
        assert_eq!(hook(app, prc, headers, body).await.status, 200, "{body}");
    }
    app.work().await;
}

/// Time passes, here and at Stripe.
pub(super) async fn wait(app: &TestApp, fake: &StripeFake, advance: &str) {
    app.post("/test/clock", json!({ "advance": advance })).await.json(200);
    fake.set_now(app.services().db.clock().now().0 / 1_000_000);
    app.work().await;
}

async fn request(app: &TestApp, order: &str) -> String {
    let made = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    made["url"].as_str().expect("a URL").to_owned()
}

async fn order_now(app: &TestApp, order: &str) -> Value {
    app.get(&format!("/orders/{order}")).await.json(200)
}

async fn newest_payment(app: &TestApp) -> Value {
    app.get("/payments").await.json(200)["data"][0].clone()
}

/// The way back that Stripe was given for the newest page.
fn way_back(fake: &StripeFake) -> String {
    let opened = fake.arrived().into_iter().rfind(|one| one.method == "POST" && one.path == "/v1/checkout/sessions");
    let fields = fakes::form::fields(&opened.expect("a page was opened").body);
    let url = fields.into_iter().find(|(name, _)| name == "success_url").expect("a way back").1;
    url[url.find("/p/").expect("a page of ours")..].to_owned()
}

#[test]
fn an_order_is_asked_for_paid_on_stripes_page_and_told_twice() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let url = request(app, &order).await;
        assert_eq!(order_now(app, &order).await["state"], "pending");
        let opened = app.send("GET", &url[url.find("/p/").expect("ours")..], &[], String::new()).await;
        let cookie = opened.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let clean = opened.header("location").to_owned();
        let shown = app.send("GET", &clean, &[("cookie", &cookie)], String::new()).await;
        let policy = shown.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https://checkout.stripe.com;"), "its form may lead there: {policy}");
        let page = app.page_of_link(&url).await;
        assert!(page.starts_with("https://checkout.stripe.com/"), "{page}");
        assert_eq!(app.page_of_link(&url).await, page, "a second click leads to the same page");
        assert!(matches!(fake.pay(&page, Card::InsufficientFunds), Met::Declined(_)));
        told(app, fake, &prc).await;
        assert_eq!(order_now(app, &order).await["amount_due"], 35_550);
        assert_eq!(fake.pay(&page, Card::Pays), Met::Thanks);

        // The payer comes back while the message arrives, twice, in the wrong order.
        let back = way_back(fake);
        let mut messages = fake.deliveries(HOOK_SECRET);
        messages.reverse();
        let browser = app.send("GET", &back, &[], String::new());
        let messenger = async {
            for (headers, body) in messages.iter().chain(&messages) {
                assert_eq!(hook(app, &prc, headers, body).await.status, 200);
            }
        };
        let (receipt, ()) = tokio::join!(browser, messenger);
        assert_eq!(receipt.status, 200, "{}", receipt.text);
        app.work().await;
        let receipt = app.send("GET", &back, &[], String::new()).await;
        assert!(receipt.text.contains("355.50"), "{}", receipt.text);
        let order = order_now(app, &order).await;
        assert_eq!((&order["payment_state"], &order["state"]), (&json!("paid"), &json!("confirmed")));
        let payments = app.get("/payments?state=succeeded").await.json(200);
        assert_eq!(payments["data"].as_array().map(Vec::len), Some(1), "one payment, however often it was told");
        assert_eq!(payments["data"][0]["method"]["last4"], "4242");
        assert_eq!(fake.truth().iter().map(|charge| charge.captured).sum::<i64>(), 35_550);
        let shown = app.get(&format!("/processors/{prc}")).await.json(200);
        assert!(shown["webhook"]["last_received_at"].is_string() && shown["webhook"]["last_refused_at"].is_null(), "{shown}");

        // Two days later Stripe sends it to the bank, less its fee; it is asked once an hour.
        wait(app, fake, "P3D").await;
        wait(app, fake, "PT1H").await;
        let payout = app.all("/payouts?limit=9").await.remove(0);
        assert_eq!((&payout["gross"], &payout["fees"], &payout["net"]), (&json!(35_550), &json!(1_061), &json!(34_489)));
        let full = app.get(&format!("/payouts/{}", id(&payout))).await.json(200);
        assert_eq!((&full["reconciled"], &full["lines"][0]["payment"]), (&json!(true), &payments["data"][0]["id"]));
    });
}

#[test]
fn keys_are_sealed_replaced_and_never_shown() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let connect = async |settings: Value| app.post("/processors", json!({"kind": "stripe", "settings": settings})).await;
        assert_eq!(connect(json!({})).await.wrong_field(422, "INVALID"), "settings.secret_key");
        for (settings, field) in [
            (json!({"secret_key": "pk_test_1"}), "settings.secret_key"),
            (json!({"secret_key": 5}), "settings.secret_key"),
            (json!({"secret_key": SECRET_KEY, "webhook_secret": "x"}), "settings.webhook_secret"),
            (json!({"secret_key": SECRET_KEY, "color": "red"}), "settings.color"),
            (json!({"secret_key": SECRET_KEY, "capabilities": {"flying": true}}), "settings.capabilities"),
            (json!({"secret_key": SECRET_KEY, "staff_key_cards": "allowed"}), "settings.publishable_key"),
        ] {
            assert_eq!(connect(settings).await.wrong_field(422, "INVALID"), field);
        }
        let made = connect(json!({"secret_key": SECRET_KEY, "webhook_secret": HOOK_SECRET})).await;
        assert!(!made.text.contains(SECRET_KEY) && !made.text.contains(HOOK_SECRET), "{}", made.text);
        let made = made.json(201);
        let prc = id(&made);
        assert_eq!(
            (&made["state"], &made["settings"]["webhook_secret"]),
            (&json!("untested"), &json!({"set": true, "last4": "1111"}))
        );
        assert_eq!(made["capabilities"]["virtual_terminal"], false);
        let paper = Paper::default();
        engine::dump::dump(&app.services().db, paper.clone()).await.expect("the books are dumped");
        let dump = String::from_utf8(paper.0.lock().expect("nobody panicked").clone()).expect("text");
        assert!(dump.contains(&prc) && !dump.contains(SECRET_KEY) && !dump.contains(HOOK_SECRET));

        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 1_000).await;
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "NO_PROCESSOR");
        let path = format!("/processors/{prc}");
        assert_eq!(app.post(&format!("{path}/test"), json!({})).await.json(200)["state"], "live");

        let second = "whsec_second_secret_2222";
        let changed = app.patch(&path, json!({"settings": {"webhook_secret": second}})).await;
        assert!(!changed.text.contains(second), "{}", changed.text);
        let changed = changed.json(200);
        assert_eq!((&changed["settings"]["webhook_secret"]["last4"], &changed["state"]), (&json!("2222"), &json!("live")));
        assert_eq!(changed["settings"]["secret_key"]["set"], true, "what is not named stays");
        let page = app.page_of_link(&request(app, &order).await).await;
        fake.pay(&page, Card::Pays);
        let messages = fake.deliveries(HOOK_SECRET);
        let (headers, body) = &messages[0];
        assert_eq!(hook(app, &prc, headers, body).await.status, 200, "the old secret is believed for a day");
        hook(app, &prc, headers, &body.replace("evt_", "evt_x")).await.refused(400, "MALFORMED");
        let shown = app.get(&path).await.json(200);
        assert!(shown["webhook"]["last_refused_at"].is_string(), "{shown}");
        wait(app, fake, "PT25H").await;
        let late = app.order(&customer, 500).await;
        let page = app.page_of_link(&request(app, &late).await).await;
        fake.pay(&page, Card::Pays);
        let events = fake.deliveries(HOOK_SECRET);
        let (headers, body) = events.last().expect("it is told");
        hook(app, &prc, headers, body).await.refused(400, "MALFORMED");
        wait(app, fake, "PT2M").await;
        assert_eq!(order_now(app, &late).await["payment_state"], "paid", "what no message told is read from Stripe's record");

        app.patch(&path, json!({"settings": {"secret_key": "sk_test_wrong"}})).await.json(200);
        let failing = app.post(&format!("{path}/test"), json!({})).await.json(200);
        assert_eq!((&failing["state"], &failing["tried"]["works"]), (&json!("failing"), &json!(false)));
        app.patch(&path, json!({"settings": {"secret_key": null}})).await.wrong_field(422, "INVALID");
        app.patch(&path, json!({"settings": {"secret_key": SECRET_KEY, "webhook_secret": null}, "name": "Our Stripe"}))
            .await
            .json(200);
        let shown = app.post(&format!("{path}/test"), json!({})).await.json(200);
        assert_eq!((&shown["state"], &shown["name"]), (&json!("live"), &json!("Our Stripe")));
        assert_eq!(shown["capabilities"]["webhooks"], false, "without its secret no message can be believed");
        app.post(&format!("{path}/disable"), json!({})).await.json(200);
        assert_eq!(app.post(&format!("{path}/enable"), json!({})).await.json(200)["state"], "untested");
    });
}

/// A card is kept on Stripe's page and charged while its holder is away. Answers the customer and the method.
async fn kept_card(app: &TestApp, fake: &StripeFake, prc: &str, card: Card) -> (String, String) {
    let customer = app.customer("Fern & Field").await;
    let path = format!("/customers/{customer}/methods");
    let page = app.post(&path, json!({"processor": prc, "setup": true})).await.json(201);
    assert_eq!(fake.pay(page["url"].as_str().expect("a page"), card), Met::Thanks);
    told(app, fake, prc).await;
    let kept = app.get(&path).await.json(200)["data"][0].clone();
    assert_eq!((&kept["last4"], &kept["live"]), (&json!("4242"), &json!(true)), "{kept}");
    (customer, id(&kept))
}

fn charge(customer: &str, order: &str, amount: i64, method: &str) -> Value {
    json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "saved", "id": method}})
}

#[test]
fn a_kept_card_is_charged_declined_confirmed_and_refunded() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (customer, method) = kept_card(app, fake, &prc, Card::Pays).await;
        let order = app.order(&customer, 5_000).await;
        let paid = app.post("/payments", charge(&customer, &order, 5_000, &method)).await.json(201);
        assert_eq!(paid["state"], "succeeded");
        told(app, fake, &prc).await;

        let refunds = format!("/payments/{}/refunds", id(&paid));
        let part = app.post(&refunds, json!({"amount": 1_200, "reason": "one item returned"})).await.json(201);
        assert_eq!(part["state"], "succeeded");
        told(app, fake, &prc).await;
        let remote = fake.truth().last().expect("a charge").intent.clone();
        fake.refund_at_dashboard(&remote, 800);
        told(app, fake, &prc).await;
        let seen = app.get(&format!("/payments/{}", id(&paid))).await.json(200);
        assert_eq!(seen["refunded"], 2_000, "a refund at the dashboard is found: {seen}");
        app.post(&refunds, json!({"amount": 3_001, "reason": "too much"})).await.refused(409, "NOTHING_REFUNDABLE");

        let (customer, method) = kept_card(app, fake, &prc, Card::Expired).await;
        let order = app.order(&customer, 700).await;
        app.post("/payments", charge(&customer, &order, 700, &method)).await.refused(402, "EXPIRED_CARD");

        let (customer, method) = kept_card(app, fake, &prc, Card::Confirms).await;
        let order = app.order(&customer, 900).await;
        let asked = app.post("/payments", charge(&customer, &order, 900, &method)).await;
        let asked = asked.refused(402, "AUTHENTICATION_REQUIRED");
        let url = asked["url"].as_str().expect("where its holder confirms").to_owned();
        assert!(url.starts_with("https://checkout.stripe.com/"), "{url}");
        assert_eq!(fake.confirm(&url, true), Met::Thanks);
        told(app, fake, &prc).await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid");
    });
}

#[test]
fn a_lost_answer_is_unknown_until_stripe_says_and_is_charged_once() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (customer, method) = kept_card(app, fake, &prc, Card::Pays).await;
        for fault in [Fault::LoseAnswer, Fault::Silent, Fault::Error500, Fault::Garbage] {
            let before = fake.truth().len();
            let order = app.order(&customer, 4_200).await;
            fake.break_next(&[fault]);
            let paid = app.post("/payments", charge(&customer, &order, 4_200, &method)).await.json(202);
            assert_eq!(paid["state"], "unknown", "{fault:?}");
            app.post("/payments", charge(&customer, &order, 4_200, &method)).await.refused(409, "PAYMENT_PENDING");
            wait(app, fake, "PT2M").await;
            let seen = app.get(&format!("/payments/{}", id(&paid))).await.json(200);
            assert_eq!(seen["state"], "succeeded", "{fault:?}: {seen}");
            assert_eq!(fake.truth().len(), before + 1, "{fault:?}: charged once");
        }
    });
}

/// An order of 25.00 is paid on Stripe's page. Answers the payment, and its intent.
pub(super) async fn paid_on_its_page(app: &TestApp, fake: &StripeFake, prc: &str) -> (String, String) {
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 2_500).await;
    let page = app.page_of_link(&request(app, &order).await).await;
    fake.pay(&page, Card::Pays);
    told(app, fake, prc).await;
    let paid = newest_payment(app).await;
    assert_eq!(paid["state"], "succeeded");
    (id(&paid), fake.truth()[0].intent.clone())
}

#[test]
fn a_dispute_is_seen_and_lost() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (paid, remote) = paid_on_its_page(app, fake, &prc).await;
        fake.dispute(&remote);
        told(app, fake, &prc).await;
        let path = format!("/payments/{paid}");
        assert_eq!(app.get(&path).await.json(200)["disputed"], true);
        app.post(&format!("{path}/refunds"), json!({"amount": 100, "reason": "x"})).await.refused(409, "DISPUTED");
        fake.decide_dispute(&remote, false);
        told(app, fake, &prc).await;
        let order = app.get("/orders").await.json(200)["data"][0].clone();
        assert_eq!(order["amount_due"], 2_500, "what it had paid is open again");
    });
}

/// Stripe goes on saying that the charge was disputed; it is not any more.
#[test]
fn a_dispute_is_won_and_the_payment_can_be_refunded_again() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (paid, remote) = paid_on_its_page(app, fake, &prc).await;
        fake.dispute(&remote);
        told(app, fake, &prc).await;
        fake.decide_dispute(&remote, true);
        told(app, fake, &prc).await;
        wait(app, fake, "PT2M").await;
        let path = format!("/payments/{paid}");
        assert_eq!(app.get(&path).await.json(200)["disputed"], false);
        app.post(&format!("{path}/refunds"), json!({"amount": 100, "reason": "Goodwill"})).await.json(201);
    });
}

/// Who moved to another processor still learns what becomes of the payments that came through this one.
#[test]
fn a_disabled_connection_is_still_followed() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (paid, remote) = paid_on_its_page(app, fake, &prc).await;
        app.post(&format!("/processors/{prc}/disable"), json!({})).await.json(200);
        fake.refund_at_dashboard(&remote, 500);
        wait(app, fake, "PT2H").await;
        assert_eq!(app.get(&format!("/payments/{paid}")).await.json(200)["refunded"], 500);
    });
}

/// The card's bank does not take a refund, days after it went: staff are told once, and the next refund at the dashboard counts.
#[test]
fn a_refund_that_comes_back_is_told_to_staff_once() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        app.post("/settings", json!({"notify": ["books@shop.example"]})).await.json(200);
        let prc = connected(app).await;
        let (paid, remote) = paid_on_its_page(app, fake, &prc).await;
        let path = format!("/payments/{paid}");
        app.post(&format!("{path}/refunds"), json!({"amount": 1_000, "reason": "Goodwill"})).await.json(201);
        told(app, fake, &prc).await;
        fake.bounce_refund(&remote);
        told(app, fake, &prc).await;
        wait(app, fake, "PT2M").await;
        wait(app, fake, "PT2M").await;
        let alerts = async || {
            let mails = app.all("/mails?kind=staff_alert&limit=50").await;
            mails.iter().filter(|mail| mail["subject"].as_str().is_some_and(|text| text.contains("came back"))).count()
        };
        assert_eq!(alerts().await, 1);
        assert_eq!(app.get(&path).await.json(200)["refunded"], 1_000, "the books wait for a person");
        fake.refund_at_dashboard(&remote, 700);
        told(app, fake, &prc).await;
        assert_eq!((alerts().await, app.get(&path).await.json(200)["refunded"].clone()), (1, json!(1_700)));
    });
}
