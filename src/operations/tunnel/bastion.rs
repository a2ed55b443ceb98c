//! Who carries a tunnel: the nodes and tasks of the database's environment that Session Manager reaches, those first
//! that the database's security groups let in. Pure; where nobody can, it says what is missing and what to do.

use std::cmp::Reverse;

use crate::environment::Member;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::managed_node::Node;
use crate::kinds::security_group::SecurityGroup;
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, ResourceId, Scope, World};

use super::target::Remote;

/// Whether the database's security groups let a carrier in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Entry {
    /// They do.
    Open,
    /// It is not known.
    Untold,
    /// They do not.
    Shut,
}

/// Somebody who can carry a tunnel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carrier {
    /// As Session Manager names it: `i-…`, `mi-…`, `ecs:CLUSTER_TASK_RUNTIME`.
    pub target: String,
    /// As a person calls it: an instance's name, `service/0123abcd`.
    pub name: String,
    /// The resource it is.
    pub on: ResourceId,
    /// Whether the database lets it in.
    pub entry: Entry,
    /// Why it was chosen, or comes late.
    pub why: String,
    /// A node stays; a task goes with the next deployment.
    stays: bool,
    /// In another network than the database.
    apart: bool,
    /// When it began, in Unix seconds; the youngest task lives longest.
    began: i64,
    /// All it may be called by.
    called: Vec<String>,
}

/// Everybody who might carry a tunnel.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidates {
    /// Those who can, best first.
    pub able: Vec<Carrier>,
    /// Those who cannot, with the reason.
    pub unable: Vec<(String, String)>,
    /// What there is none of.
    database: String,
}

/// What has to be read before choosing.
#[must_use]
pub fn wants(remote: &Remote) -> Vec<ReadRequest> {
    vec![ReadRequest::all(&remote.id.scope, SecurityGroup::KIND)]
}

/// Who might carry a tunnel to `remote` among `members`, those of its environment.
#[must_use]
pub fn candidates(world: &World, members: &[Member], remote: &Remote) -> Candidates {
    let scope = &remote.id.scope;
    let mut found = Candidates { database: remote.name.clone(), ..Candidates::default() };
    for member in members.iter().filter(|member| member.id.scope == *scope) {
        let id = &member.id;
        let made = if let Some(one) = world.get::<Instance>(id) {
            Some((member.name.clone(), of_instance(world, scope, one)))
        } else if let Some(one) = world.get::<Node>(id) {
            // Where the instance is known it speaks for its node.
            let alone = world.by_key::<Instance>(scope, &one.id).is_none();
            alone.then(|| (member.name.clone(), of_node(scope, one)))
        } else {
            world.get::<Task>(id).filter(|task| task.stopped_at.is_none()).map(|one| {
                let id: String = one.arn.last().chars().take(8).collect();
                (format!("{}/{id}", one.service().unwrap_or("task")), of_task(world, scope, one))
            })
        };
        match made {
            Some((name, Ok(Made { groups, addresses, vpc, carrier }))) => {
                let mut carrier = Carrier { name, ..carrier };
                place(world, remote, (&groups, &addresses, vpc.as_deref()), &mut carrier);
                found.able.push(carrier);
            }
            Some((name, Err(why))) => found.unable.push((name, why)),
            None => {}
        }
    }
    found.able.sort_by_key(|one| (one.apart, one.entry, !one.stays, Reverse(one.began), one.name.clone()));
    found
}

/// A carrier before it is known whether the database lets it in.
struct Made {
    groups: Vec<String>,
    addresses: Vec<String>,
    vpc: Option<String>,
    carrier: Carrier,
}

fn carrier(target: String, on: ResourceId, stays: bool, called: Vec<String>) -> Carrier {
    Carrier {
        target,
        name: String::new(),
        on,
        entry: Entry::Untold,
        why: String::new(),
        stays,
        apart: false,
        began: 0,
        called,
    }
}

#[cfg(test)]
impl Carrier {
    /// One that is called `name`, for the tests of others.
    pub(super) fn of_test(name: &str, target: &str, on: ResourceId, entry: Entry) -> Self {
        Self { name: name.to_owned(), entry, ..carrier(target.to_owned(), on, true, Vec::new()) }
    }
}

fn online(node: &Node) -> Result<(), String> {
    match node.ping.as_str() {
        "Online" => Ok(()),
        "ConnectionLost" => {
            Err("Systems Manager lost the connection to its agent: look at the agent and its way out".into())
        }
        other => Err(format!("Systems Manager says it is {other}, not Online")),
    }
}

fn of_instance(world: &World, scope: &Scope, one: &Instance) -> Result<Made, String> {
    if one.state != "running" {
        return Err(format!("it is {}", one.state));
    }
    let store = world.store(scope, Node::KIND);
    match world.by_key::<Node>(scope, &one.id) {
        Some(node) => online(node)?,
        None if store.is_some_and(|store| store.oldest().is_some()) => {
            return Err("Systems Manager does not know it: it needs the agent, a role with \
                        AmazonSSMManagedInstanceCore, and a way to the ssm and ssmmessages endpoints"
                .to_owned());
        }
        // Nobody could say: it may be there, and Session Manager will tell.
        None => {}
    }
    let mut called = vec![one.id.clone()];
    called.extend(one.name.clone());
    Ok(Made {
        groups: one.security_groups.clone(),
        addresses: one.private_ip.iter().cloned().collect(),
        vpc: one.vpc.clone(),
        carrier: carrier(one.id.clone(), one.id(scope), true, called),
    })
}

fn of_node(scope: &Scope, one: &Node) -> Result<Made, String> {
    online(one)?;
    let mut called = vec![one.id.clone()];
    called.extend(one.name.iter().chain(&one.computer).cloned());
    Ok(Made {
        groups: Vec::new(),
        addresses: one.ip.iter().cloned().collect(),
        vpc: None,
        carrier: carrier(one.id.clone(), one.id(scope), true, called),
    })
}

fn of_task(world: &World, scope: &Scope, one: &Task) -> Result<Made, String> {
    if one.last_status != "RUNNING" || one.desired_status == "STOPPED" {
        return Err(format!("the task is {}", one.last_status.to_lowercase()));
    }
    let service = one.service().and_then(|name| {
        world.all::<Service>(scope).find(|service| service.cluster == one.cluster && service.name == name)
    });
    if !one.exec_enabled {
        return Err(match service {
            Some(service) if service.exec_enabled => {
                "it began before ECS Exec was turned on for its service: a new deployment gives it that".to_owned()
            }
            Some(_) => "ECS Exec is off: turn it on for its service (enableExecuteCommand), then deploy".to_owned(),
            None => "ECS Exec is off: run it with enableExecuteCommand".to_owned(),
        });
    }
    let runs = |container: &&crate::kinds::ecs_task::Container| {
        container.runtime_id.is_some() && container.exec_agent.as_deref().is_none_or(|agent| agent == "RUNNING")
    };
    // The agent that says it runs comes before one of which nothing is known.
    let mut containers: Vec<_> = one.containers.iter().filter(runs).collect();
    containers.sort_by_key(|container| container.exec_agent.is_none());
    let Some(runtime) = containers.first().and_then(|container| container.runtime_id.as_deref()) else {
        return Err(
            "its ECS Exec agent does not run: look at the task role's ssmmessages rights and its way out".into()
        );
    };
    let id = one.arn.last();
    let target = format!("ecs:{}_{id}_{runtime}", one.cluster.last());
    let mut called = vec![id.to_owned(), target.clone()];
    called.extend(one.service().map(str::to_owned));
    let groups = service.map(|service| service.security_groups.clone()).unwrap_or_default();
    let vpc = groups.iter().find_map(|group| world.by_key::<SecurityGroup>(scope, group)?.vpc.clone());
    let mut carrier = carrier(target, one.id(scope), false, called);
    carrier.began = one.started_at.map_or(0, |at| at.as_second());
    Ok(Made { groups, addresses: one.ips.clone(), vpc, carrier })
}

/// Judges whether the database lets a carrier in, and says so.
fn place(world: &World, remote: &Remote, of: (&[String], &[String], Option<&str>), carrier: &mut Carrier) {
    let (groups, addresses, vpc) = of;
    let scope = &remote.id.scope;
    carrier.apart = vpc.zip(remote.vpc.as_deref()).is_some_and(|(mine, its)| mine != its);
    let known: Vec<&SecurityGroup> =
        remote.groups.iter().filter_map(|group| world.by_key::<SecurityGroup>(scope, group)).collect();
    let openings = || known.iter().flat_map(|group| &group.openings).filter(|one| one.covers(remote.port));
    carrier.entry = if openings().any(|one| one.lets_in(groups, addresses)) {
        Entry::Open
    } else if known.len() < remote.groups.len() || known.is_empty() || openings().any(|one| one.prefix_lists) {
        Entry::Untold
    } else if groups.is_empty() && openings().any(|one| !one.groups.is_empty()) {
        // One of its own groups, which are not known, may be among those let in.
        Entry::Untold
    } else {
        Entry::Shut
    };
    let network = vpc.filter(|_| remote.vpc.is_some() && !carrier.apart).map(|vpc| format!("in {vpc}, "));
    let entry = match carrier.entry {
        Entry::Open => format!("let in by the database on port {}", remote.port),
        Entry::Untold => "whether the database lets it in is not known".to_owned(),
        Entry::Shut => format!(
            "the database's security group {} does not let it in on port {}",
            remote.groups.join(", "),
            remote.port
        ),
    };
    if !remote.is_database() {
        carrier.why = "named for it; what it reaches is not known here".to_owned();
        return;
    }
    carrier.why = match carrier.apart {
        true => format!("in another VPC ({}) than the database", vpc.unwrap_or_default()),
        false => format!("{}{entry}", network.unwrap_or_default()),
    };
}

/// Why nobody was chosen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unchosen {
    /// Nobody is called that, or more than one is.
    #[error("{0}")]
    Unknown(String),
    /// Nobody can.
    #[error("{0}")]
    Unable(String),
}

impl Candidates {
    /// Who carries it, in the order of trying: those in the same network that are not shut out, or the one named.
    ///
    /// # Errors
    /// A sentence: what is missing, and what to do.
    pub fn choose(&self, via: Option<&str>) -> Result<Vec<Carrier>, Unchosen> {
        match via {
            Some(via) => self.named(via),
            None => {
                let fit = |one: &&Carrier| !one.apart && one.entry != Entry::Shut;
                let able: Vec<Carrier> = self.able.iter().filter(fit).cloned().collect();
                if able.is_empty() { Err(Unchosen::Unable(self.nobody())) } else { Ok(able) }
            }
        }
    }

    /// The ones called `via`: exactly, else by a beginning. The reader knows best, so being shut out does not count.
    fn named(&self, via: &str) -> Result<Vec<Carrier>, Unchosen> {
        let message = |test: &dyn Fn(&str) -> bool| -> Vec<Carrier> {
            let fits = |one: &&Carrier| test(&one.name) || one.called.iter().any(|name| test(name));
            self.able.iter().filter(fits).cloned().collect()
        };
        let exact = message(&|name| name.eq_ignore_ascii_case(via));
        let found = if exact.is_empty() {
            let typed = via.to_lowercase();
            message(&|name| name.to_lowercase().starts_with(&typed))
        } else {
            exact
        };
        let one_name = found.iter().all(|one| same(one, found.first()));
        match found.len() {
            1.. if one_name => Ok(found),
            0 => {
                if let Some((name, why)) = self.unable.iter().find(|(name, _)| name.contains(via)) {
                    return Err(Unchosen::Unable(format!("{name} cannot carry it: {why}")));
                }
                let names: Vec<&str> = self.able.iter().map(|one| one.name.as_str()).collect();
                let known = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
                Err(Unchosen::Unknown(format!("there is no {via} that could carry it; there is: {known}")))
            }
            _ => {
                let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
                Err(Unchosen::Unknown(format!("{via} could be more than one: {}", names.join(", "))))
            }
        }
    }

    /// Why there is nobody, and what to do.
    fn nobody(&self) -> String {
        let mut lines =
            vec![format!("no instance or task in this environment can carry a tunnel to {}", self.database)];
        let late = self.able.iter().map(|one| (&one.name, &one.why));
        let unable = self.unable.iter().map(|(name, why)| (name, why));
        lines.extend(late.chain(unable).take(8).map(|(name, why)| format!("{name}: {why}")));
        lines.push(match (self.able.is_empty(), self.unable.is_empty()) {
            (true, true) => {
                "it takes a running task with ECS Exec, or an instance that Systems Manager manages, in the \
                             database's VPC; neither was found"
                    .to_owned()
            }
            (true, false) => "put one of these right, then try again".to_owned(),
            (false, _) => {
                "let one of these in with a rule of the database's security group, or name one with --via all the same"
                    .to_owned()
            }
        });
        lines.join("; ")
    }
}

/// Whether two may stand for each other: the tasks of one service.
fn same(one: &Carrier, other: Option<&Carrier>) -> bool {
    let service = |name: &str| name.split_once('/').map(|(service, _)| service.to_owned());
    other.is_some_and(|other| {
        one.name == other.name || service(&one.name).is_some_and(|s| Some(s) == service(&other.name))
    })
}

#[cfg(test)]
mod tests;
