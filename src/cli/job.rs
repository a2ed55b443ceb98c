//! `toban jobs` and `toban job run`: work that begins by the clock or by hand, as the kinds tell it; with what the
//! environment's off-hours mean for it. Reads, names, proposes; running is `operations::job`'s.

use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::read::{self, CommandContext};
use super::schedule::aligned;
use super::{args, change, output};
use crate::cloud::at_work;
use crate::display::Column;
use crate::engine::headless::Snapshot;
use crate::environment::Member;
use crate::kinds::catalog::kind;
use crate::kinds::{AnyKind, KindContext, ResourceIndex};
use crate::offhours::external_schedulers::Job;
use crate::overview::EnvironmentStatus;
use crate::schedule::wording::rfc;
use crate::text::harmless;

/// The list that jobs of all kinds stand in.
const LIST: &str = "jobs";

/// `toban jobs`.
///
/// # Errors
/// When nothing could be read, or there is no such environment.
pub(super) async fn list(context: &CommandContext, args: &args::Jobs) -> Result<Exit, Failure> {
    let snapshot = read::once(context).await?;
    let chosen: Vec<&EnvironmentStatus> = match &args.env {
        Some(typed) => vec![change::environment(&snapshot, typed)?],
        None => snapshot.picture.environments.iter().collect(),
    };
    if args.json {
        output::json(&format!("{}\n", document(&snapshot, &chosen, context)))?;
    } else {
        output::data(&table(&snapshot, &chosen, context))?;
        output::note(&read::faults(&snapshot));
    }
    Ok(Exit::Done)
}

/// `toban job run`.
///
/// # Errors
/// When there is no such job, it cannot be run, or the run does not end well.
pub(super) async fn act(context: &CommandContext, args: &args::Job) -> Result<Exit, Failure> {
    let args::JobVerb::Run(args) = &args.what;
    let queue = args.queue.iter().map(|queue| format!("queue={queue}"));
    let values: Vec<String> = args.set.iter().cloned().chain(queue).collect();
    // Each on its own line: a value may hold spaces.
    let typed = args.input.clone().unwrap_or_else(|| format!("{}\n", values.join("\n")));
    let here = at_work(&context.cloud);
    let mut snapshot = read::once(context).await?;
    let arguments =
        change::ActionArgs { target: &args.target, lists: &[LIST], what: "job", verb: "run", value: Some(&typed) };
    let taken_up = change::take_up(context, &mut snapshot, &arguments).await?;
    drop(here);
    change::carry_out(context, snapshot, taken_up, (("run", 1), &args.acting)).await
}

/// The jobs among the members of an environment, each with its kind.
fn jobs(environment: &EnvironmentStatus) -> impl Iterator<Item = (&Member, &'static dyn AnyKind, &'static [Column])> {
    environment.members.iter().filter_map(|member| {
        let kind = kind(member.id.kind)?;
        let shown = kind.shown().filter(|shown| shown.list == LIST)?;
        Some((member, kind, shown.columns))
    })
}

/// What the off-hours of the environment know of the job of that name.
fn known<'e>(environment: &'e EnvironmentStatus, name: &str) -> Option<&'e Job> {
    environment.others.jobs.iter().find(|job| job.name.strip_prefix("default/").unwrap_or(&job.name) == name)
}

fn each<T>(
    snapshot: &Snapshot,
    environment: &EnvironmentStatus,
    context: &CommandContext,
    make: &mut dyn FnMut(&Member, &'static dyn AnyKind, &KindContext<'_>) -> Vec<T>,
) -> Vec<T> {
    let resource_index = ResourceIndex::of(&snapshot.world);
    let mut all = Vec::new();
    for (member, kind, _) in jobs(environment) {
        let cx = KindContext {
            world: &snapshot.world,
            resource_index: &resource_index,
            scope: &member.id.scope,
            protected: environment.protected,
            now: snapshot.at,
            zone: &context.view.zone,
        };
        all.extend(make(member, kind, &cx));
    }
    all
}

/// For scripts.
fn document(snapshot: &Snapshot, chosen: &[&EnvironmentStatus], context: &CommandContext) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for environment in chosen {
        all.extend(each(snapshot, environment, context, &mut |member, kind, cx| {
            let Some(mut object) = kind.to_json(&member.id, cx) else { return Vec::new() };
            let asleep = known(environment, &member.name).and_then(|job| job.json(cx.zone).get("asleep").cloned());
            if let Some(fields) = object.as_object_mut() {
                fields.insert("environment".to_owned(), json!(environment.name));
                fields.insert("asleep".to_owned(), asleep.unwrap_or(Value::Null));
            }
            vec![object]
        }));
    }
    json!({ "at": rfc(snapshot.at, &context.view.zone), "jobs": all })
}

/// For people.
fn table(snapshot: &Snapshot, chosen: &[&EnvironmentStatus], context: &CommandContext) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut notes = String::new();
    for environment in chosen {
        if let (true, Some((.., columns))) = (rows.is_empty(), jobs(environment).next()) {
            let titles = columns.iter().map(|column| column.title.to_owned());
            rows.push(std::iter::once("ENVIRONMENT".to_owned()).chain(titles).collect());
        }
        rows.extend(each(snapshot, environment, context, &mut |member, kind, cx| {
            let lines = kind.rows(&member.id, cx).into_iter().map(|row| {
                let cells =
                    row.cells.into_iter().map(|cell| if cell.text.is_empty() { "–".to_owned() } else { cell.text });
                std::iter::once(environment.name.to_string()).chain(cells).collect()
            });
            lines.collect()
        }));
        for job in environment.others.jobs.iter().filter(|job| job.enabled) {
            if let Some(message) = job.clash(snapshot.at, &context.view.zone) {
                notes.push_str(&format!("! {}: {}\n", environment.name, harmless(&message)));
            }
        }
    }
    let table = if rows.len() > 1 { aligned(&rows) } else { "there are no jobs\n".to_owned() };
    format!("{table}{notes}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cloud::Cloud;
    use crate::config::Settings;
    use crate::demo::Demo;
    use crate::engine::headless::{View, picture};

    async fn demo() -> (CommandContext, Snapshot) {
        let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
        let zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
        let view = View { configured_environments: crate::demo::configured_environments(), zone };
        let snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo can be read");
        (CommandContext { cloud, settings: Settings::default(), view, memory: None, paint: None }, snapshot)
    }

    #[tokio::test]
    async fn jobs_of_every_kind_are_listed_with_their_hours_here_and_their_last_run() {
        let (context, snapshot) = demo().await;
        let all: Vec<&EnvironmentStatus> = snapshot.picture.environments.iter().collect();
        let document = document(&snapshot, &all, &context);
        let jobs = document["jobs"].as_array().expect("jobs");
        let of = |name: &str| {
            jobs.iter()
                .find(|job| job["name"].as_str().is_some_and(|it| it.contains(name)))
                .unwrap_or_else(|| panic!("{name}: {document}"))
        };
        let daily = of("city-prod-daily");
        assert_eq!((daily["environment"].as_str(), daily["work"].as_str()), (Some("city-prod"), Some("task")));
        assert_eq!((daily["local"].as_str(), daily["expression"].as_str()), (Some("11:00"), Some("cron(0 2 * * ? *)")));
        assert!(daily["next_at"].as_str().is_some_and(|at| at.ends_with("T11:00:00+09:00")), "{daily}");
        let hourly = of("city-prod-hourly");
        assert_eq!(hourly["last"]["state"], "running", "it began at the full hour: {hourly}");
        let import = of("prooflink-prod-user-import");
        assert_eq!((import["health"].as_str(), import["last"]["state"].as_str()), (Some("worrying"), Some("failed")));
        assert!(import["why"].as_str().is_some_and(|why| why.contains("exit code 1")), "{import}");
        assert_eq!(of("ReportMachine")["last"]["state"], "succeeded");
        assert_eq!(of("aggregate-hourly")["kind"], "rule");
        let report = of("usage-report");
        assert_eq!(report["asleep"]["who"][0], "prooflink-dev-db", "{report}");
    }

    #[tokio::test]
    async fn people_read_one_line_each_and_what_comes_while_the_database_sleeps() {
        let (context, snapshot) = demo().await;
        let all: Vec<&EnvironmentStatus> = snapshot.picture.environments.iter().collect();
        let text = table(&snapshot, &all, &context);
        assert!(text.starts_with("ENVIRONMENT"), "{text}");
        assert!(
            text.lines().any(|line| line.contains("prooflink-prod-user-import") && line.contains("failed")),
            "{text}"
        );
        assert!(text.contains("! prooflink-dev: rule prooflink-dev-usage-report"), "{text}");
    }
}
