//! A revision registered anew: with every field the SDK knows, what goes in comes out but for the images; and a field
//! that is new to the SDK makes a test fail until somebody has looked at it.
#![expect(deprecated, reason = "fields that AWS no longer wants are kept too")]

use std::collections::BTreeSet;

use aws_sdk_ecs::types::*;

use super::*;

/// A container with every field set.
fn container(name: &str, image: &str) -> ContainerDefinition {
    let some = |text: &str| Some(text.to_owned());
    let texts = || Some(vec!["one".to_owned(), "two".to_owned()]);
    let pair = |name: &str, value: &str| KeyValuePair::builder().name(name).value(value).build();
    ContainerDefinition::builder()
        .name(name)
        .image(image)
        .repository_credentials(RepositoryCredentials::builder().credentials_parameter("arn").build().unwrap())
        .cpu(256)
        .memory(512)
        .memory_reservation(256)
        .set_links(texts())
        .port_mappings(PortMapping::builder().container_port(3000).name("web").build())
        .essential(true)
        .restart_policy(ContainerRestartPolicy::builder().enabled(true).build().unwrap())
        .set_entry_point(texts())
        .set_command(texts())
        .environment(pair("B", "secret"))
        .environment(pair("A", ""))
        .environment_files(EnvironmentFile::builder().value("arn").r#type(EnvironmentFileType::S3).build().unwrap())
        .mount_points(MountPoint::builder().source_volume("v").container_path("/v").build())
        .volumes_from(VolumeFrom::builder().source_container("x").build())
        .linux_parameters(LinuxParameters::builder().init_process_enabled(true).build())
        .secrets(Secret::builder().name("S").value_from("arn").build().unwrap())
        .depends_on(
            ContainerDependency::builder().container_name("x").condition(ContainerCondition::Start).build().unwrap(),
        )
        .start_timeout(30)
        .stop_timeout(60)
        .version_consistency(VersionConsistency::Disabled)
        .set_hostname(some("host"))
        .set_user(some("1000"))
        .set_working_directory(some("/srv"))
        .disable_networking(false)
        .privileged(false)
        .readonly_root_filesystem(true)
        .set_dns_servers(texts())
        .set_dns_search_domains(texts())
        .extra_hosts(HostEntry::builder().hostname("h").ip_address("10.0.0.1").build().unwrap())
        .set_docker_security_options(texts())
        .interactive(false)
        .pseudo_terminal(false)
        .docker_labels("label", "value")
        .ulimits(Ulimit::builder().name(UlimitName::Nofile).soft_limit(1).hard_limit(2).build().unwrap())
        .log_configuration(
            LogConfiguration::builder()
                .log_driver(LogDriver::Awslogs)
                .options("awslogs-group", "/ecs/x")
                .build()
                .unwrap(),
        )
        .health_check(HealthCheck::builder().command("CMD").retries(3).build().unwrap())
        .system_controls(SystemControl::builder().namespace("n").value("v").build())
        .resource_requirements(ResourceRequirement::builder().r#type(ResourceType::Gpu).value("1").build().unwrap())
        .firelens_configuration(
            FirelensConfiguration::builder().r#type(FirelensConfigurationType::Fluentbit).build().unwrap(),
        )
        .set_credential_specs(texts())
        .build()
}

/// A definition with every field set, those that only AWS sets too.
fn definition(arn: &str, revision: i32, image: &str) -> TaskDefinition {
    let at = aws_smithy_types::DateTime::from_secs(1_763_700_000);
    TaskDefinition::builder()
        .task_definition_arn(arn)
        .container_definitions(container("app", image))
        .container_definitions(container("log-router", "fluent-bit:2"))
        .family("app")
        .task_role_arn("role")
        .execution_role_arn("execution")
        .network_mode(NetworkMode::Awsvpc)
        .revision(revision)
        .volumes(Volume::builder().name("v").build())
        .status(TaskDefinitionStatus::Active)
        .requires_attributes(Attribute::builder().name("a").build().unwrap())
        .placement_constraints(TaskDefinitionPlacementConstraint::builder().expression("e").build())
        .compatibilities(Compatibility::Fargate)
        .runtime_platform(RuntimePlatform::builder().cpu_architecture(CpuArchitecture::Arm64).build())
        .requires_compatibilities(Compatibility::Fargate)
        .cpu("512")
        .memory("1024")
        .inference_accelerators(InferenceAccelerator::builder().device_name("d").device_type("t").build().unwrap())
        .pid_mode(PidMode::Task)
        .ipc_mode(IpcMode::Task)
        .proxy_configuration(ProxyConfiguration::builder().container_name("app").build().unwrap())
        .registered_at(at)
        .deregistered_at(at)
        .delete_requested_at(at)
        .registered_by("somebody")
        .ephemeral_storage(EphemeralStorage::builder().size_in_gib(30).build())
        .enable_fault_injection(true)
        .build()
}

fn tags() -> Vec<Tag> {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    vec![tag("Project", "prooflink"), tag("aws:cloudformation:stack-name", "ComputeStack-dev")]
}

fn images() -> Vec<(String, String)> {
    vec![("app".to_owned(), "app:v2".to_owned())]
}

/// What AWS would make of an input.
fn registered(from: &TaskDefinition, tags: &[Tag]) -> (TaskDefinition, Vec<Tag>) {
    let input = input(from, tags, &images()).build().unwrap();
    let made = TaskDefinition::builder()
        .task_definition_arn("arn:8")
        .set_container_definitions(input.container_definitions)
        .set_family(input.family)
        .set_task_role_arn(input.task_role_arn)
        .set_execution_role_arn(input.execution_role_arn)
        .set_network_mode(input.network_mode)
        .revision(8)
        .set_volumes(input.volumes)
        .status(TaskDefinitionStatus::Active)
        .set_placement_constraints(input.placement_constraints)
        .set_runtime_platform(input.runtime_platform)
        .set_requires_compatibilities(input.requires_compatibilities)
        .set_cpu(input.cpu)
        .set_memory(input.memory)
        .set_inference_accelerators(input.inference_accelerators)
        .set_pid_mode(input.pid_mode)
        .set_ipc_mode(input.ipc_mode)
        .set_proxy_configuration(input.proxy_configuration)
        .set_ephemeral_storage(input.ephemeral_storage)
        .set_enable_fault_injection(input.enable_fault_injection)
        .build();
    (made, input.tags.unwrap_or_default())
}

/// The names of a struct's own fields, out of its `Debug`.
fn fields(debug: &str) -> BTreeSet<String> {
    let (mut depth, mut text, mut names, mut word) = (0, false, BTreeSet::new(), String::new());
    for c in debug.chars() {
        match c {
            '"' => text = !text,
            _ if text => {}
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            ':' if depth == 1 => {
                names.insert(std::mem::take(&mut word).trim().to_owned());
            }
            ',' if depth == 1 => word.clear(),
            c if depth == 1 => word.push(c),
            _ => {}
        }
        if c == '{' && depth == 1 {
            word.clear();
        }
    }
    names
}

#[test]
fn what_goes_in_comes_out_but_for_the_images() {
    let old = definition("arn:7", 7, "app:v1");
    let (new, new_tags) = registered(&old, &tags());
    assert_eq!(differences((&old, &tags()), (&new, &new_tags), &images()), Vec::<String>::new());
    let app = new.container_definitions().iter().find(|one| one.name() == Some("app")).unwrap();
    assert_eq!(app.image(), Some("app:v2"));
    assert_eq!(app.environment()[1].value(), Some(""), "an empty value survives");
    let mut wanted = container("app", "app:v2");
    assert_eq!(app, &wanted);
    wanted.image = None;
    assert_eq!(new_tags.len(), 1, "only AWS may set its own tags");
}

#[test]
fn the_input_has_every_field_that_it_knows() {
    let input = input(&definition("arn:7", 7, "app:v1"), &tags(), &images()).build().unwrap();
    let debug = format!("{input:?}");
    let unset: Vec<String> =
        fields(&debug).into_iter().filter(|name| debug.contains(&format!(", {name}: None"))).collect();
    assert!(unset.is_empty(), "a definition that has everything leaves {unset:?} unset");
}

#[test]
fn a_field_that_is_new_to_the_sdk_is_looked_at_first() {
    const ONLY_AWS_SAYS: [&str; 9] = [
        "task_definition_arn",
        "revision",
        "status",
        "requires_attributes",
        "compatibilities",
        "registered_at",
        "registered_by",
        "deregistered_at",
        "delete_requested_at",
    ];
    let blank = RegisterTaskDefinitionInputBuilder::default().build().unwrap();
    let mut input = fields(&format!("{blank:?}"));
    assert!(input.remove("tags"), "{input:?}");
    let mut output = fields(&format!("{:?}", TaskDefinition::builder().build()));
    for name in ONLY_AWS_SAYS {
        assert!(output.remove(name), "{name} is gone from the SDK");
    }
    assert_eq!(input, output, "what can be registered is what is described");
    assert_eq!(
        input.len(),
        17,
        "a new field of task definitions: carry it over in `input` and name it in `differences`"
    );
    let container = fields(&format!("{:?}", ContainerDefinition::builder().build()));
    assert_eq!(container.len(), 42, "a new field of containers: name it in `container_differences`: {container:?}");
    let full = format!("{:?}", self::container("app", "app:v1"));
    for name in &container {
        assert!(!full.contains(&format!("{name}: None")), "the test's own container leaves {name} unset");
    }
}

#[test]
fn anything_else_that_differs_is_named_and_never_its_value() {
    let old = definition("arn:7", 7, "app:v1");
    let (mut new, new_tags) = registered(&old, &tags());
    new.memory = Some("2048".to_owned());
    if let Some(containers) = &mut new.container_definitions {
        containers[0].environment = None;
        containers[1].image = Some("fluent-bit:3".to_owned());
    }
    let said = differences((&old, &tags()), (&new, &[]), &images());
    assert_eq!(said, ["memory", "environment of app", "image of log-router", "tags"]);
    assert_eq!(new_tags.len(), 1);
    let mut short = old.clone();
    short.container_definitions = None;
    assert!(differences((&old, &[]), (&short, &[]), &images()).contains(&"the number of containers".to_owned()));
}
