"""Application Auto Scaling: nothing has ever scaled here, and that is what it says; and what AWS refuses that moto takes.

Never acts on a target: no scheduled action fires.
"""

import wire
from amends import amend


def dimension_needs_resource(call, resources):
    """AWS takes a scalable dimension only together with the resources it is about."""
    if call.params.get("ScalableDimension") and not call.params.get(resources):
        raise wire.AwsError("ValidationException", f"{resources} must be specified if ScalableDimension is")


@amend("application-autoscaling:DescribeScalingActivities")
def describe_scaling_activities(_call):
    return {"ScalingActivities": []}


@amend("application-autoscaling:DescribeScalableTargets")
def describe_scalable_targets(call):
    dimension_needs_resource(call, "ResourceIds")
    return call.moto()


@amend("application-autoscaling:DescribeScheduledActions")
def describe_scheduled_actions(call):
    dimension_needs_resource(call, "ResourceId")
    return call.moto()


@amend("application-autoscaling:PutScheduledAction")
def put_scheduled_action(call):
    resource = call.params["ResourceId"]
    known = call.moto(operation="DescribeScalableTargets", params={"ServiceNamespace": "ecs", "ResourceIds": [resource]})
    if not known.get("ScalableTargets"):
        raise wire.AwsError("ObjectNotFoundException", f"No scalable target registered for service namespace: ecs, resource ID: {resource}")
    return call.moto()
