//! Statements: figures that agree with each other and with the paper, sent once, and true about what was entered since.

use books::paper::Paper;
use serde_json::{Value, json};

use crate::admin::browser::fresh_key;
use crate::kit::{TestApp, drawn};

async fn entry(app: &TestApp, customer: &str, side: &str, amount: i64, on: &str) {
    let entry = json!({"side": side, "amount": amount, "currency": "USD", "description": "Work", "effective_on": on});
    app.post(&format!("/customers/{customer}/entries"), entry).await.json(201);
}

fn sum(rows: &Value, field: &str) -> i64 {
    rows.as_array().expect("rows").iter().map(|row| row[field].as_i64().expect("an amount")).sum()
}

fn pairs(rows: &Value, one: &str, other: &str) -> Vec<(i64, i64)> {
    let of = |row: &Value, name: &str| row[name].as_i64().expect("an amount");
    rows.as_array().expect("rows").iter().map(|row| (of(row, one), of(row, other))).collect()
}

#[test]
fn opening_and_movements_come_to_the_closing_and_to_what_is_open() {
    TestApp::both(async |app| {
        let mark = format!("VAT {}", fresh_key());
        app.post("/settings", json!({"tax_id": mark})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        entry(app, &customer, "charge", 2_000, "2025-12-20").await;
        entry(app, &customer, "credit", 500, "2026-01-05").await;
        entry(app, &customer, "charge", 900, "2026-01-10").await;
        let path = format!("/reports/statement?customer={customer}&from=2026-01-01&to=2026-01-31");
        let made = app.get(&path).await.json(200);
        assert_eq!((&made["opening"], &made["closing"]), (&json!(-2_000), &json!(-2_400)));
        assert_eq!(sum(&made["movements"], "amount"), -400);
        assert_eq!(sum(&made["open"], "open"), 2_400);
        assert_eq!((&made["free_credit"], &made["said_before"]), (&json!(0), &Value::Null));
        // As at the day before the credit came, all of the charge was open.
        let then = app.get(&format!("/reports/statement?customer={customer}&from=2025-12-01&to=2026-01-04")).await.json(200);
        assert_eq!((sum(&then["open"], "open"), &then["closing"]), (2_000, &json!(-2_000)));
        let pdf = app.get(&format!("/customers/{customer}/statement.pdf?from=2026-01-01&to=2026-01-31")).await;
        assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"), "{}", pdf.text);
        let Some(Paper::Statement(paper)) = drawn(&mark).pop() else { panic!("no statement was drawn") };
        let minor = |name: &str| made[name].as_i64().expect("an amount");
        assert_eq!((paper.opening.minor, paper.closing.minor), (minor("opening"), minor("closing")));
        let moved: Vec<(i64, i64)> = paper.movements.iter().map(|row| (row.amount.minor, row.balance.minor)).collect();
        assert_eq!(moved, pairs(&made["movements"], "amount", "balance"));
        let open: Vec<(i64, i64)> = paper.open_items.iter().map(|row| (row.amount.minor, row.open.minor)).collect();
        assert_eq!(open, pairs(&made["open"], "amount", "open"));
        let a = &paper.ageing;
        let strip = [a.current, a.d1_30, a.d31_60, a.d61_90, a.d90_plus].map(|amount| amount.minor);
        let names = ["current", "d1_30", "d31_60", "d61_90", "d90_plus"];
        assert_eq!(strip, names.map(|name| made["ageing"][name].as_i64().expect("an amount")), "{made}");
        assert_eq!(a.free_credit.minor, minor("free_credit"));
        let letter = app.get(&format!("/customers/{customer}/letter.pdf")).await;
        assert_eq!((letter.status.as_u16(), letter.header("content-type")), (200, "application/pdf"), "{}", letter.text);
    });
}

#[test]
fn a_statement_is_sent_once_and_the_next_says_what_was_entered_since() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        entry(app, &customer, "charge", 2_000, "2025-12-20").await;
        let path = format!("/customers/{customer}/statements");
        let days = json!({"from": "2025-12-01", "to": "2025-12-31"});
        let sent = app.post_once("k1", &path, days.clone()).await.json(201);
        assert_eq!((&sent["closing"], &sent["sent_to"]), (&json!(-2_000), &json!("pay@fern.example")));
        assert!(sent["url"].as_str().is_some_and(|url| url.contains("/p/stm_")), "{sent}");
        let again = app.post_once("k1", &path, days).await;
        assert!(again.replayed());
        assert_eq!(again.json(201), sent);
        let other = app.post_once("k1", &path, json!({"from": "2025-11-01", "to": "2025-12-31"})).await;
        other.refused(422, "IDEMPOTENCY_MISMATCH");
        app.work().await;
        assert_eq!(app.all("/mails?kind=statement&limit=50").await.len(), 1);

        entry(app, &customer, "charge", 300, "2025-12-30").await;
        let next = app.get(&format!("/reports/statement?customer={customer}&from=2026-01-01&to=2026-01-31")).await.json(200);
        assert_eq!((&next["said_before"], &next["opening"]), (&json!(-2_000), &json!(-2_300)));
        assert_eq!((sum(&next["entered_since"], "amount"), next["entered_since"].as_array().map(Vec::len)), (-300, Some(1)));
        let pdf = app.get(&format!("/customers/{customer}/statement.pdf?from=2026-01-01&to=2026-01-31")).await;
        assert_eq!(pdf.status.as_u16(), 200, "{}", pdf.text);
        let list = app.get(&path).await.json(200);
        assert_eq!(list["data"], json!([sent]));
    });
}

#[test]
fn bad_days_no_address_no_scope_and_other_businesses_are_refused() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/statements");
        let wrong = json!({"from": "2026-02-01", "to": "2026-01-01"});
        assert_eq!(app.post(&path, wrong).await.wrong_field(422, "INVALID"), "to");
        assert_eq!(app.post(&path, json!({"from": "2026-02-31", "to": "2026-03-01"})).await.wrong_field(422, "INVALID"), "from");
        assert_eq!(app.post(&path, json!({"from": "2026-02-01"})).await.wrong_field(422, "INVALID"), "to");
        app.patch(&format!("/customers/{customer}"), json!({"email": null})).await.json(200);
        let days = json!({"from": "2026-01-01", "to": "2026-01-31"});
        app.post(&path, days.clone()).await.refused(409, "NO_CONTACT");
        let reader = app.key_with(&["read"]).await;
        app.call(&reader, "POST", &path, &[], &days).await.refused(403, "NO_SCOPE");

        let (_, abroad) = app.other_business().await;
        app.call(&abroad, "POST", &path, &[], &days).await.refused(404, "NOT_FOUND");
        let query = "from=2026-01-01&to=2026-01-31";
        for path in [
            format!("/reports/statement?customer={customer}&{query}"),
            format!("/customers/{customer}/statement.pdf?{query}"),
            format!("/customers/{customer}/letter.pdf"),
            format!("/customers/{customer}/statements"),
        ] {
            app.call(&abroad, "GET", &path, &[], &Value::Null).await.refused(404, "NOT_FOUND");
        }
    });
}
