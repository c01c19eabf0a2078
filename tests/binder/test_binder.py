"""What BinderHub makes of this repository, without Docker.

repo2docker's own classes read the repository and say which steps they would run. The steps are
run here, in a fresh clone and an environment with the packages of repo2docker's own, as an
ordinary user where this test has the right to become one. The result is started as BinderHub
starts it, with no network but loopback where that can be had, and looked at with a browser.

The conda environment below is not made: its JupyterLab comes from PyPI, in the same version.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JOVYAN = 12345  # an ordinary user's number, which nobody here has
BASE = ("jupyterlab", "jupyter_server", "notebook")  # of repo2docker's own environment

pytestmark = [pytest.mark.binder, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Image:
    """What ``docker build`` would leave.

    Attributes:
        plan: what repo2docker says about the repository; see ``describe.py``.
        home: the person's home and the repository, as in Binder's images.
        environment: the variables of the image.
    """

    plan: dict
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def plan(clone) -> dict:
    python = os.environ.get("SMO_REPO2DOCKER")
    assert python, "SMO_REPO2DOCKER names a Python with repo2docker; run: make test-binder"
    done = subprocess.run(
        [python, str(HERE / "describe.py")], cwd=clone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that an ordinary user can reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="sm-onboard-binder-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def clone(place) -> Path:
    target = place / "src"
    # Not hard links: the copy's owner changes.
    run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target)], cwd=place)
    return target


@pytest.fixture(scope="module")
def image(place, clone, plan) -> Image:
    home, prefix = place / "jovyan", place / "srv" / "notebook"
    for folder in (home, prefix.parent):
        folder.mkdir()
    environment = {
        **connection_settings(),
        "HOME": str(home),
        "REPO_DIR": str(home),
        "NB_USER": "jovyan",
        "USER": "jovyan",
        "NB_PYTHON_PREFIX": str(prefix),
        "KERNEL_PYTHON_PREFIX": str(prefix),
        "PATH": f"{prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "SHELL": "/bin/bash",
        "PYTHONUNBUFFERED": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    for source, target in plan["preassemble_files"].items():
        (home / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clone / source, home / target)
    give_away(place)
    as_jovyan([find_python(plan["python"]), "-m", "venv", str(prefix)], home, environment)
    base = [f"{name}=={version}" for name, version in base_versions(plan).items()]
    as_jovyan([f"{prefix}/bin/pip", "install", "-q", *base], home, environment)
    for _, script in plan["preassemble"]:
        as_jovyan(["sh", "-c", script], home, environment)
    shutil.copytree(clone, home, dirs_exist_ok=True, symlinks=True)
    give_away(home)
    for _, script in plan["assemble"]:
        as_jovyan(["sh", "-c", script], home, environment)
    for script in plan["post_build"]:
        (home / script).chmod(0o755)
        as_jovyan([f"./{script}"], home, environment)
    return Image(plan, home, environment)


def test_repo2docker_understands_the_files(plan):
    assert plan["pack"] == "PythonBuildPack"
    assert plan["python"] == (ROOT / "binder" / "runtime.txt").read_text().strip().partition("-")[2]
    assert plan["post_build"] == ["binder/postBuild"]
    assert plan["start"] == "${REPO_DIR}/binder/start"
    assert "RUN ./binder/postBuild" in plan["dockerfile"]
    for name in ("postBuild", "start"):
        assert os.access(ROOT / "binder" / name, os.X_OK)


def test_the_first_layer_is_what_the_demo_needs():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = pyproject["project"]["optional-dependencies"]["demo"]
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert sorted(line for line in lines if line and line[0] != "#") == sorted(extra)


def test_the_panel_shows_the_team_ready(image, tmp_path):
    token, base_url = secrets.token_hex(16), "/user/acme-sm-onboard-x1y2/"
    port = 8888 if isolated() else free_port()
    traits = {
        "base_url": base_url,
        "token": token,
        "trust_xheaders": "True",
        "default_url": "/lab",
        "allow_origin": "*",
    }
    options = [
        f"--{app}.{k}={v}" for app in ("NotebookApp", "ServerApp") for k, v in traits.items()
    ]
    command = [
        f"{image.environment['NB_PYTHON_PREFIX']}/bin/python",
        image.plan["entrypoint"],
        *("jupyter", "lab", "--ip=0.0.0.0", f"--port={port}", *options),
    ]
    start = image.plan["start"].replace("${REPO_DIR}", str(image.home))
    spawned = {
        "R2D_ENTRYPOINT": start,
        "JUPYTERHUB_SERVICE_PREFIX": base_url,
        "BINDER_LAUNCH_HOST": "https://binder.example/",
        "BINDER_REPO_URL": "https://git.example/acme/sm-onboard",
    }
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    before = files_in(image.home)
    task = {
        "command": [*become_jovyan(), *command],
        "cwd": str(image.home),
        "environment": {**image.environment, **spawned, **({} if isolated() else nowhere)},
        "url": f"http://127.0.0.1:{port}{base_url}",
        "token": token,
        "repositories": 3,
        "chromium": os.environ.get("CHROMIUM") or shutil.which("chromium"),
        "screenshot": str(tmp_path / "binder.png"),
    }
    done = subprocess.run(
        [*isolated(), sys.executable, str(HERE / "inside.py")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    saw = json.loads(done.stdout)
    assert saw["rows"] == {"churn": "ready", "ds-utils": "ready", "reports": "ready"}, done.stderr
    assert saw["visible"]
    assert saw["errors"] == []
    assert saw["refused"] == []
    assert saw["foreign"] == []
    assert saw["seconds_to_end"] < 12
    if isolated():
        assert not saw["outside"]
    # The demo lives in a folder of its own; the repository's files stay as they were.
    assert files_in(image.home) - before <= {".jupyter-server-log.txt"}


def run(command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def become_jovyan() -> list[str]:
    """The beginning of a command that is run as an ordinary user; empty where we are one."""
    if os.geteuid():
        return []
    return ["setpriv", f"--reuid={JOVYAN}", f"--regid={JOVYAN}", "--clear-groups"]


def as_jovyan(command: list[str], cwd: Path, environment: dict[str, str]) -> None:
    run([*become_jovyan(), *command], cwd, environment)


def isolated() -> list[str]:
    """The beginning of a command that has no network but loopback; empty without the right."""
    command = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if os.geteuid() or not all(map(shutil.which, ("unshare", "ip"))):
        return []
    return command if subprocess.run([*command, "true"]).returncode == 0 else []


def give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for top, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.lchown(os.path.join(top, name), JOVYAN, JOVYAN)


def files_in(folder: Path) -> set[str]:
    """What git does not know and does not ignore."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={folder}", "status", "--porcelain", "-z"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return {line[3:] for line in listed.stdout.split("\0") if line}


def find_python(version: str) -> str:
    """A Python that an ordinary user can run: root's pyenv is closed to others."""
    found = subprocess.run(
        [str(ROOT / ".ci" / "find-python"), version],
        env={**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir},  # where pyenv's are
        capture_output=True,
        text=True,
    )
    for python in (found.stdout.strip(), f"/usr/bin/python{version}"):
        check = [
            *become_jovyan(),
            python,
            "-c",
            "import ensurepip, os, sys; os.stat(sys.executable)",
        ]
        if python and subprocess.run(check, capture_output=True).returncode == 0:
            return python
    raise AssertionError(
        f"No Python {version} that an ordinary user can run. {found.stderr}"
        f"As root on Debian: apt-get install python{version}-venv"
    )


def base_versions(plan: dict) -> dict[str, str]:
    """The versions in the lock file of repo2docker's own environment."""
    lock = next(name for name in plan["build_files"] if name.endswith("64.lock"))
    text = (Path(plan["entrypoint"]).parent / lock).read_text()
    return {name: re.search(rf"/{name}-([\d.]+)-", text).group(1) for name in BASE}


def connection_settings() -> dict[str, str]:
    """How this machine reaches package registries, for the steps that build the image."""
    wanted = re.compile(
        r"PIP_|NPM_CONFIG|YARN_|NODE_EXTRA_CA|SSL_CERT|REQUESTS_CA|\w+_PROXY$", re.I
    )
    return {name: value for name, value in os.environ.items() if wanted.match(name)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
