//! `toban deployments`: the deployments of a service that AWS keeps, and two revisions or deployments of it compared. Reads
//! and prints; what differs is told by the kind.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::read::{self, CommandContext};
use super::schedule::aligned;
use super::{args, change, output};
use crate::engine::headless::Snapshot;
use crate::kinds::ecs_service::comparison::{Comparison, Side, compare, deployment_id, deployments, unread};
use crate::kinds::ecs_service::{Service, deployed_by, history_page};
use crate::kinds::service_deployment::{RunningImage, ServiceDeployment};
use crate::kinds::task_definition::{TaskDefinition, revision_name};
use crate::kinds::trail_event::TrailEvent;
use crate::text::{first_line, harmless, mask_text, span, stamp, when, word};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, EnvironmentName, Resource, ResourceId};

/// What is shown, and where.
struct Shown<'a> {
    environment: EnvironmentName,
    id: ResourceId,
    service: &'a Service,
    snapshot: &'a Snapshot,
    context: &'a CommandContext,
}

/// Runs it.
///
/// # Errors
/// When there is no such service, revision or deployment, or nothing could be read.
pub(super) async fn run(context: &CommandContext, args: &args::Deployments) -> Result<Exit, Failure> {
    let mut snapshot = read::once_for(context, &args.target).await?;
    let (environment, id) = change::target(&snapshot, &args.target, &["services"], "service")?;
    let environment = environment.name.clone();
    let gone = || Failure::new(Exit::NotFound, format!("there is no service `{}`", args.target));
    let service = snapshot.world.get::<Service>(&id).cloned().ok_or_else(gone)?;
    let records = ReadRequest::part(&id.scope, ServiceDeployment::KIND, service.key());
    // A revision that was never deployed, or longer ago than AWS keeps deployments, is read by its number.
    let family = crate::kinds::ecs_service::comparison::family(&service.task_definition);
    let numbers = args.sides.iter().map(|side| side.rsplit(':').next().unwrap_or(side));
    let revisions = numbers.filter(|number| number.parse::<u32>().is_ok()).map(|number| format!("{family}:{number}"));
    let parts = revisions.map(|part| ReadRequest::part(&id.scope, TaskDefinition::KIND, &part));
    let reads: Vec<ReadRequest> = std::iter::once(records).chain(parts).collect();
    note(&change::consult(context, &mut snapshot, &reads).await);
    if !args.sides.is_empty() {
        let sides = sides(args, &service, &snapshot, &id)?;
        let who = sides.iter().filter_map(|side| deployed_by::read(side.record?, &id.scope));
        let parts = unread(sides.iter().map(|side| side.revision), &snapshot.world, &id.scope);
        let reads: Vec<ReadRequest> =
            parts.iter().map(|part| ReadRequest::part(&id.scope, TaskDefinition::KIND, part)).chain(who).collect();
        note(&change::consult(context, &mut snapshot, &reads).await);
        let sides = self::sides(args, &service, &snapshot, &id)?;
        let shown = Shown { environment, id, service: &service, snapshot: &snapshot, context };
        return compared(&shown, &sides, args.json);
    }
    note(&read_who(context, &mut snapshot, (&service, &id)).await);
    let shown = Shown { environment, id, service: &service, snapshot: &snapshot, context };
    if args.json {
        output::json(&format!("{}\n", shown.document()))?;
    } else {
        output::data(&shown.table())?;
    }
    Ok(Exit::Done)
}

/// Of so many deployments it is asked who made them: CloudTrail allows two calls a second, and a list is waited for.
const MADE_BY: usize = 8;

/// Reads who made the newest deployments. What CloudTrail refuses once it refuses for all of them.
async fn read_who(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    (service, id): (&Service, &ResourceId),
) -> Vec<String> {
    let all = deployments(service, &snapshot.world, &id.scope);
    let mut reads: Vec<ReadRequest> = Vec::new();
    for read in all.into_iter().filter_map(|record| deployed_by::read(record, &id.scope)) {
        if !reads.contains(&read) {
            reads.push(read);
        }
    }
    for read in reads.into_iter().take(MADE_BY) {
        let faults = change::consult(context, snapshot, &[read]).await;
        if !faults.is_empty() {
            return faults;
        }
    }
    Vec::new()
}

fn note(faults: &[String]) {
    faults.iter().for_each(|fault| output::note(&format!("toban: {fault}\n")));
}

/// The two that are meant, the older first; one alone is compared with what runs.
fn sides<'a>(
    args: &args::Deployments,
    service: &'a Service,
    snapshot: &'a Snapshot,
    id: &ResourceId,
) -> Result<[Side<'a>; 2], Failure> {
    let named = |typed: &String| {
        Side::named(typed, service, &snapshot.world, &id.scope).map_err(|why| Failure::new(Exit::NotFound, why))
    };
    Ok(match args.sides.as_slice() {
        [one, other] => [named(one)?, named(other)?],
        [one] => {
            let (one, running) = (named(one)?, Side::running(service, &snapshot.world, &id.scope));
            if one.at() <= running.at() { [one, running] } else { [running, one] }
        }
        _ => return Err(Failure::new(Exit::Usage, "two are compared at most".to_owned())),
    })
}

/// Prints what differs.
fn compared(shown: &Shown<'_>, [old, new]: &[Side<'_>; 2], json: bool) -> Result<Exit, Failure> {
    let found = compare(*old, *new);
    if json {
        let document = json!({
            "at": shown.at(Some(shown.snapshot.at)),
            "environment": shown.environment, "service": shown.service.name,
            "from": shown.side(old), "to": shown.side(new),
            "differences": found.differences.iter().map(masked).collect::<Vec<Value>>(),
            "notes": found.notes,
        });
        output::json(&format!("{document}\n"))?;
    } else {
        output::data(&shown.text(old, new, &found))?;
    }
    Ok(Exit::Done)
}

fn masked(one: &crate::change::plan::Difference) -> Value {
    let side = |text: &Option<String>| text.as_deref().map(|text| mask_text(text).into_owned());
    json!({ "what": one.what, "from": side(&one.from), "to": side(&one.to) })
}

impl Shown<'_> {
    fn at(&self, at: Option<Timestamp>) -> Option<String> {
        at.map(|at| stamp(at, &self.context.view.zone))
    }

    fn side(&self, side: &Side<'_>) -> Value {
        let definition = side.definition;
        json!({
            "task_definition": revision_name(side.revision),
            "registered_at": self.at(definition.and_then(|it| it.registered_at)),
            "registered_by": definition.and_then(|it| it.registered_by.as_ref()).map(Arn::as_str),
            "deployed_by": self.who(side).and_then(|event| event.who.as_deref()),
            "deployed_via": self.who(side).and_then(|event| event.via.as_deref()),
            "deployment": side.record.map(|record| self.record(record)),
        })
    }

    /// The call that made the deployment of a side.
    fn who(&self, side: &Side<'_>) -> Option<&TrailEvent> {
        self.maker(side.record?)
    }

    /// The call that made a deployment.
    fn maker(&self, record: &ServiceDeployment) -> Option<&TrailEvent> {
        deployed_by::deployed_by(record, &self.snapshot.world, &self.id.scope)
    }

    fn record(&self, record: &ServiceDeployment) -> Value {
        let image =
            |one: &RunningImage| json!({ "container": one.container, "image": one.image, "digest": one.digest });
        let strategy = record.progress.settings.strategy.as_deref();
        json!({
            "id": deployment_id(record),
            "status": word(&record.status),
            "strategy": strategy.map_or_else(|| "rolling".to_owned(), word),
            "task_definition": record.task_definition.as_ref().map(revision_name),
            "images": record.images.iter().map(image).collect::<Vec<Value>>(),
            "created_at": self.at(record.created_at),
            "finished_at": self.at(record.finished_at),
            "seconds": history_page::took(record),
            "why": history_page::why(record),
            "deployed_by": self.maker(record).and_then(|event| event.who.as_deref()),
            "deployed_via": self.maker(record).and_then(|event| event.via.as_deref()),
        })
    }

    fn document(&self) -> Value {
        let all = deployments(self.service, &self.snapshot.world, &self.id.scope);
        json!({
            "at": self.at(Some(self.snapshot.at)),
            "environment": self.environment, "service": self.service.name,
            "task_definition": revision_name(&self.service.task_definition),
            "deployments": all.into_iter().map(|record| self.record(record)).collect::<Vec<Value>>(),
        })
    }

    fn when(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), |at| when(at, self.snapshot.at, &self.context.view.zone))
    }

    fn table(&self) -> String {
        let titles = ["DEPLOYMENT", "DEPLOYED", "REVISION", "RESULT", "TOOK", "BY", "IMAGES", "WHY"];
        let mut rows = vec![titles.map(str::to_owned).to_vec()];
        for record in deployments(self.service, &self.snapshot.world, &self.id.scope) {
            let images: Vec<String> = record.images.iter().map(history_page::image).collect();
            rows.push(vec![
                deployment_id(record).to_owned(),
                self.when(record.created_at),
                record.task_definition.as_ref().map_or("–", revision_name).to_owned(),
                history_page::result(record).1,
                history_page::took(record).map_or_else(|| "–".to_owned(), span),
                self.maker(record).and_then(deployed_by::words).unwrap_or_else(|| "–".to_owned()),
                images.join(", "),
                history_page::why(record).map(|why| first_line(&why, 200)).unwrap_or_default(),
            ]);
        }
        if rows.len() == 1 {
            return format!("AWS keeps no deployment of {}\n", harmless(&self.service.name));
        }
        aligned(&rows)
    }

    /// Both sides, then what differs.
    fn text(&self, old: &Side<'_>, new: &Side<'_>, found: &Comparison) -> String {
        let mut rows = vec![vec![String::new(), "BEFORE".to_owned(), "AFTER".to_owned()]];
        let mut row = |what: &str, of: &dyn Fn(&Side<'_>) -> String| {
            let cells = [what.to_owned(), of(old), of(new)].map(|text| mask_text(&text).into_owned());
            rows.push(cells.to_vec());
        };
        row("revision", &|side| revision_name(side.revision).to_owned());
        row("deployment", &|side| side.record.map_or("–", deployment_id).to_owned());
        row("deployed", &|side| self.when(side.record.and_then(|record| record.created_at)));
        row("result", &|side| side.record.map_or_else(|| "–".to_owned(), |record| history_page::result(record).1));
        row("deployed by", &|side| self.who(side).and_then(deployed_by::words).unwrap_or_else(|| "–".to_owned()));
        row("registered", &|side| self.when(side.definition.and_then(|it| it.registered_at)));
        row("registered by", &|side| {
            let by = side.definition.and_then(|it| it.registered_by.as_ref());
            by.map_or("–", Arn::as_str).to_owned()
        });
        for one in &found.differences {
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
            row(&one.what, &|which| if std::ptr::eq(which, old) { side(&one.from) } else { side(&one.to) });
        }
        let mut text = aligned(&rows);
        if found.differences.is_empty() {
            text.push_str("nothing differs, as far as it is known\n");
        }
        found.notes.iter().for_each(|note| text.push_str(&format!("  {}\n", harmless(note))));
        text
    }
}

#[cfg(test)]
mod tests;
