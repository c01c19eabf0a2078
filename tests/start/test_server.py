"""JupyterLab's start: nothing of ours is in its way, whatever happens to us."""

from __future__ import annotations

from pathlib import Path

import pytest
from start.servers import Server, SilentHost

HEAVY = {"boto3", "botocore", "git", "mlflow", "moto"}
LAZY = {"sm_onboard.rooms", "sm_onboard.contract", "sm_onboard.repos", "sm_onboard.aws"}


def test_when_the_server_answers_nothing_heavy_is_imported(tmp_path: Path) -> None:
    with Server(tmp_path, {}) as server:
        status, seen = server.get("peek")
        assert status == 200
        for moment in ("first_turn", "first_request"):
            imported = set(seen[moment])
            assert "sm_onboard.app" in imported
            assert not imported & HEAVY
        assert not set(seen["first_turn"]) & LAZY


def test_work_begins_by_itself_without_any_request(tmp_path: Path) -> None:
    with SilentHost() as host:
        traits = {"repositories": [{"url": f"http://127.0.0.1:{host.port}/a.git"}]}
        with Server(tmp_path, traits):
            assert host.asked.wait(60)


@pytest.mark.parametrize("kind", ["team file", "repository"])
def test_a_git_host_that_hangs_delays_nothing(tmp_path: Path, kind: str) -> None:
    with SilentHost() as host:
        if kind == "team file":
            traits = {"team_file": f"git+https://127.0.0.1:{host.port}/team.git#onboard.yaml"}
        else:
            traits = {"repositories": [{"url": f"http://127.0.0.1:{host.port}/a.git"}]}
        with Server(tmp_path, traits) as server:
            assert server.get("api/status")[0] == 200  # not waiting for the host
            assert host.asked.wait(60)
            # The host holds git, and the server answers all the same.
            assert server.get("api/status")[0] == 200
            status, state = server.get("sm-onboard/repos")
            assert status == 200
            assert state["state"] == ("starting" if kind == "team file" else "working")
            assert not host.left.is_set()
            assert server.stop() in (0, -15)
            assert host.left.wait(5)  # git has ended with the server


def test_recovery_mode_loads_nothing_and_says_so_once(tmp_path: Path) -> None:
    with Server(tmp_path, {}, SAGEMAKER_RECOVERY_MODE="true") as server:
        assert server.get("api/status")[0] == 200
        assert server.get("sm-onboard/repos")[0] == 404
        assert not set(server.get("peek")[1]["first_request"]) & (LAZY | HEAVY)
        said = [line for line in server.log().splitlines() if "sm_onboard | off" in line]
        assert len(said) == 1
        assert "recovery" in said[0]


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        ({"parallel": "many"}, "config.trait"),
        ({"parallel": 0}, "config.trait"),
        ({"repositories": {"url": "https://h/r.git"}}, "config.trait"),
        ({"onboard_file": "/nowhere/onboard.yaml"}, "config.file_missing"),
        ({"team_file": "ftp://h/x"}, "config.team_file"),
        ({"root": "user-default-efs"}, "config.root_not_mounted"),
        ({"root": "../x"}, "config.root"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_configuration_is_a_sentence_in_the_panel(
    tmp_path: Path, traits: dict[str, object], code: str
) -> None:
    with Server(tmp_path, traits) as server:
        assert server.get("api/status")[0] == 200
        state = server.until("sm-onboard/repos", lambda state: state["state"] == "idle")
        problems = state["problems"]
        assert [problem["code"] for problem in problems] == [code]
        assert problems[0]["message"]
        assert problems[0]["hint"]
        assert "Traceback" not in server.log()


def test_disabled_does_nothing(tmp_path: Path) -> None:
    with Server(tmp_path, {"enabled": False}) as server:
        assert server.get("sm-onboard/repos")[0] == 404
        assert "sm_onboard | off" in server.log()
