//! `[environment.NAME.deploy]`: how instances are deployed. The grammar of its values is the recipe's own; here
//! they only get their line and key.

use crate::environment::deploy_recipe as grammar;
use crate::environment::{Check, Recipe};
use crate::text::document::{Table, Value};

type Grammar = fn(&str) -> Result<String, String>;

fn checked(value: &Value<'_>, like: &str, grammar: Grammar) -> Option<String> {
    let text = value.text(like)?;
    match grammar(text) {
        Ok(text) => Some(text),
        Err(why) => value.refuse(why),
    }
}

/// The recipe in `table`; `None` if it does not hold, which was told then.
pub(super) fn recipe(table: &Table<'_>) -> Option<Recipe> {
    let get = |key, like, grammar: Grammar| table.get(key).map(|value| checked(&value, like, grammar));
    let needed = |key: &'static str, got: Option<Option<String>>, like: &str| match got {
        Some(got) => got,
        None => table.refuse(format!("needs `{key}`, as in {key} = {like}")),
    };
    let kind = table.get("kind");
    let kind = match &kind {
        Some(value) => value.text("\"compose\"").and_then(|text| match text {
            "compose" => Some(()),
            other => value.refuse(format!("{other:?} is no kind of deployment; \"compose\" is the one there is")),
        }),
        None => table.refuse("needs `kind`, as in kind = \"compose\"".to_owned()),
    };
    let directory =
        needed("directory", get("directory", "\"/home/ssm-user/app\"", grammar::directory), "\"/home/ssm-user/app\"");
    let user = get("user", "\"ssm-user\"", grammar::user);
    let file = get("file", "\"docker-compose.prod.yml\"", grammar::file);
    let health = match table.get("health") {
        Some(value) => value.table().and_then(|inside| health(&inside)),
        None => table.refuse("needs `health`, as in health = { path = \"/health\" }".to_owned()),
    };
    let reference = needed("reference", get("reference", "\"main\"", grammar::reference), "\"main\"");
    let migrate = get("migrate", "\"docker compose run --rm web migrate\"", grammar::command);
    table.refuse_the_rest();
    kind?;
    Some(Recipe {
        directory: directory?,
        user: user.unwrap_or_else(|| Some("ssm-user".to_owned()))?,
        file: file.unwrap_or_default(),
        health: health?,
        reference: reference?,
        migrate: migrate.unwrap_or_default(),
    })
}

fn health(table: &Table<'_>) -> Option<Check> {
    let get = |key, like, grammar: Grammar| table.get(key).map(|value| checked(&value, like, grammar));
    let path = get("path", "\"/health\"", grammar::path);
    let host = get("host", "\"www.example.jp\"", grammar::host);
    let command = get("command", "\"make check\"", grammar::command);
    table.refuse_the_rest();
    match (path, command) {
        (Some(path), None) => Some(Check::Path { path: path?, host: host.unwrap_or_default() }),
        (None, Some(command)) if host.is_none() => Some(Check::Command(command?)),
        (None, Some(_)) => table.refuse("a `command` takes no `host`; take one of them out".to_owned()),
        (Some(_), Some(_)) => table.refuse("has `path` and `command`; take one of them out".to_owned()),
        (None, None) => table.refuse("needs `path` or `command`, as in health = { path = \"/health\" }".to_owned()),
    }
}
