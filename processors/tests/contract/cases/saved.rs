//! Cards kept as tokens, and charged while their holder is away.

use processors::{
    ChargeState, CheckoutRequest, Initiator, Operation, Outcome, RejectReason, Remote, RemoteKind, Replay, Resolved, Retry,
    SetupRequest, SetupState,
};

use crate::stage::{DECLINES, Met, Role, Stage, declined, done, of_saved, on_page, rejected, usd};

pub async fn a_saved_card_is_charged_while_its_holder_is_away(stage: &dyn Stage) {
    let (customer, method) = stage.saved(Role::Pays).await;
    let listed = done(stage.processor().methods(&customer, stage.now()).await);
    assert_eq!(listed, std::slice::from_ref(&method));
    assert!(method.expires.is_some() && method.last4.len() == 4 && !method.brand.is_empty());

    let attempt = stage.attempt();
    let charge = done(stage.processor().charge(&attempt, &of_saved(&customer, &method, usd(9_900))).await);
    assert_eq!((charge.state, charge.captured, charge.attempt), (ChargeState::Captured, usd(9_900), Some(attempt.id)));
    assert_eq!(stage.charge_now(&charge.id).await, charge);
}

pub async fn a_saved_card_is_declined_with_its_reason(stage: &dyn Stage) {
    for (role, reason) in stage.declines_saved() {
        let decline = declined(stage.charge_saved(role, usd(1_000)).await);
        assert_eq!(decline.reason, reason);
        assert!(!decline.text.is_empty());
    }
    assert_eq!(stage.captured_in_truth().await, 0);
}

pub async fn the_holder_of_a_saved_card_confirms_or_not(stage: &dyn Stage) {
    if !stage.asks_holders() {
        return;
    }
    for (confirms, captured) in [(false, 0), (true, 1_000)] {
        let (customer, method) = stage.saved(Role::Confirms).await;
        let (attempt, request) = (stage.attempt(), of_saved(&customer, &method, usd(1_000)));
        let Outcome::NeedsAction(action) = stage.processor().charge(&attempt, &request).await else {
            panic!("its bank asks for the holder");
        };
        assert_eq!(stage.captured_in_truth().await, 0);
        let met = stage.confirm(&action.url, confirms).await;
        assert_eq!(met == Met::Thanks, confirms);
        let asked = processors::Asked::Charge(request);
        match stage.processor().resolve(&attempt, &asked, stage.now()).await {
            Resolved::Found(Outcome::Done(Remote::Charge(charge))) if confirms => assert_eq!(charge.captured, usd(1_000)),
            Resolved::Found(Outcome::Declined(decline)) if !confirms => assert_eq!(decline.retry, Retry::OnSession),
            // Where the page stays open the holder may think again.
            Resolved::Found(Outcome::NeedsAction(again)) if !confirms => assert_eq!(again, action),
            other => panic!("confirmed: {confirms}, and yet {other:?}"),
        }
        assert_eq!(stage.captured_in_truth().await, captured);
    }
    let (customer, method) = stage.saved(Role::Confirms).await;
    let given_up = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &method, usd(1_000))).await;
    let Outcome::NeedsAction(action) = given_up else { panic!("its bank asks for the holder") };
    let _closed = done(stage.processor().expire_checkout(&stage.attempt(), &action.id).await);
    assert!(!matches!(stage.confirm(&action.url, true).await, Met::Thanks), "too late");
    assert_eq!(stage.captured_in_truth().await, 1_000);
}

pub async fn a_forgotten_card_is_never_charged(stage: &dyn Stage) {
    let (customer, method) = stage.saved(Role::Pays).await;
    done(stage.processor().detach(&customer, &method.id, stage.now()).await);
    done(stage.processor().detach(&customer, &method.id, stage.now()).await);
    assert_eq!(done(stage.processor().methods(&customer, stage.now()).await), []);
    let outcome = stage.processor().charge(&stage.attempt(), &of_saved(&customer, &method, usd(1_000))).await;
    assert_eq!(rejected(outcome), RejectReason::MethodGone);
}

pub async fn a_card_is_kept_once_for_its_key(stage: &dyn Stage) {
    let (customer, attempt) = (stage.customer().await, stage.attempt());
    let first = done(stage.processor().save_method(&attempt, &customer, &stage.token(Role::Pays)).await);
    let again = done(stage.processor().save_method(&attempt, &customer, &stage.token(Role::Pays)).await);
    assert_eq!(first, again);
    assert_eq!(done(stage.processor().methods(&customer, stage.now()).await).len(), 1);
    let nonsense = stage.processor().save_method(&stage.attempt(), &customer, "tok_nonsense").await;
    assert_eq!(rejected(nonsense), RejectReason::BadRequest);
}

pub async fn a_card_can_be_kept_while_paying(stage: &dyn Stage) {
    if !stage.keeps_on_pages() {
        let request = CheckoutRequest { save: true, customer: Some(stage.customer().await), ..on_page(usd(700)) };
        let refused = stage.processor().checkout(&stage.attempt(), &request).await;
        assert_eq!(rejected(refused), RejectReason::Unsupported);
        return;
    }
    let customer = stage.customer().await;
    let request = CheckoutRequest { save: true, customer: Some(customer.clone()), ..on_page(usd(700)) };
    let page = done(stage.processor().checkout(&stage.attempt(), &request).await);
    assert_eq!(stage.pay(&page.url, Role::Declined).await, Met::Declined(DECLINES[0].1));
    assert_eq!(done(stage.processor().methods(&customer, stage.now()).await), [], "a declined card is not kept");
    assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
    let saved = stage.checkout_now(&page.id).await.charge.and_then(|charge| charge.saved).expect("it was kept");
    assert_eq!(done(stage.processor().methods(&customer, stage.now()).await), std::slice::from_ref(&saved));
    let charge = done(stage.processor().charge(&stage.attempt(), &of_saved(&customer, &saved, usd(300))).await);
    assert_eq!(charge.captured, usd(300));
}

pub async fn a_card_belongs_to_its_customer(stage: &dyn Stage) {
    let (_, method) = stage.saved(Role::Pays).await;
    let somebody_else = stage.customer().await;
    let outcome = stage.processor().charge(&stage.attempt(), &of_saved(&somebody_else, &method, usd(1_000))).await;
    assert_eq!(rejected(outcome), RejectReason::MethodGone);
    assert_eq!(stage.captured_in_truth().await, 0);
}

pub async fn the_same_key_charges_once(stage: &dyn Stage) {
    let (customer, method) = stage.saved(Role::Pays).await;
    let (processor, attempt, request) = (stage.processor(), stage.attempt(), of_saved(&customer, &method, usd(1_000)));
    let (left, right) = tokio::join!(processor.charge(&attempt, &request), processor.charge(&attempt, &request));
    assert_eq!(done(left), done(right));
    if !matches!(processor.replay(Operation::Charge), Replay::DetectsDuplicateFor(_)) {
        // Where only what is alike is noticed, another request under the same key is never made.
        let other = processors::ChargeRequest { amount: usd(2_000), ..request.clone() };
        assert_eq!(rejected(processor.charge(&attempt, &other).await), RejectReason::KeyReused);
    }
    assert_eq!(stage.captured_in_truth().await, 1_000);

    let (customer, poor) = stage.saved(Role::InsufficientFunds).await;
    let (attempt, request) = (stage.attempt(), of_saved(&customer, &poor, usd(1_000)));
    let first = declined(processor.charge(&attempt, &request).await);
    assert_eq!(declined(processor.charge(&attempt, &request).await), first, "a no stays a no for its key");
}

pub async fn a_card_is_kept_without_being_charged(stage: &dyn Stage) {
    let customer = stage.customer().await;
    let request = SetupRequest {
        customer: customer.clone(),
        by: Initiator::Payer,
        return_url: "https://pay.shop.example/portal".into(),
        cancel_url: "https://pay.shop.example/portal".into(),
    };
    let setup = done(stage.processor().setup(&stage.attempt(), &request).await);
    assert_eq!((setup.state, setup.method.clone()), (SetupState::Open, None));
    assert_eq!(stage.pay(&setup.url, Role::Pays).await, Met::Thanks);
    assert_eq!(stage.pay(&setup.url, Role::Pays).await, Met::Thanks, "a second click");
    let Remote::Setup(now) = stage.fetch(RemoteKind::Setup, &setup.id).await else { panic!("asked for a setup") };
    assert_eq!(now.state, SetupState::Completed);
    let kept = done(stage.processor().methods(&customer, stage.now()).await);
    assert_eq!(now.method.map(|method| vec![method]), Some(kept));
    assert_eq!(stage.truth().await, []);

    let left = done(stage.processor().setup(&stage.attempt(), &request).await);
    stage.turn_back(&left.url).await;
    let Remote::Setup(now) = stage.fetch(RemoteKind::Setup, &left.id).await else { panic!("asked for a setup") };
    // Where the way back is only a link, the page waits until it lapses: nothing can be charged on it.
    if now.state != SetupState::Open {
        assert_eq!(stage.pay(&left.url, Role::Pays).await, Met::Closed);
    }
}
