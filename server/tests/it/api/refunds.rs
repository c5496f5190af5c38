//! Money that goes back: through the processor, outside, in parts; what is refused, and what two do at once.

use engine::sheets::refund::refund_sheet;
use serde_json::{Value, json};

use crate::kit::TestApp;

/// An order of 100.00, paid by link with this card. Answers customer, order and payment.
pub async fn paid_online(app: &TestApp, number: &str) -> (String, String, String) {
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, 10_000).await;
    let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    app.pay_by_link(request["url"].as_str().expect("a URL"), number).await;
    let payment = app.get(&format!("/payments?customer={customer}")).await.json(200)["data"][0]["id"].clone();
    (customer, order, payment.as_str().expect("a payment").to_owned())
}

/// Cash over the counter for one order, or on account.
async fn paid_outside(app: &TestApp, customer: &str, amount: i64, order: Option<&str>) -> String {
    let mut body =
        json!({"customer": customer, "amount": amount, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
    if let Some(order) = order {
        body["order"] = json!(order);
    }
    app.post("/payments", body).await.json(201)["id"].as_str().expect("an id").to_owned()
}

async fn due(app: &TestApp, order: &str) -> i64 {
    app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].as_i64().expect("an amount")
}

async fn balance(app: &TestApp, customer: &str) -> i64 {
    app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].as_i64().expect("an amount")
}

fn back(amount: i64) -> Value {
    json!({"amount": amount, "reason": "Sent back"})
}

#[test]
fn money_goes_back_to_its_card_and_reopens_what_it_paid() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, order, payment) = paid_online(app, "4242424242424242").await;
        let path = format!("/payments/{payment}/refunds");
        let first = app.post_once("once", &path, back(4_000)).await.json(201);
        assert_eq!((&first["state"], &first["to"], &first["amount"]), (&json!("succeeded"), &json!("original"), &json!(4_000)));
        assert_eq!((due(app, &order).await, balance(app, &customer).await), (4_000, -4_000));
        let again = app.post_once("once", &path, back(4_000)).await;
        assert!(again.replayed() && again.json(201) == first);
        app.post_once("once", &path, back(4_001)).await.refused(422, "IDEMPOTENCY_MISMATCH");
        let charges = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200);
        assert_eq!(charges["data"][0]["refunded"], 4_000);

        let no = app.post(&path, back(6_001)).await.refused(409, "NOTHING_REFUNDABLE");
        assert_eq!(no["refundable"], 6_000);
        app.work().await;
        let paid = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!(
            (&paid["refunded"], &paid["allocations"][0]["amount"]),
            (&json!(4_000), &json!(6_000)),
            "told twice, booked once"
        );
        app.post(&path, back(6_000)).await.json(201);
        app.post(&path, back(1)).await.refused(409, "NOTHING_REFUNDABLE");
        assert_eq!(due(app, &order).await, 10_000);
        let listed = app.all(&format!("/refunds?payment={payment}")).await;
        assert_eq!(listed.len(), 2);
        assert_eq!(app.get(&format!("/refunds/{}", first["id"].as_str().expect("an id"))).await.json(200), first);
        assert_eq!(app.all("/refunds?state=failed").await.len(), 0);
        for row in &listed {
            let pdf = app.get(&format!("/refunds/{}/pdf", row["id"].as_str().expect("an id"))).await;
            assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"), "{}", pdf.text);
        }
        let id = first["id"].as_str().expect("an id").parse().expect("an id");
        let sheet = refund_sheet(&app.services().db, app.business, id).await.expect("it has gone");
        assert_eq!(sheet.owed_again, [("ORD-2026-00001".to_owned(), 4_000)]);
        app.work().await;
        let mails = app.all("/mails?kind=refund").await;
        assert_eq!(mails.len(), 2);
        assert!(mails[1]["text"].as_str().is_some_and(|text| text.contains("40.00") && text.contains("Sent back")), "{mails:?}");
        let entries = app.all(&format!("/customers/{customer}/entries?kind=refund")).await;
        assert_eq!(entries.len(), 2);
        let answers = app.get(&format!("/payments/{payment}/actions")).await.json(200);
        let refund = answers.as_array().expect("a list").iter().find(|one| one["action"] == "refund").expect("it is there");
        assert_eq!((&refund["allowed"], &refund["code"]), (&json!(false), &json!("NOTHING_REFUNDABLE")));
    });
}

#[test]
fn worked_numbers_of_refunds() {
    TestApp::both(async |app| {
        // 2: order 480, deposit 200, +75.50, pay 355.50, remove 100, refund 100.
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 38_000).await;
        let extra = |amount: i64| json!({"reason": "items_added", "lines": [{"kind": "item", "description": "Stools", "quantity": 1, "unit_amount": amount}]});
        let amended = app.post(&format!("/orders/{order}/amendments"), extra(10_000)).await.json(201);
        let line = amended["lines"][1]["id"].clone();
        paid_outside(app, &customer, 20_000, Some(&order)).await;
        app.post(&format!("/orders/{order}/amendments"), extra(7_550)).await.json(201);
        let rest = paid_outside(app, &customer, 35_550, Some(&order)).await;
        app.post(&format!("/orders/{order}/amendments"), json!({"reason": "correction", "remove": [line]})).await.json(201);
        let seen = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!((&seen["total"], &seen["paid"], &seen["amount_due"]), (&json!(45_550), &json!(45_550), &json!(0)));
        assert_eq!(balance(app, &customer).await, 10_000);
        let made = app.post(&format!("/payments/{rest}/refunds"), back(10_000)).await.json(201);
        assert_eq!((&made["to"], due(app, &order).await, balance(app, &customer).await), (&json!("outside"), 0, 0));

        // 12: 100 charged, pay 130, refund 30: due 0 throughout.
        let other = app.customer("Fjord Rowing").await;
        let order = app.order(&other, 10_000).await;
        let payment = paid_outside(app, &other, 13_000, Some(&order)).await;
        assert_eq!((due(app, &order).await, balance(app, &other).await), (0, 3_000));
        app.post(&format!("/payments/{payment}/refunds"), back(3_000)).await.json(201);
        assert_eq!((due(app, &order).await, balance(app, &other).await), (0, 0));
    });
}

#[test]
fn which_document_is_owed_again_is_the_clerks_choice() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let (one, two) = (app.order(&customer, 5_000).await, app.order(&customer, 5_000).await);
        let payment = paid_outside(app, &customer, 10_000, None).await;
        let path = format!("/payments/{payment}/refunds");
        let mut chosen = back(3_000);
        chosen["allocations"] = json!([{"order": one, "amount": 2_000}]);
        app.post(&path, chosen.clone()).await.json(201);
        assert_eq!((due(app, &one).await, due(app, &two).await), (2_000, 1_000), "what is not named comes from the newest");
        chosen["allocations"] = json!([{"order": one, "amount": 3_001}]);
        assert_eq!(app.post(&path, chosen.clone()).await.wrong_field(422, "DOES_NOT_ADD_UP"), "allocations");
        chosen["allocations"] = json!([{"order": one}]);
        assert_eq!(app.post(&path, chosen.clone()).await.wrong_field(422, "INVALID"), "allocations[0].amount");
        chosen["allocations"] = json!([{"amount": 1}]);
        assert_eq!(app.post(&path, chosen).await.wrong_field(422, "INVALID"), "allocations[0]");
        for (body, field) in [
            (json!({"amount": 0, "reason": "x"}), "amount"),
            (json!({"amount": 1, "reason": " "}), "reason"),
            (json!({"amount": 1, "reason": "x", "to": "moon"}), "to"),
        ] {
            assert_eq!(app.post(&path, body).await.wrong_field(422, "INVALID"), field);
        }
        app.post("/payments/pay_01h455vb4pex5vsknk084sn02q/refunds", back(1)).await.refused(404, "NOT_FOUND");
        let key = app.key_with(&["read", "payments"]).await;
        app.call(&key, "POST", &path, &[], &back(1)).await.refused(403, "NO_SCOPE");
        let (_, other) = app.other_business().await;
        app.call(&other, "POST", &path, &[], &back(1)).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_refund_that_fails_leaves_the_books_untouched() {
    TestApp::both(async |app| {
        app.sandbox().await;
        app.post("/settings", json!({"notify": ["till@harbor.example"]})).await.json(200);
        let (customer, order, payment) = paid_online(app, "4000000000005126").await;
        let path = format!("/payments/{payment}/refunds");
        let failed = app.post_once("f", &path, back(2_500)).await.refused(402, "REFUND_FAILED");
        let paper = format!("/refunds/{}/pdf", failed["refund"]["id"].as_str().expect("an id"));
        app.get(&paper).await.refused(409, "REFUND_PENDING");
        assert_eq!(
            (&failed["refund"]["state"], &failed["refund"]["failure"]["code"]),
            (&json!("failed"), &json!("REFUND_FAILED"))
        );
        let again = app.post_once("f", &path, back(2_500)).await;
        assert!(again.replayed());
        assert_eq!(again.refused(402, "REFUND_FAILED")["refund"], failed["refund"]);
        assert_eq!((due(app, &order).await, balance(app, &customer).await), (0, 0));
        assert_eq!(app.get(&format!("/payments/{payment}")).await.json(200)["refunded"], 0);
        app.work().await;
        let alerts = app.all("/mails?kind=staff_alert").await;
        assert!(alerts.len() == 1 && alerts[0]["to"] == "till@harbor.example", "{alerts:?}");
        // What failed is free again, and can be given back outside.
        let mut outside = back(10_000);
        outside["to"] = json!("outside");
        assert_eq!(app.post(&path, outside).await.json(201)["state"], "succeeded");
        assert_eq!(due(app, &order).await, 10_000);
    });
}

#[test]
fn a_lost_answer_keeps_its_credit_until_there_is_evidence() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (_, order, payment) = paid_online(app, "4242424242424242").await;
        let path = format!("/payments/{payment}/refunds");
        for (fault, gone) in [("lose_answer", 1_000), ("timeout", 1_000)] {
            app.post(&format!("/processors/{prc}/sandbox/faults"), json!({"next": [fault]})).await.json(200);
            let made = app.post(&path, back(1_000)).await.json(202);
            assert_eq!(made["state"], "pending", "{fault}");
            let no = app.post(&path, back(10_000)).await.refused(409, "NOTHING_REFUNDABLE");
            assert!(no["refundable"].as_i64().expect("an amount") <= 10_000 - gone, "{fault}: {no}");
            app.post("/test/clock", json!({"advance": "PT2H"})).await.json(200);
            let id = made["id"].as_str().expect("an id");
            let now = app.get(&format!("/refunds/{id}")).await.json(200);
            assert!(["succeeded", "failed"].contains(&now["state"].as_str().expect("a state")), "{fault}: {now}");
        }
        let charges = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200);
        let refunded = charges["data"][0]["refunded"].as_i64().expect("an amount");
        let paid = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!((paid["refunded"].as_i64(), due(app, &order).await), (Some(refunded), refunded), "the bank's truth is ours");
    });
}

#[test]
fn a_window_that_closed_leaves_the_way_outside() {
    TestApp::both(async |app| {
        let settings = json!({"capabilities": {"refund_days": 30}});
        app.post("/processors", json!({"kind": "sandbox", "settings": settings})).await.json(201);
        let (_, order, payment) = paid_online(app, "4242424242424242").await;
        app.post("/test/clock", json!({"advance": "P31D"})).await.json(200);
        let path = format!("/payments/{payment}/refunds");
        app.post(&path, back(100)).await.refused(409, "WINDOW_CLOSED");
        let mut outside = back(100);
        outside["to"] = json!("outside");
        app.post(&path, outside).await.json(201);
        assert_eq!(due(app, &order).await, 100);
    });
}

#[test]
fn two_refunds_at_once_are_never_more_than_the_payment() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (_, order, payment) = paid_online(app, "4242424242424242").await;
        let path = format!("/payments/{payment}/refunds");
        let (a, b) = tokio::join!(app.post(&path, back(6_000)), app.post(&path, back(6_000)));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", a.text, b.text);
        assert_eq!(due(app, &order).await, 6_000);
    });
}

#[test]
fn a_return_that_overtakes_a_refund_is_owed_by_the_customer() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, order, payment) = paid_online(app, "000123456789").await;
        app.post("/test/clock", json!({"advance": "P3D"})).await.json(200);
        assert_eq!(due(app, &order).await, 0);
        let made = app.post(&format!("/payments/{payment}/refunds"), back(4_000)).await.json(202);
        assert_eq!(made["state"], "pending", "a refund of a bank debit takes three days");
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let charge = charge.as_str().expect("a charge");
        app.post(&format!("/processors/{prc}/sandbox/charges/{charge}/return"), json!({})).await.json(200);
        app.work().await;
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        let seen = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!((&seen["returned"], &seen["refunded"]), (&json!(true), &json!(4_000)));
        // The bank took all of it back, and 40 more had been sent: both are owed.
        assert_eq!((due(app, &order).await, balance(app, &customer).await), (10_000, -14_000));
    });
}

#[test]
fn a_refund_at_the_processors_desk_is_booked_once() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, order, payment) = paid_online(app, "4242424242424242").await;
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/refund", charge.as_str().expect("a charge"));
        app.post(&format!("/payments/{payment}/refunds"), back(1_000)).await.json(201);
        app.post(&desk, json!({"amount": 3_000})).await.json(200);
        app.work().await;
        app.work().await;
        let seen = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!((&seen["refunded"], due(app, &order).await), (&json!(4_000), 4_000));
        let refunds = app.all(&format!("/refunds?payment={payment}")).await;
        assert_eq!((refunds.len(), &refunds[0]["amount"]), (2, &json!(3_000)));
        // Ours was given back outside already; the desk gives it once more: the rest is owed.
        let mut outside = back(6_000);
        outside["to"] = json!("outside");
        app.post(&format!("/payments/{payment}/refunds"), outside).await.json(201);
        assert_eq!(due(app, &order).await, 10_000);
        app.post(&desk, json!({"amount": 6_000})).await.json(200);
        app.work().await;
        assert_eq!(
            (due(app, &order).await, balance(app, &customer).await),
            (10_000, -16_000),
            "gone twice: the customer owes it"
        );
    });
}

#[test]
fn payouts_and_reapplying() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let gift = json!({"side": "credit", "amount": 2_000, "currency": "USD", "description": "Sorry"});
        app.post(&format!("/customers/{customer}/entries"), gift).await.json(201);
        let path = format!("/customers/{customer}/payouts");
        let out = app.post(&path, json!({"amount": 1_500, "currency": "USD", "reason": "Asked for it", "method": "check"})).await;
        assert_eq!((&out.json(201)["kind"], &out.json(201)["balance_after"]), (&json!("payout"), &json!(500)));
        let no = app.post(&path, json!({"amount": 501, "currency": "USD", "reason": "x"})).await;
        assert_eq!(no.refused(409, "NOTHING_REFUNDABLE")["refundable"], 500);
        assert_eq!(
            app.post(&path, json!({"amount": 1, "currency": "USD", "reason": ""})).await.wrong_field(422, "INVALID"),
            "reason"
        );

        let other = app.customer("Fjord Rowing").await;
        let (one, two) = (app.order(&other, 3_000).await, app.order(&other, 3_000).await);
        let payment = paid_outside(app, &other, 3_000, Some(&one)).await;
        let path = format!("/payments/{payment}/reallocate");
        let moved = app.post(&path, json!({"allocations": [{"order": two, "amount": 2_000}]})).await.json(200);
        assert_eq!((&moved["unapplied"], due(app, &one).await, due(app, &two).await), (&json!(1_000), 3_000, 1_000));
        let off = app.post(&path, json!({"allocations": []})).await.json(200);
        assert_eq!((&off["unapplied"], due(app, &two).await), (&json!(3_000), 3_000), "to the balance, and it stays there");
        let too_much = app.post(&path, json!({"allocations": [{"order": two, "amount": 3_001}]})).await;
        assert_eq!(too_much.wrong_field(422, "DOES_NOT_ADD_UP"), "allocations");
        let back = app.post(&path, json!({"allocations": [{"order": one, "amount": 3_000}]})).await.json(200);
        assert_eq!((&back["unapplied"], due(app, &one).await), (&json!(0), 0));
        let foreign = app.order(&customer, 100).await;
        app.post(&path, json!({"allocations": [{"order": foreign, "amount": 1}]})).await.refused(404, "NOT_FOUND");
    });
}
