//! CBOR as JSON, as far as it is looked at here: which fields an answer has. Texts, truth values and structure come
//! through; every other value is only something that is there. Never an answer's meaning: that is the SDK's.

use aws_smithy_cbor::Decoder;
use aws_smithy_cbor::data::Type;
use serde_json::{Map, Value};

/// No answer of AWS is nested deeper.
const DEEPEST: u8 = 32;

/// The value that `body` is; `None` if it is no whole CBOR value.
pub(super) fn value(body: &[u8]) -> Option<Value> {
    let mut decoder = Decoder::new(body);
    let value = next(&mut decoder, 0)?;
    (decoder.position() == body.len()).then_some(value)
}

fn next(from: &mut Decoder<'_>, depth: u8) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    match from.datatype().ok()? {
        Type::Map | Type::MapIndef => {
            let mut left = from.map().ok()?;
            let mut fields = Map::new();
            while goes_on(from, &mut left)? {
                let name = from.str().ok()?.into_owned();
                fields.insert(name, next(from, depth + 1)?);
            }
            Some(Value::Object(fields))
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = from.list().ok()?;
            let mut items = Vec::new();
            while goes_on(from, &mut left)? {
                items.push(next(from, depth + 1)?);
            }
            Some(Value::Array(items))
        }
        Type::String | Type::StringIndef => Some(Value::String(from.str().ok()?.into_owned())),
        Type::Bool => Some(Value::Bool(from.boolean().ok()?)),
        Type::Null | Type::Undefined => from.skip().ok().map(|()| Value::Null),
        Type::Break => None,
        _ => from.skip().ok().map(|()| Value::from(0)),
    }
}

/// Whether another element follows; `left` is how many do, where that was said.
fn goes_on(from: &mut Decoder<'_>, left: &mut Option<u64>) -> Option<bool> {
    match left {
        Some(0) => Some(false),
        Some(count) => {
            *count -= 1;
            Some(true)
        }
        None if from.datatype().ok()? == Type::Break => from.skip().ok().map(|()| false),
        None => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_cbor::Encoder;
    use serde_json::json;

    use super::value;

    #[test]
    fn fields_come_through_however_their_number_is_said() {
        let mut said = Encoder::new(Vec::new());
        said.begin_map().str("Name").str("toban-sleep-dev").str("Rule").map(1).str("NewThing").integer(7);
        said.str("Names").array(2).str("a").null().str("On").boolean(true).end();
        let body = said.into_writer();
        let wanted = json!({ "Name": "toban-sleep-dev", "Rule": { "NewThing": 0 }, "Names": ["a", null], "On": true });
        assert_eq!(value(&body), Some(wanted));
        for cut in 0..body.len() {
            assert_eq!(value(body.get(..cut).expect("a part")), None, "{cut}");
        }
        assert_eq!(value(&[body, vec![0]].concat()), None, "something stands behind it");
        assert_eq!(value(&[0x81; 100]), None, "too deep");
    }
}
