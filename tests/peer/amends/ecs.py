"""ECS: services that have settled, and the tasks that run them.

moto starts no tasks for a service and leaves its deployment in progress for ever; here every service has reached its
desired count, with tasks whose addresses are the registered targets. A rollout under way is a script's business.
"""

import datetime
import hashlib
import uuid

from moto.ecs.models import EC2ContainerServiceBackend

from wire import AwsError, UTC
from amends import amend, memory, page, without

KEPT = ("deploymentConfiguration", "enableExecuteCommand", "healthCheckGracePeriodSeconds", "enableECSManagedTags",
        "capacityProviderStrategy", "availabilityZoneRebalancing")
SETTLED_BEFORE = datetime.timedelta(days=3)


def invalid(message):
    return AwsError("InvalidParameterException", message)


def listed(call, key, default):
    size = call.params.get("maxResults") or default
    if not 1 <= size <= 100:
        raise invalid("maxResults must be between 1 and 100")
    items = call.moto(params=without(call.params, "maxResults", "nextToken")).get(key) or []
    if call.params.get("sort") == "DESC":
        items = items[::-1]
    items, token = page(items, call.params.get("nextToken"), size)
    return {key: items, "nextToken": token}


@amend("ecs:ListClusters")
def list_clusters(call):
    return listed(call, "clusterArns", 100)


@amend("ecs:ListServices")
def list_services(call):
    return listed(call, "serviceArns", 10)


@amend("ecs:ListTaskDefinitions")
def list_task_definitions(call):
    return listed(call, "taskDefinitionArns", 100)


@amend("ecs:RegisterTaskDefinition")
def register_task_definition(call):
    answer = call.moto()
    registered = memory(call, "task definition")
    registered[answer["taskDefinition"]["taskDefinitionArn"]] = datetime.datetime.now(UTC)
    return dated(call, answer)


@amend("ecs:DescribeTaskDefinition")
def describe_task_definition(call):
    return dated(call, call.moto())


def dated(call, answer):
    definition = answer["taskDefinition"]
    when = memory(call, "task definition").get(definition["taskDefinitionArn"])
    if when:
        definition.update(registeredAt=when - SETTLED_BEFORE, registeredBy=f"arn:aws:iam::{call.account}:root")
    return answer


@amend("ecs:CreateService")
def create_service(call):
    service = call.moto()["service"]
    kept = {key: call.params[key] for key in KEPT if key in call.params}
    first = service.get("deployments") or [{}]
    memory(call, "service")[service["serviceArn"]] = {
        "kept": kept, "first": first[0].get("id"), "created": datetime.datetime.now(UTC) - SETTLED_BEFORE, "deployment": None}
    return {"service": settled(call, service)}


@amend("ecs:UpdateService")
def update_service(call):
    before = call.moto(operation="DescribeServices", params={
        "cluster": call.params.get("cluster") or "default", "services": [call.params["service"]]})["services"]
    was = settled(call, before[0])["taskDefinition"] if before else None
    service = call.moto()["service"]
    known = memory(call, "service").setdefault(service["serviceArn"], {"kept": {}, "first": None, "created": None, "deployment": None})
    known["kept"].update({key: call.params[key] for key in KEPT if key in call.params})
    if call.params.get("forceNewDeployment") or full_arn(call, service["taskDefinition"]) != was:
        if before:
            past = memory(call, "past deployment").setdefault(service["serviceArn"], [])
            past.insert(0, {**deployment_record(call, settled(call, before[0])), "taskDefinition": was})
        known["deployment"] = {"id": f"ecs-svc/{uuid.uuid4().int % 10 ** 19:019d}", "at": datetime.datetime.now(UTC)}
    return {"service": settled(call, service)}


@amend("ecs:DescribeServices")
def describe_services(call):
    if len(call.params.get("services") or []) > 10:
        raise invalid("Services cannot be longer than 10.")
    answer = call.moto()
    answer["services"] = [settled(call, service) for service in answer.get("services") or []]
    return answer


@amend("ecs:DescribeClusters")
def describe_clusters(call):
    answer = call.moto()
    for cluster in answer.get("clusters") or []:
        services = services_of(call, cluster["clusterName"])
        cluster.update(activeServicesCount=len(services), pendingTasksCount=0,
                       runningTasksCount=sum(service["runningCount"] for service in services))
    return answer


def full_arn(call, definition):
    if not definition or definition.startswith("arn:"):
        return definition
    if ":" not in definition:
        return call.moto(operation="DescribeTaskDefinition", params={"taskDefinition": definition})["taskDefinition"]["taskDefinitionArn"]
    return f"arn:aws:ecs:{call.region}:{call.account}:task-definition/{definition}"


def settled(call, service):
    """The service as ECS shows it once its deployment is through."""
    known = memory(call, "service").get(service["serviceArn"]) or {"kept": {}, "first": None, "created": None, "deployment": None}
    running = service.get("desiredCount", 0) if service.get("status") == "ACTIVE" else 0
    definition = full_arn(call, service.get("taskDefinition"))
    service.update(runningCount=running, pendingCount=0, taskDefinition=definition,
                   createdBy=f"arn:aws:iam::{call.account}:root")
    service.setdefault("deploymentConfiguration", {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False}, "maximumPercent": 200, "minimumHealthyPercent": 100})
    service.setdefault("enableExecuteCommand", False)
    service.setdefault("enableECSManagedTags", False)
    service.setdefault("platformFamily", "Linux")
    service.setdefault("platformVersion", "LATEST")
    service.update(known["kept"])
    if known["created"]:
        service["createdAt"] = known["created"]
    for deployment in (service.get("deployments") or [])[:1]:
        if deployment.get("id") == known["first"] and known["created"]:
            deployment.update(createdAt=known["created"], updatedAt=known["created"] + datetime.timedelta(minutes=4))
        if known["deployment"]:
            deployment.update(id=known["deployment"]["id"], createdAt=known["deployment"]["at"], updatedAt=known["deployment"]["at"])
        deployment.update(taskDefinition=definition, desiredCount=service.get("desiredCount", 0), runningCount=running,
                          pendingCount=0, failedTasks=0, rolloutState="COMPLETED",
                          rolloutStateReason=f"ECS deployment {deployment['id']} completed.")
        deployment["platformVersion"] = "1.4.0"
    service["events"] = events_of(call, service)
    return service


def events_of(call, service):
    """The last words of ECS on a service that has settled, newest first."""
    deployments = service.get("deployments") or []
    if not deployments:
        return []
    name, deployment = service["serviceName"], deployments[0]
    done = deployment.get("updatedAt") or deployment["createdAt"]
    said = [f"(service {name}) has reached a steady state.",
            f"(service {name}) (deployment {deployment['id']}) deployment completed."]
    count = service["runningCount"]
    if count:
        for balancer in service.get("loadBalancers") or []:
            said.append(f"(service {name}) registered {count} targets in (target-group {balancer.get('targetGroupArn')})")
        tasks = " ".join(f"(task {task_id(call, service, slot)})" for slot in range(count))
        said.append(f"(service {name}) has started {count} tasks: {tasks}.")
    return [{"id": str(uuid.uuid5(uuid.NAMESPACE_URL, deployment["id"] + message)), "message": message,
             "createdAt": done - datetime.timedelta(seconds=20 * n)} for n, message in enumerate(said)]


def services_of(call, cluster):
    arns = call.moto(operation="ListServices", params={"cluster": cluster}).get("serviceArns") or []
    if not arns:
        return []
    answer = call.moto(operation="DescribeServices", params={"cluster": cluster, "services": arns, "include": ["TAGS"]})
    return [settled(call, service) for service in answer["services"]]


def task_id(call, service, slot):
    turn = memory(call, "stopped slot").get((service["serviceArn"], slot), 0)
    seed = f"{service['serviceArn']}/{service['deployments'][0]['id']}/{slot}/{turn}"
    return hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()


def addresses(call, service):
    """(address, subnet, zone) for each task: the registered targets first, then free ones of the service's subnets."""
    network = (service.get("networkConfiguration") or service["deployments"][0].get("networkConfiguration") or {})
    ids = (network.get("awsvpcConfiguration") or {}).get("subnets") or []
    subnets = call.moto("ec2", "DescribeSubnets", {"SubnetIds": ids})["Subnets"] if ids else []
    targets = []
    for balancer in service.get("loadBalancers") or []:
        if balancer.get("targetGroupArn"):
            health = call.moto("elbv2", "DescribeTargetHealth", {"TargetGroupArn": balancer["targetGroupArn"]})
            targets = targets or [described["Target"]["Id"] for described in health["TargetHealthDescriptions"]]
    found = []
    for slot in range(service["runningCount"]):
        subnet = subnets[slot % len(subnets)] if subnets else {"SubnetId": "subnet-0", "CidrBlock": "10.255.0.0/24", "AvailabilityZone": f"{call.region}a"}
        if slot < len(targets):
            address = targets[slot]
            subnet = next((one for one in subnets if holds(one["CidrBlock"], address)), subnet)
        else:
            address = subnet["CidrBlock"].split("/")[0].rsplit(".", 1)[0] + f".{100 + slot}"
        found.append((address, subnet["SubnetId"], subnet["AvailabilityZone"]))
    return found


def holds(block, address):
    import ipaddress
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(block)
    except ValueError:
        return False


def agents(service, began):
    """What ECS Exec runs in a container, where it is on."""
    if not service["enableExecuteCommand"]:
        return []
    return [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING", "lastStartedAt": began + datetime.timedelta(seconds=45)}]


def tasks_of(call, service):
    """The running tasks of a service."""
    if not service["runningCount"]:
        return []
    definition = call.moto(operation="DescribeTaskDefinition", params={"taskDefinition": service["taskDefinition"]})["taskDefinition"]
    deployment = service["deployments"][0]
    cluster = service["clusterArn"].split("/")[-1]
    prefix = f"arn:aws:ecs:{call.region}:{call.account}"
    tasks = []
    for slot, (address, subnet, zone) in enumerate(addresses(call, service)):
        identifier = task_id(call, service, slot)
        arn = f"{prefix}:task/{cluster}/{identifier}"
        began = memory(call, "slot began").get((service["serviceArn"], slot)) or deployment["createdAt"]
        began = max(began, deployment["createdAt"])
        interface = "eni-" + hashlib.md5(identifier.encode(), usedforsecurity=False).hexdigest()[:17]
        checked = any(container.get("healthCheck") for container in definition["containerDefinitions"])
        containers = [{
            "containerArn": f"{prefix}:container/{cluster}/{identifier}/{uuid.uuid5(uuid.NAMESPACE_URL, identifier + container['name'])}",
            "taskArn": arn, "name": container["name"], "image": container["image"],
            "imageDigest": "sha256:" + hashlib.sha256(container["image"].encode()).hexdigest(),
            "runtimeId": f"{identifier}-{int(identifier[:8], 16):010d}", "lastStatus": "RUNNING", "networkBindings": [],
            "networkInterfaces": [{"attachmentId": str(uuid.uuid5(uuid.NAMESPACE_URL, identifier)), "privateIpv4Address": address}],
            "healthStatus": "HEALTHY" if container.get("healthCheck") else "UNKNOWN", "managedAgents": agents(service, began), "cpu": str(container.get("cpu", 0)),
            **({"memory": str(container["memory"])} if container.get("memory") else {})} for container in definition["containerDefinitions"]]
        tasks.append({
            "taskArn": arn, "clusterArn": service["clusterArn"], "taskDefinitionArn": service["taskDefinition"],
            "group": f"service:{service['serviceName']}", "startedBy": deployment["id"], "desiredStatus": "RUNNING",
            "lastStatus": "RUNNING", "healthStatus": "HEALTHY" if checked else "UNKNOWN", "launchType": service.get("launchType") or "FARGATE",
            "availabilityZone": zone, "connectivity": "CONNECTED", "connectivityAt": began + datetime.timedelta(seconds=15),
            "createdAt": began, "pullStartedAt": began + datetime.timedelta(seconds=20), "pullStoppedAt": began + datetime.timedelta(seconds=35),
            "startedAt": began + datetime.timedelta(seconds=40), "cpu": definition.get("cpu"), "memory": definition.get("memory"),
            "platformVersion": "1.4.0", "platformFamily": "Linux", "version": 3, "enableExecuteCommand": service["enableExecuteCommand"],
            "overrides": {"containerOverrides": [{"name": container["name"]} for container in containers], "inferenceAcceleratorOverrides": []},
            "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}], "tags": [], "containers": containers,
            "attachments": [{"id": str(uuid.uuid5(uuid.NAMESPACE_URL, identifier)), "type": "ElasticNetworkInterface", "status": "ATTACHED",
                             "details": [{"name": "subnetId", "value": subnet}, {"name": "networkInterfaceId", "value": interface},
                                         {"name": "privateIPv4Address", "value": address}]}]})
    return tasks


def cluster_name(call):
    return (call.params.get("cluster") or "default").split("/")[-1]


def known_tasks(call):
    """Every task of the cluster that a service started, running or lately stopped."""
    cluster = cluster_name(call)
    running = [task for service in services_of(call, cluster) for task in tasks_of(call, service)]
    stopped = [task for task in memory(call, "stopped task").values() if task["clusterArn"].split("/")[-1] == cluster]
    return running + stopped


@amend("ecs:ListTasks")
def list_tasks(call):
    wanted = call.params
    status = wanted.get("desiredStatus") or "RUNNING"
    size = wanted.get("maxResults") or 100
    if not 1 <= size <= 100:
        raise invalid("maxResults must be between 1 and 100")
    asked = without(wanted, "serviceName", "maxResults", "nextToken")
    others = call.moto(params={**asked, "desiredStatus": status}).get("taskArns") or []
    tasks = [task for task in known_tasks(call) if task["desiredStatus"] == status]
    if wanted.get("serviceName"):
        name = wanted["serviceName"].split("/")[-1]
        if name not in [service["serviceName"] for service in services_of(call, cluster_name(call))]:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        tasks, others = [task for task in tasks if task["group"] == f"service:{name}"], []
    if wanted.get("family"):
        tasks = [task for task in tasks if task["taskDefinitionArn"].split("/")[-1].split(":")[0] == wanted["family"]]
    if wanted.get("startedBy"):
        tasks = [task for task in tasks if task["startedBy"] == wanted["startedBy"]]
    if wanted.get("launchType"):
        tasks = [task for task in tasks if task["launchType"] == wanted["launchType"]]
    arns, token = page([task["taskArn"] for task in tasks] + others, wanted.get("nextToken"), size)
    return {"taskArns": arns, "nextToken": token}


@amend("ecs:DescribeTasks")
def describe_tasks(call):
    asked = call.params.get("tasks") or []
    if len(asked) > 100:
        raise invalid("Tasks cannot be longer than 100.")
    ours = {task["taskArn"].split("/")[-1]: task for task in known_tasks(call)}
    found = [ours[one.split("/")[-1]] for one in asked if one.split("/")[-1] in ours]
    rest = [one for one in asked if one.split("/")[-1] not in ours]
    failures = []
    for one in rest:
        answer = call.moto(params={**call.params, "tasks": [one]})
        got = answer.get("tasks") or []
        for task in got:
            whole(call, task)
        found += got
        if not got:
            arn = one if one.startswith("arn:") else f"arn:aws:ecs:{call.region}:{call.account}:task/{cluster_name(call)}/{one}"
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"tasks": found, "failures": failures}


def whole(call, task):
    """A task of RunTask: moto leaves its containers pending and forgets when it began."""
    began = memory(call, "run task").get(task["taskArn"])
    if began:
        task.update(createdAt=began, startedAt=began)
    for container in task.get("containers") or []:
        container["taskArn"] = task["taskArn"]
        if task.get("lastStatus") == "RUNNING":
            container["lastStatus"] = "RUNNING"
            container.pop("exitCode", None)


def with_memory(requirements):
    """moto wants the memory of each container, which a task on Fargate may leave out."""
    def of(task_definition):
        for container in task_definition.container_definitions:
            if not {"memory", "memoryReservation", "Memory", "MemoryReservation"} & set(container):
                return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}
        return requirements(task_definition)
    return staticmethod(of)


EC2ContainerServiceBackend._calculate_task_resource_requirements = with_memory(
    EC2ContainerServiceBackend._calculate_task_resource_requirements)


@amend("ecs:RunTask")
def run_task(call):
    answer = call.moto()
    for task in answer.get("tasks") or []:
        memory(call, "run task")[task["taskArn"]] = datetime.datetime.now(UTC)
        whole(call, task)
    return answer


@amend("ecs:StopTask")
def stop_task(call):
    """A service's task that is stopped is remembered as stopped, and another takes its place."""
    identifier = call.params["task"].split("/")[-1]
    for service in services_of(call, cluster_name(call)):
        for slot, task in enumerate(tasks_of(call, service)):
            if task["taskArn"].split("/")[-1] != identifier:
                continue
            now = datetime.datetime.now(UTC)
            task.update(desiredStatus="STOPPED", lastStatus="STOPPED", stopCode="UserInitiated", stoppingAt=now, stoppedAt=now,
                        executionStoppedAt=now, stoppedReason=call.params.get("reason") or "Task stopped by user")
            for container in task["containers"]:
                container.update(lastStatus="STOPPED", exitCode=143)
            memory(call, "stopped task")[task["taskArn"]] = task
            turns = memory(call, "stopped slot")
            turns[service["serviceArn"], slot] = turns.get((service["serviceArn"], slot), 0) + 1
            memory(call, "slot began")[service["serviceArn"], slot] = now
            return {"task": task}
    return call.moto()


@amend("ecs:ListServiceDeployments")
def list_service_deployments(call):
    """The finished deployments of a service: the current one, and those that went before it here."""
    name, cluster = call.params["service"].split("/")[-1], call.params.get("cluster")
    if call.params["service"].startswith("arn:") and not cluster:
        cluster = call.params["service"].split("/")[-2]
    mine = [service for service in services_of(call, cluster or "default") if service["serviceName"] == name]
    found = [one for service in mine for one in records_of(call, service)]
    if not found:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    wanted = call.params.get("status")
    brief = ("serviceDeploymentArn", "serviceArn", "clusterArn", "createdAt", "startedAt", "finishedAt", "targetServiceRevisionArn", "status")
    return {"serviceDeployments": [{key: one[key] for key in brief if key in one} for one in found if not wanted or one["status"] in wanted]}


@amend("ecs:DescribeServiceDeployments")
def describe_service_deployments(call):
    found, failures = [], []
    for arn in call.params.get("serviceDeploymentArns") or []:
        known = [one for service in services_of(call, arn.split("/")[-3]) for one in records_of(call, service)]
        hit = [one for one in known if one["serviceDeploymentArn"] == arn]
        found += [without(one, "targetServiceRevisionArn", "taskDefinition") for one in hit]
        if not hit:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"serviceDeployments": found, "failures": failures}


@amend("ecs:DescribeServiceRevisions")
def describe_service_revisions(call):
    found, failures = [], []
    for arn in call.params.get("serviceRevisionArns") or []:
        known = [one for service in services_of(call, arn.split("/")[-3]) for one in records_of(call, service)]
        hit = [one for one in known if one["targetServiceRevisionArn"] == arn]
        if not hit:
            failures.append({"arn": arn, "reason": "MISSING"})
        for one in hit[:1]:
            definition = call.moto(operation="DescribeTaskDefinition", params={"taskDefinition": one["taskDefinition"]})["taskDefinition"]
            found.append({"serviceRevisionArn": arn, "serviceArn": one["serviceArn"], "clusterArn": one["clusterArn"],
                          "taskDefinition": one["taskDefinition"], "createdAt": one["createdAt"], "containerImages": [
                              {"containerName": container["name"], "image": container["image"],
                               "imageDigest": "sha256:" + hashlib.sha256(container["image"].encode()).hexdigest()}
                              for container in definition["containerDefinitions"]]})
    return {"serviceRevisions": found, "failures": failures}


def records_of(call, service):
    """Its deployments, newest first."""
    now = {**deployment_record(call, service), "taskDefinition": service["taskDefinition"]}
    return [now] + memory(call, "past deployment").get(service["serviceArn"], [])


def deployment_record(call, service):
    deployment, cluster = service["deployments"][0], service["clusterArn"].split("/")[-1]
    mark = hashlib.md5(deployment["id"].encode(), usedforsecurity=False).hexdigest()
    tail, count = f"{cluster}/{service['serviceName']}", service["runningCount"]
    revision = f"arn:aws:ecs:{call.region}:{call.account}:service-revision/{tail}/{int(mark[:15], 16):019d}"
    done = deployment.get("updatedAt") or deployment["createdAt"]
    return {"serviceDeploymentArn": f"arn:aws:ecs:{call.region}:{call.account}:service-deployment/{tail}/{mark[:21]}",
            "serviceArn": service["serviceArn"], "clusterArn": service["clusterArn"], "createdAt": deployment["createdAt"],
            "startedAt": deployment["createdAt"], "finishedAt": done, "updatedAt": done, "status": "SUCCESSFUL",
            "targetServiceRevisionArn": revision, "deploymentConfiguration": service["deploymentConfiguration"],
            "targetServiceRevision": {"arn": revision, "requestedTaskCount": count, "runningTaskCount": count, "pendingTaskCount": 0},
            "deploymentCircuitBreaker": {"status": "MONITORING_COMPLETE", "failureCount": 0, "threshold": 3}}
