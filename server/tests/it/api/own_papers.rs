//! Templates of a business's own, papers that go along with mails, and mails that came back, through the API. What runs a template
//! is a shell here, so a template is a script that writes the paper; the typesetter's own process has its tests with the binary.

use serde_json::{Value, json};

use crate::kit::{Answer, TestApp};

const MINE: &str = "printf '%%PDF-mine'";

async fn put(app: &TestApp, kind: &str, template: &str) -> Answer {
    app.call(&app.key, "PUT", &format!("/paper-templates/{kind}"), &[], &json!({ "template": template })).await
}

async fn issued(app: &TestApp, customer: &str, amount: i64) -> String {
    let lines = json!([{"kind": "item", "description": "Survey", "quantity": 1, "unit_amount": amount}]);
    let made = app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/invoices/{id}/issue"), json!({})).await.json(200);
    id
}

async fn pdf(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
    answer.text.clone()
}

#[test]
fn an_own_template_prints_until_it_is_taken_away_and_issued_papers_stay() {
    TestApp::both(async |app| {
        let all = app.get("/paper-templates").await.json(200)["data"].as_array().expect("a list").clone();
        assert!(all.len() == 7 && all.iter().all(|row| row["own"] == false), "{all:?}");
        assert_eq!(all[0]["template"], "// The built-in template of invoice.\n");
        let customer = app.customer("Fern & Field").await;
        let before = issued(app, &customer, 1_000).await;
        let first = pdf(app, &format!("/invoices/{before}/pdf")).await;

        let seen = app.post("/paper-templates/invoice/preview", json!({ "template": MINE })).await;
        assert_eq!((seen.header("content-type"), seen.text.as_str()), ("application/pdf", "%PDF-mine"));
        assert_eq!(app.get("/paper-templates/invoice").await.json(200)["own"], false, "a look keeps nothing");
        let kept = put(app, "invoice", MINE).await.json(200);
        assert_eq!((&kept["own"], &kept["failed_at"]), (&json!(true), &Value::Null));
        assert_eq!(kept["sha256"].as_str().map(str::len), Some(64));

        assert_eq!(pdf(app, &format!("/invoices/{before}/pdf")).await, first, "what was printed for keeps stays");
        let after = issued(app, &customer, 2_000).await;
        assert_eq!(pdf(app, &format!("/invoices/{after}/pdf")).await, "%PDF-mine");
        let events = app.all(&format!("/events?subject={after}")).await;
        let print = events.iter().find(|event| event["kind"] == "paper_kept");
        if let Some(print) = print {
            assert_eq!(print["data"]["template"], kept["sha256"], "the trail says by which template");
        }
        let order = app.order(&customer, 500).await;
        assert_eq!(pdf(app, &format!("/orders/{order}/pdf")).await, "%PDF-5.00", "other papers are printed as before");

        let back = app.delete("/paper-templates/invoice").await.json(200);
        assert_eq!((&back["own"], &back["sha256"]), (&json!(false), &Value::Null));
        assert_eq!(pdf(app, &format!("/invoices/{after}/pdf")).await, "%PDF-mine");
        let third = issued(app, &customer, 3_000).await;
        assert_eq!(pdf(app, &format!("/invoices/{third}/pdf")).await, "%PDF-30.00");
        put(app, "order", "printf '%%PDF-x'").await.json(200);
        let usual = put(app, "order", "// The built-in template of order.").await.json(200);
        assert_eq!(usual["own"], false, "the built-in text is no template of one's own");
    });
}

#[test]
fn a_template_that_does_not_print_is_refused_by_its_lines() {
    TestApp::both(async |app| {
        let list = r#"[{"place":[3,10],"message":"unknown variable: x"},{"place":null,"message":"no title"}]"#;
        let wrong = put(app, "receipt", &format!("printf '%s' '{list}'; exit 3")).await.json(422);
        assert_eq!(wrong["code"], "INVALID");
        assert_eq!(wrong["errors"][0]["code"], "TEMPLATE_MISTAKE");
        assert_eq!(wrong["errors"][0]["detail"], "line 3, column 10: unknown variable: x");
        assert_eq!(wrong["errors"][1]["detail"], "no title");
        let greedy = put(app, "receipt", "kill -ABRT $$").await.json(422);
        assert_eq!(greedy["errors"][0]["code"], "TEMPLATE_LIMIT");
        for (template, code) in [("", "REQUIRED"), (&*"x".repeat(262_145), "TOO_LONG")] {
            let refused = put(app, "receipt", template).await.json(422);
            assert_eq!(refused["errors"][0]["code"], code);
            assert_eq!(refused["errors"][0]["field"], "template");
        }
        assert_eq!(app.get("/paper-templates/receipt").await.json(200)["own"], false, "nothing was kept");
        put(app, "postcard", MINE).await.refused(404, "NOT_FOUND");
        app.get("/paper-templates/postcard").await.refused(404, "NOT_FOUND");
        app.get("/paper-templates/postcard/sample").await.refused(404, "NOT_FOUND");
        let narrow = app.key_with(&["read", "write"]).await;
        let body = json!({ "template": MINE });
        for (method, path) in [("PUT", ""), ("DELETE", ""), ("POST", "/preview")] {
            let sent = if method == "DELETE" { Value::Null } else { body.clone() };
            app.call(&narrow, method, &format!("/paper-templates/receipt{path}"), &[], &sent).await.refused(403, "NO_SCOPE");
        }
        let sample = app.get("/paper-templates/receipt/sample").await;
        assert_eq!(sample.json(200)["title"], "receipt");
    });
}

#[test]
fn a_template_that_fails_later_holds_up_nothing_and_staff_are_told() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        // It prints once, for the look before it is kept, and never again.
        let mark = app.app.config.data.join("printed-once");
        let once = format!("if [ -e '{0}' ]; then kill -XCPU $$; fi; : > '{0}'; printf '%%PDF-once'", mark.display());
        put(app, "order", &once).await.json(200);
        let order = app.order(&customer, 700).await;
        for _ in 0..2 {
            assert_eq!(pdf(app, &format!("/orders/{order}/pdf")).await, "%PDF-7.00", "the built-in one stands in");
        }
        let now = app.get("/paper-templates/order").await.json(200);
        assert_eq!(now["own"], true);
        assert!(now["failed_at"].is_string());
        assert!(now["failed_why"].as_str().is_some_and(|why| why.contains("10 seconds of work")), "{now}");
        let events = app.all("/events?kind=template_failed").await;
        assert_eq!(events.len(), 1, "it is told once");
        put(app, "order", MINE).await.json(200);
        assert!(app.get("/paper-templates/order").await.json(200)["failed_at"].is_null(), "another text begins anew");
    });
}

#[test]
fn a_change_of_template_happens_once_under_its_key() {
    TestApp::both(async |app| {
        let body = json!({ "template": MINE });
        let key = [("idempotency-key", "t1")];
        app.call(&app.key, "PUT", "/paper-templates/letter", &key, &body).await.json(200);
        assert!(app.call(&app.key, "PUT", "/paper-templates/letter", &key, &body).await.replayed());
        let other = json!({ "template": "printf '%%PDF-2'" });
        app.call(&app.key, "PUT", "/paper-templates/letter", &key, &other).await.refused(422, "IDEMPOTENCY_MISMATCH");
        assert_eq!(app.all("/events?kind=template_replaced").await.len(), 1);
    });
}

#[test]
fn papers_go_along_with_the_mails_that_were_chosen() {
    TestApp::both(async |app| {
        let chosen = json!(["statement", "invoice", "receipt", "refund", "credit_note", "payment_request"]);
        let settings = app.post("/settings", json!({ "attach_papers": chosen, "receipt_external": true })).await.json(200);
        assert_eq!(settings["attach_papers"].as_array().map(Vec::len), Some(6));
        assert_eq!(
            app.post("/settings", json!({ "attach_papers": ["link"] })).await.wrong_field(422, "INVALID"),
            "attach_papers"
        );
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 4_000).await;
        app.post(&format!("/invoices/{invoice}/send"), json!({})).await.json(200);
        app.work().await;
        let order = app.order(&customer, 2_500).await;
        app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
        app.work().await;
        let cash = json!({"customer": customer, "amount": 1_000, "currency": "USD", "invoice": invoice,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        let mut seen = Vec::new();
        for mail in app.all("/mails").await {
            let id = mail["id"].as_str().expect("an id");
            let whole = app.get(&format!("/mails/{id}")).await.json(200);
            let files = whole["attachments"].as_array().expect("a list").clone();
            let kind = mail["kind"].as_str().expect("a kind").to_owned();
            assert_eq!(files.len(), 1, "{kind}: {whole}");
            let name = files[0]["name"].as_str().expect("a name");
            let file = app.get(&format!("/mails/{id}/attachments/{name}")).await;
            assert!(name.ends_with(".pdf") && file.text.starts_with("%PDF-"), "{name}: {}", file.text);
            assert_eq!(files[0]["size"], file.text.len());
            seen.push((kind, file.text.clone()));
            app.get(&format!("/mails/{id}/attachments/other.pdf")).await.refused(404, "NOT_FOUND");
        }
        seen.sort();
        let wanted = [("invoice", "%PDF-40.00"), ("payment_request", "%PDF-25.00"), ("receipt", "%PDF-")];
        assert_eq!(seen, wanted.map(|(kind, text)| (kind.to_owned(), text.to_owned())));
        let kept = app.get(&format!("/invoices/{invoice}/pdf")).await;
        assert_eq!(kept.text, "%PDF-30.00", "the paper that went along stays as it was, and the download says what is due now");

        app.post("/settings", json!({ "attach_papers": [] })).await.json(200);
        let bare = issued(app, &customer, 900).await;
        app.post(&format!("/invoices/{bare}/send"), json!({})).await.json(200);
        app.work().await;
        let last = app.all("/mails?kind=invoice").await[0].clone();
        let whole = app.get(&format!("/mails/{}", last["id"].as_str().expect("an id"))).await.json(200);
        assert_eq!(whole["attachments"], json!([]));
    });
}

#[test]
fn who_had_no_address_is_written_to_once_they_have_one() {
    TestApp::both(async |app| {
        let made = app.post("/customers", json!({"name": "Ada"})).await.json(201);
        let ada = made["id"].as_str().expect("an id");
        let message = json!({"to": [ada], "subject": "We move", "body": "Soon."});
        let sent = app.post("/messages", message).await.json(201);
        let id = sent["id"].as_str().expect("an id");
        app.work().await;
        let held = app.get(&format!("/messages/{id}")).await.json(200);
        assert_eq!(held["held"][0]["code"], "NO_CONTACT", "{held}");
        app.patch(&format!("/customers/{ada}"), json!({"email": "ada@fern.example"})).await.json(200);
        app.work().await;
        let now = app.get(&format!("/messages/{id}")).await.json(200);
        assert_eq!((&now["sent"], &now["held"]), (&json!([ada]), &json!([])));
        let mails = app.all("/mails?kind=message").await;
        assert_eq!((mails.len(), mails[0]["to"].as_str()), (1, Some("ada@fern.example")));
    });
}
