"""The room as it is put together for real: configuration, owner, root, own file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sm_onboard import aws
from sm_onboard.errors import Conflict
from sm_onboard.repos.models import NewRepository, ReposState
from sm_onboard.rooms import Rooms, Settings

FOR_ANA = {"url": "https://127.0.0.1:1/a.git", "profiles": ["ana"]}
SPACE = {"AppType": "JupyterLab", "DomainId": "d-abcdefghijkl", "SpaceName": "ana-space"}
WHERE = {"DomainId": SPACE["DomainId"], "SpaceName": SPACE["SpaceName"]}


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """A client that answers what a test adds; botocore checks requests and answers."""
    client = boto3.client(
        "sagemaker", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="s"
    )

    class Fake:
        def client(self, service: str) -> Any:
            assert service == "sagemaker"
            return client

    monkeypatch.setattr(aws, "default", Fake)
    with Stubber(client) as stubber:
        yield stubber


def owned_by(name: str, sharing: str = "Private") -> dict[str, Any]:
    return {
        "OwnershipSettings": {"OwnerUserProfileName": name},
        "SpaceSharingSettings": {"SharingType": sharing},
    }


def in_space(sagemaker: Stubber, name: str, sharing: str = "Private") -> None:
    """What SageMaker is asked for its own repositories: it names none."""
    sagemaker.add_response("describe_space", owned_by(name, sharing), WHERE)
    sagemaker.add_response("describe_domain", {}, {"DomainId": SPACE["DomainId"]})
    if sharing == "Private":
        asked = {"DomainId": SPACE["DomainId"], "UserProfileName": name}
        sagemaker.add_response("describe_user_profile", {}, asked)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Rooms]]:
    made: list[Rooms] = []
    metadata = tmp_path / "metadata.json"
    metadata.write_text(json.dumps(SPACE))

    def make(**settings: Any) -> Rooms:
        rooms = Rooms(Settings(metadata_file=str(metadata), **settings), environ=os.environ)
        made.append(rooms)
        return rooms

    yield make
    for rooms in made:
        assert rooms.close(10)


def look(rooms: Rooms) -> ReposState:
    rooms.repos.look()
    assert rooms.repos.wait(30)
    return rooms.repos.state()


def test_sagemaker_is_asked_once_whose_space_it_is(
    make: Callable[..., Rooms], sagemaker: Stubber
) -> None:
    in_space(sagemaker, "ana")
    state = look(make(repositories=[{"url": "https://127.0.0.1:1/a.git"}]))
    assert [row.state for row in state.repositories] == ["waiting"]
    sagemaker.assert_no_pending_responses()  # one more call would have failed


def test_profiles_mean_the_owner_of_the_space(
    make: Callable[..., Rooms], sagemaker: Stubber
) -> None:
    in_space(sagemaker, "ana")
    rooms = make(repositories=[FOR_ANA, {**FOR_ANA, "url": "https://h/b.git", "profiles": ["b"]}])
    state = look(rooms)
    assert [row.state for row in state.repositories] == ["waiting", "skipped"]
    assert state.repositories[1].code == "repos.other_profile"
    assert state.problems == ()
    sagemaker.assert_no_pending_responses()


def test_nobody_owns_a_shared_space(make: Callable[..., Rooms], sagemaker: Stubber) -> None:
    in_space(sagemaker, "ana", "Shared")
    state = look(make(repositories=[FOR_ANA]))
    assert [row.code for row in state.repositories] == ["repos.profile_unknown"]
    assert state.problems == ()


def test_a_missing_permission_is_said_and_the_rest_goes_on(
    make: Callable[..., Rooms], sagemaker: Stubber
) -> None:
    sagemaker.add_client_error("describe_space", "AccessDeniedException", "no", 400)
    sagemaker.add_response("describe_domain", {})
    sagemaker.add_client_error("describe_space", "AccessDeniedException", "no", 400)
    state = look(make(repositories=[FOR_ANA, {"url": "https://127.0.0.1:1/b.git"}]))
    assert [row.state for row in state.repositories] == ["skipped", "waiting"]
    assert [problem.code for problem in state.problems] == ["aws.forbidden"]  # said once
    assert "sagemaker:DescribeSpace" in state.problems[0].message + state.problems[0].hint


def test_the_root_of_a_profile(make: Callable[..., Rooms], sagemaker: Stubber, home: Path) -> None:
    in_space(sagemaker, "ana")
    state = look(make(root="~/{user_profile}/work"))
    assert state.root == str(home / "ana" / "work")
    in_space(sagemaker, "ana", "Shared")
    state = look(make(root="~/{user_profile}/work"))
    assert [problem.code for problem in state.problems] == ["config.root_profile"]


def test_adding_writes_the_persons_own_file(make: Callable[..., Rooms], home: Path) -> None:
    rooms = make()
    rooms.repos.add(NewRepository(url="https://127.0.0.1:1/mine.git"))
    file = home / ".config" / "sm-onboard" / "onboard.yaml"
    assert "https://127.0.0.1:1/mine.git" in file.read_text()
    assert [row.source for row in look(rooms).repositories] == ["person"]


def test_an_own_file_that_cannot_be_written(make: Callable[..., Rooms], home: Path) -> None:
    (home / ".config").write_text("a file where a folder is needed")
    with pytest.raises(Conflict) as refused:
        make().repos.add(NewRepository(url="https://127.0.0.1:1/mine.git"))
    assert refused.value.code == "config.own_file_unwritable"


def test_identity_is_gits(make: Callable[..., Rooms], home: Path) -> None:
    from sm_onboard.repos.models import Identity

    rooms = make()
    assert rooms.repos.identity() == Identity(name="", email="")
    person = Identity(name="Ana", email="ana@example.com")
    assert rooms.repos.set_identity(person) == person
    assert "ana@example.com" in (home / ".gitconfig").read_text()
