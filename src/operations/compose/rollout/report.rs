//! How a deployment to instances stands, for people: a line, a bar for each instance, and the command's output.
//! Pure; secrets in the output are masked here.

use super::{ComposeTarget, Phase, Rollout};
use crate::change::Bar;
use crate::change::{Observation, Report};
use crate::display::{Cell, Column, Row, Section, Width};
use crate::environment::short;
use crate::kinds::command_invocation::Invocation;
use crate::text::{harmless, mask_text};
use crate::world::Health;

const INSTANCES: &[Column] = &[
    Column::text("INSTANCE", Width::Fit(8, 32), 9),
    Column::text("RAN", Width::Fit(8, 8), 6),
    Column::text("IN THE GROUP", Width::Fit(8, 24), 8),
    Column::text("NOW", Width::Fill(12), 7),
];
const OUTPUT: &[Column] = &[Column::text("OUTPUT", Width::Fill(20), 9)];
/// So many lines of output are shown.
const LINES: usize = 40;
/// An instance's way: out, placed, checked, in, healthy.
const WAY: u32 = 5;

/// A line of output made harmless.
pub(super) fn tidy(line: &str) -> String {
    let masked = mask_text(line);
    harmless(&masked).chars().take(300).collect()
}

/// The last lines of what a command printed.
pub(super) fn lines(seen: &Invocation) -> Vec<String> {
    let all: Vec<&str> =
        seen.output.lines().chain(seen.errors.lines()).filter(|line| !line.trim().is_empty()).collect();
    all.iter().skip(all.len().saturating_sub(LINES)).map(|line| tidy(line)).collect()
}

impl Rollout {
    /// Where it stands.
    pub(super) fn tell(&self, observation: &Observation<'_>) -> Report {
        let mut sections = vec![Section::Table {
            title: "instances",
            columns: INSTANCES,
            rows: (0..self.members.len()).map(|at| self.row(at, observation)).collect(),
            empty: "there is none",
        }];
        if !self.output.is_empty() {
            let row = |(at, line): (usize, &String)| Row {
                key: at.to_string(),
                open: None,
                health: Some(Health::Well),
                cells: vec![Cell::plain(line.as_str())],
            };
            let rows = self.output.iter().enumerate().map(row).collect();
            sections.push(Section::Table { title: "output", columns: OUTPUT, rows, empty: "" });
        }
        let bars = match self.aim {
            ComposeTarget::Migrate(_) => Vec::new(),
            ComposeTarget::Place(_) | ComposeTarget::Back => (0..self.members.len()).map(|at| self.bar(at)).collect(),
        };
        let (message, again) = match &self.again {
            Some(why) => (format!("tries again in a moment: {why}"), true),
            None => (self.sentence(), false),
        };
        let health = if self.trouble.is_some() {
            Health::Bad
        } else if again {
            Health::Worrying
        } else {
            Health::Changing
        };
        Report { message, health, stands: Some(self.stands()), bars, sections, ..Report::default() }
    }

    fn sentence(&self) -> String {
        let aim = self.commit.as_deref().map_or("the commit", short);
        let over = self.took_over.as_ref().map(|over| format!(" ({over})")).unwrap_or_default();
        if let Phase::Surveying(run) | Phase::Placing(_, run) | Phase::Checking(_, run) | Phase::Migrating(run) =
            &self.phase
            && run.lost.is_some()
        {
            return format!("whether the command was taken is not known; it is looked for by its mark {}", run.command);
        }
        match &self.phase {
            Phase::Begin => "takes the lock".to_owned(),
            Phase::Locking(_) => format!("makes sure that the lock is ours{over}"),
            Phase::Survey | Phase::Surveying(_) => format!("looks at every instance and fetches{over}"),
            Phase::Next => "chooses the next instance".to_owned(),
            Phase::Mark(at) | Phase::Drain(at, _) => format!("takes {} out of the group", self.name(*at)),
            Phase::Draining(at) => format!("{} drains: its connections end", self.name(*at)),
            Phase::Place(at) | Phase::Placing(at, _) => match &self.trouble {
                Some(why) => {
                    let before = self.before(*at).map_or("what it ran", short);
                    format!("{} goes back to {before}: {why}", self.name(*at))
                }
                None => format!("{} is brought to {aim}", self.name(*at)),
            },
            Phase::Check(at) | Phase::Checking(at, _) => format!("{} is asked whether it serves", self.name(*at)),
            Phase::Register(at) => format!("takes {} back into the group", self.name(*at)),
            Phase::Arriving(at, _) => format!("waits until {} is healthy in the group", self.name(*at)),
            Phase::Migrate | Phase::Migrating(_) => format!("the migration runs on {}", self.name(0)),
            Phase::Unlock(_) => "gives the lock back".to_owned(),
            Phase::Over(ending) => ending.message.clone(),
        }
    }

    /// What stands if it is left now.
    fn stands(&self) -> String {
        let out = match &self.phase {
            Phase::Drain(at, _)
            | Phase::Draining(at)
            | Phase::Place(at)
            | Phase::Placing(at, _)
            | Phase::Check(at)
            | Phase::Checking(at, _)
            | Phase::Register(at)
            | Phase::Arriving(at, _) => format!("{} is out of the group or on its way; ", self.name(*at)),
            Phase::Migrating(run) if run.lost.is_some() => "whether the migration runs is not known; ".to_owned(),
            Phase::Migrating(_) => "the migration goes on by itself; ".to_owned(),
            _ => String::new(),
        };
        format!("{out}the lock stays for an hour; the same command again goes on from here")
    }

    fn bar(&self, at: usize) -> Bar {
        let here = |phase: &Phase| match phase {
            Phase::Drain(on, _) | Phase::Mark(on) if *on == at => Some(0),
            Phase::Draining(on) if *on == at => Some(0),
            Phase::Place(on) | Phase::Placing(on, _) if *on == at => Some(1),
            Phase::Check(on) | Phase::Checking(on, _) if *on == at => Some(2),
            Phase::Register(on) if *on == at => Some(3),
            Phase::Arriving(on, _) if *on == at => Some(4),
            _ => None,
        };
        let done = self.done.get(at) == Some(&true);
        let at_work = here(&self.phase);
        let steps = if done { WAY } else { at_work.unwrap_or(0) };
        let health = match at_work {
            _ if done => Health::Well,
            Some(_) if self.trouble.is_some() => Health::Bad,
            Some(_) => Health::Changing,
            None => Health::Unknown,
        };
        let note = if at_work.is_some() { self.sentence() } else { String::new() };
        Bar { label: self.name(at).to_owned(), done: steps, all: WAY, note, health }
    }

    fn row(&self, at: usize, observation: &Observation<'_>) -> Row {
        let target = self.target(at, observation);
        let state = target.map_or("out", |target| target.state.as_str());
        let health = if state == "healthy" { Health::Well } else { Health::Changing };
        let found = self.found.get(at);
        let now = match (self.done.get(at), found.and_then(|found| found.head.as_deref())) {
            (Some(true), _) => format!("runs {}", self.commit.as_deref().map_or("?", short)),
            (_, Some(_)) => "to be done".to_owned(),
            (_, None) => String::new(),
        };
        Row {
            key: at.to_string(),
            open: None,
            health: Some(health),
            cells: vec![
                Cell::strong(self.name(at)),
                Cell::or_none(found.and_then(|found| found.head.as_deref()).map(short)),
                Cell::of(health, state),
                Cell::dim(now),
            ],
        }
    }
}
