//! How a DB cluster is judged with its members, with a sentence, and what it adds to the counts.
//! Pure. It is up only when its writer is: AWS calls a cluster available while a member still starts.

use super::model::DbCluster;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::db_instance::{Class, class, is_green, judge as judge_status, sentence, with_clock, with_pair};
use crate::world::{Assessment, Health};

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &DbCluster, cx: &KindContext<'_>) -> Option<Assessment> {
    if is_green(item.arn.as_str(), cx) {
        return None;
    }
    Some(with_pair(with_clock(judge(item, cx), item.auto_restart_at, cx), item.arn.as_str(), &item.id, cx))
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &DbCluster, cx: &KindContext<'_>, counts: &mut Counts) {
    if !is_green(item.arn.as_str(), cx) {
        counts.databases.push((judge(item, cx).health, item.status.clone()));
    }
}

fn judge(item: &DbCluster, cx: &KindContext<'_>) -> Assessment {
    let own = judge_status(&item.id, &item.status, cx.protected);
    if class(&item.status) != Class::Up {
        return own;
    }
    let members = item.members.iter().filter_map(|member| {
        let known = cx.resource_index.database(cx.scope, &member.id)?;
        Some((member, known.status.as_str()))
    });
    let mut worst = own;
    for (member, status) in members {
        let health = match class(status) {
            Class::Up => continue,
            Class::Busy | Class::GoingUp | Class::GoingDown | Class::Going => Health::Changing,
            Class::Limping => Health::Worrying,
            // One member cannot be stopped alone: a stopped or blocked one is out of order.
            Class::Down | Class::Blocked if member.writer => Health::Bad,
            Class::Down | Class::Blocked => Health::Worrying,
            Class::Unknown => Health::Unknown,
        };
        if health > worst.health {
            let role = if member.writer { "writer" } else { "reader" };
            let why = match (class(status), sentence(status)) {
                (Class::Limping | Class::Blocked, message) => format!("is {status}: {message}"),
                (_, "") => format!("is {status}"),
                (_, message) => message.to_owned(),
            };
            worst = Assessment::new(health, format!("database {}: {role} {} {why}", item.id, member.id));
        }
    }
    if worst.health == Health::Well && !item.members.is_empty() && !item.members.iter().any(|member| member.writer) {
        return Assessment::new(Health::Bad, format!("database {} has no writer", item.id));
    }
    worst
}
