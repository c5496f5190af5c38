//! Refusals: why the books say no, with the facts and a sentence that says what to do.
//!
//! Invariants: a refusal leaves nothing behind (the account that gave it is thrown away); its code is one of the
//! published words. [`Refusal::is_fault`] marks the few that a caller brought about, not a person. Left out: how it
//! looks on a page or in JSON.

use crate::calendar::Day;
use crate::ids::EntryId;
use crate::money::Money;
use crate::words::words;

words! {
    /// The published reason codes of refused actions, in no order; each action has its own order.
    Code {
        NoBalance = "NO_BALANCE",
        NoProcessor = "NO_PROCESSOR",
        ProcessorIncompatible = "PROCESSOR_INCOMPATIBLE",
        NoContact = "NO_CONTACT",
        PaymentPending = "PAYMENT_PENDING",
        LinkRevoked = "LINK_REVOKED",
        LinkExpired = "LINK_EXPIRED",
        ViewOnly = "VIEW_ONLY",
        FullOnly = "FULL_ONLY",
        BelowMinimum = "BELOW_MINIMUM",
        AboveDue = "ABOVE_DUE",
        PeriodLocked = "PERIOD_LOCKED",
        NoRight = "NO_RIGHT",
        NoSavedMethod = "NO_SAVED_METHOD",
        MethodExpired = "METHOD_EXPIRED",
        NotAuthorized = "NOT_AUTHORIZED",
        AuthorizationExpired = "AUTHORIZATION_EXPIRED",
        MissingDetail = "MISSING_DETAIL",
        StillPending = "STILL_PENDING",
        AlreadyInvoiced = "ALREADY_INVOICED",
        MissingBillingDetails = "MISSING_BILLING_DETAILS",
        NothingRefundable = "NOTHING_REFUNDABLE",
        WindowClosed = "WINDOW_CLOSED",
        NeedsApproval = "NEEDS_APPROVAL",
        NotIssued = "NOT_ISSUED",
        ExceedsTotal = "EXCEEDS_TOTAL",
        DateOutOfRange = "DATE_OUT_OF_RANGE",
        HeldUnpaid = "HELD_UNPAID",
        NotConfirmed = "NOT_CONFIRMED",
        NotDraft = "NOT_DRAFT",
        /// A late fee is for an invoice whose named due day has passed.
        NotOverdue = "NOT_OVERDUE",
        CurrencyMismatch = "CURRENCY_MISMATCH",
        AlreadyReversed = "ALREADY_REVERSED",
        PartPaid = "PART_PAID",
        Disputed = "DISPUTED",
        FutureDate = "FUTURE_DATE",
        /// The order, application or invoice has come to its end and changes no more.
        Closed = "CLOSED",
        /// A void is refused while a credit note on the invoice stands.
        CreditNoteStands = "CREDIT_NOTE_STANDS",
        /// This kind of entry is corrected in another way.
        NotReversible = "NOT_REVERSIBLE",
        /// The parts do not add up to what is to be split.
        DoesNotAddUp = "DOES_NOT_ADD_UP",
        InvalidAmount = "INVALID_AMOUNT",
        /// An order is not approved, an application not completed.
        NotForThisKind = "NOT_FOR_THIS_KIND",
        NotFound = "NOT_FOUND",
        /// A fault: the caller did not load what the act needs.
        Fault = "FAULT",
    }
}

/// Why an act on an account was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{day} is in the future: choose {today} or an earlier day")]
    FutureDate { day: Day, today: Day },
    #[error("the books are locked through {locked_through}: choose a later day than {day}")]
    PeriodLocked { day: Day, locked_through: Day },
    #[error("the date must lie between {from} and {to}, not on {day}")]
    DateOutOfRange { day: Day, from: Day, to: Day },
    #[error("the amount must be more than zero")]
    NotPositive,
    #[error("the amount is too large")]
    TooLarge,
    #[error("net {net} and tax {tax} do not make up a charge")]
    NotACharge { net: Money, tax: Money },
    #[error("nothing is due here")]
    NoBalance,
    #[error("{asked} is more than the {due} that is due: lower the amount")]
    AboveDue { asked: Money, due: Money },
    #[error("the parts come to {parts}, but {whole} can be split: make them add up")]
    DoesNotAddUp { parts: Money, whole: Money },
    #[error("only {refundable} of this payment can still be given back, not {asked}")]
    NothingRefundable { asked: Money, refundable: Money },
    #[error("the payment is disputed: wait until the dispute is decided")]
    Disputed,
    #[error("only {creditable} can still be credited, not {asked}")]
    ExceedsTotal { asked: Money, creditable: Money },
    #[error("{asked} cannot go back to the card: of what is freed, {from_card} was paid by card")]
    CardTooMuch { asked: Money, from_card: Money },
    #[error("this charge is already on a live invoice")]
    AlreadyInvoiced { charge: EntryId },
    #[error("this entry was already reversed")]
    AlreadyReversed { entry: EntryId },
    #[error("{how}")]
    NotReversible { entry: EntryId, how: &'static str },
    #[error("the invoice has a credit note: what is left of it can be credited too, but it can no longer be voided")]
    CreditNoteStands,
    #[error("this line was already taken off")]
    AlreadyTakenOff,
    #[error("{what} does not exist on this account")]
    NotFound { what: &'static str },
    /// A fault of the caller.
    #[error("the account was not loaded with {what} of {entry}")]
    NotLoaded { what: &'static str, entry: EntryId },
    /// A fault of ours: an act would have broken a rule of the books.
    #[error("the books would not agree: {0}")]
    WouldNotAgree(String),
}

impl Refusal {
    /// The published reason code.
    pub fn code(&self) -> Code {
        match self {
            Refusal::FutureDate { .. } => Code::FutureDate,
            Refusal::PeriodLocked { .. } => Code::PeriodLocked,
            Refusal::DateOutOfRange { .. } => Code::DateOutOfRange,
            Refusal::NotPositive | Refusal::TooLarge | Refusal::NotACharge { .. } => Code::InvalidAmount,
            Refusal::NoBalance => Code::NoBalance,
            Refusal::AboveDue { .. } => Code::AboveDue,
            Refusal::DoesNotAddUp { .. } | Refusal::CardTooMuch { .. } => Code::DoesNotAddUp,
            Refusal::NothingRefundable { .. } => Code::NothingRefundable,
            Refusal::Disputed => Code::Disputed,
            Refusal::ExceedsTotal { .. } => Code::ExceedsTotal,
            Refusal::AlreadyInvoiced { .. } => Code::AlreadyInvoiced,
            Refusal::AlreadyReversed { .. } | Refusal::AlreadyTakenOff => Code::AlreadyReversed,
            Refusal::NotReversible { .. } => Code::NotReversible,
            Refusal::CreditNoteStands => Code::CreditNoteStands,
            Refusal::NotFound { .. } => Code::NotFound,
            Refusal::NotLoaded { .. } | Refusal::WouldNotAgree(_) => Code::Fault,
        }
    }

    /// Ours, not the person's: answered as a fault (5xx), logged once.
    pub fn is_fault(&self) -> bool {
        self.code() == Code::Fault
    }
}
