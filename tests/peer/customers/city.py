"""The municipal system: a proof of concept in the main account, production in another behind an assumed role.

Frontend and backend services behind one load balancer each stage. The proof of concept is named, production is tagged too.
"""

from customers import REGION, container

ROLE = "arn:aws:iam::210987654321:role/toban"
STAGES = {
    "poc": {"block": "10.50", "front": (256, 512, 1, 2), "back": (256, 512, 1, 2), "db": "db.t3.micro", "multi_az": False, "waf": False},
    "prod": {"block": "10.60", "front": (512, 1024, 2, 6), "back": (1024, 2048, 2, 8), "db": "db.m5.large", "multi_az": True, "waf": True},
}


def build(site):
    build_stage(site, "poc", STAGES["poc"], {})
    build_stage(site.assume(ROLE), "prod", STAGES["prod"], {"Project": "city", "Environment": "prod"})


def build_stage(site, stage, plan, tags):
    env = name = f"city-{stage}"
    block = plan["block"]
    vpc, subnets = site.vpc(env, f"{name}-vpc", f"{block}.0.0/16", [
        (f"{name}-public-a", f"{block}.0.0/24", "a"), (f"{name}-public-c", f"{block}.1.0/24", "c"),
        (f"{name}-app-a", f"{block}.10.0/24", "a"), (f"{name}-app-c", f"{block}.11.0/24", "c"),
        (f"{name}-db-a", f"{block}.20.0/24", "a"), (f"{name}-db-c", f"{block}.21.0/24", "c")], stack=tags,
        nats=2, through=[f"{name}-app-a", f"{name}-app-c"])
    if stage == "poc":
        site.vpc(env, f"{name}-mgmt-vpc", "10.51.0.0/16", [(f"{name}-mgmt-a", "10.51.0.0/24", "a")])
    topic = site.topic(f"{name}-alerts")
    front, tasks = site.group(vpc, f"{name}-alb-sg", [80, 443]), site.group(vpc, f"{name}-ecs-sg", [3000, 5000])
    data = site.group(vpc, f"{name}-rds-sg", [5432], tasks)
    balancer = site.balancer(env, f"{name}-alb", [subnets[f"{name}-public-a"], subnets[f"{name}-public-c"]], [front], tags)
    cluster = f"{name}-cluster"
    site.cluster(env, cluster, tags)
    app = [subnets[f"{name}-app-a"], subnets[f"{name}-app-c"]]
    groups = {}
    for side, port, plan_key, first in (("frontend", 3000, "front", 21), ("backend", 5000, "back", 51)):
        cpu, memory, count, most = plan[plan_key]
        targets = [f"{block}.{10 + n % 2}.{first + n}" for n in range(count)]
        groups[side] = site.target_group(env, f"{name}-{side}-tg", vpc, port, "/health", targets, tags=tags)
        logs = f"/ecs/{name}-{side}"
        site.log_group(env, logs, tags=tags)
        environment = {"STAGE": stage}
        if side == "backend":
            environment["DB_PASSWORD"] = f"p@ssw0rd-of-{stage}"
        definition = site.task_definition(env, f"{name}-{side}", cpu, memory, [container(
            side, f"{site.account}.dkr.ecr.{REGION}.amazonaws.com/{name}-{side}:1.4.2", port, environment, logs)], tags)
        service = f"{name}-{side}"
        site.service(env, cluster, service, definition, count, app, [tasks], [(groups[side], side, port)], tags=tags)
        site.alarm(env, f"{name}-{side}-cpu-high", "AWS/ECS", "CPUUtilization", {"ClusterName": cluster, "ServiceName": service}, 80, topic, tags=tags)
        if stage == "prod":
            site.scaling(env, cluster, service, count, most)
    rules = [("/api/*", groups["backend"])]
    if stage == "prod":
        site.listener(balancer, 443, groups["frontend"], certificate=site.certificate("city.example.jp"), rules=rules)
        site.listener(balancer, 80, redirect=True)
    else:
        site.listener(balancer, 80, groups["frontend"], rules=rules)
    # The proof of concept's subnet group covers one zone only: enough to create, not to start after a stop.
    zones = [subnets[f"{name}-db-a"]] if stage == "poc" else [subnets[f"{name}-db-a"], subnets[f"{name}-db-c"]]
    site.database(env, f"{name}-db", "postgres", "15.4", plan["db"], site.subnet_group(f"{name}-db-subnets", zones), [data], plan["multi_az"],
                  {**tags, "Name": "市システム 本番データベース"} if stage == "prod" else None)
    site.alarm(env, f"{name}-db-cpu-high", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": f"{name}-db"}, 80, topic, tags=tags)
    batch = site.task_definition(env, f"{name}-batch", 512, 1024, [container(
        "batch", f"{site.account}.dkr.ecr.{REGION}.amazonaws.com/{name}-batch:1.4.2")], tags)
    if plan["waf"]:
        arn = f"arn:aws:wafv2:{REGION}:{site.account}:regional/webacl/{name}-waf/1"
        site.keep("wafv2:ListWebACLs", {"Name": f"{name}-waf", "Id": "1", "ARN": arn, "LockToken": "x"})
        site.keep("wafv2:GetWebACL", {"Name": f"{name}-waf", "Id": "1", "ARN": arn, "DefaultAction": {"Allow": {}}, "Rules": [
            {"Name": "rate", "Priority": 1, "Action": {"Block": {}}, "Statement": {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}},
            {"Name": "japan-only", "Priority": 2, "Action": {"Count": {}}, "Statement": {"GeoMatchStatement": {"CountryCodes": ["JP"]}}}]}, of="1")
    site.rule(f"{name}-daily", "cron(0 2 * * ? *)", site.job(cluster, batch, app, tasks))
    site.rule(f"{name}-monthly", "cron(0 3 1 * ? *)", site.job(cluster, batch, app, tasks))
