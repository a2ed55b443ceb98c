//! The tasks of a service that stopped in the last days, as toban saw them: AWS forgets them after an hour. Each says
//! where it was learned. Pure; no verdict rests on what is remembered.

use super::model::Service;
use crate::display::{Cell, Column, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::ecs_task::Task;
use crate::text::{first_line, when};
use crate::world::{Health, Resource, SeenStop};

const COLUMNS: &[Column] = &[
    Column::text("STOPPED", Width::Fit(8, 30), 9),
    Column::text("TASK", Width::Fit(8, 12), 6),
    Column::text("LEARNED", Width::Fit(8, 44), 5),
    Column::text("WHY", Width::Fill(20), 8),
];

/// So many are listed.
const MOST: usize = 30;
/// So much of a task's id tells it from others.
const ID: usize = 8;

/// The list, without what AWS itself still tells of; `None` where nothing can be remembered.
pub(super) fn section(item: &Service, cx: &KindContext<'_>, told: &[&Task]) -> Option<Section> {
    let memory = cx.world.seen_stops()?;
    let known = |stop: &&SeenStop| {
        let same = |task: &&&Task| match &stop.task {
            Some(id) => task.arn.last() == id,
            None => task.stopped_at == Some(stop.at),
        };
        !told.iter().any(|task| same(&task))
    };
    let stops = memory.of(&item.id(cx.scope)).iter().filter(known).take(MOST);
    let mut rows: Vec<Row> = stops.flat_map(|stop| lines(stop, cx)).collect();
    if let Some(since) = memory.since {
        rows.push(Row {
            key: "memory".to_owned(),
            open: None,
            health: None,
            cells: vec![
                Cell::none(),
                Cell::none(),
                Cell::none(),
                Cell::dim(format!("what toban saw is kept since {}", when(since, cx.now, cx.zone))),
            ],
        });
    }
    let empty = "nothing was seen yet; what toban sees while it runs is kept for 30 days";
    Some(Section::Table { title: "stopped tasks seen before", columns: COLUMNS, rows, empty })
}

/// A line for the task, and one for each thing that is known of its end.
fn lines(stop: &SeenStop, cx: &KindContext<'_>) -> Vec<Row> {
    let id = stop.task.as_deref().unwrap_or_default();
    let short: String = id.chars().take(ID).collect();
    let learned = format!("{}, {}", when(stop.learned, cx.now, cx.zone), stop.source);
    let key = format!("seen {} {id}", stop.at);
    let beside = |(number, line): (usize, &String)| Row {
        key: format!("{key} {number}"),
        open: None,
        health: None,
        cells: vec![Cell::none(), Cell::none(), Cell::none(), Cell::dim(first_line(line, 300))],
    };
    let first = Row {
        key: key.clone(),
        open: None,
        health: None,
        cells: vec![
            Cell::plain(when(stop.at, cx.now, cx.zone)),
            Cell::plain(short),
            Cell::dim(learned),
            Cell::of(Health::Worrying, first_line(&stop.message, 300)),
        ],
    };
    std::iter::once(first).chain(stop.detail.iter().enumerate().map(beside)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::kinds::testing_samples::{Shelves, ago, scope, service, stopped};
    use crate::world::SeenStops;

    fn stop(task: &str, minutes: i64) -> SeenStop {
        SeenStop {
            at: ago(minutes),
            task: Some(task.to_owned()),
            message: "a task of revision 117 stopped: it ran out of memory".to_owned(),
            detail: vec!["app ended with exit code 137".to_owned(), "app wrote last: heap \u{202e}full".to_owned()],
            learned: ago(minutes - 1),
            source: "ecs:DescribeTasks",
        }
    }

    fn texts(section: &Section) -> Vec<String> {
        let Section::Table { rows, .. } = section else { return Vec::new() };
        rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join(" | ")).collect()
    }

    #[test]
    fn what_aws_forgot_is_listed_with_where_it_was_learned() {
        let still = stopped("still", 10, "EssentialContainerExited", "");
        let mut shelves = Shelves::default().with([service()]);
        let item = service();
        assert!(shelves.seen(true, |cx| section(&item, cx, &[])).is_none(), "there is no memory");
        let id = still.arn.last().to_owned();
        let of = BTreeMap::from([(item.id(&scope()), vec![stop(&id, 10), stop("forgotten", 3_000)])]);
        shelves.0.remember_stops(Arc::new(SeenStops { since: Some(ago(9_000)), of }));
        let told = shelves.seen(true, |cx| section(&item, cx, &[&still])).expect("a section");
        let lines = texts(&told);
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert!(lines[0].contains("forgotte") && lines[0].contains("ecs:DescribeTasks"), "{lines:#?}");
        assert!(lines[0].contains("ran out of memory") && lines[1].contains("exit code 137"), "{lines:#?}");
        assert!(lines[3].contains("kept since"), "{lines:#?}");
    }
}
