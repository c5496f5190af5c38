//! What an attempt asked for, as a value: kept with the attempt before the call, so that after a crash the same call can
//! be made or looked up word for word.
//!
//! Invariant: asking twice with one attempt and one [`Asked`] is the same request. Left out on purpose: saving a method
//! and making a customer known, which move no money and are simply repeated with the same attempt.

use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, InvoiceRequest, Operation, Processor, RefundRequest, SetupRequest,
};
use crate::remote::Remote;
use crate::terminal::KeyedRequest;

/// One request to a processor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", content = "request", rename_all = "snake_case")]
pub enum Asked {
    Checkout(CheckoutRequest),
    ExpireCheckout { checkout: String },
    Charge(ChargeRequest),
    Capture(CaptureRequest),
    Void { charge: String },
    Refund(RefundRequest),
    Setup(SetupRequest),
    CreateInvoice(InvoiceRequest),
    SendInvoice { invoice: String },
    CancelInvoice { invoice: String },
    Keyed(KeyedRequest),
}

impl Asked {
    pub fn operation(&self) -> Operation {
        match self {
            Asked::Checkout(_) => Operation::Checkout,
            Asked::ExpireCheckout { .. } => Operation::ExpireCheckout,
            Asked::Charge(_) => Operation::Charge,
            Asked::Capture(_) => Operation::Capture,
            Asked::Void { .. } => Operation::Void,
            Asked::Refund(_) => Operation::Refund,
            Asked::Setup(_) => Operation::Setup,
            Asked::CreateInvoice(_) => Operation::CreateInvoice,
            Asked::SendInvoice { .. } => Operation::SendInvoice,
            Asked::CancelInvoice { .. } => Operation::CancelInvoice,
            Asked::Keyed(_) => Operation::Keyed,
        }
    }
}

/// Makes the call that `asked` names.
pub async fn ask(processor: &dyn Processor, by: &Attempt, asked: &Asked) -> Outcome<Remote> {
    match asked {
        Asked::Checkout(request) => processor.checkout(by, request).await.map(Remote::Checkout),
        Asked::ExpireCheckout { checkout } => processor.expire_checkout(by, checkout).await.map(Remote::Checkout),
        Asked::Charge(request) => processor.charge(by, request).await.map(Remote::Charge),
        Asked::Capture(request) => processor.capture(by, request).await.map(Remote::Charge),
        Asked::Void { charge } => processor.void(by, charge).await.map(Remote::Charge),
        Asked::Refund(request) => processor.refund(by, request).await.map(Remote::Refund),
        Asked::Setup(request) => processor.setup(by, request).await.map(Remote::Setup),
        Asked::CreateInvoice(request) => processor.create_invoice(by, request).await.map(Remote::Invoice),
        Asked::SendInvoice { invoice } => processor.send_invoice(by, invoice).await.map(Remote::Invoice),
        Asked::CancelInvoice { invoice } => processor.cancel_invoice(by, invoice).await.map(Remote::Invoice),
        Asked::Keyed(_) => processor.find_keyed(by).await.map(Remote::Charge),
    }
}
