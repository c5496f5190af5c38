//! One account: paying one document, several or all of them; orders, receipts, and nothing of anybody else's.

use processors::sandbox::{CardEntry, CheckoutStep, PageId};
use serde_json::{Value, json};

use super::doors::signed_in;
use crate::admin::browser::Browser;
use crate::api::invoices::issued;
use crate::kit::{Answer, TestApp};

/// Fills in Sandbox's page that a form led to; answers where it leads back.
pub async fn pays(app: &TestApp, led: &Answer, number: &str) -> String {
    assert_eq!(led.status.as_u16(), 303, "{}", led.text);
    let page = led.header("location");
    let id: PageId = page.rsplit('/').next().expect("the page's id").parse().unwrap_or_else(|_| panic!("no page: {page}"));
    let entry = CardEntry { number, exp: "12/30", cvc: "123", name: "A payer" };
    let step = app.bank().await.pay_checkout(&id, &entry, app.services().db.clock().now()).await.expect("the bank answers");
    let CheckoutStep::Paid { return_url } = step else { panic!("not paid: {step:?}") };
    return_url
}

pub async fn due(app: &TestApp, order: &str) -> i64 {
    app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].as_i64().expect("an amount")
}

async fn charge(app: &TestApp, customer: &str, amount: i64) -> String {
    let entry = json!({"side": "charge", "amount": amount, "currency": "USD", "description": "Storage", "due_on": "2026-01-10"});
    let made = app.post(&format!("/customers/{customer}/entries"), entry).await.json(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn payments(app: &TestApp, customer: &str) -> Vec<Value> {
    app.all(&format!("/payments?customer={customer}&limit=50")).await
}

#[test]
fn what_was_given_up_takes_nothing_from_a_document_that_is_paid_along() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 5_000).await;
        let lines = json!([{"kind": "item", "description": "Work", "quantity": 1, "unit_amount": 10_000}]);
        let bill = app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201);
        let invoice = bill["id"].as_str().expect("an id").to_owned();
        app.post(&format!("/invoices/{invoice}/issue"), json!({})).await.json(200);
        app.post(&format!("/invoices/{invoice}/write-offs"), json!({"amount": 4_000, "reason": "Goodwill"})).await.json(201);
        let browser = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let chosen = [("what", "chosen"), ("currency", "USD"), ("document", &invoice[..]), ("document", &order)];
        let led = browser.post(&format!("{home}/pay"), &chosen).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        let of_invoice = app.get(&format!("/invoices/{invoice}")).await.json(200);
        assert_eq!((&of_invoice["paid"], &of_invoice["written_off"]), (&json!(6_000), &json!(4_000)), "{of_invoice}");
        assert_eq!(due(app, &order).await, 0);
    });
}

#[test]
fn a_charge_that_was_paid_meanwhile_does_not_keep_the_money_from_the_rest() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 5_000).await;
        let stored = charge(app, &customer, 700).await;
        let browser = signed_in(app, "pay@fern.example").await;
        // The page that offered both is old: the charge was paid at the counter since.
        let cash = json!({"customer": customer, "amount": 700, "currency": "USD", "method": {"type": "external", "kind": "cash"},
            "allocations": [{"entry": stored, "amount": 700}]});
        app.post("/payments", cash).await.json(201);
        let chosen = [("what", "chosen"), ("currency", "USD"), ("document", &order[..]), ("document", &stored)];
        let led = browser.post(&format!("/portal/{customer}/pay"), &chosen).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!(due(app, &order).await, 0);
        let made = payments(app, &customer).await;
        assert_eq!(
            (&made[0]["amount"], &made[0]["state"], &made[0]["unapplied"]),
            (&json!(5_000), &json!("succeeded"), &json!(0))
        );
    });
}

#[test]
fn several_documents_are_paid_by_one_checkout() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let (first, second) = (app.order(&customer, 30_000).await, app.order(&customer, 12_050).await);
        let stored = charge(app, &customer, 700).await;
        let browser = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let page = browser.page(&home).await;
        for shown in [&first, &second, &stored, "$427.50", "Pay all, $427.50", "$7.00 is past its due date"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let chosen = [("what", "chosen"), ("currency", "USD"), ("document", &second[..]), ("document", &stored)];
        let led = browser.post(&format!("{home}/pay"), &chosen).await;
        let again = browser.post(&format!("{home}/pay"), &chosen).await;
        assert_eq!(led.header("location"), again.header("location"), "two clicks lead to one page");
        let back = pays(app, &led, "4242424242424242").await;
        let returned = browser.send("GET", back.strip_prefix(crate::kit::ADDRESS).expect("ours"), "").await;
        assert!(returned.text.contains("Payment received") && returned.text.contains("value=\"127.50\""), "{}", returned.text);
        let number = app.get(&format!("/orders/{second}")).await.json(200)["number"].as_str().expect("a number").to_owned();
        assert!(returned.text.contains(&format!("<dt>Order {number}</dt><dd>$120.50</dd>")), "{number}: {}", returned.text);
        assert!(returned.text.contains(&format!("href=\"{home}\"")), "back to the account: {}", returned.text);
        app.work().await;
        assert_eq!((due(app, &first).await, due(app, &second).await), (30_000, 0));
        let entries = app.all(&format!("/customers/{customer}/entries?limit=50")).await;
        let storage = entries.iter().find(|entry| entry["id"] == stored.as_str()).expect("the charge");
        assert_eq!((&storage["status"], &storage["open"]), (&json!("paid"), &json!(0)));
        let made = payments(app, &customer).await;
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!((&made[0]["amount"], &made[0]["state"]), (&json!(12_750), &json!("succeeded")));

        let page = browser.page(&home).await;
        let number = made[0]["number"].as_str().expect("a number");
        assert!(page.contains(number) && page.contains("Visa ending 4242") && page.contains("Pay all, $300.00"), "{page}");
        let payment = made[0]["id"].as_str().expect("an id");
        let receipt = browser.page(&format!("{home}/payments/{payment}")).await;
        assert!(receipt.contains("Payment received") && receipt.contains(&format!("{home}/payments/{payment}/pdf")), "{receipt}");
        let pdf = browser.send("GET", &format!("{home}/payments/{payment}/pdf"), "").await;
        assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));

        // All that is left; the account is settled.
        let led = browser.post(&format!("{home}/pay"), &[("what", "all"), ("currency", "USD")]).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!(due(app, &first).await, 0);
        let page = browser.page(&home).await;
        assert!(page.contains("you are all set") && page.contains("Nothing is due."), "{page}");
        let refused = browser.post(&format!("{home}/pay"), &[("what", "all"), ("currency", "USD")]).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
        assert!(refused.text.contains("That did not go through."), "{}", refused.text);
    });
}

#[test]
fn an_order_is_seen_explained_downloaded_and_paid() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 30_000).await;
        let browser = signed_in(app, "pay@fern.example").await;
        let path = format!("/portal/{customer}/orders/{order}");
        let page = browser.page(&path).await;
        assert!(page.contains("Oak table") && page.contains("Pay $300.00") && page.contains("Statement"), "{page}");
        assert!(browser.page(&format!("{path}/explain")).await.contains("<b>Amount due</b>"));
        assert_eq!(browser.send("GET", &format!("{path}/pdf"), "").await.header("content-type"), "application/pdf");
        let led = browser.post(&format!("{path}/pay"), &[]).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!(due(app, &order).await, 0);
        assert!(browser.page(&path).await.contains("All set"));
        let events = app.all("/events?kind=payment_started&limit=50").await;
        assert_eq!(events[0]["actor"], customer.as_str(), "the customer is who paid: {events:?}");
        let refused = browser.post(&format!("{path}/pay"), &[]).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    });
}

#[test]
fn invoices_are_seen_and_paid_alone_or_with_others() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let (first, second) = (issued(app, &customer, 5_000).await, issued(app, &customer, 2_500).await);
        let order = app.order(&customer, 1_000).await;
        let lines = json!([{"kind": "item", "description": "Secret draft", "quantity": 1, "unit_amount": 300}]);
        let draft = app.post("/invoices", json!({"customer": customer, "currency": "USD", "lines": lines})).await.json(201);
        let draft = draft["id"].as_str().expect("an id").to_owned();
        let browser = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let page = browser.page(&home).await;
        assert!(page.contains("Invoice INV-2026-00001") && page.contains("Pay all, $85.00") && !page.contains(&draft), "{page}");
        let path = format!("{home}/invoices/{first}");
        let shown = browser.page(&path).await;
        assert!(shown.contains("Invoice INV-2026-00001") && shown.contains("Survey") && shown.contains("Pay $50.00"), "{shown}");
        assert!(browser.page(&format!("{path}/explain")).await.contains("<b>Amount due</b>"));
        assert_eq!(browser.send("GET", &format!("{path}/pdf"), "").await.header("content-type"), "application/pdf");
        for rest in ["", "/pdf", "/explain"] {
            let hidden = browser.send("GET", &format!("{home}/invoices/{draft}{rest}"), "").await;
            assert_eq!(hidden.status.as_u16(), 404, "a draft is nobody's yet: {}", hidden.text);
        }
        let hidden = browser.post(&format!("{home}/pay"), &[("what", "chosen"), ("currency", "USD"), ("document", &draft)]).await;
        assert_eq!(hidden.status.as_u16(), 404);

        let due = async |invoice: &str| app.get(&format!("/invoices/{invoice}")).await.json(200)["amount_due"].clone();
        let led = browser.post(&format!("{path}/pay"), &[]).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!((due(&first).await, due(&second).await), (json!(0), json!(2_500)));
        let refused = browser.post(&format!("{path}/pay"), &[]).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
        let chosen = [("what", "chosen"), ("currency", "USD"), ("document", &second[..]), ("document", &order)];
        let led = browser.post(&format!("{home}/pay"), &chosen).await;
        pays(app, &led, "4242424242424242").await;
        app.work().await;
        assert_eq!((due(&second).await, self::due(app, &order).await), (json!(0), 0));
        assert!(browser.page(&home).await.contains("you are all set"));
    });
}

#[test]
fn an_order_waits_while_its_invoice_is_asked_for() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 4_000).await;
        let state = async || app.get(&format!("/orders/{order}")).await.json(200)["state"].clone();
        assert_eq!(state().await, "confirmed");
        let billed = app.post(&format!("/orders/{order}/invoices"), json!({"description": "Balance"})).await.json(201);
        let invoice = billed["id"].as_str().expect("an id").to_owned();
        assert_eq!(state().await, "confirmed", "nobody was asked yet");
        let asked = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        assert_eq!(state().await, "pending");
        assert_eq!(app.all("/orders?state=pending&limit=50").await.len(), 1);
        app.work().await;
        let url = asked["url"].as_str().expect("a url").to_owned();
        let mut visitor = Browser::stranger(app);
        let opened = visitor.send("GET", url.strip_prefix(crate::kit::ADDRESS).expect("ours"), "").await;
        visitor.keep_cookie(&opened);
        let shown = visitor.page(opened.header("location")).await;
        assert!(shown.contains("Invoice INV-2026-00001") && shown.contains("Pay $40.00"), "{shown}");
        assert_eq!(
            visitor.send("GET", &format!("{}/pdf", opened.header("location")), "").await.header("content-type"),
            "application/pdf"
        );
        assert!(visitor.page(&format!("{}/explain", opened.header("location"))).await.contains("Invoice INV-2026-00001"));
        app.pay_by_link(&url, "4242424242424242").await;
        assert_eq!(state().await, "confirmed", "it goes on by itself");
    });
}

#[test]
fn what_belongs_to_somebody_else_is_unknown() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 1_000).await;
        let other = app.post("/customers", json!({"name": "Other", "email": "other@else.example"})).await.json(201);
        let other = other["id"].as_str().expect("an id").to_owned();
        let theirs = app.order(&other, 5_000).await;
        let paid = json!({"customer": other, "amount": 1_000, "currency": "USD", "method": {"type": "external", "kind": "cash"}});
        let paid = app.post("/payments", paid).await.json(201);
        let payment = paid["id"].as_str().expect("an id").to_owned();
        let draft = json!({"customer": customer, "kind": "order", "currency": "USD",
            "lines": [{"kind": "item", "description": "Secret plan", "quantity": 1, "unit_amount": 100}]});
        let draft = app.post("/orders", draft).await.json(201);
        let draft = draft["id"].as_str().expect("an id").to_owned();

        let browser = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        assert!(!browser.page(&home).await.contains(&draft), "a draft is no agreement yet");
        for path in [
            format!("/orders/{theirs}"),
            format!("/orders/{theirs}/pdf"),
            format!("/orders/{theirs}/explain"),
            format!("/orders/{draft}"),
            format!("/payments/{payment}"),
            format!("/payments/{payment}/pdf"),
            "/orders/nonsense".to_owned(),
            "/handed/lnk_01h455vb4pex5vsknk084sn02q".to_owned(),
        ] {
            let answer = browser.send("GET", &format!("{home}{path}"), "").await;
            assert_eq!(answer.status.as_u16(), 404, "{path}: {}", answer.text);
        }
        for document in [&theirs, &draft.replace("ord_", "inv_"), &"nonsense".to_owned()] {
            let fields = [("what", "chosen"), ("currency", "USD"), ("document", document.as_str())];
            let answer = browser.post(&format!("{home}/pay"), &fields).await;
            assert_eq!(answer.status.as_u16(), 404, "{document}: {}", answer.text);
        }
        assert_eq!(browser.post(&format!("{home}/orders/{theirs}/pay"), &[]).await.status.as_u16(), 404);
        assert!(payments(app, &customer).await.is_empty(), "nothing was begun by any of it");
    });
}

#[test]
fn nothing_chosen_and_nothing_live_are_said_in_words() {
    TestApp::both(async |app| {
        let customer = app.customer("Fern & Field").await;
        app.order(&customer, 1_000).await;
        let browser: Browser<'_> = signed_in(app, "pay@fern.example").await;
        let home = format!("/portal/{customer}");
        let page = browser.page(&home).await;
        assert!(page.contains("cannot be paid online at present") && !page.contains("Pay all"), "{page}");
        let none = browser.post(&format!("{home}/pay"), &[("what", "chosen"), ("currency", "USD")]).await;
        assert_eq!(none.status.as_u16(), 422);
        assert!(none.text.contains("Choose what you want to pay."), "{}", none.text);
        let refused = browser.post(&format!("{home}/pay"), &[("what", "all"), ("currency", "USD")]).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
        assert!(refused.text.contains("cannot be paid online"), "{}", refused.text);
    });
}
