//! Settings: the business, people and their roles, keys of programs, sessions, and how collecting works.

use askama::Template;

use crate::view::form::Field;
use crate::view::shell::{Person, Section, Shell};
use crate::view::{Chip, Choice, Day, Moment, Tab, filters};

/// Which page of the settings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsTab {
    Business,
    Collecting,
    EInvoices,
    Mails,
    Papers,
    Processors,
    People,
    Keys,
    Sessions,
}

impl SettingsTab {
    pub fn is(&self, other: SettingsTab) -> bool {
        *self == other
    }

    /// Whether this person may change what the page shows; everybody may look.
    pub fn is_open_to(&self, person: &Person) -> bool {
        match self {
            SettingsTab::Business
            | SettingsTab::Collecting
            | SettingsTab::EInvoices
            | SettingsTab::Mails
            | SettingsTab::Papers => person.may_manage,
            SettingsTab::Processors | SettingsTab::People | SettingsTab::Keys => person.is_owner,
            SettingsTab::Sessions => true,
        }
    }

    /// Who may, in words.
    pub fn whose(&self) -> &'static str {
        match self {
            SettingsTab::Business
            | SettingsTab::Collecting
            | SettingsTab::EInvoices
            | SettingsTab::Mails
            | SettingsTab::Papers => "owners and managers",
            _ => "owners",
        }
    }
}

/// Name, address, tax, currency, time zone, look.
#[derive(Template)]
#[template(path = "admin/settings/business.html")]
pub struct BusinessSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub name: Field,
    pub address: Field,
    pub tax_id: Field,
    pub email: Field,
    pub phone: Field,
    /// Fixed since the business began; a fact, not a field.
    pub currency: &'static str,
    pub zones: Vec<Choice>,
    /// The language of whoever has none of their own.
    pub locales: Vec<Choice>,
    pub weeks: Vec<Choice>,
    /// A4 or Letter.
    pub paper: Vec<Choice>,
    /// `#0b5d46`.
    pub color: Field,
    /// Only ever wrong: a file that was chosen is not given back.
    pub logo: Field,
    pub has_logo: bool,
    /// Printed at the foot of documents.
    pub footer: Field,
}

/// How collecting works: tolerance, applying credit, receipts, locks, links.
#[derive(Template)]
#[template(path = "admin/settings/collecting.html")]
pub struct CollectingSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub currency: String,
    pub apply_credit: Field,
    pub tolerance: Field,
    pub locked_through: Field,
    pub receipts_online: Field,
    pub receipts_external: Field,
    pub hold_messages: Field,
    /// The least role that may act as a customer; the first: nobody.
    pub act_as_customer: Vec<Choice>,
    pub link_days: Field,
    pub notify: Field,
    /// Days after which a failed charge is tried again by itself.
    pub retry_days: Field,
    /// Limits by role: the most each may refund, write off, credit or adjust alone.
    pub limits: Vec<RoleLimit>,
}

/// The limits of one role; fields are named `limit_ROLE_KIND`.
pub struct RoleLimit {
    pub role: &'static str,
    pub name: &'static str,
    /// What an empty field means.
    pub hint: &'static str,
    pub refund: Field,
    pub write_off: Field,
    pub credit: Field,
    pub adjustment: Field,
}

/// How mails are worded, one kind at a time.
#[derive(Template)]
#[template(path = "admin/settings/mails.html")]
pub struct MailSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub kinds: Vec<Tab>,
    /// One for each language that mails are written in.
    pub languages: Vec<Tab>,
    /// The one that is worded here.
    pub language: &'static str,
    pub action: String,
    pub key: String,
    pub refusal: Option<String>,
    pub subject: Field,
    pub body: Field,
    /// What may stand between braces, and what it stands for.
    pub places: Vec<(&'static str, &'static str)>,
    pub preview: MailPreview,
    /// The mail as it looks in the words that are kept.
    pub kept: String,
    /// To whom a test would go.
    pub to: String,
}

/// A mail with sample values.
pub struct MailPreview {
    pub subject: String,
    pub text: String,
}

/// Which mails bring their paper along, and the template of one kind of paper.
#[derive(Template)]
#[template(path = "admin/settings/papers.html")]
pub struct PaperSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub attach_key: String,
    pub attach: Vec<Choice>,
    pub kinds: Vec<Tab>,
    pub action: String,
    /// `invoices`
    pub plural: &'static str,
    pub refusal: Option<String>,
    /// What is wrong with the template, each with its line.
    pub mistakes: Vec<String>,
    pub template: String,
    /// In KB.
    pub longest: usize,
    pub own: Option<OwnTemplate>,
    pub text_key: String,
    pub text_refusal: Option<String>,
    pub texts: Vec<TextUnder>,
}

/// What stands under a kind of paper in one language.
pub struct TextUnder {
    /// `texts.de`
    pub name: String,
    pub language: &'static str,
    pub field: Field,
}

/// A template of the business's own.
pub struct OwnTemplate {
    pub at: Moment,
    pub by: String,
    /// The beginning of its digest.
    pub digest: String,
    pub failing: Option<FailingTemplate>,
}

/// Since when the built-in template stands in, and why.
pub struct FailingTemplate {
    pub since: Moment,
    pub why: String,
}

/// People who may sign in.
#[derive(Template)]
#[template(path = "admin/settings/people.html")]
pub struct PeopleSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    /// The password of the person just added; shown on this one answer.
    pub fresh: Option<FirstPassword>,
    pub rows: Vec<PersonRow>,
    pub name: Field,
    pub email: Field,
    pub roles: Vec<Choice>,
}

/// With what a new person signs in first.
pub struct FirstPassword {
    pub name: String,
    pub password: String,
}

/// A person with a role.
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub roles: Vec<Choice>,
    pub status: Chip,
    /// False once disabled.
    pub can_sign_in: bool,
    pub is_you: bool,
}

/// Keys of programs. A new one is shown once.
#[derive(Template)]
#[template(path = "admin/settings/keys.html")]
pub struct KeySettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    /// The key just made; never stored, never shown again.
    pub fresh: Option<String>,
    pub rows: Vec<KeyRow>,
    pub name: Field,
    pub scopes: Vec<Choice>,
    pub expires_on: Field,
}

/// A key, known by its name: its text is not kept.
pub struct KeyRow {
    pub id: String,
    pub name: String,
    pub scopes: String,
    pub created: Moment,
    pub created_by: String,
    pub expires_on: Option<Day>,
    pub status: Chip,
    pub live: bool,
}

/// Where this person is signed in, and their password.
#[derive(Template)]
#[template(path = "admin/settings/sessions.html")]
pub struct SessionSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub rows: Vec<SessionRow>,
    pub current_password: Field,
    pub new_password: Field,
}

/// A place where the person is signed in.
pub struct SessionRow {
    pub id: String,
    /// `Firefox on Linux`.
    pub device: String,
    pub address: String,
    pub since: Moment,
    pub last_seen: Moment,
    pub is_this: bool,
}
