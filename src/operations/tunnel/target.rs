//! Where a tunnel leads: the host, port and VPC of a database, from what is believed of it; or a port of the instance or
//! task that carries it, or of a host which that reaches. Pure; what no tunnel can reach now says why, and what to do.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::managed_node::Node;
use crate::world::{Resource, ResourceId, World};

/// The families of engines that differ in their client programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// PostgreSQL and Aurora PostgreSQL.
    Postgres,
    /// MySQL, MariaDB and Aurora MySQL.
    Mysql,
    /// Oracle, SQL Server, Db2 and whatever comes.
    Other,
}

impl Family {
    /// The family of an engine as RDS names it.
    #[must_use]
    pub fn of(engine: &str) -> Self {
        match engine {
            "mariadb" => Self::Mysql,
            engine if engine.contains("postgres") => Self::Postgres,
            // `mysql`, `aurora-mysql`, and `aurora` as version 1 was called.
            engine if engine.contains("mysql") || engine == "aurora" => Self::Mysql,
            _ => Self::Other,
        }
    }

    /// The port it listens on where none is told.
    #[must_use]
    pub fn usual_port(self, engine: &str) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql => 3306,
            Self::Other if engine.contains("sqlserver") => 1433,
            Self::Other if engine.contains("oracle") => 1521,
            Self::Other => 50_000,
        }
    }
}

/// A database as a tunnel sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remote {
    /// Which.
    pub id: ResourceId,
    /// Its identifier.
    pub name: String,
    /// Its engine as RDS names it.
    pub engine: String,
    /// The engine's family.
    pub family: Family,
    /// The host to reach: of a cluster, the writer's.
    pub host: String,
    /// Of a cluster, the host of its readers.
    pub reader: Option<String>,
    /// The port.
    pub port: u16,
    /// Its VPC, where known.
    pub vpc: Option<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Whether it takes IAM tokens for passwords.
    pub iam_auth: bool,
    /// Its master user, as AWS tells it.
    pub user: Option<String>,
    /// The database that was made with it.
    pub database: Option<String>,
}

impl Remote {
    /// Whether it is a database, of which more is known than a host and a port.
    #[must_use]
    pub fn is_database(&self) -> bool {
        !self.engine.is_empty()
    }

    /// The same, leading to the readers.
    ///
    /// # Errors
    /// A sentence, where there are none.
    pub fn reading(self) -> Result<Self, String> {
        match self.reader.clone() {
            Some(host) => Ok(Self { host, ..self }),
            None => Err(format!("{} has no reader endpoint; only clusters have one", self.name)),
        }
    }
}

/// The carrier itself, as the agent there names it.
const ITSELF: &str = "localhost";

/// A port that is reached through an instance or task: its own, or that of a host it reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Behind {
    /// The host, as the carrier resolves it; `None` for the carrier itself.
    pub host: Option<String>,
    /// The port.
    pub port: u16,
}

impl FromStr for Behind {
    type Err = String;

    /// `PORT` or `HOST:PORT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no port: write PORT, or HOST:PORT of a host that is reached from there");
        let (host, port) = match text.trim().rsplit_once(':') {
            Some((host, port)) => (Some(host), port),
            None => (None, text.trim()),
        };
        let port = port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
        let bare = host.map(|host| host.trim_start_matches('[').trim_end_matches(']'));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
        if bare.is_some_and(|host| host.is_empty() || host.starts_with('-') || !host.chars().all(plain)) {
            return Err(wrong());
        }
        Ok(Self { host: bare.map(str::to_owned), port })
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "{host}:{}", self.port),
            None => write!(f, "port {}", self.port),
        }
    }
}

/// Whether something like `id` carries tunnels, so that one can lead to it and through it.
#[must_use]
pub fn carries(id: &ResourceId) -> bool {
    [Instance::KIND, Node::KIND, Task::KIND, Service::KIND].contains(&id.kind)
}

/// What is `behind` the instance, task or service `id`, and by which name that carries it.
///
/// # Errors
/// A sentence: why no tunnel can lead there.
pub fn through(world: &World, id: &ResourceId, behind: &Behind) -> Result<(Remote, String), String> {
    let gone = || format!("{} is not there any more", id.key);
    let via = match id.kind {
        kind if kind == Instance::KIND => world.get::<Instance>(id).map(|one| one.id.clone()),
        kind if kind == Node::KIND => world.get::<Node>(id).map(|one| one.id.clone()),
        kind if kind == Task::KIND => world.get::<Task>(id).map(|one| one.arn.last().to_owned()),
        kind if kind == Service::KIND => world.get::<Service>(id).map(|one| one.name.clone()),
        _ => return Err("a port is reached through an instance, a task or a service".to_owned()),
    };
    let via = via.ok_or_else(gone)?;
    let name = match behind.host {
        Some(_) => behind.to_string(),
        None => format!("{behind} of {via}"),
    };
    let remote = Remote {
        id: id.clone(),
        name,
        engine: String::new(),
        family: Family::Other,
        host: behind.host.clone().unwrap_or_else(|| ITSELF.to_owned()),
        reader: None,
        port: behind.port,
        vpc: None,
        groups: Vec::new(),
        iam_auth: false,
        user: None,
        database: None,
    };
    Ok((remote, via))
}

/// Whether tunnels lead to things like `id`.
#[must_use]
pub fn leads_to(id: &ResourceId) -> bool {
    [DbInstance::KIND, DbCluster::KIND].contains(&id.kind)
}

/// The database `id` is.
///
/// # Errors
/// A sentence: why no tunnel can lead there now, and what to do.
pub fn remote(world: &World, id: &ResourceId) -> Result<Remote, String> {
    if let Some(one) = world.get::<DbInstance>(id) {
        awake(&one.id, &one.status)?;
        return made(id, &one.id, &one.engine, (one.endpoint.as_deref(), one.port)).map(|remote| Remote {
            vpc: one.vpc.clone(),
            groups: one.security_groups.clone(),
            iam_auth: one.iam_auth,
            user: one.master_user.clone(),
            database: one.database.clone(),
            ..remote
        });
    }
    if let Some(one) = world.get::<DbCluster>(id) {
        awake(&one.id, &one.status)?;
        let member = |member: &&DbInstance| member.cluster.as_deref() == Some(&one.id);
        let vpc = world.all::<DbInstance>(&id.scope).filter(member).find_map(|member| member.vpc.clone());
        return made(id, &one.id, &one.engine, (one.endpoint.as_deref(), one.port)).map(|remote| Remote {
            reader: one.reader_endpoint.clone(),
            vpc,
            groups: one.security_groups.clone(),
            iam_auth: one.iam_auth,
            user: one.master_user.clone(),
            database: one.database.clone(),
            ..remote
        });
    }
    match leads_to(id) {
        true => Err(format!("{} is not there any more", id.key)),
        false => Err("tunnels lead to databases, and to ports behind an instance, task or service".to_owned()),
    }
}

/// Whether somebody answers there: a sleeping database would only be waited for in vain.
fn awake(name: &str, status: &str) -> Result<(), String> {
    match status {
        "stopped" | "stopping" => Err(format!("{name} is {status}: start it first, then a tunnel can reach it")),
        "creating" | "starting" => Err(format!("{name} is {status}: a tunnel can reach it once it is available")),
        "deleting" => Err(format!("{name} is being deleted")),
        _ => Ok(()),
    }
}

fn made(
    id: &ResourceId,
    name: &str,
    engine: &str,
    (host, port): (Option<&str>, Option<u32>),
) -> Result<Remote, String> {
    let Some(host) = host else {
        return Err(format!("{name} has no endpoint yet: AWS assigns it once the database is created"));
    };
    let family = Family::of(engine);
    let port = port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0);
    Ok(Remote {
        id: id.clone(),
        name: name.to_owned(),
        engine: engine.to_owned(),
        family,
        host: host.to_owned(),
        reader: None,
        port: port.unwrap_or_else(|| family.usual_port(engine)),
        vpc: None,
        groups: Vec::new(),
        iam_auth: false,
        user: None,
        database: None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Behind, Family, remote, through};
    use crate::kinds::testing_samples::*;
    use crate::world::Resource;

    #[rstest]
    #[case("postgres", Family::Postgres, 5432)]
    #[case("aurora-postgresql", Family::Postgres, 5432)]
    #[case("mysql", Family::Mysql, 3306)]
    #[case("mariadb", Family::Mysql, 3306)]
    #[case("aurora-mysql", Family::Mysql, 3306)]
    #[case("aurora", Family::Mysql, 3306)]
    #[case("sqlserver-se", Family::Other, 1433)]
    #[case("oracle-ee", Family::Other, 1521)]
    fn engines_have_families(#[case] engine: &str, #[case] family: Family, #[case] port: u16) {
        assert_eq!((Family::of(engine), Family::of(engine).usual_port(engine)), (family, port));
    }

    #[test]
    fn an_instance_and_a_cluster_are_reached_at_their_endpoints() {
        let cluster = || crate::kinds::db_cluster::DbCluster {
            reader_endpoint: Some("ro.rds.amazonaws.com".into()),
            ..cluster()
        };
        let shelves = Shelves::default().with([database(), member("m-1", "available")]).with([cluster()]);
        let one = remote(&shelves.0, &database().id(&scope())).unwrap();
        assert_eq!((one.host.as_str(), one.port), ("city-db.x.ap-northeast-1.rds.amazonaws.com", 5432));
        assert_eq!((one.vpc.as_deref(), one.reader.clone().is_none()), (Some("vpc-1"), true));
        assert!(one.reading().unwrap_err().contains("no reader endpoint"));
        let many = remote(&shelves.0, &cluster().id(&scope())).unwrap();
        assert_eq!((many.vpc.as_deref(), many.groups.len()), (Some("vpc-1"), cluster().security_groups.len()));
        let reader = many.reader.clone();
        assert_eq!(Some(many.reading().unwrap().host), reader);
    }

    #[rstest]
    #[case("stopped", "is stopped: start it first")]
    #[case("starting", "once it is available")]
    #[case("deleting", "is being deleted")]
    fn what_sleeps_says_so_before_anyone_waits(#[case] status: &str, #[case] message: &str) {
        let mut one = database();
        one.status = status.to_owned();
        let id = one.id(&scope());
        let why = remote(&Shelves::default().with([one]).0, &id).unwrap_err();
        assert!(why.contains(message), "{why}");
    }

    #[rstest]
    #[case("6379", Some((None, 6379)))]
    #[case(" cache.x.amazonaws.com:6379 ", Some((Some("cache.x.amazonaws.com"), 6379)))]
    #[case("[fd00::5]:443", Some((Some("fd00::5"), 443)))]
    #[case("0", None)]
    #[case("65536", None)]
    #[case("cache", None)]
    #[case(":80", None)]
    #[case("-oProxy:80", None)]
    #[case("a b:80", None)]
    #[case("$(id):80", None)]
    fn a_port_behind_something_is_read(#[case] text: &str, #[case] wanted: Option<(Option<&str>, u16)>) {
        let got = text.parse::<Behind>().ok().map(|one| (one.host, one.port));
        assert_eq!(got, wanted.map(|(host, port)| (host.map(str::to_owned), port)));
    }

    #[test]
    fn what_is_behind_an_instance_or_a_service_is_reached_through_it() {
        let shelves = Shelves::default().with([instance()]).with([service()]);
        let (remote, via) = through(&shelves.0, &instance().id(&scope()), &"8080".parse().unwrap()).unwrap();
        assert_eq!((remote.host.as_str(), remote.port, via.as_str()), ("localhost", 8080, instance().id.as_str()));
        let (remote, via) = through(&shelves.0, &service().id(&scope()), &"cache.x:6379".parse().unwrap()).unwrap();
        assert_eq!((remote.name.as_str(), remote.host.as_str(), via.as_str()), ("cache.x:6379", "cache.x", "Backend"));
    }

    #[test]
    fn odd_targets_are_told() {
        let shelves = Shelves::default().with([instance()]);
        assert!(remote(&shelves.0, &instance().id(&scope())).unwrap_err().contains("lead to databases"));
        let behind = "80".parse().unwrap();
        assert!(through(&shelves.0, &database().id(&scope()), &behind).unwrap_err().contains("through an instance"));
        assert!(remote(&shelves.0, &database().id(&scope())).unwrap_err().contains("not there any more"));
        let hostless = crate::kinds::db_instance::DbInstance { endpoint: None, ..database() };
        let id = hostless.id(&scope());
        assert!(remote(&Shelves::default().with([hostless]).0, &id).unwrap_err().contains("no endpoint yet"));
    }
}
