//! What processors send to the bank: read by itself, held against the payments it is made of, and never counted twice.

use books::calendar::parse_day;
use books::ids::ConnectionId;
use books::money::{Currency, Money};
use engine::flows::call::Call;
use engine::flows::note_payout::note_payout;
use processors::sandbox::CardEntry;
use serde_json::{Value, json};

use super::refunds::paid_online;
use crate::admin::browser::Browser;
use crate::kit::TestApp;

async fn wait(app: &TestApp, advance: &str) {
    app.post("/test/clock", json!({ "advance": advance })).await.json(200);
    app.work().await;
}

async fn in_full(app: &TestApp, payout: &Value) -> Value {
    app.get(&format!("/payouts/{}", payout["id"].as_str().expect("an id"))).await.json(200)
}

/// What the journal of a payout does to one account: debits less credits.
fn moved(payout: &Value, account: &str) -> i64 {
    let lines = payout["journal"].as_array().expect("a journal").iter().filter(|line| line["account"] == account);
    lines.map(|line| line["debit"].as_i64().expect("minor") - line["credit"].as_i64().expect("minor")).sum()
}

#[test]
fn a_payout_is_read_by_itself_with_its_fees_and_its_payments() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (_, _, payment) = paid_online(app, "4242424242424242").await;
        assert_eq!(app.all("/payouts?limit=9").await, Vec::<Value>::new(), "nothing arrives at once");
        wait(app, "P3D").await;
        wait(app, "PT1H").await;
        let listed = app.all("/payouts?limit=9").await;
        assert_eq!(listed.len(), 1, "listed often, kept once: {listed:?}");
        let row = &listed[0];
        assert_eq!((&row["gross"], &row["fees"], &row["net"]), (&json!(10_000), &json!(320), &json!(9_680)));
        assert_eq!((&row["reconciled"], &row["in_suspense"], &row["processor"]), (&json!(true), &json!(0), &json!(prc)));
        let full = in_full(app, row).await;
        assert_eq!(full["lines"], json!([{"charge": full["lines"][0]["charge"], "payment": payment, "amount": 10_000}]));
        assert_eq!((moved(&full, "bank"), moved(&full, "processor_fees")), (9_680, 320));
        assert_eq!((moved(&full, "clearing:sandbox"), moved(&full, "suspense")), (-10_000, 0));

        let browser = Browser::owner(app).await;
        let page = browser.page("/admin/payouts").await;
        assert!(page.contains("$96.80"), "{page}");
        assert!(page.contains("Reconciled") && page.contains("$0.00"), "nothing is left with Sandbox: {page}");
        let one = browser.page(&format!("/admin/payouts/{}", row["id"].as_str().expect("an id"))).await;
        assert!(one.contains("Arrived at the bank") && one.contains(&format!("/admin/payments/{payment}")), "{one}");
        assert!(browser.page(&format!("/admin/payments/{payment}")).await.contains("Paid out"), "the payment says when");
        let table = browser.page("/admin/payouts?format=csv").await;
        assert!(table.contains("100.00,3.20,96.80,0.00,0.00,USD,yes"), "{table}");
    });
}

#[test]
fn what_was_refunded_after_its_payout_is_taken_back() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (_, _, payment) = paid_online(app, "4242424242424242").await;
        wait(app, "P3D").await;
        app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 4_000, "reason": "Sent back"})).await.json(201);
        wait(app, "P3D").await;
        let listed = app.all("/payouts?limit=9").await;
        assert_eq!(listed.iter().map(|row| row["net"].as_i64().expect("minor")).collect::<Vec<_>>(), [-4_000, 9_680]);
        let back = in_full(app, &listed[0]).await;
        assert_eq!((moved(&back, "bank"), moved(&back, "clearing:sandbox")), (-4_000, 4_000));
        assert_eq!(back["lines"][0]["payment"], json!(payment));
    });
}

#[test]
fn lists_of_payouts_are_filtered_paged_and_strict() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        for _ in 0..3 {
            paid_online(app, "4242424242424242").await;
        }
        wait(app, "P3D").await;
        assert_eq!(app.all("/payouts?limit=1").await.len(), 3, "page by page");
        assert_eq!(app.all(&format!("/payouts?processor={prc}&reconciled=true")).await.len(), 3);
        assert_eq!(app.all("/payouts?reconciled=false").await.len(), 0);
        let day = app.all("/payouts").await[0]["arrived_on"].as_str().expect("a day").to_owned();
        assert_eq!(app.all(&format!("/payouts?from={day}&to={day}")).await.len(), 3);
        assert_eq!(app.all("/payouts?to=2025-12-31").await.len(), 0);
        assert_eq!(app.all("/payouts?from=2027-01-01").await.len(), 0);
        app.get("/payouts?from=yesterday").await.refused(422, "INVALID");
        app.get("/payouts?wanted=all").await.refused(400, "MALFORMED");
        app.get("/payouts/pto_01h455vb4pex5vsknk084sn02q").await.refused(404, "NOT_FOUND");
    });
}

/// A listing that names one charge, of which 100.00 was taken and 3.00 kept.
fn listing(charge: &str) -> processors::Payout {
    let usd = |minor| Money::new(minor, Currency::from_code("USD").expect("a currency"));
    processors::Payout {
        id: "po_early".to_owned(),
        net: usd(9_700),
        fees: usd(300),
        kept: usd(0),
        arrived_on: parse_day("2026-01-17").expect("a day"),
        lines: vec![processors::PayoutLine { charge: charge.to_owned(), attempt: None, amount: usd(10_000) }],
    }
}

#[test]
fn a_stranger_waits_in_suspense_until_its_payment_is_learned_of() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let page = app.page_of_link(request["url"].as_str().expect("a URL")).await;
        let id = page.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
        let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
        app.bank().await.pay_checkout(&id, &entry, app.services().db.clock().now()).await.expect("the bank answers");
        // Sandbox has taken it and we have not been told.
        let charges = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200);
        let charge = charges["data"][0]["id"].as_str().expect("an id").to_owned();

        let connection: ConnectionId = prc.parse().expect("an id");
        let call = Call::system(app.business, "a listing");
        for _ in 0..2 {
            note_payout(app.services(), &call, connection, &listing(&charge)).await.expect("it is kept");
        }
        let row = app.all("/payouts?reconciled=false").await.remove(0);
        assert_eq!((&row["gross"], &row["in_suspense"]), (&json!(10_000), &json!(10_000)));
        let full = in_full(app, &row).await;
        assert_eq!((moved(&full, "suspense"), moved(&full, "clearing:sandbox")), (-10_000, 0));
        app.check_books().await;
        let browser = Browser::owner(app).await;
        let one = browser.page(&format!("/admin/payouts/{}", row["id"].as_str().expect("an id"))).await;
        assert!(one.contains("1 charge is of no payment in these books") && one.contains("Not in these books"), "{one}");
        assert!(browser.page("/admin").await.contains("that is of no payment here"), "the first page names it");
        assert!(browser.page("/admin/payouts?filter=differs").await.contains("To look at"));

        app.work().await;
        note_payout(app.services(), &call, connection, &listing(&charge)).await.expect("it is kept");
        let full = in_full(app, &row).await;
        assert_eq!((&full["reconciled"], &full["in_suspense"]), (&json!(true), &json!(0)));
        assert_eq!((moved(&full, "suspense"), moved(&full, "clearing:sandbox")), (0, -10_000));
        assert_eq!(app.all("/events?kind=payout_matched").await.len(), 1);

        let mut mixed = listing(&charge);
        mixed.id = "po_mixed".to_owned();
        mixed.fees = Money::new(300, Currency::from_code("EUR").expect("a currency"));
        note_payout(app.services(), &call, connection, &mixed).await.expect_err("several currencies");
        assert_eq!(app.all("/payouts").await.len(), 1, "nothing of it was kept");
    });
}

#[test]
fn what_is_of_no_charge_is_called_what_it_is_and_what_stays_stays_in_clearing() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let usd = |minor| Money::new(minor, Currency::from_code("USD").expect("a currency"));
        let line = |charge: String, minor| processors::PayoutLine { charge, attempt: None, amount: usd(minor) };
        let lines = vec![
            line(format!("{}po_1", processors::BALANCE_BEFORE), 9_000),
            line(format!("{}po_1", processors::NOT_LISTED), 500),
            line("ch_elsewhere".to_owned(), 700),
        ];
        let listed = processors::Payout { net: usd(8_500), fees: usd(200), kept: usd(1_500), lines, ..listing("none") };
        let call = Call::system(app.business, "a listing");
        note_payout(app.services(), &call, prc.parse().expect("an id"), &listed).await.expect("it is kept");
        let row = app.all("/payouts?reconciled=false").await.remove(0);
        assert_eq!((&row["gross"], &row["kept"], &row["in_suspense"]), (&json!(8_700), &json!(1_500), &json!(10_200)));
        let full = in_full(app, &row).await;
        assert_eq!((moved(&full, "clearing:sandbox"), moved(&full, "suspense")), (1_500, -10_200));
        let browser = Browser::owner(app).await;
        let page = browser.page(&format!("/admin/payouts/{}", row["id"].as_str().expect("an id"))).await;
        for said in [
            "Balance from before",
            "$90.00 was there before Owed first looked.",
            "Not in the processor&#39;s list",
            "$5.00 moved without being listed.",
            "1 charge is of no payment in these books: $7.00 in all.",
            "Stays there",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let mut apart = listed;
        (apart.id, apart.kept) = ("po_apart".to_owned(), Money::new(1, Currency::from_code("EUR").expect("a currency")));
        note_payout(app.services(), &call, prc.parse().expect("an id"), &apart).await.expect_err("several currencies");
        app.check_books().await;
    });
}
