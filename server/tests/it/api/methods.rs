//! Saved methods, and what is charged to them while their holder is away.

use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use super::invoices::{self, id, line};
use crate::kit::TestApp;

/// A customer with one saved card. Answers the customer and the method.
pub async fn with_card(app: &TestApp, prc: &str, number: &str) -> (String, String) {
    let customer = app.customer("Fern & Field").await;
    let saved = save(app, &customer, prc, number).await;
    (customer, saved["id"].as_str().expect("an id").to_owned())
}

async fn save(app: &TestApp, customer: &str, prc: &str, number: &str) -> Value {
    let body = json!({"processor": prc, "token": format!("tok_{number}")});
    app.post(&format!("/customers/{customer}/methods"), body).await.json(201)
}

fn charge(customer: &str, order: &str, amount: i64, method: &str) -> Value {
    json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "saved", "id": method}})
}

async fn due(app: &TestApp, order: &str) -> i64 {
    app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].as_i64().expect("an amount")
}

#[test]
fn methods_are_kept_chosen_and_removed() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/methods");
        let body = json!({"processor": prc, "token": "tok_4242424242424242"});
        let first = app.post_once("m", &path, body.clone()).await.json(201);
        assert_eq!(
            (&first["kind"], &first["last4"], &first["default"], &first["live"]),
            (&json!("card"), &json!("4242"), &json!(true), &json!(true))
        );
        assert!(app.post_once("m", &path, body).await.replayed());
        let second = app.post(&path, json!({"processor": prc, "token": "tok_4000000000000341", "default": true})).await.json(201);
        assert_eq!(second["default"], true);
        let list = async || app.get(&path).await.json(200)["data"].as_array().expect("a list").clone();
        assert_eq!(list().await.iter().map(|one| one["default"].clone()).collect::<Vec<_>>(), [json!(false), json!(true)]);
        let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
        let chosen = app.post(&format!("/methods/{}/default", id(&first)), json!({})).await.json(200);
        assert_eq!((&chosen["default"], &list().await[1]["default"]), (&json!(true), &json!(false)));
        let gone = app.call(&app.key, "DELETE", &format!("/methods/{}", id(&first)), &[], &Value::Null).await.json(200);
        assert_eq!(gone["live"], false);
        let left = list().await;
        assert_eq!((left.len(), &left[0]["default"]), (1, &json!(true)), "the other one steps in");
        app.call(&app.key, "DELETE", &format!("/methods/{}", id(&first)), &[], &Value::Null).await.refused(404, "NOT_FOUND");
        for body in [json!({"processor": prc}), json!({"processor": prc, "token": "tok_1", "setup": true})] {
            assert_eq!(app.post(&path, body).await.wrong_field(422, "INVALID"), "token");
        }
        assert_eq!(app.post(&path, json!({"processor": prc, "token": "tok_1"})).await.wrong_field(422, "INVALID"), "token");
        let page = app.post_once("page", &path, json!({"processor": prc, "setup": true})).await.json(201);
        let url = page["url"].as_str().expect("a page").to_owned();
        assert_eq!(app.post_once("page", &path, json!({"processor": prc, "setup": true})).await.json(201)["url"], url.as_str());
        let page: PageId = url.rsplit('/').next().expect("an id").parse().expect("the id of a page");
        let entry = CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
        let step = app.bank().await.pay_checkout(&page, &entry, app.services().db.clock().now()).await.expect("it answers");
        let CheckoutStep::Saved { return_url } = step else { panic!("a saved card was expected, not {step:?}") };
        let back = app.send("GET", return_url.strip_prefix("http://owed.example").expect("ours"), &[], "").await;
        assert!(back.text.contains("Your card is saved"), "{}", back.text);
        app.work().await;
        assert_eq!(list().await.len(), 2, "the page's return and its message keep it once");
    });
}

#[test]
fn a_draft_is_issued_and_charged_in_one_step() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let draft = async |amount: i64| id(&invoices::draft(app, &customer, json!([line("Survey", amount)])).await);
        let first = draft(9_000).await;
        let path = format!("/invoices/{first}/issue");
        assert_eq!(app.post(&path, json!({"charge": "card"})).await.wrong_field(422, "INVALID"), "charge");
        let reads = app.key_with(&["read", "write"]).await;
        app.call(&reads, "POST", &path, &[], &json!({"charge": "default"})).await.refused(403, "NO_SCOPE");
        assert_eq!(invoices::figures(app, &first).await.0, "draft", "a refusal issues nothing");
        let paid = app.post_once("both", &path, json!({"charge": method})).await.json(200);
        assert_eq!((&paid["state"], &paid["paid"], &paid["amount_due"]), (&json!("paid"), &json!(9_000), &json!(0)));
        assert!(app.post_once("both", &path, json!({"charge": method})).await.replayed());
        let charges = app.get(&format!("/payments?invoice={first}")).await.json(200);
        assert_eq!(charges["data"].as_array().map(Vec::len), Some(1), "a repeat charges nothing again");

        // Free credit pays what it can; only the rest is charged.
        app.post(&format!("/customers/{customer}/adjustments"), json!({"amount": 2_000, "currency": "USD", "note": "Goodwill"}))
            .await
            .json(201);
        let second = draft(5_000).await;
        app.post(&format!("/invoices/{second}/issue"), json!({"charge": "default"})).await.json(200);
        let charges = app.get(&format!("/payments?invoice={second}")).await.json(200);
        assert_eq!(charges["data"][0]["amount"], 3_000);

        // Declined: the invoice stays issued and owed.
        save(app, &customer, &prc, "4000000000000341").await;
        let cards = app.get(&format!("/customers/{customer}/methods")).await.json(200);
        let other =
            id(cards["data"].as_array().expect("cards").iter().find(|card| card["last4"] == "0341").expect("the other card"));
        let third = draft(1_000).await;
        let path = format!("/invoices/{third}/issue");
        let declined = app.post_once("no", &path, json!({"charge": other})).await.refused(402, "CARD_DECLINED");
        assert_eq!((&declined["invoice"]["state"], &declined["payment"]["state"]), (&json!("open"), &json!("failed")));
        assert_eq!(
            app.post_once("no", &path, json!({"charge": other})).await.refused(402, "CARD_DECLINED")["invoice"]["id"],
            third.as_str()
        );
        assert_eq!(invoices::figures(app, &third).await, ("open".to_owned(), [1_000, 0, 0, 0, 1_000]));
    });
}

#[test]
fn a_saved_card_is_charged_for_what_is_due() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let order = app.order(&customer, 10_000).await;
        let paid = app.post_once("c", "/payments", charge(&customer, &order, 4_000, &method)).await.json(201);
        assert_eq!(
            (&paid["state"], &paid["method"]["type"], &paid["method"]["id"], &paid["allocations"][0]["amount"]),
            (&json!("succeeded"), &json!("saved"), &json!(method), &json!(4_000))
        );
        assert!(app.post_once("c", "/payments", charge(&customer, &order, 4_000, &method)).await.replayed());
        assert_eq!(due(app, &order).await, 6_000);
        app.post("/payments", charge(&customer, &order, 6_001, &method)).await.refused(409, "ABOVE_DUE");
        let all = json!({"customer": customer, "amount": 6_000, "currency": "USD", "method": {"type": "saved", "id": "default"}});
        app.post("/payments", all.clone()).await.json(201);
        app.post("/payments", all.clone()).await.refused(409, "NO_BALANCE");
        let other = app.customer("Fjord Rowing").await;
        let theirs = app.order(&other, 100).await;
        app.post("/payments", charge(&other, &theirs, 100, "default")).await.refused(409, "NO_SAVED_METHOD");
        app.post("/payments", charge(&other, &theirs, 100, &method)).await.refused(404, "NOT_FOUND");
        let wrong = charge(&other, &theirs, 100, "visa");
        assert_eq!(app.post("/payments", wrong).await.wrong_field(422, "INVALID"), "method.id");
        app.work().await;
        let charges = app.all(&format!("/processors/{prc}/sandbox/charges?limit=50")).await;
        assert_eq!(charges.len(), 2);
        assert_eq!(app.all("/mails?kind=receipt").await.len(), 2);
        app.call(&app.key, "DELETE", &format!("/methods/{method}"), &[], &Value::Null).await.json(200);
        let order = app.order(&customer, 100).await;
        app.post("/payments", charge(&customer, &order, 100, &method)).await.refused(409, "NO_SAVED_METHOD");
        let answers = app.get(&format!("/orders/{order}/actions")).await.json(200);
        let found = answers.as_array().expect("a list").iter().find(|one| one["action"] == "charge_saved").expect("it is there");
        assert_eq!(found["code"], "NO_SAVED_METHOD");
    });
}

#[test]
fn a_declined_charge_says_why_and_is_tried_again() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4000000000000341").await;
        let order = app.order(&customer, 10_000).await;
        let no = app.post_once("c", "/payments", charge(&customer, &order, 10_000, &method)).await.refused(402, "CARD_DECLINED");
        assert_eq!((&no["payment"]["state"], due(app, &order).await), (&json!("failed"), 10_000));
        let again = app.post_once("c", "/payments", charge(&customer, &order, 10_000, &method)).await;
        assert!(again.replayed() && again.refused(402, "CARD_DECLINED")["payment"] == no["payment"]);
        let failed = no["payment"]["id"].as_str().expect("an id");
        let retry = format!("/payments/{failed}/retry");
        assert_eq!(app.post(&retry, json!({})).await.refused(402, "CARD_DECLINED")["payment"]["retry_of"], failed);
        let twice = app.post_once("r", &retry, json!({})).await.refused(402, "CARD_DECLINED");
        let again = app.post_once("r", &retry, json!({})).await;
        assert!(
            again.replayed() && again.refused(402, "CARD_DECLINED")["payment"] == twice["payment"],
            "a double click is one try"
        );
        assert_eq!(app.all("/payments?state=failed").await.len(), 3);
        // Another card becomes the default; the payment keeps to its own, until that is gone.
        let good = save(app, &customer, &prc, "4242424242424242").await;
        app.call(&app.key, "DELETE", &format!("/methods/{method}"), &[], &Value::Null).await.json(200);
        app.post(&retry, json!({})).await.refused(409, "NO_SAVED_METHOD");
        let paid = app.post("/payments", charge(&customer, &order, 10_000, good["id"].as_str().expect("an id"))).await.json(201);
        let paid = paid["id"].as_str().expect("an id");
        app.post(&format!("/payments/{paid}/retry"), json!({})).await.refused(409, "CLOSED");
        app.post(&retry, json!({})).await.refused(409, "NO_BALANCE");
        for (number, code) in [
            ("4000000000009995", "INSUFFICIENT_FUNDS"),
            ("4000000000000069", "EXPIRED_CARD"),
            ("4000000000000127", "INCORRECT_CVC"),
        ] {
            let (customer, method) = with_card(app, &prc, number).await;
            let order = app.order(&customer, 100).await;
            app.post("/payments", charge(&customer, &order, 100, &method)).await.refused(402, code);
        }
    });
}

#[test]
fn two_clicks_are_one_charge_and_a_lost_answer_waits_for_evidence() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let order = app.order(&customer, 10_000).await;
        let body = charge(&customer, &order, 10_000, &method);
        let (a, b) = tokio::join!(app.post("/payments", body.clone()), app.post("/payments", body.clone()));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", a.text, b.text);

        let order = app.order(&customer, 10_000).await;
        let body = charge(&customer, &order, 10_000, &method);
        for (fault, paid) in [("lose_answer", true), ("timeout", false)] {
            let before = due(app, &order).await;
            if before == 0 {
                break;
            }
            app.post(&format!("/processors/{prc}/sandbox/faults"), json!({"next": [fault]})).await.json(200);
            let made = app.post("/payments", body.clone()).await.json(202);
            assert_eq!(made["state"], "unknown", "{fault}");
            app.post("/payments", body.clone()).await.refused(409, "PAYMENT_PENDING");
            app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PAYMENT_PENDING");
            app.post("/test/clock", json!({"advance": "PT2H"})).await.json(200);
            let now = app.get(&format!("/payments/{}", made["id"].as_str().expect("an id"))).await.json(200);
            let ended = ["succeeded", "failed", "canceled"].contains(&now["state"].as_str().expect("a state"));
            assert!(ended, "{fault} {paid}: {now}");
        }
        let charges = app.all(&format!("/processors/{prc}/sandbox/charges?limit=50")).await;
        let taken: i64 = charges.iter().map(|one| one["captured"].as_i64().expect("an amount")).sum();
        let succeeded = app.all("/payments?state=succeeded").await;
        let ours: i64 = succeeded.iter().map(|one| one["amount"].as_i64().expect("an amount")).sum();
        assert_eq!(taken, ours, "what the bank took is what the books have");
    });
}

#[test]
fn a_bank_that_asks_its_holder_gets_a_link_to_them() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, method) = with_card(app, &prc, "4000002500003155").await;
        let order = app.order(&customer, 10_000).await;
        let body = charge(&customer, &order, 10_000, &method);
        let asked = app.post_once("c", "/payments", body.clone()).await.refused(402, "AUTHENTICATION_REQUIRED");
        let url = asked["url"].as_str().expect("where to confirm").to_owned();
        assert_eq!((&asked["payment"]["state"], due(app, &order).await), (&json!("created"), 10_000));
        assert_eq!(app.post_once("c", "/payments", body).await.refused(402, "AUTHENTICATION_REQUIRED")["url"], url.as_str());
        app.work().await;
        let mails = app.all("/mails?kind=confirm_payment").await;
        assert!(mails.len() == 1 && mails[0]["text"].as_str().is_some_and(|text| text.contains(&url)), "{mails:?}");
        let page: PageId = url.rsplit('/').next().expect("an id").parse().expect("the id of a page");
        let step = app.bank().await.authenticate(&page, true, app.services().db.clock().now()).await.expect("it answers");
        assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
        app.work().await;
        assert_eq!(due(app, &order).await, 0);
        let id = asked["payment"]["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/payments/{id}")).await.json(200)["state"], "succeeded");
    });
}

#[test]
fn who_wants_is_charged_on_the_due_day() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, _) = with_card(app, &prc, "4242424242424242").await;
        let path = format!("/customers/{customer}");
        let switch = json!({"auto_charge": {"method": "default", "at": "due"}});
        assert_eq!(app.patch(&path, switch).await.json(200)["auto_charge"]["at"], "due");
        let entry = |amount: i64, due: &str| json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Rent", "due_on": due});
        app.post(&format!("{path}/entries"), entry(3_000, "2026-01-20")).await.json(201);
        app.post(&format!("{path}/entries"), entry(2_000, "2026-02-20")).await.json(201);
        let owed = async || app.get(&path).await.json(200)["balances"][0]["amount_owed"].as_i64().expect("an amount");
        app.post("/test/clock", json!({"advance": "P3D"})).await.json(200);
        assert_eq!(owed().await, 5_000, "nothing is due yet");
        app.post("/test/clock", json!({"advance": "P10D"})).await.json(200);
        assert_eq!((owed().await, app.all("/payments?limit=50").await.len()), (2_000, 1));
        app.post("/test/clock", json!({"advance": "P60D"})).await.json(200);
        assert_eq!((owed().await, app.all("/payments?limit=50").await.len()), (0, 2), "each once, also after a long pause");

        let switch = json!({"auto_charge": {"method": "default", "at": "threshold", "threshold": 1_000}});
        app.patch(&path, switch).await.json(200);
        app.post(&format!("{path}/entries"), entry(999, "2026-01-16")).await.json(201);
        app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
        assert_eq!(owed().await, 999);
        app.post(&format!("{path}/entries"), entry(1, "2027-01-16")).await.json(201);
        app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
        assert_eq!(owed().await, 0);
        for (switch, field) in [
            (json!({"method": "visa", "at": "due"}), "auto_charge.method"),
            (json!({"method": "default", "at": "threshold"}), "auto_charge.threshold"),
            (json!({"method": "default", "at": "due", "threshold": 5}), "auto_charge.threshold"),
            (json!({"method": "default", "at": "noon"}), "auto_charge.at"),
        ] {
            assert_eq!(app.patch(&path, json!({"auto_charge": switch})).await.wrong_field(422, "INVALID"), field);
        }
        assert_eq!(app.patch(&path, json!({"auto_charge": null})).await.json(200)["auto_charge"], Value::Null);
    });
}

#[test]
fn a_charge_by_itself_that_fails_follows_its_schedule() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let settings = json!({"retry_days": [2, 4], "notify": ["till@harbor.example"]});
        app.post("/settings", settings).await.json(200);
        let (customer, _) = with_card(app, &prc, "4000000000000341").await;
        let path = format!("/customers/{customer}");
        app.patch(&path, json!({"auto_charge": {"method": "default", "at": "due"}})).await.json(200);
        let entry = json!({"side": "charge", "amount": 500, "currency": "USD", "description": "Rent", "due_on": "2026-01-16"});
        app.post(&format!("{path}/entries"), entry).await.json(201);
        let tries = async || app.all("/payments?limit=50").await;
        app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
        assert_eq!(tries().await.len(), 1);
        app.post("/test/clock", json!({"advance": "P20D"})).await.json(200);
        let all = tries().await;
        assert_eq!(all.len(), 3, "the first and two more");
        assert_eq!((&all[0]["retry_of"], &all[1]["retry_of"]), (&all[1]["id"], &all[2]["id"]));
        assert_eq!((app.all("/mails?kind=payment_failed").await.len(), app.all("/mails?kind=staff_alert").await.len()), (3, 3));
    });
}
