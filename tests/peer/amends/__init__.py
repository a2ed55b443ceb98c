"""What moto gets wrong or lacks, put right from moto's own state, one module per service.

Holds the table of amended operations, the memory of what moto drops, and paging. An amend returns the whole answer
under the names of the API model. Never holds a scripted answer or a made-up incident: those belong to the tests.
"""

import base64

import wire

AMENDS = {}
MEMORY = {}


def amend(name):
    def keep(function):
        AMENDS[name] = function
        return function
    return keep


def memory(call, kind):
    """What was remembered of one kind, in the caller's account and region."""
    return MEMORY.setdefault((call.account, call.region, kind), {})


def forget():
    MEMORY.clear()


def page(items, token, size):
    """One page and the token of the next."""
    start = 0
    if token:
        try:
            start = int(base64.b64decode(token, validate=True).decode().removeprefix("page:"))
        except ValueError as error:
            raise wire.AwsError("InvalidParameterException", "Invalid token") from error
    following = start + size
    more = base64.b64encode(f"page:{following}".encode()).decode() if following < len(items) else None
    return items[start:following], more


def without(params, *names):
    return {key: value for key, value in params.items() if key not in names}


from amends import acm, cloudwatch, ecs, elasticloadbalancing, jobs, kept, lambda_, rds, scaling, scheduler, ssm, tag  # noqa: E402,F401
