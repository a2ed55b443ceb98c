//! What targets of others do, by tables of what they look like at AWS; and whose tags are whose.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::schedule::stored::target_effect::{Effect, EffectTarget, Target, Tool, WorkKind, matters, worn};

const SDK: &str = "arn:aws:scheduler:::aws-sdk:";
const HERE: &str = "ap-northeast-1:123456789012";

fn target(arn: &str, input: &str) -> Target {
    Target { arn: arn.to_owned(), input: Some(input.to_owned()), ..Target::default() }
}

/// `stop rds-instance x`, one for each aim, with the document behind it.
fn power(target: &Target) -> Vec<String> {
    assert!(matters(&target.arn), "{} would not be read", target.arn);
    let Effect::Power { verb, on, by } = target.does() else { return Vec::new() };
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    let who = |EffectTarget { kind, id, cluster }: &EffectTarget| {
        let cluster = cluster.as_ref().map(|cluster| format!("{cluster}/")).unwrap_or_default();
        format!("{} {} {cluster}{id}{by}", verb.word(), kind.word())
    };
    on.iter().map(who).collect()
}

#[rstest]
#[case("rds:stopDBInstance", r#"{"DbInstanceIdentifier":"x"}"#, &["stop rds-instance x"])]
#[case("rds:startDBInstance", r#"{"DBInstanceIdentifier":"x"}"#, &["start rds-instance x"])]
#[case("rds:stopDBCluster", r#"{"DbClusterIdentifier":"x"}"#, &["stop rds-cluster x"])]
#[case("ecs:updateService", r#"{"Cluster":"c","Service":"s","DesiredCount":0}"#, &["stop ecs-service c/s"])]
#[case("ecs:updateService", r#"{"Service":"s","DesiredCount":2}"#, &["start ecs-service default/s"])]
#[case("ecs:updateService", r#"{"Service":"s","ForceNewDeployment":true}"#, &[])]
#[case(
    "ecs:updateService",
    r#"{"Cluster":"arn:aws:ecs:x:1:cluster/c","Service":"arn:aws:ecs:x:1:service/c/s","DesiredCount":0}"#,
    &["stop ecs-service c/s"]
)]
#[case(
    "applicationautoscaling:registerScalableTarget",
    r#"{"ResourceId":"service/c/s","MinCapacity":0,"MaxCapacity":0}"#,
    &["stop ecs-service c/s"]
)]
#[case("ec2:stopInstances", r#"{"InstanceIds":["i-1","i-2"]}"#, &["stop ec2-instance i-1", "stop ec2-instance i-2"])]
#[case(
    "ssm:startAutomationExecution",
    r#"{"DocumentName":"AWS-StopRdsInstance","Parameters":{"InstanceId":["x"]}}"#,
    &["stop rds-instance x by AWS-StopRdsInstance"]
)]
#[case("rds:stopDBInstance", "{}", &[])]
#[case("rds:stopDBInstance", "not JSON", &[])]
fn universal_targets(#[case] call: &str, #[case] input: &str, #[case] wanted: &[&str]) {
    assert_eq!(power(&target(&format!("{SDK}{call}"), input)), wanted);
}

#[rstest]
#[case("AWS-StopRdsInstance", r#"{"InstanceId":["x"]}"#, &["stop rds-instance x by AWS-StopRdsInstance"])]
#[case("AWS-StartRdsInstance", r#"{"InstanceId":["x"]}"#, &["start rds-instance x by AWS-StartRdsInstance"])]
#[case(
    "AWS-StartStopAuroraCluster",
    r#"{"ClusterName":["x"],"Action":["Stop"]}"#,
    &["stop rds-cluster x by AWS-StartStopAuroraCluster"]
)]
#[case("AWS-StartStopAuroraCluster", r#"{"ClusterName":["x"]}"#, &[])]
#[case("AWS-StopEC2Instance", r#"{"InstanceId":"i-1"}"#, &["stop ec2-instance i-1 by AWS-StopEC2Instance"])]
#[case("AWS-RestartEC2Instance", r#"{"InstanceId":["i-1"]}"#, &[])]
fn documents_of_a_rule(#[case] document: &str, #[case] input: &str, #[case] wanted: &[&str]) {
    let arn = format!("arn:aws:ssm:{HERE}:automation-definition/{document}:$DEFAULT");
    assert_eq!(power(&target(&arn, input)), wanted);
}

#[test]
fn a_rule_stops_an_instance_by_its_bare_id() {
    assert_eq!(
        power(&target(&format!("arn:aws:events:{HERE}:target/stop-instance"), "\"i-1\"")),
        ["stop ec2-instance i-1"]
    );
}

#[test]
fn a_function_is_only_called_whatever_it_is_named() {
    let arn = format!("arn:aws:lambda:{HERE}:function:stop-all-databases:live");
    let Effect::Work(work) = target(&arn, r#"{"db":{"ids":["prooflink-dev-db"]}}"#).does() else { panic!("work") };
    assert_eq!((work.kind, work.name.as_str()), (WorkKind::Function, "stop-all-databases"));
    assert_eq!(work.words, ["prooflink-dev-db"]);
    let invoke = target(&format!("{SDK}lambda:invoke"), r#"{"FunctionName":"f","Payload":"{\"id\":\"x\"}"}"#);
    let Effect::Work(work) = invoke.does() else { panic!("work") };
    assert!(work.name == "f" && work.words.contains(&"x".to_owned()), "{work:?}");
}

#[rstest]
#[case(
    Target {
        arn: format!("arn:aws:ecs:{HERE}:cluster/c"),
        task_definition: Some(format!("arn:aws:ecs:{HERE}:task-definition/daily:3")),
        ..Target::default()
    },
    "runs task daily in c"
)]
#[case(
    Target {
        arn: format!("arn:aws:batch:{HERE}:job-queue/q"),
        job_definition: Some("user-import:1".to_owned()),
        ..Target::default()
    },
    "submits job user-import in q"
)]
#[case(target(&format!("arn:aws:states:{HERE}:stateMachine:m"), "{}"), "starts state machine m")]
#[case(target(&format!("{SDK}ecs:runTask"), r#"{"Cluster":"c","TaskDefinition":"t:1"}"#), "runs task t in c")]
#[case(target(&format!("{SDK}sfn:startExecution"), r#"{"StateMachineArn":"arn:aws:states:x:1:stateMachine:m"}"#), "starts state machine m")]
#[case(target(&format!("arn:aws:ssm:{HERE}:automation-definition/Ours"), "{}"), "runs document Ours")]
fn work_is_told_by_name(#[case] target: Target, #[case] wanted: &str) {
    let Effect::Work(work) = target.does() else { panic!("work: {target:?}") };
    let place = work.place.map(|place| format!(" in {place}")).unwrap_or_default();
    assert_eq!(format!("{} {}{place}", work.kind.sentence(), work.name), wanted);
    assert!(matters(&target.arn));
}

#[rstest]
#[case("arn:aws:sqs:ap-northeast-1:1:queue")]
#[case("arn:aws:scheduler:::aws-sdk:ses:sendEmail")]
#[case("arn:aws:ssm:ap-northeast-1:1:document/AWS-RunShellScript")]
#[case("")]
#[case("::::")]
fn the_rest_is_nobodys_business(#[case] arn: &str) {
    assert_eq!((target(arn, "{}").does(), matters(arn)), (Effect::Else, false));
}

#[test]
fn tools_are_known_by_their_tags() {
    let tags = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let both = worn(&tags(&[
        ("IS-Error", "StartFailed"),
        ("IS-ManagedBy", "hub"),
        ("Name", "x"),
        ("Schedule", "office-hours"),
        ("sched-stop", "d=_ H:M=13:00"),
    ]));
    let [scheduler, lights] = both.as_slice() else { panic!("{both:?}") };
    assert_eq!((scheduler.tool, scheduler.tag.1.as_str()), (Tool::InstanceScheduler, "office-hours"));
    assert_eq!(scheduler.last.as_deref(), Some("StartFailed"));
    assert_eq!((lights.tool, lights.tag.0.as_str(), &lights.last), (Tool::LightsOff, "sched-stop", &None));
    assert!(worn(&tags(&[("sched-backup", "d=_ H:M=13:00"), ("schedule", "x"), ("toban:env", "x")])).is_empty());
}

#[rstest]
#[case::ours("arn:aws:lambda:ap-northeast-1:123456789012:function:web-jobs", None, false)]
#[case::of_another_account("arn:aws:lambda:ap-northeast-1:222222222222:function:web-jobs", None, true)]
#[case::of_another_region("arn:aws:lambda:us-east-1:123456789012:function:web-jobs", None, true)]
#[case::a_document_of_aws("arn:aws:ssm:ap-northeast-1::automation-definition/AWS-StopRdsInstance", None, false)]
#[case::by_a_name(UPDATE, Some(r#"{"Cluster":"c","Service":"web"}"#), false)]
#[case::by_an_arn_abroad(UPDATE, Some(r#"{"Service":"arn:aws:ecs:eu-west-1:123456789012:service/c/web"}"#), true)]
#[case::by_a_part_of_an_arn(UPDATE, Some(r#"{"FunctionName":"222222222222:function:web-jobs"}"#), true)]
#[case::by_a_role_abroad(UPDATE, Some(r#"{"Service":"web","RoleArn":"arn:aws:iam::222222222222:role/r"}"#), false)]
#[case::sent_elsewhere(
    SDK,
    Some(r#"{"TargetLocations":[{"Accounts":["222222222222"],"Regions":["ap-northeast-1"]}]}"#),
    true
)]
#[case::sent_here_too(
    SDK,
    Some(r#"{"TargetLocations":[{"Accounts":["123456789012"],"Regions":["us-east-1","ap-northeast-1"]}]}"#),
    false
)]
#[case::sent_to_a_unit(
    UPDATE,
    Some(r#"{"TargetLocations":[{"Accounts":["ou-1"],"Regions":["ap-northeast-1"]}]}"#),
    false
)]
fn what_is_elsewhere_is_not_taken_for_ours(#[case] arn: &str, #[case] input: Option<&str>, #[case] away: bool) {
    let target = Target { arn: arn.to_owned(), input: input.map(str::to_owned), ..Target::default() };
    assert_eq!(target.is_elsewhere(Some("123456789012"), "ap-northeast-1"), away);
    // Of an account that is not known the region alone tells.
    let abroad = arn.contains("us-east-1") || input.is_some_and(|input| input.contains("eu-west-1"));
    assert!(!away || !abroad || target.is_elsewhere(None, "ap-northeast-1"));
}

const UPDATE: &str = "arn:aws:scheduler:::aws-sdk:ecs:updateService";
