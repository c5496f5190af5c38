//! JSON text → value, stricter than the library: duplicate keys and NUL are refused, whole floats are integers. And
//! value → the one canonical spelling that digests are made of.
//!
//! Limits: 128 levels of nesting, the library's own bound. A float is looked at here only to find out whether it is a
//! whole number; no amount is ever computed with one.

use std::fmt::{self, Write};

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::complaint::Complaint;

/// Above this a float no longer holds every whole number, so it is not taken for one: 2^53.
const MAX_WHOLE_FLOAT: f64 = 9_007_199_254_740_992.0;

/// How the visitor below words its own refusals, for [`complaint`] to recognize.
const DUPLICATE: &str = "duplicate key ";
const NUL: &str = "NUL in text";

/// Parses one JSON value and nothing after it.
pub fn parse(text: &str) -> Result<Value, Complaint> {
    let mut from = serde_json::Deserializer::from_str(text);
    let Strict(value) = serde_path_to_error::deserialize(&mut from).map_err(|e| complaint(&e.path().to_string(), e.inner()))?;
    from.end().map_err(|e| complaint("", &e))?;
    Ok(value)
}

/// What the parser said, by the words this file gave it.
fn complaint(path: &str, error: &serde_json::Error) -> Complaint {
    let said = error.to_string();
    let what = said.split(" at line ").next().unwrap_or_default();
    if let Some(name) = what.strip_prefix(DUPLICATE) {
        return Complaint::duplicate(&super::complaint::join(path, name));
    }
    if what == NUL {
        return Complaint::nul(path);
    }
    Complaint::syntax(format!("The body is not JSON that we take: {what}, at line {}, column {}.", error.line(), error.column()))
}

/// A value that was read under the strict rules.
struct Strict(Value);

impl<'de> serde::Deserialize<'de> for Strict {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.fract() == 0.0 && value.abs() <= MAX_WHOLE_FLOAT {
            return Ok(Value::Number((value as i64).into()));
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        if text.contains('\0') { Err(E::custom(NUL)) } else { Ok(Value::String(text)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.contains('\0') {
                return Err(A::Error::custom(NUL));
            }
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{DUPLICATE}{name}")));
            }
            let Strict(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// One spelling for one value: members in order of their names, no white space, whole numbers as integers.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut names: Vec<&String> = object.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (at, name) in names.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_plain(&Value::String(name.clone()), out);
                out.push(':');
                write_canonical(&object[name], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_canonical(item, out);
            }
            out.push(']');
        }
        plain => write_plain(plain, out),
    }
}

fn write_plain(value: &Value, out: &mut String) {
    write!(out, "{value}").expect("writing to a string does not fail");
}
