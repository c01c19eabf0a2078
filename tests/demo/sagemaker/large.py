"""A local SageMaker with a large organization, as a process of its own.

    python -m tests.demo.sagemaker.large

has the sample organization and, in the domain ``acme-large``, 500 profiles, 500 spaces and 300
apps, beside 5,000 runs. It prints one line of JSON and ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROFILES, SPACES, APPS, RUNS = 500, 500, 300, 5000


@dataclass(frozen=True)
class Large:
    """The process as its starter sees it.

    Attributes:
        environment: what leads a client there.
        domain: the id of the large domain.
    """

    pid: int
    url: str
    environment: dict[str, str]
    domain: str

    def client(self, service: str = "sagemaker", **options: Any) -> Any:
        import boto3

        return boto3.Session(
            self.environment["AWS_ACCESS_KEY_ID"],
            self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_REGION"],
        ).client(service, endpoint_url=self.url, **options)

    @property
    def memory(self) -> float:
        """Resident memory, MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def listed(self) -> tuple[dict[str, int], int]:
        """Everything in the domain, as a panel lists it: how many of each, and the calls made."""
        client = self.client()
        calls = 0

        def count(**_: Any) -> None:
            nonlocal calls
            calls += 1

        client.meta.events.register("before-send", count)
        client.describe_domain(DomainId=self.domain)
        found = {}
        for operation, items in (
            ("list_user_profiles", "UserProfiles"),
            ("list_spaces", "Spaces"),
            ("list_apps", "Apps"),
        ):
            pages = client.get_paginator(operation).paginate(
                DomainIdEquals=self.domain, PaginationConfig={"PageSize": 100}
            )
            found[items] = sum(len(page[items]) for page in pages)
        return found, calls


@contextmanager
def started(program: str = "tests.demo.sagemaker.large") -> Iterator[Large]:
    """Starts a program that prints such a line."""
    process = subprocess.Popen(
        [sys.executable, "-m", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        yield Large(process.pid, **told)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def main() -> None:
    from sm_onboard.demo.sagemaker.organization.large import fill_large
    from sm_onboard.demo.sagemaker.server import Server

    with Server() as server:
        domain = fill_large(server.emulator, server.region, PROFILES, SPACES, APPS, RUNS)
        line = {"url": server.url, "environment": server.environment(), "domain": domain}
        print(json.dumps(line), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
