"""A link to a snapshot: read out of a store, beside what the reader has, and opened whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.experiments.reproduce.lab import state_of, whole
from tests.house.pythons import environment, kernel
from tests.links.opening.lab import NOTEBOOK, PATH, STATE, Lab, lab, notebook
from tests.links.opening.sharing import DAY
from tests.links.opening.test_git import facts

CHANGED = notebook("# Results", "import pandas", "model.fit()")
HELPER = "def help():\n    return 2\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def test_beside_what_the_reader_has(here: Lab) -> None:
    clone = here.clone()
    state, before = state_of(clone), whole(clone)
    share = here.on_base({PATH: CHANGED, "src/helper.py": HELPER}, note="look")
    digest = share.put(here.store)
    outside = here.outside_cache()
    here.server.reset_counts()
    shown = here.ready(here.share_link(digest, cell="c1"))
    assert here.outside_cache() == outside
    preview = shown.preview
    assert preview
    assert facts(shown)["what"] == "Snapshot: a notebook, at one cell, and 1 file it needs"
    assert facts(shown)["commit"].endswith("; you have it")
    assert facts(shown)["outputs"] == "left out by alice"
    assert facts(shown)["size"].endswith("; nothing else is fetched")
    assert facts(shown)["store"] == "team"
    assert (preview.sender, preview.note, preview.until) == ("alice", "look", share.said.until)
    assert [(file.path, file.here, file.text) for file in preview.files] == [
        (PATH, "differs", "1 cell differs from yours"),
        ("src/helper.py", "new", ""),
    ]
    assert preview.mine_text == "1 cell differs"
    assert preview.differing == ("c1",)
    assert preview.how == ("beside", "mine")
    assert preview.place == f"~/shared/alice/eda-{digest[:8]}"
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert here.server.snapshot("churn").requests == 0
    assert (state_of(clone), whole(clone)) == (state, before)
    assert (copy / PATH).read_bytes() == CHANGED
    assert (copy / "src/helper.py").read_text() == HELPER
    assert (copy / "src/model.py").is_file()
    assert here.git(copy, "rev-parse", "HEAD") == here.team.tip()
    assert "helper.py" in here.git(copy, "status", "--porcelain", "-uall")
    assert here.git(copy, "remote", "get-url", "origin") == here.server.url("churn")


def test_the_base_comes_from_its_host_once_chosen(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED, "src/helper.py": HELPER}).put(here.store)
    shown = here.ready(here.share_link(digest))
    assert here.server.snapshot("churn").requests == 0
    assert shown.preview
    assert shown.preview.notebook
    assert "which is not here" in facts(shown)["commit"]
    (warning,) = shown.preview.warnings
    assert f"127.0.0.1:{here.server.port}" in warning
    assert {file.here for file in shown.preview.files} == {"none"}
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert here.server.snapshot("churn").packs == 1
    assert (copy / PATH).read_bytes() == CHANGED
    assert (copy / "src/model.py").is_file()


@pytest.mark.parametrize("name", ["eda.ipynb", "deep/er/eda.ipynb"])
def test_without_a_repository(here: Lab, name: str) -> None:
    digest = here.share({name: NOTEBOOK, "helper.py": HELPER}, path=name).put(here.store)
    shown = here.ready(here.share_link(digest, path=name, sender="Ana Ruiz / ../.."))
    assert "repository" not in facts(shown)
    assert "commit" not in facts(shown)
    made = here.choose(shown).opened
    assert made
    copy = Path(made.place)
    assert copy.parent == here.root / "shared" / "Ana-Ruiz"
    assert made.contents == f"shared/Ana-Ruiz/{copy.name}/{name}"
    assert sorted(x.name for x in copy.iterdir() if x.name != ".git") == sorted(
        {"helper.py", name.partition("/")[0]}
    )
    assert (copy / name).read_bytes() == NOTEBOOK


def test_a_base_that_can_be_had_from_nowhere(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED, "src/helper.py": HELPER}, url="").put(here.store)
    shown = here.ready(here.share_link(digest))
    assert "only its own files are opened" in facts(shown)["size"]
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert sorted(x.name for x in copy.iterdir()) == [".git", "nb", "src"]
    assert (copy / PATH).read_bytes() == CHANGED


def test_a_thin_bundle_needs_its_base(here: Lab) -> None:
    big = notebook(*(f"x = {n}" for n in range(400)))
    here.team.commit({PATH: big}, "Big")
    share = here.on_base({PATH: big + b"\n"}, thin=True)
    digest = share.put(here.store)
    assert here.failed(here.share_link(digest)) == "links.base_needed"
    here.clone()
    assert here.ready(here.share_link(digest)).preview


def test_deleted_files_are_gone_in_the_copy(here: Lab) -> None:
    here.clone()
    digest = here.on_base({PATH: CHANGED, "src/model.py": None}).put(here.store)
    shown = here.ready(here.share_link(digest))
    assert shown.preview
    assert shown.preview.files[1].text == "not in the snapshot"
    assert not (Path(here.choose(shown).opened.place) / "src").exists()  # type: ignore[union-attr]


def test_would_it_give_the_same(here: Lab) -> None:
    clone = here.clone()
    (clone / "data.csv").write_text("1\n")
    share = here.on_base(
        {PATH: CHANGED},
        environment="msgspec==0.0.1\nno-such-package==1.0\n-e git+https://evil.example/x\n",
        python="3.9.1",
        image="sagemaker-distribution 3.9.1",
        data=("data.csv", "other.csv", "s3://acme/x.csv", "/net/evil/x", "../../etc/passwd"),
    )
    preview = here.ready(here.share_link(share.put(here.store))).preview
    assert preview
    told = {part.part: (part.state, part.text) for part in preview.same}
    state, text = told["packages"]
    assert state == "missing"
    assert "0.0.1" in text
    assert "no-such-package not here, 1.0" in text
    assert "evil" not in text
    assert told["python"][0] == "differs"
    assert told["image"][0] == "unknown"
    assert told["data"] == (
        "missing",
        "Data: data.csv is here; other.csv, ../../etc/passwd are not here; s3://acme/x.csv, "
        "/net/evil/x: not looked at.",
    )
    made = here.choose(here.ready(here.share_link(share.put(here.store)))).opened
    assert made
    assert "pip install -r" in made.install
    listed = Path(made.place, ".git/sm-onboard/environment.txt").read_text()
    assert listed == "msgspec==0.0.1\nno-such-package==1.0\n"


def told(here: Lab, **said: Any) -> tuple[dict[str, tuple[str, str]], str]:
    """Whether it would give the same, and the line that installs the packages."""
    more = {"python": "3.9.1", **said}
    share = here.on_base({PATH: CHANGED}, environment="xgboost==2.1.1\npandas==2.0\n", **more)
    shown = here.ready(here.share_link(share.put(here.store)))
    assert shown.preview
    opened = here.choose(shown).opened
    assert opened
    listed = Path(opened.place, ".git/sm-onboard/environment.txt")
    assert listed.exists() == bool(opened.install)
    return {part.part: (part.state, part.text) for part in shown.preview.same}, opened.install


def test_beside_the_kernel_of_that_name(here: Lab, home: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "churn", xgboost="2.1.1", pandas="2.2")
    kernel(home, "churn", [python, "-m", "ipykernel_launcher"])
    same, install = told(here, packages_of="kernel", kernel="churn")
    assert same["packages"] == (
        "differs", "Packages: pandas 2.2 here, 2.0 at alice's; 1 is the same."
    )  # fmt: skip
    assert same["python"][0] == "differs"
    assert "pip install" in install and "python3.9" in install


def test_where_there_is_no_kernel_of_that_name(here: Lab) -> None:
    same, install = told(here, packages_of="kernel", kernel="churn")
    assert same["packages"][1].endswith(
        "No kernel churn here: compared with JupyterLab's own Python."
    )
    assert "pip install" in install


def test_packages_that_are_not_those_of_the_kernel(here: Lab) -> None:
    """They are no promise: nothing is installed from them, and no Python is claimed."""
    same, install = told(here, packages_of="server", kernel="churn\u202e")
    state, text = same["packages"]
    assert state == "unknown"
    assert text.startswith("Packages: not known of the kernel churn[U+202E] at alice's.")
    assert "Of JupyterLab: " in text and "xgboost" in text
    assert "python" not in same
    assert install == ""


def test_a_kernel_of_another_language(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED}, kernel="ir").put(here.store)
    preview = here.ready(here.share_link(digest)).preview
    assert preview
    (found,) = [part for part in preview.same if part.part == "packages"]
    assert found.text == "The packages were not written down: the kernel ir is not of Python."


def test_expired(here: Lab) -> None:
    past = int(time.time() * 1000) - DAY
    digest = here.on_base({PATH: CHANGED}, until=past).put(here.store)
    shown = here.look(here.share_link(digest))
    assert shown.problem
    assert shown.problem.code == "links.share_expired"
    assert shown.problem.message.startswith("Its time was over on ")
    assert shown.problem.hint == "Ask alice for a new one."


def test_expired_between_preview_and_choice(here: Lab) -> None:
    soon = int(time.time() * 1000) + 1500
    here.clone()
    digest = here.on_base({PATH: CHANGED}, until=soon).put(here.store)
    shown = here.ready(here.share_link(digest))
    time.sleep(1.6)
    again = here.choose(shown)
    assert again.state == "ready"
    assert again.looked == shown.looked + 1
    assert again.problem
    assert again.problem.code == "links.share_expired"
    assert again.preview
    assert again.preview.how == ("mine",)
    assert not (here.root / "shared").exists()


def test_deleted_by_its_owner(here: Lab) -> None:
    assert here.failed(here.share_link("a" * 64)) == "links.share_gone"


def test_a_store_that_nobody_names(here: Lab) -> None:
    shown = here.look(here.share_link("a" * 64, store="other"))
    assert shown.state == "failed"
    assert shown.problem
    assert shown.problem.code == "links.store_unknown"
    assert "team lead" in shown.problem.hint
    assert not shown.trust.listed


def test_the_cache_lost_it_meanwhile(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED}).put(here.store)
    shown = here.ready(here.share_link(digest))
    for entry in os.listdir(here.home / STATE):
        os.rename(here.home / STATE / entry, here.folder / entry)
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert (copy / PATH).read_bytes() == CHANGED
