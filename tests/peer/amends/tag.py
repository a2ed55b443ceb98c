"""Resource Groups Tagging: only what carries a tag. moto also lists load balancers that have none, and no rules of
EventBridge at all."""

from amends import amend


@amend("tag:GetResources")
def get_resources(call):
    answer = call.moto()
    answer["ResourceTagMappingList"] = [one for one in answer.get("ResourceTagMappingList") or [] if one.get("Tags")]
    answer["ResourceTagMappingList"] += rules(call) if not answer.get("PaginationToken") else []
    return answer


def rules(call):
    """Rules of the default bus that carry a tag, on the last page."""
    found = []
    for rule in call.moto("events", "ListRules", {}).get("Rules") or []:
        tags = call.moto("events", "ListTagsForResource", {"ResourceARN": rule["Arn"]}).get("Tags") or []
        if tags:
            found.append({"ResourceARN": rule["Arn"], "Tags": tags})
    return found
