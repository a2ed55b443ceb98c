//! A bar that shows how far something is: done, on its way, to come. Made of text, so that it fits
//! into a cell of a grid as well as on a line of its own; three shades tell the parts apart
//! without colour.

/// How far something is, in pieces of the same size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pieces that are there.
    pub done: u32,
    /// Pieces on their way.
    pub pending: u32,
    /// Pieces wanted in all.
    pub total: u32,
}

/// The bar and its count, `██▒░ 3/4`, with a bar of `columns` columns. Anything done shows, and
/// the bar is full only when all is. Nothing wanted: an empty bar. More than wanted: a full one.
pub fn gauge(progress: Progress, columns: u16) -> String {
    format!("{} {}/{}", bar(progress, columns), progress.done, progress.total)
}

/// The bar alone, exactly `columns` columns wide.
pub fn bar(progress: Progress, columns: u16) -> String {
    let columns = usize::from(columns);
    let done = share(progress.done, progress.total, columns);
    let reached = share(progress.done.saturating_add(progress.pending), progress.total, columns);
    // A piece on its way is worth a column if there is one.
    let reached = if progress.pending > 0 { reached.max(done + 1).min(columns) } else { reached };
    let pending = reached.saturating_sub(done);
    ["█".repeat(done), "▒".repeat(pending), "░".repeat(columns - done - pending)].concat()
}

fn share(part: u32, total: u32, columns: usize) -> usize {
    if total == 0 || part == 0 {
        return 0;
    }
    if part >= total {
        return columns;
    }
    let exact = u64::from(part) * u64::try_from(columns).unwrap_or(u64::MAX) / u64::from(total);
    let exact = usize::try_from(exact).unwrap_or(columns);
    exact.max(1).min(columns.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::rolling((2, 1, 4), 4, "██▒░ 2/4")]
    #[case::done((4, 0, 4), 4, "████ 4/4")]
    #[case::nothing_wanted((0, 0, 0), 4, "░░░░ 0/0")]
    #[case::scaling_down((6, 0, 4), 4, "████ 6/4")]
    #[case::little_still_shows((1, 0, 100), 4, "█░░░ 1/100")]
    #[case::nearly_is_not_all((99, 0, 100), 4, "███░ 99/100")]
    #[case::starting((0, 1, 100), 4, "▒░░░ 0/100")]
    #[case::no_room((1, 1, 2), 0, " 1/2")]
    fn bars(#[case] (done, pending, total): (u32, u32, u32), #[case] columns: u16, #[case] expected: &str) {
        assert_eq!(gauge(Progress { done, pending, total }, columns), expected);
    }

    proptest! {
        #[test]
        fn a_bar_is_exactly_as_wide_as_asked(done: u32, pending: u32, total: u32, columns in 0u16..80) {
            let bar = bar(Progress { done, pending, total }, columns);
            prop_assert_eq!(crate::text::width(&bar), usize::from(columns));
        }
    }
}
