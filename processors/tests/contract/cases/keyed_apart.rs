//! Staff key a card in a program of the processor's apart from its API; what arrives is known by our reference.

use processors::{
    Apart, Asked, Attempt, Charge, ChargeState, KeyedRequest, Outcome, RefundRequest, RefundState, RejectReason, Remote,
    RemoteKind, Resolved,
};

use crate::stage::{DAY, Role, Stage, done, rejected, usd};

fn apart(stage: &dyn Stage, by: &Attempt) -> Apart {
    stage.processor().terminal_apart(by.id).expect("it is claimed")
}

/// What the processor's own record of changes tells of an attempt.
async fn told(stage: &dyn Stage, by: &Attempt) -> Vec<Charge> {
    let changes = done(stage.processor().changes(None, stage.now()).await);
    let charges = changes.changed.into_iter().filter_map(|it| match it {
        Remote::Charge(charge) => Some(charge),
        _ => None,
    });
    charges.filter(|charge| charge.attempt == Some(by.id)).collect()
}

pub async fn what_staff_take_there_is_known_by_our_reference(stage: &dyn Stage) {
    let (by, asked) = (stage.attempt(), Asked::Keyed(KeyedRequest { amount: usd(4_200) }));
    let there = apart(stage, &by);
    assert!(there.url.starts_with("https://") && !there.field.is_empty() && !there.way.is_empty(), "{there:?}");
    assert_eq!(apart(stage, &by), there, "the same attempt has one reference");
    assert_ne!(apart(stage, &stage.attempt()).reference, there.reference);
    assert_eq!(rejected(stage.ask(&by, &asked).await), RejectReason::NotFound, "nothing was keyed yet");

    let id = stage.key_in_terminal(&there.reference, Role::Pays, usd(4_200));
    let charge = done(stage.processor().find_keyed(&Attempt { at: stage.now(), ..by }).await);
    assert_eq!((charge.id.as_str(), charge.attempt, charge.state), (id.as_str(), Some(by.id), ChargeState::Captured));
    assert_eq!((charge.amount, charge.captured, charge.refunded), (usd(4_200), usd(4_200), usd(0)));
    assert_eq!(stage.charge_now(&id).await, charge);
    assert_eq!(told(stage, &by).await, std::slice::from_ref(&charge));
    match stage.processor().resolve(&by, &asked, stage.now()).await {
        Resolved::Found(Outcome::Done(Remote::Charge(found))) => assert_eq!(found, charge),
        other => panic!("it is found, not {other:?}"),
    }
    let messages = stage.messages().await;
    if let Some(message) = messages.last() {
        let hook = processors::RawHook { url: &message.url, headers: &message.headers, body: &message.body, now: stage.now() };
        let hints = stage.processor().verify(&hook).await.expect("it is signed").hints;
        assert_eq!(
            hints.iter().map(|hint| (hint.about.kind, hint.attempt)).collect::<Vec<_>>(),
            [(RemoteKind::Charge, Some(by.id))]
        );
        assert_eq!(hints[0].about.id, id);
    }
    assert_eq!(stage.captured_in_truth().await, 4_200);
}

pub async fn a_card_that_is_refused_there_is_no_payment(stage: &dyn Stage) {
    let by = stage.attempt();
    let reference = apart(stage, &by).reference;
    stage.key_in_terminal(&reference, Role::Declined, usd(900));
    assert_eq!(rejected(stage.processor().find_keyed(&by).await), RejectReason::NotFound);
    // Another card by the same reference; the refused one is not told in its place.
    let id = stage.key_in_terminal(&reference, Role::Pays, usd(900));
    assert_eq!(done(stage.processor().find_keyed(&by).await).id, id);
}

pub async fn what_was_keyed_twice_and_given_back_once_is_the_one_that_stands(stage: &dyn Stage) {
    let by = stage.attempt();
    let reference = apart(stage, &by).reference;
    let stands = stage.key_in_terminal(&reference, Role::Pays, usd(900));
    let again = stage.key_in_terminal(&reference, Role::Pays, usd(900));
    let whole = RefundRequest { charge: again, amount: usd(900), reason: "Keyed twice".into() };
    done(stage.processor().refund(&stage.attempt(), &whole).await);
    assert_eq!(done(stage.processor().find_keyed(&by).await).id, stands);
}

pub async fn what_was_taken_there_goes_back_like_any_charge(stage: &dyn Stage) {
    let by = stage.attempt();
    let charge = stage.key_in_terminal(&apart(stage, &by).reference, Role::Pays, usd(1_000));
    if stage.processor().capabilities().refund_needs_settled {
        stage.pass(DAY).await;
    }
    let part = RefundRequest { charge: charge.clone(), amount: usd(300), reason: "Sent back".into() };
    let refund = done(stage.processor().refund(&stage.attempt(), &part).await);
    assert_eq!(
        (refund.charge.as_str(), refund.charge_attempt, refund.state),
        (charge.as_str(), Some(by.id), RefundState::Succeeded)
    );
    assert_eq!(stage.charge_now(&charge).await.refunded, usd(300));
    stage.refund_elsewhere(&charge, usd(200)).await;
    assert_eq!(stage.charge_now(&charge).await.refunded, usd(500));

    let other = stage.attempt();
    let disputed = stage.key_in_terminal(&apart(stage, &other).reference, Role::Pays, usd(700));
    stage.dispute(&disputed).await;
    assert!(stage.charge_now(&disputed).await.disputed);
    let changes = done(stage.processor().changes(None, stage.now()).await);
    let disputes: Vec<_> =
        changes.changed.iter().filter(|it| matches!(it, Remote::Dispute(dispute) if dispute.charge == disputed)).collect();
    assert_eq!(disputes.len(), 1, "{:?}", changes.changed);
}

pub async fn what_carries_another_reference_is_not_ours(stage: &dyn Stage) {
    let by = stage.attempt();
    for reference in ["", "INV-2026-00042"] {
        stage.key_in_terminal(reference, Role::Pays, usd(500));
    }
    assert_eq!(rejected(stage.processor().find_keyed(&by).await), RejectReason::NotFound);
    assert_eq!(told(stage, &by).await, []);
    let changes = done(stage.processor().changes(None, stage.now()).await);
    let charges = changes.changed.iter().filter(|it| matches!(it, Remote::Charge(_))).count();
    assert_eq!(charges, 0, "{:?}", changes.changed);
}
