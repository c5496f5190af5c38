//! The page about the API, made from the description itself, so that it cannot say anything else.
//!
//! Limits: of the description's mark-up only `code` between backticks is understood. Left out: examples.

use askama::Template;
use serde_json::{Map, Value};

use super::{METHODS, codes};

/// Everything on the page.
#[derive(Template)]
#[template(path = "system/docs.html")]
pub struct Page {
    title: String,
    version: String,
    about: Prose,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    codes: Vec<Row>,
}

/// A code, its status and its meaning.
type Row = (&'static str, u16, Prose);

struct Group {
    name: String,
    calls: Vec<Call>,
}

struct Call {
    id: String,
    method: String,
    path: String,
    summary: Prose,
    about: Prose,
    parameters: Vec<Field>,
    body: Option<Kind>,
    answers: Vec<Answer>,
}

struct Answer {
    status: String,
    about: Prose,
    kind: Option<Kind>,
}

/// A named shape of the description, with its fields.
struct Shape {
    name: String,
    about: Prose,
    fields: Vec<Field>,
    values: Vec<String>,
}

struct Field {
    name: String,
    place: String,
    required: bool,
    kind: Kind,
    about: Prose,
}

/// Text in pieces; true marks what stood between backticks.
#[derive(Debug, Default, PartialEq, Eq)]
struct Prose(Vec<(bool, String)>);

impl Prose {
    fn of(value: &Value, name: &str) -> Prose {
        Prose::read(value[name].as_str().unwrap_or_default())
    }

    fn read(text: &str) -> Prose {
        let pieces = text.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece.to_owned()));
        Prose(pieces.filter(|(_, piece)| !piece.is_empty()).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a value is, in words, with the shape it leads to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kind {
    text: String,
    shape: Option<String>,
}

impl Page {
    /// Reads an assembled description. What is missing in it is empty on the page.
    pub fn of(description: &Value) -> Page {
        let info = &description["info"];
        let mut groups: Vec<Group> = Vec::new();
        for (path, item) in object(&description["paths"]) {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let name = operation["tags"][0].as_str().unwrap_or("server");
                let call = Call::of(method, path, operation, description);
                match groups.iter_mut().find(|group| group.name == name) {
                    Some(group) => group.calls.push(call),
                    None => groups.push(Group { name: name.to_owned(), calls: vec![call] }),
                }
            }
        }
        let shapes = object(&description["components"]["schemas"]).iter().map(|(name, shape)| Shape::of(name, shape)).collect();
        let codes = codes::CODES.iter();
        Page {
            title: text(info, "title"),
            version: text(info, "version"),
            about: Prose::of(info, "description"),
            groups,
            shapes,
            codes: codes.map(|(code, status, meaning)| (*code, *status, Prose::read(meaning))).collect(),
        }
    }
}

impl Call {
    fn of(method: &str, path: &str, operation: &Value, description: &Value) -> Call {
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let body = object(&operation["requestBody"]["content"]).values().next().map(|content| Kind::of(&content["schema"]));
        let answers =
            object(&operation["responses"]).iter().filter(|(_, answer)| answer.get("$ref").is_none()).map(|(status, answer)| {
                Answer {
                    status: status.clone(),
                    about: Prose::of(answer, "description"),
                    kind: object(&answer["content"]).values().next().map(|content| Kind::of(&content["schema"])),
                }
            });
        Call {
            id: text(operation, "operationId"),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: Prose::of(operation, "summary"),
            about: Prose::of(operation, "description"),
            parameters: parameters.iter().map(|parameter| Field::of_parameter(resolved(parameter, description))).collect(),
            body,
            answers: answers.collect(),
        }
    }
}

impl Field {
    fn of_parameter(parameter: &Value) -> Field {
        Field {
            name: text(parameter, "name"),
            place: text(parameter, "in"),
            required: parameter["required"].as_bool().unwrap_or(false),
            kind: Kind::of(&parameter["schema"]),
            about: Prose::of(parameter, "description"),
        }
    }
}

impl Shape {
    fn of(name: &str, shape: &Value) -> Shape {
        let required = |field: &str| shape["required"].as_array().is_some_and(|names| names.iter().any(|n| n == field));
        let fields = object(&shape["properties"]).iter().map(|(field, kind)| Field {
            name: field.clone(),
            place: String::new(),
            required: required(field),
            kind: Kind::of(kind),
            about: Prose::of(kind, "description"),
        });
        let values = shape["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
        Shape {
            name: name.to_owned(),
            about: Prose::of(shape, "description"),
            fields: fields.collect(),
            values: values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

impl Kind {
    fn of(schema: &Value) -> Kind {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return Kind { text: name.to_owned(), shape: Some(name.to_owned()) };
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            let kinds: Vec<Kind> =
                schema[choice].as_array().into_iter().flatten().map(Kind::of).filter(|kind| kind.text != "null").collect();
            if !kinds.is_empty() {
                let text = kinds.iter().map(|kind| kind.text.as_str()).collect::<Vec<_>>().join(" or ");
                return Kind { text, shape: kinds.into_iter().find_map(|kind| kind.shape) };
            }
        }
        if !schema["items"].is_null() {
            let item = Kind::of(&schema["items"]);
            return Kind { text: format!("list of {}", item.text), shape: item.shape };
        }
        if let Some(values) = schema["enum"].as_array() {
            let text = values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ");
            return Kind { text, shape: None };
        }
        let name = match &schema["type"] {
            Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default(),
            name => name.as_str().unwrap_or_default(),
        };
        let format = schema["format"].as_str().filter(|format| matches!(*format, "date" | "date-time" | "email" | "uri"));
        Kind { text: format.unwrap_or(if name.is_empty() { "any" } else { name }).to_owned(), shape: None }
    }
}

/// Follows a reference one step.
fn resolved<'v>(value: &'v Value, description: &'v Value) -> &'v Value {
    let path = value["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| description.pointer(path)).unwrap_or(value)
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}
