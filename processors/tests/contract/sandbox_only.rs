//! What only Sandbox promises: its own faults, its own record, and that it never keeps a number.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use processors::sandbox::{BankError, Fault, PUBLISHED, shelf};
use processors::{Asked, ChargeState, Outcome, RejectReason, Resolved};
use serde_json::json;

use crate::sandbox_stage::{Crowded, PAUSES, SandboxStage, page_id, typed};
use crate::stage::{DAY, Role, Stage, done, of_saved, of_token, on_page, pending, rejected, unknown, usd};

fn sandbox() -> SandboxStage {
    SandboxStage::new(json!({}))
}

#[tokio::test]
async fn the_shelf_in_memory_keeps_its_promises() {
    assert_eq!(shelf::check(&shelf::MemoryShelf::default()).await, Ok(()));
    assert_eq!(shelf::check(&Crowded::default()).await, Ok(()));
}

#[tokio::test]
async fn a_charge_whose_answer_is_lost_is_found_by_asking_and_told_a_minute_later() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let (attempt, request) = (stage.attempt(), of_token("tok_4000000000000119".into(), usd(1_000)));
    unknown(stage.processor().charge(&attempt, &request).await);
    assert_eq!(stage.messages().await, [], "the line is down for messages too");
    let asked = Asked::Charge(request);
    let found = stage.processor().resolve(&attempt, &asked, stage.now()).await;
    let Resolved::Found(Outcome::Done(remote)) = found else { panic!("it was charged: {found:?}") };
    assert_eq!(remote.charge().map(|charge| charge.captured), Some(usd(1_000)));
    stage.pass(60).await;
    assert_eq!(stage.messages().await.len(), 1);
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

#[tokio::test]
async fn a_slow_card_is_charged_at_once_and_answered_late() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let before = PAUSES.load(Ordering::Relaxed);
    let charge = done(stage.processor().charge(&stage.attempt(), &of_token("tok_4000000000000101".into(), usd(100))).await);
    assert_eq!(charge.state, ChargeState::Captured);
    let page = stage.page(usd(100)).await;
    let step =
        sandbox.bank.pay_checkout(&page_id(&page.url), &typed("4000000000000101"), stage.now()).await.expect("the bank works");
    assert!(matches!(step, processors::sandbox::CheckoutStep::Paid { .. }));
    assert!(PAUSES.load(Ordering::Relaxed) >= before + 2);
}

#[tokio::test]
async fn a_card_that_is_declined_later_pays_while_its_holder_is_there() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let now = done(stage.processor().charge(&stage.attempt(), &of_token("tok_4000000000000341".into(), usd(100))).await);
    assert_eq!(now.captured, usd(100));
    let customer = stage.customer().await;
    let saved = done(stage.processor().save_method(&stage.attempt(), &customer, "tok_4000000000000341").await);
    let later = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &saved, usd(100))).await;
    assert!(matches!(later, Outcome::Declined(_)), "{later:?}");
}

#[tokio::test]
async fn a_saved_card_runs_out() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let (customer, method) = stage.saved(Role::Pays).await;
    assert_eq!(method.expires, Some((2030, 12)));
    stage.pass(6 * 365 * DAY).await;
    let outcome = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &method, usd(100))).await;
    assert_eq!(crate::stage::declined(outcome).reason, processors::DeclineReason::ExpiredCard);
}

#[tokio::test]
async fn messages_are_doubled_and_delayed_when_asked_for() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    sandbox.bank.faults(&[Fault::DuplicateWebhook, Fault::LateWebhook, Fault::LoseAnswer]).await.expect("queued");
    let charge = of_token(stage.token(Role::Pays), usd(100));
    unknown(stage.processor().charge(&stage.attempt(), &charge).await);
    let twice = stage.messages().await;
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0].body, twice[1].body);
    let _second = done(stage.processor().charge(&stage.attempt(), &charge).await);
    assert_eq!(stage.messages().await, []);
    stage.pass(3_600).await;
    assert_eq!(stage.messages().await.len(), 1);
    let _third = done(stage.processor().charge(&stage.attempt(), &charge).await);
    assert_eq!(stage.messages().await.len(), 1, "each fault is spent once");
}

#[tokio::test]
async fn a_refused_message_comes_again_under_its_id() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let _charge = stage.captured(Role::Pays, usd(100)).await;
    let bank = &sandbox.bank;
    let first = bank.pending_webhooks(stage.now(), 10).await.expect("the bank works");
    assert_eq!(first.len(), 1);
    assert_eq!(bank.pending_webhooks(stage.now(), 10).await.expect("the bank works"), [], "it is being delivered");
    stage.pass(60).await;
    let after_a_crash = bank.pending_webhooks(stage.now(), 10).await.expect("the bank works");
    assert_eq!(after_a_crash[0].body, first[0].body, "nobody said how it went, so it comes again");
    bank.webhook_delivered(&after_a_crash[0].receipt, false, stage.now()).await.expect("the bank works");
    assert_eq!(bank.pending_webhooks(stage.now(), 10).await.expect("the bank works"), []);
    stage.pass(60).await;
    let again = bank.pending_webhooks(stage.now(), 10).await.expect("the bank works");
    assert_eq!(again[0].body, first[0].body);
    assert_ne!(again[0].headers, first[0].headers, "signed anew");
    bank.webhook_delivered(&again[0].receipt, true, stage.now()).await.expect("the bank works");
    stage.pass(30 * DAY).await;
    assert_eq!(stage.messages().await, []);
}

#[tokio::test]
async fn time_that_nobody_watched_passes_in_order() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let debit = pending(stage.charge_saved(Role::DebitReturned, usd(100)).await);
    let disputed = stage.captured(Role::Disputed, usd(200)).await;
    let held = stage.held(usd(300)).await;
    let _told = stage.messages().await;
    let start = stage.now();
    assert_eq!(sandbox.bank.next_due().await.expect("the bank works"), Some(start.plus_seconds(DAY)));
    stage.pass(60 * DAY).await;
    let debit = stage.charge_now(&debit.id).await;
    assert_eq!((debit.state, debit.settled_at), (ChargeState::Returned, Some(start.plus_seconds(3 * DAY))));
    assert!(stage.charge_now(&disputed.id).await.disputed);
    assert_eq!(stage.charge_now(&held.id).await.state, ChargeState::Expired);
    assert_eq!(stage.messages().await.len(), 4, "settled, returned, disputed, lapsed");
    assert_eq!(sandbox.bank.next_due().await.expect("the bank works"), None);
}

#[tokio::test]
async fn the_desk_disputes_returns_and_refunds() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let (bank, now) = (&sandbox.bank, stage.now());
    let card = stage.captured(Role::Pays, usd(1_000)).await;
    assert!(bank.return_debit(&card.id, now).await.is_err(), "a card does not come back");
    assert_eq!(bank.refund_at_dashboard(&card.id, Some(usd(250)), now).await.expect("refundable").refunded, 250);
    assert!(bank.dispute(&card.id, now).await.expect("disputable").disputed);
    assert!(bank.dispute(&card.id, now).await.expect("it is already").disputed);
    assert!(!bank.close_dispute(&card.id, true, now).await.expect("open").disputed);
    assert!(bank.close_dispute(&card.id, false, now).await.is_err(), "it is closed");
    assert_eq!(bank.refund_at_dashboard(&card.id, None, now).await.expect("won, so refundable").refunded, 1_000);
    let nothing = bank.refund_at_dashboard(&card.id, None, now).await;
    assert!(matches!(nothing, Err(BankError::Refused(refused)) if refused.reason == RejectReason::NothingRefundable));

    let debit = pending(stage.charge_saved(Role::DebitSettles, usd(500)).await);
    assert_eq!(bank.return_debit(&debit.id, now).await.expect("a debit").state, ChargeState::Failed, "before it settled");
    stage.pass(5 * DAY).await;
    assert_eq!(stage.charge_now(&debit.id).await.state, ChargeState::Failed, "and it stays so");
}

#[tokio::test]
async fn its_own_record_is_paged_newest_first() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    for minor in 1..=7 {
        let _charge = stage.captured(Role::Pays, usd(minor)).await;
        let _unpaid = stage.page(usd(minor)).await;
    }
    let (mut amounts, mut cursor) = (Vec::new(), None);
    loop {
        let page = sandbox.bank.charges(cursor.as_deref(), 3).await.expect("the bank works");
        assert!(page.charges.len() <= 3);
        amounts.extend(page.charges.iter().map(|charge| charge.amount));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(amounts, [7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn no_number_is_ever_kept() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    for published in PUBLISHED {
        let page = stage.page(usd(100)).await;
        let step = sandbox.bank.pay_checkout(&page_id(&page.url), &typed(published.number), stage.now()).await;
        assert!(step.is_ok());
        let customer = stage.customer().await;
        let token = format!("tok_{}", published.number);
        let saved = done(stage.processor().save_method(&stage.attempt(), &customer, &token).await);
        let _charged = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &saved, usd(100))).await;
        let _once = stage.processor().charge(&stage.attempt(), &of_token(token, usd(100))).await;
    }
    let bodies = sandbox.shelf.bodies.lock().expect("nobody panicked with it");
    assert!(bodies.len() > 50);
    for body in bodies.iter() {
        for published in PUBLISHED {
            assert!(!body.contains(published.number), "{body}");
        }
    }
}

#[tokio::test]
async fn when_its_records_cannot_be_reached_nobody_knows() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let attempt = stage.attempt();
    let request = of_token(stage.token(Role::Pays), usd(100));
    sandbox.shelf.broken.store(true, Ordering::Relaxed);
    unknown(stage.processor().charge(&attempt, &request).await);
    let asked = Asked::Charge(request);
    assert!(matches!(stage.processor().resolve(&attempt, &asked, stage.now()).await, Resolved::StillUnknown { .. }));
    assert!(matches!(sandbox.bank.charges(None, 10).await, Err(BankError::Unreachable(_))));
    sandbox.shelf.broken.store(false, Ordering::Relaxed);
    assert_eq!(stage.processor().resolve(&attempt, &asked, stage.now()).await, Resolved::ProvenAbsent);
    assert_eq!(rejected(stage.ask(&attempt, &asked).await), RejectReason::KeyDead);
}

/// Two nodes, many threads, one page: one charge.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_charge_one_page_once() {
    let sandbox = Arc::new(sandbox());
    for round in 1..=50 {
        let stage: &dyn Stage = &*sandbox;
        let page = page_id(&stage.page(usd(100)).await.url);
        let other = sandbox.other_node().bank.expect("Sandbox has a bank");
        let payers = (0..8).map(|payer| {
            let (bank, now) = (if payer % 2 == 0 { sandbox.bank.clone() } else { other.clone() }, sandbox.now());
            tokio::spawn(async move { bank.pay_checkout(&page, &typed("4242424242424242"), now).await })
        });
        for payer in payers.collect::<Vec<_>>() {
            let step = payer.await.expect("no panic").expect("the bank works");
            assert!(matches!(step, processors::sandbox::CheckoutStep::Paid { .. }), "{step:?}");
        }
        assert_eq!(stage.captured_in_truth().await, round * 100);
    }
}

#[tokio::test]
async fn a_closed_invoice_of_another_purpose_is_not_an_invoice() {
    let sandbox = sandbox();
    let stage: &dyn Stage = &sandbox;
    let attempt = stage.attempt();
    let _page = done(stage.processor().checkout(&attempt, &on_page(usd(100))).await);
    let id = format!("in_{}", attempt.key().trim_start_matches("att_"));
    assert_eq!(rejected(stage.processor().send_invoice(&stage.attempt(), &id).await), RejectReason::NotFound);
}
