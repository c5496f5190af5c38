//! Values on their way to and from a database, and the rows they come in.
//!
//! Invariant: one Rust type has one form in both engines: ids are 16 bytes (`uuid` / `blob`), days are text, instants are
//! microseconds in a `bigint`, currencies are their code. Left out on purpose: floats, decimals and JSON; amounts are whole
//! minor units, and a `numeric` that comes back (an uncast `sum`) is a fault that names the column.

use std::sync::Arc;

use books::calendar::{Day, Instant};
use books::money::Currency;
use uuid::Uuid;

use crate::error::{Error, Result};

/// One value of a row or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Uuid(Uuid),
    Bytes(Vec<u8>),
    /// For `{any_id:$n}` and `{any_text:$n}` only.
    List(List),
}

/// Several values in one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum List {
    Ids(Vec<Uuid>),
    Texts(Vec<String>),
}

impl Value {
    /// A parameter for `{any_id:$n}`.
    pub(crate) fn ids<T: ToValue>(ids: impl IntoIterator<Item = T>) -> Value {
        Value::List(List::Ids(
            ids.into_iter().filter_map(|id| if let Value::Uuid(id) = id.to_value() { Some(id) } else { None }).collect(),
        ))
    }

    /// A parameter for `{any_text:$n}`.
    pub(crate) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(List::Texts(texts.into_iter().map(Into::into).collect()))
    }

    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a number",
            Value::Text(_) => "text",
            Value::Uuid(_) => "an id",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
        }
    }
}

/// What may be a parameter.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value;
}

/// What may be read from a column.
pub(crate) trait Column: ToValue + Sized {
    /// The letters before an id of this type as people see it, such as `pay`; nothing for what is not an id of a noun.
    const PREFIX: Option<&'static str> = None;
    fn from_value(value: &Value) -> Result<Self>;
}

/// Owned copies of borrowed parameters.
pub(crate) fn owned(params: &[&dyn ToValue]) -> Vec<Value> {
    params.iter().map(|param| param.to_value()).collect()
}

fn unexpected<T>(value: &Value, wanted: &str) -> Result<T> {
    Err(Error::Fault(format!("{} where {wanted} was expected", value.kind())))
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl Column for Value {
    fn from_value(value: &Value) -> Result<Self> {
        Ok(value.clone())
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: Column> Column for Option<T> {
    const PREFIX: Option<&'static str> = T::PREFIX;
    fn from_value(value: &Value) -> Result<Self> {
        if *value == Value::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

/// One type, its way in and its way out.
macro_rules! columns {
    ($($type:ty: |$own:ident| $to:expr, $wanted:literal { $($from:pat => $out:expr),+ $(,)? })+) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $own = self;
                $to
            }
        }
        impl Column for $type {
            fn from_value(value: &Value) -> Result<Self> {
                match value {
                    $($from => $out,)+
                    other => unexpected(other, $wanted),
                }
            }
        }
    )+};
}

columns! {
    // SQLite has no booleans: 0 and 1 come back.
    bool: |own| Value::Bool(*own), "a boolean" { Value::Bool(it) => Ok(*it), Value::Int(it @ (0 | 1)) => Ok(*it == 1) }
    i64: |own| Value::Int(*own), "a number" { Value::Int(it) => Ok(*it) }
    i32: |own| Value::Int(i64::from(*own)), "a small number" {
        Value::Int(it) => i32::try_from(*it).map_err(|_| Error::Fault(format!("{it} does not fit 32 bits")))
    }
    String: |own| Value::Text(own.clone()), "text" { Value::Text(it) => Ok(it.clone()) }
    Vec<u8>: |own| Value::Bytes(own.clone()), "bytes" { Value::Bytes(it) => Ok(it.clone()), Value::Uuid(it) => Ok(it.as_bytes().to_vec()) }
    Uuid: |own| Value::Uuid(*own), "an id" {
        Value::Uuid(it) => Ok(*it),
        // SQLite has no uuid: 16 bytes come back.
        Value::Bytes(it) => Uuid::from_slice(it).map_err(|_| Error::Fault(format!("{} bytes where an id was expected", it.len())))
    }
    Instant: |own| Value::Int(own.0), "microseconds" { Value::Int(it) => Ok(Instant(*it)) }
    Day: |own| Value::Text(own.to_string()), "a day" {
        Value::Text(it) => books::calendar::parse_day(it).ok_or_else(|| Error::Fault(format!("{it:?} is not a day")))
    }
    Currency: |own| Value::Text(own.code().to_owned()), "a currency" {
        Value::Text(it) => Currency::from_code(it).ok_or_else(|| Error::Fault(format!("{it:?} is not a currency")))
    }
}

macro_rules! ids {
    ($($id:ident)+) => {$(
        impl ToValue for books::ids::$id {
            fn to_value(&self) -> Value {
                Value::Uuid(self.0)
            }
        }
        impl Column for books::ids::$id {
            const PREFIX: Option<&'static str> = Some(Self::PREFIX);
            fn from_value(value: &Value) -> Result<Self> {
                Uuid::from_value(value).map(Self)
            }
        }
    )+};
}

ids! {
    BusinessId CustomerId EntryId AllocationId OrderId OrderLineId AmendmentId InvoiceId InvoiceLineId PaymentId RefundId
    CreditNoteId RequestId LinkId MethodId ConnectionId ApprovalId PayoutId MessageId MailId EventId UserId ApiKeyId WebhookEndpointId
    AttemptId SessionId PortalEntryId StatementId RemoteInvoiceId
}

/// Makes a type with `as_str` and `FromStr` a text column.
macro_rules! text_column {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::db::ToValue for $type {
            fn to_value(&self) -> $crate::db::Value {
                $crate::db::Value::Text(String::from(self.as_str()))
            }
        }
        impl $crate::db::Column for $type {
            fn from_value(value: &$crate::db::Value) -> $crate::error::Result<Self> {
                let text = <String as $crate::db::Column>::from_value(value)?;
                text.parse().map_err(|_| $crate::error::Error::Fault(format!("{text:?} is not a {}", stringify!($type))))
            }
        }
    )+};
}
pub(crate) use text_column;

/// A row as it came from the database, read by column name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) columns: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

impl Row {
    #[cfg_attr(not(test), allow(dead_code, reason = "tests and dumps look at rows that have no struct"))]
    /// The value of a column. A fault when there is no such column or it holds something else.
    pub(crate) fn get<T: Column>(&self, name: &str) -> Result<T> {
        self.near(0, name)
    }

    /// The same, looking first where a row of its table has that column.
    pub(crate) fn near<T: Column>(&self, place: usize, name: &str) -> Result<T> {
        let expected = self.columns.get(place).is_some_and(|column| column == name);
        let place = if expected { Some(place) } else { self.columns.iter().position(|column| column == name) };
        let value = place.and_then(|at| self.values.get(at)).ok_or_else(|| Error::Fault(format!("there is no column {name}")))?;
        T::from_value(value).map_err(|error| Error::Fault(format!("column {name}: {error}")))
    }
}

/// What can be made from a row.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(row.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: Column + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(T::from_value(&value.to_value()).expect("what was written can be read"), value);
    }

    #[test]
    fn what_is_written_is_read_back() {
        back(true);
        back(i64::MIN);
        back(-7_i32);
        back("§ déjà".to_owned());
        back(vec![0_u8, 255]);
        back(Uuid::from_u128(u128::MAX - 3));
        back(Instant(-1));
        back(books::calendar::parse_day("2026-02-28").expect("a day"));
        back(Currency::from_code("JPY").expect("a currency"));
        back(Some(5_i64));
        back(None::<String>);
    }

    #[test]
    fn what_sqlite_gives_for_booleans_and_ids_is_understood() {
        assert_eq!(bool::from_value(&Value::Int(1)), Ok(true));
        assert!(bool::from_value(&Value::Int(2)).is_err());
        assert_eq!(Uuid::from_value(&Value::Bytes(vec![7; 16])), Ok(Uuid::from_bytes([7; 16])));
        assert!(Uuid::from_value(&Value::Bytes(vec![7; 15])).is_err());
    }

    #[test]
    fn what_does_not_fit_names_the_column() {
        let row = Row { columns: Arc::from(["amount".to_owned()]), values: vec![Value::Text("12".to_owned())] };
        assert_eq!(row.get::<i64>("amount"), Err(Error::Fault("column amount: text where a number was expected".to_owned())));
        assert_eq!(row.get::<i64>("total"), Err(Error::Fault("there is no column total".to_owned())));
    }
}
