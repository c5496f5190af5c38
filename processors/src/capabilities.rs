//! What a connection can do, as claims that are true: the contract suite exercises each one.
//!
//! Invariant: settings can only narrow what the processor can do, never widen it. Limits: a claim is yes or no; the two
//! figures beside them are whole days. Left out on purpose: prices and currencies, which are a matter of the merchant's
//! contract with the processor.

use serde::ser::{Serialize, SerializeMap, Serializer};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing a processor may be able to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Capability { $($(#[$doc])* $name,)* }

        impl Capability {
            pub const ALL: &'static [Capability] = &[$(Capability::$name,)*];

            /// The name in settings and answers.
            pub fn name(self) -> &'static str {
                match self { $(Capability::$name => $text,)* }
            }
        }
    };
}

capabilities! {
    /// A payer can pay on a page of the processor.
    Checkout = "checkout";
    /// A payer can pay in the processor's own fields on a page of ours.
    EmbeddedFields = "embedded_fields";
    /// A request sent by mail may lead there, hours later, a payer without an account.
    PaymentRequest = "payment_request";
    /// Cards can be kept as tokens and charged while the payer is away.
    SavedMethods = "saved_methods";
    /// The card that a payer pays with is kept when they say so, where payers of this connection pay.
    KeepWhilePaying = "keep_while_paying";
    /// A card can be kept on a page of the processor without being charged.
    SetupPage = "setup_page";
    /// A payer can pay from a bank account; the money settles, or comes back, days later.
    BankDebit = "bank_debit";
    /// An amount can be held first and taken later, or let go.
    Authorize = "authorize";
    /// Less than the held amount can be taken; the rest is released.
    PartialCapture = "partial_capture";
    Refund = "refund";
    PartialRefund = "partial_refund";
    /// The processor creates, sends and collects an invoice of its own.
    RemoteInvoice = "remote_invoice";
    /// It mails an invoice that is out once more.
    ResendInvoice = "resend_invoice";
    /// Staff can key a card into the processor's fields.
    VirtualTerminal = "virtual_terminal";
    /// Staff can key a card in a program of the processor's apart from its API; what arrives is known by our reference.
    SeparateTerminal = "separate_terminal";
    /// The processor tells by itself when something changes.
    Webhooks = "webhooks";
    /// The processor lists what it paid out to the bank.
    Payouts = "payouts";
}

impl Capability {
    pub fn from_name(name: &str) -> Option<Capability> {
        Capability::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// What one connection claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    claims: Vec<Capability>,
    /// How long a held amount stays held.
    pub authorization_days: u16,
    /// How long after capture a refund is taken; none: no limit is known.
    pub refund_days: Option<u16>,
    /// A part goes back only after the nightly settlement; before it, only the whole.
    pub refund_needs_settled: bool,
}

impl Capabilities {
    pub fn new(claims: &[Capability], authorization_days: u16, refund_days: Option<u16>) -> Capabilities {
        let claims = Capability::ALL.iter().copied().filter(|known| claims.contains(known)).collect();
        Capabilities { claims, authorization_days, refund_days, refund_needs_settled: false }
    }

    /// The same, where a part goes back only after the nightly settlement.
    #[must_use]
    pub fn refunding_after_settlement(mut self) -> Capabilities {
        self.refund_needs_settled = true;
        self
    }

    /// The same without one claim.
    #[must_use]
    pub fn without(mut self, what: Capability) -> Capabilities {
        self.claims.retain(|claim| *claim != what);
        self
    }

    pub fn can(&self, what: Capability) -> bool {
        self.claims.contains(&what)
    }

    /// Whether staff can key a card into the processor's fields, where its amount is held first.
    pub fn holds_keyed(&self) -> bool {
        self.can(Capability::VirtualTerminal) && self.can(Capability::Authorize)
    }

    /// Everything that is claimed, in a fixed order.
    pub fn claimed(&self) -> &[Capability] {
        &self.claims
    }

    /// Takes `settings.capabilities` (an object of names to `true` or `false`, and `authorization_days`, `refund_days` as
    /// whole numbers that are not larger than the processor's own). Refuses unknown names, other types and every attempt to widen.
    pub fn narrowed(mut self, by: &serde_json::Value) -> Result<Capabilities, CapabilityError> {
        let object = by.as_object().ok_or(CapabilityError::NotAnObject)?;
        for (name, value) in object {
            match name.as_str() {
                "authorization_days" => self.authorization_days = narrower(name, value, Some(self.authorization_days))?,
                "refund_days" => self.refund_days = Some(narrower(name, value, self.refund_days)?),
                _ => self.narrow_claim(name, value)?,
            }
        }
        Ok(self)
    }

    fn narrow_claim(&mut self, name: &str, value: &serde_json::Value) -> Result<(), CapabilityError> {
        let what = Capability::from_name(name).ok_or_else(|| CapabilityError::Unknown(name.to_owned()))?;
        match value.as_bool() {
            None => Err(CapabilityError::NotABoolean(name.to_owned())),
            Some(true) if !self.can(what) => Err(CapabilityError::Wider(name.to_owned())),
            Some(true) => Ok(()),
            Some(false) => {
                self.claims.retain(|claim| *claim != what);
                Ok(())
            }
        }
    }
}

fn narrower(name: &str, value: &serde_json::Value, limit: Option<u16>) -> Result<u16, CapabilityError> {
    let days = value.as_u64().and_then(|days| u16::try_from(days).ok());
    let days = days.ok_or_else(|| CapabilityError::NotDays(name.to_owned()))?;
    if limit.is_some_and(|limit| days > limit) { Err(CapabilityError::Wider(name.to_owned())) } else { Ok(days) }
}

/// `{"checkout": true, …, "authorization_days": 7, "refund_days": 180}`: every name, so that a program sees a plain no.
impl Serialize for Capabilities {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(Capability::ALL.len() + 2))?;
        for what in Capability::ALL {
            map.serialize_entry(what.name(), &self.can(*what))?;
        }
        map.serialize_entry("authorization_days", &self.authorization_days)?;
        map.serialize_entry("refund_days", &self.refund_days)?;
        map.end()
    }
}

/// Why `settings.capabilities` was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapabilityError {
    #[error("capabilities is an object of names to true or false")]
    NotAnObject,
    #[error("there is no capability named {0}")]
    Unknown(String),
    #[error("{0} is true or false")]
    NotABoolean(String),
    #[error("{0} is a whole number of days")]
    NotDays(String),
    #[error("{0} cannot be more than the processor can do")]
    Wider(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn some() -> Capabilities {
        Capabilities::new(&[Capability::Refund, Capability::Checkout], 7, Some(180))
    }

    #[test]
    fn settings_narrow_and_never_widen() {
        let narrowed = some().narrowed(&json!({"checkout": false, "refund_days": 30})).expect("narrower");
        assert_eq!(narrowed.claimed(), [Capability::Refund]);
        assert_eq!(narrowed.refund_days, Some(30));
        assert_eq!(some().narrowed(&json!({"payouts": true})), Err(CapabilityError::Wider("payouts".into())));
        assert_eq!(some().narrowed(&json!({"authorization_days": 8})), Err(CapabilityError::Wider("authorization_days".into())));
        assert_eq!(some().narrowed(&json!({"teleport": false})), Err(CapabilityError::Unknown("teleport".into())));
        assert_eq!(some().narrowed(&json!({"refund": "no"})), Err(CapabilityError::NotABoolean("refund".into())));
        assert_eq!(some().narrowed(&json!([])), Err(CapabilityError::NotAnObject));
    }

    #[test]
    fn says_no_as_plainly_as_yes() {
        let json = serde_json::to_value(some()).expect("plain data");
        assert_eq!(json["refund"], true);
        assert_eq!(json["payouts"], false);
        assert_eq!(json["authorization_days"], 7);
    }
}
