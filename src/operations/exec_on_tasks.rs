//! One command in several tasks, by ECS Exec, one after the other: each told with its exit code and what it printed. On a
//! service it runs in one task, and where that cannot be entered in the next. Pure; the sessions are the engine's.

use jiff::{SignedDuration, Timestamp};

use super::ActionContext;
use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::display::{Align, Cell, Column, Row, Section, Width};
use crate::kinds::ecs_task::ExecLine;
use crate::ssm::session_target::Gateway;
use crate::text::{counted, mask_text};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Health, ResourceId};

/// In how many tasks one command runs at most: each is given its time, one after the other.
pub const MOST_TASKS: usize = 20;
/// How many of the last lines of each task are shown.
const LINES: usize = 40;
/// What one is given, as the engine has it; said in the plan.
const SECONDS: u32 = 60;

const OUTPUT: &[Column] = &[
    Column { title: "TASK", width: Width::Fit(8, 32), align: Align::Left, keep: 9 },
    Column { title: "OUTPUT", width: Width::Fill(20), align: Align::Left, keep: 9 },
];

/// A task that a command may run in.
#[derive(Clone, Debug)]
pub struct TaskDoor {
    /// The task.
    pub id: ResourceId,
    /// What it is called, with its container.
    pub name: String,
    /// The way in.
    pub door: Gateway,
}

/// What came of one.
#[derive(Clone, Debug)]
enum Outcome {
    /// It ran: its exit code, where one was told, and what it printed.
    Ran(Option<i32>, String),
    /// The session could not be opened, and why.
    NotEntered(String),
    /// The answer to opening it was lost: it may run there, and why that is not known.
    Unknown(String),
}

impl Outcome {
    const fn succeeded(&self) -> bool {
        matches!(self, Self::Ran(Some(0), _))
    }

    fn words(&self) -> String {
        match self {
            Self::Ran(Some(0), _) => "succeeded".to_owned(),
            Self::Ran(Some(code), _) => format!("exit code {code}"),
            Self::Ran(None, _) => "told no exit code".to_owned(),
            Self::NotEntered(why) => format!("could not be entered: {why}"),
            Self::Unknown(why) => format!("may have run it, which is not known: {why}"),
        }
    }
}

/// A command in tasks.
#[derive(Debug)]
pub struct ExecOnTasks {
    plan: Plan,
    doors: Vec<TaskDoor>,
    line: String,
    nonce: String,
    /// Whether it runs in all of them, or in the first that can be entered.
    in_all: bool,
    outcomes: Vec<Outcome>,
}

impl ExecOnTasks {
    /// To run `line` in `doors`, all of them in the site's scope: in all, or in the first that can be entered. `left_out` says of
    /// others why it does not run there; `nonce` is a text that no output holds. `None` without tasks.
    #[must_use]
    pub fn new(
        context: &ActionContext<'_>,
        (doors, left_out): (Vec<TaskDoor>, Vec<String>),
        (line, in_all): (&str, bool),
        nonce: String,
    ) -> Option<Self> {
        let first = doors.first()?;
        // The plan and the changes are written down in the journal; what is sent is the line as it was typed.
        let shown = mask_text(line);
        let message = match (doors.as_slice(), in_all) {
            ([one], _) => format!("run `{shown}` in {}", one.name),
            (many, true) => format!("run `{shown}` in {} tasks", many.len()),
            (many, false) => format!("run `{shown}` in one of {} tasks", many.len()),
        };
        let call = |door: &TaskDoor| format!("ecs:ExecuteCommand in {}", door.name);
        let mut plan = context.plan(message, first.id.clone(), doors.iter().map(call).collect());
        plan.notices.push(format!(
            "what a command does cannot be taken back; each task is given {SECONDS} s, one after the other"
        ));
        if !in_all && doors.len() > 1 {
            plan.notices.push("it runs once: the next task is taken only where one cannot be entered".to_owned());
        }
        plan.notices.extend(left_out);
        Some(Self { plan, doors, line: line.to_owned(), nonce, in_all, outcomes: Vec::new() })
    }

    fn change(&self, door: &TaskDoor, at: usize) -> Box<dyn Change> {
        let shown = mask_text(&self.line).into_owned();
        let once = door.door.once(std::slice::from_ref(&self.line), &format!("{}{at}", self.nonce));
        let message = format!("run `{shown}` in {}", door.name);
        let calls = vec![format!("ecs:ExecuteCommand in {}", door.name)];
        let plan = Plan::new(message, self.plan.environment.clone(), door.id.clone(), calls);
        Box::new(ExecLine { plan, ask: once.ask, nonce: once.nonce, shown })
    }

    /// Whether nothing more is to be done.
    fn is_over(&self) -> bool {
        // What may have run in one is not run in another.
        let may_have_run = self.outcomes.iter().any(|outcome| !matches!(outcome, Outcome::NotEntered(_)));
        self.outcomes.len() == self.doors.len() || (!self.in_all && may_have_run)
    }

    fn ending(&self) -> Ending {
        let told = self.doors.iter().zip(&self.outcomes);
        let failed: Vec<String> = told
            .clone()
            .filter(|(_, outcome)| !outcome.succeeded() && (self.in_all || !matches!(outcome, Outcome::NotEntered(_))))
            .map(|(door, outcome)| format!("{} {}", door.name, outcome.words()))
            .collect();
        let succeeded = self.outcomes.iter().filter(|outcome| outcome.succeeded()).count();
        match (failed.as_slice(), succeeded) {
            ([], 0) => {
                let all: Vec<String> =
                    told.map(|(door, outcome)| format!("{} {}", door.name, outcome.words())).collect();
                Ending::failed(all.join("; "))
            }
            ([], count) => Ending::done(format!("it succeeded in {}", counted(count, "task"))),
            (some, _) => Ending::incomplete(format!(
                "{} of {} did not succeed: {}",
                some.len(),
                counted(self.outcomes.len(), "task"),
                some.join("; ")
            )),
        }
    }

    fn rows(&self, door: &TaskDoor, outcome: Option<&Outcome>) -> Vec<Row> {
        let row = |at: usize, health: Health, cells: Vec<Cell>| Row {
            key: format!("{}/{at}", door.id),
            open: Some(door.id.clone()),
            health: Some(health),
            cells,
        };
        let Some(outcome) = outcome else {
            return vec![row(0, Health::Changing, vec![Cell::strong(&*door.name), Cell::plain("not yet")])];
        };
        let health = if outcome.succeeded() { Health::Well } else { Health::Bad };
        let mut rows = vec![row(0, health, vec![Cell::strong(&*door.name), Cell::of(health, outcome.words())])];
        if let Outcome::Ran(_, output) = outcome {
            let lines: Vec<&str> = output.lines().collect();
            let last = lines.iter().skip(lines.len().saturating_sub(LINES)).enumerate();
            rows.extend(last.map(|(at, line)| {
                let cells = vec![Cell::dim(""), Cell::plain(mask_text(line).into_owned())];
                Row { health: None, ..row(at + 1, health, cells) }
            }));
        }
        rows
    }
}

impl Procedure for ExecOnTasks {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        Vec::new()
    }

    fn step(&mut self, _observation: &Observation<'_>) -> Step {
        if self.is_over() {
            return Step::End(self.ending());
        }
        // One at a time, so that each is told as it ends.
        let at = self.outcomes.len();
        match self.doors.get(at) {
            Some(door) => Step::Act(vec![self.change(door, at)]),
            None => Step::Wait(SignedDuration::from_secs(1)),
        }
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, _now: Timestamp) {
        self.outcomes.push(match got {
            Ok(receipt) => {
                let exit = receipt.fact("exit").and_then(|code| code.parse().ok());
                Outcome::Ran(exit, receipt.fact("output").unwrap_or_default().to_owned())
            }
            Err(fault) if fault.answer_lost => Outcome::Unknown(fault.sentence()),
            Err(fault) => Outcome::NotEntered(fault.sentence()),
        });
    }

    fn report(&self, _observation: &Observation<'_>) -> Report {
        let (done, all) =
            (self.outcomes.len(), if self.in_all { self.doors.len() } else { 1.max(self.outcomes.len()) });
        let failed = self.outcomes.iter().filter(|outcome| !outcome.succeeded()).count();
        let health = if failed > 0 { Health::Bad } else { Health::Changing };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let shown = if self.in_all { self.doors.len() } else { done + usize::from(!self.is_over()) };
        let each = self.doors.iter().take(shown).enumerate();
        let rows = each.flat_map(|(at, door)| self.rows(door, self.outcomes.get(at))).collect();
        Report {
            message: format!("{done} of {} are done", counted(all, "task")),
            health,
            stands: Some("what runs in a task now ends there within a minute; the others are not begun".to_owned()),
            bars: vec![Bar {
                label: "tasks".to_owned(),
                done: count(done),
                all: count(all),
                note: if failed > 0 { format!("{failed} failed") } else { String::new() },
                health,
            }],
            sections: vec![Section::Table { title: "output", columns: OUTPUT, rows, empty: "nothing was sent yet" }],
            ..Report::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::scope;
    use crate::ssm::session_target::{Inside, SessionTarget};
    use crate::world::{FaultKind, KindName, World};

    fn door(name: &str) -> TaskDoor {
        let inside = vec![Inside { name: "app".into(), runtime: Some("r".into()), serves: true, ready: true }];
        let target = SessionTarget::Task { cluster: "c".into(), task: name.into(), inside };
        let id = ResourceId { kind: KindName("ecs-task"), scope: scope(), key: name.into() };
        TaskDoor { id, name: name.to_owned(), door: target.door(None).expect("a door") }
    }

    fn made(names: &[&str], in_all: bool) -> ExecOnTasks {
        let doors: Vec<TaskDoor> = names.iter().map(|name| door(name)).collect();
        let plan = Plan::new("run", "shop-dev".into(), doors[0].id.clone(), vec!["ecs:ExecuteCommand".to_owned()]);
        ExecOnTasks { plan, doors, line: "df -h".into(), nonce: "n".into(), in_all, outcomes: Vec::new() }
    }

    fn ran(code: &str) -> Result<Receipt, Fault> {
        Ok(Receipt { facts: vec![("exit", code.to_owned()), ("output", "a line\n".to_owned())], ..Receipt::default() })
    }

    fn away() -> Result<Receipt, Fault> {
        Err(Fault::new(FaultKind::Refused, "ecs:ExecuteCommand", "the execute command agent isn't running"))
    }

    /// Drives it with these answers; the tasks that were asked, and the end.
    fn driven(mut it: ExecOnTasks, answers: &[Result<Receipt, Fault>]) -> (Vec<String>, Ending, String) {
        let world = World::default();
        let look = || Observation { world: &world, faults: &[], now: Timestamp::UNIX_EPOCH };
        let (mut asked, mut answers) = (Vec::new(), answers.iter());
        loop {
            match it.step(&look()) {
                Step::Act(changes) => {
                    for change in changes {
                        let request = change.change_request();
                        assert!(change.in_session().is_some() && request.verb == ExecLine::VERB);
                        asked.push(request.on.key.to_string());
                        it.told(&request, answers.next().expect("an answer"), Timestamp::UNIX_EPOCH);
                    }
                }
                Step::End(ending) => return (asked, ending, format!("{:?}", it.report(&look()))),
                Step::Wait(_) => panic!("it waits for nothing"),
            }
        }
    }

    #[test]
    fn marked_tasks_are_all_asked_and_each_is_told() {
        let (asked, ending, report) = driven(made(&["one", "two", "three"], true), &[ran("0"), away(), ran("3")]);
        assert_eq!(asked, ["one", "two", "three"]);
        assert!(ending.message.contains("2 of 3 tasks did not succeed"), "{}", ending.message);
        assert!(ending.message.contains("two could not be entered") && ending.message.contains("three exit code 3"));
        assert!(report.contains("a line"), "{report}");
    }

    #[test]
    fn of_a_service_the_next_task_is_taken_only_where_one_cannot_be_entered() {
        let (asked, ending, report) = driven(made(&["one", "two", "three"], false), &[away(), ran("0")]);
        assert!(!report.contains("not yet"), "what is not begun any more is not shown: {report}");
        assert_eq!(
            (asked, ending.message.as_str()),
            (vec!["one".to_owned(), "two".to_owned()], "it succeeded in 1 task")
        );
        let (asked, ending, _) = driven(made(&["one", "two"], false), &[ran("1")]);
        assert_eq!(asked, ["one"], "what ran is not run again: {}", ending.message);
        let lost = away().map_err(|fault| Fault { answer_lost: true, ..fault });
        let (asked, ending, _) = driven(made(&["one", "two"], false), &[lost]);
        assert_eq!(asked, ["one"], "what may have run is not run again: {}", ending.message);
        assert_eq!(ending.how, crate::change::How::Incomplete, "{}", ending.message);
        assert!(ending.message.contains("one may have run it, which is not known"), "{}", ending.message);
        let (asked, ending, _) = driven(made(&["one", "two"], false), &[away(), away()]);
        assert!(asked.len() == 2 && ending.message.contains("one could not be entered"), "{}", ending.message);
    }
}
