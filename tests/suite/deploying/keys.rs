//! Every verb by key: through the menu of actions and the palette, on each of the systems against the peer and in the
//! demo, with the plan before and the page after.

use rstest::rstest;
use serde_json::Value;

use super::{context, sent};
use crate::support::peer::Peer;
use crate::terminal::{Terminal, console};

/// How many times as fast as the clock the simulated account lives where only ends are waited for.
const FAST: &str = "60";
/// The same where what stands on the screen in between is waited for too.
const SLOW: &str = "12";

/// A console that is open on an environment.
struct Duty {
    toban: Terminal,
    /// What has to be typed where the environment is protected.
    protected: Option<&'static str>,
    _home: Option<tempfile::TempDir>,
}

impl Duty {
    fn against(peer: &Peer, environment: &str, protected: Option<&'static str>) -> Self {
        Self { toban: Terminal::run(console(&peer.env(), &[environment]), 160, 50), protected, _home: None }
    }

    fn demo(environment: &str, protected: Option<&'static str>) -> Self {
        let (toban, home) = Terminal::demo(160, 50, &["--demo-speed", FAST, environment]);
        Self { toban, protected, _home: Some(home) }
    }

    /// Waits until `shown` is on the screen, and puts the cursor on the row that a filter for `name` leaves, which `but`
    /// is not. By the filter alone: how many tabs a panel is away changes while the others are read.
    fn on(mut self, name: &str, shown: &str, but: &str) -> Self {
        // Everything is read and the environment's own page is there: what is typed sooner lands on the fleet, or on rows
        // that nothing can be done with yet.
        self.toban.shows(shown);
        self.toban.wait("the environment, read whole", |screen| {
            let head = screen.lines().next().unwrap_or_default();
            !head.contains(" fleet ") && !head.contains("waiting for ")
        });
        self.toban.keys(&format!("/{name}\r"));
        self.toban.hides(but);
        self.toban.wait("the cursor on it alone", |screen| {
            let head = screen.lines().next().unwrap_or_default();
            // A function and its API have one name.
            [1, 2].iter().any(|left| head.contains(&format!("/{name} · {left} of ")))
                && screen.lines().any(crate::terminal::has_cursor)
        });
        self
    }

    /// Takes up an offer from the menu of actions.
    fn takes(&mut self, verb: &str) {
        self.toban.keys("a");
        self.toban.wait("the menu of actions", |screen| chosen(screen).is_some());
        for _ in 0..40 {
            let before = self.toban.look(vt100::Screen::contents);
            if chosen(&before).is_some_and(|line| line.split_whitespace().take(2).any(|word| word == verb)) {
                self.toban.keys("\r");
                return;
            }
            let at = chosen(&before).map(str::to_owned);
            self.toban.keys("j");
            self.toban.wait("another entry", |screen| chosen(screen).map(str::to_owned) != at);
        }
        panic!("the menu has no {verb}");
    }

    /// Asks for something as `ask` does, says yes to its plan, waits for the end and goes back.
    fn does(&mut self, ask: impl FnOnce(&mut Self), plan: &str, end: &str) {
        ask(self);
        self.toban.shows(plan);
        match self.protected {
            Some(name) => {
                self.toban.shows(&format!("type {name} and enter"));
                self.toban.keys(&format!("{name}\r"));
            }
            None => {
                self.toban.shows("y: yes");
                self.toban.keys("y");
            }
        }
        // Its page first: what the one before said at its end may still stand on the screen.
        self.toban.wait("its page", |screen| screen.lines().next().unwrap_or_default().contains(" › "));
        self.toban.shows(end);
        self.toban.keys("\u{1b}");
        // By where we are: the plan itself may be out of sight already, and what is typed on joins the escape.
        self.toban.wait("the page to be left", |screen| !screen.lines().next().unwrap_or_default().contains(" › "));
    }

    /// The same, and chooses the first of its choices, which says `what`.
    fn picks(&mut self, verb: &str, what: &str) {
        self.takes(verb);
        self.toban
            .wait(&format!("a choice of {what}"), |screen| chosen(screen).is_some_and(|line| line.contains(what)));
        self.toban.keys("\r");
    }

    /// Takes up `scale`, to three tasks.
    fn scales(&mut self) {
        self.takes("scale");
        self.toban.shows("how many tasks");
        self.toban.keys("\u{15}3\r"); // ctrl-u takes away what stands there
    }

    /// What is typed behind a colon, as something to ask for.
    fn types(line: &str) -> impl Fn(&mut Self) + use<'_> {
        move |context| context.toban.keys(&format!(":{line}\r"))
    }
}

/// The entry of a menu that the cursor is on.
fn chosen(screen: &str) -> Option<&str> {
    screen.lines().rev().find_map(|line| line.split_once("┃▸").map(|(_, entry)| entry.trim_start()))
}

/// Each verb of a service, one after the other; `family` is its task definition's.
fn every_verb_of_a_service(context: &mut Duty, family: &str) {
    let there = "all its new tasks are there";
    context.does(|context| context.takes("force"), "replace every task of ", there);
    context.does(Duty::types("deploy v2"), &format!("a new revision of {family}"), there);
    context.toban.shows(":v2"); // what is planned next rests on what was read since
    context.does(|context| context.picks("rollback", family), " back to ", there);
    context.toban.hides(":v2");
    context.does(Duty::types("revision 2"), &format!("{family}:2"), there);
    context.toban.shows(":v2");
    context.does(Duty::scales, " to 3 tasks", "runs 3 tasks");
}

#[rstest]
#[case::prooflink("prooflink", "prooflink-dev", "prooflink-dev-task", None)]
#[case::cdk("backend", "backend-dev", "ComputeStackdevBackendTaskDef0A1B2C3D", None)]
#[case::municipal_backend("city", "city-poc", "city-poc-backend", None)]
#[case::municipal_frontend("city", "city-poc", "city-poc-frontend", None)]
#[case::municipal_production_by_a_role("city", "city-prod", "city-prod-frontend", Some("city-prod"))]
fn a_service_of_the_peer(
    #[case] system: &str,
    #[case] environment: &str,
    #[case] family: &str,
    #[case] protected: Option<&'static str>,
) {
    let peer = context(&[system]);
    let mut context = Duty::against(&peer, environment, protected).on(&format!("{family}:"), "services ", "databases");
    every_verb_of_a_service(&mut context, family);
    let told: Vec<Value> = sent(&peer, "UpdateService");
    let to: Vec<String> =
        told.iter().filter_map(|call| call["taskDefinition"].as_str()?.rsplit(':').next().map(str::to_owned)).collect();
    assert_eq!((told.len(), to), (5, ["2", "1", "2"].map(str::to_owned).to_vec()));
    assert_eq!((&told[0]["forceNewDeployment"], &told[4]["desiredCount"]), (&Value::from(true), &Value::from(3)));
}

/// Deploys kajimaru's instances, takes them back and migrates.
fn every_verb_of_instances(mut context: Duty) -> Duty {
    let deploy = |context: &mut Duty| {
        context.takes("deploy");
        context.toban.shows("branch, tag or commit");
        context.toban.keys("\r");
    };
    context.does(deploy, "deploy main to 2 instances of kajimaru-TG, one at a time", "2 instances run");
    context.does(|context| context.takes("rollback"), "bring 2 instances of kajimaru-TG back", "2 instances run");
    context.does(|context| context.takes("migrate"), "migrate the database from", "the migration ran to its end");
    context
}

#[test]
fn the_instances_of_the_peer() {
    let peer = context(&["kajimaru"]);
    every_verb_of_instances(Duty::against(&peer, "kajimaru", Some("kajimaru")).on(
        "^kajimaru-TG$",
        "kajimaru-TG",
        "kajimaru-db",
    ));
    assert_eq!(sent(&peer, "DeregisterTargets").len(), 4, "each went out twice");
}

#[test]
fn the_instances_of_the_demo() {
    let context = Duty::demo("kajimaru", Some("kajimaru")).on("^kajimaru-TG$", "kajimaru-TG", "kajimaru-db");
    let shown = String::from_utf8_lossy(&every_verb_of_instances(context).toban.raw()).into_owned();
    assert!(shown.contains("pip install") && shown.contains("migrations"), "the output of the commands is on the page");
}

/// Deploys cat-data's function by its alias and takes it back: `code` becomes `version`, after a share if there is one.
fn every_verb_of_a_function(mut context: Duty, code: &str, (version, before): (u32, u32)) {
    let end = format!("all calls of live go to version {version}");
    context.does(Duty::types(&format!("deploy {code}")), "shift live to it", &end);
    context.does(
        |context| context.picks("rollback", "live"),
        "live",
        &format!("all calls of live go to version {before}"),
    );
}

#[test]
fn the_function_of_the_peer() {
    let peer = context(&["cat-data-v23"]);
    let context = Duty::against(&peer, "cat-data-v23", Some("cat-data-v23"));
    let context = context.on("^cat-data-v23-api$", "cat-data-v23-api ", "cat-data-v23-import");
    every_verb_of_a_function(context, "s3://cat-data-v23/api.zip", (2, 1));
    assert_eq!((sent(&peer, "PublishVersion").len(), sent(&peer, "UpdateAlias").len()), (1, 2));
}

#[test]
fn the_function_of_the_demo_by_a_share_that_is_watched() {
    let context = Duty::demo("cat-data-v23", Some("cat-data-v23"));
    let context = context.on("^cat-data-v23-api$", "cat-data-v23-api ", "cat-data-v23-aggregate");
    every_verb_of_a_function(context, "s3://cat-data-code/api-8.zip weight=10 minutes=1", (8, 7));
}

#[rstest]
#[case::prooflink("prooflink-prod", "prooflink-prod-task", Some("prooflink-prod"))]
#[case::cdk("backend-prod", "BackendTaskDef", Some("backend-prod"))]
fn a_service_of_the_demo(#[case] environment: &str, #[case] family: &str, #[case] protected: Option<&'static str>) {
    let mut context = Duty::demo(environment, protected).on(family, "services ", "databases");
    let there = "all its new tasks are there";
    context.does(|context| context.takes("force"), "replace every task of ", there);
    context.does(Duty::types("deploy v2"), "a new revision of ", there);
    context.toban.shows(":v2"); // what is planned next rests on what was read since
    context.does(|context| context.picks("rollback", family), " back to ", there);
    context.toban.hides(":v2");
    context.does(|context| context.picks("revision", ":v2"), "take ", there);
    context.toban.shows(":v2");
    context.does(Duty::scales, " to 3 tasks", "runs 3 tasks");
}

/// The demo's proof of concept.
fn poc() -> (Terminal, tempfile::TempDir) {
    Terminal::demo(140, 40, &["--demo-speed", SLOW, "city-poc"])
}

/// Goes to a service of the demo's proof of concept by keys, and deploys `tag` to it.
fn deploying(tag: &str) -> (Terminal, tempfile::TempDir) {
    let (mut toban, home) = poc();
    toban.shows("city-poc-frontend:8");
    toban.keys("/city-poc-frontend:8\r");
    toban.hides("city-poc-backend:11");
    toban.keys("\r");
    toban.shows("circuit breaker     on, rolls back");
    toban.keys("a");
    toban.shows("rollback");
    toban.keys("\u{1b}"); // seen alone before the next key: together they would be alt and that key
    toban.hides("rollback");
    toban.keys(&format!(":deploy {tag}\r"));
    toban.shows("y: yes");
    for what in ["in city-poc, demo/", "a new revision of city-poc-frontend", "ecs:UpdateService Frontend", tag] {
        toban.shows(what);
    }
    toban.keys("y");
    toban.shows(" plan ─");
    (toban, home)
}

/// The line of the bar with this label.
fn bar<'a>(screen: &'a str, label: &str) -> &'a str {
    let drawn = |line: &&str| line.contains(label) && (line.contains("░░") || line.contains("██"));
    screen.lines().find(drawn).unwrap_or_default()
}

/// Leaves the page that is shown for the journal, where the deployment must have ended in these words; and quits.
fn stands_in_the_journal(toban: &mut Terminal, message: &str) {
    toban.keys("?");
    toban.shows("keys and commands of this place");
    toban.keys("\u{1b}");
    toban.hides("keys and commands of this place");
    toban.keys(":journal\r");
    toban.shows("register a revision for Frontend");
    toban.wait(message, |screen| {
        screen.lines().any(|line| line.contains("deploy city-poc-frontend:") && line.contains(message))
    });
    toban.keys(":quit\r");
    assert_eq!(toban.end().exit_code(), 0, "what is over holds nobody back");
}

#[test]
fn a_deployment_is_planned_confirmed_and_watched_to_its_good_end() {
    let (mut toban, _home) = deploying("v2");
    toban.wait("the old task, and no new one yet", |screen| {
        bar(screen, "new tasks ").contains("░  0/1") && bar(screen, "old tasks ").contains("█  1/1")
    });
    toban.wait("the new task", |screen| bar(screen, "new tasks ").contains("█  1/1"));
    toban.shows("registered 1 targets");
    toban.wait("a healthy target", |screen| bar(screen, "healthy targets ").contains("█  1/1"));
    toban.wait("the old task gone", |screen| bar(screen, "old tasks ").contains("░  0/1"));
    toban.shows("Frontend runs city-poc-frontend:9, all its new tasks are there");
    stands_in_the_journal(&mut toban, "Frontend runs city-poc-frontend:9");
}

#[test]
fn a_failing_deployment_shows_why_and_ends_as_rolled_back() {
    let (mut toban, _home) = deploying("v2-broken");
    toban.wait("a failed task's reason", |screen| {
        screen.contains("a task failed:") && screen.contains("frontend exited with code 1")
    });
    toban.shows("failed tasks of this deployment");
    toban.shows("Cannot find module");
    toban.wait("the circuit breaker", |screen| bar(screen, "circuit breaker ").contains("█  3/3"));
    toban.shows("city-poc-frontend:9 was rolled back");
    toban.wait("what ran before", |screen| bar(screen, "old tasks ").contains("█  1/1"));
    stands_in_the_journal(&mut toban, "city-poc-frontend:9 was rolled back");
}

#[test]
fn an_image_that_cannot_be_pulled_is_said_on_the_screen() {
    let (mut toban, _home) = deploying("missing-layers");
    toban.shows("failed tasks of this deployment");
    toban.shows("image cannot be pulled: tag not found");
    toban.shows("city-poc-frontend:9 was rolled back");
    stands_in_the_journal(&mut toban, "city-poc-frontend:9 was rolled back");
}
