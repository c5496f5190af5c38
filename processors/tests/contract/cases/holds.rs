//! Authorize first, take later.

use processors::{CaptureRequest, ChargeState, CheckoutRequest, Operation, RejectReason};

use crate::stage::{DAY, Met, Role, Stage, done, on_page, rejected, twice, usd};

fn capture(charge: &str, minor: i64) -> CaptureRequest {
    CaptureRequest { charge: charge.into(), amount: usd(minor) }
}

pub async fn a_held_amount_is_taken_once(stage: &dyn Stage) {
    let held = stage.held(usd(5_000)).await;
    assert_eq!((held.state, held.captured), (ChargeState::Authorized, usd(0)));
    assert!(held.expires_at > Some(stage.now()));
    let (processor, attempt) = (stage.processor(), stage.attempt());
    let request = capture(&held.id, 5_000);
    let (left, right) = tokio::join!(processor.capture(&attempt, &request), processor.capture(&attempt, &request));
    let taken = twice(processor.replay(Operation::Capture), left, right, RejectReason::WrongState);
    assert_eq!((taken.state, taken.captured), (ChargeState::Captured, usd(5_000)));
    let other_key = processor.capture(&stage.attempt(), &request).await;
    assert_eq!(rejected(other_key), RejectReason::WrongState, "two people pressed Process");
    assert_eq!(rejected(processor.void(&stage.attempt(), &held.id).await), RejectReason::WrongState);
    assert_eq!(stage.captured_in_truth().await, 5_000);
}

pub async fn a_held_amount_is_let_go(stage: &dyn Stage) {
    let held = stage.held(usd(5_000)).await;
    let attempt = stage.attempt();
    let voided = done(stage.processor().void(&attempt, &held.id).await);
    assert_eq!((voided.state, voided.captured), (ChargeState::Voided, usd(0)));
    assert_eq!(done(stage.processor().void(&attempt, &held.id).await), voided);
    assert_eq!(rejected(stage.processor().capture(&stage.attempt(), &capture(&held.id, 5_000)).await), RejectReason::WrongState);
    assert_eq!(stage.captured_in_truth().await, 0);
}

pub async fn a_hold_lapses(stage: &dyn Stage) {
    let held = stage.held(usd(5_000)).await;
    let days = i64::from(stage.processor().capabilities().authorization_days);
    stage.pass(days * DAY - 1).await;
    assert_eq!(stage.charge_now(&held.id).await.state, ChargeState::Authorized);
    stage.pass(1).await;
    assert_eq!(stage.charge_now(&held.id).await.state, ChargeState::Expired);
    let outcome = stage.processor().capture(&stage.attempt(), &capture(&held.id, 5_000)).await;
    assert_eq!(rejected(outcome), RejectReason::AuthorizationExpired);
}

pub async fn no_more_than_is_held(stage: &dyn Stage) {
    let held = stage.held(usd(5_000)).await;
    let outcome = stage.processor().capture(&stage.attempt(), &capture(&held.id, 5_001)).await;
    assert_eq!(rejected(outcome), RejectReason::AboveAuthorized);
    assert_eq!(stage.charge_now(&held.id).await.state, ChargeState::Authorized, "a refused capture changes nothing");
}

pub async fn a_page_can_hold(stage: &dyn Stage) {
    let request = CheckoutRequest { capture: false, ..on_page(usd(5_000)) };
    if !stage.holds_on_pages() {
        let outcome = stage.processor().checkout(&stage.attempt(), &request).await;
        assert_eq!(rejected(outcome), RejectReason::Unsupported, "a page that would take it at once is not opened");
        return;
    }
    let page = done(stage.processor().checkout(&stage.attempt(), &request).await);
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    let held = stage.checkout_now(&page.id).await.charge.expect("it is held");
    assert_eq!((held.state, stage.captured_in_truth().await), (ChargeState::Authorized, 0));
    let taken = done(stage.processor().capture(&stage.attempt(), &capture(&held.id, 5_000)).await);
    assert_eq!(taken.captured, usd(5_000));
}

pub async fn a_part_is_taken_and_the_rest_released(stage: &dyn Stage) {
    let held = stage.held(usd(5_000)).await;
    let taken = done(stage.processor().capture(&stage.attempt(), &capture(&held.id, 3_200)).await);
    assert_eq!((taken.amount, taken.captured), (usd(5_000), usd(3_200)));
    let rest = stage.processor().capture(&stage.attempt(), &capture(&held.id, 1_800)).await;
    assert_eq!(rejected(rest), RejectReason::WrongState, "the rest is released");
    assert_eq!(stage.captured_in_truth().await, 3_200);
}
