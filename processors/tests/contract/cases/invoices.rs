//! Invoices that the processor makes, sends and collects.

use processors::{
    Capability, DisputeState, InvoiceLine, InvoiceRequest, RefundRequest, RejectReason, Remote, RemoteInvoice,
    RemoteInvoiceState, RemoteKind,
};

use crate::stage::{Met, Role, Stage, done, rejected, usd};

fn request(stage: &dyn Stage, number: &str) -> InvoiceRequest {
    let line =
        |description: &str, minor| InvoiceLine { description: description.into(), quantity: "1".into(), amount: usd(minor) };
    InvoiceRequest {
        number: number.into(),
        customer: None,
        email: "ada@shop.example".into(),
        cc: vec![],
        message: "Thank you for your order.".into(),
        due_on: Some(stage.now().day_in(&jiff::tz::TimeZone::UTC)),
        lines: vec![line("Sign, brushed steel", 40_000), line("Discount", -4_450)],
        amount: usd(35_550),
    }
}

async fn now(stage: &dyn Stage, id: &str) -> RemoteInvoice {
    match stage.fetch(RemoteKind::Invoice, id).await {
        Remote::Invoice(invoice) => invoice,
        other => panic!("asked for an invoice and got {other:?}"),
    }
}

pub async fn an_invoice_is_sent_and_paid(stage: &dyn Stage) {
    let (attempt, request) = (stage.attempt(), request(stage, "INV-2026-00042"));
    let draft = done(stage.processor().create_invoice(&attempt, &request).await);
    assert_eq!((draft.state, draft.amount), (RemoteInvoiceState::Draft, usd(35_550)));
    assert_eq!(done(stage.processor().create_invoice(&attempt, &request).await), draft);
    let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(sent.state, RemoteInvoiceState::Sent);
    let url = sent.url.expect("its receiver pays it somewhere");
    assert_eq!(stage.pay(&url, Role::Declined).await, Met::Declined(processors::DeclineReason::CardDeclined));
    assert_eq!(stage.pay(&url, Role::Pays).await, Met::Thanks);
    let paid = now(stage, &draft.id).await;
    assert_eq!(paid.state, RemoteInvoiceState::Paid);
    let charge = paid.charge.expect("something paid it");
    assert_eq!((charge.captured, charge.attempt), (usd(35_550), Some(attempt.id)));
    let too_late = done(stage.processor().cancel_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(too_late.state, RemoteInvoiceState::Paid, "the payer was faster, and the answer says so");
    if stage.processor().capabilities().can(Capability::PartialRefund) {
        let part = RefundRequest { charge: charge.id.clone(), amount: usd(5_550), reason: "one letter less".into() };
        assert_eq!(done(stage.processor().refund(&stage.attempt(), &part).await).amount, usd(5_550));
        assert_eq!(stage.charge_now(&charge.id).await.refunded, usd(5_550));
        assert_eq!(now(stage, &draft.id).await.state, RemoteInvoiceState::Paid, "it was paid, whatever went back since");
    }
    let wrong = InvoiceRequest { amount: usd(35_551), ..request };
    assert_eq!(rejected(stage.processor().create_invoice(&stage.attempt(), &wrong).await), RejectReason::BadRequest);
}

pub async fn a_sent_invoice_is_mailed_again(stage: &dyn Stage) {
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &request(stage, "INV-2026-00045")).await);
    let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    let again = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!((again.state, again.url), (RemoteInvoiceState::Sent, sent.url));
}

pub async fn a_canceled_invoice_is_never_paid(stage: &dyn Stage) {
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &request(stage, "INV-2026-00043")).await);
    let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    let canceled = done(stage.processor().cancel_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(canceled.state, RemoteInvoiceState::Canceled);
    assert_eq!(stage.pay(&sent.url.expect("it was sent"), Role::Pays).await, Met::Closed);
    assert_eq!(rejected(stage.processor().send_invoice(&stage.attempt(), &draft.id).await), RejectReason::WrongState);

    let unsent = done(stage.processor().create_invoice(&stage.attempt(), &request(stage, "INV-2026-00044")).await);
    let canceled = done(stage.processor().cancel_invoice(&stage.attempt(), &unsent.id).await);
    assert_eq!(canceled.state, RemoteInvoiceState::Canceled);
    assert_eq!(stage.captured_in_truth().await, 0);
}

/// A dispute calls the payment by what we know it by, and whoever looks at the payment sees that it is disputed.
pub async fn what_paid_an_invoice_is_disputed_like_any_charge(stage: &dyn Stage) {
    let draft = done(stage.processor().create_invoice(&stage.attempt(), &request(stage, "INV-2026-00046")).await);
    let sent = done(stage.processor().send_invoice(&stage.attempt(), &draft.id).await);
    assert_eq!(stage.pay(&sent.url.expect("its page"), Role::Pays).await, Met::Thanks);
    let charge = now(stage, &draft.id).await.charge.expect("something paid it");
    assert!(!charge.disputed);
    let seen = done(stage.processor().changes(None, stage.now()).await).cursor;
    stage.dispute(&charge.id).await;
    let news = done(stage.processor().changes(Some(&seen), stage.now()).await).changed;
    let disputes: Vec<_> = news.iter().filter_map(|it| if let Remote::Dispute(it) = it { Some(it) } else { None }).collect();
    let [dispute] = &disputes[..] else { panic!("one dispute is told: {news:?}") };
    assert_eq!((&dispute.charge, dispute.amount, dispute.state), (&charge.id, usd(35_550), DisputeState::Opened));
    assert!(stage.charge_now(&charge.id).await.disputed);
    assert!(now(stage, &draft.id).await.charge.expect("it is paid").disputed);
}
