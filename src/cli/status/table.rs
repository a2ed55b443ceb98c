//! The table of `status` for people: one line an environment, aligned by what the terminal shows,
//! state as glyph and word so that colour is never the only signal. Pure: text in, text out.

use crate::overview::EnvironmentStatus;
use jiff::{Timestamp, tz::TimeZone};

use crate::diagnosis::Finding;
use crate::engine::headless::Snapshot;
use crate::kinds::Counts;
use crate::text::{Align, align, harmless, width};
use crate::theme::{Role, Theme, mark};

/// How it is printed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manner<'t> {
    /// Colours; `None` for none.
    pub theme: Option<&'t Theme>,
    /// Whether every finding is told with what it rests on.
    pub evidence: bool,
}

/// One cell: its text and what it means.
type Cell = (String, Role);

const HEADINGS: [(&str, Align); 8] = [
    ("", Align::Left),
    ("ENVIRONMENT", Align::Left),
    ("STAGE", Align::Left),
    ("HEALTH", Align::Left),
    ("TASKS", Align::Right),
    ("TARGETS", Align::Right),
    ("DATABASE", Align::Left),
    ("ALARMS", Align::Left),
];

/// The table of `chosen` environments, with a line under it for each that has something to say.
#[must_use]
pub(crate) fn table(snapshot: &Snapshot, chosen: &[&EnvironmentStatus], manner: &Manner<'_>) -> String {
    let mut text = String::new();
    if chosen.is_empty() {
        text.push_str("no environments: nothing was found that belongs to one\n");
    } else {
        let rows: Vec<[Cell; 8]> = chosen.iter().map(|environment| cells(environment)).collect();
        lay_out(&rows, manner, &mut text);
        verdicts(chosen, manner, &mut text);
        if manner.evidence {
            for environment in chosen {
                let cost = snapshot.picture.cost(environment, &snapshot.world);
                let told = cost.sentence().map(|told| format!("{} {told}", environment.name));
                let left = cost.left_on.iter().map(|left| format!("  left on: {left}"));
                for line in told.into_iter().chain(left) {
                    text.push_str(&format!("  {}\n", harmless(&line)));
                }
            }
        }
    }
    match snapshot.picture.shared.len() {
        0 => {}
        1 => text.push_str("\n1 resource is shared by several environments; `toban status --json` names it\n"),
        many => text.push_str(&format!(
            "\n{many} resources are shared by several environments; `toban status --json` lists them\n"
        )),
    }
    match snapshot.picture.unassigned.len() {
        0 => {}
        1 => text.push_str("\n1 resource belongs to no environment; `toban status --json` names it\n"),
        many => {
            text.push_str(&format!("\n{many} resources belong to no environment; `toban status --json` lists them\n"))
        }
    }
    text
}

/// The line above a table that is printed again and again.
#[must_use]
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    format!("── {} ──\n", at.to_zoned(zone.clone()).strftime("%H:%M:%S %Z"))
}

fn cells(environment: &EnvironmentStatus) -> [Cell; 8] {
    let (glyph, word, role) = mark(environment.verdict.health);
    let stage = environment.stage.as_deref().unwrap_or("–");
    let stage = if environment.protected { format!("{stage} ■") } else { stage.to_owned() };
    let counts = &environment.counts;
    [
        (glyph.to_string(), role),
        (environment.name.to_string(), Role::Text),
        (stage, Role::Dim),
        (word.to_owned(), role),
        (tasks(counts), Role::Text),
        (targets(counts), Role::Text),
        (databases(counts), Role::Text),
        (alarms(counts), Role::Text),
    ]
}

fn tasks(counts: &Counts) -> String {
    if counts.services == 0 { none() } else { format!("{}/{}", counts.tasks_running, counts.tasks_desired) }
}

fn targets(counts: &Counts) -> String {
    if counts.targets_total == 0 { none() } else { format!("{}/{}", counts.targets_healthy, counts.targets_total) }
}

/// Each status once, worst first, with how many are in it: `stopped, available ×2`.
fn databases(counts: &Counts) -> String {
    let mut all: Vec<_> = counts.databases.iter().collect();
    all.sort_by_key(|(health, _)| std::cmp::Reverse(*health));
    let mut words: Vec<(&str, usize)> = Vec::new();
    for (_, word) in all {
        match words.iter_mut().find(|(known, _)| known == word) {
            Some((_, times)) => *times += 1,
            None => words.push((word, 1)),
        }
    }
    let words: Vec<String> = words
        .into_iter()
        .map(|(word, times)| if times == 1 { word.to_owned() } else { format!("{word} ×{times}") })
        .collect();
    if words.is_empty() { none() } else { words.join(", ") }
}

fn alarms(counts: &Counts) -> String {
    let firing = match (counts.alarms_firing, counts.alarms_total) {
        (0, 0) if counts.alarms_muted == 0 => return none(),
        (firing, total) => format!("{firing} of {total}"),
    };
    if counts.alarms_muted == 0 { firing } else { format!("{firing}, {} muted", counts.alarms_muted) }
}

fn none() -> String {
    "–".to_owned()
}

fn lay_out(rows: &[[Cell; 8]], manner: &Manner<'_>, text: &mut String) {
    let headings: [Cell; 8] = HEADINGS.map(|(heading, _)| (heading.to_owned(), Role::Title));
    let shown: Vec<Vec<Cell>> = std::iter::once(&headings)
        .chain(rows)
        .map(|row| row.iter().map(|(cell, role)| (harmless(cell).into_owned(), *role)).collect())
        .collect();
    let mut widths = [0; 8];
    for row in &shown {
        for (wide, (cell, _)) in widths.iter_mut().zip(row) {
            *wide = width(cell).max(*wide);
        }
    }
    for row in &shown {
        let mut line = String::new();
        let last = row.iter().rposition(|(cell, _)| !cell.is_empty()).unwrap_or_default();
        for (at, (((cell, role), wide), (_, side))) in row.iter().zip(widths).zip(HEADINGS).enumerate() {
            if at > last {
                break;
            }
            line.push_str(match at {
                0 => "",
                1 => " ",
                _ => "  ",
            });
            let flush = at == last && side == Align::Left;
            let padded = if flush { cell.clone() } else { align(cell, wide, side) };
            // Padding stays outside of the colours, so that an underline ends with its word.
            line.push_str(&padded.replacen(cell.as_str(), &paint(manner, *role, cell), 1));
        }
        text.push_str(&line);
        text.push('\n');
    }
}

/// Under the table: the headline of every environment that has one, or every finding with its evidence.
fn verdicts(chosen: &[&EnvironmentStatus], manner: &Manner<'_>, text: &mut String) {
    // A headline that only repeats the health's word is in the table already.
    let tells = |environment: &&&EnvironmentStatus| {
        let verdict = &environment.verdict;
        let more = |finding: &Finding| finding.message != verdict.health.word();
        verdict.headline() != verdict.health.word() || (manner.evidence && verdict.findings.iter().any(more))
    };
    let telling: Vec<_> = chosen.iter().filter(tells).collect();
    if !telling.is_empty() {
        text.push('\n');
    }
    for environment in telling {
        let (glyph, _, role) = mark(environment.verdict.health);
        let head = format!("{glyph} {}", harmless(environment.name.as_str()));
        if !manner.evidence {
            let message = harmless(environment.verdict.headline()).into_owned();
            text.push_str(&format!("{}  {message}\n", paint(manner, role, &head)));
            continue;
        }
        text.push_str(&format!("{}\n", paint(manner, role, &head)));
        for finding in &environment.verdict.findings {
            let (glyph, word, role) = mark(finding.health);
            let sign = paint(manner, role, &format!("{glyph} {word}"));
            text.push_str(&format!("  {sign}: {}\n", harmless(&finding.message)));
            for line in &finding.evidence {
                text.push_str(&format!("      {}\n", paint(manner, Role::Dim, &harmless(line))));
            }
        }
    }
}

fn paint(manner: &Manner<'_>, role: Role, text: &str) -> String {
    match manner.theme {
        Some(theme) if !text.is_empty() => theme.ansi(role, text),
        _ => text.to_owned(),
    }
}
