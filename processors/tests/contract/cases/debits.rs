//! Bank debits: days pass before it is known whether the money came.

use processors::{
    Charge, ChargeState, CheckoutState, DeclineReason, MethodKind, Outcome, Reference, RefundRequest, RejectReason, Remote,
    RemoteKind,
};

use super::fields::{charged, opened};
use crate::stage::{DAY, Met, Role, Stage, Typed, pending, rejected, usd};

/// A payer pays from a bank account: what is under way then.
async fn collected(stage: &dyn Stage, role: Role, minor: i64) -> Charge {
    if !stage.debits_on_pages() {
        let (_, given) = opened(stage, minor).await;
        let Typed::Token(token) = stage.in_fields(&given, role).await else { panic!("the fields give a token") };
        return pending(charged(stage, token, minor).await);
    }
    let page = stage.page(usd(minor)).await;
    assert_eq!(stage.pay(&page.url, role).await, Met::Thanks);
    let now = stage.checkout_now(&page.id).await;
    assert_eq!(now.state, CheckoutState::Completed, "nothing more is to be done on the page");
    assert_eq!(stage.pay(&page.url, role).await, Met::Thanks, "a second click starts no second debit");
    now.charge.expect("it is under way")
}

pub async fn a_debit_settles_later(stage: &dyn Stage) {
    let charge = collected(stage, Role::DebitSettles, 12_000).await;
    assert_eq!((charge.state, charge.captured), (ChargeState::Pending, usd(0)));
    let from = charge.method.clone().expect("a receipt names the account");
    assert_eq!((from.kind, from.last4.len()), (MethodKind::BankDebit, 4));
    assert_eq!(pending_now(stage, &charge.id).await, charge);
    let early = RefundRequest { charge: charge.id.clone(), amount: usd(12_000), reason: "changed their mind".into() };
    assert_eq!(rejected(stage.processor().refund(&stage.attempt(), &early).await), RejectReason::WrongState);

    stage.pass(4 * DAY).await;
    let settled = stage.charge_now(&charge.id).await;
    assert_eq!((settled.state, settled.captured), (ChargeState::Captured, usd(12_000)));
    assert!(settled.settled_at > Some(charge.created_at));
}

async fn pending_now(stage: &dyn Stage, charge: &str) -> Charge {
    let about = Reference::new(RemoteKind::Charge, charge.to_owned());
    match stage.processor().fetch(&about, stage.now()).await {
        Outcome::Pending(Remote::Charge(charge)) | Outcome::Done(Remote::Charge(charge)) => charge,
        other => panic!("asked for a charge and got {other:?}"),
    }
}

pub async fn a_debit_comes_back(stage: &dyn Stage) {
    let charge = match stage.debits_on_pages() {
        true => pending(stage.charge_saved(Role::DebitReturned, usd(12_000)).await),
        false => collected(stage, Role::DebitReturned, 12_000).await,
    };
    stage.pass(4 * DAY).await;
    assert_eq!(stage.charge_now(&charge.id).await.state, ChargeState::Captured);
    stage.pass(2 * DAY).await;
    let returned = stage.charge_now(&charge.id).await;
    assert_eq!((returned.state, returned.reason), (ChargeState::Returned, Some(DeclineReason::InsufficientFunds)));
    let refund = RefundRequest { charge: charge.id, amount: usd(1), reason: "too late".into() };
    let outcome = stage.processor().refund(&stage.attempt(), &refund).await;
    assert!(matches!(outcome, Outcome::Rejected(_)), "the payer has the money back already: {outcome:?}");
}
