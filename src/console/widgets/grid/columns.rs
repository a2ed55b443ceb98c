//! How wide each column of a grid becomes, and which ones give way when there is little room.
//! Pure arithmetic over display columns.

use crate::text::Align;

/// How a column finds its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Always this many columns.
    Fixed(u16),
    /// As wide as its widest visible text or its title, within these bounds.
    Fit {
        /// Never narrower.
        min: u16,
        /// Never wider.
        max: u16,
    },
    /// Takes what the others leave, as far as its text needs it: a table is as wide as its content and no wider.
    Fill {
        /// Never narrower.
        min: u16,
    },
}

/// One column of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its heading.
    pub title: &'a str,
    /// How it finds its width.
    pub rule: Rule,
    /// Which edge its text leans on.
    pub align: Align,
    /// How dearly it is kept: when room is short, the column with the lowest value goes first.
    pub keep: u8,
    /// The widest of all its texts, where more is known than what is on the screen: so widths stay while one scrolls.
    pub widest: u16,
}

impl<'a> Column<'a> {
    /// A left-aligned column.
    pub const fn new(title: &'a str, rule: Rule, keep: u8) -> Self {
        Column { title, rule, align: Align::Left, keep, widest: 0 }
    }

    /// The same, right-aligned.
    pub const fn right(self) -> Self {
        Column { align: Align::Right, ..self }
    }

    /// The same, with the widest of all its texts.
    pub const fn widest(self, widest: u16) -> Self {
        Column { widest, ..self }
    }

    fn least(&self) -> u16 {
        match self.rule {
            Rule::Fixed(n) | Rule::Fit { min: n, .. } | Rule::Fill { min: n, .. } => n,
        }
    }
}

/// The gap between columns in `room` columns, and the width of each: two where nothing is cut for it, else one.
pub fn spaced(columns: &[Column<'_>], natural: &[u16], room: u16) -> (u16, Vec<Option<u16>>) {
    let wide = widths(columns, natural, room, 2);
    let whole = columns.iter().zip(natural).zip(&wide).all(|((column, natural), width)| match column.rule {
        Rule::Fixed(_) => width.is_some(),
        Rule::Fit { .. } | Rule::Fill { .. } => width.is_some_and(|width| width >= column.widest.max(*natural)),
    });
    if whole { (2, wide) } else { (1, widths(columns, natural, room, 1)) }
}

/// The width of each column in `room` columns with `gap` between them; `None` for those dropped.
/// `natural` holds the widest text of each.
pub fn widths(columns: &[Column<'_>], natural: &[u16], room: u16, gap: u16) -> Vec<Option<u16>> {
    let mut widths: Vec<Option<u16>> = columns.iter().map(|column| Some(column.least())).collect();
    while needed(&widths, gap) > u32::from(room) && widths.iter().flatten().count() > 1 {
        drop_one(columns, &mut widths);
    }
    if needed(&widths, gap) > u32::from(room) {
        for width in widths.iter_mut().flatten() {
            *width = (*width).min(room);
        }
        return widths;
    }
    let mut spare = room.saturating_sub(u16::try_from(needed(&widths, gap)).unwrap_or(u16::MAX));
    let bound = |column: &Column<'_>, natural: u16| match column.rule {
        Rule::Fit { max, .. } => natural.min(max),
        Rule::Fixed(_) | Rule::Fill { .. } => 0,
    };
    grow(columns, natural, (&mut widths, &mut spare), bound);
    // What fills gets what it has to say; what is left after that goes to texts that their bounds cut.
    let filling = |column: &Column<'_>, natural: u16| match column.rule {
        Rule::Fill { .. } => natural.max(column.widest),
        Rule::Fixed(_) | Rule::Fit { .. } => 0,
    };
    grow(columns, natural, (&mut widths, &mut spare), filling);
    let unbound = |column: &Column<'_>, natural: u16| match column.rule {
        Rule::Fit { .. } => natural.max(column.widest),
        Rule::Fixed(_) | Rule::Fill { .. } => 0,
    };
    grow(columns, natural, (&mut widths, &mut spare), unbound);
    widths
}

fn needed(widths: &[Option<u16>], gap: u16) -> u32 {
    let shown = widths.iter().flatten();
    let gaps = u32::try_from(shown.clone().count().saturating_sub(1)).unwrap_or(u32::MAX);
    shown.map(|width| u32::from(*width)).sum::<u32>().saturating_add(gaps.saturating_mul(u32::from(gap)))
}

/// Of those kept least dearly, the rightmost goes.
fn drop_one(columns: &[Column<'_>], widths: &mut [Option<u16>]) {
    let victim = columns
        .iter()
        .zip(widths.iter_mut())
        .rev()
        .filter(|(_, width)| width.is_some())
        .min_by_key(|(column, _)| column.keep);
    if let Some((_, width)) = victim {
        *width = None;
    }
}

/// Widens columns to what `wanted` says of each with its widest text, the dearest first, while there is room.
fn grow(
    columns: &[Column<'_>],
    natural: &[u16],
    (widths, spare): (&mut [Option<u16>], &mut u16),
    wanted: impl Fn(&Column<'_>, u16) -> u16,
) {
    let mut growing: Vec<_> = columns
        .iter()
        .zip(natural)
        .zip(widths.iter_mut())
        .filter_map(|((column, natural), width)| Some((column, *natural, width.as_mut()?)))
        .collect();
    growing.sort_by_key(|(column, _, _)| std::cmp::Reverse(column.keep));
    for (column, natural, width) in growing {
        let more = wanted(column, natural).saturating_sub(*width).min(*spare);
        *width += more;
        *spare -= more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FLEET: [Column<'static>; 4] = [
        Column::new("ENVIRONMENT", Rule::Fit { min: 8, max: 20 }, 9),
        Column::new("STAGE", Rule::Fixed(6), 3),
        Column::new("VERDICT", Rule::Fill { min: 10 }, 8),
        Column::new("TASKS", Rule::Fixed(5), 5).right(),
    ];

    #[test]
    fn fitting_columns_grow_before_filling_ones_take_the_rest() {
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 60, 2), [Some(14), Some(6), Some(29), Some(5)]);
    }

    #[test]
    fn a_text_is_cut_only_where_all_room_is_used() {
        // The verdict has ten columns to say, so the name may be longer than its bound.
        assert_eq!(widths(&FLEET, &[26, 4, 10, 3], 60, 2), [Some(26), Some(6), Some(10), Some(5)]);
        assert_eq!(widths(&FLEET, &[26, 4, 30, 3], 60, 2), [Some(20), Some(6), Some(23), Some(5)]);
    }

    #[test]
    fn the_least_dear_go_first_when_it_gets_narrow() {
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 30, 2), [Some(11), None, Some(10), Some(5)]);
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 20, 2), [Some(8), None, Some(10), None]);
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 12, 2), [Some(12), None, None, None]);
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 3, 2), [Some(3), None, None, None]);
    }

    #[test]
    fn a_table_is_no_wider_than_its_content() {
        assert_eq!(widths(&FLEET, &[14, 4, 30, 3], 200, 2), [Some(14), Some(6), Some(30), Some(5)]);
        assert_eq!(widths(&[], &[], 21, 1), []);
    }

    #[test]
    fn columns_stand_closer_before_anything_is_cut() {
        let fitting = [Column::new("a", Rule::Fit { min: 4, max: 30 }, 1), Column::new("b", Rule::Fill { min: 4 }, 2)];
        assert_eq!(spaced(&fitting, &[10, 10], 22), (2, vec![Some(10), Some(10)]));
        assert_eq!(spaced(&fitting, &[10, 10], 21), (1, vec![Some(10), Some(10)]));
        assert_eq!(spaced(&fitting, &[10, 10], 18), (1, vec![Some(10), Some(7)]));
    }

    proptest! {
        #[test]
        fn never_wider_than_the_room(room in 0u16..250, gap in 0u16..4, natural in proptest::collection::vec(0u16..90, 4)) {
            let widths = widths(&FLEET, &natural, room, gap);
            prop_assert!(needed(&widths, gap) <= u32::from(room));
        }
    }
}
