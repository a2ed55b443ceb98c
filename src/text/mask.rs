//! Secrets out of text and documents before anyone sees, copies or logs them.
//! What remains (scheme, host, key) must still help; what goes, goes wholly, its length too.
//! Two witnesses: the name of a key (`keys`) and the shape of a value (`shapes`). In doubt, mask.

mod assigned;
mod keys;
mod shapes;

use keys::{is_environment, is_harmless_pair_list, is_reference, is_secret_flag, is_secret_key};
use serde_json::Value;
use std::borrow::Cow;

/// What stands in place of a secret.
pub const MASK: &str = "••••••";

/// `text` with everything that looks like a secret replaced by [`MASK`]: passwords in URLs,
/// webhook addresses, AWS keys, JWTs, PEM keys, bearer tokens, `password=…`, vendors' tokens.
/// Borrowed when nothing was found. Masking twice is the same as masking once.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    shapes::mask(text)
}

/// Masks a JSON document in place: values under telling keys, every variable of a process
/// environment whatever its name, words after `--password`-like flags, and, in any string at
/// all, whatever [`mask_text`] finds.
pub fn mask_value(document: &mut Value) {
    walk(document, "", false);
}

/// `key` is the nearest key above `value`; `inside` says that a telling key is further up.
fn walk(value: &mut Value, key: &str, inside: bool) {
    let secret = is_secret_key(key) || (inside && !is_reference(key));
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(_) if secret => hide(value),
        Value::Number(_) => {}
        Value::String(text) if secret && !text.is_empty() && !is_arn(text) => hide(value),
        Value::String(text) => {
            if let Cow::Owned(masked) = mask_text(text) {
                *text = masked;
            }
        }
        Value::Array(items) => walk_list(items, key, secret),
        Value::Object(fields) => {
            if let Some(name) = pair_name(fields) {
                hide_pair(fields, &name, key, secret);
                return;
            }
            let variables = is_environment(key, fields.keys());
            for (name, field) in fields.iter_mut() {
                if variables {
                    hide_all(field);
                } else {
                    walk(field, name, secret);
                }
            }
        }
    }
}

fn walk_list(items: &mut [Value], key: &str, secret: bool) {
    let environment = is_environment(key, std::iter::empty::<&String>());
    let mut after_flag = false;
    for item in items {
        let flag = item.as_str().is_some_and(is_secret_flag);
        match item {
            Value::String(_) if after_flag && !flag => hide(item),
            Value::String(text) if environment => hide_assignment(text),
            // The key speaks for the items of its list; only strings inside objects have their own.
            _ => walk(item, key, secret),
        }
        after_flag = flag;
    }
}

/// The name in `{"name": …, "value": …}` (or `key`/`value`, in either case).
fn pair_name(fields: &serde_json::Map<String, Value>) -> Option<String> {
    fields.get("value").or_else(|| fields.get("Value"))?;
    ["name", "Name", "key", "Key"].iter().find_map(|field| fields.get(*field)?.as_str().map(str::to_owned))
}

/// Variables are always hidden; dimensions, tags and settings only by their name or shape.
fn hide_pair(fields: &mut serde_json::Map<String, Value>, name: &str, list: &str, secret: bool) {
    let harmless = is_harmless_pair_list(list);
    for (field, value) in fields.iter_mut() {
        match field.as_str() {
            "value" | "Value" if harmless => walk(value, name, secret),
            "value" | "Value" => hide_all(value),
            _ => walk(value, field, false),
        }
    }
}

fn hide_all(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter_mut().for_each(hide_all),
        Value::Object(fields) => fields.values_mut().for_each(hide_all),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => hide(value),
    }
}

fn hide(value: &mut Value) {
    *value = Value::String(MASK.to_owned());
}

/// `NAME=value` keeps its name.
fn hide_assignment(text: &mut String) {
    match text.split_once('=') {
        Some((name, _)) => *text = format!("{name}={MASK}"),
        None => {
            if let Cow::Owned(masked) = mask_text(text) {
                *text = masked;
            }
        }
    }
}

/// A reference to where a secret is kept is not the secret, and is what one needs to find it.
fn is_arn(text: &str) -> bool {
    text.starts_with("arn:aws") && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
