//! Who may be stopped at all, and why not: the limits AWS documents for RDS, ECS and EC2, over plain facts.
//! Pure. Where AWS decides by state or version, the call itself is the judge and nothing is refused here.

use std::collections::BTreeMap;
use std::fmt;

use super::stored::tags;

/// Facts about a DB instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InstanceFacts {
    /// Engine.
    pub engine: String,
    /// Whether it has a standby.
    pub multi_az: bool,
    /// DBClusterIdentifier.
    pub cluster: Option<String>,
    /// ReadReplicaDBInstanceIdentifiers.
    pub replicas: Vec<String>,
    /// ReadReplicaSourceDBInstanceIdentifier.
    pub replica_of: Option<String>,
    /// ReadReplicaDBClusterIdentifiers.
    pub replica_clusters: Vec<String>,
}

/// Facts about a DB cluster.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClusterFacts {
    /// Engine.
    pub engine: String,
    /// EngineMode: `provisioned`, `serverless` (version 1).
    pub mode: Option<String>,
    /// GlobalClusterIdentifier, or any sign of a global database.
    pub global: Option<String>,
    /// ReplicationSourceIdentifier.
    pub replica_of: Option<String>,
    /// ReadReplicaIdentifiers: replicas in other regions.
    pub replicas: Vec<String>,
}

/// Facts about an ECS service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServiceFacts {
    /// SchedulingStrategy is DAEMON.
    pub daemon: bool,
    /// DeploymentController type.
    pub controller: Option<String>,
}

/// Facts about an EC2 instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ec2Facts {
    /// RootDeviceType: `ebs` or `instance-store`.
    pub root_device: Option<String>,
    /// InstanceLifecycle is `spot`, and the request is one-time.
    pub one_time_spot: bool,
    /// The Auto Scaling group it belongs to.
    pub group: Option<String>,
    /// disableApiStop.
    pub stop_protected: bool,
}

/// What a member of an environment is, as far as stopping it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Facts {
    /// A DB instance.
    Instance(InstanceFacts),
    /// A DB cluster.
    Cluster(ClusterFacts),
    /// An ECS service.
    Service(ServiceFacts),
    /// An EC2 instance.
    Ec2(Ec2Facts),
}

/// Why something can't be stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ineligible {
    /// SQL Server with a standby.
    SqlServerMultiAz,
    /// It has read replicas.
    HasReplicas(Vec<String>),
    /// It is a read replica.
    IsReplica(String),
    /// RDS Custom.
    RdsCustom,
    /// A member of a cluster: the cluster is what stops.
    ClusterMember(String),
    /// Aurora Serverless version 1.
    ServerlessV1,
    /// Part of a global database.
    Global(String),
    /// A DAEMON service runs one task on every instance.
    Daemon,
    /// Somebody else deploys it.
    ExternalController(String),
    /// Its root volume would be lost.
    InstanceStore,
    /// A one-time Spot request can't be started again.
    OneTimeSpot,
    /// Its Auto Scaling group would replace it.
    InGroup(String),
    /// Stop protection is on.
    StopProtected,
    /// It is half of a blue/green deployment, which would break.
    BlueGreen(String),
    /// It wears our tag that forbids it.
    ByTag,
}

impl Ineligible {
    /// Whether a resource's tags forbid it.
    #[must_use]
    pub fn by_tag(worn: &BTreeMap<String, String>) -> Option<Self> {
        worn.get(tags::PROTECT).filter(|value| *value == "true").map(|_| Self::ByTag)
    }

    /// What to act on instead, if that would do.
    #[must_use]
    pub fn instead(&self) -> Option<&str> {
        match self {
            Self::ClusterMember(cluster) => Some(cluster),
            _ => None,
        }
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqlServerMultiAz => f.write_str("SQL Server Multi-AZ cannot be stopped"),
            Self::HasReplicas(names) => {
                write!(f, "a database with read replicas cannot be stopped; it has {}", names.join(", "))
            }
            Self::IsReplica(source) => write!(f, "a read replica cannot be stopped; it replicates {source}"),
            Self::RdsCustom => f.write_str("RDS Custom cannot be stopped"),
            Self::ClusterMember(cluster) => {
                write!(f, "a member of a cluster cannot be stopped by itself; stop cluster {cluster}")
            }
            Self::ServerlessV1 => f.write_str("Aurora Serverless v1 cannot be stopped; it pauses by itself"),
            Self::Global(name) => write!(f, "a cluster of a global database cannot be stopped; it belongs to {name}"),
            Self::Daemon => f.write_str("a DAEMON service has no count to set: it runs on every instance"),
            Self::ExternalController(name) => {
                write!(f, "its deployments belong to an {name} controller, which sets its count")
            }
            Self::InstanceStore => f.write_str("an instance with an instance-store root cannot be stopped"),
            Self::OneTimeSpot => f.write_str("an instance of a one-time Spot request cannot be stopped"),
            Self::InGroup(group) => {
                write!(
                    f,
                    "Auto Scaling group {group} would replace it; set the group's minimum and desired size to 0 instead"
                )
            }
            Self::BlueGreen(pair) => {
                write!(f, "it is {pair}; stopped, the two would part: switch over or delete the deployment first")
            }
            Self::ByTag => write!(f, "it has the tag {}=true", tags::PROTECT),
            Self::StopProtected => f.write_str("stop protection is on (disableApiStop)"),
        }
    }
}

/// Why it may not be stopped, or `None` if nothing is known against it.
#[must_use]
pub fn ineligibility(facts: &Facts) -> Option<Ineligible> {
    match facts {
        Facts::Instance(facts) => instance(facts),
        Facts::Cluster(facts) => cluster(facts),
        Facts::Service(facts) if facts.daemon => Some(Ineligible::Daemon),
        Facts::Service(facts) => facts
            .controller
            .as_ref()
            .filter(|controller| controller.eq_ignore_ascii_case("EXTERNAL"))
            .map(|controller| Ineligible::ExternalController(controller.clone())),
        Facts::Ec2(facts) => ec2(facts),
    }
}

fn instance(facts: &InstanceFacts) -> Option<Ineligible> {
    if let Some(cluster) = &facts.cluster {
        return Some(Ineligible::ClusterMember(cluster.clone()));
    }
    if facts.engine.starts_with("custom-") {
        return Some(Ineligible::RdsCustom);
    }
    if facts.engine.starts_with("sqlserver") && facts.multi_az {
        return Some(Ineligible::SqlServerMultiAz);
    }
    if let Some(source) = &facts.replica_of {
        return Some(Ineligible::IsReplica(source.clone()));
    }
    let replicas: Vec<String> = facts.replicas.iter().chain(&facts.replica_clusters).cloned().collect();
    (!replicas.is_empty()).then_some(Ineligible::HasReplicas(replicas))
}

fn cluster(facts: &ClusterFacts) -> Option<Ineligible> {
    if facts.mode.as_deref() == Some("serverless") {
        return Some(Ineligible::ServerlessV1);
    }
    if let Some(global) = &facts.global {
        return Some(Ineligible::Global(global.clone()));
    }
    if let Some(source) = &facts.replica_of {
        return Some(Ineligible::IsReplica(source.clone()));
    }
    (!facts.replicas.is_empty()).then(|| Ineligible::HasReplicas(facts.replicas.clone()))
}

fn ec2(facts: &Ec2Facts) -> Option<Ineligible> {
    if facts.root_device.as_deref() == Some("instance-store") {
        return Some(Ineligible::InstanceStore);
    }
    if let Some(group) = &facts.group {
        return Some(Ineligible::InGroup(group.clone()));
    }
    if facts.one_time_spot {
        return Some(Ineligible::OneTimeSpot);
    }
    facts.stop_protected.then_some(Ineligible::StopProtected)
}
