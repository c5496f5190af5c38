//! A processor's published description (OpenAPI 3.0) as a judge of bodies.
//!
//! Invariant: the description is taken as it is published; only `nullable` is turned into what JSON Schema calls it, and
//! texts of a form into the numbers and truths that the description wants there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

/// One description, and what was compiled of it so far.
pub struct Spec {
    root: Value,
    /// Keys that are newer than the description, or are described on the processor's pages alone.
    also: &'static [&'static str],
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Spec {
    /// Panics when the text is no OpenAPI description: that is a broken test.
    pub fn read(text: &str) -> Spec {
        let mut root: Value = serde_json::from_str(text).expect("an OpenAPI description in JSON");
        let components = root["components"].take();
        let paths = root["paths"].take();
        let mut root = json!({ "components": components, "paths": paths });
        admit_null(&mut root);
        Spec { root, also: &[], compiled: Mutex::new(HashMap::new()) }
    }

    /// The same, which knows these keys, too.
    pub fn knowing_also(self, also: &'static [&'static str]) -> Spec {
        Spec { also, ..self }
    }

    /// Whether there is a schema of this name.
    pub fn knows(&self, schema: &str) -> bool {
        self.root["components"]["schemas"].get(schema).is_some()
    }

    /// Whether something stands at this pointer.
    pub fn holds(&self, pointer: &str) -> bool {
        self.root.pointer(pointer).is_some()
    }

    /// What the schema has against the body; nothing when it agrees.
    pub fn against(&self, schema: &str, body: &Value) -> Vec<String> {
        self.judge(&format!("/components/schemas/{}", escape(schema)), body)
    }

    /// The schema of the body of a request to `path`, by its pointer.
    pub fn request_body(&self, method: &str, path: &str, content_type: &str) -> Option<String> {
        let template = self.template(path)?;
        let pointer = format!("/paths/{}/{method}/requestBody/content/{}/schema", escape(&template), escape(content_type));
        self.root.pointer(&pointer).is_some().then_some(pointer)
    }

    /// The published path that an address is one of.
    pub fn template(&self, path: &str) -> Option<String> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == asked.len() && parts.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked)
        };
        let paths = self.root["paths"].as_object()?;
        // A plain name goes before a placeholder.
        let mut fitting: Vec<&String> = paths.keys().filter(|template| fits(template)).collect();
        fitting.sort_by_key(|template| template.matches('{').count());
        fitting.first().map(|template| (*template).clone())
    }

    /// What the schema at this pointer has against the body, keys that it does not know among it.
    pub fn judge(&self, pointer: &str, body: &Value) -> Vec<String> {
        let validator = self.validator(pointer);
        let wrong = validator.iter_errors(body).take(5).map(|error| format!("{}: {error}", error.instance_path()));
        let mut wrong: Vec<String> = wrong.collect();
        self.unknown_keys(self.root.pointer(pointer).into_iter().collect(), body, "", &mut wrong);
        wrong
    }

    /// JSON Schema admits keys that a description does not name; processors refuse them or pass over them. `schemas`: all that may
    /// describe the value.
    fn unknown_keys(&self, schemas: Vec<&Value>, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let mut shapes = Vec::new();
        schemas.into_iter().for_each(|schema| self.shapes(schema, &mut shapes));
        match value {
            Value::Object(fields) if shapes.iter().any(|shape| shape["properties"].is_object()) => {
                for (name, field) in fields {
                    let known: Vec<&Value> = shapes.iter().filter_map(|shape| shape["properties"].get(name)).collect();
                    let others = || shapes.iter().filter_map(|shape| shape.get("additionalProperties"));
                    let path = format!("{at}/{name}");
                    if !known.is_empty() {
                        self.unknown_keys(known, field, &path, wrong);
                    } else if others().all(|other| *other == json!(false)) && !self.also.contains(&name.as_str()) {
                        wrong.push(format!("{path}: the description knows no such key"));
                    }
                }
            }
            Value::Array(items) => {
                let of: Vec<&Value> = shapes.iter().filter_map(|shape| shape.get("items")).collect();
                for item in items {
                    self.unknown_keys(of.clone(), item, at, wrong);
                }
            }
            _ => {}
        }
    }

    /// A schema, those it refers to, and those it is put together from.
    fn shapes<'s>(&'s self, schema: &'s Value, found: &mut Vec<&'s Value>) {
        let named = schema["$ref"].as_str().and_then(|name| self.root.pointer(name.trim_start_matches('#')));
        named.into_iter().for_each(|named| self.shapes(named, found));
        for parts in ["allOf", "anyOf", "oneOf"] {
            schema[parts].as_array().into_iter().flatten().for_each(|part| self.shapes(part, found));
        }
        found.push(schema);
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut schema = self.root.clone();
            schema["$ref"] = json!(format!("#{}", pointer.replace('{', "%7B").replace('}', "%7D")));
            let made = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema);
            Arc::new(made.expect("the description is made of schemas"))
        };
        compiled.entry(pointer.to_owned()).or_insert_with(make).clone()
    }

    /// A form's texts, as the schema at this pointer wants them.
    pub fn typed(&self, pointer: &str, tree: &Value) -> Value {
        let schema = self.root.pointer(pointer).cloned().unwrap_or(Value::Null);
        self.type_as(&schema, tree)
    }

    fn type_as(&self, schema: &Value, value: &Value) -> Value {
        if let Some(variants) = schema["anyOf"].as_array() {
            let all: Vec<Value> = variants.iter().map(|variant| self.type_as(variant, value)).collect();
            let better = all.iter().position(|typed| typed != value);
            return better.map_or_else(|| value.clone(), |at| all[at].clone());
        }
        match value {
            Value::Object(fields) => {
                let of = |name: &str| schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]).clone();
                fields.iter().map(|(name, field)| (name.clone(), self.type_as(&of(name), field))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.type_as(&schema["items"], item)).collect(),
            Value::String(text) if is_type(schema, "integer") => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
            Value::String(text) if is_type(schema, "boolean") => match text.as_str() {
                "true" => json!(true),
                "false" => json!(false),
                _ => value.clone(),
            },
            other => other.clone(),
        }
    }
}

fn is_type(schema: &Value, name: &str) -> bool {
    match &schema["type"] {
        Value::String(one) => one == name,
        Value::Array(some) => some.iter().any(|one| one == name),
        _ => false,
    }
}

fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// `nullable: true` is OpenAPI's word for another possible type.
fn admit_null(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            if schema.remove("nullable") == Some(json!(true)) {
                if let Some(Value::String(kind)) = schema.get("type").cloned() {
                    schema.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Value::Array(values)) = schema.get_mut("enum") {
                    values.push(Value::Null);
                }
                if let Some(Value::Array(variants)) = schema.get_mut("anyOf") {
                    variants.push(json!({ "type": "null" }));
                }
            }
            schema.values_mut().for_each(admit_null);
        }
        Value::Array(items) => items.iter_mut().for_each(admit_null),
        _ => {}
    }
}
