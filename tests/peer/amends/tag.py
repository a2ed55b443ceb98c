"""Resource Groups Tagging: only what carries a tag. moto also lists load balancers that have none."""

from amends import amend


@amend("tag:GetResources")
def get_resources(call):
    answer = call.moto()
    answer["ResourceTagMappingList"] = [one for one in answer.get("ResourceTagMappingList") or [] if one.get("Tags")]
    return answer
