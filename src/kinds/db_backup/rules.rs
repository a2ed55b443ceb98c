//! How what is kept of a database is judged: none at all, none of today, a copy that fell behind. Pure. A database that
//! sleeps makes no backups, and that is no fault of theirs.

use jiff::{SignedDuration, Timestamp};

use super::model::DbBackup;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::{KindContext, Relation, Subject};
use crate::text::span;
use crate::world::{Assessment, Health, Resource, Scope};

/// RDS makes an automatic one a day, in a window of half an hour or more.
const A_DAY: SignedDuration = SignedDuration::from_hours(27);

/// What its database says of backups.
struct Kept {
    days: Option<u32>,
    awake: bool,
    created_at: Option<Timestamp>,
    key: String,
}

fn kept(item: &DbBackup, cx: &KindContext<'_>) -> Option<Kept> {
    if item.cluster {
        let all = cx.world.all::<DbCluster>(cx.scope);
        return all
            .filter(|it| it.id == item.name)
            .map(|it| Kept {
                days: it.backup_days,
                awake: it.status == "available",
                created_at: it.created_at,
                key: it.arn.to_string(),
            })
            .next();
    }
    let found = cx.resource_index.database(cx.scope, &item.name)?;
    let awake = found.status == "available";
    Some(Kept { days: found.backup_days, awake, created_at: found.created_at, key: found.arn.to_string() })
}

/// The page of its database.
pub(super) fn database(item: &DbBackup, cx: &KindContext<'_>) -> Option<crate::world::ResourceId> {
    let key = kept(item, cx)?.key;
    let kind = if item.cluster { DbCluster::KIND } else { DbInstance::KIND };
    Some(crate::world::ResourceId { kind, scope: cx.scope.clone(), key: key.as_str().into() })
}

/// For how many days automatic ones are kept.
pub(super) fn days(item: &DbBackup, cx: &KindContext<'_>) -> Option<u32> {
    kept(item, cx).and_then(|kept| kept.days)
}

/// What is known of `item` for placing it: it goes with its database. Copies from elsewhere are shown with that.
pub(super) fn subject(item: &DbBackup, scope: &Scope) -> Option<Subject> {
    let key = if item.cluster { format!("cluster:{}", item.name) } else { format!("db:{}", item.name) };
    item.from.is_none().then(|| Subject::new(item.id(scope)).named(&item.name).watching().tied(Relation::Member, key))
}

/// The copies of it in other regions of the same account, with the region.
pub(super) fn copies<'a>(item: &DbBackup, cx: &KindContext<'a>) -> Vec<(&'a Scope, &'a DbBackup)> {
    let here = cx.world.account(cx.scope);
    let of = |(scope, copy): &(&Scope, &DbBackup)| {
        copy.from.as_deref() == Some(cx.scope.region.as_str())
            && (&copy.name, copy.cluster) == (&item.name, item.cluster)
            && cx.world.account(scope) == here
    };
    cx.world.everywhere::<DbBackup>().filter(of).collect()
}

/// How it is.
pub(super) fn assess(item: &DbBackup, cx: &KindContext<'_>) -> Option<Assessment> {
    let kept = kept(item, cx)?;
    let told = |health, why: String| Some(Assessment::new(health, format!("database {} {why}", item.name)));
    let old = |at: Timestamp| span(cx.now.duration_since(at).as_secs());
    if let Some((id, status)) = item.unfinished.iter().find(|(_, status)| status == "failed") {
        return told(Health::Worrying, format!("has a snapshot that {status}: {id}"));
    }
    if kept.days == Some(0) {
        let health = if cx.protected { Health::Worrying } else { Health::Well };
        return told(health, "makes no automatic backups: its retention is 0 days".to_owned());
    }
    let is_new = kept.created_at.is_some_and(|at| cx.now.duration_since(at) < A_DAY);
    let late = |at: Option<Timestamp>| at.is_none_or(|at| cx.now.duration_since(at) > A_DAY);
    if kept.awake && !is_new && kept.days.is_some() && late(item.automatic_at) {
        let why = match item.automatic_at {
            Some(at) => format!("was last backed up {} ago", old(at)),
            None => "has no automatic backup, although it keeps them".to_owned(),
        };
        return told(if cx.protected { Health::Worrying } else { Health::Well }, why);
    }
    let behind = copies(item, cx).into_iter().find_map(|(scope, copy)| {
        let at = copy.newest_at()?;
        (kept.awake && late(Some(at))).then(|| format!("has its last copy in {} of {} ago", scope.region, old(at)))
    });
    match behind {
        Some(why) => told(Health::Worrying, why),
        None => Some(Assessment::well()),
    }
}
