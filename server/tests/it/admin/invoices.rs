//! Invoices in the browser: from a form to money at the counter, by the same acts as the API; and what is refused.

use engine::store::user::Role;
use serde_json::json;

use super::browser::{Browser, address, body, field, fresh_key, wrong};
use crate::kit::{Answer, TestApp};

const LINE: [(&str, &str); 5] =
    [("kind", "service"), ("description", "Survey of the roof"), ("quantity", "2"), ("unit_amount", "50.00"), ("tax_rate", "10")];

/// A draft, or an invoice, by the form of a new one. Answers its address.
pub async fn written(browser: &Browser<'_>, customer: &str, then: &str) -> String {
    let mut form = vec![("customer", customer), ("currency", "USD"), ("about", "The east wing"), ("due_on", "2026-02-14")];
    form.extend(LINE);
    form.push(("then", then));
    browser.does("/admin/invoices", &form).await
}

fn api(path: &str) -> String {
    path.replace("/admin", "")
}

async fn figures(app: &TestApp, path: &str) -> (String, i64, i64) {
    let invoice = app.get(&api(path)).await.json(200);
    let amount = |name: &str| invoice[name].as_i64().expect("an amount");
    (invoice["state"].as_str().expect("a state").to_owned(), amount("total"), amount("amount_due"))
}

#[test]
fn a_draft_is_changed_issued_sent_and_found() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let charge = json!({"side": "charge", "amount": 1_500, "currency": "USD", "description": "Call-out"});
        let charge = app.post(&format!("/customers/{customer}/entries"), charge).await.json(201);
        let form = browser.page(&format!("/admin/invoices/new?customer={customer}")).await;
        assert!(form.contains("Call-out") && form.contains("$15.00 open"), "open charges are offered: {form}");
        let draft = written(&browser, &customer, "draft").await;
        assert_eq!(figures(app, &draft).await, ("draft".to_owned(), 11_000, 0));

        let edit = browser.page(&format!("{draft}/edit")).await;
        assert!(field(&edit, "about").contains("The east wing") && field(&edit, "unit_amount").contains("50.00"), "{edit}");
        let entry = charge["id"].as_str().expect("an id");
        let mut changed = vec![("customer", customer.as_str()), ("terms", "Net 30"), ("entry", entry)];
        changed.extend(LINE);
        changed.push(("then", "send"));
        browser.does(&draft, &changed).await;
        assert_eq!(figures(app, &draft).await, ("open".to_owned(), 12_500, 12_500));
        app.work().await;
        let page = browser.page(&draft).await;
        for text in ["Invoice INV-2026-00001", "Survey of the roof", "Call-out", "Net 30", "$125.00", "Send reminder"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!(app.all("/mails?kind=invoice").await.len(), 1);
        let list = browser.page("/admin/invoices?filter=open&q=fern").await;
        assert!(list.contains("INV-2026-00001") && list.contains("Fern &#38; Field"), "{list}");
        assert!(browser.page("/admin/invoices?filter=paid").await.contains("No invoice matches"));
        assert!(browser.page("/admin/find?q=INV-2026-00001&part=1").await.contains(&draft));
        assert!(browser.page(&format!("/admin/customers/{customer}")).await.contains("INV-2026-00001"));
        let table = browser.send("GET", "/admin/invoices.csv", "").await;
        assert!(table.text.contains("INV-2026-00001,Fern & Field,open,false,2026-01-15"), "{}", table.text);
        assert_eq!(browser.send("GET", &format!("{draft}/pdf"), "").await.header("content-type"), "application/pdf");
        assert!(browser.page(&format!("{draft}/explain")).await.contains("Call-out"));
        let again = browser.post("/admin/invoices/send", &[("invoice", draft.rsplit('/').next().expect("an id"))]).await;
        assert_eq!(again.header("location"), "/admin/invoices?sent=1&not_sent=0");
        app.work().await;
        let mails = app.all("/mails?kind=invoice_reminder").await;
        assert!(mails.len() == 1 && mails[0]["subject"].as_str().expect("a subject").starts_with("Reminder"), "{mails:?}");
    });
}

#[test]
fn mistakes_stand_where_they_were_made() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let bad =
            [("customer", customer.as_str()), ("currency", "USD"), ("about", "Roof"), ("due_on", "14.02."), ("then", "issue")];
        let again = browser.post("/admin/invoices", &bad).await;
        assert_eq!(again.status.as_u16(), 422, "{}", again.text);
        assert!(!wrong(&again.text, "due_on").is_empty() && field(&again.text, "about").contains("Roof"), "{}", again.text);
        let empty = browser.post("/admin/invoices", &[("customer", customer.as_str()), ("currency", "USD")]).await;
        assert!(empty.status.as_u16() == 422 && empty.text.contains("at least one line"), "{}", empty.text);
        assert!(app.all("/invoices?limit=9").await.is_empty());

        let invoice = written(&browser, &customer, "issue").await;
        let off = browser.post(&format!("{invoice}/write-off"), &[("amount", "110.01"), ("reason", "Goodwill")]).await;
        assert!(off.status.as_u16() == 409 && off.text.contains("role=\"alert\""), "{}", off.text);
        let void = browser.post(&format!("{invoice}/void"), &[("reason", "")]).await;
        assert_eq!((void.status.as_u16(), wrong(&void.text, "reason")), (422, "This is required.".to_owned()));
        let key = fresh_key();
        let twice = async || -> Answer {
            browser.send("POST", &format!("{invoice}/duplicate"), &body(&[("idempotency_key", &key)])).await
        };
        assert_eq!(twice().await.header("location"), twice().await.header("location"), "one copy");
        assert_eq!(app.all("/invoices?state=draft").await.len(), 1);
    });
}

#[test]
fn a_check_and_cash_are_processed_in_person() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "issue").await;
        let id = invoice.rsplit('/').next().expect("an id").to_owned();
        let form = browser.page(&format!("/admin/payments/in-person?invoice={id}&form=check")).await;
        assert!(field(&form, "amount").contains("value=\"110.00\"") && form.contains("name=\"number\""), "{form}");
        let missing = browser.post("/admin/payments/in-person", &[("invoice", &id), ("form", "check"), ("amount", "50")]).await;
        assert!(missing.status.as_u16() == 409 && missing.text.contains("Fill in the number of the check"), "{}", missing.text);
        let check = [("invoice", id.as_str()), ("form", "check"), ("amount", "50"), ("number", "1007"), ("bank", "Harbor Bank")];
        assert_eq!(browser.does("/admin/payments/in-person", &check).await, invoice);
        assert_eq!(figures(app, &invoice).await, ("part_paid".to_owned(), 11_000, 6_000));
        let short = [("invoice", id.as_str()), ("form", "cash"), ("amount", "60"), ("tendered", "50")];
        assert_eq!(browser.post("/admin/payments/in-person", &short).await.status.as_u16(), 409);
        let cash = [("invoice", id.as_str()), ("form", "cash"), ("amount", "60"), ("tendered", "100"), ("receipt", "on")];
        let paid = browser.post("/admin/payments/in-person", &cash).await;
        let change = browser.page(paid.header("location")).await;
        let payment = browser.page(paid.header("location").trim_end_matches("/change")).await;
        assert!(payment.contains("Cash tendered") && payment.contains("Change given"), "{payment}");
        assert!(change.contains("Give back $40.00"), "{change}");
        assert_eq!(figures(app, &invoice).await.0, "paid");
        app.work().await;
        assert_eq!(app.all("/mails?kind=receipt").await.len(), 1);
    });
}

#[test]
fn a_credit_note_is_looked_at_and_then_written() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "issue").await;
        let id = invoice.rsplit('/').next().expect("an id").to_owned();
        browser
            .does("/admin/payments", &[("invoice", &id), ("amount", "110"), ("kind", "cash"), ("received_on", "2026-01-15")])
            .await;
        let path = format!("{invoice}/credit");
        let look = [("amount", "30"), ("reason", "Damaged"), ("dated_on", "2026-01-15"), ("then", "look")];
        let looked = browser.post(&path, &look).await;
        assert!(
            looked.status.as_u16() == 200 && looked.text.contains("Set free") && looked.text.contains("name=\"outside\""),
            "{}",
            looked.text
        );
        assert!(app.all("/credit-notes?limit=9").await.is_empty(), "looking writes nothing");
        let neither = browser.post(&path, &[("reason", "Damaged"), ("then", "write")]).await;
        assert_eq!(wrong(&neither.text, "amount"), "Write an amount, or one at a line.");
        let write = [("amount", "30"), ("reason", "Damaged"), ("outside", "10"), ("then", "write")];
        assert_eq!(browser.does(&path, &write).await, invoice);
        let page = browser.page(&invoice).await;
        assert!(page.contains("CN-2026-00001") && page.contains("$20.00 to the balance, $10.00 handed back"), "{page}");
        let note = app.all("/credit-notes?limit=9").await.remove(0);
        let pdf = browser.send("GET", &format!("/admin/credit-notes/{}/pdf", note["id"].as_str().expect("an id")), "").await;
        assert_eq!(pdf.header("content-type"), "application/pdf");
        let refunds = app.all("/refunds?limit=9").await;
        assert_eq!((refunds.len(), &refunds[0]["amount"], &refunds[0]["state"]), (1, &json!(1_000), &json!("succeeded")));
    });
}

#[test]
fn freed_money_goes_back_to_the_card_by_the_page() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "issue").await;
        let request = app.post(&format!("{}/payment-requests", api(&invoice)), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let path = format!("{invoice}/credit");
        let look = browser.post(&path, &[("amount", "30"), ("reason", "Damaged"), ("then", "look")]).await;
        assert!(look.text.contains("name=\"card\"") && look.text.contains("at most $30.00 of it came by card"), "{}", look.text);
        let fields = |card| [("amount", "30"), ("reason", "Damaged"), ("card", card), ("outside", "5"), ("then", "write")];
        let above = browser.post(&path, &fields("26")).await;
        assert!(above.status.as_u16() >= 400 && above.text.contains("value=\"26\""), "what was typed stays: {}", above.text);
        assert_eq!(browser.does(&path, &fields("20")).await, invoice);
        let page = browser.page(&invoice).await;
        assert!(page.contains("$5.00 to the balance, $20.00 to the card, $5.00 handed back"), "{page}");
        let refunds = app.all("/refunds?limit=9").await;
        let to_card = refunds.iter().find(|refund| refund["amount"] == 2_000).expect("one to the card");
        assert_eq!((&to_card["state"], refunds.len()), (&json!("succeeded"), 2));
    });
}

#[test]
fn above_a_limit_write_offs_and_credit_notes_ask_a_second_person() {
    TestApp::both(async |app| {
        app.post("/settings", json!({"limits": {"clerk": {"write_off": 1_000}}})).await.json(200);
        let (clerk, owner) = (Browser::of_role(app, Role::Clerk).await, Browser::owner(app).await);
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&owner, &customer, "issue").await;
        let asks = async |path: String, fields: Vec<(&str, &str)>| {
            let above = clerk.post(&path, &fields).await;
            assert!(above.status.as_u16() == 409 && above.text.contains("Ask for approval"), "{path}: {}", above.text);
            clerk.does(&path, &[fields, vec![("request_approval", "on")]].concat()).await;
            let list = owner.page("/admin/approvals").await;
            assert!(list.contains(&format!("href=\"{invoice}\"")), "{list}");
            owner.does(&address(&list, "/admin/approvals/apr_"), &[]).await;
        };
        asks(format!("{invoice}/write-off"), vec![("amount", "20"), ("reason", "Goodwill")]).await;
        asks(format!("{invoice}/credit"), vec![("amount", "30"), ("reason", "Damaged"), ("then", "write")]).await;
        assert_eq!(figures(app, &invoice).await.2, 6_000);
        asks(format!("{invoice}/uncollectible"), vec![("reason", "Closed down")]).await;
        assert_eq!(figures(app, &invoice).await, ("uncollectible".to_owned(), 11_000, 0));
    });
}

#[test]
fn a_late_fee_is_charged_and_a_draft_thrown_away() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "issue").await;
        let fee = [("amount", "5"), ("description", "Late fee for January")];
        let early = browser.post(&format!("{invoice}/late-fee"), &fee).await;
        assert!(early.status.as_u16() == 409 && early.text.contains("not overdue yet"), "{}", early.text);
        app.post("/test/clock", json!({"advance": "P31D"})).await.json(200);
        let browser = Browser::owner(app).await;
        assert_eq!(browser.does(&format!("{invoice}/late-fee"), &fee).await, invoice);
        assert_eq!(figures(app, &invoice).await, ("open".to_owned(), 11_000, 11_500));
        let void = browser.page(&format!("{invoice}/void")).await;
        assert!(void.contains("name=\"keep_fees\""), "{void}");
        browser.does(&format!("{invoice}/void"), &[("reason", "Wrong customer"), ("keep_fees", "on")]).await;
        let balance = app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].clone();
        assert_eq!(balance, -500);

        let draft = written(&browser, &customer, "draft").await;
        assert!(browser.page(&draft).await.contains("Discard draft"));
        assert_eq!(browser.does(&format!("{draft}/discard"), &[]).await, "/admin/invoices");
        assert_eq!(browser.send("GET", &draft, "").await.status.as_u16(), 404);
    });
}

#[test]
fn an_orders_balance_is_billed_and_a_pending_application_is_settled_inside() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 48_000).await;
        let form = browser.page(&format!("/admin/orders/{order}/invoice")).await;
        assert!(form.contains("$480") && form.contains("Generate and send"), "{form}");
        let path = format!("/admin/orders/{order}/invoices");
        let missing = browser.post(&path, &[("description", ""), ("then", "issue")]).await;
        assert_eq!((missing.status.as_u16(), wrong(&missing.text, "description")), (422, "This is required.".to_owned()));
        let invoice = browser.does(&path, &[("description", "Oak table"), ("then", "send")]).await;
        assert!(browser.page(&invoice).await.contains("Oak table"));
        let page = browser.page(&format!("/admin/orders/{order}")).await;
        assert!(page.contains("INV-2026-00001") && page.contains("data-code=\"ALREADY_INVOICED\""), "{page}");
        let twice = browser.post(&path, &[("description", "Oak table"), ("then", "issue")]).await;
        assert!(twice.status.as_u16() == 409 && twice.text.contains("already on an invoice"), "{}", twice.text);

        let lines = json!([{"kind": "fee", "description": "Permit fee", "quantity": 1, "unit_amount": 5_000}]);
        let application = json!({"customer": customer, "kind": "application", "currency": "USD", "lines": lines});
        let application = app.post("/orders", application).await.json(201);
        let page = browser.page(&format!("/admin/orders/{}", application["id"].as_str().expect("an id"))).await;
        assert!(page.contains("data-code=\"STILL_PENDING\"") && page.contains("Settle it inside the application"), "{page}");
    });
}

#[test]
fn the_payer_sees_and_pays_the_invoice_behind_the_mail() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "send").await;
        app.work().await;
        let mail = app.all("/mails?kind=invoice").await.remove(0);
        let text = mail["text"].as_str().expect("text").to_owned();
        let at = text.find("http://owed.example/p/").expect("a link");
        let url = text[at..].split_whitespace().next().expect("a link").to_owned();
        let mut payer = Browser::stranger(app);
        let opened = payer.send("GET", url.trim_start_matches("http://owed.example"), "").await;
        assert_eq!(opened.status.as_u16(), 303);
        payer.keep_cookie(&opened);
        let clean = opened.header("location").to_owned();
        let page = payer.page(&clean).await;
        for seen in ["Invoice INV-2026-00001", "Survey of the roof", "action=\"", "/pay\"", "Download PDF"] {
            assert!(page.contains(seen), "{seen}: {page}");
        }
        assert_eq!(payer.send("GET", &format!("{clean}/pdf"), "").await.header("content-type"), "application/pdf");
        assert!(payer.page(&format!("{clean}/explain")).await.contains("Invoice INV-2026-00001"));
        app.pay_by_link(&url, "4242424242424242").await;
        assert_eq!(figures(app, &invoice).await, ("paid".to_owned(), 11_000, 0));
        assert!(payer.page(&clean).await.contains("Nothing due"));
        browser.does("/admin/invoices/send", &[("invoice", invoice.rsplit('/').next().expect("an id"))]).await;
    });
}

#[test]
fn a_clerk_bills_but_gives_nothing_up_and_takes_nothing_back() {
    TestApp::both(async |app| {
        let clerk = Browser::of_role(app, Role::Clerk).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&clerk, &customer, "issue").await;
        let page = clerk.page(&invoice).await;
        assert!(page.contains("data-code=\"NO_RIGHT\""), "{page}");
        for path in ["void", "write-off", "uncollectible", "credit"] {
            let refused = clerk.post(&format!("{invoice}/{path}"), &[("reason", "No"), ("amount", "1")]).await;
            assert!([403, 409].contains(&refused.status.as_u16()), "{path}: {}", refused.text);
        }
        assert_eq!(figures(app, &invoice).await, ("open".to_owned(), 11_000, 11_000));
    });
}
