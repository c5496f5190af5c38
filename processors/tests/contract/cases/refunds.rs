//! Money going back: never more than was taken, and known to us however it went back.

use processors::{ChargeState, DeclineReason, Operation, RefundRequest, RefundState, RejectReason, Remote, RemoteKind};

use crate::stage::{DAY, Role, Stage, declined, done, rejected, twice, usd};

fn refund(charge: &str, minor: i64) -> RefundRequest {
    RefundRequest { charge: charge.into(), amount: usd(minor), reason: "requested by the customer".into() }
}

pub async fn the_whole_goes_back_once(stage: &dyn Stage) {
    let charge = stage.captured(Role::Pays, usd(5_000)).await;
    let (processor, attempt, request) = (stage.processor(), stage.attempt(), refund(&charge.id, 5_000));
    let (left, right) = tokio::join!(processor.refund(&attempt, &request), processor.refund(&attempt, &request));
    let made = twice(processor.replay(Operation::Refund), left, right, RejectReason::NothingRefundable);
    assert_eq!((made.state, made.amount, made.attempt), (RefundState::Succeeded, usd(5_000), Some(attempt.id)));
    let Remote::Refund(found) = stage.fetch(RemoteKind::Refund, &made.id).await else { panic!("asked for a refund") };
    assert_eq!(found, made);
    assert_eq!(stage.charge_now(&charge.id).await.refunded, usd(5_000));
    assert_eq!(rejected(processor.refund(&stage.attempt(), &refund(&charge.id, 1)).await), RejectReason::NothingRefundable);
}

pub async fn parts_never_add_up_to_more(stage: &dyn Stage) {
    let charge = stage.refundable(Role::Pays, usd(1_000)).await;
    let (processor, by) = (stage.processor(), [stage.attempt(), stage.attempt(), stage.attempt()]);
    let part = refund(&charge.id, 400);
    let (one, two, three) =
        tokio::join!(processor.refund(&by[0], &part), processor.refund(&by[1], &part), processor.refund(&by[2], &part));
    let outcomes = [one, two, three];
    let made = outcomes.iter().filter(|outcome| outcome.value().is_some()).count();
    assert_eq!(made, 2, "400 + 400 fit into 1,000, a third does not: {outcomes:?}");
    assert_eq!(stage.charge_now(&charge.id).await.refunded, usd(800));
    let rest = done(processor.refund(&stage.attempt(), &refund(&charge.id, 200)).await);
    assert_eq!(rest.amount, usd(200));
    let key_reused = processor.refund(&by[0], &refund(&charge.id, 401)).await;
    assert!(matches!(rejected(key_reused), RejectReason::KeyReused | RejectReason::NothingRefundable));
}

pub async fn the_window_closes(stage: &dyn Stage) {
    let Some(days) = stage.processor().capabilities().refund_days else {
        let old = stage.captured(Role::Pays, usd(500)).await;
        stage.pass(400 * DAY).await;
        assert_eq!(done(stage.processor().refund(&stage.attempt(), &refund(&old.id, 500)).await).amount, usd(500));
        return;
    };
    let (early, late) = (stage.captured(Role::Pays, usd(500)).await, stage.captured(Role::Pays, usd(500)).await);
    stage.pass(i64::from(days) * DAY).await;
    assert_eq!(done(stage.processor().refund(&stage.attempt(), &refund(&early.id, 500)).await).amount, usd(500));
    stage.pass(1).await;
    let outcome = stage.processor().refund(&stage.attempt(), &refund(&late.id, 500)).await;
    assert_eq!(rejected(outcome), RejectReason::WindowClosed);
}

pub async fn a_refund_that_is_not_taken_changes_nothing(stage: &dyn Stage) {
    let charge = stage.refundable(Role::RefundFails, usd(500)).await;
    let (attempt, request) = (stage.attempt(), refund(&charge.id, 500));
    let decline = declined(stage.processor().refund(&attempt, &request).await);
    assert_eq!(decline.reason, DeclineReason::RefundFailed);
    assert_eq!(declined(stage.processor().refund(&attempt, &request).await).reason, DeclineReason::RefundFailed);
    let now = stage.charge_now(&charge.id).await;
    assert_eq!((now.state, now.refunded), (ChargeState::Captured, usd(0)));
}

pub async fn a_disputed_charge_is_not_refunded(stage: &dyn Stage) {
    let charge = stage.captured(Role::Disputed, usd(500)).await;
    stage.pass(DAY).await;
    assert!(stage.charge_now(&charge.id).await.disputed);
    let outcome = stage.processor().refund(&stage.attempt(), &refund(&charge.id, 500)).await;
    assert_eq!(rejected(outcome), RejectReason::Disputed);
}

pub async fn a_refund_made_elsewhere_is_found(stage: &dyn Stage) {
    let charge = stage.refundable(Role::Pays, usd(1_000)).await;
    let before = done(stage.processor().changes(None, stage.now()).await);
    stage.refund_elsewhere(&charge.id, usd(300)).await;
    let news = done(stage.processor().changes(Some(&before.cursor), stage.now()).await);
    let made = news.changed.iter().find_map(|remote| match remote {
        Remote::Refund(refund) => Some(refund),
        _ => None,
    });
    let made = made.expect("the refund is told");
    assert_eq!((made.attempt, made.charge_attempt, made.amount), (None, charge.attempt, usd(300)));
    let outcome = stage.processor().refund(&stage.attempt(), &refund(&charge.id, 701)).await;
    assert_eq!(rejected(outcome), RejectReason::NothingRefundable);
}
