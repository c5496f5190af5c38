//! Values as they come in and go out: amounts, days, quantities, rates, and the published words.
//!
//! Invariants: the type of a field is its whole check, so a wrong value is refused with the field's own path; the words in the
//! description are those of `books`, so the two cannot differ. Left out: lengths of texts, which the flows check.

use std::fmt;
use std::str::FromStr;

use books::calendar::parse_day;
use books::money::MAX_MINOR;
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Minor units, from 1 to 10^15 − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Amount(pub i64);

/// Minor units of either sign; of at most 10^15 − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SignedAmount(pub i64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let minor = i64::deserialize(from)?;
        if (1..=MAX_MINOR).contains(&minor) {
            return Ok(Amount(minor));
        }
        Err(D::Error::invalid_value(Unexpected::Signed(minor), &"minor units from 1 to 999,999,999,999,999"))
    }
}

impl<'de> Deserialize<'de> for SignedAmount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let minor = i64::deserialize(from)?;
        if minor.unsigned_abs() <= MAX_MINOR.unsigned_abs() {
            return Ok(SignedAmount(minor));
        }
        Err(D::Error::invalid_value(Unexpected::Signed(minor), &"minor units of at most 999,999,999,999,999"))
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        whole(1).description(Some("Whole minor units of the currency beside it.")).into()
    }
}
impl ToSchema for Amount {}

impl PartialSchema for SignedAmount {
    fn schema() -> RefOr<Schema> {
        whole(-MOST).description(Some("Whole minor units of the currency beside it, of either sign.")).into()
    }
}
impl ToSchema for SignedAmount {}

/// The largest amount, as the description writes numbers.
const MOST: isize = MAX_MINOR as isize;

fn whole(least: isize) -> ObjectBuilder {
    let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)).minimum(Some(least)).maximum(Some(MOST))
}

/// A day, as `2026-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub books::calendar::Day);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        parse_day(&text).map(Day).ok_or_else(|| D::Error::custom("write a day of the years 1900 to 2999 as 2026-01-31"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Date);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}
impl ToSchema for Day {}

/// A currency: an upper-case code of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency(pub books::money::Currency);

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        let pattern = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
        pattern.description(Some("An upper-case code of ISO 4217.")).examples(["USD"]).into()
    }
}
impl ToSchema for Currency {}

/// How many: a whole number, or decimal text with up to 4 places; more than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity(pub books::tax::Quantity);

struct QuantityVisitor;

impl Visitor<'_> for QuantityVisitor {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or decimal text with up to 4 places")
    }

    fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Quantity, E> {
        let quantity = books::tax::Quantity::whole(count).map(Quantity);
        quantity.ok_or_else(|| E::custom(books::tax::LineProblem::Quantity))
    }

    fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Quantity, E> {
        self.visit_i64(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Quantity, E> {
        text.parse().map(Quantity).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(QuantityVisitor)
    }
}

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[0-9]+(\.[0-9]{1,4})?$"));
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_isize));
        utoipa::openapi::schema::OneOfBuilder::new().item(number).item(text).into()
    }
}
impl ToSchema for Quantity {}

/// A tax rate in percent, as text: `19`, `7.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxRate(pub books::tax::TaxRate);

impl<'de> Deserialize<'de> for TaxRate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map(TaxRate).map_err(D::Error::custom)
    }
}

impl PartialSchema for TaxRate {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[0-9]{1,3}(\.[0-9]{1,4})?$"));
        text.description(Some("Percent, from 0 to 100.")).examples(["19", "7.7"]).into()
    }
}
impl ToSchema for TaxRate {}

/// Text that may be taken away: absent leaves it, null or empty takes it away.
pub fn cleared<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// One of a list of published words, as a type of the description that reads and writes the word of `books`.
macro_rules! published {
    ($($(#[$doc:meta])* $name:ident = $word:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $word);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                let known = <$word>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
                let word = <$word as FromStr>::from_str(&text);
                word.map($name).map_err(|_| D::Error::custom(format_args!("unknown variant `{text}`, expected one of {known}")))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.0.as_str())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$word>::ALL.iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

published! {
    /// A charge raises what the customer owes, a credit lowers it.
    Side = books::entry::Side;
    /// What an entry is.
    EntryKind = books::entry::EntryKind;
    /// The mark beside an entry: the first three are a charge's, the next three a credit's.
    EntryStatus = books::entry::EntryStatus;
    /// What a line sells. Only a discount has a negative unit amount.
    LineKind = books::tax::LineKind;
    /// An order, or an application (permit, licence).
    OrderKind = books::order::OrderKind;
    /// Draft, pending, confirmed, completed and canceled are an order's; the rest an application's.
    OrderState = books::order::OrderState;
    /// How far a document is paid.
    PaidState = books::figures::PaymentState;
    /// An invoice's state as it is shown.
    InvoiceState = books::invoice::InvoiceState;
    /// Where money goes that a credit note sets free.
    DestinationKind = books::account::DestinationKind;
    /// Why an order was amended.
    AmendmentReason = books::order::AmendmentReason;
    /// A payment's own state.
    PaymentState = books::payment::PaymentState;
    /// How money came without a processor.
    ExternalKind = books::payment::ExternalKind;
    /// A refund's own state.
    RefundState = books::refund::RefundState;
    /// Where refunded money goes: back the way it came, or outside and only recorded.
    RefundRoute = books::refund::RefundRoute;
    /// A payment request's state.
    RequestState = books::request::RequestState;
    /// The state of an invoice at a processor.
    RemoteInvoiceState = books::remote_invoice::RemoteInvoiceState;
    /// What a payer may choose to pay.
    PolicyKind = books::link::PolicyKind;
    /// A link's state.
    LinkState = books::link::LinkState;
    /// Something a person may want to do.
    Action = books::capability::Action;
    /// What a person may do; each role may do everything that the ones after it may.
    Role = engine::store::user::Role;
}
