//! What upkeep tells over small worlds, and that what was not read tells nothing.

use rstest::rstest;

use crate::diagnosis::context::{DiagnosisContext, DiagnosisInput};
use crate::environment::{Environment, Member};
use crate::kinds::ResourceIndex;
use crate::kinds::alarm::Alarm;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::db_subnet_group::DbSubnetGroup;
use crate::kinds::ecs_service::Service;
use crate::kinds::log_group::LogGroup;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition};
use crate::kinds::testing_samples::{Shelves, ago, alarm, database, now, scope, service, tokyo};
use crate::kinds::topic::{Subscription, Topic};
use crate::kinds::vpc_network::{Endpoint, NatGateway, Subnet, VpcNetwork};
use crate::offhours::ExternalSchedulers;
use crate::world::{Arn, Health, Resource};

const ECR: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/backend:1";
const ALL: &[(&str, &str)] =
    &[("ecr.api", "Interface"), ("ecr.dkr", "Interface"), ("s3", "Gateway"), ("logs", "Interface")];

fn topic_arn() -> Arn {
    let region = scope().region;
    Arn::from(format!("arn:aws:sns:{region}:123456789012:city-alerts"))
}

fn told(shelves: &Shelves, protected: bool) -> Vec<(Health, String)> {
    let (world, scope) = (&shelves.0, scope());
    let ids = world.all::<Alarm>(&scope).map(|it| it.id(&scope));
    let ids = ids.chain(world.all::<Service>(&scope).map(|it| it.id(&scope)));
    let ids = ids.chain(world.all::<DbInstance>(&scope).map(|it| it.id(&scope)));
    let member =
        |id: crate::world::ResourceId| Member { name: id.key.to_string(), id, assessment: None, because: Vec::new() };
    let members = ids.map(member).collect();
    let environment = Environment { members, protected, ..Environment::new("city-prod", vec![scope.clone()]) };
    let (resource_index, zone, others) = (ResourceIndex::of(world), tokyo(), ExternalSchedulers::default());
    let input = DiagnosisInput {
        environment: &environment,
        offhours: None,
        others: &others,
        strays: &std::collections::BTreeSet::new(),
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    let cx = DiagnosisContext::of(&input, world, &resource_index, now(), &zone);
    super::findings(&cx).into_iter().map(|finding| (finding.health, finding.message)).collect()
}

fn topic(subscriptions: Vec<Subscription>) -> Topic {
    Topic { arn: topic_arn(), name: "city-alerts".to_owned(), subscriptions }
}

fn listener(confirmed: bool) -> Subscription {
    Subscription { protocol: "email".to_owned(), to: "o…@example.jp".to_owned(), confirmed }
}

fn telling(actions: Vec<Arn>) -> Alarm {
    Alarm { alarm_actions: actions, rule: None, ..alarm() }
}

#[rstest]
#[case(vec![topic(vec![listener(true)])], None)]
#[case(vec![topic(vec![listener(false)])], Some("never confirmed"))]
#[case(vec![topic(Vec::new())], Some("nobody is subscribed"))]
#[case(Vec::new(), Some("does not exist"))]
fn an_alarm_that_nobody_hears(#[case] topics: Vec<Topic>, #[case] why: Option<&str>) {
    let shelves = Shelves::default().with([telling(vec![topic_arn()])]).with(topics);
    for (protected, health) in [(true, Health::Worrying), (false, Health::Well)] {
        let found = told(&shelves, protected);
        assert_eq!(found.len(), usize::from(why.is_some()), "{found:?}");
        for (told, message) in found {
            assert!(told == health && why.is_some_and(|why| message.contains(why)), "{message}");
        }
    }
}

#[test]
fn topics_that_were_not_read_are_not_missing_and_silent_alarms_are_counted() {
    assert_eq!(told(&Shelves::default().with([telling(vec![topic_arn()])]), true), []);
    let found = told(&Shelves::default().with([telling(Vec::new())]), true);
    let [(health, message)] = &found[..] else { panic!("{found:?}") };
    assert!(*health == Health::Well && message.starts_with("1 alarm tells nobody"), "{message}");
}

fn definition(image: &str, secrets: bool) -> TaskDefinition {
    TaskDefinition {
        arn: service().task_definition,
        family: "city-prod-backend".to_owned(),
        revision: 117,
        status: None,
        containers: vec![ContainerDefinition {
            name: "app".to_owned(),
            image: Some(image.to_owned()),
            essential: true,
            ports: Vec::new(),
            environment: Vec::new(),
            secrets: if secrets { vec!["DB_PASSWORD".to_owned()] } else { Vec::new() },
            log_group: Some("/ecs/backend".to_owned()),
            log_prefix: None,
            log_driver: Some("awslogs".to_owned()),
            log_options: std::collections::BTreeMap::new(),
            firelens: None,
            health_command: Vec::new(),
            memory: None,
        }],
        cpu: None,
        memory: None,
        task_role: None,
        execution_role: None,
        network_mode: None,
        architecture: None,
        registered_at: None,
        registered_by: None,
        tags: [].into(),
    }
}

#[test]
fn log_groups_that_keep_lines_for_ever_are_one_note() {
    let group = LogGroup {
        name: "/ecs/backend".to_owned(),
        days: None,
        bytes: Some(3_000_000_000),
        created_at: Some(ago(100_000)),
        class: None,
    };
    let with = |group: LogGroup| {
        told(&Shelves::default().with([service()]).with([definition(ECR, false)]).with([group]), true)
    };
    let found = with(group.clone());
    assert!(found.len() == 1 && found[0].1.contains("1 log group keeps its lines for ever"), "{found:?}");
    assert_eq!(with(LogGroup { days: Some(30), ..group.clone() }), []);
    let empty = with(LogGroup { days: Some(30), bytes: Some(0), ..group });
    assert!(empty.len() == 1 && empty[0].1.contains("no line has come"), "{empty:?}");
}

fn subnet(id: &str, name: &str, zone: &str, way_out: Option<&str>) -> Subnet {
    Subnet {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        zone: Some(format!("ap-northeast-1{zone}")),
        block: Some("10.0.1.0/24".to_owned()),
        free: Some(200),
        way_out: way_out.map(str::to_owned),
        blackhole: false,
        table: Some("rtb-1".to_owned()),
    }
}

fn network(subnets: Vec<Subnet>, endpoints: &[(&str, &str)]) -> VpcNetwork {
    let endpoint = |(name, kind): &(&str, &str)| Endpoint {
        id: format!("vpce-{name}"),
        service: format!("com.amazonaws.ap-northeast-1.{name}"),
        kind: Some((*kind).to_owned()),
        state: Some("available".to_owned()),
        subnets: Vec::new(),
        tables: vec!["rtb-1".to_owned()],
    };
    let endpoints = endpoints.iter().map(endpoint).collect();
    VpcNetwork { name: "vpc-1".to_owned(), subnets, gateways: Vec::new(), endpoints }
}

/// What is told of a service in subnet-a of that network; the database tells which VPC it is.
fn of_network(network: VpcNetwork, service: Service, definition: TaskDefinition) -> Vec<(Health, String)> {
    let shelves = Shelves::default().with([service]).with([definition]).with([network]);
    told(&shelves.with([DbInstance { subnet_group: None, ..database() }]), true)
}

#[test]
fn tasks_without_a_way_out_need_endpoints() {
    let isolated = || vec![subnet("subnet-a", "isolated-a", "a", None)];
    assert_eq!(of_network(network(isolated(), ALL), service(), definition(ECR, false)), []);
    let found = of_network(network(isolated(), &ALL[..2]), service(), definition(ECR, true));
    assert!(found.len() == 1 && found[0].1.contains("endpoint for s3, logs, secretsmanager"), "{found:?}");
    assert_eq!(found[0].0, Health::Well, "they run all the same");
    let stuck = Service { running: 0, ..service() };
    let found = of_network(network(isolated(), ALL), stuck, definition("amazon/aws-for-fluent-bit:2", false));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0 == Health::Worrying && found[0].1.contains("cannot be pulled"), "{found:?}");
}

#[test]
fn public_subnets_help_only_what_has_a_public_address() {
    let public = || vec![subnet("subnet-a", "public-a", "a", Some("igw-1"))];
    let found = of_network(network(public(), &[]), service(), definition(ECR, false));
    assert!(found.len() == 1 && found[0].1.contains("no public address"), "{found:?}");
    let open = Service { public_ip: Some(true), ..service() };
    assert_eq!(of_network(network(public(), &[]), open, definition(ECR, false)), []);
}

#[test]
fn a_forgotten_route_a_full_subnet_and_a_lone_gateway_are_told() {
    let private = |zone: &str, id: &str, name: &str, way: Option<&str>| subnet(id, name, zone, way);
    let first = || private("a", "subnet-a", "05-private", Some("nat-1"));
    let one = |subnets: Vec<Subnet>, gateways: Vec<NatGateway>| {
        let network = VpcNetwork { gateways, ..network(subnets, &[]) };
        let found = of_network(network, service(), definition(ECR, false));
        let [one] = &found[..] else { panic!("{found:?}") };
        one.clone()
    };
    let forgotten =
        vec![first(), private("c", "subnet-b", "06-private", None), private("c", "subnet-c", "07-data", None)];
    assert!(one(forgotten, Vec::new()).1.contains("subnet 06-private has no way to the internet"));
    assert!(one(vec![Subnet { free: Some(3), ..first() }], Vec::new()).1.contains("3 addresses left"));
    let gone = one(vec![Subnet { blackhole: true, ..first() }], Vec::new());
    assert!(gone.0 == Health::Worrying && gone.1.contains("leads nowhere"), "{gone:?}");
    let gateway = |state: &str| NatGateway {
        id: "nat-1".to_owned(),
        state: state.to_owned(),
        why: Some("no address".to_owned()),
        subnet: None,
    };
    let both = || vec![first(), private("c", "subnet-b", "06-private", Some("nat-1"))];
    assert!(one(both(), vec![gateway("available")]).1.contains("one NAT gateway serves 2 zones"));
    let failed = one(both(), vec![gateway("failed")]);
    assert!(failed.0 == Health::Worrying && failed.1.contains("failed: no address"), "{failed:?}");
}

#[test]
fn a_subnet_group_in_one_zone_is_told_of_its_database() {
    let group = |zones: &[&str]| DbSubnetGroup {
        name: "city".to_owned(),
        vpc: None,
        zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
    };
    let with = |zones: &[&str]| told(&Shelves::default().with([database()]).with([group(zones)]), true);
    let one = with(&["ap-northeast-1a"]);
    assert!(one.len() == 1 && one[0].1.contains("covers ap-northeast-1a alone"), "{one:?}");
    assert_eq!(with(&["ap-northeast-1a", "ap-northeast-1c"]), []);
}
