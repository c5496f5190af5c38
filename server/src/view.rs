//! The values that pages are made of: amounts, days, chips, actions, fields. Each knows how to print itself, so that
//! a template says `{{ order.due }}` and every page shows money, days and states alike.
//!
//! Invariants: nothing here reads a clock, a database or a request; text from people is always escaped (only types whose
//! every byte is made here or escaped in their own template are marked [`HtmlSafe`]); no element carries a style, for
//! the pages' policy forbids it. Each is made by `of` for staff, in English (`$4,407.38`, `19 Nov 2026`), and by `by` for a
//! payer, in their language; both are the formats of crate `locale`.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

mod amount;
mod chip;
mod days;
pub mod figures;
pub mod filters;
pub mod form;
pub mod shell;
pub mod statement;

pub use amount::{Amount, Large, Signed};
pub use chip::{Chip, Tone, capitalized};
pub use days::{Day, Moment};

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
    /// Each rate with its tax, `VAT 19%`.
    pub taxes: Vec<(String, Amount)>,
    pub total: Amount,
    pub fees: Amount,
    pub paid: Amount,
    pub credited: Amount,
    pub written_off: Amount,
    pub due: Amount,
    /// A draft: nothing was charged, so that there is nothing to pay yet.
    pub draft: bool,
}
impl HtmlSafe for Figures {}

impl Figures {
    /// What a page leads with, and what that is called.
    pub fn lead(&self) -> (&'static str, &Amount) {
        if self.draft { ("Total of this draft", &self.total) } else { ("Amount due", &self.due) }
    }
}

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

    #[test]
    fn text_from_people_is_escaped_inside_components() {
        let chip = Chip::new(Tone::Ok, "<script>").to_string();
        assert!(!chip.contains("<script>"), "{chip}");
        let link = Link::new("/\"><b>", "a&b").to_string();
        assert!(!link.contains("<b>") && link.contains("a&#38;b"), "{link}");
    }
}
