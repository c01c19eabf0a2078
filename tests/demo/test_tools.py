"""The few scripts behind make: what they find, and what they say when they find nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path):
    """A PATH on which there is nothing but what a test puts there, and the basics."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "id", "env"):
        (folder / name).symlink_to(f"/usr/bin/{name}" if name != "sh" else "/bin/sh")
    return folder


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def tool(name: str, *arguments: str, path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / ".ci" / name), *arguments],
        env={"PATH": str(path), "HOME": str(path), **more},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_no_python_is_said(bare):
    put(bare, "python3", "exit 1  # older than 3.10")
    done = tool("find-python", path=bare)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Python 3.10 or newer is needed and was not found." in done.stderr
    done = tool("find-python", "3.12", path=bare)
    assert done.returncode == 1
    assert "Python 3.12 is needed" in done.stderr


def test_a_python_without_venv_is_said(bare):
    put(
        bare,
        "python3.11",
        'case "$*" in *ensurepip*) exit 1 ;; *version_info*) echo 3.11 ;; esac',
    )
    done = tool("find-python", path=bare)
    assert done.returncode == 1
    assert "python3.11 cannot make virtual environments." in done.stderr
    assert "apt-get install python3.11-venv" in done.stderr


def test_an_old_python3_is_passed_over(bare):
    put(bare, "python3", "exit 1")
    put(bare, "python3.12", 'case "$*" in *executable*) echo /found/python3.12 ;; esac')
    done = tool("find-python", path=bare)
    assert (done.returncode, done.stdout) == (0, "/found/python3.12\n")


def test_chromium_on_path_and_by_name(bare, tmp_path):
    put(bare, "chromium-browser", "exit 1  # Ubuntu's script that only names a snap")
    put(bare, "google-chrome", "exit 0")
    done = tool("find-chromium", str(tmp_path), str(tmp_path), path=bare)
    assert done.stdout == f"{bare}/google-chrome\n"
    put(tmp_path, "mine", "exit 0")
    mine = str(tmp_path / "mine")
    done = tool("find-chromium", str(tmp_path), str(tmp_path), path=bare, CHROMIUM=mine)
    assert done.stdout == f"{mine}\n"


def test_no_chromium_is_said(bare, tmp_path):
    done = tool("find-chromium", str(tmp_path), str(tmp_path), path=bare, CHROMIUM="/none")
    assert (done.returncode, done.stdout) == (1, "")
    assert "/none, which cannot be run" in done.stderr
    (bare / "id").unlink()
    put(bare, "id", "echo 1000  # nobody who may use apt-get")
    done = tool("find-chromium", str(tmp_path), str(tmp_path / "no-venv"), path=bare)
    assert (done.returncode, done.stdout) == (1, "")
    assert "none could be installed" in done.stderr


def test_make_help_names_every_command():
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    named = set(re.findall(r"^make (\S+)", done.stdout, re.M))
    assert named >= {"demo", "test", "test-long", "test-labs", "check", "dev", "bench", "clean"}
    for command in re.findall(r"`make ([\w-]+)", (ROOT / "CONTRIBUTING.md").read_text()):
        assert command in named
