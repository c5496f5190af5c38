//! *Issue and charge*: a draft is issued, and a saved method is charged at once for all that is then due on it.
//!
//! Invariants: two flows, one after the other. The invoice is issued first and stays issued whatever the processor says; the charge
//! is a payment of its own with its own attempt. A repeat issues nothing and charges nothing again. Limit: when this process ends
//! between the two, the invoice stands issued and not charged; it is charged from its own page.

use books::account::Target;
use books::ids::{InvoiceId, PaymentId};

use super::call::{Call, Done};
use super::charge_saved::{Charging, Which, charge_saved};
use super::issue_invoice::{Issuing, issue_invoice};
use super::record_payment::Part;
use crate::error::Result;
use crate::services::Services;
use crate::sheets::invoice::invoice_sheet;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    pub invoice: InvoiceId,
    /// The charge, which may have been declined. None: free credit had paid everything.
    pub payment: Option<PaymentId>,
}

/// Issues a draft, mails it if wanted, and charges the method. Refuses what [`issue_invoice`] refuses, before anything is issued:
/// NO_SAVED_METHOD, METHOD_EXPIRED and NO_PROCESSOR among it. Idempotent by key.
pub async fn issue_and_charge(
    services: &Services,
    call: &Call,
    id: InvoiceId,
    send: bool,
    method: Which,
) -> Result<Done<Charged>> {
    let issued = issue_invoice(services, call, id, Issuing { send, charge: Some(method) }).await?;
    let sheet = invoice_sheet(&services.db, call.business, id).await?;
    let payment = if issued.repeated {
        let first_charge = |payment: &&crate::store::payment::Payment| payment.kind == "saved" && payment.invoice_id == Some(id);
        sheet.payments.iter().filter(first_charge).map(|payment| payment.id).min()
    } else if sheet.figures.amount_due == 0 {
        None
    } else {
        let parts = vec![Part { target: Target::Invoice(id), amount: None }];
        let charging = Charging::all(sheet.invoice.customer_id, sheet.invoice.currency, method, parts);
        Some(charge_saved(services, &call.onward(), charging).await?.value)
    };
    Ok(Done { value: Charged { invoice: id, payment }, repeated: issued.repeated })
}
