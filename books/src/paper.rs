//! What a paper prints, as values: order, invoice, credit note, receipt, refund, statement of account,
//! payment letter.
//!
//! A paper is complete in itself: whoever turns it into a page asks no database, no clock and no setting. The same
//! values print the same bytes years later. Invariant: a paper that has passed its `check`
//! adds up, in one currency, to the very figure that pages, mails and links show; nothing is computed while printing.
//! Limits: at most [`MAX_ROWS`] rows in a list and [`MAX_TEXT`] characters in a text. Left out on purpose: words in
//! a language, formats of numbers and days, and looks, which belong to the crate that prints.

mod account;
mod bill;
mod kind;
mod receipt;
mod refund;

use crate::calendar::Instant;
use crate::money::{Currency, Money, MoneyError};
use jiff::tz::TimeZone;

pub use account::{AgeingStrip, LetterPaper, Movement, OpenItem, StatementPaper};
pub use bill::{
    Amendment, AmendmentReason, AsAt, Body, Change, ChangeKind, CreditNotePaper, Destination, DestinationKind, Drawn,
    InvoicePaper, Mark, OrderKind, OrderPaper, PaidRow, PaperLine, Prices, Standing, TaxRow,
};
pub use kind::{Paper, PaperKind};
pub use receipt::{AppliedTo, ReceiptPaper};
pub use refund::{OwedAgain, RefundPaper, RefundTo};

/// The most rows that one list of a paper holds: five times what an order may have.
pub const MAX_ROWS: usize = 5_000;
/// The most characters of one text on a paper.
pub const MAX_TEXT: usize = 10_000;

/// Why a paper must not be printed: it would say something untrue, or has no end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperFault {
    /// A sum on the paper is not the sum of what stands above it.
    #[error("{what}: the paper says {said}, its parts come to {parts}")]
    DoesNotAddUp { what: &'static str, said: Money, parts: Money },
    #[error("{0}")]
    Money(#[from] MoneyError),
    /// A color that is not `#rrggbb`.
    #[error("the brand color {0:?} is not written like #1f6f5c")]
    Color(String),
    #[error("{what} has {count} rows; at most {MAX_ROWS} are printed")]
    TooLong { what: &'static str, count: usize },
    #[error("a text of {0} characters is on the paper; at most {MAX_TEXT} are printed")]
    TextTooLong(usize),
}

/// The sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    #[default]
    A4,
    /// US letter, 8.5 by 11 inches.
    Letter,
}

/// A picture of the business: PNG or JPEG.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Logo {
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({} bytes)", self.bytes.len())
    }
}

/// Whom a paper comes from. Empty texts are not printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Business {
    pub name: String,
    /// One line each, the country last.
    pub address: Vec<String>,
    pub email: String,
    pub phone: String,
    /// With its own word in front, as the business writes it: `VAT DE 298 114 507`.
    pub tax_id: String,
    /// `#rrggbb`; nothing prints in the house color.
    pub color: Option<String>,
    pub logo: Option<Logo>,
    /// Small print at the foot of every page.
    pub footer: String,
}

/// Whom a paper goes to. Empty texts are not printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    pub name: String,
    /// One line each, the country last.
    pub address: Vec<String>,
    pub email: String,
    pub phone: String,
    /// With its own word in front, as for [`Business::tax_id`].
    pub tax_id: String,
    /// The business's own reference for this customer.
    pub reference: String,
}

/// A moment as the business's wall clock showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub at: Instant,
    /// Minutes east of UTC at that moment and place.
    pub offset_minutes: i32,
}

impl Stamp {
    /// The moment as read on a clock of `zone`.
    pub fn in_zone(at: Instant, zone: &TimeZone) -> Stamp {
        Stamp { at, offset_minutes: zone.to_offset(at.timestamp()).seconds().div_euclid(60) }
    }

    pub fn utc(at: Instant) -> Stamp {
        Stamp { at, offset_minutes: 0 }
    }

    /// Day and time on that clock.
    pub fn local(self) -> jiff::civil::DateTime {
        let shifted = self.at.plus_seconds(i64::from(self.offset_minutes) * 60);
        TimeZone::UTC.to_datetime(shifted.timestamp())
    }
}

/// What stands on every paper: who sends it, in which language, on which sheet, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    pub business: Business,
    /// A language tag such as `en` or `de-AT`. A language without words of its own is printed in English.
    pub locale: String,
    pub page: PageSize,
    /// When the paper was made. It is the only clock a paper has: the same values give the same bytes.
    pub made: Stamp,
}

impl Letterhead {
    /// In English on A4.
    pub fn new(business: Business, made: Stamp) -> Letterhead {
        Letterhead { business, locale: "en".into(), page: PageSize::A4, made }
    }

    fn check(&self) -> Result<(), PaperFault> {
        let texts =
            [&self.business.name, &self.business.email, &self.business.phone, &self.business.tax_id, &self.business.footer];
        check_texts(texts.into_iter().chain(&self.business.address))?;
        match &self.business.color {
            Some(color) if parse_color(color).is_none() => Err(PaperFault::Color(color.clone())),
            _ => Ok(()),
        }
    }
}

/// Red, green and blue of `#rrggbb`.
pub fn parse_color(text: &str) -> Option<[u8; 3]> {
    let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// How money came or went, as a payer knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// `Visa ending 4242`. An empty brand prints as the plain word for a card.
    Card {
        brand: String,
        last4: String,
    },
    /// A card read by a terminal of the business's own.
    CardTerminal {
        reference: String,
    },
    Cash,
    /// The number printed on the check; may be empty.
    Check {
        number: String,
    },
    BankTransfer {
        reference: String,
    },
    BankDebit {
        bank: String,
        last4: String,
    },
    /// In the words that were recorded, such as a wallet's name; empty prints as the plain word for another way.
    Other {
        label: String,
    },
}

/// A small pair such as `IBAN` and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// How the reader can pay. Printed only where something is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayPanel {
    /// The payment link, printed as text, as a link and as a QR code. Empty: no link.
    pub url: String,
    /// The business's own words; empty prints the usual sentence.
    pub text: String,
    /// Bank details, at most a handful.
    pub bank: Vec<Fact>,
}

impl PayPanel {
    pub fn link(url: impl Into<String>) -> PayPanel {
        PayPanel { url: url.into(), ..PayPanel::default() }
    }
}

fn check_rows<T>(what: &'static str, rows: &[T]) -> Result<(), PaperFault> {
    if rows.len() > MAX_ROWS { Err(PaperFault::TooLong { what, count: rows.len() }) } else { Ok(()) }
}

fn check_texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<(), PaperFault> {
    // Bytes are never fewer than characters, so the costly count is made for long texts only.
    let too_long =
        texts.into_iter().filter(|text| text.len() > MAX_TEXT).map(|text| text.chars().count()).find(|count| *count > MAX_TEXT);
    too_long.map_or(Ok(()), |count| Err(PaperFault::TextTooLong(count)))
}

fn check_party(party: &Party) -> Result<(), PaperFault> {
    let texts = [&party.name, &party.email, &party.phone, &party.tax_id, &party.reference];
    check_texts(texts.into_iter().chain(&party.address))
}

fn check_pay(pay: &Option<PayPanel>) -> Result<(), PaperFault> {
    let Some(pay) = pay else { return Ok(()) };
    check_rows("bank details", &pay.bank)?;
    check_texts([&pay.url, &pay.text].into_iter().chain(pay.bank.iter().flat_map(|fact| [&fact.label, &fact.value])))
}

/// Adds amounts of one currency; an empty list is zero.
fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
    amounts.into_iter().try_fold(Money::zero(currency), Money::plus)
}

fn same(what: &'static str, said: Money, parts: Money) -> Result<(), PaperFault> {
    said.same_currency(parts)?;
    if said == parts { Ok(()) } else { Err(PaperFault::DoesNotAddUp { what, said, parts }) }
}

#[cfg(test)]
mod tests;
