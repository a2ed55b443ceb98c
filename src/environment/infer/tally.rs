//! What hangs on a branch of the tree of names: how many names of which shapes and kinds.
//! Counting only.

use super::evidence_graph::Node;

/// What hangs on a branch.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Tally {
    /// Names.
    pub(super) members: usize,
    /// Alarms that have the words of one.
    pub(super) watchers: usize,
    /// Names in which the system stands right before the stage, others behind.
    pub(super) middle: usize,
    /// Names that end in the stage.
    pub(super) last: usize,
    /// Names that have no stage.
    pub(super) plain: usize,
    /// The kinds of what is called so, a bit each.
    pub(super) kinds: u8,
}

impl Tally {
    /// Takes another one in.
    pub(super) fn add(&mut self, other: Self) {
        self.members += other.members;
        self.watchers += other.watchers;
        self.middle += other.middle;
        self.last += other.last;
        self.plain += other.plain;
        self.kinds |= other.kinds;
    }
}

/// A bit: a database.
pub(super) const STORE: u8 = 1;
/// A bit: a cluster.
pub(super) const CLUSTER: u8 = 2;
/// A bit: a service.
pub(super) const SERVICE: u8 = 4;
/// A bit: a target group.
pub(super) const GROUP: u8 = 32;
/// A bit: a load balancer.
pub(super) const BALANCER: u8 = 64;
/// A bit: what runs something.
pub(super) const RUNS: u8 = SERVICE | 8 | 16;

/// The bit of a node's kind.
pub(super) fn kind_bit(node: &Node<'_>) -> u8 {
    match node.kind() {
        "db-instance" | "db-cluster" => STORE,
        "ecs-cluster" => CLUSTER,
        "ecs-service" => SERVICE,
        "lambda-function" => 8,
        "ec2-instance" | "managed-node" => 16,
        "target-group" => GROUP,
        "load-balancer" => BALANCER,
        _ => 128,
    }
}
