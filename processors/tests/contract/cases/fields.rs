//! The processor's own fields on a page of ours.

use processors::{
    Asked, Capability, Charge, ChargeRequest, ChargeState, Checkout, CheckoutRequest, CheckoutState, Fields, Outcome, Remote,
    Resolved, Source,
};

use crate::stage::{DECLINES, Line, Met, Role, Stage, Typed, declined, done, of_saved, of_token, on_page, usd};

const PAGE: &str = "https://pay.shop.example/pay/ours/abc";

fn here(minor: i64) -> CheckoutRequest {
    CheckoutRequest { fields_url: Some(PAGE.into()), ..on_page(usd(minor)) }
}

pub async fn opened(stage: &dyn Stage, minor: i64) -> (Checkout, Fields) {
    let page = done(stage.processor().checkout(&stage.attempt(), &here(minor)).await);
    let given = done(stage.processor().fields(&page.id, stage.now()).await);
    (page, given)
}

/// Charges the token that the fields gave for the page's amount.
pub async fn charged(stage: &dyn Stage, token: String, minor: i64) -> Outcome<Charge> {
    let request: ChargeRequest = of_token(token, usd(minor));
    stage.processor().charge(&stage.attempt(), &request).await
}

pub async fn a_page_of_ours_is_paid_in_the_processors_fields(stage: &dyn Stage) {
    let attempt = stage.attempt();
    let page = done(stage.processor().checkout(&attempt, &here(35_550)).await);
    assert_eq!((page.url.as_str(), page.state, page.amount), (PAGE, CheckoutState::Open, usd(35_550)));
    let given = done(stage.processor().fields(&page.id, stage.now()).await);
    assert!(given.script.starts_with("https://") && !given.given.is_empty());
    assert_eq!(stage.captured_in_truth().await, 0);
    let (typed, gives_token) = (stage.in_fields(&given, Role::Pays).await, given.gives_token);
    let charge = match typed {
        Typed::Token(token) => {
            assert!(gives_token);
            let by = stage.attempt();
            let request = of_token(token, usd(35_550));
            let first = done(stage.processor().charge(&by, &request).await);
            assert_eq!(done(stage.processor().charge(&by, &request).await), first, "the same key takes it once");
            assert_eq!(first.attempt, Some(by.id));
            first
        }
        Typed::Met(met) => {
            assert_eq!((met, gives_token), (Met::Thanks, false));
            let paid = stage.checkout_now(&page.id).await;
            assert_eq!(paid.state, CheckoutState::Completed);
            let charge = paid.charge.expect("it was charged");
            assert_eq!(charge.attempt, Some(attempt.id));
            charge
        }
    };
    assert_eq!((charge.state, charge.captured), (ChargeState::Captured, usd(35_550)));
    assert_eq!(charge.method.as_ref().expect("a receipt names the card").last4.len(), 4);
    assert_eq!(stage.charge_now(&charge.id).await, charge);
    assert_eq!(stage.captured_in_truth().await, 35_550);
}

pub async fn a_decline_leaves_the_page_for_another_card(stage: &dyn Stage) {
    let (page, given) = opened(stage, 1_000).await;
    // Where we charge the token ourselves every reason is told to us.
    let declines = if given.gives_token { DECLINES.to_vec() } else { stage.declines() };
    for (role, reason) in declines {
        match stage.in_fields(&given, role).await {
            Typed::Token(token) => assert_eq!(declined(charged(stage, token, 1_000).await).reason, reason),
            Typed::Met(met) => {
                assert_eq!(met, Met::Declined(reason));
                let now = stage.checkout_now(&page.id).await;
                assert_eq!(now.last_decline.expect("it says why").reason, reason);
            }
        }
        assert_eq!(stage.checkout_now(&page.id).await.state, CheckoutState::Open);
    }
    assert_eq!(stage.captured_in_truth().await, 0);
    match stage.in_fields(&given, Role::Pays).await {
        Typed::Token(token) => assert_eq!(done(charged(stage, token, 1_000).await).captured, usd(1_000)),
        Typed::Met(met) => assert_eq!(met, Met::Thanks),
    }
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

/// Where the bank asks the holder at the fields. Some processors settle that in the browser, before they give a token.
pub async fn what_the_holder_must_confirm_is_paid_then(stage: &dyn Stage) {
    let (page, given) = opened(stage, 1_000).await;
    if given.gives_token {
        return;
    }
    for ok in [false, true] {
        match stage.in_fields(&given, Role::Confirms).await {
            Typed::Met(Met::AskedToConfirm) => {}
            other => panic!("the bank asks, and they met {other:?}"),
        }
        assert_eq!(stage.checkout_now(&page.id).await.state, CheckoutState::Open);
        let met = stage.answer_bank(&given, ok).await;
        assert_eq!(met == Met::Thanks, ok, "{met:?}");
        assert_eq!(stage.captured_in_truth().await, if ok { 1_000 } else { 0 });
    }
}

pub async fn a_page_that_is_closed_or_late_is_never_paid(stage: &dyn Stage) {
    let (closed, given) = opened(stage, 1_000).await;
    let by = stage.attempt();
    let now = done(stage.processor().expire_checkout(&by, &closed.id).await);
    assert_eq!((now.state, now.charge), (CheckoutState::Expired, None));
    let (late, given_late) = opened(stage, 1_000).await;
    stage.pass(late.expires_at.0 / 1_000_000 - stage.now().0 / 1_000_000).await;
    assert_eq!(stage.checkout_now(&late.id).await.state, CheckoutState::Expired, "whoever looks closes it");
    if !given.gives_token {
        for given in [&given, &given_late] {
            assert_eq!(stage.in_fields(given, Role::Pays).await, Typed::Met(Met::Closed));
        }
        let (paid, given) = opened(stage, 700).await;
        assert_eq!(stage.in_fields(&given, Role::Pays).await, Typed::Met(Met::Thanks));
        let too_late = done(stage.processor().expire_checkout(&stage.attempt(), &paid.id).await);
        assert_eq!(too_late.state, CheckoutState::Completed, "the payer was faster, and the answer says so");
        assert_eq!(stage.captured_in_truth().await, 700);
    } else {
        assert_eq!(stage.captured_in_truth().await, 0);
    }
}

pub async fn a_lost_answer_is_found_with_its_page(stage: &dyn Stage) {
    let (by, asked) = (stage.attempt(), Asked::Checkout(here(1_000)));
    stage.break_line(&[Line::LosesAnswer]).await;
    let first = stage.ask(&by, &asked).await;
    match stage.processor().resolve(&by, &asked, stage.now()).await {
        Resolved::Found(Outcome::Done(Remote::Checkout(page))) => {
            assert_eq!((page.url.as_str(), page.state, page.amount), (PAGE, CheckoutState::Open, usd(1_000)));
            if let Outcome::Done(Remote::Checkout(known)) = first {
                assert_eq!(known.id, page.id, "no answer had to come");
            }
            let _given = done(stage.processor().fields(&page.id, stage.now()).await);
        }
        other => panic!("the page is found, not {other:?}"),
    }
}

pub async fn a_card_is_kept_that_is_typed_into_the_fields(stage: &dyn Stage) {
    if !stage.processor().capabilities().can(Capability::EmbeddedFields) {
        return;
    }
    let customer = stage.customer().await;
    let request = CheckoutRequest { save: true, customer: Some(customer.clone()), ..here(700) };
    let page = done(stage.processor().checkout(&stage.attempt(), &request).await);
    let given = done(stage.processor().fields(&page.id, stage.now()).await);
    let charge = match stage.in_fields(&given, Role::Pays).await {
        Typed::Token(token) => {
            let (by, source) = (stage.attempt(), Source::Token { token, keep_for: Some(customer.clone()) });
            let request = ChargeRequest { source, ..of_token(String::new(), usd(700)) };
            let first = done(stage.processor().charge(&by, &request).await);
            assert_eq!(done(stage.processor().charge(&by, &request).await), first, "the same key keeps it once");
            first
        }
        Typed::Met(met) => {
            assert_eq!(met, Met::Thanks);
            stage.checkout_now(&page.id).await.charge.expect("it was charged")
        }
    };
    let saved = charge.saved.expect("it was kept");
    assert_eq!(done(stage.processor().methods(&customer, stage.now()).await), std::slice::from_ref(&saved));
    let later = done(stage.processor().charge(&stage.attempt(), &of_saved(&customer, &saved, usd(300))).await);
    assert_eq!((later.captured, stage.captured_in_truth().await), (usd(300), 1_000));
}
