"""Every call of AWS that the room makes.

Few, not faster than the ``Limiter`` allows, counted, and given up when nobody looks any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_onboard import aws
from sm_onboard.errors import OnboardError, Unreachable

from .limiter import Limiter
from .models import Problem
from .problems import Where, problem

READ_TIMEOUT = 5.0  # seconds
ATTEMPTS = 3  # of one call, by botocore's "standard" retries
AGAIN = (1.0, 2.0, 4.0, 8.0)  # seconds before a call that is still throttled is made anew
PAGE = 100  # the most that the lists give
PAGES = 200  # a list that does not end

Answer = Mapping[str, Any]


class Cancelled(Exception):
    """Nobody looks any more."""


@dataclass
class Task:
    """One reading, or one thing that a person asked for.

    Attributes:
        cancelled: set when its result is not wanted any more.
        calls: how often AWS was called.
        most: how many calls it may make; None: as many as it takes.
        waiting: told for how many seconds a throttled call waits; None when it goes on.
        problem: why what was read is not all there is.
    """

    cancelled: threading.Event = field(default_factory=threading.Event)
    calls: int = 0
    most: int | None = None
    waiting: Callable[[float | None], None] = lambda _: None
    problem: Problem | None = None

    def check(self) -> None:
        """Raises Cancelled."""
        if self.cancelled.is_set():
            raise Cancelled

    @property
    def left(self) -> bool:
        """Whether it may make one more call."""
        return self.most is None or self.calls < self.most


class Client:
    """Thread-safe.

    Args:
        aws: makes the clients.
        where: what ARNs in problems are made of, as it is known by then.
    """

    def __init__(
        self,
        aws: aws.Aws,
        where: Callable[[], Where] = Where,
        limiter: Limiter | None = None,
    ) -> None:
        self._aws = aws
        self._where = where
        self._limiter = limiter or Limiter()

    def supports(self, operation: str, service: str = "sagemaker") -> bool:
        """Whether this boto3 knows it. Raises OnboardError where there can be no client."""
        return aws.supports(self._aws.client(service), operation)

    def shape(self, name: str, service: str = "sagemaker", region: str | None = None) -> Any:
        """A shape of the service's model; None where this boto3 does not have it."""
        model = self._aws.client(service, region).meta.service_model
        return model.shape_for(name) if name in model.shape_names else None

    def region(self) -> str:
        """The region that is called. Raises OnboardError ``aws.no_region``."""
        return str(self._aws.client("sagemaker").meta.region_name)

    def endpoint(self) -> str:
        """Whose answers they are: AWS's address, or that of AWS_ENDPOINT_URL."""
        return str(self._aws.client("sagemaker").meta.endpoint_url)

    def call(
        self,
        task: Task,
        operation: str,
        *,
        service: str = "sagemaker",
        region: str | None = None,
        about: str = "",
        **parameters: Any,
    ) -> dict[str, Any]:
        """One call; where AWS throttles it, made again after a while.

        Args:
            operation: its API name: ``ListApps``.
            about: what it is called on, as people know it.
            parameters: as boto3 takes them.

        Raises:
            OnboardError: those of ``aws.errors``.
            Cancelled: the task was, before the call or while it waited.
        """
        for pause in AGAIN:
            try:
                return self._once(task, operation, service, region, about, parameters)
            except Unreachable as error:
                if error.code != "aws.throttled":
                    raise
            task.waiting(pause)
            if task.cancelled.wait(pause):
                raise Cancelled
            task.waiting(None)
        return self._once(task, operation, service, region, about, parameters)

    def pages(
        self, task: Task, operation: str, member: str, **parameters: Any
    ) -> Iterator[list[dict[str, Any]]]:
        """A list, page by page; short and empty pages are followed too.

        Args:
            member: where the rows of a page are: ``Apps``.

        Raises:
            OnboardError, Cancelled: as ``call``; ``aws.failed`` for a list that does not end.
        """
        token: str | None = None
        for _ in range(PAGES):
            more = {"NextToken": token} if token else {}
            page = self.call(task, operation, **parameters, MaxResults=PAGE, **more)
            rows = page.get(member)
            yield [row for row in rows if isinstance(row, dict)] if rows else []
            following = page.get("NextToken")
            if not following or following == token:
                return
            token = following
        raise Unreachable(
            "aws.failed", f"{operation} does not end: {PAGES} pages were read.", "Try again later."
        )

    def problem(self, error: OnboardError, operation: str, resource: str = "*") -> Problem:
        """Why a call did not work.

        Args:
            operation: with its service where that is not SageMaker: ``pricing:GetProducts``.
            resource: what IAM checks it on, as ``space/d-1/lab`` or ``*``.
        """
        where = self._where()
        action = operation if ":" in operation else f"sagemaker:{operation}"
        return problem(error, where, action, resource if resource == "*" else where.arn(resource))

    def _once(
        self,
        task: Task,
        operation: str,
        service: str,
        region: str | None,
        about: str,
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        from botocore import xform_name

        task.check()
        made = self._aws.client(service, region)
        aws.require(made, operation)
        if not self._limiter.take(task.cancelled):
            raise Cancelled
        task.calls += 1
        with aws.errors(f"{service}:{operation}", about):
            try:
                answer: dict[str, Any] = getattr(made, xform_name(operation))(**parameters)
            except Exception as error:
                task.calls += _retries(getattr(error, "response", None))
                raise
        task.calls += _retries(answer)
        task.check()
        return answer


def _retries(answer: Any) -> int:
    """How often botocore made a call again."""
    try:
        return int(answer["ResponseMetadata"]["RetryAttempts"])
    except (KeyError, TypeError, ValueError):
        return 0
