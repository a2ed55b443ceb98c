//! `toban find TEXT`: any resource of any environment by its name, id, address, ARN or tag, and where the text was found.
//! Reads through the headless engine; finding itself is `overview::find`.

use serde_json::{Value, json};

use super::args;
use super::exit::{Exit, Failure};
use super::output;
use super::read;
use super::read::CommandContext;
use crate::engine::headless::Snapshot;
use crate::overview::find::{Found, arn, find};
use crate::text::{fit, harmless, stamp, width};
use crate::world::World;

/// Runs it.
///
/// # Errors
/// When nothing could be read, or nothing holds the text.
pub(super) async fn run(context: &CommandContext, args: &args::Find) -> Result<Exit, Failure> {
    if args.text.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "there is nothing to look for: TEXT is empty"));
    }
    let snapshot = read::once(context).await?;
    let found = find(&snapshot.picture, &snapshot.world, &args.text);
    if args.json {
        let document = document(&snapshot, &args.text, &found, &stamp(snapshot.at, &context.view.zone));
        output::json(&format!("{document:#}\n"))?;
    } else {
        output::data(&lines(&found))?;
    }
    if !args.json {
        output::note(&read::faults(&snapshot));
    }
    if found.is_empty() {
        let message = format!("nothing that was read holds {:?}", args.text);
        return Err(Failure::new(Exit::NotFound, message));
    }
    Ok(Exit::Done)
}

fn document(snapshot: &Snapshot, text: &str, found: &[Found], at: &str) -> Value {
    let one = |found: &Found| object(&snapshot.world, found);
    json!({ "at": at, "text": text, "found": found.iter().map(one).collect::<Vec<_>>() })
}

fn object(world: &World, found: &Found) -> Value {
    json!({
        "environment": found.environment.as_ref().map(|name| name.as_str()),
        "kind": found.singular,
        "name": found.name,
        "id": &*found.id.key,
        "arn": arn(world, &found.id),
        "region": found.id.scope.region.to_string(),
        "health": found.health.map(|health| health.word()),
        "field": found.field,
        "text": found.text,
    })
}

fn lines(found: &[Found]) -> String {
    let cells = |one: &Found| {
        let environment = one.environment.as_ref().map_or("–", |name| name.as_str()).to_owned();
        let health = one.health.map_or("–", |health| health.word()).to_owned();
        let place = if one.field == "name" { String::new() } else { format!("{}: {}", one.field, one.text) };
        [one.name.clone(), one.singular.clone(), environment, health, place].map(|cell| harmless(&cell).into_owned())
    };
    let rows: Vec<[String; 5]> = found.iter().map(cells).collect();
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..4).map(widest).collect();
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths.iter().map(Some).chain([None]));
        let cells: Vec<String> =
            cells.map(|(cell, width)| width.map_or_else(|| cell.clone(), |width| fit(cell, *width))).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{EnvironmentName, Health, KindName, ResourceId, Scope};

    fn found(name: &str, field: &str, text: &str) -> Found {
        let scope = Scope::new("default", "ap-northeast-1");
        Found {
            id: ResourceId { kind: KindName("ecs-task"), scope, key: "arn:aws:ecs:x".into() },
            name: name.to_owned(),
            singular: "task".to_owned(),
            environment: Some(EnvironmentName::from("city-prod")),
            health: Some(Health::Bad),
            field: field.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_hit_is_a_line_with_where_it_was_found() {
        let told = lines(&[found("本番", "ips", "10.0.1.5"), found("backend", "name", "backend")]);
        assert_eq!(told, "本番     task  city-prod  bad  ips: 10.0.1.5\nbackend  task  city-prod  bad\n");
        assert_eq!(lines(&[]), "");
    }

    #[test]
    fn the_document_names_place_id_and_arn() {
        let object = object(&World::default(), &found("backend", "ips", "10.0.1.5"));
        assert_eq!(object["arn"], "arn:aws:ecs:x");
        assert_eq!((&object["environment"], &object["health"]), (&json!("city-prod"), &json!("bad")));
        assert_eq!((&object["field"], &object["text"]), (&json!("ips"), &json!("10.0.1.5")));
    }
}
