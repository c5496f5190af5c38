//! Messages that come by themselves: believed only when signed, and only as a hint.

use books::calendar::Instant;
use processors::{ChargeState, Processor, RawHook, RefundRequest, Remote, RemoteKind, Verified};

use crate::stage::{DAY, Message, Role, Stage, done, usd};

async fn read(processor: &dyn Processor, message: &Message, now: Instant) -> Option<Verified> {
    let hook = RawHook { url: &message.url, headers: &message.headers, body: &message.body, now };
    processor.verify(&hook).await
}

async fn one_message(stage: &dyn Stage) -> Message {
    let _charge = stage.captured(Role::Pays, usd(1_000)).await;
    stage.messages().await.pop().expect("the charge is told")
}

pub async fn a_message_is_believed_only_as_it_was_signed(stage: &dyn Stage) {
    let (message, processor, now) = (one_message(stage).await, stage.processor(), stage.now());
    assert!(read(&*processor, &message, now).await.is_some());
    for at in 0..message.body.len() {
        let mut forged = message.clone();
        forged.body[at] ^= 1;
        assert_eq!(read(&*processor, &forged, now).await, None, "byte {at} was changed");
    }
    for at in 0..message.headers.len() {
        let mut unsigned = message.clone();
        unsigned.headers.remove(at);
        let mut doubled = message.clone();
        doubled.headers.push(message.headers[at].clone());
        let signature = !message.headers[at].0.eq_ignore_ascii_case("content-type");
        assert_eq!(read(&*processor, &unsigned, now).await.is_none(), signature, "without {}", message.headers[at].0);
        assert_eq!(read(&*processor, &doubled, now).await.is_none(), signature, "with two {}", message.headers[at].0);
    }
    for seconds in [-301, 301, DAY, 365 * DAY].into_iter().filter(|_| stage.dates_its_messages()) {
        assert_eq!(read(&*processor, &message, now.plus_seconds(seconds)).await, None, "stale by {seconds} s");
    }
    assert!(read(&*processor, &message, now.plus_seconds(299)).await.is_some());
}

pub async fn a_replaced_secret_is_accepted_as_long_as_it_is_kept(stage: &dyn Stage) {
    let (message, now) = (one_message(stage).await, stage.now());
    assert!(read(&*stage.with_new_secret(true), &message, now).await.is_some(), "both are kept");
    assert_eq!(read(&*stage.with_new_secret(false), &message, now).await, None, "the old one is gone");
}

pub async fn each_message_leads_to_what_changed(stage: &dyn Stage) {
    let page = stage.page(usd(1_000)).await;
    stage.pay(&page.url, Role::Pays).await;
    let charge = stage.checkout_now(&page.id).await.charge.expect("it was charged");
    if stage.processor().capabilities().refund_needs_settled {
        stage.pass(DAY).await;
    }
    let refund = RefundRequest { charge: charge.id.clone(), amount: usd(1_000), reason: "returned".into() };
    let refund = done(stage.processor().refund(&stage.attempt(), &refund).await);
    let disputed = stage.captured(Role::Pays, usd(2_000)).await;
    stage.dispute(&disputed.id).await;

    let (mut seen, mut ids) = (Vec::new(), Vec::new());
    for message in stage.messages().await {
        let verified = read(&*stage.processor(), &message, stage.now()).await.expect("signed by the processor");
        ids.push(verified.delivery_id);
        for hint in verified.hints {
            let now = stage.fetch(hint.about.kind, &hint.about.id).await;
            assert_eq!(now.reference(), hint.about, "{}", hint.event);
            let behind = match &now {
                Remote::Dispute(dispute) => dispute.charge_attempt,
                Remote::Refund(refund) => refund.attempt,
                Remote::Checkout(checkout) => checkout.attempt,
                other => other.charge().and_then(|charge| charge.attempt),
            };
            assert!(hint.attempt.is_none() || hint.attempt == behind, "{}: it names another's key", hint.event);
            seen.push((hint.about.kind, behind));
        }
    }
    for expected in [
        (if stage.tells_of_pages() { RemoteKind::Checkout } else { RemoteKind::Charge }, page.attempt),
        (RemoteKind::Refund, refund.attempt),
        (RemoteKind::Charge, disputed.attempt),
        (RemoteKind::Dispute, disputed.attempt),
    ] {
        let told = stage.tells_of_disputes() || expected.0 != RemoteKind::Dispute;
        assert!(!told || seen.contains(&expected), "{expected:?} is missing from {seen:?}");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), seen.len(), "each message has an id of its own");
    assert_eq!(stage.messages().await, [], "what was accepted does not come again");
    assert_eq!(stage.charge_now(&disputed.id).await.state, ChargeState::Captured);
}
