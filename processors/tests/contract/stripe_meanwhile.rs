//! What else goes on at Stripe while we are connected: keys that are rolled, strangers on the same account, events that are
//! forgotten, and what of a hold was not taken.

use fakes::Fault;
use processors::{Asked, CaptureRequest, Outcome, RawHook, RefundRequest, RejectReason, Remote, RemoteKind, Resolved};
use serde_json::json;

use crate::stage::{Role, Stage, done, of_saved, on_page, rejected, unknown, usd};
use crate::stripe_stage::{StripeStage, connect};

async fn stage() -> StripeStage {
    StripeStage::new(json!({})).await
}

/// A key that was rolled between a call and its repetition says nothing about what the call did.
#[tokio::test]
async fn a_key_that_is_refused_later_proves_nothing() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let (customer, method) = all.saved(Role::Pays).await;
    let held = all.held(usd(500)).await;
    let all_asked = [
        Asked::Charge(of_saved(&customer, &method, usd(700))),
        Asked::Checkout(on_page(usd(100))),
        Asked::Capture(CaptureRequest { charge: held.id.clone(), amount: usd(500) }),
    ];
    let rolled = connect(&stage.fake.base_url, &stage.wire, &json!({"secret_key": "sk_test_rolled"}), &[]);
    for asked in &all_asked {
        let attempt = all.attempt();
        stage.fake.break_next(&[Fault::LoseAnswer]);
        unknown(all.ask(&attempt, asked).await);
        let meanwhile = rolled.resolve(&attempt, asked, all.now()).await;
        assert!(matches!(meanwhile, Resolved::StillUnknown { .. }), "{asked:?}: {meanwhile:?}");
        let found = all.processor().resolve(&attempt, asked, all.now()).await;
        assert!(matches!(found, Resolved::Found(Outcome::Done(_))), "{asked:?}: {found:?}");
    }
    assert_eq!(all.captured_in_truth().await, 700 + 500);
}

/// Stripe counts what of a hold was not taken as refunded, and lists it as a refund; no money came or went by it.
#[tokio::test]
async fn the_rest_of_a_hold_is_no_refund() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let held = all.held(usd(1_000)).await;
    let before = done(all.processor().changes(None, all.now()).await);
    let taken = CaptureRequest { charge: held.id.clone(), amount: usd(400) };
    let taken = done(all.processor().capture(&all.attempt(), &taken).await);
    assert_eq!((taken.amount, taken.captured, taken.refunded), (usd(1_000), usd(400), usd(0)));
    let news = done(all.processor().changes(Some(&before.cursor), all.now()).await);
    assert!(!news.changed.iter().any(|remote| matches!(remote, Remote::Refund(_))), "{news:?}");
    for (back, sum) in [(100, 100), (300, 400)] {
        let back = RefundRequest { charge: held.id.clone(), amount: usd(back), reason: "x".into() };
        let made = done(all.processor().refund(&all.attempt(), &back).await);
        assert_eq!(all.charge_now(&held.id).await.refunded, usd(sum));
        let news = done(all.processor().changes(Some(&news.cursor), all.now()).await);
        assert!(news.changed.iter().any(|remote| matches!(remote, Remote::Refund(refund) if refund.id == made.id)), "{news:?}");
    }
    let more = RefundRequest { charge: held.id.clone(), amount: usd(1), reason: "x".into() };
    assert_eq!(rejected(all.processor().refund(&all.attempt(), &more).await), RejectReason::NothingRefundable);
}

/// What another program does on the same account is left out, and what comes after it is told.
#[tokio::test]
async fn a_refund_of_a_stranger_stops_nothing() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let before = done(all.processor().changes(None, all.now()).await);
    stage.fake.refund_of_a_stranger(300);
    let charge = all.captured(Role::Pays, usd(500)).await;
    let news = done(all.processor().changes(Some(&before.cursor), all.now()).await);
    let told: Vec<_> = news.changed.iter().filter_map(Remote::charge).map(|it| it.id.clone()).collect();
    assert_eq!((told, news.changed.len()), (vec![charge.id], 1));
    for message in &all.messages().await {
        let hook = RawHook { url: &message.url, headers: &message.headers, body: &message.body, now: all.now() };
        for hint in all.processor().verify(&hook).await.expect("signed").hints {
            if hint.about.kind == RemoteKind::Refund {
                assert_eq!(rejected(all.processor().fetch(&hint.about, all.now()).await), RejectReason::NotFound);
            }
        }
    }
}

/// Stripe forgets an event after 30 days: what it still knows is told anew, and the reading goes on from there.
#[tokio::test]
async fn a_cursor_whose_event_is_forgotten_begins_anew() {
    let stage = stage().await;
    let all: &dyn Stage = &stage;
    let charge = all.captured(Role::Pays, usd(500)).await;
    for cursor in ["evt_forgotten", "evt_newest/evt_forgotten"] {
        let news = done(all.processor().changes(Some(cursor), all.now()).await);
        let told: Vec<_> = news.changed.iter().filter_map(Remote::charge).map(|it| it.id.clone()).collect();
        assert_eq!((told, news.more), (vec![charge.id.clone()], false), "{cursor}");
        let next = done(all.processor().changes(Some(&news.cursor), all.now()).await);
        assert!(next.changed.is_empty(), "{next:?}");
    }
}
