//! Draws the form of office hours: three fields, the week they make, what it saves, and the question.
//! Decides nothing; reads nothing but what it is given.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::{Clear, Widget},
};

use super::{HoursForm, Outcome};
use crate::console::widgets::area::centered;
use crate::console::widgets::input::Prompt;
use crate::console::widgets::panel::Panel;
use crate::console::widgets::span_styles::{put_line, small};
use crate::text::{harmless, wrap};
use crate::theme::{Role, Theme};

/// How wide it is: a day's half hours, and its name before them.
const WIDE: u16 = 76;
/// The names of the fields.
const FIELDS: [&str; 3] = ["days ", "from ", "to   "];
/// The hours above the band, behind the room of a date.
const HOURS: &str = "0   2   4   6   8   10  12  14  16  18  20  22";
/// The column of the band.
const BAND: u16 = 12;

/// Draws it over `area`; returns where the terminal's cursor belongs.
pub fn draw(
    form: &HoursForm,
    outcome: &Result<Outcome, String>,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let below = lines(form, outcome, usize::from(WIDE.min(area.width).saturating_sub(4)).max(1));
    let height = small(FIELDS.len() + below.len()) + 3;
    let frame = centered(area, WIDE.min(area.width), height);
    Clear.render(frame, buf);
    let title = format!("office hours of {}", form.environment);
    let inner = Panel { title: &harmless(&title), note: None, focused: true, theme }.render(frame, buf);
    let mut cursor = None;
    for (at, (name, input)) in FIELDS.iter().zip(&form.fields).enumerate() {
        let y = small(at);
        if y >= inner.height {
            return cursor;
        }
        let line = Rect { x: inner.x + 1, y: inner.y + y, width: inner.width.saturating_sub(1), height: 1 };
        let place = Prompt { sign: name, input, ghost: None, theme }.render(line, buf);
        if at == form.at && !form.asking {
            cursor = place;
            put_line(buf, inner, (0, y), "▸", theme.style(Role::Accent));
        }
    }
    for (at, line) in below.iter().enumerate() {
        let y = small(FIELDS.len() + at);
        if y >= inner.height {
            break;
        }
        for (x, text, role) in line {
            put_line(buf, inner, (1 + x, y), text, theme.style(*role));
        }
    }
    cursor
}

type Line = Vec<(u16, String, Role)>;

fn lines(form: &HoursForm, outcome: &Result<Outcome, String>, room: usize) -> Vec<Line> {
    let wrapped = |text: &str, role: Role| {
        wrap(&harmless(text), room).into_iter().map(move |line| vec![(0, line, role)]).collect::<Vec<Line>>()
    };
    let holidays = form.hours().holidays.map(|calendar| format!(" · off on the holidays of {}", calendar.name));
    let mut lines = wrapped(&format!("{}{}", form.timezone, holidays.unwrap_or_default()), Role::Dim);
    lines.push(Vec::new());
    match outcome {
        Err(why) => lines.extend(wrapped(why, Role::Fault)),
        Ok(outcome) => {
            lines.push(vec![(BAND, HOURS.to_owned(), Role::Faint)]);
            for day in &outcome.week {
                let date = day.date.strftime("%a %m-%d").to_string();
                let mut line = vec![(0, date, Role::Text), (BAND, day.drawn(), Role::Text)];
                line.extend(day.holiday.as_ref().map(|name| (BAND + 49, harmless(name).into_owned(), Role::Asleep)));
                lines.push(line);
            }
            lines.push(Vec::new());
            lines.extend(wrapped(&format!("asleep {} of 168 hours of this week", outcome.asleep), Role::Title));
            if let Some(savings) = &outcome.savings {
                lines.extend(wrapped(&format!("planned: {savings}"), Role::Text));
            }
            if let Some(why) = &outcome.disabled_reason {
                lines.extend(wrapped(&format!("! it would not sleep all the same: {why}"), Role::Worrying));
            }
        }
    }
    lines.push(Vec::new());
    let question = if form.asking {
        "write this to the configuration? y: yes; any other key: no"
    } else if outcome.is_ok() {
        "enter: next, and after the last the question; esc: leave it"
    } else {
        "put it right to go on; esc: leave it"
    };
    lines.extend(wrapped(question, Role::Accent));
    lines
}
