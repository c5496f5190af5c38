//! Bank debits: days pass before it is known whether the money came.

use processors::{ChargeState, CheckoutState, DeclineReason, MethodKind, Outcome, RefundRequest, RejectReason};

use crate::stage::{DAY, Met, Role, Stage, pending, rejected, usd};

pub async fn a_debit_settles_later(stage: &dyn Stage) {
    let page = stage.page(usd(12_000)).await;
    assert_eq!(stage.pay(&page.url, Role::DebitSettles).await, Met::Thanks);
    let now = stage.checkout_now(&page.id).await;
    assert_eq!(now.state, CheckoutState::Completed, "nothing more is to be done on the page");
    let charge = now.charge.expect("it is under way");
    assert_eq!((charge.state, charge.captured), (ChargeState::Pending, usd(0)));
    assert_eq!(charge.method.map(|method| method.kind), Some(MethodKind::BankDebit));
    assert_eq!(stage.pay(&page.url, Role::DebitSettles).await, Met::Thanks, "a second click starts no second debit");
    let early = RefundRequest { charge: charge.id.clone(), amount: usd(12_000), reason: "changed their mind".into() };
    assert_eq!(rejected(stage.processor().refund(&stage.attempt(), &early).await), RejectReason::WrongState);

    stage.pass(4 * DAY).await;
    let settled = stage.charge_now(&charge.id).await;
    assert_eq!((settled.state, settled.captured), (ChargeState::Captured, usd(12_000)));
    assert!(settled.settled_at > Some(charge.created_at));
}

pub async fn a_debit_comes_back(stage: &dyn Stage) {
    let charge = pending(stage.charge_saved(Role::DebitReturned, usd(12_000)).await);
    stage.pass(4 * DAY).await;
    assert_eq!(stage.charge_now(&charge.id).await.state, ChargeState::Captured);
    stage.pass(2 * DAY).await;
    let returned = stage.charge_now(&charge.id).await;
    assert_eq!((returned.state, returned.reason), (ChargeState::Returned, Some(DeclineReason::InsufficientFunds)));
    let refund = RefundRequest { charge: charge.id, amount: usd(1), reason: "too late".into() };
    let outcome = stage.processor().refund(&stage.attempt(), &refund).await;
    assert!(matches!(outcome, Outcome::Rejected(_)), "the payer has the money back already: {outcome:?}");
}
