//! The page of an explanation: what leads where, and what is said while answers are waited for.

use super::*;
use crate::kinds::testing_samples::{ago, now, service, tokyo};
use crate::overview::Picture;
use crate::timeline::EventKind;
use crate::world::{Resource, World};

fn told() -> Explanation {
    let id = service().id(&crate::kinds::testing_samples::scope());
    let named = Named { id: id.clone(), name: "Backend".to_owned() };
    let evidence = Evidence {
        what: "4 tasks killed, OutOfMemoryError".to_owned(),
        at: Some(ago(4)),
        source: "ecs:DescribeTasks",
        resource: Some(named.clone()),
    };
    let change = Event::new(ago(7), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
        .about(id, "Backend")
        .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
    Explanation {
        health: Health::Bad,
        since: Some(ago(4)),
        findings: vec![Cause {
            rule: "task-out-of-memory",
            message: "Backend of revision 118 runs out of memory".to_owned(),
            confidence: crate::diagnosis::explain::Confidence::Certain,
            health: Health::Bad,
            resource: named,
            since: Some(ago(4)),
            evidence: vec![evidence],
            against: Vec::new(),
            effects: Vec::new(),
            changes_before: vec![change],
            next: vec!["raise the memory".to_owned()],
        }],
        unexplained: Vec::new(),
        missing: Vec::new(),
    }
}

fn texts(blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .flat_map(|block| {
            std::iter::once(format!("── {}", block.title))
                .chain(block.items.iter().map(|item| item.look.texts().join(" · ")))
        })
        .collect()
}

fn of(told: &Explanation, reading: bool) -> Vec<Block> {
    let status = EnvironmentStatus::new("city-prod", vec![crate::kinds::testing_samples::scope()]);
    let (world, picture, zone) = (World::default(), Picture::default(), tokyo());
    blocks(&status, told, Around { world: &world, picture: &picture, now: now(), zone: &zone }, reading)
}

#[test]
fn every_line_leads_to_what_it_speaks_of() {
    let blocks = of(&told(), false);
    insta::assert_snapshot!(texts(&blocks).join("\n"));
    let finding = &blocks[1];
    assert!(finding.items.iter().all(|item| item.door.is_some()), "{finding:#?}");
}

#[test]
fn while_answers_are_waited_for_nothing_is_called_missing() {
    let mut told = told();
    told.missing.push(crate::diagnosis::explain::Missing {
        operation: "logs:GetLogEvents".to_owned(),
        why: "not_read",
        would_tell: "what the program wrote last".to_owned(),
    });
    assert!(of(&told, true).iter().all(|block| block.key != "missing"));
    assert!(of(&told, false).iter().any(|block| block.key == "missing"));
}

#[test]
fn a_line_of_a_log_leads_to_its_log_at_its_time_and_what_names_nothing_to_the_cause() {
    let mut told = told();
    let evidence = |what: &str, at, source| Evidence { what: what.to_owned(), at, source, resource: None };
    told.findings[0].evidence = vec![
        evidence("FATAL: heap out of memory", Some(ago(300)), "logs:GetLogEvents"),
        evidence("it asks /health", None, "elasticloadbalancing:DescribeTargetGroups"),
    ];
    let id = told.findings[0].resource.id.clone();
    let blocks = of(&told, false);
    let doors: Vec<Option<&RowTarget>> = blocks[1].items.iter().map(|item| item.door.as_ref()).collect();
    assert_eq!(doors[1], Some(&RowTarget::Step(NextStep::Logs(Some(ago(300))), id.clone())));
    assert_eq!(doors[2], Some(&RowTarget::Resource(id)));
}

#[test]
fn what_can_be_done_about_a_cause_stands_there_as_lines_that_do_it() {
    let mut world = World::default();
    let service = service();
    let mut definition = crate::kinds::testing_samples::definition();
    definition.arn = service.task_definition.clone();
    definition.containers[0].health_command = vec!["CMD-SHELL".to_owned(), "true".to_owned()];
    let scope = crate::kinds::testing_samples::scope();
    let all = crate::world::Coverage::All;
    world.put(
        &scope,
        crate::kinds::ecs_service::Service::KIND,
        &all,
        Ok(crate::world::Reading::whole(vec![service]).into()),
        now(),
    );
    let kind = crate::kinds::task_definition::TaskDefinition::KIND;
    world.put(&scope, kind, &all, Ok(crate::world::Reading::whole(vec![definition]).into()), now());
    let (picture, zone) = (Picture::default(), tokyo());
    let around = Around { world: &world, picture: &picture, now: now(), zone: &zone };
    let mut told = told();
    told.findings[0].rule = "container-health-check";
    let steps: Vec<RowTarget> =
        next_steps::of(&told.findings[0], around).into_iter().filter_map(|item| item.door).collect();
    let id = told.findings[0].resource.id.clone();
    assert_eq!(
        steps,
        [
            RowTarget::Step(NextStep::Logs(Some(ago(4))), id.clone()),
            RowTarget::Step(NextStep::HealthCheck, id.clone()),
            RowTarget::Step(NextStep::Act("rollback"), id.clone()),
        ]
    );
    told.findings[0].changes_before.clear();
    told.findings[0].rule = "task-out-of-memory";
    let steps = next_steps::of(&told.findings[0], around);
    assert_eq!(steps.len(), 1, "nothing was deployed, and no health check is at fault: {steps:#?}");
}
