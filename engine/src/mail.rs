//! Mails as values: what happened → who is told, in which words. Pure; nothing is fetched while a letter is rendered.
//!
//! Invariant: every mail has a text part written from the same values as its HTML part, so both name the same amounts.
//! One letter layout serves all messages; each message is a file that fills it with sentences of the reader's language
//! (`locale/locales/*/mail.ftl`). Left out: sending (`jobs/send_mail.rs`).

use std::collections::HashMap;

use askama::Template;
use locale::{Sentence, Tongue};
use mrml::prelude::render::RenderOptions;

use crate::error::{Error, Result};
use crate::store::business::Business;
use crate::store::customer::Customer;

pub mod bounce;
pub mod confirm_payment;
pub mod credit_note;
pub mod fresh_link;
pub mod invoice;
pub mod link_shared;
pub mod message;
pub mod payment_failed;
pub mod payment_notice;
pub mod payment_request;
pub mod portal_entry;
pub mod receipt;
pub mod refund;
pub mod samples;
pub mod staff_alert;
pub mod statement;
pub mod words;

use words::MailWords;

/// The business that writes, as its letters show it.
#[derive(Debug, Clone)]
pub struct Sender {
    pub name: String,
    /// `#rrggbb`, for the button.
    pub color: String,
    pub address: Option<String>,
    pub email: Option<String>,
    /// How the reader is spoken to.
    pub tongue: Tongue,
    /// How this kind of mail is worded in that language.
    pub words: MailWords,
}

impl Sender {
    /// The business as it writes to a reader of this tongue, in its own words for this kind of mail and language.
    pub fn of(business: &Business, kind: &str, tongue: Tongue) -> Result<Sender> {
        let words = business.settings()?.words_of(kind, tongue.language());
        Ok(Sender { words, ..Sender::plain(business, tongue) })
    }

    /// The business as it writes to a customer: in their language, or its own.
    pub fn to_customer(business: &Business, kind: &str, customer: &Customer) -> Result<Sender> {
        Sender::of(business, kind, customer.tongue(business))
    }

    /// The business as it writes to its own staff, in English.
    pub fn to_staff(business: &Business, kind: &str) -> Result<Sender> {
        Sender::of(business, kind, Tongue::english())
    }

    /// The business in the usual words.
    pub fn plain(business: &Business, tongue: Tongue) -> Sender {
        Sender {
            tongue,
            name: business.name.clone(),
            color: business.color.clone(),
            address: business.address.clone(),
            email: business.email.clone(),
            words: MailWords::default(),
        }
    }

    fn say<'k>(&self, key: &'k str) -> Sentence<'k> {
        self.tongue.say(key)
    }

    fn greeting(&self, name: &str) -> String {
        self.say("mail-greeting").with("name", name).to_string()
    }

    /// A line of the table of figures.
    fn row(&self, label: &str, value: &str) -> (String, String) {
        (self.say(label).to_string(), value.to_owned())
    }

    /// One line for the foot of a letter: name and address.
    fn signature(&self) -> String {
        match &self.address {
            Some(address) => format!(
                "{}, {}.",
                self.name,
                address.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(", ")
            ),
            None => format!("{}.", self.name),
        }
    }
}

/// What a letter says, in the order in which it is read.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// Whom or what it is about, where a business's own words name them. No document: the label says it.
    pub customer: String,
    pub document: String,
    /// The line that a mail program shows beside the subject.
    pub preview: String,
    pub label: String,
    pub headline: String,
    pub under_headline: String,
    pub paragraphs: Vec<String>,
    /// What a person wrote for this one mail, or what only this one tells: it stays however the rest is worded.
    pub said: Option<String>,
    pub button: Option<Button>,
    pub rows: Vec<(String, String)>,
    pub closing: String,
}

#[derive(Debug, Clone)]
pub struct Button {
    pub text: String,
    pub url: String,
}

/// A mail ready to be kept in the outbox.
#[derive(Debug, Clone)]
pub struct Composed {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail/letter.mjml")]
struct HtmlPart<'a> {
    lang: &'a str,
    subject: &'a str,
    letter: &'a Letter,
    from: &'a Sender,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct TextPart<'a> {
    letter: &'a Letter,
    from: &'a Sender,
}

/// Renders both parts. Line breaks are taken out of the subject, so that no header can be smuggled in by a name.
pub fn compose(from: &Sender, subject: &str, letter: &Letter) -> Result<Composed> {
    let (subject, paragraphs) = from.words.over(from, subject, letter);
    let letter = &Letter { paragraphs, ..letter.clone() };
    let subject: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mjml = HtmlPart { lang: &from.tongue.lang(), subject: &subject, letter, from }
        .render()
        .map_err(|error| Error::Fault(format!("letter: {error}")))?;
    let parsed = mrml::parse(&mjml).map_err(|error| Error::Fault(format!("letter markup: {error}")))?;
    // The default is a list of web fonts, of which the renderer links each that the letter names.
    let offline = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    let html = parsed.element.render(&offline).map_err(|error| Error::Fault(format!("letter rendering: {error}")))?;
    let text = TextPart { letter, from }.render().map_err(|error| Error::Fault(format!("letter text: {error}")))?;
    Ok(Composed { subject, text, html })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_stays_text_and_a_subject_stays_one_line() {
        let from = Sender {
            name: "Acme & <b>Sons</b>".into(),
            color: "#0b5c44".into(),
            address: Some("1 Example Way\nSampleton".into()),
            email: None,
            tongue: Tongue::english(),
            words: MailWords::default(),
        };
        let letter =
            Letter { headline: "355.50 USD".into(), paragraphs: vec!["Hello <script>,\n& welcome".into()], ..Letter::default() };
        let mail = compose(&from, "Pay\r\nBcc: everyone@else.example", &letter).expect("a letter");
        assert_eq!(mail.subject, "Pay  Bcc: everyone@else.example");
        assert!(!mail.html.contains("<script>"));
        assert!(mail.html.contains("Hello &#60;script&#62;,") || mail.html.contains("Hello &lt;script&gt;,"), "{}", mail.html);
        assert!(mail.text.contains("Acme & <b>Sons</b>, 1 Example Way, Sampleton."));
        assert!(mail.text.contains("355.50 USD") && mail.html.contains("355.50 USD"));
        assert!(!mail.html.contains("<link") && !mail.html.contains("@import"), "a letter fetches nothing: {}", mail.html);
    }
}
