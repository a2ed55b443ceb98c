"""Load balancing: pages of target groups, zones of targets, and target groups no load balancer uses.

Never invents an unhealthy target: a test that wants one scripts it.
"""

import ipaddress

from amends import amend, memory, page, without


@amend("elasticloadbalancing:DescribeTargetGroups")
def describe_target_groups(call):
    groups = call.moto(params=without(call.params, "PageSize", "Marker")).get("TargetGroups") or []
    groups, token = page(groups, call.params.get("Marker"), call.params.get("PageSize") or 400)
    return {"TargetGroups": groups, "NextMarker": token}


@amend("elasticloadbalancing:DescribeTargetHealth")
def describe_target_health(call):
    answer = call.moto()
    group = call.moto(operation="DescribeTargetGroups", params={"TargetGroupArns": [call.params["TargetGroupArn"]]})["TargetGroups"][0]
    subnets = []
    if group.get("TargetType") == "ip":
        subnets = call.moto("ec2", "DescribeSubnets", {"Filters": [{"Name": "vpc-id", "Values": [group["VpcId"]]}]})["Subnets"]
    for described in answer["TargetHealthDescriptions"]:
        zone = next((subnet["AvailabilityZone"] for subnet in subnets
                     if ipaddress.ip_address(described["Target"]["Id"]) in ipaddress.ip_network(subnet["CidrBlock"])), None)
        if zone:
            described["Target"]["AvailabilityZone"] = zone
        if not group.get("LoadBalancerArns") and described["TargetHealth"]["State"] == "healthy":
            described["TargetHealth"] = {
                "State": "unused", "Reason": "Target.NotInUse",
                "Description": "Target group is not configured to receive traffic from the load balancer"}
    draining = memory(call, "draining")
    for (arn, target, port), looks in list(draining.items()):
        if arn == call.params["TargetGroupArn"] and looks > 0:
            draining[arn, target, port] = looks - 1
            answer["TargetHealthDescriptions"].append({"Target": {"Id": target, "Port": port}, "TargetHealth": {
                "State": "draining", "Reason": "Target.DeregistrationInProgress", "Description": "Target deregistration is in progress"}})
    return answer


@amend("elasticloadbalancing:DeregisterTargets")
def deregister_targets(call):
    """A target drains before it goes: it is told of as draining once, then it is out."""
    answer = call.moto()
    draining = memory(call, "draining")
    for target in call.params["Targets"]:
        draining[call.params["TargetGroupArn"], target["Id"], target.get("Port")] = 1
    return answer
