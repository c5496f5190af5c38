//! Which codes each action may be refused with: the table of ORD-6 as a value.
//!
//! Invariants: an action is refused with no other code (every refusal is held against this table where it is made); every code
//! of the table can come about, in the order in which the reasons are looked at. A test tries all facts against it. Left out:
//! what an action that a thing does not have at all is answered with.

use super::Action;
use crate::refusal::Code::{self, *};

/// The codes an action may be refused with, the first that is looked at first.
pub const fn reasons(action: Action) -> &'static [Code] {
    match action {
        Action::RequestPayment | Action::RemoteInvoice => {
            &[NoBalance, NoProcessor, ProcessorIncompatible, NoContact, PaymentPending]
        }
        Action::Pay => &[NoBalance, LinkRevoked, LinkExpired, ViewOnly, PaymentPending],
        Action::PayPart => &[FullOnly, BelowMinimum, AboveDue],
        Action::AddPayment => &[PaymentPending, PeriodLocked, NoRight],
        Action::ChargeSaved => &[NoBalance, NoSavedMethod, MethodExpired, AboveDue, PaymentPending, NoRight],
        Action::Authorize => &[NoBalance, NoProcessor, ProcessorIncompatible, AboveDue, PaymentPending, NoRight],
        Action::ProcessCard | Action::Capture => &[NotAuthorized, AuthorizationExpired],
        Action::ProcessCash | Action::ProcessCheck => &[MissingDetail],
        Action::GenerateInvoice => &[StillPending, NoBalance, AlreadyInvoiced],
        Action::Issue => &[NotDraft, MissingBillingDetails],
        Action::IssueAndCharge => &[NotDraft, MissingBillingDetails, NoSavedMethod, MethodExpired],
        Action::Send => &[NotIssued, NoContact],
        Action::Void => &[NotIssued, CreditNoteStands, PaymentPending, NoRight],
        Action::CreditNote => &[NotIssued, ExceedsTotal, DateOutOfRange, NeedsApproval, NoRight],
        Action::LateFee => &[NotIssued, NoBalance, NotOverdue, NoRight],
        Action::WriteOff => &[NotIssued, NoBalance, AboveDue, NeedsApproval, NoRight],
        Action::Refund => &[NothingRefundable, WindowClosed, NeedsApproval, NoRight, Disputed],
        Action::Amend | Action::Cancel => &[Closed],
        Action::SendMessage => &[HeldUnpaid, NoContact],
    }
}
