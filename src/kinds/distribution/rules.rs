//! How a distribution is judged: deploying, switched off, or pointing to a load balancer that is not there.
//! Pure.

use super::model::Distribution;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::{KindContext, Relation, Subject};
use crate::world::{Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: its names, and the buckets and load balancers behind it.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Distribution, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).also_called(&item.name).watching();
    // Records of a hosted zone point to it as they point to a load balancer.
    let subject = subject.known_as(["dns:", &item.host].concat());
    let subject = item.about.iter().fold(subject, |subject, about| subject.named(about));
    Some(item.origins.iter().fold(subject, |subject, origin| {
        // `cat-data-v23.s3.ap-northeast-1.amazonaws.com`: the bucket's name is as good as its own.
        let bucket = origin.split_once(".s3").map(|(bucket, _)| bucket);
        let subject = bucket.into_iter().fold(subject, |subject, bucket| subject.named(bucket));
        subject.tied(Relation::LoadBalancer, ["dns:", origin].concat())
    }))
}

/// How it is.
pub(super) fn assess(item: &Distribution, cx: &KindContext<'_>) -> Option<Assessment> {
    let told = |health, why: String| Some(Assessment::new(health, format!("distribution {} {why}", item.name)));
    if !item.enabled {
        return told(Health::Well, "is disabled".to_owned());
    }
    if let Some(origin) = item.origins.iter().find(|origin| is_missing(origin, cx)) {
        return told(Health::Bad, format!("takes its content from {origin}, and there is no such load balancer"));
    }
    if item.status.as_deref() == Some("InProgress") {
        return told(Health::Changing, "is being deployed to the edges".to_owned());
    }
    Some(Assessment::well())
}

/// Whether an origin is a load balancer of this region that does not exist; told only where all were read.
fn is_missing(origin: &str, cx: &KindContext<'_>) -> bool {
    let here = format!(".{}.elb.amazonaws.com", cx.scope.region);
    let store = cx.world.store(cx.scope, LoadBalancer::KIND);
    let whole = store.is_some_and(|store| store.oldest().is_some() && store.faults().next().is_none());
    let host = origin.to_ascii_lowercase();
    let bare = host.strip_prefix("dualstack.").unwrap_or(&host);
    whole
        && host.ends_with(&here)
        && !cx
            .world
            .all::<LoadBalancer>(cx.scope)
            .any(|it| it.dns.as_deref().is_some_and(|dns| dns.eq_ignore_ascii_case(bare)))
}
