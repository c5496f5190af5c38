//! Giving back, charging and holding by the staff pages, as a browser without script sends their forms.

use engine::store::user::Role;
use serde_json::json;

use super::browser::{Browser, address, body, fresh_key};
use crate::api::methods::with_card;
use crate::api::refunds::paid_online;
use crate::kit::TestApp;

#[test]
fn a_refund_is_two_clicks_and_above_a_limit_another_person_is_asked() {
    TestApp::both(async |app| {
        app.sandbox().await;
        app.post("/settings", json!({"limits": {"clerk": {"refund": 1_000}}})).await.json(200);
        let (_, order, payment) = paid_online(app, "4242424242424242").await;
        let clerk = Browser::of_role(app, Role::Clerk).await;
        let page = clerk.page(&format!("/admin/payments/{payment}")).await;
        let form = address(&page, &format!("/admin/payments/{payment}/refund"));
        let shown = clerk.page(&form).await;
        assert!(shown.contains("value=\"100.00\"") && shown.contains("Back to Visa ending 4242"), "{shown}");
        let path = format!("/admin/payments/{payment}/refunds");
        let fields = |amount: &'static str| [("amount", amount), ("to", "original"), ("reason", "Sent back")];
        assert_eq!(clerk.does(&path, &fields("10.00")).await, format!("/admin/payments/{payment}"));
        let above = clerk.post(&path, &fields("20.00")).await;
        assert!(above.status.as_u16() == 409 && above.text.contains("name=\"request_approval\""), "{}", above.text);
        let wrong = clerk.post(&path, &[("amount", "x"), ("to", "original"), ("reason", "")]).await;
        assert!(wrong.status.as_u16() == 422 && wrong.text.contains("id=\"amount-wrong\""), "{}", wrong.text);
        let mut ask = fields("20.00").to_vec();
        ask.push(("request_approval", "on"));
        clerk.does(&path, &ask).await;
        let owner = Browser::owner(app).await;
        assert!(owner.page("/admin").await.contains("waits for a second person"));
        let list = owner.page("/admin/approvals").await;
        assert!(list.contains("$20.00") && list.contains("Sent back"), "{list}");
        let approve = address(&list, "/admin/approvals/apr_");
        assert!(clerk.page("/admin/approvals").await.contains("data-code=\"NO_RIGHT\""));
        owner.does(&approve, &[]).await;
        let due = app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone();
        assert_eq!(due, 3_000);
        assert!(owner.page("/admin/refunds?filter=succeeded").await.contains("RFD-2026-00002"));
        let page = owner.page(&format!("/admin/payments/{payment}")).await;
        assert!(page.contains("RFD-2026-00001") && page.contains("Refunds"), "{page}");
        app.work().await;
    });
}

#[test]
fn a_saved_card_is_charged_and_a_card_is_keyed_by_the_pages() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let (customer, _) = with_card(app, &prc, "4242424242424242").await;
        let (order, other) = (app.order(&customer, 10_000).await, app.order(&customer, 5_000).await);
        let owner = Browser::owner(app).await;
        let page = owner.page(&format!("/admin/customers/{customer}")).await;
        assert!(page.contains("Visa ending 4242") && page.contains("Default"), "{page}");
        let form = owner.page(&format!("/admin/payments/charge?order={order}")).await;
        assert!(form.contains("value=\"100.00\""), "{form}");
        let charge = [("customer", customer.as_str()), ("order", order.as_str()), ("amount", "100.00"), ("memo", "")];
        let key = fresh_key();
        let mut once = vec![("idempotency_key", key.as_str())];
        once.extend_from_slice(&charge);
        let first = owner.send("POST", "/admin/payments/charge", &body(&once)).await;
        assert!(first.header("location").ends_with("done=charged"), "{}", first.text);
        let second = owner.send("POST", "/admin/payments/charge", &body(&once)).await;
        assert_eq!(second.header("location"), first.header("location"), "a double click is one charge");
        let nothing = owner.post("/admin/payments/charge", &charge).await;
        assert!(nothing.status.as_u16() == 409 && nothing.text.contains("Nothing is due"), "{}", nothing.text);

        let fields = owner.page(&format!("/admin/payments/card?order={other}")).await;
        assert!(fields.contains(&prc) && !fields.contains("name=\"number\""), "{fields}");
        let hold = [("customer", customer.as_str()), ("order", other.as_str()), ("amount", "50.00"), ("card", prc.as_str())];
        let sent = owner.post("/admin/payments/card", &hold).await;
        assert!(sent.header("location").contains("/sandbox/checkout/"), "{} {}", sent.status, sent.text);
        let page: processors::sandbox::PageId =
            sent.header("location").rsplit('/').next().expect("an id").parse().expect("the id of a page");
        let entry = processors::sandbox::CardEntry { number: "4242424242424242", exp: "12/30", cvc: "123", name: "A payer" };
        let step = app.bank().await.pay_checkout(&page, &entry, app.services().db.clock().now()).await.expect("it answers");
        let processors::sandbox::CheckoutStep::Paid { return_url } = step else { panic!("{step:?}") };
        let back = owner.send("GET", return_url.strip_prefix("http://owed.example").expect("ours"), "").await;
        assert!(back.header("location").ends_with("done=held"), "{}", back.text);
        let list = owner.page(&format!("/admin/payments/card?order={other}")).await;
        let capture = address(&list, "/admin/payments/pay_");
        let payment = capture.split('/').nth(3).expect("an id").to_owned();
        owner.does(&format!("/admin/payments/{payment}/capture"), &[]).await;
        assert_eq!(app.get(&format!("/orders/{other}")).await.json(200)["amount_due"], 0);

        let added = owner.post(&format!("/admin/customers/{customer}/methods"), &[]).await;
        assert!(added.header("location").contains("/sandbox/"), "{}", added.text);
        let none = owner.send("GET", &format!("/admin/customers/{customer}/method-added"), "").await;
        assert!(none.header("location").ends_with("done=method-none"));
        app.work().await;
    });
}
