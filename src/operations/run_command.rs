//! One command on many nodes, by Systems Manager's Run Command: sent once, then watched until every node told how it
//! ended, with what each printed. Pure; the call is in `change`.

use jiff::{SignedDuration, Timestamp};

use super::ActionContext;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::display::{Align, Cell, Column, Row, Section, Width};
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::managed_node::change::{RunScript, mark};
use crate::kinds::managed_node::model::Node;
use crate::text::{counted, mask_text};
use crate::world::read_request::ReadRequest;
use crate::world::{Coverage, Fault, Health, Resource, ResourceId};

/// How many nodes one command goes to, as `ssm:SendCommand` has it.
pub const MOST: usize = 50;
/// How long it may lie undelivered, and how long it may run, seconds.
const PATIENCE: (i32, u32) = (60, 3600);
/// Between two looks.
const LOOK: SignedDuration = SignedDuration::from_secs(2);
/// How long a command whose answer was lost is looked for.
const UNKNOWN: SignedDuration = SignedDuration::from_mins(3);
/// How many of the last lines of each node are shown.
const LINES: usize = 40;

const OUTPUT: &[Column] = &[
    Column { title: "NODE", width: Width::Fit(8, 32), align: Align::Left, keep: 9 },
    Column { title: "OUTPUT", width: Width::Fill(20), align: Align::Left, keep: 9 },
];

/// A command on some nodes.
#[derive(Debug)]
pub struct RunCommand {
    plan: Plan,
    /// Ids and names.
    nodes: Vec<(String, String)>,
    line: String,
    sent: bool,
    /// Ends its comment at AWS.
    mark: String,
    /// Its id, once AWS told it; its mark, where the answer was lost.
    command: Option<String>,
    /// What became of the answer, where it was lost, and since when the command is looked for.
    lost: Option<(String, Timestamp)>,
    fault: Option<Ending>,
}

impl RunCommand {
    /// To run `line` on `nodes`, ids with names, all of them in the site's scope; `None` without nodes.
    #[must_use]
    pub fn new(context: &ActionContext<'_>, nodes: Vec<(String, String)>, line: &str) -> Option<Self> {
        let (first, _) = nodes.first()?;
        let on = ResourceId { kind: Node::KIND, scope: context.cx.scope.clone(), key: first.as_str().into() };
        // The plan and the change are written down in the journal; what is sent is the line as it was typed.
        let shown = mask_text(line);
        let message = match nodes.as_slice() {
            [(_, name)] => format!("run `{shown}` as root on {name}"),
            many => format!("run `{shown}` as root on {} nodes", many.len()),
        };
        let names = nodes.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
        let mut plan = context.plan(message, on, vec![format!("ssm:SendCommand AWS-RunShellScript on {names}")]);
        plan.notices.push("what a command does cannot be taken back; its output is kept by Systems Manager".to_owned());
        let line = line.to_owned();
        Some(Self { plan, nodes, line, sent: false, mark: mark(), command: None, lost: None, fault: None })
    }

    fn script(&self) -> RunScript {
        RunScript {
            plan: self.plan.clone(),
            nodes: self.nodes.iter().map(|(id, _)| id.clone()).collect(),
            script: self.line.clone(),
            what: vec![("command", mask_text(&self.line).into_owned())],
            mark: self.mark.clone(),
            patience: PATIENCE,
        }
    }

    fn of<'s>(&self, node: &str, observation: &Observation<'s>) -> Option<&'s Invocation> {
        let command = self.command.as_deref()?;
        observation.world.by_key::<Invocation>(&self.plan.scope, &part(command, node))
    }

    /// Whether nothing was seen of it on any node so far.
    fn is_unseen(&self, observation: &Observation<'_>) -> bool {
        self.nodes.iter().all(|(id, _)| self.of(id, observation).is_none())
    }

    fn over<'s>(&'s self, observation: &'s Observation<'_>) -> impl Iterator<Item = (&'s str, &'s Invocation)> {
        let each = self.nodes.iter().filter_map(|(id, name)| Some((name.as_str(), self.of(id, observation)?)));
        each.filter(|(_, invocation)| invocation.is_over())
    }
}

impl Procedure for RunCommand {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let Some(command) = &self.command else { return Vec::new() };
        let parts = self.nodes.iter().map(|(id, _)| part(command, id).as_str().into()).collect();
        vec![ReadRequest { scope: self.plan.scope.clone(), kind: Invocation::KIND, coverage: Coverage::Parts(parts) }]
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(ending) = &self.fault {
            return Step::End(ending.clone());
        }
        if !self.sent {
            self.sent = true;
            return Step::Act(vec![Box::new(self.script())]);
        }
        if let Some((_, fault)) = observation.faults.first() {
            let message = match &self.lost {
                None => format!("it was sent, but how it ends cannot be seen: {}", fault.sentence()),
                Some((lost, _)) => format!("whether it runs is not known: {}; {lost}", fault.sentence()),
            };
            return Step::End(Ending::incomplete(message));
        }
        if let Some((lost, since)) = &self.lost
            && self.is_unseen(observation)
            && observation.now.duration_since(*since) > UNKNOWN
        {
            let message = format!(
                "whether it ran is not known: no command with the mark {} was found in 3 minutes; {lost}",
                self.mark
            );
            return Step::End(Ending::incomplete(message));
        }
        let over: Vec<_> = self.over(observation).collect();
        if over.len() < self.nodes.len() {
            return Step::Wait(LOOK);
        }
        let failed: Vec<String> = over
            .iter()
            .filter(|(_, invocation)| !invocation.succeeded())
            .map(|(name, invocation)| format!("{name} {}", invocation.words()))
            .collect();
        Step::End(match failed.as_slice() {
            [] => Ending::done(format!("it succeeded on {}", counted(over.len(), "node"))),
            some => {
                Ending::incomplete(format!("{} of {} did not succeed: {}", some.len(), over.len(), some.join("; ")))
            }
        })
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        match got {
            Ok(receipt) => {
                self.command = receipt.fact("command").map(str::to_owned);
                if self.command.is_none() {
                    self.fault = Some(Ending::incomplete("it was sent, but the answer names no command"));
                }
            }
            // It may run there all the same: it is looked for, and not sent again.
            Err(fault) if fault.answer_lost => {
                self.command = Some(self.mark.clone());
                self.lost = Some((fault.sentence(), now));
            }
            Err(fault) => self.fault = Some(Ending::failed(fault.sentence())),
        }
    }

    fn goes_on(&self) -> bool {
        self.command.is_some() && self.lost.is_none()
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let (done, all) = (self.over(observation).count(), self.nodes.len());
        let failed = self.over(observation).filter(|(_, invocation)| !invocation.succeeded()).count();
        let health = if failed > 0 { Health::Bad } else { Health::Changing };
        let rows = self.nodes.iter().flat_map(|(id, name)| self.rows(id, name, self.of(id, observation))).collect();
        Report {
            message: format!("{done} of {all} nodes are done"),
            health,
            stands: self.command.as_ref().map(|id| match &self.lost {
                Some(_) if self.is_unseen(observation) => {
                    format!("whether it runs is not known; its mark there is {id}")
                }
                _ => format!("command {id} goes on at Systems Manager if this is left"),
            }),
            bars: vec![Bar {
                label: "nodes".to_owned(),
                done: u32::try_from(done).unwrap_or(u32::MAX),
                all: u32::try_from(all).unwrap_or(u32::MAX),
                note: if failed > 0 { format!("{failed} failed") } else { String::new() },
                health,
            }],
            sections: vec![Section::Table { title: "output", columns: OUTPUT, rows, empty: "nothing was sent yet" }],
            ..Report::default()
        }
    }
}

impl RunCommand {
    /// What a node said: how it stands, then its last lines, secrets masked.
    fn rows(&self, id: &str, name: &str, invocation: Option<&Invocation>) -> Vec<Row> {
        let on = ResourceId { kind: Node::KIND, scope: self.plan.scope.clone(), key: id.into() };
        let row = |at: usize, health: Health, cells: Vec<Cell>| Row {
            key: format!("{id}/{at}"),
            open: Some(on.clone()),
            health: Some(health),
            cells,
        };
        let Some(invocation) = invocation else {
            return vec![row(0, Health::Changing, vec![Cell::strong(name), Cell::plain("not taken yet")])];
        };
        let health = match (invocation.is_over(), invocation.succeeded()) {
            (false, _) => Health::Changing,
            (true, true) => Health::Well,
            (true, false) => Health::Bad,
        };
        let mut rows = vec![row(0, health, vec![Cell::strong(name), Cell::of(health, invocation.words())])];
        let lines: Vec<&str> = invocation.output.lines().chain(invocation.errors.lines()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES)).enumerate();
        rows.extend(last.map(|(at, line)| {
            row(at + 1, Health::Well, vec![Cell::plain(""), Cell::plain(mask_text(line).into_owned())])
        }));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples;
    use crate::kinds::testing_samples::Shelves;
    use crate::world::World;

    fn command(nodes: &[&str], line: &str) -> RunCommand {
        let environment = crate::console::screens::rig::environment("kajimaru", Health::Well, "");
        let nodes = nodes.iter().map(|id| ((*id).to_owned(), format!("name of {id}"))).collect();
        Shelves::default()
            .seen(false, |cx| RunCommand::new(&ActionContext { cx: *cx, environment: &environment }, nodes, line))
            .expect("nodes")
    }

    fn invocation(node: &str, status: &str, output: &str) -> Invocation {
        Invocation {
            key: part("c-1", node),
            status: status.to_owned(),
            details: None,
            code: Some(i32::from(status != "Success")),
            output: output.to_owned(),
            errors: String::new(),
            started: None,
            ended: None,
        }
    }

    fn step(of: &mut RunCommand, world: &World) -> Step {
        of.step(&Observation { world, faults: &[], now: testing_samples::now() })
    }

    fn sent(nodes: &[&str]) -> RunCommand {
        let mut run = command(nodes, "df -h");
        assert!(matches!(step(&mut run, &World::default()), Step::Act(changes) if changes.len() == 1));
        let change_request = ChangeRequest { verb: "run", on: run.plan.on.clone(), arguments: Vec::new() };
        let receipt = Receipt { facts: vec![("command", "c-1".to_owned())], ..Receipt::default() };
        run.told(&change_request, &Ok(receipt), testing_samples::now());
        run
    }

    #[test]
    fn it_is_sent_once_and_watched_until_every_node_is_done() {
        let mut run = sent(&["i-1", "i-2"]);
        assert_eq!(run.wants(testing_samples::now()).len(), 1);
        let shelves = Shelves::default()
            .with([invocation("i-1", "Success", "a\npassword=hunter2\n"), invocation("i-2", "InProgress", "")]);
        assert!(matches!(step(&mut run, &shelves.0), Step::Wait(_)));
        let report = run.report(&Observation { world: &shelves.0, faults: &[], now: testing_samples::now() });
        assert_eq!(report.message, "1 of 2 nodes are done");
        assert!(!format!("{report:?}").contains("hunter2"), "secrets are masked");
        let shelves = Shelves::default().with([invocation("i-1", "Success", ""), invocation("i-2", "Failed", "")]);
        let Step::End(ending) = step(&mut run, &shelves.0) else { panic!("no end") };
        assert_eq!(ending, Ending::incomplete("1 of 2 did not succeed: name of i-2 failed with exit code 1"));
    }

    #[test]
    fn a_secret_in_the_line_is_sent_but_never_written_down() {
        let mut run = command(&["i-1"], "backup password=hunter2");
        assert!(!format!("{:?}", run.plan()).contains("hunter2"));
        let Step::Act(changes) = step(&mut run, &World::default()) else { panic!("nothing is sent") };
        let [change] = changes.as_slice() else { panic!("not one") };
        assert!(!format!("{:?} {:?}", change.plan(), change.change_request()).contains("hunter2"));
        assert_eq!(run.script().script, "backup password=hunter2");
    }

    #[test]
    fn one_whose_answer_is_lost_is_looked_for_by_its_mark_and_not_sent_again() {
        let lost = || {
            let mut run = command(&["i-1"], "df -h");
            let Step::Act(changes) = step(&mut run, &World::default()) else { panic!("nothing is sent") };
            let fault = Fault::new(crate::world::FaultKind::Timeout, "ssm:SendCommand", "no answer");
            let fault = Fault { answer_lost: true, ..fault };
            run.told(&changes[0].change_request(), &Err(fault), testing_samples::now());
            run
        };
        // It runs all the same.
        let mut run = lost();
        let [want] = &run.wants(testing_samples::now())[..] else { panic!("nothing is looked for") };
        let by_mark = part(&run.mark, "i-1");
        assert_eq!(want.coverage, Coverage::Parts([by_mark.as_str().into()].into()));
        assert!(matches!(step(&mut run, &World::default()), Step::Wait(_)));
        let seen = Invocation { key: by_mark, ..invocation("i-1", "Success", "") };
        let seen = Shelves::default().with([seen]);
        assert!(matches!(step(&mut run, &seen.0), Step::End(Ending { how: crate::change::How::Done, .. })));
        // It is nowhere.
        let mut run = lost();
        assert!(!run.goes_on(), "nobody knows that it does");
        let now = testing_samples::now() + UNKNOWN + SignedDuration::from_secs(1);
        let Step::End(ending) = run.step(&Observation { world: &World::default(), faults: &[], now }) else {
            panic!("no end")
        };
        assert_eq!(ending.how, crate::change::How::Incomplete);
        assert!(ending.message.starts_with("whether it ran is not known: no command with the mark ["), "{ending:?}");
    }

    #[test]
    fn what_could_not_be_sent_failed_and_changed_nothing() {
        let mut run = command(&["i-1"], "df -h");
        let _ = step(&mut run, &World::default());
        let change_request = ChangeRequest { verb: "run", on: run.plan.on.clone(), arguments: Vec::new() };
        let denied = Fault::new(crate::world::FaultKind::Denied, "ssm:SendCommand", "no");
        run.told(&change_request, &Err(denied), testing_samples::now());
        assert!(matches!(step(&mut run, &World::default()), Step::End(Ending { how: crate::change::How::Failed, .. })));
    }
}
