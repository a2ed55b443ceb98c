"""The wire formats of AWS, spoken from the server's side.

Turns a request into (service, operation, parameters) and an answer or an error back into the bytes
that service's protocol asks for: awsJson, Query, EC2, REST, and the CBOR that only CloudWatch speaks here.
Never decides what the answer is, and never touches moto's state.
"""

import datetime
import fnmatch
import gzip
import io
import json
import re
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from dateutil import parser as dates
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

UTC = datetime.timezone.utc
CBOR = "smithy-rpc-v2-cbor"
CBOR_PATH = re.compile(r"^/service/(?P<target>[^/]+)/operation/(?P<operation>[^/]+)$")

# One service has up to three names: in IAM and in our log, as signing name, and in botocore.
IAM_BY_SIGNING = {"monitoring": "cloudwatch", "tagging": "tag", "elbv2": "elasticloadbalancing",
                  "resourcegroupstaggingapi": "tag", "eventbridge": "events",
                  "application-autoscaling": "application-autoscaling"}
BOTO_BY_IAM = {"elasticloadbalancing": "elbv2", "tag": "resourcegroupstaggingapi", "states": "stepfunctions"}
SIGNING_BY_IAM = {"cloudwatch": "monitoring", "tag": "tagging"}


class AwsError(Exception):
    """An error answer, in the words of AWS."""

    def __init__(self, code, message="", status=400, fields=None):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.fields = code, message, status, fields or {}


class Unreadable(Exception):
    """A script or an answer that does not fit the operation's model."""


def iam_name(service):
    return IAM_BY_SIGNING.get(service, service)


def boto_name(service):
    name = iam_name(service)
    return BOTO_BY_IAM.get(name, name)


def signing_name(service):
    name = iam_name(service)
    return SIGNING_BY_IAM.get(name, name)


def model_of(service, operation):
    return get_service_model(boto_name(service)).operation_model(operation)


def identify(http):
    """(IAM service name, operation, region, access key, protocol) of a request; None where it is not an AWS call."""
    found = re.search(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request", http.headers.get("Authorization", ""))
    if not found:
        query = urllib.parse.parse_qs(http.query)
        credential = query.get("X-Amz-Credential", [""])[0].split("/")
        if len(credential) != 5:
            return None
        key, region, signing = credential[0], credential[2], credential[3]
    else:
        key, region, signing = found.groups()
    service = iam_name(signing)
    cbor = CBOR_PATH.match(http.path)
    if cbor:
        return service, cbor["operation"], region, key, CBOR
    try:
        model = get_service_model(boto_name(service))
        protocol = determine_request_protocol(model, http.headers.get("Content-Type"))
    except Exception:  # botocore knows no such service, or it does not speak this: moto's own routing decides
        return service, None, region, key, None
    if service == "apigateway" and http.path.startswith("/v2/"):
        service = "apigatewayv2"
    target = http.headers.get("X-Amz-Target")
    if target:
        return service, target.split(".")[-1], region, key, protocol
    if protocol in ("query", "ec2"):
        action = urllib.parse.parse_qs(http.body.decode("utf-8")).get("Action")
        return service, action and action[0], region, key, protocol
    try:
        operation, _ = get_service_router(boto_name(service)).match(request_of(http))
        return service, operation.name, region, key, protocol
    except Exception:  # no such route in the model
        return service, None, region, key, protocol


def request_of(http):
    url = "http://localhost" + http.path + ("?" + http.query if http.query else "")
    return Request.from_primitives(http.method, url, dict(http.headers.items()), http.body)


def parameters(http, service, operation, protocol):
    """The request's parameters under the names of the API model."""
    if protocol == CBOR:
        body = http.body
        if http.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if not body:
            return {}
        return RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body)))
    model = model_of(service, operation)
    if model.input_shape is None:
        return {}
    request = request_of(http)
    uri_params = {}
    if protocol.startswith("rest"):
        _, uri_params = get_service_router(boto_name(service)).match(request)
    return PROTOCOL_PARSERS[protocol](model, map_type=dict).parse({
        "method": request.method, "values": request.values, "headers": request.headers,
        "body": request.data, "url_path": request.path, "url_params": uri_params}) or {}


def moment(value):
    """A time from what a script may say: a datetime, epoch seconds, RFC 3339, `now`, or `-90s`, `+5m`, `-3h`, `-2d`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        if value == "now":
            return datetime.datetime.now(UTC)
        relative = re.fullmatch(r"([+-])(\d+)([smhd])", value)
        if relative:
            seconds = int(relative[2]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[relative[3]]
            return datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds if relative[1] == "+" else -seconds)
        value = dates.parse(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value.astimezone(UTC)


def fit(value, shape, path="answer"):
    """The value with the types the shape asks for; Unreadable names the first place where it cannot be."""
    if value is None:
        return None
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            raise Unreadable(f"{path} must be an object")
        fitted = {}
        for key, inner in value.items():
            if key == "ResponseMetadata":
                continue
            if key not in shape.members:
                raise Unreadable(f"{path} has no member {key!r}; it has {', '.join(sorted(shape.members))}")
            fitted_inner = fit(inner, shape.members[key], f"{path}.{key}")
            if fitted_inner is not None:
                fitted[key] = fitted_inner
        return fitted
    if kind == "list":
        if not isinstance(value, (list, tuple)):
            raise Unreadable(f"{path} must be a list")
        return [fit(inner, shape.member, f"{path}[{n}]") for n, inner in enumerate(value)]
    if kind == "map":
        if not isinstance(value, dict):
            raise Unreadable(f"{path} must be an object")
        return {key: fit(inner, shape.value, f"{path}.{key}") for key, inner in value.items()}
    try:
        if kind == "timestamp":
            return moment(value)
        if kind in ("integer", "long"):
            return int(value)
        if kind in ("float", "double"):
            return float(value)
        if kind == "boolean":
            return bool(value)
        if kind == "string":
            return value if isinstance(value, str) else str(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise Unreadable(f"{path}: {error}") from error
    return value


def fit_patch(value, shape, path="patch"):
    """Unreadable if a patch names a member that the shape does not have, or gives one a value it cannot take."""
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            raise Unreadable(f"{path} must be an object")
        for key, inner in value.items():
            if key == "ResponseMetadata":
                continue
            if key not in shape.members:
                raise Unreadable(f"{path} has no member {key!r}; it has {', '.join(sorted(shape.members))}")
            fit_patch(inner, shape.members[key], f"{path}.{key}")
    elif kind == "list":
        # `[key=glob]`, `[*]`, `[0]` choose elements, `[+]` appends one or several.
        chosen = value.values() if isinstance(value, dict) else [value]
        for one in chosen:
            for inner in one if isinstance(one, (list, tuple)) else [one]:
                fit_patch(inner, shape.member, f"{path}[]")
    elif kind == "map":
        for key, inner in value.items():
            fit_patch(inner, shape.value, f"{path}.{key}")
    else:
        fit(value, shape, path)


def strangers(value, shape, path="answer"):
    """(path, value) of every text that the model lists the values of, and that is none of them; of answers and patches."""
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for key, inner in value.items():
            if key in shape.members:
                yield from strangers(inner, shape.members[key], f"{path}.{key}")
    elif kind == "list":
        # A patch chooses elements by keys of an object.
        chosen = value.values() if isinstance(value, dict) else [value]
        for one in chosen:
            for inner in one if isinstance(one, (list, tuple)) else [one]:
                yield from strangers(inner, shape.member, f"{path}[]")
    elif kind == "map" and isinstance(value, dict):
        for key, inner in value.items():
            yield from strangers(key, shape.key, f"{path}.{key}")
            yield from strangers(inner, shape.value, f"{path}.{key}")
    elif kind == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield path, value


def answer_bytes(service, operation, protocol, answer):
    """(status, headers, body) of a successful answer."""
    model = model_of(service, operation)
    fitted = fit(answer, model.output_shape) if model.output_shape is not None else {}
    if protocol == CBOR:
        body = bytearray()
        if model.output_shape is not None:
            RpcV2CBORSerializer()._serialize_data_item(body, fitted, model.output_shape)
        return 200, cbor_headers(), bytes(body)
    serialized = get_serializer_class(boto_name(service), protocol)(model).serialize(fitted)
    body = serialized["body"]
    headers = {key: str(value) for key, value in serialized["headers"].items()}
    if protocol in ("query", "ec2", "rest-xml"):
        headers["Content-Type"] = "text/xml"
    headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return serialized["status_code"], headers, body.encode("utf-8") if isinstance(body, str) else body


def error_bytes(service, protocol, error):
    """(status, headers, body) of an error answer."""
    request_id = str(uuid.uuid4())
    if protocol == CBOR:
        return error.status, cbor_headers(), cbor_map({"__type": error.code, "message": error.message})
    if protocol in ("query", "rest-xml"):
        fault = "Receiver" if error.status >= 500 else "Sender"
        body = (f'<?xml version="1.0"?><ErrorResponse><Error><Type>{fault}</Type><Code>{escape(error.code)}</Code>'
                f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>")
        return error.status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode("utf-8")
    if protocol == "ec2":
        body = (f'<?xml version="1.0"?><Response><Errors><Error><Code>{escape(error.code)}</Code>'
                f"<Message>{escape(error.message)}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>")
        return error.status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode("utf-8")
    content = "application/json" if protocol == "rest-json" else "application/x-amz-json-1.1"
    body = json.dumps({"__type": error.code, "message": error.message, **error.fields})
    headers = {"Content-Type": content, "X-Amzn-Errortype": error.code, "x-amzn-RequestId": request_id}
    return error.status, headers, body.encode("utf-8")


def cbor_headers():
    return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": str(uuid.uuid4())}


def cbor_map(flat):
    """A CBOR map of short strings, which is all an error needs."""
    body = bytearray([0xA0 + len(flat)])
    encoder = RpcV2CBORSerializer()
    for pair in flat.items():
        for text in pair:
            encoder._serialize_type_string(body, text, None, None)
    return bytes(body)


def plain(value):
    """The value as JSON can hold it, for the call log."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return value


def matches(pattern, text):
    return fnmatch.fnmatchcase(str(text), pattern)
