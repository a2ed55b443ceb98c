"""kajimaru: a chores-sharing web app on two EC2 instances with docker compose, one production without a stage in any name.

Nothing carries a tag but the names EC2 keeps as tags. Sessions only, no SSH; the alarms watch ports nobody should knock at.
"""

from customers import REGION

ENV = "kajimaru"


def build(site):
    ec2, logs = site.aws("ec2"), site.aws("logs")
    vpc, subnets = site.vpc(ENV, "kajimaru", "10.0.0.0/16", [
        (f"{n:02}-{'public' if n < 3 else 'private'}", f"10.0.{n}.0/24", "a" if n % 2 else "c") for n in range(1, 7)],
        # As their drawing shows it: one NAT gateway for both zones, and one private subnet that its route was forgotten for.
        nats=1, through=["03-private", "04-private", "05-private"])
    front = site.group(vpc, "kajimaru-ALB-SG", [80])
    web = site.group(vpc, "kajimaru-ec2-SG", [80], front)
    data = site.group(vpc, "kajimaru-DB-SG", [3306], web)
    site.role("kajimaru-ec2-role", "ec2.amazonaws.com")
    iam = site.aws("iam")
    iam.create_instance_profile(InstanceProfileName="kajimaru-ec2-role")
    iam.add_role_to_instance_profile(InstanceProfileName="kajimaru-ec2-role", RoleName="kajimaru-ec2-role")
    instances = []
    for name, subnet, address in (("kajimaru-ec2-01", "03-private", "10.0.3.10"), ("kajimaru-ec2-02", "04-private", "10.0.4.10")):
        made = ec2.run_instances(
            ImageId="ami-0d52744d6551d851e", InstanceType="t2.micro", MinCount=1, MaxCount=1, SubnetId=subnets[subnet], PrivateIpAddress=address,
            SecurityGroupIds=[web], IamInstanceProfile={"Name": "kajimaru-ec2-role"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0]["InstanceId"]
        site.note(ENV, "ec2_instance", f"arn:aws:ec2:{REGION}:{site.account}:instance/{made}", name, id=made)
        instances.append(made)
    balancer = site.balancer(ENV, "kajimaru-ALB", [subnets["01-public"], subnets["02-public"]], [front])
    group = site.target_group(ENV, "kajimaru-TG", vpc, 80, "/health", instances, kind="instance")
    site.listener(balancer, 80, group)
    site.database(ENV, "kajimaru-db", "mysql", "8.4.6", "db.t4g.micro",
                  site.subnet_group("kajimaru-subnet-group", [subnets["05-private"], subnets["06-private"]]), [data], False)
    topic = site.topic("kajimaru")
    for name, instance in zip(("kajimaru-ec2-01-cpu", "kajimaru-ec2-02-cpu"), instances):
        site.alarm(ENV, name, "AWS/EC2", "CPUUtilization", {"InstanceId": instance}, 80, topic,
                   ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmDescription="EC2 の CPU 使用率が 5 分平均で 80% 以上です")
    site.alarm(ENV, "kajimaru-rds-cpu", "AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "kajimaru-db"}, 80, topic,
               ComparisonOperator="GreaterThanOrEqualToThreshold")
    flow = "kajimaru-vpc-flow-logs"
    site.log_group(ENV, flow)
    for port, name in ((22, "ssh"), (3306, "mysql")):
        # Twelve fields, though a flow-log record has fourteen: the pattern never matches, as in the team's own document.
        logs.put_metric_filter(
            logGroupName=flow, filterName=f"kajimaru-dstport-{port}", filterPattern=(
                f"[version, account, eni, source, destination, srcport, dstport={port}, protocol, packets, bytes, start, end]"),
            metricTransformations=[{"metricName": f"dstport{port}", "metricNamespace": "kajimaru", "metricValue": "1"}])
        site.alarm(ENV, f"kajimaru-{name}-{port}", "kajimaru", f"dstport{port}", {}, 10, topic, Statistic="Sum",
                   ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching")
    for key in ("SECRET_KEY", "DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST"):
        site.aws("ssm").put_parameter(Name=f"/kajimaru/prod/{key}", Value=f"value-of-{key.lower()}", Type="SecureString")
