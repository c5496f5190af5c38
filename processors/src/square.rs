//! Square: payment links, refunds, its own invoices, and what it tells.
//!
//! Invariants: a page is a payment link with an order behind it, and our attempt's key is the order's reference; a page is
//! closed by canceling the order, which Square then takes no money for. Every call carries a key, and the same key gives the
//! first answer. A card that is typed into Square's fields on a page of ours, or a bank account that is chosen there, comes as
//! a token, which is charged here. Limits: a card is kept and charged later only where it was typed into its fields; of payers'
//! cards only a kept one is held; bank accounts are taken in the United States and never kept. Left out on purpose: whatever
//! passed through other locations. Source: Square's OpenAPI file of 2025-08-20 and developer.squareup.com, 2026.

mod answers;
mod banks;
mod cards;
mod charges;
mod holds;
mod invoices;
mod line;
mod links;
mod listing;
mod payments;
mod payouts;
mod resolving;
mod settings;
mod shapes;

use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use books::calendar::Instant;
use books::money::Currency;
use serde_json::json;

use self::line::Line;
use self::settings::{BANKS, FIELDS, IN_THE_US};
use self::shapes::{Customers, Event, Locations, Made};
use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::http::Http;
use crate::local_page::{self, LocalPage};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, Initiator, InvoiceRequest, Operation, Person, Processor,
    RefundRequest, Replay, unsupported,
};
use crate::registry::{Connected, IN_FIELDS, PAYER_PAYS, ProcessorKind, Settings, Surroundings, nothing_more};
use crate::remote::{
    Changes, Charge, Checkout, Fields, Payouts, Reference, Refund, Remote, RemoteInvoice, RemoteKind, SavedMethod, Tested,
};
use crate::secret::Secret;
use crate::terminal::Terminal;
use crate::webhook::{Hint, RawHook, Verified, matches_sha256};

const NAME: &str = "square";

pub const KIND: ProcessorKind =
    ProcessorKind { name: NAME, title: "Square", pretend: false, fields: FIELDS, together: nothing_more, capabilities, connect };

const LIVE: &str = "https://connect.squareup.com";
const SANDBOX: &str = "https://connect.squareupsandbox.com";
/// How long a key is surely known. Square publishes no time; a day is what its own retries count on.
const KEYS_SECONDS: u64 = 86_400;

/// Everything Square can do; settings may narrow it.
fn capabilities() -> Capabilities {
    let claims = [
        Capability::Checkout,
        Capability::EmbeddedFields,
        Capability::PaymentRequest,
        Capability::SavedMethods,
        Capability::KeepWhilePaying,
        Capability::BankDebit,
        Capability::Authorize,
        Capability::Refund,
        Capability::PartialRefund,
        Capability::RemoteInvoice,
        Capability::VirtualTerminal,
        Capability::Payouts,
        Capability::Webhooks,
    ];
    Capabilities::new(&claims, holds::HOLD_DAYS, Some(payments::REFUND_DAYS))
}

fn connect(settings: &Settings, capabilities: Capabilities, around: Surroundings) -> Connected {
    let sandbox = settings.given("application_id").expose().starts_with("sandbox-");
    let http = Http::new(&around.wire, NAME, if sandbox { SANDBOX } else { LIVE }, around.base_url.as_deref());
    let secrets = settings.with_replaced("signature_key", &around);
    let says = |name: &str, word: &str| settings.text(name).is_some_and(|text| text.expose() == word);
    let banks = says(BANKS, IN_THE_US) && capabilities.can(Capability::BankDebit);
    // Square's own page keeps nothing, and takes cards only.
    let in_fields = says(PAYER_PAYS, IN_FIELDS);
    let capabilities = if in_fields { capabilities } else { capabilities.without(Capability::KeepWhilePaying) };
    let capabilities = if in_fields && banks { capabilities } else { capabilities.without(Capability::BankDebit) };
    let processor = Square {
        line: Line::new(http, settings.given("access_token")),
        location: settings.given("location_id").expose().to_owned(),
        application: settings.given("application_id").expose().to_owned(),
        scripts: if sandbox { "https://sandbox.web.squarecdn.com" } else { "https://web.squarecdn.com" },
        banks,
        capabilities: if secrets.is_empty() { capabilities.without(Capability::Webhooks) } else { capabilities },
        secrets,
    };
    Connected { processor: Arc::new(processor), bank: None }
}

/// The connector.
pub struct Square {
    line: Line,
    location: String,
    /// What the browser may know.
    application: String,
    /// Where the script of the fields is loaded from.
    scripts: &'static str,
    /// Bank accounts are taken: in the fields, and on Square's own invoices whatever payers of pages meet.
    banks: bool,
    capabilities: Capabilities,
    secrets: Vec<Secret>,
}

/// The id, if Square could know it: its own are letters, digits and a few signs.
fn plain<T>(id: &str) -> Result<&str, Outcome<T>> {
    let signs = |letter: u8| letter.is_ascii_alphanumeric() || b"-_:~".contains(&letter);
    if (1..=192).contains(&id.len()) && id.bytes().all(signs) {
        Ok(id)
    } else {
        Err(Outcome::rejected(RejectReason::NotFound, "Square knows no such thing."))
    }
}

impl Square {
    fn can(&self, what: Capability) -> bool {
        self.capabilities.can(what)
    }

    async fn look(&self, what: &Reference, now: Instant) -> Outcome<Remote> {
        if what.kind == RemoteKind::Checkout {
            if let Some(page) = LocalPage::read(&what.id) {
                return Outcome::Done(Remote::Checkout(page.at(now, "")));
            }
            return self.look_at_page(&what.id, now).await.map(Remote::Checkout);
        }
        let id = match plain(&what.id) {
            Ok(id) => id,
            Err(outcome) => return outcome,
        };
        match what.kind {
            RemoteKind::Charge => self.look_at_charge(id).await.map(Remote::Charge),
            RemoteKind::Refund => self.look_at_refund(id).await.map(Remote::Refund),
            RemoteKind::Dispute => self.look_at_dispute(id, now).await.map(Remote::Dispute),
            RemoteKind::Invoice => self.look_at_invoice(id).await.map(Remote::Invoice),
            RemoteKind::Checkout | RemoteKind::Setup => {
                Outcome::rejected(RejectReason::NotFound, "Square has no page to keep a card.")
            }
        }
    }

    async fn ask_for_location(&self, currency: Currency) -> Outcome<Tested> {
        let found: Locations = match self.line.get(&format!("/v2/locations/{}", self.location)).await {
            Ok(found) => found,
            Err(said) => return said.outcome(),
        };
        let location = found.location;
        if location.status.as_deref() != Some("ACTIVE") {
            return Outcome::rejected(RejectReason::Credentials, "This location of Square's is not active.");
        }
        if let Some(country) = location.country.filter(|country| self.banks && country != banks::COUNTRY) {
            let text = format!("Square takes bank accounts in the United States only, and this location is in {country}.");
            return Outcome::rejected(RejectReason::BadRequest, text);
        }
        let own = location.currency.unwrap_or_default();
        let takes = if own == currency.code() { String::new() } else { format!(" It takes {own}, not {}.", currency.code()) };
        let hook = if self.secrets.is_empty() { " No signature key is set, so payments are found by asking." } else { "" };
        Outcome::Done(Tested { text: format!("Square knows this token and location.{takes}{hook}") })
    }

    /// One customer for each of ours, by our id.
    async fn known(&self, by: &Attempt, person: &Person) -> Outcome<String> {
        let id = person.id.to_string();
        let query = json!({ "limit": 1, "query": { "filter": { "reference_id": { "exact": id } } } });
        match self.line.post::<Customers>("/v2/customers/search", &query).await {
            Ok(found) => {
                if let Some(customer) = found.customers.into_iter().next() {
                    return Outcome::Done(customer.id);
                }
            }
            Err(said) => return said.outcome(),
        }
        let mut body = json!({ "idempotency_key": by.key(), "given_name": person.name, "reference_id": id });
        if let Some(email) = &person.email {
            body["email_address"] = json!(email);
        }
        match self.line.post::<Made>("/v2/customers", &body).await {
            Ok(Made { customer: Some(customer), .. }) => Outcome::Done(customer.id),
            Ok(_) => Outcome::unknown("Square made a customer and does not say which"),
            Err(said) => said.outcome(),
        }
    }

    /// A message counts under its signature over our address and the bytes that arrived. Square dates no signature.
    fn believe(&self, hook: &RawHook<'_>) -> Option<Verified> {
        if !self.can(Capability::Webhooks) {
            return None;
        }
        let signature = BASE64_STANDARD.decode(hook.header("x-square-hmacsha256-signature")?).ok()?;
        if !matches_sha256(&self.secrets, &[hook.url.as_bytes(), hook.body], &signature) {
            return None;
        }
        let event: Event = serde_json::from_slice(hook.body).ok()?;
        let at = Instant::from_rfc3339(&event.created_at).unwrap_or(hook.now);
        let hints = hint(&event).into_iter().collect();
        (!event.event_id.is_empty()).then_some(Verified { delivery_id: event.event_id, at, hints })
    }
}

/// What a message is about, when it is about something that we can ask for.
fn hint(event: &Event) -> Option<Hint> {
    let object = &event.data.object;
    let (kind, id) = match event.kind.split_once('.')?.0 {
        "payment" => (RemoteKind::Charge, object.payment.as_ref()?.id.clone()),
        "refund" => (RemoteKind::Refund, object.refund.as_ref()?.id.clone()),
        "dispute" => (RemoteKind::Dispute, object.dispute.as_ref()?.id.clone()),
        "invoice" => (RemoteKind::Invoice, object.invoice.as_ref()?.id.clone()),
        _ => return None,
    };
    let attempt = object.payment.as_ref().and_then(|payment| payment.reference_id.as_deref()).and_then(|key| key.parse().ok());
    Some(Hint { about: Reference::new(kind, id), attempt, event: event.kind.clone() })
}

impl Processor for Square {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn replay(&self, operation: Operation) -> Replay {
        match operation {
            // Closing what is closed changes nothing.
            Operation::ExpireCheckout | Operation::CancelInvoice => Replay::Always,
            // Neither takes a key.
            Operation::Capture | Operation::Void => Replay::Never,
            _ => Replay::SafeFor(Duration::from_secs(KEYS_SECONDS)),
        }
    }

    fn test<'a>(&'a self, _by: &'a Attempt, currency: Currency) -> Fut<'a, Outcome<Tested>> {
        Box::pin(self.ask_for_location(currency))
    }

    fn terminal(&self) -> Terminal {
        Terminal::OurPage
    }

    fn put_customer<'a>(&'a self, by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>> {
        Box::pin(self.known(by, person))
    }

    fn methods<'a>(&'a self, customer: &'a str, _now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.kept_for(customer))
    }

    fn save_method<'a>(&'a self, by: &'a Attempt, customer: &'a str, token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.keep(by, customer, token))
    }

    fn detach<'a>(&'a self, _customer: &'a str, method: &'a str, _now: Instant) -> Fut<'a, Outcome<()>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.forget(method))
    }

    fn checkout<'a>(&'a self, by: &'a Attempt, request: &'a CheckoutRequest) -> Fut<'a, Outcome<Checkout>> {
        match request.lacks(self.capabilities()) {
            Some(what) => unsupported(what),
            None => match &request.fields_url {
                None if request.save => unsupported("keeping a card on its page"),
                // Square's pages take money at once, and from whoever pays there.
                Some(_) if !request.capture && request.by != Initiator::Staff => unsupported("holding a payer's amount"),
                Some(page) => Box::pin(std::future::ready(local_page::open(by, request, page))),
                None if request.by == Initiator::Staff => unsupported("a page of its own on which staff key a card"),
                None if !request.capture => unsupported("holding an amount on its page"),
                None => Box::pin(self.open_page(by, request)),
            },
        }
    }

    fn fields<'a>(&'a self, checkout: &'a str, _now: Instant) -> Fut<'a, Outcome<Fields>> {
        Box::pin(std::future::ready(self.given(checkout)))
    }

    fn charge<'a>(&'a self, by: &'a Attempt, request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        match self.lacks_to_charge(request) {
            Some(what) => unsupported(what),
            None => Box::pin(self.charge_card(by, request)),
        }
    }

    fn expire_checkout<'a>(&'a self, by: &'a Attempt, checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        match LocalPage::read(checkout) {
            Some(page) => Box::pin(std::future::ready(Outcome::Done(page.closed(by.at)))),
            None => Box::pin(self.close_page(checkout, by.at)),
        }
    }

    fn capture<'a>(&'a self, by: &'a Attempt, request: &'a CaptureRequest) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.take_held(by, request))
    }

    fn void<'a>(&'a self, by: &'a Attempt, charge: &'a str) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.release_held(by, charge))
    }

    fn refund<'a>(&'a self, by: &'a Attempt, request: &'a RefundRequest) -> Fut<'a, Outcome<Refund>> {
        if !self.can(Capability::Refund) {
            return unsupported("refunds");
        }
        Box::pin(self.give_back(by, request))
    }

    fn create_invoice<'a>(&'a self, by: &'a Attempt, request: &'a InvoiceRequest) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.draft(by, request))
    }

    fn send_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        Box::pin(self.publish(by, invoice))
    }

    fn cancel_invoice<'a>(&'a self, _by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        Box::pin(self.close_invoice(invoice))
    }

    fn fetch<'a>(&'a self, what: &'a Reference, now: Instant) -> Fut<'a, Outcome<Remote>> {
        Box::pin(self.look(what, now))
    }

    fn resolve<'a>(&'a self, by: &'a Attempt, asked: &'a Asked, now: Instant) -> Fut<'a, Resolved<Remote>> {
        Box::pin(self.find_out(by, asked, now))
    }

    fn verify<'a>(&'a self, hook: &'a RawHook<'a>) -> Fut<'a, Option<Verified>> {
        Box::pin(std::future::ready(self.believe(hook)))
    }

    fn changes<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Changes>> {
        Box::pin(self.changed_since(since, now))
    }

    fn payouts<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Payouts>> {
        if !self.can(Capability::Payouts) {
            return unsupported("payouts");
        }
        Box::pin(self.paid_out(since, now))
    }
}
