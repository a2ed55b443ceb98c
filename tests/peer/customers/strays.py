"""What belongs to no system and lies about in every account: it must end up unassigned, not in somebody's environment."""


def build(site):
    topic = site.topic("billing")
    site.alarm(None, "monthly-bill-over-300-usd", "AWS/Billing", "EstimatedCharges", {"Currency": "USD"}, 300, topic, Statistic="Maximum")
    site.log_group(None, "/aws/rds/proxy/leftover")
