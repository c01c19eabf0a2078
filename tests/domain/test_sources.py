"""SageMaker as a source of repositories: over HTTP, through the real repositories room."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sm_onboard import aws
from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.repos.models import ReposState
from sm_onboard.rooms import Rooms, Settings

from .conftest import ACCOUNT, REGION, _metadata, domain_id

GITHUB = "https://github.com/acme"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:acme/github-Qm4x7T"


@pytest.fixture
def server(organization: Server) -> Server:
    assert math.isinf(organization.emulator.world.clock.speed)
    return organization


class Place:
    """A space's JupyterLab, as far as repositories go."""

    def __init__(self, server: Server, tmp_path: Path) -> None:
        self.server = server
        self.control = Control(server.url, server.control_token)
        self._file = tmp_path / "metadata.json"
        self.made: list[Rooms] = []

    def look(self, space: str, domain: str = "acme-ml", **settings: Any) -> ReposState:
        aws.default.cache_clear()
        found = _metadata(domain_id(self.server, domain), space, "JupyterLab")
        self._file.write_text(json.dumps(found))
        rooms = Rooms(Settings(metadata_file=str(self._file), **settings), environ=os.environ)
        self.made.append(rooms)
        rooms.repos.look()
        assert rooms.repos.wait(30)
        return rooms.repos.state()

    def entries(self) -> dict[str, Any]:
        """What the plan of the last one holds, by name."""
        rows = self.made[-1].repos._rows.values()
        return {row.entry.name: row.entry for row in rows if row.entry}

    def trouble(self, kind: str, *operations: str, **more: Any) -> None:
        names = [f"sagemaker:{operation}" for operation in operations]
        self.control.trouble({"operations": names, "kind": kind, **more})

    def counts(self) -> dict[str, int]:
        counts = dict(self.control.log()["counts"].items())
        self.control.clear_log()
        return counts


@pytest.fixture
def at(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    with strict.everywhere() as seen:
        place = Place(server, tmp_path)
        place.control.clear_log()
        yield place
    place.control.no_trouble()
    for rooms in place.made:
        rooms.close(5)
    aws.default.cache_clear()
    seen.check()


def sources(state: ReposState) -> dict[str, tuple[str, str]]:
    return {row.name: (row.source, row.origin) for row in state.repositories}


def test_a_private_space_gets_the_owners_and_the_domains(at: Place) -> None:
    state = at.look("alice-lab")
    assert sources(state) == {
        "experiments": ("profile", "SageMaker, your user profile"),
        "churn": ("domain", "SageMaker, the domain"),
        "ds-utils": ("domain", "SageMaker, the domain"),
        "reports": ("domain", "SageMaker, the domain"),
    }
    assert next(row.name for row in state.repositories) == "experiments"  # the nearest first
    assert state.problems == ()
    assert {"SageMaker, the domain", "SageMaker, your user profile"} <= set(state.sources)


def test_a_code_repository_gives_branch_and_secret(at: Place) -> None:
    at.look("alice-lab")
    entries = at.entries()
    assert (entries["experiments"].branch, entries["experiments"].secret) == ("trunk", None)
    assert (entries["churn"].branch, entries["churn"].secret) == ("main", SECRET)
    assert at.made[-1].repos.secrets() == (SECRET,)


def test_one_that_no_setting_names_is_not_cloned(at: Place) -> None:
    at.look("alice-lab")
    assert "fraud-features" not in at.entries()


def test_a_shared_space_gets_the_domains_for_spaces_and_nobodys_profile(at: Place) -> None:
    state = at.look("team-board")  # owned by alice
    assert sources(state) == {
        "churn": ("domain", "SageMaker, the domain's shared spaces"),
        "reports": ("domain", "SageMaker, the domain's shared spaces"),
    }
    assert "sagemaker:DescribeUserProfile" not in at.counts()


def test_few_calls_and_none_twice(at: Place) -> None:
    at.look("alice-lab", repositories=[{"url": f"{GITHUB}/x.git", "profiles": ["alice"]}])
    assert at.counts() == {
        "sagemaker:DescribeSpace": 1,
        "sagemaker:DescribeDomain": 1,
        "sagemaker:DescribeUserProfile": 1,
        "sagemaker:ListCodeRepositories": 1,
    }
    assert at.entries()["x"].source == "trait"  # alice is known by then


def test_the_space_is_nearer_than_all_others(at: Place, sample: Server) -> None:
    env = at.server.environment()
    client = boto3.client("sagemaker", REGION, endpoint_url=env["AWS_ENDPOINT_URL"])
    urls = [{"RepositoryUrl": f"{GITHUB}/{name}.git"} for name in ("churn", "sandbox")]
    client.update_space(
        DomainId=domain_id(at.server),
        SpaceName="alice-lab",
        SpaceSettings={"JupyterLabAppSettings": {"CodeRepositories": urls}},
    )
    state = at.look("alice-lab")
    found = sources(state)
    assert found["churn"] == found["sandbox"] == ("space", "SageMaker, this space")
    assert [row.name for row in state.repositories].count("churn") == 1
    assert at.entries()["churn"].secret == SECRET


def test_the_persons_own_file_is_nearer(at: Place, home: Path) -> None:
    own = home / ".config" / "sm-onboard" / "onboard.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(f"version: 1\nrepositories:\n  - url: {GITHUB}/churn.git\n    branch: mine\n")
    state = at.look("alice-lab")
    assert sources(state)["churn"][0] == "person"
    assert (at.entries()["churn"].branch, at.entries()["churn"].secret) == ("mine", None)


def test_one_file_that_replaces_all_asks_nobody(at: Place, tmp_path: Path) -> None:
    file = tmp_path / "onboard.yaml"
    file.write_text(f"version: 1\nrepositories:\n  - url: {GITHUB}/only.git\n")
    state = at.look("alice-lab", onboard_file=str(file))
    assert list(sources(state)) == ["only"]
    assert at.counts() == {}


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ("DescribeDomain", {"experiments", "own"}),
        ("DescribeUserProfile", {"churn", "ds-utils", "reports", "own"}),
        ("DescribeSpace", {"own"}),  # private or shared: not known, so nothing is taken
        ("ListCodeRepositories", {"churn", "ds-utils", "reports", "experiments", "own"}),
    ],
)
def test_what_is_denied_is_said_and_the_rest_is_there(
    at: Place, operation: str, left: set[str]
) -> None:
    at.trouble("denied", operation)
    state = at.look("alice-lab", repositories=[{"url": f"{GITHUB}/own.git"}])
    assert set(sources(state)) == left
    (problem,) = state.problems
    assert (problem.code, problem.origin) == ("aws.forbidden", "SageMaker")
    assert f"sagemaker:{operation}" in problem.message
    assert problem.message.startswith("Not all repositories that SageMaker names are known.")


def test_sagemaker_that_hangs_holds_nobody_up(at: Place) -> None:
    at.trouble("timeout", "*", seconds=60)
    began = time.monotonic()
    state = at.look("alice-lab", repositories=[{"url": f"{GITHUB}/own.git"}])
    assert time.monotonic() - began < 6
    assert list(sources(state)) == ["own"]
    (problem,) = state.problems
    assert problem.code == "aws.unreachable"
    assert "did not answer within 4 s" in problem.message


def test_then_the_last_list_is_used(at: Place) -> None:
    at.look("alice-lab")
    at.trouble("timeout", "*", seconds=60)
    state = at.look("alice-lab")
    assert set(sources(state)) == {"churn", "ds-utils", "reports", "experiments"}
    assert at.entries()["churn"].secret == SECRET
    (problem,) = state.problems
    assert "UTC is used." in problem.message


def test_the_list_of_another_space_is_not_used(at: Place) -> None:
    at.look("alice-lab")
    at.trouble("timeout", "*", seconds=60)
    assert sources(at.look("bob-lab")) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"domain": 1}', "x" * 400_000])
def test_a_broken_list_is_as_none(at: Place, home: Path, text: str) -> None:
    at.look("alice-lab")
    file = home / ".local" / "state" / "sm-onboard" / "sagemaker-repositories.json"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text(text)
    at.trouble("refuse", "*")
    state = at.look("alice-lab")
    assert sources(state) == {} and len(state.problems) == 1


def test_where_it_is_off_nobody_asks(at: Place) -> None:
    state = at.look("alice-lab", sagemaker_repositories=False)
    assert sources(state) == {}
    assert at.counts() == {}


def test_without_credentials_there_is_no_sagemaker_to_ask(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    state = at.look("alice-lab", repositories=[{"url": f"{GITHUB}/own.git"}])
    assert list(sources(state)) == ["own"] and state.problems == ()


def test_outside_of_studio_nobody_is_asked(
    at: Place, tmp_path: Path, make_rooms: Callable[[Path], Rooms]
) -> None:
    rooms = make_rooms(tmp_path / "nothing.json")
    rooms.repos.look()
    assert rooms.repos.wait(30)
    assert at.counts() == {}


@pytest.fixture
def make_rooms() -> Iterator[Callable[[Path], Rooms]]:
    made: list[Rooms] = []

    def make(metadata: Path) -> Rooms:
        made.append(Rooms(Settings(metadata_file=str(metadata)), environ=os.environ))
        return made[-1]

    yield make
    for rooms in made:
        rooms.close(5)


def test_an_address_that_is_not_allowed_is_a_row_that_says_so() -> None:
    """Ours is the check: the model's own pattern takes minutes for some addresses."""
    from sm_onboard.repos.plan.sagemaker import _entry, _identity

    bad = "https://" + "a" * 60 + "!"
    began = time.monotonic()
    assert _identity(bad) == _identity(None) == _identity("ext::sh -c x") == ""
    assert _entry(bad, {}) == {"url": bad}
    assert time.monotonic() - began < 0.1
