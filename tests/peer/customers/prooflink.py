"""ProofLink: a Next.js test-evidence system, dev and prod in one account, one Fargate service each.

Nothing is tagged but VPCs and subnets, and load balancer, target group and alarm carry no stage in their names: their
VPC, targets or dimensions tell. One account can't hold two load balancers of one name, so prod's end in `-2`.
"""

from customers import ACCOUNT, REGION, container

STAGES = {
    "dev": {"block": "10.10", "cpu": 512, "memory": 1024, "count": 1, "db": "db.t4g.micro", "multi_az": False, "mark": "", "batch": 4, "timeout": 3600},
    "prod": {"block": "10.20", "cpu": 1024, "memory": 2048, "count": 2, "db": "db.t4g.medium", "multi_az": True, "mark": "-2", "batch": 16, "timeout": 7200},
}


def build(site):
    topic = site.topic("prooflink-alerts")
    for stage, plan in STAGES.items():
        env, name, block, mark = f"prooflink-{stage}", f"prooflink-{stage}", plan["block"], plan["mark"]
        vpc, subnets = site.vpc(env, f"{name}-vpc", f"{block}.0.0/16", [
            (f"{name}-public-a", f"{block}.1.0/24", "a"), (f"{name}-public-c", f"{block}.2.0/24", "c"),
            (f"{name}-private-a", f"{block}.11.0/24", "a"), (f"{name}-private-c", f"{block}.12.0/24", "c")])
        public = [subnets[f"{name}-public-a"], subnets[f"{name}-public-c"]]
        front = site.group(vpc, "prooflink-alb-sg", [80, 443])
        tasks = site.group(vpc, "prooflink-ecs-sg", [3000], front)
        data = site.group(vpc, "prooflink-rds-sg", [5432], tasks)
        balancer = site.balancer(env, f"prooflink-alb{mark}", public, [front])
        targets = [f"{block}.1.15", f"{block}.2.27"][: plan["count"]]
        group = site.target_group(env, f"prooflink-tg{mark}", vpc, 3000, "/api/health", targets)
        if stage == "prod":
            site.listener(balancer, 443, group, certificate=site.certificate("prooflink.example.jp"))
            site.listener(balancer, 80, redirect=True)
        else:
            site.listener(balancer, 80, group)
        logs = f"/ecs/{name}-app"
        site.log_group(env, logs)
        site.log_group(env, f"/aws/batch/{name}")
        cluster = f"{name}-cluster"
        site.cluster(env, cluster)
        definition = site.task_definition(env, f"{name}-task", plan["cpu"], plan["memory"], [container(
            "prooflink-app", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}-app:latest", 3000, {
                "NODE_ENV": "production", "NEXT_PUBLIC_STAGE": stage,
                "DATABASE_URL": f"postgresql://prooflink:Hunter2-{stage}@{name}-db.cluster.local:5432/prooflink",
                "NEXTAUTH_SECRET": f"c2VjcmV0LW9mLXByb29mbGluay0{stage}", "NEXTAUTH_URL": f"https://{stage}.prooflink.example.jp"}, logs)])
        service = f"{name}-service"
        site.service(env, cluster, service, definition, plan["count"], public, [tasks], [(group, "prooflink-app", 3000)],
                     public=True, breaker=False)
        site.database(env, f"{name}-db", "postgres", "15.4", plan["db"],
                      site.subnet_group(f"{name}-db-subnet-group", [subnets[f"{name}-private-a"], subnets[f"{name}-private-c"]]),
                      [data], plan["multi_az"])
        site.alarm(env, f"prooflink-ecs-cpu-high{mark}", "AWS/ECS", "CPUUtilization",
                   {"ClusterName": cluster, "ServiceName": service}, 80, topic)
        if stage == "dev":
            # As their document prints it: the hours of Tokyo, for rules that know UTC only.
            site.rule(f"{name}-db-stop", "cron(0 22 * * ? *)", site.document("AWS-StopRdsInstance", InstanceId=f"{name}-db"))
            site.rule(f"{name}-db-start", "cron(0 9 * * ? *)", site.document("AWS-StartRdsInstance", InstanceId=f"{name}-db"))
        batch(site, env, name, plan)
        for repository in ("app", "batch"):
            site.aws("ecr").create_repository(repositoryName=f"{name}-{repository}")
        for tag in ("latest", "v2"):
            site.image(f"{name}-app", tag)
        site.aws("s3").create_bucket(Bucket=f"{name}-files-{ACCOUNT}", CreateBucketConfiguration={"LocationConstraint": REGION})


def batch(site, env, name, plan):
    """The queue, where its jobs run, and the import that people submit. One account holds no two queues of one name."""
    arn = f"arn:aws:batch:{REGION}:{site.account}:"
    place, queue = f"{arn}compute-environment/{name}-compute-env", f"{arn}job-queue/{name}-job-queue"
    site.keep("batch:DescribeComputeEnvironments", {
        "computeEnvironmentName": f"{name}-compute-env", "computeEnvironmentArn": place, "type": "MANAGED", "state": "ENABLED",
        "status": "VALID", "ecsClusterArn": f"arn:aws:ecs:{REGION}:{site.account}:cluster/none",
        "computeResources": {"type": "FARGATE", "maxvCpus": plan["batch"], "subnets": []}})
    site.keep("batch:DescribeJobQueues", {
        "jobQueueName": f"{name}-job-queue", "jobQueueArn": queue, "state": "ENABLED", "status": "VALID", "priority": 1,
        "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": place}]})
    site.keep("batch:DescribeJobDefinitions", {
        "jobDefinitionName": f"{name}-user-import", "jobDefinitionArn": f"{arn}job-definition/{name}-user-import:1", "revision": 1,
        "status": "ACTIVE", "type": "container", "timeout": {"attemptDurationSeconds": plan["timeout"]}, "containerProperties": {
            "image": f"{site.account}.dkr.ecr.{REGION}.amazonaws.com/{name}-batch:latest",
            "environment": [{"name": "IMPORT_FILE_KEY", "value": ""}, {"name": "DATABASE_URL", "value": f"postgresql://x:Hunter2-{name}@db"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": f"/aws/batch/{name}"}}}})
    site.note(env, "batch_queue", queue, f"{name}-job-queue")
    site.note(env, "batch_definition", f"{arn}job-definition/{name}-user-import:1", f"{name}-user-import")
