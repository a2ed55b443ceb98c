"""CloudWatch alarms: pages, types, when a state began, composite alarms and history.

Composite alarms are kept here because moto has none. Nothing is evaluated: a state changes when SetAlarmState says so.
"""

import datetime
import json
import zoneinfo

from wire import AwsError, UTC
from amends import amend, memory, page, without

UNCHECKED = "Unchecked: Initial alarm creation"


def metric_alarms(call, **wanted):
    """moto's alarms, with the state a fresh alarm has in AWS and the time its state began."""
    alarms = call.moto(operation="DescribeAlarms", params=wanted).get("MetricAlarms") or []
    began = memory(call, "alarm transition")
    for alarm in alarms:
        if alarm.get("StateReason") == UNCHECKED:
            alarm["StateValue"] = "INSUFFICIENT_DATA"
        if not alarm.get("Metrics"):
            alarm.pop("Metrics", None)
        alarm["StateTransitionedTimestamp"] = began.get(alarm["AlarmName"]) or alarm["StateUpdatedTimestamp"]
    return sorted(alarms, key=lambda alarm: alarm["AlarmName"])


@amend("cloudwatch:DescribeAlarms")
def describe_alarms(call):
    wanted = call.params
    types = wanted.get("AlarmTypes") or ["MetricAlarm"]
    found = []
    if "MetricAlarm" in types:
        filters = {key: wanted[key] for key in ("AlarmNames", "AlarmNamePrefix") if wanted.get(key)}
        found += [("MetricAlarms", alarm) for alarm in metric_alarms(call, **filters)]
    if "CompositeAlarm" in types:
        composites = sorted(memory(call, "composite alarm").values(), key=lambda alarm: alarm["AlarmName"])
        found += [("CompositeAlarms", alarm) for alarm in composites
                  if not wanted.get("AlarmNames") or alarm["AlarmName"] in wanted["AlarmNames"]]
    prefix, state, action = wanted.get("AlarmNamePrefix"), wanted.get("StateValue"), wanted.get("ActionPrefix")
    found = [(kind, alarm) for kind, alarm in found
             if (not prefix or alarm["AlarmName"].startswith(prefix)) and (not state or alarm["StateValue"] == state)
             and (not action or any(one.startswith(action) for one in alarm.get("AlarmActions") or []))]
    found, token = page(found, wanted.get("NextToken"), wanted.get("MaxRecords") or 50)
    answer = {"MetricAlarms": [], "CompositeAlarms": [], "NextToken": token}
    for kind, alarm in found:
        answer[kind].append(alarm)
    return answer


@amend("cloudwatch:PutCompositeAlarm")
def put_composite_alarm(call):
    now = datetime.datetime.now(UTC)
    name = call.params["AlarmName"]
    known = memory(call, "composite alarm")
    alarm = {"ActionsEnabled": True, "AlarmActions": [], "OKActions": [], "InsufficientDataActions": [],
             "StateValue": "INSUFFICIENT_DATA", "StateReason": UNCHECKED, "StateUpdatedTimestamp": now, "StateTransitionedTimestamp": now}
    alarm.update(known.get(name) or {})
    alarm.update(without(call.params, "Tags"))
    alarm.update(AlarmArn=f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{name}", AlarmConfigurationUpdatedTimestamp=now)
    known[name] = alarm


@amend("cloudwatch:DeleteAlarms")
def delete_alarms(call):
    composites = memory(call, "composite alarm")
    rest = [name for name in call.params.get("AlarmNames") or [] if composites.pop(name, None) is None]
    if rest:
        call.moto(params={"AlarmNames": rest})


@amend("cloudwatch:SetAlarmState")
def set_alarm_state(call):
    name, state, now = call.params["AlarmName"], call.params["StateValue"], datetime.datetime.now(UTC)
    composite = memory(call, "composite alarm").get(name)
    if composite:
        old = composite["StateValue"]
        composite.update(StateValue=state, StateReason=call.params["StateReason"], StateUpdatedTimestamp=now)
        if old != state:
            composite["StateTransitionedTimestamp"] = now
    else:
        alarms = metric_alarms(call, AlarmNames=[name])
        if not alarms:
            raise AwsError("ResourceNotFound", f"Unknown alarm: {name}", 404)
        old = alarms[0]["StateValue"]
        call.moto()
        began = memory(call, "alarm transition")
        began[name] = now if old != state else began.get(name, now)
    if old != state:
        kind = "CompositeAlarm" if composite else "MetricAlarm"
        memory(call, "alarm history").setdefault(name, []).insert(0, {
            "AlarmName": name, "AlarmType": kind, "Timestamp": now, "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {old} to {state}",
            "HistoryData": json.dumps({"version": "1.0", "oldState": {"stateValue": old},
                                       "newState": {"stateValue": state, "stateReason": call.params["StateReason"]}})})


@amend("cloudwatch:DescribeAlarmHistory")
def describe_alarm_history(call):
    wanted = call.params
    items = []
    for name, history in memory(call, "alarm history").items():
        if wanted.get("AlarmName") in (None, name):
            items += history
    kinds = wanted.get("AlarmTypes") or ["MetricAlarm"]
    items = [item for item in items
             if item["AlarmType"] in kinds and wanted.get("HistoryItemType") in (None, item["HistoryItemType"])
             and not (wanted.get("StartDate") and item["Timestamp"] < wanted["StartDate"])
             and not (wanted.get("EndDate") and item["Timestamp"] > wanted["EndDate"])]
    items.sort(key=lambda item: item["Timestamp"], reverse=wanted.get("ScanBy") != "TimestampAscending")
    items, token = page(items, wanted.get("NextToken"), wanted.get("MaxRecords") or 100)
    return {"AlarmHistoryItems": items, "NextToken": token}


@amend("cloudwatch:PutAlarmMuteRule")
def put_alarm_mute_rule(call):
    kept = dict(call.params, LastUpdatedTimestamp=datetime.datetime.now(UTC))
    kept["AlarmMuteRuleArn"] = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm-mute-rule:{kept['Name']}"
    memory(call, "mute rules")[kept["Name"]] = kept
    return {}


def mute_rule(kept):
    """A mute rule with the status it has by now; one that comes again and again is never found in its hours."""
    now = datetime.datetime.now(UTC)
    schedule = kept["Rule"]["Schedule"]
    once = schedule["Expression"].startswith("at(")
    status = "SCHEDULED"
    if once:
        zone = zoneinfo.ZoneInfo(schedule.get("Timezone") or "UTC")
        began = datetime.datetime.fromisoformat(schedule["Expression"][3:-1]).replace(tzinfo=zone)
        status = "ACTIVE" if began <= now else "SCHEDULED"
    if kept.get("ExpireDate") and kept["ExpireDate"] <= now:
        status = "EXPIRED"
    return dict(without(kept, "Tags"), Status=status, MuteType="ONE_TIME" if once else "RECURRING")


@amend("cloudwatch:ListAlarmMuteRules")
def list_alarm_mute_rules(call):
    wanted = call.params
    rules = [mute_rule(kept) for _, kept in sorted(memory(call, "mute rules").items())]
    rules = [rule for rule in rules
             if rule["Status"] in (wanted.get("Statuses") or [rule["Status"]])
             and wanted.get("AlarmName") in [None, *(rule.get("MuteTargets") or {}).get("AlarmNames", [])]]
    rules, token = page(rules, wanted.get("NextToken"), wanted.get("MaxRecords") or 50)
    return {"AlarmMuteRuleSummaries": [without(rule, "Name", "Description", "Rule", "MuteTargets", "StartDate") for rule in rules],
            "NextToken": token}


@amend("cloudwatch:GetAlarmMuteRule")
def get_alarm_mute_rule(call):
    name = call.params["AlarmMuteRuleName"]
    kept = memory(call, "mute rules").get(name)
    if kept is None:
        raise AwsError("ResourceNotFoundException", f"Unknown alarm mute rule: {name}", 404)
    return mute_rule(kept)


@amend("cloudwatch:DeleteAlarmMuteRule")
def delete_alarm_mute_rule(call):
    memory(call, "mute rules").pop(call.params["AlarmMuteRuleName"], None)
    return {}
