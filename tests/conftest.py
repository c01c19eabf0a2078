"""What every test gets: a home of its own, nobody's git configuration, no network."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ("pytest_jupyter.jupyter_server", "tests.localsagemaker")


def pytest_configure(config: pytest.Config) -> None:
    # jupyter_server_terminals 0.5 has one undecorated socket; ours are all decorated, which
    # tests/contract checks.
    ignored = "ignore:Extension endpoints without"
    config.addinivalue_line("filterwarnings", ignored)


GIT_NEUTRAL = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; nothing of the machine's or the person's configuration is seen."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    for name in list(os.environ):
        if name.startswith(("AWS_", "SAGEMAKER_", "GIT_", "XDG_", "SM_ONBOARD_")):
            monkeypatch.delenv(name)
    for name in ("REGION_NAME", "SERVICE_NAME", "SSH_AUTH_SOCK", "SSH_ASKPASS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GIT_NEUTRAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / ".aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / ".aws" / "credentials"))
    return home


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that calls out fails, and says whom it called."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test tried to reach {address!r}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def jp_environ(jp_environ: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Jupyter plugin sets a home of its own; ours stays the one."""
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture
def sm_config() -> dict[str, Any]:
    """Traits of SmOnboard; override it in a test module."""
    return {}


@pytest.fixture
def jp_server_config(sm_config: dict[str, Any]) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"sm_onboard": True},
            "allow_unauthenticated_access": False,
        },
        "SmOnboard": sm_config,
    }


@pytest.fixture
def fresh_python(home: Path) -> Iterator[Any]:
    """Runs code in a new interpreter: ``fresh_python(code, *arguments) -> stdout``."""

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
