"""A space of Studio, as far as a lifecycle configuration sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs/lifecycle/sm-onboard.sh"


@dataclass
class Space:
    """A home, an image's Python, and the programs a space has.

    Attributes:
        wait: seconds that the script waits for its work.
    """

    path: Path
    template: Path
    variables: dict[str, str] = field(default_factory=dict)
    wait: int = 60
    home: Path = Path()

    def __post_init__(self) -> None:
        self.home = self.path / "home"
        self.home.mkdir(parents=True)
        (self.path / "bin").mkdir()
        (self.path / "apps").mkdir()
        self.program("restart-jupyter-server", f'echo restarted >>"{self.path}/restarts"')
        self.new_image()

    def new_image(self) -> None:
        """What a restart of the space does: the image's Python is as it was built."""
        shutil.rmtree(self.path / "conda", ignore_errors=True)
        shutil.copytree(self.template, self.path / "conda", symlinks=True)

    def program(self, name: str, body: str) -> None:
        path = self.path / "bin" / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    @property
    def python(self) -> Path:
        return self.path / "conda/bin/python"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": f"{self.path}/bin:/usr/local/bin:/usr/bin:/bin",
            "TMPDIR": str(self.path),
            "STUDIO_LOGGING_DIR": str(self.path / "apps"),
            "SM_ONBOARD_PYTHON": str(self.python),
            "SM_ONBOARD_WAIT": str(self.wait),
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # discard; nobody listens
            "PIP_NO_CACHE_DIR": "1",
            **self.variables,
        }

    def start(self, *command: str) -> float:
        """Runs the script as Studio does; returns the seconds it took. It must end with 0."""
        began = time.monotonic()
        done = subprocess.run(
            [*command, str(SCRIPT)],
            env=self.environment,
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        return time.monotonic() - began

    @property
    def log(self) -> str:
        log = self.home / ".local/state/sm-onboard/lifecycle.log"
        return log.read_text() if log.exists() else ""

    @property
    def restarts(self) -> int:
        file = self.path / "restarts"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def version(self, name: str) -> str | None:
        code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
        done = subprocess.run(
            [str(self.python), "-c", code, name], capture_output=True, text=True, cwd="/"
        )
        return done.stdout.strip() or None


def make_image(path: Path) -> Path:
    """A virtual environment with pip and a boto3 that is older than the newest."""
    subprocess.run([sys.executable, "-m", "venv", str(path)], check=True, timeout=120)
    wheels = path / "wheels"
    wheels.mkdir()
    wheel(wheels, "boto3", "1.34.162")
    wheel(wheels, "gitpython", "3.1.43")
    subprocess.run(
        [
            *(str(path / "bin/python"), "-m", "pip", "install", "-q", "--no-index"),
            *map(str, wheels.iterdir()),
        ],
        check=True,
        timeout=120,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    return path


def wheel(folder: Path, name: str, version: str, requires: Sequence[str] = ()) -> Path:
    """A wheel with one module, as small as the format allows."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    files = {
        f"{name}_module.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {one}\n" for one in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return path


def wheelhouse(folder: Path, version: str = "0.1.0") -> Path:
    """sm_onboard and what it needs, beside a boto3 that must not be taken."""
    wheel(folder, "sm_onboard", version, ["gitpython>=3.2.1", "boto3>=1.34"])
    wheel(folder, "gitpython", "3.2.1")
    wheel(folder, "boto3", "99.0.0")
    return folder
