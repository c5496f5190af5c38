//! Credit notes through the API: what they lower, where freed money goes, and what is refused. The numbers are those of the
//! worked cases of the ledger.

use serde_json::{Value, json};

use super::invoices::{balance, draft, figures, id, issued, line, pay};
use crate::kit::TestApp;

async fn credit(app: &TestApp, invoice: &str, body: Value) -> Value {
    app.post(&format!("/invoices/{invoice}/credit-notes"), body).await.json(201)
}

#[test]
fn case_16_what_is_open_closes_first_and_the_rest_becomes_credit() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        pay(app, &customer, json!({"invoice": invoice}), 6_000).await;
        let path = format!("/invoices/{invoice}/credit-notes");
        let split = json!({"amount": 7_000, "reason": "Damaged", "destinations": [{"to": "balance", "amount": 2_000}]});
        assert_eq!(app.post(&path, split).await.wrong_field(422, "DOES_NOT_ADD_UP"), "destinations");
        let by_card = json!({"amount": 7_000, "reason": "Damaged", "destinations": [{"to": "card", "amount": 3_000}]});
        app.post(&path, by_card).await.refused(422, "DOES_NOT_ADD_UP");
        let note = credit(app, &invoice, json!({"amount": 7_000, "reason": "Damaged", "send": true})).await;
        assert_eq!(
            (&note["number"], &note["due_before"], &note["due_after"], &note["freed"]),
            (&json!("CN-2026-00001"), &json!(4_000), &json!(0), &json!(3_000))
        );
        assert_eq!(note["destinations"], json!([{"to": "balance", "amount": 3_000}]));
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), [10_000, 3_000, 7_000, 0, 0]));
        assert_eq!(balance(app, &customer).await, 3_000);
        app.work().await;
        assert_eq!(app.all("/mails?kind=credit_note").await.len(), 1);
        app.post(&path, json!({"amount": 3_001, "reason": "More"})).await.refused(409, "EXCEEDS_TOTAL");
        let outside = json!({"amount": 3_000, "reason": "All of it", "destinations": [{"to": "outside", "amount": 3_000}]});
        let last = credit(app, &invoice, outside).await;
        assert_eq!(
            (&last["number"], &last["destinations"]),
            (&json!("CN-2026-00002"), &json!([{"to": "outside", "amount": 3_000}]))
        );
        assert_eq!(balance(app, &customer).await, 3_000);
        assert_eq!(app.all(&format!("/credit-notes?invoice={invoice}")).await.len(), 2);
        assert_eq!(app.all(&format!("/credit-notes?customer={customer}&from=2026-01-16")).await.len(), 0);
        let one = app.get(&format!("/credit-notes/{}", id(&note))).await.json(200);
        assert_eq!((&one["lines"][0]["gross"], &one["invoice"]), (&json!(7_000), &json!(invoice)));
        assert_eq!(app.get(&format!("/credit-notes/{}/pdf", id(&note))).await.status, 200);
        app.post(&format!("/invoices/{invoice}/void"), json!({"reason": "Wrong"})).await.refused(409, "CREDIT_NOTE_STANDS");
    });
}

#[test]
fn case_19_a_credit_note_undoes_what_was_given_up() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        pay(app, &customer, json!({"invoice": invoice}), 6_000).await;
        app.post(&format!("/invoices/{invoice}/write-offs"), json!({"reason": "Goodwill"})).await.json(201);
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), [10_000, 6_000, 0, 4_000, 0]));
        credit(app, &invoice, json!({"amount": 5_000, "reason": "Damaged"})).await;
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), [10_000, 5_000, 5_000, 0, 0]));
        assert_eq!(balance(app, &customer).await, 1_000);
    });
}

#[test]
fn case_28_the_tax_of_parts_adds_up_to_the_tax() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let taxed = json!({"kind": "item", "description": "Oak", "quantity": 1, "unit_amount": 10_000, "tax_rate": "8.25"});
        let invoice = id(&draft(app, &customer, json!([taxed])).await);
        app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
        let first = credit(app, &invoice, json!({"amount": 5_000, "reason": "Part"})).await;
        let second = credit(app, &invoice, json!({"amount": 5_825, "reason": "Rest"})).await;
        assert_eq!((&first["tax"], &second["tax"]), (&json!(381), &json!(444)));
    });
}

#[test]
fn case_14_a_refund_opens_the_invoice_and_a_credit_note_closes_it() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let payment = id(&pay(app, &customer, json!({"invoice": invoice}), 10_000).await);
        app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 3_000, "reason": "Damaged"})).await.json(201);
        assert_eq!(figures(app, &invoice).await, ("part_paid".to_owned(), [10_000, 7_000, 0, 0, 3_000]));
        let note = credit(app, &invoice, json!({"amount": 3_000, "reason": "Damaged"})).await;
        assert_eq!((&note["freed"], &note["due_after"]), (&json!(0), &json!(0)), "nothing more is paid out");
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), [10_000, 7_000, 3_000, 0, 0]));
        assert_eq!((balance(app, &customer).await, app.all("/refunds?limit=9").await.len()), (0, 1));
    });
}

#[test]
fn case_24_a_full_credit_takes_the_late_fee_along_unless_it_is_kept() {
    TestApp::both(async |app| {
        for (keep, left, today) in [(false, 10_000, "2026-01-15"), (true, 9_500, "2026-01-16")] {
            let customer = app.customer("Fern & Field").await;
            let lines = json!([{"kind": "item", "description": "Survey", "quantity": 1, "unit_amount": 10_000}]);
            let body = json!({"customer": customer, "currency": "USD", "lines": lines, "due_on": today});
            let invoice = id(&app.post("/invoices", body).await.json(201));
            app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
            app.post("/test/clock", json!({"advance": "P1D"})).await.json(200);
            app.post(&format!("/invoices/{invoice}/late-fees"), json!({"amount": 500})).await.json(201);
            pay(app, &customer, json!({"invoice": invoice}), 10_000).await;
            assert_eq!(figures(app, &invoice).await.1[4], 500);
            credit(app, &invoice, json!({"amount": 10_000, "reason": "Never done", "keep_fees": keep})).await;
            assert_eq!(balance(app, &customer).await, left, "keep_fees: {keep}");
            assert_eq!(figures(app, &invoice).await.1[4], 0);
        }
    });
}

#[test]
fn lines_are_credited_by_units_amounts_and_whole() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let three = json!({"kind": "item", "description": "Chairs", "quantity": 3, "unit_amount": 1_000, "tax_rate": "10"});
        let made = draft(app, &customer, json!([three, line("Delivery", 500)])).await;
        let invoice = id(&made);
        let issued = app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
        let (chairs, delivery) = (issued["lines"][0]["id"].clone(), issued["lines"][1]["id"].clone());
        let path = format!("/invoices/{invoice}/credit-notes");
        let one = credit(app, &invoice, json!({"lines": [{"line": chairs, "quantity": 1}], "reason": "One broken"})).await;
        assert_eq!((&one["amount"], &one["tax"], &one["lines"][0]["line"]), (&json!(1_100), &json!(100), &chairs));
        let too_many = json!({"lines": [{"line": chairs, "quantity": 3}], "reason": "All"});
        assert_eq!(app.post(&path, too_many).await.json(201)["amount"], 2_200, "the whole line is what is left of it");
        let gone = app.post(&path, json!({"lines": [{"line": chairs, "amount": 1}], "reason": "More"})).await;
        gone.refused(409, "EXCEEDS_TOTAL");
        let rest = credit(app, &invoice, json!({"lines": [{"line": delivery}], "reason": "Late"})).await;
        assert_eq!((&rest["amount"], &rest["due_after"]), (&json!(500), &json!(0)));
        assert_eq!(app.post(&path, json!({"reason": "Neither"})).await.wrong_field(422, "INVALID"), "amount");
        let unknown = json!({"lines": [{"line": "ivl_01h455vb4pex5vsknk084sn02q"}], "reason": "Unknown"});
        app.post(&path, unknown).await.refused(409, "EXCEEDS_TOTAL");
    });
}

#[test]
fn days_and_rights_are_kept() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let path = format!("/invoices/{invoice}/credit-notes");
        let dated = |day: &str| json!({"amount": 100, "reason": "Late", "dated_on": day});
        app.post(&path, dated("2026-01-14")).await.refused(409, "DATE_OUT_OF_RANGE");
        app.post(&path, dated("2026-01-16")).await.refused(409, "DATE_OUT_OF_RANGE");
        credit(app, &invoice, dated("2026-01-15")).await;
        let narrow = app.key_with(&["read", "write"]).await;
        app.call(&narrow, "POST", &path, &[], &dated("2026-01-15")).await.refused(403, "NO_SCOPE");
        let unknown = json!({"lines": [{"line": "ivl_01h455vb4pex5vsknk084sn02q"}], "reason": "Unknown"});
        assert_eq!(app.post(&path, unknown).await.wrong_field(422, "INVALID"), "lines[0].line");
        let made = draft(app, &customer, json!([line("Survey", 100)])).await;
        app.post(&format!("/invoices/{}/credit-notes", id(&made)), dated("2026-01-15")).await.refused(409, "NOT_ISSUED");
        let (first, second) = (json!({"amount": 50, "reason": "Once"}), json!({"amount": 51, "reason": "Once"}));
        let note = app.post_once("note-1", &path, first.clone()).await.json(201);
        assert!(app.post_once("note-1", &path, first).await.json(201)["id"] == note["id"]);
        app.post_once("note-1", &path, second).await.refused(422, "IDEMPOTENCY_MISMATCH");
    });
}

#[test]
fn taking_an_invoiced_line_off_an_order_is_a_credit_note() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let lines = json!([line("Table", 38_000), line("Bench", 10_000)]);
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": lines}))
            .await
            .json(201);
        let invoice = id(&app.post(&format!("/orders/{}/invoices", id(&order)), json!({"description": "Oak"})).await.json(201));
        let removal = json!({"reason": "correction", "remove": [order["lines"][1]["id"]]});
        app.post(&format!("/orders/{}/amendments", id(&order)), removal).await.json(201);
        assert_eq!(figures(app, &invoice).await, ("open".to_owned(), [48_000, 0, 10_000, 0, 38_000]));
        let notes = app.all(&format!("/credit-notes?invoice={invoice}")).await;
        assert_eq!((notes.len(), &notes[0]["amount"], &notes[0]["number"]), (1, &json!(10_000), &json!("CN-2026-00001")));
        let billed = app.get(&format!("/invoices/{invoice}")).await.json(200);
        assert_eq!((&billed["lines"][1]["credited"], &billed["creditable"]), (&json!(10_000), &json!(38_000)));
        // The order is canceled: the rest of the invoice is credited too.
        app.post(&format!("/orders/{}/cancel", id(&order)), json!({})).await.json(200);
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), [48_000, 0, 48_000, 0, 0]));
        assert_eq!((app.all("/credit-notes?limit=9").await.len(), balance(app, &customer).await), (2, 0));
    });
}

#[test]
fn case_30_the_journal_says_when_revenue_is_earned() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let taxed = json!({"kind": "item", "description": "Oak", "quantity": 1, "unit_amount": 44_400, "tax_rate": "8.1081"});
        let order = app
            .post("/orders", json!({"customer": customer, "currency": "USD", "state": "confirmed", "lines": [taxed]}))
            .await
            .json(201);
        assert_eq!(order["total"], 48_000);
        pay(app, &customer, json!({"order": id(&order)}), 20_000).await;
        let invoice = id(&app.post(&format!("/orders/{}/invoices", id(&order)), json!({"description": "Oak"})).await.json(201));
        credit(app, &invoice, json!({"amount": 10_000, "reason": "Damaged"})).await;
        app.post(&format!("/invoices/{invoice}/write-offs"), json!({"amount": 4_000, "reason": "Goodwill"})).await.json(201);
        let mut found: Vec<(String, i64, i64)> = Vec::new();
        for entry in app.all(&format!("/customers/{customer}/entries?limit=50")).await {
            let full = app.get(&format!("/entries/{}", id(&entry))).await.json(200);
            for line in full["journal"].as_array().expect("journal lines") {
                let amount = |name: &str| line[name].as_i64().expect("an amount");
                found.push((line["account"].as_str().expect("an account").to_owned(), amount("debit"), amount("credit")));
            }
        }
        let sum = |account: &str| {
            let of = found.iter().filter(|(name, ..)| name == account);
            of.map(|(_, debit, credit)| debit - credit).sum::<i64>()
        };
        let accounts: std::collections::BTreeSet<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(sum("receivable"), 48_000 - 20_000 - 10_000 - 4_000, "{accounts:?}");
        assert_eq!(sum("uninvoiced"), 0, "{accounts:?}");
        assert_eq!((sum("revenue"), sum("tax_payable")), (-44_400 + 9_250, -3_600 + 750), "{accounts:?}");
        assert_eq!((sum("cash"), sum("bad_debt")), (20_000, 4_000), "{accounts:?}");
    });
}
