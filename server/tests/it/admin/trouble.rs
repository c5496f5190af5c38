//! What goes wrong is seen by staff: disputes, refusals, mails that cannot be sent, acts that come too late.

use super::browser::{Browser, address, fresh_key};
use crate::kit::{ADDRESS, TestApp};

/// An order that was paid by link; answers the addresses of the order, the payment and Sandbox's record.
async fn paid(app: &TestApp, browser: &Browser<'_>) -> (String, String, String) {
    let sandbox = app.sandbox().await;
    let customer = app.customer("Fern & Field").await;
    let order = format!("/admin/orders/{}", app.order(&customer, 48_000).await);
    browser.does(&format!("{order}/payment-requests"), &[("to", "pay@fern.example")]).await;
    app.work().await;
    let outbox = browser.page("/admin/outbox").await;
    let mail = browser.page(&address(&outbox, "/admin/outbox/mai_")).await;
    let link = address(&mail, &format!("{ADDRESS}/p/")).split_whitespace().next().unwrap_or_default().to_owned();
    app.pay_by_link(&link, "4242424242424242").await;
    let payment = address(&browser.page("/admin/payments").await, "/admin/payments/pay_");
    (order, payment, format!("/admin/sandbox/{sandbox}"))
}

#[test]
fn a_dispute_at_the_pretend_bank_reaches_the_pages() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let (order, payment, record) = paid(app, &browser).await;
        assert!(browser.page("/admin").await.contains("Nothing needs you now."));
        let desk = browser.page(&record).await;
        assert!(desk.contains("PAY-2026-00001") && desk.contains("Payer disputes it</b></button>"), "{desk}");
        assert!(
            desk.contains("<span class=\"no\">") && !desk.contains("Bank returns it</b></button>"),
            "a card is not returned: {desk}"
        );
        let dispute = address(&desk, &format!("{record}/charges/"));
        assert_eq!(browser.does(&dispute, &[]).await, record);
        app.work().await;
        assert!(browser.page(&payment).await.contains(">Disputed</span>"));
        let home = browser.page("/admin").await;
        assert!(home.contains("A payment of $480.00 by Fern &#38; Field is disputed."), "{home}");
        assert!(browser.page(&record).await.contains("<span class=\"no\">"), "it cannot be disputed twice");

        let faults = browser.does(&format!("{record}/faults"), &[("next", "lose_answer"), ("next", "timeout")]).await;
        assert_eq!(faults, record);
        let unknown = browser.post(&format!("{record}/faults"), &[("next", "earthquake")]).await;
        assert_eq!(unknown.status.as_u16(), 400);
        assert!(browser.page(&order).await.contains("Visa ending 4242"));
    });
}

#[test]
fn acts_that_come_too_late_are_refused_with_the_reason() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let (order, _, _) = paid(app, &browser).await;
        let asked = browser.post(&format!("{order}/payment-requests"), &[("to", "pay@fern.example")]).await;
        assert_eq!(asked.status.as_u16(), 409);
        assert!(asked.text.contains("role=\"alert\"") && asked.text.contains("Nothing is due here."), "{}", asked.text);
        let confirmed = browser.post(&format!("{order}/confirm"), &[]).await;
        assert_eq!(confirmed.status.as_u16(), 409);
        assert!(confirmed.text.contains("nly a draft can be confirmed"), "{}", confirmed.text);
        let ended = browser.post(&format!("{order}/cancel"), &[("reason", "")]).await;
        assert_eq!(ended.status.as_u16(), 422);
        let mail = address(&browser.page("/admin/outbox").await, "/admin/outbox/mai_");
        let retried = browser.post(&format!("{mail}/retry"), &[]).await;
        assert_eq!(retried.status.as_u16(), 409);
        assert!(retried.text.contains("OWED_SMTP_URL"), "{}", retried.text);
    });
}

#[test]
fn a_second_payment_beside_one_under_way_needs_a_word() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        browser.does(&format!("/admin/orders/{order}/payment-requests"), &[("to", "pay@fern.example")]).await;
        app.work().await;
        let outbox = browser.page("/admin/outbox").await;
        let mail = browser.page(&address(&outbox, "/admin/outbox/mai_")).await;
        let link = address(&mail, &format!("{ADDRESS}/p/")).split_whitespace().next().unwrap_or_default().to_owned();
        // A bank debit settles days later; until then its amount is reserved.
        app.pay_by_link(&link, "000123456789").await;
        let page = browser.page(&format!("/admin/orders/{order}")).await;
        assert!(page.contains("A payment is under way.") && page.contains("data-code=\"PAYMENT_PENDING\""), "{page}");
        let cash = |despite: &'static str| {
            [
                ("customer", customer.as_str()),
                ("order", order.as_str()),
                ("amount", "100.00"),
                ("kind", "cash"),
                ("received_on", "2026-01-15"),
                ("despite_pending", despite),
            ]
        };
        let refused = browser.post("/admin/payments", &cash("")).await;
        assert_eq!(refused.status.as_u16(), 409);
        assert!(refused.text.contains("Record it all the same"), "{}", refused.text);
        browser.does("/admin/payments", &cash("on")).await;
        assert!(browser.page(&format!("/admin/orders/{order}")).await.contains(">Paid</span>"));
    });
}

#[test]
fn what_is_not_there_and_what_is_somebody_elses_look_the_same() {
    TestApp::both(async |app| {
        let browser = Browser::owner(app).await;
        let (_, key) = app.other_business().await;
        let theirs = app.call(&key, "POST", "/customers", &[], &serde_json::json!({"name": "Nils Berg"})).await.json(201);
        let theirs = theirs["id"].as_str().expect("an id");
        for path in [
            format!("/admin/customers/{theirs}"),
            "/admin/customers/cus_01h455vb4pex5vsknk084sn02q".to_owned(),
            "/admin/customers/nonsense".to_owned(),
            "/admin/orders/ord_01h455vb4pex5vsknk084sn02q".to_owned(),
            "/admin/nowhere".to_owned(),
            "/admin/live?about=nonsense".to_owned(),
        ] {
            let answer = browser.send("GET", &path, "").await;
            assert_eq!(answer.status.as_u16(), 404, "{path}");
            assert!(!answer.text.contains("Nils Berg"), "{path}");
        }
        let form = super::browser::body(&[("idempotency_key", &fresh_key()), ("name", "Taken over")]);
        assert_eq!(browser.send("POST", &format!("/admin/customers/{theirs}"), &form).await.status.as_u16(), 404);
        assert!(!browser.page("/admin/find?q=Nils").await.contains("Nils Berg"));
    });
}
