//! What CloudWatch measures of a database cluster.
//! Names, units and which of them tell most; read and drawn elsewhere. Pure.

use super::model::DbCluster;
use crate::kinds::metric_series::{Golden, Metric};

const GIB: f64 = 1_073_741_824.0;

/// What is measured of it, over its members.
pub(super) fn metrics(item: &DbCluster) -> Vec<Metric> {
    let of = [("DBClusterIdentifier", item.id.as_str())];
    let metric = |title, unit, name| Metric::average(title, unit, ("AWS/RDS", name), &of);
    let mut all = vec![
        metric("CPU", "%", "CPUUtilization").by("Maximum").of_most(100.0).golden(Golden::Saturation),
        metric("connections", "", "DatabaseConnections").golden(Golden::Traffic),
        metric("free memory", " GiB", "FreeableMemory").by("Minimum").over(GIB),
        metric("storage used", " GiB", "VolumeBytesUsed").over(GIB),
        metric("replica lag", " ms", "AuroraReplicaLagMaximum").by("Maximum"),
    ];
    if item.serverless_v2.is_some() {
        all.push(metric("capacity", " ACU", "ServerlessDatabaseCapacity"));
    }
    all
}
