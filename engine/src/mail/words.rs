//! The words of a mail that a business wrote in place of the usual ones.
//!
//! Invariant: a business may say how a mail is called and how it begins; the amount, the figures and the button stay, so no
//! wording can hide what is asked for, and what a person wrote for one mail stays in it. Places such as `{amount}` stand for what this
//! one mail is about; a place that its kind does not have is refused when the words are saved, never found out when a mail is due.

use locale::Language;
use serde::{Deserialize, Serialize};

use super::{Letter, Sender};
use crate::error::{Error, Result};

/// The most characters of a subject.
const SUBJECT: usize = 200;
/// The most characters of a text.
const BODY: usize = 10_000;

/// What stands between braces in the words of a mail: `{amount}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Greeting,
    Customer,
    Document,
    Amount,
    Detail,
    Subject,
    Message,
    Business,
}

impl Place {
    const ALL: [Place; 8] = [
        Place::Greeting,
        Place::Customer,
        Place::Document,
        Place::Amount,
        Place::Detail,
        Place::Subject,
        Place::Message,
        Place::Business,
    ];

    /// What is written between the braces.
    pub fn word(self) -> &'static str {
        match self {
            Place::Greeting => "greeting",
            Place::Customer => "customer",
            Place::Document => "document",
            Place::Amount => "amount",
            Place::Detail => "detail",
            Place::Subject => "subject",
            Place::Message => "message",
            Place::Business => "business",
        }
    }

    /// What it stands for, as staff read it.
    pub fn meaning(self) -> &'static str {
        match self {
            Place::Greeting => "the usual greeting, with the customer’s name",
            Place::Customer => "the customer’s name",
            Place::Document => "what it is about, such as Invoice INV-2026-00042",
            Place::Amount => "the figure at its top",
            Place::Detail => "what stands under its top line, such as the due day",
            Place::Subject => "the subject that was written",
            Place::Message => "the text that this one mail brings; where it is not named it stands at the end",
            Place::Business => "your name",
        }
    }

    fn of_word(word: &str) -> Option<Place> {
        Place::ALL.into_iter().find(|place| place.word() == word)
    }

    /// What it stands for in this letter.
    fn value(self, from: &Sender, letter: &Letter) -> String {
        match self {
            Place::Greeting => from.greeting(&letter.customer),
            Place::Customer => letter.customer.clone(),
            Place::Document if letter.document.is_empty() => letter.label.clone(),
            Place::Document => letter.document.clone(),
            Place::Amount | Place::Subject => letter.headline.clone(),
            Place::Detail => letter.under_headline.clone(),
            Place::Message => letter.said.clone().unwrap_or_default(),
            Place::Business => from.name.clone(),
        }
    }
}

/// A kind of mail whose subject and text can be changed.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub word: &'static str,
    /// What people call it.
    pub name: &'static str,
    pub places: &'static [Place],
    /// Goes to the business's own people, who are written to in English.
    pub to_staff: bool,
}

const ABOUT_MONEY: &[Place] = &[Place::Greeting, Place::Customer, Place::Document, Place::Amount, Place::Detail, Place::Business];
const ASKING: &[Place] =
    &[Place::Greeting, Place::Customer, Place::Document, Place::Amount, Place::Detail, Place::Message, Place::Business];
const WRITTEN: &[Place] = &[Place::Greeting, Place::Customer, Place::Subject, Place::Message, Place::Business];
/// Whoever gets a way in unasked should know it at once: its heading, and the sentence that nobody gets in without it, stay.
const WAY_IN: &[Place] = &[Place::Detail, Place::Business];
const NOTICE: &[Place] = &[Place::Customer, Place::Document, Place::Amount, Place::Business];
const ALERT: &[Place] = &[Place::Customer, Place::Document, Place::Amount, Place::Detail, Place::Message, Place::Business];

const fn to_customer(word: &'static str, name: &'static str, places: &'static [Place]) -> Kind {
    Kind { word, name, places, to_staff: false }
}

const fn to_staff(word: &'static str, name: &'static str, places: &'static [Place]) -> Kind {
    Kind { word, name, places, to_staff: true }
}

/// Every kind of mail that is sent.
pub const KINDS: [Kind; 15] = [
    to_customer("payment_request", "Payment request", ASKING),
    to_customer("invoice", "Invoice", ABOUT_MONEY),
    to_customer("invoice_reminder", "Reminder of an invoice", ABOUT_MONEY),
    to_customer("receipt", "Receipt", ABOUT_MONEY),
    to_customer("refund", "Refund", ABOUT_MONEY),
    to_customer("credit_note", "Credit note", ABOUT_MONEY),
    to_customer("statement", "Statement", ABOUT_MONEY),
    to_customer("payment_failed", "Notice of a failed payment", ABOUT_MONEY),
    to_customer("confirm_payment", "Please confirm", ABOUT_MONEY),
    to_customer("link", "Payment link", ABOUT_MONEY),
    to_customer("fresh_link", "Fresh link", ABOUT_MONEY),
    to_customer("portal_entry", "Way into the portal", WAY_IN),
    to_customer("message", "Message", WRITTEN),
    to_staff("payment_notice", "Notice to staff of a payment", NOTICE),
    to_staff("staff_alert", "Alert to staff", ALERT),
];

impl Kind {
    pub fn of_word(word: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.word == word)
    }

    /// Whether mails of this kind are written in this language.
    pub fn speaks(&self, language: Language) -> bool {
        !self.to_staff || language == Language::English
    }
}

/// The words of one kind of mail. None: the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailWords {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Paragraphs with an empty line between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl MailWords {
    /// Trimmed; refuses what is too long, a subject of several lines, and places that this kind of mail does not have.
    pub fn checked(self, kind: &Kind) -> Result<MailWords> {
        let line = Field { name: "subject", most: SUBJECT, lines: false };
        let text = Field { name: "body", most: BODY, lines: true };
        Ok(MailWords { subject: line.kept(self.subject, kind)?, body: text.kept(self.body, kind)? })
    }

    /// Whether both are the usual ones.
    pub fn is_usual(&self) -> bool {
        *self == MailWords::default()
    }

    /// The subject and the paragraphs that a letter has with these words. What a person wrote for it stands where the words name it,
    /// else at the end.
    pub(super) fn over(&self, from: &Sender, subject: &str, letter: &Letter) -> (String, Vec<String>) {
        let subject = self.subject.as_deref().map_or_else(|| subject.to_owned(), |text| filled(text, from, letter));
        let mut paragraphs =
            self.body.as_deref().map_or_else(|| letter.paragraphs.clone(), |body| paragraphs(&filled(body, from, letter)));
        if !self.body.as_deref().is_some_and(|body| places(body).any(|name| name == Place::Message.word())) {
            paragraphs.extend(letter.said.as_deref().map(self::paragraphs).unwrap_or_default());
        }
        (subject, paragraphs)
    }
}

/// A field of the words, with what it can hold.
struct Field {
    name: &'static str,
    most: usize,
    /// Whether it may have several lines.
    lines: bool,
}

impl Field {
    fn kept(&self, text: Option<String>, kind: &Kind) -> Result<Option<String>> {
        let Some(text) = text.map(|text| text.trim().replace("\r\n", "\n")).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if text.chars().count() > self.most {
            return Err(Error::invalid(self.name, "TOO_LONG", format!("at most {} characters", self.most)));
        }
        if text.chars().any(|letter| letter.is_control() && !(self.lines && letter == '\n')) {
            return Err(Error::invalid(self.name, "CONTROL_CHARACTER", "control characters and line breaks cannot stand here"));
        }
        // A message has many lines, and a subject one.
        let has = |place: &&Place| self.lines || **place != Place::Message;
        let known: Vec<&str> = kind.places.iter().filter(has).map(|place| place.word()).collect();
        if let Some(place) = places(&text).find(|name| !known.contains(name)) {
            let known: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            let detail = format!("{{{place}}} stands for nothing; there are {}", known.join(", "));
            return Err(Error::invalid(self.name, "UNKNOWN_PLACE", detail));
        }
        Ok(Some(text))
    }
}

/// What a text has between empty lines.
fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What stands between braces. A brace that is not closed is a brace.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

/// The text with its places filled; what is put in is not read again.
fn filled(text: &str, from: &Sender, letter: &Letter) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match Place::of_word(name) {
            Some(place) => out.push_str(&place.value(from, letter)),
            None => out.push_str(&format!("{{{name}}}")),
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use locale::Tongue;

    use super::*;

    fn from() -> Sender {
        Sender {
            name: "Fern & Co".into(),
            color: "#0b5c44".into(),
            address: None,
            email: None,
            tongue: Tongue::english(),
            words: MailWords::default(),
        }
    }

    fn letter() -> Letter {
        Letter {
            customer: "{amount}".into(),
            label: "Invoice INV-2026-00001".into(),
            headline: "62.40 USD".into(),
            under_headline: "Due on 30 Jan 2026".into(),
            paragraphs: vec!["Hello,".into(), "Usual.".into()],
            ..Letter::default()
        }
    }

    fn kind(word: &str) -> &'static Kind {
        Kind::of_word(word).expect("a kind written here")
    }

    fn words(subject: &str, body: &str) -> MailWords {
        MailWords { subject: Some(subject.into()), body: Some(body.into()) }
    }

    #[test]
    fn places_are_filled_once_and_a_lone_brace_stays() {
        let own = words("{document}: {amount} { now", "{greeting}\n\nPlease pay {business}.\nThank you.\n\n\n");
        let (subject, paragraphs) = own.checked(kind("invoice")).expect("good words").over(&from(), "usual", &letter());
        assert_eq!(subject, "Invoice INV-2026-00001: 62.40 USD { now");
        assert_eq!(paragraphs, ["Hello {amount},", "Please pay Fern & Co.\nThank you."]);
    }

    #[test]
    fn without_words_everything_is_as_usual() {
        let (subject, paragraphs) = MailWords::default().over(&from(), "Usual subject", &letter());
        assert_eq!((subject.as_str(), paragraphs.len()), ("Usual subject", 2));
        assert!(words("  ", "\r\n").checked(kind("invoice")).expect("nothing is usual").is_usual());
    }

    #[test]
    fn what_a_person_wrote_stays_where_it_is_named_or_at_the_end() {
        let written = Letter { said: Some("We move.\r\n\r\nSee you there.".into()), headline: "News".into(), ..letter() };
        let over =
            |body: &str| words("{subject}", body).checked(kind("message")).expect("good words").over(&from(), "usual", &written);
        let (subject, framed) = over("Good day,\n\n{message}\n\nYours, {business}");
        assert_eq!(
            (subject.as_str(), framed.join("|")),
            ("News", "Good day,|We move.|See you there.|Yours, Fern & Co".to_owned())
        );
        assert_eq!(over("Good day,").1, ["Good day,", "We move.", "See you there."]);
        assert_eq!(MailWords::default().over(&from(), "usual", &written).1, ["Hello,", "Usual.", "We move.", "See you there."]);
    }

    #[test]
    fn wrong_words_are_refused_at_their_field() {
        let refused = |of: &str, words: MailWords| match words.checked(kind(of)) {
            Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].code),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused("invoice", words("{name}", "x")), ("subject".to_owned(), "UNKNOWN_PLACE"));
        assert_eq!(refused("invoice", words("a\nb", "x")), ("subject".to_owned(), "CONTROL_CHARACTER"));
        assert_eq!(refused("invoice", words(&"x".repeat(201), "x")), ("subject".to_owned(), "TOO_LONG"));
        assert_eq!(refused("invoice", words("x", "{}")), ("body".to_owned(), "UNKNOWN_PLACE"));
        assert_eq!(refused("portal_entry", words("x", "{greeting}")), ("body".to_owned(), "UNKNOWN_PLACE"));
        assert_eq!(refused("message", words("{message}", "x")), ("subject".to_owned(), "UNKNOWN_PLACE"));
    }

    #[test]
    fn every_kind_has_its_sample_and_every_place_its_word() {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
        let mut samples: Vec<&str> = crate::mail::samples::kinds().collect();
        samples.sort_by_key(|word| kinds.iter().position(|kind| kind == word));
        assert_eq!(samples, kinds);
        assert!(Place::ALL.into_iter().all(|place| Place::of_word(place.word()) == Some(place)));
        assert!(KINDS.iter().all(|kind| kind.speaks(Language::English) && kind.speaks(Language::German) != kind.to_staff));
    }
}
