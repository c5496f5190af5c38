//! The processor's page where someone pays.

use processors::{ChargeState, CheckoutRequest, CheckoutState, Decline, RejectReason};

use crate::stage::{DAY, Met, Role, Stage, done, on_page, rejected, usd};

pub async fn a_page_is_paid_and_tells_so(stage: &dyn Stage) {
    let attempt = stage.attempt();
    let page = done(stage.processor().checkout(&attempt, &on_page(usd(35_550))).await);
    assert_eq!(page.state, CheckoutState::Open);
    assert!(page.url.starts_with("https://"), "{}", page.url);
    assert_eq!(stage.checkout_now(&page.id).await, page, "looking changes nothing");

    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    let paid = stage.checkout_now(&page.id).await;
    assert_eq!(paid.state, CheckoutState::Completed);
    let charge = paid.charge.expect("it was charged");
    assert_eq!((charge.state, charge.captured, charge.attempt), (ChargeState::Captured, usd(35_550), Some(attempt.id)));
    let method = charge.method.clone().expect("a receipt names the card");
    assert_eq!(method.last4.len(), 4);
    assert_eq!(stage.charge_now(&charge.id).await, charge, "the charge is found by itself too");
    assert_eq!(stage.captured_in_truth().await, 35_550);
}

pub async fn a_decline_names_its_reason_and_another_card_may_be_tried(stage: &dyn Stage) {
    let page = stage.page(usd(1_000)).await;
    for (role, reason) in stage.declines() {
        assert_eq!(stage.pay(&page.url, role).await, Met::Declined(reason));
        let now = stage.checkout_now(&page.id).await;
        assert_eq!(now.state, CheckoutState::Open);
        let Decline { reason: told, text, .. } = now.last_decline.expect("it says why");
        assert_eq!(told, reason);
        assert!(text.ends_with('.') && !text.contains('_'), "words for people: {text}");
    }
    assert_eq!(stage.captured_in_truth().await, 0);
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

pub async fn the_holder_confirms_or_not(stage: &dyn Stage) {
    let page = stage.page(usd(1_000)).await;
    assert_eq!(stage.pay(&page.url, Role::Confirms).await, Met::AskedToConfirm);
    assert_eq!(stage.checkout_now(&page.id).await.state, CheckoutState::Open);
    assert!(matches!(stage.confirm(&page.url, false).await, Met::Declined(_)));
    assert_eq!(stage.captured_in_truth().await, 0);

    assert_eq!(stage.pay(&page.url, Role::Confirms).await, Met::AskedToConfirm);
    assert_eq!(stage.confirm(&page.url, true).await, Met::Thanks);
    assert_eq!(stage.confirm(&page.url, true).await, Met::Thanks, "a second click");
    assert_eq!(stage.confirm(&page.url, false).await, Met::Thanks, "too late to say no");
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

pub async fn the_same_key_is_the_same_page(stage: &dyn Stage) {
    let attempt = stage.attempt();
    let first = done(stage.processor().checkout(&attempt, &on_page(usd(1_000))).await);
    if !stage.repeats_pages() {
        // Never asked for twice: the one page there is belongs to its key.
        assert_eq!((first.attempt, first.state), (Some(attempt.id), CheckoutState::Open));
        return;
    }
    let second = done(stage.processor().checkout(&attempt, &on_page(usd(1_000))).await);
    assert_eq!(first, second);
    let other = stage.processor().checkout(&attempt, &on_page(usd(1_001))).await;
    assert_eq!(rejected(other), RejectReason::KeyReused);
}

pub async fn two_tabs_pay_once(stage: &dyn Stage) {
    for round in 0..100 {
        let page = stage.page(usd(100)).await;
        let (left, right) = tokio::join!(stage.pay(&page.url, Role::Pays), stage.pay(&page.url, Role::Pays));
        assert_eq!((left, right), (Met::Thanks, Met::Thanks), "round {round}: both payers see that it is paid");
        assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks, "and so does a third click");
        assert_eq!(stage.captured_in_truth().await, 100 * (round + 1));
    }
}

/// Where a page cannot be closed: it says so, what is paid on it all the same is found, and it lapses.
async fn a_page_that_was_given_up_is_watched(stage: &dyn Stage) {
    let (left, late) = (stage.page(usd(1_000)).await, stage.page(usd(1_000)).await);
    let given_up = done(stage.processor().expire_checkout(&stage.attempt(), &left.id).await);
    assert_eq!((given_up.state, given_up.charge), (CheckoutState::Abandoned, None));
    assert_eq!(stage.pay(&left.url, Role::Pays).await, Met::Thanks);
    let now = stage.checkout_now(&left.id).await;
    assert_eq!((now.state, now.charge.map(|charge| charge.captured)), (CheckoutState::Completed, Some(usd(1_000))));

    stage.pass(late.expires_at.0 / 1_000_000 - stage.now().0 / 1_000_000).await;
    assert_eq!(stage.pay(&late.url, Role::Pays).await, Met::Closed);
    let lapsed = done(stage.processor().expire_checkout(&stage.attempt(), &late.id).await);
    assert_eq!(lapsed.state, CheckoutState::Expired);
    let too_late = done(stage.processor().expire_checkout(&stage.attempt(), &left.id).await);
    assert_eq!(too_late.state, CheckoutState::Completed, "the payer was faster, and the answer says so");
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

pub async fn a_closed_page_is_never_paid(stage: &dyn Stage) {
    if !stage.closes_pages() {
        return a_page_that_was_given_up_is_watched(stage).await;
    }
    let expired = stage.page(usd(1_000)).await;
    let closed = done(stage.processor().expire_checkout(&stage.attempt(), &expired.id).await);
    assert_eq!(closed.state, CheckoutState::Expired);
    assert_eq!(stage.pay(&expired.url, Role::Pays).await, Met::Closed);

    let left = stage.page(usd(1_000)).await;
    stage.turn_back(&left.url).await;
    match stage.checkout_now(&left.id).await.state {
        // Some processors only lead the payer back: the page waits until it is closed or lapses.
        CheckoutState::Open => assert_eq!(done(stage.processor().expire_checkout(&stage.attempt(), &left.id).await).charge, None),
        other => assert_eq!(other, CheckoutState::Canceled),
    }
    assert_eq!(stage.pay(&left.url, Role::Pays).await, Met::Closed);

    let late = stage.page(usd(1_000)).await;
    stage.pass(late.expires_at.0 / 1_000_000 - stage.now().0 / 1_000_000).await;
    assert_eq!(stage.pay(&late.url, Role::Pays).await, Met::Closed);
    assert_eq!(stage.checkout_now(&late.id).await.state, CheckoutState::Expired);
    assert_eq!(stage.captured_in_truth().await, 0);

    let paid = stage.page(usd(1_000)).await;
    stage.pay(&paid.url, Role::Pays).await;
    let too_late = done(stage.processor().expire_checkout(&stage.attempt(), &paid.id).await);
    assert_eq!(too_late.state, CheckoutState::Completed, "the payer was faster, and the answer says so");
}

pub async fn closing_and_paying_at_once_has_one_winner(stage: &dyn Stage) {
    let (processor, mut paid) = (stage.processor(), 0);
    for _ in 0..if stage.closes_pages() { 100 } else { 0 } {
        let page = stage.page(usd(100)).await;
        let attempt = stage.attempt();
        let (met, closed) = tokio::join!(stage.pay(&page.url, Role::Pays), processor.expire_checkout(&attempt, &page.id));
        match done(closed).state {
            CheckoutState::Completed => assert_eq!(met, Met::Thanks),
            CheckoutState::Expired => assert_eq!(met, Met::Closed),
            other => panic!("neither closed nor paid: {other:?}"),
        }
        paid += i64::from(met == Met::Thanks) * 100;
        assert_eq!(stage.captured_in_truth().await, paid);
    }
}

pub async fn a_page_waits_for_its_payer(stage: &dyn Stage) {
    let longest = stage.longest_page();
    let request = CheckoutRequest { expires_at: Some(stage.now().plus_seconds(longest)), ..on_page(usd(500)) };
    let asked_for = done(stage.processor().checkout(&stage.attempt(), &request).await);
    let usual = stage.page(usd(500)).await;
    let almost_a_day = if longest > DAY { DAY - 3_600 } else { longest / 2 };
    stage.pass(almost_a_day).await;
    assert_eq!(stage.pay(&usual.url, Role::Pays).await, Met::Thanks, "opened from a mail hours later");
    stage.pass(longest - almost_a_day - 120).await;
    assert_eq!(stage.pay(&asked_for.url, Role::Pays).await, Met::Thanks);
    assert_eq!(stage.captured_in_truth().await, 1_000);
}
