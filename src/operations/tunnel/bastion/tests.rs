//! Who carries a tunnel: tables of accounts, and what is said where nobody can.

use rstest::rstest;

use super::*;
use crate::environment::Member;
use crate::kinds::security_group::Opening;
use crate::kinds::testing_samples::*;
use crate::operations::tunnel::remote;

fn group(id: &str, port: u16, lets: &[&str]) -> SecurityGroup {
    let (ranges, groups): (Vec<&str>, Vec<&str>) = lets.iter().partition(|one| one.contains('/'));
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    let opening = Opening {
        protocol: "tcp".to_owned(),
        ports: Some((port, port)),
        groups: owned(groups),
        ranges: owned(ranges),
        prefix_lists: false,
    };
    SecurityGroup { id: id.to_owned(), name: id.to_owned(), vpc: Some("vpc-1".to_owned()), openings: vec![opening] }
}

fn environment(members: Vec<(ResourceId, &str)>) -> Vec<Member> {
    let member =
        |(id, name): (ResourceId, &str)| Member { id, name: name.to_owned(), assessment: None, because: vec![] };
    members.into_iter().map(member).collect()
}

/// The database, an instance with its node, a service with a task, and the groups given.
fn look(shelves: Shelves, tasks: Vec<Task>, groups: Vec<SecurityGroup>) -> Candidates {
    let mut members = vec![(instance().id(&scope()), "kajimaru-ec2-01"), (node("Online").id(&scope()), "ip-10-0-3-10")];
    members.extend(tasks.iter().map(|task| (task.id(&scope()), "task")));
    let shelves = shelves.with([database()]).with([service()]).with(tasks).with(groups);
    let remote = remote(&shelves.0, &database().id(&scope())).unwrap();
    candidates(&shelves.0, &environment(members), &remote)
}

fn with_instance() -> Shelves {
    Shelves::default().with([instance()]).with([node("Online")])
}

fn names(found: &[Carrier]) -> Vec<&str> {
    found.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn an_instance_that_is_let_in_comes_first_and_counts_once() {
    let found = look(with_instance(), vec![task("0123456789ab")], vec![group("sg-db", 5432, &["sg-a"])]);
    assert_eq!(names(&found.able), ["kajimaru-ec2-01", "Backend/01234567"]);
    let first = &found.choose(None).unwrap()[0];
    assert_eq!((first.target.as_str(), first.entry), ("i-0123456789abcdef0", Entry::Open));
    assert_eq!(first.why, "in vpc-1, let in by the database on port 5432");
}

#[test]
fn a_task_is_named_as_session_manager_wants_it() {
    let found = look(Shelves::default(), vec![task("0123456789ab")], vec![group("sg-db", 5432, &["10.0.1.0/24"])]);
    let chosen = found.choose(None).unwrap();
    assert_eq!(chosen[0].target, "ecs:city-prod_0123456789ab_r-1");
    assert_eq!(chosen[0].entry, Entry::Open, "by its address");
}

#[test]
fn who_is_let_in_comes_before_who_may_be() {
    let lets = vec![group("sg-db", 5432, &["10.0.1.5/32"])];
    let mut dark = instance();
    dark.security_groups = Vec::new();
    dark.private_ip = None;
    let shelves = Shelves::default().with([dark]).with([node("Online")]);
    let found = look(shelves, vec![task("0123456789ab")], lets);
    assert_eq!(found.able.iter().map(|one| one.entry).collect::<Vec<_>>(), [Entry::Open, Entry::Shut]);
}

#[test]
fn the_youngest_task_is_tried_first() {
    let old = Task { started_at: Some(ago(500)), ..task("old000000") };
    let young = Task { started_at: Some(ago(5)), ..task("young0000") };
    let found = look(Shelves::default(), vec![old, young], Vec::new());
    assert_eq!(names(&found.choose(None).unwrap()), ["Backend/young000", "Backend/old00000"]);
    assert!(found.able.iter().all(|one| one.entry == Entry::Untold));
}

#[test]
fn a_group_that_was_not_read_shuts_nobody_out() {
    let denied = crate::world::Fault::new(crate::world::FaultKind::Denied, "ec2:DescribeSecurityGroups", "no");
    let found = look(with_instance().failing::<SecurityGroup>(denied), Vec::new(), Vec::new());
    assert_eq!(found.able[0].entry, Entry::Untold);
    assert!(found.choose(None).is_ok());
}

#[rstest]
#[case::not_online("ConnectionLost", "lost the connection to its agent")]
#[case::odd("Sulking", "it is Sulking, not Online")]
fn an_offline_node_says_so(#[case] ping: &str, #[case] message: &str) {
    let found = look(Shelves::default().with([instance()]).with([node(ping)]), Vec::new(), Vec::new());
    let why = found.choose(None).unwrap_err().to_string();
    assert!(
        why.contains(message)
            && why.starts_with("no instance or task in this environment can carry a tunnel to city-db"),
        "{why}"
    );
}

#[rstest]
#[case::unmanaged(Shelves::default().with([instance()]).with(Vec::<Node>::new()), "AmazonSSMManagedInstanceCore")]
#[case::stopped(
    Shelves::default().with([Instance { state: "stopped".to_owned(), ..instance() }]).with([node("Online")]),
    "it is stopped"
)]
fn an_instance_that_cannot_says_why(#[case] shelves: Shelves, #[case] message: &str) {
    let why = look(shelves, Vec::new(), Vec::new()).choose(None).unwrap_err().to_string();
    assert!(why.contains(message), "{why}");
}

#[test]
fn where_systems_manager_may_not_be_asked_an_instance_is_tried_all_the_same() {
    let denied = crate::world::Fault::new(crate::world::FaultKind::Denied, "ssm:DescribeInstanceInformation", "no");
    let found = look(Shelves::default().with([instance()]).failing::<Node>(denied), Vec::new(), Vec::new());
    assert_eq!(found.able.len(), 1);
}

#[rstest]
#[case::exec_off(Task { exec_enabled: false, ..task("x") }, "began before ECS Exec was turned on")]
#[case::starting(Task { last_status: "PENDING".to_owned(), ..task("x") }, "the task is pending")]
#[case::no_agent(
    Task { containers: vec![crate::kinds::ecs_task::Container { exec_agent: Some("STOPPED".into()), ..container("app") }], ..task("x") },
    "its ECS Exec agent does not run"
)]
fn a_task_that_cannot_says_why(#[case] task: Task, #[case] message: &str) {
    let mut on = service();
    on.exec_enabled = true;
    let shelves = Shelves::default().with([database()]).with([on]).with([task.clone()]);
    let remote = remote(&shelves.0, &database().id(&scope())).unwrap();
    let found = candidates(&shelves.0, &environment(vec![(task.id(&scope()), "task")]), &remote);
    let why = found.choose(None).unwrap_err().to_string();
    assert!(why.contains(message) && why.contains("put one of these right"), "{why}");
}

#[test]
fn who_is_shut_out_or_elsewhere_is_taken_only_by_name() {
    let elsewhere = Instance { vpc: Some("vpc-9".to_owned()), ..instance() };
    let shelves = Shelves::default().with([elsewhere]).with([node("Online")]);
    let found = look(shelves, vec![task("0123456789ab")], vec![group("sg-db", 5432, &["sg-nobody"])]);
    let why = found.choose(None).unwrap_err().to_string();
    assert!(why.contains("in another VPC (vpc-9)") && why.contains("sg-db does not let it in on port 5432"), "{why}");
    assert_eq!(found.choose(Some("KAJIMARU-ec2-01")).unwrap()[0].target, "i-0123456789abcdef0");
    assert_eq!(found.choose(Some("i-0123")).unwrap().len(), 1);
}

#[test]
fn a_name_finds_the_tasks_of_a_service_and_others_are_told() {
    let found = look(with_instance(), vec![task("aaaaaaaaaa"), task("bbbbbbbbbb")], Vec::new());
    assert_eq!(found.choose(Some("backend")).unwrap().len(), 2);
    assert_eq!(names(&found.choose(Some("aaaa")).unwrap()), ["Backend/aaaaaaaa"]);
    let why = found.choose(Some("nobody")).unwrap_err().to_string();
    assert!(why.contains("there is no nobody") && why.contains("kajimaru-ec2-01, Backend/"), "{why}");
    assert!(found.choose(Some("")).unwrap_err().to_string().contains("more than one"));
}

#[test]
fn an_environment_without_anybody_says_what_it_takes() {
    let shelves = Shelves::default().with([database()]);
    let remote = remote(&shelves.0, &database().id(&scope())).unwrap();
    let why = candidates(&shelves.0, &environment(Vec::new()), &remote).choose(None).unwrap_err().to_string();
    assert!(why.contains("a running task with ECS Exec, or an instance that Systems Manager manages"), "{why}");
}
