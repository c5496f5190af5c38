//! May a document be billed, issued, sent, taken back, credited, given up or charged a fee.
//!
//! Invariant: reasons come in the published order (ORD-6). Left out: what is done with money that a credit frees.

use super::collecting::no_method;
use super::{Action, Answer, Code, SavedMethod, first, needs_approval, no_balance, no_right, payment_pending, when};
use crate::calendar::Day;
use crate::invoice::InvoiceStanding;
use crate::money::Money;
use crate::order::{OrderKind, OrderState};

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

/// A draft or void invoice is sent, paid, credited, given up and charged a fee by nobody.
pub fn not_issued(standing: InvoiceStanding) -> Option<(Code, String)> {
    let why = match standing {
        InvoiceStanding::Draft => "This is a draft: issue it first.",
        InvoiceStanding::Void => "This invoice is void: duplicate it to bill this anew.",
        InvoiceStanding::Issued | InvoiceStanding::Uncollectible => return None,
    };
    Some((Code::NotIssued, why.to_owned()))
}

/// Send, or send again as a reminder.
pub fn send(standing: InvoiceStanding, has_address: bool) -> Answer {
    first(
        Action::Send,
        [
            not_issued(standing),
            when(!has_address, Code::NoContact, || {
                "The customer has no email address: add one, or print the invoice.".to_owned()
            }),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct VoidFacts {
    pub standing: InvoiceStanding,
    pub credit_note: bool,
    pub pending: Option<Money>,
    pub right: bool,
}

pub fn void(facts: &VoidFacts) -> Answer {
    first(
        Action::Void,
        [
            not_issued(facts.standing),
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
    pub standing: InvoiceStanding,
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
            not_issued(facts.standing),
            when(exceeds, Code::ExceedsTotal, || format!("At most {most} of this invoice can still be credited.")),
            range.map(|(from, _)| (Code::DateOutOfRange, format!("Date the credit note between {from} and {}.", facts.today))),
            needs_approval(facts.needs_approval),
            no_right(facts.right),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct WriteOffFacts {
    pub standing: InvoiceStanding,
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
            not_issued(facts.standing),
            no_balance(facts.due),
            above.map(|amount| (Code::AboveDue, format!("{amount} is more than the {} that is due.", facts.due))),
            needs_approval(facts.needs_approval),
            no_right(facts.right),
        ],
    )
}

#[derive(Debug, Clone, Copy)]
pub struct LateFeeFacts {
    pub standing: InvoiceStanding,
    pub due: Money,
    /// Its due day was named and has passed.
    pub overdue: bool,
    pub right: bool,
}

/// Charge a late fee on an invoice (rules 10 and 14).
pub fn late_fee(facts: &LateFeeFacts) -> Answer {
    first(
        Action::LateFee,
        [
            not_issued(facts.standing),
            no_balance(facts.due),
            when(!facts.overdue, Code::NotOverdue, || "The invoice is not overdue yet.".to_owned()),
            no_right(facts.right),
        ],
    )
}
