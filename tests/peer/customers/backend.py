"""The CDK plan: a FastAPI backend whose names the CDK made up; only stack tags and stack names tell the stage.

Isolated subnets, Aurora with writer and reader, alarms by the dozen, one of them on a metric that does not exist.
"""

from customers import ACCOUNT, REGION, container

STAGES = {
    "dev": {"block": "10.30", "size": "db.t4g.medium", "retention": 7, "protected": False, "most": 10,
            "marks": {"cluster": "6B7A9C1D-AbCdEf123456", "service": "E5F6A7B8-XyZ9kLmN0pQr", "lb": "1A2B3C4D5E6F", "tg": "9F8E7D6C5B4A",
                      "aurora": "b1c2d3e4-q7w8e9r0t1y2", "task": "0A1B2C3D", "alarm": "1F2E3D4C"}},
    "prod": {"block": "10.40", "size": "db.r6g.large", "retention": 30, "protected": True, "most": 20,
             "marks": {"cluster": "6B7A9C1D-Zz98Yy76Xx54", "service": "E5F6A7B8-Gh3JkL5mNb7V", "lb": "A0B1C2D3E4F5", "tg": "5E4D3C2B1A09",
                       "aurora": "b1c2d3e4-m4n5b6v7c8x9", "task": "0A1B2C3D", "alarm": "1F2E3D4C"}},
}


def stack(name, logical):
    return {"aws:cloudformation:stack-name": name, "aws:cloudformation:logical-id": logical,
            "aws:cloudformation:stack-id": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/5f0e6a10-0000-11f0-9c1d-06b7a9c1d000"}


def build(site):
    topics = {level: site.topic(f"{level}-alerts") for level in ("critical", "warning")}
    for stage, plan in STAGES.items():
        build_stage(site, stage, plan, topics)


def build_stage(site, stage, plan, topics):
    env, block, marks = f"backend-{stage}", plan["block"], plan["marks"]
    network, security, data_stack, compute, watch = (f"{one}Stack-{stage}" for one in (
        "Network", "Security", "Database", "Compute", "Monitoring"))
    vpc, subnets = site.vpc(env, f"{network}/Vpc", f"{block}.0.0/16", [
        (f"{network}/Vpc/publicSubnet1", f"{block}.0.0/24", "a"), (f"{network}/Vpc/publicSubnet2", f"{block}.1.0/24", "c"),
        (f"{network}/Vpc/isolatedSubnet1", f"{block}.10.0/24", "a"), (f"{network}/Vpc/isolatedSubnet2", f"{block}.11.0/24", "c")],
        stack=stack(network, "Vpc8378EB38"), endpoints=("ecr.api", "ecr.dkr", "s3", "secretsmanager", "logs"))
    for one in (network, security, data_stack, compute, watch):
        site.keep("cloudformation:DescribeStacks", {
            "StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{one}/{marks['lb']}", "StackName": one,
            "CreationTime": "2026-11-01T00:00:00Z", "StackStatus": "UPDATE_COMPLETE", "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}})
    public = [subnets[f"{network}/Vpc/publicSubnet{n}"] for n in (1, 2)]
    isolated = [subnets[f"{network}/Vpc/isolatedSubnet{n}"] for n in (1, 2)]
    front = site.group(vpc, f"{security}-AlbSecurityGroup86A59E99-{marks['lb']}", [80, 443])
    tasks = site.group(vpc, f"{security}-EcsSecurityGroup44008BF1-{marks['lb']}", [8000], front)
    data = site.group(vpc, f"{security}-AuroraSecurityGroup23EAD0B7-{marks['lb']}", [5432], tasks)

    balancer_name = f"Comput-Backe-{marks['lb']}"
    balancer = site.balancer(env, balancer_name, public, [front], stack(compute, "BackendAlb2B3C4D5E"))
    group_name = f"Comput-Backe-{marks['tg']}"
    group = site.target_group(env, group_name, vpc, 8000, "/health", [f"{block}.10.21", f"{block}.11.34"],
                              tags=stack(compute, "BackendTargetGroup7C8D9E0F"))
    site.listener(balancer, 443, group, certificate=site.certificate(f"api-{stage}.example.jp"))
    site.listener(balancer, 80, redirect=True)

    errors = "/ecs/backend/errors" if stage == "dev" else "/ecs/backend/errors-prod"
    site.log_group(env, errors, 90, stack(compute, "ErrorLogGroup5D6E7F80"))
    cluster = f"{compute}-BackendCluster{marks['cluster']}"
    site.cluster(env, cluster, stack(compute, "BackendCluster6B7A9C1D"))
    definition = site.task_definition(env, f"ComputeStack{stage}BackendTaskDef{marks['task']}", 1024, 2048, [
        container("app", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/backend:{stage}-3f9c2ab", 8000, {
            "STAGE": stage, "LOG_LEVEL": "INFO", "API_TOKEN": f"tok_live_{stage}_9a8b7c6d5e4f"},
            secrets=[{"name": "DB_PASSWORD", "valueFrom": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:AuroraSecret-{stage}-AbCdEf:password::"}],
            healthCheck={"command": ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"], "interval": 30, "timeout": 5, "retries": 3},
            logConfiguration={"logDriver": "awsfirelens", "options": {}}),
        container("log-router", "amazon/aws-for-fluent-bit:stable", firelensConfiguration={"type": "fluentbit"}, user="0")],
        stack(compute, "BackendTaskDef0A1B2C3D"))
    service = f"{compute}-BackendService{marks['service']}"
    site.service(env, cluster, service, definition, 2, isolated, [tasks], [(group, "app", 8000)],
                 tags=stack(compute, "BackendServiceE5F6A7B8"))
    site.scaling(env, cluster, service, 2, plan["most"])

    aurora = f"databasestack-{stage}-auroracluster{marks['aurora']}"
    members = [f"databasestack-{stage}-auroraclusterwriter{marks['aurora']}", f"databasestack-{stage}-auroraclusterreader{marks['aurora']}"]
    site.aurora(env, aurora, members, "15.4", plan["size"],
                site.subnet_group(f"databasestack-{stage}-aurorasubnets{marks['aurora']}", isolated), [data], plan["retention"],
                plan["protected"], stack(data_stack, "AuroraClusterB1C2D3E4"))

    def alarm(name, namespace, metric, dimensions, threshold, level="warning", state="OK", **more):
        title = f"{watch}-{name}{marks['alarm']}-{marks['lb']}"
        site.alarm(env, title, namespace, metric, dimensions, threshold, topics[level], state,
                   stack(watch, f"{name}{marks['alarm']}"), **more)
        return title

    ecs = {"ClusterName": cluster, "ServiceName": service}
    lb, tg = "/".join(balancer.split("/")[1:]), group.split(":")[-1]
    site.aws("logs").put_metric_filter(logGroupName=errors, filterName="errors", filterPattern='{ $.level = "ERROR" }', metricTransformations=[
        {"metricName": f"ErrorCount-{stage}", "metricNamespace": "Backend", "metricValue": "1"}])
    alarm("EcsErrorLogs", "Backend", f"ErrorCount-{stage}", {}, 10, "critical", Statistic="Sum", TreatMissingData="notBreaching")
    alarm("EcsCpuHigh", "AWS/ECS", "CPUUtilization", ecs, 80)
    alarm("EcsMemoryHigh", "AWS/ECS", "MemoryUtilization", ecs, 80)
    alarm("EcsTaskStartFailures", "ECS/ContainerInsights", "TaskStartFailures", ecs, 0, "critical", Statistic="Sum", TreatMissingData="notBreaching")
    cpu = alarm("AuroraCpuHigh", "AWS/RDS", "CPUUtilization", {"DBClusterIdentifier": aurora}, 80)
    # No such metric exists for Aurora: this alarm can never leave INSUFFICIENT_DATA.
    alarm("AuroraDiskHigh", "AWS/RDS", "DiskUsagePercent", {"DBClusterIdentifier": aurora}, 85, state="INSUFFICIENT_DATA")
    alarm("AuroraConnections", "AWS/RDS", "DatabaseConnections", {"DBClusterIdentifier": aurora}, 80)
    alarm("AuroraReplicaLag", "AWS/RDS", "AuroraReplicaLagMaximum", {"DBClusterIdentifier": aurora}, 1000, Statistic="Maximum")
    hosts = alarm("AlbUnhealthyHosts", "AWS/ApplicationELB", "UnHealthyHostCount", {"LoadBalancer": lb, "TargetGroup": tg}, 0, "critical",
                  Statistic="Maximum", AlarmDescription="正常でないターゲットがあります。担当: 基盤チーム（平日 9:00–18:00）")
    alarm("AlbResponseTime", "AWS/ApplicationELB", "TargetResponseTime", {"LoadBalancer": lb}, 2, ExtendedStatistic="p95")

    def metric(name, identifier):
        return {"Id": identifier, "ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": 300, "Metric": {
            "Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": [{"Name": "LoadBalancer", "Value": lb}]}}}

    site.math_alarm(env, f"{watch}-Alb5xxRate{marks['alarm']}-{marks['lb']}", [
        {"Id": "rate", "Expression": "IF(requests > 0, 100 * errors / requests, 0)", "Label": "5xx %", "ReturnData": True},
        metric("HTTPCode_Target_5XX_Count", "errors"), metric("RequestCount", "requests")], 5, topics["critical"],
        tags=stack(watch, f"Alb5xxRate{marks['alarm']}"), AlarmDescription="5xx 率が 5 % を超えています")
    site.composite(env, f"{watch}-ServiceDown{marks['alarm']}-{marks['lb']}", f'ALARM("{hosts}") AND ALARM("{cpu}")', topics["critical"])
