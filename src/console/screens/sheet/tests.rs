//! Pictures of a page with every kind of item, and the promises of its cursor.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::{buffer::Buffer, layout::Rect};

use super::view::{Paint, draw};
use super::{Block, Item, Note, RowStyle, RowTarget, Sheet, Sorting};
use crate::console::frame_info::FrameInfo;
use crate::console::screens::rig::{at, id, zone};
use crate::display::{Cell, Column, Moment, Series, Tone, Width};
use crate::theme::Theme;
use crate::world::Health;

const COLUMNS: &[Column] = &[
    Column::text("TASK", Width::Fit(6, 20), 9),
    Column::text("WHY", Width::Fill(8), 8),
    Column::figure("COUNT", Width::Fit(5, 7), 3),
];

fn row(name: &str, health: Health, count: &str) -> Item {
    let cells = vec![Cell::plain(name), Cell::of(health, health.word()), Cell::plain(count)];
    Item::row(name, name, cells).of(health).to(Some(RowTarget::Resource(id(name))))
}

fn tasks(rows: Vec<Item>) -> Block {
    let note = Note { read_at: Some(at(-20)), ..Note::default() };
    Block {
        key: "tasks".into(),
        title: "tasks".into(),
        note,
        columns: COLUMNS,
        items: rows,
        empty: "no tasks run".into(),
    }
}

fn facts() -> Block {
    let fact = |label: &'static str, value: &str| Item {
        look: RowStyle::Fact(label, Cell::plain(value)),
        ..Item::prose(label, vec![])
    };
    let series = |threshold| Series {
        title: "CPU".into(),
        unit: "%",
        points: [10.0, 30.0, 85.5, 60.0].iter().map(|value| (at(0), Some(*value))).collect(),
        threshold,
    };
    let course = |key: &str, threshold| Item { look: RowStyle::Course(series(threshold)), ..Item::prose(key, vec![]) };
    let moment = Moment { at: at(-240), message: "has reached a steady state \u{1b}[31m".into(), tone: Tone::Dim };
    let items = vec![
        fact("image", "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/prooflink-prod-app:latest"),
        fact("zone", "東京リージョン"),
        course("plain", None),
        course("alarm", Some(80.0)),
        Item { look: RowStyle::Moment(moment), ..Item::prose("moment", vec![]) },
    ];
    Block { key: "facts".into(), title: "facts".into(), items, ..Block::default() }
}

fn sentence() -> Block {
    let cells =
        vec![Cell::of(Health::Bad, "3 of 4 targets answer 502 since 13:58"), Cell::dim("look at the app's log")];
    let items = vec![Item::prose("finding", cells).of(Health::Bad)];
    let fault = Some("ecs:ListTasks is being throttled: Rate exceeded".into());
    let note = Note { read_at: Some(at(-75)), fault, quiet: false };
    Block { key: "verdict".into(), title: "prod is bad".into(), note, items, ..Block::default() }
}

fn filled(blocks: Vec<Block>) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.fill(blocks, true);
    sheet
}

fn drawn(sheet: &mut Sheet, columns: u16, rows: u16) -> Buffer {
    let (theme, zone, marks) = (Theme::built_in("night"), zone(), BTreeSet::from([RowTarget::Resource(id("b"))]));
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    let mut shown = FrameInfo::default();
    let paint =
        Paint { theme: &theme, now: at(0), zone: &zone, marks: &marks, hidden: &BTreeMap::new(), focused: true };
    draw(sheet, paint, area, &mut buffer, &mut shown);
    sheet.offset = shown.offset;
    buffer
}

fn picture(sheet: &mut Sheet, columns: u16, rows: u16) -> String {
    format!("{:?}", drawn(sheet, columns, rows))
}

fn rows() -> Vec<Item> {
    vec![
        row("a", Health::Bad, "9"),
        row("b", Health::Well, "10"),
        Item { stale: true, ..row("c", Health::Changing, "–") },
    ]
}

#[test]
fn a_page_of_everything() {
    insta::assert_snapshot!(picture(&mut filled(vec![sentence(), tasks(rows()), facts()]), 60, 28));
}

#[test]
fn narrow() {
    insta::assert_snapshot!(picture(&mut filled(vec![sentence(), tasks(rows()), facts()]), 24, 14));
}

#[test]
fn an_empty_panel_says_so() {
    insta::assert_snapshot!(picture(&mut filled(vec![sentence(), tasks(vec![])]), 60, 10));
}

#[test]
fn the_cursor_is_always_on_the_screen() {
    let many = |prefix: &str| (0..40).map(|n| row(&format!("{prefix}{n}"), Health::Well, "1")).collect::<Vec<_>>();
    let mut second = tasks(many("y"));
    second.key = "more".into();
    let mut sheet = filled(vec![sentence(), tasks(many("x")), facts(), second]);
    for delta in [1, 1, 1, 40, 40, 9, -60, -60, 200, -1, -1, -300] {
        sheet.step(delta);
        let buffer = drawn(&mut sheet, 60, 12);
        let cursors = (0..12).filter(|y| buffer[(0, *y)].symbol() == "▸").count();
        assert_eq!(cursors, 1, "after {delta} at {}", sheet.position());
    }
    assert_eq!((sheet.position(), sheet.offset), (0, 0));
}

#[test]
fn nothing_breaks_at_any_size() {
    let mut sheet = filled(vec![sentence(), tasks(rows()), facts()]);
    let mut sizes = 0;
    for columns in 0..24 {
        for rows in 0..9 {
            for position in 0..sheet.len() {
                sheet.go(position);
                drawn(&mut sheet, columns, rows);
                sizes += 1;
            }
        }
    }
    assert_eq!(sizes, 24 * 9 * 9);
}

#[test]
fn the_cursor_follows_its_row_and_stays_in_place_when_it_is_gone() {
    let mut sheet = filled(vec![tasks(rows())]);
    sheet.go(1);
    let mut moved = rows();
    moved.reverse();
    sheet.fill(vec![sentence(), tasks(moved)], false);
    assert_eq!(sheet.current().map(|(_, item)| item.key.as_str()), Some("b"));
    sheet.fill(vec![sentence(), tasks(vec![row("a", Health::Bad, "1"), row("c", Health::Bad, "1")])], false);
    assert_eq!(sheet.current().map(|(_, item)| item.key.as_str()), Some("c"), "the row that took its place");
}

#[test]
fn tab_goes_from_panel_to_panel_and_around() {
    let mut sheet = filled(vec![sentence(), tasks(rows()), tasks(vec![]), facts()]);
    let mut at = Vec::new();
    for forward in [true, true, true, false] {
        sheet.panel(forward);
        at.push(sheet.position());
    }
    assert_eq!(at, [1, 4, 0, 4]);
}

#[test]
fn a_digit_or_a_name_leads_to_a_panel_and_what_is_sick_is_sought() {
    let mut sheet = filled(vec![sentence(), tasks(vec![]), tasks(rows()), facts()]);
    assert!(sheet.panel_at(2) && sheet.position() == 1);
    assert!(sheet.panel_at(3) && sheet.position() == 4);
    assert!(!sheet.panel_at(4) && !sheet.panel_at(0) && sheet.position() == 4);
    assert_eq!(
        (sheet.panel_called("fac"), sheet.panel_called("Tasks"), sheet.panel_called("x")),
        (Some(3), Some(2), None)
    );
    sheet.seek_sick();
    assert_eq!(sheet.position(), 1, "the finding leads nowhere, the task does");
    let drawn = drawn(&mut sheet, 60, 30);
    let text: String = drawn.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains(" 2 tasks 3 ") && text.contains(" 3 facts "), "{text}");
}

#[test]
fn names_lose_what_they_all_begin_with_where_there_is_no_room_for_it() {
    let names = ["city-prod-backend-response-time", "city-prod-backend-cpu", "city-prod-frontend-cpu"];
    let mut sheet = filled(vec![tasks(names.iter().map(|name| row(name, Health::Well, "1")).collect())]);
    let text = |sheet: &mut Sheet, columns| -> String {
        drawn(sheet, columns, 6).content().iter().map(ratatui::buffer::Cell::symbol).collect()
    };
    let wide = text(&mut sheet, 80);
    assert!(names.iter().all(|name| wide.contains(name)), "{wide}");
    let narrow = text(&mut sheet, 40);
    assert!(narrow.contains("…backend-cpu") && narrow.contains("…frontend-cpu"), "{narrow}");
    assert!(!narrow.contains("city-prod"), "{narrow}");
    assert_eq!(sheet.rows().map(|(_, item)| item.name.as_str()).collect::<Vec<_>>(), names, "copying copies it whole");
}

#[test]
fn only_what_is_not_well_leaves_out_what_has_no_health() {
    let mut sheet = filled(vec![sentence(), tasks(rows()), facts()]);
    sheet.set_unwell(true);
    assert_eq!(sheet.rows().map(|(_, item)| item.key.as_str()).collect::<Vec<_>>(), ["finding", "a", "c"]);
    sheet.set_unwell(false);
    assert_eq!(sheet.len(), sheet.total());
}

#[test]
fn sorting_by_a_column_counts_figures_and_puts_dashes_last() {
    let mut sheet = filled(vec![tasks(rows())]);
    let keys = |sheet: &Sheet| sheet.rows().map(|(_, item)| item.key.clone()).collect::<String>();
    let by = |descending| Some(Sorting { block: "tasks".into(), column: 2, descending });
    sheet.sort(by(false));
    assert_eq!(keys(&sheet), "abc");
    sheet.sort(by(true));
    assert_eq!(keys(&sheet), "bac");
    sheet.fill(vec![tasks(rows())], false);
    assert_eq!(keys(&sheet), "bac", "the order chosen survives a refresh");
    sheet.sort(None);
    assert_eq!(keys(&sheet), "abc");
}

#[test]
fn a_filter_begins_at_its_first_row_and_esc_comes_back_to_where_one_was() {
    let mut sheet = filled(vec![sentence(), tasks(rows()), facts()]);
    sheet.go(7);
    let before = sheet.current().map(|(_, item)| item.key.clone());
    sheet.set_filter("well");
    assert_eq!(sheet.position(), 0);
    assert_eq!(sheet.current().map(|(_, item)| item.key.as_str()), Some("b"));
    sheet.set_filter("");
    assert_eq!(sheet.current().map(|(_, item)| item.key.clone()), before);
}
