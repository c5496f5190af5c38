//! Settings: the business, people and their roles, keys of programs, sessions, and how collecting works.

use askama::Template;

use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Chip, Choice, Day, Moment, filters};

/// Which page of the settings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsTab {
    Business,
    Collecting,
    Processors,
    People,
    Keys,
    Sessions,
    Webhooks,
}

impl SettingsTab {
    pub fn is(&self, other: SettingsTab) -> bool {
        *self == other
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
    pub legal_name: Field,
    pub address: Field,
    pub tax_id: Field,
    pub email: Field,
    pub phone: Field,
    pub currencies: Vec<Choice>,
    pub zones: Vec<Choice>,
    pub locales: Vec<Choice>,
    /// `#0b5d46`.
    pub color: Field,
    pub has_logo: bool,
    /// Printed at the foot of documents.
    pub footer: Field,
    pub bank_details: Field,
}

/// How collecting works: tolerance, applying credit, receipts, locks, limits, links.
#[derive(Template)]
#[template(path = "admin/settings/collecting.html")]
pub struct CollectingSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub currency: String,
    pub terms_days: Field,
    pub apply_credit: Field,
    pub tolerance: Field,
    pub locked_through: Field,
    pub hold_messages: Field,
    pub receipts_online: Field,
    pub receipts_external: Field,
    pub link_days: Field,
    pub notify: Field,
    pub act_as_customer: Field,
    /// Limits by role: the most each may refund, write off, credit or adjust alone. Empty: no limit.
    pub limits: Vec<RoleLimit>,
}

/// The limits of one role; fields are named `limit_ROLE_KIND`.
pub struct RoleLimit {
    pub role: &'static str,
    pub name: &'static str,
    pub refund: Field,
    pub write_off: Field,
    pub credit: Field,
    pub adjustment: Field,
}

/// People who may sign in.
#[derive(Template)]
#[template(path = "admin/settings/people.html")]
pub struct PeopleSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub rows: Vec<PersonRow>,
    pub name: Field,
    pub email: Field,
    pub roles: Vec<Choice>,
}

/// A person with a role.
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub roles: Vec<Choice>,
    pub status: Chip,
    pub second_factor: bool,
    pub last_seen: Option<Moment>,
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

/// A key, known by its beginning.
pub struct KeyRow {
    pub id: String,
    pub name: String,
    /// `owed_9fQ2…`.
    pub beginning: String,
    pub scopes: String,
    pub created: Moment,
    pub created_by: String,
    pub expires_on: Option<Day>,
    pub last_used: Option<Moment>,
    pub status: Chip,
    pub live: bool,
}

/// Where this person is signed in, and their second factor.
#[derive(Template)]
#[template(path = "admin/settings/sessions.html")]
pub struct SessionSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    pub rows: Vec<SessionRow>,
    pub second_factor: bool,
    /// While one is being set up: the secret to type into an app, and its QR code's address.
    pub enrolling: Option<Enrolling>,
    pub current_password: Field,
    pub new_password: Field,
}

/// A second factor being set up.
pub struct Enrolling {
    pub secret: String,
    /// An SVG of the `otpauth:` address.
    pub qr: String,
    pub code: Field,
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

/// Where events are sent to.
#[derive(Template)]
#[template(path = "admin/settings/webhooks.html")]
pub struct WebhookSettings {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub key: String,
    pub refusal: Option<String>,
    /// The signing secret just made, shown once.
    pub fresh: Option<String>,
    pub rows: Vec<WebhookRow>,
    pub url: Field,
    pub description: Field,
}

/// An address events are sent to.
pub struct WebhookRow {
    pub id: String,
    pub url: String,
    pub description: String,
    pub status: Chip,
    pub last_sent: Option<Moment>,
    pub failures: u64,
}
