//! A DB cluster. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// An Aurora or multi-AZ DB cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DbCluster {
    /// Its ARN.
    pub arn: Arn,
    /// DBClusterIdentifier.
    pub id: String,
    /// An open string.
    pub status: String,
    /// `aurora-postgresql`, …
    pub engine: String,
    /// Engine version.
    pub version: Option<String>,
    /// EngineMode: `provisioned`, `serverless`.
    pub mode: Option<String>,
    /// Its instances, writer first.
    pub members: Vec<ClusterMember>,
    /// Whether members stand in several zones.
    pub multi_az: bool,
    /// Zones of its storage.
    pub zones: Vec<String>,
    /// Class, for multi-AZ DB clusters.
    pub class: Option<String>,
    /// Writer host name.
    pub endpoint: Option<String>,
    /// Reader host name.
    pub reader_endpoint: Option<String>,
    /// Port.
    pub port: Option<u32>,
    /// Its subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups.
    pub security_groups: Vec<String>,
    /// Retention.
    pub backup_days: Option<u32>,
    /// UTC.
    pub backup_window: Option<String>,
    /// UTC.
    pub maintenance_window: Option<String>,
    /// When AWS will start it again if stopped.
    pub auto_restart_at: Option<Timestamp>,
    /// When.
    pub created_at: Option<Timestamp>,
    /// Whether it refuses deletion.
    pub deletion_protection: bool,
    /// Its global cluster, if it is part of one.
    pub global: Option<String>,
    /// Its replication source.
    pub replica_of: Option<String>,
    /// Capacity range, such as `0.5–4 ACU`.
    pub serverless_v2: Option<String>,
    /// After how many seconds without connections it pauses itself; only where its smallest capacity is 0.
    #[serde(default)]
    pub auto_pause_seconds: Option<u32>,
    /// Whether IAM tokens are accepted.
    pub iam_auth: bool,
    /// MasterUsername. Never its password, which AWS tells nobody.
    #[serde(default)]
    pub master_user: Option<String>,
    /// The database that was made with it: DBName, DatabaseName.
    #[serde(default)]
    pub database: Option<String>,
    /// EngineLifecycleSupport.
    pub lifecycle: Option<String>,
    /// Logs that it sends to CloudWatch Logs: `postgresql`, `slowquery`, …
    pub log_exports: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A member of a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Hash)]
pub struct ClusterMember {
    /// DBInstanceIdentifier.
    pub id: String,
    /// Whether it is the writer.
    pub writer: bool,
}

impl Resource for DbCluster {
    const KIND: KindName = KindName("db-cluster");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.members).hash(into);
    }
}
