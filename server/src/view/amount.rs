//! Amounts, with the one element that every page prints them in.

use std::fmt;

use askama::filters::HtmlSafe;
use books::money::Money;
use locale::Tongue;

/// An amount ready to print. The sign is the field's: a balance below zero is owed by the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// `−$355.50`: what people read.
    pub text: String,
    /// `-355.50`: what forms and programs read.
    pub decimal: String,
    /// `−$355`, the part printed large.
    pub whole: String,
    /// `.50`, the part printed small; empty where the currency has no minor unit.
    pub fraction: String,
    /// ` €`, where the sign stands behind the figure; else empty.
    pub after: String,
    pub currency: &'static str,
    pub minor: i64,
    pub negative: bool,
}

impl Amount {
    /// As staff read it.
    pub fn of(money: Money) -> Amount {
        Amount::by(&Tongue::english(), money)
    }

    /// As a reader of this tongue reads it.
    pub fn by(tongue: &Tongue, money: Money) -> Amount {
        let written = tongue.written(money);
        Amount {
            text: written.text(),
            decimal: money.to_decimal(),
            whole: written.whole,
            fraction: written.fraction,
            after: written.after,
            currency: money.currency.code(),
            minor: money.minor,
            negative: money.minor < 0,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// As a line of a ledger: a credit carries a plus and its color, a charge a minus.
    pub fn signed(&self) -> Signed<'_> {
        Signed(self)
    }

    /// As the effect on what is owed: with its sign, without judging it.
    pub fn change(&self) -> String {
        if self.minor > 0 { format!("+{}", self.text) } else { self.text.clone() }
    }

    /// As the figure a page is about: whole units large, minor units small.
    pub fn large(&self) -> Large<'_> {
        Large { amount: self, class: "amount" }
    }

    /// As the figure a payer's page is about.
    pub fn owing(&self) -> Large<'_> {
        Large { amount: self, class: if self.text.chars().count() > 12 { "owing long" } else { "owing" } }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<data class="num" value="{}">{}</data>"#, self.decimal, self.text)
    }
}
impl HtmlSafe for Amount {}

/// See [`Amount::signed`].
pub struct Signed<'a>(&'a Amount);

impl fmt::Display for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount { decimal, text, minor, .. } = self.0;
        let (class, plus) = if *minor > 0 { ("num cr", "+") } else { ("num", "") };
        write!(f, r#"<data class="{class}" value="{decimal}">{plus}{text}</data>"#)
    }
}
impl HtmlSafe for Signed<'_> {}

/// See [`Amount::large`].
pub struct Large<'a> {
    amount: &'a Amount,
    class: &'static str,
}

impl fmt::Display for Large<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount { decimal, whole, fraction, after, .. } = self.amount;
        write!(f, r#"<data class="{}" value="{decimal}">{whole}<span class="minor">{fraction}</span>{after}</data>"#, self.class)
    }
}
impl HtmlSafe for Large<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use books::money::Currency;

    fn amount(minor: i64, code: &str) -> Amount {
        Amount::of(Money::new(minor, Currency::from_code(code).expect("a known code")))
    }

    #[test]
    fn amounts_read_as_on_paper() {
        assert_eq!(amount(-1_490_284, "USD").text, "−$14,902.84");
        assert_eq!(amount(1_234_567, "JPY").text, "¥1,234,567");
        assert_eq!(amount(1_250, "KWD").text, "KWD\u{a0}1.250");
        assert_eq!(amount(-5, "EUR").to_string(), r#"<data class="num" value="-0.05">−€0.05</data>"#);
        assert_eq!(amount(2_500, "USD").signed().to_string(), r#"<data class="num cr" value="25.00">+$25.00</data>"#);
        let large = amount(35_550, "USD");
        assert_eq!(large.large().to_string(), r#"<data class="amount" value="355.50">$355<span class="minor">.50</span></data>"#);
    }
}
