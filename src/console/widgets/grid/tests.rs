//! Pictures of the grid in every state, and proof that it builds only what it shows.

use super::*;
use crate::console::widgets::testing::{at_every_small_size, draw, night};
use std::cell::RefCell;

const COLUMNS: [Column<'static>; 3] = [
    Column::new("NAME", Rule::Fit { min: 4, max: 16 }, 9),
    Column::new("VERDICT", Rule::Fill { min: 6 }, 5),
    Column::new("TASKS", Rule::Fixed(5), 3).right(),
];

fn row<'a>(name: &'a str, verdict: &'a str, role: Role) -> Row<'a> {
    Row { cells: vec![Cell::text(name), Cell::new(verdict, role), Cell::text("2/2")], ..Row::default() }
}

fn picture(columns: u16, lines: u16, rows: &[Row<'static>], selected: usize) -> String {
    let theme = night();
    let mut state = GridState { selected, offset: 0 };
    let buffer = draw(columns, lines, |area, buf| {
        Grid::new(&COLUMNS, rows.len(), &theme, |at| rows[at].clone())
            .sort(Some((0, Order::Ascending)))
            .empty("no environments; check the credentials")
            .render(area, buf, &mut state);
    });
    format!("{buffer:?}")
}

fn fleet() -> Vec<Row<'static>> {
    vec![
        Row { changed: true, ..row("prooflink-prod", "3 of 4 targets answer 502", Role::Bad) },
        Row {
            marked: true, ..row("本番環境・東京リージョン", "対象が応答しません 👩\u{200D}👧", Role::Worrying)
        },
        Row { stale: true, ..row("city-dev", "asleep", Role::Asleep) },
    ]
}

#[test]
fn empty() {
    insta::assert_snapshot!(picture(44, 4, &[], 0));
}

#[test]
fn one() {
    insta::assert_snapshot!(picture(44, 4, &fleet()[..1], 0));
}

#[test]
fn many_with_wide_text_marks_and_stale_rows() {
    insta::assert_snapshot!(picture(44, 5, &fleet(), 1));
}

#[test]
fn more_than_fit_have_a_scrollbar() {
    let rows: Vec<_> = fleet().into_iter().cycle().take(9).collect();
    insta::assert_snapshot!(picture(30, 4, &rows, 7));
}

#[test]
fn ten_columns() {
    insta::assert_snapshot!(picture(10, 4, &fleet(), 0));
}

#[test]
fn a_match_is_lit_behind_wide_and_hostile_text() {
    let theme = night();
    let buffer = draw(30, 2, |area, buf| {
        let name = "本\u{1b}番prod";
        Grid::new(&COLUMNS, 1, &theme, |_| Row {
            cells: vec![Cell::text(name).matched(vec![7..11, 90..99])],
            ..Row::default()
        })
        .focused(false)
        .render(area, buf, &mut GridState::default());
    });
    insta::assert_snapshot!(format!("{buffer:?}"));
}

#[test]
fn only_visible_rows_are_built() {
    let theme = night();
    let built = RefCell::new(Vec::new());
    let mut state = GridState { selected: 5_000, offset: 4_990 };
    draw(200, 60, |area, buf| {
        Grid::new(&COLUMNS, 10_000, &theme, |at| {
            built.borrow_mut().push(at);
            row("name", "well", Role::Well)
        })
        .render(area, buf, &mut state);
    });
    assert_eq!(built.into_inner(), (4_990..5_049).collect::<Vec<_>>());
}

#[test]
fn no_size_breaks_it() {
    let (theme, rows) = (night(), fleet());
    let drawn = at_every_small_size(|area, buf| {
        let mut state = GridState { selected: 9, offset: 7 };
        Grid::new(&COLUMNS, rows.len(), &theme, |at| rows[at].clone()).render(area, buf, &mut state);
        assert_eq!(state.selected, 2);
    });
    assert_eq!(drawn, 70);
}
