//! A small language for building accounts of subjects in tests: one function per kind of resource, with the
//! keys and ties that the kinds give. No expectations here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::environment::{ConfiguredEnvironments, Placed, place};
use crate::kinds::{Relation, Subject};
use crate::world::{KindName, ResourceId, Scope};

/// One account in one region.
pub(super) struct Account {
    pub(super) number: &'static str,
    scope: Scope,
    pub(super) subjects: Vec<Subject>,
}

impl Account {
    pub(super) fn new(number: &'static str) -> Self {
        Self::in_region(number, "ap-northeast-1")
    }

    pub(super) fn in_region(number: &'static str, region: &str) -> Self {
        Self { number, scope: Scope::new(format!("profile-{number}"), region), subjects: Vec::new() }
    }

    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.scope.region, self.number)
    }

    fn id(&self, kind: &'static str, key: &str) -> ResourceId {
        ResourceId { kind: KindName(kind), scope: self.scope.clone(), key: Arc::from(key) }
    }

    /// Adds any subject.
    pub(super) fn add(&mut self, subject: Subject) -> &mut Subject {
        self.subjects.push(subject);
        self.subjects.last_mut().expect("just pushed")
    }

    pub(super) fn cluster(&mut self, name: &str) -> &mut Subject {
        let arn = self.arn("ecs", &format!("cluster/{name}"));
        self.add(Subject::new(self.id("ecs-cluster", &arn)).named(name).known_as(format!("cluster/{name}")))
    }

    pub(super) fn service(&mut self, cluster: &str, name: &str, groups: &[&str]) -> &mut Subject {
        let arn = self.arn("ecs", &format!("service/{cluster}/{name}"));
        let mut subject = Subject::new(self.id("ecs-service", &arn))
            .named(name)
            .known_as(format!("service/{cluster}/{name}"))
            .tied(Relation::Cluster, self.arn("ecs", &format!("cluster/{cluster}")));
        for group in groups {
            subject = subject.tied(Relation::TargetGroup, self.group_arn(group));
        }
        self.add(subject)
    }

    /// A task of `service`, or one that was run by itself.
    pub(super) fn task(&mut self, cluster: &str, id: &str, service: Option<&str>, family: &str, ip: &str) {
        let arn = self.arn("ecs", &format!("task/{cluster}/{id}"));
        let mut subject = Subject::new(self.id("ecs-task", &arn))
            .also_called(family)
            .known_as(format!("ip:{ip}"))
            .tied(Relation::Cluster, self.arn("ecs", &format!("cluster/{cluster}")))
            .tied(Relation::Family, format!("family:{family}"));
        if let Some(service) = service {
            subject = subject.tied(Relation::Service, format!("service/{cluster}/{service}"));
        }
        self.add(subject);
    }

    /// `NAME/ID`, as target groups and load balancers are told apart.
    pub(super) fn group_arn(&self, group: &str) -> String {
        self.arn("elasticloadbalancing", &format!("targetgroup/{group}"))
    }

    pub(super) fn balancer_arn(&self, balancer: &str) -> String {
        self.arn("elasticloadbalancing", &format!("loadbalancer/app/{balancer}"))
    }

    pub(super) fn balancer(&mut self, balancer: &str, vpc: &str) -> &mut Subject {
        let arn = self.balancer_arn(balancer);
        let name = balancer.split('/').next().expect("a name");
        self.add(
            Subject::new(self.id("load-balancer", &arn))
                .named(name)
                .in_vpc(Some(vpc))
                .known_as(format!("app/{balancer}")),
        )
    }

    pub(super) fn group(&mut self, group: &str, vpc: &str, balancer: Option<&str>, targets: &[&str]) -> &mut Subject {
        let arn = self.group_arn(group);
        let mut health = Subject::about(self.id("target-health", &arn), arn.as_str());
        for target in targets {
            health = health.tied(Relation::Target, *target);
        }
        self.add(health);
        let name = group.split('/').next().expect("a name");
        let mut subject = Subject::new(self.id("target-group", &arn))
            .named(name)
            .in_vpc(Some(vpc))
            .known_as(format!("targetgroup/{group}"));
        if let Some(balancer) = balancer {
            subject = subject.tied(Relation::LoadBalancer, self.balancer_arn(balancer));
        }
        self.add(subject)
    }

    pub(super) fn database(&mut self, id: &str, vpc: Option<&str>, cluster: Option<&str>) -> &mut Subject {
        let arn = self.arn("rds", &format!("db:{id}"));
        let mut subject = Subject::new(self.id("db-instance", &arn)).named(id).in_vpc(vpc).known_as(format!("db:{id}"));
        if let Some(cluster) = cluster {
            subject = subject.tied(Relation::Member, format!("cluster:{cluster}"));
        }
        self.add(subject)
    }

    pub(super) fn db_cluster(&mut self, id: &str) -> &mut Subject {
        let arn = self.arn("rds", &format!("cluster:{id}"));
        self.add(Subject::new(self.id("db-cluster", &arn)).named(id).known_as(format!("cluster:{id}")))
    }

    pub(super) fn instance(&mut self, id: &str, name: &str, vpc: &str) -> &mut Subject {
        let node = Subject::new(self.id("managed-node", id)).tied(Relation::Node, id);
        self.add(node);
        self.add(Subject::new(self.id("ec2-instance", id)).named(name).in_vpc(Some(vpc)))
    }

    pub(super) fn alarm(&mut self, name: &str, ties: &[(Relation, &str)]) -> &mut Subject {
        let arn = self.arn("cloudwatch", &format!("alarm:{name}"));
        let mut subject = Subject::new(self.id("alarm", &arn)).watching().known_as(format!("alarm:{name}"));
        if name.starts_with("TargetTracking-") {
            subject = subject.also_called(name);
        } else {
            subject = subject.named(name);
        }
        for (relation, to) in ties {
            subject = subject.tied(*relation, *to);
        }
        self.add(subject)
    }

    pub(super) fn filter(&mut self, log_group: &str, metric: &str) {
        let subject = Subject::hint(self.id("metric-filter", &format!("{log_group}:{metric}")))
            .named(log_group)
            .known_as(format!("metric:{metric}"))
            .tied(Relation::LogGroup, format!("log-group:{log_group}"));
        self.add(subject);
    }

    pub(super) fn vpc(&mut self, vpc: &str, tags: &[(&str, &str)]) {
        let arn = self.arn("ec2", &format!("vpc/{vpc}"));
        self.add(Subject::hint(self.id("tagged", &arn)).in_vpc(Some(vpc)).tagged(&map(tags)));
    }
}

/// Tags as a map.
pub(super) fn map(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Adds a tag to a subject.
pub(super) fn tag(subject: &mut Subject, key: &str, value: &str) {
    subject.tags.insert(key.to_owned(), value.to_owned());
}

/// Places accounts without a configuration.
pub(super) fn placed(accounts: &[&Account]) -> Vec<Placed> {
    placed_as_wished(accounts, &ConfiguredEnvironments::default())
}

/// Places accounts.
pub(super) fn placed_as_wished(accounts: &[&Account], configured_environments: &ConfiguredEnvironments) -> Vec<Placed> {
    let subjects: Vec<Subject> = accounts.iter().flat_map(|account| account.subjects.iter().cloned()).collect();
    place(&subjects, configured_environments)
}

/// The environment of the one resource whose key ends with `end`; `-` for none.
pub(super) fn home<'p>(placed: &'p [Placed], end: &str) -> &'p str {
    one(placed, end).environment.as_ref().map_or("-", |name| name.as_str())
}

/// The one placed resource whose key ends with `end`.
pub(super) fn one<'p>(placed: &'p [Placed], end: &str) -> &'p Placed {
    let mut found = placed.iter().filter(|placed| placed.id.key.ends_with(end));
    let first = found.next().unwrap_or_else(|| panic!("nothing ends with {end}"));
    let kind = first.id.kind;
    assert!(found.all(|other| other.id.kind != kind), "several end with {end}");
    first
}

/// Everything that is not in `expected`, readable.
pub(super) fn strays(placed: &[Placed], expected: &str) -> Vec<String> {
    placed
        .iter()
        .filter(|placed| placed.environment.as_ref().map_or("-", |name| name.as_str()) != expected)
        .map(|placed| format!("{} is in {:?}: {:#?}", placed.id, placed.environment, placed.because))
        .collect()
}
