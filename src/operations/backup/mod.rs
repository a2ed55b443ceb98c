//! What can be done with the backups of a database: take a snapshot by hand, before a release for one.
//! Pure: the offer and its plan; the call is the kind's.

use crate::change::procedure::Proposal;
use crate::kinds::db_backup::change::TakeSnapshot;
use crate::kinds::db_backup::{Backups, DbBackup};
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext, Prompt};
use crate::world::Resource;

const SNAPSHOT: &str = "snapshot";

impl ResourceActions for Backups {
    fn actions(_item: &DbBackup, _context: &ActionContext<'_>) -> Vec<Action> {
        let prompt = "a word for its name, or nothing".to_owned();
        vec![
            Action::new(SNAPSHOT, "take a snapshot of the database now")
                .asking(Prompt::Text { prompt, initial: String::new() }),
        ]
    }

    fn propose(
        item: &DbBackup,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        if verb != SNAPSHOT {
            return Err(format!("a backup knows no {verb:?}"));
        }
        let snapshot = name(item, value.unwrap_or_default(), context)?;
        let (call, what) = match item.cluster {
            true => ("rds:CreateDBClusterSnapshot", "DB cluster"),
            false => ("rds:CreateDBSnapshot", "DB instance"),
        };
        let calls = vec![format!("{call} {snapshot}")];
        let message = format!("take a snapshot of {what} {}", item.name);
        let mut plan = context.plan(message, item.id(context.cx.scope), calls);
        plan.notices.push("it is billed by its size until somebody deletes it".to_owned());
        if !item.cluster {
            plan.notices.push("a database without a standby may stand still for a moment while it begins".to_owned());
        }
        let (database, cluster) = (item.name.clone(), item.cluster);
        Ok(Proposal::Change(Box::new(TakeSnapshot { plan, database, cluster, snapshot })))
    }
}

/// The snapshot's name: the database's, the word that was typed, and the moment; RDS takes letters, digits and single
/// hyphens.
fn name(item: &DbBackup, word: &str, context: &ActionContext<'_>) -> Result<String, String> {
    let word = word.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !word.chars().all(fits) || word.starts_with('-') || word.ends_with('-') || word.contains("--") {
        return Err(format!("{word:?} cannot be part of a snapshot's name: letters, digits and single hyphens can"));
    }
    let at = context.cx.now.to_zoned(context.cx.zone.clone()).strftime("%Y%m%d-%H%M%S").to_string();
    let parts = [item.name.as_str(), word, at.as_str()];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{Shelves, database, scope};
    use crate::overview::EnvironmentStatus;

    fn proposed(word: &str) -> Result<Proposal, String> {
        let shelves = Shelves::default().with([database()]);
        let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
        let item = DbBackup::none("city-db", false, None);
        shelves.seen(true, |cx| {
            Backups::propose(&item, SNAPSHOT, Some(word), &ActionContext { cx: *cx, environment: &environment })
        })
    }

    #[test]
    fn a_snapshot_is_named_for_its_database_and_moment() {
        let plan = proposed("before-release").expect("a proposal").plan();
        let call = plan.calls.first().expect("a call");
        assert!(call.starts_with("rds:CreateDBSnapshot city-db-before-release-20"), "{call}");
        assert!(plan.notices.iter().any(|notice| notice.contains("billed")), "{plan:?}");
        assert!(proposed("").is_ok());
        for odd in ["two words", "-x", "x--y", "é"] {
            assert!(proposed(odd).is_err(), "{odd}");
        }
    }
}
