//! Objects that are read, changed in one place and written back whole: what our types do not know would be lost on the
//! way, without a word. Here AWS's answer as it came, JSON or CBOR, is held against the JSON that is about to be sent, or
//! against the fields that are known, and what is missing there is named. Names of fields only, never values.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use crate::world::{Fault, FaultKind};

/// So many fields are named.
const NAMED: usize = 8;

/// Keeps the fields of the answer to the call it is given to.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawAnswer(Arc<Mutex<Value>>);

impl RawAnswer {
    /// All of it; nothing if it was neither JSON nor CBOR, as the answers of most tests.
    pub(crate) fn whole(&self) -> Value {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What stands under `name` in it.
    pub(crate) fn part(&self, name: &str) -> Value {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_default()
    }
}

impl Intercept for RawAnswer {
    fn name(&self) -> &'static str {
        "toban: keeps the answer as it came"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        let whole = serde_json::from_slice(body).ok().or_else(|| super::cbor::value(body));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = whole.unwrap_or_default();
        Ok(())
    }
}

/// Lets the call it is given to go only if all that was read stands in what is sent.
#[derive(Clone, Debug)]
pub(crate) struct WrittenBack {
    /// What it is called: `prooflink-dev-task:7`.
    pub(crate) what: String,
    /// As it was read.
    pub(crate) read: Value,
    /// The call, as IAM names it.
    pub(crate) operation: &'static str,
    /// The fields of the object that AWS only tells, and that cannot be sent.
    pub(crate) told_only: &'static [&'static str],
}

impl WrittenBack {
    fn check(&self, sent: &Value) -> Result<(), Fault> {
        match missing(&self.read, sent, self.told_only) {
            lost if lost.is_empty() => Ok(()),
            lost => Err(would_lose(self.operation, &self.what, &lost)),
        }
    }
}

/// The refusal to write `what` back, which has those fields besides what we know.
fn would_lose(operation: &str, what: &str, lost: &[String]) -> Fault {
    let more = lost.len().saturating_sub(NAMED);
    let mut names = lost.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        names.push_str(&format!(" and {more} more"));
    }
    let message = format!("{what} has what this toban does not know and would lose: {names}; nothing was sent");
    let advice = "a newer toban may know it; until then change it by other means";
    Fault::new(FaultKind::Refused, operation, message).advise(advice)
}

/// Before `operation` replaces the whole of `what`: whether `read` has only fields that `known` has too. What stands in
/// `known` behind a field does not matter, but for objects, whose fields are looked at.
///
/// # Errors
/// The refusal that names the others.
pub(crate) fn knows_all(operation: &str, what: &str, read: &Value, known: &Value) -> Result<(), Fault> {
    let mut lost = Vec::new();
    strangers(read, known, "", &mut lost);
    if lost.is_empty() { Ok(()) } else { Err(would_lose(operation, what, &lost)) }
}

fn strangers(read: &Value, known: &Value, path: &str, lost: &mut Vec<String>) {
    let (Value::Object(read), Value::Object(known)) = (read, known) else { return };
    for (name, value) in read {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match known.get(name) {
            Some(known) => strangers(value, known, &path, lost),
            None if is_empty(value) => {}
            None => lost.push(path),
        }
    }
}

impl Intercept for WrittenBack {
    fn name(&self) -> &'static str {
        "toban: loses nothing of what is written back"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().unwrap_or_default();
        let sent = serde_json::from_slice(body).unwrap_or_default();
        Ok(self.check(&sent)?)
    }
}

/// The paths of the fields in `read` that hold something and are not in `sent`. At the top those `told_only` are left out.
pub(crate) fn missing(read: &Value, sent: &Value, told_only: &[&str]) -> Vec<String> {
    let mut lost = Vec::new();
    if let Value::Object(fields) = read {
        for (name, value) in fields.iter().filter(|(name, _)| !told_only.contains(&name.as_str())) {
            look(value, sent.get(name), name.clone(), &mut lost);
        }
    }
    lost
}

/// Whether it says nothing: AWS answers with empty lists for what was not said.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn look(read: &Value, sent: Option<&Value>, path: String, lost: &mut Vec<String>) {
    match (read, sent) {
        (read, None | Some(Value::Null)) if is_empty(read) => {}
        (Value::Object(fields), Some(sent @ Value::Object(_))) => {
            for (name, value) in fields {
                look(value, sent.get(name), format!("{path}.{name}"), lost);
            }
        }
        (Value::Array(list), Some(Value::Array(sent))) => {
            for (at, value) in list.iter().enumerate() {
                // Whoever reads it knows an element by its name.
                let name = value.get("name").and_then(Value::as_str).map_or_else(|| at.to_string(), str::to_owned);
                look(value, sent.get(at), format!("{path}[{name}]"), lost);
            }
        }
        // Another value is what was to be changed, and compared by its type elsewhere.
        (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Null, Some(_)) => {}
        (Value::Object(_) | Value::Array(_), Some(_)) | (_, None) => lost.push(path),
    }
}

#[cfg(test)]
mod tests;
