"""The emulator: which operations there are, and one call of one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from botocore.model import OperationModel

from sm_onboard.demo.sagemaker import search
from sm_onboard.demo.sagemaker.call import Answer, Call, Handler
from sm_onboard.demo.sagemaker.engine import listing, tags
from sm_onboard.demo.sagemaker.engine.clock import Clock
from sm_onboard.demo.sagemaker.engine.crud import Crud
from sm_onboard.demo.sagemaker.engine.family import Family
from sm_onboard.demo.sagemaker.engine.store import Region, World
from sm_onboard.demo.sagemaker.errors import ServiceError, not_implemented
from sm_onboard.demo.sagemaker.families import FAMILIES, SPECIALS
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.model.shaping import shaped
from sm_onboard.demo.sagemaker.model.validate import failures, raise_for

SERVICES = ("sagemaker", "sagemaker-metrics")

Act = Callable[[Region, Call], Answer]


class Emulator:
    """All of SageMaker that is known here, and what of other services moto lacks.

    Thread-safe: one call is answered after the other.

    Args:
        clock: the time that life cycles follow.
        check: whether each answer is held against its shape before it is given.
    """

    def __init__(self, clock: Clock | None = None, check: bool = False) -> None:
        self._check_answers = check
        self.world = World(clock)
        self.families: dict[str, Family] = {family.name: family for family in FAMILIES}
        self.crud = Crud(self.families)
        self._lock = threading.RLock()
        self._acts: dict[tuple[str, str], Act] = {}
        self._others: dict[tuple[str, str], Handler] = {}
        for family in FAMILIES:
            for operation, what in family.operations.items():
                act = listing.list_ if what == "list" else getattr(self.crud, what)
                self._know("sagemaker", operation, partial(act, family))
        for (service, operation), special in SPECIALS.items():
            self._know(service, operation, special)
        for operation, special in {**tags.OPERATIONS, **search.OPERATIONS}.items():
            self._know("sagemaker", operation, special)

    def _know(self, service: str, operation: str, act: Act) -> None:
        if models.operation(service, operation) is not None:  # an old botocore lacks some
            self._acts[service, operation] = act

    def register(self, service: str, operation: str, handler: Handler) -> None:
        """Adds an operation of another service; it is validated and shaped as ours are."""
        self._others[service, operation] = handler

    def handles(self, service: str, operation: str) -> bool:
        return (service, operation) in self._acts or (service, operation) in self._others

    def operations(self) -> list[tuple[str, str]]:
        """All that are handled, as (service, operation)."""
        return sorted([*self._acts, *self._others])

    def call(self, call: Call) -> Answer:
        """Answers one call with exactly the members that its output shape has.

        Raises:
            ServiceError: the service refuses, or nobody knows the operation.
            ValueError: the answer breaks the model, where that is checked.
        """
        key = (call.service, call.operation)
        if not self.handles(*key):
            raise not_implemented(call.operation)
        operation = models.operation(*key)
        assert operation is not None
        if operation.input_shape is not None:
            _check(operation, call)
            plain: Answer = shaped(operation.input_shape, call.parameters)  # no nulls, no ISO times
            call = replace(call, parameters=plain)
        if key in self._others:
            answer = self._others[key](call)
        else:
            with self._lock:
                region = self.world.region(call.account, call.region)
                answer = self._acts[key](region, call)
        if operation.output_shape is None:
            return {}
        shape: Answer = shaped(operation.output_shape, answer)
        if self._check_answers and (broken := failures(operation.output_shape, shape)):
            raise ValueError(f"{call.operation}: {'; '.join(one.text for one in broken)}")
        return shape

    @contextmanager
    def alone(self) -> Iterator[World]:
        """Only this thread is answered meanwhile, and may change the world as it likes."""
        with self._lock:
            yield self.world

    def reset(self, speed: float | None = None) -> None:
        """Nothing is there any more, and the clock shows the real time."""
        with self._lock:
            self.world.reset()
            self.world.clock.reset(self.world.clock.speed if speed is None else speed)


def _check(operation: OperationModel, call: Call) -> None:
    try:
        raise_for(operation.input_shape, dict(call.parameters))
    except ServiceError as refusal:
        if call.service == "iam":  # of a time before the other services' codes
            raise ServiceError("ValidationError", refusal.message) from None
        raise
