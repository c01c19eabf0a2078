"""The local SageMaker for the tests of all rooms: one a session, empty for each test.

    def test_lists_domains(sagemaker):
        sagemaker.client("sagemaker").list_domains()

Everything that the clients send and get is checked against botocore's model, and a mistake of
the server's own fails the test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.child import LocalSageMaker
    from sm_onboard.demo.sagemaker.http.control import Control
    from sm_onboard.demo.sagemaker.strict import Strict


# What moto answers for the others has nulls and dates of its own.
OURS = {"sagemaker", "sagemaker-metrics", "pricing", "service-quotas", "codecommit", "iam", "sts"}


class SageMaker:
    """A test's local SageMaker.

    Attributes:
        url: its address.
        control: its control paths.
        strict: what watches the clients; for tests that make clients of their own.
    """

    def __init__(self, local: LocalSageMaker, strict: Strict) -> None:
        self._local = local
        self.strict = strict
        self.url = local.url
        self.control: Control = local.control

    def environment(self) -> dict[str, str]:
        """The variables that lead a process here."""
        return self._local.environment()

    def client(self, service: str, region: str | None = None, **options: Any) -> Any:
        """A client that is watched and shows the first answer: it does not try again.

        Args:
            options: of ``boto3.Session.client``; ``config`` is merged.
        """
        from botocore.config import Config

        once = Config(retries={"mode": "standard", "total_max_attempts": 1})
        options["config"] = once.merge(options.get("config") or Config())
        client = self._local.client(service, region, **options)
        self.strict.attach(client)
        return client


@pytest.fixture(scope="session")
def local_sagemaker() -> Iterator[LocalSageMaker]:
    """A local SageMaker in a process of its own, where every life cycle is over at once."""
    from sm_onboard.demo.sagemaker.child import LocalSageMaker

    with LocalSageMaker.start(speed=math.inf, sample=False, check=True) as local:
        yield local


@pytest.fixture
def sagemaker(local_sagemaker: LocalSageMaker) -> Iterator[SageMaker]:
    """An empty local SageMaker and clients of it."""
    from sm_onboard.demo.sagemaker.strict import Strict

    local_sagemaker.control.reset(sample=False)
    strict = Strict(services=OURS)
    yield SageMaker(local_sagemaker, strict)
    failures = local_sagemaker.control.log()["failures"]
    assert not failures, "\n".join(failures)
    strict.seen.check()
