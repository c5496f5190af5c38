//! What every paper hands to its template: page, masthead, color, parties, the way to pay.
//!
//! Invariant: every text goes through [`printable`] on its way out, once, here; no document does it by itself.

use books::paper::{Letterhead, Mark, PageSize, Party, PayPanel};
use serde_json::{Map, Value, json};

use crate::PaperError;
use crate::fonts::printable;
use crate::format::Tongue;
use crate::logo;
use crate::look::{Brand, qr_svg};
use crate::world::{Print, Template};

/// A paper on its way to print.
pub(crate) struct Frame<'a> {
    pub(crate) head: &'a Letterhead,
    pub(crate) tongue: Tongue,
}

/// What a document calls itself.
pub(crate) struct Heading<'a> {
    /// The word on the page: `Invoice`.
    pub(crate) kind: &'a str,
    /// None: a draft.
    pub(crate) number: Option<&'a str>,
    /// To whom, for the PDF's own description.
    pub(crate) to: &'a str,
}

/// The label, the figure and the note at the right of the title.
pub(crate) fn headline(label: &str, amount: String, note: String) -> Value {
    json!({ "label": label, "amount": amount, "note": note })
}

impl<'a> Frame<'a> {
    pub(crate) fn new(head: &'a Letterhead) -> Frame<'a> {
        Frame { head, tongue: Tongue::of(&head.locale) }
    }

    /// Joins what all papers have with what this one has, and makes it ready to print.
    pub(crate) fn print(
        self,
        template: Template,
        heading: &Heading,
        pay: Option<&PayPanel>,
        own: Value,
    ) -> Result<Print, PaperError> {
        let (placed, logo) = match &self.head.business.logo {
            Some(logo) => logo::place(logo).map(|(placed, bytes)| (Some(placed), Some(bytes)))?,
            None => (None, None),
        };
        let qr = pay.filter(|pay| !pay.url.is_empty()).map(|pay| qr_svg(&pay.url)).transpose()?;
        let mut data = self.common(heading, pay);
        data["seller"]["logo"] = json!(placed);
        if let (Value::Object(data), Value::Object(own)) = (&mut data, own) {
            data.extend(own);
        }
        let url = pay.map(|pay| pay.url.clone());
        clean(&mut data);
        // The address that a click opens is not for the eye: it stays as it is, letter by letter.
        if let (Some(url), true) = (url, data["pay"].is_object()) {
            data["pay"]["url"] = Value::String(url);
        }
        let ident = format!("{} {}", heading.kind, heading.number.unwrap_or_default());
        Ok(Print { template, own: None, data, logo, qr, xml: None, made: self.head.made, ident })
    }

    fn common(&self, heading: &Heading, pay: Option<&PayPanel>) -> Value {
        let (business, words) = (&self.head.business, self.tongue.words);
        let title = format!("{} {}", heading.kind, heading.number.unwrap_or(words.draft));
        let initial = business.name.chars().find(|c| c.is_alphanumeric()).unwrap_or('·').to_uppercase().to_string();
        json!({
            "lang": self.tongue.language(),
            "region": self.tongue.region(),
            "paper": match self.head.page { PageSize::A4 => "a4", PageSize::Letter => "us-letter" },
            "title": title.trim_end(),
            "description": format!("{}: {} → {}", title.trim_end(), business.name, heading.to),
            "running": title.trim_end(),
            "kind": heading.kind,
            "brand": Brand::of(business.color.as_deref()),
            "words": { "page": words.page, "carried_over": words.carried_over },
            "seller": { "name": business.name, "initial": initial, "footer": business.footer },
            "pay": pay.map(|pay| self.pay(pay)),
        })
    }

    fn pay(&self, pay: &PayPanel) -> Value {
        let words = self.tongue.words;
        let online = !pay.url.is_empty();
        let usual = if online { words.pay_scan } else { words.quote_number };
        let shown = pay.url.strip_prefix("https://").or_else(|| pay.url.strip_prefix("http://")).unwrap_or(&pay.url);
        json!({
            "title": if online { words.pay_online } else { words.pay_by_transfer },
            "text": if pay.text.is_empty() { usual } else { &pay.text },
            "url": pay.url,
            "url_text": shown,
            "alt": self.tongue.said("paper-qr_alt", [("address", &pay.url)]),
            "bank": pay.bank.iter().map(|fact| json!([fact.label, fact.value])).collect::<Vec<_>>(),
        })
    }

    /// The sender as one of the two parties.
    pub(crate) fn sender(&self) -> Value {
        let business = &self.head.business;
        let lines = business.address.iter().chain([&business.tax_id, &business.email, &business.phone]);
        json!({ "label": self.tongue.words.from, "name": business.name, "lines": filled(lines) })
    }

    pub(crate) fn party(&self, label: &str, party: &Party) -> Value {
        let lines = party.address.iter().chain([&party.tax_id, &party.email, &party.phone]);
        json!({ "label": label, "name": party.name, "lines": filled(lines) })
    }

    pub(crate) fn mark(&self, mark: Option<Mark>) -> Value {
        let words = self.tongue.words;
        let Some(mark) = mark else { return Value::Null };
        let (text, tone) = match mark {
            Mark::Draft => (words.draft, "calm"),
            Mark::Unpaid => (words.mark_unpaid, "warn"),
            Mark::PartPaid => (words.mark_part_paid, "warn"),
            Mark::Paid => (words.mark_paid, "good"),
            Mark::Overdue => (words.mark_overdue, "bad"),
            Mark::Pending => (words.mark_pending, "calm"),
            Mark::Void => (words.mark_void, "calm"),
            Mark::Uncollectible => (words.mark_uncollectible, "bad"),
            Mark::Canceled => (words.mark_canceled, "calm"),
        };
        json!({ "text": text, "tone": tone })
    }
}

fn filled<'a>(lines: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// Label and value for the column of facts; what is empty is left out.
pub(crate) fn facts(rows: impl IntoIterator<Item = (&'static str, String)>) -> Value {
    rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(label, value)| json!([label, value])).collect()
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = printable(text),
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(fields) => Map::values_mut(fields).for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
