"""EventBridge Scheduler: groups that are there, or are not. moto makes one twice, keeps the tags of one that is gone, and
takes tags for one that never was.

Never fires a schedule.
"""

import wire
from amends import amend


def groups(call):
    return {group["Name"]: group for group in call.moto(operation="ListScheduleGroups", params={}).get("ScheduleGroups", [])}


def needed(call, name):
    group = groups(call).get(name)
    if not group:
        raise wire.AwsError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
    return group


def tagged(call):
    needed(call, call.params["ResourceArn"].rsplit("/", 1)[-1])
    return call.moto()


@amend("scheduler:CreateScheduleGroup")
def create_schedule_group(call):
    if call.params["Name"] in groups(call):
        raise wire.AwsError("ConflictException", f"Schedule group {call.params['Name']} already exists.", 409)
    return call.moto()


@amend("scheduler:DeleteScheduleGroup")
def delete_schedule_group(call):
    arn = needed(call, call.params["Name"])["Arn"]
    tags = call.moto(operation="ListTagsForResource", params={"ResourceArn": arn}).get("Tags") or []
    if tags:
        call.moto(operation="UntagResource", params={"ResourceArn": arn, "TagKeys": [tag["Key"] for tag in tags]})
    return call.moto()


@amend("scheduler:ListTagsForResource")
def list_tags_for_resource(call):
    return tagged(call)


@amend("scheduler:TagResource")
def tag_resource(call):
    return tagged(call)


@amend("scheduler:UntagResource")
def untag_resource(call):
    return tagged(call)
