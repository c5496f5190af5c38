//! PayPal's own invoices: made, sent and collected by PayPal.
//!
//! Invariants: PayPal knows no keys here, so an invoice carries ours as its reference and is looked for before it is made;
//! it cannot be paid in parts. Its charge is known by the invoice's id, also where PayPal names the payment alone. Limits: 100 lines. Left out on purpose: reminders
//! by themselves (sending a sent one again reminds), and recording money from elsewhere.

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Money;
use serde::Serialize;
use serde_json::{Value, json};

use super::PayPal;
use super::amounts::{self, Amount};
use super::answers::Said;
use super::orders::{attempt_in, cut};
use super::shapes::{Invoice, InvoiceList, InvoicePayment};
use crate::capabilities::Capability;
use crate::outcome::{Outcome, RejectReason, Rejection};
use crate::processor::{Attempt, InvoiceLine, InvoiceRequest};
use crate::remote::{Charge, ChargeState, MethodKind, Refund, RemoteInvoice, RemoteInvoiceState, SavedMethod};

const MOST_LINES: usize = 100;

/// Whether an id is an invoice's: `INV2-Z56S-5LLA-Q52L-CPZ5`.
pub fn is_invoice(id: &str) -> bool {
    id.starts_with("INV2-")
}

#[derive(Serialize)]
struct NewInvoice {
    detail: Value,
    primary_recipients: Value,
    additional_recipients: Vec<String>,
    items: Vec<Item>,
    configuration: Value,
}

#[derive(Serialize)]
struct Item {
    name: String,
    quantity: &'static str,
    unit_amount: Amount,
    unit_of_measure: &'static str,
}

impl PayPal {
    pub(super) async fn draft(&self, by: &Attempt, request: &InvoiceRequest) -> Outcome<RemoteInvoice> {
        let body = match drafted(by, request) {
            Ok(body) => body,
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        match self.by_reference(by.id, by.at).await {
            Ok(Some(made)) => return drawn(&made),
            Ok(None) => {}
            Err(said) => return said.outcome(),
        }
        match self.line.post::<Invoice>("/v2/invoicing/invoices", None, &body, by.at).await {
            Ok(made) => drawn(&made),
            Err(said) => said.outcome(),
        }
    }

    /// The invoice that carries this attempt's key.
    pub(super) async fn by_reference(&self, attempt: AttemptId, now: Instant) -> Result<Option<Invoice>, Said> {
        let key = attempt.to_string();
        let found: InvoiceList =
            self.line.post("/v2/invoicing/search-invoices?page_size=20", None, &json!({ "reference": key }), now).await?;
        match found.items.into_iter().find(|invoice| invoice.detail.reference.as_deref() == Some(&key)) {
            Some(found) => self.invoice(&found.id, now).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn invoice(&self, id: &str, now: Instant) -> Result<Invoice, Said> {
        self.line.get(&format!("/v2/invoicing/invoices/{id}"), now).await
    }

    /// The id of the invoice of this number.
    pub(super) async fn numbered(&self, number: &str, now: Instant) -> Result<Option<String>, Said> {
        let asked = json!({ "invoice_number": number });
        let found = self.line.post::<InvoiceList>("/v2/invoicing/search-invoices?page_size=20", None, &asked, now).await;
        let found = match found {
            // An app that may not make invoices made none.
            Err(said) if said.is_forbidden() => return Ok(None),
            found => found?,
        };
        let same = found.items.into_iter().find(|it| it.detail.invoice_number.as_deref() == Some(number));
        Ok(same.map(|it| it.id))
    }

    /// The invoice of this number, if it was this payment that paid it.
    pub(super) async fn paid_by(&self, payment: &str, number: &str, now: Instant) -> Result<Option<Invoice>, Said> {
        let Some(id) = self.numbered(number, now).await? else { return Ok(None) };
        let invoice = self.invoice(&id, now).await?;
        Ok(Some(invoice).filter(|invoice| payment_of(invoice) == Some(payment)))
    }

    /// What paid an invoice, and whether that is disputed now.
    pub(super) async fn charge_behind(&self, invoice: &Invoice, now: Instant) -> Result<Option<Charge>, Said> {
        let Some(charge) = charge_of(invoice) else { return Ok(None) };
        let disputed = match payment_of(invoice) {
            Some(payment) => self.is_disputed(payment, now).await?,
            None => false,
        };
        Ok(Some(Charge { disputed, ..charge }))
    }

    pub(super) async fn look_at_invoice(&self, id: &str, now: Instant) -> Outcome<RemoteInvoice> {
        let invoice = match self.invoice(id, now).await {
            Ok(invoice) => invoice,
            Err(said) => return said.outcome(),
        };
        match self.charge_behind(&invoice, now).await {
            Ok(charge) => drawn(&invoice).map(|drawn| RemoteInvoice { charge, ..drawn }),
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn mail(&self, id: &str, now: Instant) -> Outcome<RemoteInvoice> {
        let invoice = match self.invoice(id, now).await {
            Ok(invoice) => invoice,
            Err(said) => return said.outcome(),
        };
        let verb = match state(&invoice.status) {
            RemoteInvoiceState::Draft => "send",
            RemoteInvoiceState::Sent if self.can(Capability::ResendInvoice) => "remind",
            RemoteInvoiceState::Sent => {
                return Outcome::rejected(RejectReason::Unsupported, "This connection mails an invoice once.");
            }
            RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled => {
                return Outcome::rejected(RejectReason::WrongState, "It is paid or canceled, so it is not sent any more.");
            }
        };
        let body = json!({ "send_to_invoicer": false, "send_to_recipient": true });
        match self.line.tell(&format!("/v2/invoicing/invoices/{id}/{verb}"), &body, now).await {
            Ok(()) => self.look_at_invoice(id, now).await,
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn close_invoice(&self, id: &str, now: Instant) -> Outcome<RemoteInvoice> {
        let invoice = match self.invoice(id, now).await {
            Ok(invoice) => invoice,
            Err(said) => return said.outcome(),
        };
        let path = format!("/v2/invoicing/invoices/{id}");
        let done = match state(&invoice.status) {
            // A draft cannot be canceled at PayPal; nobody has seen it, so it is thrown away.
            RemoteInvoiceState::Draft => {
                return match self.line.delete(&path, now).await {
                    Ok(()) => drawn(&Invoice { status: "CANCELLED".to_owned(), ..invoice }),
                    Err(said) => said.outcome(),
                };
            }
            RemoteInvoiceState::Sent => {
                let body = json!({ "send_to_invoicer": false, "send_to_recipient": true });
                self.line.tell(&format!("{path}/cancel"), &body, now).await
            }
            RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled => Ok(()),
        };
        match done {
            Ok(()) => self.look_at_invoice(id, now).await,
            // The payer was faster, or somebody else canceled it.
            Err(said)
                if said.is(&["CANNOT_CANCEL_PAID_INVOICE", "CANNOT_CANCEL_REFUNDED_INVOICE", "INVOICE_CANCELED_ALREADY"]) =>
            {
                self.look_at_invoice(id, now).await
            }
            Err(said) => said.outcome(),
        }
    }

    /// The charge that paid an invoice, and PayPal's id of the money.
    pub(super) async fn payment_of_invoice(&self, id: &str, now: Instant) -> Result<(Charge, String), Outcome<Refund>> {
        let invoice = self.invoice(id, now).await.map_err(Said::outcome)?;
        match (charge_of(&invoice), payment_of(&invoice)) {
            (Some(charge), Some(payment)) => Ok((charge, payment.to_owned())),
            _ => Err(Outcome::rejected(RejectReason::WrongState, "PayPal took no money for this invoice.")),
        }
    }
}

fn drafted(by: &Attempt, request: &InvoiceRequest) -> Result<NewInvoice, Rejection> {
    let refused = |text: &str| Rejection { reason: RejectReason::BadRequest, text: text.to_owned() };
    let sum = request.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.minor));
    if sum != Some(request.amount.minor) {
        return Err(refused("The lines do not add up to the amount."));
    }
    if request.lines.len() > MOST_LINES {
        return Err(refused("PayPal takes at most 100 lines."));
    }
    let total = amounts::write(request.amount)?;
    let mut detail = json!({
        "invoice_number": request.number,
        "reference": by.key(),
        "currency_code": total.currency_code,
        "note": cut(&request.message, 4_000),
    });
    if let Some(due) = request.due_on {
        detail["payment_term"] = json!({ "due_date": due.to_string() });
    }
    Ok(NewInvoice {
        detail,
        primary_recipients: json!([{ "billing_info": { "email_address": request.email } }]),
        additional_recipients: request.cc.clone(),
        items: request.lines.iter().map(item).collect::<Result<_, _>>()?,
        configuration: json!({ "partial_payment": { "allow_partial_payment": false } }),
    })
}

/// A line shows its whole amount: a price for each, times a quantity, is not always what the books have.
fn item(line: &InvoiceLine) -> Result<Item, Rejection> {
    let name = match line.quantity.as_str() {
        "1" => line.description.clone(),
        quantity => format!("{quantity} × {}", line.description),
    };
    let unit_amount = amounts::write_line(line.amount)?;
    Ok(Item { name: cut(&name, 200), quantity: "1", unit_amount, unit_of_measure: "AMOUNT" })
}

fn drawn(invoice: &Invoice) -> Outcome<RemoteInvoice> {
    let Some(amount) = amounts::read(invoice.amount.as_ref()) else {
        return Outcome::unknown(format!("PayPal told no amount of the invoice {}", invoice.id));
    };
    Outcome::Done(RemoteInvoice {
        id: invoice.id.clone(),
        attempt: attempt_in(invoice.detail.reference.as_deref()),
        number: invoice.detail.invoice_number.clone().unwrap_or_default(),
        state: state(&invoice.status),
        url: invoice.detail.metadata.recipient_view_url.clone(),
        amount,
        charge: charge_of(invoice),
        version: None,
    })
}

fn state(status: &str) -> RemoteInvoiceState {
    match status {
        "DRAFT" => RemoteInvoiceState::Draft,
        "CANCELLED" => RemoteInvoiceState::Canceled,
        "PAID" | "MARKED_AS_PAID" | "REFUNDED" | "PARTIALLY_REFUNDED" | "MARKED_AS_REFUNDED" => RemoteInvoiceState::Paid,
        _ => RemoteInvoiceState::Sent,
    }
}

/// What was paid at PayPal. Money that the shop recorded there by hand is none of PayPal's.
fn at_paypal(invoice: &Invoice) -> Option<&InvoicePayment> {
    invoice.payments.as_ref()?.transactions.iter().find(|payment| payment.kind.as_deref() == Some("PAYPAL"))
}

/// PayPal's id of the money that paid an invoice.
fn payment_of(invoice: &Invoice) -> Option<&str> {
    at_paypal(invoice)?.payment_id.as_deref().filter(|payment| super::is_plain(payment))
}

/// What paid the invoice at PayPal, as the invoice itself says.
fn charge_of(invoice: &Invoice) -> Option<Charge> {
    let amount = amounts::read(invoice.amount.as_ref())?;
    let at_paypal = at_paypal(invoice)?;
    let captured = amounts::read(at_paypal.amount.as_ref())?;
    let back = invoice.refunds.as_ref().and_then(|refunds| amounts::read(refunds.refund_amount.as_ref()));
    let made = invoice.detail.metadata.create_time.as_deref().and_then(Instant::from_rfc3339).unwrap_or(Instant(0));
    let paid = at_paypal.payment_date.as_deref().and_then(|day| Instant::from_rfc3339(&format!("{day}T00:00:00Z")));
    Some(Charge {
        id: invoice.id.clone(),
        attempt: attempt_in(invoice.detail.reference.as_deref()),
        amount,
        captured,
        refunded: back.unwrap_or(Money::zero(amount.currency)),
        state: ChargeState::Captured,
        reason: None,
        method: Some(SavedMethod {
            id: String::new(),
            kind: MethodKind::Card,
            brand: "PayPal".to_owned(),
            last4: String::new(),
            expires: None,
        }),
        saved: None,
        approval_code: None,
        disputed: false,
        created_at: made,
        expires_at: None,
        captured_at: paid,
        settled_at: None,
    })
}
