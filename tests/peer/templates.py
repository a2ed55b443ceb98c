"""Peers ready-made: one process that has loaded moto, builds each set of systems once, and forks a peer for every test.

Loading moto and building systems costs seconds of processor, a fork costs milliseconds. Whoever connects to its port on
loopback writes one line of JSON, `{"systems": […], "log": path}` (`null`: an empty account), and reads one, `{"port",
"table"}` or `{"error"}`; the peer behind it lives as long as that connection, and all of this as long as stdin. No threads
here: a fork keeps one only.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback

import peer
from customers import Site

READ_AT_ONCE = 1 << 16
# A reading of each service that toban asks: whoever is forked later has loaded its model and its part of moto.
READINGS = {
    "apigateway": ("get_rest_apis", {}), "cloudformation": ("describe_stacks", {}),
    "cognito-idp": ("list_user_pools", {"MaxResults": 1}), "route53": ("list_hosted_zones", {}),
    "wafv2": ("list_web_acls", {"Scope": "REGIONAL"}), "application-autoscaling": ("describe_scalable_targets", {"ServiceNamespace": "ecs"}), "batch": ("describe_job_queues", {}), "acm": ("list_certificates", {}), "cloudfront": ("list_distributions", {}), "cloudwatch": ("describe_alarms", {}),
    "ec2": ("describe_instances", {}), "ecr": ("describe_repositories", {}), "ecs": ("list_clusters", {}),
    "elbv2": ("describe_target_groups", {}), "events": ("list_rules", {}), "iam": ("list_roles", {}), "lambda": ("list_functions", {}),
    "logs": ("describe_metric_filters", {}), "rds": ("describe_db_instances", {}), "resourcegroupstaggingapi": ("get_resources", {}),
    "scheduler": ("list_schedules", {}), "sns": ("list_topics", {}), "ssm": ("describe_instance_information", {}), "stepfunctions": ("list_state_machines", {}), "sts": ("get_caller_identity", {})}


def line_of(connection):
    """The line that the other end writes first."""
    text = b""
    while not text.endswith(b"\n"):
        part = connection.recv(READ_AT_ONCE)
        if not part:
            break
        text += part
    return json.loads(text)


def tell(connection, message):
    connection.sendall(json.dumps(message).encode("utf-8") + b"\n")


def live(connection, wish, table):
    """Is the peer of one test, in a process of its own, until `connection` closes."""
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    os.close(log)
    server = peer.Server(("127.0.0.1", 0), peer.Handler)

    def end_with_it():
        while connection.recv(READ_AT_ONCE):
            pass
        os._exit(0)

    threading.Thread(target=end_with_it, daemon=True).start()
    tell(connection, {"port": server.server_address[1], "table": table})
    server.serve_forever()


def child(work, *left):
    """Forks a process that does `work` and never comes back; what is `left` stays with the parent."""
    # Nothing of the parent's is collected in the child: its pages stay shared.
    gc.collect()
    gc.freeze()
    if os.fork():
        return
    try:
        for one in left:
            one.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def template(way, systems):
    """Builds these systems and forks peers from them for those whose connections come by `way`, until it closes."""
    try:
        table, error = None if systems is None else peer.build(systems), None
    except Exception:
        table, error = None, traceback.format_exc()
    # What building took is none of the tests'.
    peer.CALLS.clear()
    while True:
        text, handles, _, _ = socket.recv_fds(way, READ_AT_ONCE, 1)
        if not handles:
            os._exit(0)
        with socket.socket(fileno=handles[0]) as connection:
            if error:
                tell(connection, {"error": error})
            else:
                wish = json.loads(text)
                child(lambda: live(connection, wish, table), way)


def serve(listener):
    """Hands whoever connects to the template of the systems that are wished for."""
    ways = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while True:
            if any(key.fd == sys.stdin.fileno() for key, _ in selector.select()):
                os._exit(0)
            connection, _ = listener.accept()
            with connection:
                wish = line_of(connection)
                name = json.dumps(wish["systems"])
                if name not in ways:
                    ways[name], theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    child(lambda: template(theirs, wish["systems"]), listener, connection, selector, *ways.values())
                    theirs.close()
                socket.send_fds(ways[name], [json.dumps(wish).encode("utf-8")], [connection.fileno()])


def tour():
    """Has every reading answered once. Changes nothing."""
    site = Site("http://127.0.0.1", [], answer=peer.answer_here)
    for service, (operation, params) in READINGS.items():
        getattr(site.aws(service), operation)(**params)
    peer.CALLS.clear()


def main():
    # Nobody waits for these children: they end with their connections.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    tour()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    serve(listener)


if __name__ == "__main__":
    main()
