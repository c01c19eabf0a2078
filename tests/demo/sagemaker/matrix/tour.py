"""Calls operations, and tries at each whatever can be refused and whatever has pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape

from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.strict import Strict
from tests.demo.sagemaker.refusals import refusals

from .ledger import Ledger

# What a page begins with, and the code for one that nobody gave out; by service.
_TOKENS = ("NextToken", "nextToken", "Marker")
_UNKNOWN_TOKEN = {
    "sagemaker": "ValidationException",
    "pricing": "InvalidNextTokenException",
    "service-quotas": "InvalidPaginationTokenException",
    "codecommit": "InvalidContinuationTokenException",
    "iam": "ValidationError",
}
# The query protocol's word for what JSON services call a ValidationException.
_IN_QUERIES = {"ValidationException": "ValidationError"}
_SIZES = ("MaxResults", "MaxItems")
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


class Tour:
    """A caller that keeps a ledger.

    Operations are named ``CreateSpace``, or ``pricing:GetProducts``.

    Args:
        local: where to; empty.
        strict: what watches the clients.
    """

    def __init__(self, local: LocalSageMaker, strict: Strict) -> None:
        self.ledger = Ledger()
        self.control = local.control
        self._local = local
        self._strict = strict
        self._clients: dict[str, Any] = {}
        self._in_place: bytes | None = None

    def has(self, name: str) -> bool:
        """Whether the installed botocore knows the operation."""
        return models.operation(*_split(name)) is not None

    def __call__(self, name: str, /, **parameters: Any) -> Any:
        """Calls an operation; its refusals are tried before, its pages are followed after.

        Members that the installed botocore lacks are left out. Without the operation itself
        the answer is empty.
        """
        model = models.operation(*_split(name))
        if model is None:
            return {}
        given = _known(model.input_shape, parameters) if model.input_shape else {}
        first = self.ledger.row(self._key(name)).calls == 0
        if first and model.input_shape is not None:
            self._try_refusals(name, model, given)
        try:
            answer = self._send(name, given)
        except ClientError as error:
            self.ledger.wrong.append(f"{name}: {error}")
            return {}
        self.ledger.answered(self._key(name))
        if first and (token := _token(model)):
            self._follow_pages(name, model, token, given, answer)
        return answer

    def moto(self, name: str, /, **parameters: Any) -> Any:
        """Calls an operation that moto answers, which does not look for what is wrong."""
        answer = self._send(name, parameters)
        self.ledger.answered(self._key(name))
        self.ledger.row(self._key(name)).by = "moto"
        return answer

    def refused(self, kind: str, code: str, name: str, /, **parameters: Any) -> None:
        """Sends what only the service can refuse: boto3 knows nothing against it."""
        model = models.operation(*_split(name))
        if model is None:
            return
        given = _known(model.input_shape, parameters)
        got = self._code(name, given)
        self.ledger.refusal(self._key(name), kind, kind, code, got, sent=True)

    def _try_refusals(self, name: str, model: OperationModel, valid: Mapping[str, Any]) -> None:
        speaks_json = model.service_model.metadata["protocol"] in ("json", "rest-json")
        for refusal in refusals(model.input_shape, valid):
            code = refusal.code if speaks_json else _IN_QUERIES.get(refusal.code, "")
            if refusal.sent:
                got = self._code(name, refusal.request)
            elif speaks_json:
                body = json.dumps(refusal.request).encode()
                got = self._code(name, valid, in_place=body)
            else:
                continue  # this protocol has no way to write it down
            self.ledger.refusal(
                self._key(name), refusal.kind, refusal.what, code, got, refusal.sent
            )

    def _follow_pages(
        self,
        name: str,
        model: OperationModel,
        token: str,
        given: Mapping[str, Any],
        whole: Mapping[str, Any],
    ) -> None:
        members = model.input_shape.members
        size = next((member for member in _SIZES if member in members), None)
        least = {size: members[size].metadata.get("min", 1)} if size else {}
        asked = {**given, **least}
        (items,) = (n for n, s in model.output_shape.members.items() if s.type_name == "list")
        found: list[Any] = []
        pages, following = 0, None
        while pages == 0 or following:
            more = {token: following} if following else {}
            page = self._send(name, {**asked, **more})
            pages += 1
            found += page[items]
            following = page.get(token)
        while following := whole.get(token):
            page = self._send(name, {**given, token: following})
            whole = {**page, items: whole[items] + page[items]}
        if found != whole[items]:
            self.ledger.wrong.append(f"{name}: its pages hold other items than one page does.")
        self.ledger.row(self._key(name)).pages = pages
        service, _ = _split(name)
        self.refused(
            "unknown token", _UNKNOWN_TOKEN[service], name, **{**given, token: "bm90aGluZw=="}
        )

    def _code(self, name: str, given: Mapping[str, Any], in_place: bytes | None = None) -> str:
        """The error that a request is refused with; empty: it is answered."""
        self._in_place = in_place
        try:
            self._send(name, given)
        except ClientError as error:
            code: str = error.response["Error"]["Code"]
            return code
        finally:
            self._in_place = None
        return ""

    def _send(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        service, operation = _split(name)
        if service not in self._clients:
            client = self._local.client(service, config=_ONCE)
            client.meta.events.register("before-call", self._replace_body)
            self._clients[service] = client
            self._strict.attach(client)
        answer: dict[str, Any] = getattr(self._clients[service], xform_name(operation))(**given)
        return answer

    def _replace_body(self, params: dict[str, Any], **_: Any) -> None:
        """Puts in what boto3 would have refused to write; it is signed afterwards."""
        if self._in_place is not None:
            params["body"] = self._in_place

    @staticmethod
    def _key(name: str) -> str:
        return ":".join(_split(name))


def _split(name: str) -> tuple[str, str]:
    service, colon, operation = name.rpartition(":")
    return (service, operation) if colon else ("sagemaker", name)


def _token(model: OperationModel) -> str:
    """The member that leads from page to page; empty: there are no pages."""
    if model.input_shape is None or model.output_shape is None:
        return ""
    both = model.input_shape.members.keys() & model.output_shape.members.keys()
    return next((token for token in _TOKENS if token in both), "")


def _known(shape: Shape, value: Any) -> Any:
    """What of a value the installed model has members for."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            name: _known(shape.members[name], inner)
            for name, inner in value.items()
            if name in shape.members
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_known(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _known(shape.value, inner) for name, inner in value.items()}
    return value
