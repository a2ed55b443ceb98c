"""The test peer: an AWS on a loopback port, for tests and for nothing else.

moto answers, `amends/` puts right what moto gets wrong, and scripts stand in front of both. Prints one line of JSON
with its port when it is ready and ends when its stdin closes, so that a killed test run leaves nothing behind.
Never listens anywhere but on 127.0.0.1 and never calls out.
"""

import argparse
import datetime
import http.client
import http.server
import io
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
import urllib.parse

from botocore.awsrequest import AWSResponse

import cloud
import script
import systems
import wire
import amends
from customers import Site

SCRIPTS = script.Shelf()
CALLS = []
CALLS_LOCK = threading.Condition()
HOLDS = {}
HELD_AT_MOST = 120
PATIENCE = 120


class Http:
    """One request as it arrived."""

    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, self.query = target.partition("?")


class Call:
    """One AWS call: who asks for what, and the means to ask moto on the caller's behalf."""

    def __init__(self, found, request):
        self.service, self.operation, self.region, self.key, self.protocol = found
        self.http = request
        self.account = account_of(self.key)
        self.params = {}
        if self.operation and self.protocol:
            self.params = wire.parameters(request, self.service, self.operation, self.protocol)

    def moto(self, service=None, operation=None, params=None):
        return cloud.ask(service or self.service, operation or self.operation,
                         self.params if params is None else params, self.region, self.key)

    @property
    def scope(self):
        return self.account, self.region

    @property
    def name(self):
        return f"{self.service}:{self.operation}"


def account_of(key):
    from moto.iam.models import get_account_id_from
    return get_account_id_from(key)


def own_answer(call):
    """What the peer says without a script: an amended answer, or moto's own bytes."""
    amend = amends.AMENDS.get(call.name)
    if amend is not None:
        with cloud.LOCK:
            return wire.answer_bytes(call.service, call.operation, call.protocol, amend(call) or {})
    if call.protocol == wire.CBOR:
        return wire.answer_bytes(call.service, call.operation, call.protocol, call.moto())
    status, headers, body = cloud.run(call.http.method, call.http.path, call.http.query, call.http.headers, call.http.body)
    if cloud.unimplemented(status, headers):
        raise cloud.lacking(call.service, call.operation)
    return status, headers, body


def parsed_answer(call):
    amend = amends.AMENDS.get(call.name)
    if amend is not None:
        with cloud.LOCK:
            return amend(call) or {}
    return call.moto()


def answer(call, chosen):
    if chosen is None:
        return own_answer(call)
    given = chosen.given
    if given.get("delay"):
        time.sleep(given["delay"])
    if given.get("hold"):
        hold(given["hold"]).wait(HELD_AT_MOST)
    if given.get("act"):
        own_answer(call)
    if "error" in given:
        error = given["error"]
        raise wire.AwsError(error["code"], error.get("message", ""), error.get("status", 400), error.get("fields"))
    if "answer" in given:
        return wire.answer_bytes(call.service, call.operation, call.protocol, given["answer"] or {})
    if "patch" in given:
        laid = script.lay_over(parsed_answer(call), given["patch"])
        return wire.answer_bytes(call.service, call.operation, call.protocol, laid)
    if "raw" in given:
        raw = given["raw"]
        return raw.get("status", 200), raw.get("headers") or {}, raw.get("body", "").encode("utf-8")
    return own_answer(call)


def hold(name):
    """The latch of that name: calls wait at it until it is released, once and for all."""
    return HOLDS.setdefault(name, threading.Event())


def release_all():
    for latch in HOLDS.values():
        latch.set()
    HOLDS.clear()


def fitting(service, operation, arrived):
    """The calls of one operation: those that were answered, or all that `arrived`."""
    return [call for call in CALLS if (call["done"] or arrived)
            and service in (None, call["service"]) and operation in (None, call["operation"])]


def wait_for_calls(given):
    """The calls of one operation, as soon as there are enough of them or the time is up."""
    service, operation, arrived = given.get("service"), given.get("operation"), given.get("arrived", False)
    service = service and wire.iam_name(service)
    with CALLS_LOCK:
        enough = CALLS_LOCK.wait_for(lambda: len(fitting(service, operation, arrived)) >= given.get("count", 1),
                                     given.get("seconds", PATIENCE))
        return {"enough": enough, "calls": fitting(service, operation, arrived)}


def control(request):
    """The peer's own interface, under /peer/."""
    given = json.loads(request.body) if request.body else {}
    where = (request.method, request.path)
    if where == ("POST", "/peer/script"):
        return {"ids": SCRIPTS.add(given)}
    if where == ("GET", "/peer/script"):
        return {"scripts": SCRIPTS.listing()}
    if where == ("POST", "/peer/script/remove"):
        SCRIPTS.remove(given["ids"])
        return {}
    if where == ("GET", "/peer/calls"):
        with CALLS_LOCK:
            return {"calls": list(CALLS)}
    if where == ("POST", "/peer/calls/wait"):
        return wait_for_calls(given)
    if where == ("POST", "/peer/release"):
        hold(given["name"]).set()
        return {}
    if where == ("POST", "/peer/calls/reset"):
        with CALLS_LOCK:
            CALLS.clear()
        return {}
    if where == ("POST", "/peer/reset"):
        SCRIPTS.clear()
        release_all()
        with CALLS_LOCK:
            CALLS.clear()
        if given.get("moto"):
            cloud.run("POST", "/moto-api/reset", "", {}, b"")
            cloud.settle()
            amends.forget()
        return {}
    if where == ("POST", "/peer/keep"):
        with cloud.LOCK:
            amends.kept.keep(**given)
        return {}
    if where == ("POST", "/peer/build"):
        return build(given["systems"])
    if where == ("GET", "/peer/health"):
        return {"ready": True}
    return None


def take(found, request):
    """An AWS call and its answer: (entry in the log of calls, script, status, headers, body). `finish` when it is told."""
    chosen, entry = None, {}
    try:
        call = Call(found, request)
        chosen = SCRIPTS.take(call)
        entry = {"at": datetime.datetime.now(wire.UTC).isoformat(), "service": call.service,
                 "operation": call.operation, "account": call.account, "region": call.region,
                 "params": wire.plain(call.params), "by": f"script {chosen.id}" if chosen else "peer", "status": None, "done": False}
        with CALLS_LOCK:
            entry["n"] = len(CALLS) + 1
            CALLS.append(entry)
            CALLS_LOCK.notify_all()
        status, headers, body = answer(call, chosen)
    except wire.AwsError as error:
        status, headers, body = wire.error_bytes(found[0], found[4], error)
        if error.status == 501:
            print(f"peer: {error}", file=sys.stderr, flush=True)
    except Exception as error:  # a fault of the peer itself must be seen, not retried
        traceback.print_exc()
        broken = wire.AwsError("PeerFault", f"{found[0]}:{found[1]}: {error!r}", 501)
        status, headers, body = wire.error_bytes(found[0], found[4], broken)
    entry["status"] = status
    return entry, chosen, status, headers, body


def finish(entry):
    with CALLS_LOCK:
        entry["done"] = True
        CALLS_LOCK.notify_all()


def answer_here(request, **_):
    """What botocore is about to send, answered by this process as if it had come over the wire."""
    url = urllib.parse.urlsplit(request.url)
    headers = http.client.HTTPMessage()
    for name, value in request.headers.items():
        headers[name] = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    sent = Http(request.method, url.path + ("?" + url.query if url.query else ""), headers, body)
    found = wire.identify(sent)
    if found is None or found[1] is None:
        status, headers, body = cloud.run(sent.method, sent.path, sent.query, sent.headers, sent.body)
    else:
        entry, _, status, headers, body = take(found, sent)
        finish(entry)
    return AWSResponse(request.url, status, headers, Raw(body))


class Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_):
        yield self.read()


def build(names):
    """Builds systems in this account; the table of what was built."""
    return systems.build(names, Site("http://127.0.0.1", [], answer=answer_here))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                part = self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return b"".join(parts)
                parts.append(part)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def serve(self):
        request = Http(self.command, self.path, self.headers, self.body())
        if request.path.startswith("/peer/"):
            try:
                given = control(request)
                status, body = (404, {"error": f"no {request.path}"}) if given is None else (200, given)
            except (wire.Unreadable, KeyError, ValueError) as error:
                status, body = 400, {"error": str(error)}
            self.send(status, {"Content-Type": "application/json"}, json.dumps(body).encode("utf-8"))
            return
        found = wire.identify(request)
        if found is None or found[1] is None:
            self.send(*cloud.run(request.method, request.path, request.query, request.headers, request.body))
            return
        self.send_call(found, request)

    def send_call(self, found, request):
        entry, chosen, status, headers, body = take(found, request)
        self.send(status, headers, body, cut=chosen.given.get("cut") if chosen else None)
        finish(entry)

    def send(self, status, headers, body, cut=None):
        if cut == "all":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if cut == "unseen":
            body = body[: len(body) // 2]
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if not any(name.lower() == "date" for name in headers):
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        try:
            if cut is True:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            elif self.command != "HEAD":
                self.wfile.write(body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = serve


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that hangs up is part of the tests, not news. Any other fault is the peer's own, and must be seen.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


WARM = (("ec2", "DescribeVpcs", {}), ("ecs", "ListClusters", {}), ("elbv2", "DescribeLoadBalancers", {}), ("rds", "DescribeDBInstances", {}),
        ("sns", "ListTopics", {}), ("cloudwatch", "DescribeAlarms", {}), ("logs", "DescribeLogGroups", {}), ("acm", "ListCertificates", {}))


def warm_up():
    """Has moto load what nearly every test asks, while the test is still building its own side. Changes nothing."""
    for service, operation, params in WARM:
        cloud.ask(service, operation, params, "ap-northeast-1", "AKIATOBANTESTPEER000")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--keep", action="store_true", help="stay although stdin is closed (by hand, never in a test)")
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = Server(("127.0.0.1", chosen.port), Handler)
    if not chosen.keep:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    threading.Thread(target=warm_up, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
