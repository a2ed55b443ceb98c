//! How a hosted zone is judged: records that point to a load balancer of this region that is not there.
//! Pure. Whoever gets that name next answers for the domain.

use super::model::{DnsZone, Record};
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::{KindContext, Relation, Subject};
use crate::world::{Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: where its records point to.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &DnsZone, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).also_called(&item.name).watching();
    Some(
        item.records
            .iter()
            .fold(subject, |subject, record| subject.tied(Relation::LoadBalancer, ["dns:", &record.to].concat())),
    )
}

/// The records that point to nothing, as far as that can be told.
pub(super) fn dangling<'z>(item: &'z DnsZone, cx: &KindContext<'_>) -> Vec<&'z Record> {
    let here = format!(".{}.elb.amazonaws.com", cx.scope.region);
    let store = cx.world.store(cx.scope, LoadBalancer::KIND);
    let whole = store.is_some_and(|store| store.oldest().is_some() && store.faults().next().is_none());
    let known = |to: &str| {
        let mut all = cx.world.all::<LoadBalancer>(cx.scope);
        all.any(|it| it.dns.as_deref().is_some_and(|dns| dns.eq_ignore_ascii_case(to)))
    };
    item.records.iter().filter(|record| whole && record.to.ends_with(&here) && !known(&record.to)).collect()
}

/// How it is.
pub(super) fn assess(item: &DnsZone, cx: &KindContext<'_>) -> Option<Assessment> {
    Some(match dangling(item, cx).first() {
        Some(record) => {
            let why =
                format!("{} points to {}, and there is no such load balancer in this account", record.name, record.to);
            Assessment::new(Health::Worrying, why)
        }
        None => Assessment::well(),
    })
}
