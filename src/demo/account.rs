//! What one account holds at one moment: items of every kind in the parts they are read by, what
//! a closer look shows, and what may not be read. Knows kinds by their types only.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

use super::details::{ResourceDetails, Waits};
use super::logs::LogWriter;
use crate::display::Fact;
use crate::kinds::schedule_record::Notes;
use crate::kinds::{
    alarm, alarm_history, batch_definition, batch_queue, db_cluster, db_instance, db_maintenance, ec2_instance,
    ecs_cluster, ecs_service, event_rule, external_schedule, job_activity,
};
use crate::kinds::{
    certificate, db_backup, db_blue_green, db_subnet_group, distribution, log_group, topic, vpc_network,
};
use crate::kinds::{dns_zone, rest_api, stack, user_pool, web_acl};
use crate::kinds::{
    load_balancer, managed_node, metric_filter, mute_rule, resource_tags, scalable_target, scaling_activity,
    schedule_group, scheduled_action, security_group, state_machine, subnet, target_group, task_definition,
    trail_event,
};
use crate::world::{AnyReading, Arn, Coverage, Fault, FaultKind, KindName, Part, Reading, Resource};

/// The items of one account at one moment.
#[derive(Default)]
pub(super) struct SimulatedAccount {
    drawers: BTreeMap<KindName, Box<dyn Drawer>>,
    looks: BTreeMap<(KindName, String), ResourceDetails>,
    denied: BTreeMap<KindName, Fault>,
    writers: Vec<LogWriter>,
}

impl fmt::Debug for SimulatedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene").field("kinds", &self.drawers.keys()).finish_non_exhaustive()
    }
}

impl SimulatedAccount {
    /// An empty account: kinds that are read in one go are there, with nothing in them.
    pub(super) fn new() -> Self {
        let mut simulated = Self::default();
        simulated.open::<load_balancer::LoadBalancer>("");
        simulated.open::<target_group::TargetGroup>("");
        simulated.open::<ecs_cluster::Cluster>("");
        simulated.open::<task_definition::TaskDefinition>("");
        simulated.open::<db_cluster::DbCluster>("");
        simulated.open::<db_instance::DbInstance>("");
        simulated.open::<db_maintenance::PendingMaintenance>("");
        simulated.open::<db_blue_green::BlueGreen>("");
        simulated.open::<alarm::Alarm>("");
        simulated.open::<metric_filter::MetricFilter>("");
        simulated.open::<mute_rule::MuteRule>("");
        simulated.open::<ec2_instance::Instance>("");
        simulated.open::<managed_node::Node>("");
        simulated.open::<security_group::SecurityGroup>("");
        simulated.open::<subnet::Subnet>("");
        simulated.open::<scaling_activity::ScalingActivity>("");
        simulated.open::<trail_event::TrailEvent>("");
        simulated.open::<alarm_history::AlarmChange>("");
        simulated.open::<scalable_target::ScalableTarget>("");
        simulated.open::<resource_tags::TaggedResource>("");
        simulated.open::<schedule_group::Group>("");
        simulated.open::<Notes>("");
        simulated.open::<scheduled_action::ScheduledAction>("");
        simulated.open::<event_rule::Rule>("");
        simulated.open::<external_schedule::ForeignSchedule>("");
        simulated.open::<batch_queue::BatchQueue>("");
        simulated.open::<batch_definition::BatchDefinition>("");
        simulated.open::<state_machine::StateMachine>("");
        simulated.open::<job_activity::JobActivity>("");
        simulated.open::<distribution::Distribution>("");
        simulated.open::<certificate::Certificate>("");
        simulated.open::<db_backup::DbBackup>("");
        simulated.open::<db_subnet_group::DbSubnetGroup>("");
        simulated.open::<topic::Topic>("");
        simulated.open::<rest_api::RestApi>("");
        simulated.open::<user_pool::UserPool>("");
        simulated.open::<web_acl::WebAcl>("");
        simulated.open::<dns_zone::DnsZone>("");
        simulated.open::<stack::Stack>("");
        simulated.open::<log_group::LogGroup>("");
        simulated.open::<vpc_network::VpcNetwork>("");
        simulated
    }

    /// Makes sure that a part is there, even with nothing in it.
    pub(super) fn open<T: Resource>(&mut self, part: &str) -> Option<&mut Vec<T>> {
        let drawer = self.drawers.entry(T::KIND).or_insert_with(|| Box::new(Parts::<T>(BTreeMap::new())));
        let parts = drawer.as_any_mut().downcast_mut::<Parts<T>>()?;
        Some(parts.0.entry(Part::from(part)).or_default())
    }

    /// Adds an item to a part; `""` for kinds read in one go.
    pub(super) fn put<T: Resource>(&mut self, part: &str, item: T) {
        if let Some(items) = self.open::<T>(part)
            && !items.iter().any(|known| known.key() == item.key())
        {
            items.push(item);
        }
    }

    /// Takes an item away.
    pub(super) fn take<T: Resource>(&mut self, part: &str, key: &str) {
        if let Some(items) = self.open::<T>(part) {
            items.retain(|item| item.key() != key);
        }
    }

    /// Adds tags as the tagging API tells them; untagged resources are not told of.
    pub(super) fn tag(&mut self, arn: &Arn, tags: &BTreeMap<String, String>) {
        if !tags.is_empty() {
            self.put("", resource_tags::TaggedResource { arn: arn.clone(), tags: tags.clone() });
        }
    }

    /// Adds what a closer look at an item shows.
    pub(super) fn look_at<T: Resource>(&mut self, key: &str, look: ResourceDetails) {
        self.looks.insert((T::KIND, key.to_owned()), look);
    }

    /// Adds what waits to be done to a resource that can be looked at.
    pub(super) fn waits<T: Resource>(&mut self, key: &str, waits: Waits) {
        self.looks.entry((T::KIND, key.to_owned())).or_default().waits.push(waits);
    }

    /// Adds what scales a resource that can be looked at.
    pub(super) fn scales<T: Resource>(&mut self, key: &str, facts: Vec<Fact>) {
        self.looks.entry((T::KIND, key.to_owned())).or_default().scaling = facts;
    }

    /// Makes a kind unreadable for want of a permission.
    pub(super) fn deny<T: Resource>(&mut self, operation: &str, message: String) {
        let mut fault = Fault::new(FaultKind::Denied, operation, message);
        fault.code = Some("AccessDeniedException".to_owned());
        self.denied.insert(T::KIND, fault);
    }

    /// Adds something that writes lines.
    pub(super) fn writes(&mut self, writer: LogWriter) {
        self.writers.push(writer);
    }

    /// What writes lines, beside functions and databases.
    pub(super) fn writers(&self) -> &[LogWriter] {
        &self.writers
    }

    /// One item by its key.
    pub(super) fn get<T: Resource>(&self, key: &str) -> Option<&T> {
        let parts = self.drawers.get(&T::KIND)?.as_any().downcast_ref::<Parts<T>>()?;
        parts.0.values().flatten().find(|item| item.key() == key)
    }

    /// The tags of the database or service with that key, to be changed.
    pub(super) fn tags_mut(&mut self, key: &str) -> Option<&mut BTreeMap<String, String>> {
        if self.get::<db_instance::DbInstance>(key).is_some() {
            return self.get_mut::<db_instance::DbInstance>(key).map(|item| &mut item.tags);
        }
        if self.get::<db_cluster::DbCluster>(key).is_some() {
            return self.get_mut::<db_cluster::DbCluster>(key).map(|item| &mut item.tags);
        }
        self.get_mut::<ecs_service::Service>(key).map(|item| &mut item.tags)
    }

    /// The same, to be changed.
    pub(super) fn get_mut<T: Resource>(&mut self, key: &str) -> Option<&mut T> {
        let parts = self.drawers.get_mut(&T::KIND)?.as_any_mut().downcast_mut::<Parts<T>>()?;
        parts.0.values_mut().flatten().find(|item| item.key() == key)
    }

    /// All items of a kind, in whatever part.
    pub(super) fn all<T: Resource>(&self) -> impl Iterator<Item = &T> {
        let parts = self.drawers.get(&T::KIND).and_then(|drawer| drawer.as_any().downcast_ref::<Parts<T>>());
        parts.into_iter().flat_map(|parts| parts.0.values().flatten())
    }

    /// What a closer look shows.
    pub(super) fn look(&self, kind: KindName, key: &str) -> Option<&ResourceDetails> {
        self.looks.get(&(kind, key.to_owned()))
    }

    /// What reading a kind brings.
    pub(super) fn found(&self, kind: KindName, coverage: &Coverage) -> Result<AnyReading, Fault> {
        match (self.denied.get(&kind), self.drawers.get(&kind)) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Some(drawer)) => Ok(drawer.found(coverage, Unknown::of(kind))),
            (None, None) => Ok(Reading::<resource_tags::TaggedResource>::of(Vec::new()).into()),
        }
    }
}

/// The items of one kind, part by part.
struct Parts<T>(BTreeMap<Part, Vec<T>>);

/// What a part is answered with that nothing was put in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// Not found.
    Gone,
    /// Nothing, which is no fault.
    Blank,
    /// All there is: such parts name a moment, and everything since then was put in one.
    Whole,
}

impl Unknown {
    fn of(kind: KindName) -> Self {
        match kind {
            Notes::KIND => Self::Blank,
            trail_event::TrailEvent::KIND | alarm_history::AlarmChange::KIND => Self::Whole,
            _ => Self::Gone,
        }
    }
}

/// A kind's parts with the item type rubbed out.
trait Drawer: Send + Sync {
    /// What reading brings.
    fn found(&self, coverage: &Coverage, unknown: Unknown) -> AnyReading;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Resource> Drawer for Parts<T> {
    fn found(&self, coverage: &Coverage, unknown: Unknown) -> AnyReading {
        let there = |part: &Part| match (self.0.get(part), unknown) {
            (Some(items), _) => Some(items.clone()),
            (None, Unknown::Gone) => None,
            (None, Unknown::Blank) => Some(Vec::new()),
            (None, Unknown::Whole) => Some(self.0.get("").cloned().unwrap_or_default()),
        };
        let parts = match coverage {
            Coverage::All => self.0.iter().map(|(part, items)| (Part::clone(part), Ok(items.clone()))).collect(),
            Coverage::Parts(wanted) => wanted
                .iter()
                .map(|part| {
                    let gone = || Fault::new(FaultKind::Gone, format!("read {}", T::KIND), "not found").on(&**part);
                    (Part::clone(part), there(part).ok_or_else(gone))
                })
                .collect(),
        };
        Reading::of(parts).into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
