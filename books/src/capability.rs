//! May this be done, and if not, why: one function per action (ORD-6). Buttons, API and flows ask the same function.
//!
//! Invariants: every action is always answered; the code is the first that applies, in the order ORD-6 writes them; a
//! no comes with a sentence that says what to do. Functions take plain facts, so that a page can ask for a hundred
//! rows without loading accounts. Left out: authentication and scopes, which are answered before anything is read.

use crate::calendar::Day;
use crate::link::{LinkState, Policy};
use crate::money::Money;
use crate::order::{OrderKind, OrderState};
use crate::refusal::Code;
use crate::words::words;

words! {
    /// Everything a person may want to do to an order, invoice, payment or customer.
    Action {
        RequestPayment = "request_payment",
        Pay = "pay",
        PayPart = "pay_part",
        AddPayment = "add_payment",
        ChargeSaved = "charge_saved",
        ProcessCard = "process_card",
        ProcessCash = "process_cash",
        ProcessCheck = "process_check",
        GenerateInvoice = "generate_invoice",
        Issue = "issue",
        IssueAndCharge = "issue_and_charge",
        Send = "send",
        Void = "void",
        CreditNote = "credit_note",
        WriteOff = "write_off",
        Refund = "refund",
        Capture = "capture",
        Amend = "amend",
        Cancel = "cancel",
        SendMessage = "send_message",
    }
}

/// Yes, or no with the reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    pub action: Action,
    pub allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Answer {
    pub fn yes(action: Action) -> Answer {
        Answer { action, allowed: true, code: None, detail: None }
    }

    pub fn no(action: Action, code: Code, detail: impl Into<String>) -> Answer {
        Answer { action, allowed: false, code: Some(code), detail: Some(detail.into()) }
    }

    /// For flows: the refusal as an error.
    pub fn required(self) -> Result<(), Refused> {
        match (self.code, self.detail) {
            (Some(code), Some(detail)) => Err(Refused { action: self.action, code, detail }),
            _ => Ok(()),
        }
    }
}

/// An action that was asked for and may not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refused {
    pub action: Action,
    pub code: Code,
    pub detail: String,
}

/// The first reason that applies, in the order given.
fn first(action: Action, reasons: impl IntoIterator<Item = Option<(Code, String)>>) -> Answer {
    match reasons.into_iter().flatten().next() {
        Some((code, detail)) => Answer::no(action, code, detail),
        None => Answer::yes(action),
    }
}

fn when(applies: bool, code: Code, detail: impl FnOnce() -> String) -> Option<(Code, String)> {
    applies.then(|| (code, detail()))
}

fn no_balance(due: Money) -> Option<(Code, String)> {
    when(due.minor <= 0, Code::NoBalance, || "Nothing is due here.".to_owned())
}

fn payment_pending(pending: Option<Money>) -> Option<(Code, String)> {
    pending.map(|amount| {
        (Code::PaymentPending, format!("A payment of {amount} is under way: wait until it is decided, or cancel it."))
    })
}

fn no_right(right: bool) -> Option<(Code, String)> {
    when(!right, Code::NoRight, || "Your role may not do this: ask an owner or manager.".to_owned())
}

fn needs_approval(needed: bool) -> Option<(Code, String)> {
    when(needed, Code::NeedsApproval, || "This is above your limit: ask for approval by a second person.".to_owned())
}

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
        ],
    )
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
}

/// A payer chooses an amount. Without one: whether the policy lets a payer choose at all.
pub fn pay_part(policy: &Policy, asked: Option<Money>, due: Money) -> Answer {
    let refusal = match asked {
        Some(asked) => policy.check(asked, due).err().map(|refusal| (refusal.code(), format!("{refusal}."))),
        None => when(!policy.allows_parts(), Code::FullOnly, || format!("This link takes only the whole {due}.")),
    };
    first(Action::PayPart, [refusal])
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

fn no_method(method: SavedMethod) -> [Option<(Code, String)>; 2] {
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
    let above = facts.amount.filter(|amount| amount.minor > facts.due.minor);
    first(
        Action::ChargeSaved,
        [
            no_balance(facts.due),
            none,
            expired,
            above.map(|amount| {
                (Code::AboveDue, format!("{amount} is more than the {} that is due: lower the amount.", facts.due))
            }),
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

#[derive(Debug, Clone, Copy)]
pub struct GenerateInvoiceFacts {
    pub kind: OrderKind,
    pub state: OrderState,
    pub due: Money,
    /// Open charges of the order that no live invoice has.
    pub billable: bool,
}

/// Generate an invoice for an order's or application's balance.
pub fn generate_invoice(facts: &GenerateInvoiceFacts) -> Answer {
    let pending = matches!(facts.state, OrderState::Draft | OrderState::Submitted);
    first(
        Action::GenerateInvoice,
        [
            when(pending, Code::StillPending, || match facts.kind {
                OrderKind::Application => {
                    "The application is still pending: its balance is settled inside the application.".to_owned()
                }
                OrderKind::Order => "The order is still a draft: confirm it first.".to_owned(),
            }),
            no_balance(facts.due),
            when(!facts.billable, Code::AlreadyInvoiced, || "What is due is already on an invoice: open that one.".to_owned()),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct IssueFacts<'a> {
    pub draft: bool,
    /// The first billing detail that is not filled in, in words.
    pub missing: Option<&'a str>,
    pub method: SavedMethod,
}

pub fn issue(facts: &IssueFacts<'_>) -> Answer {
    first(Action::Issue, not_issuable(facts))
}

pub fn issue_and_charge(facts: &IssueFacts<'_>) -> Answer {
    first(Action::IssueAndCharge, not_issuable(facts).into_iter().chain(no_method(facts.method)))
}

fn not_issuable(facts: &IssueFacts<'_>) -> [Option<(Code, String)>; 2] {
    [
        when(!facts.draft, Code::NotDraft, || "This invoice was already issued.".to_owned()),
        facts.missing.map(|what| (Code::MissingBillingDetails, format!("Fill in {what} first."))),
    ]
}

fn not_issued(issued: bool) -> Option<(Code, String)> {
    when(!issued, Code::NotIssued, || "The invoice is not issued, or it is void.".to_owned())
}

/// Send, or send again as a reminder.
pub fn send(issued: bool, has_address: bool) -> Answer {
    first(
        Action::Send,
        [
            not_issued(issued),
            when(!has_address, Code::NoContact, || {
                "The customer has no email address: add one, or print the invoice.".to_owned()
            }),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct VoidFacts {
    /// Issued and not void.
    pub issued: bool,
    pub credit_note: bool,
    pub pending: Option<Money>,
    pub right: bool,
}

pub fn void(facts: &VoidFacts) -> Answer {
    first(
        Action::Void,
        [
            not_issued(facts.issued),
            when(facts.credit_note, Code::CreditNoteStands, || {
                "A credit note stands on this invoice: credit the rest instead of voiding it.".to_owned()
            }),
            payment_pending(facts.pending),
            no_right(facts.right),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct CreditNoteFacts {
    /// Issued and not void.
    pub issued: bool,
    pub creditable: Money,
    /// Nothing: whether anything can be credited at all.
    pub amount: Option<Money>,
    pub dated_on: Option<Day>,
    pub issued_on: Option<Day>,
    pub today: Day,
    pub needs_approval: bool,
    pub right: bool,
}

pub fn credit_note(facts: &CreditNoteFacts) -> Answer {
    let most = facts.creditable;
    let exceeds = facts.amount.map_or(most.minor == 0, |amount| amount.minor > most.minor);
    let range = facts.issued_on.zip(facts.dated_on).filter(|(from, day)| day < from || *day > facts.today);
    first(
        Action::CreditNote,
        [
            not_issued(facts.issued),
            when(exceeds, Code::ExceedsTotal, || format!("At most {most} of this invoice can still be credited.")),
            range.map(|(from, _)| (Code::DateOutOfRange, format!("Date the credit note between {from} and {}.", facts.today))),
            needs_approval(facts.needs_approval),
            no_right(facts.right),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct WriteOffFacts {
    pub issued: bool,
    pub due: Money,
    pub amount: Option<Money>,
    pub needs_approval: bool,
    pub right: bool,
}

pub fn write_off(facts: &WriteOffFacts) -> Answer {
    let above = facts.amount.filter(|amount| amount.minor > facts.due.minor);
    first(
        Action::WriteOff,
        [
            not_issued(facts.issued),
            no_balance(facts.due),
            above.map(|amount| (Code::AboveDue, format!("{amount} is more than the {} that is due.", facts.due))),
            needs_approval(facts.needs_approval),
            no_right(facts.right),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct RefundFacts {
    pub refundable: Money,
    /// Nothing: whether anything can be refunded at all.
    pub amount: Option<Money>,
    /// The processor still takes refunds of it, or the money goes back outside.
    pub inside_window: bool,
    pub needs_approval: bool,
    pub right: bool,
    pub disputed: bool,
}

pub fn refund(facts: &RefundFacts) -> Answer {
    let left = facts.refundable;
    let nothing = facts.amount.map_or(left.minor == 0, |amount| amount.minor > left.minor);
    first(
        Action::Refund,
        [
            when(nothing, Code::NothingRefundable, || format!("{left} of this payment can still be refunded.")),
            when(!facts.inside_window, Code::WindowClosed, || {
                "The processor no longer takes refunds of this payment: give the money back outside and record it.".to_owned()
            }),
            needs_approval(facts.needs_approval),
            no_right(facts.right),
            when(facts.disputed, Code::Disputed, || "The payment is disputed: wait until the dispute is decided.".to_owned()),
        ],
    )
}

pub fn amend(state: OrderState) -> Answer {
    first(Action::Amend, [closed(state)])
}

/// An order: cancel. An application: deny or withdraw.
pub fn cancel(kind: OrderKind, state: OrderState) -> Answer {
    let ended = match kind {
        OrderKind::Order => state == OrderState::Completed,
        OrderKind::Application => state == OrderState::Approved,
    };
    let over = when(ended, Code::Closed, || format!("This is {state}: take lines off or refund instead."));
    first(Action::Cancel, [closed(state), over])
}

fn closed(state: OrderState) -> Option<(Code, String)> {
    when(state.is_closed(), Code::Closed, || format!("This is {state} and changes no more."))
}

#[derive(Debug, Clone, Copy)]
pub struct SendMessageFacts {
    /// The business holds messages to customers with unpaid invoices.
    pub hold_rule: bool,
    pub exempt: bool,
    /// What is unpaid on the recipient's invoices.
    pub unpaid: Money,
    pub has_address: bool,
}

pub fn send_message(facts: &SendMessageFacts) -> Answer {
    let held = facts.hold_rule && !facts.exempt && facts.unpaid.minor > 0;
    first(
        Action::SendMessage,
        [
            when(held, Code::HeldUnpaid, || format!("{} is unpaid: the message goes out when it is paid.", facts.unpaid)),
            when(!facts.has_address, Code::NoContact, || "The customer has no email address.".to_owned()),
        ],
    )
}

#[cfg(test)]
mod tests;
