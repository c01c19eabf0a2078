"""CodeCommit's list of repositories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.others import HANDLERS
from tests.demo.sagemaker.api import Api

NAMES = [f"team-{number:04}" for number in range(1003)]


@pytest.fixture
def api() -> Iterator[Api]:
    from moto.codecommit.models import codecommit_backends

    made = Api()
    for (service, operation), handler in HANDLERS.items():
        made.emulator.register(service, operation, handler)
    backend = codecommit_backends[ACCOUNT]["eu-west-1"]
    yield made
    backend.repositories.clear()


def create(*names: str) -> None:
    from moto.codecommit.models import codecommit_backends

    for name in names:
        codecommit_backends[ACCOUNT]["eu-west-1"].create_repository(name, "")


def names(api: Api, **parameters: Any) -> list[str]:
    page = api.ask("codecommit", "ListRepositories", **parameters)
    return [entry["repositoryName"] for entry in page["repositories"]]


def code(api: Api, **parameters: Any) -> str:
    with pytest.raises(ServiceError) as refusal:
        api.ask("codecommit", "ListRepositories", **parameters)
    return refusal.value.code


def test_repositories_of_this_region_are_listed_by_name(api: Api) -> None:
    create("churn", "alpha", "ds-utils")
    assert names(api) == ["alpha", "churn", "ds-utils"]
    assert names(api, order="descending") == ["ds-utils", "churn", "alpha"]
    api.region = "us-east-1"
    assert names(api) == []


def test_repositories_are_sorted_by_their_last_change(api: Api) -> None:
    from moto.codecommit.models import codecommit_backends

    create("churn", "alpha", "ds-utils")
    kept = codecommit_backends[ACCOUNT]["eu-west-1"].repositories
    for day, name in enumerate(["ds-utils", "alpha", "churn"], 1):
        kept[name].repository_metadata["lastModifiedDate"] = f"2026-01-0{day}T00:00:00.000Z"
    assert names(api, sortBy="lastModifiedDate") == ["ds-utils", "alpha", "churn"]
    assert names(api, sortBy="lastModifiedDate", order="descending") == [
        "churn",
        "alpha",
        "ds-utils",
    ]


def test_a_page_has_a_thousand(api: Api) -> None:
    create(*NAMES)
    first = api.ask("codecommit", "ListRepositories")
    assert len(first["repositories"]) == 1000
    second = api.ask("codecommit", "ListRepositories", nextToken=first["nextToken"])
    assert "nextToken" not in second
    listed = [e["repositoryName"] for e in first["repositories"] + second["repositories"]]
    assert listed == NAMES
    assert code(api, nextToken=first["nextToken"], order="descending") == (
        "InvalidContinuationTokenException"
    )


def test_a_token_that_was_not_given_out_is_refused(api: Api) -> None:
    assert code(api, nextToken="x") == "InvalidContinuationTokenException"
