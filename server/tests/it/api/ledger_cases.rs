//! The worked numbers of the ledger, through the API: each a story with what it must come to. Cases whose acts are refunds and
//! invoices stand with those.

use std::collections::BTreeSet;

use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use super::invoices;
use crate::kit::{ADDRESS, TestApp};

#[test]
fn every_worked_number_has_its_test() {
    let sources = [include_str!("ledger_cases.rs"), include_str!("invoices.rs"), include_str!("credit_notes.rs")];
    let named = sources.iter().flat_map(|source| source.lines()).filter_map(|line| line.strip_prefix("fn case_"));
    let numbers = named.flat_map(|name| name.split('_').take_while(|word| *word == "and" || word.parse::<u32>().is_ok()));
    let proven: BTreeSet<u32> = numbers.filter_map(|word| word.parse().ok()).collect();
    let worked = [1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 14, 16, 17, 19, 22, 23, 24, 26, 28, 29, 30];
    assert_eq!(proven, BTreeSet::from(worked));
}

async fn amend(app: &TestApp, order: &str, body: Value) -> Value {
    app.post(&format!("/orders/{order}/amendments"), body).await.json(201)
}

fn added(amount: i64) -> Value {
    json!({"reason": "items_added", "lines": [{"kind": "item", "description": "More", "quantity": 1, "unit_amount": amount}]})
}

async fn pay(app: &TestApp, customer: &str, order: Option<&str>, amount: i64) -> Value {
    let body = json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "external", "kind": "cash"}});
    app.post("/payments", body).await.json(201)
}

async fn balance(app: &TestApp, customer: &str) -> i64 {
    app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].as_i64().expect("a balance")
}

/// total, paid, due
async fn figures(app: &TestApp, order: &str) -> [i64; 3] {
    let order = app.get(&format!("/orders/{order}")).await.json(200);
    ["total", "paid", "amount_due"].map(|name| order[name].as_i64().expect("an amount"))
}

#[test]
fn case_1_and_2_a_deposit_an_amendment_and_a_removal() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let lines = json!([
            {"kind": "item", "description": "Table", "quantity": 1, "unit_amount": 38_000},
            {"kind": "item", "description": "Bench", "quantity": 1, "unit_amount": 10_000},
        ]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": lines}))
            .await
            .json(201);
        let bench = order["lines"][1]["id"].clone();
        let order = order["id"].as_str().expect("an id").to_owned();
        pay(app, &customer, Some(&order), 20_000).await;
        assert_eq!(figures(app, &order).await, [48_000, 20_000, 28_000]);
        amend(app, &order, added(7_550)).await;
        assert_eq!(figures(app, &order).await, [55_550, 20_000, 35_550]);
        assert_eq!(balance(app, &customer).await, -35_550);
        pay(app, &customer, Some(&order), 35_550).await;
        let amended = amend(app, &order, json!({"reason": "correction", "remove": [bench]})).await;
        assert_eq!(figures(app, &order).await, [45_550, 45_550, 0]);
        assert_eq!((&amended["overpaid"], balance(app, &customer).await), (&json!(10_000), 10_000));
        let payments = app.all(&format!("/payments?customer={customer}")).await;
        let rest = payments.iter().find(|payment| payment["amount"] == 35_550).expect("the second payment")["id"].clone();
        let back = json!({"amount": 10_000, "reason": "Not delivered"});
        app.post(&format!("/payments/{}/refunds", rest.as_str().expect("an id")), back).await.json(201);
        assert_eq!((balance(app, &customer).await, figures(app, &order).await), (0, [45_550, 45_550, 0]));
    });
}

#[test]
fn case_3_what_is_added_and_removed_again_leaves_nothing() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        let line = amend(app, &order, added(7_550)).await["lines"][1]["id"].clone();
        amend(app, &order, json!({"reason": "correction", "remove": [line]})).await;
        assert_eq!(figures(app, &order).await, [48_000, 0, 48_000]);
        assert_eq!(balance(app, &customer).await, -48_000);
        let explained = app.get(&format!("/customers/{customer}/explain")).await.json(200);
        assert_eq!(explained["free_credits"], json!([]));
        assert_eq!(app.all("/payments?limit=50").await.len(), 0);
    });
}

#[test]
fn case_4_displaced_money_goes_to_the_same_order_first() {
    TestApp::both(async |app| {
        app.post("/settings", json!({"apply_credit": false})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let lines = json!([
            {"kind": "item", "description": "Table", "quantity": 1, "unit_amount": 38_000},
            {"kind": "item", "description": "Bench", "quantity": 1, "unit_amount": 10_000},
        ]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": lines}))
            .await
            .json(201);
        let bench = order["lines"][1]["id"].clone();
        let order = order["id"].as_str().expect("an id").to_owned();
        pay(app, &customer, Some(&order), 48_000).await;
        amend(app, &order, added(7_550)).await;
        let amended = amend(app, &order, json!({"reason": "correction", "remove": [bench]})).await;
        assert_eq!((figures(app, &order).await[2], &amended["overpaid"]), (0, &json!(2_450)));
        assert_eq!(balance(app, &customer).await, 2_450);
    });
}

#[test]
fn case_7_money_for_an_order_that_became_cheaper_meanwhile() {
    use engine::flows::open_link::{Opened, open_link};
    use engine::flows::start_checkout::{Next, start_checkout};
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 25_550).await;
        let line = amend(app, &order, added(10_000)).await["lines"][1]["id"].clone();
        let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        let url = request["url"].as_str().expect("a URL");
        let token = url.strip_prefix(&format!("{ADDRESS}/p/")).expect("a payer's address");
        let opened = open_link(&app.services().db, token, "a visitor", true, "test").await.expect("it can be looked up");
        let Opened::Live(link) = opened else { panic!("{url} is not live") };
        let next = start_checkout(app.services(), &link, None, "test").await.expect("a page");
        let Next::Page(page) = next else { panic!("a page was expected, not {next:?}") };
        // The page stands open at 355.50 while the order is made cheaper; the payer is faster than what would close it.
        amend(app, &order, json!({"reason": "correction", "remove": [line]})).await;
        let id: PageId = page.rsplit('/').next().expect("the page's id").parse().expect("the id of a page");
        let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
        let step = app.bank().await.pay_checkout(&id, &entry, app.services().db.clock().now()).await.expect("it answers");
        assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
        app.work().await;
        assert_eq!(figures(app, &order).await, [25_550, 25_550, 0]);
        assert_eq!(balance(app, &customer).await, 10_000);
        let request = app.get(&format!("/requests/{}", request["id"].as_str().expect("an id"))).await.json(200);
        assert_eq!((&request["state"], &request["amount"]), (&json!("paid"), &json!(35_550)));
    });
}

#[test]
fn case_11_money_on_account_pays_the_next_order() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let payment = pay(app, &customer, None, 70_000).await;
        assert_eq!(payment["unapplied"], 70_000);
        let order = app.order(&customer, 100_000).await;
        assert_eq!(figures(app, &order).await, [100_000, 70_000, 30_000]);
        let id = payment["id"].as_str().expect("an id");
        let applied = app.get(&format!("/payments/{id}")).await.json(200);
        assert_eq!((&applied["unapplied"], &applied["allocations"][0]["order"]), (&json!(0), &json!(order)));
    });
}

#[test]
fn case_12_too_much_is_refunded_and_nothing_is_owed_again() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = invoices::issued(app, &customer, 10_000).await;
        let paid = invoices::pay(app, &customer, json!({"invoice": invoice}), 13_000).await;
        assert_eq!((invoices::figures(app, &invoice).await.1[4], balance(app, &customer).await), (0, 3_000));
        let back = json!({"amount": 3_000, "reason": "Paid twice"});
        app.post(&format!("/payments/{}/refunds", invoices::id(&paid)), back).await.json(201);
        assert_eq!((invoices::figures(app, &invoice).await.1[4], balance(app, &customer).await), (0, 0));
    });
}

#[test]
fn case_22_reversing_what_was_paid_and_what_was_applied() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/entries");
        let charge = json!({"side": "charge", "amount": 15_000, "currency": "USD", "description": "Extra work"});
        let charge = app.post(&path, charge).await.json(201)["id"].as_str().expect("an id").to_owned();
        pay(app, &customer, None, 15_000).await;
        app.post(&format!("/entries/{charge}/reverse"), json!({"reason": "Entered twice"})).await.json(201);
        let entry = app.get(&format!("/entries/{charge}")).await.json(200);
        assert_eq!((balance(app, &customer).await, &entry["open"]), (15_000, &json!(0)));

        let other = app.customer("Moss").await;
        let path = format!("/customers/{other}/entries");
        let charge =
            app.post(&path, json!({"side": "charge", "amount": 5_000, "currency": "USD", "description": "Work"})).await.json(201);
        let credit = app
            .post(&path, json!({"side": "credit", "amount": 5_000, "currency": "USD", "description": "Goodwill"}))
            .await
            .json(201);
        let credit = credit["id"].as_str().expect("an id");
        app.post(&format!("/entries/{credit}/reverse"), json!({"reason": "Not agreed"})).await.json(201);
        let charge = app.get(&format!("/entries/{}", charge["id"].as_str().expect("an id"))).await.json(200);
        assert_eq!((&charge["open"], &charge["status"], balance(app, &other).await), (&json!(5_000), &json!("open"), -5_000));
    });
}

#[test]
fn case_23_a_small_difference_goes_with_the_debit_that_is_returned() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        app.post("/settings", json!({"tolerance": 5})).await.json(200);
        // A bank account whose debits settle after three days and come back after five.
        let (customer, method) = super::methods::with_card(app, &prc, "000222222227").await;
        let invoice = invoices::issued(app, &customer, 10_000).await;
        let debit = json!({"customer": customer, "amount": 9_997, "currency": "USD", "invoice": invoice,
            "method": {"type": "saved", "id": method}});
        assert_eq!(app.post("/payments", debit).await.json(202)["state"], "pending");
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        assert_eq!(invoices::figures(app, &invoice).await, ("paid".to_owned(), [10_000, 9_997, 0, 3, 0]));
        app.post("/test/clock", json!({"advance": "P3D"})).await.json(200);
        assert_eq!(invoices::figures(app, &invoice).await, ("open".to_owned(), [10_000, 0, 0, 0, 10_000]));
        assert_eq!(balance(app, &customer).await, -10_000);
    });
}

#[test]
fn case_26_a_link_asks_for_what_credit_leaves() {
    TestApp::both(async |app| {
        app.sandbox().await;
        app.post("/settings", json!({"apply_credit": false})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        pay(app, &customer, None, 10_000).await;
        let order = app.order(&customer, 48_000).await;
        assert_eq!(figures(app, &order).await, [48_000, 0, 48_000]);
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        let id = link["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/links/{id}/explain")).await.json(200)["amount_due"], 38_000);
        app.pay_by_link(link["url"].as_str().expect("a URL"), "4242424242424242").await;
        assert_eq!(figures(app, &order).await, [48_000, 48_000, 0]);
        assert_eq!(balance(app, &customer).await, 0);
    });
}

#[test]
fn case_26_money_that_names_nothing_pays_what_is_due_first_whatever_is_set() {
    TestApp::both(async |app| {
        app.sandbox().await;
        app.post("/settings", json!({"apply_credit": false})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let (first, second) = (app.order(&customer, 30_000).await, app.order(&customer, 20_000).await);
        pay(app, &customer, None, 10_000).await;
        assert_eq!(figures(app, &first).await, [30_000, 10_000, 20_000]);
        let link = app.post(&format!("/customers/{customer}/links"), json!({"policy": "any"})).await.json(201);
        app.pay_by_link(link["url"].as_str().expect("a URL"), "4242424242424242").await;
        assert_eq!((figures(app, &first).await[2], figures(app, &second).await[2]), (0, 0));
        // Credit by hand waits for staff.
        let third = app.order(&customer, 5_000).await;
        let credit = json!({"side": "credit", "amount": 4_000, "currency": "USD", "description": "Sorry"});
        app.post(&format!("/customers/{customer}/entries"), credit).await.json(201);
        assert_eq!((figures(app, &third).await[2], balance(app, &customer).await), (5_000, -1_000));
    });
}

#[test]
fn case_28_tax_is_shown_to_the_cent() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let lines = json!([{"kind": "item", "description": "Chair", "quantity": 1, "unit_amount": 10_000, "tax_rate": "8.25"}]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": lines}))
            .await
            .json(201);
        assert_eq!((&order["total"], &order["taxes"]), (&json!(10_825), &json!([{"rate": "8.25", "net": 10_000, "tax": 825}])));
        let id = order["id"].as_str().expect("an id");
        amend(app, id, json!({"reason": "correction", "remove": [order["lines"][0]["id"]]})).await;
        let entries = app.all(&format!("/customers/{customer}/entries?limit=50")).await;
        assert_eq!(
            (&entries[0]["kind"], &entries[0]["amount"], balance(app, &customer).await),
            (&json!("amendment"), &json!(10_825), 0)
        );
    });
}

#[test]
fn case_29_what_is_entered_later_counts_on_its_day_unless_it_is_locked() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let charge = json!({"side": "charge", "amount": 10_000, "currency": "USD", "description": "January", "effective_on": "2026-01-10", "due_on": "2026-01-31"});
        app.post(&format!("/customers/{customer}/entries"), charge).await.json(201);
        let as_at = async |day: &str| {
            app.get(&format!("/customers/{customer}?as_of={day}")).await.json(200)["balances"][0]["balance"].clone()
        };
        app.post("/test/clock", json!({"advance": "P17D"})).await.json(200);
        assert_eq!(as_at("2026-01-31").await, -10_000, "asked on 1 February");
        app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
        let late = json!({"customer": customer, "amount": 10_000, "currency": "USD", "method": {"type": "external", "kind": "check", "received_on": "2026-01-25"}});
        app.post("/settings", json!({"locked_through": "2026-01-31"})).await.json(200);
        app.post("/payments", late.clone()).await.refused(409, "PERIOD_LOCKED");
        app.post("/settings", json!({"locked_through": null})).await.json(200);
        app.post("/payments", late).await.json(201);
        assert_eq!(
            (as_at("2026-01-31").await, as_at("2026-01-24").await, as_at("2026-01-09").await),
            (json!(0), json!(-10_000), json!(0))
        );
        assert_eq!(app.get("/reports/ageing?as_of=2026-01-24").await.json(200)["current"], 10_000);
        assert_eq!(app.get("/reports/ageing?as_of=2026-01-31").await.json(200)["total"], 0);
    });
}
