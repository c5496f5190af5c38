//! The same story over HTTP with each processor's fake: made and mailed there, paid there, and told by its own messages;
//! lowered when a part is paid here; found when the answers to making and mailing are lost.

use fakes::Fault;
use fakes::paypal::{CLIENT, PayPalFake, WEBHOOK, invoice_on};
use fakes::square::{LOCATION, SquareFake, TOKEN};
use fakes::stripe::{Card, SECRET_KEY, StripeFake};
use serde_json::{Value, json};

use super::{id, made, now, order_now, payments};
use crate::kit::{ADDRESS, Fake, TestApp};

const HOOK_SECRET: &str = "whsec_first_secret_1111";
const SQUARE_KEY: &str = "a signature key of Square's";

/// What differs between the fakes.
trait Pays: Fake {
    fn settings() -> Value;
    /// Its receiver pays on the page. False: it cannot be paid.
    fn pay_invoice_at(&self, url: &str) -> bool;
    fn breaks(&self, faults: &[Fault]);
    /// Everything it has to tell: headers and body.
    fn messages_for(&self, connection: &str) -> Vec<(Vec<(String, String)>, String)>;
    /// What its bank gave back in all, in hundredths.
    fn gave_back(&self) -> i64;
    /// Its clock follows ours. Seconds since 1970.
    fn follows(&self, now: i64);
}

impl Pays for StripeFake {
    fn settings() -> Value {
        json!({"secret_key": SECRET_KEY, "webhook_secret": HOOK_SECRET})
    }

    fn pay_invoice_at(&self, url: &str) -> bool {
        self.pay(url, Card::Pays) == fakes::stripe::Met::Thanks
    }

    fn breaks(&self, faults: &[Fault]) {
        self.break_next(faults);
    }

    fn messages_for(&self, _connection: &str) -> Vec<(Vec<(String, String)>, String)> {
        self.deliveries(HOOK_SECRET)
    }

    fn gave_back(&self) -> i64 {
        self.truth().iter().map(|charge| charge.refunded).sum()
    }

    fn follows(&self, now: i64) {
        self.set_now(now);
    }
}

impl Pays for SquareFake {
    fn settings() -> Value {
        json!({"access_token": TOKEN, "application_id": "sandbox-sq0idb-1", "location_id": LOCATION, "signature_key": SQUARE_KEY})
    }

    fn pay_invoice_at(&self, url: &str) -> bool {
        self.pay(url, Card::Pays) == Some(true)
    }

    fn breaks(&self, faults: &[Fault]) {
        self.break_next(faults.iter().copied());
    }

    fn messages_for(&self, connection: &str) -> Vec<(Vec<(String, String)>, String)> {
        let sent = self.messages(0, &format!("{ADDRESS}/hooks/{connection}"), SQUARE_KEY);
        sent.into_iter().map(|one| (one.headers, String::from_utf8(one.body).expect("JSON"))).collect()
    }

    fn gave_back(&self) -> i64 {
        self.bank().refunds.values().filter_map(|refund| refund["amount_money"]["amount"].as_i64()).sum()
    }

    fn follows(&self, now: i64) {
        self.bank().now = now;
    }
}

impl Pays for PayPalFake {
    fn settings() -> Value {
        json!({"client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "environment": "sandbox"})
    }

    fn pay_invoice_at(&self, url: &str) -> bool {
        invoice_on(url).and_then(|invoice| self.pay_invoice(&invoice, Card::Pays)) == Some(true)
    }

    fn breaks(&self, faults: &[Fault]) {
        self.break_next(faults.iter().copied());
    }

    fn messages_for(&self, _connection: &str) -> Vec<(Vec<(String, String)>, String)> {
        self.messages(0).into_iter().map(|one| (one.headers, String::from_utf8(one.body).expect("JSON"))).collect()
    }

    fn gave_back(&self) -> i64 {
        let bank = self.bank();
        bank.invoiced.keys().map(|capture| bank.returned(capture)).sum()
    }

    fn follows(&self, now: i64) {
        self.bank().now = now;
    }
}

async fn connected<F: Pays>(app: &TestApp) -> String {
    let made = app.post("/processors", json!({"kind": F::KIND, "settings": F::settings()})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!(tested["state"], "live", "{tested}");
    id(&made)
}

/// Everything it has to tell arrives twice and in the wrong order, and is followed.
async fn told<F: Pays>(app: &TestApp, fake: &F, prc: &str) {
    let mut messages = fake.messages_for(prc);
    messages.extend(messages.clone());
    messages.reverse();
    for (headers, body) in messages {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(app.send("POST", &format!("/hooks/{prc}"), &headers, body).await.status, 200);
    }
    app.work().await;
}

async fn wait<F: Pays>(app: &TestApp, fake: &F, advance: &str) {
    fake.follows(app.services().db.clock().now().0 / 1_000_000);
    app.post("/test/clock", json!({ "advance": advance })).await.json(200);
    fake.follows(app.services().db.clock().now().0 / 1_000_000);
    app.work().await;
}

async fn collects<F: Pays>(app: &TestApp, fake: &F) {
    let prc = connected::<F>(app).await;
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 35_550).await;
    let invoice = made(app, &order).await;
    assert_eq!(invoice["state"], "sent", "{invoice}");
    let first = invoice["url"].as_str().expect("its page").to_owned();
    // Mailed again where the processor does that, refused with its reason where not.
    let again = app.post(&format!("/remote-invoices/{}/send", id(&invoice)), json!({})).await;
    match F::KIND {
        "square" => drop(again.refused(409, "PROCESSOR_INCOMPATIBLE")),
        _ => assert_eq!(again.json(200)["state"], "sent"),
    }
    // A part comes by check: the first is canceled, the next asks for the rest.
    let check = json!({"customer": customer, "amount": 5_550, "currency": "USD", "order": order,
        "method": {"type": "external", "kind": "check"}});
    app.post("/payments", check).await.json(201);
    app.work().await;
    let all = app.get(&format!("/orders/{order}/remote-invoices")).await.json(200);
    assert_eq!((&all["data"][0]["state"], &all["data"][0]["amount"]), (&json!("sent"), &json!(30_000)), "{all}");
    assert!(!fake.pay_invoice_at(&first), "the first cannot be paid any more");
    assert!(fake.pay_invoice_at(all["data"][0]["url"].as_str().expect("its page")));
    told(app, fake, &prc).await;
    let paid = order_now(app, &order).await;
    assert_eq!((&paid["payment_state"], &paid["state"]), (&json!("paid"), &json!("confirmed")));
    assert_eq!(now(app, &all["data"][0]).await["state"], "paid");
    let money = payments(app, "succeeded").await;
    assert_eq!(money.len(), 2, "the check and one payment there, however often it was told");
    let payment = money.iter().find(|one| one["method"]["type"] == "remote_invoice").expect("the processor's");
    let refunds = format!("/payments/{}/refunds", id(payment));
    app.post(&refunds, json!({"amount": 1_000, "reason": "one chair less"})).await.json(201);
    app.work().await;
    told(app, fake, &prc).await;
    assert_eq!(
        app.get(&format!("/payments/{}", id(payment))).await.json(200)["refunded"],
        1_000,
        "once, however often it is told"
    );
    assert_eq!(fake.gave_back(), 1_000, "and it went back there");
}

/// Each of the calls that make and mail an invoice loses its answer once; afterwards there is one invoice, and it can be paid.
async fn survives<F: Pays>(app: &TestApp, fake: &F, calls: usize) {
    let prc = connected::<F>(app).await;
    let customer = app.customer("Fern & Field").await;
    for lost in 0..calls {
        let order = app.order(&customer, 10_000).await;
        let mut faults = vec![Fault::Slow(0); lost];
        faults.push(Fault::LoseAnswer);
        fake.breaks(&faults);
        let invoice = made(app, &order).await;
        for _ in 0..3 {
            wait(app, fake, "PT2H").await;
        }
        let known = now(app, &invoice).await;
        assert_eq!(known["state"], "sent", "answer {lost} was lost: {known}");
        assert!(fake.pay_invoice_at(known["url"].as_str().expect("its page")), "{lost}");
        told(app, fake, &prc).await;
        assert_eq!(order_now(app, &order).await["payment_state"], "paid", "{lost}");
    }
    assert_eq!(payments(app, "succeeded").await.len(), calls);
}

#[test]
fn stripe_collects_by_its_own_invoice() {
    TestApp::both_with(async |app, fake: &StripeFake| collects(app, fake).await);
}

#[test]
fn square_collects_by_its_own_invoice() {
    TestApp::both_with(async |app, fake: &SquareFake| collects(app, fake).await);
}

#[test]
fn paypal_collects_by_its_own_invoice() {
    TestApp::both_with(async |app, fake: &PayPalFake| collects(app, fake).await);
}

// Stripe: customer, draft, line, final, mail. Square: receiver, order, draft, publication. PayPal: search, draft, mail.
#[test]
fn stripe_loses_answers_and_no_invoice() {
    TestApp::both_with(async |app, fake: &StripeFake| survives(app, fake, 5).await);
}

#[test]
fn square_loses_answers_and_no_invoice() {
    TestApp::both_with(async |app, fake: &SquareFake| survives(app, fake, 4).await);
}

#[test]
fn paypal_loses_answers_and_no_invoice() {
    TestApp::both_with(async |app, fake: &PayPalFake| survives(app, fake, 3).await);
}

/// An order of 100.00, paid on an invoice of PayPal's.
struct Paid {
    prc: String,
    customer: String,
    order: String,
    invoice: Value,
    payment: String,
}

async fn paid(app: &TestApp, fake: &PayPalFake) -> Paid {
    let prc = connected::<PayPalFake>(app).await;
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 10_000).await;
    let invoice = made(app, &order).await;
    assert!(fake.pay_invoice_at(invoice["url"].as_str().expect("its page")));
    told(app, fake, &prc).await;
    let payment = id(&payments(app, "succeeded").await[0]);
    Paid { prc, customer, order, invoice, payment }
}

#[test]
fn a_paypal_invoice_is_given_back_in_parts_here_and_there_and_never_more_than_it_brought() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let Paid { prc, customer, invoice, payment, .. } = paid(app, fake).await;
        // PayPal tells no digits of a wallet: it is called by its name alone.
        let credits = app.all(&format!("/customers/{customer}/entries?side=credit&limit=50")).await;
        let said = credits[0]["description"].as_str().expect("a description");
        assert!(said.ends_with(", PayPal"), "{said}");
        let refunds = format!("/payments/{payment}/refunds");
        let refunded = async || app.get(&format!("/payments/{payment}")).await.json(200)["refunded"].as_i64().expect("an amount");

        // An answer that is lost is found by our key, and nothing goes back twice.
        fake.breaks(&[Fault::LoseAnswer]);
        let lost = app.post(&refunds, json!({"amount": 3_000, "reason": "one chair less"})).await.json(202);
        assert_eq!((&lost["state"], fake.gave_back(), refunded().await), (&json!("pending"), 3_000, 0));
        wait(app, fake, "PT2H").await;
        told(app, fake, &prc).await;
        assert_eq!((fake.gave_back(), refunded().await), (3_000, 3_000));

        // Some goes back on PayPal's own pages: the invoice says so, and so do the books.
        let capture = fake.bank().invoiced.keys().next().expect("it was paid").clone();
        assert!(fake.refund_elsewhere(&capture, &json!({"currency_code": "USD", "value": "5.00"})));
        told(app, fake, &prc).await;
        assert_eq!(refunded().await, 3_500);
        let over = app.post(&refunds, json!({"amount": 6_501, "reason": "too much"})).await.refused(409, "NOTHING_REFUNDABLE");
        assert_eq!(over["refundable"], 6_500);
        app.post(&refunds, json!({"amount": 6_500, "reason": "the rest"})).await.json(201);
        told(app, fake, &prc).await;
        assert_eq!((fake.gave_back(), refunded().await), (10_000, 10_000));
        assert_eq!(now(app, &invoice).await["state"], "paid", "it was paid, whatever went back since");
    });
}

/// PayPal names the payment behind the invoice, and the books know it by the invoice.
#[test]
fn a_dispute_about_paypals_own_invoice_is_followed_to_its_end_and_beyond() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        let Paid { prc, order, payment, .. } = paid(app, fake).await;
        let stands = async || {
            let seen = app.get(&format!("/payments/{payment}")).await.json(200);
            let due = order_now(app, &order).await["amount_due"].clone();
            (seen["dispute"].clone(), seen["disputed"].clone(), seen["returned"].clone(), due)
        };
        let at_paypal = fake.bank().invoices.keys().next().expect("it was made").clone();
        fake.bank().dispute_on(&at_paypal);
        told(app, fake, &prc).await;
        assert_eq!(stands().await, (json!("opened"), json!(true), json!(false), json!(0)));
        let refund = json!({"amount": 100, "reason": "Goodwill"});
        app.post(&format!("/payments/{payment}/refunds"), refund.clone()).await.refused(409, "DISPUTED");
        for (outcome, then) in [
            ("RESOLVED_BUYER_FAVOUR", (json!("lost"), json!(true), json!(true), json!(10_000))),
            ("RESOLVED_SELLER_FAVOUR", (json!("won"), json!(false), json!(false), json!(0))),
        ] {
            fake.decide_dispute(&at_paypal, outcome);
            told(app, fake, &prc).await;
            wait(app, fake, "PT2M").await;
            assert_eq!(stands().await, then, "{outcome}");
        }
        app.post(&format!("/payments/{payment}/refunds"), refund).await.json(201);
        app.work().await;
        assert_eq!(fake.gave_back(), 100);
    });
}
