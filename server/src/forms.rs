//! Forms of pages: text fields → typed values, with what is wrong beside each field.
//!
//! Invariants: a body is at most 1 MiB of UTF-8 with at most 10,000 fields and no NUL; a one-line text has no line break
//! or other control character, so that it can stand in a header or a file name; every limit is counted in characters.
//! Nothing is stored from a form with a wrong field: [`Form::finish`] gives either the whole value or the mistakes.
//! A card's number is masked before anybody looks at a field, and is a mistake of that field. Left out: files (`upload`), and
//! rules between fields, which belong to `books`.

use std::str::FromStr;

use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{HeaderValue, header};
use books::calendar::{Day, parse_day};
use books::money::{Currency, Money};
use engine::error::FieldError;
use locale::Tongue;
use sha2::{Digest, Sha256};

pub mod upload;

use crate::json::{self, CARD_NUMBER, MAX_BODY, MAX_IDEMPOTENCY_KEY, NO_CARDS};
use crate::respond::Problem;
use crate::security::card_number;
use crate::view::form::Field;

/// The most fields one form may have: a thousand lines of ten fields.
const MAX_FIELDS: usize = 10_000;
/// The longest address of a mail (RFC 5321).
const MAX_EMAIL: usize = 254;
/// The most addresses in one field.
pub const MAX_ADDRESSES: usize = 20;
/// Names of people and things, in characters.
pub const NAME: usize = 200;
/// Descriptions, in characters.
pub const DESCRIPTION: usize = 1_000;
/// Notes and messages, in characters.
pub const NOTE: usize = 10_000;
/// The hidden field that makes sending a form twice happen once.
pub const KEY_FIELD: &str = "idempotency_key";

/// The fields of one form as they were typed, and what is wrong with them so far.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    errors: Vec<FieldError>,
    /// SHA-256 over method, path and fields, the idempotency key left out.
    pub request_hash: [u8; 32],
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Form::received(request, Form::mask_cards).await
    }
}

/// The form of Sandbox's pages, the only one in which a card's number may stand: they take published test numbers only.
#[derive(Debug, Clone)]
pub struct CardForm(pub Form);

impl<S: Send + Sync> FromRequest<S> for CardForm {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Form::received(request, |_| ()).await.map(CardForm)
    }
}

impl Form {
    /// Reads a request's form; `look` sees it first.
    async fn received(request: Request, look: impl FnOnce(&mut Form)) -> Result<Form, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = json::read_body(&parts.headers, body, MAX_BODY).await?;
        if !bytes.is_empty() && !is_form(parts.headers.get(header::CONTENT_TYPE)) {
            return Err(Problem::unsupported_media_type("application/x-www-form-urlencoded"));
        }
        let mut form = Form::parse(&bytes)?;
        look(&mut form);
        let path = parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.path(), |OriginalUri(uri)| uri.path());
        form.request_hash = form.digest(parts.method.as_str(), path);
        Ok(form)
    }
}

fn is_form(kind: Option<&HeaderValue>) -> bool {
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// A fresh idempotency key for a form that is about to be shown.
pub fn new_key() -> String {
    books::ids::encode(uuid::Uuid::now_v7())
}

impl Form {
    /// Reads `name=value&…`. Refuses what is not UTF-8, NUL, and too many fields.
    pub fn parse(bytes: &[u8]) -> Result<Form, Problem> {
        let mut fields = Vec::new();
        for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=');
            let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            fields.push((decoded(name)?, decoded(value)?));
            if fields.len() > MAX_FIELDS {
                return Err(Problem::malformed(format!("The form has more than {MAX_FIELDS} fields."), Vec::new()));
            }
        }
        Ok(Form { fields, ..Form::default() })
    }

    /// Nobody behind this sees a card's number, in a value or in a name.
    fn mask_cards(&mut self) {
        for (name, value) in &mut self.fields {
            if let Some(masked) = card_number::masked(name) {
                *name = masked;
            }
            if let Some(masked) = card_number::masked(value) {
                *value = masked;
                self.errors.push(FieldError { field: name.clone(), code: CARD_NUMBER, detail: NO_CARDS.to_owned() });
            }
        }
    }

    fn digest(&self, method: &str, path: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        let pairs = self.fields.iter().filter(|(name, _)| name != KEY_FIELD).flat_map(|(name, value)| [name.as_str(), value]);
        for part in [method, path].into_iter().chain(pairs) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }

    /// One more field; a file comes before what was typed into the field of its name.
    fn put(&mut self, name: String, value: String, first: bool) {
        let at = if first { 0 } else { self.fields.len() };
        self.fields.insert(at, (name, value));
    }

    /// What was typed into a field, for showing it again. Empty when there is no such field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field that may stand several times, in order.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether the field was sent, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// The first mistake of a field, for showing it there.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.detail.as_str())
    }

    /// A field as a page shows it again: what was typed, and its mistake.
    pub fn field(&self, name: &str) -> Field {
        Field { value: self.value(name).to_owned(), error: self.error(name).map(str::to_owned) }
    }

    /// Every mistake found so far.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Notes a mistake: one that only the caller can see, or one that a flow found.
    pub fn wrong(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        self.errors.push(FieldError { field: field.to_owned(), code, detail: detail.into() });
    }

    /// One line of text that must be there, at most `longest` characters.
    pub fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.optional_text(name, longest);
        self.required(name, text)
    }

    /// One line of text, or nothing when the field is empty.
    pub fn optional_text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.value(name).trim().to_owned();
        if text.chars().any(char::is_control) {
            self.wrong(name, "CONTROL_CHARACTER", "Write this on one line.");
            return None;
        }
        self.at_most(name, text, longest)
    }

    /// Text of several lines, or nothing when the field is empty. Lines end with `\n`, whatever the browser sent.
    pub fn optional_lines(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.value(name).replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            self.wrong(name, "CONTROL_CHARACTER", "This contains a character that cannot be shown.");
            return None;
        }
        self.at_most(name, text, longest)
    }

    /// Text of several lines that must be there.
    pub fn lines(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.optional_lines(name, longest);
        self.required(name, text)
    }

    /// An amount above zero, at most 10^15 − 1 minor units, with no more decimals than the currency has.
    pub fn amount(&mut self, name: &str, currency: Currency) -> Option<Money> {
        let amount = self.optional_amount(name, currency);
        self.required(name, amount)
    }

    /// An amount above zero, or nothing when the field is empty.
    pub fn optional_amount(&mut self, name: &str, currency: Currency) -> Option<Money> {
        let text = self.value(name).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        match Tongue::english().read_amount(&text, currency) {
            Ok(money) if money.minor > 0 => Some(money),
            Ok(_) => self.refuse(name, "NOT_POSITIVE", "The amount must be more than zero."),
            Err(e) => self.refuse(name, "NOT_AN_AMOUNT", sentence(&e.to_string())),
        }
    }

    /// An amount with a sign, not zero: `-12.50` takes away, `12.50` gives.
    pub fn signed_amount(&mut self, name: &str, currency: Currency) -> Option<Money> {
        let text = self.value(name).trim().to_owned();
        if text.is_empty() {
            return self.required(name, None);
        }
        let bare = text.strip_prefix(['-', '\u{2212}']);
        match Tongue::english().read_amount(bare.or_else(|| text.strip_prefix('+')).unwrap_or(&text), currency) {
            Ok(money) if money.minor == 0 => self.refuse(name, "ZERO", "The amount must not be zero."),
            Ok(money) => Some(Money { minor: if bare.is_some() { -money.minor } else { money.minor }, ..money }),
            Err(e) => self.refuse(name, "NOT_AN_AMOUNT", sentence(&e.to_string())),
        }
    }

    /// A day as `2026-01-31`, which is what a date field of a browser sends, or nothing when the field is empty.
    pub fn optional_day(&mut self, name: &str) -> Option<Day> {
        let text = self.value(name).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        match parse_day(&text) {
            Some(day) => Some(day),
            None => self.refuse(name, "NOT_A_DAY", "Write a day like 2026-01-31."),
        }
    }

    pub fn day(&mut self, name: &str) -> Option<Day> {
        let day = self.optional_day(name);
        self.required(name, day)
    }

    /// One address, or nothing when the field is empty.
    pub fn optional_email(&mut self, name: &str) -> Option<String> {
        let text = self.value(name).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        match email(&text) {
            Some(address) => Some(address.to_owned()),
            None => self.refuse(name, "NOT_AN_EMAIL", "Write one address like ada@acme.example."),
        }
    }

    pub fn email(&mut self, name: &str) -> Option<String> {
        let address = self.optional_email(name);
        self.required(name, address)
    }

    /// Any number of addresses up to 20, apart by commas, semicolons, blanks or lines, or as fields of the same name.
    /// Each once.
    pub fn emails(&mut self, name: &str) -> Option<Vec<String>> {
        let typed = self.all(name).collect::<Vec<_>>().join("\n");
        let mut found: Vec<String> = Vec::new();
        for part in typed.split([',', ';', '\n', '\r', '\t', ' ']).filter(|part| !part.is_empty()) {
            let Some(address) = email(part) else {
                return self.refuse(name, "NOT_AN_EMAIL", format!("{part:?} is not an address like ada@acme.example."));
            };
            if !found.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                found.push(address.to_owned());
            }
        }
        if found.len() > MAX_ADDRESSES {
            return self.refuse(name, "TOO_MANY", format!("At most {MAX_ADDRESSES} addresses."));
        }
        Some(found)
    }

    /// Whether a box is ticked: browsers leave out one that is not.
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.value(name), "on" | "true" | "1" | "yes")
    }

    /// One of a few values that must be there.
    pub fn choice<T: Copy>(&mut self, name: &str, options: &[(&str, T)]) -> Option<T> {
        let typed = self.value(name).trim().to_owned();
        let chosen = options.iter().find(|(word, _)| *word == typed).map(|(_, value)| *value);
        if chosen.is_none() && !typed.is_empty() {
            return self.refuse(name, "UNKNOWN_VALUE", "Choose one of the values.");
        }
        self.required(name, chosen)
    }

    /// An id or anything else that knows how to read itself, or nothing when the field is empty.
    pub fn optional<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let typed = self.value(name).trim().to_owned();
        if typed.is_empty() {
            return None;
        }
        match typed.parse() {
            Ok(value) => Some(value),
            Err(_) => self.refuse(name, "INVALID", "This value is not known here."),
        }
    }

    pub fn read<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.optional(name);
        self.required(name, value)
    }

    /// The key that makes sending this form twice happen once. A page of ours always sends one.
    pub fn idempotency_key(&mut self) -> Option<String> {
        let key = self.value(KEY_FIELD).to_owned();
        let good = (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        if good { Some(key) } else { self.refuse(KEY_FIELD, "INVALID", "Load the page again: the form is incomplete.") }
    }

    /// The whole value when nothing is wrong, else the form with its mistakes, to be shown again. `build` may use `?` on
    /// the values read before, because a value is missing only when its mistake was noted.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Form> {
        if !self.errors.is_empty() {
            return Err(self);
        }
        let mut form = self;
        match build() {
            Some(value) => Ok(value),
            None => {
                form.wrong("", "INVALID", "The form is incomplete.");
                Err(form)
            }
        }
    }

    fn required<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.error(name).is_none() {
            self.wrong(name, "REQUIRED", "This is required.");
        }
        value
    }

    fn at_most(&mut self, name: &str, text: String, longest: usize) -> Option<String> {
        let length = text.chars().count();
        if length > longest {
            return self.refuse(name, "TOO_LONG", format!("At most {longest} characters; this has {length}."));
        }
        if text.is_empty() { None } else { Some(text) }
    }

    fn refuse<T>(&mut self, name: &str, code: &'static str, detail: impl Into<String>) -> Option<T> {
        self.wrong(name, code, detail);
        None
    }
}

/// One address: a local part, `@`, a host; nothing that could end a header or a list.
pub fn email(text: &str) -> Option<&str> {
    let (local, host) = text.rsplit_once('@')?;
    let plain = text
        .chars()
        .all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '\\'));
    let labels = host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let good = plain && labels && !local.is_empty() && !local.contains('@') && text.len() <= MAX_EMAIL && !host.starts_with('[');
    good.then_some(text)
}

fn decoded(bytes: &[u8]) -> Result<String, Problem> {
    let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    let raw: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    let text = String::from_utf8(raw).map_err(|_| Problem::malformed("The form is not UTF-8 text.", Vec::new()))?;
    if text.contains('\0') { Err(Problem::malformed("The form contains NUL.", Vec::new())) } else { Ok(text) }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests;
