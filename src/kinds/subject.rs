//! What inference may know of a resource: names, tags, VPC, the keys others know it by, its ties.
//! Each kind fills one in; nothing here decides anything.

use std::collections::BTreeMap;

use crate::world::{AccountId, ResourceId};

/// One resource as inference sees it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Subject {
    /// Who it is.
    pub id: ResourceId,
    /// Its names, best first; system and stage are read from their tokens.
    pub names: Vec<String>,
    /// Names that patterns of the configuration look at but that say nothing of system or stage
    /// (a scaling alarm's generated name, a task's family).
    pub aliases: Vec<String>,
    /// Its tags, in any case.
    pub tags: BTreeMap<String, String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// What others may call it in their ties: its ARN, and short forms such as `app/x/0123`.
    pub keys: Vec<String>,
    /// What it points at.
    pub ties: Vec<Tie>,
    /// The account it was seen in, where that is known; else its scope's ARNs tell.
    pub account: Option<AccountId>,
    /// It only watches others (an alarm): its name may join a system, but founds one only when nothing else tells.
    pub watches: bool,
    /// Only a clue for placing others (a VPC, a log group): never a member, never unassigned.
    pub hint: bool,
    /// What it tells is about the resource known by this key (tags told by the tagging API, targets told by
    /// target health). It goes with that resource, and is dropped if there is none.
    pub about: Option<String>,
}

impl Subject {
    /// A subject of which only the identity is known; its key is a key already.
    #[must_use]
    pub fn new(id: ResourceId) -> Self {
        let keys = vec![id.key.to_string()];
        Self {
            id,
            names: Vec::new(),
            aliases: Vec::new(),
            tags: BTreeMap::new(),
            vpc: None,
            keys,
            ties: Vec::new(),
            account: None,
            watches: false,
            hint: false,
            about: None,
        }
    }

    /// A clue for placing others.
    #[must_use]
    pub fn hint(id: ResourceId) -> Self {
        Self { hint: true, ..Self::new(id) }
    }

    /// More about the resource that is known by `key`.
    #[must_use]
    pub fn about(id: ResourceId, key: impl Into<String>) -> Self {
        Self { hint: true, keys: Vec::new(), about: Some(key.into()), ..Self::new(id) }
    }

    /// Marks it as one that only watches others.
    #[must_use]
    pub fn watching(mut self) -> Self {
        self.watches = true;
        self
    }

    /// Adds a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Adds a name that only patterns look at.
    #[must_use]
    pub fn also_called(mut self, name: impl Into<String>) -> Self {
        self.aliases.push(name.into());
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tie {
    /// How they are related.
    pub relation: Relation,
    /// A key of the other, or the bare name of something that is no resource of ours (a log group, a topic).
    pub to: String,
}

/// How two resources are related, in the order inference trusts the relation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relation {
    /// A DB instance and its DB cluster.
    Member,
    /// A managed node and its EC2 instance.
    Node,
    /// A task and its service.
    Service,
    /// A service or task and its cluster.
    Cluster,
    /// A service and a target group.
    TargetGroup,
    /// A target group and the instance, task or address it sends to.
    Target,
    /// A target group and a load balancer.
    LoadBalancer,
    /// An alarm and the resource its dimensions name, through metric math too.
    Dimension,
    /// A composite alarm and an alarm of its rule.
    Rule,
    /// An alarm and the metric filter that makes its metric; a metric filter and its log group.
    LogGroup,
    /// An alarm and the topic it tells.
    Topic,
    /// A task and the family of its task definition: what is left when it has no service and its cluster tells nothing.
    Family,
}

impl Relation {
    /// Every relation, most trusted first.
    pub const ALL: [Self; 12] = [
        Self::Member,
        Self::Node,
        Self::Service,
        Self::Cluster,
        Self::TargetGroup,
        Self::Target,
        Self::LoadBalancer,
        Self::Dimension,
        Self::Rule,
        Self::LogGroup,
        Self::Topic,
        Self::Family,
    ];
}
