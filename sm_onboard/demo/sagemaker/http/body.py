"""Raw JSON bodies of requests, answers and errors against botocore's model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import OperationModel, Shape

from sm_onboard.demo.sagemaker.model.validate import failures, wire_name

# Errors that any operation may answer:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html, and what the
# protocol and the signature's check answer before an operation is reached.
COMMON_ERRORS = frozenset(
    """
    AccessDeniedException ExpiredTokenException IncompleteSignature IncompleteSignatureException
    InternalFailure InternalServerError InvalidClientTokenId InvalidSignatureException
    MalformedHttpRequestException MissingAuthenticationToken MissingAuthenticationTokenException
    NotAuthorized NotImplementedException OptInRequired RequestAbortedException
    RequestEntityTooLargeException RequestExpired RequestTimeoutException SerializationException
    ServiceUnavailable ServiceUnavailableException SignatureDoesNotMatch ThrottlingException
    UnknownOperationException UnrecognizedClientException ValidationError ValidationException
    """.split()
)


def is_json(model: OperationModel) -> bool:
    """Whether the operation's bodies are JSON."""
    service = model.service_model
    protocol = getattr(service, "resolved_protocol", None) or service.metadata["protocol"]
    return protocol in {"json", "rest-json"}


def broken(shape: Shape | None, content: Any) -> Iterator[str]:
    """What is wrong with the body of a request or an answer.

    Args:
        shape: the operation's input or output; None: it has none.
        content: bytes, text or None, as they were sent.
    """
    if shape is None:
        return
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
        if shape.type_name != "structure":
            return  # the bytes are the value
    try:
        value = _decoded(content)
    except ValueError as error:
        yield f"The body is not JSON: {error}."
        return
    for failure in failures(shape, value, wire=True):
        yield failure.text


def broken_error(model: OperationModel, response: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an error.

    Args:
        response: ``status_code``, ``headers`` and ``body``.
    """
    try:
        value = _decoded(response["body"])
    except ValueError as error:
        yield f"The body of status {response['status_code']} is not JSON: {error}."
        return
    if not isinstance(value, dict):
        yield "The body is not an object."
        return
    header = response["headers"].get("x-amzn-errortype", "")
    code = _code(header or value.get("__type") or value.get("code") or "")
    message = value.get("message") or value.get("Message")
    if not isinstance(message, str):
        yield f"{code} has no message."
    shapes = {_error_code(shape): shape for shape in model.error_shapes}
    if code in shapes:
        shape = shapes[code]
        members = _members_of_error(shape, value)
        for failure in failures(shape, members, wire=True):
            yield f"{code}: {failure.text}"
        status = shape.metadata.get("error", {}).get("httpStatusCode")
        if status not in (None, response["status_code"]):
            yield f"{code} has status {response['status_code']}, not {status}."
    elif code not in COMMON_ERRORS:
        yield f"{code or 'An error without code'} is not among the operation's errors."


def _decoded(content: Any) -> Any:
    if not content:
        return {}
    return json.loads(content, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise ValueError(f"it holds {constant}")


def _code(text: Any) -> str:
    """``ResourceInUse`` of ``com.amazonaws.sagemaker#ResourceInUse:http://…``."""
    return str(text).split(":", 1)[0].rsplit("#", 1)[-1]


def _error_code(shape: Shape) -> str:
    return str(shape.metadata.get("error", {}).get("code") or shape.name)


def _members_of_error(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """The body without the code; ``message`` is spelled as the model spells it."""
    names = {wire_name(name, member) for name, member in shape.members.items()}
    members = {}
    for name, inner in value.items():
        if name in names:
            members[name] = inner
        elif name.lower() == "message":
            members.update({known: inner for known in names if known.lower() == "message"})
        elif name not in {"__type", "code", "Code"}:
            members[name] = inner
    return members
