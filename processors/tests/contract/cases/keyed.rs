//! Staff key a card that its holder reads out: on a page of the processor's, or in its fields on a page of ours.

use processors::{
    Asked, CaptureRequest, ChargeRequest, ChargeState, CheckoutRequest, CheckoutState, Initiator, Outcome, RejectReason, Remote,
    Resolved, Terminal,
};

use crate::stage::{DECLINES, Met, Role, Stage, declined, done, keyed_page, of_token, on_page, rejected, usd};

fn on_ours(stage: &dyn Stage) -> bool {
    stage.processor().terminal() == Terminal::OurPage
}

pub async fn staff_key_a_card_into_the_processors_fields(stage: &dyn Stage) {
    let elsewhere = CheckoutRequest { by: Initiator::Staff, ..on_page(usd(4_200)) };
    if !on_ours(stage) {
        let page = done(stage.processor().checkout(&stage.attempt(), &elsewhere).await);
        assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
        assert_eq!(stage.checkout_now(&page.id).await.charge.map(|charge| charge.captured), Some(usd(4_200)));
        return;
    }
    let refused = stage.processor().checkout(&stage.attempt(), &elsewhere).await;
    assert_eq!(rejected(refused), RejectReason::Unsupported, "its own page is not for staff");
    let charge = done(stage.keyed(Role::Pays, usd(4_200), true).await);
    assert_eq!((charge.state, charge.captured), (ChargeState::Captured, usd(4_200)));
    assert_eq!(stage.charge_now(&charge.id).await, charge);
    assert_eq!(stage.captured_in_truth().await, 4_200);
}

pub async fn a_keyed_card_is_held_first(stage: &dyn Stage) {
    if !on_ours(stage) {
        return;
    }
    let held = done(stage.keyed(Role::Pays, usd(4_200), false).await);
    assert_eq!((held.state, held.captured, held.expires_at > Some(stage.now())), (ChargeState::Authorized, usd(0), true));
    assert_eq!(stage.captured_in_truth().await, 0);
    let request = CaptureRequest { charge: held.id, amount: usd(4_200) };
    assert_eq!(done(stage.processor().capture(&stage.attempt(), &request).await).captured, usd(4_200));
}

pub async fn a_keyed_card_is_declined_with_its_reason(stage: &dyn Stage) {
    if !on_ours(stage) {
        return;
    }
    for (role, reason) in DECLINES {
        assert_eq!(declined(stage.keyed(role, usd(1_000), false).await).reason, reason);
    }
    let strange = ChargeRequest { by: Initiator::Staff, ..of_token("of-somebody-else".into(), usd(100)) };
    let _reason = rejected(stage.processor().charge(&stage.attempt(), &strange).await);
    assert_eq!(stage.truth().await.iter().map(|charge| charge.captured.minor).sum::<i64>(), 0);
}

pub async fn a_page_for_staff_is_closed_or_lapses(stage: &dyn Stage) {
    if !on_ours(stage) {
        return;
    }
    let (by, asked) = (stage.attempt(), Asked::Checkout(keyed_page(usd(700), false)));
    let Remote::Checkout(page) = done(stage.ask(&by, &asked).await) else { panic!("asked for a page") };
    assert_eq!((page.state, page.amount, page.charge.is_none()), (CheckoutState::Open, usd(700), true));
    match stage.processor().resolve(&by, &asked, stage.now()).await {
        Resolved::Found(Outcome::Done(Remote::Checkout(found))) => assert_eq!(found, page),
        other => panic!("the page is found, not {other:?}"),
    }
    let closed = done(stage.processor().expire_checkout(&stage.attempt(), &page.id).await);
    assert_eq!((closed.state, closed.charge), (CheckoutState::Expired, None));
    let late = done(stage.processor().checkout(&stage.attempt(), &keyed_page(usd(700), false)).await);
    stage.pass(late.expires_at.0 / 1_000_000 - stage.now().0 / 1_000_000).await;
    assert_eq!(stage.checkout_now(&late.id).await.state, CheckoutState::Expired);
}
