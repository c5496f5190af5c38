//! Papers that ask for money or give it back on a bill: order or application, invoice with its "As at" sheet,
//! credit note.
//!
//! Invariants: lines and tax come to the total; `total + fees = paid + credited + written off + due` wherever a
//! standing is shown. An invoice's face is frozen at issue; what came after stands on the sheet behind it, so the
//! face prints the same for ever. A draft and a void paper demand nothing and are not held to that sum.

use super::{Letterhead, Means, PaperFault, Party, PayPanel, Stamp, check_party, check_pay, check_rows, check_texts, same, sum};
use crate::calendar::Day;
use crate::figures::Figures;
use crate::money::{Currency, Money};

/// The word under which the agreement is known to both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderKind {
    #[default]
    Order,
    Application,
}

/// The state a reader should see at a glance. At most one is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Draft,
    Unpaid,
    PartPaid,
    Paid,
    Overdue,
    /// A payment is under way.
    Pending,
    Void,
    Uncollectible,
    Canceled,
}

impl Mark {
    /// Whether the paper demands nothing whatever its total says.
    fn demands_nothing(mark: Option<Mark>) -> bool {
        matches!(mark, Some(Mark::Draft | Mark::Void | Mark::Canceled))
    }
}

/// Whether the amount column shows lines before tax or with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prices {
    #[default]
    BeforeTax,
    TaxIncluded,
}

/// Why an order was changed after it was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmendmentReason {
    ItemsAdded,
    Shipping,
    ExtraService,
    Correction,
    Other,
}

/// That a line was added or taken off later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    pub on: Day,
    pub reason: AmendmentReason,
    /// For the reader; empty is not printed. Internal notes do not belong here.
    pub note: String,
    /// True: the line is taken off. It is printed struck out and counts for nothing.
    pub removed: bool,
}

/// One line. Only a discount has negative amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLine {
    pub description: String,
    /// A second, smaller line; empty is not printed.
    pub detail: String,
    /// As the reader shall see it, unit included: `12`, `2.5 h`.
    pub quantity: String,
    pub unit_amount: Money,
    /// Percent as text: `19`, `7.7`. None: no tax.
    pub tax_rate: Option<String>,
    pub net: Money,
    /// Net and tax.
    pub gross: Money,
    pub amended: Option<Amendment>,
}

impl PaperLine {
    fn counts(&self) -> bool {
        self.amended.as_ref().is_none_or(|amended| !amended.removed)
    }
}

/// Tax of one rate over the whole paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRow {
    /// Percent as text.
    pub rate: String,
    pub net: Money,
    pub tax: Money,
}

/// The lines, their tax and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    pub prices: Prices,
    pub lines: Vec<PaperLine>,
    pub taxes: Vec<TaxRow>,
    /// Nets of the lines that count, and tax.
    pub total: Money,
}

impl Body {
    /// The nets of all lines that count. Refuses lines of two currencies.
    pub fn subtotal(&self) -> Result<Money, PaperFault> {
        Ok(sum(self.total.currency, self.lines.iter().filter(|line| line.counts()).map(|line| line.net))?)
    }

    fn check(&self) -> Result<(), PaperFault> {
        check_rows("lines", &self.lines)?;
        check_rows("taxes", &self.taxes)?;
        for line in &self.lines {
            check_texts([&line.description, &line.detail, &line.quantity])?;
            check_texts(line.amended.iter().map(|amended| &amended.note))?;
            line.unit_amount.same_currency(self.total)?;
            line.gross.same_currency(self.total)?;
        }
        let tax = sum(self.total.currency, self.taxes.iter().map(|row| row.tax))?;
        same("total of the lines", self.total, self.subtotal()?.plus(tax)?)
    }
}

/// The one figure and what it is made of. All amounts are 0 or more and of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub total: Money,
    /// Late fees that joined an invoice; 0 for orders.
    pub fees: Money,
    pub credited: Money,
    pub written_off: Money,
    /// Money that still stands against the total: without what was displaced or refunded.
    pub paid: Money,
    pub amount_due: Money,
}

impl Standing {
    /// The figures of an order or invoice, as they are printed.
    pub fn of(figures: &Figures, currency: Currency) -> Standing {
        let money = |minor| Money::new(minor, currency);
        Standing {
            total: money(figures.total),
            fees: money(figures.fees),
            credited: money(figures.credited),
            written_off: money(figures.written_off),
            paid: money(figures.paid),
            amount_due: money(figures.amount_due),
        }
    }

    /// Nothing but a total, all of it due.
    pub fn unpaid(total: Money) -> Standing {
        let zero = Money::zero(total.currency);
        Standing { total, fees: zero, credited: zero, written_off: zero, paid: zero, amount_due: total }
    }

    /// `total + fees = paid + credited + written_off + amount_due`.
    fn check(&self) -> Result<(), PaperFault> {
        let asked = self.total.plus(self.fees)?;
        let settled = self.paid.plus(self.credited)?.plus(self.written_off)?;
        same("amount due", self.amount_due, asked.minus(settled)?)
    }
}

/// A payment as its payer sees it on a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidRow {
    pub number: String,
    pub on: Day,
    pub means: Means,
    /// What of it stands against this bill.
    pub applied: Money,
    /// The whole payment; printed where it differs.
    pub amount: Money,
}

/// An order or application as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPaper {
    pub head: Letterhead,
    pub customer: Party,
    pub kind: OrderKind,
    /// None while it is a draft.
    pub number: Option<String>,
    pub mark: Option<Mark>,
    /// One sentence under the title; empty is not printed.
    pub description: String,
    pub ordered_on: Day,
    pub due_on: Option<Day>,
    /// The customer's own reference, such as a purchase order; empty is not printed.
    pub reference: String,
    pub body: Body,
    pub standing: Standing,
    pub payments: Vec<PaidRow>,
    pub pay: Option<PayPanel>,
    /// A word to this reader, such as the message of a payment request; empty is not printed.
    pub message: String,
    pub notes: Vec<String>,
}

impl OrderPaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_pay(&self.pay)?;
        check_texts([&self.description, &self.reference, &self.message].into_iter().chain(&self.number).chain(&self.notes))?;
        self.body.check()?;
        check_paid(self.body.total.currency, &self.payments)?;
        same("total of the standing", self.standing.total, self.body.total)?;
        if Mark::demands_nothing(self.mark) { Ok(()) } else { self.standing.check() }
    }
}

fn check_paid(currency: Currency, payments: &[PaidRow]) -> Result<(), PaperFault> {
    check_rows("payments", payments)?;
    for row in payments {
        row.applied.same_currency(Money::zero(currency))?;
        row.amount.same_currency(row.applied)?;
    }
    check_texts(payments.iter().map(|row| &row.number))
}

/// What was already there when an invoice was issued, so that less than its total was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Payments that stood against the charges it covers: "Already paid".
    pub already_paid: Money,
    /// Free credit taken at issue: "Applied balance".
    pub applied_balance: Money,
}

impl Drawn {
    pub fn nothing(currency: Currency) -> Drawn {
        Drawn { already_paid: Money::zero(currency), applied_balance: Money::zero(currency) }
    }
}

/// An invoice: its face as issued and, once anything changed, the sheet that says how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePaper {
    pub head: Letterhead,
    pub customer: Party,
    /// None while it is a draft.
    pub number: Option<String>,
    /// What it is for, in one sentence; empty is not printed.
    pub description: String,
    /// None while it is a draft.
    pub issued_on: Option<Day>,
    pub due_on: Option<Day>,
    /// `Net 30`; empty is not printed.
    pub terms: String,
    /// The customer's own reference; empty is not printed.
    pub reference: String,
    /// The order or application it bills, if one.
    pub order_number: Option<String>,
    pub body: Body,
    pub drawn: Drawn,
    /// Total less what was drawn: what the face asks for.
    pub due_at_issue: Money,
    /// Payments that stood against it at issue.
    pub payments: Vec<PaidRow>,
    pub pay: Option<PayPanel>,
    pub notes: Vec<String>,
    /// How it stands now, on a sheet of its own; the face is not touched by it.
    pub as_at: Option<AsAt>,
}

impl InvoicePaper {
    /// Refuses a paper whose figures do not agree with each other.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_pay(&self.pay)?;
        let texts = [&self.description, &self.terms, &self.reference];
        check_texts(texts.into_iter().chain(&self.number).chain(&self.order_number).chain(&self.notes))?;
        self.body.check()?;
        check_paid(self.body.total.currency, &self.payments)?;
        let drawn = self.drawn.already_paid.plus(self.drawn.applied_balance)?;
        if self.number.is_some() {
            same("due at issue", self.due_at_issue, self.body.total.minus(drawn)?)?;
        }
        match &self.as_at {
            Some(sheet) => sheet.check(self.body.total),
            None => Ok(()),
        }
    }
}

/// The sheet behind an issued invoice: the figure that page, mail, link and API show at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsAt {
    pub at: Stamp,
    pub mark: Option<Mark>,
    pub standing: Standing,
    /// What happened since issue, oldest first.
    pub changes: Vec<Change>,
}

impl AsAt {
    fn check(&self, face_total: Money) -> Result<(), PaperFault> {
        check_rows("changes", &self.changes)?;
        check_texts(self.changes.iter().flat_map(|change| [&change.number, &change.note]))?;
        same("total of the sheet", self.standing.total, face_total)?;
        for change in &self.changes {
            change.amount.same_currency(face_total)?;
        }
        if Mark::demands_nothing(self.mark) { Ok(()) } else { self.standing.check() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Payment,
    AppliedBalance,
    CreditNote,
    LateFee,
    WriteOff,
    Refund,
    /// A payment that came back: a returned debit or a dispute lost.
    Return,
    Reversal,
    Void,
}

/// One thing that happened to an issued invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub on: Day,
    pub kind: ChangeKind,
    /// The number of the payment or credit note; empty is not printed.
    pub number: String,
    /// For the reader; empty is not printed.
    pub note: String,
    /// Signed as it moves what is due: negative lowers it.
    pub amount: Money,
}

/// Where the money went that a credit note set free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationKind {
    Balance,
    Card { means: Means },
    Outside,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub kind: DestinationKind,
    pub amount: Money,
}

/// A credit note: it lowers what one invoice asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNotePaper {
    pub head: Letterhead,
    pub customer: Party,
    pub number: String,
    pub dated_on: Day,
    pub invoice_number: String,
    pub invoice_issued_on: Option<Day>,
    pub reason: String,
    /// Its own lines, positive amounts; `total` is what it credits.
    pub body: Body,
    /// What was due on the invoice before it, and after it.
    pub due_before: Money,
    pub due_after: Money,
    /// Where displaced money went; may be empty.
    pub destinations: Vec<Destination>,
    pub notes: Vec<String>,
}

impl CreditNotePaper {
    /// The money it set free, over all destinations.
    pub fn freed(&self) -> Result<Money, PaperFault> {
        Ok(sum(self.body.total.currency, self.destinations.iter().map(|destination| destination.amount))?)
    }

    /// Refuses a paper whose figures do not agree with each other: lines and tax come to the total, and what it
    /// credits lowered what was due or set money free.
    pub fn check(&self) -> Result<(), PaperFault> {
        self.head.check()?;
        check_party(&self.customer)?;
        check_texts([&self.number, &self.invoice_number, &self.reason].into_iter().chain(&self.notes))?;
        self.body.check()?;
        check_rows("destinations", &self.destinations)?;
        same("credited", self.body.total, self.due_before.minus(self.due_after)?.plus(self.freed()?)?)
    }
}
