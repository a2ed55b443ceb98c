//! The order of rows by a column a reader chose. Figures compare as figures, so that 9 comes
//! before 10; dashes come last either way. Pure.

use std::cmp::Ordering;

use super::{Block, Sorting};

/// Sorts indices into `block.items`; equals keep their order.
pub(super) fn sort(items: &mut [usize], block: &Block, sorting: &Sorting) {
    let text = |item: &usize| -> &str {
        block.items.get(*item).and_then(|item| item.look.cell(sorting.column)).unwrap_or_default()
    };
    items.sort_by(|a, b| {
        let (a, b) = (text(a), text(b));
        let missing = |text: &str| text.is_empty() || text == "–" || text == "-";
        missing(a).cmp(&missing(b)).then_with(|| {
            let order = natural(a, b);
            if sorting.descending { order.reverse() } else { order }
        })
    });
}

/// Compares texts as a person would: case aside, runs of digits by their value.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a_rest.chars().next(), b_rest.chars().next()) else {
            return a_rest.len().cmp(&b_rest.len()).then_with(|| a.cmp(b));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (a_digits, a_after) = digits(a_rest);
            let (b_digits, b_after) = digits(b_rest);
            let order = a_digits.len().cmp(&b_digits.len()).then_with(|| a_digits.cmp(b_digits));
            if order != Ordering::Equal {
                return order;
            }
            (a_rest, b_rest) = (a_after, b_after);
            continue;
        }
        let order = x.to_lowercase().cmp(y.to_lowercase());
        if order != Ordering::Equal {
            return order;
        }
        a_rest = a_rest.get(x.len_utf8()..).unwrap_or_default();
        b_rest = b_rest.get(y.len_utf8()..).unwrap_or_default();
    }
}

/// The digits at the start without leading zeros, and what follows them.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("9 of 10", "10 of 10", Ordering::Less)]
    #[case("task-2", "task-10", Ordering::Less)]
    #[case("Alpha", "beta", Ordering::Less)]
    #[case("x", "x1", Ordering::Less)]
    #[case("007", "8", Ordering::Less)]
    #[case("本番2", "本番10", Ordering::Less)]
    #[case("same", "same", Ordering::Equal)]
    fn as_a_person_would(#[case] a: &str, #[case] b: &str, #[case] expected: Ordering) {
        assert_eq!(natural(a, b), expected);
        assert_eq!(natural(b, a), expected.reverse());
    }
}
