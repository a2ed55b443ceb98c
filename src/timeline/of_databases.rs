//! What RDS said of databases, members of clusters included. Pure.
//! Nothing is judged here: every sentence stands as RDS wrote it.

use super::TimelineInput;
use super::event::{Event, EventKind};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::db_instance::DbInstance;
use crate::text::first_line;

const EVENTS: &str = "rds:DescribeEvents";

pub(super) fn events(input: &TimelineInput<'_>) -> Vec<Event> {
    let world = input.kind.world;
    let databases =
        input.environment.members.iter().filter(|member| {
            world.get::<DbInstance>(&member.id).is_some() || world.get::<DbCluster>(&member.id).is_some()
        });
    databases
        .flat_map(|member| {
            let told = world.by_key::<PowerEvents>(&member.id.scope, &member.id.key);
            let messages = told.into_iter().flat_map(|events| &events.messages);
            messages.map(|event| {
                let what = first_line(&event.message, 300);
                Event::new(event.at, EventKind::DbEvent, EVENTS, what).about(member.id.clone(), &member.name)
            })
        })
        .collect()
}
