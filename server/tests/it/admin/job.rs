//! The staff's main job from the first customer to the paid request, by forms alone.

use processors::sandbox::CheckoutStep;

use super::browser::{Browser, address, field, id_of};
use crate::kit::{ADDRESS, TestApp};

/// A customer and a confirmed order of 480.00 with its number, by forms.
async fn ordered(browser: &Browser<'_>) -> (String, String) {
    let contact = [("name", "Fern & Field"), ("email", "pay@fern.example"), ("phone", "+1 555 0100"), ("reference", "K-7")];
    let customer = browser.does("/admin/customers", &contact).await;
    let choose = browser.page("/admin/orders/new").await;
    assert!(choose.contains(&format!("/admin/orders/new?customer={}", id_of(&customer))), "{choose}");
    let form = browser.page(&format!("/admin/orders/new?customer={}", id_of(&customer))).await;
    assert!(form.contains("Fern &#38; Field"));
    let lines = [
        ("customer", &id_of(&customer)[..]),
        ("order_kind", "order"),
        ("currency", "USD"),
        ("state", "draft"),
        ("kind", "item"),
        ("description", "Oak table"),
        ("quantity", "2"),
        ("unit_amount", "250.00"),
        ("tax_rate", ""),
        ("kind", "discount"),
        ("description", "Loyal customer"),
        ("quantity", "1"),
        ("unit_amount", "20.00"),
        ("tax_rate", ""),
        ("kind", "item"),
        ("description", ""),
        ("quantity", "1"),
        ("unit_amount", ""),
        ("tax_rate", ""),
    ];
    let order = browser.does("/admin/orders", &lines).await;
    let draft = browser.page(&order).await;
    assert!(
        draft.contains("Order Draft") && draft.contains("−$20.00") && draft.contains("data-code=\"NOT_CONFIRMED\""),
        "{draft}"
    );
    browser.does(&format!("{order}/confirm"), &[]).await;
    (customer, order)
}

#[test]
fn customer_order_deposit_amendment_request_and_payment() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        browser.does("/admin/settings/processors", &[("kind", "sandbox")]).await;
        let (customer, order) = ordered(&browser).await;
        let page = browser.page(&order).await;
        assert!(page.contains("Order ORD-2026-00001") && page.contains("value=\"480.00\""), "{page}");

        // A deposit by check: three clicks, prefilled with what is due.
        let form = browser.page(&format!("/admin/payments/new?order={}&kind=check", id_of(&order))).await;
        assert!(
            field(&form, "amount").contains("value=\"480.00\"") && form.contains("<option value=\"check\" selected>"),
            "{form}"
        );
        let deposit = [
            ("customer", &id_of(&customer)[..]),
            ("order", &id_of(&order)[..]),
            ("amount", "100.00"),
            ("kind", "check"),
            ("received_on", "2026-01-14"),
            ("reference", "1043"),
            ("memo", "Deposit"),
        ];
        assert_eq!(browser.does("/admin/payments", &deposit).await, order);
        let page = browser.page(&order).await;
        assert!(page.contains("Part-paid") && page.contains("value=\"380.00\"") && page.contains("Check 1043"), "{page}");

        // The order comes to cost more after it was agreed.
        let change = [
            ("reason", "shipping"),
            ("note", "Crane needed"),
            ("kind", "shipping"),
            ("description", "Crane"),
            ("quantity", "1"),
            ("unit_amount", "75.50"),
            ("tax_rate", ""),
        ];
        browser.does(&format!("{order}/amendments"), &change).await;
        let page = browser.page(&order).await;
        assert!(page.contains("value=\"455.50\"") && page.contains("Shipping dearer") && page.contains("Crane needed"), "{page}");

        // What is left is asked for by mail; the order waits.
        let form = browser.page(&format!("{order}/request")).await;
        assert!(
            field(&form, "to").contains("value=\"pay@fern.example\"") && form.contains("value=\"owner@harbor.example\" checked")
        );
        let asking = [
            ("to", "pay@fern.example"),
            ("cc", "books@fern.example"),
            ("message", "Thank you!"),
            ("notify_on", "on"),
            ("notify", "owner@harbor.example"),
            ("notify_more", "shop@harbor.example"),
        ];
        browser.does(&format!("{order}/payment-requests"), &asking).await;
        app.work().await;
        let page = browser.page(&order).await;
        assert!(page.contains(">Pending</span>") && page.contains("Copy to books@fern.example"), "{page}");
        let requests = browser.page("/admin/requests").await;
        assert!(requests.contains("ORD-2026-00001") && requests.contains("$455.50"), "{requests}");
        let outbox = browser.page("/admin/outbox").await;
        let mail = address(&outbox, "/admin/outbox/mai_");
        let mail = browser.page(&mail).await;
        assert!(mail.contains("pay@fern.example") && mail.contains("Thank you!") && mail.contains("$455.50"), "{mail}");

        // The customer pays by the link of the mail; everything moves on by itself.
        let link = address(&mail, &format!("{ADDRESS}/p/")).split_whitespace().next().unwrap_or_default().to_owned();
        let step = app.pay_by_link(&link, "4242424242424242").await;
        assert!(matches!(step, CheckoutStep::Paid { .. }), "{step:?}");
        let page = browser.page(&order).await;
        assert!(
            page.contains(">Paid</span>") && page.contains("Visa ending 4242") && page.contains(">Confirmed</span>"),
            "{page}"
        );
        assert!(page.contains("data-code=\"NO_BALANCE\""), "{page}");
        let outbox = browser.page("/admin/outbox").await;
        assert!(outbox.contains("Notice of payment to shop@harbor.example"), "{outbox}");

        // The figures agree wherever they are shown.
        let explained = browser.page(&format!("{order}/explain")).await;
        assert!(explained.contains("<b>Amount due</b>") && explained.contains("value=\"0.00\">$0.00"), "{explained}");
        let page = browser.page(&customer).await;
        assert!(
            page.contains("Paid in full") && page.contains("value=\"-480.00\"") && page.contains("value=\"455.50\""),
            "{page}"
        );
        let summary = browser.page("/admin/reports?from=2026-01-01&to=2026-01-31").await;
        assert!(summary.contains("−$555.50") && summary.contains("$555.50") && summary.contains("Check"), "{summary}");
        browser.does(&format!("{order}/complete"), &[]).await;
        assert!(browser.page(&order).await.contains(">Completed</span>"));
    });
}

#[test]
fn an_application_is_denied_and_some_fees_stay_owed() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Ada Lindqvist").await;
        let lines = [
            ("customer", customer.as_str()),
            ("order_kind", "application"),
            ("currency", "USD"),
            ("state", "confirmed"),
            ("kind", "fee"),
            ("description", "Review fee"),
            ("quantity", "1"),
            ("unit_amount", "40"),
            ("tax_rate", ""),
            ("kind", "fee"),
            ("description", "Permit fee"),
            ("quantity", "1"),
            ("unit_amount", "160"),
            ("tax_rate", ""),
        ];
        let application = browser.does("/admin/orders", &lines).await;
        let page = browser.page(&application).await;
        assert!(page.contains("Application APP-2026-00001") && page.contains(">Submitted</span>"), "{page}");
        let form = browser.page(&format!("{application}/deny")).await;
        let permit = form.split("type=\"checkbox\"").nth(2).expect("two fees can be ticked");
        let line = address(permit, "oli_");
        browser.does(&format!("{application}/deny"), &[("reason", "Outside the zone"), ("remove", &line)]).await;
        let page = browser.page(&application).await;
        assert!(page.contains(">Denied</span>") && page.contains("value=\"40.00\""), "{page}");
        let shown = app.get(&format!("/orders/{}", id_of(&application))).await.json(200);
        assert_eq!((shown["total"].as_i64(), shown["amount_due"].as_i64()), (Some(4_000), Some(4_000)));
    });
}

#[test]
fn a_payment_link_is_made_narrowed_and_revoked() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 30_000).await;
        let path = format!("/admin/customers/{customer}");
        assert!(browser.page(&path).await.contains("Generate Link"));
        let options = [("policy", "steps"), ("steps", "50.00, 100"), ("expires_on", "2026-03-01")];
        browser.does(&format!("{path}/links"), &options).await;
        let page = browser.page(&path).await;
        assert!(
            page.contains("$50.00, $100.00") && page.contains("1 Mar 2026") && page.contains("No processor is live"),
            "{page}"
        );
        let url = address(&page, &format!("{ADDRESS}/p/bal_"));
        assert!(page.contains("sms:%2B") || page.contains("sms:?body="), "{page}");
        let link = address(&page, "/admin/links/lnk_").trim_end_matches("/qr.svg").to_owned();
        let code = browser.page(&format!("{link}/qr.svg")).await;
        assert!(code.contains("<svg") && code.contains("transparent"), "{code}");
        browser.does(&format!("{link}/send"), &[]).await;
        app.work().await;
        assert!(browser.page("/admin/outbox").await.contains("Payment link to pay@fern.example"));
        browser.does(&format!("{link}/regenerate"), &[]).await;
        let page = browser.page(&path).await;
        assert!(!page.contains(&url) && page.contains("/p/bal_"), "the old address is gone");
        let link = address(&page, "/admin/links/lnk_").trim_end_matches("/qr.svg").to_owned();
        browser.does(&format!("{link}/revoke"), &[]).await;
        assert!(browser.page(&path).await.contains("Generate Link"));
        let bad = browser.post(&format!("{path}/links"), &[("policy", "steps"), ("steps", "50, x")]).await;
        assert_eq!(bad.status.as_u16(), 422);
    });
}

#[test]
fn lists_are_searched_filtered_and_paged_by_keyset() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        for n in 0..55 {
            let customer = app.customer(&format!("Customer {n:02}")).await;
            if n < 3 {
                app.order(&customer, 1_000 * (n + 1)).await;
            }
        }
        let first = browser.page("/admin/customers?sort=name").await;
        assert!(first.contains("Customer 00") && first.contains("Customer 49") && !first.contains("Customer 50"), "{first}");
        let next = first.split("rel=\"next\"").next().and_then(|before| before.rsplit("href=\"").next()).expect("a next page");
        let next = next.split('"').next().unwrap_or_default().replace("&#38;", "&");
        let second = browser.page(&next).await;
        assert!(second.contains("Customer 50") && second.contains("Customer 54") && !second.contains("Customer 49"), "{second}");

        let owing = browser.page("/admin/customers?filter=owes").await;
        let places: Vec<_> =
            ["Customer 02", "Customer 01", "Customer 00"].iter().map(|name| owing.find(name).expect("listed")).collect();
        assert!(places.is_sorted() && !owing.contains("Customer 03"), "who owes most comes first");
        let found = browser.page("/admin/customers?q=tomer%2033").await;
        assert!(found.contains("Customer 33") && !found.contains("Customer 34"));

        let orders = browser.page("/admin/orders?q=3").await;
        assert!(orders.contains("ORD-2026-00003") && !orders.contains("ORD-2026-00002"), "{orders}");
        let due = browser.page("/admin/orders?filter=due").await;
        assert_eq!(due.matches("ORD-2026-").count(), 3, "{due}");
        let found = browser.page("/admin/find?q=20.00&part=1").await;
        assert!(found.contains("Customer 01") && !found.contains("Customer 02") && !found.contains("<html"), "{found}");
        let ageing = browser.page("/admin/reports/ageing").await;
        assert!(ageing.contains("Customer 02") && ageing.contains("$60.00") && !ageing.contains("Customer 03"), "{ageing}");
        let before = browser.page("/admin/reports/ageing?as_of=2026-01-01").await;
        assert!(before.contains("Nobody owed anything on that day."), "{before}");
    });
}
