//! What a processor tells about the things it keeps, in the words of the books.
//!
//! Invariants: amounts are never negative and stand in the currency they were taken in; ids are the processor's own text;
//! a value here is what the processor said at one moment, so it is evidence, and it can be stored and read back.
//! Left out on purpose: card numbers, names on cards, and whatever only one processor knows.

use books::calendar::{Day, Instant};
use books::ids::AttemptId;
use books::money::Money;
use serde::{Deserialize, Serialize};

use crate::outcome::{Decline, DeclineReason};
use crate::wire;

/// Money that the processor took, holds or returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The processor's transaction id.
    pub id: String,
    /// Our key that it carries. None: it did not come from us.
    pub attempt: Option<AttemptId>,
    /// What was asked for.
    #[serde(with = "wire::money")]
    pub amount: Money,
    /// What was taken so far; 0 while it is only held or under way.
    #[serde(with = "wire::money")]
    pub captured: Money,
    /// What went back to the payer by refunds that succeeded or are under way.
    #[serde(with = "wire::money")]
    pub refunded: Money,
    pub state: ChargeState,
    /// Set when it is declined or failed.
    pub reason: Option<DeclineReason>,
    /// How it was paid, as far as a receipt may say.
    pub method: Option<SavedMethod>,
    /// The remote customer's kept method, when this charge saved one (its `id` can be charged again).
    pub saved: Option<SavedMethod>,
    pub approval_code: Option<String>,
    pub disputed: bool,
    pub created_at: Instant,
    /// When a held amount lapses by itself.
    pub expires_at: Option<Instant>,
    pub captured_at: Option<Instant>,
    /// When it was settled with the payer's bank; some processors refund only after this.
    pub settled_at: Option<Instant>,
}

/// Where a charge stands. Refunds and disputes are told beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeState {
    /// Held, not taken.
    Authorized,
    /// Under way: a bank debit before it settles, a charge held for review.
    Pending,
    /// Taken.
    Captured,
    /// The hold was let go before it was taken.
    Voided,
    /// The hold lapsed.
    Expired,
    /// It was under way and failed: no money came.
    Failed,
    /// It was taken and the bank took it back.
    Returned,
}

/// A processor's page where a payer pays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkout {
    pub id: String,
    pub attempt: Option<AttemptId>,
    /// Where to send the payer. Empty when it is looked at later and the page is ours, or gone.
    pub url: String,
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub state: CheckoutState,
    /// What was charged on it, once completed. It may still be pending or only authorized.
    pub charge: Option<Charge>,
    /// The last decline the payer met there, while it is open.
    pub last_decline: Option<Decline>,
    pub expires_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutState {
    Open,
    /// The payer finished: `charge` says what came of it.
    Completed,
    /// Too late, or closed by us: it can never be paid any more.
    Expired,
    /// The payer turned back. It can never be paid any more.
    Canceled,
    /// Given up by us, and the processor cannot close it: it may still be paid until it expires.
    Abandoned,
}

/// What a processor's script needs to show its fields on a page of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Fields {
    /// Where the script is loaded from, always live and never from us.
    pub script: String,
    /// What our own script hands over to it, by name.
    pub given: Vec<(&'static str, String)>,
    /// The script gives a token that is charged by us. Otherwise the processor knows itself when it was paid there.
    pub gives_token: bool,
    /// Beside the card the payer may choose a bank account, for which the script brings in another's (Plaid).
    pub banks: bool,
}

/// A secret of the payer's is among what is given, so none of it is printed.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.given.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Fields").field("script", &self.script).field("given", &names).finish()
    }
}

/// A processor's page that takes its visitor by a form: a page of ours holds that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    /// The only place to which the form may lead.
    pub origin: &'static str,
    /// Where the form is sent.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
    /// What is paid there; none where a card is only kept.
    pub amount: Option<Money>,
    /// It is too late for this page: the visitor goes `back`.
    pub lapsed: bool,
    /// Where the processor's page leads afterwards.
    pub back: String,
}

/// A processor's page where a card is kept without being charged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    pub id: String,
    pub url: String,
    /// The remote customer the card is kept for.
    pub customer: String,
    pub state: SetupState,
    pub method: Option<SavedMethod>,
    pub expires_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupState {
    Open,
    Completed,
    Expired,
    Canceled,
}

/// A way to pay, as much of it as may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMethod {
    /// The processor's token; empty when the method was used once and not kept.
    pub id: String,
    pub kind: MethodKind,
    /// `Visa`, or the bank's name for a debit.
    pub brand: String,
    pub last4: String,
    /// Last month it is good for: (year, month). None for a bank account.
    pub expires: Option<(i16, u8)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    Card,
    BankDebit,
}

impl MethodKind {
    /// As it is written: `card` or `bank_debit`.
    pub fn as_str(self) -> &'static str {
        match self {
            MethodKind::Card => "card",
            MethodKind::BankDebit => "bank_debit",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    /// Our key. None: made at the processor's dashboard.
    pub attempt: Option<AttemptId>,
    /// The charge it returns.
    pub charge: String,
    /// The key of the attempt behind that charge, when it is ours.
    pub charge_attempt: Option<AttemptId>,
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub state: RefundState,
    pub reason: Option<DeclineReason>,
    pub created_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    Pending,
    Succeeded,
    Failed,
}

/// The payer disputes a charge with the bank (chargeback).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub charge: String,
    pub charge_attempt: Option<AttemptId>,
    #[serde(with = "wire::money")]
    pub amount: Money,
    pub state: DisputeState,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    Opened,
    Won,
    Lost,
}

/// An invoice that the processor made and collects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoteInvoice {
    pub id: String,
    pub attempt: Option<AttemptId>,
    pub number: String,
    pub state: RemoteInvoiceState,
    /// Where its receiver reads and pays it, once it is sent.
    pub url: Option<String>,
    #[serde(with = "wire::money")]
    pub amount: Money,
    /// What paid it.
    pub charge: Option<Charge>,
    /// The processor's version mark, where updates need one.
    pub version: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteInvoiceState {
    Draft,
    Sent,
    Paid,
    Canceled,
}

/// What the processor sent to the merchant's bank (or took from it, when negative). Once listed it never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payout {
    pub id: String,
    /// Signed: what arrived. The sum of `lines` less `fees` and less `kept`.
    #[serde(with = "wire::money")]
    pub net: Money,
    #[serde(with = "wire::money")]
    pub fees: Money,
    /// Signed: what the processor keeps of it for later, the change of the balance that stays there.
    #[serde(with = "wire::money")]
    pub kept: Money,
    pub arrived_on: Day,
    pub lines: Vec<PayoutLine>,
}

/// How a payout's line is named that is of no charge: the balance from before the first listing.
pub const BALANCE_BEFORE: &str = "balance-before-";
/// The same of what moved, by the processor's own balances, without being listed.
pub const NOT_LISTED: &str = "not-listed-before-";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PayoutLine {
    /// The processor's own id of the charge, or of the movement where there is none.
    pub charge: String,
    /// Our key that it carries, where the listing names the charge otherwise than its charge is known by.
    pub attempt: Option<AttemptId>,
    /// Signed: + captured, − refunded, disputed or returned.
    #[serde(with = "wire::money")]
    pub amount: Money,
}

/// Anything a processor keeps, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "now", rename_all = "snake_case")]
pub enum Remote {
    Charge(Charge),
    Checkout(Checkout),
    Refund(Refund),
    Dispute(Dispute),
    Invoice(RemoteInvoice),
    Setup(Setup),
}

impl Remote {
    pub fn reference(&self) -> Reference {
        let (kind, id) = match self {
            Remote::Charge(it) => (RemoteKind::Charge, &it.id),
            Remote::Checkout(it) => (RemoteKind::Checkout, &it.id),
            Remote::Refund(it) => (RemoteKind::Refund, &it.id),
            Remote::Dispute(it) => (RemoteKind::Dispute, &it.id),
            Remote::Invoice(it) => (RemoteKind::Invoice, &it.id),
            Remote::Setup(it) => (RemoteKind::Setup, &it.id),
        };
        Reference { kind, id: id.clone() }
    }

    /// The charge it is, or the one that completed it.
    pub fn charge(&self) -> Option<&Charge> {
        match self {
            Remote::Charge(charge) => Some(charge),
            Remote::Checkout(checkout) => checkout.charge.as_ref(),
            Remote::Invoice(invoice) => invoice.charge.as_ref(),
            Remote::Refund(_) | Remote::Dispute(_) | Remote::Setup(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteKind {
    Charge,
    Checkout,
    Refund,
    Dispute,
    Invoice,
    Setup,
}

/// The name of a thing a processor keeps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reference {
    pub kind: RemoteKind,
    pub id: String,
}

impl Reference {
    pub fn new(kind: RemoteKind, id: impl Into<String>) -> Reference {
        Reference { kind, id: id.into() }
    }
}

/// What changed since a cursor, each as it stands now. The same thing may be told again; nothing is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    pub changed: Vec<Remote>,
    /// Ask with this next time. The processor's own text, kept per connection.
    pub cursor: String,
    /// There is more now: ask again at once.
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payouts {
    pub payouts: Vec<Payout>,
    pub cursor: String,
    pub more: bool,
}

/// The result of testing a connection, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    pub text: String,
}
