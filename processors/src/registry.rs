//! Every kind of processor, in one list: its settings and how to connect it.
//!
//! Invariant: nothing else in the house knows which kinds exist; a new processor is a file and a line in [`ALL`].
//! Limits: settings are texts of at most [`MAX_TEXT`] letters, and `capabilities`. Left out on purpose: sealing the
//! settings at rest; whoever stores them keeps the JSON that [`ProcessorKind::check`] accepted, and gives back what was
//! replaced a short while ago as [`Surroundings::replaced`].

use std::collections::BTreeMap;
use std::sync::Arc;

use books::ids::ConnectionId;
use serde_json::Value;

use crate::authorize_net;
use crate::capabilities::Capabilities;
use crate::http::Wire;
use crate::paypal;
use crate::processor::Processor;
use crate::sandbox::{self, Bank, House, SandboxProcessor};
use crate::secret::Secret;
use crate::square;
use crate::stripe;

/// The setting that says where payers pay: [`PAYER_PAYS`]'s name and its word for the processor's fields on our page.
pub const PAYER_PAYS: &str = "payer_pays";
pub const IN_FIELDS: &str = "fields";

pub const MAX_TEXT: usize = 5_000;

/// All kinds, in the order people are offered them.
pub const ALL: &[ProcessorKind] = &[SANDBOX, stripe::KIND, square::KIND, paypal::KIND, authorize_net::KIND];

const SANDBOX: ProcessorKind = ProcessorKind {
    name: sandbox::KIND,
    title: "Sandbox",
    pretend: true,
    fields: &[],
    together: nothing_more,
    capabilities: sandbox::capabilities,
    connect: connect_sandbox,
};

pub fn find(name: &str) -> Option<&'static ProcessorKind> {
    ALL.iter().find(|kind| kind.name == name)
}

/// One kind of processor.
pub struct ProcessorKind {
    /// As settings and answers call it.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// Moves no real money: it may be live under a test clock, and needs no test before it is live.
    pub pretend: bool,
    pub fields: &'static [SettingField],
    /// What stands against settings that are right one by one.
    pub(crate) together: fn(&Settings) -> Option<SettingError>,
    /// Everything it can do, before settings narrow it.
    pub capabilities: fn() -> Capabilities,
    pub(crate) connect: fn(&Settings, Capabilities, Surroundings) -> Connected,
}

/// One text of a connection's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingField {
    pub name: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// Never shown again once it is entered.
    pub secret: bool,
    pub required: bool,
    pub takes: Takes,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Text,
    /// A text that begins with one of these, so that a key in the wrong field is told at once.
    Beginning(&'static [&'static str]),
    /// One of these words, each with what people read for it.
    OneOf(&'static [(&'static str, &'static str)]),
}

impl Takes {
    /// The sentence for a text that this is not.
    fn complaint(self, text: &str) -> Option<String> {
        match self {
            Takes::Text => None,
            Takes::Beginning(known) if known.iter().any(|beginning| text.starts_with(beginning)) => None,
            Takes::Beginning(known) => Some(format!("This begins with {}.", known.join(" or "))),
            Takes::OneOf(known) if known.iter().any(|(word, _)| *word == text) => None,
            Takes::OneOf(known) => {
                let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
                Some(format!("This is {}.", words.join(" or ")))
            }
        }
    }
}

/// Settings that were checked. Prints nothing of what is secret.
#[derive(Debug, Clone)]
pub struct Settings {
    texts: BTreeMap<&'static str, Secret>,
    capabilities: Capabilities,
}

impl Settings {
    /// A text that was given.
    pub fn text(&self, name: &str) -> Option<&Secret> {
        self.texts.get(name)
    }

    /// A text, or nothing: for settings that are needed and were checked.
    pub fn given(&self, name: &str) -> Secret {
        self.texts.get(name).cloned().unwrap_or_else(|| Secret::new(""))
    }

    /// A secret and those that it replaced a short while ago, newest first; empty when there is none.
    pub fn with_replaced(&self, name: &str, around: &Surroundings) -> Vec<Secret> {
        let now = self.texts.get(name).cloned();
        let before = around.replaced.iter().filter(|(known, _)| known == name).map(|(_, secret)| secret.clone());
        if now.is_none() { Vec::new() } else { now.into_iter().chain(before).collect() }
    }

    /// What the connection will claim.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

/// Why a setting was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// `settings.secret_key`, `settings.capabilities`, or `settings`.
    pub field: String,
    pub text: String,
}

/// What a connection needs from the house it stands in.
pub struct Surroundings {
    pub connection: ConnectionId,
    /// The name payers read.
    pub business: String,
    /// Our own address without a slash at the end.
    pub public_url: String,
    /// Where the processor sends its messages, byte for byte as registered.
    pub hook_url: String,
    /// Another address for the processor's API: for tests against a fake.
    pub base_url: Option<String>,
    /// The way out of this process.
    pub wire: Wire,
    /// Secrets that were replaced a short while ago, by the name of their setting: what was signed under one is still right.
    pub replaced: Vec<(String, Secret)>,
    /// For Sandbox; its page key also signs addresses of pages of ours that lead on to a processor's.
    pub house: House,
}

/// A connection that is ready to be asked.
pub struct Connected {
    pub processor: Arc<dyn Processor>,
    /// Sandbox's remote side, for its page and its desk.
    pub bank: Option<Arc<Bank>>,
}

impl ProcessorKind {
    /// Reads `settings` as they came in. Refuses unknown names, missing and empty texts, and claims the processor cannot keep.
    pub fn check(&self, settings: &Value) -> Result<Settings, Vec<SettingError>> {
        let Some(object) = settings.as_object() else {
            return Err(vec![error("settings", "Settings are an object of names to texts.")]);
        };
        let (mut errors, mut texts, mut capabilities) = (Vec::new(), BTreeMap::new(), (self.capabilities)());
        for (name, value) in object {
            let at = format!("settings.{name}");
            match (self.fields.iter().find(|field| field.name == name), value.as_str()) {
                (Some(field), Some(text)) if (1..=MAX_TEXT).contains(&text.trim().len()) => {
                    match field.takes.complaint(text.trim()) {
                        None => drop(texts.insert(field.name, Secret::new(text.trim()))),
                        Some(complaint) => errors.push(error(&at, &complaint)),
                    }
                }
                (Some(_), _) => errors.push(error(&at, "This is a text of 1 to 5,000 letters.")),
                (None, _) if name == "capabilities" => match capabilities.clone().narrowed(value) {
                    Ok(narrowed) => capabilities = narrowed,
                    Err(refused) => errors.push(error(&at, &refused.to_string())),
                },
                (None, _) => errors.push(error(&at, "There is no such setting.")),
            }
        }
        for field in self.fields.iter().filter(|field| field.required && !object.contains_key(field.name)) {
            errors.push(error(&format!("settings.{}", field.name), "This setting is needed."));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let settings = Settings { texts, capabilities };
        match (self.together)(&settings) {
            Some(wrong) => Err(vec![wrong]),
            None => Ok(settings),
        }
    }

    /// Opens no socket: whether the settings are right shows when the connection is tested.
    pub fn connect(&self, settings: &Settings, around: Surroundings) -> Connected {
        (self.connect)(settings, settings.capabilities.clone(), around)
    }
}

/// Nothing more stands against settings that are right one by one.
pub(crate) fn nothing_more(_settings: &Settings) -> Option<SettingError> {
    None
}

fn error(field: &str, text: &str) -> SettingError {
    SettingError { field: field.to_owned(), text: text.to_owned() }
}

fn connect_sandbox(_settings: &Settings, capabilities: Capabilities, around: Surroundings) -> Connected {
    let bank = Arc::new(Bank::new(around.connection, around.business, around.public_url, capabilities, around.house));
    Connected { processor: Arc::new(SandboxProcessor::new(bank.clone())), bank: Some(bank) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::Capability;
    use serde_json::json;

    const PICKY: ProcessorKind = ProcessorKind {
        name: "picky",
        title: "Picky",
        pretend: false,
        fields: &[
            SettingField {
                name: "secret_key",
                label: "Secret key",
                help: "",
                secret: true,
                required: true,
                takes: Takes::Beginning(&["sk_", "rk_"]),
            },
            SettingField {
                name: "mode",
                label: "Mode",
                help: "",
                secret: false,
                required: false,
                takes: Takes::OneOf(&[("yes", "Yes"), ("no", "No")]),
            },
        ],
        together: nothing_more,
        capabilities: sandbox::capabilities,
        connect: connect_sandbox,
    };

    fn fields(result: Result<Settings, Vec<SettingError>>) -> Vec<String> {
        result.expect_err("refused").into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn settings_are_read_strictly_and_kept_secret() {
        let settings = PICKY.check(&json!({"secret_key": " sk_1 "})).expect("complete");
        assert_eq!(settings.text("secret_key").map(Secret::expose), Some("sk_1"));
        assert!(!format!("{settings:?}").contains("sk_1"));
        assert_eq!(fields(PICKY.check(&json!({}))), ["settings.secret_key"]);
        for wrong in ["", "pk_1", " "] {
            assert_eq!(fields(PICKY.check(&json!({"secret_key": wrong}))), ["settings.secret_key"], "{wrong:?}");
        }
        assert_eq!(fields(PICKY.check(&json!({"secret_key": "rk_1", "mode": "perhaps"}))), ["settings.mode"]);
        assert_eq!(fields(PICKY.check(&json!({"secret_key": 5, "color": "red"}))), ["settings.secret_key", "settings.color"]);
        assert_eq!(fields(PICKY.check(&json!("x"))), ["settings"]);
    }

    #[test]
    fn sandbox_takes_narrowed_capabilities_and_nothing_else() {
        let kind = find("sandbox").expect("it is in the list");
        let settings = kind.check(&json!({"capabilities": {"payment_request": false}})).expect("narrower");
        assert!(!settings.capabilities().can(Capability::PaymentRequest));
        assert!(settings.capabilities().can(Capability::Checkout));
        assert_eq!(fields(kind.check(&json!({"capabilities": {"payment_request": 0}}))), ["settings.capabilities"]);
        assert_eq!(fields(kind.check(&json!({"api_key": "x"}))), ["settings.api_key"]);
    }

    #[test]
    fn names_are_listed_once() {
        let mut names: Vec<_> = ALL.iter().map(|kind| kind.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
