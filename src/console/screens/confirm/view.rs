//! Draws a plan over the screen: what is done first, then what speaks against it, what will differ and the calls; the
//! question last, so that neither end is cut off. Decides nothing; the gate does.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::{Clear, Widget},
};

use super::Confirm;
use crate::change::plan::Difference;
use crate::console::frame_info::FrameInfo;
use crate::console::widgets::area::{centered, split_bottom};
use crate::console::widgets::input::Prompt;
use crate::console::widgets::panel::Panel;
use crate::console::widgets::span_styles::{put_line, small};
use crate::text::{harmless, width, wrap};
use crate::theme::{Role, Theme};

/// How wide a plan is where nothing stands side by side.
const NARROW: u16 = 76;
/// From this width on, what will differ stands beside what is.
const WIDE: u16 = 100;
/// No plan is wider: lines that long are not read.
const WIDEST: u16 = 150;
/// The column of names beside the two sides.
const NAMES: usize = 22;

/// One line: pieces with their columns.
type Line = Vec<(u16, String, Role)>;

/// How much a notice matters, the most first, and what it looks like.
fn rank(notice: &str) -> (u8, Role) {
    let begins = |words: &[&str]| words.iter().any(|word| notice.starts_with(word));
    match () {
        () if begins(&["bad:", "it cannot", "cannot"]) => (0, Role::Bad),
        () if begins(&["worrying:"]) => (1, Role::Worrying),
        () if begins(&["changing:"]) => (3, Role::Changing),
        () => (2, Role::Worrying),
    }
}

fn wrapped(text: &str, role: Role, room: usize) -> impl Iterator<Item = Line> + use<> {
    wrap(&harmless(text), room).into_iter().map(move |line| vec![(0, line, role)])
}

/// What will differ: side by side, or one side below the other.
fn differences(all: &[Difference], room: usize, wide: bool) -> Vec<Line> {
    if all.is_empty() {
        return Vec::new();
    }
    let side = |text: &Option<String>| text.as_deref().map_or("–".to_owned(), |text| harmless(text).into_owned());
    let mut lines: Vec<Line> = vec![Vec::new()];
    if !wide {
        for one in all {
            lines.extend(wrapped(&one.what, Role::Title, room));
            // What was not there has no "before", what goes no "after".
            let sides = [("− ", &one.from, Role::Dim), ("+ ", &one.to, Role::Text)];
            for (sign, text, role) in
                sides.into_iter().filter_map(|(sign, text, role)| Some((sign, text.as_ref()?, role)))
            {
                let text = harmless(text);
                for (at, line) in wrap(&text, room.saturating_sub(4).max(1)).into_iter().enumerate() {
                    let sign = if at == 0 { sign } else { "  " };
                    lines.push(vec![(2, format!("{sign}{line}"), role)]);
                }
            }
        }
        return lines;
    }
    let names = NAMES.min(room / 4);
    let half = (room - names) / 2;
    let (left, right) = (small(names), small(names + half));
    lines.push(vec![(left, "is".to_owned(), Role::Faint), (right, "will be".to_owned(), Role::Faint)]);
    for one in all {
        let column = |text: &str, room: usize| wrap(text, room.saturating_sub(2).max(1));
        let (what, from, to) =
            (column(&harmless(&one.what), names), column(&side(&one.from), half), column(&side(&one.to), half));
        for at in 0..what.len().max(from.len()).max(to.len()) {
            let part = |x: u16, column: &[String], role: Role| column.get(at).map(|text| (x, text.clone(), role));
            let parts = [part(0, &what, Role::Title), part(left, &from, Role::Dim), part(right, &to, Role::Text)];
            lines.push(parts.into_iter().flatten().collect());
        }
    }
    lines
}

fn body(confirm: &Confirm, room: usize, wide: bool) -> Vec<Line> {
    let plan = &confirm.plan;
    let mut lines: Vec<Line> = wrapped(&plan.message, Role::Title, room).collect();
    let protected = if confirm.at.protected { " ■ protected" } else { "" };
    let account = confirm.at.account.as_ref().map(|account| format!(", account {account}")).unwrap_or_default();
    let place = format!("in {}{protected}, {}{account}", plan.environment, plan.scope);
    lines.extend(wrapped(&place, Role::Text, room));
    if !confirm.marked.is_empty() {
        let message = format!("◆ {} marked: {}", confirm.marked.len(), confirm.marked.join(", "));
        lines.extend(wrapped(&message, Role::Marked, room));
    }
    if let Some(why) = &confirm.at.guard.twice {
        lines.extend(wrapped(&format!("! {why}"), Role::Worrying, room));
    }
    if let Some(irreversible) = &plan.irreversible {
        lines.extend(wrapped(&format!("cannot be undone: {irreversible}"), Role::Bad, room));
    }
    let mut notices: Vec<(&String, (u8, Role))> = plan.notices.iter().map(|notice| (notice, rank(notice))).collect();
    notices.sort_by_key(|(_, (rank, _))| *rank);
    for (notice, (_, role)) in notices {
        lines.extend(wrapped(&format!("! {notice}"), role, room));
    }
    lines.extend(differences(&plan.differences, room, wide));
    if !plan.calls.is_empty() {
        lines.push(Vec::new());
    }
    lines.extend(plan.calls.iter().flat_map(|call| wrapped(&format!("· {call}"), Role::Dim, room)));
    lines
}

fn question(confirm: &Confirm) -> String {
    match &confirm.hindrance {
        Some(refused) => format!("refused: {refused} (esc closes)"),
        None if confirm.writing => "reason for the change? enter keeps it, esc drops it".to_owned(),
        None if confirm.again && confirm.wants_name() => {
            format!("once more: type {} and enter to go on; esc: no", confirm.plan.environment)
        }
        None if confirm.again => "once more: y: yes; any other key: no".to_owned(),
        None if confirm.wants_name() => {
            format!("type {} and enter to go on; tab: add a reason; esc: no", confirm.plan.environment)
        }
        None => "y: yes; r: add a reason; any other key: no".to_owned(),
    }
}

/// Draws over `area`; returns where the terminal's cursor belongs while something is typed.
pub fn draw(confirm: &Confirm, theme: &Theme, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) -> Option<Position> {
    let wide = area.width >= WIDE && !confirm.plan.differences.is_empty();
    let columns = if wide { (area.width - 4).min(WIDEST) } else { NARROW.min(area.width) };
    let room = usize::from(columns.saturating_sub(4)).max(1);
    let lines = body(confirm, room, wide);
    let role = if confirm.hindrance.is_some() { Role::Fault } else { Role::Accent };
    let prompt: Vec<String> = wrap(&harmless(&question(confirm)), room);
    let why = confirm.writing || !confirm.reason.value().is_empty();
    let tail = small(prompt.len()) + u16::from(why) + u16::from(confirm.wants_name());
    let frame = centered(area, columns, small(lines.len()).saturating_add(tail).saturating_add(3));
    Clear.render(frame, buf);
    let note = Some(("default: no", Role::Dim));
    let inner = Panel { title: "go on?", note, focused: true, theme }.render(frame, buf);
    let (above, below) = split_bottom(inner, tail);
    let rows = usize::from(above.height);
    let offset = confirm.offset.min(lines.len().saturating_sub(rows));
    let hidden = lines.len().saturating_sub(offset + rows);
    shown.below = hidden;
    shown.above = offset;
    for (at, line) in lines.iter().skip(offset).take(rows).enumerate() {
        for (x, text, role) in line {
            put_line(buf, above, (1 + x, small(at)), text, theme.style(*role));
        }
    }
    if hidden > 0 && rows > 1 {
        let (_, last) = split_bottom(above, 1);
        Clear.render(last, buf);
        let message = format!("… {} more lines of the plan: ↓ shows them", hidden + 1);
        put_line(buf, last, (1, 0), &message, theme.style(Role::Faint));
    }
    for (at, line) in prompt.iter().enumerate() {
        put_line(buf, below, (1, small(at)), line, theme.style(role));
    }
    let line = |row: u16| Rect {
        x: below.x.saturating_add(1).min(below.right()),
        y: below.y + row,
        width: below.width.saturating_sub(1),
        height: u16::from(row < below.height),
    };
    let mut cursor = None;
    let first = small(prompt.len());
    if why {
        let at = Prompt { sign: "why: ", input: &confirm.reason, ghost: None, theme }.render(line(first), buf);
        cursor = at.filter(|_| confirm.writing);
    }
    if confirm.wants_name() && below.height > 0 {
        let row = (first + u16::from(why)).min(below.height - 1);
        let sign = if width("> ") < usize::from(below.width) { "> " } else { "" };
        let at = Prompt { sign, input: &confirm.input, ghost: None, theme }.render(line(row), buf);
        cursor = if confirm.writing { cursor } else { at };
    }
    cursor
}
