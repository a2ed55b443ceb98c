//! Fields of a JSON answer as they are wanted: texts that say something, lists, counts, moments. A field that is not
//! there, or is something else, is none. No judgement.

use jiff::Timestamp;
use serde_json::Value;

/// The text of a field, if it says anything.
#[must_use]
pub fn text(from: &Value, name: &str) -> Option<String> {
    from.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The items of a list; none where it is missing.
pub fn items<'a>(from: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    from.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The texts of a list.
#[must_use]
pub fn words(from: &Value, name: &str) -> Vec<String> {
    items(from, name).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A count.
#[must_use]
pub fn number(from: &Value, name: &str) -> Option<u64> {
    let value = from.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A moment: seconds since 1970 with or without a fraction (awsJson), milliseconds (Batch), or RFC 3339.
#[must_use]
pub fn moment(from: &Value, name: &str) -> Option<Timestamp> {
    /// No date of ours is this many seconds after 1970: it is milliseconds.
    const MILLIS: i64 = 100_000_000_000;
    match from.get(name)? {
        Value::String(text) => text.parse().ok(),
        value => match value.as_i64() {
            Some(millis) if millis >= MILLIS => Timestamp::from_millisecond(millis).ok(),
            Some(seconds) => Timestamp::from_second(seconds).ok(),
            None => {
                let seconds = jiff::SignedDuration::try_from_secs_f64(value.as_f64()?).ok()?;
                Timestamp::from_duration(seconds).ok()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn moments_are_read_as_each_protocol_writes_them() {
        let from = json!({"a": 1_795_237_331, "b": 1_795_237_331.5, "c": 1_795_237_331_500_i64,
            "d": "2026-11-21T05:02:11Z", "e": true, "f": "soon"});
        let at = |name: &str| moment(&from, name).map(|at| at.as_millisecond());
        assert_eq!(at("a"), Some(1_795_237_331_000));
        assert_eq!((at("b"), at("c")), (Some(1_795_237_331_500), Some(1_795_237_331_500)));
        assert_eq!(at("d"), Some(1_795_237_331_000));
        assert_eq!((at("e"), at("f"), at("g")), (None, None, None));
    }

    #[test]
    fn what_is_not_there_is_none() {
        let from = json!({"name": "", "list": ["a", 1, "b"], "count": "7"});
        assert_eq!((text(&from, "name"), number(&from, "count")), (None, Some(7)));
        assert_eq!(words(&from, "list"), ["a", "b"]);
        assert_eq!(items(&from, "none").count(), 0);
    }
}
