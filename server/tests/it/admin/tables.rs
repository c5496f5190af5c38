//! Lists as CSV, an account as at a past day, and a payment link's form that comes back.

use serde_json::json;

use super::browser::{Browser, wrong};
use crate::kit::TestApp;

#[test]
fn lists_are_had_as_tables_with_the_rows_of_their_pages() {
    TestApp::both(async |app| {
        let fern = app.customer("=Fern").await;
        app.customer("Moss").await;
        app.order(&fern, 12_345).await;
        let paid = json!({"customer": fern, "amount": 2_345, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", paid).await.json(201);
        let browser = Browser::owner(app).await;
        let table = async |path: &str| {
            let answer = browser.send("GET", path, "").await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/csv; charset=utf-8"), "{path}");
            assert!(answer.header("content-disposition").starts_with("attachment;"), "{path}");
            answer.text
        };
        let owing = table("/admin/customers?filter=owes&format=csv").await;
        assert!(owing.contains(",'=Fern,") && owing.contains(",-100.00,USD,") && !owing.contains("Moss"), "{owing}");
        let entries = table(&format!("/admin/customers/{fern}?format=csv")).await;
        assert!(entries.contains(",-123.45,USD,100.00,") && entries.contains(",23.45,USD,0.00,"), "{entries}");
        let credits = table(&format!("/admin/customers/{fern}?side=credit&format=csv")).await;
        assert_eq!(credits.lines().count(), 2, "{credits}");
        let payments = table("/admin/payments?format=csv").await;
        assert!(payments.contains(",23.45,0.00,USD,cash,"), "{payments}");
        assert_eq!(table("/admin/payments?filter=failed&format=csv").await.lines().count(), 1);
        let ageing = table("/admin/reports/ageing?format=csv").await;
        assert!(ageing.contains(",100.00,USD"), "{ageing}");
        table("/admin/reports?format=csv").await;
        for page in ["/admin/customers", "/admin/payments", &format!("/admin/customers/{fern}"), "/admin/reports/ageing"] {
            let text = browser.page(page).await;
            assert!(text.contains("format=csv") || text.contains(".csv"), "{page} offers its table");
        }
    });
}

#[test]
fn an_account_is_shown_as_at_a_past_day() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let entry = |side: &str, amount: i64, on: &str| json!({"side": side, "amount": amount, "currency": "USD", "description": "Work", "effective_on": on});
        let path = format!("/customers/{fern}/entries");
        app.post(&path, entry("charge", 5_000, "2025-11-01")).await.json(201);
        app.post(&path, entry("credit", 5_000, "2026-01-10")).await.json(201);
        let browser = Browser::owner(app).await;
        let now = browser.page(&format!("/admin/customers/{fern}")).await;
        assert!(now.contains("As at a past day") && !now.contains("Balance at the end of"), "{now}");
        let then = browser.page(&format!("/admin/customers/{fern}?as_of=2025-12-31")).await;
        assert!(then.contains("Balance at the end of") && then.contains("value=\"-50.00\""), "{then}");
        let future = browser.page(&format!("/admin/customers/{fern}?as_of=2027-01-01")).await;
        assert!(future.contains("The future is not known"), "{future}");
    });
}

#[test]
fn a_links_form_comes_back_with_what_was_typed() {
    TestApp::both(async |app| {
        let fern = app.customer("Fern & Field").await;
        let browser = Browser::owner(app).await;
        let path = format!("/admin/customers/{fern}/links");
        let typed = [("policy", "steps"), ("steps", "50, x"), ("expires_on", "2026-03-01")];
        let back = browser.post(&path, &typed).await;
        assert_eq!(back.status.as_u16(), 422);
        assert_eq!(wrong(&back.text, "steps"), "&#34;x&#34; is not an amount.");
        assert!(back.text.contains("value=\"50, x\"") && back.text.contains("value=\"2026-03-01\""), "{}", back.text);
        let back = browser.post(&path, &[("policy", "minimum")]).await;
        assert_eq!(back.status.as_u16(), 422);
        assert!(!wrong(&back.text, "minimum_amount").is_empty(), "{}", back.text);
        let past = browser.post(&path, &[("policy", "full"), ("expires_on", "2025-01-01")]).await;
        assert!(!wrong(&past.text, "expires_on").is_empty(), "{}", past.text);
        // Each policy is made, said and held to.
        for (policy, extra, said) in [
            ("minimum", ("minimum_amount", "20.00"), "At least $20.00"),
            ("any", ("steps", ""), "Any amount"),
            ("steps", ("steps", "10; 20.50"), "$10.00, $20.50"),
        ] {
            browser.does(&path, &[("policy", policy), extra]).await;
            let page = browser.page(&format!("/admin/customers/{fern}")).await;
            assert!(page.contains(said) && page.contains("Print letter"), "{policy}: {page}");
        }
    });
}
