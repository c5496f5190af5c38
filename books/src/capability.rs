//! May this be done, and if not, why: one function per action (ORD-6). Buttons, API and flows ask the same function.
//!
//! Invariants: every action is always answered; the code is the first that applies, in the order ORD-6 writes them; a
//! no comes with a sentence that says what to do. Functions take plain facts, so that a page can ask for a hundred
//! rows without loading accounts. Left out: authentication and scopes, which are answered before anything is read.

pub use self::collecting::*;
pub use self::invoicing::*;
pub use self::reasons::reasons;
use crate::money::Money;
use crate::order::{OrderKind, OrderState};
use crate::refusal::Code;
use crate::words::words;

mod collecting;
mod invoicing;
mod reasons;

words! {
    /// Everything a person may want to do to an order, invoice, payment or customer.
    Action {
        RequestPayment = "request_payment",
        RemoteInvoice = "remote_invoice",
        Pay = "pay",
        PayPart = "pay_part",
        AddPayment = "add_payment",
        ChargeSaved = "charge_saved",
        Authorize = "authorize",
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
        LateFee = "late_fee",
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
    /// The amounts that a no is about, by name, for whoever says it in another language.
    #[serde(skip)]
    pub amounts: Vec<(&'static str, Money)>,
}

impl Answer {
    pub fn yes(action: Action) -> Answer {
        Answer { action, allowed: true, code: None, detail: None, amounts: Vec::new() }
    }

    pub fn no(action: Action, code: Code, detail: impl Into<String>) -> Answer {
        Answer { action, allowed: false, code: Some(code), detail: Some(detail.into()), amounts: Vec::new() }
    }

    /// The same with the amounts that a no is about.
    #[must_use]
    fn about(self, amounts: impl IntoIterator<Item = (&'static str, Money)>) -> Answer {
        if self.allowed { self } else { Answer { amounts: amounts.into_iter().collect(), ..self } }
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
fn first(action: Action, found: impl IntoIterator<Item = Option<(Code, String)>>) -> Answer {
    match found.into_iter().flatten().next() {
        Some((code, detail)) => {
            debug_assert!(reasons(action).contains(&code), "{action} is refused with {code}, which is not published for it");
            Answer::no(action, code, detail)
        }
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
