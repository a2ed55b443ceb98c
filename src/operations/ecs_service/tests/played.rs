//! Whole rollouts over the simulated account, driven as both faces drive them: what is proposed, what is told on the
//! way, and how it ends.

use jiff::Timestamp;

use crate::change::gate::{Admitted, Confirmation, Gate, GateContext};
use crate::change::procedure::Proposal;
use crate::change::{Ending, How, Report};
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::engine::execute::JournalWriter;
use crate::engine::headless::{Snapshot, View, picture};
use crate::engine::run_procedure::{ProcedureRun, run_procedure};
use crate::environment::ConfiguredEnvironments;
use crate::kinds::catalog::kind;
use crate::kinds::testing_samples::tokyo;
use crate::kinds::{KindContext, ResourceIndex};
use crate::operations::{Action, ActionContext};
use crate::world::{Resource, ResourceId};
use std::sync::Arc;

use crate::kinds::ecs_service::Service;

/// A console over a demo.
struct PlayedAccount {
    cloud: Arc<dyn Cloud>,
    snapshot: Snapshot,
    id: ResourceId,
    environment: String,
}

impl PlayedAccount {
    async fn of(environment: &str, service: &str) -> Self {
        let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, 30.0, Timestamp::UNIX_EPOCH).prompt());
        Self::over(demo, environment, service).await
    }

    async fn over(cloud: Arc<dyn Cloud>, environment: &str, service: &str) -> Self {
        let view = View { configured_environments: ConfiguredEnvironments::default(), zone: tokyo() };
        let snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo can be read");
        let home = snapshot.picture.environment(&environment.into()).expect("the environment");
        let found = home.members.iter().find(|one| one.id.kind == Service::KIND && one.name == service);
        let id = found.expect("the service").id.clone();
        Self { cloud, snapshot, id, environment: environment.to_owned() }
    }

    fn at_site<T>(&self, use_it: impl FnOnce(&ActionContext<'_>) -> T) -> T {
        let (resource_index, zone) = (ResourceIndex::of(&self.snapshot.world), tokyo());
        let environment = self.snapshot.picture.environment(&self.environment.as_str().into()).expect("it");
        let cx = KindContext {
            world: &self.snapshot.world,
            resource_index: &resource_index,
            scope: &self.id.scope,
            protected: environment.protected,
            now: self.cloud.now(),
            zone: &zone,
        };
        use_it(&ActionContext { cx, environment })
    }

    fn actions(&self) -> Vec<Action> {
        let of = crate::operations::actions_of(Service::KIND).expect("the actions");
        self.at_site(|context| of.actions(&self.id, context))
    }

    async fn propose(&mut self, verb: &str, value: Option<&str>) -> Result<Proposal, String> {
        let action = self.actions().into_iter().find(|action| action.verb == verb).expect("the offer");
        for want in action.prompt.reads() {
            let of = kind(want.kind).expect("the kind");
            let got = self.cloud.read(of, &want.scope, &want.coverage, &self.snapshot.world).await;
            self.snapshot.world.put(&want.scope, want.kind, &want.coverage, got, self.cloud.now());
        }
        let of = crate::operations::actions_of(Service::KIND).expect("the actions");
        self.at_site(|context| of.propose(&self.id, verb, value, context))
    }

    fn procedure_run(&self, proposal: Proposal) -> ProcedureRun {
        let now = self.cloud.now();
        let at = GateContext { protected: true, ..GateContext::seen_at(now) };
        let allowed = Gate::default().allow(proposal, &Confirmation::Named(self.environment.clone()), None, &at);
        match allowed.expect("nothing hinders it") {
            Admitted::Procedure(license, procedure) => ProcedureRun { id: 1, license, procedure, limit: None },
            Admitted::Change(approved) => panic!("a change alone: {approved:?}"),
        }
    }

    async fn run(&mut self, verb: &str, value: Option<&str>) -> (Ending, Vec<Report>) {
        let proposal = self.propose(verb, value).await.expect("it can be done");
        self.carry(proposal, false).await
    }

    async fn carry(&self, proposal: Proposal, leave: bool) -> (Ending, Vec<Report>) {
        let mut told = Vec::new();
        let world = self.snapshot.world.clone();
        let mut tell = |report: Report| {
            if told.last() != Some(&report) {
                told.push(report);
            }
        };
        let ending = run_procedure(
            &*self.cloud,
            self.procedure_run(proposal),
            world,
            (&JournalWriter::default(), leave),
            &mut tell,
        )
        .await;
        (ending, told)
    }

    async fn again(&self) -> Self {
        let service = self.id.key.rsplit('/').next().expect("a name").to_owned();
        Self::over(Arc::clone(&self.cloud), &self.environment, &service).await
    }
}

/// A report as text.
fn page(report: &Report) -> String {
    use crate::display::Section;
    let bars = report
        .bars
        .iter()
        .map(|bar| format!("{}: {}/{} {} ({})", bar.label, bar.done, bar.all, bar.note, bar.health.word()));
    let sections = report.sections.iter().flat_map(|section| match section {
        Section::Table { title, rows, .. } => {
            let row = |row: &crate::display::Row| {
                format!("  {}", row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | "))
            };
            std::iter::once(format!("[{title}]")).chain(rows.iter().map(row)).collect::<Vec<_>>()
        }
        Section::Moments { title, moments, .. } => {
            let moment = |moment: &crate::display::Moment| format!("  {} {}", moment.at, moment.message);
            std::iter::once(format!("[{title}]")).chain(moments.iter().map(moment)).collect()
        }
        Section::Facts { title, .. } => vec![format!("[{title}]")],
    });
    bars.chain(sections).collect::<Vec<_>>().join("\n")
}

fn lines(told: &[Report]) -> Vec<&str> {
    let mut lines: Vec<&str> = told.iter().map(|report| report.message.as_str()).collect();
    lines.dedup();
    lines
}

#[tokio::test(start_paused = true)]
async fn force_replaces_every_task_and_ends_when_the_new_ones_serve() {
    let mut context = PlayedAccount::of("city-poc", "Frontend").await;
    let (ending, told) = context.run("force", None).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    insta::assert_snapshot!(format!("{}\n= {}", lines(&told).join("\n"), ending.message));
}

#[tokio::test(start_paused = true)]
async fn a_broken_image_is_rolled_back_with_its_reason_and_its_last_words() {
    let mut context = PlayedAccount::of("city-poc", "Frontend").await;
    let (ending, told) = context.run("deploy", Some("v2-broken")).await;
    assert_eq!(ending.how, How::Incomplete, "{}", ending.message);
    let worst = told.iter().rev().find(|report| report.sections.len() > 2).expect("a report with a log");
    insta::assert_snapshot!(format!("{}\n= {}\n\n{}", lines(&told).join("\n"), ending.message, page(worst)));
    let again = context.again().await;
    let context = again.at_site(|context| context.cx.world.get::<Service>(&again.id).map(|service| service.running));
    assert!(context.is_some_and(|running| running > 0), "what ran before runs again");
}

#[tokio::test(start_paused = true)]
async fn an_image_that_cannot_be_pulled_says_so() {
    let mut context = PlayedAccount::of("city-poc", "Backend").await;
    let (ending, told) = context.run("deploy", Some("missing-layers")).await;
    assert_eq!(ending.how, How::Incomplete, "{}", ending.message);
    assert!(lines(&told).iter().any(|line| line.contains("a task failed: ")), "{:#?}", lines(&told));
}

#[tokio::test(start_paused = true)]
async fn another_deployment_takes_the_place_of_ours() {
    let mut context = PlayedAccount::of("city-poc", "Frontend").await;
    let first = context.propose("deploy", Some("v2")).await.expect("a plan");
    let (left, _) = context.carry(first, true).await;
    assert!(left.message.contains("goes on inside ECS"), "{}", left.message);
    let mut again = context.again().await;
    let watched = again.propose("watch", None).await.expect("it is on its way");
    let other = again.propose("force", None).await.expect("a plan");
    let (ours, theirs) = tokio::join!(again.carry(watched, false), async {
        again.cloud.pause(jiff::SignedDuration::from_secs(20)).await;
        again.carry(other, false).await
    });
    assert_eq!(theirs.0.how, How::Done, "{}", theirs.0.message);
    assert_eq!(ours.0.how, How::Incomplete, "{}", ours.0.message);
    assert!(ours.0.message.contains("another deployment replaced"), "{}", ours.0.message);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_is_taken_back_and_an_older_revision_deployed_again() {
    let mut context = PlayedAccount::of("city-poc", "Frontend").await;
    let first = context.propose("deploy", Some("v2")).await.expect("a plan");
    context.carry(first, true).await;
    context.cloud.pause(jiff::SignedDuration::from_secs(60)).await;
    let mut context = context.again().await;
    let back = context.propose("rollback", None).await.expect("it can be taken back");
    assert!(back.plan().calls[0].starts_with("ecs:StopServiceDeployment"), "{:?}", back.plan().calls);
    let (ending, _) = context.carry(back, false).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let mut context = context.again().await;
    let (ending, _) = context.run("revision", Some("7")).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
}

#[tokio::test(start_paused = true)]
async fn scaling_waits_for_the_tasks() {
    let mut context = PlayedAccount::of("city-poc", "Backend").await;
    let (ending, told) = context.run("scale", Some("3")).await;
    assert_eq!(ending, Ending::done("Backend runs 3 tasks"));
    assert!(lines(&told).contains(&"1 of 3 tasks running"), "{:?}", lines(&told));
    assert!(!lines(&told).iter().any(|line| line.contains("no change")), "nothing stands still: {:?}", lines(&told));
    assert!(context.again().await.propose("scale", Some("3")).await.is_err_and(|why| why.contains("already")));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_says_why() {
    let mut context = PlayedAccount::of("city-poc", "Frontend").await;
    for (verb, value, why) in [
        ("scale", "many", "no number of tasks"),
        ("deploy", "", "name an image tag"),
        ("deploy", "nothing=v2", "no such container"),
        ("revision", "0", "is no revision"),
        ("revision", "other:3", "only its own revisions"),
        ("watch", "", "no rollout"),
    ] {
        let refused = context.propose(verb, Some(value)).await.err().unwrap_or_default();
        assert!(refused.contains(why), "{verb} {value}: {refused}");
    }
}
