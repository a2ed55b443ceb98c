//! What `doctor` asks of a scope: who we are, whether each reading operation that any kind
//! declares is allowed, and how far the clock is off. It tries them by reading a little of
//! everything, through the very code the console uses; nothing is guessed from policies.

use crate::aws::call_record::Record;
use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::aws::clients::Clients;
use crate::kinds::catalog::KINDS;
use crate::kinds::{AnyKind, FetchContext, PollClass};
use crate::world::access_check::{AWS_FILES, Check, Outcome};
use crate::world::{Coverage, Fault, FaultKind, Identity, KindName, LoginHorizon, Part, ResourceId, Scope, World};

/// How many of a kind's resources the kinds that hang from it are tried on.
const SOME: usize = 3;
/// A clock that is off by this much has its signatures refused by AWS.
const REFUSED: SignedDuration = SignedDuration::from_mins(5);

/// Every reading operation any kind declares, once.
pub(crate) fn operations() -> Vec<&'static str> {
    let all: BTreeSet<&str> = KINDS.iter().flat_map(|kind| kind.permissions()).copied().collect();
    all.into_iter().collect()
}

/// Tries everything in a scope. `who` is the answer to the first question.
pub(crate) async fn probe(aws: &Clients, scope: &Scope, who: Result<Identity, Fault>, now: Timestamp) -> Vec<Check> {
    let identity = "sts:GetCallerIdentity".to_owned();
    let hopeless = who.as_ref().is_err_and(|fault| {
        matches!(fault.kind, FaultKind::Expired | FaultKind::Credentials | FaultKind::Offline | FaultKind::Unavailable)
    });
    let first = match who {
        Ok(who) => {
            let login = who.login.as_ref().and_then(lasts).map(|words| format!("; {words}")).unwrap_or_default();
            Outcome::Fine(Some(format!("{} in account {}{login}", who.arn, who.account)))
        }
        Err(fault) => Outcome::Failed(fault),
    };
    let record = Arc::new(Record::default());
    if !hopeless {
        let aws = Clients { record: Some(Arc::clone(&record)), ..aws.clone() };
        read_a_little(&aws, scope, now, &mut World::default()).await;
    }
    let tried = operations()
        .into_iter()
        .map(|operation| Check { what: operation.to_owned(), outcome: record.outcome(operation) });
    [Check { what: identity, outcome: first }].into_iter().chain(tried).collect()
}

/// How long the login lasts, all that is known of it, in UTC: `by IAM Identity Center, keys until 2026-11-21 15:04 UTC,
/// renewed by themselves`; `None` for keys without an end.
fn lasts(login: &LoginHorizon) -> Option<String> {
    let at = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let by = login.by;
    if let Some(until) = login.until {
        return Some(format!("by {by}, until {} at the latest: nothing renews them then", at(until)));
    }
    let keys = login.keys_until.map(|keys| format!(", keys until {}", at(keys))).unwrap_or_default();
    if let Some(renewal) = login.renewal {
        let latest = renewal.at_the_latest.map(|latest| format!(", and {} at the latest", at(latest)));
        return Some(format!(
            "by {by}{keys}, its token until {}: renewed by itself until the session ends, whose length AWS does not tell{}",
            at(renewal.token_until),
            latest.unwrap_or_default()
        ));
    }
    login.keys_until.map(|_| format!("by {by}{keys}, renewed by themselves"))
}

/// Reads a little of every kind into `world`, and looks at the first of each.
pub(crate) async fn read_a_little(aws: &Clients, scope: &Scope, now: Timestamp, world: &mut World) {
    let mut done: BTreeSet<KindName> = BTreeSet::new();
    let mut rest: Vec<&'static dyn AnyKind> = KINDS.to_vec();
    // What others hang from comes first, so that those read some of it and not all.
    rest.sort_by_key(|kind| (!kind.needs().is_empty(), kind.pace() != PollClass::Topology));
    while !rest.is_empty() {
        let pace = rest.first().map(|kind| kind.pace());
        let ready = |kind: &&'static dyn AnyKind| {
            kind.needs().iter().all(|need| done.contains(need)) && (!done.is_empty() || Some(kind.pace()) == pace)
        };
        let (now_ready, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(ready);
        rest = later;
        if now_ready.is_empty() {
            return;
        }
        let coverage = some_of(world, scope);
        let ask = FetchContext { aws, scope, known: world, coverage: &coverage };
        let read = join_all(now_ready.iter().map(|kind| kind.read(ask)).collect::<Vec<_>>()).await;
        for (kind, got) in now_ready.iter().map(|kind| kind.name()).zip(read) {
            done.insert(kind);
            world.put(scope, kind, &coverage, got, now);
        }
    }
    // The first of each kind is looked at as if its page were open.
    let ask = FetchContext { aws, scope, known: world, coverage: &Coverage::All };
    let firsts = KINDS.iter().filter_map(|kind| {
        let key = world.store(scope, kind.name())?.keys().next()?;
        let id = ResourceId { kind: kind.name(), scope: scope.clone(), key: Arc::from(key) };
        Some(kind.look(ask, &id, now))
    });
    // How their calls went is in the record.
    join_all(firsts.collect::<Vec<_>>()).await;
}

/// A few resources of every kind read so far, as parts for those that hang from them.
fn some_of(world: &World, scope: &Scope) -> Coverage {
    let shelves = KINDS.iter().filter_map(|kind| world.store(scope, kind.name()));
    let keys = shelves.flat_map(|store| store.keys().take(SOME).map(Part::from).collect::<Vec<_>>());
    Coverage::Parts(keys.chain([Part::from("")]).collect())
}

/// A line of the AWS files that is not understood.
pub(crate) fn complaint(message: String) -> Check {
    let fault = Fault::new(FaultKind::Credentials, "reading AWS profiles", message);
    Check { what: AWS_FILES.to_owned(), outcome: Outcome::Failed(fault) }
}

/// What a clock that is `ahead` of AWS's means.
pub(crate) fn clock(ahead: Option<SignedDuration>) -> Check {
    let outcome = match ahead {
        None => Outcome::Untried,
        Some(ahead) => {
            let off = ahead.abs();
            let way = if ahead.is_negative() { "behind" } else { "ahead of" };
            let message = format!("this machine's clock is {} s {way} AWS's", off.as_secs());
            if off >= REFUSED {
                let message = format!("{message}: AWS refuses what is signed then; set the clock");
                Outcome::Failed(Fault::new(FaultKind::Credentials, "clock", message))
            } else {
                Outcome::Fine(Some(message))
            }
        }
    };
    Check { what: "clock".to_owned(), outcome }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use jiff::Timestamp;

    use super::{clock, lasts, operations};
    use crate::aws::call_record::Record;
    use crate::world::access_check::Outcome;
    use crate::world::{Fault, FaultKind, LoginHorizon, TokenRenewal};

    #[test]
    fn every_declared_operation_is_asked_about_once() {
        let all = operations();
        assert!(all.contains(&"ecs:ListClusters") && all.contains(&"cloudwatch:GetMetricData"));
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "sorted, without doubles: {all:?}");
    }

    #[test]
    fn a_denial_stands_and_a_passing_fault_gives_way() {
        let record = Record::default();
        let fault = |kind| Fault::new(kind, "rds:DescribeEvents", "");
        assert_eq!(record.outcome("rds:DescribeEvents"), Outcome::Untried);
        record.note("rds:DescribeEvents", Some(&fault(FaultKind::Timeout)));
        record.note("rds:DescribeEvents", None);
        assert_eq!(record.outcome("rds:DescribeEvents"), Outcome::Fine(None));
        record.note("rds:DescribeEvents", Some(&fault(FaultKind::Denied)));
        record.note("rds:DescribeEvents", None);
        assert_eq!(record.outcome("rds:DescribeEvents"), Outcome::Denied(fault(FaultKind::Denied)));
    }

    #[test]
    fn a_clock_far_off_is_a_fault() {
        assert!(matches!(clock(Some(SignedDuration::from_secs(-2))).outcome, Outcome::Fine(Some(_))));
        assert!(matches!(clock(Some(SignedDuration::from_mins(7))).outcome, Outcome::Failed(_)));
        assert_eq!(clock(None).outcome, Outcome::Untried);
    }

    #[test]
    fn all_that_is_known_of_a_login_is_told() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let renewal =
            TokenRenewal { token_until: at("2026-11-21T05:40:00Z"), at_the_latest: Some(at("2027-02-01T00:00:00Z")) };
        let keys_until = Some(at("2026-11-21T09:00:00Z"));
        let login = LoginHorizon { by: "IAM Identity Center", keys_until, until: None, renewal: Some(renewal) };
        let told = concat!(
            "by IAM Identity Center, keys until 2026-11-21 09:00 UTC, its token until 2026-11-21 05:40 UTC: renewed by itself ",
            "until the session ends, whose length AWS does not tell, and 2027-02-01 00:00 UTC at the latest"
        );
        assert_eq!(lasts(&login).as_deref(), Some(told));
        let role = LoginHorizon { renewal: None, ..login };
        let told = "by IAM Identity Center, keys until 2026-11-21 09:00 UTC, renewed by themselves";
        assert_eq!(lasts(&role).as_deref(), Some(told));
        assert_eq!(lasts(&LoginHorizon { keys_until: None, ..role }), None);
    }
}
