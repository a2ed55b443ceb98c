//! Finding a resource of any environment by what is known of it: its name, id, ARN, an address, a tag. Pure: looks only at
//! what was read, and tells where it hit; secrets are masked before they are looked at.

use serde_json::Value;

use super::Picture;
use crate::environment::Member;
use crate::kinds::catalog::{KINDS, kind};
use crate::text::mask_value;
use crate::world::{EnvironmentName, Health, ResourceId, World};

/// One resource that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// It.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// What one of its kind is called.
    pub singular: String,
    /// Its environment; none where it was not placed, or several share it.
    pub environment: Option<EnvironmentName>,
    /// How it is, as far as its kind is judged.
    pub health: Option<Health>,
    /// Which of its fields holds the text.
    pub field: String,
    /// What that field says.
    pub text: String,
}

/// How well a hit fits, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    Name,
    NameBegins,
    NameHolds,
    Id,
    Inside,
}

/// What one of its kind is called.
#[must_use]
pub fn singular(id: &ResourceId) -> String {
    let shown = kind(id.kind).and_then(|kind| kind.shown()).map(|shown| shown.singular.to_owned());
    shown.unwrap_or_else(|| id.kind.0.replace('-', " "))
}

/// The ARN of a resource, where its kind is read with one.
#[must_use]
pub fn arn(world: &World, id: &ResourceId) -> Option<String> {
    if id.key.starts_with("arn:") {
        return Some(id.key.to_string());
    }
    let document = kind(id.kind)?.document(world, id)?;
    let text = document.get("arn")?.as_str()?;
    text.starts_with("arn:").then(|| text.to_owned())
}

/// Every resource of the picture that holds `text`, whatever its case: those whose name fits best first.
#[must_use]
pub fn find(picture: &Picture, world: &World, text: &str) -> Vec<Found> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let homes = picture.environments.iter().flat_map(|home| home.members.iter().map(move |it| (Some(&home.name), it)));
    let shared = picture.shared.iter().map(|shared| (None, &shared.member));
    let unplaced = picture.unassigned.iter().map(|member| (None, member));
    let mut found: Vec<(Fit, usize, Found)> = homes
        .chain(shared)
        .chain(unplaced)
        .filter_map(|(home, member)| {
            let (fit, field, text) = hit(world, member, &wanted)?;
            let place = KINDS.iter().position(|kind| kind.name() == member.id.kind).unwrap_or(usize::MAX);
            let one = Found {
                id: member.id.clone(),
                name: member.name.clone(),
                singular: singular(&member.id),
                environment: home.cloned(),
                health: member.assessment.as_ref().map(|assessment| assessment.health),
                field,
                text,
            };
            Some((fit, place, one))
        })
        .collect();
    found.sort_by(|(a, place_a, one), (b, place_b, other)| {
        (a, place_a, &one.name, &one.id).cmp(&(b, place_b, &other.name, &other.id))
    });
    found.into_iter().map(|(_, _, found)| found).collect()
}

fn hit(world: &World, member: &Member, wanted: &str) -> Option<(Fit, String, String)> {
    let name = member.name.to_lowercase();
    let by_name = |fit| Some((fit, "name".to_owned(), member.name.clone()));
    match name.find(wanted) {
        Some(0) if name.len() == wanted.len() => return by_name(Fit::Name),
        Some(0) => return by_name(Fit::NameBegins),
        Some(_) => return by_name(Fit::NameHolds),
        None => {}
    }
    if member.id.key.to_lowercase().contains(wanted) {
        return Some((Fit::Id, "id".to_owned(), member.id.key.to_string()));
    }
    let mut document = kind(member.id.kind)?.document(world, &member.id)?;
    mask_value(&mut document);
    let (path, text) = inside(&document, wanted, &mut Vec::new())?;
    Some((Fit::Inside, path, text))
}

/// The first field that holds `wanted`, in its key or in what it says, with its path.
fn inside(document: &Value, wanted: &str, path: &mut Vec<String>) -> Option<(String, String)> {
    let here = |text: String, path: &[String]| text.to_lowercase().contains(wanted).then(|| (path.join("."), text));
    match document {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            path.push(key.clone());
            let found = inside(value, wanted, path);
            path.pop();
            found
        }),
        Value::Array(items) => items.iter().find_map(|item| inside(item, wanted, path)),
        Value::String(text) => here(text.clone(), path),
        Value::Number(number) => (number.to_string() == wanted).then(|| (path.join("."), number.to_string())),
        Value::Bool(_) | Value::Null => None,
    }
}

#[cfg(test)]
mod tests;
