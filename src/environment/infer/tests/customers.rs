//! The systems toban must operate, as their design documents name things: every resource in its environment.

use super::fixture::{Account, home, one, placed, strays, tag};
use crate::environment::StepKind;
use crate::kinds::Relation;

fn prooflink(account: &mut Account, stage: &str, net: u8) {
    let vpc = format!("vpc-{stage}");
    let (cluster, service) = (format!("prooflink-{stage}-cluster"), format!("prooflink-{stage}-service"));
    let (alb, tg) = (format!("prooflink-alb/{stage}0"), format!("prooflink-tg/{stage}1"));
    account.vpc(&vpc, &[("Name", &format!("prooflink-{stage}-vpc"))]);
    account.cluster(&cluster);
    account.service(&cluster, &service, &[&tg]);
    let ip = format!("10.{net}.0.5");
    account.task(&cluster, &format!("task-{stage}"), Some(&service), &format!("prooflink-{stage}-task"), &ip);
    account.balancer(&alb, &vpc);
    account.group(&tg, &vpc, Some(&alb), &[&format!("ip:{ip}")]);
    account.database(&format!("prooflink-{stage}-db"), Some(&vpc), None);
    // Alarm names are unique in an account; two stages in one would carry some ending.
    let dimension = format!("service/{cluster}/{service}");
    account.alarm(&format!("prooflink-ecs-cpu-high{}", net), &[(Relation::Dimension, &dimension)]);
    account.alarm(&format!("prooflink-alb-5xx{net}"), &[(Relation::Dimension, &format!("app/{alb}"))]);
    account.alarm(
        &format!("TargetTracking-service/{cluster}/{service}-AlarmHigh-0{net}"),
        &[(Relation::Dimension, &dimension)],
    );
    // Batch on Fargate runs its jobs in a cluster of its own making.
    let batch = format!("AWSBatch-prooflink-compute-env-{net}1234567-89ab-cdef");
    account.cluster(&batch);
    account.task(
        &batch,
        &format!("job-{stage}"),
        None,
        &format!("prooflink-{stage}-user-import"),
        &format!("10.{net}.0.9"),
    );
}

#[test]
fn prooflink_by_vpc_targets_and_dimensions() {
    let mut account = Account::new("123456789012");
    prooflink(&mut account, "dev", 1);
    prooflink(&mut account, "prod", 2);
    let placed = placed(&[&account]);
    for (stage, net) in [("dev", 1), ("prod", 2)] {
        let expected = format!("prooflink-{stage}");
        for end in [
            format!("cluster/prooflink-{stage}-cluster"),
            format!("/prooflink-{stage}-service"),
            format!("/task-{stage}"),
            format!("prooflink-alb/{stage}0"),
            format!("targetgroup/prooflink-tg/{stage}1"),
            format!("db:prooflink-{stage}-db"),
            format!("alarm:prooflink-ecs-cpu-high{net}"),
            format!("alarm:prooflink-alb-5xx{net}"),
            format!("-AlarmHigh-0{net}"),
            format!("/job-{stage}"),
            format!("cluster/AWSBatch-prooflink-compute-env-{net}1234567-89ab-cdef"),
        ] {
            assert_eq!(home(&placed, &end), expected, "{end}: {:#?}", one(&placed, &end).because);
        }
    }
    let message: Vec<&str> =
        one(&placed, "targetgroup/prooflink-tg/dev1").because.iter().map(|step| step.message.as_str()).collect();
    assert_eq!(
        message,
        ["name prooflink-tg: system prooflink", "its targets are tasks of prooflink-dev-service (prooflink-dev)"]
    );
    let cluster = one(&placed, "cluster/prooflink-dev-cluster");
    assert_eq!(cluster.because[0].message, "name prooflink-dev-cluster: system prooflink, stage dev");
    assert_eq!((cluster.project.as_deref(), cluster.stage.as_deref()), (Some("prooflink"), Some("dev")));
}

#[test]
fn prooflink_addresses_may_repeat_in_both_vpcs() {
    let mut account = Account::new("123456789012");
    prooflink(&mut account, "dev", 1);
    prooflink(&mut account, "prod", 2);
    for subject in &mut account.subjects {
        for text in subject.keys.iter_mut().chain(subject.ties.iter_mut().map(|tie| &mut tie.to)) {
            *text = text.replace("ip:10.2.", "ip:10.1.");
        }
    }
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "targetgroup/prooflink-tg/dev1"), "prooflink-dev");
    assert_eq!(home(&placed, "targetgroup/prooflink-tg/prod1"), "prooflink-prod");
}

#[test]
fn prooflink_without_targets_goes_by_its_vpc() {
    let mut account = Account::new("123456789012");
    for stage in ["dev", "prod"] {
        let vpc = format!("vpc-{stage}");
        account.vpc(&vpc, &[("Name", &format!("prooflink-{stage}-vpc"))]);
        account.database(&format!("prooflink-{stage}-db"), Some(&vpc), None);
        account.balancer(&format!("prooflink-alb/{stage}0"), &vpc);
        account.group(&format!("prooflink-tg/{stage}1"), &vpc, None, &[]);
    }
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "prooflink-alb/prod0"), "prooflink-prod");
    let group = one(&placed, "targetgroup/prooflink-tg/dev1");
    assert_eq!(group.environment.as_ref().map(|name| name.as_str()), Some("prooflink-dev"));
    let last = group.because.last().expect("a step");
    assert_eq!(
        (last.kind, last.message.as_str()),
        (StepKind::Vpc, "everything labelled in vpc-dev (prooflink-dev-vpc) is prooflink-dev")
    );
}

#[test]
fn an_alarm_without_a_stage_follows_dimensions_even_when_the_service_was_not_read() {
    let mut account = Account::new("123456789012");
    account.database("prooflink-dev-db", None, None);
    account.database("prooflink-prod-db", None, None);
    account.alarm(
        "prooflink-ecs-cpu-high",
        &[(Relation::Dimension, "service/prooflink-prod-cluster/prooflink-prod-service")],
    );
    account.alarm("prooflink-lost", &[]);
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "prooflink-ecs-cpu-high"), "prooflink-prod");
    let lost = one(&placed, "prooflink-lost");
    assert_eq!(lost.environment, None);
    let message: Vec<&str> = lost.because.iter().map(|step| step.message.as_str()).collect();
    assert_eq!(
        message,
        [
            "name prooflink-lost: system prooflink",
            "prooflink has several stages here (dev, prod), and nothing tells which",
            "nothing says which environment: add a tag or a match in config.toml"
        ]
    );
}

#[test]
fn kajimaru_is_one_environment_without_tags_or_stage() {
    let mut account = Account::new("111111111111");
    account.vpc("vpc-0abc", &[("Name", "kajimaru")]);
    account.instance("i-0aaa", "kajimaru-ec2-01", "vpc-0abc");
    account.instance("i-0bbb", "kajimaru-ec2-02", "vpc-0abc");
    account.balancer("kajimaru-ALB/0", "vpc-0abc");
    account.group("HTTP-80/1", "vpc-0abc", Some("kajimaru-ALB/0"), &["i-0aaa", "i-0bbb"]);
    account.database("kajimaru-db", Some("vpc-0abc"), None);
    account.filter("/vpc/flow", "FlowLogs/ssh");
    account.alarm("EC2 CPU", &[(Relation::Dimension, "i-0aaa"), (Relation::Topic, "topic:kajimaru")]);
    account.alarm("RDS CPU", &[(Relation::Dimension, "db:kajimaru-db"), (Relation::Topic, "topic:kajimaru")]);
    for port in ["dstport=22", "dstport=3306"] {
        account.alarm(port, &[(Relation::LogGroup, "metric:FlowLogs/ssh"), (Relation::Topic, "topic:kajimaru")]);
    }
    let placed = placed(&[&account]);
    assert_eq!(placed.len(), 11);
    assert_eq!(strays(&placed, "kajimaru"), [""; 0]);
    assert!(placed.iter().all(|placed| placed.stage.is_none() && placed.project.as_deref() == Some("kajimaru")));
    assert_eq!(one(&placed, "dstport=22").because[0].message, "it tells topic kajimaru (kajimaru)");
}

fn cdk(account: &mut Account, stage: &str, id: char) {
    let stack = |name: &str| format!("{name}Stack-{stage}");
    let tagged = |name: &str, subject: &mut crate::kinds::Subject| {
        tag(subject, "aws:cloudformation:stack-name", &stack(name));
    };
    let vpc = format!("vpc-cdk-{stage}");
    let cluster = format!("ComputeStack-{stage}-BackendCluster6B7A9C1{id}-AbCdEf12345{id}");
    let service = format!("ComputeStack-{stage}-BackendServiceD1E2F3A{id}-GhIjKl67890{id}");
    let (alb, tg) = (format!("Comput-Backe-1A2B3C4D5E6{id}/0"), format!("Comput-Backe-9A8B7C6D5E4{id}/1"));
    account.vpc(
        &vpc,
        &[("Name", &format!("NetworkStack-{stage}/Vpc")), ("aws:cloudformation:stack-name", &stack("Network"))],
    );
    tagged("Compute", account.cluster(&cluster));
    tagged("Compute", account.service(&cluster, &service, &[&tg]));
    account.task(
        &cluster,
        &format!("task-{stage}"),
        Some(&service),
        &format!("ComputeStack{stage}BackendTask0{id}"),
        "10.0.0.7",
    );
    account.balancer(&alb, &vpc);
    account.group(&tg, &vpc, Some(&alb), &["ip:10.0.0.7"]);
    let aurora = format!("databasestack-{stage}-auroraclusterb1c2d3-xyz{id}");
    tagged("Database", account.db_cluster(&aurora));
    for role in ["writer", "reader"] {
        account.database(&format!("databasestack-{stage}-auroracluster{role}8f3a-uvw{id}"), Some(&vpc), Some(&aurora));
    }
    account.filter("/ecs/backend/errors", &format!("Backend/Errors{id}"));
    let metric = format!("metric:Backend/Errors{id}");
    tagged("Monitoring", account.alarm(&format!("error-log-count-{id}"), &[(Relation::LogGroup, &metric)]));
    account.alarm(&format!("cpu-high-{id}"), &[(Relation::Dimension, &format!("service/{cluster}/{service}"))]);
    account.alarm(&format!("response-time-{id}"), &[(Relation::Dimension, &format!("app/{alb}"))]);
    account.alarm(&format!("aurora-cpu-{id}"), &[(Relation::Dimension, &format!("cluster:{aurora}"))]);
    account.alarm(&format!("MonitoringStack-{stage}-AuroraReplicaLagAlarm0A1B2C3{id}-MnOpQr13579{id}"), &[]);
    account.alarm(&format!("any-{id}"), &[(Relation::Rule, &format!("alarm:cpu-high-{id}"))]);
}

#[test]
fn the_cdk_plan_by_stack_names_and_the_shared_word() {
    let mut account = Account::new("222222222222");
    cdk(&mut account, "dev", 'D');
    cdk(&mut account, "prod", 'E');
    let placed = placed(&[&account]);
    let mut only_dev = Account::new("222222222222");
    cdk(&mut only_dev, "dev", 'D');
    let (dev, prod): (Vec<_>, Vec<_>) =
        placed.into_iter().partition(|placed| only_dev.subjects.iter().any(|subject| subject.id == placed.id));
    assert_eq!((dev.len(), prod.len()), (14, 14));
    assert_eq!(strays(&dev, "backend-dev"), [""; 0]);
    assert_eq!(strays(&prod, "backend-prod"), [""; 0]);
}

#[test]
fn a_stage_without_any_word_is_an_environment_by_itself() {
    let mut account = Account::new("222222222222");
    tag(account.cluster("default"), "aws:cloudformation:stack-name", "ComputeStack-dev");
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "cluster/default"), "dev");
    assert_eq!(one(&placed, "cluster/default").project, None);
}

fn city(account: &mut Account, stage: &str) {
    let vpc = format!("vpc-{stage}");
    let cluster = format!("city-{stage}-cluster");
    account.cluster(&cluster);
    for (part, port) in [("frontend", 3), ("backend", 5)] {
        let tg = format!("city-{stage}-{part}-tg/{port}");
        account.service(&cluster, &format!("city-{stage}-{part}"), &[&tg]);
        account.group(&tg, &vpc, Some(&format!("city-{stage}-alb/0")), &[]);
    }
    account.balancer(&format!("city-{stage}-alb/0"), &vpc);
    account.database(&format!("city-{stage}-db"), Some(&vpc), None);
    account.task(&cluster, "daily", None, "city-daily-summary", "10.0.0.1");
    account.alarm("cpu", &[(Relation::Dimension, &format!("db:city-{stage}-db"))]);
}

#[test]
fn the_municipal_system_in_two_accounts() {
    let (mut poc, mut prod) = (Account::new("333333333333"), Account::new("444444444444"));
    city(&mut poc, "poc");
    city(&mut prod, "prod");
    let placed = placed(&[&poc, &prod]);
    let (poc, prod): (Vec<_>, Vec<_>) =
        placed.into_iter().partition(|placed| placed.id.scope.source.as_str().ends_with('3'));
    assert_eq!(strays(&poc, "city-poc"), [""; 0]);
    assert_eq!(strays(&prod, "city-prod"), [""; 0]);
}

#[test]
fn cat_data_is_named_by_all_the_words_its_resources_share() {
    let mut account = Account::new("555555555555");
    account.database("cat-data-v23", Some("vpc-1"), None);
    account.alarm("cat-data-v23-cpu", &[(Relation::Dimension, "db:cat-data-v23")]);
    account.alarm("cat-data-v23-memory", &[(Relation::Dimension, "db:cat-data-v23")]);
    account.alarm("cat-data-v23-upload-errors", &[(Relation::Dimension, "function:cat-data-v23-upload")]);
    account.alarm("Errors of the importer", &[(Relation::Dimension, "function:cat-data-v23-import")]);
    let placed = placed(&[&account]);
    assert_eq!(strays(&placed, "cat-data-v23"), [""; 0]);
}

#[test]
fn all_five_in_one_view_keep_apart() {
    let mut one = Account::new("123456789012");
    prooflink(&mut one, "dev", 1);
    prooflink(&mut one, "prod", 2);
    cdk(&mut one, "dev", 'D');
    let mut two = Account::new("333333333333");
    city(&mut two, "poc");
    let placed = placed(&[&one, &two]);
    let mut names: Vec<&str> =
        placed.iter().map(|p| p.environment.as_ref().map_or("-", |name| name.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["backend-dev", "city-poc", "prooflink-dev", "prooflink-prod"]);
}
