//! Reads this kind from AWS: rds:DescribeDBSnapshots and rds:DescribeDBClusterSnapshots, and sums them up per database.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::model::DbBackup;
use crate::aws::{Paged, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::world::{Fault, Reading};

const SNAPSHOTS: &str = "rds:DescribeDBSnapshots";
const CLUSTER_SNAPSHOTS: &str = "rds:DescribeDBClusterSnapshots";

/// A snapshot, as far as it is summed up.
struct Snapshot {
    id: String,
    of: String,
    cluster: bool,
    from: Option<String>,
    status: String,
    automatic: bool,
    at: Option<Timestamp>,
}

/// Reads what is kept of every database.
///
/// # Errors
/// The fault of either list: without it a database would look as if nothing were kept of it.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DbBackup>, Fault> {
    let databases: Vec<&DbInstance> = ask.needed()?;
    let clusters: Vec<&DbCluster> = ask.needed()?;
    let lone = databases.into_iter().filter(|database| database.cluster.is_none());
    let known = lone.map(|it| DbBackup::none(&it.id, false, None));
    let known = known.chain(clusters.into_iter().map(|it| DbBackup::none(&it.id, true, None)));
    let mut all: BTreeMap<String, DbBackup> = known.map(|backup| (backup.key.clone(), backup)).collect();
    let (single, clustered) = tokio::join!(instances(ask), of_clusters(ask));
    let (single, clustered) = (single?, clustered?);
    for one in single.items.into_iter().chain(clustered.items) {
        let none = DbBackup::none(&one.of, one.cluster, one.from.as_deref());
        // What is left of a database that is gone belongs to nobody.
        if one.from.is_none() && !all.contains_key(&none.key) {
            continue;
        }
        let backup = all.entry(none.key.clone()).or_insert(none);
        backup.add((&one.id, &one.status, one.automatic), one.at);
    }
    let notes = [single.cut, clustered.cut].into_iter().flatten().collect();
    Ok(Reading { notes, ..Reading::whole(all.into_values().collect()) })
}

async fn instances(ask: FetchContext<'_>) -> Result<Paged<Snapshot>, Fault> {
    named_pages(SNAPSHOTS, None, |token| async move {
        let request = ask.aws.rds.describe_db_snapshots().max_records(100).set_marker(token);
        let answer = ask.aws.call(SNAPSHOTS, None, request.send()).await?;
        let snapshots = answer.db_snapshots().iter().map(|from| {
            Some(Snapshot {
                id: text(from.db_snapshot_identifier())?,
                of: text(from.db_instance_identifier())?,
                cluster: false,
                from: text(from.source_region()),
                status: text(from.status()).unwrap_or_else(|| "unknown".to_owned()),
                automatic: from.snapshot_type() == Some("automated"),
                // A copy tells when it was copied; what it holds is older.
                at: when(from.original_snapshot_create_time()).or_else(|| when(from.snapshot_create_time())),
            })
        });
        Ok((snapshots.collect(), text(answer.marker())))
    })
    .await
}

async fn of_clusters(ask: FetchContext<'_>) -> Result<Paged<Snapshot>, Fault> {
    named_pages(CLUSTER_SNAPSHOTS, None, |token| async move {
        let request = ask.aws.rds.describe_db_cluster_snapshots().max_records(100).set_marker(token);
        let answer = ask.aws.call(CLUSTER_SNAPSHOTS, None, request.send()).await?;
        let snapshots = answer.db_cluster_snapshots().iter().map(|from| {
            let source = text(from.source_db_cluster_snapshot_arn()).map(crate::world::Arn::from);
            let source = source.and_then(|arn| arn.region().map(str::to_owned));
            Some(Snapshot {
                id: text(from.db_cluster_snapshot_identifier())?,
                of: text(from.db_cluster_identifier())?,
                cluster: true,
                from: source.filter(|region| region != ask.scope.region.as_str()),
                status: text(from.status()).unwrap_or_else(|| "unknown".to_owned()),
                automatic: from.snapshot_type() == Some("automated"),
                at: when(from.snapshot_create_time()),
            })
        });
        Ok((snapshots.collect(), text(answer.marker())))
    })
    .await
}
