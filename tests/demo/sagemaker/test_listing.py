"""Pages, order and filters of every list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.call import ACCOUNT, Call, Caller
from sm_onboard.demo.sagemaker.engine import listing
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.engine.paging import Page
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model import service as models
from tests.demo.sagemaker.api import ROLE, Api
from tests.demo.sagemaker.pipeline_samples import definition, processing


@pytest.fixture
def api() -> Api:
    return Api()


def pages(api: Api, operation: str, member: str, **asked: Any) -> Iterator[list[dict[str, Any]]]:
    token: dict[str, str] = {}
    while True:
        answer = api(operation, **asked, **token)
        yield answer[member]
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def names(found: list[dict[str, Any]]) -> list[str]:
    return [profile["UserProfileName"] for profile in found]


def profiles(api: Api, count: int) -> str:
    domain = api.domain()
    for number in range(count):
        api.profile(domain, f"user-{number:03}")
        api.later(1)
    return domain


def test_a_page_has_ten_entries_unless_asked_otherwise(api: Api) -> None:
    profiles(api, 25)
    assert [len(page) for page in pages(api, "ListUserProfiles", "UserProfiles")] == [10, 10, 5]
    by_hundred = pages(api, "ListUserProfiles", "UserProfiles", MaxResults=100)
    assert [len(page) for page in by_hundred] == [25]
    assert api.refused("ListUserProfiles", MaxResults=101).startswith("ValidationException")
    assert api.refused("ListUserProfiles", MaxResults=0).startswith("ValidationException")


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_order_holds_over_pages(api: Api, order: str) -> None:
    profiles(api, 25)
    found = [
        name
        for page in pages(api, "ListUserProfiles", "UserProfiles", SortOrder=order)
        for name in names(page)
    ]
    expected = [f"user-{number:03}" for number in range(25)]
    assert found == (expected if order == "Ascending" else expected[::-1])


def test_a_page_goes_on_where_it_was_whatever_comes_and_goes(api: Api) -> None:
    domain = profiles(api, 12)
    first = api("ListUserProfiles", MaxResults=5)
    for gone in ("user-001", "user-004", "user-007"):
        api("DeleteUserProfile", DomainId=domain, UserProfileName=gone)
    api.profile(domain, "newest")
    rest = api("ListUserProfiles", MaxResults=100, NextToken=first["NextToken"])
    assert names(rest["UserProfiles"]) == [
        "user-005", "user-006", "user-008", "user-009", "user-010", "user-011", "newest",
    ]  # fmt: skip


def test_a_token_is_good_for_its_own_question_only(api: Api) -> None:
    domain = profiles(api, 12)
    token = api("ListUserProfiles", MaxResults=5)["NextToken"]
    flipped = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    for asked in (
        {"NextToken": "nonsense"},
        {"NextToken": flipped},
        {"NextToken": token, "SortOrder": "Descending"},
        {"NextToken": token, "DomainIdEquals": domain},
    ):
        refused = api.refused("ListUserProfiles", **asked)
        assert refused == "ValidationException: The NextToken is invalid."
    assert api.refused("ListSpaces", NextToken=token).startswith("ValidationException")
    here = Page.of(asking(token))
    assert here.after is not None
    for elsewhere in (
        asking(token, region="us-east-1"),
        asking(token, account="210987654321"),
        asking(token, operation="ListSpaces"),
    ):
        with pytest.raises(ServiceError, match="NextToken is invalid"):
            Page.of(elsewhere)


def asking(
    token: str,
    operation: str = "ListUserProfiles",
    region: str = "eu-west-1",
    account: str = ACCOUNT,
) -> Call:
    asked = {"NextToken": token, "MaxResults": 3}
    return Call("sagemaker", operation, asked, region, Caller("arn", account))


def test_a_last_page_that_is_full_is_the_last(api: Api) -> None:
    profiles(api, 10)
    found = list(pages(api, "ListUserProfiles", "UserProfiles"))
    assert [len(page) for page in found] == [10]


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ("ListUserProfiles", "Ascending"),  # the model's words
        ("ListSpaces", "Ascending"),
        ("ListExperiments", "Descending"),  # the family's
    ],
)
def test_an_order_that_nobody_asked_for(api: Api, operation: str, order: str) -> None:
    domain = profiles(api, 2)
    for number in range(2):
        api.space(domain, f"space-{number}", owner="user-000")
        api("CreateExperiment", ExperimentName=f"experiment-{number}")
        api.later(1)
    (member,) = (name for name, found in api(operation).items() if isinstance(found, list))
    times = [one["CreationTime"] for one in api(operation)[member]]
    assert times == sorted(times, reverse=order == "Descending")
    assert len(times) == len(set(times)) == 2


def test_a_prefix_is_where_a_name_begins(api: Api) -> None:
    for name in ("train", "retrain", "train-nightly"):
        api(
            "CreatePipeline",
            PipelineName=name,
            PipelineDefinition=definition(processing("Prep")),
            RoleArn=ROLE,
            ClientRequestToken=f"{name:-<32}",
        )
        api.later(1)
    found = api("ListPipelines", PipelineNamePrefix="train")["PipelineSummaries"]
    assert [one["PipelineName"] for one in found] == ["train-nightly", "train"]


def test_equal_times_are_listed_once_each(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = api.domain()
    api.later(100)
    frozen = api.emulator.world.clock.now()
    monkeypatch.setattr(api.emulator.world.clock, "now", lambda: frozen)
    for number in range(30):
        api.profile(domain, f"user-{number:03}")
    found = [n for p in pages(api, "ListUserProfiles", "UserProfiles", MaxResults=7)
             for n in names(p)]  # fmt: skip
    assert sorted(found) == [f"user-{number:03}" for number in range(30)]


def test_filters_choose(api: Api) -> None:
    first = profiles(api, 3)  # user-000 and on
    second = api.domain("other")
    api.profile(second, "user-x")
    domain = api("ListUserProfiles", DomainIdEquals=second)["UserProfiles"]
    assert names(domain) == ["user-x"]
    some = api("ListUserProfiles", UserProfileNameContains="user-0", DomainIdEquals=first)
    assert names(some["UserProfiles"]) == ["user-000", "user-001", "user-002"]
    assert api("ListUserProfiles", UserProfileNameContains="none")["UserProfiles"] == []


def test_times_choose_and_sort(api: Api) -> None:
    def repository(name: str) -> float:
        api("CreateCodeRepository", CodeRepositoryName=name,
            GitConfig={"RepositoryUrl": f"https://github.com/acme/{name}"})  # fmt: skip
        api.later(10)
        return float(api("DescribeCodeRepository", CodeRepositoryName=name)["CreationTime"])

    times = [repository(name) for name in ("c", "a", "b")]

    def listed(**asked: Any) -> list[str]:
        found = api("ListCodeRepositories", **asked)["CodeRepositorySummaryList"]
        return [repository["CodeRepositoryName"] for repository in found]

    assert listed() == ["a", "b", "c"]  # its model says: by Name
    assert listed(SortBy="CreationTime") == ["c", "a", "b"]
    assert listed(CreationTimeAfter=times[0]) == ["a", "b"]
    assert listed(CreationTimeBefore=times[2]) == ["a", "c"]
    assert listed(CreationTimeAfter=times[0] + 1) == ["a", "b"]
    assert listed(CreationTimeBefore=times[2] - 1) == ["a", "c"]
    api("UpdateCodeRepository", CodeRepositoryName="c", GitConfig={})
    assert listed(SortBy="LastModifiedTime", SortOrder="Descending") == ["c", "b", "a"]
    assert listed(LastModifiedTimeAfter=times[2] + 1) == ["c"]
    assert listed(NameContains="b") == ["b"]


def test_every_filter_and_order_that_the_model_has_is_known() -> None:
    emulator = Emulator()
    asked = 0
    for family in emulator.families.values():
        operation = models.operation("sagemaker", f"List{family.plural}")
        if operation is None or "list" in family.without:
            continue
        assert operation.input_shape is not None
        for name, shape in operation.input_shape.members.items():
            if name == "SortBy":
                for value in shape.enum:
                    member = listing.sort_member(family, value)
                    assert member in listing._known(family, operation) | {"LastModifiedTime"}
            elif name not in ("NextToken", "MaxResults", "SortOrder"):
                listing.choosing(family, operation, name)
                asked += 1
    assert asked > 30


def test_an_order_by_status_and_upper_case_names(api: Api) -> None:
    for name in ("b", "a"):
        api("CreateImage", ImageName=name, RoleArn="arn:aws:iam::123456789012:role/images")
        api.later(5)
    by_name = api("ListImages", SortBy="IMAGE_NAME", SortOrder="ASCENDING")["Images"]
    assert [image["ImageName"] for image in by_name] == ["a", "b"]
    by_time = api("ListImages", SortBy="CREATION_TIME", SortOrder="DESCENDING")["Images"]
    assert [image["ImageName"] for image in by_time] == ["a", "b"]
