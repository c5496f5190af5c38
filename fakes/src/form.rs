//! Reads `a[b][0]=c` back into a tree.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// All fields of a form or query, decoded, in their order.
pub fn fields(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), decode(value))).collect()
}

/// The fields as an object; every value is text.
pub fn tree(text: &str) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, value) in fields(text) {
        let mut path: Vec<String> = name.split('[').map(|part| part.trim_end_matches(']').to_owned()).collect();
        let first = path.remove(0);
        put(&mut root, &first, &path, value);
    }
    lists(root)
}

fn put(into: &mut Value, name: &str, path: &[String], value: String) {
    let Some(object) = into.as_object_mut() else { return };
    let name = if name.is_empty() { object.len().to_string() } else { name.to_owned() };
    match path.split_first() {
        None => drop(object.insert(name, Value::String(value))),
        Some((next, rest)) => put(object.entry(name).or_insert_with(|| Value::Object(Map::new())), next, rest, value),
    }
}

/// Objects whose names are 0, 1, 2 … are lists.
fn lists(value: Value) -> Value {
    let Value::Object(object) = value else { return value };
    let is_list = !object.is_empty() && object.keys().enumerate().all(|(place, name)| *name == place.to_string());
    if is_list {
        Value::Array(object.into_iter().map(|(_, value)| lists(value)).collect())
    } else {
        Value::Object(object.into_iter().map(|(name, value)| (name, lists(value))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_are_a_tree() {
        let text = "name=Acme%20%26%20S%C3%B6ns&metadata[ref]=42&expand[0]=a&expand[1]=b&l[0][p][c]=usd&types[]=x&types[]=y";
        let read = json!({
            "name": "Acme & Söns", "metadata": {"ref": "42"}, "expand": ["a", "b"], "l": [{"p": {"c": "usd"}}], "types": ["x", "y"],
        });
        assert_eq!(tree(text), read);
    }
}
