//! Who is spoken to in which language: on pages, in mails, in refusals; and what a language tag must look like.

use serde_json::json;

use crate::admin::browser::{Browser, field};
use crate::kit::{ADDRESS, Answer, TestApp, drawn};

fn path(url: &str) -> &str {
    url.strip_prefix(ADDRESS).expect("an address of ours")
}

/// A customer with a language tag, or none, who owes 480.00 on an order that was asked for: the request's address.
async fn asked(app: &TestApp, locale: Option<&str>) -> String {
    app.sandbox().await;
    let new = json!({"name": "Fern & Field", "email": "pay@fern.example", "locale": locale});
    let customer = app.post("/customers", new).await.json(201)["id"].as_str().expect("an id").to_owned();
    let order = app.order(&customer, 48_000).await;
    let request = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    request["url"].as_str().expect("a URL").to_owned()
}

/// The page behind a link, asked for with these languages.
async fn seen(app: &TestApp, url: &str, accept: &str, query: &str) -> Answer {
    let opened = app.send("GET", path(url), &[("accept-language", accept)], "").await;
    let cookie = opened.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let clean = format!("{}{query}", opened.header("location"));
    app.send("GET", &clean, &[("accept-language", accept), ("cookie", &cookie)], "").await
}

#[test]
fn a_german_customer_is_asked_paid_and_thanked_in_german() {
    TestApp::both(async |app| {
        let url = asked(app, Some("de-DE")).await;
        app.work().await;
        let mail = app.all("/mails?kind=payment_request").await[0].clone();
        let text = mail["text"].as_str().expect("a text");
        assert_eq!(mail["subject"], "Zahlungsaufforderung von Harbor Joinery: Auftrag ORD-2026-00001");
        for said in ["Guten Tag, Fern & Field,", "Offener Betrag: 480,00\u{a0}$", "ein Konto ist nicht nötig"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let page = seen(app, &url, "en-US,en", "").await;
        assert_eq!(page.header("content-language"), "de", "the customer's language counts before the browser's");
        for said in
            ["<html lang=\"de-DE\">", "Auftrag ORD-2026-00001", "480,00\u{a0}$ bezahlen", "Jetzt offen, für Fern &#38; Field"]
        {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        app.pay_by_link(&url, "4242424242424242").await;
        app.work().await;
        let receipt = app.all("/mails?kind=receipt").await[0].clone();
        let text = receipt["text"].as_str().expect("a text");
        for said in ["Zahlungsbeleg: 480,00\u{a0}$", "Visa mit Endziffern 4242", "Auftrag ORD-2026-00001: 480,00\u{a0}$"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    });
}

#[test]
fn an_amount_is_typed_as_the_reader_writes_it_and_comes_back_as_typed() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let new = json!({"name": "Fern & Field", "email": "pay@fern.example", "locale": "de-DE"});
        let customer = app.post("/customers", new).await.json(201)["id"].as_str().expect("an id").to_owned();
        app.order(&customer, 150_000).await;
        let link = app.post(&format!("/customers/{customer}/links"), json!({"policy": "any"})).await.json(201);
        let mut payer = Browser::stranger(app);
        let opened = payer.send("GET", path(link["url"].as_str().expect("a URL")), "").await;
        payer.keep_cookie(&opened);
        let clean = opened.header("location").to_owned();
        let page = payer.page(&clean).await;
        assert!(field(&page, "amount").contains("value=\"1500,00\""), "{}", field(&page, "amount"));
        for (typed, status, seen) in [("1.500,001", 422, "1.500,001"), ("2.000,00", 409, "2.000,00"), ("-5", 422, "-5")] {
            let answer = payer.post(&format!("{clean}/pay"), &[("amount", typed)]).await;
            assert_eq!(answer.status.as_u16(), status, "{typed}: {}", answer.text);
            assert!(field(&answer.text, "amount").contains(&format!("value=\"{seen}\"")), "{}", field(&answer.text, "amount"));
        }
        // Whoever mistypes is not locked out by it.
        for _ in 0..6 {
            assert_eq!(payer.post(&format!("{clean}/pay"), &[("amount", "abc")]).await.status.as_u16(), 422);
        }
        let paid = payer.post(&format!("{clean}/pay"), &[("amount", "1.000,50")]).await;
        assert_eq!(paid.status.as_u16(), 303, "{}", paid.text);
        assert_eq!(app.get("/payments?limit=1").await.json(200)["data"][0]["amount"], 100_050);
    });
}

#[test]
fn the_browser_s_language_counts_where_the_customer_has_none_and_a_choice_before_both() {
    TestApp::both(async |app| {
        let url = asked(app, None).await;
        let french = seen(app, &url, "fr-FR,fr;q=0.9,en;q=0.5", "").await;
        assert_eq!(french.header("content-language"), "fr");
        assert!(french.text.contains("Payer 480,00\u{a0}$") && french.text.contains("lang=\"fr\""), "{}", french.text);
        assert!(french.header("vary").contains("accept-language") || french.headers.get_all("vary").iter().count() > 0);
        let spanish = seen(app, &url, "fr", "?lang=es").await;
        assert_eq!(spanish.header("content-language"), "es");
        let kept =
            spanish.headers.get_all("set-cookie").iter().any(|value| value.to_str().is_ok_and(|text| text.contains("lang=es;")));
        assert!(kept, "{:?}", spanish.headers);
        assert!(
            spanish.text.contains("Pagar 480,00\u{a0}$") && spanish.text.contains("aria-current=\"true\">Español"),
            "{}",
            spanish.text
        );
        let other = seen(app, &url, "ja,nl", "?lang=tlh").await;
        assert_eq!(other.header("content-language"), "en");

        let again = [("accept-language", "en"), ("cookie", "owed_lang=de"), ("accept", "text/html")];
        let lost = app.send("GET", "/p/req_nothing", &again, "").await;
        assert!(lost.status.as_u16() == 404 && lost.text.contains("Dieser Link funktioniert nicht"), "{}", lost.text);
        let wrong = app.send("GET", "/portal/nobody/explain", &again, "").await;
        assert!(wrong.status.as_u16() == 303, "whoever is not inside is led to the door");
        let door = app.send("GET", "/portal", &again, "").await;
        assert!(door.text.contains("Link zusenden") && door.text.contains("<html lang=\"de\">"), "{}", door.text);
        let form = [("accept-language", "fr"), ("content-type", "application/x-www-form-urlencoded")];
        let refused = app.send("POST", "/portal/sign-in", &form, "email=nobody").await;
        assert!(refused.status.as_u16() == 422 && refused.text.contains("Saisissez une seule adresse"), "{}", refused.text);
    });
}

#[test]
fn refusals_and_account_pages_are_in_the_customer_s_language() {
    TestApp::both(async |app| {
        let url = asked(app, Some("fr")).await;
        let customer = app.all("/customers").await[0]["id"].as_str().expect("an id").to_owned();
        let browser = super::doors::signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let page = browser.page(&home).await;
        for said in
            ["Tout payer, 480,00\u{a0}$", "Commande ORD-2026-00001", "Dû par Fern &#38; Field", "Relevés", "Se déconnecter"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        let nothing = browser.post(&format!("{home}/pay"), &[("what", "chosen"), ("currency", "USD")]).await;
        assert!(
            nothing.status.as_u16() == 422 && nothing.text.contains("Choisissez ce que vous souhaitez payer."),
            "{}",
            nothing.text
        );
        let statement = browser.send("GET", &format!("{home}/statement?from=2026-02-01&to=2026-01-01"), "").await;
        assert!(statement.text.contains("Le dernier jour précède le premier."), "{}", statement.text);
        let explained = browser.page(&format!("{home}/explain")).await;
        assert!(explained.contains("Détail du calcul") && explained.contains("Commande ORD-2026-00001"), "{explained}");
        let entry = app.all("/mails?kind=portal_entry").await[0].clone();
        assert!(entry["subject"].as_str().is_some_and(|subject| subject.starts_with("Connexion à votre compte")), "{entry}");
        assert!(!url.is_empty());
    });
}

#[test]
fn a_language_tag_is_checked_where_it_comes_in() {
    TestApp::both(async |app| {
        let bad = json!({"name": "Fern", "locale": "german"});
        assert_eq!(app.post("/customers", bad).await.wrong_field(422, "INVALID"), "locale");
        let kept = app.post("/customers", json!({"name": "Fern", "locale": "de_at"})).await.json(201);
        assert_eq!(kept["locale"], "de-AT");
        assert_eq!(app.post("/settings", json!({"locale": "x"})).await.wrong_field(422, "INVALID"), "locale");
        assert_eq!(app.post("/settings", json!({"week_begins": 8})).await.wrong_field(422, "INVALID"), "week_begins");
        let settings = app.post("/settings", json!({"locale": "fr-CH", "week_begins": 7})).await.json(200);
        assert_eq!((&settings["locale"], &settings["week_begins"]), (&json!("fr-CH"), &json!(7)));
        let cleared = app.post("/settings", json!({"week_begins": null})).await.json(200);
        assert_eq!(cleared["week_begins"], json!(null));

        let browser = Browser::owner(app).await;
        let form = browser.page("/admin/settings").await;
        assert!(form.contains("<option value=\"fr-CH\" selected>Français (Suisse)</option>"), "{form}");
        let report = browser.page("/admin/reports").await;
        assert!(report.contains("This week") && report.contains("Last week"), "{report}");
        let new = [("name", "Brook"), ("locale", "es-MX")];
        let brook = browser.does("/admin/customers", &new).await;
        assert!(browser.page(&format!("{brook}/edit")).await.contains("<option value=\"es-MX\" selected>"));
    });
}

#[test]
fn words_are_the_business_s_own_in_each_language() {
    TestApp::both(async |app| {
        let own = json!({"language": "de", "subject": "Bitte zahlen: {document}"});
        let kept = app.call(&app.key, "PUT", "/mail-words/payment_request", &[], &own).await.json(200);
        assert_eq!((&kept["language"], &kept["sample"]), (&json!("de"), &json!("Bitte zahlen: Auftrag ORD-2026-00042")));
        let english = app.get("/mail-words").await.json(200)["data"][0].clone();
        assert_eq!((&english["language"], &english["subject"]), (&json!("en"), &json!(null)), "English stays as it was");
        let german = app.get("/mail-words?language=de").await.json(200)["data"][0].clone();
        assert_eq!(german["subject"], "Bitte zahlen: {document}");
        assert_eq!(app.get("/mail-words?language=xx").await.wrong_field(422, "INVALID"), "language");
        let seen = app.post("/mail-words/receipt/preview", json!({"language": "fr"})).await.json(200);
        assert_eq!(seen["subject"], "Reçu PAY-2026-00058 de Harbor Joinery");
        let sent = app.post("/mail-words/receipt/test", json!({"to": "me@harbor.example", "language": "es"})).await.json(201);
        assert_eq!(sent["subject"], "Prueba: Recibo PAY-2026-00058 de Harbor Joinery");

        let browser = Browser::owner(app).await;
        let page = browser.page("/admin/settings/mails/payment_request?language=de").await;
        assert!(
            page.contains("Bitte zahlen: Auftrag ORD-2026-00042") && page.contains("name=\"language\" value=\"de\""),
            "{page}"
        );
        let typed = [("language", "fr"), ("subject", "À régler : {document}"), ("body", "")];
        browser.does("/admin/settings/mails/payment_request", &typed).await;
        asked(app, Some("fr")).await;
        app.work().await;
        assert_eq!(app.all("/mails?kind=payment_request").await[0]["subject"], "À régler : Commande ORD-2026-00001");
    });
}

/// What the books write by themselves, in English.
const ENGLISH: [&str; 20] = [
    "Order ORD",
    "Payment PAY",
    "Invoice INV",
    "Refund RFD",
    "Credit note on",
    "Refund",
    "Late fee",
    "Balance adjustment",
    "Written off",
    "Small difference",
    "Payment returned",
    "Credit paid out",
    "items added",
    "shipping",
    "canceled",
    "Dear ",
    "Your account with",
    "kind regards",
    "Discounts on",
    " ending ",
];

/// Something of all that the books write on a customer's account; answers the papers about it.
async fn everything(app: &TestApp, customer: &str) -> Vec<String> {
    let made = |answer: serde_json::Value| answer["id"].as_str().expect("an id").to_owned();
    let order = app.order(customer, 48_000).await;
    let express = json!([{"kind": "shipping", "description": "Exprés", "quantity": 1, "unit_amount": 500}]);
    app.post(&format!("/orders/{order}/amendments"), json!({"reason": "shipping", "lines": express})).await.json(201);
    let cash = json!({"customer": customer, "order": order, "amount": 10_000, "currency": "USD",
        "method": {"type": "external", "kind": "check", "reference": "1007"}});
    let payment = made(app.post("/payments", cash).await.json(201));
    let back = json!({"amount": 700, "reason": "Demasiado", "to": "outside"});
    let refund = made(app.post(&format!("/payments/{payment}/refunds"), back).await.json(201));
    let invoice = crate::api::invoices::issued(app, customer, 5_000).await;
    app.post(&format!("/invoices/{invoice}/credit-notes"), json!({"amount": 300, "reason": "Rayado"})).await.json(201);
    app.post(&format!("/invoices/{invoice}/write-offs"), json!({"amount": 100, "reason": "Bagatelle"})).await.json(201);
    let adjusted = json!({"amount": -200, "currency": "USD", "note": "Nota"});
    app.post(&format!("/customers/{customer}/adjustments"), adjusted).await.json(201);
    let billed = app.post(&format!("/orders/{order}/invoices"), json!({"description": "Mesa"})).await.json(201);
    let gift = json!([{"kind": "service", "description": "Regalo", "quantity": 1, "unit_amount": 900}]);
    let added = app.post(&format!("/orders/{order}/amendments"), json!({"reason": "items_added", "lines": gift})).await.json(201);
    let table = added["lines"][0]["id"].clone();
    app.post(&format!("/orders/{order}/amendments"), json!({"reason": "correction", "remove": [table]})).await.json(201);
    let notes = app.all("/credit-notes?limit=50").await;
    let mut papers: Vec<String> =
        notes.iter().map(|note| format!("/credit-notes/{}/pdf", note["id"].as_str().expect("an id"))).collect();
    papers.extend([
        format!("/orders/{order}/pdf"),
        format!("/payments/{payment}/pdf"),
        format!("/refunds/{refund}/pdf"),
        format!("/invoices/{invoice}/pdf"),
        format!("/invoices/{}/pdf", made(billed)),
        format!("/customers/{customer}/statement.pdf?from=2026-01-01&to=2026-01-31"),
        format!("/customers/{customer}/letter.pdf"),
    ]);
    papers
}

#[test]
fn nothing_that_the_books_write_is_english_on_papers_and_pages_of_other_languages() {
    TestApp::both(async |app| {
        for language in ["es", "fr", "de"] {
            let mark = format!("VAT {}", crate::admin::browser::fresh_key());
            app.post("/settings", json!({"tax_id": mark})).await.json(200);
            let email = format!("{language}@fern.example");
            let new = json!({"name": "Helecho", "email": email, "locale": language});
            let customer = app.post("/customers", new).await.json(201)["id"].as_str().expect("an id").to_owned();
            let papers = everything(app, &customer).await;
            for path in &papers {
                assert_eq!(app.get(path).await.status.as_u16(), 200, "{path}");
            }
            let printed = drawn(&mark);
            let kinds: std::collections::BTreeSet<&str> = printed.iter().map(|paper| paper.kind().word()).collect();
            assert_eq!(kinds.len(), 7, "every kind of paper: {kinds:?}");
            for paper in printed.iter().filter(|paper| paper.head().locale == language) {
                let whole = format!("{paper:?}");
                for text in whole.split('"').skip(1).step_by(2) {
                    let english = ENGLISH.iter().find(|words| text.contains(**words));
                    assert!(english.is_none(), "{language}, {}: {text:?}", paper.kind().word());
                }
            }
            let browser = super::doors::signed_in(app, &email).await;
            let home = format!("/portal/{customer}");
            for path in [home.clone(), format!("{home}/statement?from=2026-01-01&to=2026-01-31"), format!("{home}/explain")] {
                let page = browser.page(&path).await;
                let english = ENGLISH.iter().find(|words| page.contains(**words) && **words != " ending ");
                assert!(english.is_none(), "{language}, {path} says {english:?}: {page}");
            }
        }
    });
}
