//! Pictures of the reader, and its ways of moving and searching.

use super::*;
use crate::console::widgets::testing::{at_every_small_size, draw, night};

fn log() -> Vec<Line<'static>> {
    vec![
        Line::new("13:58 ", Role::Dim).then("ERROR connection refused by db", Role::Bad),
        Line::new("対象は応答しません: timeout", Role::Text),
        Line::new("", Role::Text),
        Line::new("last\u{1b}[0m line", Role::Text),
    ]
}

fn picture(columns: u16, rows: u16, lines: &[Line<'_>], (wrap, search): (bool, &str), place: ScrollPosition) -> String {
    let theme = night();
    let buffer = draw(columns, rows, |area, buf| Lines { lines, wrap, search, theme: &theme }.render(area, buf, place));
    format!("{buffer:?}")
}

#[test]
fn empty() {
    insta::assert_snapshot!(picture(20, 2, &[], (true, "x"), ScrollPosition::default()));
}

#[test]
fn cut_with_a_match_across_parts() {
    insta::assert_snapshot!(picture(24, 4, &log(), (false, "8 error"), ScrollPosition::default()));
}

#[test]
fn cut_and_scrolled_sideways() {
    insta::assert_snapshot!(picture(
        16,
        4,
        &log(),
        (false, ""),
        ScrollPosition { left: 5, ..ScrollPosition::default() }
    ));
}

#[test]
fn broken_lines() {
    insta::assert_snapshot!(picture(10, 6, &log(), (true, ""), ScrollPosition { row: 1, ..ScrollPosition::default() }));
}

#[test]
fn a_line_longer_than_the_screen_can_be_read_to_its_end() {
    let (theme, lines) = (night(), [Line::new("abcdefghij", Role::Text)]);
    let lines = Lines { lines: &lines, wrap: true, search: "", theme: &theme };
    let rows: Vec<_> = (0..6).map(|delta| ScrollPosition::default().moved(&lines, delta, 2, 2).row).collect();
    assert_eq!(rows, [0, 1, 2, 3, 3, 3]);
    assert_eq!(ScrollPosition::end(&lines, 2, 2).moved(&lines, -1, 2, 2).row, 2);
}

#[test]
fn a_long_line_breaks_between_words_and_goes_on_below_its_beginning() {
    let text = "    → allow rds:DescribeDBInstances in the policy of the role that toban was started with";
    let drawn = |columns: u16| -> Vec<String> {
        let graphemes: Vec<&str> = text.graphemes(true).collect();
        let row = |row: &Row| " ".repeat(usize::from(row.indent)) + &graphemes[row.graphemes.clone()].concat();
        rows(text, columns, true).iter().map(row).collect()
    };
    assert_eq!(
        drawn(44),
        ["    → allow rds:DescribeDBInstances in the", "      policy of the role that toban was", "      started with"]
    );
    let id = "  key          arn:aws:ecs:ap-northeast-1:123456789012:task/cluster/9b5ab31059aab6865073e8d3";
    let graphemes: Vec<&str> = id.graphemes(true).collect();
    let broken = rows(id, 50, true);
    assert_eq!(graphemes[broken[0].graphemes.clone()].concat().len(), 50, "a long id begins where it is named");
    assert_eq!(broken[1].indent, 15, "and goes on below itself");
    assert!(drawn(20).iter().skip(1).all(|row| !row.starts_with(' ')), "no column is given away where there are few");
    assert!((1..100).all(|columns| drawn(columns).iter().all(|row| width(row) <= usize::from(columns))));
}

#[test]
fn moving_stops_at_both_ends_and_mends_a_stale_place() {
    let (theme, log) = (night(), log());
    let lines = Lines { lines: &log, wrap: false, search: "", theme: &theme };
    assert_eq!(ScrollPosition::default().moved(&lines, 9, 80, 2), ScrollPosition { line: 2, row: 0, left: 0 });
    assert_eq!(
        ScrollPosition { line: 99, row: 9, left: 4 }.moved(&lines, -1, 80, 2),
        ScrollPosition { line: 2, row: 0, left: 4 }
    );
    let none = Lines { lines: &[], ..lines };
    assert_eq!(ScrollPosition::default().moved(&none, 5, 80, 2), ScrollPosition::default());
}

#[test]
fn searching_goes_around() {
    let (theme, log) = (night(), log());
    let lines = Lines { lines: &log, wrap: false, search: "E", theme: &theme };
    assert_eq!(lines.find(0, false), Some(1));
    assert_eq!(lines.find(3, false), Some(0));
    assert_eq!(lines.find(0, true), Some(3));
    assert_eq!(lines.find(usize::MAX - 9, true).map(|at| at < 4), Some(true));
    assert_eq!(Lines { search: "nowhere", ..lines }.find(0, false), None);
    assert_eq!(Lines { lines: &[], wrap: false, search: "E", theme: &theme }.find(0, false), None);
}

#[test]
fn no_size_breaks_it() {
    let (theme, log) = (night(), log());
    for wrap in [true, false] {
        let drawn = at_every_small_size(|area, buf| {
            let lines = Lines { lines: &log, wrap, search: "応", theme: &theme };
            lines.render(area, buf, ScrollPosition { line: 1, row: 1, left: 1 });
            let place = ScrollPosition::default().moved(&lines, 100, area.width, area.height);
            assert!(place.line < log.len());
        });
        assert_eq!(drawn, 70);
    }
}
