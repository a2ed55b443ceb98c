//! Draws a plan over the screen: what is done first, the question last, so that neither is cut off.
//! Decides nothing; the gate does.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::{Clear, Widget},
};

use super::Confirm;
use crate::text::{clean, width, wrap};
use crate::theme::{Role, Theme};
use crate::widgets::area::{centered, split_bottom};
use crate::widgets::ink::{put_line, small};
use crate::widgets::input::Prompt;
use crate::widgets::panel::Panel;

fn body(confirm: &Confirm) -> Vec<(String, Role)> {
    let plan = &confirm.plan;
    let mut lines = vec![(plan.says.clone(), Role::Title)];
    let protected = if confirm.at.protected { " ⛨ protected" } else { "" };
    lines.push((format!("in {}{protected}, {}", plan.environment, plan.scope), Role::Text));
    if let Some(account) = &confirm.at.account {
        lines.push((format!("account {account}"), Role::Dim));
    }
    lines.extend(plan.calls.iter().map(|call| (format!("· {call}"), Role::Dim)));
    lines.extend(plan.differences.iter().map(|one| {
        let side = |text: &Option<String>| text.as_deref().unwrap_or("–").to_owned();
        (format!("{}: {} → {}", one.what, side(&one.from), side(&one.to)), Role::Text)
    }));
    lines.extend(plan.notices.iter().map(|notice| (format!("! {notice}"), Role::Worrying)));
    if let Some(irreversible) = &plan.irreversible {
        lines.push((format!("cannot be undone: {irreversible}"), Role::Bad));
    }
    lines
}

/// Draws over `area`; returns where the terminal's cursor belongs while a name is typed.
pub fn draw(confirm: &Confirm, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let columns = 76.min(area.width);
    let room = usize::from(columns.saturating_sub(4)).max(1);
    let lines: Vec<(String, Role)> = body(confirm)
        .into_iter()
        .flat_map(|(text, role)| wrap(&clean(&text), room).into_iter().map(move |line| (line, role)))
        .collect();
    let question = match &confirm.hindrance {
        Some(refused) => format!("refused: {refused} (esc closes)"),
        None if confirm.wants_name() => format!("type {} and enter to go on; esc means no", confirm.plan.environment),
        None => "y does it; any other key means no".to_owned(),
    };
    let role = if confirm.hindrance.is_some() { Role::Fault } else { Role::Accent };
    let asks: Vec<String> = wrap(&clean(&question), room);
    let tail = small(asks.len()) + u16::from(confirm.wants_name());
    let frame = centered(area, columns, small(lines.len()).saturating_add(tail).saturating_add(3));
    Clear.render(frame, buf);
    let note = Some(("default: no", Role::Dim));
    let inner = Panel { title: "go on?", note, focused: true, theme }.render(frame, buf);
    let (above, below) = split_bottom(inner, tail);
    for (at, (line, role)) in lines.iter().take(usize::from(above.height)).enumerate() {
        put_line(buf, above, (1, small(at)), line, theme.style(*role));
    }
    for (at, line) in asks.iter().enumerate() {
        put_line(buf, below, (1, small(at)), line, theme.style(role));
    }
    if !confirm.wants_name() || below.height == 0 {
        return None;
    }
    let (_, line) = split_bottom(below, 1);
    let line = Rect { x: line.x.saturating_add(1).min(line.right()), width: line.width.saturating_sub(1), ..line };
    let sign = if width("> ") < usize::from(line.width) { "> " } else { "" };
    Prompt { sign, input: &confirm.input, ghost: None, theme }.render(line, buf)
}
