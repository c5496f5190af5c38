//! Payers pay from a bank account in Square's fields on a page of ours: days pass before it is known whether the money came.

use fakes::Fault;
use fakes::square::{APPLICATION, LOCATION, SquareFake, TOKEN};
use fakes::stripe::Card;
use serde_json::{Value, json};

use super::fields::{hand, seen};
use crate::kit::{ADDRESS, Answer, TestApp};

const PLAID: &str = "https://cdn.plaid.com/link/v2/stable/link-initialize.js";

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Square in its fields, and what its settings say of bank accounts. Answers the connection as it was tested.
async fn square(app: &TestApp, more: Value) -> Value {
    let mut settings =
        json!({"access_token": TOKEN, "application_id": APPLICATION, "location_id": LOCATION, "payer_pays": "fields"});
    settings.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    let made = app.post("/processors", json!({"kind": "square", "settings": settings})).await.json(201);
    app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200)
}

/// An order that is asked for: the order, the address of its page of fields, and that page.
async fn page_for(app: &TestApp, customer: &str, amount: i64) -> (String, String, Answer) {
    let order = app.order(customer, amount).await;
    let asked = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    let ours = app.page_of_link(asked["url"].as_str().expect("a URL")).await;
    let page = seen(app, &ours).await;
    (order, ours, page)
}

/// The token of an account that its holder chose in Square's window.
fn chosen(fake: &SquareFake, amount: i64, account: Card) -> String {
    fake.link_bank(APPLICATION, LOCATION, "Ada Example", amount, account).expect("the script knows its application")
}

const DAY: i64 = 86_400;

/// Square's bank works for so many seconds; then our clock follows, and Square is asked what changed.
async fn wait(app: &TestApp, fake: &SquareFake, seconds: i64) {
    fake.bank().now += seconds;
    fake.bank().settle();
    app.post("/test/clock", json!({ "advance": format!("PT{seconds}S") })).await.json(200);
    app.work().await;
}

/// The state of an order: paid or not, due, reserved.
async fn order_now(app: &TestApp, order: &str) -> (String, i64, i64) {
    let now = app.get(&format!("/orders/{order}")).await.json(200);
    let number = |name: &str| now[name].as_i64().unwrap_or(-1);
    (now["payment_state"].as_str().unwrap_or_default().to_owned(), number("amount_due"), number("reserved"))
}

async fn pending(app: &TestApp) -> Value {
    let all = app.get("/payments?state=pending").await.json(200);
    assert_eq!(all["data"].as_array().map(Vec::len), Some(1), "{all}");
    all["data"][0].clone()
}

#[test]
fn a_bank_account_in_squares_fields_reserves_and_settles_fails_or_comes_back() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let tested = square(app, json!({"bank_accounts": "us"})).await;
        assert_eq!((&tested["state"], &tested["capabilities"]["bank_debit"]), (&json!("live"), &json!(true)), "{tested}");
        let customer = app.customer("Fern & Field").await;
        for (account, settled, at_last) in
            [(Card::DebitSettles, 0, 0), (Card::InsufficientFunds, 12_000, 12_000), (Card::DebitReturned, 0, 12_000)]
        {
            let (order, ours, page) = page_for(app, &customer, 12_000).await;
            assert!(page.text.contains("value=\"bank\"") && page.text.contains("Name of the account"), "{}", page.text);
            let policy = page.header("content-security-policy");
            assert!(policy.contains(PLAID) && policy.contains(" https://sandbox.plaid.com;"), "{policy}");
            let token = chosen(fake, 12_000, account);
            let (left, right) = tokio::join!(hand(app, &ours, &token), hand(app, &ours, &token));
            assert_eq!(left.header("location"), right.header("location"), "two clicks are one payment");
            let told = seen(app, &format!("{ADDRESS}{}", left.header("location"))).await;
            assert!(told.text.contains("Payment under way") && told.text.contains("120.00"), "{}", told.text);

            // Under way: nothing is paid yet, and nobody is asked for it a second time.
            let waiting = pending(app).await;
            assert_eq!((&waiting["amount"], &waiting["method"]["last4"]), (&json!(12_000), &json!("6789")), "{waiting}");
            assert_eq!(order_now(app, &order).await, ("unpaid".to_owned(), 12_000, 12_000));
            app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PAYMENT_PENDING");
            let late = hand(app, &ours, &chosen(fake, 12_000, Card::DebitSettles)).await;
            assert_eq!(late.header("location"), left.header("location"), "another account is not collected from beside it");

            let payment = async || app.get(&format!("/payments/{}", id(&waiting))).await.json(200);
            wait(app, fake, 3 * DAY).await;
            let now = payment().await;
            assert_eq!(now["state"], if settled == 0 { "succeeded" } else { "failed" }, "{now}");
            let (_, due, reserved) = order_now(app, &order).await;
            assert_eq!((due, reserved), (settled, 0), "{account:?}");
            wait(app, fake, 3 * DAY).await;
            let now = payment().await;
            assert_eq!(now["returned"], account == Card::DebitReturned, "{now}");
            assert_eq!(order_now(app, &order).await.1, at_last, "{account:?}");
            if at_last > 0 {
                app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
            }
        }
        let failed = app.get("/payments?state=failed").await.json(200);
        assert_eq!(failed["data"].as_array().map(Vec::len), Some(1), "{failed}");
        let returned = app.all("/events?kind=payment_returned&limit=50").await;
        assert_eq!(returned.len(), 1, "staff are told once: {returned:?}");
        let entries = app.all(&format!("/customers/{customer}/entries?side=credit&limit=50")).await;
        assert!(entries.iter().any(|entry| entry["method"] == "bank_debit"), "a debit is not called a card: {entries:?}");
    });
}

#[test]
fn a_lost_answer_to_a_bank_account_reserves_until_it_is_found_under_way() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        square(app, json!({"bank_accounts": "us"})).await;
        let customer = app.customer("Fern & Field").await;
        let (order, ours, _) = page_for(app, &customer, 9_000).await;
        fake.break_next([Fault::LoseAnswer]);
        hand(app, &ours, &chosen(fake, 9_000, Card::DebitSettles)).await;
        let lost = app.get("/payments").await.json(200)["data"][0].clone();
        assert_eq!((&lost["state"], order_now(app, &order).await.2), (&json!("unknown"), 9_000), "{lost}");
        wait(app, fake, 60).await;
        assert_eq!(id(&pending(app).await), id(&lost));
        wait(app, fake, 4 * DAY).await;
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0, 0));
        assert_eq!(fake.bank().payments.len(), 1, "it was collected once");
    });
}

#[test]
fn no_account_is_offered_unless_a_setting_says_so_and_square_takes_it_there() {
    TestApp::both_with(async |app, fake: &SquareFake| {
        let tested = square(app, json!({})).await;
        assert_eq!(tested["capabilities"]["bank_debit"], false, "{tested}");
        let customer = app.customer("Fern & Field").await;
        let (_, _, page) = page_for(app, &customer, 100).await;
        assert!(!page.text.contains("value=\"bank\""), "{}", page.text);
        assert!(!page.header("content-security-policy").contains("plaid"));
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");

        let path = format!("/processors/{}", id(&tested));
        let odd = app.patch(&path, json!({"settings": {"bank_accounts": "everywhere"}})).await;
        assert_eq!(odd.wrong_field(422, "INVALID"), "settings.bank_accounts");
        let on = app.patch(&path, json!({"settings": {"bank_accounts": "us"}})).await.json(200);
        assert_eq!(on["capabilities"]["bank_debit"], true, "{on}");
        let on_its_page = app.patch(&path, json!({"settings": {"payer_pays": "page"}})).await.json(200);
        assert_eq!(on_its_page["capabilities"]["bank_debit"], false, "Square's own page takes cards: {on_its_page}");
        fake.bank().country = "CA";
        let tested = app.post(&format!("{path}/test"), json!({})).await.json(200);
        assert_eq!(tested["state"], "failing", "{tested}");
    });
}
