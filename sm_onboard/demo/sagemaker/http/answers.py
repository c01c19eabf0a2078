"""Answers and errors in the protocol that the caller speaks, so that boto3 shows all of them."""

from __future__ import annotations

import functools
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.model import StructureShape

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.http.requests import Request
from sm_onboard.demo.sagemaker.model import service as models

_JSON = "application/x-amz-json-1.1"
_REST_JSON = "application/json"
_XML = "text/xml"

# What JSON services call so, the others call otherwise. How they refuse signatures, `access` knows.
_QUERY_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
}
_EC2_CODES = {
    "AccessDeniedException": "UnauthorizedOperation",
    "ThrottlingException": "RequestLimitExceeded",
    "UnknownOperationException": "InvalidAction",
}
_S3_CODES = {
    "AccessDeniedException": "AccessDenied",
    "InternalFailure": "InternalError",
    "ThrottlingException": "SlowDown",
    "UnknownOperationException": "MethodNotAllowed",
}

ASSUMPTIONS = (
    Assumption(
        "every operation",
        "A missing permission is HTTP 400 in the JSON protocol, 403 in the others.",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html",
    ),
    Assumption(
        "every operation",
        "An operation that the service does not know is UnknownOperationException, HTTP 404.",
    ),
)


@dataclass(frozen=True)
class Reply:
    """What goes out.

    Attributes:
        code: the error's code for the log; empty where all went well.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""

    @property
    def reason(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    @property
    def wsgi_headers(self) -> list[tuple[str, str]]:
        given = list(self.headers.items())
        if any(name.lower() == "content-length" for name in self.headers):
            return given  # the answer to HEAD tells how long the body would be
        return [*given, ("Content-Length", str(len(self.body)))]


def text(status: int, sentence: str, code: str = "") -> Reply:
    """Plain text, for what is no call of the API."""
    headers = {"Content-Type": "text/plain; charset=utf-8"} | _GUARDS
    return Reply(status, sentence.encode(), headers, code)


def page(status: int, html: str) -> Reply:
    """A page for a browser, which may load nothing and be framed by nobody."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'",
    }
    return Reply(status, html.encode(), headers | _GUARDS)


# Characters that XML cannot hold, not even escaped; a message may quote what was sent.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_GUARDS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def answer(request: Request, members: Answer) -> Reply:
    """The answer of an operation that one of our own handlers served."""
    number = str(uuid.uuid4())
    if request.protocol == "query":
        return _query_answer(request, members, number)
    kind = _REST_JSON if request.protocol == "rest-json" else request.json_type or _JSON
    body = json.dumps(members, separators=(",", ":")).encode()
    return Reply(200, body, {"Content-Type": kind, "x-amzn-RequestId": number})


def error(request: Request, refusal: ServiceError) -> Reply:
    """A refusal, as the called service would say it."""
    number = str(uuid.uuid4())
    code, status = refusal.code, refusal.status
    kind = _XML
    headers = {"x-amzn-RequestId": number}
    if request.protocol in ("query", "ec2", "rest-xml"):
        code, status = _in_xml(request, refusal)
        body = _xml_error(request, code, refusal.message, number)
        headers["x-amz-request-id"] = number
    else:
        member = _message_member(request.service, code)
        said = {"__type": code, member: refusal.message}
        if request.protocol == "rest-json":
            del said["__type"]
            headers["x-amzn-errortype"] = code
            status = 403 if code == "AccessDeniedException" else status
            kind = _REST_JSON
        else:
            kind = request.json_type or _JSON
        body = json.dumps(said).encode()
    return Reply(status, body, headers | {"Content-Type": kind}, code)


def _in_xml(request: Request, refusal: ServiceError) -> tuple[str, int]:
    """Code and status in the words of the services that answer in XML."""
    if request.service == "s3":
        codes = _S3_CODES
    else:
        codes = _EC2_CODES if request.protocol == "ec2" else _QUERY_CODES
    code = codes.get(refusal.code, refusal.code)
    status = 403 if refusal.code == "AccessDeniedException" else refusal.status
    return code, 503 if code in ("SlowDown", "RequestLimitExceeded") else status


def _xml_error(request: Request, code: str, message: str, number: str) -> bytes:
    words = escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", message))
    said = f"<Code>{escape(code)}</Code><Message>{words}</Message>"
    if request.service == "s3":
        whole = f"<Error>{said}<RequestId>{number}</RequestId></Error>"
    elif request.protocol == "ec2":
        whole = (
            f"<Response><Errors><Error>{said}</Error></Errors>"
            f"<RequestID>{number}</RequestID></Response>"
        )
    else:
        whole = (
            f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error>"
            f"<RequestId>{number}</RequestId></ErrorResponse>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'.encode()


def _query_answer(request: Request, members: Answer, number: str) -> Reply:
    from moto.core.serialize import QuerySerializer, SerializationContext
    from moto.core.utils import get_service_model

    operation = get_service_model(request.service).operation_model(request.operation)
    serializer = QuerySerializer(operation, SerializationContext(request_id=number))
    said = serializer.serialize(members)
    body = said["body"]
    headers = {**said["headers"], "x-amzn-RequestId": number}
    return Reply(200, body.encode() if isinstance(body, str) else body, headers)


@functools.cache
def _message_member(service: str, code: str) -> str:
    """``Message`` where the modelled error has that member, else ``message``."""
    try:
        shape = models.service(service).shape_for_error_code(code)
    except UnknownServiceError:
        return "message"
    modelled = isinstance(shape, StructureShape) and "Message" in shape.members
    return "Message" if modelled else "message"
