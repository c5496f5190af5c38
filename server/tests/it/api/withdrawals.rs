//! What goes to the bank from PayPal's balance and from Authorize.Net's nights, over HTTP to their fakes: parts that stay, refunds,
//! strangers, what the bank takes back, and a right that nobody granted.

use fakes::authorize_net::{AuthorizeNetFake, LOGIN};
use fakes::paypal::{CLIENT, PayPalFake, WEBHOOK, order_on};
use fakes::stripe::Card;
use serde_json::{Value, json};

use crate::admin::browser::Browser;
use crate::kit::TestApp;

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

async fn connected(app: &TestApp, kind: &str, settings: Value) -> String {
    let made = app.post("/processors", json!({"kind": kind, "settings": settings})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!(tested["state"], "live", "{tested}");
    id(&made)
}

fn paypal_settings() -> Value {
    json!({"client_id": CLIENT.0, "client_secret": CLIENT.1, "webhook_id": WEBHOOK, "environment": "sandbox"})
}

/// A customer pays a balance of so much on PayPal's page. Answers the payment.
async fn paid(app: &TestApp, fake: &PayPalFake, amount: i64) -> String {
    let customer = app.customer("Fern & Field").await;
    app.order(&customer, amount).await;
    let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
    let page = app.page_of_link(link["url"].as_str().expect("a URL")).await;
    fake.approve(&order_on(&page), Card::Pays).expect("it is open");
    wait(app, fake, "PT2M", 120).await;
    id(&app.all(&format!("/payments?customer={customer}&state=succeeded")).await[0])
}

/// Both clocks move.
async fn wait(app: &TestApp, fake: &PayPalFake, advance: &str, seconds: i64) {
    fake.bank().now += seconds;
    app.post("/test/clock", json!({"advance": advance})).await.json(200);
    app.work().await;
}

/// What the journal of a payout does to one account: debits less credits.
fn moved(payout: &Value, account: &str) -> i64 {
    let lines = payout["journal"].as_array().expect("a journal").iter().filter(|line| line["account"] == account);
    lines.map(|line| line["debit"].as_i64().expect("minor") - line["credit"].as_i64().expect("minor")).sum()
}

fn figures(payout: &Value) -> [i64; 5] {
    ["gross", "fees", "net", "kept", "in_suspense"]
        .map(|name| payout[name].as_i64().unwrap_or_else(|| panic!("{name}: {payout}")))
}

/// One payout in full, of those that are listed.
async fn of_remote(app: &TestApp, remote: &str) -> Value {
    let all = app.all("/payouts?limit=50").await;
    let row = all.iter().find(|row| row["remote_id"] == remote).unwrap_or_else(|| panic!("{remote} of {all:?}"));
    app.get(&format!("/payouts/{}", id(row))).await.json(200)
}

#[test]
fn what_stays_at_paypal_stays_in_clearing_until_it_is_withdrawn() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        connected(app, "paypal", paypal_settings()).await;
        let first = paid(app, fake, 10_000).await;
        app.post(&format!("/payments/{first}/refunds"), json!({"amount": 2_000, "reason": "one item returned"})).await.json(201);
        app.work().await;
        let some = fake.bank().withdraw("USD", 5_000);
        wait(app, fake, "PT1H", 3_600).await;
        let payout = of_remote(app, &some).await;
        assert_eq!(figures(&payout), [5_320, 320, 5_000, 2_680, 0]);
        assert_eq!(payout["reconciled"], true);
        assert_eq!(payout["lines"], json!([{"charge": payout["lines"][0]["charge"], "payment": first, "amount": 8_000}]));
        assert_eq!((moved(&payout, "bank"), moved(&payout, "processor_fees")), (5_000, 320));
        assert_eq!((moved(&payout, "clearing:paypal"), moved(&payout, "suspense")), (-5_320, 0));
        let browser = Browser::owner(app).await;
        let list = browser.page("/admin/payouts").await;
        assert!(list.contains("With PayPal") && list.contains("$26.80"), "what PayPal has is in clearing: {list}");
        let page = browser.page(&format!("/admin/payouts/{}", id(&payout))).await;
        assert!(page.contains("Stays there") && page.contains("$26.80") && page.contains("$80.00"), "{page}");
        let table = browser.page("/admin/payouts?format=csv").await;
        assert!(
            table.contains("gross,fees,net,kept,in_suspense") && table.contains("53.20,3.20,50.00,26.80,0.00,USD,yes"),
            "{table}"
        );

        // The rest goes out with the next payment, and with money that nobody here knows.
        paid(app, fake, 3_000).await;
        let stranger = fake.bank().receive("USD", 500);
        let rest = fake.bank().balance("USD");
        let all = fake.bank().withdraw("USD", rest);
        wait(app, fake, "PT1H", 3_600).await;
        let payout = of_remote(app, &all).await;
        assert_eq!(figures(&payout), [6_180, 117, 6_063, -2_680, 500]);
        assert_eq!((moved(&payout, "clearing:paypal"), moved(&payout, "suspense")), (-5_680, -500));
        let browser = Browser::owner(app).await;
        let page = browser.page(&format!("/admin/payouts/{}", id(&payout))).await;
        assert!(page.contains("1 charge is of no payment") && page.contains(&stranger), "{page}");
        assert!(browser.page("/admin/payouts").await.contains("$0.00"), "nothing is left at PayPal");

        // What was refunded in a later time than its payment takes from that payment.
        app.post(&format!("/payments/{first}/refunds"), json!({"amount": 1_000, "reason": "another one"})).await.json(201);
        fake.bank().sweep();
        wait(app, fake, "PT1H", 3_600).await;
        let back = app.all("/payouts?limit=50").await.into_iter().find(|row| row["net"] == -1_000).expect("it is fetched");
        let back = app.get(&format!("/payouts/{}", id(&back))).await.json(200);
        assert_eq!((&back["lines"][0]["payment"], &back["lines"][0]["amount"]), (&json!(first), &json!(-1_000)));
        assert_eq!(app.all("/payouts?limit=50").await.len(), 3, "each is kept once");
        app.check_books().await;
    });
}

#[test]
fn a_right_that_paypal_was_not_asked_for_is_told_and_stands_in_nobodys_way() {
    TestApp::both_with(async |app, fake: &PayPalFake| {
        fake.bank().record.refused = true;
        let made = app.post("/processors", json!({"kind": "paypal", "settings": paypal_settings()})).await.json(201);
        let prc = id(&made);
        let tested = app.post(&format!("/processors/{prc}/test"), json!({})).await.json(200);
        assert_eq!(tested["state"], "live", "it can be paid through all the same");
        paid(app, fake, 10_000).await;
        fake.bank().withdraw("USD", 9_000);
        wait(app, fake, "PT1H", 3_600).await;
        let shown = app.get(&format!("/processors/{prc}")).await.json(200);
        let since = shown["payouts_trouble_since"].clone();
        assert!(
            shown["payouts_trouble"].as_str().is_some_and(|why| why.contains("Transaction search")) && since.is_string(),
            "{shown}"
        );
        let browser = Browser::owner(app).await;
        for path in ["/admin/settings/processors", "/admin/payouts"] {
            assert!(browser.page(path).await.contains("tick Transaction search among its features"), "{path}");
        }
        assert!(!browser.page("/admin").await.contains("cannot be read"), "not on the first day");
        let mails = app.all("/mails?limit=200").await.len();
        wait(app, fake, "P1D", 86_400).await;
        let browser = Browser::owner(app).await;
        assert!(browser.page("/admin").await.contains("The payouts of PayPal cannot be read."), "a day later it is named");
        assert_eq!(app.get(&format!("/processors/{prc}")).await.json(200)["payouts_trouble_since"], since, "since then");
        assert_eq!(app.all("/mails?limit=200").await.len(), mails, "nobody is written to about it");

        // It is granted: what was sent meanwhile is read, and nobody is told of it any more.
        fake.bank().record.refused = false;
        wait(app, fake, "PT1H", 3_600).await;
        assert_eq!(app.all("/payouts").await[0]["net"], 9_000);
        let shown = app.get(&format!("/processors/{prc}")).await.json(200);
        assert_eq!((&shown["payouts_trouble"], &shown["payouts_trouble_since"]), (&Value::Null, &Value::Null));
        assert!(!Browser::owner(app).await.page("/admin/payouts").await.contains("cannot be read"));

        // It is taken away again, and whoever does not want payouts read says so.
        fake.bank().record.refused = true;
        wait(app, fake, "PT1H", 3_600).await;
        let browser = Browser::owner(app).await;
        assert!(browser.page("/admin/payouts").await.contains("cannot be read"));
        browser
            .does(
                &format!("/admin/settings/processors/{prc}"),
                &[("name", "PayPal"), ("client_id", CLIENT.0), ("payouts", "not_read")],
            )
            .await;
        wait(app, fake, "PT1H", 3_600).await;
        let shown = app.get(&format!("/processors/{prc}")).await.json(200);
        assert_eq!((&shown["payouts_trouble"], &shown["capabilities"]["payouts"]), (&Value::Null, &json!(false)), "{shown}");
    });
}

#[test]
fn a_night_of_authorize_net_reaches_the_bank_whole() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let settings = json!({"login_id": LOGIN.0, "transaction_key": LOGIN.1, "environment": "sandbox"});
        let prc = connected(app, "authorize_net", settings).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 14_000).await;
        let keep = json!({"processor": prc, "token": fake.nonce(Card::Pays)});
        let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
        let charge = |amount: i64| json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "saved", "id": method["id"]}});
        let kept = id(&app.post("/payments", charge(10_000)).await.json(201));
        let lost = id(&app.post("/payments", charge(4_000)).await.json(201));
        let night = async |nights: i64| {
            fake.bank().pass(nights * 86_400);
            app.post("/test/clock", json!({"advance": format!("P{nights}D")})).await.json(200);
            app.work().await;
        };
        night(1).await;
        let batch = app.all("/payouts?limit=50").await.remove(0);
        assert_eq!((figures(&batch), &batch["reconciled"]), ([14_000, 0, 14_000, 0, 0], &json!(true)));
        let batch = app.get(&format!("/payouts/{}", id(&batch))).await.json(200);
        assert_eq!((moved(&batch, "bank"), moved(&batch, "clearing:authorize_net")), (14_000, -14_000));

        // A refund is of the next night; what a payer's bank takes back is told beside its own.
        app.post(&format!("/payments/{kept}/refunds"), json!({"amount": 1_200, "reason": "one item returned"})).await.json(201);
        let disputed = fake.bank().transactions.iter().find(|it| it.settles == 4_000).map(|it| it.id.to_string());
        fake.bank().dispute(&disputed.expect("it was charged"));
        night(1).await;
        let all = app.all("/payouts?limit=50").await;
        let net = |payout: &Value| payout["net"].as_i64().expect("minor");
        let mut sums: Vec<i64> = all.iter().map(net).collect();
        sums.sort_unstable();
        assert_eq!(sums, [-4_000, -1_200, 14_000], "{all:?}");
        for (minor, payment) in [(-1_200, &kept), (-4_000, &lost)] {
            let row = all.iter().find(|row| net(row) == minor).expect("it is there");
            assert_eq!(app.get(&format!("/payouts/{}", id(row))).await.json(200)["lines"][0]["payment"], json!(payment));
        }
        let browser = Browser::owner(app).await;
        let list = browser.page("/admin/payouts").await;
        assert!(list.contains("With Authorize.Net") && list.contains("$0.00") && !list.contains("To look at</span>"), "{list}");
        night(3).await;
        assert_eq!(app.all("/payouts?limit=50").await.len(), 3, "each is kept once");
        app.check_books().await;
    });
}
