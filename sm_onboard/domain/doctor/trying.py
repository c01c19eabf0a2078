"""Tries what only reads, all of it at once, and waits for none of it long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from typing import Any

from sm_onboard.domain.client import Cancelled, Client, Task
from sm_onboard.domain.models import Problem
from sm_onboard.errors import OnboardError, Unreachable

from .features import Need
from .subject import Subject

PRICE_LIST = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
_FINE = frozenset({"aws.not_found", "aws.failed"})
"""Codes of an answer that SageMaker gives to whoever may ask, and asked about nothing."""

log = logging.getLogger(__name__)


@dataclass
class Attempt:
    """One call.

    Attributes:
        answer: None until it came, and where it failed.
        problem: why it failed.
        throttled: AWS asked to be called less often.
    """

    task: Task
    answer: dict[str, Any] | None = None
    problem: Problem | None = None
    throttled: bool = False
    future: Future[None] | None = None

    @property
    def ended(self) -> bool:
        return self.answer is not None or self.problem is not None


@dataclass
class Attempts:
    """All calls of one examination."""

    client: Client
    pool: Executor
    cancelled: threading.Event = field(default_factory=threading.Event)
    _begun: dict[str, Attempt] = field(default_factory=dict)

    def need(self, need: Need, subject: Subject) -> Attempt | None:
        """Begins the call that shows whether a permission is there; None: there is none."""
        if need.ask is None:
            return None
        parameters = subject.parameters(need)
        if parameters is None:
            return None
        service = need.service or need.action.partition(":")[0]
        region = PRICE_LIST.get(subject.where.partition) if service == "pricing" else None
        operation = need.operation if service.startswith("sagemaker") else need.action
        resource = subject.fill(need.on, any=subject.fill(need.example) or "*") or "*"
        return self.begin(
            need.operation,
            service=service,
            region=region,
            told=lambda error: self.client.problem(error, operation, resource),
            fine=need.service == "sagemaker-metrics",
            parameters=parameters,
        )

    def begin(
        self,
        operation: str,
        *,
        service: str = "sagemaker",
        region: str | None = None,
        told: Callable[[OnboardError], Problem],
        fine: bool = False,
        parameters: dict[str, Any],
    ) -> Attempt:
        """Begins a call; the same one is made once.

        Args:
            told: makes the problem of an error.
            fine: whether an answer about nothing shows that one may ask.
        """
        key = f"{service}:{operation} {sorted(parameters.items())}"
        if key in self._begun:
            return self._begun[key]
        attempt = self._begun[key] = Attempt(Task(cancelled=self.cancelled))

        def waits(seconds: float | None) -> None:
            attempt.throttled = seconds is not None

        def run() -> None:
            try:
                attempt.answer = self.client.call(
                    attempt.task, operation, service=service, region=region, **parameters
                )
            except OnboardError as error:
                if fine and error.code in _FINE:
                    attempt.answer = {}
                else:
                    attempt.problem = told(error)
            except Cancelled:
                pass
            except Exception as error:
                log.exception("sm_onboard | trying %s failed", operation)
                attempt.problem = Problem(
                    code="internal",
                    message=f"{operation} could not be tried: {type(error).__name__}.",
                    hint="The log says more.",
                )

        attempt.task.waiting = waits
        attempt.future = self.pool.submit(run)
        return attempt

    def wait(self, attempts: Iterable[Attempt | None], seconds: float) -> None:
        """Waits for all of them, at most so long."""
        futures = [a.future for a in attempts if a is not None and a.future is not None]
        wait_for(futures, seconds)

    def silent(self, attempt: Attempt, service: str, seconds: float) -> Problem:
        """Why there is no answer yet."""
        if attempt.throttled:
            return Problem(
                code="aws.throttled",
                message="AWS limits how often it is called, so this was not found out.",
                hint="Look again in a minute.",
            )
        error = Unreachable("aws.unreachable", f"No answer within {seconds:g} s.")
        problem = self.client.problem(error, f"{service}:*")
        return Problem(
            code=problem.code,
            message=problem.message.removesuffix(".") + f" within {seconds:g} s.",
            hint=problem.hint,
            endpoint=problem.endpoint,
        )
