//! Staff key a card into a processor's own fields on a page of ours: what the page is, who may use it, and what becomes of a card.

use engine::store::user::Role;
use fakes::Fault;
use fakes::square::{APPLICATION, LOCATION, SquareFake, TOKEN};
use fakes::stripe::{Card, PUBLISHABLE_KEY, SECRET_KEY, StripeFake};
use serde_json::{Value, json};

use super::browser::Browser;
use crate::kit::{ADDRESS, Answer, TestApp};

/// What Square's page may load: its trial's script, and nothing else that is foreign.
const SQUARE: &str = "default-src 'none'; script-src 'self' https://sandbox.web.squarecdn.com; style-src 'self' \
    https://sandbox.web.squarecdn.com; img-src 'self' data:; font-src 'self'; connect-src 'self' \
    https://connect.squareupsandbox.com https://pci-connect.squareupsandbox.com; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; object-src 'none'; frame-src https:; frame-ancestors 'none'; report-uri /csp";
const STRIPE: &str = "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self' https://api.stripe.com; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; object-src 'none'; frame-src https://js.stripe.com https://*.js.stripe.com \
    https://hooks.stripe.com; frame-ancestors 'none'; report-uri /csp";

async fn connected(app: &TestApp, kind: &str, settings: Value) -> String {
    let made = app.post("/processors", json!({"kind": kind, "settings": settings})).await.json(201);
    let prc = made["id"].as_str().expect("an id").to_owned();
    app.post(&format!("/processors/{prc}/test"), json!({})).await.json(200);
    prc
}

async fn square(app: &TestApp) -> String {
    connected(app, "square", json!({"access_token": TOKEN, "application_id": APPLICATION, "location_id": LOCATION})).await
}

async fn order(app: &TestApp, amount: i64) -> (String, String) {
    let customer = app.customer("Fern & Field").await;
    let order = app.order(&customer, amount).await;
    (customer, order)
}

/// *Authorize* is pressed on the form: where it leads, a path of ours.
async fn begun(browser: &Browser<'_>, prc: &str, (customer, order): (&str, &str), amount: &str) -> String {
    let hold = [("customer", customer), ("order", order), ("amount", amount), ("card", prc)];
    let sent = browser.post("/admin/payments/card", &hold).await;
    let to = sent.header("location").strip_prefix(ADDRESS);
    to.unwrap_or_else(|| panic!("{} {} {}", sent.status, sent.header("location"), sent.text)).to_owned()
}

/// What the page hands to the processor's script, by name.
fn given(page: &Answer, name: &str) -> String {
    let begin = format!("data-{name}=\"");
    let rest = page.text.split_once(&begin).unwrap_or_else(|| panic!("{name} in {}", page.text)).1;
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The payment behind a page of ours.
fn payment(page: &str) -> &str {
    page.rsplit('/').next().expect("a path")
}

async fn state(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/payments/{id}")).await.json(200)["state"].clone()
}

fn typed(fake: &SquareFake, page: &Answer, card: Card) -> String {
    fake.type_card(&given(page, "app"), &given(page, "location"), card).expect("the script knows its application")
}

/// The payments at Square in this state.
fn at_square(fake: &SquareFake, status: &str) -> usize {
    fake.bank().payments.values().filter(|payment| payment["status"] == status).count()
}

#[test]
fn a_card_is_keyed_into_squares_fields_held_and_processed() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let prc = square(app).await;
        let (customer, order) = order(app, 35_550).await;
        let owner = Browser::owner(app).await;
        let form = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(form.contains("Key the card into"), "{form}");
        let path = begun(&owner, &prc, (&customer, &order), "355.50").await;
        assert!(path.starts_with("/admin/card/square/pay_"), "{path}");
        let page = owner.send("GET", &path, "").await;
        assert_eq!((page.status.as_u16(), page.header("content-security-policy")), (200, SQUARE), "{}", page.text);
        assert_eq!(
            (given(&page, "staff"), given(&page, "amount"), given(&page, "currency")),
            ("yes".into(), "355.50".into(), "USD".into())
        );
        assert!(page.text.contains("355.50") && page.text.contains("<noscript>"), "{}", page.text);

        // For clerks, on its own path, and for nobody by a payer's.
        let viewer = Browser::of_role(app, Role::Viewer).await;
        assert_eq!(viewer.send("GET", &path, "").await.status.as_u16(), 403);
        assert_eq!(owner.send("GET", &path.replace("/square/", "/stripe/"), "").await.status.as_u16(), 404);
        let stranger = Browser::stranger(app).send("GET", &path, "").await;
        assert!(stranger.header("location").starts_with("/admin/sign-in"), "{}", stranger.text);

        let declined = owner.post(&path, &[("token", &typed(fake, &page, Card::InsufficientFunds))]).await;
        assert_eq!(declined.header("location"), path, "{}", declined.text);
        assert!(owner.page(&path).await.contains("not enough money"));
        assert_eq!(at_square(fake, "APPROVED"), 0);

        let second = begun(&owner, &prc, (&customer, &order), "355.50").await;

        // Two clicks at once, each with the same token: one hold, for what the page was made for.
        let token = typed(fake, &page, Card::Pays);
        let sent = [("token", token.as_str()), ("amount", "1")];
        let (left, right) = tokio::join!(owner.post(&path, &sent), owner.post(&path, &sent));
        assert_eq!((left.status.as_u16(), right.status.as_u16()), (303, 303), "{} {}", left.text, right.text);
        assert_eq!((at_square(fake, "APPROVED"), at_square(fake, "COMPLETED")), (1, 0));
        let id = payment(&path);
        assert_eq!(state(app, id).await, "authorized");
        assert_eq!(owner.send("GET", &path, "").await.header("location"), format!("/admin/payments/{id}/keyed"));
        let late = owner.post(&second, &[("token", &typed(fake, &page, Card::Pays))]).await;
        assert!(late.status.as_u16() == 409 && late.text.contains("under way"), "{} {}", late.status, late.text);
        assert_eq!(at_square(fake, "APPROVED"), 1, "two pages for one order hold once");
        let list = owner.page(&format!("/admin/payments/card?order={order}")).await;
        assert!(list.contains("held until") && list.contains("Process payment"), "{list}");

        let part = owner.post(&format!("/admin/payments/{id}/capture"), &[("amount", "100.00")]).await;
        assert!(part.status.as_u16() == 409 && part.text.contains("whole"), "{} {}", part.status, part.text);
        owner.does(&format!("/admin/payments/{id}/capture"), &[]).await;
        let paid = app.get(&format!("/orders/{order}")).await.json(200);
        assert_eq!((&paid["amount_due"], &paid["payment_state"]), (&json!(0), &json!("paid")));
        assert_eq!((at_square(fake, "APPROVED"), at_square(fake, "COMPLETED")), (0, 1));
        app.work().await;
    });
}

#[test]
fn a_hold_at_square_is_let_go_or_lapses_and_a_lost_answer_is_found() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let prc = square(app).await;
        let (customer, order) = order(app, 4_000).await;
        let owner = Browser::owner(app).await;
        let keyed = async |card: Card| {
            let path = begun(&owner, &prc, (&customer, &order), "40.00").await;
            let page = owner.send("GET", &path, "").await;
            let answer = owner.post(&path, &[("token", &typed(fake, &page, card))]).await;
            (payment(&path).to_owned(), answer)
        };
        let (id, _) = keyed(Card::Pays).await;
        owner.does(&format!("/admin/payments/{id}/void"), &[]).await;
        assert_eq!((state(app, &id).await, at_square(fake, "CANCELED")), (json!("canceled"), 1));

        fake.break_next([Fault::LoseAnswer]);
        let (id, lost) = keyed(Card::Pays).await;
        assert!(lost.header("location").ends_with("done=charge-pending"), "{}", lost.header("location"));
        assert_eq!(state(app, &id).await, "unknown");
        // Square's time goes first, because whatever is due is looked at while ours moves.
        let later = async |advance: &str, seconds: i64| {
            {
                let mut bank = fake.bank();
                bank.now += seconds;
                bank.settle();
            }
            app.post("/test/clock", json!({ "advance": advance })).await.json(200);
        };
        later("PT1M", 60).await;
        app.work().await;
        assert_eq!((state(app, &id).await, at_square(fake, "APPROVED")), (json!("authorized"), 1));

        // Nobody processes it within a week.
        later("P8D", 8 * 86_400).await;
        app.work().await;
        assert_eq!((state(app, &id).await, at_square(fake, "COMPLETED")), (json!("canceled"), 0));
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 4_000);

        // One that was begun and left is given up by the desk; a card keyed there later does nothing.
        let owner = Browser::owner(app).await;
        let path = begun(&owner, &prc, (&customer, &order), "40.00").await;
        let page = owner.send("GET", &path, "").await;
        owner.does(&format!("/admin/payments/{}/void", payment(&path)), &[]).await;
        owner.post(&path, &[("token", &typed(fake, &page, Card::Pays))]).await;
        assert_eq!((state(app, payment(&path)).await, at_square(fake, "APPROVED")), (json!("canceled"), 0));

        // Less is due by the time the card is keyed.
        let path = begun(&owner, &prc, (&customer, &order), "40.00").await;
        let page = owner.send("GET", &path, "").await;
        let cash = json!({"customer": customer, "amount": 4_000, "currency": "USD", "order": order,
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        let late = owner.post(&path, &[("token", &typed(fake, &page, Card::Pays))]).await;
        assert_eq!((late.status.as_u16(), at_square(fake, "APPROVED")), (409, 0), "{}", late.text);
        app.work().await;
    });
}

#[test]
fn a_card_by_phone_is_flagged_at_stripe_where_stripe_allowed_it() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let bare = json!({"secret_key": SECRET_KEY, "publishable_key": PUBLISHABLE_KEY});
        let prc = connected(app, "stripe", bare).await;
        let (customer, order) = order(app, 8_000).await;
        let asked = json!({"customer": customer, "order": order, "amount": 8_000, "currency": "USD", "processor": prc});
        app.post("/authorizations", asked.clone()).await.refused(409, "PROCESSOR_INCOMPATIBLE");
        let owner = Browser::owner(app).await;
        assert!(!owner.page(&format!("/admin/payments/card?order={order}")).await.contains("Key the card"));
        app.patch(&format!("/processors/{prc}"), json!({"settings": {"staff_key_cards": "allowed"}})).await.json(200);

        // A program begins it; staff who are signed in key the card.
        let made = app.post("/authorizations", asked).await.json(201);
        let url = made["url"].as_str().expect("the fields").to_owned();
        let path = url.strip_prefix(ADDRESS).expect("ours").to_owned();
        assert_eq!(path, format!("/admin/card/stripe/{}", made["id"].as_str().expect("an id")));
        let page = owner.send("GET", &path, "").await;
        assert_eq!((page.status.as_u16(), page.header("content-security-policy")), (200, STRIPE), "{}", page.text);
        assert!(!page.text.contains(SECRET_KEY) && !page.text.contains("data-secret"), "{}", page.text);

        let key = given(&page, "key");
        let token = |card| fake.type_card(&key, card).expect("the script knows its key");
        for card in [Card::Expired, Card::Confirms] {
            let refused = owner.post(&path, &[("token", &token(card))]).await;
            assert_eq!(refused.header("location"), path, "{card:?}: nobody is there to confirm, so another card is tried");
            let again = owner.send("GET", &path, "").await;
            assert!(
                again.status == 200 && again.text.contains("did not go through"),
                "{card:?}: {} {}",
                again.status,
                again.text
            );
        }
        owner.post(&path, &[("token", &token(Card::Pays))]).await;
        assert_eq!(state(app, payment(&path)).await, "authorized");
        let sent = fake.arrived().into_iter().rev().find(|it| it.method == "POST").expect("it was sent");
        assert!(sent.path == "/v1/payment_intents" && sent.body.contains("moto"), "{} {}", sent.path, sent.body);
        assert_eq!(fake.truth().iter().map(|charge| charge.captured).sum::<i64>(), 0);
        owner.does(&format!("/admin/payments/{}/capture", payment(&path)), &[("amount", "60.00")]).await;
        assert_eq!(app.get(&format!("/orders/{order}")).await.json(200)["amount_due"], 2_000);
        assert_eq!(fake.truth().iter().map(|charge| charge.captured).sum::<i64>(), 6_000);
        app.work().await;
    });
}
