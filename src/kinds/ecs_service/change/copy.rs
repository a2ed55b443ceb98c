//! A task definition as the input that registers it anew with other images: every field that the input knows, and the
//! tags; and what differs between two of them besides the images. Names fields only, never values. Pure but for the
//! SDK's types.

use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionInputBuilder;
use aws_sdk_ecs::types::{ContainerDefinition, Tag, TaskDefinition};

/// Tags that only AWS may set; they come by themselves or not at all.
const RESERVED: &str = "aws:";

/// What AWS tells of a revision and nobody can register.
pub(super) const TOLD_ONLY: &[&str] = &[
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

fn own(tags: &[Tag]) -> Vec<Tag> {
    tags.iter().filter(|tag| !tag.key().is_some_and(|key| key.to_lowercase().starts_with(RESERVED))).cloned().collect()
}

fn with_images(containers: &[ContainerDefinition], images: &[(String, String)]) -> Vec<ContainerDefinition> {
    let mut all = containers.to_vec();
    for container in &mut all {
        let chosen = images.iter().find(|(name, _)| container.name() == Some(name));
        if let Some((_, image)) = chosen {
            container.image = Some(image.clone());
        }
    }
    all
}

#[expect(
    deprecated,
    reason = "a revision of old days may still have inference accelerators; AWS is to say what of them"
)]
/// What registers `from` with `tags` anew, with these images. Empty lists and texts stay unsaid.
pub(super) fn input(
    from: &TaskDefinition,
    tags: &[Tag],
    images: &[(String, String)],
) -> RegisterTaskDefinitionInputBuilder {
    fn some<T: Clone>(all: &[T]) -> Option<Vec<T>> {
        (!all.is_empty()).then(|| all.to_vec())
    }
    fn text(text: Option<&str>) -> Option<String> {
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }
    RegisterTaskDefinitionInputBuilder::default()
        .set_family(text(from.family()))
        .set_task_role_arn(text(from.task_role_arn()))
        .set_execution_role_arn(text(from.execution_role_arn()))
        .set_network_mode(from.network_mode.clone())
        .set_container_definitions(Some(with_images(from.container_definitions(), images)))
        .set_volumes(some(from.volumes()))
        .set_placement_constraints(some(from.placement_constraints()))
        .set_requires_compatibilities(some(from.requires_compatibilities()))
        .set_cpu(text(from.cpu()))
        .set_memory(text(from.memory()))
        .set_tags(some(&own(tags)))
        .set_pid_mode(from.pid_mode.clone())
        .set_ipc_mode(from.ipc_mode.clone())
        .set_proxy_configuration(from.proxy_configuration.clone())
        .set_inference_accelerators(some(from.inference_accelerators()))
        .set_ephemeral_storage(from.ephemeral_storage.clone())
        .set_runtime_platform(from.runtime_platform.clone())
        .set_enable_fault_injection(from.enable_fault_injection)
}

/// Without what AWS alone says of a revision, and with lists in an order of our own.
fn comparable(from: &TaskDefinition, images: &[(String, String)]) -> TaskDefinition {
    let mut all = from.clone();
    all.task_definition_arn = None;
    all.revision = 0;
    all.status = None;
    all.requires_attributes = None;
    all.compatibilities = None;
    all.registered_at = None;
    all.registered_by = None;
    all.deregistered_at = None;
    all.delete_requested_at = None;
    let mut containers = with_images(from.container_definitions(), images);
    for container in &mut containers {
        // AWS keeps their order only mostly.
        if let Some(environment) = &mut container.environment {
            environment.sort_by(|a, b| (a.name(), a.value()).cmp(&(b.name(), b.value())));
        }
        if let Some(secrets) = &mut container.secrets {
            secrets.sort_by(|a, b| a.name().cmp(b.name()));
        }
    }
    containers.sort_by(|a, b| a.name().cmp(&b.name()));
    all.container_definitions = Some(containers);
    if let Some(list) = &mut all.requires_compatibilities {
        list.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    }
    // Nothing said and nothing in the list are the same.
    all.volumes = all.volumes.filter(|list| !list.is_empty());
    all.placement_constraints = all.placement_constraints.filter(|list| !list.is_empty());
    all.requires_compatibilities = all.requires_compatibilities.filter(|list| !list.is_empty());
    all.inference_accelerators = all.inference_accelerators.filter(|list| !list.is_empty());
    all.task_role_arn = all.task_role_arn.filter(|text| !text.is_empty());
    all.execution_role_arn = all.execution_role_arn.filter(|text| !text.is_empty());
    all
}

macro_rules! differing {
    ($a:expr, $b:expr; $($field:ident)*) => {
        [$((stringify!($field), $a.$field != $b.$field)),*].into_iter().filter_map(|(name, is)| is.then_some(name))
    };
}

/// The fields of `new` that are not as in `old` with `images` put in; empty when all is as it was asked for.
pub(super) fn differences(
    (old, old_tags): (&TaskDefinition, &[Tag]),
    (new, new_tags): (&TaskDefinition, &[Tag]),
    images: &[(String, String)],
) -> Vec<String> {
    let (a, b) = (comparable(old, images), comparable(new, &[]));
    let mut all: Vec<String> = differing!(a, b;
        family task_role_arn execution_role_arn network_mode volumes placement_constraints runtime_platform
        requires_compatibilities cpu memory inference_accelerators pid_mode ipc_mode proxy_configuration
        ephemeral_storage enable_fault_injection)
    .map(str::to_owned)
    .collect();
    let (left, right) = (a.container_definitions(), b.container_definitions());
    if left.len() != right.len() {
        all.push("the number of containers".to_owned());
    }
    for (a, b) in left.iter().zip(right) {
        let name = a.name().unwrap_or_default();
        let mut fields: Vec<String> = container_differences(a, b).map(|field| format!("{field} of {name}")).collect();
        if fields.is_empty() && a != b {
            fields.push(format!("something of {name}"));
        }
        all.extend(fields);
    }
    if all.is_empty() && a != b {
        all.push("something".to_owned());
    }
    let sorted = |tags: &[Tag]| {
        let mut tags: Vec<(Option<String>, Option<String>)> =
            own(tags).into_iter().map(|tag| (tag.key, tag.value)).collect();
        tags.sort();
        tags
    };
    if sorted(old_tags) != sorted(new_tags) {
        all.push("tags".to_owned());
    }
    all
}

fn container_differences(a: &ContainerDefinition, b: &ContainerDefinition) -> impl Iterator<Item = &'static str> {
    differing!(a, b;
        name image repository_credentials cpu memory memory_reservation links port_mappings essential restart_policy
        entry_point command environment environment_files mount_points volumes_from linux_parameters secrets depends_on
        start_timeout stop_timeout version_consistency hostname user working_directory disable_networking privileged
        readonly_root_filesystem dns_servers dns_search_domains extra_hosts docker_security_options interactive
        pseudo_terminal docker_labels ulimits log_configuration health_check system_controls resource_requirements
        firelens_configuration credential_specs)
}

#[cfg(test)]
mod tests;
