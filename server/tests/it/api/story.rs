//! The main job as a program does it: an order comes to cost more after a deposit, is asked for, and paid by its link.

use processors::sandbox::CheckoutStep;
use serde_json::{Value, json};

use crate::kit::{ADDRESS, TestApp};

/// Every place that says what is due of one order.
async fn due_everywhere(app: &TestApp, customer: &str, order: &str) -> Vec<i64> {
    let amount = |value: &Value, name: &str| value[name].as_i64().unwrap_or_else(|| panic!("{name} of {value}"));
    let one = app.get(&format!("/orders/{order}")).await.json(200);
    let listed = app.get(&format!("/orders?customer={customer}")).await.json(200);
    let explained = app.get(&format!("/orders/{order}/explain")).await.json(200);
    let person = app.get(&format!("/customers/{customer}")).await.json(200);
    let account = app.get(&format!("/customers/{customer}/explain")).await.json(200);
    let ageing = app.get("/reports/ageing").await.json(200);
    let summary = app.get("/reports/summary").await.json(200);
    vec![
        amount(&one, "amount_due"),
        amount(&listed["data"][0], "amount_due"),
        amount(&explained, "amount_due"),
        amount(&person["balances"][0], "amount_owed"),
        -amount(&person["balances"][0], "balance"),
        amount(&account, "amount_due"),
        amount(&ageing, "total"),
        amount(&summary, "amount_owed"),
    ]
}

#[test]
fn an_order_that_came_to_cost_more_is_asked_for_and_paid() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        app.sandbox().await;
        let order = app.order(&customer, 48_000).await;
        let deposit = json!({"customer": customer, "amount": 20_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "check", "reference": "1007", "received_on": "2026-01-15"}});
        let payment = app.post("/payments", deposit).await.json(201);
        assert_eq!((&payment["state"], &payment["unapplied"]), (&json!("succeeded"), &json!(0)));
        assert_eq!(
            payment["allocations"],
            json!([{"entry": payment["allocations"][0]["entry"], "order": order, "invoice": null, "amount": 20_000}])
        );
        assert_eq!(due_everywhere(app, &customer, &order).await, [28_000; 8]);

        let stools = json!([{"kind": "item", "description": "Two stools", "quantity": "2", "unit_amount": 3_775}]);
        let amended = app.post(&format!("/orders/{order}/amendments"), json!({"reason": "items_added", "lines": stools})).await;
        let amended = amended.json(201);
        assert_eq!(amended["total"], 55_550);
        assert_eq!(amended["amendments"][0]["reason"], "items_added");
        assert_eq!(amended["payment_state"], "part_paid");
        assert_eq!(due_everywhere(app, &customer, &order).await, [35_550; 8]);

        let asking =
            json!({"cc": ["books@fern.example"], "message": "The stools are ready.", "notify": ["owner@harbor.example"]});
        let request = app.post(&format!("/orders/{order}/payment-requests"), asking).await.json(201);
        assert_eq!((&request["state"], &request["amount"]), (&json!("sent"), &json!(35_550)));
        assert_eq!((&request["to"], &request["cc"]), (&json!("pay@fern.example"), &json!(["books@fern.example"])));
        let url = request["url"].as_str().expect("a URL").to_owned();
        assert!(url.starts_with(&format!("{ADDRESS}/p/req_")), "{url}");
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["state"], "pending");
        app.work().await;
        let mails = app.get("/mails?kind=payment_request").await.json(200);
        let text = mails["data"][0]["text"].as_str().expect("text");
        assert!(text.contains("355.50") && text.contains(&url), "{text}");

        assert!(matches!(app.pay_by_link(&url, "4000000000000002").await, CheckoutStep::Declined { .. }));
        assert_eq!(due_everywhere(app, &customer, &order).await, [35_550; 8]);
        assert!(matches!(app.pay_by_link(&url, "4242424242424242").await, CheckoutStep::Paid { .. }));
        assert_eq!(due_everywhere(app, &customer, &order).await, [0; 8]);

        let id = request["id"].as_str().expect("an id");
        let request = app.get(&format!("/requests/{id}")).await.json(200);
        assert_eq!(request["state"], "paid");
        assert!(request["opened_at"].is_string() && request["paid_at"].is_string(), "{request}");
        let order = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!(
            (&order["state"], &order["payment_state"], &order["paid"]),
            (&json!("confirmed"), &json!("paid"), &json!(55_550))
        );
        let payments = app.get("/payments?state=succeeded").await.json(200);
        let online = &payments["data"][0];
        assert_eq!((&online["amount"], &online["request"]), (&json!(35_550), &json!(id)));
        assert_eq!((&online["method"]["type"], &online["method"]["last4"]), (&json!("online"), &json!("4242")));
        let kinds: Vec<_> = app.all("/mails?limit=200").await.iter().map(|mail| mail["kind"].clone()).collect();
        assert!(kinds.contains(&json!("receipt")) && kinds.contains(&json!("payment_notice")), "{kinds:?}");
    });
}

#[test]
fn a_customer_pays_the_whole_balance_by_a_link() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        app.sandbox().await;
        let charge = json!({"side": "charge", "amount": 12_500, "currency": "USD", "description": "Mowing, May"});
        app.post(&format!("/customers/{customer}/entries"), charge).await.json(201);
        app.order(&customer, 7_500).await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({})).await.json(201);
        assert_eq!((&link["state"], &link["policy"], &link["can_pay"]), (&json!("active"), &json!("full"), &json!(true)));
        let id = link["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/links/{id}/explain")).await.json(200)["amount_due"], 20_000);
        let url = link["url"].as_str().expect("a URL").to_owned();
        assert!(matches!(app.pay_by_link(&url, "4242424242424242").await, CheckoutStep::Paid { .. }));
        assert_eq!(app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"], 0);

        let fresh = app.post(&format!("/links/{id}/regenerate"), json!({})).await.json(201);
        assert_ne!(fresh["url"], link["url"]);
        let old = app.get(&format!("/links/{id}")).await.json(200);
        assert_eq!((&old["state"], &old["url"]), (&json!("revoked"), &Value::Null));
        let listed = app.get(&format!("/customers/{customer}/links")).await.json(200);
        assert_eq!(listed["data"][0]["url"], fresh["url"], "it is shown again from the key file");
        let fresh = fresh["id"].as_str().expect("an id");
        assert_eq!(app.post(&format!("/links/{fresh}/send"), json!({})).await.json(200)["state"], "active");
        app.post(&format!("/links/{fresh}/revoke"), Value::Null).await.json(200);
        app.post(&format!("/links/{fresh}/send"), json!({})).await.refused(409, "LINK_REVOKED");
    });
}
