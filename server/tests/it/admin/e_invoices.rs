//! Electronic invoices at the desk: the button says what is missing until the details are there, and then gives the file.

use engine::store::user::Role;

use super::browser::{Browser, wrong};
use super::invoices::written;
use crate::kit::TestApp;

#[test]
fn the_button_says_what_is_missing_until_it_gives_the_file() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        let invoice = written(&browser, &customer, "issue").await;
        let page = browser.page(&invoice).await;
        assert!(page.contains("data-action=\"e_invoice_ubl\" data-code=\"E_INVOICE_INCOMPLETE\""), "{page}");
        assert!(page.contains("your country"), "{page}");
        assert_eq!(browser.send("GET", &format!("{invoice}/e-invoice"), "").await.status.as_u16(), 409);

        let settings = "/admin/settings/e-invoices";
        let bad = browser.post(settings, &[("country", "PT"), ("iban", "PT50"), ("city", "Lisbon")]).await;
        assert_eq!(bad.status.as_u16(), 422);
        assert!(wrong(&bad.text, "iban").contains("check digits") && bad.text.contains("Lisbon"), "{}", bad.text);
        assert_eq!(browser.does(settings, &[("country", "PT"), ("vat_id", "PT 123456789"), ("city", "Lisbon")]).await, settings);
        assert!(browser.page(settings).await.contains("PT123456789"));
        let own = format!("/admin/customers/{customer}/e-invoicing");
        let bad = browser.post(&own, &[("country", "Francia")]).await;
        assert!(wrong(&bad.text, "country").contains("two letters"), "{}", bad.text);
        assert_eq!(browser.does(&own, &[("country", "FR")]).await, format!("/admin/customers/{customer}"));

        let page = browser.page(&invoice).await;
        assert!(page.contains(&format!("href=\"{invoice}/e-invoice?syntax=ubl\"")), "{page}");
        let ubl = browser.send("GET", &format!("{invoice}/e-invoice?syntax=ubl"), "").await;
        assert_eq!(ubl.header("content-type"), "application/xml");
        assert!(ubl.text.contains("<Invoice xmlns=") && ubl.text.contains(">110.00</cbc:PayableAmount>"), "{}", ubl.text);
        let cii = browser.send("GET", &format!("{invoice}/e-invoice?syntax=cii"), "").await;
        assert!(cii.text.contains("<ram:DuePayableAmount>110.00<"), "{}", cii.text);

        browser.does(&format!("{invoice}/credit"), &[("amount", "11.00"), ("reason", "Late"), ("then", "credit")]).await;
        let note = app.all("/credit-notes?limit=1").await[0]["id"].as_str().expect("an id").to_owned();
        let file = browser.send("GET", &format!("/admin/credit-notes/{note}/e-invoice"), "").await;
        assert!(file.text.contains("<CreditNote xmlns="), "{}", file.text);
    });
}

#[test]
fn details_of_the_business_are_for_managers_and_of_customers_for_clerks() {
    TestApp::both(async |app| {
        let clerk = Browser::of_role(app, Role::Clerk).await;
        let customer = app.customer("Fern & Field").await;
        assert_eq!(clerk.post("/admin/settings/e-invoices", &[("country", "PT")]).await.status.as_u16(), 403);
        clerk.does(&format!("/admin/customers/{customer}/e-invoicing"), &[("country", "FR")]).await;
        let viewer = Browser::of_role(app, Role::Viewer).await;
        let refused = viewer.post(&format!("/admin/customers/{customer}/e-invoicing"), &[("country", "BE")]).await;
        assert_eq!(refused.status.as_u16(), 403);
    });
}
