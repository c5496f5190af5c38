//! Lists come in pages that miss nothing and repeat nothing, in every order, and cursors belong to one list.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::kit::TestApp;

const MANY: usize = 123;

/// Many customers with all kinds of balances, two of a kind among them.
async fn crowd(app: &TestApp) {
    for at in 0..MANY {
        let name = format!("{} customer {at:03}", if at % 2 == 0 { "Even" } else { "odd" });
        let body = json!({"name": name, "email": format!("c{at}@crowd.example"), "reference": format!("R_{at}")});
        let id = app.post("/customers", body).await.json(201)["id"].as_str().expect("an id").to_owned();
        let amount = 100 * (1 + at % 7);
        let mut entry = json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Work"});
        match at % 5 {
            0 => entry["due_on"] = json!("2026-01-10"),
            1 => entry["side"] = json!("credit"),
            2 => continue,
            _ => {}
        }
        if at % 5 == 0 {
            entry["effective_on"] = json!("2026-01-02");
        }
        app.post(&format!("/customers/{id}/entries"), entry).await.json(201);
        app.services().db.clock().advance_seconds(1);
    }
}

fn of<'a>(rows: &'a [Value], name: &'a str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
}

fn balance(row: &Value) -> i64 {
    row["balances"][0]["balance"].as_i64().expect("a balance")
}

#[test]
fn every_order_of_customers_is_whole_in_pages() {
    TestApp::both(async |app| {
        crowd(app).await;
        let whole: HashSet<String> = of(&app.all("/customers?limit=200").await, "id").into_iter().collect();
        assert_eq!(whole.len(), MANY);
        for sort in ["-owed", "name", "-activity"] {
            let rows = app.all(&format!("/customers?sort={sort}&limit=7")).await;
            let ids = of(&rows, "id");
            assert_eq!(ids.len(), MANY, "{sort}: nothing twice");
            assert_eq!(ids.into_iter().collect::<HashSet<_>>(), whole, "{sort}: nothing missed");
            match sort {
                "-owed" => assert!(rows.is_sorted_by_key(balance)),
                "name" => assert!(of(&rows, "name").iter().map(|name| name.to_lowercase()).is_sorted()),
                _ => assert!(of(&rows[..50], "name")[0].contains("122"), "the last to be active comes first"),
            }
            for (filter, wanted) in [
                ("owes=true", rows.iter().filter(|row| balance(row) < 0).count()),
                ("credit=true", rows.iter().filter(|row| balance(row) > 0).count()),
                ("overdue=true", MANY.div_ceil(5)),
                ("overdue=true&credit=true", 0),
                ("q=EVEN", MANY.div_ceil(2)),
                ("q=ev", MANY.div_ceil(2)),
                ("q=c12%40crowd", 1),
                ("q=R_1", (0..MANY).filter(|at| at.to_string().starts_with('1')).count()),
                ("q=even&overdue=true", (0..MANY).filter(|at| at % 10 == 0).count()),
                ("q=nobody", 0),
            ] {
                let found = app.all(&format!("/customers?sort={sort}&{filter}&limit=11")).await;
                let ids: HashSet<String> = of(&found, "id").into_iter().collect();
                assert_eq!((found.len(), ids.len()), (wanted, wanted), "{sort} {filter}");
            }
        }
        // A page reads the same whatever is added behind its cursor.
        let first = app.get("/customers?sort=name&limit=5").await.json(200);
        app.customer("Even before all others").await;
        let cursor = first["next_cursor"].as_str().expect("more");
        let second = app.get(&format!("/customers?sort=name&limit=5&cursor={cursor}")).await.json(200);
        assert_eq!(second["data"][0]["name"], "Even customer 010");
    });
}

#[test]
fn a_cursor_belongs_to_its_list_sort_and_filters() {
    TestApp::both(async |app| {
        for at in 0..3 {
            let customer = app.customer(&format!("Customer {at}")).await;
            app.order(&customer, 100).await;
        }
        let page = app.get("/customers?limit=1&sort=name").await.json(200);
        let cursor = page["next_cursor"].as_str().expect("more");
        app.get(&format!("/customers?limit=2&sort=name&cursor={cursor}")).await.json(200);
        for other in [
            "/customers?sort=-owed",
            "/customers?sort=name&owes=true",
            "/customers?sort=name&q=cust",
            "/orders?limit=1",
            "/events?limit=1",
        ] {
            app.get(&format!("{other}&cursor={cursor}")).await.refused(400, "BAD_CURSOR");
        }
        let mut changed = cursor.to_owned();
        changed.replace_range(2..6, "AAAA");
        app.get(&format!("/customers?limit=1&sort=name&cursor={changed}")).await.refused(400, "BAD_CURSOR");
        let orders = app.get("/orders?limit=1").await.json(200);
        let cursor = orders["next_cursor"].as_str().expect("more");
        app.get(&format!("/orders?limit=1&state=draft&cursor={cursor}")).await.refused(400, "BAD_CURSOR");
        let (_, other) = app.other_business().await;
        let foreign = app.call(&other, "GET", &format!("/orders?limit=1&cursor={cursor}"), &[], &Value::Null).await;
        assert_eq!(foreign.json(200)["data"], json!([]), "a cursor opens nothing");
    });
}

#[test]
fn records_are_filtered_by_state_customer_and_day() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (fern, moss) = (app.customer("Fern & Field").await, app.customer("Moss").await);
        let old = app.order(&fern, 1_000).await;
        app.post("/test/clock", json!({"advance": "P3D"})).await.json(200);
        let asked = app.order(&fern, 2_000).await;
        let paid = app.order(&moss, 3_000).await;
        let draft = json!({"customer": moss, "currency": "USD", "kind": "application", "state": "draft",
            "lines": [{"kind": "fee", "description": "Permit", "quantity": 1, "unit_amount": 500}]});
        let draft = app.post("/orders", draft).await.json(201)["id"].as_str().expect("an id").to_owned();
        let request = app.post(&format!("/orders/{asked}/payment-requests"), json!({})).await.json(201);
        let pay = json!({"customer": moss, "amount": 3_000, "currency": "USD", "order": paid, "method": {"type": "external", "kind": "cash"}});
        let payment = app.post("/payments", pay).await.json(201);

        let ids = async |path: &str| of(&app.all(path).await, "id");
        assert_eq!(ids("/orders?limit=1").await, [&*draft, &paid, &asked, &old]);
        for (query, wanted) in [
            (format!("customer={fern}"), vec![&asked, &old]),
            ("state=pending".to_owned(), vec![&asked]),
            ("state=confirmed".to_owned(), vec![&paid, &old]),
            (format!("state=confirmed&customer={fern}"), vec![&old]),
            ("state=draft".to_owned(), vec![&draft]),
            ("kind=application".to_owned(), vec![&draft]),
            ("kind=order&state=draft".to_owned(), vec![]),
            ("to=2026-01-15".to_owned(), vec![&old]),
            ("from=2026-01-16&to=2026-01-18&kind=order".to_owned(), vec![&paid, &asked]),
            ("from=2026-01-19".to_owned(), vec![]),
        ] {
            let found = ids(&format!("/orders?limit=2&{query}")).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{query}");
        }
        let request = request["id"].as_str().expect("an id");
        for (query, many) in [
            (format!("order={asked}"), 1),
            (format!("customer={fern}&state=sent"), 1),
            (format!("customer={moss}"), 0),
            (format!("order={asked}&customer={moss}"), 0),
            ("state=paid".to_owned(), 0),
            ("from=2026-01-18&to=2026-01-18".to_owned(), 1),
            ("to=2026-01-17".to_owned(), 0),
        ] {
            assert_eq!(ids(&format!("/requests?limit=2&{query}")).await, vec![request; many], "{query}");
        }
        let payment = payment["id"].as_str().expect("an id");
        for (query, many) in [
            (format!("order={paid}"), 1),
            (format!("customer={fern}"), 0),
            ("state=succeeded".to_owned(), 1),
            ("state=failed".to_owned(), 0),
            ("to=2026-01-17".to_owned(), 0),
        ] {
            assert_eq!(ids(&format!("/payments?limit=2&{query}")).await, vec![payment; many], "{query}");
        }
        let kinds = async |query: &str| of(&app.all(&format!("/events?limit=2&{query}")).await, "kind");
        assert_eq!(kinds(&format!("subject={payment}")).await, ["payment_recorded"]);
        assert_eq!(
            kinds(&format!("customer={fern}")).await,
            ["payment_requested", "order_created", "order_created", "customer_created"]
        );
        assert_eq!(kinds(&format!("customer={fern}&kind=order_created&to=2026-01-15")).await, ["order_created"]);
        let event = app.all(&format!("/events?limit=1&subject={payment}")).await.remove(0);
        let id = event["id"].as_str().expect("an id");
        assert_eq!(app.get(&format!("/events/{id}")).await.json(200), event);
        assert!(event["actor"].as_str().is_some_and(|actor| actor.starts_with("key_")), "{event}");
    });
}

#[test]
fn entries_are_filtered_and_run_backwards() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let path = format!("/customers/{customer}/entries");
        for (side, amount, on, description) in [
            ("charge", 5_000, "2026-01-05", "Hedge trimming"),
            ("credit", 2_000, "2026-01-10", "Goodwill"),
            ("charge", 700, "2026-01-12", "100% wool_en twine"),
        ] {
            let entry = json!({"side": side, "amount": amount, "currency": "USD", "description": description, "effective_on": on, "note": "for staff"});
            app.post(&path, entry).await.json(201);
        }
        let rows = app.all(&format!("{path}?limit=1")).await;
        assert_eq!(of(&rows, "description"), ["100% wool_en twine", "Goodwill", "Hedge trimming"]);
        let balances: Vec<i64> = rows.iter().map(|row| row["balance_after"].as_i64().expect("a balance")).collect();
        assert_eq!(balances, [-3_700, -3_000, -5_000]);
        assert_eq!(of(&rows, "status"), ["open", "applied", "part_paid"]);
        for (query, many) in [
            ("side=charge", 2),
            ("kind=manual_credit", 1),
            ("kind=payment", 0),
            ("from=2026-01-10", 2),
            ("from=2026-01-06&to=2026-01-11", 1),
            ("q=HEDGE", 1),
            ("q=staff", 3),
            ("q=100%25%20WOOL_en", 1),
            ("q=0%25w", 0),
            ("q=_", 1),
            ("q=!", 0),
            ("q=%20", 3),
            ("currency=EUR", 0),
        ] {
            assert_eq!(app.all(&format!("{path}?limit=2&{query}")).await.len(), many, "{query}");
        }
    });
}

/// Signs that mean something to a database stand for themselves, and a capital finds its small letter in every alphabet.
#[test]
fn what_is_searched_for_is_found_as_it_was_written() {
    TestApp::both(async |app| {
        let (cafe, twine) = (app.customer("Café Ölmühle").await, app.customer("50% twine_and\\rope!").await);
        for (customer, description) in [(&cafe, "Éclairs ÀLA Straße"), (&twine, "10%_off\\now!")] {
            let entry = json!({"side": "charge", "amount": 500, "currency": "USD", "description": description});
            let charge = app.post(&format!("/customers/{customer}/entries"), entry).await.json(201);
            let invoice = json!({"customer": customer, "currency": "USD", "entries": [charge["id"]], "description": description});
            app.post("/invoices", invoice).await.json(201);
        }
        for (q, cafes, twines) in [
            ("%C3%89clairs", 1, 0),
            ("%C3%A9CLAIRS%20%C3%A0la%20stra%C3%9Fe", 1, 0),
            ("10%25_off%5Cnow!", 0, 1),
            ("1_%25", 0, 0),
            ("%5C", 0, 1),
            ("!", 0, 1),
        ] {
            assert_eq!(app.all(&format!("/customers/{cafe}/entries?q={q}")).await.len(), cafes, "{q}");
            assert_eq!(app.all(&format!("/customers/{twine}/entries?q={q}")).await.len(), twines, "{q}");
            assert_eq!(app.all(&format!("/invoices?customer={cafe}&q={q}")).await.len(), cafes, "{q}");
            assert_eq!(app.all(&format!("/invoices?customer={twine}&q={q}")).await.len(), twines, "{q}");
        }
        for (q, found) in
            [("%C3%96LM", Some(&cafe)), ("50%25%20TWINE_and%5Crope!", Some(&twine)), ("50_twine", None), ("fé%20_", None)]
        {
            let q = q.replace('é', "%C3%A9");
            assert_eq!(
                of(&app.all(&format!("/customers?q={q}")).await, "id"),
                found.into_iter().cloned().collect::<Vec<_>>(),
                "{q}"
            );
        }
    });
}
