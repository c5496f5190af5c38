//! What every processor must do.

use std::collections::BTreeMap;

use books::ids::CustomerId;
use processors::trial::try_out;
use processors::{
    Asked, Capability, CaptureRequest, Initiator, Outcome, Person, Reference, RefundRequest, RejectReason, Remote, RemoteKind,
    SetupRequest,
};

use crate::stage::{DAY, Met, Role, Stage, done, money, new_uuid, of_token, on_page, rejected, usd};

pub async fn amounts_keep_their_currency_to_the_last_unit(stage: &dyn Stage) {
    for amount in stage.amounts_too_fine() {
        let page = stage.processor().checkout(&stage.attempt(), &on_page(amount)).await;
        assert_eq!(rejected(page), RejectReason::BadRequest, "{amount:?} cannot be said there");
    }
    for amount in stage.amounts() {
        let page = stage.page(amount).await;
        assert_eq!(page.amount, amount);
        assert_eq!(stage.pay(&page.url, Role::Pays).await, Met::Thanks);
        let charge = stage.checkout_now(&page.id).await.charge.expect("it was charged");
        assert_eq!((charge.amount, charge.captured), (amount, amount));
        let truth = stage.truth().await.into_iter().find(|truth| Some(truth.attempt) == page.attempt);
        assert_eq!(truth.map(|truth| truth.captured), Some(amount), "and the processor's own record says so too");

        let refund = RefundRequest { charge: charge.id.clone(), amount, reason: "test".into() };
        let elsewhere = RefundRequest { amount: money(1, "EUR"), ..refund.clone() };
        assert_eq!(rejected(stage.processor().refund(&stage.attempt(), &elsewhere).await), RejectReason::BadRequest);
        assert_eq!(done(stage.processor().refund(&stage.attempt(), &refund).await).amount, amount);
    }
}

pub async fn the_connection_can_be_tested_without_taking_money(stage: &dyn Stage) {
    for code in ["USD", "JPY", "KWD"] {
        let tested = done(stage.processor().test(&stage.attempt(), money(1, code).currency).await);
        assert!(!tested.text.is_empty(), "{code}");
    }
    assert_eq!(stage.captured_in_truth().await, 0);
    assert_eq!(done(stage.processor().changes(None, stage.now()).await).changed, [], "a test is not business");
}

pub async fn what_is_not_there_is_not_found(stage: &dyn Stage) {
    let kinds = [
        RemoteKind::Charge,
        RemoteKind::Checkout,
        RemoteKind::Refund,
        RemoteKind::Dispute,
        RemoteKind::Invoice,
        RemoteKind::Setup,
    ];
    let open = stage.page(usd(100)).await;
    for kind in kinds {
        for id in ["", "ch_", "re_x_y", "ch_01h455vb4pex5vsknk084sn02q", "re_01h455vb4pex5vsknk084sn02q_1", "💳", &open.id[..10]]
        {
            let outcome = stage.processor().fetch(&Reference::new(kind, id), stage.now()).await;
            assert_eq!(rejected(outcome), RejectReason::NotFound, "{kind:?} {id}");
        }
    }
    let (by, nowhere) = (stage.attempt(), "ch_01h455vb4pex5vsknk084sn02q");
    let claims = stage.processor().capabilities().clone();
    if claims.can(Capability::Authorize) {
        let capture = CaptureRequest { charge: nowhere.into(), amount: usd(1) };
        assert_eq!(rejected(stage.processor().capture(&by, &capture).await), RejectReason::NotFound);
        assert_eq!(rejected(stage.processor().void(&by, nowhere).await), RejectReason::NotFound);
    }
    if claims.can(Capability::SavedMethods) {
        assert_eq!(rejected(stage.processor().methods("nobody", stage.now()).await), RejectReason::NotFound);
    }
    assert_eq!(rejected(stage.processor().changes(Some("yesterday"), stage.now()).await), RejectReason::BadRequest);
}

pub async fn an_amount_that_is_none_is_refused(stage: &dyn Stage) {
    for minor in [0, -1, i64::MIN, 1_000_000_000_000_000, i64::MAX] {
        let page = stage.processor().checkout(&stage.attempt(), &on_page(usd(minor))).await;
        assert_eq!(rejected(page), RejectReason::BadRequest, "{minor}");
        if stage.processor().capabilities().can(Capability::SavedMethods) {
            let charge = stage.processor().charge(&stage.attempt(), &of_token(stage.token(Role::Pays), usd(minor))).await;
            assert_eq!(rejected(charge), RejectReason::BadRequest, "{minor}");
        }
    }
    let charge = stage.captured(Role::Pays, usd(100)).await;
    for minor in [0, -1, i64::MIN] {
        let refund = RefundRequest { charge: charge.id.clone(), amount: usd(minor), reason: String::new() };
        assert_eq!(rejected(stage.processor().refund(&stage.attempt(), &refund).await), RejectReason::BadRequest, "{minor}");
    }
}

pub async fn the_same_customer_has_one_id(stage: &dyn Stage) {
    let person = Person { id: CustomerId(new_uuid(stage.now())), name: "Ada Example".into(), email: None };
    let first = done(stage.processor().put_customer(&stage.attempt(), &person).await);
    let again = Person { name: "Ada Example-Miller".into(), ..person };
    assert_eq!(done(stage.processor().put_customer(&stage.attempt(), &again).await), first);
    assert_ne!(stage.customer().await, first);
}

pub async fn what_was_asked_reads_back_from_storage(stage: &dyn Stage) {
    let setup = SetupRequest { customer: "c".into(), by: Initiator::Payer, return_url: "r".into(), cancel_url: "c".into() };
    let all = [
        Asked::Checkout(on_page(money(355, "JPY"))),
        Asked::Charge(of_token(stage.token(Role::Pays), money(1_250, "KWD"))),
        Asked::Capture(CaptureRequest { charge: "ch".into(), amount: usd(1) }),
        Asked::Void { charge: "ch".into() },
        Asked::Refund(RefundRequest { charge: "ch".into(), amount: usd(1), reason: "r".into() }),
        Asked::ExpireCheckout { checkout: "cs".into() },
        Asked::Setup(setup),
    ];
    for asked in all {
        let kept = serde_json::to_string(&asked).expect("plain data");
        assert_eq!(serde_json::from_str::<Asked>(&kept).expect("reads back"), asked, "{kept}");
    }
    let outcome = stage.ask(&stage.attempt(), &Asked::Checkout(on_page(usd(5)))).await;
    let kept = serde_json::to_string(&outcome).expect("plain data");
    assert_eq!(serde_json::from_str::<processors::Outcome<Remote>>(&kept).expect("reads back"), outcome, "{kept}");
}

/// 250 charges, more than any page of an answer; then some of them change, and only those are told again.
pub async fn changes_leave_nothing_out(stage: &dyn Stage) {
    let mut ours = BTreeMap::new();
    for minor in 1..=250 {
        let charge = stage.captured(Role::Pays, usd(minor)).await;
        ours.insert(charge.id.clone(), charge);
    }
    let (mut told, mut cursor) = (BTreeMap::new(), None::<String>);
    loop {
        let page = done(stage.processor().changes(cursor.as_deref(), stage.now()).await);
        let charges = page.changed.iter().filter_map(Remote::charge);
        told.extend(charges.map(|charge| (charge.id.clone(), charge.clone())));
        cursor = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!(told, ours);
    let quiet = done(stage.processor().changes(cursor.as_deref(), stage.now()).await);
    assert!(quiet.changed.is_empty() && !quiet.more);

    let touched: Vec<_> = ours.keys().step_by(100).cloned().collect();
    for id in &touched {
        stage.dispute(id).await;
    }
    let page = done(stage.processor().changes(Some(&quiet.cursor), stage.now()).await);
    let mut disputed: Vec<_> =
        page.changed.iter().filter_map(Remote::charge).filter(|charge| charge.disputed).map(|charge| charge.id.clone()).collect();
    disputed.sort_unstable();
    assert_eq!(disputed, touched);
    stage.pass(DAY).await;
}

/// Keys that are not taken any more, from whichever question on: nothing is told then that leaves out what came behind it.
pub async fn keys_that_are_revoked_midway_hide_nothing(stage: &dyn Stage) {
    for minor in [100, 200] {
        stage.captured(Role::Pays, usd(minor)).await;
    }
    let disputed = stage.refundable(Role::Pays, usd(300)).await;
    stage.dispute(&disputed.id).await;
    stage.refund_elsewhere(&stage.refundable(Role::Pays, usd(400)).await.id, usd(400)).await;
    let all = done(stage.processor().changes(None, stage.now()).await);
    for calls in 0..100 {
        if !stage.revoke_after(Some(calls)) {
            return;
        }
        let outcome = stage.processor().changes(None, stage.now()).await;
        stage.revoke_after(None);
        match outcome {
            Outcome::Done(page) => {
                assert_eq!(page.changed, all.changed, "after {calls} calls");
                assert!(calls > 4, "each thing is asked for");
                return;
            }
            outcome => assert_eq!(rejected(outcome), RejectReason::Credentials, "after {calls} calls"),
        }
    }
    panic!("so many calls are not needed");
}

/// What [`processors::trial`] does: a charge is tried, in each currency, and no money moves.
pub async fn a_trial_charges_nobody(stage: &dyn Stage) {
    for code in ["USD", "EUR"] {
        let processor = stage.processor();
        let mut attempts = || stage.attempt();
        let tried = try_out(processor.as_ref(), &mut attempts, money(1, code).currency, "https://pay.shop.example/admin").await;
        let text = done(tried).text;
        assert!(text.contains(code) || !processor.capabilities().can(Capability::Checkout), "{text}");
    }
    assert_eq!(stage.captured_in_truth().await, 0);
}
