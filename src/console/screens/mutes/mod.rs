//! Which alarms are muted, by which rule and until when. What was muted by hand with all others of its environment is one
//! row that leads to the environment: only as a whole is it taken back. Makes blocks; the page itself is a sheet. Pure.

use super::detail::Around;
use super::sheet::{Block, Item, Note, RowTarget};
use crate::display::{Cell, Column, Width};
use crate::kinds::alarm::is_muted_by_hand;
use crate::kinds::mute_rule::MuteRule;
use crate::operations::alarm::{MutedAlarm, muted};
use crate::overview::Picture;
use crate::text::counted;
use crate::world::Resource;

const COLUMNS: &[Column] = &[
    Column::text("ENVIRONMENT", Width::Fit(11, 32), 9),
    Column::text("ALARM", Width::Fit(10, 48), 9),
    Column::text("STATE", Width::Fit(5, 18), 6),
    Column::text("MUTED", Width::Fit(10, 44), 8),
    Column::text("BY", Width::Fit(8, 22), 7),
    Column::text("RULE", Width::Fill(12), 4),
];

/// The blocks of the page.
#[must_use]
pub fn blocks(picture: &Picture, around: Around<'_>, complete: bool) -> Vec<Block> {
    let all = muted(&picture.environments, around.world, around.now);
    let mut items: Vec<Item> = Vec::new();
    for one in &all {
        let together: Vec<&MutedAlarm<'_>> = all
            .iter()
            .filter(|other| {
                other.environment.name == one.environment.name
                    && other.id.scope == one.id.scope
                    && other.rule.key() == one.rule.key()
            })
            .collect();
        let item = match is_muted_by_hand(one.rule) && one.rule.alarms.len() > 1 {
            true if together.first().is_some_and(|first| first.id != one.id) => continue,
            true => whole(one, &together, around),
            false => single(one, around),
        };
        items.push(item);
    }
    let faults = picture.environments.iter().flat_map(|environment| &environment.scopes);
    let fault = faults.filter_map(|scope| around.world.store(scope, MuteRule::KIND)?.faults().next()).next();
    let empty = match (complete, fault) {
        (false, _) => "reading…",
        (true, Some(_)) => "the mute rules could not be read: ! tells why",
        (true, None) => "no alarm is muted",
    };
    vec![Block {
        key: "mutes".to_owned(),
        title: "muted alarms".to_owned(),
        note: Note {
            read_at: None,
            fault: fault.map(|fault| fault.sentence()),
            quiet: fault.is_some_and(|fault| fault.kind == crate::world::FaultKind::Denied),
        },
        columns: COLUMNS,
        items,
        empty: empty.to_owned(),
    }]
}

fn single(one: &MutedAlarm<'_>, around: Around<'_>) -> Item {
    let by = if is_muted_by_hand(one.rule) {
        "by hand"
    } else if one.rule.name.starts_with("toban-sleep-") {
        "the sleep"
    } else {
        "a rule of others"
    };
    let names = (one.alarm.name.clone(), one.state());
    Item::row(format!("{} {}", one.id, one.rule.key()), one.alarm.name.clone(), cells(one, names, by, around))
        .to(Some(RowTarget::Resource(one.id.clone())))
}

/// All that one rule by hand mutes in an environment.
fn whole(one: &MutedAlarm<'_>, together: &[&MutedAlarm<'_>], around: Around<'_>) -> Item {
    let names: Vec<&str> = together.iter().map(|other| other.alarm.name.as_str()).collect();
    let firing = together.iter().filter(|other| other.alarm.state == "ALARM").count();
    let state = match firing {
        0 => "none fires".to_owned(),
        firing => format!("{firing} in alarm"),
    };
    let called = format!("{}: {}", counted(names.len(), "alarm"), names.join(", "));
    let name = one.environment.name.clone();
    let item = Item::row(
        format!("{name} {}", one.rule.key()),
        name.to_string(),
        cells(one, (called, state), "by hand, together", around),
    );
    Item { behind: names.into_iter().map(str::to_owned).collect(), ..item }.to(Some(RowTarget::Environment(name)))
}

fn cells(one: &MutedAlarm<'_>, (alarm, state): (String, String), by: &str, around: Around<'_>) -> Vec<Cell> {
    vec![
        Cell::plain(one.environment.name.to_string()),
        Cell::strong(alarm),
        Cell::plain(state),
        Cell::plain(one.times(around.now, around.zone)),
        Cell::plain(by),
        Cell::dim(one.rule.name.clone()),
    ]
}

#[cfg(test)]
mod tests;
