"""The promises of the engine, on real git over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.git.listener import Access
from sm_onboard.repos.models import Entry
from tests.repos.world import World, tree, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
        assert made.leftovers() == []


def test_clones_then_has_nothing_to_do(here: World) -> None:
    first = here.sync()
    assert (first.state, first.action, first.branch) == ("ready", "cloned", "main")
    assert first.commit == here.team.tip() == here.head()
    assert here.status() == ""
    here.server.reset_counts()
    second = here.sync()
    assert (second.state, second.action) == ("ready", "unchanged")
    assert here.server.counts["churn"].packs == 0


def test_updates_what_is_clean(here: World) -> None:
    here.sync()
    here.team.commit({"a.txt": "ONE\n", "b.txt": None, "d/c.txt": None})
    here.team.commit({"d": "file now\n"})
    done = here.sync()
    assert (done.state, done.action, done.changed) == ("ready", "updated", 4)
    assert tree(here.clone) == {"a.txt": b"ONE\n", "d": b"file now\n"}
    assert here.status() == ""
    assert here.head() == here.team.tip()


def test_local_changes_beside_the_update_stay(here: World) -> None:
    here.sync()
    here.write("b.txt", "mine\n")
    here.write("notes/new.txt", "mine too\n")
    here.write("staged.txt", "staged\n")
    here.git("add", "staged.txt")
    before = here.status()
    here.team.commit({"a.txt": "ONE\n", "new/x.txt": "x"})
    assert here.sync().action == "updated"
    assert here.status() == before
    assert here.read("b.txt") == "mine\n"
    assert here.read("a.txt") == "ONE\n"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda w: w.write("a.txt", "mine\n"), "changed"),
        (lambda w: w.write("n.txt", "mine\n"), "untracked"),
        (lambda w: (w.clone / "a.txt").unlink(), "deleted"),
        (lambda w: w.write("n.txt/deep.txt", "mine\n"), "folder"),
        (lambda w: (w.write("a.txt", "s\n"), w.git("add", "a.txt")), "changed"),
        (
            lambda w: (
                w.write(".git/info/exclude", "n.txt\n"),
                w.write("n.txt", "ignored, mine\n"),
            ),
            "ignored",
        ),
    ],
    ids=["changed", "untracked", "deleted", "folder", "staged", "ignored"],
)
def test_what_is_in_the_way_is_named_and_kept(here: World, make, why: str) -> None:  # type: ignore[no-untyped-def]
    here.sync()
    here.team.commit({"a.txt": "ONE\n", "n.txt": "theirs\n"})
    make(here)
    before, status, head = tree(here.clone), here.status(), here.head()
    done = here.sync()
    assert (done.state, done.code) == ("blocked", "repos.files_in_the_way")
    assert [file.why for file in done.files] == [why]
    assert done.files[0].by == ("" if why == "folder" else "Ben Team")
    assert done.behind == 1
    assert (tree(here.clone), here.status(), here.head()) == (before, status, head)

    # Setting it aside updates, and undo brings everything back.
    aside = here.act("set_aside")
    assert (aside.state, aside.action) == ("ready", "updated"), aside
    assert here.read("n.txt") == "theirs\n"
    assert here.head() == here.team.tip()
    assert here.status() == ""
    assert aside.undo
    assert aside.undo.did == "set_aside"
    undone = here.act("undo")
    assert (undone.action, undone.state) == ("restored", "behind"), undone
    assert (tree(here.clone), here.status(), here.head()) == (before, status, head)
    # What was undone is not done again unasked.
    assert here.sync().code == "repos.undone"
    assert (tree(here.clone), here.status()) == (before, status)


def test_undo_of_an_update(here: World) -> None:
    here.sync()
    before = tree(here.clone)
    here.team.commit({"a.txt": "ONE\n", "b.txt": None, "new.txt": "new\n"})
    assert here.sync().undo
    undone = here.act("undo")
    assert (undone.state, undone.code, undone.behind) == ("behind", "repos.undone", 1)
    assert tree(here.clone) == before
    assert here.status() == ""
    again = here.act("update")
    assert (again.state, again.action) == ("ready", "updated")
    assert here.read("a.txt") == "ONE\n"


def test_undo_never_takes_newer_work(here: World) -> None:
    here.sync()
    here.team.commit({"a.txt": "ONE\n"})
    here.sync()
    here.write("a.txt", "mine, newer\n")
    refused = here.act("undo")
    assert refused.code == "repos.undo_in_the_way"
    assert here.read("a.txt") == "mine, newer\n"


def test_discard_and_undo(here: World) -> None:
    here.sync()
    here.write("a.txt", "mine\n")
    here.write("staged.txt", "new\n")
    here.git("add", "staged.txt")
    (here.clone / "b.txt").unlink()
    here.write("untracked.txt", "stays\n")
    before, status = tree(here.clone), here.status()
    here.team.commit({"d/c.txt": "THREE\n"})
    done = here.act("discard")
    assert (done.state, done.commit) == ("ready", here.team.tip()), done
    assert here.status() == "?? untracked.txt\n"
    assert here.read("a.txt") == "one\n"
    assert here.act("undo").action == "restored"
    assert (tree(here.clone), here.status()) == (before, status)


def test_merge_of_uncommitted_lines(here: World) -> None:
    lines = "".join(f"{n}\n" for n in range(20))
    here.team.commit({"a.txt": lines})
    here.sync()
    here.write("a.txt", lines.replace("1\n", "mine\n", 1))
    mine = here.read("a.txt")
    here.team.commit({"a.txt": lines.replace("19\n", "theirs\n")})
    assert here.sync().state == "blocked"
    done = here.act("merge")
    assert done.state == "ready", done
    assert "mine" in here.read("a.txt")
    assert "theirs" in here.read("a.txt")
    assert here.status() == " M a.txt\n"
    here.act("undo")
    assert here.read("a.txt") == mine


def test_merge_refuses_a_clash(here: World) -> None:
    here.sync()
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "theirs\n"})
    done = here.act("merge")
    assert (done.state, done.code) == ("failed", "repos.merge_clash")
    assert here.read("a.txt") == "mine\n"
    assert here.status() == " M a.txt\n"


def test_diverged_then_merge_or_set_aside(here: World) -> None:
    here.sync()
    here.git("config", "user.name", "P")
    here.git("config", "user.email", "p@example.com")
    here.write("mine.txt", "mine\n")
    here.git("add", ".")
    here.git("commit", "-qm", "mine")
    mine = here.head()
    here.team.commit({"a.txt": "ONE\n"})
    found = here.sync()
    assert (found.state, found.code, found.ahead, found.behind) == (
        *("diverged", "repos.diverged"),
        *(1, 1),
    )
    merged = here.act("merge")
    assert merged.state == "ready", merged
    assert here.git("log", "-1", "--format=%P").split() == [mine, here.team.tip()]
    assert here.status() == ""
    assert here.act("undo").action == "restored"
    assert here.head() == mine
    assert here.act("set_aside").commit == here.team.tip()
    assert not (here.clone / "mine.txt").exists()
    assert here.act("undo").action == "restored"
    assert here.head() == mine
    assert here.read("mine.txt") == "mine\n"


def test_own_branch_and_back(here: World) -> None:
    here.sync()
    here.git("switch", "-qc", "eta")
    here.write("a.txt", "eta\n")
    here.git("commit", "-qam", "eta")
    here.team.commit({"b.txt": "TWO\n"})
    own = here.sync()
    assert (own.state, own.code, own.branch) == ("ready", "repos.on_own_branch", "eta")
    assert own.actions[0] == "switch_branch"
    back = here.act("switch_branch")
    assert (back.state, back.branch, back.commit) == ("ready", "main", here.team.tip())
    assert here.status() == ""
    assert here.git("show", "eta:a.txt") == "eta\n"


def test_line_endings_attributes_links_and_modes_in_one_update(here: World) -> None:
    here.team.commit({"crlf.txt": "a\nb\n", "run.sh": "#!/bin/sh\n"})
    here.sync()
    here.team.commit(
        {
            ".gitattributes": "*.txt text eol=crlf\n",
            "new.txt": "x\ny\n",
            "crlf.txt": "a\nB\n",
            "run.sh": "#!/bin/sh\necho\n",
            "link": "a.txt",
            "größe/ü.md": "ü\n",
            "line\nbreak.md": "odd\n",
        },
        modes={"run.sh": "100755", "link": "120000"},
    )
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
    assert (here.clone / "new.txt").read_bytes() == b"x\r\ny\r\n"
    assert (here.clone / "crlf.txt").read_bytes() == b"a\r\nB\r\n"
    assert (here.clone / "link").is_symlink()
    assert (here.clone / "run.sh").stat().st_mode & 0o111
    assert (here.clone / "größe" / "ü.md").read_text() == "ü\n"
    assert here.act("undo").action == "restored"
    assert not (here.clone / "größe").exists()
    assert (here.clone / "crlf.txt").read_bytes() == b"a\nb\n"


def test_a_link_in_the_work_tree_leads_nowhere(here: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "c.txt").write_text("precious\n")
    here.sync()
    (here.clone / "d" / "c.txt").unlink()
    (here.clone / "d").rmdir()
    (here.clone / "d").symlink_to(outside)
    here.team.commit({"d/c.txt": "THREE\n", "d/new.txt": "new\n"})
    done = here.sync()
    assert (done.state, done.code) == ("blocked", "repos.files_in_the_way")
    assert tree(outside) == {"c.txt": b"precious\n"}
    here.act("set_aside")
    assert tree(outside) == {"c.txt": b"precious\n"}


@pytest.mark.parametrize("kind", ["blobless", "shallow", "sparse"])
def test_partial_clones_update(tmp_path: Path, kind: str) -> None:
    with world(tmp_path, files=60, commits=4) as here:
        more = {"sparse": ("src",)} if kind == "sparse" else {"filter": kind}
        first = here.sync(**more)
        assert (first.state, first.action) == ("ready", "cloned"), (first, here.logged)
        paths = [path for path in here.team.paths() if path.startswith("src/")][:5]
        here.team.commit({**dict.fromkeys(paths, "new\n"), "data/other.txt": "o\n"})
        here.server.reset_counts()
        done = here.sync(**more)
        assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
        assert here.status() == ""
        assert here.read(paths[0]) == "new\n"
        assert (here.clone / "data" / "other.txt").exists() is (kind != "sparse")
        assert here.server.counts["churn"].packs <= 2
        assert here.sync(**more).action == "unchanged"


def test_a_changed_secret_changes_the_sign_in_that_the_clone_keeps(here: World) -> None:
    key = f"credential.{here.server.url('churn')}.helper"

    class Kept:
        keep: tuple[tuple[str, str], ...] = ((key, ""), (key, "!one"))

        def access(self, entry: Entry) -> Access:
            return Access(keep=self.keep)

        def explain(self, entry: Entry, stderr: str) -> None:
            return None

    here.engine.credentials = Kept()
    here.sync()
    assert here.git("config", "--local", "--get-all", key).split("\n") == ["", "!one", ""]
    Kept.keep = ((key, ""), (key, "!two"))
    assert here.sync().state == "ready"
    assert here.git("config", "--local", "--get-all", key).split("\n") == ["", "!two", ""]
    Kept.keep = ()
    here.sync()
    assert key.lower() not in here.git("config", "--local", "--list").lower()
