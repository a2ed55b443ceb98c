//! What one revision of a task definition differs in from another, in a few words each. Values of environment variables
//! are never known here, only their names. Pure.

use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition, image_name};

/// What differs from `old` to `new`; empty where nothing that is known does.
#[must_use]
pub fn difference(old: &TaskDefinition, new: &TaskDefinition) -> Vec<String> {
    let mut told = Vec::new();
    changed(&mut told, "cpu", old.cpu.as_deref(), new.cpu.as_deref());
    changed(&mut told, "memory", old.memory.as_deref(), new.memory.as_deref());
    changed(&mut told, "architecture", old.architecture.as_deref(), new.architecture.as_deref());
    let role = |arn: &Option<crate::world::Arn>| arn.as_ref().map(|arn| arn.last().to_owned());
    changed(&mut told, "task role", role(&old.task_role).as_deref(), role(&new.task_role).as_deref());
    changed(&mut told, "execution role", role(&old.execution_role).as_deref(), role(&new.execution_role).as_deref());
    for container in &new.containers {
        match old.containers.iter().find(|other| other.name == container.name) {
            Some(other) => of_container(&mut told, other, container, new.containers.len() > 1),
            None => told.push(format!("container {} is new", container.name)),
        }
    }
    for gone in old.containers.iter().filter(|one| new.containers.iter().all(|other| other.name != one.name)) {
        told.push(format!("container {} is gone", gone.name));
    }
    told
}

fn of_container(told: &mut Vec<String>, old: &ContainerDefinition, new: &ContainerDefinition, several: bool) {
    let of = |what: &str| if several { format!("{what} of {}", new.name) } else { what.to_owned() };
    let image = |one: &ContainerDefinition| one.image.as_deref().map(|image| image_name(image).to_owned());
    changed(told, &of("image"), image(old).as_deref(), image(new).as_deref());
    let memory = |one: &ContainerDefinition| one.memory.map(|memory| memory.to_string());
    changed(told, &of("container memory"), memory(old).as_deref(), memory(new).as_deref());
    if old.ports != new.ports {
        told.push(of("ports"));
    }
    if old.health_command != new.health_command {
        told.push(of("health check"));
    }
    names(told, "variable", &old.environment, &new.environment);
    names(told, "secret", &old.secrets, &new.secrets);
}

fn changed(told: &mut Vec<String>, what: &str, old: Option<&str>, new: Option<&str>) {
    if old != new {
        told.push(format!("{what} {} → {}", old.unwrap_or("none"), new.unwrap_or("none")));
    }
}

fn names(told: &mut Vec<String>, what: &str, old: &[String], new: &[String]) {
    for added in new.iter().filter(|name| !old.contains(name)) {
        told.push(format!("{what} {added} added"));
    }
    for gone in old.iter().filter(|name| !new.contains(name)) {
        told.push(format!("{what} {gone} removed"));
    }
}
