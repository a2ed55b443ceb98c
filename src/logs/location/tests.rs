//! Where lines are, for each driver and kind; and what is said where they are nowhere.

use rstest::rstest;

use super::*;
use crate::kinds::testing_samples::{Shelves, cluster, database, definition, scope, service, task};

fn place(located: &Located) -> Vec<String> {
    let told = |source: &LogSource| match &source.origin {
        Origin::Group { group, streams } => format!("{} {group} {streams:?}", source.scope.region),
        Origin::Files { instance } => format!("{} files {instance}", source.scope.region),
    };
    located.sources.iter().map(told).collect()
}

fn logging(driver: Option<&str>, options: &[(&str, &str)]) -> Located {
    let mut defined = definition();
    let container = &mut defined.containers[0];
    (container.log_driver, container.log_prefix) = (driver.map(str::to_owned), Some("ecs".to_owned()));
    container.log_group = (driver == Some("awslogs")).then(|| "/ecs/app".to_owned());
    container.log_options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let world = Shelves::default().with([service()]).with([defined]).0;
    locate(&world, &service().id(&scope()), &Wanted::default())
}

#[test]
fn a_service_is_read_by_the_prefix_of_its_container() {
    let located = logging(Some("awslogs"), &[]);
    let name = &definition().containers[0].name;
    assert_eq!(place(&located), [format!("ap-northeast-1 /ecs/app Prefix(\"ecs/{name}/\")")]);
    assert_eq!(located.notes, Vec::<String>::new());
    let abroad = logging(Some("awslogs"), &[("awslogs-region", "us-east-1")]);
    assert!(place(&abroad)[0].starts_with("us-east-1 "), "{abroad:?}");
}

#[rstest]
#[case(None, &[], "no log configuration")]
#[case(Some("none"), &[], "is lost")]
#[case(Some("splunk"), &[("splunk-url", "https://splunk.example")], "log driver splunk (https://splunk.example)")]
#[case(Some("awsfirelens"), &[], "FireLens; where to stands in the router's own configuration")]
#[case(Some("awsfirelens"), &[("Name", "s3"), ("bucket", "lines")], "FireLens sends its lines to s3 lines")]
#[case(Some("awsfirelens"), &[("Name", "cloudwatch_logs"), ("log_group_name", "/x/$(app)")], "line by line")]
fn where_lines_cannot_be_read_it_is_said_why(
    #[case] driver: Option<&str>,
    #[case] options: &[(&str, &str)],
    #[case] why: &str,
) {
    let located = logging(driver, options);
    assert!(located.sources.is_empty(), "{located:?}");
    assert!(located.notes.iter().any(|note| note.contains(why)), "{located:?}");
}

#[test]
fn lines_that_firelens_takes_to_cloudwatch_are_read_there() {
    let to =
        [("Name", "cloudwatch_logs"), ("log_group_name", "/x"), ("log_stream_prefix", "out/"), ("region", "us-west-2")];
    let name = &definition().containers[0].name;
    assert_eq!(place(&logging(Some("awsfirelens"), &to)), [format!("us-west-2 /x Prefix(\"out/{name}-firelens-\")")]);
}

#[test]
fn a_task_is_one_stream_a_container_and_a_forgotten_one_is_found_by_its_id() {
    let world = Shelves::default().with([service()]).with([definition()]).with([task("beef")]).0;
    let one = task("beef");
    let stream = format!("app/{}/{}", definition().containers[0].name, one.arn.last());
    let located = locate(&world, &one.id(&scope()), &Wanted::default());
    assert!(place(&located).iter().all(|place| place.contains(&stream)), "{located:?} {stream}");
    let wanted = Wanted { task: Some("feed".to_owned()), container: None };
    let forgotten = locate(&world, &service().id(&scope()), &wanted);
    assert!(place(&forgotten).iter().any(|place| place.contains("/feed\")")), "{forgotten:?}");
    let wanted = Wanted { task: None, container: Some("nobody".to_owned()) };
    let located = locate(&world, &service().id(&scope()), &wanted);
    assert_eq!((located.sources.len(), located.notes), (0, vec!["there is no container nobody".to_owned()]));
}

#[test]
fn a_group_that_services_share_is_read_by_the_tasks_names() {
    let other = Service { name: "other".to_owned(), arn: "arn:aws:ecs:r:1:service/c/other".into(), ..service() };
    let world = Shelves::default().with([service(), other]).with([definition()]).with([task("beef")]).0;
    let located = locate(&world, &service().id(&scope()), &Wanted::default());
    assert!(place(&located).iter().any(|place| place.contains("Names([")), "{located:?}");
}

#[test]
fn a_database_has_what_it_exports_and_its_files() {
    let db = DbInstance { log_exports: vec!["postgresql".to_owned()], ..database() };
    let world = Shelves::default().with([db.clone()]).0;
    let expected = [
        format!("ap-northeast-1 /aws/rds/instance/{}/postgresql All", db.id),
        format!("ap-northeast-1 files {}", db.id),
    ];
    assert_eq!(place(&locate(&world, &db.id(&scope()), &Wanted::default())), expected);
    let cluster = DbCluster { log_exports: vec!["postgresql".to_owned()], ..cluster() };
    let world = Shelves::default().with([cluster.clone()]).0;
    let located = locate(&world, &cluster.id(&scope()), &Wanted::default());
    assert!(place(&located)[0].contains(&format!("/aws/rds/cluster/{}/postgresql", cluster.id)), "{located:?}");
}

#[test]
fn what_was_not_read_is_said_and_what_has_no_lines_gives_none() {
    let world = Shelves::default().with([service()]).0;
    let located = locate(&world, &service().id(&scope()), &Wanted::default());
    assert!(located.notes.iter().any(|note| note.contains("was not read")), "{located:?}");
    assert_eq!(locate(&World::default(), &service().id(&scope()), &Wanted::default()), Located::default());
}
