//! Text measured and cut in terminal columns, by grapheme, so that wide characters never push a
//! column out of line. No styles and no drawing; hostile text goes through `harmless` first.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const ELLIPSIS: char = '…';

/// Which side of a column text leans on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Text starts at the left edge; padding goes right.
    #[default]
    Left,
    /// Text ends at the right edge; for numbers and ages.
    Right,
}

/// The number of terminal columns `text` takes.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.len();
    }
    text.graphemes(true).map(columns_of).sum()
}

/// Joins pictures to one picture, where a terminal can.
const JOINER: char = '\u{200D}';

/// The columns of one grapheme. Pictures that are joined count one by one: terminals do not agree on how wide they are
/// together, and [`unjoined`] is what is drawn.
fn columns_of(grapheme: &str) -> usize {
    grapheme.split(JOINER).map(UnicodeWidthStr::width).sum()
}

/// `text` with joined pictures beside each other, so that every terminal gives them the same columns.
pub fn unjoined(text: &str) -> Cow<'_, str> {
    if text.contains(JOINER) { Cow::Owned(text.replace(JOINER, "")) } else { Cow::Borrowed(text) }
}

/// At most `columns` columns of `text`, ending in `…` when something was cut; never padded.
pub fn truncate(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut out = head(text, columns - 1).to_owned();
    out.push(ELLIPSIS);
    out
}

/// `text` in exactly `columns` columns: cut with `…`, or padded on the right.
pub fn fit(text: &str, columns: usize) -> String {
    let mut out = truncate(text, columns);
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// Like [`fit`], leaning on the right edge: padded on the left.
pub fn fit_right(text: &str, columns: usize) -> String {
    let cut = truncate(text, columns);
    let mut out = " ".repeat(columns.saturating_sub(width(&cut)));
    out.push_str(&cut);
    out
}

/// [`fit`] or [`fit_right`], by `side`.
pub fn align(text: &str, columns: usize, side: Align) -> String {
    match side {
        Align::Left => fit(text, columns),
        Align::Right => fit_right(text, columns),
    }
}

/// At most `columns` columns of `text`, cut in the middle: ids and ARNs differ at their ends.
pub fn middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let room = columns - 1;
    // The end tells more than the start, so an odd column goes to it.
    let end = tail(text, room - room / 2);
    let start = head(text, room - width(end));
    format!("{start}{ELLIPSIS}{end}")
}

/// `text` in lines of at most `columns` columns, broken between words where possible and inside
/// a word where not. Line feeds break too. No columns: no lines. No text: one empty line.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    if columns == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, columns, &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, columns: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    for word in pieces(text, columns) {
        let word_width = width(word);
        if used + word_width <= columns {
            line.push_str(word);
            used += word_width;
            continue;
        }
        if word.chars().all(char::is_whitespace) {
            // A break may eat the space it stands on.
            lines.push(std::mem::take(&mut line));
            used = 0;
            continue;
        }
        if word_width <= columns {
            lines.push(line.trim_end().to_owned());
            line = word.to_owned();
            used = word_width;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let grapheme_width = columns_of(grapheme);
            if used + grapheme_width > columns && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            // A wide character in one column can't be shown; a mark in its place can.
            if grapheme_width > columns {
                line.push(ELLIPSIS);
                used += 1;
            } else {
                line.push_str(grapheme);
                used += grapheme_width;
            }
        }
    }
    lines.push(line.trim_end().to_owned());
}

/// The pieces of a text between which a line of `columns` may be broken. What is written without a space keeps together
/// up to half a line; what is longer, or is written without spaces at all, may be broken between its words, but never
/// between a word and the marks about it: a backquote opens with its word and closes with it.
fn pieces(text: &str, columns: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != blank).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        if blank || (run.is_ascii() && run.len() * 2 <= columns) {
            pieces.push(run);
        } else {
            words(run, &mut pieces);
        }
    }
    pieces
}

/// The words of a run without spaces, each with the marks that stand before the first or behind it.
fn words<'a>(run: &'a str, pieces: &mut Vec<&'a str>) {
    let is_mark = |piece: &str| piece.bytes().all(|byte| byte.is_ascii_punctuation());
    let (mut start, mut named) = (0, false);
    for (at, piece) in run.split_word_bound_indices() {
        if is_mark(piece) {
            continue;
        }
        if named {
            pieces.extend(run.get(start..at));
            start = at;
        }
        named = true;
    }
    pieces.extend(run.get(start..));
}

/// The longest start of `text` within `columns`.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += columns_of(grapheme);
        if used > columns {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The longest end of `text` within `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += columns_of(grapheme);
        if used > columns {
            return text.get(at + grapheme.len()..).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_pictures_take_the_columns_of_each_wherever_they_are_drawn() {
        let family = "👨\u{200D}👩\u{200D}👧";
        assert_eq!((width(family), width(&unjoined(family)), unjoined(family).as_ref()), (6, 6, "👨👩👧"));
        assert_eq!(width(&fit(family, 10)), 10);
        assert_eq!(truncate(family, 5), "…", "a picture is not cut in half");
        assert!(matches!(unjoined("東京"), Cow::Borrowed(_)));
    }

    use crate::text::harmless;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("prod", 6, "prod  ")]
    #[case("prooflink", 6, "proof…")]
    #[case("本番環境", 8, "本番環境")]
    #[case("本番環境", 7, "本番環…")]
    #[case("本番環境", 6, "本番… ")]
    #[case("👩\u{200D}👧x", 2, "… ")]
    #[case("", 3, "   ")]
    #[case("x", 0, "")]
    fn fits_by_columns(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(fit(text, columns), expected);
    }

    #[rstest]
    #[case("42", 5, "   42")]
    #[case("東京", 5, " 東京")]
    #[case("123456", 4, "123…")]
    fn leans_right(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(fit_right(text, columns), expected);
    }

    #[rstest]
    #[case("arn:aws:ecs:task/0123456789abcdef", 12, "arn:a…abcdef")]
    #[case("i-0abc", 6, "i-0abc")]
    #[case("本番環境の台帳", 6, "本…帳")]
    #[case("abc", 1, "…")]
    #[case("abc", 0, "")]
    fn elides_the_middle(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(middle(text, columns), expected);
    }

    #[rstest]
    #[case("task failed to start", 9, &["task", "failed to", "start"])]
    #[case("対象は応答しません", 6, &["対象は", "応答し", "ません"])]
    #[case("OutOfMemoryError", 6, &["OutOfM", "emoryE", "rror"])]
    #[case("a\nb", 4, &["a", "b"])]
    #[case("tell `--revision 8` deploys it", 16, &["tell `--revision", "8` deploys it"])]
    #[case("look: `watch` on it", 14, &["look: `watch`", "on it"])]
    #[case("see `a-very-long-name` there", 12, &["see `a-very-", "long-name`", "there"])]
    #[case("", 4, &[""])]
    #[case("本", 1, &["…"])]
    #[case("anything", 0, &[])]
    fn wraps(#[case] text: &str, #[case] columns: usize, #[case] expected: &[&str]) {
        assert_eq!(wrap(text, columns), expected);
    }

    proptest! {
        #[test]
        fn a_fitted_cell_is_exactly_as_wide_as_its_column(text in any::<String>(), columns in 0usize..40) {
            let text = harmless(&text);
            prop_assert_eq!(width(&fit(&text, columns)), columns);
            prop_assert_eq!(width(&fit_right(&text, columns)), columns);
        }

        #[test]
        fn wide_text_fits_too(text in "[a本ﾊ👩🇯🇵é…\u{200D} ]{0,20}", columns in 0usize..24) {
            prop_assert_eq!(width(&fit(&text, columns)), columns);
            prop_assert!(width(&middle(&text, columns)) <= columns);
        }

        #[test]
        fn no_line_is_wider_than_asked(text in any::<String>(), columns in 1usize..30) {
            for line in wrap(&harmless(&text), columns) {
                prop_assert!(width(&line) <= columns, "{line:?}");
            }
        }
    }
}
