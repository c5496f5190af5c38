//! Payment processors: connecting, testing and disabling them; and Sandbox's own record with its buttons.

use askama::Template;

use super::settings::SettingsTab;
use crate::view::form::Field;
use crate::view::shell::{Section, Shell};
use crate::view::{Amount, Chip, Choice, Day, Link, Moment, Pager, filters};

/// All connections and what can be connected.
#[derive(Template)]
#[template(path = "admin/settings/processors.html")]
pub struct ProcessorList {
    pub shell: Shell,
    pub tab: SettingsTab,
    pub rows: Vec<ProcessorRow>,
    /// Kinds that can be connected, with what each can do.
    pub offers: Vec<ProcessorOffer>,
    pub key: String,
}

/// A connection.
pub struct ProcessorRow {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub status: Chip,
    pub capabilities: Vec<String>,
    /// The address the processor's webhooks go to.
    pub webhook: String,
    /// When one last came, and when one last came that could not be believed.
    pub heard: Option<Moment>,
    pub refused: Option<Moment>,
    /// Why its payouts are not read, and since when.
    pub unread: Option<(String, Moment)>,
    /// Why nothing can be paid through it yet, and what to do.
    pub advice: Option<&'static str>,
    /// It has settings that can be changed.
    pub editable: bool,
    pub enabled: bool,
    /// Sandbox's own record.
    pub record: Option<String>,
}

/// A kind that can be connected.
pub struct ProcessorOffer {
    pub kind: &'static str,
    pub name: &'static str,
    pub text: &'static str,
    /// Sandbox needs nothing and is connected by one button; the others open their form.
    pub needs_settings: bool,
}

/// Connecting a processor that needs secrets. They are sealed and never shown again.
#[derive(Template)]
#[template(path = "admin/settings/processor_form.html")]
pub struct ProcessorForm {
    pub shell: Shell,
    pub tab: SettingsTab,
    /// Where it is sent.
    pub action: String,
    /// What the button says.
    pub verb: &'static str,
    /// The address of its webhooks, once there is one.
    pub webhook: Option<String>,
    pub kind: &'static str,
    /// `Stripe`.
    pub processor: &'static str,
    pub key: String,
    pub refusal: Option<String>,
    /// Its own name, to tell several connections apart.
    pub title: Field,
    pub settings: Vec<SettingField>,
}

/// One setting of a processor, such as `secret_key`.
pub struct SettingField {
    pub name: &'static str,
    pub label: &'static str,
    pub help: String,
    pub secret: bool,
    pub required: bool,
    pub field: Field,
    /// The words it takes; empty: any text.
    pub choices: Vec<Choice>,
}

/// Sandbox's own truth, as a processor's dashboard would show it.
#[derive(Template)]
#[template(path = "admin/sandbox/record.html")]
pub struct SandboxRecord {
    pub shell: Shell,
    pub id: String,
    pub name: String,
    pub key: String,
    pub charges: Vec<SandboxCharge>,
    /// Invoices of its own that it "mailed", newest first.
    pub mailed: Vec<SandboxMailed>,
    /// What it will do to the next calls; a set of switches.
    pub faults: Vec<Choice>,
    pub pager: Pager,
}

/// An invoice of its own that Sandbox "mailed": its number leads to the page on which its receiver pays.
pub struct SandboxMailed {
    pub number: Link,
    pub to: String,
    pub due: Option<Day>,
    pub amount: Amount,
    pub status: Chip,
}

/// A charge in Sandbox's record.
pub struct SandboxCharge {
    pub id: String,
    pub at: Moment,
    pub amount: Amount,
    pub refunded: Amount,
    pub status: Chip,
    pub card: String,
    /// Our payment; nothing when we never heard of it.
    pub payment: Option<Link>,
    pub can_dispute: bool,
    pub can_return: bool,
    pub can_refund: bool,
}
