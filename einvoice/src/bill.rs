//! A bill as an electronic invoice needs it: who, what, at which tax, and what is left to pay.
//!
//! Invariant: amounts are whole minor units of one currency and come from the books; nothing here rounds but the spreading of
//! an amount over several rates ([`super::totals`]). Empty texts are not written.

use books::calendar::Day;
use books::money::Currency;

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKind {
    /// UNTDID 1001 code 380.
    Invoice,
    /// UNTDID 1001 code 381: it takes something off an earlier invoice; its amounts are positive.
    CreditNote,
}

/// Where somebody is. Of these the norm needs the country alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    pub street: String,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2, such as `DE`.
    pub country: String,
}

/// Who sends the bill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seller {
    pub name: String,
    pub address: Address,
    /// With its country's letters in front: `DE123456789`.
    pub vat_id: String,
    /// The number by which the local tax office knows the business, where it has no VAT number.
    pub tax_number: String,
    /// The entry in the register of companies.
    pub registration: String,
    pub email: String,
    pub phone: String,
    /// Where a transfer goes; empty: no transfer is asked for.
    pub iban: String,
    pub bic: String,
}

/// Who owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    pub name: String,
    pub address: Address,
    pub vat_id: String,
    pub email: String,
    /// What the buyer asked to be quoted; Germany's public offices call it *Leitweg-ID*.
    pub reference: String,
}

/// Why a line has no tax. UNTDID 5305.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untaxed {
    /// `E`: exempt, such as a small business or education.
    Exempt,
    /// `O`: outside the scope of the tax; such a bill names no VAT numbers and has no taxed lines beside.
    OutsideScope,
    /// `AE`: the buyer owes the tax.
    ReverseCharge,
    /// `G`: exported out of the union.
    Export,
}

/// Why this business's untaxed lines are untaxed, and the sentence that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntaxedReason {
    pub why: Untaxed,
    pub sentence: String,
}

/// One line. Only a line that lowers the bill, such as a discount, has negative amounts; it is written as an allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    pub description: String,
    /// Decimal text, more than 0.
    pub quantity: String,
    /// As the business wrote it: `h`, `kg`, `month`; empty: pieces.
    pub unit: String,
    /// Price of one without tax, minor units; none where prices include it.
    pub unit_net: Option<i64>,
    /// Percent as text; none: no tax.
    pub tax_rate: Option<String>,
    pub net: i64,
    pub tax: i64,
}

/// What an amount without a rate of its own is spread over: the rates of the bill it lowers, each with what was billed at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Percent as text; none: no tax.
    pub tax_rate: Option<String>,
    /// Minor units, with tax.
    pub gross: i64,
}

/// The invoice that a credit note is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preceding {
    pub number: String,
    pub issued_on: Option<Day>,
}

/// An invoice or credit note as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub kind: BillKind,
    pub number: String,
    pub issued_on: Day,
    pub due_on: Option<Day>,
    /// Terms of payment in words.
    pub terms: String,
    pub notes: Vec<String>,
    pub currency: Currency,
    pub seller: Seller,
    pub buyer: Buyer,
    /// The seller's own number of the order that it bills.
    pub order_number: String,
    pub preceding: Option<Preceding>,
    pub lines: Vec<BillLine>,
    /// Over which rates a line is spread whose tax fits none; empty: over those of the bill's own lines.
    pub basis: Vec<Basis>,
    pub untaxed: Option<UntaxedReason>,
    /// With tax.
    pub total: i64,
    /// What stood against it when it was issued: paid, or free credit that was applied.
    pub prepaid: i64,
}
