//! Stripe: pages by Checkout Sessions, charges by payment intents, invoices of its own.
//!
//! Invariants: cards are typed on Stripe's pages or in Stripe's own fields only; a charge's id is its payment intent's; our attempt's key is the
//! idempotency key and stands in the metadata of whatever it made. A card whose bank wants its holder gives up the direct
//! charge for good and opens a page on which the holder pays instead, so that at most one of the two can take money.
//! Limits: pages stay open for at most 24 hours; invoices are sent to one address; Stripe cannot forget a key on demand, so
//! resolving an attempt makes the same call once more within 23 hours, and looks for its traces afterwards.
//! Left out on purpose: subscriptions, Stripe's own tax, and Connect.
//! Sources: Stripe's API reference and OpenAPI files of 2023-08-16 and 2026-08-21.

mod acts;
mod fields;
mod forms;
mod invoices;
mod line;
mod look;
mod meaning;
mod news;
pub mod objects;
mod payouts;
mod resolve;

use std::sync::Arc;
use std::time::Duration;

use books::calendar::Instant;
use books::money::Currency;

pub use line::VERSION;

use self::line::Line;
use self::objects::Account;
use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::http::Http;
use crate::local_page::{self, LocalPage};
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, Initiator, InvoiceRequest, Operation, Person, Processor,
    RefundRequest, Replay, SetupRequest, Source, unsupported,
};
use crate::registry::{
    Connected, IN_FIELDS, PAYER_PAYS, ProcessorKind, SettingError, SettingField, Settings, Surroundings, Takes,
};
use crate::remote::{
    Changes, Charge, Checkout, Fields, Payouts, Reference, Refund, Remote, RemoteInvoice, SavedMethod, Setup, Tested,
};
use crate::secret::Secret;
use crate::terminal::Terminal;
use crate::trial::Trial;
use crate::webhook::{RawHook, Verified};

const NAME: &str = "stripe";
/// The setting that says whether staff key cards, and its word for yes: Stripe allows it account by account.
const STAFF_KEY: &str = "staff_key_cards";
const ALLOWED: &str = "allowed";
const BASE: &str = "https://api.stripe.com";
/// Stripe forgets a key after 24 hours at the earliest; an hour is left for clocks that differ.
pub const SAFE_TO_REPEAT: Duration = Duration::from_secs(23 * 3_600);

pub const KIND: ProcessorKind = ProcessorKind {
    name: NAME,
    title: "Stripe",
    pretend: false,
    fields: &[
        SettingField {
            name: "secret_key",
            label: "Secret key",
            help: "In Stripe: Developers, API keys. A key that begins with sk_test_ or rk_test_ moves no real money.",
            secret: true,
            required: true,
            takes: Takes::Beginning(&["sk_", "rk_"]),
        },
        SettingField {
            name: "webhook_secret",
            label: "Signing secret of the webhook",
            help: "In Stripe: Developers, Webhooks, the endpoint with our address. Without it changes are asked for, a little later.",
            secret: true,
            required: false,
            takes: Takes::Beginning(&["whsec_"]),
        },
        SettingField {
            name: "publishable_key",
            label: "Publishable key",
            help: "Needed for Stripe's fields on our page only.",
            secret: false,
            required: false,
            takes: Takes::Beginning(&["pk_"]),
        },
        SettingField {
            name: PAYER_PAYS,
            label: "Payers pay",
            help: "On Stripe's own page no foreign script runs on ours, which keeps your questionnaire for card security short.",
            secret: false,
            required: false,
            takes: Takes::OneOf(&[("page", "on Stripe's page"), (IN_FIELDS, "in Stripe's fields on our page")]),
        },
        SettingField {
            name: STAFF_KEY,
            label: "Staff key cards",
            help: "For cards by phone, in Stripe's fields on our page. Stripe must have allowed mail and telephone orders for your \
                   account: ask its support first, or such charges are refused.",
            secret: false,
            required: false,
            takes: Takes::OneOf(&[("no", "no"), (ALLOWED, "yes, Stripe allowed mail and telephone orders")]),
        },
    ],
    together: fields_need_a_key,
    capabilities,
    connect,
};

/// Everything the connector does. Cards keyed by staff only where the setting says that Stripe allowed it.
pub fn capabilities() -> Capabilities {
    Capabilities::new(Capability::ALL, 7, None).without(Capability::SeparateTerminal)
}

fn staff_may_key(settings: &Settings) -> bool {
    settings.text(STAFF_KEY).is_some_and(|text| text.expose() == ALLOWED)
}

fn fields_need_a_key(settings: &Settings) -> Option<SettingError> {
    let wanted = settings.text(PAYER_PAYS).is_some_and(|text| text.expose() == IN_FIELDS) || staff_may_key(settings);
    (wanted && settings.text("publishable_key").is_none()).then(|| SettingError {
        field: "settings.publishable_key".to_owned(),
        text: "Stripe's fields on our page need the publishable key.".to_owned(),
    })
}

fn connect(settings: &Settings, mut capabilities: Capabilities, around: Surroundings) -> Connected {
    let hook_secrets = settings.with_replaced("webhook_secret", &around);
    let hears = !hook_secrets.is_empty();
    let http = Http::new(&around.wire, NAME, BASE, around.base_url.as_deref());
    if settings.text("publishable_key").is_none() {
        capabilities = capabilities.without(Capability::EmbeddedFields);
    }
    if !staff_may_key(settings) {
        capabilities = capabilities.without(Capability::VirtualTerminal);
    }
    let stripe = Stripe {
        publishable_key: settings.given("publishable_key").expose().to_owned(),
        line: Line { http, secret_key: settings.given("secret_key") },
        capabilities: if hears { capabilities } else { capabilities.without(Capability::Webhooks) },
        hook_secrets,
    };
    Connected { processor: Arc::new(stripe), bank: None }
}

/// The connector.
pub struct Stripe {
    line: Line,
    /// What the browser may know; empty where no fields are shown on a page of ours.
    publishable_key: String,
    capabilities: Capabilities,
    /// The newest first; the others were replaced a short while ago.
    hook_secrets: Vec<Secret>,
}

impl Stripe {
    fn can(&self, what: Capability) -> bool {
        self.capabilities.can(what)
    }

    fn cards_only(&self) -> bool {
        !self.can(Capability::BankDebit)
    }

    /// Asks for the account behind the key: harmless, and it tells whether the account may take money.
    /// The key moves no real money.
    fn is_trial(&self) -> bool {
        self.line.secret_key.expose().contains("_test_")
    }

    async fn account(&self) -> Outcome<Tested> {
        let account = match self.line.get::<Account>("/v1/account").await.or_end() {
            Ok(account) => account,
            Err(outcome) => return outcome,
        };
        if account.charges_enabled == Some(false) {
            let text = "Stripe knows the key, but this account may not take payments yet: finish its activation at Stripe.";
            return Outcome::rejected(RejectReason::Credentials, text);
        }
        let name = account.business_profile.and_then(|profile| profile.name).unwrap_or(account.id);
        let mode = if self.is_trial() { "in test mode: no real money moves" } else { "in live mode: payments are real" };
        Outcome::Done(Tested { text: format!("Stripe answers for {name}, {mode}.") })
    }
}

impl Processor for Stripe {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn replay(&self, _operation: Operation) -> Replay {
        Replay::SafeFor(SAFE_TO_REPEAT)
    }

    fn test<'a>(&'a self, _by: &'a Attempt, _currency: Currency) -> Fut<'a, Outcome<Tested>> {
        Box::pin(self.account())
    }

    fn trial(&self) -> Trial {
        if self.is_trial() { Trial::TestCard("pm_card_visa") } else { Trial::Page }
    }

    fn terminal(&self) -> Terminal {
        Terminal::OurPage
    }

    fn put_customer<'a>(&'a self, by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>> {
        Box::pin(self.introduce(by, person))
    }

    fn methods<'a>(&'a self, customer: &'a str, _now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.kept_methods(customer))
    }

    fn save_method<'a>(&'a self, by: &'a Attempt, customer: &'a str, token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.attach(by, customer, token))
    }

    fn detach<'a>(&'a self, _customer: &'a str, method: &'a str, now: Instant) -> Fut<'a, Outcome<()>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.forget(method, now))
    }

    fn setup<'a>(&'a self, by: &'a Attempt, request: &'a SetupRequest) -> Fut<'a, Outcome<Setup>> {
        if !self.can(Capability::SetupPage) {
            return unsupported("a page to save a card");
        }
        Box::pin(self.open_setup(by, request))
    }

    fn checkout<'a>(&'a self, by: &'a Attempt, request: &'a CheckoutRequest) -> Fut<'a, Outcome<Checkout>> {
        if let Some(lack) = request.lacks(self.capabilities()) {
            return unsupported(lack);
        }
        match &request.fields_url {
            Some(page) if request.by == Initiator::Staff => Box::pin(std::future::ready(local_page::open(by, request, page))),
            None if request.by == Initiator::Staff => unsupported("a page of its own on which staff key a card"),
            Some(page) => Box::pin(self.open_fields(by, request, page)),
            None => Box::pin(self.open_page(by, request)),
        }
    }

    fn fields<'a>(&'a self, checkout: &'a str, _now: Instant) -> Fut<'a, Outcome<Fields>> {
        match LocalPage::read(checkout) {
            Some(_) if !self.can(Capability::VirtualTerminal) => unsupported("a virtual terminal"),
            Some(page) => Box::pin(std::future::ready(self.given_to_staff(&page))),
            None if !self.can(Capability::EmbeddedFields) => unsupported("fields on a page of ours"),
            None => Box::pin(self.given(checkout)),
        }
    }

    fn expire_checkout<'a>(&'a self, by: &'a Attempt, checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        match LocalPage::read(checkout) {
            Some(page) => Box::pin(std::future::ready(Outcome::Done(page.closed(by.at)))),
            None => Box::pin(self.close_page(by, checkout)),
        }
    }

    fn charge<'a>(&'a self, by: &'a Attempt, request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        if matches!(request.source, Source::Saved { .. }) && !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        if request.source.is_kept() {
            return unsupported("keeping the card of a token");
        }
        if !request.capture && !self.can(Capability::Authorize) {
            return unsupported("holding an amount");
        }
        if request.by == Initiator::Staff && !self.can(Capability::VirtualTerminal) {
            return unsupported("a virtual terminal");
        }
        Box::pin(self.take(by, request))
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
        Box::pin(self.draft_invoice(by, request))
    }

    fn send_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.issue_invoice(by, invoice))
    }

    fn cancel_invoice<'a>(&'a self, by: &'a Attempt, invoice: &'a str) -> Fut<'a, Outcome<RemoteInvoice>> {
        if !self.can(Capability::RemoteInvoice) {
            return unsupported("invoices of its own");
        }
        Box::pin(self.withdraw_invoice(by, invoice))
    }

    fn fetch<'a>(&'a self, what: &'a Reference, now: Instant) -> Fut<'a, Outcome<Remote>> {
        Box::pin(self.look(what, now))
    }

    fn resolve<'a>(&'a self, by: &'a Attempt, asked: &'a Asked, now: Instant) -> Fut<'a, Resolved<Remote>> {
        Box::pin(self.what_became(by, asked, now))
    }

    fn verify<'a>(&'a self, hook: &'a RawHook<'a>) -> Fut<'a, Option<Verified>> {
        Box::pin(std::future::ready(self.read_hook(hook)))
    }

    fn changes<'a>(&'a self, since: Option<&'a str>, now: Instant) -> Fut<'a, Outcome<Changes>> {
        Box::pin(self.changed(since, now))
    }

    fn payouts<'a>(&'a self, since: Option<&'a str>, _now: Instant) -> Fut<'a, Outcome<Payouts>> {
        if !self.can(Capability::Payouts) {
            return unsupported("payouts");
        }
        Box::pin(self.paid_out(since))
    }
}
