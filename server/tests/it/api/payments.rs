//! Money that came in: outside, over the counter, and through Sandbox with what happens to it there.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use crate::admin::browser::Browser;
use crate::kit::TestApp;

fn external(customer: &str, amount: i64) -> Value {
    json!({"customer": customer, "amount": amount, "currency": "USD", "method": {"type": "external", "kind": "bank_transfer", "reference": "TRX 9"}})
}

#[test]
fn money_goes_where_it_was_meant_else_to_the_oldest_due() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let (one, two) = (app.order(&customer, 1_000).await, app.order(&customer, 2_000).await);
        let entry =
            json!({"side": "charge", "amount": 500, "currency": "USD", "description": "Older", "effective_on": "2026-01-02"});
        let entry =
            app.post(&format!("/customers/{customer}/entries"), entry).await.json(201)["id"].as_str().expect("an id").to_owned();
        let first = app.post("/payments", external(&customer, 700)).await.json(201);
        let parts = first["allocations"].as_array().expect("parts");
        assert_eq!((parts.len(), &parts[0]["amount"], &parts[0]["order"]), (2, &json!(500), &Value::Null));
        assert_eq!((&parts[0]["entry"], &parts[1]["order"], &parts[1]["amount"]), (&json!(entry), &json!(one), &json!(200)));
        let split = json!({"customer": customer, "amount": 2_500, "currency": "USD", "memo": "for both", "method": {"type": "external", "kind": "cash"},
            "allocations": [{"order": two, "amount": 1_500}, {"order": one, "amount": 800}]});
        let second = app.post("/payments", split).await.json(201);
        let due = async |order: &str| app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone();
        // The 200 that were meant for nothing go to what is still open.
        assert_eq!((due(&one).await, due(&two).await, &second["unapplied"]), (json!(0), json!(300), &json!(0)));
        let sum: i64 =
            second["allocations"].as_array().expect("parts").iter().map(|part| part["amount"].as_i64().expect("an amount")).sum();
        assert_eq!(sum, 2_500);
        let over = app.post("/payments", external(&customer, 1_000)).await.json(201);
        assert_eq!(
            (&over["unapplied"], &over["memo"], &over["method"]["reference"]),
            (&json!(700), &Value::Null, &json!("TRX 9"))
        );
        let id = second["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/payments/{id}")).await.json(200), second);

        let wrong = |parts: Value| {
            let mut body = external(&customer, 100);
            body["allocations"] = parts;
            body
        };
        let too_much = app.post("/payments", wrong(json!([{"order": one, "amount": 60}, {"order": two, "amount": 60}]))).await;
        assert_eq!(too_much.wrong_field(422, "DOES_NOT_ADD_UP"), "allocations");
        assert_eq!(app.post("/payments", wrong(json!([{"amount": 60}]))).await.wrong_field(422, "INVALID"), "allocations[0]");
        assert_eq!(
            app.post("/payments", wrong(json!([{"order": one, "entry": entry, "amount": 60}]))).await.wrong_field(422, "INVALID"),
            "allocations[0]"
        );
        assert_eq!(
            app.post("/payments", wrong(json!([{"order": one, "amount": -1}]))).await.wrong_field(422, "INVALID"),
            "allocations[0].amount"
        );
        let stranger = app.customer("Somebody else").await;
        let mut theirs = external(&stranger, 100);
        theirs["order"] = json!(one);
        app.post("/payments", theirs.clone()).await.refused(404, "NOT_FOUND");
        (theirs["order"], theirs["allocations"]) = (Value::Null, json!([{"entry": entry, "amount": 10}]));
        app.post("/payments", theirs).await.refused(404, "NOT_FOUND");
        let mut euros = external(&customer, 100);
        (euros["currency"], euros["order"]) = (json!("EUR"), json!(one));
        app.post("/payments", euros.clone()).await.refused(409, "CURRENCY_MISMATCH");
        (euros["order"], euros["allocations"]) = (Value::Null, json!([{"entry": entry, "amount": 10}]));
        app.post("/payments", euros).await.refused(409, "CURRENCY_MISMATCH");
        let no_invoice = json!([{"invoice": "inv_01h455vb4pex5vsknk084sn02q", "amount": 10}]);
        app.post("/payments", wrong(no_invoice)).await.refused(404, "NOT_FOUND");
        let mut dated = external(&customer, 100);
        dated["method"]["received_on"] = json!("2026-01-16");
        app.post("/payments", dated).await.refused(409, "FUTURE_DATE");
    });
}

#[test]
fn cash_has_change_and_a_check_its_number() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 4_550).await;
        let body =
            |method: Value| json!({"customer": customer, "amount": 4_550, "currency": "USD", "order": order, "method": method});
        for method in [
            json!({"type": "in_person", "kind": "cash"}),
            json!({"type": "in_person", "kind": "cash", "tendered": 4_549}),
            json!({"type": "in_person", "kind": "check"}),
            json!({"type": "in_person", "kind": "check", "number": " ", "bank": "Harbor Bank"}),
        ] {
            app.post("/payments", body(method)).await.refused(409, "MISSING_DETAIL");
        }
        let cash = body(json!({"type": "in_person", "kind": "cash", "tendered": 5_000}));
        let paid = app.post_once("cash", "/payments", cash.clone()).await;
        assert_eq!((&paid.json(201)["change"], &paid.json(201)["method"]["kind"]), (&json!(450), &json!("cash")));
        assert_eq!(app.post_once("cash", "/payments", cash).await.text, paid.text);
        let id = paid.json(201)["id"].as_str().expect("an id").to_owned();
        let later = app.get(&format!("/payments/{id}")).await.json(200);
        assert_eq!((&later["tendered"], &later["change"]), (&json!(5_000), &json!(450)), "a receipt can say so later");
        let check =
            json!({"type": "in_person", "kind": "check", "number": "1007", "bank": "Harbor Bank", "dated_on": "2026-01-14"});
        let paid = app
            .post("/payments", json!({"customer": customer, "amount": 100, "currency": "USD", "method": check}))
            .await
            .json(201);
        assert_eq!((&paid["method"]["reference"], &paid["unapplied"]), (&json!("1007, Harbor Bank, 2026-01-14"), &json!(100)));
        assert_eq!((&paid["tendered"], &paid["change"]), (&json!(null), &json!(null)));
    });
}

#[test]
fn a_credit_that_is_a_payment_is_recorded_as_one() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 1_000).await;
        let path = format!("/customers/{customer}/entries");
        let credit = json!({"side": "credit", "amount": 1_500, "currency": "USD", "description": "Check in the mail", "category": "payment",
            "method": "check", "reference": "1008", "effective_on": "2026-01-14", "note": "Came without a letter"});
        let entry = app.post_once("check", &path, credit.clone()).await.json(201);
        assert_eq!(
            (&entry["kind"], &entry["side"], &entry["open"], &entry["balance_after"]),
            (&json!("payment"), &json!("credit"), &json!(500), &json!(500))
        );
        assert_eq!(
            (&entry["status"], &entry["category"], &entry["effective_on"]),
            (&json!("part_applied"), &json!("payment"), &json!("2026-01-14"))
        );
        let payment = app.get(&format!("/payments/{}", entry["source"].as_str().expect("a payment"))).await.json(200);
        assert_eq!(
            (&payment["entry"], &payment["method"]["reference"], &payment["unapplied"]),
            (&entry["id"], &json!("1008"), &json!(500))
        );
        assert_eq!(app.post_once("check", &path, credit).await.json(201)["id"], entry["id"]);
        let gift = json!({"side": "credit", "amount": 100, "currency": "USD", "description": "Sorry", "category": "goodwill"});
        let gift = app.post(&path, gift).await.json(201);
        assert_eq!((&gift["kind"], &gift["source"]), (&json!("manual_credit"), &Value::Null));
        assert_eq!(app.all("/payments?limit=200").await.len(), 1);
        let id = gift["id"].as_str().expect("an id");
        let full = app.get(&format!("/entries/{id}")).await.json(200);
        let sum = |name: &str| {
            full["journal"].as_array().expect("lines").iter().map(|line| line[name].as_i64().expect("an amount")).sum::<i64>()
        };
        assert_eq!((sum("debit"), sum("credit")), (100, 100));
    });
}

#[test]
fn adjustments_and_reversals_have_reasons() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/adjustments");
        let up = app.post(&path, json!({"amount": 2_000, "currency": "USD", "note": "Found in the old books"})).await.json(201);
        assert_eq!((&up["side"], &up["balance_after"]), (&json!("credit"), &json!(2_000)));
        let down = app.post(&path, json!({"amount": -500, "currency": "USD", "note": "Too much"})).await.json(201);
        assert_eq!((&down["side"], &down["amount"], &down["balance_after"]), (&json!("charge"), &json!(500), &json!(1_500)));
        for (body, field) in [
            (json!({"amount": 0, "currency": "USD", "note": "x"}), "amount"),
            (json!({"amount": 1, "currency": "USD", "note": " "}), "note"),
            (json!({"amount": 1, "currency": "USD"}), "note"),
        ] {
            assert_eq!(app.post(&path, body).await.wrong_field(422, "INVALID"), field);
        }
        let id = up["id"].as_str().expect("an id");
        assert_eq!(
            app.post(&format!("/entries/{id}/reverse"), json!({"reason": ""})).await.wrong_field(422, "INVALID"),
            "reason"
        );
        let back = app.post(&format!("/entries/{id}/reverse"), json!({"reason": "It was another customer"})).await.json(201);
        assert_eq!((&back["reverses"], &back["balance_after"]), (&json!(id), &json!(-500)));
        app.post(&format!("/entries/{id}/reverse"), json!({"reason": "again"})).await.refused(409, "ALREADY_REVERSED");
        let back = back["id"].as_str().expect("an id");
        app.post(&format!("/entries/{back}/reverse"), json!({"reason": "again"})).await.refused(409, "NOT_REVERSIBLE");
        let listed = app.get(&format!("/entries/{id}")).await.json(200);
        assert_eq!((&listed["status"], &listed["reversed_by"]), (&json!("reversed"), &json!(back)));
        let charged = app.order(&customer, 100).await;
        let entries = app.all(&format!("/customers/{customer}/entries?limit=50&kind=order")).await;
        assert_eq!(entries[0]["source"], json!(charged));
        let order_entry = entries[0]["id"].as_str().expect("an id");
        app.post(&format!("/entries/{order_entry}/reverse"), json!({"reason": "x"})).await.refused(409, "NOT_REVERSIBLE");
    });
}

/// An order asked for by mail; its link's address.
async fn asked(app: &TestApp, amount: i64) -> (String, String, String) {
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, amount).await;
    let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    (customer, order, request["url"].as_str().expect("a URL").to_owned())
}

#[test]
fn what_happens_at_the_bank_reaches_the_books() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, order, url) = asked(app, 10_000).await;
        assert!(matches!(app.pay_by_link(&url, "4242424242424242").await, CheckoutStep::Paid { .. }));
        let charges = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200);
        let charge = charges["data"][0]["id"].as_str().expect("a charge");
        assert_eq!((&charges["data"][0]["captured"], &charges["data"][0]["last4"]), (&json!(10_000), &json!("4242")));
        let desk = format!("/processors/{prc}/sandbox/charges/{charge}");
        app.post(&format!("{desk}/return"), json!({})).await.refused(409, "SANDBOX_REFUSED");
        app.post(&format!("/processors/{prc}/sandbox/charges/nothing/refund"), json!({})).await.refused(404, "NOT_FOUND");
        let back = app.post_once("desk", &format!("{desk}/refund"), json!({"amount": 4_000})).await;
        assert_eq!(back.json(200)["refunded"], 4_000);
        assert_eq!(app.post_once("desk", &format!("{desk}/refund"), json!({"amount": 4_000})).await.text, back.text);
        app.work().await;
        let payment = app.get(&format!("/payments?customer={customer}")).await.json(200)["data"][0].clone();
        assert_eq!(
            (&payment["refunded"], &payment["allocations"][0]["amount"], &payment["unapplied"]),
            (&json!(4_000), &json!(6_000), &json!(0))
        );
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 4_000);
        app.post(&format!("{desk}/dispute"), json!({})).await.json(200);
        app.work().await;
        let id = payment["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/payments/{id}")).await.json(200)["disputed"], true);
        app.post(&format!("{desk}/dispute"), json!({"decide": "won"})).await.json(200);
        app.work().await;
        assert_eq!(app.get(&format!("/payments/{id}")).await.json(200)["disputed"], false);
        app.post(&format!("{desk}/refund"), json!({"amount": 6_001})).await.refused(409, "NOTHING_REFUNDABLE");
    });
}

#[test]
fn a_bank_debit_is_pending_blocks_and_may_come_back() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (customer, order, url) = asked(app, 10_000).await;
        assert!(matches!(app.pay_by_link(&url, "000222222227").await, CheckoutStep::BankDebitPending { .. }));
        let payment = app.get("/payments?state=pending").await.json(200)["data"][0].clone();
        assert_eq!((&payment["amount"], &payment["unapplied"], &payment["allocations"]), (&json!(10_000), &json!(0), &json!([])));
        let waiting = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!(
            (&waiting["state"], &waiting["reserved"], &waiting["amount_due"]),
            (&json!("pending"), &json!(10_000), &json!(10_000))
        );
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PAYMENT_PENDING");
        let mut cash = external(&customer, 1_000);
        cash["order"] = json!(order);
        app.post("/payments", cash.clone()).await.refused(409, "PAYMENT_PENDING");
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 0, "it settled after three days");
        let credits = app.all(&format!("/customers/{customer}/entries?side=credit&limit=50")).await;
        assert_eq!(credits[0]["method"], "bank_debit", "a debit is not called a card: {}", credits[0]);
        let report = Browser::owner(app).await.page("/admin/reports").await;
        let by_method = report.split("By method").nth(1).expect("what came in which way");
        assert!(by_method.contains("Bank debit"), "{by_method}");
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        let id = payment["id"].as_str().expect("an id");
        let returned = app.get(&format!("/payments/{id}")).await.json(200);
        assert_eq!((&returned["returned"], &returned["state"]), (&json!(true), &json!("succeeded")));
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 10_000);
        cash["despite_pending"] = json!(true);
        app.post("/payments", cash).await.json(201);
    });
}

#[test]
fn a_lost_answer_and_doubled_messages_are_one_payment() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let faults = json!({"next": ["duplicate_webhook", "late_webhook"]});
        assert_eq!(app.post(&format!("/processors/{prc}/sandbox/faults"), faults).await.json(200)["queued"], 2);
        app.post(&format!("/processors/{prc}/sandbox/faults"), json!({"next": ["earthquake"]})).await.refused(422, "INVALID");
        let (_, order, url) = asked(app, 10_000).await;
        assert!(matches!(app.pay_by_link(&url, "4000000000000119").await, CheckoutStep::AnswerLost));
        app.post("/test/clock", json!({"advance": "PT3H"})).await.json(200);
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["paid"], 10_000);
        assert_eq!(app.get("/payments?state=succeeded").await.json(200)["data"].as_array().map(Vec::len), Some(1));
        let charges = app.all(&format!("/processors/{prc}/sandbox/charges?limit=1")).await;
        assert_eq!(charges.len(), 1);
    });
}
