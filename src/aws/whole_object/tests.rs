//! What is missing in what is sent is named wherever it stands, and nothing else is.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Any JSON that says something.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{1,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let fields = proptest::collection::btree_map("[a-z]{1,4}", inner.clone(), 1..4);
        prop_oneof![
            proptest::collection::vec(inner, 1..4).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    let fields = proptest::collection::btree_map("[a-z]{1,4}", json_value(), 1..5);
    fields.prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

/// Puts a field into the object that is the `at`th in one order; whether there are so many, and it had none of that name.
fn insert(into: &mut Value, at: &mut usize, thing: &Value) -> Option<bool> {
    match into {
        Value::Object(fields) if *at == 0 => Some(fields.insert("newThing".to_owned(), thing.clone()).is_none()),
        Value::Object(fields) => {
            *at -= 1;
            fields.values_mut().find_map(|inner| insert(inner, at, thing))
        }
        Value::Array(list) => list.iter_mut().find_map(|inner| insert(inner, at, thing)),
        _ => None,
    }
}

proptest! {
    #[test]
    fn what_is_sent_as_it_was_read_loses_nothing(read in object()) {
        prop_assert_eq!(missing(&read, &read, &[]), Vec::<String>::new());
    }

    #[test]
    fn an_unknown_field_is_named_at_any_depth(sent in object(), at in 0_usize..40, value in json_value()) {
        let mut read = sent.clone();
        let is_there = insert(&mut read, &mut { at }, &value) == Some(true);
        let lost = missing(&read, &sent, &[]);
        prop_assert_eq!(lost.len(), usize::from(is_there), "{:?}", &lost);
        prop_assert!(lost.iter().all(|path| path == "newThing" || path.ends_with(".newThing")), "{:?}", lost);
    }

    #[test]
    fn nothing_of_the_values_is_told(read in object()) {
        let secret = "hunter2";
        let text = read.to_string().replace(|c: char| c.is_ascii_digit(), "7");
        let mut read: Value = serde_json::from_str(&text).unwrap_or(read);
        read["password"] = secret.into();
        let told = missing(&read, &Value::Object(serde_json::Map::new()), &[]).join(" ");
        prop_assert!(!told.contains(secret), "{}", told);
    }
}

#[test]
fn paths_name_elements_and_empty_things_are_not_missed() {
    let read = json!({
        "family": "app", "revision": 7, "volumes": [], "taskRoleArn": "", "placementConstraints": null,
        "containerDefinitions": [
            { "name": "web", "image": "web:1", "cpu": 0, "newThing": { "on": true }, "links": [] },
            { "name": "log", "image": "log:1", "healthCheck": { "command": ["x"], "newKind": false } },
        ],
        "runtime": [{ "newer": 1 }],
    });
    let sent = json!({
        "family": "app",
        "containerDefinitions": [
            { "name": "web", "image": "web:2", "cpu": 0 },
            { "name": "log", "image": "log:1", "healthCheck": { "command": ["x"] } },
        ],
        "runtime": [{}],
    });
    let lost = missing(&read, &sent, &["revision"]);
    assert_eq!(
        lost,
        ["containerDefinitions[web].newThing", "containerDefinitions[log].healthCheck.newKind", "runtime[0].newer"]
    );
    let told = WrittenBack {
        what: "app:7".to_owned(),
        read,
        operation: "ecs:RegisterTaskDefinition",
        told_only: &["revision"],
    };
    let fault = told.check(&sent).expect_err("it would lose something");
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(
        fault
            .message
            .starts_with("app:7 has what this toban does not know and would lose: containerDefinitions[web].newThing")
    );
    assert!(!fault.answer_lost && fault.sentence().contains("nothing was sent"), "{fault}");
}

#[test]
fn what_is_replaced_whole_may_have_nothing_that_is_not_known() {
    let known = json!({ "Name": null, "Target": { "Arn": null, "Input": null } });
    let check = |read: Value| knows_all("scheduler:UpdateSchedule", "db-stop", &read, &known);
    assert_eq!(check(json!({ "Name": "db-stop", "Target": { "Arn": { "any": 1 } }, "NewEmpty": [] })), Ok(()));
    assert_eq!(check(Value::Null), Ok(()), "what was not read is nothing");
    let fault = check(json!({ "NewThing": 1, "Target": { "NewKind": { "a": 1 } } })).expect_err("two are not known");
    assert!(fault.message.contains("would lose: NewThing, Target.NewKind; nothing was sent"), "{fault}");
}
