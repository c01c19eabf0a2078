"""Whose packages a snapshot names: those of the notebook's kernel, which is never started."""

from __future__ import annotations

import json
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import pythons
from sm_onboard.experiments.recording.environment import freeze
from sm_onboard.links.models import LinkMade
from tests.house.pythons import environment, kernel, program, put

from .conftest import World, notebook


def with_kernel(world: World, name: str = "churn", **spec: Any) -> None:
    """The notebook, changed, and saved with a kernel."""
    whole = json.loads(notebook("import churn\n"))
    whole["metadata"] = {"kernelspec": {"name": name, "display_name": "Churn", **spec}}
    (world.clone / "nb/train.ipynb").write_text(json.dumps(whole))


def shared(world: World, **more: Any) -> tuple[LinkMade, dict[str, Any], str]:
    """What was made, what it says of itself, and its list of packages."""
    before = set(world.shares())
    made = world.make(kind="snapshot", **more)
    assert made.state == "made" and made.made, made.problem
    (share,) = set(world.shares()) - before
    with zipfile.ZipFile(share) as archive:
        listed = "environment.txt" in archive.namelist()
        text = archive.read("environment.txt").decode() if listed else ""
        return made.made, json.loads(archive.read("manifest.json"))["extra"]["link"], text


def test_the_packages_of_its_kernel(world: World, tmp_path: Path) -> None:
    python = environment(tmp_path / "churn", xgboost="2.1.1", pandas="2.0")
    kernel(world.home, "churn", [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    with_kernel(world)
    made, said, text = shared(world)
    assert text == "pandas==2.0\nxgboost==2.1.1\n"
    assert (said["packages_of"], said["kernel"]) == ("kernel", "churn")
    assert said["python"] == ".".join(map(str, sys.version_info[:3]))
    assert made.packages == ""
    put(tmp_path / "churn", "shap", "0.46")
    with_kernel(world, language="python")
    assert "shap==0.46\n" in shared(world)[2]


def test_a_kernel_of_jupyterlabs_own_python(world: World) -> None:
    kernel(world.home, "mine", ["python", "-m", "ipykernel_launcher"])
    with_kernel(world, "mine")
    made, said, text = shared(world)
    assert text == freeze().text
    assert (said["packages_of"], said["kernel"], made.packages) == ("kernel", "mine", "")


@pytest.mark.parametrize("why", ["gone", "broken", "late", "remote"])
def test_a_kernel_that_cannot_tell(
    world: World, tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "LIMIT", 0.5)
    if why == "broken":
        kernel(world.home, "churn", [str(tmp_path / "none" / "python"), "-m", "x"])
    if why == "late":
        python = program(tmp_path / "late", "import time; time.sleep(60)")
        kernel(world.home, "churn", [python, "-m", "x"])
    if why == "remote":
        kernel(world.home, "churn", ["/usr/bin/docker", "run", "python"])
    with_kernel(world)
    before = time.monotonic()
    made, said, text = shared(world)
    assert time.monotonic() - before < 15
    assert text == freeze().text
    assert (said["packages_of"], said["kernel"]) == ("server", "churn")
    reason = "is not here" if why == "gone" else "did not tell what is installed"
    assert made.packages == (
        f"Its kernel churn {reason}: the packages in it are those of JupyterLab's Python."
    )


@pytest.mark.parametrize("here", [True, False])
def test_a_kernel_of_another_language_names_none(world: World, here: bool) -> None:
    if here:
        kernel(world.home, "ir", ["R", "--slave"], language="R")
    with_kernel(world, "ir", language="R")
    made, said, text = shared(world)
    assert text == ""
    assert (said["packages_of"], said["kernel"], said["python"]) == ("", "ir", "")
    assert made.packages == ""


@pytest.mark.parametrize("name", [None, "", 3, "../../etc", "a\nb", "x" * 500])
def test_a_notebook_that_names_no_kernel(world: World, name: Any) -> None:
    with_kernel(world, name)
    made, said, text = shared(world)
    assert text == freeze().text
    assert said["packages_of"] == "server"
    assert bool(made.packages) == bool(name and isinstance(name, str))
    assert "\n" not in made.packages and len(made.packages) < 200


def test_a_file_that_is_no_notebook(world: World) -> None:
    (world.clone / "src/churn/features.py").write_text("x = 1\n")
    made, said, text = shared(world, contents="churn/src/churn/features.py")
    assert text == freeze().text
    assert (said["packages_of"], said["kernel"], made.packages) == ("server", "", "")


def test_nobody_is_asked_where_nothing_is_shared(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel(world.home, "churn", [environment(tmp_path / "churn"), "-m", "x"])
    with_kernel(world)
    world.commit()
    world.git("push", "-q")

    def never(*_: Any) -> None:
        raise AssertionError("a kernel's Python was asked")

    monkeypatch.setattr(pythons, "asking", never)
    assert world.make().state == "made"
