//! PayPal: orders that a payer approves on PayPal's page, its vault, its invoices, and what it tells.
//!
//! Invariants: a payment is an order and is known by the order's id; what was approved is taken when somebody looks, under
//! one key; our attempt's key is PayPal's request id and stands on the order as its custom id. A repeated call is safe for as
//! long as PayPal keeps the key: 6 hours for orders, 45 days for what is done with a payment, 3 hours in the vault; its
//! invoices know no keys and are looked for by their reference. Limits: no debit from a bank account, no keyed cards but in its own
//! terminal, which is a program apart, and no page that waits for days, because an order does not. What goes to the bank is read
//! from its record of movements, a right that is granted apart.
//! Left out on purpose: authorizing again within the 29 days of a hold. Source: PayPal's OpenAPI files of 2024 and
//! developer.paypal.com, 2026.

mod amounts;
mod answers;
mod buttons;
mod certificates;
mod charges;
mod disputes;
mod events;
mod invoices;
mod keyed;
mod line;
mod movements;
mod orders;
mod payouts;
mod resolving;
mod shapes;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use books::calendar::Instant;
use books::ids::AttemptId;
use books::money::Currency;

use self::line::Line;
use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::http::{Http, Wire};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, InvoiceRequest, Operation, Person, Processor, RefundRequest,
    Replay, SetupRequest, unsupported,
};
use crate::registry::{
    Connected, IN_FIELDS, PAYER_PAYS, ProcessorKind, SettingField, Settings, Surroundings, Takes, nothing_more,
};
use crate::remote::{
    Changes, Charge, Checkout, Fields, Payouts, Reference, Refund, Remote, RemoteInvoice, RemoteKind, SavedMethod, Setup, Tested,
};
use crate::secret::Secret;
use crate::terminal::Apart;
use crate::webhook::{RawHook, Verified};

const NAME: &str = "paypal";

pub const KIND: ProcessorKind =
    ProcessorKind { name: NAME, title: "PayPal", pretend: false, fields: FIELDS, together: nothing_more, capabilities, connect };

const LIVE: &str = "https://api-m.paypal.com";
const SANDBOX: &str = "https://api-m.sandbox.paypal.com";

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What PayPal's settings are.
const FIELDS: &[SettingField] = &[
    SettingField {
        name: "client_id",
        label: "Client ID",
        help: "In PayPal's developer dashboard, under Apps & Credentials.",
        secret: false,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "client_secret",
        label: "Client secret",
        help: "Beside the client ID.",
        secret: true,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "webhook_id",
        label: "Webhook ID",
        help: "PayPal shows it once a webhook to the address below is added. Without it, payments are found by asking.",
        secret: true,
        required: false,
        takes: Takes::Text,
    },
    SettingField {
        name: "environment",
        label: "Environment",
        help: "live takes real money; sandbox is PayPal's own trial.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("live", "live"), ("sandbox", "sandbox")]),
    },
    SettingField {
        name: PAYER_PAYS,
        label: "Payers pay",
        help: "On PayPal's own page no foreign script runs on ours, which keeps your questionnaire for card security short.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("page", "on PayPal's page"), (IN_FIELDS, "by PayPal's button on our page")]),
    },
    SettingField {
        name: PAYOUTS,
        label: "Payouts",
        help: "What goes to your bank is read from PayPal's record of movements. The app needs the feature Transaction search for it, which is granted apart.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("read", "Read"), (NOT_READ, "Not read")]),
    },
];

/// The setting that says whether payouts are read, and its word for no.
const PAYOUTS: &str = "payouts";
const NOT_READ: &str = "not_read";

/// Everything PayPal can do; settings may narrow it.
fn capabilities() -> Capabilities {
    let claims = [
        Capability::Checkout,
        Capability::EmbeddedFields,
        Capability::SavedMethods,
        Capability::KeepWhilePaying,
        Capability::SetupPage,
        Capability::Authorize,
        Capability::PartialCapture,
        Capability::Refund,
        Capability::PartialRefund,
        Capability::RemoteInvoice,
        Capability::ResendInvoice,
        Capability::SeparateTerminal,
        Capability::Webhooks,
        Capability::Payouts,
    ];
    Capabilities::new(&claims, 29, Some(180))
}

fn connect(settings: &Settings, capabilities: Capabilities, around: Surroundings) -> Connected {
    let sandbox = settings.text("environment").is_some_and(|text| text.expose() == "sandbox");
    let base = around.base_url.clone().unwrap_or_else(|| if sandbox { SANDBOX } else { LIVE }.to_owned());
    let http = Http::new(&around.wire, NAME, &base, None);
    let client = settings.given("client_id").expose().to_owned();
    let webhooks = settings.with_replaced("webhook_id", &around);
    let unread = settings.text(PAYOUTS).is_some_and(|text| text.expose() == NOT_READ);
    let capabilities = if unread { capabilities.without(Capability::Payouts) } else { capabilities };
    let processor = PayPal {
        line: Line::new(http, base, client.clone(), settings.given("client_secret")),
        client,
        pages: if sandbox { "https://www.sandbox.paypal.com" } else { "https://www.paypal.com" },
        terminal: if sandbox {
            "https://www.sandbox.paypal.com/virtualterminal"
        } else {
            "https://www.paypal.com/virtualterminal"
        },
        business: around.business,
        instead: around.base_url,
        wire: around.wire,
        capabilities: if webhooks.is_empty() { capabilities.without(Capability::Webhooks) } else { capabilities },
        webhooks,
    };
    Connected { processor: Arc::new(processor), bank: None }
}

/// The connector.
pub struct PayPal {
    line: Line,
    /// What the browser may know.
    client: String,
    capabilities: Capabilities,
    /// Our webhook's ids at PayPal, which PayPal signs with every message; two while one is being replaced.
    webhooks: Vec<Secret>,
    /// Where payers approve.
    pages: &'static str,
    /// Where staff key cards.
    terminal: &'static str,
    business: String,
    /// The address of a fake in PayPal's place.
    instead: Option<String>,
    wire: Wire,
}

/// Whether an id may stand in a path: PayPal's own are letters, digits, `-` and `_`.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_')
}

/// The id, if PayPal could know it.
fn plain<T>(id: &str) -> Result<&str, Outcome<T>> {
    if is_plain(id) { Ok(id) } else { Err(Outcome::rejected(RejectReason::NotFound, "PayPal knows no such thing.")) }
}

impl PayPal {
    fn can(&self, what: Capability) -> bool {
        self.capabilities.can(what)
    }

    /// How a thing stands now.
    async fn look(&self, what: &Reference, now: Instant) -> Outcome<Remote> {
        let id = match (what.kind, plain(&what.id)) {
            // A page's name is more than an order's id, and is taken apart where it is read.
            (RemoteKind::Checkout, _) => what.id.as_str(),
            (_, Ok(id)) => id,
            (_, Err(outcome)) => return outcome,
        };
        match what.kind {
            RemoteKind::Charge if invoices::is_invoice(id) => match self.invoice(id, now).await {
                Ok(invoice) => match self.charge_behind(&invoice, now).await {
                    Ok(Some(charge)) => Outcome::Done(Remote::Charge(charge)),
                    Ok(None) => Outcome::rejected(RejectReason::NotFound, "Nobody has paid this invoice at PayPal."),
                    Err(said) => said.outcome(),
                },
                Err(said) => said.outcome(),
            },
            RemoteKind::Charge => self.look_at_charge(id, now).await.map(Remote::Charge),
            RemoteKind::Checkout => self.look_at_any_page(id, now).await.map(Remote::Checkout),
            RemoteKind::Refund => self.look_at_refund(id, now).await.map(Remote::Refund),
            RemoteKind::Dispute => self.look_at_dispute(id, now).await.map(Remote::Dispute),
            RemoteKind::Invoice => self.look_at_invoice(id, now).await.map(Remote::Invoice),
            RemoteKind::Setup => self.look_at_setup(id, now).await.map(Remote::Setup),
        }
    }

    async fn sign_in(&self, currency: Currency, now: Instant) -> Outcome<Tested> {
        if let Err(said) = self.line.sign_in(now).await {
            return said.outcome();
        }
        let takes = if amounts::takes(currency) { "takes" } else { "does not take" };
        let hook = if self.webhooks.is_empty() { " No webhook ID is set, so payments are found by asking." } else { "" };
        let unread = match self.can(Capability::Payouts) && !self.may_read_movements(now).await {
            true => format!(" Payouts cannot be read. {}", payouts::NO_RIGHT),
            false => String::new(),
        };
        Outcome::Done(Tested { text: format!("PayPal knows these credentials. It {takes} {}.{hook}{unread}", currency.code()) })
    }
}

impl Processor for PayPal {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn replay(&self, operation: Operation) -> Replay {
        let seconds = match operation {
            Operation::Checkout | Operation::Charge => 6 * HOUR,
            Operation::Capture | Operation::Void | Operation::Refund => 45 * DAY,
            Operation::SaveMethod | Operation::Setup => 3 * HOUR,
            // Making a customer known is no call at all, and closing is the same however often it is done.
            Operation::PutCustomer | Operation::ExpireCheckout | Operation::CancelInvoice | Operation::Keyed => {
                return Replay::Always;
            }
            Operation::CreateInvoice | Operation::SendInvoice => return Replay::Never,
        };
        Replay::SafeFor(Duration::from_secs(seconds))
    }

    fn test<'a>(&'a self, by: &'a Attempt, currency: Currency) -> Fut<'a, Outcome<Tested>> {
        Box::pin(self.sign_in(currency, by.at))
    }

    fn terminal_apart(&self, attempt: AttemptId) -> Option<Apart> {
        self.can(Capability::SeparateTerminal).then(|| Apart {
            url: self.terminal,
            way: "Sign in, and open the Virtual Terminal.",
            field: "Invoice number",
            reference: attempt.to_string(),
        })
    }

    fn find_keyed<'a>(&'a self, by: &'a Attempt) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::SeparateTerminal) {
            return unsupported("a terminal of its own");
        }
        Box::pin(self.keyed(by))
    }

    /// PayPal keeps no customers without a method, so this only names them.
    fn put_customer<'a>(&'a self, _by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>> {
        Box::pin(std::future::ready(Outcome::Done(vault::customer(person.id))))
    }

    fn methods<'a>(&'a self, customer: &'a str, now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(async move {
            if !vault::is_customer(customer) {
                return Outcome::rejected(RejectReason::NotFound, "This is no customer's id.");
            }
            self.kept(customer, now).await
        })
    }

    fn save_method<'a>(&'a self, by: &'a Attempt, customer: &'a str, token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(async move { self.keep(&by.key(), customer, token, by.at).await })
    }

    fn detach<'a>(&'a self, customer: &'a str, method: &'a str, now: Instant) -> Fut<'a, Outcome<()>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.forget(customer, method, now))
    }

    fn setup<'a>(&'a self, by: &'a Attempt, request: &'a SetupRequest) -> Fut<'a, Outcome<Setup>> {
        if !self.can(Capability::SetupPage) {
            return unsupported("a page to save a card");
        }
        Box::pin(self.open_setup(by, request))
    }

    fn checkout<'a>(&'a self, by: &'a Attempt, request: &'a CheckoutRequest) -> Fut<'a, Outcome<Checkout>> {
        match request.lacks(self.capabilities()) {
            Some(what) => unsupported(what),
            None => match &request.fields_url {
                Some(page) => Box::pin(self.open_button(by, request, page)),
                None => Box::pin(self.open_page(by, request)),
            },
        }
    }

    fn fields<'a>(&'a self, checkout: &'a str, _now: Instant) -> Fut<'a, Outcome<Fields>> {
        if !self.can(Capability::EmbeddedFields) {
            return unsupported("fields on a page of ours");
        }
        Box::pin(std::future::ready(self.given(checkout)))
    }

    fn expire_checkout<'a>(&'a self, by: &'a Attempt, checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        Box::pin(self.close_any_page(checkout, by.at))
    }

    fn charge<'a>(&'a self, by: &'a Attempt, request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("charging a saved method");
        }
        if !request.capture && !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        Box::pin(self.charge_kept(by, request))
    }

    fn capture<'a>(&'a self, by: &'a Attempt, request: &'a CaptureRequest) -> Fut<'a, Outcome<Charge>> {
        Box::pin(self.take_held(by, request))
    }

    fn void<'a>(&'a self, by: &'a Attempt, charge: &'a str) -> Fut<'a, Outcome<Charge>> {
        Box::pin(self.let_go(by, charge))
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
        Box::pin(async move {
            match plain(invoice) {
                Ok(id) => self.mail(id, by.at).await,
                Err(outcome) => outcome,
            }
        })
    }

    fn cancel_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        Box::pin(async move {
            match plain(invoice) {
                Ok(id) => self.close_invoice(id, by.at).await,
                Err(outcome) => outcome,
            }
        })
    }

    fn fetch<'a>(&'a self, what: &'a Reference, now: Instant) -> Fut<'a, Outcome<Remote>> {
        Box::pin(self.look(what, now))
    }

    fn resolve<'a>(&'a self, by: &'a Attempt, asked: &'a Asked, now: Instant) -> Fut<'a, Resolved<Remote>> {
        Box::pin(self.find_out(by, asked, now))
    }

    fn verify<'a>(&'a self, hook: &'a RawHook<'a>) -> Fut<'a, Option<Verified>> {
        Box::pin(self.believe(hook))
    }

    fn changes<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Changes>> {
        Box::pin(self.told_since(since, now))
    }

    fn payouts<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Payouts>> {
        if !self.can(Capability::Payouts) {
            return unsupported("payouts");
        }
        Box::pin(self.paid_out(since, now))
    }
}
