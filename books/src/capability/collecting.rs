//! May money be asked for or taken: requests, payers, staff, saved methods, the counter.
//!
//! Invariant: reasons come in the published order (ORD-6). Left out: what an amount does to the account.

use super::{Action, Answer, Code, first, no_balance, no_right, payment_pending, when};
use crate::calendar::Day;
use crate::link::{LinkState, PartRefusal, Policy};
use crate::money::Money;

/// What processors can do for this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processors {
    /// No connection is live.
    None,
    /// Live, but none can be paid online by request.
    Incompatible,
    Ready,
}

#[derive(Debug, Clone, Copy)]
pub struct RequestPaymentFacts {
    pub due: Money,
    pub processors: Processors,
    /// The contact has an address, or one was typed in.
    pub has_address: bool,
    /// What payments under way will pay.
    pub pending: Option<Money>,
    /// What an invoice that is out at a processor asks for, of the same charges.
    pub invoiced: Option<Money>,
}

pub fn request_payment(facts: &RequestPaymentFacts) -> Answer {
    first(
        Action::RequestPayment,
        [
            no_balance(facts.due),
            when(facts.processors == Processors::None, Code::NoProcessor, || {
                "No payment processor is live: connect one in Settings.".to_owned()
            }),
            when(facts.processors == Processors::Incompatible, Code::ProcessorIncompatible, || {
                "No live processor can be paid online by request: add one that can, such as Stripe.".to_owned()
            }),
            when(!facts.has_address, Code::NoContact, || {
                "The customer has no email address: add one, or copy the link.".to_owned()
            }),
            payment_pending(facts.pending),
            invoice_out(facts.invoiced),
        ],
    )
}

/// A processor makes an invoice of its own, mails and collects it. `facts.processors`: whether one can.
pub fn remote_invoice(facts: &RequestPaymentFacts) -> Answer {
    first(
        Action::RemoteInvoice,
        [
            no_balance(facts.due),
            when(facts.processors == Processors::None, Code::NoProcessor, || {
                "No payment processor is live: connect one in Settings.".to_owned()
            }),
            when(facts.processors == Processors::Incompatible, Code::ProcessorIncompatible, || {
                "No live processor sends invoices of its own: add one that does, such as Square.".to_owned()
            }),
            when(!facts.has_address, Code::NoContact, || "The customer has no email address: add one first.".to_owned()),
            payment_pending(facts.pending),
            invoice_out(facts.invoiced),
        ],
    )
}

/// The same money is asked for once: ORD-4 has an order wait for the invoice that is out.
fn invoice_out(invoiced: Option<Money>) -> Option<(Code, String)> {
    invoiced.map(|amount| {
        let detail = format!("An invoice of {amount} is out at a processor: wait until it is paid, or cancel it.");
        (Code::PaymentPending, detail)
    })
}

#[derive(Debug, Clone, Copy)]
pub struct PayFacts {
    pub due: Money,
    pub link: LinkState,
    /// The link may be paid by, and a processor is live.
    pub can_pay: bool,
    pub pending: Option<Money>,
}

/// A payer pays through a link.
pub fn pay(facts: &PayFacts) -> Answer {
    first(
        Action::Pay,
        [
            no_balance(facts.due),
            when(facts.link == LinkState::Revoked, Code::LinkRevoked, || {
                "This link is no longer valid: ask for a new one.".to_owned()
            }),
            when(facts.link == LinkState::Expired, Code::LinkExpired, || {
                "This link has expired: have a fresh one mailed.".to_owned()
            }),
            when(!facts.can_pay, Code::ViewOnly, || "This page shows the balance; it cannot be paid here.".to_owned()),
            payment_pending(facts.pending),
        ],
    )
    .about(facts.pending.map(|pending| ("pending", pending)))
}

/// A payer chooses an amount. Without one: whether the policy lets a payer choose at all.
pub fn pay_part(policy: &Policy, asked: Option<Money>, due: Money) -> Answer {
    let part = asked.and_then(|asked| policy.check(asked, due).err());
    let least = part.as_ref().and_then(PartRefusal::least);
    let refusal = match (part, asked) {
        (Some(refusal), _) => Some((refusal.code(), format!("{refusal}."))),
        (None, Some(_)) => None,
        (None, None) => when(!policy.allows_parts(), Code::FullOnly, || format!("This link takes only the whole {due}.")),
    };
    let amounts = [Some(("due", due)), asked.map(|asked| ("asked", asked)), least.map(|least| ("least", least))];
    first(Action::PayPart, [refusal]).about(amounts.into_iter().flatten())
}

#[derive(Debug, Clone, Copy)]
pub struct AddPaymentFacts {
    pub pending: Option<Money>,
    /// Staff say that this money has come all the same.
    pub despite_pending: bool,
    pub received_on: Option<Day>,
    pub locked_through: Option<Day>,
    pub right: bool,
}

/// Staff record money that came outside of a processor.
pub fn add_payment(facts: &AddPaymentFacts) -> Answer {
    let locked = facts.locked_through.zip(facts.received_on).filter(|(through, day)| day <= through);
    first(
        Action::AddPayment,
        [
            if facts.despite_pending { None } else { payment_pending(facts.pending) },
            locked
                .map(|(through, _)| (Code::PeriodLocked, format!("The books are locked through {through}: choose a later day."))),
            no_right(facts.right),
        ],
    )
}

/// What is known about saved methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavedMethod {
    None,
    Expired,
    Live,
}

pub(super) fn no_method(method: SavedMethod) -> [Option<(Code, String)>; 2] {
    [
        when(method == SavedMethod::None, Code::NoSavedMethod, || {
            "The customer has no saved method: ask them to add one.".to_owned()
        }),
        when(method == SavedMethod::Expired, Code::MethodExpired, || "The saved method has expired: ask for another.".to_owned()),
    ]
}

#[derive(Debug, Clone, Copy)]
pub struct ChargeSavedFacts {
    pub due: Money,
    pub method: SavedMethod,
    /// Nothing: all that is due.
    pub amount: Option<Money>,
    pub pending: Option<Money>,
    pub right: bool,
}

pub fn charge_saved(facts: &ChargeSavedFacts) -> Answer {
    let [none, expired] = no_method(facts.method);
    first(
        Action::ChargeSaved,
        [
            no_balance(facts.due),
            none,
            expired,
            above_due(facts.amount, facts.due),
            payment_pending(facts.pending),
            no_right(facts.right),
        ],
    )
}

fn above_due(amount: Option<Money>, due: Money) -> Option<(Code, String)> {
    let above = amount.filter(|amount| amount.minor > due.minor);
    above.map(|amount| (Code::AboveDue, format!("{amount} is more than the {due} that is due: lower the amount.")))
}

#[derive(Debug, Clone, Copy)]
pub struct AuthorizeFacts {
    pub due: Money,
    /// Whether one has fields in which staff can key a card and holds its amount.
    pub processors: Processors,
    /// A kept card is held as well as one that is keyed.
    pub method: SavedMethod,
    /// Nothing: all that is due.
    pub amount: Option<Money>,
    pub pending: Option<Money>,
    pub right: bool,
}

/// Staff have an amount held on a card, at the counter or by phone, to be processed afterwards.
pub fn authorize(facts: &AuthorizeFacts) -> Answer {
    let keyed = facts.method != SavedMethod::Live;
    first(
        Action::Authorize,
        [
            no_balance(facts.due),
            when(facts.processors == Processors::None, Code::NoProcessor, || {
                "No payment processor is live: connect one in Settings, or record what another terminal took.".to_owned()
            }),
            when(keyed && facts.processors == Processors::Incompatible, Code::ProcessorIncompatible, || {
                "No live processor has fields in which staff can key a card: record what another terminal took.".to_owned()
            }),
            above_due(facts.amount, facts.due),
            payment_pending(facts.pending),
            no_right(facts.right),
        ],
    )
}

/// An authorization of the amount that is to be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationFacts {
    /// None that is unused and for that amount.
    Missing,
    Expired,
    Live,
}

pub fn process_card(authorization: AuthorizationFacts) -> Answer {
    of_authorization(Action::ProcessCard, authorization)
}

pub fn capture(authorization: AuthorizationFacts) -> Answer {
    of_authorization(Action::Capture, authorization)
}

fn of_authorization(action: Action, authorization: AuthorizationFacts) -> Answer {
    first(
        action,
        [
            when(authorization == AuthorizationFacts::Missing, Code::NotAuthorized, || {
                "Authorize the card for this amount first.".to_owned()
            }),
            when(authorization == AuthorizationFacts::Expired, Code::AuthorizationExpired, || {
                "The authorization has expired: authorize the card again.".to_owned()
            }),
        ],
    )
}

/// `missing`: the first detail that is not filled in, in words ("the number of the check").
pub fn process_check(missing: Option<&str>) -> Answer {
    first(Action::ProcessCheck, [missing_detail(missing)])
}

/// `missing`: the first detail that is not filled in, in words ("the amount tendered").
pub fn process_cash(missing: Option<&str>) -> Answer {
    first(Action::ProcessCash, [missing_detail(missing)])
}

fn missing_detail(missing: Option<&str>) -> Option<(Code, String)> {
    missing.map(|what| (Code::MissingDetail, format!("Fill in {what}.")))
}
