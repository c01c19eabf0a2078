"""A JupyterLab of its own for one story: a process, a home, a token, a port that stays.

    with FaultyGitServer(...) as host:
        lab = Lab(tmp_path, team_file="version: 1 ...")
        lab.start()
        lab.wait_for(ready=3)       # asks the server, not the page
        lab.kill()                  # SIGKILL, as when a container goes away
        lab.start()                 # same home, same port, same token

The Python that runs it is ``$SMO_E2E_PYTHON`` (default: this one), so that the same
stories can be told in other versions of JupyterLab.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sm_onboard.demo.gitserver import GitServer

START = 60.0
"""Seconds that JupyterLab may take to answer."""

_TOKEN_BYTES = 16
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Lab:
    """One JupyterLab server; every file of it lies below ``directory``.

    Args:
        directory: made when it is not there.
        team_file: the text of ``onboard.yaml``; None: no team file at all.
        traits: traits of ``SmOnboard``.
        theme: JupyterLab's name of it.
        environment: further variables for the server; None takes one away.
    """

    def __init__(
        self,
        directory: Path,
        team_file: str | None = None,
        *,
        traits: Mapping[str, Any] | None = None,
        theme: str = "JupyterLab Light",
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self.directory = directory
        self.home = directory / "home"
        self.config = directory / "jupyter" / "config"
        self.team_file = directory / "onboard.yaml"
        self.log = directory / "jupyterlab.log"
        self.python = os.environ.get("SMO_E2E_PYTHON") or sys.executable
        self.base_url = _slashes(os.environ.get("SMO_E2E_BASE_URL") or "/")
        self.token = secrets.token_hex(_TOKEN_BYTES)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = dict(environment or {})
        for folder in (self.home, self.config):
            folder.mkdir(parents=True, exist_ok=True)
        ours: dict[str, Any] = {"metadata_file": str(directory / "none"), **(traits or {})}
        if team_file is not None:
            self.team_file.write_text(team_file, encoding="utf-8")
            ours.setdefault("team_file", str(self.team_file))
        self._configure(ours)
        self.set_theme(theme)

    # The process

    def start(self, wait: bool = True) -> Lab:
        """Starts the server; with ``wait`` returns when it answers."""
        assert self._process is None or self._process.poll() is not None, "it runs already"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.python, "-m", "jupyterlab"],
                cwd=self.directory,  # not the home: Python would import what lies there
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self) -> float:
        """Returns the seconds that it took.

        Raises:
            AssertionError: it ended, or did not answer within ``START``.
        """
        assert self._process is not None
        began = time.monotonic()
        while time.monotonic() - began < START:
            assert self._process.poll() is None, f"JupyterLab ended:\n{self.said()}"
            with contextlib.suppress(OSError):
                self.get("api/status")
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"JupyterLab did not answer within {START:g} s:\n{self.said()}")

    def kill(self) -> None:
        """SIGKILL to the server alone: its git children are left behind, as in life."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> float:
        """SIGTERM, and returns the seconds until it ended."""
        began = time.monotonic()
        self._signal(signal.SIGTERM)
        return time.monotonic() - began

    def stop(self) -> None:
        """The end of the story: the server and what it started in its own group."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(15)

    # What it says

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT/base/``."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    def get(self, path: str) -> Any:
        """The JSON that a GET below the base URL answers, asked with the token."""
        return self._ask("GET", path)

    def post(self, path: str) -> Any:
        return self._ask("POST", path)

    def state(self) -> dict[str, Any]:
        """What the server knows of the repositories room."""
        return dict(self.get("sm-onboard/repos"))

    def row(self, name: str) -> dict[str, Any]:
        """The repository's row as the server knows it."""
        rows = [row for row in self.state()["repositories"] if row["name"] == name]
        assert rows, f"the server has no row named {name}"
        return dict(rows[0])

    def wait_until_idle(self, seconds: float = 30) -> dict[str, Any]:
        """Until the server has nothing to do any more; returns its state then."""
        for state in self._states(seconds, "it did not become idle"):
            if state["state"] == "idle":
                return state
        raise AssertionError

    def wait_for(self, name: str, *states: str, seconds: float = 30) -> dict[str, Any]:
        """Until the repository's row has one of the states; returns the row."""
        for state in self._states(seconds, f"{name} did not become {' or '.join(states)}"):
            for row in state["repositories"]:
                if row["name"] == name and row["state"] in states:
                    return dict(row)
        raise AssertionError

    def _states(self, seconds: float, complaint: str) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + seconds
        while True:
            state = self.state()
            yield state
            if time.monotonic() > end:
                rows = {r["name"]: (r["state"], r["message"]) for r in state["repositories"]}
                raise AssertionError(f"{complaint} in {seconds:g} s: {state['state']}, {rows}")
            time.sleep(0.1)

    def said(self) -> str:
        """The server's log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _ask(self, method: str, path: str) -> Any:
        asked = urllib.request.Request(
            self.address + path, headers={"Authorization": f"token {self.token}"}, method=method
        )
        with _NO_PROXY.open(asked, timeout=20) as answer:
            return json.load(answer)

    # What it is told

    def environment(self) -> dict[str, str]:
        # Only what a program needs to run; the fixture `home` has emptied most of it already.
        keep = {
            k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_", "PIP_"))
        }
        keep.update(
            HOME=str(self.home),
            PATH=os.pathsep.join([str(Path(self.python).parent), keep.get("PATH", "")]),
            GIT_CONFIG_GLOBAL=str(self.home / ".gitconfig"),
            JUPYTER_CONFIG_DIR=str(self.config),
            JUPYTER_DATA_DIR=str(self.directory / "jupyter" / "data"),
            JUPYTER_RUNTIME_DIR=str(self.directory / "jupyter" / "runtime"),
        )
        for name, value in self._environment.items():
            if value is None:
                keep.pop(name, None)
            else:
                keep[name] = value
        return keep

    def set_theme(self, theme: str) -> None:
        self.set_settings("@jupyterlab/apputils-extension", "themes", {"theme": theme})

    def set_settings(self, extension: str, plugin: str, settings: Mapping[str, Any]) -> None:
        """Writes a person's settings of one JupyterLab plug-in."""
        folder = self.config / "lab" / "user-settings" / extension
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{plugin}.jupyterlab-settings").write_text(json.dumps(settings))

    def _configure(self, ours: Mapping[str, Any]) -> None:
        server = {
            "root_dir": str(self.home),
            "ip": "127.0.0.1",
            "port": self.port,
            "port_retries": 0,
            "base_url": self.base_url,
            "open_browser": False,
            "allow_root": True,  # as in most containers
        }
        config = {
            "ServerApp": server,
            "IdentityProvider": {"token": self.token},
            "SmOnboard": dict(ours),
        }
        (self.config / "jupyter_server_config.json").write_text(json.dumps(config))
        # JupyterLab's own question about news, and its question to the network for updates.
        self.set_settings(
            "@jupyterlab/apputils-extension",
            "notification",
            {"fetchNews": "false", "checkForUpdates": False},
        )


def team(*entries: Mapping[str, object] | str) -> str:
    """A team file: an address, or an entry's keys, for each repository."""
    repositories = [{"url": entry} if isinstance(entry, str) else dict(entry) for entry in entries]
    return json.dumps({"version": 1, "repositories": repositories})  # JSON is YAML


def gits_asking(host: GitServer) -> list[str]:
    """Processes of git on this machine that talk to the host, zombies left out."""
    listed = subprocess.run(
        ["ps", "-eo", "stat=,args="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [line for line in listed if host.address in line and "git" in line and line[0] != "Z"]


def _slashes(base_url: str) -> str:
    return f"/{base_url.strip('/')}/".replace("//", "/")


def _free_port() -> int:
    """A port that nothing listens on now; kept over restarts, so that a window finds it again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
