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
        // The old address leads to the one form, with the saved card chosen; opened otherwise, nothing is charged by mistake.
        let old = owner.send("GET", &format!("/admin/payments/charge?order={order}"), "").await;
        assert_eq!(old.header("location"), format!("/admin/payments/new?order={order}&kind=saved"));
        let form = owner.page(old.header("location")).await;
        assert!(form.contains("value=\"100.00\""), "{form}");
        let chosen = form.split("<option ").find(|option| option.contains(" selected")).expect("one is chosen");
        assert!(chosen.contains("data-charges") && chosen.contains("Visa ending 4242"), "{chosen}");
        let kind = chosen.split('"').nth(1).expect("its value").to_owned();
        let plain = owner.page(&format!("/admin/payments/new?order={order}")).await;
        let chosen: Vec<&str> = plain.split("<option ").filter(|option| option.contains(" selected")).collect();
        assert!(matches!(chosen.as_slice(), [one] if !one.contains("data-charges")), "{chosen:?}");
        let charge = [("customer", customer.as_str()), ("order", order.as_str()), ("amount", "100.00"), ("kind", kind.as_str())];
        let key = fresh_key();
        let mut once = vec![("idempotency_key", key.as_str())];
        once.extend_from_slice(&charge);
        let first = owner.send("POST", "/admin/payments", &body(&once)).await;
        assert!(first.header("location").ends_with("done=charged"), "{}", first.text);
        let second = owner.send("POST", "/admin/payments", &body(&once)).await;
        assert_eq!(second.header("location"), first.header("location"), "a double click is one charge");
        let nothing = owner.post("/admin/payments", &charge).await;
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

#[test]
fn credit_is_handed_out_and_the_switch_to_charge_by_itself_is_set_by_the_pages() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let owner = Browser::owner(app).await;
        let (customer, _) = with_card(app, &prc, "4242424242424242").await;
        let page = format!("/admin/customers/{customer}");
        assert!(owner.page(&page).await.contains("There is no credit to hand out"));
        let credit = json!({"side": "credit", "amount": 5_000, "currency": "USD", "description": "Goodwill"});
        app.post(&format!("/customers/{customer}/entries"), credit).await.json(201);
        let form = owner.page(&format!("{page}/pay-out?currency=USD")).await;
        assert!(form.contains("of credit can be handed out") && form.contains("value=\"50.00\""), "{form}");
        let path = format!("{page}/pay-out");
        let above =
            owner.post(&path, &[("currency", "USD"), ("amount", "60"), ("method", "check"), ("reason", "Asked for")]).await;
        assert!(above.status.as_u16() == 409 && above.text.contains("value=\"60\""), "{}", above.text);
        let fields = [("currency", "USD"), ("amount", "20"), ("method", "check"), ("reason", "Asked for")];
        assert_eq!(owner.does(&path, &fields).await, page);
        let balance = app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].clone();
        assert_eq!(balance, 3_000);

        let switch = format!("{page}/auto-charge");
        let wrong = owner.post(&switch, &[("at", "threshold"), ("threshold", ""), ("method", "default")]).await;
        assert!(wrong.status.as_u16() == 422 && wrong.text.contains("id=\"threshold-wrong\""), "{}", wrong.text);
        owner.does(&switch, &[("at", "threshold"), ("threshold", "75"), ("method", "default")]).await;
        assert!(owner.page(&page).await.contains("Charged by itself from $75.00"));
        let known = app.get(&format!("/customers/{customer}")).await.json(200)["auto_charge"].clone();
        assert_eq!(known, json!({"method": "default", "at": "threshold", "threshold": 7_500}));
        owner.does(&switch, &[("at", "off")]).await;
        assert_eq!(app.get(&format!("/customers/{customer}")).await.json(200)["auto_charge"], json!(null));
    });
}

#[test]
fn a_declined_charge_by_itself_is_named_on_the_first_page() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        app.leaves_jobs();
        let (customer, _) = with_card(app, &prc, "4000000000000341").await;
        app.patch(
            &format!("/customers/{customer}"),
            json!({"auto_charge": {"method": "default", "at": "threshold", "threshold": 100}}),
        )
        .await
        .json(200);
        let charge = json!({"side": "charge", "amount": 5_000, "currency": "USD", "description": "Work"});
        app.post(&format!("/customers/{customer}/entries"), charge).await.json(201);
        app.post("/test/clock", json!({"advance": "PT1H"})).await.json(200);
        let home = Browser::owner(app).await.page("/admin").await;
        assert!(home.contains("was to pay $50.00 by itself: the charge was declined"), "{home}");
    });
}

#[test]
fn a_part_of_what_is_held_is_processed_by_the_page() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let owner = Browser::owner(app).await;
        let (customer, method) = with_card(app, &prc, "4242424242424242").await;
        let order = app.order(&customer, 10_000).await;
        let shown = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(shown.contains(&method), "the saved card is offered");
        let hold = [("order", order.as_str()), ("customer", &customer), ("amount", "100"), ("card", &method)];
        let payment = owner.does("/admin/payments/card", &hold).await;
        let again = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(again.contains("name=\"amount\" value=\"100.00\""), "{again}");
        let wrong = owner.post(&format!("{payment}/capture"), &[("amount", "x")]).await;
        assert_eq!(wrong.status.as_u16(), 422);
        owner.does(&format!("{payment}/capture"), &[("amount", "60")]).await;
        let due = app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone();
        assert_eq!(due, 4_000, "the rest was let go");
    });
}
