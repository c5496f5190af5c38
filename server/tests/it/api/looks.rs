//! How papers look beside their template: logo, color, footer, sheet and texts, each by program and by page, and on paper.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use books::paper::{PageSize, Paper};
use engine::flows::dress_papers::{LOGO_BYTES, LOGO_TOO_LARGE};
use serde_json::{Value, json};

use crate::admin::browser::{Browser, fresh_key};
use crate::kit::{Answer, TestApp, drawn};

/// 16 by 8 pixels, one color.
const PNG: &[u8] = include_bytes!("../../../../documents/tests/logo.png");
const LOGO: &str = "/settings/logo";

async fn put(app: &TestApp, path: &str, body: Value) -> Answer {
    app.call(&app.key, "PUT", path, &[], &body).await
}

fn picture(bytes: &[u8]) -> Value {
    json!({ "logo": STANDARD.encode(bytes) })
}

#[test]
fn a_logo_is_kept_by_a_program_shown_and_taken_away() {
    TestApp::both(async |app| {
        app.get(LOGO).await.refused(404, "NOT_FOUND");
        let once = [("idempotency-key", "logo-1")];
        let kept = app.call(&app.key, "PUT", LOGO, &once, &picture(PNG)).await.json(200);
        assert_eq!((&kept["media_type"], &kept["size"]), (&json!("image/png"), &json!(PNG.len())));
        assert_eq!(kept["sha256"].as_str().map(str::len), Some(64));
        let again = app.call(&app.key, "PUT", LOGO, &once, &picture(PNG)).await;
        assert!(again.replayed());
        assert_eq!(again.json(200), kept);
        let shown = app.get(LOGO).await;
        assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "image/png"));
        let brand = format!("/brand/{}/logo", app.business);
        assert_eq!(Browser::stranger(app).send("GET", &brand, "").await.header("content-type"), "image/png");

        assert_eq!(put(app, LOGO, json!({"logo": "no base64!"})).await.wrong_field(422, "INVALID"), "logo");
        assert_eq!(put(app, LOGO, picture(b"GIF89a")).await.wrong_field(422, "INVALID"), "logo");
        put(app, LOGO, json!({"logo": "", "size": 1})).await.refused(400, "MALFORMED");
        let narrow = app.key_with(&["read", "write"]).await;
        app.call(&narrow, "PUT", LOGO, &[], &picture(PNG)).await.refused(403, "NO_SCOPE");

        let gone = app.delete(LOGO).await.json(200);
        assert_eq!(gone, json!({"media_type": null, "size": null, "sha256": null}));
        app.get(LOGO).await.refused(404, "NOT_FOUND");
        let kinds: Vec<Value> = app.all("/events?kind=logo_replaced").await.iter().map(|one| one["data"].clone()).collect();
        assert_eq!(kinds, [json!({"bytes": null}), json!({"bytes": PNG.len()})]);
    });
}

/// A picture that can be printed, with a text of so many bytes behind its end, which readers of pictures leave alone.
fn as_large_as(bytes: usize) -> Vec<u8> {
    let mut picture = PNG.to_vec();
    picture.resize(bytes, b'.');
    picture
}

#[test]
fn a_program_may_bring_as_large_a_logo_as_the_page_and_no_larger() {
    TestApp::both(async |app| {
        let kept = put(app, LOGO, picture(&as_large_as(LOGO_BYTES))).await.json(200);
        assert_eq!(kept["size"], json!(LOGO_BYTES));
        for more in [1, LOGO_BYTES / 2, 4 * LOGO_BYTES] {
            let refused = put(app, LOGO, picture(&as_large_as(LOGO_BYTES + more))).await;
            assert!(refused.text.contains(LOGO_TOO_LARGE), "{more}: {}", refused.text);
            assert_eq!(refused.wrong_field(422, "INVALID"), "logo", "{more} more");
        }
        let long = json!({"texts": {"en": "x".repeat(LOGO_BYTES)}});
        put(app, "/paper-texts/order", long).await.refused(413, "TOO_LARGE");
    });
}

#[test]
fn every_look_is_set_by_program_and_by_page_and_printed() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 500).await;
        let printed = async |mark: &str| {
            app.get(&format!("/orders/{order}/pdf")).await;
            let Some(Paper::Order(paper)) = drawn(mark).pop() else { panic!("no order with {mark} was drawn") };
            paper.head
        };
        let mark = format!("VAT {}", fresh_key());
        let look = json!({"color": "#2B50D8", "footer": "By program.", "paper": "letter", "tax_id": mark});
        app.post("/settings", look).await.json(200);
        put(app, LOGO, picture(PNG)).await.json(200);
        let head = printed(&mark).await;
        assert_eq!((head.business.color.as_deref(), head.business.footer.as_str()), (Some("#2b50d8"), "By program."));
        assert_eq!((head.page, head.business.logo.map(|logo| logo.bytes)), (PageSize::Letter, Some(PNG.to_vec())));

        let browser = Browser::owner(app).await;
        let other = format!("VAT {}", fresh_key());
        let fields = [
            ("name", "Harbor Joinery"),
            ("color", "#0b5c44"),
            ("footer", "By page."),
            ("paper", "a4"),
            ("time_zone", "UTC"),
            ("tax_id", other.as_str()),
        ];
        browser.does("/admin/settings", &fields).await;
        browser.does("/admin/settings/logo/remove", &[]).await;
        let head = printed(&other).await;
        assert_eq!((head.business.color.as_deref(), head.business.footer.as_str()), (Some("#0b5c44"), "By page."));
        assert_eq!((head.page, head.business.logo), (PageSize::A4, None));
    });
}

fn notes(paper: &Paper) -> &[String] {
    match paper {
        Paper::Order(paper) => &paper.notes,
        Paper::Invoice(paper) => &paper.notes,
        Paper::CreditNote(paper) => &paper.notes,
        Paper::Receipt(paper) => &paper.notes,
        Paper::Refund(paper) => &paper.notes,
        Paper::Statement(paper) => &paper.notes,
        Paper::Letter(paper) => &paper.paragraphs,
    }
}

#[test]
fn what_stands_under_papers_is_written_by_program_and_page_and_stays_on_issued_ones() {
    TestApp::both(async |app| {
        let mark = format!("VAT {}", fresh_key());
        app.post("/settings", json!({"tax_id": mark})).await.json(200);
        let all = app.get("/paper-texts").await.json(200)["data"].as_array().expect("a list").clone();
        assert!(all.len() == 7 && all.iter().all(|one| one["texts"]["de"].is_null()), "{all:?}");
        let terms = json!({"texts": {"en": "Pay within 14 days.", "de": "Zahlbar binnen 14 Tagen."}});
        put(app, "/paper-texts/invoice", terms).await.json(200);
        let partly = put(app, "/paper-texts/invoice", json!({"texts": {"es": "Pague en 14 días."}})).await.json(200);
        assert_eq!(partly["texts"]["en"], "Pay within 14 days.", "a language that is not named stays");
        for kind in ["order", "receipt", "statement", "letter", "refund", "credit_note"] {
            put(app, &format!("/paper-texts/{kind}"), json!({"texts": {"en": format!("Under the {kind}.")}})).await.json(200);
        }
        put(app, "/paper-texts/postcard", json!({"texts": {}})).await.refused(404, "NOT_FOUND");
        assert_eq!(put(app, "/paper-texts/order", json!({"texts": {"tlh": "x"}})).await.wrong_field(422, "INVALID"), "texts.tlh");
        let long = json!({"texts": {"en": "x".repeat(1_001)}});
        assert_eq!(put(app, "/paper-texts/order", long).await.wrong_field(422, "INVALID"), "texts.en");

        let new = json!({"name": "Farn", "email": "pay@fern.example", "locale": "de"});
        let german = app.post("/customers", new).await.json(201)["id"].as_str().expect("an id").to_owned();
        let french = app.customer("Fern & Field").await;
        app.patch(&format!("/customers/{french}"), json!({"locale": "fr"})).await.json(200);
        let of_german = super::invoices::issued(app, &german, 1_000).await;
        let of_french = super::invoices::issued(app, &french, 1_000).await;
        app.get(&format!("/invoices/{of_german}/pdf")).await;
        app.get(&format!("/invoices/{of_french}/pdf")).await;
        let papers = drawn(&mark);
        assert_eq!(notes(&papers[0]), ["Zahlbar binnen 14 Tagen."]);
        assert_eq!(notes(&papers[1]), ["Pay within 14 days."], "whose language has none gets the business's own");

        let cash = json!({"customer": french, "invoice": of_french, "amount": 1_000, "currency": "USD",
            "method": {"type": "external", "kind": "cash"}});
        let payment = app.post("/payments", cash).await.json(201)["id"].as_str().expect("an id").to_owned();
        let order = app.order(&french, 500).await;
        for path in [
            format!("/orders/{order}/pdf"),
            format!("/payments/{payment}/pdf"),
            format!("/customers/{french}/statement.pdf?from=2026-01-01&to=2026-01-31"),
            format!("/customers/{french}/letter.pdf"),
        ] {
            assert_eq!(app.get(&path).await.status.as_u16(), 200, "{path}");
            let paper = drawn(&mark).pop().expect("a paper");
            let want = format!("Under the {}.", paper.kind().word());
            assert!(notes(&paper).contains(&want), "{path}: {:?}", notes(&paper));
        }

        // The page writes all languages at once; what was issued keeps the text of its day.
        let browser = Browser::owner(app).await;
        let at = "/admin/settings/papers/invoice";
        assert!(browser.page(at).await.contains("Zahlbar binnen 14 Tagen."));
        browser.does(&format!("{at}/text"), &[("texts.en", "Thank you."), ("texts.de", "")]).await;
        let kept = app.get("/paper-texts/invoice").await.json(200);
        assert_eq!(kept["texts"], json!({"de": null, "en": "Thank you.", "es": null, "fr": null}));
        let wrong = browser.post(&format!("{at}/text"), &[("texts.fr", &"x".repeat(1_001))]).await;
        assert!(wrong.status.as_u16() == 422 && wrong.text.contains("id=\"texts.fr-wrong\""), "{}", wrong.text);
        app.post(&format!("/invoices/{of_german}/write-offs"), json!({"amount": 1, "reason": "a cent"})).await.json(201);
        app.get(&format!("/invoices/{of_german}/pdf")).await;
        assert_eq!(notes(&drawn(&mark).pop().expect("a paper")), ["Zahlbar binnen 14 Tagen."]);
    });
}
