//! What must be known before a bill can be an electronic invoice, and what must be true of its sums.
//!
//! Source: the business rules of EN 16931-1, by their names in the comments. Invariant: a bill that passes here passes the
//! norm's own rules; the tests hold both against each other.

use crate::bill::{Address, Bill, BillKind};
use crate::totals::{Category, TaxRow, Totals, tax_at};

/// Tax is rounded once for each posting; a bill over several postings may be off by less than one unit of currency.
const TAX_TOLERANCE: i64 = 100;

/// A detail that is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    SellerCountry,
    /// A VAT number, a tax number or an entry in the register.
    SellerNumber,
    /// Tax is charged, so the seller has to have a VAT number or a tax number.
    SellerTaxNumber,
    BuyerCountry,
    BuyerVatId,
    /// Why some lines have no tax.
    UntaxedReason,
    /// A due day or terms of payment.
    Terms,
}

impl Missing {
    /// By which name the business finds it.
    pub fn name(self) -> &'static str {
        match self {
            Missing::SellerCountry => "your country",
            Missing::SellerNumber => "your VAT number, tax number or registration",
            Missing::SellerTaxNumber => "your VAT number or tax number",
            Missing::BuyerCountry => "the customer's country",
            Missing::BuyerVatId => "the customer's VAT number",
            Missing::UntaxedReason => "why lines without tax have none",
            Missing::Terms => "a due day or terms of payment on the invoice",
        }
    }
}

/// Why there is no electronic invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("an electronic invoice needs {}", .0.iter().map(|missing| missing.name()).collect::<Vec<_>>().join("; "))]
    Missing(Vec<Missing>),
    /// The norm has no amounts of three decimals.
    #[error("electronic invoices have at most two decimals, and {0} has more")]
    Currency(&'static str),
    #[error("lines outside the scope of the tax cannot stand on one electronic invoice with others")]
    MixedScope,
    /// The tax of a rate is not what that rate comes to, so the norm's rules would refuse the file.
    #[error("the tax at {rate} percent does not follow from its amounts, so no valid electronic invoice can be written")]
    TaxDoesNotFit { rate: String },
    #[error("the lines do not add up to the total, so no valid electronic invoice can be written")]
    DoesNotAddUp,
    #[error("an electronic invoice needs at least one line that is not a discount")]
    NoLine,
}

impl Bill {
    /// Refuses a bill that would not be a valid electronic invoice, naming all that is missing at once.
    pub fn check(&self) -> Result<(), Fault> {
        self.totals().map(drop)
    }

    pub(crate) fn totals(&self) -> Result<Totals<'_>, Fault> {
        if self.currency.exponent() > 2 {
            return Err(Fault::Currency(self.currency.code()));
        }
        let totals = Totals::of(self);
        let missing = self.missing(totals.as_ref());
        let totals = match totals {
            Some(totals) if missing.is_empty() => totals,
            _ => return Err(Fault::Missing(missing)),
        };
        let outside = totals.taxes.contains_key(&Category::OutsideScope);
        if outside && totals.taxes.len() > 1 {
            return Err(Fault::MixedScope);
        }
        if totals.lines.is_empty() {
            return Err(Fault::NoLine);
        }
        if totals.net() + totals.tax() != self.total {
            return Err(Fault::DoesNotAddUp);
        }
        match totals.taxes.iter().find(|(category, row)| !fits(**category, **row)) {
            Some((category, _)) => Err(Fault::TaxDoesNotFit { rate: category.rate().unwrap_or_default() }),
            None => Ok(totals),
        }
    }

    fn missing(&self, totals: Option<&Totals<'_>>) -> Vec<Missing> {
        let (seller, buyer) = (&self.seller, &self.buyer);
        let has = |category: fn(&Category) -> bool| totals.is_some_and(|totals| totals.taxes.keys().any(category));
        let numbered = !seller.vat_id.is_empty() || !seller.tax_number.is_empty();
        let in_scope = totals.is_none_or(|totals| totals.taxes.keys().any(|category| *category != Category::OutsideScope));
        let reverse = has(|category| *category == Category::ReverseCharge);
        let reason = self.untaxed.as_ref().map_or("", |reason| reason.sentence.trim());
        let asks = self.kind == BillKind::Invoice && self.total > self.prepaid;
        let wanted = [
            // BR-9, BR-11
            (Missing::SellerCountry, lacks_country(&seller.address)),
            (Missing::BuyerCountry, lacks_country(&buyer.address)),
            // BR-CO-26; a bill outside the scope may not name the VAT number (BR-O-2), so that does not count there.
            (Missing::SellerNumber, !in_scope && seller.registration.is_empty() && seller.tax_number.is_empty()),
            // BR-S-2, BR-Z-2, BR-E-2, BR-AE-2, BR-G-2
            (Missing::SellerTaxNumber, in_scope && !numbered),
            // BR-AE-2; BR-G-2 wants the VAT number itself.
            (Missing::SellerNumber, has(|category| *category == Category::Export) && seller.vat_id.is_empty()),
            (Missing::BuyerVatId, reverse && buyer.vat_id.is_empty()),
            // BR-E-10, BR-O-10, BR-AE-10, BR-G-10
            (Missing::UntaxedReason, totals.is_none() || (has(|category| category.needs_reason()) && reason.is_empty())),
            // BR-CO-25
            (Missing::Terms, asks && self.due_on.is_none() && self.terms.trim().is_empty()),
        ];
        wanted.into_iter().filter(|(_, lacks)| *lacks).map(|(missing, _)| missing).collect()
    }
}

fn lacks_country(address: &Address) -> bool {
    !crate::countries::is_country(&address.country)
}

/// BR-CO-17, within what rounding by posting may bring about.
fn fits(category: Category, row: TaxRow) -> bool {
    (tax_at(category, row.net) - row.tax).abs() < TAX_TOLERANCE
        && (row.tax == 0 || category.rate().is_some_and(|rate| rate != "0"))
}
