//! What both syntaxes say of a line and of the payment, in the same words.
//!
//! Invariant: price × quantity is the line's net exactly as the norm computes it. Where one piece's price does not lead there
//! (prices that include tax, a charge that was lessened since), the price is said for the whole quantity.

use std::borrow::Cow;

use books::money::divide_half_away;
use books::tax::Quantity;

use crate::bill::{Bill, BillKind};
use crate::totals::Part;

/// A line's words and its price, without tax, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Printed<'a> {
    /// The first line of what it is called.
    pub(crate) name: &'a str,
    rest: &'a str,
    pub(crate) quantity: &'a str,
    pub(crate) price: i64,
    /// For how many the price is, where it is not one.
    pub(crate) base: Option<&'a str>,
}

impl<'a> Printed<'a> {
    /// What the name does not say: further lines, and a unit that has no code.
    pub(crate) fn detail(&self, unit: Option<&str>) -> Cow<'a, str> {
        match (unit, self.rest.is_empty()) {
            (None, _) => Cow::Borrowed(self.rest),
            (Some(unit), true) => Cow::Owned(format!("Unit: {unit}")),
            (Some(unit), false) => Cow::Owned(format!("{}\nUnit: {unit}", self.rest)),
        }
    }
}

impl<'a> Part<'a> {
    pub(crate) fn printed(&self) -> Printed<'a> {
        let text = self.line.description.trim();
        let (name, rest) = text.split_once('\n').unwrap_or((text, ""));
        let name = if name.trim().is_empty() { "-" } else { name.trim() };
        let words = Printed { name, rest: rest.trim(), quantity: "1", price: self.net, base: None };
        if self.spread {
            return words;
        }
        let Ok(quantity) = self.line.quantity.parse::<Quantity>() else { return words };
        let whole = i128::from(Quantity::ONE.ten_thousandths());
        let of_price = |price: i64| divide_half_away(i128::from(price) * i128::from(quantity.ten_thousandths()), whole);
        match self.line.unit_net.filter(|price| of_price(*price) == i128::from(self.net)) {
            Some(price) => Printed { quantity: &self.line.quantity, price, ..words },
            None => Printed { quantity: &self.line.quantity, base: Some(&self.line.quantity), ..words },
        }
    }
}

impl Bill {
    /// What is left to pay: 0 or more for a bill that is paid already.
    pub(crate) fn payable(&self) -> i64 {
        self.total - self.prepaid
    }

    /// What identifies the seller where neither a VAT number nor the register does (BR-CO-26).
    pub(crate) fn seller_identifier(&self, in_scope: bool) -> &str {
        let seller = &self.seller;
        let known = !seller.registration.is_empty() || (in_scope && !seller.vat_id.is_empty());
        if known { "" } else { &seller.tax_number }
    }

    pub(crate) fn asks_for_transfer(&self) -> bool {
        self.kind == BillKind::Invoice && self.payable() > 0 && !self.seller.iban.is_empty()
    }

    /// UNTDID 4461: a SEPA credit transfer in euros, any credit transfer else.
    pub(crate) fn transfer_code(&self) -> &'static str {
        if self.currency.code() == "EUR" { "58" } else { "30" }
    }

    /// The terms; a credit note says what becomes of its amount, because the norm asks whenever something is payable.
    pub(crate) fn terms_in_words(&self) -> Cow<'_, str> {
        match (self.kind, &self.preceding) {
            (BillKind::CreditNote, Some(earlier)) if self.terms.is_empty() => {
                Cow::Owned(format!("Set against invoice {}", earlier.number))
            }
            _ => Cow::Borrowed(self.terms.trim()),
        }
    }
}
