//! Typed ids: a UUIDv7 of 16 bytes that knows what it names, shown to people and programs as a TypeID
//! (`inv_01h455vb4pex5vsknk084sn02q`).
//!
//! Invariants: an id of one noun can never be used as another's; the text form sorts as the id does. Ids are
//! not secrets. Where new ids come from is passed in ([`IdSource`]), so that tests and replays repeat.
//! Source of the text form: the TypeID specification, version 0.3 (Crockford base 32 in lower case).

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Gives ids that are new and, within one source, ascending.
pub trait IdSource {
    fn next_uuid(&mut self) -> Uuid;
}

/// Text that is not an id of the expected noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id that begins with {prefix}_")]
pub struct NotAnId {
    pub prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

/// 26 letters for 16 bytes, most significant first.
pub fn encode(id: Uuid) -> String {
    let value = id.as_u128();
    (0..TEXT_LENGTH).rev().map(|place| char::from(ALPHABET[((value >> (5 * place)) & 31) as usize])).collect()
}

/// The inverse of [`encode`]; refuses upper case, wrong length and what does not fit 128 bits.
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != TEXT_LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut value: u128 = 0;
    for letter in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        value = (value << 5) | digit as u128;
    }
    Some(Uuid::from_u128(value))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            pub fn new(source: &mut dyn IdSource) -> Self {
                Self(source.next_uuid())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix(concat!($prefix, "_")).and_then(decode).map(Self).ok_or(NotAnId { prefix: $prefix })
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One business in the installation; the first part of every key.
    BusinessId = "biz";
    CustomerId = "cus";
    EntryId = "ent";
    AllocationId = "alc";
    OrderId = "ord";
    OrderLineId = "oli";
    /// One posting of added or removed lines on an order.
    AmendmentId = "amd";
    InvoiceId = "inv";
    InvoiceLineId = "ivl";
    PaymentId = "pay";
    RefundId = "rfd";
    CreditNoteId = "crn";
    RequestId = "req";
    /// An invoice that a processor made for us. It shares its payment's number behind this prefix.
    RemoteInvoiceId = "rin";
    LinkId = "lnk";
    MethodId = "pme";
    /// A connection to a processor.
    ConnectionId = "prc";
    ApprovalId = "apr";
    /// What a processor sent to the bank.
    PayoutId = "pto";
    MessageId = "msg";
    MailId = "mai";
    EventId = "evt";
    UserId = "usr";
    ApiKeyId = "key";
    WebhookEndpointId = "whk";
    /// One call to a processor; its text is the key the processor sees.
    AttemptId = "att";
    SessionId = "ses";
    /// A mailed way into the customer portal.
    PortalEntryId = "pen";
    /// A statement of account that was sent.
    StatementId = "sta";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_hold() {
        let known = [
            ("00000000-0000-0000-0000-000000000000", "00000000000000000000000000"),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
            ("0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs"),
            ("01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q"),
        ];
        for (uuid, text) in known {
            let uuid: Uuid = uuid.parse().expect("a uuid");
            assert_eq!(encode(uuid), text);
            assert_eq!(decode(text), Some(uuid));
        }
    }

    #[test]
    fn one_noun_is_not_another() {
        let text = InvoiceId(Uuid::from_u128(7)).to_string();
        assert!(text.parse::<InvoiceId>().is_ok());
        assert_eq!(text.parse::<CustomerId>(), Err(NotAnId { prefix: "cus" }));
        assert!("inv_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<InvoiceId>().is_err());
        assert!("inv_01H455VB4PEX5VSKNK084SN02Q".parse::<InvoiceId>().is_err());
    }
}
