"""Systems Manager: the managed nodes are the EC2 instances that carry an instance profile.

Never answers for sessions: a Session Manager peer speaks WebSocket and is another thing.
"""

import datetime

from wire import UTC
from amends import amend, page


@amend("ssm:DescribeInstanceInformation")
def describe_instance_information(call):
    wanted = [(one["Key"], one.get("Values") or []) for one in call.params.get("Filters") or []]
    wanted += [(one["key"], one.get("valueSet") or []) for one in call.params.get("InstanceInformationFilterList") or []]
    reservations = call.moto("ec2", "DescribeInstances", {})["Reservations"]
    nodes = [node(call, instance) for reservation in reservations for instance in reservation["Instances"]
             if instance.get("IamInstanceProfile") and instance["State"]["Name"] in ("running", "stopping", "stopped")]
    known = {"InstanceIds": "InstanceId", "PingStatus": "PingStatus", "PlatformTypes": "PlatformType", "ResourceType": "ResourceType"}
    for key, values in wanted:
        if key in known:
            nodes = [one for one in nodes if one[known[key]] in values]
    nodes, token = page(nodes, call.params.get("NextToken"), call.params.get("MaxResults") or 50)
    return {"InstanceInformationList": nodes, "NextToken": token}


def node(call, instance):
    online = instance["State"]["Name"] == "running"
    address = instance.get("PrivateIpAddress") or "10.0.0.1"
    seen = datetime.datetime.now(UTC)
    return {"InstanceId": instance["InstanceId"], "PingStatus": "Online" if online else "ConnectionLost",
            "LastPingDateTime": seen if online else seen - datetime.timedelta(hours=1), "AgentVersion": "3.3.3050.0",
            "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023",
            "ResourceType": "EC2Instance", "IPAddress": address,
            "ComputerName": f"ip-{address.replace('.', '-')}.{call.region}.compute.internal"}
