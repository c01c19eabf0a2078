"""Kernels of a server know where their runs go."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_server.services.contents.manager import ContentsManager
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.services.sessions.sessionmanager import SessionManager

from sm_onboard.experiments.handing import VARIABLE, hand_over


def test_jupyters_own_manager_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    kernels = MappingKernelManager(root_dir=str(tmp_path))
    sessions = SessionManager(kernel_manager=kernels, contents_manager=ContentsManager())
    uri = hand_over(sessions, {}, tmp_path)
    assert uri == f"sqlite:///{tmp_path}/.local/state/sm-onboard/mlflow.db"
    assert (tmp_path / ".local/state/sm-onboard").is_dir()
    made = sessions.get_kernel_env("folder/n.ipynb", "n.ipynb")
    assert made[VARIABLE] == uri
    assert "JPY_SESSION_NAME" in made
    monkeypatch.setenv(VARIABLE, "http://chosen")
    assert sessions.get_kernel_env("n.ipynb", "n.ipynb")[VARIABLE] == "http://chosen"


def test_what_is_set_already_is_left_alone(tmp_path: Path) -> None:
    sessions = SimpleNamespace(get_kernel_env=lambda path: {"A": path})
    before = sessions.get_kernel_env
    assert hand_over(sessions, {VARIABLE: "http://chosen"}, tmp_path) == ""
    assert sessions.get_kernel_env is before
    assert not (tmp_path / ".local").exists()


def test_a_manager_of_another_kind_and_a_home_that_is_a_file(tmp_path: Path) -> None:
    assert hand_over(SimpleNamespace(), {}, tmp_path) == ""
    file = tmp_path / "a-file"
    file.write_text("x")
    sessions = SimpleNamespace(get_kernel_env=dict)
    assert hand_over(sessions, {}, file) == ""
    assert sessions.get_kernel_env is dict
