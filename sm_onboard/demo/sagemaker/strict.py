"""The strict check: do the requests that boto3 sends and the answers it gets keep to the model?

For any boto3 client and any endpoint. Nothing is patched: it listens to botocore's events
``before-call``, ``before-send``, ``response-received`` and ``after-call-error``, which every
botocore from 1.34 has (``before-parse`` came later).

    with strict.watch(client) as seen:
        client.list_apps()
    seen.check()

What is checked, where the service speaks JSON (protocols ``json`` and ``rest-json``): the raw
body of every answer against the output shape (required, unknown members, types, enums,
patterns, limits, explicit nulls), the raw body of every error (its code is one that the
operation models or one of AWS's common ones, its members are the model's, it has a message),
and the raw body of every request that the endpoint accepted: one that breaks the model should
have been refused. Other protocols (query, XML): the answer as botocore parsed it, and that an
error has a code and a message. In both cases botocore must be able to parse the answer, and its
own ``ParamValidator`` must accept the result. Streams are not read.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore
from botocore.exceptions import BotoCoreError
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from sm_onboard.demo.sagemaker.http import body
from sm_onboard.demo.sagemaker.model import validate
from sm_onboard.demo.sagemaker.model.shaping import shaped


@dataclass(frozen=True)
class Violation:
    """Something that does not keep to the model.

    Attributes:
        operation: ``sagemaker.ListApps``.
        where: request, answer, parsed answer or error.
        what: a sentence that names the member.
    """

    operation: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}, {self.where}: {self.what}"


@dataclass
class Seen:
    """What went over the wire.

    Attributes:
        calls: how often each operation was sent, retries included; keys as
            ``sagemaker.ListApps``.
        violations: in the order of their discovery.
        refused: what was wrong with requests that the endpoint rightly refused.
    """

    calls: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    refused: list[Violation] = field(default_factory=list)

    def check(self, *, at_least: int = 0) -> None:
        """Asserts that there were no violations, and so many calls.

        Raises:
            AssertionError: lists them.
        """
        if self.violations:
            listed = "\n".join(f"  {violation}" for violation in self.violations)
            raise AssertionError(f"{len(self.violations)} violations of the model:\n{listed}")
        if self.calls.total() < at_least:
            raise AssertionError(f"{self.calls.total()} calls were seen, not {at_least}.")


class Strict:
    """Listens to clients and sessions.

    Args:
        services: botocore's names of the services to look at; None: all.
    """

    def __init__(self, services: Collection[str] | None = None) -> None:
        self.seen = Seen()
        self._services = services
        self._listening = True
        self._models: dict[str, OperationModel] = {}
        self._sending = threading.local()
        self._lock = threading.Lock()
        self._emitters: list[Any] = []

    def attach(self, target: Any) -> Strict:
        """Listens to a boto3 client, or to all clients made by a session from now on.

        Args:
            target: a client, a ``boto3.Session`` or a ``botocore.session.Session``.
        """
        emitter = _emitter(target)
        for event, listener in self._listeners():
            emitter.register(event, listener, unique_id=self._id(event))
        self._emitters.append(emitter)
        return self

    def detach(self) -> None:
        """Stops listening, also to clients whose session was attached."""
        self._listening = False
        for emitter in self._emitters:
            for event, listener in self._listeners():
                emitter.unregister(event, listener, unique_id=self._id(event))
        self._emitters.clear()

    def _listeners(self) -> list[tuple[str, Any]]:
        return [
            ("before-call", self._before_call),
            ("before-send", self._before_send),
            ("response-received", self._response_received),
            ("after-call-error", self._after_call_error),
        ]

    def _id(self, event: str) -> str:
        return f"sm-onboard-strict-{id(self)}-{event}"

    def _before_call(self, model: OperationModel, event_name: str, **_: Any) -> None:
        if self._services is None or model.service_model.service_name in self._services:
            self._models[_operation(event_name)] = model

    def _before_send(self, request: Any, event_name: str, **_: Any) -> None:
        model = self._models.get(_operation(event_name))
        if model is None or not self._listening:
            return
        with self._lock:
            self.seen.calls[_name(model)] += 1
        self._sending.broken = list(_broken_request(model, request.body))

    def _response_received(
        self, response_dict: Any, parsed_response: Any, event_name: str, **_: Any
    ) -> None:
        model = self._models.get(_operation(event_name))
        if model is None or not self._listening or response_dict is None:
            return
        broken = getattr(self._sending, "broken", [])
        if response_dict["status_code"] >= 300:
            found = list(_broken_error(model, response_dict, parsed_response))
            with self._lock:
                self.seen.refused += broken
        else:
            found = broken + list(_broken_answer(model, response_dict, parsed_response))
        with self._lock:
            self.seen.violations += found

    def _after_call_error(self, exception: Exception, event_name: str, **_: Any) -> None:
        model = self._models.get(_operation(event_name))
        if model is None or not self._listening or isinstance(exception, BotoCoreError):
            return  # a BotoCoreError: nothing was answered
        what = f"botocore cannot parse it: {exception}"
        with self._lock:
            self.seen.violations.append(Violation(_name(model), "answer", what))


@contextmanager
def watch(*targets: Any, services: Collection[str] | None = None) -> Iterator[Seen]:
    """Listens to clients or sessions; does not check by itself."""
    strict = Strict(services)
    for target in targets:
        strict.attach(target)
    try:
        yield strict.seen
    finally:
        strict.detach()


@contextmanager
def everywhere(services: Collection[str] | None = None) -> Iterator[Seen]:
    """Listens to every session that is made from now on, by whom ever.

    For a fixture that every test uses. A session that was made before, such as boto3's default
    one, is not heard; attach it.
    """
    strict = Strict(services)
    botocore.register_initializer(strict.attach)
    try:
        yield strict.seen
    finally:
        botocore.unregister_initializer(strict.attach)
        strict.detach()


def _emitter(target: Any) -> Any:
    if hasattr(target, "meta"):
        return target.meta.events
    if hasattr(target, "events"):
        return target.events
    return target.get_component("event_emitter")


def _operation(event_name: str) -> str:
    return event_name.split(".", 1)[1]


def _name(model: OperationModel) -> str:
    return f"{model.service_model.service_name}.{model.name}"


def _broken_request(model: OperationModel, content: Any) -> Iterator[Violation]:
    if not body.is_json(model) or model.has_event_stream_input:
        return
    for what in body.broken(model.input_shape, content):
        yield Violation(_name(model), "request", what)


def _broken_answer(
    model: OperationModel, response: Mapping[str, Any], parsed: Mapping[str, Any]
) -> Iterator[Violation]:
    shape = model.output_shape
    if shape is None or model.has_event_stream_output:
        return
    members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    if body.is_json(model):
        for what in body.broken(shape, response["body"]):
            yield Violation(_name(model), "answer", what)
    else:
        for failure in validate.failures(shape, shaped(shape, members)):
            yield Violation(_name(model), "parsed answer", failure.text)
    report = ParamValidator().validate(members, shape)
    if report.has_errors():
        yield Violation(_name(model), "parsed answer", report.generate_report())


def _broken_error(
    model: OperationModel, response: Mapping[str, Any], parsed: Mapping[str, Any]
) -> Iterator[Violation]:
    if body.is_json(model):
        for what in body.broken_error(model, response):
            yield Violation(_name(model), "error", what)
        return
    for part in ("Code", "Message"):
        if not parsed.get("Error", {}).get(part):
            yield Violation(_name(model), "error", f"It has no {part}.")
