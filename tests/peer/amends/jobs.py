"""Batch and Step Functions: what is begun by hand is listed from then on, as done at once.

A job is kept in the list of its queue and an execution in that of its machine; an execution of a name there is already
is not begun again. Never runs anything.
"""

import datetime
import uuid

from wire import UTC
from amends import MEMORY, amend
from amends.kept import keep


@amend("batch:SubmitJob")
def submit_job(call):
    job, name, queue = str(uuid.uuid4()), call.params["jobName"], call.params["jobQueue"]
    now = int(datetime.datetime.now(UTC).timestamp() * 1000)
    arn = f"arn:aws:batch:{call.region}:{call.account}:job/{job}"
    keep(call.account, call.region, "batch:ListJobs", {
        "jobId": job, "jobArn": arn, "jobName": name, "status": "SUCCEEDED", "createdAt": now, "startedAt": now, "stoppedAt": now,
        "jobDefinition": call.params["jobDefinition"]}, of=queue)
    return {"jobId": job, "jobArn": arn, "jobName": name}


@amend("states:StartExecution")
def start_execution(call):
    machine, name = call.params["stateMachineArn"], call.params.get("name") or str(uuid.uuid4())
    arn = machine.replace(":stateMachine:", ":execution:") + ":" + name
    known = MEMORY.get((call.account, call.region, "states:ListExecutions"), {}).get(machine, [])
    begun = next((one["startDate"] for one in known if one["name"] == name), None)
    if begun is None:
        begun = datetime.datetime.now(UTC)
        keep(call.account, call.region, "states:ListExecutions", {
            "executionArn": arn, "stateMachineArn": machine, "name": name, "status": "SUCCEEDED", "startDate": begun,
            "stopDate": begun}, of=machine)
    return {"executionArn": arn, "startDate": begun}
