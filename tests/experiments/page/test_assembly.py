"""Which stores a server knows of, and over HTTP what it answers of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.experiments.assembly import places
from sm_onboard.experiments.kernels import Kernel
from sm_onboard.repos.plan.onboard_keys import Experiments
from sm_onboard.rooms import Rooms, Settings


def rooms(tmp_path: Path, **environ: str) -> Rooms:
    settings = Settings(metadata_file=str(tmp_path / "none"))
    return Rooms(settings, environ={"HOME": str(tmp_path), **environ})


def test_a_fresh_machine_has_a_file_of_its_own(tmp_path: Path) -> None:
    (place,) = places(rooms(tmp_path), True)
    assert (place.kind, place.recording, place.name) == ("sqlite", True, "This machine")
    assert place.uri.endswith("/sm-onboard/mlflow.db") and place.fresh
    named = rooms(tmp_path, MLFLOW_TRACKING_URI=place.uri)
    assert not next(places(named, True)).fresh, "one that somebody named ought to be there"


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    here = rooms(tmp_path, MLFLOW_TRACKING_URI="https://ana:hunter2@mlflow.acme.com:8443/base")
    (place,) = places(here, True)
    assert place.uri == "https://mlflow.acme.com:8443/base"
    assert (place.kind, place.name) == ("server", "mlflow.acme.com")


def test_a_written_database_is_seen_without_reading_it(tmp_path: Path) -> None:
    database = tmp_path / "runs.db"
    (place,) = places(rooms(tmp_path, MLFLOW_TRACKING_URI=f"sqlite:///{database}"), False)
    assert place.fingerprint is not None
    seen = [place.fingerprint()]
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for statement in ("CREATE TABLE t (x)", "INSERT INTO t VALUES (1)"):
            connection.execute(statement)
            connection.commit()
            seen.append(place.fingerprint())
        assert seen[-1] == place.fingerprint()
    connection.close()
    assert len(set(seen)) == len(seen), "each write shows"


def test_the_domain_has_more(tmp_path: Path, sagemaker: Any, monkeypatch: Any) -> None:
    del sagemaker
    metadata = tmp_path / "metadata.json"
    metadata.write_text('{"DomainId": "d-none", "SpaceName": "alice-lab", "AppType": "JupyterLab"}')
    here = Rooms(
        Settings(metadata_file=str(metadata)),
        environ={"HOME": str(tmp_path), "AWS_REGION": "eu-west-1"},
    )
    assert [place.name for place in places(here, False)] == ["This space"]
    assert "SageMaker Experiments" in [place.name for place in places(here, True)]


@pytest.fixture
def jp_server_config(tmp_path: Path) -> dict[str, Any]:
    return {
        "ServerApp": {"jpserver_extensions": {"sm_onboard": True}},
        "SmOnboard": {"metadata_file": str(tmp_path / "none")},
    }


async def test_over_http(jp_fetch: Any) -> None:
    import json

    answer = await jp_fetch("sm-onboard", "experiments")
    assert json.loads(answer.body)["stores"] == []
    asked = json.dumps({"view": "page-1", "open": True})
    answer = await jp_fetch("sm-onboard", "experiments", "look", method="POST", body=asked)
    assert answer.code == 202
    asked = json.dumps({"experiments": ["x.1"]})
    answer = await jp_fetch("sm-onboard", "experiments", "runs", method="POST", body=asked)
    assert json.loads(answer.body)["ids"] == []


def test_a_team_store_is_recorded_in_and_the_file_of_this_space_is_still_there(
    tmp_path: Path,
) -> None:
    here = rooms(tmp_path, AWS_REGION="eu-west-1")
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/team"
    able = Kernel("python3", "Python 3", "/env/bin/python", schemes=frozenset({"arn"}))
    here.tracking._look = lambda: (able,)
    here.tracking.settle(Experiments(tracking=arn))
    team, own = places(here, False)
    assert (team.name, team.kind, team.recording, team.fresh) == (
        "team",
        "tracking_server",
        True,
        False,
    )
    assert (own.kind, own.recording, own.fresh) == ("sqlite", False, True)
    assert team.id != own.id


@pytest.mark.parametrize("uri", ["sagemaker-experiments:", "sagemaker-experiments://eu-west-1"])
def test_sagemaker_experiments_is_one_store_whatever_it_is_called(
    tmp_path: Path, sagemaker: Any, uri: str
) -> None:
    del sagemaker
    metadata = tmp_path / "metadata.json"
    metadata.write_text('{"DomainId": "d-none", "SpaceName": "alice-lab", "AppType": "JupyterLab"}')
    environ = {"HOME": str(tmp_path), "AWS_REGION": "eu-west-1", "MLFLOW_TRACKING_URI": uri}
    here = Rooms(Settings(metadata_file=str(metadata)), environ=environ)
    found = [place for place in places(here, True) if place.kind == "sagemaker"]
    assert [place.recording for place in found] == [True]
