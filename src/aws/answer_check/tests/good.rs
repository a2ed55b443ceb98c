//! Whole answers to every reading operation that a kind declares: one small account in AWS's own JSON, XML and CBOR,
//! so that each operation that hangs from another is reached. Tests only; figures and names mean nothing.

use serde_json::{Value, json};

/// A whole answer to `action`: JSON where the service speaks it (CBOR is made of it), else XML.
pub(super) fn good(action: &str) -> Option<Good> {
    if action == "ListDistributions" {
        return Some(Good::Xml(DISTRIBUTIONS.to_owned()));
    }
    if let Some(xml) = xml(action) {
        return Some(Good::Xml(format!("<{action}Response>{xml}</{action}Response>")));
    }
    json_answer(action).map(Good::Json)
}

/// The one answer whose root is not named after its action.
const DISTRIBUTIONS: &str = "<DistributionList><Quantity>1</Quantity><Items><DistributionSummary><Id>E1</Id>\
    <ARN>arn:aws:cloudfront::123456789012:distribution/E1</ARN><DomainName>d1.cloudfront.net</DomainName>\
    <Enabled>true</Enabled><WebACLId>w</WebACLId></DistributionSummary></Items></DistributionList>";

/// How a good answer is written.
pub(super) enum Good {
    /// As XML.
    Xml(String),
    /// As JSON, or the CBOR of it.
    Json(Value),
}

fn xml(action: &str) -> Option<String> {
    const LB: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/web/1";
    const GROUP: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/web/1";
    const LISTENER: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/web/1/1";
    const DB: &str = "arn:aws:rds:ap-northeast-1:123456789012:db:main";
    const CLUSTER: &str = "arn:aws:rds:ap-northeast-1:123456789012:cluster:pool";
    const TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:t";
    let wrapped = |inner: String| format!("<{action}Result>{inner}</{action}Result>");
    let member = |list: &str, inner: String| wrapped(format!("<{list}><member>{inner}</member></{list}>"));
    Some(match action {
        "DescribeLoadBalancers" => member("LoadBalancers", format!("<LoadBalancerArn>{LB}</LoadBalancerArn>")),
        "DescribeListeners" => member("Listeners", format!("<ListenerArn>{LISTENER}</ListenerArn>")),
        "DescribeRules" => member("Rules", format!("<RuleArn>{LISTENER}/1</RuleArn>")),
        "DescribeTargetGroups" => member("TargetGroups", format!("<TargetGroupArn>{GROUP}</TargetGroupArn>")),
        "DescribeTargetHealth" => member("TargetHealthDescriptions", "<Target><Id>i-1</Id></Target>".to_owned()),
        "DescribeTags" => member("TagDescriptions", format!("<ResourceArn>{GROUP}</ResourceArn>")),
        "DescribeDBInstances" => {
            wrapped(format!("<DBInstances><DBInstance><DBInstanceArn>{DB}</DBInstanceArn></DBInstance></DBInstances>"))
        }
        "DescribeDBClusters" => {
            wrapped(format!("<DBClusters><DBCluster><DBClusterArn>{CLUSTER}</DBClusterArn></DBCluster></DBClusters>"))
        }
        "DescribeDBSnapshots" => wrapped(
            "<DBSnapshots><DBSnapshot><DBSnapshotIdentifier>s</DBSnapshotIdentifier>\
             <DBInstanceIdentifier>main</DBInstanceIdentifier></DBSnapshot></DBSnapshots>"
                .to_owned(),
        ),
        "DescribeDBClusterSnapshots" => wrapped(
            "<DBClusterSnapshots><DBClusterSnapshot><DBClusterSnapshotIdentifier>s</DBClusterSnapshotIdentifier>\
             <DBClusterIdentifier>pool</DBClusterIdentifier></DBClusterSnapshot></DBClusterSnapshots>"
                .to_owned(),
        ),
        "DescribeBlueGreenDeployments" => wrapped(format!(
            "<BlueGreenDeployments><member><BlueGreenDeploymentIdentifier>bgd-1</BlueGreenDeploymentIdentifier>\
             <Source>{DB}</Source></member></BlueGreenDeployments>"
        )),
        "DescribeDBRecommendations" => wrapped("<DBRecommendations/>".to_owned()),
        "DescribeDBSubnetGroups" => wrapped(
            "<DBSubnetGroups><DBSubnetGroup><DBSubnetGroupName>g</DBSubnetGroupName></DBSubnetGroup></DBSubnetGroups>"
                .to_owned(),
        ),
        "ListTopics" => member("Topics", format!("<TopicArn>{TOPIC}</TopicArn>")),
        "ListSubscriptions" => member(
            "Subscriptions",
            format!(
                "<TopicArn>{TOPIC}</TopicArn><Protocol>email</Protocol><SubscriptionArn>{TOPIC}:1</SubscriptionArn>"
            ),
        ),
        "DescribeStacks" => member(
            "Stacks",
            "<StackId>arn:aws:cloudformation:ap-northeast-1:123456789012:stack/s/1</StackId><StackName>s</StackName>"
                .to_owned(),
        ),
        "ListHostedZones" => "<HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>example.jp.</Name></HostedZone>\
                              </HostedZones>"
            .to_owned(),
        "ListResourceRecordSets" => "<ResourceRecordSets><ResourceRecordSet><Name>a.example.jp.</Name><Type>A</Type>\
                                     <AliasTarget><DNSName>a.ap-northeast-1.elb.amazonaws.com.</DNSName></AliasTarget>\
                                     </ResourceRecordSet></ResourceRecordSets>"
            .to_owned(),
        "DescribeSubnets" => {
            "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId></item></subnetSet>".to_owned()
        }
        "DescribeRouteTables" => {
            "<routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId></item></routeTableSet>"
                .to_owned()
        }
        "DescribeNatGateways" => {
            "<natGatewaySet><item><natGatewayId>nat-1</natGatewayId><vpcId>vpc-1</vpcId></item></natGatewaySet>"
                .to_owned()
        }
        "DescribeVpcEndpoints" => {
            "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><vpcId>vpc-1</vpcId></item>\
                                   </vpcEndpointSet>"
                .to_owned()
        }
        "DescribeEvents" => wrapped("<Events/>".to_owned()),
        "DescribeDBLogFiles" => wrapped(
            "<DescribeDBLogFiles><DescribeDBLogFilesDetails><LogFileName>error/x</LogFileName><LastWritten>1</LastWritten>\
             <Size>5</Size></DescribeDBLogFilesDetails></DescribeDBLogFiles>"
                .to_owned(),
        ),
        "DownloadDBLogFilePortion" => wrapped(
            "<LogFileData>hello</LogFileData><Marker>1</Marker><AdditionalDataPending>false</AdditionalDataPending>"
                .to_owned(),
        ),
        "DescribePendingMaintenanceActions" => wrapped(format!(
            "<PendingMaintenanceActions><ResourcePendingMaintenanceActions><ResourceIdentifier>{DB}\
             </ResourceIdentifier></ResourcePendingMaintenanceActions></PendingMaintenanceActions>"
        )),
        "GetRole" => wrapped(
            "<Role><Arn>arn:aws:iam::123456789012:role/r</Arn><RoleId>AROA</RoleId>\
             <AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role>"
                .to_owned(),
        ),
        "SimulatePrincipalPolicy" => member(
            "EvaluationResults",
            "<EvalActionName>ecs:ListTasks</EvalActionName><EvalResourceName>*</EvalResourceName>\
             <EvalDecision>allowed</EvalDecision>"
                .to_owned(),
        ),
        "DescribeInstances" => "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item>\
                                </instancesSet></item></reservationSet>"
            .to_owned(),
        "DescribeSecurityGroups" => {
            "<securityGroupInfo><item><groupId>sg-1</groupId></item></securityGroupInfo>".to_owned()
        }
        "DescribeInstanceCreditSpecifications" => "<instanceCreditSpecificationSet/>".to_owned(),
        _ => return None,
    })
}

fn json_answer(action: &str) -> Option<Value> {
    const REPOSITORY: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/web";
    let ecs = |resource: &str| format!("arn:aws:ecs:ap-northeast-1:123456789012:{resource}");
    let function = json!({"FunctionName": "f", "FunctionArn": "arn:aws:lambda:ap-northeast-1:123456789012:function:f"});
    let stop = json!({"Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", "RoleArn": "arn:aws:iam::1:role/r"});
    let schedule = |group: &str| json!({"Name": "s", "GroupName": group, "Target": stop.clone()});
    let automation = "arn:aws:ssm:ap-northeast-1::automation-definition/AWS-StopEC2Instance:$DEFAULT";
    let certificate = "arn:aws:acm:ap-northeast-1:123456789012:certificate/c";
    let batch = |resource: &str| format!("arn:aws:batch:ap-northeast-1:123456789012:{resource}");
    let states = |resource: &str| format!("arn:aws:states:ap-northeast-1:123456789012:{resource}");
    let acl = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/w/1";
    Some(match action {
        "DescribeJobQueues" => json!({"jobQueues": [{"jobQueueName": "q", "jobQueueArn": batch("job-queue/q")}]}),
        "DescribeComputeEnvironments" => json!({"computeEnvironments": [
            {"computeEnvironmentName": "e", "computeEnvironmentArn": batch("compute-environment/e")}]}),
        "DescribeJobDefinitions" => json!({"jobDefinitions": [
            {"jobDefinitionName": "d", "jobDefinitionArn": batch("job-definition/d:1"), "revision": 1}]}),
        "ListJobs" => json!({"jobSummaryList": [{"jobId": "1", "jobName": "j", "status": "FAILED"}]}),
        "ListStateMachines" => json!({"stateMachines": [
            {"stateMachineArn": states("stateMachine:m"), "name": "m", "type": "STANDARD"}]}),
        "ListExecutions" => json!({"executions": [
            {"executionArn": states("execution:m:x"), "name": "x", "status": "FAILED", "startDate": 1_700_000_000}]}),
        "DescribeExecution" => {
            json!({"executionArn": states("execution:m:x"), "name": "x", "error": "States.TaskFailed"})
        }
        "ListCertificates" => json!({"CertificateSummaryList": [
            {"CertificateArn": certificate, "DomainName": "example.jp", "InUse": true}]}),
        "DescribeCertificate" => json!({"Certificate": {"CertificateArn": certificate, "DomainName": "example.jp",
            "InUseBy": ["arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/web/1"]}}),
        "ListUserPools" => json!({"UserPools": [{"Id": "p", "Name": "p"}]}),
        "DescribeUserPool" => json!({"UserPool": {"Id": "p", "Name": "p"}}),
        "ListWebACLs" => json!({"WebACLs": [{"Name": "w", "Id": "1", "ARN": acl}]}),
        "GetWebACL" => json!({"WebACL": {"Name": "w", "Id": "1", "ARN": acl, "DefaultAction": {"Allow": {}}}}),
        "GET" => {
            json!({"item": [{"id": "r", "name": "r", "stageName": "s"}], "items": [{"apiId": "h", "name": "h", "stageName": "s"}]})
        }
        "ListClusters" => json!({"clusterArns": [ecs("cluster/c")]}),
        "DescribeClusters" => json!({"clusters": [{"clusterArn": ecs("cluster/c"), "status": "ACTIVE"}]}),
        "ListServices" => json!({"serviceArns": [ecs("service/c/web")]}),
        "DescribeServices" => json!({"services": [{"serviceArn": ecs("service/c/web"), "serviceName": "web",
            "clusterArn": ecs("cluster/c"), "taskDefinition": ecs("task-definition/web:1")}]}),
        "ListTasks" => json!({"taskArns": [ecs("task/c/1")]}),
        "DescribeTasks" => json!({"tasks": [{"taskArn": ecs("task/c/1"), "clusterArn": ecs("cluster/c")}]}),
        "ListTaskDefinitions" => json!({"taskDefinitionArns": [ecs("task-definition/web:1")]}),
        "DescribeTaskDefinition" => json!({"taskDefinition": {"taskDefinitionArn": ecs("task-definition/web:1"),
            "family": "web", "revision": 1, "containerDefinitions": [{"name": "web", "image": format!("{REPOSITORY}:1")}]}}),
        "ListServiceDeployments" => {
            json!({"serviceDeployments": [{"serviceDeploymentArn": ecs("service-deployment/c/web/1")}]})
        }
        "DescribeServiceDeployments" => {
            json!({"serviceDeployments": [{"serviceDeploymentArn": ecs("service-deployment/c/web/1"),
            "targetServiceRevision": {"arn": ecs("service-revision/c/web/1")}}]})
        }
        "DescribeServiceRevisions" => {
            json!({"serviceRevisions": [{"serviceRevisionArn": ecs("service-revision/c/web/1")}]})
        }
        "DescribeRepositories" => json!({"repositories": [{"repositoryName": "web"}]}),
        "DescribeImages" => json!({"imageDetails": [{"imageDigest": "sha256:1", "imageTags": ["1"],
            "imageManifestMediaType": "application/vnd.oci.image.index.v1+json"}]}),
        "BatchGetImage" => json!({"images": []}),
        "DescribeAlarmContributors" => json!({"AlarmContributors": []}),
        "DescribeAlarms" => json!({"MetricAlarms": [{"AlarmName": "a", "StateValue": "ALARM",
            "Metrics": [{"Id": "q", "Expression": "SELECT AVG(CPUUtilization) FROM x GROUP BY y"}],
            "AlarmArn": "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:a"}]}),
        "DescribeAlarmHistory" => json!({"AlarmHistoryItems": []}),
        "LookupEvents" => json!({"Events": [
            {"EventId": "e", "EventName": "UpdateService", "EventSource": "ecs.amazonaws.com", "EventTime": 1}]}),
        "DescribeScalingActivities" => json!({"ScalingActivities": [{"ActivityId": "a", "ServiceNamespace": "ecs",
            "ResourceId": "service/c/web", "ScalableDimension": "ecs:service:DesiredCount", "Description": "d",
            "Cause": "c", "StartTime": 1, "StatusCode": "Successful"}]}),
        "GetMetricData" => json!({"MetricDataResults": []}),
        "ListAlarmMuteRules" => json!({"AlarmMuteRuleSummaries": [
            {"AlarmMuteRuleArn": "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm-mute-rule:m"}]}),
        "GetAlarmMuteRule" => json!({"Name": "m"}),
        "DescribeMetricFilters" => json!({"metricFilters": [{"filterName": "x", "logGroupName": "/app"}]}),
        "DescribeLogGroups" => json!({"logGroups": [{"logGroupName": "/app"}]}),
        "FilterLogEvents" => {
            json!({"events": [{"eventId": "1", "logStreamName": "s", "timestamp": 1, "message": "hello"}]})
        }
        "DescribeScalingPolicies" => json!({"ScalingPolicies": []}),
        "GetLogEvents" => json!({"events": [{"timestamp": 1, "message": "hello"}]}),
        "DescribeInstanceInformation" => json!({"InstanceInformationList": [{"InstanceId": "i-1"}]}),
        "ListCommands" => json!({"Commands": [{"CommandId": "c-1", "Comment": "toban [toban 1]"}]}),
        "GetCommandInvocation" => json!({"Status": "Success"}),
        "GetDocument" => json!({"Content": "{}"}),
        "DescribeAutomationExecutions" => json!({"AutomationExecutionMetadataList": [
            {"AutomationExecutionId": "e", "DocumentName": "AWS-StopEC2Instance"}]}),
        "GetAutomationExecution" => json!({"AutomationExecution": {"AutomationExecutionId": "e"}}),
        "GetResources" => json!({"ResourceTagMappingList": [{"ResourceARN": ecs("cluster/c")}]}),
        "DescribeScalableTargets" => {
            json!({"ScalableTargets": [{"ServiceNamespace": "ecs", "ResourceId": "service/c/web",
            "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 2, "RoleARN": "r",
            "CreationTime": 1}]})
        }
        "DescribeScheduledActions" => {
            json!({"ScheduledActions": [{"ScheduledActionName": "n", "ScheduledActionARN": "a",
            "ServiceNamespace": "ecs", "Schedule": "at(2026-01-01T00:00:00)", "ResourceId": "service/c/web",
            "CreationTime": 1}]})
        }
        "ListRules" => json!({"Rules": [{"Name": "r", "Arn": "arn:aws:events:ap-northeast-1:123456789012:rule/r",
            "ScheduleExpression": "rate(1 day)"}]}),
        "ListTargetsByRule" => {
            json!({"Targets": [{"Id": "1", "Arn": automation, "Input": r#"{"InstanceId":["i-1"]}"#}]})
        }
        "ListScheduleGroups" => json!({"ScheduleGroups": [{"Name": "toban-x",
            "Arn": "arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-x"}]}),
        "ListSchedules" => json!({"Schedules": [schedule("toban-x"), schedule("default")]}),
        "GetSchedule" => json!({"Name": "s", "GroupName": "default", "Target": stop}),
        "ListTagsForResource" => json!({"Tags": []}),
        "ListFunctions" => json!({"Functions": [function]}),
        "GetFunctionConfiguration" => function,
        "ListAliases" => json!({"Aliases": [{"Name": "live", "FunctionVersion": "1"}]}),
        "ListVersionsByFunction" => json!({"Versions": [{"Version": "1"}]}),
        "GetPolicy" => json!({"Policy": "{}"}),
        _ => return None,
    })
}

/// `value` as CBOR, as CloudWatch answers it.
pub(super) fn cbor(value: &Value) -> Vec<u8> {
    let head = |major: u8, length: usize| {
        let length = u16::try_from(length).expect("a short answer").to_be_bytes();
        vec![(major << 5) | 25, length[0], length[1]]
    };
    match value {
        Value::String(text) => [head(3, text.len()), text.as_bytes().to_vec()].concat(),
        Value::Array(items) => head(4, items.len()).into_iter().chain(items.iter().flat_map(cbor)).collect(),
        Value::Object(fields) => {
            let pairs = fields.iter().flat_map(|(key, value)| [cbor(&json!(key)), cbor(value)].concat());
            head(5, fields.len()).into_iter().chain(pairs).collect()
        }
        other => panic!("no answer here holds {other}"),
    }
}
