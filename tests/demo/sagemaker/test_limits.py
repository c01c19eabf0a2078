"""How much a large organization costs, in calls and in memory. Seconds are told by the bench."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from .large import APPS, PROFILES, RUNS, SPACES, Large, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


@pytest.fixture(scope="module")
def large() -> Iterator[Large]:
    with started() as large:
        yield large


def test_a_panel_lists_everything_in_14_calls(large: Large) -> None:
    found, calls = large.listed()
    assert found == {"UserProfiles": PROFILES, "Spaces": SPACES, "Apps": APPS}
    assert calls <= 14


def test_search_never_holds_more_than_a_page(large: Large) -> None:
    client = large.client()
    asked = {
        "Resource": "ExperimentTrialComponent",
        "SortBy": "Metrics.val_auc.Last",
        "MaxResults": 100,
    }
    names: list[str] = []
    pages, token = 0, {}
    while True:
        page = client.search(**asked, **token)
        assert len(page["Results"]) <= 100
        names += [result["TrialComponent"]["TrialComponentName"] for result in page["Results"]]
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith("large-")]) == RUNS
    assert pages == -(-len(names) // 100)


def test_eight_threads_are_all_answered(large: Large) -> None:
    client = large.client()

    def ask(number: int) -> int:
        profile = f"person-{number % PROFILES:04}"
        there = client.describe_user_profile(DomainId=large.domain, UserProfileName=profile)
        return int(there["UserProfileName"] == profile)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(800))) == 800


def test_with_all_of_it_it_keeps_below_200_mb(large: Large) -> None:
    """The last of this module: everything has been asked before.

    EC2 is not among what is called of moto's: its model alone takes 120 MB, which are bounded
    apart.
    """
    assert 40 < large.memory < 130
    for service, operation in (
        ("iam", "list_users"),
        ("sts", "get_caller_identity"),
        ("s3", "list_buckets"),
        ("secretsmanager", "list_secrets"),
    ):
        getattr(large.client(service), operation)()
    assert large.memory < 200
    large.client("ec2").describe_vpcs()
    assert large.memory < 340
