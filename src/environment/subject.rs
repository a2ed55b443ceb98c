//! What inference may know of a resource: names, tags, VPC, the keys others know it by, its ties.
//! Each kind fills one in; nothing here decides anything.

use std::collections::BTreeMap;

use crate::world::ResourceId;

/// One resource as inference sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Who it is.
    pub id: ResourceId,
    /// Its names, best first; system and stage are read from their tokens.
    pub names: Vec<String>,
    /// Its tags, in any case; the tagging API's are laid over these by `gather`.
    pub tags: BTreeMap<String, String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// What others may call it in their ties: its ARN, and short forms such as `alb:app/x/0123`.
    pub keys: Vec<String>,
    /// What it points at.
    pub ties: Vec<Tie>,
}

impl Subject {
    /// A subject of which only the identity is known; its key is a key already.
    #[must_use]
    pub fn new(id: ResourceId) -> Self {
        let keys = vec![id.key.to_string()];
        Self { id, names: Vec::new(), tags: BTreeMap::new(), vpc: None, keys, ties: Vec::new() }
    }

    /// Adds a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Adds a key others may know it by.
    #[must_use]
    pub fn known_as(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Adds a tie.
    #[must_use]
    pub fn tied(mut self, relation: Relation, to: impl Into<String>) -> Self {
        self.ties.push(Tie { relation, to: to.into() });
        self
    }

    /// Sets its VPC.
    #[must_use]
    pub fn in_vpc(mut self, vpc: Option<&str>) -> Self {
        self.vpc = vpc.map(str::to_owned);
        self
    }

    /// Sets its tags.
    #[must_use]
    pub fn tagged(mut self, tags: &BTreeMap<String, String>) -> Self {
        self.tags.clone_from(tags);
        self
    }
}

/// A pointer from one resource to another, by one of the other's keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tie {
    /// How they are related.
    pub relation: Relation,
    /// A key of the other, or the bare name of something that is no resource of ours (a log group, a topic).
    pub to: String,
}

/// How two resources are related, in the order inference trusts the relation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relation {
    /// A service or task and its cluster.
    Cluster,
    /// A task and its service.
    Service,
    /// A service and a target group.
    TargetGroup,
    /// A target group and a load balancer.
    LoadBalancer,
    /// A target group and the instance, task or address it sends to.
    Target,
    /// An alarm and the resource its dimensions name, through metric math too.
    Dimension,
    /// A composite alarm and an alarm of its rule.
    Rule,
    /// An alarm and the log group its metric is filtered from; `to` is the group's name.
    LogGroup,
    /// An alarm and the topic it tells; `to` is the topic's name.
    Topic,
    /// A DB instance and its DB cluster.
    Member,
    /// A managed node and its EC2 instance.
    Node,
}
