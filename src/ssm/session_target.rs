//! The way into a managed node or a task: what to ask AWS for a shell, a program or a command there, and which
//! container is meant. Pure.

use super::exit_marker;
use super::start_request::StartRequest;
use crate::text::shell;

/// Takes bash where there is one; one call, whatever the image holds. Commands in tasks run without a shell around.
const SHELL: &str = "/bin/sh -c 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'";

/// Where to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SessionTarget {
    /// A managed node, by its id.
    Node(String),
    /// A task.
    Task {
        /// Its cluster's ARN or name.
        cluster: String,
        /// Its ARN.
        task: String,
        /// Its containers.
        inside: Vec<Inside>,
    },
}

/// A container that can be entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inside {
    /// Its name.
    pub name: String,
    /// Its runtime id.
    pub runtime: Option<String>,
    /// Whether a target group sends to it.
    pub serves: bool,
    /// Whether its exec agent runs.
    pub ready: bool,
}

/// Why it is not clear which container is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsettled {
    /// Several would do.
    Several(Vec<String>),
    /// None is called that; these there are.
    Unknown(Vec<String>),
}

/// A place that can be entered: a node, or a container of a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gateway {
    /// What agents call it: `i-…`, or `ecs:cluster_task_runtime`.
    pub target: String,
    container: Option<Exec>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Exec {
    cluster: String,
    task: String,
    name: String,
}

/// A command to be run once, and how its exit code comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// What to open.
    pub ask: StartRequest,
    /// The mark of its exit code, where the agent tells none.
    pub nonce: Option<String>,
}

impl SessionTarget {
    /// The door: of the container asked for, else the only one, else the only one that serves a target group.
    ///
    /// # Errors
    /// Which containers there are to choose from.
    pub fn door(&self, asked: Option<&str>) -> Result<Gateway, Unsettled> {
        let (cluster, task, inside) = match self {
            Self::Node(id) => return Ok(Gateway { target: id.clone(), container: None }),
            Self::Task { cluster, task, inside } => (cluster, task, inside),
        };
        let names = |of: &[&Inside]| of.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let all: Vec<&Inside> = inside.iter().collect();
        let serving: Vec<&Inside> = inside.iter().filter(|one| one.serves).collect();
        let chosen = match asked {
            Some(asked) => {
                inside.iter().find(|one| one.name == asked).ok_or_else(|| Unsettled::Unknown(names(&all)))?
            }
            None => match (all.as_slice(), serving.as_slice()) {
                ([only], _) | (_, [only]) => only,
                ([], _) => return Err(Unsettled::Unknown(Vec::new())),
                _ => return Err(Unsettled::Several(names(&all))),
            },
        };
        let last = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_owned();
        let runtime = chosen.runtime.as_deref().unwrap_or_default();
        let target = format!("ecs:{}_{}_{runtime}", last(cluster), last(task));
        let exec = Exec { cluster: cluster.clone(), task: task.clone(), name: chosen.name.clone() };
        Ok(Gateway { target, container: Some(exec) })
    }
}

impl Gateway {
    /// The container's name, in a task.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        self.container.as_ref().map(|exec| exec.name.as_str())
    }

    /// A shell.
    #[must_use]
    pub fn shell(&self) -> StartRequest {
        match &self.container {
            None => StartRequest::shell(&self.target),
            Some(exec) => self.exec(exec, SHELL.to_owned()),
        }
    }

    /// A program with a terminal.
    #[must_use]
    pub fn program(&self, line: &[String]) -> StartRequest {
        let line = shell::command_line(line);
        match &self.container {
            None => StartRequest::program(&self.target, &line),
            Some(exec) => self.exec(exec, format!("/bin/sh -c {}", shell::quoted(&line))),
        }
    }

    /// A command without a terminal. `nonce` is a text that its output does not hold.
    #[must_use]
    pub fn once(&self, line: &[String], nonce: &str) -> Once {
        let line = shell::command_line(line);
        match &self.container {
            None => Once { ask: StartRequest::command(&self.target, &line), nonce: None },
            Some(exec) => {
                Once { ask: self.exec(exec, exit_marker::command(&line, nonce)), nonce: Some(nonce.to_owned()) }
            }
        }
    }

    /// The same, for a command that is given a standard input. The documents for commands without a terminal have none, so
    /// that it runs in a terminal on instances too, where errors come with the output.
    #[must_use]
    pub fn fed(&self, line: &[String], nonce: &str) -> Once {
        let command = exit_marker::fed_command(&shell::command_line(line), nonce);
        let ask = match &self.container {
            None => StartRequest::program(&self.target, &command),
            Some(exec) => self.exec(exec, command),
        };
        Once { ask, nonce: Some(nonce.to_owned()) }
    }

    fn exec(&self, exec: &Exec, command: String) -> StartRequest {
        StartRequest::Exec {
            cluster: exec.cluster.clone(),
            task: exec.task.clone(),
            container: exec.name.clone(),
            command,
            target: self.target.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inside, SessionTarget, Unsettled};
    use crate::ssm::start_request::StartRequest;

    fn inside(name: &str, serves: bool) -> Inside {
        Inside { name: name.to_owned(), runtime: Some(format!("{name}-1")), serves, ready: true }
    }

    fn task(inside: Vec<Inside>) -> SessionTarget {
        SessionTarget::Task {
            cluster: "arn:aws:ecs:r:1:cluster/prod".to_owned(),
            task: "arn:aws:ecs:r:1:task/prod/0123".to_owned(),
            inside,
        }
    }

    #[test]
    fn the_container_is_the_only_one_the_serving_one_or_the_one_asked_for() {
        let name =
            |way: &SessionTarget, asked| way.door(asked).map(|door| door.container().unwrap_or_default().to_owned());
        assert_eq!(name(&task(vec![inside("app", false)]), None).as_deref(), Ok("app"));
        let two = task(vec![inside("log", false), inside("app", true)]);
        assert_eq!(name(&two, None).as_deref(), Ok("app"));
        assert_eq!(name(&two, Some("log")).as_deref(), Ok("log"));
        let names = vec!["log".to_owned(), "app".to_owned()];
        assert_eq!(name(&two, Some("web")), Err(Unsettled::Unknown(names)));
        let even = task(vec![inside("a", true), inside("b", true)]);
        assert_eq!(name(&even, None), Err(Unsettled::Several(vec!["a".to_owned(), "b".to_owned()])));
    }

    #[test]
    fn a_task_is_named_as_its_agent_names_itself() {
        let door = task(vec![inside("app", false)]).door(None).expect("a door");
        assert_eq!(door.target, "ecs:prod_0123_app-1");
        assert!(matches!(door.shell(), StartRequest::Exec { command, .. } if command.contains("exec bash")));
        let once = door.once(&["ls".to_owned(), "a b".to_owned()], "n");
        assert_eq!(once.nonce.as_deref(), Some("n"));
        let node = SessionTarget::Node("i-1".to_owned()).door(None).expect("a door");
        assert_eq!(node.shell(), StartRequest::shell("i-1"));
        assert_eq!(node.once(&["a b".to_owned()], "n").ask, StartRequest::command("i-1", "a b"));
    }
}
