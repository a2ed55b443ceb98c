"""The five systems the console is for, as their teams' documents describe them, and the tools to build them with.

`Site` makes resources through the AWS API and keeps the table of what was built and which environment each belongs to.
Never talks to moto behind the API, and never builds an incident: a test scripts what is wrong.
"""

import hashlib
import json
import urllib.request

import boto3.session
from botocore.config import Config

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
KEY = "AKIATOBANTESTPEER000"
TRUST = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},'
         '"Action":"sts:AssumeRole"}]}')


def tag_list(tags, key="Key", value="Value"):
    return [{key: name, value: text} for name, text in (tags or {}).items()]


class Site:
    """One account and region to build in."""

    def __init__(self, endpoint, table, session=None, account=ACCOUNT, answer=None):
        """`answer` takes what would be sent to the endpoint, where its process is this one."""
        self.endpoint, self.table, self.account, self.answer = endpoint, table, account, answer
        self.session = session or boto3.session.Session(aws_access_key_id=KEY, aws_secret_access_key="peer", region_name=REGION)
        self.clients = {}

    def aws(self, service):
        if service not in self.clients:
            self.clients[service] = self.session.client(
                service, endpoint_url=self.endpoint,
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"}))
            if self.answer:
                self.clients[service].meta.events.register("before-send.*", self.answer)
        return self.clients[service]

    def assume(self, role):
        """The same endpoint seen with the rights of a role, which may live in another account."""
        keys = self.aws("sts").assume_role(RoleArn=role, RoleSessionName="toban-test")["Credentials"]
        session = boto3.session.Session(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                                        aws_session_token=keys["SessionToken"], region_name=REGION)
        return Site(self.endpoint, self.table, session, role.split(":")[4], self.answer)

    def note(self, environment, kind, arn, name, **more):
        self.table.append({"environment": environment, "kind": kind, "arn": arn, "name": name, "account": self.account,
                           "region": REGION, **more})
        return arn

    def rule(self, name, expression, target):
        """A rule that fires by the clock, in UTC as they all do. What it calls is a target as PutTargets takes it."""
        events = self.aws("events")
        events.put_rule(Name=name, ScheduleExpression=expression, State="ENABLED")
        role = f"arn:aws:iam::{self.account}:role/events"
        events.put_targets(Rule=name, Targets=[{"Id": "1", "RoleArn": role, **target}])

    def keep(self, operation, item, of=None, region=REGION):
        """Puts what an operation lists where the peer keeps it: for services that moto is not asked for."""
        given = {"account": self.account, "region": region, "operation": operation, "item": item, "of": of}
        if self.answer:
            from amends import kept
            kept.keep(**given)
            return
        body = json.dumps(given).encode("utf-8")
        urllib.request.urlopen(urllib.request.Request(self.endpoint + "/peer/keep", body, method="POST")).close()

    def document(self, name, **parameters):
        """A target that runs an Automation document."""
        arn = f"arn:aws:ssm:{REGION}:{self.account}:automation-definition/{name}:$DEFAULT"
        return {"Arn": arn, "Input": json.dumps({key: [value] for key, value in parameters.items()})}

    def job(self, cluster, definition, subnets, group):
        """A target that runs a task."""
        network = {"awsvpcConfiguration": {"Subnets": subnets, "SecurityGroups": [group], "AssignPublicIp": "DISABLED"}}
        return {"Arn": f"arn:aws:ecs:{REGION}:{self.account}:cluster/{cluster}",
                "EcsParameters": {"TaskDefinitionArn": definition, "TaskCount": 1, "LaunchType": "FARGATE",
                                  "NetworkConfiguration": network}}

    def vpc(self, env, name, block="10.0.0.0/16", subnets=(), stack=None, nats=0, through=(), endpoints=()):
        """A VPC with its subnets: (name, block, zone letter). Names are tags, as everywhere in EC2.

        What is called public has an internet gateway; `through` names the subnets whose way out is one of `nats` NAT gateways,
        and `endpoints` services that what is isolated reaches.
        """
        ec2 = self.aws("ec2")
        extra = stack or {}
        vpc = ec2.create_vpc(CidrBlock=block, TagSpecifications=[
            {"ResourceType": "vpc", "Tags": tag_list({"Name": name, **extra})}])["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        self.note(env, "vpc", f"arn:aws:ec2:{REGION}:{self.account}:vpc/{vpc}", name, id=vpc)
        made = {}
        for subnet, cidr, zone in subnets:
            made[subnet] = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=REGION + zone, TagSpecifications=[
                {"ResourceType": "subnet", "Tags": tag_list({"Name": subnet, **extra})}])["Subnet"]["SubnetId"]
        self.ways(vpc, made, nats, through, endpoints)
        return vpc, made

    def ways(self, vpc, subnets, nats, through, endpoints):
        """Gateways, routes and endpoints of a VPC."""
        ec2 = self.aws("ec2")
        public = [subnet for name, subnet in subnets.items() if "public" in name]
        gateways = []
        if public:
            internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
            self.route(vpc, public, GatewayId=internet)
            gateways = [ec2.create_nat_gateway(SubnetId=public[n % len(public)], AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])
                        ["NatGateway"]["NatGatewayId"] for n in range(nats)]
        for n, name in enumerate(through):
            self.route(vpc, [subnets[name]], NatGatewayId=gateways[n % len(gateways)])
        isolated = [subnet for name, subnet in subnets.items() if "public" not in name and name not in through]
        tables = [ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}])
                  ["RouteTables"][0]["RouteTableId"]] if endpoints else []
        for service in endpoints:
            kind = {"VpcEndpointType": "Gateway", "RouteTableIds": tables} if service == "s3" else {
                "VpcEndpointType": "Interface", "SubnetIds": isolated}
            ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.{service}", **kind)

    def route(self, vpc, subnets, **to):
        """A route table for these subnets with a default route."""
        ec2 = self.aws("ec2")
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **to)
        for subnet in subnets:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)

    def group(self, vpc, name, ports=(), source=None):
        ec2 = self.aws("ec2")
        made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for port in ports:
            rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
            if source:
                rule["UserIdGroupPairs"] = [{"GroupId": source}]
            else:
                rule["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
            ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
        return made

    def balancer(self, env, name, subnets, groups, tags=None):
        answer = self.aws("elbv2").create_load_balancer(
            Name=name, Subnets=subnets, SecurityGroups=groups, Scheme="internet-facing", Type="application",
            **({"Tags": tag_list(tags)} if tags else {}))["LoadBalancers"][0]
        return self.note(env, "load_balancer", answer["LoadBalancerArn"], name, vpc=answer["VpcId"])

    def target_group(self, env, name, vpc, port, path, targets, kind="ip", tags=None):
        elb = self.aws("elbv2")
        arn = elb.create_target_group(
            Name=name, Protocol="HTTP", Port=port, VpcId=vpc, TargetType=kind, HealthCheckPath=path, HealthCheckIntervalSeconds=30,
            HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=3, Matcher={"HttpCode": "200"},
            **({"Tags": tag_list(tags)} if tags else {}))["TargetGroups"][0]["TargetGroupArn"]
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one, "Port": port} for one in targets])
        return self.note(env, "target_group", arn, name, vpc=vpc, targets=len(targets))

    def listener(self, balancer, port, group=None, certificate=None, redirect=False, rules=()):
        elb = self.aws("elbv2")
        action = ({"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
                  if redirect else {"Type": "forward", "TargetGroupArn": group})
        arn = elb.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTPS" if certificate else "HTTP", Port=port, DefaultActions=[action],
            **({"Certificates": [{"CertificateArn": certificate}]} if certificate else {}))["Listeners"][0]["ListenerArn"]
        for priority, (path, target) in enumerate(rules, 10):
            elb.create_rule(ListenerArn=arn, Priority=priority, Conditions=[{"Field": "path-pattern", "Values": [path]}],
                            Actions=[{"Type": "forward", "TargetGroupArn": target}])

    def certificate(self, domain):
        return self.aws("acm").request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]

    def cluster(self, env, name, tags=None):
        arn = self.aws("ecs").create_cluster(clusterName=name, **({"tags": tag_list(tags, "key", "value")} if tags else {}))
        return self.note(env, "ecs_cluster", arn["cluster"]["clusterArn"], name)

    def task_definition(self, env, family, cpu, memory, containers, tags=None):
        arn = self.aws("ecs").register_task_definition(
            family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu=str(cpu), memory=str(memory),
            executionRoleArn=f"arn:aws:iam::{self.account}:role/{family}-execution",
            taskRoleArn=f"arn:aws:iam::{self.account}:role/{family}-task", containerDefinitions=containers,
            **({"tags": tag_list(tags, "key", "value")} if tags else {}))["taskDefinition"]["taskDefinitionArn"]
        return self.note(env, "task_definition", arn, family)

    def service(self, env, cluster, name, definition, count, subnets, groups, balancers, public=False, tags=None, breaker=True):
        """`balancers` is a list of (target group, container, port)."""
        arn = self.aws("ecs").create_service(
            cluster=cluster, serviceName=name, taskDefinition=definition, desiredCount=count, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {
                "subnets": subnets, "securityGroups": groups, "assignPublicIp": "ENABLED" if public else "DISABLED"}},
            loadBalancers=[{"targetGroupArn": group, "containerName": container, "containerPort": port}
                           for group, container, port in balancers],
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": breaker, "rollback": breaker},
                                     "maximumPercent": 200, "minimumHealthyPercent": 100},
            healthCheckGracePeriodSeconds=60, enableExecuteCommand=True,
            **({"tags": tag_list(tags, "key", "value")} if tags else {}))["service"]["serviceArn"]
        return self.note(env, "ecs_service", arn, name, cluster=cluster, desired=count)

    def scaling(self, env, cluster, service, low, high):
        """Target tracking at 70 % CPU. It brings two alarms of its own; the low one is in ALARM on any quiet day."""
        scaling, resource = self.aws("application-autoscaling"), f"service/{cluster}/{service}"
        scaling.register_scalable_target(ServiceNamespace="ecs", ResourceId=resource, ScalableDimension="ecs:service:DesiredCount",
                                         MinCapacity=low, MaxCapacity=high)
        alarms = scaling.put_scaling_policy(
            PolicyName=f"{service}-cpu", ServiceNamespace="ecs", ResourceId=resource, ScalableDimension="ecs:service:DesiredCount",
            PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}})["Alarms"]
        for alarm in alarms:
            state = "ALARM" if "AlarmLow" in alarm["AlarmName"] else "OK"
            self.state(alarm["AlarmName"], state)
            self.note(env, "alarm", alarm["AlarmARN"], alarm["AlarmName"], state=state.lower(), target_tracking=True)

    def subnet_group(self, name, subnets):
        self.aws("rds").create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=subnets)
        return name

    def image(self, repository, tag):
        """An image of one platform in a repository; its content is the tag."""
        digest = lambda part: "sha256:" + hashlib.sha256(f"{repository}:{tag}/{part}".encode()).hexdigest()
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        manifest = {"schemaVersion": 2, "mediaType": kind,
                    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 7023, "digest": digest("config")},
                    "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 32654321, "digest": digest("layer")}]}
        self.aws("ecr").put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageManifestMediaType=kind, imageTag=tag)

    def database(self, env, name, engine, version, size, group, security, multi_az, tags=None, **more):
        answer = self.aws("rds").create_db_instance(
            DBInstanceIdentifier=name, Engine=engine, EngineVersion=version, DBInstanceClass=size, AllocatedStorage=20, StorageType="gp3",
            MasterUsername="admin", MasterUserPassword="not-a-secret-of-anyone", DBSubnetGroupName=group, VpcSecurityGroupIds=security,
            MultiAZ=multi_az, PubliclyAccessible=False, StorageEncrypted=True, **{"BackupRetentionPeriod": 7, **more},
            **({"Tags": tag_list(tags)} if tags else {}))["DBInstance"]
        return self.note(env, "db_instance", answer["DBInstanceArn"], name, engine=engine)

    def aurora(self, env, name, members, version, size, group, security, retention, protected, tags=None):
        rds, extra = self.aws("rds"), {"Tags": tag_list(tags)} if tags else {}
        arn = rds.create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-postgresql", EngineVersion=version, MasterUsername="backend",
            MasterUserPassword="not-a-secret-of-anyone", DBSubnetGroupName=group, VpcSecurityGroupIds=security, StorageEncrypted=True,
            BackupRetentionPeriod=retention, DeletionProtection=protected, DatabaseName="backend", **extra)["DBCluster"]["DBClusterArn"]
        self.note(env, "db_cluster", arn, name, engine="aurora-postgresql", members=members)
        for member in members:
            made = rds.create_db_instance(DBInstanceIdentifier=member, DBClusterIdentifier=name, Engine="aurora-postgresql",
                                          EngineVersion=version, DBInstanceClass=size, **extra)["DBInstance"]
            self.note(env, "db_instance", made["DBInstanceArn"], member, engine="aurora-postgresql", cluster=name)
        return arn

    def topic(self, name):
        arn = self.aws("sns").create_topic(Name=name)["TopicArn"]
        self.aws("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint="on-duty@example.jp")
        return arn

    def alarm(self, env, name, namespace, metric, dimensions, threshold, topic, state="OK", tags=None, **more):
        settings = {"Statistic": "Average", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Period": 300,
                    "TreatMissingData": "missing", **more}
        if "ExtendedStatistic" in more:
            del settings["Statistic"]
        self.aws("cloudwatch").put_metric_alarm(
            AlarmName=name, Namespace=namespace, MetricName=metric, Dimensions=tag_list(dimensions, "Name", "Value"),
            Threshold=threshold, AlarmActions=[topic], OKActions=[topic], ActionsEnabled=True, **settings,
            **({"Tags": tag_list(tags)} if tags else {}))
        return self.alarmed(env, name, state)

    def math_alarm(self, env, name, metrics, threshold, topic, state="OK", tags=None, **more):
        """An alarm on an expression: it has neither namespace nor dimensions of its own."""
        self.aws("cloudwatch").put_metric_alarm(
            AlarmName=name, Metrics=metrics, Threshold=threshold, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
            AlarmActions=[topic], ActionsEnabled=True, **more, **({"Tags": tag_list(tags)} if tags else {}))
        return self.alarmed(env, name, state, math=True)

    def composite(self, env, name, rule, topic, state="OK", **more):
        self.aws("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule=rule, AlarmActions=[topic], ActionsEnabled=True, **more)
        return self.alarmed(env, name, state, composite=True)

    def alarmed(self, env, name, state, **more):
        if state != "INSUFFICIENT_DATA":
            self.state(name, state)
        return self.note(env, "alarm", f"arn:aws:cloudwatch:{REGION}:{self.account}:alarm:{name}", name, state=state.lower(), **more)

    def state(self, name, state):
        self.aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state,
                                               StateReason=f"Threshold Crossed: 1 datapoint was evaluated; the state is {state}.")

    def log_group(self, env, name, days=30, tags=None):
        logs = self.aws("logs")
        logs.create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        return self.note(env, "log_group", f"arn:aws:logs:{REGION}:{self.account}:log-group:{name}", name)

    def role(self, name, service):
        return self.aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST % service)["Role"]["Arn"]


def container(name, image, port=None, environment=None, log_group=None, cpu=0, **more):
    made = {"name": name, "image": image, "cpu": cpu, "essential": True,
            "environment": [{"name": key, "value": value} for key, value in (environment or {}).items()], **more}
    if port:
        made["portMappings"] = [{"containerPort": port, "hostPort": port, "protocol": "tcp"}]
    if log_group:
        made["logConfiguration"] = {"logDriver": "awslogs", "options": {
            "awslogs-group": log_group, "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}}
    return made
