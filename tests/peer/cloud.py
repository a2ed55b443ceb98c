"""moto, in this process: the account behind the peer.

Runs one request against it, either the caller's own bytes or an operation the front needs the answer of.
Never adds to or changes an answer: what moto gets wrong is put right in `amends/`.
"""

import io
import logging
import os
import sys
import threading
import urllib.parse

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

import boto3.session  # noqa: E402
from botocore.parsers import ResponseParserError, create_parser  # noqa: E402
from botocore.serialize import create_serializer  # noqa: E402
from moto import backends  # noqa: E402
from moto.moto_api import state_manager  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402

import wire  # noqa: E402

logging.getLogger("werkzeug").setLevel(logging.ERROR)

# moto keeps its state in plain dicts and was not written for threads: one request at a time is inside it.
LOCK = threading.RLock()
APP = DomainDispatcherApplication(create_backend_app)
SESSION = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="ap-northeast-1")._session
MODELS = {}

# Which services there are does not change; moto looks through its folders for them at every request.
SERVICES = tuple(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: SERVICES


def settle():
    """Tasks of RunTask stay as they are until somebody stops them: by default each look pushes them towards STOPPED."""
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1 << 30})


settle()


def model(service, operation):
    name = wire.boto_name(service)
    if name not in MODELS:
        MODELS[name] = SESSION.get_service_model(name)
    return MODELS[name].operation_model(operation)


def protocol_of(operation_model):
    """The protocol moto is asked in: CBOR, which some services name first, it does not know."""
    metadata = operation_model.service_model.metadata
    spoken = [one for one in metadata.get("protocols") or [metadata["protocol"]] if one != wire.CBOR]
    return spoken[0]


def run(method, path, query, headers, body):
    """(status, headers, body) of moto itself."""
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": urllib.parse.unquote(path, "latin-1"),
        "QUERY_STRING": query, "RAW_URI": path + ("?" + query if query else ""),
        "REQUEST_URI": path + ("?" + query if query else ""),
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False}
    for name, value in headers.items():
        upper = name.upper().replace("-", "_")
        if upper == "CONTENT_TYPE":
            environ["CONTENT_TYPE"] = value
        elif upper not in ("CONTENT_LENGTH", "TRANSFER_ENCODING", "EXPECT", "CONNECTION"):
            environ["HTTP_" + upper] = value
    environ.setdefault("HTTP_HOST", "localhost")
    started = {}

    def start_response(status, response_headers, _exc_info=None):
        started["status"], started["headers"] = int(status.split()[0]), dict(response_headers)

    with LOCK:
        try:
            parts = APP(environ, start_response)
        except NotImplementedError as error:
            return 500, {"Content-Type": "text/html"}, str(error).encode("utf-8")
        try:
            answer = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
    return started["status"], started["headers"], answer


def unimplemented(status, headers):
    """moto has an HTML page, or an exception, for an operation it lacks; no AWS service answers so."""
    return status in (404, 500) and "html" in headers.get("Content-Type", "")


def ask(service, operation, params, region, key):
    """moto's answer to an operation, parsed, with the rights and the account of the given access key."""
    operation_model = model(service, operation)
    protocol = protocol_of(operation_model)
    request = create_serializer(protocol, include_validation=False).serialize_to_request(params, operation_model)
    body = request["body"]
    headers = dict(request["headers"])
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body)
    if isinstance(body, str):
        body = body.encode("utf-8")
    if protocol in ("query", "ec2"):
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{wire.signing_name(service)}"
                                "/aws4_request, SignedHeaders=host, Signature=0")
    query = urllib.parse.urlencode(request["query_string"], doseq=True) if request["query_string"] else ""
    status, response_headers, answer = run(request["method"], request["url_path"], query, headers, bytes(body))
    if unimplemented(status, response_headers):
        raise lacking(service, operation)
    lowered = {name.lower(): value for name, value in response_headers.items()}
    try:
        parsed = create_parser(protocol).parse({"status_code": status, "headers": lowered, "body": answer},
                                               operation_model.output_shape)
    except ResponseParserError as error:
        raise wire.AwsError("UnreadableMoto", f"{service}:{operation}: {error}", 501) from error
    if status >= 300:
        error = parsed.get("Error", {})
        raise wire.AwsError(error.get("Code", str(status)), error.get("Message", ""), status)
    parsed.pop("ResponseMetadata", None)
    return parsed


def lacking(service, operation):
    """501, which no SDK retries: a test that meets it needs a script or an amend, not patience."""
    return wire.AwsError("NotImplementedByPeer", f"the test peer has no answer for {service}:{operation}", 501)
