//! Reports add up the same entries that everything else shows, as at any day.

use serde_json::json;

use crate::kit::TestApp;

#[test]
fn ageing_moves_with_the_days_and_past_days_stay() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/entries");
        let charge = |amount: i64, on: &str, due: &str| json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Work", "effective_on": on, "due_on": due});
        app.post(&path, charge(1_000, "2026-01-02", "2026-01-10")).await.json(201);
        app.post(&path, charge(2_000, "2025-09-01", "2025-10-01")).await.json(201);
        app.post(&path, charge(400, "2026-01-15", "2026-02-15")).await.json(201);
        let other = app.customer("Moss").await;
        let credit =
            json!({"side": "credit", "amount": 300, "currency": "USD", "description": "Deposit", "effective_on": "2026-01-12"});
        app.post(&format!("/customers/{other}/entries"), credit).await.json(201);

        let ageing = app.get("/reports/ageing").await.json(200);
        let want = json!({"as_of": "2026-01-15", "currency": "USD", "current": 400, "d1_30": 1_000, "d31_60": 0, "d61_90": 0, "d90_plus": 2_000, "total": 3_400, "credit": 300});
        assert_eq!(ageing, want);
        assert_eq!(app.get("/reports/ageing?as_of=2026-01-15").await.json(200), want);
        let summary = app.get("/reports/summary").await.json(200);
        let totals = json!({"as_of": "2026-01-15", "currency": "USD", "customers": 2, "owing": 1, "amount_owed": 3_400, "in_credit": 1, "credit_available": 300});
        assert_eq!(summary, totals);

        app.post("/test/clock", json!({"advance": "P40D"})).await.json(200);
        let later = app.get("/reports/ageing").await.json(200);
        assert_eq!((&later["d1_30"], &later["d31_60"], &later["total"]), (&json!(400), &json!(1_000), &json!(3_400)));
        let mut then = app.get("/reports/ageing?as_of=2026-01-15").await.json(200);
        assert_eq!(then, want, "a past day looks as it did");
        then = app.get("/reports/ageing?as_of=2026-01-05").await.json(200);
        assert_eq!(
            (&then["current"], &then["d90_plus"], &then["total"], &then["credit"]),
            (&json!(1_000), &json!(2_000), &json!(3_000), &json!(0))
        );
        let then = app.get("/reports/summary?as_of=2026-01-05").await.json(200);
        assert_eq!((&then["amount_owed"], &then["in_credit"], &then["credit_available"]), (&json!(3_000), &json!(0), &json!(0)));
        assert_eq!(app.get("/reports/ageing?currency=EUR").await.json(200)["total"], 0);

        let statement = app.get(&format!("/reports/statement?customer={customer}&from=2026-01-01&to=2026-01-31")).await.json(200);
        assert_eq!((&statement["opening"], &statement["closing"]), (&json!(-2_000), &json!(-3_400)));
        let balances: Vec<_> =
            statement["movements"].as_array().expect("movements").iter().map(|line| line["balance"].clone()).collect();
        assert_eq!(balances, [json!(-3_000), json!(-3_400)]);
        app.get(&format!("/reports/statement?customer={customer}&from=2026-02-01&to=2026-01-31")).await.refused(422, "INVALID");
        assert_eq!(
            app.get(&format!("/reports/statement?customer={customer}&from=2026-02-01")).await.wrong_field(422, "INVALID"),
            "to"
        );
    });
}

/// Of an issued invoice nobody is late before its own due day, on whatever day somebody asks.
#[test]
fn an_invoice_ages_from_its_own_due_day() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let work =
            json!({"side": "charge", "amount": 5_000, "currency": "USD", "description": "Work", "effective_on": "2026-01-01"});
        let charge = app.post(&format!("/customers/{customer}/entries"), work).await.json(201);
        let bill = json!({"customer": customer, "currency": "USD", "entries": [charge["id"]], "due_on": "2026-02-10"});
        let invoice = app.post("/invoices", bill).await.json(201);
        let aged = async |query: &str| {
            let of = app.get(&format!("/reports/ageing{query}")).await.json(200);
            ["current", "d1_30", "d31_60"].map(|name| of[name].as_i64().expect("an amount"))
        };
        assert_eq!(aged("").await, [0, 5_000, 0], "a draft changes no due day");
        let invoice = invoice["id"].as_str().expect("an id");
        app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
        assert_eq!(aged("").await, [5_000, 0, 0]);
        app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
        assert_eq!(aged("?as_of=2026-01-15").await, [5_000, 0, 0], "yesterday's columns are those that yesterday showed");
        app.post("/test/clock", json!({"advance": "P30D"})).await.json(200);
        assert_eq!((aged("").await, aged("?as_of=2026-02-13").await), ([0, 5_000, 0], [0, 5_000, 0]));
    });
}
