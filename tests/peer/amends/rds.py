"""RDS: what a stop means (a restart in seven days, members that stop with their cluster) and answers moto lacks.

States change at once, as in moto; a test that wants `stopping` or `starting` scripts it.
"""

import datetime

from wire import UTC
from amends import amend, memory, page, without

RESTART_AFTER = datetime.timedelta(days=7)


@amend("rds:StopDBInstance")
def stop_db_instance(call):
    answer = call.moto()
    memory(call, "stopped db")["instance", call.params["DBInstanceIdentifier"]] = datetime.datetime.now(UTC) + RESTART_AFTER
    return answer


@amend("rds:StopDBCluster")
def stop_db_cluster(call):
    answer = call.moto()
    memory(call, "stopped db")["cluster", call.params["DBClusterIdentifier"]] = datetime.datetime.now(UTC) + RESTART_AFTER
    answer["DBCluster"]["Status"] = "stopping"
    return answer


@amend("rds:StartDBCluster")
def start_db_cluster(call):
    answer = call.moto()
    answer["DBCluster"]["Status"] = "starting"
    return answer


@amend("rds:RebootDBInstance")
def reboot_db_instance(call):
    """moto forgets a reboot at once: it is seen at the next look, as at AWS; a failover leads to another zone."""
    answer = call.moto()
    memory(call, "reboots")[call.params["DBInstanceIdentifier"]] = True
    if call.params.get("ForceFailover") in (True, "true"):
        moved = memory(call, "failovers")
        moved[call.params["DBInstanceIdentifier"]] = not moved.get(call.params["DBInstanceIdentifier"])
    answer["DBInstance"]["DBInstanceStatus"] = "rebooting"
    return answer


@amend("rds:DescribeDBInstances")
def describe_db_instances(call):
    answer = call.moto()
    reboots = memory(call, "reboots")
    for instance in answer.get("DBInstances") or []:
        if reboots.pop(instance["DBInstanceIdentifier"], None):
            instance["DBInstanceStatus"] = "rebooting"
        zone = instance.get("AvailabilityZone")
        if zone and memory(call, "failovers").get(instance["DBInstanceIdentifier"]):
            instance["AvailabilityZone"] = zone[:-1] + ("c" if zone.endswith("a") else "a")
    restarts = memory(call, "stopped db")
    instances = answer.get("DBInstances") or []
    stopped = set()
    if any(instance.get("DBClusterIdentifier") for instance in instances):
        clusters = call.moto(operation="DescribeDBClusters", params={})["DBClusters"]
        stopped = {cluster["DBClusterIdentifier"] for cluster in clusters if cluster["Status"] == "stopped"}
    for instance in instances:
        if instance.get("DBClusterIdentifier") in stopped:
            instance["DBInstanceStatus"] = "stopped"
        restart = restarts.get(("instance", instance["DBInstanceIdentifier"]))
        if instance["DBInstanceStatus"] == "stopped" and restart:
            instance["AutomaticRestartTime"] = restart
    return answer


@amend("rds:DescribeDBLogFiles")
def describe_db_log_files(call):
    """moto knows no filter of log files, and refuses the call."""
    since = int(call.params.get("FileLastWritten") or 0)
    filters = ("FileLastWritten", "FileSize", "FilenameContains", "MaxRecords", "Marker")
    answer = call.moto(params=without(call.params, *filters))
    files = answer.get("DescribeDBLogFiles") or []
    answer["DescribeDBLogFiles"] = [file for file in files if int(file.get("LastWritten") or 0) >= since]
    return answer


@amend("rds:DescribeDBClusters")
def describe_db_clusters(call):
    restarts = memory(call, "stopped db")
    clusters = call.moto(params=without(call.params, "MaxRecords", "Marker")).get("DBClusters") or []
    for cluster in clusters:
        if cluster["Status"] == "started":
            cluster["Status"] = "available"
        restart = restarts.get(("cluster", cluster["DBClusterIdentifier"]))
        if cluster["Status"] == "stopped" and restart:
            cluster["AutomaticRestartTime"] = restart
    clusters, token = page(clusters, call.params.get("Marker"), call.params.get("MaxRecords") or 100)
    return {"DBClusters": clusters, "Marker": token}


@amend("rds:DescribePendingMaintenanceActions")
def describe_pending_maintenance_actions(_call):
    return {"PendingMaintenanceActions": []}


@amend("rds:DescribeBlueGreenDeployments")
def describe_blue_green_deployments(call):
    """moto stumbles over what pages its answer."""
    pairs = call.moto(params=without(call.params, "MaxRecords", "Marker")).get("BlueGreenDeployments") or []
    pairs, token = page(pairs, call.params.get("Marker"), call.params.get("MaxRecords") or 100)
    return {"BlueGreenDeployments": pairs, "Marker": token}


@amend("rds:DescribeDBRecommendations")
def describe_db_recommendations(_call):
    """moto has none."""
    return {"DBRecommendations": []}
