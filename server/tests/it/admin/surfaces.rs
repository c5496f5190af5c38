//! Every staff page there is: answered, framed by the same headers, and without anything inline.

use engine::flows::dress_papers::LOGO_BYTES;
use serde_json::json;

use super::browser::{Browser, address, fresh_key, wrong};
use crate::kit::{Answer, TestApp};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-src 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp";
const MAIL_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'";

/// Something of everything, so that no page is empty. Answers the addresses of every GET of the staff pages.
pub async fn furnished(app: &TestApp, browser: &Browser<'_>) -> Vec<String> {
    let sandbox = app.sandbox().await;
    let customer = app.customer("Fern <b>& Field").await;
    let order = app.order(&customer, 48_000).await;
    browser.does(&format!("/admin/orders/{order}/payment-requests"), &[("to", "pay@fern.example")]).await;
    browser.does(&format!("/admin/customers/{customer}/links"), &[]).await;
    app.work().await;
    let mail = browser.page("/admin/outbox").await;
    let mail = address(&mail, "/admin/outbox/mai_");
    let letter = browser.page(&mail).await;
    let url = address(&letter, "http://owed.example/p/").split_whitespace().next().unwrap_or_default().to_owned();
    app.pay_by_link(&url, "4000000000000002").await;
    app.pay_by_link(&url, "4242424242424242").await;
    let deposit =
        [("customer", customer.as_str()), ("order", ""), ("amount", "25"), ("kind", "cash"), ("received_on", "2026-01-15")];
    browser.does("/admin/payments", &deposit).await;
    let of = |page: &str, beginning: &str| address(page, beginning);
    let payments = browser.page("/admin/payments").await;
    let payment = of(&payments, "/admin/payments/pay_");
    let page = browser.page(&format!("/admin/customers/{customer}")).await;
    let (entry, link) = (of(&page, "/admin/entries/ent_"), of(&page, "/admin/links/lnk_"));
    let link = link.trim_end_matches("/qr.svg").to_owned();
    let customer_at = |rest: &str| format!("/admin/customers/{customer}{rest}");
    let order_at = |rest: &str| format!("/admin/orders/{order}{rest}");
    let fixed = [
        "/admin",
        "/admin/find",
        "/admin/find?q=fern",
        "/admin/find?q=fern&part=1",
        "/admin/background",
        "/admin/customers",
        "/admin/customers/new",
        "/admin/orders",
        "/admin/orders/new",
        "/admin/invoices",
        "/admin/invoices?sent=2&not_sent=1",
        "/admin/invoices/new",
        "/admin/requests",
        "/admin/payments",
        "/admin/payments/new",
        "/admin/messages",
        "/admin/messages/new",
        "/admin/refunds",
        "/admin/payouts",
        "/admin/approvals",
        "/admin/outbox",
        "/admin/reports",
        "/admin/reports/ageing",
        "/admin/settings",
        "/admin/settings/collecting",
        "/admin/settings/e-invoices",
        "/admin/settings/mails",
        "/admin/settings/mails/receipt",
        "/admin/settings/papers",
        "/admin/settings/papers/receipt",
        "/admin/settings/people",
        "/admin/settings/keys",
        "/admin/settings/sessions",
        "/admin/settings/processors",
        "/admin/settings/processors/new?kind=sandbox",
    ];
    let mut all: Vec<String> = fixed.iter().map(|path| (*path).to_owned()).collect();
    all.extend(["", "/edit", "/explain", "/entries/new", "/adjust", "/pay-out", "/auto-charge", "/statement"].map(customer_at));
    all.push(customer_at("?side=credit&kind=payment&from=2026-01-01&to=2026-01-31&q=pay"));
    all.extend(["", "/explain", "/cancel", "/deny", "/withdraw", "/amend", "/request", "/remote-invoice"].map(order_at));
    all.push(format!("/admin/payments/new?order={order}&kind=saved"));
    all.push(format!("/admin/payments/card?customer={customer}"));
    let lines = json!([{"kind": "item", "description": "Survey <b>", "quantity": 1, "unit_amount": 100}]);
    let draft = app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201);
    let draft = format!("/admin/invoices/{}", draft["id"].as_str().expect("an id"));
    let billed = app.order(&customer, 90_000).await;
    let invoice =
        browser.does(&format!("/admin/orders/{billed}/invoices"), &[("description", "Oak <b>"), ("then", "issue")]).await;
    // One that waits and one that is over.
    let gone = app.order(&customer, 1_000).await;
    for (order, then) in [(&billed, ""), (&gone, "/cancel")] {
        let made = app.post(&format!("/orders/{order}/remote-invoices"), json!({})).await.json(201);
        let made = made["id"].as_str().expect("an id").to_owned();
        if !then.is_empty() {
            app.post(&format!("/remote-invoices/{made}{then}"), json!({})).await.json(200);
        }
        all.push(format!("/admin/orders/{order}"));
    }
    all.extend([format!("{draft}/edit"), draft, format!("/admin/invoices/new?customer={customer}"), order_at("/invoice")]);
    let of_invoice =
        ["", "/explain", "/request", "/remote-invoice", "/void", "/uncollectible", "/write-off", "/late-fee", "/credit"];
    all.extend(of_invoice.map(|rest| format!("{invoice}{rest}")));
    all.push(format!("/admin/payments/in-person?order={order}&form=cash"));
    let cash = json!({"type": "in_person", "kind": "cash", "tendered": 200});
    let taken = json!({"customer": customer, "amount": 100, "currency": "USD", "method": cash});
    let taken = app.post("/payments", taken).await.json(201);
    all.push(format!("/admin/payments/{}/change", taken["id"].as_str().expect("an id")));
    all.extend(["refund", "reallocate"].map(|path| format!("{payment}/{path}")));
    all.extend([entry, payment, mail, format!("/admin/sandbox/{sandbox}")]);
    all.push(format!("/admin/settings/processors/{sandbox}"));
    all.push(format!("/admin/payments/new?order={order}"));
    all.push(format!("/admin/payments/new?customer={customer}"));
    all.push(format!("/admin/customers/{customer}/e-invoicing"));
    all.push(format!("{link}/qr.svg"));
    all
}

/// What in a page would be refused by its policy, or would not be said by a screen reader.
fn inline(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        let handler = tag.split_whitespace().any(|word| word.starts_with("on") && word.contains("=\""));
        if name == "style" || tag.contains(" style=") || handler || (name == "script" && !tag.contains("src=")) {
            found.push(tag.to_owned());
        }
        if tag.contains("=\"javascript:") {
            found.push(tag.to_owned());
        }
    }
    found
}

#[test]
fn every_page_is_answered_framed_and_plain() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        for path in furnished(app, &browser).await {
            let answer = browser.send("GET", &path, "").await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
            let policy = answer.header("content-security-policy");
            if path.contains("/outbox/mai_") || path.contains("/settings/mails") {
                assert_eq!(policy, CSP.replace("frame-src 'none'", "frame-src 'self'"), "{path}");
            } else {
                assert_eq!(policy, CSP, "{path}");
            }
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            assert!(inline(&answer.text).is_empty(), "{path}: {:?}", inline(&answer.text));
            assert!(!answer.text.contains("Fern <b>"), "{path}: people's text is escaped");
            assert!(!answer.text.contains("{{") && !answer.text.contains("{%"), "{path}");
        }
        app.leaves_jobs();
    });
}

#[test]
fn every_get_is_visited() {
    let source = include_str!("../../../src/admin.rs");
    let routed = source.lines().filter(|line| line.contains(".route(") && line.contains("get("));
    let elsewhere = [
        "/setup/{token}",
        "/admin/sign-in",
        "/admin/live",
        "/brand/{file}",
        "/brand/{file}/logo",
        "/admin/orders/{id}/pdf",
        "/admin/payments/{id}/pdf",
        "/admin/refunds/{id}/pdf",
        // Files, not pages.
        "/admin/outbox/{id}/attachments/{name}",
        "/admin/settings/papers/{kind}/built-in.typ",
        "/admin/settings/papers/{kind}/own.typ",
        "/admin/settings/papers/{kind}/sample.json",
        "/admin/settings/papers/{kind}/sample.pdf",
        "/admin/invoices/{id}/e-invoice",
        "/admin/credit-notes/{id}/e-invoice",
        // A page of a processor's fields, with a policy of its own (`keyed.rs`), or of its terminal apart (`apart.rs`).
        "/admin/card/{kind}/{payment}",
        // Ways back from the processor's pages: they lead on.
        "/admin/payments/{id}/keyed",
        "/admin/customers/{id}/method-added",
        "/admin/customers/{id}/statement.pdf",
        "/admin/customers/{id}/letter.pdf",
        "/admin/outbox/{id}/html",
        "/admin/settings/mails/{kind}/html",
        "/admin/invoices.csv",
        "/admin/reports/summary.csv",
        "/admin/reports/ageing.csv",
    ];
    let here = include_str!("surfaces.rs");
    for path in routed.map(|line| line.split('"').nth(1).expect("a path in quotes")) {
        let last = path.rsplit('/').find(|part| !part.starts_with('{')).expect("a word");
        assert!(elsewhere.contains(&path) || here.contains(last), "{path} is visited by no test");
    }
}

#[test]
fn downloads_previews_and_papers_have_policies_of_their_own() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        furnished(app, &browser).await;
        app.leaves_jobs();
        let outbox = browser.page("/admin/outbox").await;
        let mail = address(&outbox, "/admin/outbox/mai_");
        for path in [format!("{mail}/html"), "/admin/settings/mails/receipt/html?language=fr".to_owned()] {
            let html = browser.send("GET", &path, "").await;
            assert_eq!((html.status.as_u16(), html.header("content-security-policy")), (200, MAIL_CSP), "{path}");
            assert_eq!(html.header("referrer-policy"), "no-referrer");
            assert!(!html.text.contains("<script"), "{}", html.text);
        }

        let order = address(&browser.page("/admin/orders").await, "/admin/orders/ord_");
        let payment = address(&browser.page("/admin/payments?filter=succeeded").await, "/admin/payments/pay_");
        for path in [format!("{order}/pdf"), format!("{payment}/pdf")] {
            let pdf = browser.send("GET", &path, "").await;
            assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"), "{path}");
            assert_eq!(pdf.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        }
        for (path, name) in [
            ("/admin/reports/ageing.csv?as_of=2026-01-15", "ageing-2026-01-15.csv"),
            ("/admin/reports/summary.csv?from=2026-01-01&to=2026-01-31", "summary-2026-01-01-2026-01-31.csv"),
        ] {
            let csv = browser.send("GET", path, "").await;
            assert_eq!(csv.header("content-disposition"), format!("attachment; filename=\"{name}\""));
            assert!(csv.header("content-type").starts_with("text/csv") && csv.text.contains("USD"), "{}", csv.text);
        }
    });
}

#[test]
fn a_business_shows_its_color_and_its_logo() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let details = [
            ("name", "Harbor Joinery"),
            ("email", "hello@harbor.example"),
            ("color", "#2b50d8"),
            ("time_zone", "America/New_York"),
            ("paper", "a4"),
            ("address", "Pier 4\nSalem"),
            ("footer", ""),
            ("phone", ""),
            ("tax_id", "US-77"),
        ];
        browser.does("/admin/settings", &details).await;
        let brand = format!("/brand/{}", app.business);
        let css = Browser::stranger(app).page(&format!("{brand}.css")).await;
        assert_eq!(css, ":root{--brand:#2b50d8}");
        let bad = [("name", "Harbor"), ("color", "red;}body{display:none"), ("time_zone", "UTC"), ("paper", "a4")];
        let again = browser.post("/admin/settings", &bad).await;
        assert_eq!(again.status.as_u16(), 422, "{}", again.text);

        let stranger = Browser::stranger(app);
        assert_eq!(stranger.send("GET", &format!("{brand}/logo"), "").await.status.as_u16(), 404);
        let refused = upload(app, &browser, "\u{89}PNG".as_bytes()).await;
        assert!(wrong(&refused.text, "logo-file").contains("PNG or JPEG picture"), "text is no picture: {}", refused.text);
        let picture = b"\x89PNG\r\n\x1a\nrest";
        assert_eq!(upload(app, &browser, picture).await.status.as_u16(), 303);
        let logo = stranger.send("GET", &format!("{brand}/logo"), "").await;
        assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, "image/png"));
        browser.does("/admin/settings/logo/remove", &[]).await;
        assert_eq!(stranger.send("GET", &format!("{brand}/logo"), "").await.status.as_u16(), 404);
        for more in [1, LOGO_BYTES * 2] {
            let too_large = [picture, &vec![0; LOGO_BYTES + more][..]].concat();
            let refused = upload(app, &browser, &too_large).await;
            assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
            assert!(wrong(&refused.text, "logo-file").contains("at most 1 MB"), "{}", refused.text);
        }
    });
}

async fn upload(app: &TestApp, browser: &Browser<'_>, picture: &[u8]) -> Answer {
    let edge = fresh_key();
    let head = format!(
        "--{edge}\r\ncontent-disposition: form-data; name=\"logo\"; filename=\"l.png\"\r\ncontent-type: image/png\r\n\r\n"
    );
    let whole = [head.as_bytes(), picture, format!("\r\n--{edge}--\r\n").as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary={edge}");
    let headers = [("cookie", browser.cookie.as_str()), ("content-type", kind.as_str()), ("sec-fetch-site", "same-origin")];
    app.send("POST", "/admin/settings/logo", &headers, whole).await
}

#[test]
fn secrets_are_shown_once() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let made = browser.post("/admin/settings/keys", &[("name", "Web shop"), ("scope", "read")]).await;
        assert_eq!(made.status.as_u16(), 200);
        let key = address(&made.text, "owed_");
        assert_eq!(app.call(&key, "GET", "/customers?limit=1", &[], &serde_json::Value::Null).await.status.as_u16(), 200);
        let later = browser.page("/admin/settings/keys").await;
        assert!(!later.contains(&key) && later.contains("Web shop") && later.contains("The owner"), "{later}");
        let id = later.split("/admin/settings/keys/").nth(1).and_then(|rest| rest.split('/').next()).expect("an id").to_owned();
        browser.does(&format!("/admin/settings/keys/{id}/revoke"), &[]).await;
        assert_eq!(app.call(&key, "GET", "/customers?limit=1", &[], &serde_json::Value::Null).await.status.as_u16(), 401);

        let person = [("name", "Mara Voss"), ("email", "mara@harbor.example"), ("role", "clerk")];
        let added = browser.post("/admin/settings/people", &person).await;
        assert_eq!(added.status.as_u16(), 200, "{}", added.text);
        let shown = added.text.split("readonly value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a password");
        Browser::signed_in(app, "mara@harbor.example", shown).await;
        assert!(!browser.page("/admin/settings/people").await.contains(shown));
        let twice = browser.post("/admin/settings/people", &person).await;
        assert!(twice.status.as_u16() == 422 && twice.text.contains("id=\"email-wrong\""), "{}", twice.text);
    });
}
