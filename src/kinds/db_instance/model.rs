//! A DB instance. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A DB instance, on its own or a member of a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DbInstance {
    /// Its ARN.
    pub arn: Arn,
    /// DBInstanceIdentifier.
    pub id: String,
    /// An open string.
    pub status: String,
    /// `mysql`, `postgres`, `aurora-postgresql`, …
    pub engine: String,
    /// Engine version.
    pub version: Option<String>,
    /// `db.t4g.micro`, …
    pub class: Option<String>,
    /// DBClusterIdentifier if it is a member.
    pub cluster: Option<String>,
    /// Whether it has a standby.
    pub multi_az: bool,
    /// Availability zone.
    pub zone: Option<String>,
    /// Where the standby is.
    pub second_zone: Option<String>,
    /// Host name.
    pub endpoint: Option<String>,
    /// Port.
    pub port: Option<u32>,
    /// VPC of its subnet group.
    pub vpc: Option<String>,
    /// Its subnet group.
    pub subnet_group: Option<String>,
    /// VPC security groups.
    pub security_groups: Vec<String>,
    /// Allocated storage.
    pub storage_gib: Option<u32>,
    /// `gp3`, …
    pub storage_type: Option<String>,
    /// Provisioned IOPS.
    pub iops: Option<u32>,
    /// Autoscaling bound.
    pub max_storage_gib: Option<u32>,
    /// Retention; 0 means no backups.
    pub backup_days: Option<u32>,
    /// UTC, `hh:mm-hh:mm`.
    pub backup_window: Option<String>,
    /// UTC, `ddd:hh:mm-ddd:hh:mm`.
    pub maintenance_window: Option<String>,
    /// Pending modifications in words.
    pub pending: Vec<String>,
    /// When AWS will start it again if stopped.
    pub auto_restart_at: Option<Timestamp>,
    /// When.
    pub created_at: Option<Timestamp>,
    /// Whether it refuses deletion.
    pub deletion_protection: bool,
    /// Whether it has a public address.
    pub public: Option<bool>,
    /// Its read replicas.
    pub replicas: Vec<String>,
    /// Its source if it is a replica.
    pub replica_of: Option<String>,
    /// Replica clusters.
    pub replica_clusters: Vec<String>,
    /// Whether IAM tokens are accepted.
    pub iam_auth: bool,
    /// MasterUsername. Never its password, which AWS tells nobody.
    #[serde(default)]
    pub master_user: Option<String>,
    /// The database that was made with it: DBName, DatabaseName.
    #[serde(default)]
    pub database: Option<String>,
    /// When its certificate ends.
    pub certificate_until: Option<Timestamp>,
    /// EngineLifecycleSupport.
    pub lifecycle: Option<String>,
    /// Logs that it sends to CloudWatch Logs: `postgresql`, `slowquery`, …
    pub log_exports: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Resource for DbInstance {
    const KIND: KindName = KindName("db-instance");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.class, &self.version).hash(into);
    }
}
