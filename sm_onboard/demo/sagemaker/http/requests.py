"""What a request asks for: which service, which operation, with which parameters."""

from __future__ import annotations

import functools
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from sm_onboard.demo.sagemaker.errors import ServiceError, serialization
from sm_onboard.demo.sagemaker.http.wire import Environ
from sm_onboard.demo.sagemaker.model import service as models

DEFAULT_REGION = "us-east-1"

# Where the name in a signature is not botocore's name of the service, or stands for several.
_SIGNED_AS = {
    "airflow": ("mwaa",),
    "aps": ("amp",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime", "bedrock-agent-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore-control", "bedrock-agentcore"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "es": ("opensearch", "es"),
    "iotdata": ("iot-data",),
    "mobiletargeting": ("pinpoint",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "sagemaker": (
        "sagemaker",
        "sagemaker-metrics",
        "sagemaker-runtime",
        "sagemaker-featurestore-runtime",
    ),
    "servicecatalog": ("servicecatalog", "servicecatalog-appregistry"),
    "servicequotas": ("service-quotas",),
    "ses": ("ses", "sesv2"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "timestream": ("timestream-write", "timestream-query"),
}
_SCOPE = re.compile(
    r"(?P<key>[^/\s]+)/(?P<date>\d{8})/(?P<region>[^/\s]+)/(?P<name>[^/\s]+)/aws4_request"
)
_CREDENTIAL = re.compile(r"(?:^|[\s,])Credential=([^,\s]+)")
_LARGEST = 64 * 1024 * 1024  # bytes of a body once unpacked


@dataclass(frozen=True)
class Request:
    """What a request asks for, before anybody looked who asks.

    Attributes:
        service: botocore's name, such as ``cloudwatch``; empty where nothing tells.
        signing_name: the name in the signature, such as ``monitoring``.
        operation: the API's name; empty where none fits.
        region: of the signature.
        protocol: botocore's name of the protocol: ``json``, ``query``, ``rest-xml``.
        json_type: the content type of a JSON request.
        path_parameters: what stands in the path of a REST operation.
    """

    service: str
    signing_name: str
    operation: str
    region: str
    protocol: str
    json_type: str = ""
    path_parameters: Mapping[str, str] | None = None


def identify(environ: Environ) -> Request:
    """Which operation a request means; looks into the body only for ``Action=``."""
    region, signing_name = scope(environ)
    candidates = _SIGNED_AS.get(signing_name, (signing_name,))
    content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    form = _form(environ, content_type)
    if target:
        if form:
            raise serialization("The request names its action twice.")
        prefix, _, operation = target.rpartition(".")
        service = _one_of(candidates, "targetPrefix", prefix)
        return Request(service, signing_name, operation, region, "json", content_type)
    if "Action" in form:
        service = _one_of(candidates, "apiVersion", form.get("Version", ""))
        protocol = "ec2" if service == "ec2" else "query"
        return Request(service, signing_name, form["Action"], region, protocol)
    return _rest(environ, candidates, signing_name, region)


def parameters(request: Request, environ: Environ) -> dict[str, Any]:
    """The members of the input shape by their wire names.

    Raises:
        ServiceError: the body is not what the protocol says.
    """
    if request.protocol in ("query", "ec2", "rest-xml"):
        return _moto_parameters(request, environ)
    data = body(environ)
    if not data:
        return dict(request.path_parameters or {})
    try:
        members = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise serialization("The request's body is not JSON.") from error
    if not isinstance(members, dict):
        raise serialization("The request's body is not a JSON object.")
    if b"\\ud" in data.lower() and not _is_text(members):
        raise serialization("The request's body holds half a character.")
    return {**members, **(request.path_parameters or {})}


def credential(environ: Environ) -> str:
    """``KEY/20261123/eu-west-1/sagemaker/aws4_request``, as the signature says, or ""."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found:
        return str(found[1])
    query = parse_qsl(str(environ.get("QUERY_STRING", "")))
    return dict(query).get("X-Amz-Credential", "")


def unknown_operation() -> ServiceError:
    """The service has no such operation."""
    return ServiceError("UnknownOperationException", "The service has no such operation.", 404)


def raw_body(environ: Environ) -> bytes:
    """The request's body as it was sent; what reads the request next finds it untouched."""
    stream = environ["wsgi.input"]
    data: bytes = stream.read()
    stream.seek(0)
    return data


def body(environ: Environ) -> bytes:
    """The request's body, unpacked.

    Raises:
        ServiceError: it is not what ``Content-Encoding`` says, or too large.
    """
    data = raw_body(environ)
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() == "gzip":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            data = unpacker.decompress(data, _LARGEST + 1)
        except zlib.error as error:
            raise serialization("The request's body is not gzip.") from error
        if not unpacker.eof and len(data) <= _LARGEST:
            raise serialization("The request's body ends early.")
    if len(data) > _LARGEST:
        said = "The request's body is too large."
        raise ServiceError("RequestEntityTooLargeException", said, 413)
    return data


def scope(environ: Environ) -> tuple[str, str]:
    """Region and signing name, from the header or from a presigned address."""
    said = credential(environ)
    if not said:
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        if "AWSAccessKeyId" in query or environ.get("HTTP_AUTHORIZATION", "").startswith("AWS "):
            return DEFAULT_REGION, "s3"  # signature version 2
    said_by = _SCOPE.fullmatch(said)
    return (said_by["region"], said_by["name"]) if said_by else (DEFAULT_REGION, "")


def _is_text(value: Any) -> bool:
    """Whether UTF-8 can say it: JSON may escape one half of a surrogate pair alone."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _one_of(candidates: tuple[str, ...], key: str, value: str) -> str:
    """The service whose model's metadata says so; the first where none does."""
    if len(candidates) > 1:
        for name in candidates[1:]:
            metadata = _metadata(name)
            if metadata.get(key) == value:
                return name
    return candidates[0]


@functools.cache
def _metadata(service: str) -> Mapping[str, Any]:
    """The head of a model; the model itself, which may be large, is not kept."""
    if not service:
        return {}
    try:
        metadata: Mapping[str, Any] = Loader().load_service_model(service, "service-2")["metadata"]
    except UnknownServiceError:
        return {}
    return metadata


def _form(environ: Environ, content_type: str) -> dict[str, str]:
    """``Action`` and ``Version`` of the query protocol, from the body or the address.

    Raises:
        ServiceError: two of a kind; moto could take another one than we authorize.
    """
    said = parse_qsl(environ.get("QUERY_STRING", ""))
    if content_type == "application/x-www-form-urlencoded":
        said += parse_qsl(body(environ).decode("utf-8", "replace"))
    named = [(name, value) for name, value in said if name in ("Action", "Version")]
    if len(named) > len(dict(named)):
        raise serialization("The request names its action twice.")
    return dict(named)


def _rest(environ: Environ, candidates: tuple[str, ...], signing_name: str, region: str) -> Request:
    """An operation of a REST service, by method and path."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if "sagemaker-metrics" in candidates:
        for operation, (verb, address) in _addresses("sagemaker-metrics").items():
            if (method, path) == (verb, address):
                return Request("sagemaker-metrics", signing_name, operation, region, "rest-json")
    rest = ("rest-json", "rest-xml")
    known = [name for name in candidates if _metadata(name).get("protocol") in rest]
    for service in known:
        routed = _route(service, environ)
        if routed is not None:
            operation, labels = routed
            protocol = _protocol(service)
            return Request(service, signing_name, operation, region, protocol, "", labels)
    service = known[0] if known else candidates[0]
    return Request(service, signing_name, "", region, _protocol(service))


def _addresses(service: str) -> dict[str, tuple[str, str]]:
    try:
        model = models.service(service)
    except UnknownServiceError:
        return {}
    every = {name: model.operation_model(name).http for name in model.operation_names}
    return {name: (http["method"], http["requestUri"]) for name, http in every.items()}


def _protocol(service: str) -> str:
    return str(_metadata(service).get("protocol", "rest-json"))


def _route(service: str, environ: Environ) -> tuple[str, dict[str, str]] | None:
    """Moto knows how addresses with labels and query constraints are told apart."""
    from moto.core.request import Request as MotoRequest
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import NotFound

    try:
        operation, labels = get_service_router(service).match(MotoRequest(dict(environ)))
    except (NotFound, NotImplementedError):
        return None
    return operation.name, labels


def _moto_parameters(request: Request, environ: Environ) -> dict[str, Any]:
    """The parameters of the protocols that are not JSON, as moto reads them."""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.request import Request as MotoRequest
    from moto.core.utils import get_service_model

    model = get_service_model(request.service)
    if request.operation not in model.operation_names:
        raise unknown_operation()
    asked = MotoRequest(dict(environ))
    parser = PROTOCOL_PARSERS[request.protocol](model.operation_model(request.operation))
    wanted: Any = {
        "method": asked.method,
        "values": asked.values,
        "headers": asked.headers,
        "body": asked.data,
        "url_path": asked.path,
        "url_params": dict(request.path_parameters or {}),
    }
    try:
        members: dict[str, Any] = parser.parse(wanted)
    except (ValueError, KeyError, TypeError) as error:
        raise serialization("The request cannot be read.") from error
    finally:
        environ["wsgi.input"].seek(0)
    return members
