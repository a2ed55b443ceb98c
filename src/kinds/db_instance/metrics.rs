//! What CloudWatch measures of a database instance.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::DbInstance;
use crate::kinds::metric_series::{Golden, Metric};

const GIB: f64 = 1_073_741_824.0;

/// What is measured of it.
pub(super) fn metrics(item: &DbInstance) -> Vec<Metric> {
    let of = [("DBInstanceIdentifier", item.id.as_str())];
    let metric = |title, unit, name| Metric::average(title, unit, ("AWS/RDS", name), &of);
    let mut all = vec![
        metric("CPU", "%", "CPUUtilization").of_most(100.0).golden(Golden::Saturation),
        metric("connections", "", "DatabaseConnections").golden(Golden::Traffic),
    ];
    // Members of a cluster store nothing themselves: Aurora has no such metric for them.
    if item.cluster.is_none() {
        let storage = metric("free storage", " GiB", "FreeStorageSpace").over(GIB);
        all.push(match item.storage_gib {
            Some(gib) => storage.of_most(f64::from(gib)),
            None => storage,
        });
    }
    all.extend([
        metric("free memory", " GiB", "FreeableMemory").over(GIB),
        metric("read latency", " ms", "ReadLatency").over(0.001),
        metric("write latency", " ms", "WriteLatency").over(0.001).golden(Golden::Latency),
        metric("reads a second", "", "ReadIOPS"),
        metric("writes a second", "", "WriteIOPS"),
    ]);
    if item.cluster.is_some() {
        all.push(metric("replica lag", " ms", "AuroraReplicaLag").by("Maximum"));
    } else if item.replica_of.is_some() {
        all.push(metric("replica lag", " s", "ReplicaLag").by("Maximum"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{database, member};

    #[test]
    fn members_of_a_cluster_have_no_storage_and_a_lag() {
        let has = |item: &DbInstance, title: &str| metrics(item).iter().any(|metric| metric.title == title);
        assert!(has(&database(), "free storage") && !has(&database(), "replica lag"));
        let member = member("app-writer", "available");
        assert!(!has(&member, "free storage") && has(&member, "replica lag"));
    }
}
