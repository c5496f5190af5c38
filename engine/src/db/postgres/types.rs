//! Values in PostgreSQL's binary form.
//!
//! Invariant: a value goes only into a column of its kind; anything else is an error that names both.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::db::value::{List, Value};

type Failed = Box<dyn StdError + Sync + Send>;

/// A parameter.
#[derive(Debug)]
pub(super) struct Param<'v>(pub(super) &'v Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, to: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match (self.0, to) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Bool(it), &Type::BOOL) => out.extend_from_slice(&[u8::from(*it)]),
            (Value::Int(it), &Type::INT8) => out.extend_from_slice(&it.to_be_bytes()),
            (Value::Int(it), &Type::INT4) => out.extend_from_slice(&i32::try_from(*it)?.to_be_bytes()),
            (Value::Int(it), &Type::INT2) => out.extend_from_slice(&i16::try_from(*it)?.to_be_bytes()),
            (Value::Text(it), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME) => out.extend_from_slice(it.as_bytes()),
            (Value::Uuid(it), &Type::UUID | &Type::BYTEA) => out.extend_from_slice(it.as_bytes()),
            (Value::Bytes(it), &Type::BYTEA) => out.extend_from_slice(it),
            (Value::List(List::Ids(ids)), &Type::UUID_ARRAY) => {
                return ids.iter().map(|id| Id(*id)).collect::<Vec<_>>().to_sql(to, out);
            }
            (Value::List(List::Texts(texts)), &Type::TEXT_ARRAY) => return texts.to_sql(to, out),
            (value, _) => return Err(format!("{value:?} does not go into {to}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[derive(Debug)]
struct Id(Uuid);

impl ToSql for Id {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(to: &Type) -> bool {
        *to == Type::UUID
    }

    to_sql_checked!();
}

/// A column.
pub(super) struct Cell(pub(super) Value);

impl<'r> FromSql<'r> for Cell {
    fn from_sql(from: &Type, raw: &'r [u8]) -> Result<Cell, Failed> {
        let value = match *from {
            Type::BOOL => Value::Bool(raw == [1]),
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i64::from(i32::from_be_bytes(raw.try_into()?))),
            Type::INT2 => Value::Int(i64::from(i16::from_be_bytes(raw.try_into()?))),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
                Value::Text(std::str::from_utf8(raw)?.to_owned())
            }
            Type::UUID => Value::Uuid(Uuid::from_slice(raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::NUMERIC => return Err("a sum of bigint is numeric here: cast(sum(…) as bigint)".into()),
            ref other => return Err(format!("columns of type {other} are not used here").into()),
        };
        Ok(Cell(value))
    }

    fn from_sql_null(_: &Type) -> Result<Cell, Failed> {
        Ok(Cell(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
