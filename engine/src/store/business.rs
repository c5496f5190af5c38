//! Businesses: who is owed. Several live in one installation, wholly apart.

use std::collections::BTreeMap;

use books::calendar::{Day, Instant};
use books::ids::BusinessId;
use books::money::Currency;
use books::paper::PaperKind;
use locale::{Language, Tongue};
use serde::{Deserialize, Serialize};

use crate::db::{Db, Reader, Tx, sql, table};
use crate::error::{Error, Result};
use crate::mail::words::MailWords;
use crate::store::user::Role;

table! {
    /// A business: its name and address as documents show them, its currency, time zone and settings.
    pub struct Business in business key(id) {
        pub id: BusinessId,
        pub name: String,
        pub currency: Currency,
        pub locale: String,
        pub time_zone: String,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub address: Option<String>,
        pub tax_id: Option<String>,
        /// `#rrggbb`
        pub color: String,
        /// PNG or JPEG.
        pub logo: Option<Vec<u8>>,
        pub footer: Option<String>,
        /// `a4` or `letter`
        pub paper: String,
        /// JSON of [`Settings`].
        pub settings: String,
        pub created_at: Instant,
    }
}

/// What a business decides about how it collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Free credit is applied to open charges by itself, oldest due first.
    pub apply_credit: bool,
    /// Minor units of the business's currency: a remainder up to this is written off when a payment leaves it.
    pub tolerance: i64,
    /// The last day on which nothing may be booked any more.
    pub locked_through: Option<Day>,
    /// Whom to tell when a request is paid, prefilled.
    pub notify: Vec<String>,
    /// Days after which a payer's link expires.
    pub link_days: i64,
    /// Whether a receipt is mailed for a payment online.
    pub receipt_online: bool,
    /// Whether a receipt is mailed for a payment recorded by staff.
    pub receipt_external: bool,
    /// Messages to customers with unpaid invoices wait until these are paid.
    pub hold_messages: bool,
    /// The least role that may act as a customer in their portal; none: nobody may.
    pub act_as_customer: Option<String>,
    /// What each role (`owner`, `manager`, `clerk`, and `key` for programs) may do alone; above it a second person approves.
    pub limits: BTreeMap<String, Limits>,
    /// Days after a failed charge on which it is tried again by itself, where it was begun by itself.
    pub retry_days: Vec<i64>,
    /// On which day weeks begin, 1 (Monday) to 7 (Sunday); none: as where the business's locale says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week_begins: Option<i8>,
    /// How mails are worded where that is not as usual. By their kind, and behind a point the language: `invoice.de`. English,
    /// which was the only one at first, is named by the kind alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mail_words: BTreeMap<String, MailWords>,
    /// Kinds of mails with which their paper goes along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attach_papers: Vec<String>,
    /// What stands under papers, such as terms of payment. By their kind, and behind a point the language: `invoice.de`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub paper_texts: BTreeMap<String, String>,
}

/// The most that somebody may give away alone, in minor units of the business's currency. None: what the role itself allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<i64>,
    /// Write-offs and credit notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_off: Option<i64>,
    /// Credits by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<i64>,
    /// Adjustments of the balance, either way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<i64>,
}

impl Settings {
    /// As they are stored.
    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Fault(format!("settings: {error}")))
    }

    /// How a kind of mail is worded in a language; the usual words are empty.
    pub fn words_of(&self, kind: &str, language: Language) -> MailWords {
        self.mail_words.get(&words_key(kind, language)).cloned().unwrap_or_default()
    }

    /// Words a kind of mail in a language; usual words take the business's own away.
    pub(crate) fn word(&mut self, kind: &str, language: Language, words: MailWords) {
        let key = words_key(kind, language);
        if words.is_usual() {
            self.mail_words.remove(&key);
        } else {
            self.mail_words.insert(key, words);
        }
    }

    /// What the business writes under papers of this kind in a language.
    pub fn paper_text(&self, kind: PaperKind, language: Language) -> Option<&str> {
        self.paper_texts.get(&text_key(kind, language)).map(String::as_str)
    }

    /// Writes under papers of this kind in a language; none: nothing from now on.
    pub(crate) fn write_under(&mut self, kind: PaperKind, language: Language, text: Option<String>) {
        let key = text_key(kind, language);
        match text {
            Some(text) => self.paper_texts.insert(key, text),
            None => self.paper_texts.remove(&key),
        };
    }

    /// Whether somebody of this role may act as a customer.
    pub fn may_act_as_customer(&self, role: Role) -> bool {
        let least: Option<Role> = self.act_as_customer.as_deref().and_then(|word| word.parse().ok());
        least.is_some_and(|least| role >= least)
    }
}

fn words_key(kind: &str, language: Language) -> String {
    match language {
        Language::English => kind.to_owned(),
        other => format!("{kind}.{}", other.code()),
    }
}

fn text_key(kind: PaperKind, language: Language) -> String {
    format!("{}.{}", kind.word(), language.code())
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            apply_credit: true,
            tolerance: 0,
            locked_through: None,
            notify: Vec::new(),
            link_days: 90,
            receipt_online: true,
            receipt_external: false,
            hold_messages: true,
            act_as_customer: None,
            limits: BTreeMap::new(),
            retry_days: vec![3, 5, 7],
            week_begins: None,
            mail_words: BTreeMap::new(),
            attach_papers: Vec::new(),
            paper_texts: BTreeMap::new(),
        }
    }
}

impl Business {
    /// The typed settings; unreadable settings are a fault, never silently the default.
    pub fn settings(&self) -> Result<Settings> {
        serde_json::from_str(&self.settings).map_err(|error| Error::Fault(format!("settings of {}: {error}", self.id)))
    }

    /// Has these settings from now on.
    pub(crate) fn collect_by(&mut self, settings: &Settings) -> Result<()> {
        self.settings = settings.text()?;
        Ok(())
    }

    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// How readers are spoken to of whom nothing else is known.
    pub fn tongue(&self) -> Tongue {
        Tongue::of_tag(&self.locale)
    }

    /// A language as this business writes it: with its own place where that is its language.
    pub fn tongue_in(&self, language: Language) -> Tongue {
        Some(self.tongue()).filter(|own| own.language() == language).unwrap_or_else(|| Tongue::of(language))
    }

    /// What stands under a paper of this kind for a reader of this language: in it, or else in the business's own.
    pub fn paper_text(&self, kind: PaperKind, language: Language) -> Result<Option<String>> {
        let settings = self.settings()?;
        let text = settings.paper_text(kind, language).or_else(|| settings.paper_text(kind, self.tongue().language()));
        Ok(text.map(str::to_owned))
    }

    /// On which day its weeks begin: 1 is Monday, 7 is Sunday (ISO 8601).
    pub fn week_begins(&self) -> Result<i8> {
        Ok(self.settings()?.week_begins.unwrap_or_else(|| self.tongue().week_begins()))
    }

    /// The first and last day of the week that a day lies in, as this business counts weeks.
    pub fn week_of(&self, day: Day) -> Result<(Day, Day)> {
        let begins = i64::from(self.week_begins()?);
        let today = i64::from(day.weekday().to_monday_one_offset());
        let first = day.saturating_sub(jiff::Span::new().days((today - begins).rem_euclid(7)));
        Ok((first, first.saturating_add(jiff::Span::new().days(6))))
    }

    /// Today on the business's own calendar.
    pub fn today(&self, now: Instant) -> Day {
        now.day_in(&self.zone())
    }
}

/// Days of the business's own calendar, both included; an open end has no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl Span {
    /// The first instant that counts, and the first that does not any more.
    pub(crate) async fn bounds(&self, reader: &mut Reader<'_>, id: BusinessId) -> Result<(Instant, Instant)> {
        if *self == Span::default() {
            return Ok((Instant(i64::MIN), Instant(i64::MAX)));
        }
        let zone = one(reader, id).await?.zone();
        let begin = |day: Day| day.to_zoned(zone.clone()).map(|at| Instant(at.timestamp().as_microsecond()));
        let from = self.from.and_then(|day| begin(day).ok()).unwrap_or(Instant(i64::MIN));
        let until = self.to.and_then(|day| day.tomorrow().and_then(begin).ok()).unwrap_or(Instant(i64::MAX));
        Ok((from, until))
    }
}

sql!(ALL, "select * from business order by created_at, id");
sql!(ONE, "select * from business where id = $1");

/// Every business, oldest first. An installation has few.
pub(crate) async fn all(reader: &mut Reader<'_>) -> Result<Vec<Business>> {
    reader.query(&ALL, &[]).await
}

pub(crate) async fn one(reader: &mut Reader<'_>, id: BusinessId) -> Result<Business> {
    reader.query_opt(&ONE, &[&id]).await?.ok_or(Error::NotFound)
}

pub(crate) async fn of(tx: &mut Tx<'_>) -> Result<Business> {
    let id = tx.business();
    tx.get::<Business>(&[&id]).await?.ok_or(Error::NotFound)
}

/// Every business of the installation, oldest first.
pub async fn list(db: &Db) -> Result<Vec<Business>> {
    db.read(async move |reader| all(reader).await).await
}

/// One business.
pub async fn business(db: &Db, id: BusinessId) -> Result<Business> {
    db.read(async move |reader| one(reader, id).await).await
}
