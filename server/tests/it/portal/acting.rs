//! Staff act as a customer: only where the setting lets them, under a banner, and everything in their own name.

use engine::store::user::Role;
use serde_json::json;

use super::account::{due, pays};
use crate::admin::browser::{Browser, address};
use crate::kit::{ADDRESS, TestApp};

/// A member of staff inside a customer's portal, with both cookies.
async fn acting<'a>(staff: &Browser<'a>, customer: &str) -> Browser<'a> {
    let entered = staff.post(&format!("/admin/customers/{customer}/act"), &[]).await;
    assert_eq!(
        (entered.status.as_u16(), entered.header("location")),
        (303, &format!("/portal/{customer}")[..]),
        "{}",
        entered.text
    );
    let portal = entered.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    Browser { app: staff.app, cookie: format!("{}; {portal}", staff.cookie) }
}

#[test]
fn it_is_off_until_the_setting_lets_a_role() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        let owner = Browser::owner(app).await;
        let page = owner.page(&format!("/admin/customers/{customer}")).await;
        assert!(page.contains("data-action=\"act_as_customer\" data-code=\"NO_RIGHT\""), "{page}");
        let refused = owner.post(&format!("/admin/customers/{customer}/act"), &[]).await;
        assert_eq!(refused.status.as_u16(), 403, "{}", refused.text);

        let bad = app.post("/settings", json!({"act_as_customer": "viewer"})).await;
        assert_eq!(bad.wrong_field(422, "INVALID"), "act_as_customer");
        let set = app.post("/settings", json!({"act_as_customer": "manager"})).await.json(200);
        assert_eq!(set["act_as_customer"], "manager");
        let clerk = Browser::of_role(app, Role::Clerk).await;
        assert_eq!(clerk.post(&format!("/admin/customers/{customer}/act"), &[]).await.status.as_u16(), 403);
        let manager = Browser::of_role(app, Role::Manager).await;
        let inside = acting(&manager, &customer).await;
        let page = inside.page(&format!("/portal/{customer}")).await;
        assert!(page.contains("You act for Fern &#38; Field.") && page.contains("Stop"), "{page}");
        // Nobody else's account, and not for longer than the setting says.
        let other = app.customer("Moss").await;
        assert_eq!(inside.send("GET", &format!("/portal/{other}"), "").await.status.as_u16(), 404);
        app.post("/settings", json!({"act_as_customer": null})).await.json(200);
        assert_eq!(inside.send("GET", &format!("/portal/{customer}"), "").await.header("location"), "/portal");
    });
}

#[test]
fn every_step_is_attributed_and_a_prepared_payment_can_be_handed_over() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let (first, second) = (app.order(&customer, 30_000).await, app.order(&customer, 5_000).await);
        app.post("/settings", json!({"act_as_customer": "clerk"})).await.json(200);
        let clerk = Browser::of_role(app, Role::Clerk).await;
        let inside = acting(&clerk, &customer).await;
        let home = format!("/portal/{customer}");

        // Made for the customer.
        let chosen = [("what", "chosen"), ("currency", "USD"), ("document", &first[..])];
        let led = inside.post(&format!("{home}/pay"), &chosen).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!((due(app, &first).await, due(app, &second).await), (0, 5_000));

        // Prepared and handed over.
        let chosen = [("what", "hand"), ("currency", "USD"), ("document", &second[..])];
        let handed = inside.does(&format!("{home}/pay"), &chosen).await;
        let page = inside.page(&handed).await;
        let url = address(&page, &format!("{ADDRESS}/p/sel_"));
        assert!(page.contains("Fern &#38; Field pays $50.00") && page.contains("/qr.svg"), "{page}");
        let step = app.pay_by_link(&url, "4242424242424242").await;
        assert!(matches!(step, processors::sandbox::CheckoutStep::Paid { .. }), "{step:?}");
        assert_eq!(due(app, &second).await, 0);

        let stop = inside.send("POST", "/portal/sign-out", "").await;
        assert_eq!(stop.header("location"), format!("/admin/customers/{customer}"));
        assert_eq!(inside.send("GET", &home, "").await.header("location"), "/portal");
        for kind in ["acting_as_customer", "documents_chosen", "stopped_acting"] {
            let events = app.all(&format!("/events?kind={kind}&customer={customer}&limit=50")).await;
            assert!(!events.is_empty(), "{kind}");
            for event in events {
                assert!(event["actor"].as_str().is_some_and(|actor| actor.starts_with("usr_")), "{kind}: {event}");
            }
        }
        let started = app.all("/events?kind=payment_started&limit=50").await;
        let actors: Vec<&str> = started.iter().filter_map(|event| event["actor"].as_str()).map(|id| &id[..4]).collect();
        assert_eq!(actors, ["lnk_", "usr_"], "newest first: the customer by the link, the clerk for the customer");
    });
}
