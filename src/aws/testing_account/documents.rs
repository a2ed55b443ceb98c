//! What the simulated large account holds, as AWS's own documents: JSON, XML and CBOR. Pure; only tests use it. No part of
//! it is a real account's.

use serde_json::{Value, json};

/// Systems; with three stages each, and two of the last.
const SYSTEMS: [&str; 14] = [
    "orders", "billing", "search", "portal", "ledger", "mailer", "catalog", "profile", "voting", "archive", "reports",
    "tickets", "coupon", "weather",
];
const STAGES: [&str; 3] = ["dev", "stg", "prod"];
const ROLES: [&str; 8] = ["web", "api", "admin", "feed", "sync", "auth", "image", "push"];
const DATABASES: [&str; 3] = ["main", "stats", "audit"];
/// How many environments there are: 300 services, 120 target groups, 120 databases and 1,500 alarms in all.
pub(crate) const ENVIRONMENTS: usize = 40;

const HEAD: &str = "ap-northeast-1:123456789012";

fn environments() -> impl Iterator<Item = (usize, String)> {
    let all = SYSTEMS.iter().flat_map(|system| STAGES.iter().map(move |stage| format!("{system}-{stage}")));
    all.enumerate().take(ENVIRONMENTS)
}

/// The roles of an environment's services: seven or eight.
fn roles(index: usize) -> &'static [&'static str] {
    ROLES.get(..7 + index % 2).unwrap_or_default()
}

fn cluster(environment: &str) -> String {
    format!("arn:aws:ecs:{HEAD}:cluster/{environment}-cluster")
}

fn balancer(environment: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{HEAD}:loadbalancer/app/{environment}-alb/0123456789abcdef")
}

fn group(environment: &str, role: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{HEAD}:targetgroup/{environment}-{role}/0123456789abcdef")
}

/// The environment of the cluster that `body` names.
fn of_cluster(body: &Value) -> (usize, String) {
    let named = body.get("cluster").and_then(Value::as_str).unwrap_or_default().to_owned();
    environments().find(|(_, environment)| cluster(environment) == named).expect("a cluster of ours")
}

fn service(environment: &str, role: &str) -> Value {
    let revision = format!("arn:aws:ecs:{HEAD}:task-definition/{environment}-{role}:7");
    let balanced = ROLES.iter().position(|one| *one == role).is_some_and(|at| at < 3);
    let attached = json!([{"targetGroupArn": group(environment, role), "containerName": "app", "containerPort": 3000}]);
    json!({
        "serviceArn": format!("arn:aws:ecs:{HEAD}:service/{environment}-cluster/{environment}-{role}"),
        "serviceName": format!("{environment}-{role}"), "clusterArn": cluster(environment), "status": "ACTIVE",
        "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "launchType": "FARGATE", "taskDefinition": revision,
        "schedulingStrategy": "REPLICA", "createdAt": 1_700_000_000,
        "loadBalancers": if balanced { attached } else { json!([]) },
        "deployments": [{"id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": revision, "desiredCount": 2,
            "runningCount": 2, "pendingCount": 0, "failedTasks": 0, "rolloutState": "COMPLETED",
            "createdAt": 1_700_000_000, "updatedAt": 1_700_000_100}],
    })
}

fn task(environment: &str, arn: &str) -> Value {
    let role = arn.rsplit('/').next().and_then(|id| id.split('.').next()).unwrap_or_default().to_owned();
    json!({"taskArn": arn, "clusterArn": cluster(environment), "group": format!("service:{environment}-{role}"),
        "taskDefinitionArn": format!("arn:aws:ecs:{HEAD}:task-definition/{environment}-{role}:7"),
        "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "healthStatus": "HEALTHY", "launchType": "FARGATE",
        "createdAt": 1_700_000_000, "startedAt": 1_700_000_010,
        "containers": [{"name": "app", "lastStatus": "RUNNING", "image": "app:1"}]})
}

/// What a JSON operation answers; an empty object where there is nothing of the kind.
pub(super) fn json(operation: &str, body: &Value) -> Value {
    let texts = |key: &str| -> Vec<String> {
        let all = body.get(key).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match operation {
        "ListClusters" => json!({"clusterArns": environments().map(|(_, name)| cluster(&name)).collect::<Vec<_>>()}),
        "DescribeClusters" => {
            let clusters = texts("clusters")
                .into_iter()
                .map(|arn| json!({"clusterArn": arn, "clusterName": arn.rsplit('/').next(), "status": "ACTIVE"}));
            json!({"clusters": clusters.collect::<Vec<_>>()})
        }
        "ListServices" => {
            let (index, name) = of_cluster(body);
            let arns = roles(index).iter().filter_map(|role| service(&name, role).get("serviceArn").cloned());
            json!({"serviceArns": arns.collect::<Vec<_>>()})
        }
        "DescribeServices" => {
            let (_, name) = of_cluster(body);
            let role = |arn: String| arn.rsplit('-').next().map(|role| service(&name, role));
            json!({"services": texts("services").into_iter().filter_map(role).collect::<Vec<_>>()})
        }
        "ListTasks" => {
            let (index, name) = of_cluster(body);
            if body.get("desiredStatus").and_then(Value::as_str) == Some("STOPPED") {
                return json!({"taskArns": []});
            }
            let arn = |role: &str, n| format!("arn:aws:ecs:{HEAD}:task/{name}-cluster/{role}.{n}");
            let arns = roles(index).iter().flat_map(|role| [arn(role, 1), arn(role, 2)]);
            json!({"taskArns": arns.collect::<Vec<_>>()})
        }
        "DescribeTasks" => {
            let (_, name) = of_cluster(body);
            json!({"tasks": texts("tasks").iter().map(|arn| task(&name, arn)).collect::<Vec<_>>()})
        }
        "DescribeTaskDefinition" => {
            let arn = body.get("taskDefinition").and_then(Value::as_str).unwrap_or_default();
            let family = arn.rsplit('/').next().and_then(|name| name.split(':').next()).unwrap_or_default();
            json!({"taskDefinition": {"taskDefinitionArn": arn, "family": family, "revision": 7, "status": "ACTIVE",
                "cpu": "256", "memory": "512", "containerDefinitions": [{"name": "app", "image": "app:1",
                "essential": true, "portMappings": [{"containerPort": 3000}]}]}})
        }
        "GetResources" => {
            let page = body.get("PaginationToken").and_then(Value::as_str).and_then(|page| page.parse().ok());
            let (some, next) = page_of(&tagged(), page.unwrap_or(0));
            json!({"ResourceTagMappingList": some, "PaginationToken": next})
        }
        _ => json!({}),
    }
}

/// The hundred of a page, and the token of the next one.
fn page_of(all: &[Value], page: usize) -> (Vec<Value>, Option<String>) {
    let some = all.iter().skip(page * 100).take(100).cloned().collect();
    (some, ((page + 1) * 100 < all.len()).then(|| (page + 1).to_string()))
}

fn tagged() -> Vec<Value> {
    let of = |(index, name): (usize, String)| {
        let services = roles(index).iter().filter_map(|role| service(&name, role).get("serviceArn").cloned());
        let groups = ROLES.iter().take(3).map(|role| json!(group(&name, role)));
        let databases = DATABASES.iter().map(|role| json!(format!("arn:aws:rds:{HEAD}:db:{name}-{role}")));
        let lone = [json!(balancer(&name)), json!(cluster(&name))];
        services.chain(groups).chain(databases).chain(lone).collect::<Vec<Value>>()
    };
    let tagged = |arn: Value| json!({"ResourceARN": arn, "Tags": [{"Key": "Team", "Value": "platform"}]});
    environments().flat_map(of).map(tagged).collect()
}

/// What CloudWatch answers to `page` of an operation.
pub(super) fn cloudwatch(operation: &str, page: usize) -> Value {
    if operation != "DescribeAlarms" {
        return json!({});
    }
    let of = |(index, name): (usize, String)| {
        (0..37 + index % 2).map(move |n| {
            let role = ROLES.get(n % 7).copied().unwrap_or_default();
            json!({"AlarmName": format!("{name}-{role}-cpu-{n}"),
                "AlarmArn": format!("arn:aws:cloudwatch:{HEAD}:alarm:{name}-{role}-cpu-{n}"),
                "StateValue": "OK", "StateReason": "fine", "ActionsEnabled": true, "Namespace": "AWS/ECS",
                "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1,
                "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
                "Dimensions": [{"Name": "ClusterName", "Value": format!("{name}-cluster")},
                    {"Name": "ServiceName", "Value": format!("{name}-{role}")}]})
        })
    };
    let all: Vec<Value> = environments().flat_map(of).collect();
    let (some, next) = page_of(&all, page);
    let mut answer = json!({"MetricAlarms": some, "CompositeAlarms": [], "LogAlarms": []});
    if let (Some(next), Some(fields)) = (next, answer.as_object_mut()) {
        fields.insert("NextToken".to_owned(), json!(format!("page-{next}")));
    }
    answer
}

/// `value` as CBOR.
pub(super) fn cbor(value: &Value, out: &mut Vec<u8>) {
    let mut head = |major: u8, length: usize| {
        out.push(major << 5 | 26);
        out.extend(u32::try_from(length).expect("a length").to_be_bytes());
    };
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(is) => out.push(if *is { 0xf5 } else { 0xf4 }),
        Value::Number(number) if number.is_u64() => {
            head(0, number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0));
        }
        Value::Number(number) => {
            out.push(0xfb);
            out.extend(number.as_f64().unwrap_or_default().to_be_bytes());
        }
        Value::String(text) => {
            head(3, text.len());
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len());
            items.iter().for_each(|item| cbor(item, out));
        }
        Value::Object(fields) => {
            head(5, fields.len());
            for (name, field) in fields {
                cbor(&Value::String(name.clone()), out);
                cbor(field, out);
            }
        }
    }
}

/// What a query or REST operation answers in XML. `parameter` reads the request.
pub(super) fn xml(operation: &str, parameter: &dyn Fn(&str) -> Option<String>) -> String {
    let parameter = |name: &str| parameter(name).unwrap_or_default();
    let members = |all: Vec<String>| all.iter().map(|one| format!("<member>{one}</member>")).collect::<String>();
    let result = match operation {
        "DescribeLoadBalancers" => {
            let one = |(_, name): (usize, String)| {
                format!(
                    "<LoadBalancerArn>{}</LoadBalancerArn><LoadBalancerName>{name}-alb</LoadBalancerName>\
                     <Type>application</Type><VpcId>vpc-{name}</VpcId><State><Code>active</Code></State>",
                    balancer(&name)
                )
            };
            format!("<LoadBalancers>{}</LoadBalancers>", members(environments().map(one).collect()))
        }
        "DescribeTargetGroups" => {
            let one = |name: &str, role: &str| {
                format!(
                    "<TargetGroupArn>{}</TargetGroupArn><TargetGroupName>{name}-{role}</TargetGroupName>\
                     <Protocol>HTTP</Protocol><Port>3000</Port><VpcId>vpc-{name}</VpcId><TargetType>ip</TargetType>\
                     <HealthCheckEnabled>true</HealthCheckEnabled><LoadBalancerArns><member>{}</member></LoadBalancerArns>",
                    group(name, role),
                    balancer(name)
                )
            };
            let all = environments().flat_map(|(_, name)| ROLES.iter().take(3).map(move |role| one(&name, role)));
            format!("<TargetGroups>{}</TargetGroups>", members(all.collect()))
        }
        "DescribeTargetHealth" => {
            let one = "<Target><Id>10.0.0.4</Id><Port>3000</Port></Target><TargetHealth><State>healthy</State></TargetHealth>";
            format!("<TargetHealthDescriptions><member>{one}</member></TargetHealthDescriptions>")
        }
        "DescribeListeners" => {
            let balancer = parameter("LoadBalancerArn");
            let one = |port: u16| {
                let arn = balancer.replace(":loadbalancer/", ":listener/");
                format!(
                    "<ListenerArn>{arn}/{port}</ListenerArn><LoadBalancerArn>{balancer}</LoadBalancerArn>\
                     <Port>{port}</Port><Protocol>HTTP</Protocol>"
                )
            };
            format!("<Listeners>{}</Listeners>", members(vec![one(80), one(443)]))
        }
        "DescribeRules" => {
            let arn = parameter("ListenerArn").replace(":listener/", ":listener-rule/");
            let environment = arn.split('/').nth(2).map(|name| name.trim_end_matches("-alb").to_owned());
            let to = group(&environment.unwrap_or_default(), "web");
            let rule = format!(
                "<RuleArn>{arn}/1</RuleArn><Priority>default</Priority><IsDefault>true</IsDefault><Actions><member>\
                 <Type>forward</Type><TargetGroupArn>{to}</TargetGroupArn></member></Actions>"
            );
            format!("<Rules>{}</Rules>", members(vec![rule]))
        }
        "DescribeDBInstances" => {
            let one = |name: &str, role: &str| {
                format!(
                    "<DBInstanceIdentifier>{name}-{role}</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>\
                     <DBInstanceArn>arn:aws:rds:{HEAD}:db:{name}-{role}</DBInstanceArn><Engine>postgres</Engine>\
                     <DBInstanceClass>db.t4g.micro</DBInstanceClass><AllocatedStorage>20</AllocatedStorage>"
                )
            };
            let all: Vec<String> = environments()
                .flat_map(|(_, name)| DATABASES.map(|role| format!("<DBInstance>{}</DBInstance>", one(&name, role))))
                .collect();
            let page: usize = parameter("Marker").parse().unwrap_or(0);
            let some: String = all.iter().skip(page * 100).take(100).cloned().collect();
            let next =
                if (page + 1) * 100 < all.len() { format!("<Marker>{}</Marker>", page + 1) } else { String::new() };
            format!("<DBInstances>{some}</DBInstances>{next}")
        }
        "ListHostedZones" => return "<ListHostedZonesResponse><HostedZones/></ListHostedZonesResponse>".to_owned(),
        "ListDistributions" => return "<DistributionList><Items/></DistributionList>".to_owned(),
        _ => String::new(),
    };
    format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>")
}
