//! The main job with Authorize.Net, over HTTP to its fake: connect, ask, go on by our own page, pay on Authorize.Net's, come back,
//! be told, give back before and after the night, keep a card on its page, charge a kept card, debit a bank account that pays and one
//! that does not, and what happens to a page that is given up.

use fakes::authorize_net::{AuthorizeNetFake, LOGIN};
use fakes::stripe::Card;
use serde_json::{Value, json};

use crate::admin::browser::Browser;
use crate::kit::{ADDRESS, Answer, TestApp};

const KEY: &str = "339E42F5D962293A925C244313E8C354";

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn settings() -> Value {
    json!({"login_id": LOGIN.0, "transaction_key": LOGIN.1, "signature_key": KEY, "environment": "sandbox"})
}

/// Authorize.Net, connected and tested. Answers the connection.
async fn connected(app: &TestApp) -> String {
    let made = app.post("/processors", json!({"kind": "authorize_net", "settings": settings()})).await.json(201);
    let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
    assert_eq!(tested["state"], "live", "{tested}");
    id(&made)
}

/// Everything that Authorize.Net has to tell from the `from`th message on arrives, twice and in the wrong order.
async fn told(app: &TestApp, fake: &AuthorizeNetFake, prc: &str, from: usize) {
    let mut messages = fake.messages(from, KEY);
    messages.extend(messages.clone());
    messages.reverse();
    for message in messages {
        let headers: Vec<(&str, &str)> = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = String::from_utf8(message.body).expect("JSON");
        assert_eq!(app.send("POST", &format!("/hooks/{prc}"), &headers, body).await.status, 200);
    }
    app.work().await;
}

/// Both clocks move.
async fn wait(app: &TestApp, fake: &AuthorizeNetFake, advance: &str, seconds: i64) {
    fake.bank().pass(seconds);
    app.post("/test/clock", json!({"advance": advance})).await.json(200);
}

/// The page of ours that leads on.
async fn bridge(app: &TestApp, url: &str) -> Answer {
    let path = url.strip_prefix(ADDRESS).unwrap_or_else(|| panic!("{url} is no page of ours"));
    assert!(path.starts_with("/onward/prc_"), "{path}");
    app.send("GET", path, &[], String::new()).await
}

/// The token in the form of that page.
async fn token_on(app: &TestApp, url: &str) -> String {
    let page = bridge(app, url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, rest) = page.text.split_once("name=\"token\" value=\"").expect("a token");
    rest.split('"').next().expect("its end").replace("&#43;", "+").replace("&#x2F;", "/").replace("&#61;", "=")
}

/// What a page was asked to be like under this name.
fn wished(settings: &Value, name: &str) -> String {
    let all = settings["setting"].as_array().expect("settings");
    let wish = all.iter().find(|it| it["settingName"] == name).unwrap_or_else(|| panic!("{name} is not among {all:?}"));
    wish["settingValue"].as_str().expect("a text").to_owned()
}

/// The way back that Authorize.Net was given for the newest page.
fn way_back(fake: &AuthorizeNetFake) -> String {
    let opened = fake.seen().into_iter().rfind(|(_, name, _)| name == "getHostedPaymentPageRequest");
    let opened = opened.expect("a page was opened").2;
    let wish: Value =
        serde_json::from_str(&wished(&opened["hostedPaymentSettings"], "hostedPaymentReturnOptions")).expect("JSON");
    let url = wish["url"].as_str().expect("an address");
    url[url.find("/p/").expect("a page of ours")..].to_owned()
}

async fn asked_for(app: &TestApp, order: &str) -> String {
    let asked = app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.json(201);
    asked["url"].as_str().expect("a URL").to_owned()
}

async fn order_now(app: &TestApp, order: &str) -> (String, i64) {
    let now = app.get(&format!("/orders/{order}")).await.json(200);
    (now["payment_state"].as_str().expect("a state").to_owned(), now["amount_due"].as_i64().expect("an amount"))
}

#[test]
fn an_order_is_asked_for_paid_on_authorize_nets_page_and_given_back() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 35_550).await;
        let page = app.page_of_link(&asked_for(app, &order).await).await;
        let token = token_on(app, &page).await;
        assert_eq!(fake.pay(&token, Card::Declined), Some(false));
        let back = app.send("GET", &way_back(fake), &[], String::new()).await;
        assert!(back.status == 200 && order_now(app, &order).await.1 == 35_550, "{}", back.text);
        assert_eq!(fake.pay(&token, Card::Pays), Some(true));
        assert_eq!(fake.pay(&token, Card::Pays), Some(true), "a second click");
        let back = app.send("GET", &way_back(fake), &[], String::new()).await;
        assert!(back.text.contains("355.50"), "{}", back.text);
        told(app, fake, &prc, 0).await;
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0));
        let payments = app.get("/payments?state=succeeded").await.json(200);
        assert_eq!(payments["data"].as_array().map(Vec::len), Some(1), "one payment, however often it was told");
        assert_eq!(payments["data"][0]["method"]["last4"], "1111");

        // A part goes back only after the night.
        let payment = id(&payments["data"][0]);
        let refunds = format!("/payments/{payment}/refunds");
        let part = json!({"amount": 1_200, "reason": "one item returned"});
        let early = app.post_once("a part", &refunds, part.clone()).await.refused(409, "NOT_SETTLED");
        assert!(early["detail"].as_str().is_some_and(|text| text.contains("tomorrow")), "it says when: {early}");
        wait(app, fake, "P1D", 86_400).await;
        let before = fake.bank().events.len();
        app.post_once("a part", &refunds, part).await.json(201);
        told(app, fake, &prc, before).await;
        assert_eq!(app.get(&format!("/payments/{payment}")).await.json(200)["refunded"], 1_200);
        // Another part goes back at Authorize.Net's own desk.
        let charge =
            fake.bank().transactions.iter().find(|it| it.settles == 35_550 && it.status == "settledSuccessfully").map(|it| it.id);
        assert!(fake.bank().refund_elsewhere(&charge.expect("it settled").to_string(), 300));
        told(app, fake, &prc, before + 1).await;
        assert_eq!(app.get(&format!("/payments/{payment}")).await.json(200)["refunded"], 1_500);
    });
}

#[test]
fn the_step_to_the_page_leads_there_alone_and_knows_nobody() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        let link = asked_for(app, &order).await;
        let url = app.page_of_link(&link).await;
        let page = bridge(app, &url).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action https://test.authorize.net;"), "{policy}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("*"), "{policy}");
        assert_eq!((page.header("set-cookie"), page.header("cache-control")), ("", "no-store"));
        assert_eq!((page.header("referrer-policy"), page.header("x-frame-options")), ("no-referrer", ""));
        assert!(page.text.contains("method=\"post\" action=\"https://test.authorize.net/payment/payment\""), "{}", page.text);
        assert!(page.text.contains("99.00") && page.text.contains("Harbor Joinery") && page.text.contains("Continue"));
        let typed = ["text", "tel", "number", "password"].map(|kind| format!("type=\"{kind}\""));
        assert!(!typed.iter().any(|kind| page.text.contains(kind)), "nothing is typed here: {}", page.text);

        // Nobody else can make one, and one that has lapsed leads back to where the payer begins again.
        for wrong in ["", "x", "eyJieSI6MX0.00", &format!("{}A", url.split_once("?page=").expect("a page").1)] {
            let answer = app.send("GET", &format!("/onward/{prc}?page={wrong}"), &[], String::new()).await;
            assert_eq!(answer.status, 404, "{wrong}: {}", answer.text);
        }
        let elsewhere = url.split_once("?page=").expect("a page").1;
        for wrong in ["prc_01h455vb4pex5vsknk084sn02q", "nonsense"] {
            let answer = app.send("GET", &format!("/onward/{wrong}?page={elsewhere}"), &[], String::new()).await;
            assert_eq!(answer.status, 404, "{}", answer.text);
        }
        let token = token_on(app, &url).await;
        wait(app, fake, "PT16M", 960).await;
        assert_eq!(fake.pay(&token, Card::Pays), None, "their page has lapsed too");
        let late = bridge(app, &url).await;
        assert_eq!((late.status.as_u16(), late.header("location").ends_with(&way_back(fake))), (303, true), "{}", late.text);
        app.send("GET", &way_back(fake), &[], String::new()).await;
        let again = app.page_of_link(&link).await;
        assert_ne!(again, url, "a new page");
        assert_eq!(fake.pay(&token_on(app, &again).await, Card::Pays), Some(true));
        wait(app, fake, "PT2M", 120).await;
        app.work().await;
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0));
    });
}

#[test]
fn a_page_that_was_given_up_and_is_paid_all_the_same_is_never_lost() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let link = asked_for(app, &order).await;
        let first = token_on(app, &app.page_of_link(&link).await).await;
        // The customer pays at the counter meanwhile: the page is given up, and it cannot be closed.
        let cash = json!({"customer": customer, "amount": 10_000, "currency": "USD", "order": order, "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        app.work().await;
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0));
        assert_eq!(app.get("/payments?state=canceled").await.json(200)["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(fake.pay(&first, Card::Pays), Some(true));
        wait(app, fake, "PT2M", 120).await;
        app.work().await;
        // Their money waits for a person, and nothing is owed or lost.
        let balance = app.get(&format!("/customers/{customer}")).await.json(200);
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0));
        assert!(balance.to_string().contains("10000"), "{balance}");
        let events = app.all("/events?kind=payment_succeeded&limit=50").await;
        assert!(events.iter().any(|event| event["data"]["twice"] == true), "{events:?}");
    });
}

#[test]
fn a_kept_card_is_charged_and_what_its_desk_voids_is_owed_again() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let keep = json!({"processor": prc, "token": fake.nonce(Card::Pays)});
        let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
        assert_eq!((&method["brand"], &method["last4"]), (&json!("Visa"), &json!("1111")), "{method}");
        let charge = |amount: i64| json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "saved", "id": method["id"]}});
        let paid = app.post_once("get money", "/payments", charge(4_000)).await.json(201);
        assert_eq!(paid["state"], "succeeded", "{paid}");
        assert_eq!(order_now(app, &order).await.1, 6_000);
        let last = fake.seen().into_iter().rfind(|(_, name, _)| name == "createTransactionRequest").expect("it was charged").2;
        assert_eq!(last["transactionRequest"]["processingOptions"]["isSubsequentAuth"], true, "its holder is away");

        // The same day it is voided at Authorize.Net's own desk: the money never left the payer.
        let charge_id = fake.bank().transactions.last().expect("a charge").id.to_string();
        assert!(fake.bank().void_elsewhere(&charge_id));
        told(app, fake, &prc, 0).await;
        assert_eq!(app.get(&format!("/payments/{}", id(&paid))).await.json(200)["refunded"], 4_000);
        assert_eq!(order_now(app, &order).await.1, 10_000);

        // And what we give back the same day is voided whole.
        let again = app.post("/payments", charge(10_000)).await.json(201);
        let back = json!({"amount": 10_000, "reason": "called off"});
        let refund = app.post(&format!("/payments/{}/refunds", id(&again)), back).await.json(201);
        assert_eq!(refund["state"], "succeeded", "{refund}");
        app.work().await;
        let truth: i64 =
            fake.bank().transactions.iter().filter(|it| it.status != "voided").map(|it| it.settles - it.refunded).sum();
        assert_eq!(truth, 0, "nothing was kept");
        let poor = json!({"processor": prc, "token": fake.nonce(Card::Expired)});
        let poor = app.post(&format!("/customers/{customer}/methods"), poor).await.json(201);
        let no = json!({"customer": customer, "amount": 100, "currency": "USD", "order": order, "method": {"type": "saved", "id": poor["id"]}});
        app.post("/payments", no).await.refused(402, "EXPIRED_CARD");
    });
}

#[test]
fn a_part_that_waits_for_the_night_is_refused_before_anything_is_begun() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let keep = json!({"processor": prc, "token": fake.nonce(Card::Pays)});
        let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
        let charge = json!({"customer": customer, "amount": 10_000, "currency": "USD", "order": order, "method": {"type": "saved", "id": method["id"]}});
        let payment = id(&app.post("/payments", charge).await.json(201));
        let (path, form) = (format!("/payments/{payment}/refunds"), format!("/admin/payments/{payment}/refunds"));
        let all =
            async || app.get(&format!("/refunds?payment={payment}")).await.json(200)["data"].as_array().expect("a list").clone();
        let moved = || fake.seen().iter().filter(|(_, name, _)| name == "createTransactionRequest").count();
        let before = moved();

        // The API and the form say so in one sentence; no refund, no failure and no mail is left behind.
        let part = json!({"amount": 2_500, "reason": "one chair less"});
        app.post(&path, part.clone()).await.refused(409, "NOT_SETTLED");
        let browser = Browser::owner(app).await;
        let typed = [("amount", "25.00"), ("to", "original"), ("reason", "One chair less")];
        let page = browser.post(&form, &typed).await;
        assert!(page.text.contains("give back all of it now, or the part tomorrow"), "{}", page.text);
        assert!(
            page.text.contains("value=\"25.00\"") && page.text.contains("One chair less"),
            "what was typed stands: {}",
            page.text
        );
        assert_eq!((all().await.len(), moved()), (0, before));
        // More than there is stays what it was, and outside it is recorded at any time.
        app.post(&path, json!({"amount": 10_001, "reason": "too much"})).await.refused(409, "NOTHING_REFUNDABLE");
        app.post(&path, json!({"amount": 1_000, "reason": "cash back", "to": "outside"})).await.json(201);

        // Above the limit it may wait for a second person, who is told the same and can approve it the next day.
        app.post("/settings", json!({"limits": {"key": {"refund": 100}}})).await.json(200);
        app.post(&path, part.clone()).await.refused(409, "NEEDS_APPROVAL");
        let asked = json!({"amount": 2_500, "reason": "one chair less", "request_approval": true});
        let waiting = app.post(&path, asked).await.json(202);
        let approve = format!("/admin/approvals/{}/approve", waiting["approval"]["id"].as_str().expect("an approval"));
        let early = browser.post(&approve, &[]).await;
        assert!(early.status != 303 && early.text.contains("tomorrow"), "{} {}", early.status, early.text);
        wait(app, fake, "P1D", 86_400).await;
        let led = Browser::owner(app).await.does(&approve, &[]).await;
        assert_eq!(led, "/admin/approvals");
        app.work().await;
        let states: Vec<_> = all().await.iter().map(|one| (one["amount"].clone(), one["state"].clone())).collect();
        assert_eq!(states, [(json!(2_500), json!("succeeded")), (json!(1_000), json!("succeeded"))]);
        assert_eq!(moved(), before + 1);
    });
}

#[test]
fn a_card_is_kept_on_authorize_nets_page_and_charged_while_its_holder_is_away() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let methods = format!("/customers/{customer}/methods");
        let page = app.post_once("page", &methods, json!({"processor": prc, "setup": true})).await.json(201);
        let url = page["url"].as_str().expect("a page").to_owned();
        assert_eq!(
            app.post_once("page", &methods, json!({"processor": prc, "setup": true})).await.json(201)["url"],
            url.as_str()
        );
        let step = bridge(app, &url).await;
        assert!(step.text.contains("action=\"https://test.authorize.net/customer/addPayment\""), "{}", step.text);
        let opened =
            fake.seen().into_iter().rfind(|(_, name, _)| name == "getHostedProfilePageRequest").expect("it was opened").2;
        let back = wished(&opened["hostedProfileSettings"], "hostedProfileReturnUrl");
        let back = back[back.find("/p/").expect("a page of ours")..].to_owned();

        // Who turns back has kept nothing; who leaves a card has, and looking again keeps it once.
        let none = app.send("GET", &back, &[], String::new()).await;
        assert!(!none.text.contains("Your card is saved"), "{}", none.text);
        let token = token_on(app, &url).await;
        assert_eq!(fake.keep(&token, Card::Pays), Some(true));
        for _ in 0..2 {
            let thanks = app.send("GET", &back, &[], String::new()).await;
            assert!(thanks.text.contains("Your card is saved"), "{}", thanks.text);
            app.work().await;
        }
        let kept = app.get(&methods).await.json(200);
        assert_eq!(kept["data"].as_array().map(Vec::len), Some(1), "{kept}");
        let card = &kept["data"][0];
        assert_eq!((&card["brand"], &card["last4"], &card["default"]), (&json!("Visa"), &json!("1111"), &json!(true)), "{card}");

        // *Get money* while nobody is there.
        let charge = json!({"customer": customer, "amount": 10_000, "currency": "USD", "order": order, "method": {"type": "saved", "id": card["id"]}});
        let paid = app.post_once("get money", "/payments", charge.clone()).await.json(201);
        assert_eq!((&paid["state"], order_now(app, &order).await), (&json!("succeeded"), ("paid".to_owned(), 0)));
        assert!(app.post_once("get money", "/payments", charge).await.replayed());
        let taken: Vec<_> =
            fake.seen().into_iter().filter(|(_, name, _)| name == "createTransactionRequest").map(|seen| seen.2).collect();
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!(taken[0]["transactionRequest"]["processingOptions"]["isSubsequentAuth"], true, "its holder is away");

        // A page that lapsed leads back, and nothing is kept by it.
        let late = app.post(&methods, json!({"processor": prc, "setup": true})).await.json(201);
        let late = late["url"].as_str().expect("a page").to_owned();
        let token = token_on(app, &late).await;
        wait(app, fake, "PT16M", 960).await;
        assert_eq!(fake.keep(&token, Card::Expired), None);
        assert_eq!(bridge(app, &late).await.status, 303);
        app.work().await;
        assert_eq!(app.get(&methods).await.json(200)["data"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_bank_debit_settles_at_night_and_one_that_comes_back_is_owed_again() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        for (account, comes_back) in [(Card::DebitSettles, false), (Card::DebitReturned, true)] {
            let order = app.order(&customer, 12_000).await;
            let link = asked_for(app, &order).await;
            let told_before = fake.bank().events.len();
            let token = token_on(app, &app.page_of_link(&link).await).await;
            assert_eq!(fake.pay(&token, account), Some(true));
            let back = app.send("GET", &way_back(fake), &[], String::new()).await;
            assert!(back.status == 200 && back.text.contains("120.00"), "{}", back.text);
            told(app, fake, &prc, told_before).await;
            // Under way: nothing is paid yet, and nobody is asked for it a second time.
            let waiting = app.get("/payments?state=pending").await.json(200)["data"][0].clone();
            assert_eq!((&waiting["amount"], &waiting["method"]["last4"]), (&json!(12_000), &json!("6789")), "{waiting}");
            let now = app.get(&format!("/orders/{order}")).await.json(200);
            assert_eq!((&now["reserved"], &now["amount_due"]), (&json!(12_000), &json!(12_000)), "{now}");
            app.post(&format!("/orders/{order}/payment-requests"), json!({})).await.refused(409, "PAYMENT_PENDING");
            let early = json!({"amount": 12_000, "reason": "changed their mind"});
            app.post(&format!("/payments/{}/refunds", id(&waiting)), early).await.refused(409, "NOTHING_REFUNDABLE");

            wait(app, fake, "P1D", 86_400).await;
            app.work().await;
            assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0), "the night settled it");
            wait(app, fake, "P6D", 6 * 86_400).await;
            app.work().await;
            let paid = app.get(&format!("/payments/{}", id(&waiting))).await.json(200);
            assert_eq!((&paid["state"], &paid["returned"]), (&json!("succeeded"), &json!(comes_back)), "{paid}");
            assert_eq!(order_now(app, &order).await.1, if comes_back { 12_000 } else { 0 });
        }
        assert_eq!(app.get("/payments?state=succeeded").await.json(200)["data"].as_array().map(Vec::len), Some(2));
        let entries = app.all("/events?kind=payment_returned&limit=50").await;
        assert_eq!(entries.len(), 1, "staff are told once: {entries:?}");
    });
}

#[test]
fn a_card_is_kept_on_its_page_and_an_amount_is_held_and_taken_in_part() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let keep = json!({"processor": prc, "token": fake.nonce(Card::Pays)});
        let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
        let hold = json!({"customer": customer, "order": order, "amount": 8_000, "currency": "USD", "processor": prc, "method": method["id"]});
        let held = app.post("/authorizations", hold.clone()).await.json(201);
        assert_eq!(held["state"], "authorized", "{held}");
        let taken = app.post(&format!("/payments/{}/capture", id(&held)), json!({"amount": 5_000})).await.json(201);
        assert_eq!((&taken["state"], &taken["amount"]), (&json!("succeeded"), &json!(5_000)));
        let other = json!({"customer": customer, "order": order, "amount": 2_000, "currency": "USD", "processor": prc, "method": method["id"]});
        let held = app.post("/authorizations", other).await.json(201);
        let gone = app.post(&format!("/payments/{}/void", id(&held)), json!({})).await.json(200);
        assert_eq!((&gone["state"], order_now(app, &order).await.1), (&json!("canceled"), 5_000));
    });
}

#[test]
fn a_lost_answer_is_unknown_until_the_lists_say_and_is_charged_once() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let prc = connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 10_000).await;
        let keep = json!({"processor": prc, "token": fake.nonce(Card::Pays)});
        let method = app.post(&format!("/customers/{customer}/methods"), keep).await.json(201);
        let charge = |amount: i64| json!({"customer": customer, "amount": amount, "currency": "USD", "order": order, "method": {"type": "saved", "id": method["id"]}});
        for (fault, state, due) in [(fakes::Fault::LoseAnswer, "succeeded", 9_000), (fakes::Fault::Silent, "canceled", 9_000)] {
            fake.break_next([fault]);
            let lost = app.post("/payments", charge(1_000)).await.json(202);
            assert_eq!(lost["state"], "unknown", "{lost}");
            // Found at the first question; that nothing came is only sure after ten minutes, and asked an hour later.
            wait(app, fake, "PT3H", 10_800).await;
            app.work().await;
            let now = app.get(&format!("/payments/{}", id(&lost))).await.json(200);
            assert_eq!((&now["state"], order_now(app, &order).await.1), (&json!(state), due), "{now}");
        }
        let taken = fake.bank().transactions.iter().filter(|it| it.status == "capturedPendingSettlement").count();
        assert_eq!(taken, 1, "one capture");
    });
}

#[test]
fn a_payment_that_nobody_told_is_found_and_a_wrong_login_never_goes_live() {
    TestApp::both_with(async |app, fake: &AuthorizeNetFake| {
        let wrong = json!({"login_id": "another", "transaction_key": LOGIN.1, "environment": "sandbox"});
        let made = app.post("/processors", json!({"kind": "authorize_net", "settings": wrong})).await.json(201);
        let tested = app.post(&format!("/processors/{}/test", id(&made)), json!({})).await.json(200);
        assert_eq!(tested["state"], "failing", "{tested}");
        let nowhere = json!({"login_id": "x", "transaction_key": "y", "environment": "somewhere"});
        let refused = app.post("/processors", json!({"kind": "authorize_net", "settings": nowhere})).await;
        assert_eq!(refused.wrong_field(422, "INVALID"), "settings.environment");

        connected(app).await;
        let customer = app.customer("Fern & Field").await;
        let order = app.order(&customer, 9_900).await;
        let page = app.page_of_link(&asked_for(app, &order).await).await;
        assert_eq!(fake.pay(&token_on(app, &page).await, Card::Pays), Some(true));
        // The payer closed the browser, and no message came: Authorize.Net's own list has it.
        app.work().await;
        assert_eq!(order_now(app, &order).await, ("paid".to_owned(), 0));
    });
}
