//! Square's own invoices: an order, an invoice on it, published to a customer of Square's.
//!
//! Invariants: each of the calls that make one carries a key that follows from the attempt's, so that all of them can be made
//! again; the attempt's key is the order's reference; an invoice is changed on the version that was looked at. Limits: Square
//! sends an invoice once, when it is published. Left out on purpose: copies to others, which Square's invoices do not have.

use serde_json::{Value, json};

use super::Square;
use super::answers::Said;
use super::banks;
use super::links::{attempt_of, cut, total};
use super::shapes::{Customer, Invoice, Made};
use crate::amounts::Units;
use crate::outcome::{Outcome, RejectReason, Rejection};
use crate::processor::{Attempt, InvoiceRequest};
use crate::remote::{RemoteInvoice, RemoteInvoiceState};

impl Square {
    pub(super) async fn draft(&self, by: &Attempt, request: &InvoiceRequest) -> Outcome<RemoteInvoice> {
        let (lines, discounts) = match lines(request) {
            Ok(lines) => lines,
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        let customer = match self.receiver(by, request).await {
            Ok(customer) => customer,
            Err(said) => return said.outcome(),
        };
        let order = json!({
            "idempotency_key": format!("{}-order", by.key()),
            "order": {
                "location_id": self.location,
                "customer_id": customer,
                "reference_id": by.key(),
                "line_items": lines,
                "discounts": discounts,
            },
        });
        let order = match self.line.post::<Made>("/v2/orders", &order).await {
            Ok(Made { order: Some(order), .. }) => order,
            Ok(_) => return Outcome::unknown("Square answered without the order"),
            Err(said) => return said.outcome(),
        };
        let due = request.due_on.unwrap_or_else(|| by.at.day_in(&jiff::tz::TimeZone::UTC));
        let body = json!({
            "idempotency_key": by.key(),
            "invoice": {
                "location_id": self.location,
                "order_id": order.id,
                "primary_recipient": { "customer_id": customer },
                "payment_requests": [{ "request_type": "BALANCE", "due_date": due.to_string() }],
                "delivery_method": "EMAIL",
                "invoice_number": request.number,
                "description": cut(&request.message, 4_000),
                "accepted_payment_methods": { "card": true, "bank_account": self.banks && banks::is_taken(request.amount.currency) },
            },
        });
        match self.line.post::<Made>("/v2/invoices", &body).await {
            Ok(Made { invoice: Some(invoice), .. }) => self.drawn(&invoice).await,
            Ok(_) => Outcome::unknown("Square answered without the invoice"),
            Err(said) => said.outcome(),
        }
    }

    /// The customer of Square's that an invoice goes to: the one it names, or a new one with that address.
    async fn receiver(&self, by: &Attempt, request: &InvoiceRequest) -> Result<String, Said> {
        if let Some(customer) = &request.customer {
            return Ok(customer.clone());
        }
        let body = json!({
            "idempotency_key": format!("{}-receiver", by.key()),
            "given_name": request.email,
            "email_address": request.email,
        });
        let made: Made = self.line.post("/v2/customers", &body).await?;
        made.customer.map(|Customer { id }| id).ok_or_else(|| Said::Lost("Square answered without the customer".to_owned()))
    }

    async fn invoice(&self, id: &str) -> Result<Invoice, Said> {
        let made: Made = self.line.get(&format!("/v2/invoices/{id}")).await?;
        made.invoice.ok_or_else(|| Said::Lost("Square answered without the invoice".to_owned()))
    }

    pub(super) async fn look_at_invoice(&self, id: &str) -> Outcome<RemoteInvoice> {
        match self.invoice(id).await {
            Ok(invoice) => self.drawn(&invoice).await,
            Err(said) => said.outcome(),
        }
    }

    pub(super) async fn publish(&self, by: &Attempt, id: &str) -> Outcome<RemoteInvoice> {
        let invoice = match super::plain(id) {
            Ok(id) => self.invoice(id).await,
            Err(outcome) => return outcome,
        };
        let invoice = match invoice {
            Ok(invoice) => invoice,
            Err(said) => return said.outcome(),
        };
        match state(&invoice.status) {
            RemoteInvoiceState::Draft => {}
            RemoteInvoiceState::Sent => {
                return Outcome::rejected(RejectReason::Unsupported, "Square mails an invoice once, and has done so.");
            }
            RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled => {
                return Outcome::rejected(RejectReason::WrongState, "It is paid or canceled, so it is not mailed any more.");
            }
        }
        let body = json!({ "version": invoice.version, "idempotency_key": by.key() });
        match self.line.post::<Made>(&format!("/v2/invoices/{id}/publish"), &body).await {
            Ok(Made { invoice: Some(invoice), .. }) => self.drawn(&invoice).await,
            Ok(_) => Outcome::unknown("Square answered without the invoice"),
            Err(said) => said.outcome(),
        }
    }

    /// Cancels a published invoice, throws a draft away. When a payer was faster, the invoice says so.
    pub(super) async fn close_invoice(&self, id: &str) -> Outcome<RemoteInvoice> {
        let invoice = match super::plain(id) {
            Ok(id) => self.invoice(id).await,
            Err(outcome) => return outcome,
        };
        let invoice = match invoice {
            Ok(invoice) => invoice,
            Err(said) => return said.outcome(),
        };
        let version = invoice.version;
        match state(&invoice.status) {
            RemoteInvoiceState::Draft => match self.line.delete::<Value>(&format!("/v2/invoices/{id}?version={version}")).await {
                Ok(_) => self.drawn(&Invoice { status: "CANCELED".to_owned(), ..invoice }).await,
                Err(said) => said.outcome(),
            },
            RemoteInvoiceState::Sent => {
                match self.line.post::<Made>(&format!("/v2/invoices/{id}/cancel"), &json!({ "version": version })).await {
                    Ok(_) => self.look_at_invoice(id).await,
                    Err(said) if said.is_overtaken() => self.look_at_invoice(id).await,
                    Err(said) => said.outcome(),
                }
            }
            RemoteInvoiceState::Paid | RemoteInvoiceState::Canceled => self.drawn(&invoice).await,
        }
    }

    async fn drawn(&self, invoice: &Invoice) -> Outcome<RemoteInvoice> {
        let order = match super::plain(&invoice.order_id) {
            Ok(order) => self.order(order).await,
            Err(outcome) => return outcome,
        };
        let order = match order {
            Ok(order) => order,
            Err(said) => return said.outcome(),
        };
        let Some(amount) = total(&order) else {
            return Outcome::unknown(format!("Square told no amount of the invoice {}", invoice.id));
        };
        let charge = match self.charge_on(&order).await {
            Outcome::Done(charge) | Outcome::Pending(charge) => charge,
            Outcome::Unknown { why } => return Outcome::unknown(why),
            other => return Outcome::unknown(format!("the payment of {} could not be read: {other:?}", invoice.id)),
        };
        Outcome::Done(RemoteInvoice {
            id: invoice.id.clone(),
            attempt: attempt_of(&order),
            number: invoice.invoice_number.clone().unwrap_or_default(),
            state: state(&invoice.status),
            url: invoice.public_url.clone(),
            amount,
            charge,
            version: Some(invoice.version.to_string()),
        })
    }
}

/// The lines with an amount, and those that lessen it, which Square calls discounts.
fn lines(request: &InvoiceRequest) -> Result<(Vec<Value>, Vec<Value>), Rejection> {
    let refused = |text: String| Rejection { reason: RejectReason::BadRequest, text };
    let sum = request.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.minor));
    if sum != Some(request.amount.minor) {
        return Err(refused("The lines do not add up to the amount.".to_owned()));
    }
    Units::Iso.whole(request.amount).map_err(|error| refused(error.to_string()))?;
    let (mut lines, mut discounts) = (Vec::new(), Vec::new());
    for line in &request.lines {
        let amount = Units::Iso.signed(line.amount).map_err(|error| refused(error.to_string()))?;
        let name = match line.quantity.as_str() {
            "1" => line.description.clone(),
            quantity => format!("{quantity} × {}", line.description),
        };
        let currency = line.amount.currency.code();
        match amount {
            ..0 => discounts.push(json!({
                "name": cut(&name, 255),
                "type": "FIXED_AMOUNT",
                "scope": "ORDER",
                "amount_money": { "amount": -amount, "currency": currency },
            })),
            _ => lines.push(json!({
                "name": cut(&name, 512),
                "quantity": "1",
                "base_price_money": { "amount": amount, "currency": currency },
            })),
        }
    }
    Ok((lines, discounts))
}

fn state(status: &str) -> RemoteInvoiceState {
    match status {
        "DRAFT" => RemoteInvoiceState::Draft,
        "CANCELED" | "FAILED" => RemoteInvoiceState::Canceled,
        "PAID" | "REFUNDED" | "PARTIALLY_REFUNDED" => RemoteInvoiceState::Paid,
        _ => RemoteInvoiceState::Sent,
    }
}
