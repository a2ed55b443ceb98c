"""Application Auto Scaling: nothing has ever scaled here, and that is what it says. Never acts on a target."""

from amends import amend


@amend("application-autoscaling:DescribeScalingActivities")
def describe_scaling_activities(_call):
    return {"ScalingActivities": []}
