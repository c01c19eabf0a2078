"""Kernels of a server know where their runs go."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_server.services.contents.manager import ContentsManager
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.services.sessions.sessionmanager import SessionManager

from sm_onboard.experiments.handing import VARIABLE, hand_over

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/team"


class Somewhere:
    """Where runs go, in a test: the kernel `able` has what an ARN needs."""

    def __init__(self, environ: dict[str, str] | None = None, uri: str = "sqlite:////m.db") -> None:
        self.environ = environ or {}
        self.uri = uri
        self.kernels: dict[str, str] = {}

    def uri_for(self, kernel: str | None) -> str:
        return ARN if kernel == "able" else self.uri

    def began(self, kernel: str, uri: str) -> None:
        self.kernels[kernel] = uri


def manager(tmp_path: Path) -> tuple[SessionManager, list[dict[str, Any]]]:
    """Jupyter's own, whose kernels are not really started."""
    started: list[dict[str, Any]] = []

    class Kernels(MappingKernelManager):
        async def start_kernel(self, **given: Any) -> str:
            started.append(given)
            return f"kernel-{len(started)}"

    kernels = Kernels(root_dir=str(tmp_path))
    contents = ContentsManager(root_dir=str(tmp_path))
    return SessionManager(kernel_manager=kernels, contents_manager=contents), started


def test_jupyters_own_manager_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    sessions, _ = manager(tmp_path)
    where = Somewhere()
    assert hand_over(sessions, where, tmp_path)
    assert (tmp_path / ".local/state/sm-onboard").is_dir()
    made = sessions.get_kernel_env("folder/n.ipynb", "n.ipynb")
    assert made[VARIABLE] == "sqlite:////m.db"
    assert "JPY_SESSION_NAME" in made
    where.uri = "http://found.later"
    assert sessions.get_kernel_env("n.ipynb", "n.ipynb")[VARIABLE] == "http://found.later"
    monkeypatch.setenv(VARIABLE, "http://chosen")
    assert sessions.get_kernel_env("n.ipynb", "n.ipynb")[VARIABLE] == "http://chosen"


def test_each_kernel_is_led_where_it_can_record(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    sessions, started = manager(tmp_path)
    where = Somewhere()
    hand_over(sessions, where, tmp_path)

    async def start() -> list[str]:
        names = ("able", "other", None)
        asked = [
            sessions.start_kernel_for_session("s", "n.ipynb", "n.ipynb", "notebook", name)
            for name in names
        ]
        return list(await asyncio.gather(*asked))

    kernels = asyncio.run(start())
    found = {given["kernel_name"]: given["env"][VARIABLE] for given in started}
    assert found == {"able": ARN, "other": "sqlite:////m.db", None: "sqlite:////m.db"}
    assert sorted(where.kernels) == sorted(kernels)
    assert sorted(where.kernels.values()) == sorted(found.values())


def test_what_is_set_already_is_left_alone(tmp_path: Path) -> None:
    sessions = SimpleNamespace(get_kernel_env=lambda path: {"A": path})
    before = sessions.get_kernel_env
    assert not hand_over(sessions, Somewhere({VARIABLE: "http://chosen"}), tmp_path)
    assert sessions.get_kernel_env is before
    assert not (tmp_path / ".local").exists()


def test_a_manager_of_another_kind_and_a_home_that_is_a_file(tmp_path: Path) -> None:
    assert not hand_over(SimpleNamespace(), Somewhere(), tmp_path)
    file = tmp_path / "a-file"
    file.write_text("x")
    sessions = SimpleNamespace(get_kernel_env=dict)
    assert not hand_over(sessions, Somewhere(), file)
    assert sessions.get_kernel_env is dict
