//! The values that pages are made of: amounts, days, chips, actions, fields. Each knows how to print itself, so that
//! a template says `{{ order.due }}` and every page shows money, days and states alike.
//!
//! Invariants: nothing here reads a clock, a database or a request; text from people is always escaped (only types whose
//! every byte is made here or escaped in their own template are marked [`HtmlSafe`]); no element carries a style, for
//! the pages' policy forbids it. Each is made by `of` for staff, in English (`$4,407.38`, `19 Nov 2026`), and by `by` for a
//! payer, in their language; both are the formats of crate `locale`.

use std::borrow::Cow;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use books::calendar::{Day as Date, Instant};
use books::money::Money;
use jiff::tz::TimeZone;
use locale::Tongue;

pub mod figures;
pub mod filters;
pub mod form;
pub mod shell;
pub mod statement;

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

/// A day as people read it, `19 Nov 2026`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub text: String,
    /// `2026-11-19`, also the value of a date field.
    pub iso: String,
}

impl Day {
    pub fn of(day: Date) -> Day {
        Day::by(&Tongue::english(), day)
    }

    pub fn by(tongue: &Tongue, day: Date) -> Day {
        Day { text: tongue.day(day), iso: day.to_string() }
    }

    /// With its month spelled out.
    pub fn long(tongue: &Tongue, day: Date) -> Day {
        Day { text: tongue.long_day(day), iso: day.to_string() }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time datetime="{}">{}</time>"#, self.iso, self.text)
    }
}
impl HtmlSafe for Day {}

/// An instant in the business's time zone, `19 Nov 2026, 14:05`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub text: String,
    pub iso: String,
}

impl Moment {
    pub fn of(at: Instant, zone: &TimeZone) -> Moment {
        Moment::by(&Tongue::english(), at, zone)
    }

    pub fn by(tongue: &Tongue, at: Instant, zone: &TimeZone) -> Moment {
        let there = at.timestamp().to_zoned(zone.clone());
        Moment { text: tongue.moment(there.datetime()), iso: at.to_rfc3339() }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time datetime="{}">{}</time>"#, self.iso, self.text)
    }
}
impl HtmlSafe for Moment {}

/// How good the news is; gives a chip or a notice its color, beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
    /// Under way, neither good nor bad.
    Quiet,
    /// A label rather than a state: no dot.
    Plain,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Quiet => "quiet",
            Tone::Plain => "plain",
        })
    }
}
impl HtmlSafe for Tone {}

/// A state in a word or two.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = r#"<span class="chip {{ tone }}">{{ text }}</span>"#, ext = "html")]
pub struct Chip {
    pub text: String,
    pub tone: Tone,
}
impl HtmlSafe for Chip {}

impl Chip {
    pub fn new(tone: Tone, text: impl Into<String>) -> Chip {
        Chip { text: text.into(), tone }
    }

    /// The chip of a published state (`part_paid`, `uncollectible`, …). A word has one meaning in every noun, so one
    /// table serves all; a word that is not in it is shown as it is, quietly.
    pub fn of_state(word: &str) -> Chip {
        let tone = match word {
            "paid" | "succeeded" | "completed" | "approved" | "active" | "live" | "applied" | "done" | "credit" => Tone::Ok,
            "pending" | "part_paid" | "part_applied" | "authorized" | "unknown" | "waiting_approval" | "untested" | "running"
            | "submitted" | "waiting" => Tone::Warn,
            "failed" | "overdue" | "uncollectible" | "returned" | "disputed" | "denied" | "bounced" | "failing" | "dead"
            | "lost" => Tone::Bad,
            "draft" | "void" | "canceled" | "withdrawn" | "reversed" | "revoked" | "expired" | "closed" | "disabled"
            | "refunded" => Tone::Plain,
            _ => Tone::Quiet,
        };
        Chip { text: sentence(word), tone }
    }

    /// The same in a reader's language.
    pub fn by(tongue: &Tongue, word: &str) -> Chip {
        let chip = Chip::of_state(word);
        if tongue.has("state", word) { Chip { text: tongue.one_of("state", word), ..chip } } else { chip }
    }
}

/// `waiting_approval` as a person would write it: `Waiting approval`.
fn sentence(word: &str) -> String {
    let text = match word {
        "part_paid" => "part-paid",
        "part_applied" => "part-applied",
        other => return capitalized(&other.replace('_', " ")),
    };
    capitalized(text)
}

/// With a capital letter, for words that do not stand within a sentence.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A place to go and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = r#"<a class="link" href="{{ href }}">{{ text }}</a>"#, ext = "html")]
pub struct Link {
    pub href: String,
    pub text: String,
}
impl HtmlSafe for Link {}

impl Link {
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Link {
        Link { href: href.into(), text: text.into() }
    }
}

/// Whether an action opens a page or acts at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A page with a form; with script it opens as a window over this one.
    Open,
    /// An ordinary page or a download.
    Go,
    /// A form of one button; the text is its idempotency key.
    Post(String),
}

/// One thing that may be done here: always shown; when it is not possible, `refused` says why.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/action.html")]
pub struct Action {
    /// The published name, such as `request_payment`.
    pub name: &'static str,
    pub label: Cow<'static, str>,
    pub icon: &'static str,
    pub href: String,
    pub way: Way,
    pub refused: Option<Refused>,
    /// Asked before a step that cannot be taken back; empty: not asked.
    pub confirm: &'static str,
}
impl HtmlSafe for Action {}

/// Why an action is not possible: the published code and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub why: String,
}

impl Action {
    pub fn is_open(&self) -> bool {
        self.way == Way::Open
    }

    pub fn is_allowed(&self) -> bool {
        self.refused.is_none()
    }

    /// The idempotency key, where the action is a form of one button.
    pub fn key(&self) -> Option<&str> {
        match &self.way {
            Way::Post(key) => Some(key),
            Way::Open | Way::Go => None,
        }
    }
}

/// What a page may say above its content after something was done or refused.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/notice.html")]
pub struct Notice {
    pub tone: Tone,
    pub title: String,
    pub text: String,
    pub link: Option<Link>,
}
impl HtmlSafe for Notice {}

/// A keyset page's way back and on. `None`: there is no such page.
#[derive(Debug, Clone, PartialEq, Eq, Template, Default)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    pub first: Option<String>,
    pub next: Option<String>,
    /// `1–50 of 3,214 customers`, or just `50 shown`.
    pub summary: String,
}
impl HtmlSafe for Pager {}

/// One of several views of the same list; `here` is the one shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub href: String,
    pub text: String,
    pub count: Option<u64>,
    pub here: bool,
}

/// One entry of a select or a set of radio buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub text: String,
    /// A second line under the text; empty: none.
    pub hint: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, text: impl Into<String>, chosen: bool) -> Choice {
        Choice { value: value.into(), text: text.into(), hint: String::new(), chosen }
    }
}

/// Name and value of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// The one sum of a document, with what led to it: `total + fees − paid − credited − written off = due`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/figures.html")]
pub struct Figures {
    pub net: Option<Amount>,
    /// Each rate with its tax, `VAT 19%`.
    pub taxes: Vec<(String, Amount)>,
    pub total: Amount,
    pub fees: Amount,
    pub paid: Amount,
    pub credited: Amount,
    pub written_off: Amount,
    pub due: Amount,
    /// `Amount due`, or `Due at issue` and the like.
    pub due_label: &'static str,
}
impl HtmlSafe for Figures {}

/// One line of an order, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    pub description: String,
    /// `3 days × $1,180.00`; empty for a single plain amount.
    pub detail: String,
    /// `Shipping`, `Discount`; empty for an item.
    pub kind: String,
    /// `19%`; empty without tax.
    pub tax_rate: String,
    pub gross: Amount,
    /// Taken off by a later amendment: shown struck through.
    pub removed: bool,
}

impl LineRow {
    /// What stands under its description for staff: what it is, how it is counted, its tax.
    pub fn notes(&self) -> Vec<String> {
        let tax = if self.tax_rate.is_empty() { String::new() } else { format!("tax {}", self.tax_rate) };
        [self.kind.clone(), self.detail.clone(), tax].into_iter().filter(|note| !note.is_empty()).collect()
    }
}

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

    #[test]
    fn states_become_words() {
        assert_eq!(Chip::of_state("part_paid"), Chip::new(Tone::Warn, "Part-paid"));
        assert_eq!(Chip::of_state("waiting_approval").text, "Waiting approval");
        assert_eq!(Chip::of_state("something_new"), Chip::new(Tone::Quiet, "Something new"));
    }

    #[test]
    fn text_from_people_is_escaped_inside_components() {
        let chip = Chip::new(Tone::Ok, "<script>").to_string();
        assert!(!chip.contains("<script>"), "{chip}");
        let link = Link::new("/\"><b>", "a&b").to_string();
        assert!(!link.contains("<b>") && link.contains("a&#38;b"), "{link}");
    }
}
