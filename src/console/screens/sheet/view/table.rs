//! A block's table in terms of the grid: how wide its columns are, what its rows look like.
//! Knows columns by their rules only; draws nothing itself.

use super::{Paint, role};
use crate::console::screens::sheet::{Item, Panel, RowStyle, Sheet};
use crate::console::widgets::grid;
use crate::console::widgets::grid::{Order, Rule};
use crate::console::widgets::span_styles::small;
use crate::display::{Align, Cell, Column, Width};
use crate::text::width;
use crate::theme::mark;

/// A block's table in terms of the grid.
pub(super) struct Table<'a> {
    sheet: &'a Sheet,
    /// Its columns.
    pub(super) columns: Vec<grid::Column<'a>>,
    marked: bool,
    /// The columns that are shown, by their places in the block.
    shown: Vec<usize>,
    /// The bytes that names begin with alike.
    common: usize,
    /// The column that holds a sentence.
    sentence: Option<usize>,
    /// The column that names the environment of a row.
    home: Option<usize>,
    /// Which column it is sorted by.
    pub(super) sort: Option<(usize, Order)>,
}

impl<'a> Table<'a> {
    pub(super) fn of(sheet: &'a Sheet, panel: Panel<'a>, (room, paint): (u16, Paint<'_>)) -> Self {
        let (block, marked) = (panel.block, panel.marked());
        let sign = marked.then(|| grid::Column::new("", Rule::Fixed(1), 9));
        let away = paint.hidden.get(&block.key);
        let is_shown =
            |at: usize, title: &str| at == 0 || !away.is_some_and(|away| away.iter().any(|one| one == title));
        let shown: Vec<usize> =
            block.columns.iter().enumerate().filter(|(at, it)| is_shown(*at, it.title)).map(|(at, _)| at).collect();
        let home = block.columns.iter().position(|column| column.title == "ENVIRONMENT").filter(|at| *at > 0);
        let speaks = block.columns.iter().any(|column| matches!(column.title, "WHY" | "VERDICT" | "FOUND IN"));
        // Of all rows, not only of those on the screen: columns must not move while one scrolls.
        let spec = |at: &usize| {
            let narrow = Narrow { is_name: *at == 0, is_list: home.is_some() };
            let narrow = (room < NARROW && speaks).then_some(narrow);
            Some(column(block.columns.get(*at)?, small(panel.widest(*at)), (room, narrow)))
        };
        let columns = sign.into_iter().chain(shown.iter().filter_map(spec)).collect();
        let sort = sheet.sorting().filter(|sorting| sorting.block == block.key).and_then(|sorting| {
            let order = if sorting.descending { Order::Descending } else { Order::Ascending };
            let place = shown.iter().position(|at| *at == sorting.column)?;
            Some((place + usize::from(marked), order))
        });
        let sentence = block.columns.iter().position(|column| matches!(column.width, Width::Fill(_)));
        Self { sheet, columns, shown, marked, common: panel.common(), sentence, home, sort }
    }

    /// The bytes at the beginning of a name that repeat the environment which stands beside it.
    fn of_home(&self, texts: &[Cell]) -> usize {
        let Some((home, name)) = self.home.and_then(|at| texts.get(at)).zip(texts.first()) else { return 0 };
        let rest = name.text.strip_prefix(home.text.as_str()).filter(|rest| rest.starts_with('-') && rest.len() > 1);
        rest.map_or(0, |_| home.text.len() + 1)
    }

    /// An item as a row of the grid.
    pub(super) fn row<'r>(&self, item: Option<&'r Item>, paint: Paint<'_>) -> grid::Row<'r> {
        let Some(item) = item else { return grid::Row::default() };
        let RowStyle::Cells(texts) = &item.look else { return grid::Row::default() };
        let sign = self.marked.then(|| {
            item.health.map_or_else(
                || grid::Cell::text(""),
                |health| {
                    let (glyph, _, role) = mark(health);
                    grid::Cell::new(glyph.to_string(), role)
                },
            )
        });
        // Where the filter hit behind the row stands before what its sentence says.
        let hit = self.sheet.hit_behind(item).zip(self.sentence);
        let mut matched: Vec<_> = self.sheet.matches(item);
        let cells = self.shown.iter().filter_map(|at| Some((*at, texts.get(*at)?))).map(|(at, cell)| match hit {
            Some((hit, sentence)) if at == sentence => {
                let text = format!("{hit} · {}", cell.text);
                grid::Cell::new(text, role(cell.tone)).matched(std::iter::once(0..hit.len()).collect())
            }
            _ => {
                let named = at == 0 && item.part_of.is_none() && item.door.is_some();
                let shown = grid::Cell::new(cell.text.as_str(), role(cell.tone))
                    .matched(matched.get_mut(at).map(std::mem::take).unwrap_or_default());
                match (named, self.of_home(texts)) {
                    (false, _) => shown,
                    (true, home) if home > self.common => shown.said_beside(home),
                    (true, _) => shown.common(self.common),
                }
            }
        });
        grid::Row {
            cells: sign.into_iter().chain(cells).collect(),
            changed: item.changed,
            marked: item.door.as_ref().is_some_and(|door| paint.marks.contains(door)),
            stale: item.stale,
        }
    }
}

/// What is dearest to a reader is not cut while there are other columns that can go.
const DEAR: u8 = 7;
const WHOLE: u16 = 30;
/// On a narrow screen names are cut for what is to be said of them: state, since when, why.
const NARROW: u16 = 86;
const NAME: (u16, u16) = (14, 20);
const HOME: (u16, u16) = (11, 14);
const STATE: u16 = 11;
const WHY: u16 = 17;

/// A column of a narrow table that has a sentence of each row.
#[derive(Clone, Copy)]
struct Narrow {
    /// It holds the names.
    is_name: bool,
    /// The table is one over all environments, which are named too.
    is_list: bool,
}

/// How wide a column is at least and at most.
fn bounds(column: &Column, natural: u16, (min, max): (u16, u16), narrow: Option<Narrow>) -> (u16, u16) {
    let wanted = natural.clamp(min, max.max(min));
    match (narrow, column.align) {
        (Some(Narrow { is_name: true, .. }), _) => (wanted.min(NAME.0.max(min)), max.min(NAME.1)),
        (Some(Narrow { is_list: true, .. }), Align::Left) if column.title == "ENVIRONMENT" => {
            (wanted.min(HOME.0.max(min)), max.min(HOME.1))
        }
        (Some(Narrow { is_list: true, .. }), Align::Left) if column.keep == 9 => (wanted.min(STATE.max(min)), max),
        _ => (wanted.min(WHOLE.max(min)), max),
    }
}

fn column(column: &Column, natural: u16, (room, narrow): (u16, Option<Narrow>)) -> grid::Column<'_> {
    let rule = match column.width {
        Width::Fit(min, max) if column.keep >= DEAR => {
            let (least, most) = bounds(column, natural, (min, max), narrow);
            Rule::Fit { min: least, max: most.max(least) }
        }
        Width::Fit(min, max) => Rule::Fit { min: natural.clamp(min, max.max(min)), max },
        // A sentence can be cut and still be read; on a narrow screen half of one is better than none.
        // Where there is nothing to say, the others may say more.
        Width::Fill(_) if natural == 0 => Rule::Fill { min: small(width(column.title)) },
        Width::Fill(min) if column.keep >= DEAR => {
            let most = if narrow.is_some_and(|narrow| narrow.is_list) { WHY } else { (room / 4 + 2).max(8) };
            Rule::Fill { min: natural.clamp(min, WHOLE.max(min)).min(most) }
        }
        Width::Fill(min) => Rule::Fill { min },
    };
    let column_of = grid::Column::new(column.title, rule, column.keep).widest(natural);
    match column.align {
        Align::Left => column_of,
        Align::Right => column_of.right(),
    }
}
