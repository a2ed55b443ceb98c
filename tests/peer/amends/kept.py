"""Services that a console only lists: what the customers' systems keep there is listed again, without moto, whose parts
for them are slow to load.

Holds the items under the operation that lists them, per account and region. Never progresses anything: a test scripts
what happens.
"""

from amends import MEMORY, amend

# Where services keep what is there once for all regions.
EVERYWHERE = "global"
# Each operation with the member of its answer that holds the list, and what else an answer must have.
LISTS = {
    "batch:DescribeJobQueues": ("jobQueues", {}), "batch:DescribeComputeEnvironments": ("computeEnvironments", {}),
    "batch:DescribeJobDefinitions": ("jobDefinitions", {}), "batch:ListJobs": ("jobSummaryList", {}),
    "cloudfront:ListDistributions": ("DistributionList", {}),
    "states:ListStateMachines": ("stateMachines", {}), "states:ListExecutions": ("executions", {}),
}


def keep(account, region, operation, item, of=None):
    """Keeps one item for an operation; `of` names whose list it is in, where there are several."""
    MEMORY.setdefault((account, region, operation), {}).setdefault(of, []).append(item)


def owner(call):
    """Whose list is asked for, of operations that list something of one resource."""
    return call.params.get("jobQueue") or call.params.get("stateMachineArn")


def listing(operation, member, more):
    @amend(operation)
    def answer(call):
        regions = (call.region, EVERYWHERE)
        kept = [item for region in regions for item in MEMORY.get((call.account, region, operation), {}).get(owner(call), [])]
        if member == "DistributionList":
            return {member: {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(kept), "Items": kept}}
        return {member: kept, **more}


for name, (member, more) in LISTS.items():
    listing(name, member, more)
