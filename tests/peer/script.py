"""Scripted answers: what a test wants the cloud to say, in front of what moto would say.

Holds the scripts in the order they were given, finds the one for a call, and lays a patch over moto's answer.
Never serialises and never opens a socket.
"""

import copy
import itertools
import json
import re
import threading

import wire

KNOWN = {"service", "operation", "match", "account", "region", "times", "after", "answer", "error", "patch", "raw",
         "delay", "hold", "cut", "act", "strange"}
SELECTOR = re.compile(r"\[(?:(?P<key>[^=\]]+)=(?P<glob>.*)|(?P<all>\*)|(?P<index>\d+)|(?P<add>\+))\]", re.DOTALL)


class Script:
    numbers = itertools.count(1)

    def __init__(self, given):
        unknown = set(given) - KNOWN
        if unknown:
            raise wire.Unreadable(f"a script has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(KNOWN))}")
        if "service" not in given or "operation" not in given:
            raise wire.Unreadable("a script needs a service and an operation")
        if sum(key in given for key in ("answer", "error", "patch", "raw")) > 1:
            raise wire.Unreadable("a script has one of answer, error, patch and raw, or none (then moto answers)")
        if given.get("act") and not any(key in given for key in ("answer", "error", "raw")):
            raise wire.Unreadable("what acts answers otherwise by itself: act goes with answer, error or raw")
        if given.get("cut") not in (None, False, True, "unseen", "all"):
            raise wire.Unreadable('cut is true, "unseen" or "all"')
        self.given = given
        self.service, self.operation = wire.iam_name(given["service"]), given["operation"]
        self.left = given.get("times")
        self.skip = given.get("after") or 0
        self.used = 0
        try:
            output = wire.model_of(self.service, self.operation).output_shape
        except Exception as error:
            raise wire.Unreadable(f"no operation {self.service}:{self.operation}: {error}") from error
        if given.get("answer") is not None and output is not None:
            wire.fit(given["answer"], output)
        if given.get("patch") is not None and output is not None:
            wire.fit_patch(given["patch"], output)
        self.no_strangers(given, output)
        self.id = next(self.numbers)

    @staticmethod
    def no_strangers(given, output):
        """Values that AWS's model does not list are refused, but for those that the test says it makes up."""
        marked = set(given.get("strange") or [])
        found = {}
        for part in ("answer", "patch"):
            if given.get(part) is not None and output is not None:
                found.update({str(value): path for path, value in wire.strangers(given[part], output, part)})
        for value, path in found.items():
            if value not in marked:
                raise wire.Unreadable(f"{path} is {value!r}, which the model does not list; mark it in `strange` if that is meant")
        if marked - set(found):
            raise wire.Unreadable(f"{', '.join(sorted(marked - set(found)))} in `strange` is not strange")

    def fits(self, call):
        if (self.service, self.operation) != (call.service, call.operation):
            return False
        if self.left is not None and self.left <= 0:
            return False
        if "account" in self.given and self.given["account"] != call.account:
            return False
        if "region" in self.given and self.given["region"] != call.region:
            return False
        for path, wanted in (self.given.get("match") or {}).items():
            value = call.params
            for step in path.split("."):
                value = value.get(step) if isinstance(value, dict) else None
            if wanted is None:
                if value is not None:
                    return False
            elif value is None:
                return False
            else:
                text = value if isinstance(value, str) else json.dumps(wire.plain(value), ensure_ascii=False)
                if str(wanted) not in text:
                    return False
        return True


class Shelf:
    def __init__(self):
        self.lock = threading.Lock()
        self.scripts = []

    def add(self, given):
        made = [Script(one) for one in (given if isinstance(given, list) else [given])]
        with self.lock:
            self.scripts.extend(made)
        return [script.id for script in made]

    def remove(self, ids):
        with self.lock:
            self.scripts = [script for script in self.scripts if script.id not in ids]

    def clear(self):
        with self.lock:
            self.scripts = []

    def listing(self):
        with self.lock:
            return [{"id": script.id, "used": script.used, "left": script.left, "script": script.given}
                    for script in self.scripts]

    def take(self, call):
        """The oldest script that fits and still has a turn; its turn is taken."""
        with self.lock:
            for script in self.scripts:
                if not script.fits(call):
                    continue
                if script.skip > 0:
                    script.skip -= 1
                    continue
                if script.left is not None:
                    script.left -= 1
                script.used += 1
                return script
        return None


def lay_over(answer, patch):
    """The answer with the patch merged in; `null` takes a member away.

    In a list, `[key=glob]`, `[*]` and `[0]` choose elements to merge into (or, with null, to drop), `[+]` appends;
    a plain list replaces the whole list.
    """
    if isinstance(patch, dict) and any(SELECTOR.fullmatch(key) for key in patch):
        return lay_over_list(list(answer or []), patch)
    if isinstance(patch, dict) and (isinstance(answer, dict) or answer is None):
        merged = dict(answer or {})
        for key, value in patch.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = lay_over(merged.get(key), value)
        return merged
    return copy.deepcopy(patch)


def lay_over_list(items, patch):
    for selector, value in patch.items():
        chosen = SELECTOR.fullmatch(selector)
        if chosen is None:
            raise wire.Unreadable(f"{selector!r} beside list selectors: use [key=glob], [*], [0] or [+]")
        if chosen["add"]:
            items.extend(copy.deepcopy(value if isinstance(value, list) else [value]))
            continue

        def hit(n, item, chosen=chosen):
            if chosen["all"]:
                return True
            if chosen["index"]:
                return n == int(chosen["index"])
            for step in chosen["key"].split("."):
                item = item.get(step) if isinstance(item, dict) else None
            return item is not None and wire.matches(chosen["glob"], item)

        items = [item if not hit(n, item) else (None if value is None else lay_over(item, value))
                 for n, item in enumerate(items)]
        items = [item for item in items if item is not None]
    return items
