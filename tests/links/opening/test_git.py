"""A link to a commit: read from a clone here or from its host, and opened in a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.experiments.reproduce.lab import state_of, whole
from tests.gitserver import Fault, make_repository
from tests.links.opening.lab import FILES, NOTEBOOK, PATH, Lab, lab, notebook


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, hosts=["127.0.0.1"]) as made:
        yield made


def facts(shown) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {fact.name: fact.text for fact in shown.preview.facts}


def test_out_of_a_clone_here_nobody_is_asked(here: Lab) -> None:
    clone = here.clone()
    here.server.reset_counts()
    before, state = here.outside_cache(), state_of(clone)
    shown = here.ready(here.git_link(cell="c1"))
    assert here.outside_cache() == before
    assert not here.cache.exists()
    assert here.server.snapshot("churn").requests == 0
    preview = shown.preview
    assert preview
    assert preview.title == "eda.ipynb"
    assert preview.cell == "c1"
    assert preview.notebook
    assert [cell.source for cell in preview.notebook.cells] == [
        *("# Results", "import numpy", "model.fit()")
    ]
    assert facts(shown)["repository"].endswith(", you have it in ~/churn")
    assert facts(shown)["repository"].startswith("127.0.0.1:")
    assert facts(shown)["commit"].startswith(here.team.tip()[:7])
    assert "Ben Team: Begin" in facts(shown)["commit"]
    assert "nothing is fetched" in facts(shown)["size"]
    assert preview.how == ("beside", "mine")
    assert preview.mine == "churn/nb/eda.ipynb"
    assert preview.mine_text == "the same"
    assert preview.differing == ()
    assert preview.place == f"~/shared/alice/eda-{here.team.tip()[:8]}"
    assert preview.keeps == ("Your ~/churn stays as it is.",)
    assert preview.warnings == ()
    made = here.choose(shown)
    assert made.state == "opened", made.problem
    assert made.opened
    assert made.opened.contents == f"shared/alice/eda-{here.team.tip()[:8]}/nb/eda.ipynb"
    assert made.opened.cell == "c1"
    copy = Path(made.opened.place)
    assert whole(copy) == whole(clone)
    assert state_of(clone) == state
    assert here.git(copy, "rev-parse", "HEAD") == here.team.tip()
    assert here.git(copy, "status", "--porcelain") == ""
    assert here.git(copy, "remote", "get-url", "origin") == here.server.url("churn")
    assert here.server.snapshot("churn").requests == 0
    here.git(copy, "fetch", "-q")


def test_from_the_host_only_into_the_cache(here: Lab) -> None:
    before = here.outside_cache()
    shown = here.ready(here.git_link())
    assert here.outside_cache() == before
    assert here.cache.stat().st_mode & 0o777 == 0o700
    assert shown.preview
    assert shown.preview.how == ("beside",)
    assert shown.preview.differing is None
    assert "which you do not have here" in facts(shown)["repository"]
    assert "opening it beside fetches the repository from 127.0.0.1" in facts(shown)["size"]
    # The second time it is there.
    here.server.reset_counts()
    assert here.ready(here.git_link()).preview == shown.preview
    assert here.server.snapshot("churn").requests == 0
    copy = here.opened(here.git_link())
    assert (copy / PATH).read_bytes() == NOTEBOOK
    assert here.git(copy, "rev-parse", "HEAD") == here.team.tip()


def test_a_second_copy_has_a_number(here: Lab) -> None:
    here.clone()
    first, second = (here.opened(here.git_link()) for _ in range(2))
    assert second.name == f"{first.name}-2"


def test_my_notebook_differs(here: Lab) -> None:
    clone = here.clone()
    (clone / PATH).write_bytes(notebook("# Results", "import pandas", "model.fit()", "more"))
    preview = here.ready(here.git_link()).preview
    assert preview
    assert preview.mine_text == "2 cells differ"
    assert preview.differing == ("c1",)
    (file,) = preview.files
    assert (file.path, file.here) == (PATH, "differs")


def test_the_file_was_renamed_since(here: Lab) -> None:
    old = here.team.tip()
    here.team.commit({PATH: None, "notebooks/01_eda.ipynb": NOTEBOOK + b"\n"}, "Rename")
    here.clone()
    shown = here.ready(here.git_link(old))
    assert shown.preview
    assert shown.preview.mine == "churn/notebooks/01_eda.ipynb"
    assert shown.preview.mine_text.startswith("renamed to notebooks/01_eda.ipynb")
    made = here.choose(shown, "mine")
    assert made.opened
    assert made.opened.contents == "churn/notebooks/01_eda.ipynb"
    assert not (here.root / "shared").exists()


def test_the_branch_was_deleted(here: Lab) -> None:
    here.team.set_branch("topic", "main")
    tip = here.team.commit({PATH: notebook("topic")}, "On a branch", branch="topic")
    here.team.delete_branch("topic")
    preview = here.ready(here.git_link(tip)).preview
    assert preview
    assert preview.notebook
    assert preview.notebook.cells[0].source == "topic"
    copy = here.opened(here.git_link(tip))
    assert (copy / PATH).read_bytes() == notebook("topic")


def test_a_commit_that_is_gone(here: Lab) -> None:
    gone = "1" * 40
    assert here.failed(here.git_link(gone)) == "clones.commit_gone"
    tip = here.team.tip()
    here.team.replace_history({"other.txt": "x"})
    here.team.git("reflog", "expire", "--expire=now", "--all")
    here.team.git("gc", "-q", "--prune=now")
    shown = here.look(here.git_link(tip))
    assert shown.problem
    assert shown.problem.code == "clones.commit_gone"
    assert "Ask the sender" in shown.problem.hint


def test_a_commit_that_is_gone_and_a_snapshot_that_is_not(here: Lab) -> None:
    digest = here.on_base({PATH: notebook("kept")}).put(here.store)
    shown = here.ready(here.git_link("1" * 40, store="team", digest=digest))
    assert shown.preview
    assert shown.preview.notebook
    assert shown.preview.notebook.cells[0].source == "kept"
    assert "does not have the commit 1111111 any more" in shown.preview.warnings[0]
    assert "snapshot" in shown.preview.warnings[0]
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert (copy / PATH).read_bytes() == notebook("kept")
    assert (copy / "src/model.py").is_file()


def test_moved_to_a_listed_host(here: Lab) -> None:
    make_repository(here.other.root, "churn", FILES)
    here.server.faults["churn"] = Fault.redirect(here.other.address)
    shown = here.ready(here.git_link())
    assert shown.preview
    assert "has moved to" in shown.preview.warnings[0]
    copy = Path(here.choose(shown).opened.place)  # type: ignore[union-attr]
    assert here.git(copy, "remote", "get-url", "origin") == here.other.url("churn")


def test_no_access(tmp_path: Path) -> None:
    with lab(tmp_path, hosts=["127.0.0.1"]) as here:
        here.server.faults["churn"] = Fault.answer(403)
        shown = here.look(here.git_link())
        assert shown.problem
        assert shown.problem.code == "links.no_access"
        name = f"127.0.0.1:{here.server.port}/churn"
        assert shown.problem.message.startswith(f"You have no access to {name}")
        assert "Ask alice, or whoever owns it, to let you read it." in shown.problem.hint


def test_a_cell_and_a_heading_that_are_not_there(here: Lab) -> None:
    here.clone()
    preview = here.ready(here.git_link(cell="gone")).preview
    assert preview
    assert (preview.cell, preview.warnings) == (
        "",
        ("The cell that the link points to is not in it.",),
    )
    assert here.ready(here.git_link(heading="Results")).preview.cell == "c0"  # type: ignore[union-attr]
    assert here.ready(here.git_link(heading="No")).preview.warnings  # type: ignore[union-attr]


def test_a_file_that_is_not_in_the_commit(here: Lab) -> None:
    here.clone()
    for path in ("nope.ipynb", "nb", "nb/eda.ipynb/x"):
        assert here.failed(here.git_link(path=path)) == "links.file_unknown"


def test_text_and_what_cannot_be_shown(here: Lab) -> None:
    tip = here.team.commit({"a.bin": b"\0\1\2", "x.ipynb": b"{", "t.txt": "a\u202eb\n"}, "More")
    here.clone()
    assert here.ready(here.git_link(tip, path="t.txt")).preview.text == "a[U+202E]b\n"  # type: ignore[union-attr]
    for path in ("a.bin", "x.ipynb"):
        preview = here.ready(here.git_link(tip, path=path)).preview
        assert preview
        assert (preview.text, preview.notebook) == (None, None)
        assert preview.warnings
