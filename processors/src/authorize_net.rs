//! Authorize.Net: a hosted page to pay on and one to leave a card on, saved methods (CIM), holds, refunds, and what it tells.
//!
//! Invariants: it knows no idempotency keys, so a call is made once and never repeated; our attempt stands as the invoice number
//! on everything that moves money, and its lists decide what became of a lost answer. A hosted page is a token that the browser
//! posts, is good for 15 minutes and cannot be closed. It settles each night; before, a charge is voided whole, afterwards parts
//! go back. Limits: one currency for each merchant's account; no invoices of its own, no confirmation by the holder (3-D Secure
//! needs a service of somebody else); what reaches the bank is the acquirer's doing: a settled batch is
//! told as it was settled, without fees.
//! Left out on purpose: Accept.js on fields of ours. Source: AnetApiSchema.xsd of 2024-08-29, developer.authorize.net, 2026.

mod answers;
mod cards;
mod changes;
mod customers;
mod line;
mod listing;
mod pages;
mod payouts;
mod reading;
pub mod references;
mod resolving;
mod shapes;

use std::sync::Arc;
use std::time::Duration;

use books::calendar::Instant;
use books::ids::{AttemptId, ConnectionId};
use books::money::Currency;

use self::answers::Said;
use self::line::Line;
use self::references::{attempt, reference};
use self::shapes::{Listed, Notification, Paging, Unsettled};
use crate::asked::Asked;
use crate::capabilities::{Capabilities, Capability};
use crate::http::Http;
use crate::outcome::{Outcome, RejectReason, Resolved};
use crate::processor::{
    Attempt, CaptureRequest, ChargeRequest, CheckoutRequest, Fut, Operation, Person, Processor, RefundRequest, Replay,
    SetupRequest, unsupported,
};
use crate::registry::{Connected, ProcessorKind, SettingField, Settings, Surroundings, Takes, nothing_more};
use crate::remote::{
    Changes, Charge, ChargeState, Checkout, Onward, Payouts, Reference, Refund, Remote, RemoteKind, SavedMethod, Setup, Tested,
};
use crate::secret::Secret;
use crate::terminal::Apart;
use crate::webhook::{Hint, RawHook, Verified, matches_sha512};

const NAME: &str = "authorize_net";

pub const KIND: ProcessorKind = ProcessorKind {
    name: NAME,
    title: "Authorize.Net",
    pretend: false,
    fields: FIELDS,
    together: nothing_more,
    capabilities,
    connect,
};

const LIVE: (&str, &str) = ("https://api.authorize.net", "https://accept.authorize.net");
const SANDBOX: (&str, &str) = ("https://apitest.authorize.net", "https://test.authorize.net");
/// The Merchant Interface, live and on trial.
const MERCHANTS: (&str, &str) = ("https://login.authorize.net", "https://sandbox.authorize.net");

/// What Authorize.Net's settings are.
const FIELDS: &[SettingField] = &[
    SettingField {
        name: "login_id",
        label: "API login ID",
        help: "In the Merchant Interface, under Account, API Credentials & Keys. The Transaction Details API must be enabled there.",
        secret: false,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "transaction_key",
        label: "Transaction key",
        help: "Beside the login ID; shown once.",
        secret: true,
        required: true,
        takes: Takes::Text,
    },
    SettingField {
        name: "signature_key",
        label: "Signature key",
        help: "Made in the same place; signs the messages to the address below. Without it, payments are found by asking.",
        secret: true,
        required: false,
        takes: Takes::Text,
    },
    SettingField {
        name: "public_key",
        label: "Public client key",
        help: "Only for a shop's own pages with Authorize.Net's fields (Accept). Owed's pages do not need it.",
        secret: false,
        required: false,
        takes: Takes::Text,
    },
    SettingField {
        name: "environment",
        label: "Environment",
        help: "live takes real money; sandbox is Authorize.Net's own trial.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("live", "live"), ("sandbox", "sandbox")]),
    },
    SettingField {
        name: DEPOSITS,
        label: "Deposits",
        help: "Authorize.Net lists what it settles, not what your acquirer keeps of it. Choose \u{201c}Not read\u{201d} where the acquirer takes its fees out of each deposit.",
        secret: false,
        required: false,
        takes: Takes::OneOf(&[("whole", "Each settled batch reaches the bank whole"), (NOT_READ, "Not read")]),
    },
];

/// The setting that says whether settled batches are posted as payouts, and its word for no.
const DEPOSITS: &str = "deposits";
const NOT_READ: &str = "not_read";

/// Everything Authorize.Net can do; settings may narrow it.
fn capabilities() -> Capabilities {
    let claims = [
        Capability::Checkout,
        Capability::PaymentRequest,
        Capability::SavedMethods,
        Capability::KeepWhilePaying,
        Capability::SetupPage,
        Capability::BankDebit,
        Capability::Authorize,
        Capability::PartialCapture,
        Capability::Refund,
        Capability::PartialRefund,
        Capability::VirtualTerminal,
        Capability::SeparateTerminal,
        Capability::Webhooks,
        Capability::Payouts,
    ];
    let days = u16::try_from(cards::AUTHORIZATION_DAYS).unwrap_or(u16::MAX);
    Capabilities::new(&claims, days, Some(cards::REFUND_DAYS)).refunding_after_settlement()
}

fn connect(settings: &Settings, capabilities: Capabilities, around: Surroundings) -> Connected {
    let sandbox = settings.text("environment").is_some_and(|text| text.expose() == "sandbox");
    let (base, pages) = if sandbox { SANDBOX } else { LIVE };
    let http = Http::new(&around.wire, NAME, base, around.base_url.as_deref());
    let secrets = settings.with_replaced("signature_key", &around);
    let unread = settings.text(DEPOSITS).is_some_and(|text| text.expose() == NOT_READ);
    let capabilities = if unread { capabilities.without(Capability::Payouts) } else { capabilities };
    let login = settings.given("login_id").expose().to_owned();
    let processor = AuthorizeNet {
        line: Line::new(http, login, settings.given("transaction_key")),
        pages,
        merchants: if sandbox { MERCHANTS.1 } else { MERCHANTS.0 },
        connection: around.connection,
        business: around.business,
        public_url: around.public_url,
        page_key: around.house.page_key,
        capabilities: if secrets.is_empty() { capabilities.without(Capability::Webhooks) } else { capabilities },
        secrets,
    };
    Connected { processor: Arc::new(processor), bank: None }
}

/// The connector.
pub struct AuthorizeNet {
    line: Line,
    /// Where its pages are.
    pages: &'static str,
    /// Where staff sign in.
    merchants: &'static str,
    connection: ConnectionId,
    business: String,
    public_url: String,
    page_key: Secret,
    capabilities: Capabilities,
    secrets: Vec<Secret>,
}

impl AuthorizeNet {
    fn can(&self, what: Capability) -> bool {
        self.capabilities.can(what)
    }

    async fn look(&self, what: &Reference, now: Instant) -> Outcome<Remote> {
        match what.kind {
            RemoteKind::Charge => self.look_at_charge(&what.id, now).await.map(Remote::Charge),
            RemoteKind::Checkout => self.look_at_page(&what.id, now).await.map(Remote::Checkout),
            RemoteKind::Refund => self.look_at_refund(&what.id).await.map(Remote::Refund),
            RemoteKind::Dispute => self.look_at_dispute(&what.id).await.map(Remote::Dispute),
            RemoteKind::Setup => self.look_at_setup(&what.id, now).await.map(Remote::Setup),
            RemoteKind::Invoice => Outcome::rejected(RejectReason::NotFound, "Authorize.Net has no invoices of its own."),
        }
    }

    /// Who we are there, and whether the lists can be read, without which no lost answer is ever found.
    async fn try_out(&self, currency: Currency) -> Outcome<Tested> {
        let merchant = match self.merchant().await {
            Ok(merchant) => merchant,
            Err(said) => return said.outcome(),
        };
        let list = Unsettled { sorting: None, paging: Some(Paging { limit: Some(1), offset: Some(1) }) };
        match self.line.ask::<Listed>("getUnsettledTransactionListRequest", &list).await {
            Ok(_) => {}
            Err(Said::Refused { code, .. }) => {
                let text = format!("Enable the Transaction Details API in Authorize.Net's Merchant Interface ({code}).");
                return Outcome::rejected(RejectReason::Credentials, text);
            }
            Err(said) => return said.outcome(),
        }
        if merchant.is_test_mode == Some(true) {
            let text =
                "The account is in test mode, in which nothing is kept. Turn it off in Authorize.Net's Merchant Interface.";
            return Outcome::rejected(RejectReason::Credentials, text);
        }
        let own = merchant.currencies.join(", ");
        let takes =
            if own.contains(currency.code()) { String::new() } else { format!(" It takes {own}, not {}.", currency.code()) };
        let hook = if self.secrets.is_empty() { " No signature key is set, so payments are found by asking." } else { "" };
        Outcome::Done(Tested { text: format!("Authorize.Net knows this login.{takes}{hook}") })
    }

    /// What staff took in the Merchant Interface by the attempt's reference, which stands where ours do.
    async fn keyed(&self, by: &Attempt) -> Outcome<Charge> {
        match self.charge_with(by.id, by.at).await {
            Ok(Some(read)) if read.state != ChargeState::Failed => self.charge_of(&read, by.at).await,
            Ok(_) => {
                Outcome::rejected(RejectReason::NotFound, "Nothing was taken in Authorize.Net's terminal by this reference.")
            }
            Err(said) => said.outcome(),
        }
    }

    /// A message counts under its signature over the bytes that arrived. It is not dated.
    fn believe(&self, hook: &RawHook<'_>) -> Option<Verified> {
        if !self.can(Capability::Webhooks) {
            return None;
        }
        let signature = hex::decode(hook.header("x-anet-signature")?.strip_prefix("sha512=")?).ok()?;
        if !matches_sha512(&self.secrets, &[hook.body], &signature) {
            return None;
        }
        let told: Notification = serde_json::from_slice(hook.body).ok()?;
        let at = Instant::from_rfc3339(&told.event_date).unwrap_or(hook.now);
        let hints = hint(&told).into_iter().collect();
        (!told.notification_id.is_empty()).then_some(Verified { delivery_id: told.notification_id, at, hints })
    }
}

/// What a message is about, when it is about something that we can ask for.
fn hint(told: &Notification) -> Option<Hint> {
    let event = told.event_type.strip_prefix("net.authorize.payment.")?;
    if told.payload.entity_name != "transaction" {
        return None;
    }
    let kind = if event.starts_with("refund.") { RemoteKind::Refund } else { RemoteKind::Charge };
    let taking = event.starts_with("auth");
    let ours = told.payload.invoice_number.as_deref().or(told.payload.merchant_reference_id.as_deref());
    Some(Hint {
        about: Reference::new(kind, told.payload.id.clone()),
        attempt: ours.filter(|_| taking).and_then(attempt),
        event: told.event_type.clone(),
    })
}

impl Processor for AuthorizeNet {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn replay(&self, operation: Operation) -> Replay {
        match operation {
            Operation::PutCustomer | Operation::SaveMethod | Operation::ExpireCheckout | Operation::Void | Operation::Keyed => {
                Replay::Always
            }
            Operation::Charge | Operation::Refund => Replay::DetectsDuplicateFor(Duration::from_secs(cards::DUPLICATES_SECONDS)),
            // A second token for one attempt is a second page; a second capture is refused, whoever asks.
            _ => Replay::Never,
        }
    }

    fn test<'a>(&'a self, _by: &'a Attempt, currency: Currency) -> Fut<'a, Outcome<Tested>> {
        Box::pin(self.try_out(currency))
    }

    fn terminal_apart(&self, attempt: AttemptId) -> Option<Apart> {
        let reference = reference(attempt).filter(|_| self.can(Capability::SeparateTerminal))?;
        let way = "Sign in; under Tools, open the Virtual Terminal.";
        Some(Apart { url: self.merchants, way, field: "Invoice Number", reference })
    }

    fn find_keyed<'a>(&'a self, by: &'a Attempt) -> Fut<'a, Outcome<Charge>> {
        if !self.can(Capability::SeparateTerminal) {
            return unsupported("a terminal of its own");
        }
        Box::pin(self.keyed(by))
    }

    fn put_customer<'a>(&'a self, _by: &'a Attempt, person: &'a Person) -> Fut<'a, Outcome<String>> {
        Box::pin(self.known(person))
    }

    fn methods<'a>(&'a self, customer: &'a str, _now: Instant) -> Fut<'a, Outcome<Vec<SavedMethod>>> {
        Box::pin(self.listed(customer))
    }

    fn save_method<'a>(&'a self, _by: &'a Attempt, customer: &'a str, token: &'a str) -> Fut<'a, Outcome<SavedMethod>> {
        if !self.can(Capability::SavedMethods) {
            return unsupported("saved methods");
        }
        Box::pin(self.keep(customer, token))
    }

    fn detach<'a>(&'a self, customer: &'a str, method: &'a str, _now: Instant) -> Fut<'a, Outcome<()>> {
        Box::pin(self.forget(customer, method))
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
            None => Box::pin(self.open_page(by, request)),
        }
    }

    fn expire_checkout<'a>(&'a self, by: &'a Attempt, checkout: &'a str) -> Fut<'a, Outcome<Checkout>> {
        Box::pin(self.give_up_page(checkout, by.at))
    }

    fn onward(&self, page: &str, now: Instant) -> Option<Onward> {
        self.onward_from(page, now)
    }

    fn charge<'a>(&'a self, by: &'a Attempt, request: &'a ChargeRequest) -> Fut<'a, Outcome<Charge>> {
        Box::pin(self.take(by, request))
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
