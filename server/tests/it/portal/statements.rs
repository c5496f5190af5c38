//! Statements in the portal and behind the link of a mail.

use serde_json::json;

use super::doors::signed_in;
use crate::admin::browser::{Browser, address};
use crate::kit::{ADDRESS, TestApp};

#[test]
fn any_period_is_shown_and_downloaded() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 30_000).await;
        let browser = signed_in(app, "pay@fern.example").await;
        let path = format!("/portal/{customer}/statement");
        let page = browser.page(&path).await;
        assert!(page.contains("Statement of account") && page.contains("$300") && page.contains("Open at the end"), "{page}");
        let before = browser.page(&format!("{path}?from=2025-01-01&to=2025-12-31")).await;
        assert!(before.contains("Nothing owed") && !before.contains("Open at the end"), "{before}");
        let pdf = browser.send("GET", &format!("{path}.pdf?from=2026-01-01&to=2026-01-31"), "").await;
        assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"), "{}", pdf.text);
        let bad = browser.send("GET", &format!("{path}?from=2026-02-01&to=2026-01-01"), "").await;
        assert_eq!(bad.status.as_u16(), 422);
        assert!(bad.text.contains("The last day lies before the first."), "{}", bad.text);
        assert_eq!(browser.send("GET", &format!("{path}.pdf?from=x&to=2026-01-01"), "").await.status.as_u16(), 422);
    });
}

#[test]
fn a_mailed_statement_is_seen_downloaded_and_paid_without_signing_in() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 30_000).await;
        let owner = Browser::owner(app).await;
        let path = format!("/admin/customers/{customer}");
        let page = owner.page(&format!("{path}/statement?from=2026-01-01&to=2026-01-31")).await;
        assert!(page.contains("Send by email") && page.contains("value=\"2026-01-31\""), "{page}");
        let days = [("from", "2026-01-01"), ("to", "2026-01-31"), ("currency", "USD")];
        owner.does(&format!("{path}/statements"), &days).await;
        app.work().await;
        let mail = app.get("/mails?kind=statement").await.json(200);
        let text = mail["data"][0]["text"].as_str().expect("a mail");
        assert!(text.contains("$300.00") && text.contains("1 Jan 2026 to 31 Jan 2026"), "{text}");
        let url = address(text, &format!("{ADDRESS}/p/stm_")).split_whitespace().next().expect("a URL").to_owned();

        let mut visitor = Browser::stranger(app);
        let opened = visitor.send("GET", url.strip_prefix(ADDRESS).expect("ours"), "").await;
        visitor.keep_cookie(&opened);
        let shown = visitor.page(opened.header("location")).await;
        assert!(
            shown.contains("Statement of account") && shown.contains("Pay $300.00") && !shown.contains("Sign out"),
            "{shown}"
        );
        let pdf = visitor.send("GET", &format!("{}/pdf", opened.header("location")), "").await;
        assert_eq!(pdf.header("content-type"), "application/pdf", "{}", pdf.text);
        assert!(visitor.page(&format!("{}/explain", opened.header("location"))).await.contains("<b>Amount due</b>"));
        let step = app.pay_by_link(&url, "4242424242424242").await;
        assert!(matches!(step, processors::sandbox::CheckoutStep::Paid { .. }), "{step:?}");

        // Without an address there is nobody to send it to; it can be printed.
        app.patch(&format!("/customers/{customer}"), json!({"email": null})).await.json(200);
        let page = owner.page(&format!("{path}/statement")).await;
        assert!(page.contains("This customer has no email address: download or print it."), "{page}");
        let refused = owner.post(&format!("{path}/statements"), &days).await;
        assert_eq!(refused.status.as_u16(), 409);
        assert!(refused.text.contains("no e-mail address"), "{}", refused.text);
        let pdf = owner.send("GET", &format!("{path}/statement.pdf?from=2026-01-01&to=2026-01-31"), "").await;
        assert_eq!(pdf.header("content-type"), "application/pdf");
        let letter = owner.send("GET", &format!("{path}/letter.pdf"), "").await;
        assert_eq!((letter.status.as_u16(), letter.header("content-type")), (200, "application/pdf"), "{}", letter.text);
    });
}
