//! Invoices through the API: from lines, from an order's balance, from open charges; issued, paid, taken back, given up. The
//! numbers are those of the worked cases of the ledger.

use serde_json::{Value, json};

use crate::kit::TestApp;

pub fn line(description: &str, amount: i64) -> Value {
    json!({"kind": "item", "description": description, "quantity": 1, "unit_amount": amount})
}

/// A draft over lines of its own.
pub async fn draft(app: &TestApp, customer: &str, lines: Value) -> Value {
    app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201)
}

pub fn id(of: &Value) -> String {
    of["id"].as_str().expect("an id").to_owned()
}

/// An issued invoice of one line.
pub async fn issued(app: &TestApp, customer: &str, amount: i64) -> String {
    let draft = id(&draft(app, customer, json!([line("Survey", amount)])).await);
    app.post(&format!("/invoices/{draft}/issue"), json!({})).await.json(200);
    draft
}

pub async fn pay(app: &TestApp, customer: &str, target: Value, amount: i64) -> Value {
    let mut body =
        json!({"customer": customer, "amount": amount, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
    for (name, value) in target.as_object().expect("a target") {
        body[name] = value.clone();
    }
    app.post("/payments", body).await.json(201)
}

pub async fn balance(app: &TestApp, customer: &str) -> i64 {
    app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].as_i64().expect("a balance")
}

/// The state, and the total, paid, credited, written off and due.
pub async fn figures(app: &TestApp, invoice: &str) -> (String, [i64; 5]) {
    let invoice = app.get(&format!("/invoices/{invoice}")).await.json(200);
    let names = ["total", "paid", "credited", "written_off", "amount_due"];
    (invoice["state"].as_str().expect("a state").to_owned(), names.map(|name| invoice[name].as_i64().expect("an amount")))
}

fn shown(state: &str, figures: [i64; 5]) -> (String, [i64; 5]) {
    (state.to_owned(), figures)
}

async fn application(app: &TestApp, customer: &str, amount: i64) -> String {
    let body = json!({"customer": customer, "kind": "application", "currency": "USD", "lines": [line("Permit fee", amount)]});
    id(&app.post("/orders", body).await.json(201))
}

async fn amend(app: &TestApp, order: &str, amount: i64) {
    let body = json!({"reason": "extra_service", "lines": [line("Inspection", amount)]});
    app.post(&format!("/orders/{order}/amendments"), body).await.json(201);
}

#[test]
fn an_invoice_from_scratch_is_drafted_changed_issued_and_paid() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let taxed = json!({"kind": "service", "description": "Survey", "quantity": "2", "unit": "hour", "unit_amount": 5_000, "tax_rate": "8.25"});
        let made = draft(app, &customer, json!([taxed, line("Travel", 1_000)])).await;
        assert_eq!(
            (&made["state"], &made["number"], &made["total"], &made["amount_due"]),
            (&json!("draft"), &Value::Null, &json!(11_825), &json!(0))
        );
        assert_eq!(made["taxes"], json!([{"rate": "8.25", "net": 10_000, "tax": 825}]));
        let invoice = id(&made);
        assert_eq!(balance(app, &customer).await, 0, "a draft charges nothing");
        let changed = app
            .patch(&format!("/invoices/{invoice}"), json!({"due_on": "2026-02-14", "terms": "Net 30", "lines": [taxed]}))
            .await
            .json(200);
        assert_eq!(
            (&changed["total"], &changed["due_on"], &changed["terms"]),
            (&json!(10_825), &json!("2026-02-14"), &json!("Net 30"))
        );
        let refused = app.post("/payments", json!({"customer": customer, "amount": 5, "currency": "USD", "invoice": invoice, "method": {"type": "external", "kind": "cash"}})).await;
        refused.refused(409, "NOT_ISSUED");

        let issued = app.post_once("issue-1", &format!("/invoices/{invoice}/issue"), json!({"send": true})).await.json(200);
        assert_eq!(
            (&issued["number"], &issued["state"], &issued["issued_on"]),
            (&json!("INV-2026-00001"), &json!("open"), &json!("2026-01-15"))
        );
        let again = app.post_once("issue-1", &format!("/invoices/{invoice}/issue"), json!({"send": true})).await;
        assert!(again.replayed() && again.json(200)["number"] == "INV-2026-00001");
        app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.refused(409, "NOT_DRAFT");
        app.patch(&format!("/invoices/{invoice}"), json!({"terms": null})).await.refused(409, "NOT_DRAFT");
        assert_eq!(balance(app, &customer).await, -10_825);
        app.work().await;
        let mails = app.all("/mails?kind=invoice").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0]["text"].as_str().expect("text").contains("$108.25"), "{}", mails[0]);

        pay(app, &customer, json!({"invoice": invoice}), 5_000).await;
        assert_eq!(figures(app, &invoice).await, shown("part_paid", [10_825, 5_000, 0, 0, 5_825]));
        let paid = pay(app, &customer, json!({"allocations": [{"invoice": invoice, "amount": 5_825}]}), 5_825).await;
        assert_eq!((&paid["invoice"], &paid["allocations"][0]["invoice"]), (&json!(invoice), &json!(invoice)));
        assert_eq!(figures(app, &invoice).await, shown("paid", [10_825, 10_825, 0, 0, 0]));
        let explained = app.get(&format!("/invoices/{invoice}/explain")).await.json(200);
        assert_eq!((&explained["total"], explained["charges"][0]["applied"].as_array().map(Vec::len)), (&json!(10_825), Some(2)));
        assert_eq!(app.get(&format!("/invoices/{invoice}/pdf")).await.status, 200);
        assert_eq!(app.get(&format!("/invoices/{invoice}/pdf")).await.text, "%PDF-0.00");
    });
}

#[test]
fn case_5_an_order_is_billed_and_what_is_added_later_goes_on_a_further_invoice() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        pay(app, &customer, json!({"order": order}), 20_000).await;
        let path = format!("/orders/{order}/invoices");
        let first = app.post(&path, json!({"description": "Oak table"})).await.json(201);
        assert_eq!(
            (&first["already_paid"], &first["due_at_issue"], &first["order"]),
            (&json!(20_000), &json!(28_000), &json!(order))
        );
        app.post(&path, json!({"description": "Again"})).await.refused(409, "ALREADY_INVOICED");
        amend(app, &order, 7_550).await;
        assert_eq!(figures(app, &id(&first)).await, shown("part_paid", [48_000, 20_000, 0, 0, 28_000]));
        let seen = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!(seen["amount_due"], 35_550);
        let second = app.post(&path, json!({"description": "Inspection", "due_on": "2026-02-01"})).await.json(201);
        assert_eq!((&second["number"], &second["total"]), (&json!("INV-2026-00002"), &json!(7_550)));
        assert_eq!(app.all(&format!("/invoices?customer={customer}")).await.len(), 2);
    });
}

#[test]
fn case_9_and_10_an_application_is_billed_once_it_is_approved() {
    TestApp::both(async |app| {
        for (paid, total, due) in [(3_000, 7_000, 4_000), (5_000, 2_000, 2_000)] {
            let customer = app.customer("Fern & Field").await;
            let order = application(app, &customer, 5_000).await;
            let path = format!("/orders/{order}/invoices");
            pay(app, &customer, json!({"order": order}), paid).await;
            app.post(&path, json!({"description": "Balance"})).await.refused(409, "STILL_PENDING");
            app.post(&format!("/orders/{order}/approve"), json!({})).await.json(200);
            amend(app, &order, 2_000).await;
            let invoice = app.post(&path, json!({"description": "Balance"})).await.json(201);
            assert_eq!((&invoice["total"], &invoice["amount_due"]), (&json!(total), &json!(due)));
            assert_eq!(app.post(&path, json!({"description": ""})).await.wrong_field(422, "INVALID"), "description");
            app.post(&path, json!({"description": "Balance"})).await.refused(409, "ALREADY_INVOICED");
        }
    });
}

#[test]
fn case_11_and_12_money_on_account_is_applied_and_too_much_stays_credit() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        pay(app, &customer, json!({}), 70_000).await;
        let made = draft(app, &customer, json!([line("Survey", 100_000)])).await;
        let invoice = app.post(&format!("/invoices/{}/issue", id(&made)), json!({})).await.json(200);
        assert_eq!(
            (&invoice["applied_balance"], &invoice["already_paid"], &invoice["amount_due"]),
            (&json!(70_000), &json!(0), &json!(30_000))
        );

        let other = app.customer("Fjord Rowing").await;
        let invoice = issued(app, &other, 10_000).await;
        pay(app, &other, json!({"invoice": invoice}), 13_000).await;
        let seen = app.get(&format!("/invoices/{invoice}")).await.json(200);
        assert_eq!((&seen["amount_due"], &seen["overpaid"], balance(app, &other).await), (&json!(0), &json!(3_000), 3_000));
    });
}

#[test]
fn case_17_voiding_frees_what_it_charged_and_lets_go_of_what_it_covered() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        pay(app, &customer, json!({"invoice": invoice}), 6_000).await;
        let path = format!("/invoices/{invoice}/void");
        assert_eq!(app.post(&path, json!({"reason": " "})).await.wrong_field(422, "INVALID"), "reason");
        let void = app.post(&path, json!({"reason": "Written for the wrong customer"})).await.json(200);
        assert_eq!((&void["state"], &void["voided_on"]), (&json!("void"), &json!("2026-01-15")));
        assert_eq!(figures(app, &invoice).await, shown("void", [10_000, 0, 10_000, 0, 0]));
        assert_eq!(balance(app, &customer).await, 6_000);
        app.post(&path, json!({"reason": "Again"})).await.refused(409, "NOT_ISSUED");

        let other = app.customer("Fjord Rowing").await;
        let order = app.order(&other, 48_000).await;
        let invoice = id(&app.post(&format!("/orders/{order}/invoices"), json!({"description": "Oak"})).await.json(201));
        pay(app, &other, json!({"invoice": invoice}), 30_000).await;
        app.post(&format!("/invoices/{invoice}/void"), json!({"reason": "Wrong address"})).await.json(200);
        let seen = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!((&seen["amount_due"], &seen["paid"], balance(app, &other).await), (&json!(18_000), &json!(30_000), -18_000));
        let again = app.post(&format!("/orders/{order}/invoices"), json!({"description": "Oak"})).await.json(201);
        assert_eq!((&again["total"], &again["number"]), (&json!(48_000), &json!("INV-2026-00003")));
    });
}

#[test]
fn open_charges_are_carried_forward_and_are_on_one_live_invoice_at_most() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let charge = |amount: i64| json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Call-out"});
        let first = id(&app.post(&format!("/customers/{customer}/entries"), charge(1_500)).await.json(201));
        let second = id(&app.post(&format!("/customers/{customer}/entries"), charge(2_500)).await.json(201));
        pay(app, &customer, json!({"allocations": [{"entry": first, "amount": 500}]}), 500).await;
        let body =
            |entries: Value, lines: Value| json!({"customer": customer, "currency": "USD", "entries": entries, "lines": lines});
        let made = app.post("/invoices", body(json!([first, second]), json!([line("Survey", 1_000)]))).await.json(201);
        assert_eq!((&made["total"], made["lines"].as_array().map(Vec::len)), (&json!(5_000), Some(3)));
        app.post("/invoices", body(json!([second]), json!([]))).await.refused(409, "ALREADY_INVOICED");
        app.patch(&format!("/invoices/{}", id(&made)), json!({"entries": [first]})).await.json(200);
        let other = app.post("/invoices", body(json!([second]), json!([]))).await.json(201);
        let one = app.post(&format!("/invoices/{}/issue", id(&made)), json!({})).await.json(200);
        assert_eq!((&one["total"], &one["paid"], &one["amount_due"]), (&json!(2_500), &json!(500), &json!(2_000)));
        app.post(&format!("/invoices/{}/issue", id(&other)), json!({})).await.json(200);
        assert_eq!(balance(app, &customer).await, -4_500);
        // A reminder of what was asked of whom: somebody else's charge is unknown, a credit is no charge.
        let stranger = app.customer("Fjord Rowing").await;
        app.post("/invoices", json!({"customer": stranger, "currency": "USD", "entries": [first]}))
            .await
            .refused(404, "NOT_FOUND");
        assert_eq!(
            app.post("/invoices", json!({"customer": customer, "currency": "USD"})).await.wrong_field(422, "INVALID"),
            "lines"
        );
        let below = json!({"customer": customer, "currency": "USD", "lines": [{"kind": "discount", "description": "Less", "quantity": 1, "unit_amount": -5}]});
        assert_eq!(app.post("/invoices", below).await.wrong_field(422, "INVALID"), "lines");
        let pending = application(app, &customer, 900).await;
        let fee = app.get(&format!("/customers/{customer}/entries?kind=order")).await.json(200)["data"][0]["id"].clone();
        app.post("/invoices", body(json!([fee]), json!([]))).await.refused(409, "STILL_PENDING");
        app.post(&format!("/orders/{pending}/withdraw"), json!({})).await.json(200);
    });
}

#[test]
fn what_is_given_up_yields_to_money_and_uncollectible_lasts_until_then() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let path = format!("/invoices/{invoice}/write-offs");
        app.post(&path, json!({"amount": 10_001, "reason": "Too much"})).await.refused(409, "ABOVE_DUE");
        let entry = app.post(&path, json!({"amount": 1_000, "reason": "Goodwill"})).await.json(201);
        assert_eq!(
            (&entry["kind"], &entry["amount"], &entry["reason"]),
            (&json!("write_off"), &json!(1_000), &json!("Goodwill"))
        );
        let gone = app.post(&format!("/invoices/{invoice}/uncollectible"), json!({"reason": "Closed down"})).await.json(200);
        assert_eq!(
            (&gone["state"], &gone["written_off"], &gone["reason"]),
            (&json!("uncollectible"), &json!(10_000), &json!("Closed down"))
        );
        assert_eq!(app.all("/invoices?state=uncollectible").await.len(), 1);
        app.post(&path, json!({"reason": "Again"})).await.refused(409, "NO_BALANCE");
        pay(app, &customer, json!({"invoice": invoice}), 4_000).await;
        assert_eq!(figures(app, &invoice).await, shown("uncollectible", [10_000, 4_000, 0, 6_000, 0]));
        pay(app, &customer, json!({"invoice": invoice}), 6_000).await;
        assert_eq!(figures(app, &invoice).await, shown("paid", [10_000, 10_000, 0, 0, 0]));
        assert_eq!((app.all("/invoices?state=paid").await.len(), app.all("/invoices?state=uncollectible").await.len()), (1, 0));
    });
}

#[test]
fn case_23_a_few_cents_are_given_up_and_come_back_with_the_payment() {
    TestApp::both(async |app| {
        app.post("/settings", json!({"tolerance": 5})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let payment = pay(app, &customer, json!({"invoice": invoice}), 9_997).await;
        assert_eq!(figures(app, &invoice).await, shown("paid", [10_000, 9_997, 0, 3, 0]));
        let entry = payment["entry"].as_str().expect("an entry");
        app.post(&format!("/entries/{entry}/reverse"), json!({"reason": "The check bounced"})).await.json(201);
        assert_eq!(figures(app, &invoice).await, shown("open", [10_000, 0, 0, 0, 10_000]));
    });
}

#[test]
fn an_invoice_is_asked_for_and_paid_by_its_link() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 12_500).await;
        let asked = app
            .post(&format!("/invoices/{invoice}/payment-requests"), json!({"notify": ["desk@harbor.example"]}))
            .await
            .json(201);
        assert_eq!((&asked["amount"], &asked["invoice"], &asked["order"]), (&json!(12_500), &json!(invoice), &Value::Null));
        assert_eq!(app.all(&format!("/requests?invoice={invoice}")).await.len(), 1);
        app.pay_by_link(asked["url"].as_str().expect("a url"), "4242424242424242").await;
        assert_eq!(figures(app, &invoice).await, shown("paid", [12_500, 12_500, 0, 0, 0]));
        let request = app.get(&format!("/requests/{}", id(&asked))).await.json(200);
        assert_eq!(request["state"], "paid");
        let payments = app.all(&format!("/payments?invoice={invoice}")).await;
        assert_eq!((payments.len(), &payments[0]["invoice"]), (1, &json!(invoice)));
        let receipt = app.all("/mails?kind=receipt").await;
        assert!(receipt[0]["text"].as_str().expect("text").contains("Invoice INV-2026-00001"), "{}", receipt[0]);
        app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.refused(409, "NO_BALANCE");

        // The mailed invoice has a link of its own; voiding ends what was asked for.
        let second = issued(app, &customer, 3_000).await;
        let asked = app.post(&format!("/invoices/{second}/payment-requests"), json!({})).await.json(201);
        app.post(&format!("/invoices/{second}/send"), json!({})).await.json(200);
        app.post(&format!("/invoices/{second}/void"), json!({"reason": "Twice"})).await.json(200);
        let closed = app.get(&format!("/requests/{}", id(&asked))).await.json(200);
        assert_eq!(closed["state"], "closed");
        app.post(&format!("/invoices/{second}/send"), json!({})).await.refused(409, "NOT_ISSUED");
        app.post(&format!("/invoices/{second}/payment-requests"), json!({})).await.refused(409, "NOT_ISSUED");
    });
}

#[test]
fn a_bank_debit_under_way_reserves_the_invoice() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 12_500).await;
        let asked = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(asked["url"].as_str().expect("a url"), "000123456789").await;
        let seen = app.get(&format!("/invoices/{invoice}")).await.json(200);
        assert_eq!((&seen["reserved"], &seen["amount_due"]), (&json!(12_500), &json!(12_500)));
        let cash = json!({"customer": customer, "amount": 12_500, "currency": "USD", "invoice": invoice, "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.refused(409, "PAYMENT_PENDING");
        app.post(&format!("/invoices/{invoice}/void"), json!({"reason": "Wrong"})).await.refused(409, "PAYMENT_PENDING");
        app.post(&format!("/invoices/{invoice}/write-offs"), json!({"reason": "Wrong"})).await.refused(409, "PAYMENT_PENDING");
        app.post("/test/clock", json!({"advance": "P4D"})).await.json(200);
        app.work().await;
        assert_eq!(figures(app, &invoice).await.0, "paid");
    });
}

#[test]
fn lists_are_cut_by_state_day_text_and_page() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let other = app.customer("Fjord Rowing").await;
        draft(app, &other, json!([line("Survey", 100)])).await;
        let open = issued(app, &customer, 1_000).await;
        let part = issued(app, &customer, 2_000).await;
        let late = draft(app, &customer, json!([line("Roof", 3_000)])).await;
        app.patch(&format!("/invoices/{}", id(&late)), json!({"due_on": "2026-01-20", "description": "Repairs of the roof"}))
            .await
            .json(200);
        app.post(&format!("/invoices/{}/issue", id(&late)), json!({})).await.json(200);
        pay(app, &customer, json!({"invoice": part}), 500).await;
        app.post("/test/clock", json!({"advance": "P10D"})).await.json(200);
        let ids = async |query: &str| {
            let rows = app.all(&format!("/invoices?{query}")).await;
            rows.iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(ids("state=open").await, [id(&late), open.clone()]);
        assert_eq!(ids("state=part_paid").await, std::slice::from_ref(&part));
        assert_eq!((ids("state=draft").await.len(), ids("state=void").await.len(), ids("state=paid").await.len()), (1, 0, 0));
        assert_eq!(ids("overdue=true").await, [id(&late)]);
        assert_eq!(
            (ids("q=roof").await, ids("q=fjord").await.len(), ids("q=INV-2026-00002").await),
            (vec![id(&late)], 1, vec![part.clone()])
        );
        assert_eq!((ids("from=2026-01-15").await.len(), ids("to=2026-01-14").await.len()), (3, 0));
        assert_eq!(ids(&format!("customer={other}&limit=1")).await.len(), 1);
        assert_eq!(ids("limit=1").await.len(), 4, "page by page");
        let rows = app.all("/invoices?state=open").await;
        assert_eq!((&rows[0]["overdue"], &rows[1]["overdue"]), (&json!(true), &json!(false)));
        app.get("/invoices?state=late").await.refused(422, "INVALID");
    });
}

#[test]
fn an_invoice_says_what_may_be_done_as_the_act_would() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let made = id(&draft(app, &customer, json!([line("Survey", 100)])).await);
        let said = async |invoice: &str| {
            let answers = app.get(&format!("/invoices/{invoice}/actions")).await.json(200);
            let wanted = ["issue", "issue_and_charge", "send", "void", "credit_note", "write_off", "add_payment", "amend"];
            wanted.map(|action| {
                let found = answers.as_array().expect("a list").iter().find(|answer| answer["action"] == action).cloned();
                found.map_or_else(String::new, |answer| answer["code"].as_str().unwrap_or("yes").to_owned())
            })
        };
        assert_eq!(
            said(&made).await,
            ["yes", "NO_SAVED_METHOD", "NOT_ISSUED", "NOT_ISSUED", "NOT_ISSUED", "NOT_ISSUED", "NOT_ISSUED", "NOT_FOR_THIS_KIND"]
        );
        app.post(&format!("/invoices/{made}/issue"), json!({"charge": "default"})).await.refused(409, "NO_SAVED_METHOD");
        app.post(&format!("/invoices/{made}/issue"), json!({})).await.json(200);
        assert_eq!(said(&made).await, ["NOT_DRAFT", "NOT_DRAFT", "yes", "yes", "yes", "yes", "yes", "NOT_FOR_THIS_KIND"]);
        let narrow = app.key_with(&["read", "write"]).await;
        let refused = app.call(&narrow, "POST", &format!("/invoices/{made}/write-offs"), &[], &json!({"reason": "No"})).await;
        refused.refused(403, "NO_SCOPE");
        let empty = id(&draft(app, &customer, json!([line("Survey", 100)])).await);
        app.patch(&format!("/invoices/{empty}"), json!({"lines": []})).await.json(200);
        app.post(&format!("/invoices/{empty}/issue"), json!({})).await.refused(409, "MISSING_BILLING_DETAILS");
        app.get("/invoices/inv_01h455vb4pex5vsknk084sn02q").await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_copy_is_a_draft_of_its_own() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        let first = app.post(&format!("/orders/{order}/invoices"), json!({"description": "Oak"})).await.json(201);
        let copy = app.post(&format!("/invoices/{}/duplicate", id(&first)), json!({})).await.json(201);
        assert_eq!((&copy["state"], &copy["total"], &copy["order"]), (&json!("draft"), &json!(48_000), &Value::Null));
        app.post(&format!("/invoices/{}/issue", id(&copy)), json!({})).await.json(200);
        assert_eq!(balance(app, &customer).await, -96_000);
    });
}

#[test]
fn a_draft_is_thrown_away_and_its_charges_are_free_again() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let charge = json!({"side": "charge", "amount": 1_500, "currency": "USD", "description": "Call-out"});
        let charge = id(&app.post(&format!("/customers/{customer}/entries"), charge).await.json(201));
        let over = json!({"customer": customer, "currency": "USD", "lines": [line("Survey", 500)], "entries": [charge]});
        let draft = id(&app.post("/invoices", over.clone()).await.json(201));
        app.post("/invoices", over.clone()).await.refused(409, "ALREADY_INVOICED");
        let gone = app.delete(&format!("/invoices/{draft}")).await.json(200);
        assert_eq!(gone["id"], json!(draft));
        app.get(&format!("/invoices/{draft}")).await.refused(404, "NOT_FOUND");
        let again = id(&app.post("/invoices", over).await.json(201));
        app.post(&format!("/invoices/{again}/issue"), json!({})).await.json(200);
        app.delete(&format!("/invoices/{again}")).await.refused(409, "NOT_DRAFT");
        assert_eq!(figures(app, &again).await, shown("open", [2_000, 0, 0, 0, 2_000]));
    });
}

#[test]
fn a_late_fee_joins_its_overdue_invoice_and_is_no_part_of_the_total() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let undated = issued(app, &customer, 10_000).await;
        let fee = json!({"amount": 500});
        app.post(&format!("/invoices/{undated}/late-fees"), fee.clone()).await.refused(409, "NOT_OVERDUE");
        let body = json!({"customer": customer, "currency": "USD", "lines": [line("Survey", 10_000)], "due_on": "2026-01-20"});
        let invoice = id(&app.post("/invoices", body).await.json(201));
        let path = format!("/invoices/{invoice}/late-fees");
        app.post(&path, fee.clone()).await.refused(409, "NOT_ISSUED");
        app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
        app.post(&path, fee.clone()).await.refused(409, "NOT_OVERDUE");
        app.post("/test/clock", json!({"advance": "P6D"})).await.json(200);
        assert_eq!(app.post(&path, json!({"amount": 0})).await.wrong_field(422, "INVALID"), "amount");
        let charged = app.post_once("fee", &path, fee.clone()).await.json(201);
        assert_eq!(app.post_once("fee", &path, fee).await.json(201), charged);
        assert_eq!(
            (&charged["kind"], &charged["description"], &charged["amount"]),
            (&json!("late_fee"), &json!("Late fee"), &json!(500))
        );
        let now = app.get(&format!("/invoices/{invoice}")).await.json(200);
        assert_eq!((&now["total"], &now["fees"], &now["amount_due"]), (&json!(10_000), &json!(500), &json!(10_500)));
    });
}
