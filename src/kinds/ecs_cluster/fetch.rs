//! Reads this kind from AWS: ecs:ListClusters, ecs:DescribeClusters.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_ecs::types::{self, ClusterField};

use super::model::{Cluster, Exec, Logging};
use crate::aws::{Paged, batches, concurrently, named, pages, text};
use crate::kinds::FetchContext;
use crate::world::{Arn, Coverage, Fault, KindStore, Part, Reading, Resource};

const LIST: &str = "ecs:ListClusters";
const DESCRIBE: &str = "ecs:DescribeClusters";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Cluster>, Fault> {
    let Paged { items: arns, cut } = arns(ask).await?;
    let described = concurrently(batches(arns, 100), |some| describe(ask, some)).await;
    let described: Vec<Vec<Option<Cluster>>> = described.into_iter().collect::<Result<_, _>>()?;
    let (clusters, nameless) = named(DESCRIBE, None, described.into_iter().flatten());
    let clusters = clusters.into_iter().filter(|cluster| cluster.status != "INACTIVE").collect();
    let mut reading = Reading::whole(clusters);
    reading.notes.extend(cut.into_iter().chain(nameless));
    Ok(reading)
}

/// The clusters there are, by ARN; asked for once by all that begin with them.
async fn arns(ask: FetchContext<'_>) -> Result<Paged<String>, Fault> {
    ask.aws.clusters.or(list(ask)).await
}

/// The clusters to read something of: those asked for, else those known, else those there are.
///
/// # Errors
/// The fault of `ecs:ListClusters`, if that had to be called.
pub(crate) async fn to_read(ask: FetchContext<'_>) -> Result<Paged<Part>, Fault> {
    let whole = |items| Paged { items, cut: None };
    if let Coverage::Parts(parts) = ask.coverage {
        let clusters = parts.iter().filter(|part| Arn::from(&***part).resource().starts_with("cluster/"));
        return Ok(whole(clusters.cloned().collect()));
    }
    // Those that an earlier run knew may not be all.
    let read = |store: &KindStore| store.bins().any(|(_, bin)| bin.read_at.is_some() && !bin.remembered);
    let known = ask.known.store(ask.scope, Cluster::KIND).is_some_and(read);
    if known {
        let clusters = ask.known.all::<Cluster>(ask.scope);
        return Ok(whole(clusters.map(|cluster| Part::from(cluster.arn.as_str())).collect()));
    }
    let Paged { items, cut } = arns(ask).await?;
    Ok(Paged { items: items.into_iter().map(Part::from).collect(), cut })
}

async fn list(ask: FetchContext<'_>) -> Result<Paged<String>, Fault> {
    pages(LIST, None, |token| async move {
        let request = ask.aws.ecs.list_clusters().max_results(100).set_next_token(token);
        let answer = ask.aws.call(LIST, None, request.send()).await?;
        Ok((answer.cluster_arns().to_vec(), text(answer.next_token())))
    })
    .await
}

/// Describes at most a hundred clusters; those that went meanwhile are left out.
async fn describe(ask: FetchContext<'_>, arns: Vec<String>) -> Result<Vec<Option<Cluster>>, Fault> {
    let request = ask.aws.ecs.describe_clusters().set_clusters(Some(arns)).include(ClusterField::Tags);
    let request = request.include(ClusterField::Configurations);
    let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
    Ok(answer.clusters().iter().map(cluster).collect())
}

fn exec_of(from: &types::ExecuteCommandConfiguration) -> Exec {
    let overrides = from.logging().is_some_and(|logging| logging.as_str() == "OVERRIDE");
    let logging = match from.log_configuration().filter(|_| overrides) {
        None => Logging::Usual,
        Some(to) => Logging::Override {
            group: text(to.cloud_watch_log_group_name()),
            encrypted_group: to.cloud_watch_encryption_enabled(),
            bucket: text(to.s3_bucket_name()),
            encrypted_bucket: to.s3_encryption_enabled(),
        },
    };
    Exec { key: text(from.kms_key_id()), logging }
}

fn cluster(from: &types::Cluster) -> Option<Cluster> {
    let arn = Arn::from(text(from.cluster_arn())?);
    let exec = from.configuration().and_then(|configuration| configuration.execute_command_configuration());
    Some(Cluster {
        name: text(from.cluster_name()).unwrap_or_else(|| arn.last().to_owned()),
        status: from.status().unwrap_or("UNKNOWN").to_owned(),
        exec: exec.map(exec_of).unwrap_or_default(),
        tags: from.tags().iter().filter_map(|tag| Some((text(tag.key())?, tag.value()?.to_owned()))).collect(),
        arn,
    })
}
