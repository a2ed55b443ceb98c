"""Services that a console only lists: what the customers' systems keep there is listed again, without moto, whose parts
for them are slow to load.

Holds the items under the operation that lists them, per account and region. Never progresses anything: a test scripts
what happens.
"""

import wire
from amends import MEMORY, amend

# Where services keep what is there once for all regions.
EVERYWHERE = "global"
# Each operation with the member of its answer that holds the list, and what else an answer must have.
LISTS = {
    "batch:DescribeJobQueues": ("jobQueues", {}), "batch:DescribeComputeEnvironments": ("computeEnvironments", {}),
    "batch:DescribeJobDefinitions": ("jobDefinitions", {}), "batch:ListJobs": ("jobSummaryList", {}),
    "cloudfront:ListDistributions": ("DistributionList", {}),
    "cloudformation:DescribeStacks": ("Stacks", {}), "cognito-idp:ListUserPools": ("UserPools", {}),
    "wafv2:ListWebACLs": ("WebACLs", {}), "apigateway:GetRestApis": ("items", {}), "apigatewayv2:GetApis": ("Items", {}), "apigateway:GetStages": ("item", {}),
    "route53:ListHostedZones": ("HostedZones", {"Marker": "", "IsTruncated": False, "MaxItems": "100"}),
    "states:ListStateMachines": ("stateMachines", {}), "states:ListExecutions": ("executions", {}),
}


def keep(account, region, operation, item, of=None):
    """Keeps one item for an operation; `of` names whose list it is in, where there are several."""
    MEMORY.setdefault((account, region, operation), {}).setdefault(of, []).append(item)


def owner(call):
    """Whose list is asked for, of operations that list something of one resource."""
    names = ("jobQueue", "stateMachineArn", "restApiId", "ApiId", "UserPoolId", "Id", "HostedZoneId")
    return next((call.params[name] for name in names if call.params.get(name)), None)


def listing(operation, member, more):
    @amend(operation)
    def answer(call):
        regions = (call.region, EVERYWHERE)
        kept = [item for region in regions for item in MEMORY.get((call.account, region, operation), {}).get(owner(call), [])]
        if member == "DistributionList":
            return {member: {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(kept), "Items": kept}}
        return {member: kept, **more}


def single(operation, member):
    @amend(operation)
    def answer(call):
        kept = MEMORY.get((call.account, call.region, operation), {}).get(owner(call))
        if not kept:
            raise wire.AwsError("ResourceNotFoundException", f"there is no {owner(call)}")
        return {member: kept[0]}


# Operations that tell one of them.
single("cognito-idp:DescribeUserPool", "UserPool")
single("wafv2:GetWebACL", "WebACL")
for name, (member, more) in LISTS.items():
    listing(name, member, more)
