//! A connection does not do what it does not claim.

use processors::{
    Capability, CaptureRequest, CheckoutRequest, Initiator, InvoiceLine, InvoiceRequest, RawHook, RefundRequest, RejectReason,
    SetupRequest,
};

use crate::stage::{Role, Stage, done, of_token, on_page, rejected, usd};

pub async fn refuses(stage: &dyn Stage, claim: Capability) {
    let (processor, by) = (stage.processor(), stage.attempt());
    let reason = match claim {
        Capability::Checkout => rejected(processor.checkout(&by, &on_page(usd(100))).await),
        // Whether a page may be asked for by mail is a rule for whoever asks, so it cannot be seen in a call.
        Capability::PaymentRequest => return,
        Capability::SavedMethods => rejected(processor.save_method(&by, "sc_x", &stage.token(Role::Pays)).await),
        Capability::KeepWhilePaying => {
            let page = CheckoutRequest { save: true, customer: Some("c".into()), ..on_page(usd(100)) };
            rejected(processor.checkout(&by, &page).await)
        }
        Capability::SetupPage => {
            let request =
                SetupRequest { customer: "c".into(), by: Initiator::Payer, return_url: String::new(), cancel_url: String::new() };
            rejected(processor.setup(&by, &request).await)
        }
        Capability::BankDebit => {
            if !stage.debits_on_pages() {
                let (_, given) = super::fields::opened(stage, 100).await;
                assert!(!given.banks, "no account is offered in the fields");
            }
            if !stage.takes_tokens() {
                return;
            }
            // The processor itself refuses the account, in words of its own.
            let debit = of_token(stage.token(Role::DebitSettles), usd(100));
            let _reason = rejected(processor.charge(&by, &debit).await);
            assert_eq!(stage.truth().await.len(), 0);
            return;
        }
        Capability::Authorize => {
            let request = CheckoutRequest { capture: false, ..on_page(usd(100)) };
            rejected(processor.checkout(&by, &request).await)
        }
        Capability::PartialCapture if !processor.capabilities().can(Capability::Authorize) => return,
        Capability::PartialCapture => {
            let held = stage.held(usd(100)).await;
            rejected(processor.capture(&by, &CaptureRequest { charge: held.id, amount: usd(99) }).await)
        }
        Capability::Refund => {
            let charge = stage.captured(Role::Pays, usd(100)).await;
            rejected(processor.refund(&by, &RefundRequest { charge: charge.id, amount: usd(100), reason: String::new() }).await)
        }
        Capability::PartialRefund => {
            let charge = stage.captured(Role::Pays, usd(100)).await;
            rejected(processor.refund(&by, &RefundRequest { charge: charge.id, amount: usd(99), reason: String::new() }).await)
        }
        Capability::RemoteInvoice => rejected(processor.create_invoice(&by, &invoice()).await),
        Capability::ResendInvoice if !processor.capabilities().can(Capability::RemoteInvoice) => return,
        Capability::ResendInvoice => {
            let draft = done(processor.create_invoice(&by, &invoice()).await);
            let sent = done(processor.send_invoice(&stage.attempt(), &draft.id).await);
            rejected(processor.send_invoice(&stage.attempt(), &sent.id).await)
        }
        Capability::EmbeddedFields => {
            let request = CheckoutRequest { fields_url: Some("https://pay.shop.example/pay/x/y".into()), ..on_page(usd(100)) };
            assert_eq!(rejected(processor.fields("x", stage.now()).await), RejectReason::Unsupported);
            rejected(processor.checkout(&by, &request).await)
        }
        Capability::VirtualTerminal => {
            let request = CheckoutRequest { by: Initiator::Staff, ..on_page(usd(100)) };
            rejected(processor.checkout(&by, &request).await)
        }
        Capability::SeparateTerminal => {
            assert_eq!(processor.terminal_apart(by.id), None);
            rejected(processor.find_keyed(&by).await)
        }
        Capability::Webhooks => {
            let _charge = stage.captured(Role::Pays, usd(100)).await;
            assert_eq!(stage.messages().await, []);
            let hook = RawHook { url: "", headers: &[], body: b"{}", now: stage.now() };
            assert_eq!(processor.verify(&hook).await, None);
            return;
        }
        Capability::Payouts => rejected(processor.payouts(None, stage.now()).await),
    };
    assert_eq!(reason, RejectReason::Unsupported, "{}", claim.name());
}

fn invoice() -> InvoiceRequest {
    InvoiceRequest {
        number: "1".into(),
        customer: None,
        email: "a@shop.example".into(),
        cc: vec![],
        message: String::new(),
        due_on: None,
        lines: vec![InvoiceLine { description: "x".into(), quantity: "1".into(), amount: usd(1) }],
        amount: usd(1),
    }
}
