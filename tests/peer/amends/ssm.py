"""Systems Manager: the managed nodes are the EC2 instances that carry an instance profile, and they run commands; and
Automation runs the documents that stop and start a database, at once.

A command takes a few looks to end. What it prints is what a node with a git repository would: each remembers which
commit it has and which was last found to serve. A node named in a commit's own words never fails by itself: tests script that.

Never answers for sessions: a Session Manager peer speaks WebSocket and is another thing.
"""

import datetime
import hashlib
import re
import shlex
import uuid

from wire import UTC, AwsError
from amends import amend, memory, page


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


@amend("ssm:SendCommand")
def send_command(call):
    command = str(uuid.uuid4())
    script = "\n".join(call.params["Parameters"]["commands"])
    for node_id in call.params["InstanceIds"]:
        memory(call, "command")[command, node_id] = {"looks": 0, "script": script, "comment": call.params.get("Comment", "")}
    return {"Command": {"CommandId": command, "DocumentName": call.params["DocumentName"], "InstanceIds": call.params["InstanceIds"],
                        "Status": "Pending", "RequestedDateTime": datetime.datetime.now(UTC)}}


@amend("ssm:ListCommands")
def list_commands(call):
    """The newest first, of one node or of all."""
    wanted = call.params.get("InstanceId")
    known = {command: run for (command, node_id), run in memory(call, "command").items() if wanted in (None, node_id)}
    all_of_them = [{"CommandId": command, "Comment": run["comment"], "DocumentName": "AWS-RunShellScript"} for command, run in known.items()]
    commands, token = page(all_of_them[::-1], call.params.get("NextToken"), call.params.get("MaxResults") or 50)
    return {"Commands": commands, "NextToken": token}


@amend("ssm:GetCommandInvocation")
def get_command_invocation(call):
    run = memory(call, "command").get((call.params["CommandId"], call.params["InstanceId"]))
    if run is None or run["looks"] == 0:
        if run is not None:
            run["looks"] = 1
        raise AwsError("InvocationDoesNotExist", "", 400)
    run["looks"] += 1
    answer = {"CommandId": call.params["CommandId"], "InstanceId": call.params["InstanceId"], "DocumentName": "AWS-RunShellScript",
              "StandardErrorContent": "", "StandardOutputContent": "", "ExecutionStartDateTime": datetime.datetime.now(UTC).isoformat()}
    if run["looks"] < 3:
        return answer | {"Status": "InProgress", "StatusDetails": "InProgress", "ResponseCode": -1, "ExecutionEndDateTime": ""}
    if "output" not in run:
        run["output"] = ran(call, call.params["InstanceId"], run["script"])
    return answer | {"Status": "Success", "StatusDetails": "Success", "ResponseCode": 0, "StandardOutputContent": run["output"],
                     "ExecutionEndDateTime": datetime.datetime.now(UTC).isoformat()}


def commit(name):
    return name if re.fullmatch("[0-9a-f]{40}", name) else hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def ran(call, node_id, script):
    """What a node with a repository makes of a script, by the commands in it; any other script it only names."""
    if "'" not in script:
        return f"{node_id} ran {script}\n"
    repository = memory(call, "repository").setdefault(node_id, {"head": commit("before"), "placed": ""})
    words = shlex.split(script)
    last = words[-1]
    if "git checkout" in script:
        repository.update(head=[word for word in words if re.fullmatch("[0-9a-f]{40}", word)][-1], placed="")
        return "Container web-1  Started\n"
    if "git status" in script:
        named = f"toban:commit={commit(last)}\n" if last else ""
        return f"toban:head={repository['head']}\ntoban:dirty=0\ntoban:free=9000000\ntoban:placed={repository['placed']}\n{named}"
    if "http_code" in script:
        repository["placed"] = repository["head"]
    return ""


POWER = {"AWS-StopRdsInstance": "StopDBInstance", "AWS-StartRdsInstance": "StartDBInstance"}


@amend("ssm:StartAutomationExecution")
def start_automation_execution(call):
    document, parameters = call.params["DocumentName"], call.params.get("Parameters") or {}
    if document not in POWER:
        raise AwsError("AutomationDefinitionNotFoundException", f"{document} is not one that this peer runs", 400)
    began = datetime.datetime.now(UTC)
    run = {"AutomationExecutionId": str(uuid.uuid4()), "DocumentName": document, "DocumentVersion": "1", "Mode": "Auto",
           "AutomationExecutionStatus": "Success", "ExecutionStartTime": began, "ExecutionEndTime": began}
    try:
        call.moto("rds", POWER[document], {"DBInstanceIdentifier": parameters["InstanceId"][0]})
    except AwsError as error:
        run |= {"AutomationExecutionStatus": "Failed", "FailureMessage": f"Step fails when it is Execute/Cancelling action. {error}"}
    memory(call, "automation")[run["AutomationExecutionId"]] = (run, parameters)
    return {"AutomationExecutionId": run["AutomationExecutionId"]}


@amend("ssm:DescribeAutomationExecutions")
def describe_automation_executions(call):
    runs = [run for run, _ in reversed(memory(call, "automation").values())]
    for one in call.params.get("Filters") or []:
        if one["Key"] == "DocumentNamePrefix":
            runs = [run for run in runs if run["DocumentName"].startswith(tuple(one["Values"]))]
    runs, token = page(runs, call.params.get("NextToken"), call.params.get("MaxResults") or 50)
    return {"AutomationExecutionMetadataList": runs, "NextToken": token}


@amend("ssm:GetAutomationExecution")
def get_automation_execution(call):
    known = memory(call, "automation").get(call.params["AutomationExecutionId"])
    if known is None:
        raise AwsError("AutomationExecutionNotFoundException", "", 400)
    run, parameters = known
    return {"AutomationExecution": run | {"Parameters": parameters}}
