//! Orders and applications through their states, with what each state allows.

use serde_json::{Value, json};

use crate::kit::TestApp;

fn fees(amounts: &[i64]) -> Value {
    amounts.iter().map(|amount| json!({"kind": "fee", "description": "Permit", "quantity": 1, "unit_amount": amount})).collect()
}

#[test]
fn a_draft_is_confirmed_completed_and_may_not_be_canceled_then() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let draft =
            app.post("/orders", json!({"customer": customer, "currency": "USD", "lines": fees(&[48_000])})).await.json(201);
        let id = draft["id"].as_str().expect("an id");
        assert_eq!((&draft["state"], &draft["kind"], &draft["number"]), (&json!("draft"), &json!("order"), &Value::Null));
        assert_eq!(app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"], 0);
        app.post(&format!("/orders/{id}/complete"), json!({})).await.refused(409, "NOT_CONFIRMED");
        app.post(&format!("/orders/{id}/amendments"), json!({"reason": "other", "lines": fees(&[1])}))
            .await
            .refused(409, "NOT_CONFIRMED");
        app.post(&format!("/orders/{id}/payment-requests"), json!({})).await.refused(409, "NO_BALANCE");
        let pay = json!({"customer": customer, "amount": 1, "currency": "USD", "order": id, "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", pay).await.refused(409, "NOT_CONFIRMED");
        let confirmed = app.post(&format!("/orders/{id}/confirm"), Value::Null).await.json(200);
        assert_eq!(
            (&confirmed["state"], &confirmed["amount_due"], &confirmed["payment_state"]),
            (&json!("confirmed"), &json!(48_000), &json!("unpaid"))
        );
        assert_eq!(confirmed["number"], "ORD-2026-00001");
        app.post(&format!("/orders/{id}/confirm"), json!({})).await.refused(409, "NOT_DRAFT");
        app.post(&format!("/orders/{id}/approve"), json!({})).await.refused(409, "NOT_FOR_THIS_KIND");
        let completed = app.post(&format!("/orders/{id}/complete"), json!({})).await.json(200);
        assert_eq!(completed["state"], "completed");
        app.post(&format!("/orders/{id}/cancel"), json!({})).await.refused(409, "CLOSED");
        app.post(&format!("/orders/{id}/cancel"), json!({"remove": []})).await.refused(400, "MALFORMED");
    });
}

#[test]
fn canceling_frees_what_was_paid() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        let pay = json!({"customer": customer, "amount": 20_000, "currency": "USD", "order": order, "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", pay).await.json(201);
        let canceled = app.post(&format!("/orders/{order}/cancel"), json!({"reason": "The barn burnt down"})).await.json(200);
        assert_eq!(
            (&canceled["state"], &canceled["total"], &canceled["amount_due"], &canceled["paid"]),
            (&json!("canceled"), &json!(0), &json!(0), &json!(0))
        );
        assert_eq!((&canceled["overpaid"], &canceled["lines"]), (&json!(20_000), &json!([])));
        let balance = &app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0];
        assert_eq!(*balance, json!({"currency": "USD", "balance": 20_000, "amount_owed": 0, "credit_available": 20_000}));
        app.post(&format!("/orders/{order}/amendments"), json!({"reason": "other", "lines": fees(&[1])}))
            .await
            .refused(409, "CLOSED");
    });
}

#[test]
fn an_application_is_settled_inside_and_denied_in_part() {
    TestApp::both(async |app| {
        let customer = app.customer("A builder").await;
        let apply = json!({"customer": customer, "kind": "application", "currency": "USD", "lines": fees(&[5_000, 2_000])});
        let application = app.post("/orders", apply.clone()).await.json(201);
        let id = application["id"].as_str().expect("an id");
        assert_eq!((&application["state"], &application["amount_due"]), (&json!("submitted"), &json!(7_000)));
        assert_eq!(application["number"], "APP-2026-00001");
        let line = &application["lines"][1]["id"];
        let denied = app.post(&format!("/orders/{id}/deny"), json!({"reason": "Not to code", "remove": [line]})).await.json(200);
        assert_eq!((&denied["state"], &denied["amount_due"], &denied["total"]), (&json!("denied"), &json!(5_000), &json!(5_000)));
        app.post(&format!("/orders/{id}/approve"), json!({})).await.refused(409, "CLOSED");
        let second = app.post("/orders", apply).await.json(201)["id"].as_str().expect("an id").to_owned();
        let wrong = json!({"remove": [denied["lines"][0]["id"]]});
        assert_eq!(app.post(&format!("/orders/{second}/withdraw"), wrong).await.wrong_field(422, "INVALID"), "remove[0]");
        app.post(&format!("/orders/{second}/cancel"), json!({})).await.refused(409, "NOT_FOR_THIS_KIND");
        assert_eq!(app.post(&format!("/orders/{second}/approve"), json!({})).await.json(200)["state"], "approved");
    });
}

#[test]
fn amendments_say_what_was_added_and_taken_off() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let lines = json!([
            {"kind": "item", "description": "Table", "quantity": 1, "unit_amount": 40_000, "tax_rate": "10"},
            {"kind": "shipping", "description": "Van", "quantity": 1, "unit_amount": 5_000},
        ]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": lines}))
            .await
            .json(201);
        let id = order["id"].as_str().expect("an id");
        let path = format!("/orders/{id}/amendments");
        let van = order["lines"][1]["id"].clone();
        let change = json!({"reason": "shipping", "note": "Two flights of stairs", "remove": [van], "lines": [
            {"kind": "shipping", "description": "Van and two people", "quantity": 1, "unit_amount": 9_000},
        ]});
        let amended = app.post(&path, change).await.json(201);
        assert_eq!((&amended["total"], &amended["amount_due"]), (&json!(53_000), &json!(53_000)));
        let amendment = &amended["amendments"][0];
        assert_eq!(
            (&amendment["added"], &amendment["removed"], &amendment["note"]),
            (&json!(9_000), &json!(5_000), &json!("Two flights of stairs"))
        );
        assert_eq!((&amendment["lines_removed"][0]["id"], &amendment["lines_added"][0]["gross"]), (&van, &json!(9_000)));
        assert_eq!(amended["lines"].as_array().map(Vec::len), Some(2));
        assert_eq!(amended["taxes"], json!([{"rate": "10", "net": 40_000, "tax": 4_000}]));
        let again = app.post(&path, json!({"reason": "other", "remove": [van]})).await;
        assert_eq!(again.wrong_field(422, "INVALID"), "remove[0]");
        assert_eq!(app.post(&path, json!({"reason": "other"})).await.wrong_field(422, "INVALID"), "lines");
        assert_eq!(
            app.post(&path, json!({"reason": "because", "lines": fees(&[1])})).await.wrong_field(422, "INVALID"),
            "reason"
        );
        let less = json!({"reason": "correction", "lines": [{"kind": "discount", "description": "For waiting", "quantity": 1, "unit_amount": -3_000}]});
        let amended = app.post(&path, less).await.json(201);
        assert_eq!((&amended["total"], &amended["amount_due"]), (&json!(50_000), &json!(50_000)));
        let sum: i64 =
            amended["lines"].as_array().expect("lines").iter().map(|line| line["gross"].as_i64().expect("gross")).sum();
        assert_eq!(sum, 50_000, "lines come to the total");
    });
}

#[test]
fn requests_are_sent_again_closed_and_close_by_themselves() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let path = format!("/orders/{order}/payment-requests");
        assert_eq!(app.post(&path, json!({"cc": ["books@fern.example", "nobody"]})).await.wrong_field(422, "INVALID"), "cc[1]");
        let many: Vec<String> = (0..21).map(|at| format!("c{at}@fern.example")).collect();
        assert_eq!(app.post(&path, json!({"cc": many})).await.wrong_field(422, "INVALID"), "cc");
        let request =
            app.post(&path, json!({"to": "boss@fern.example"})).await.json(201)["id"].as_str().expect("an id").to_owned();
        app.work().await;
        app.post(&format!("/requests/{request}/resend"), Value::Null).await.json(200);
        app.work().await;
        let mails = app.all(&format!("/mails?customer={customer}&kind=payment_request&limit=1")).await;
        assert_eq!(mails.len(), 2);
        assert_eq!(
            (&mails[0]["to"], &mails[0]["state"], &mails[0]["about"]),
            (&json!("boss@fern.example"), &json!("kept"), &json!(request))
        );
        let mail = mails[0]["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/mails/{mail}")).await.json(200)["subject"], mails[0]["subject"]);
        app.post(&format!("/mails/{mail}/retry"), json!({})).await.refused(409, "NO_SMTP");
        let closed = app.post(&format!("/requests/{request}/close"), json!({})).await.json(200);
        assert_eq!((&closed["state"], &closed["url"]), (&json!("closed"), &Value::Null));
        app.post(&format!("/requests/{request}/resend"), json!({})).await.refused(409, "NO_BALANCE");
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["state"], "confirmed");

        let second = app.post(&path, json!({})).await.json(201)["id"].as_str().expect("an id").to_owned();
        let pay = json!({"customer": customer, "amount": 10_000, "currency": "USD", "order": order, "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", pay).await.json(201);
        assert_eq!(app.get(&format!("/requests/{second}")).await.json(200)["state"], "closed", "no money came through it");
        app.post(&path, json!({})).await.refused(409, "NO_BALANCE");
        let bare =
            app.post("/customers", json!({"name": "No address"})).await.json(201)["id"].as_str().expect("an id").to_owned();
        let order = app.order(&bare, 100).await;
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "NO_CONTACT");
        app.post(&format!("/orders/{order}/payment-requests"), json!({"to": "someone@fern.example"})).await.json(201);
    });
}

#[test]
fn a_discount_that_was_taken_off_is_billed_with_its_tax_and_printed() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let line = |kind: &str, amount: i64| json!({"kind": kind, "description": kind, "quantity": 1, "unit_amount": amount, "tax_rate": "7"});
        let lines = json!([line("item", 2_800), line("discount", -1_000)]);
        let body = json!({"customer": customer, "kind": "order", "currency": "USD", "lines": lines, "state": "confirmed"});
        let order = app.post("/orders", body).await.json(201);
        let path = format!("/orders/{}", order["id"].as_str().expect("an id"));
        let off = json!({"reason": "correction", "remove": [order["lines"][1]["id"]]});
        assert_eq!(app.post(&format!("{path}/amendments"), off).await.json(201)["amount_due"], 2_996);
        let bill = app.post(&format!("{path}/invoices"), json!({"description": "What remains"})).await.json(201);
        assert_eq!((&bill["total"], &bill["taxes"]), (&json!(2_996), &json!([{"rate": "7", "net": 2_800, "tax": 196}])));
        let last = &bill["lines"].as_array().expect("lines").last().expect("one");
        assert_eq!((&last["description"], &last["gross"]), (&json!("Discount taken off: discount"), &json!(1_070)));
        let id = bill["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/invoices/{id}/pdf")).await.status.as_u16(), 200);
        // It is a charge by itself, so that it can be credited by name.
        let part = json!({"reason": "Damaged", "lines": [{"line": last["id"], "amount": 107}]});
        let note = app.post(&format!("/invoices/{id}/credit-notes"), part).await.json(201);
        assert_eq!((&note["net"], &note["tax"], &note["due_after"]), (&json!(100), &json!(7), &json!(2_889)));
    });
}

#[test]
fn a_discount_that_outlived_its_item_is_taken_off_for_nothing() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let line = |kind: &str, amount: i64| json!({"kind": kind, "description": kind, "quantity": 1, "unit_amount": amount});
        let lines = json!([line("item", 4_800), line("discount", -1_700)]);
        let body = json!({"customer": customer, "kind": "order", "currency": "USD", "lines": lines, "state": "confirmed"});
        let order = app.post("/orders", body).await.json(201);
        let path = format!("/orders/{}", order["id"].as_str().expect("an id"));
        for line in [0, 1] {
            let off = json!({"reason": "correction", "remove": [order["lines"][line]["id"]]});
            let now = app.post(&format!("{path}/amendments"), off).await.json(201);
            assert_eq!((&now["total"], &now["amount_due"]), (&json!(0), &json!(0)), "{now}");
            app.check_books().await;
        }
    });
}

#[test]
fn papers_are_drawn_from_the_same_sheets() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 100).await;
        let pay = json!({"customer": customer, "amount": 100, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        let payment = app.post("/payments", pay).await.json(201)["id"].as_str().expect("an id").to_owned();
        for path in [format!("/orders/{order}/pdf"), format!("/payments/{payment}/pdf")] {
            let answer = app.get(&path).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/pdf"), "{}", answer.text);
            assert!(answer.text.starts_with("%PDF-"));
        }
    });
}
