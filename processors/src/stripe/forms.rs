//! What we ask of Stripe, as the forms it reads. Pure.
//!
//! Invariant: a form is made of the request and the attempt's key alone, so that the same call is the same form whenever it
//! is made: Stripe refuses another form under the same key. Limits: a page of Stripe stays open from 30 minutes to 24 hours.
//! Left out on purpose: what its script does with an intent in the browser.

use books::money::Money;

use super::meaning::seconds;
use super::objects::{ATTEMPT, CUSTOMER, Intent, REFERENCE, UNTIL};
use crate::amounts::{AmountError, Units};
use crate::form::FormBody;
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Initiator, InvoiceLine, InvoiceRequest, Person, RefundRequest,
    SetupRequest, Source,
};

const SHORTEST_PAGE: i64 = 31 * 60;
const LONGEST_PAGE: i64 = 24 * 3_600 - 60;
/// Longer names and descriptions are cut. Source: Stripe's OpenAPI file.
const LONGEST_TEXT: usize = 1_000;

/// What a charge is read with: how it was paid, and when it was booked.
pub const CHARGE_PARTS: &str = "latest_charge.balance_transaction";
pub const PAGE_PARTS: [&str; 2] = ["payment_intent.latest_charge.balance_transaction", "setup_intent.payment_method"];

/// When an attempt was first made, by its id; it is the same whenever the call is repeated.
pub fn made_at(by: &Attempt) -> i64 {
    by.id.0.get_timestamp().map_or_else(|| seconds(by.at), |at| i64::try_from(at.to_unix().0).unwrap_or(i64::MAX))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn currency(money: Money) -> String {
    money.currency.code().to_ascii_lowercase()
}

fn expanding(mut form: FormBody, parts: &[&str]) -> FormBody {
    for (place, part) in parts.iter().enumerate() {
        form.add(&format!("expand[{place}]"), part);
    }
    form
}

/// `?expand[0]=…` for a path.
pub fn expand(parts: &[&str]) -> String {
    expanding(FormBody::new(), parts).into_text()
}

/// Only what never changes, because it is asked for under a key that stands for the customer.
pub fn new_customer(person: &Person) -> FormBody {
    FormBody::new().with(&format!("metadata[{CUSTOMER}]"), person.id)
}

pub fn customer(person: &Person) -> FormBody {
    FormBody::new().with("name", cut(&person.name)).maybe("email", person.email.as_deref())
}

/// Whom an invoice is sent to, when nobody made them known.
pub fn receiver(request: &InvoiceRequest, by: &Attempt) -> FormBody {
    FormBody::new().with("email", &request.email).with(&format!("metadata[{ATTEMPT}]"), by.id)
}

/// A page on which `amount` is paid.
pub struct PageFor<'a> {
    pub amount: Money,
    pub description: &'a str,
    pub reference: &'a str,
    pub customer: Option<&'a str>,
    pub capture: bool,
    pub save: bool,
    pub return_url: &'a str,
    pub cancel_url: &'a str,
    pub expires_at: Option<i64>,
    /// Bank accounts are left out.
    pub cards_only: bool,
}

impl<'a> PageFor<'a> {
    pub fn of(request: &'a CheckoutRequest, cards_only: bool) -> PageFor<'a> {
        PageFor {
            amount: request.amount,
            description: &request.description,
            reference: &request.reference,
            customer: request.customer.as_deref(),
            capture: request.capture,
            save: request.save,
            return_url: &request.return_url,
            cancel_url: &request.cancel_url,
            expires_at: request.expires_at.map(seconds),
            cards_only,
        }
    }

    /// For the holder of a card whose bank wants a word with them.
    pub fn to_confirm(request: &'a ChargeRequest, cards_only: bool) -> PageFor<'a> {
        let customer = match &request.source {
            Source::Saved { customer, .. } => Some(customer.as_str()),
            Source::Token { .. } => None,
        };
        PageFor {
            amount: request.amount,
            description: &request.description,
            reference: &request.reference,
            customer,
            capture: request.capture,
            save: false,
            return_url: &request.return_url,
            cancel_url: &request.return_url,
            expires_at: None,
            cards_only,
        }
    }

    pub fn form(&self, by: &Attempt) -> Result<FormBody, AmountError> {
        let whole = Units::Stripe.whole(self.amount)?;
        let made = made_at(by);
        let until = self.expires_at.map(|until| until.clamp(made + SHORTEST_PAGE, made + LONGEST_PAGE));
        let form = FormBody::new()
            .with("mode", "payment")
            .with("line_items[0][quantity]", 1)
            .with("line_items[0][price_data][currency]", currency(self.amount))
            .with("line_items[0][price_data][unit_amount]", whole)
            .with("line_items[0][price_data][product_data][name]", cut(self.description))
            .with("success_url", self.return_url)
            .with("cancel_url", self.cancel_url)
            .with("client_reference_id", cut(self.reference))
            .with(&format!("metadata[{ATTEMPT}]"), by.id)
            .with(&format!("payment_intent_data[metadata][{ATTEMPT}]"), by.id)
            .with("payment_intent_data[description]", cut(self.description))
            .maybe("payment_intent_data[capture_method]", (!self.capture).then_some("manual"))
            .maybe("payment_intent_data[setup_future_usage]", self.save.then_some("off_session"))
            .maybe("customer", self.customer)
            .maybe("expires_at", until)
            .maybe("payment_method_types[0]", self.cards_only.then_some("card"));
        Ok(expanding(form, &PAGE_PARTS))
    }
}

/// A page on which a card is kept.
pub fn setup(request: &SetupRequest, by: &Attempt) -> FormBody {
    let form = FormBody::new()
        .with("mode", "setup")
        .with("customer", &request.customer)
        .with("payment_method_types[0]", "card")
        .with("success_url", &request.return_url)
        .with("cancel_url", &request.cancel_url)
        .with(&format!("metadata[{ATTEMPT}]"), by.id);
    expanding(form, &PAGE_PARTS)
}

/// What is paid in fields on a page of ours: an intent that nobody has confirmed yet.
pub fn in_fields(request: &CheckoutRequest, by: &Attempt, cards_only: bool) -> Result<FormBody, AmountError> {
    let whole = Units::Stripe.whole(request.amount)?;
    let form = FormBody::new()
        .with("amount", whole)
        .with("currency", currency(request.amount))
        .maybe("customer", request.customer.as_ref())
        .maybe("automatic_payment_methods[enabled]", (!cards_only).then_some(true))
        .maybe("payment_method_types[0]", cards_only.then_some("card"))
        .maybe("capture_method", (!request.capture).then_some("manual"))
        .maybe("setup_future_usage", (request.save && request.customer.is_some()).then_some("off_session"))
        .with("description", cut(&request.description))
        .with(&format!("metadata[{ATTEMPT}]"), by.id)
        .with(&format!("metadata[{REFERENCE}]"), cut(&request.reference))
        .with(&format!("metadata[{UNTIL}]"), request.expires_at.map_or(made_at(by) + LONGEST_PAGE, seconds));
    Ok(expanding(form, &[CHARGE_PARTS]))
}

/// Until when an intent may be confirmed on a page of ours.
pub fn until(intent: &Intent) -> i64 {
    let kept = intent.metadata.get(UNTIL).and_then(|text| text.parse().ok());
    kept.unwrap_or(intent.created + LONGEST_PAGE)
}

/// A charge without a page.
pub fn charge(request: &ChargeRequest, by: &Attempt, cards_only: bool) -> Result<FormBody, AmountError> {
    let whole = Units::Stripe.whole(request.amount)?;
    let (customer, method) = match &request.source {
        Source::Saved { customer, method } => (Some(customer), method),
        Source::Token { token, .. } => (None, token),
    };
    let form = FormBody::new()
        .with("amount", whole)
        .with("currency", currency(request.amount))
        .maybe("customer", customer)
        .with("payment_method", method)
        .maybe("off_session", (request.by == Initiator::OffSession).then_some(true))
        .with("confirm", true)
        .maybe("capture_method", (!request.capture).then_some("manual"))
        .maybe("payment_method_options[card][moto]", (request.by == Initiator::Staff).then_some(true))
        .maybe("payment_method_types[0]", (cards_only || request.by == Initiator::Staff).then_some("card"))
        .with("return_url", &request.return_url)
        .with("description", cut(&request.description))
        .with(&format!("metadata[{ATTEMPT}]"), by.id)
        .with(&format!("metadata[{REFERENCE}]"), cut(&request.reference));
    Ok(expanding(form, &[CHARGE_PARTS]))
}

pub fn capture(request: &CaptureRequest) -> Result<FormBody, AmountError> {
    let form = FormBody::new().with("amount_to_capture", Units::Stripe.whole(request.amount)?);
    Ok(expanding(form, &[CHARGE_PARTS]))
}

pub fn cancel(reason: &str) -> FormBody {
    expanding(FormBody::new().with("cancellation_reason", reason), &[CHARGE_PARTS])
}

pub fn refund(request: &RefundRequest, by: &Attempt) -> Result<FormBody, AmountError> {
    let form = FormBody::new()
        .with("payment_intent", &request.charge)
        .with("amount", Units::Stripe.whole(request.amount)?)
        .with(&format!("metadata[{ATTEMPT}]"), by.id)
        .maybe("metadata[owed_reason]", Some(cut(&request.reason)).filter(|reason| !reason.is_empty()));
    Ok(expanding(form, &["payment_intent"]))
}

/// The draft, still without lines. Stripe sends it only when we say so.
pub fn invoice(request: &InvoiceRequest, customer: &str, by: &Attempt) -> FormBody {
    let due = request.due_on.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    // The whole of the due day is left to pay.
    let due = due.map(|day| (day.timestamp().as_second() + 86_399).max(made_at(by) + 3_600));
    FormBody::new()
        .with("customer", customer)
        .with("collection_method", "send_invoice")
        .maybe("due_date", due)
        .maybe("days_until_due", due.is_none().then_some(30))
        .with("auto_advance", false)
        .with("pending_invoice_items_behavior", "exclude")
        .with("currency", currency(request.amount))
        .maybe("description", Some(cut(&request.message)).filter(|text| !text.is_empty()))
        .with("custom_fields[0][name]", "Reference")
        .with("custom_fields[0][value]", request.number.chars().take(30).collect::<String>())
        .with(&format!("metadata[{ATTEMPT}]"), by.id)
        .with(&format!("metadata[{REFERENCE}]"), cut(&request.number))
}

pub fn invoice_line(line: &InvoiceLine, customer: &str, invoice: &str) -> Result<FormBody, AmountError> {
    let text = if line.quantity == "1" { line.description.clone() } else { format!("{} × {}", line.quantity, line.description) };
    Ok(FormBody::new()
        .with("customer", customer)
        .with("invoice", invoice)
        .with("amount", Units::Stripe.signed(line.amount)?)
        .with("currency", currency(line.amount))
        .with("description", cut(&text)))
}
