//! Disputes: opened, won, lost, and won after all; what they do to the journal and to what is owed.

use books::money::Money;
use books::paper::{ChangeKind, Paper};
use engine::flows::call::Call;
use engine::flows::settle_payment::{Finding, settle_payment};
use engine::sheets::payment::payment_sheet;
use engine::store::payment::Payment;
use fakes::stripe::StripeFake;
use processors::{Dispute, DisputeState};
use serde_json::{Value, json};

use super::invoices::issued;
use super::refunds::paid_online;
use super::stripe::{connected, paid_on_its_page, told_askew, wait};
use crate::admin::browser::fresh_key;
use crate::kit::{TestApp, drawn};

/// Debits less credits of a ledger account on the entries of a customer.
async fn on_account(app: &TestApp, customer: &str, account: &str) -> i64 {
    let mut sum = 0;
    for entry in app.all(&format!("/customers/{customer}/entries?limit=200")).await {
        let full = app.get(&format!("/entries/{}", entry["id"].as_str().expect("an id"))).await.json(200);
        for line in full["journal"].as_array().expect("lines").iter().filter(|line| line["account"] == account) {
            sum += line["debit"].as_i64().expect("an amount") - line["credit"].as_i64().expect("an amount");
        }
    }
    sum
}

#[test]
fn a_dispute_holds_the_money_and_its_end_decides() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        app.post("/settings", json!({"notify": ["till@harbor.example"]})).await.json(200);
        for won in [true, false] {
            let (customer, order, payment) = paid_online(app, "4242424242424242").await;
            app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 2_000, "reason": "Late"})).await.json(201);
            let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
            let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
            app.post(&desk, json!({})).await.json(200);
            app.work().await;
            let seen = async || app.get(&format!("/payments/{payment}")).await.json(200);
            let due = async || app.get(&format!("/orders/{order}")).await.json(200)["amount_due"].clone();
            assert_eq!((&seen().await["disputed"], &seen().await["dispute"]), (&json!(true), &json!("opened")));
            assert_eq!((on_account(app, &customer, "disputed_funds").await, due().await), (8_000, json!(2_000)));
            let refund = json!({"amount": 1_000, "reason": "x"});
            app.post(&format!("/payments/{payment}/refunds"), refund.clone()).await.refused(409, "DISPUTED");
            let decide = if won { "won" } else { "lost" };
            app.post(&desk, json!({"decide": decide})).await.json(200);
            app.work().await;
            let now = seen().await;
            assert_eq!(now["dispute"], decide);
            assert_eq!(on_account(app, &customer, "disputed_funds").await, 0);
            if won {
                assert_eq!((&now["disputed"], due().await), (&json!(false), json!(2_000)));
                app.post(&format!("/payments/{payment}/refunds"), refund).await.json(201);
            } else {
                assert_eq!((&now["returned"], due().await), (&json!(true), json!(10_000)));
                app.post(&format!("/payments/{payment}/refunds"), refund).await.refused(409, "NOTHING_REFUNDABLE");
            }
        }
        let alerts = app.all("/mails?kind=staff_alert").await;
        let subjects: Vec<&str> = alerts.iter().filter_map(|mail: &Value| mail["subject"].as_str()).collect();
        assert_eq!(subjects.len(), 4, "{subjects:?}");
    });
}

#[test]
fn a_credit_note_gives_no_disputed_money_back() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let request = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
        app.post(&desk, json!({})).await.json(200);
        app.work().await;
        let path = format!("/invoices/{invoice}/credit-notes");
        let note = |to: &str| json!({"amount": 4_000, "reason": "Damaged", "destinations": [{"to": to, "amount": 4_000}]});
        for to in ["card", "outside"] {
            app.post(&path, note(to)).await.refused(409, "DISPUTED");
        }
        assert_eq!(app.post(&path, note("balance")).await.json(201)["freed"], 4_000);
    });
}

#[test]
fn a_card_that_disputes_after_a_day_is_noticed() {
    TestApp::both(async |app| {
        app.sandbox().await;
        let (customer, _, payment) = paid_online(app, "4000000000000259").await;
        app.post("/test/clock", json!({"advance": "P2D"})).await.json(200);
        let seen = app.get(&format!("/payments/{payment}")).await.json(200);
        assert_eq!((&seen["dispute"], &seen["disputed"]), (&json!("opened"), &json!(true)));
        assert_eq!(on_account(app, &customer, "disputed_funds").await, 10_000);
    });
}

#[test]
fn the_sheet_of_an_invoice_says_why_money_went_away_again() {
    TestApp::both(async |app| {
        let prc = app.sandbox().await;
        let mark = format!("VAT {}", fresh_key());
        app.post("/settings", json!({"tax_id": mark})).await.json(200);
        let customer = app.customer("Fern & Field").await;
        let invoice = issued(app, &customer, 10_000).await;
        let cash = json!({"customer": customer, "invoice": invoice, "amount": 2_500, "currency": "USD",
            "method": {"type": "external", "kind": "cash"}});
        app.post("/payments", cash).await.json(201);
        let entries = app.get(&format!("/customers/{customer}/entries?kind=payment")).await.json(200);
        let typed = entries["data"][0]["id"].as_str().expect("an entry");
        app.post(&format!("/entries/{typed}/reverse"), json!({"reason": "Typed twice"})).await.json(201);
        let request = app.post(&format!("/invoices/{invoice}/payment-requests"), json!({})).await.json(201);
        app.pay_by_link(request["url"].as_str().expect("a URL"), "4242424242424242").await;
        let payments = app.get(&format!("/payments?customer={customer}&state=succeeded")).await.json(200);
        let payment = payments["data"][0]["id"].as_str().expect("a payment");
        app.post(&format!("/payments/{payment}/refunds"), json!({"amount": 3_000, "reason": "Late"})).await.json(201);
        let charge = app.get(&format!("/processors/{prc}/sandbox/charges")).await.json(200)["data"][0]["id"].clone();
        let desk = format!("/processors/{prc}/sandbox/charges/{}/dispute", charge.as_str().expect("a charge"));
        app.post(&desk, json!({})).await.json(200);
        app.post(&desk, json!({"decide": "lost"})).await.json(200);
        app.work().await;
        let due = app.get(&format!("/invoices/{invoice}")).await.json(200)["amount_due"].clone();
        assert_eq!(due, 10_000);
        app.get(&format!("/invoices/{invoice}/pdf")).await;
        let Some(Paper::Invoice(paper)) = drawn(&mark).pop() else { panic!("no invoice was drawn") };
        let sheet = paper.as_at.expect("a sheet behind the face");
        let said: Vec<(ChangeKind, i64)> = sheet.changes.iter().map(|change| (change.kind, change.amount.minor)).collect();
        let expected = [
            (ChangeKind::Payment, -2_500),
            (ChangeKind::Reversal, 2_500),
            (ChangeKind::Payment, -10_000),
            (ChangeKind::Refund, 3_000),
            (ChangeKind::Return, 7_000),
        ];
        assert_eq!(said, expected);
    });
}

/// What a payment of 25.00 and its order say: the dispute, whether it is disputed and returned, and what is due.
async fn stands(app: &TestApp, payment: &str) -> (Value, bool, bool, Value) {
    let seen = app.get(&format!("/payments/{payment}")).await.json(200);
    let due = app.get(&format!("/orders/{}", seen["order"].as_str().expect("its order"))).await.json(200)["amount_due"].clone();
    (seen["dispute"].clone(), seen["disputed"] == true, seen["returned"] == true, due)
}

#[test]
fn a_dispute_that_is_won_after_it_was_lost_pays_again_and_another_may_follow() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        app.post("/settings", json!({"notify": ["till@harbor.example"]})).await.json(200);
        let prc = connected(app).await;
        let (payment, remote) = paid_on_its_page(app, fake, &prc).await;
        let path = format!("/payments/{payment}");
        let customer = app.get(&path).await.json(200)["customer"].as_str().expect("a customer").to_owned();
        let accounts = async || {
            let clearing = on_account(app, &customer, "clearing:stripe").await;
            (on_account(app, &customer, "disputed_funds").await, clearing)
        };
        let open = || fake.dispute(&remote);
        let lose = || fake.decide_dispute(&remote, false);
        let win = || fake.decide_dispute(&remote, true);
        // What happens, then: the word, whether it is disputed and returned, what is due; disputed funds, and clearing.
        let opened = (json!("opened"), true, false, json!(0));
        let lost = (json!("lost"), true, true, json!(2_500));
        let won = (json!("won"), false, false, json!(0));
        for (happens, says, holds) in [
            (&open as &dyn Fn(), &opened, (2_500, 0)),
            (&lose, &lost, (0, 0)),
            (&win, &won, (0, 2_500)),
            (&lose, &lost, (0, 0)),
            (&win, &won, (0, 2_500)),
            // Another dispute about the same payment.
            (&open, &opened, (2_500, 0)),
            (&win, &won, (0, 2_500)),
            (&open, &opened, (2_500, 0)),
            (&lose, &lost, (0, 0)),
        ] {
            happens();
            told_askew(app, fake, &prc).await;
            wait(app, fake, "PT2M").await;
            assert_eq!((&stands(app, &payment).await, accounts().await), (says, holds));
            app.check_books().await;
        }
        let refund = json!({"amount": 100, "reason": "Goodwill"});
        app.post(&format!("{path}/refunds"), refund.clone()).await.refused(409, "NOTHING_REFUNDABLE");

        // The customer pays in another way before the last word is spoken: what comes back then is theirs.
        let check =
            json!({"customer": customer, "amount": 2_500, "currency": "USD", "method": {"type": "external", "kind": "check"}});
        app.post("/payments", check).await.json(201);
        win();
        told_askew(app, fake, &prc).await;
        assert_eq!((stands(app, &payment).await, accounts().await), (won, (0, 2_500)));
        let balance = app.get(&format!("/customers/{customer}")).await.json(200)["balances"][0]["balance"].clone();
        assert_eq!(balance, 2_500);
        app.post(&format!("{path}/refunds"), refund).await.json(201);
        let alerts = app.all("/mails?kind=staff_alert&limit=50").await;
        assert_eq!(alerts.len(), 10, "each step is told once: {alerts:#?}");
    });
}

/// Two nodes ask at once, and the slower one still has the older answer in its hands: it is not booked, and asked for again.
#[test]
fn an_answer_about_a_dispute_that_was_overtaken_is_not_booked() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (payment, remote) = paid_on_its_page(app, fake, &prc).await;
        let id = payment.parse().expect("an id");
        let services = app.services();
        let kept = async || payment_sheet(&services.db, app.business, id).await.expect("a payment").payment;
        let unknown = kept().await;
        fake.dispute(&remote);
        told_askew(app, fake, &prc).await;
        let open = kept().await;
        fake.decide_dispute(&remote, true);
        told_askew(app, fake, &prc).await;
        let won = kept().await;
        let all = won.known_disputes().expect("they can be read");
        assert_eq!((all.len(), all[0].amount), (1, 2_500));
        let answer = |state, known: &Payment| {
            let amount = Money::new(2_500, known.currency);
            let dispute = Dispute {
                id: all[0].id.clone(),
                charge: remote.clone(),
                charge_attempt: None,
                amount,
                state,
                opened_at: won.created_at,
                closed_at: None,
            };
            Finding::Disputed { dispute, known: known.disputes.clone() }
        };
        let call = Call::system(app.business, "a slow node");
        for (state, known) in [(DisputeState::Opened, &unknown), (DisputeState::Opened, &open), (DisputeState::Lost, &open)] {
            settle_payment(services, &call, id, answer(state, known)).await.expect_err("it may be the older answer");
        }
        settle_payment(services, &call, id, answer(DisputeState::Won, &won)).await.expect("what is known already does nothing");
        assert_eq!(kept().await, won);
    });
}

/// Stripe takes the key no more, from whichever question on: nothing that it has to tell is passed over.
#[test]
fn a_key_that_is_revoked_while_a_dispute_is_followed_loses_nothing() {
    TestApp::both_with(async |app, fake: &StripeFake| {
        let prc = connected(app).await;
        let (payment, remote) = paid_on_its_page(app, fake, &prc).await;
        // No message arrives: what happened is read from Stripe's record.
        for (happens, word) in [(None, "opened"), (Some(false), "lost"), (Some(true), "won")] {
            match happens {
                None => fake.dispute(&remote),
                Some(won) => fake.decide_dispute(&remote, won),
            }
            for calls in 1..=7 {
                fake.revoke_after(Some(calls));
                wait(app, fake, "PT2M").await;
            }
            fake.revoke_after(None);
            wait(app, fake, "PT2H").await;
            assert_eq!(stands(app, &payment).await.0, word);
        }
    });
}
