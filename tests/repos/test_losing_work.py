"""Ways to make the engine lose something, each of which it must survive."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.demo.history import git_environment
from sm_onboard.repos.engine.index import Index
from sm_onboard.repos.engine.mover import Mover
from tests.repos.world import World, tree, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.sync()
        yield made


def collect_garbage(here: World) -> None:
    """What ``git gc`` does to objects that nothing names, at its worst."""
    here.git("reflog", "expire", "--expire=now", "--all")
    here.git("gc", "-q", "--prune=now")


class Killed(BaseException):
    """What a kill looks like to a test: nothing after it runs."""


def killed_at_head(here: World, monkeypatch: pytest.MonkeyPatch, do: str = "update") -> None:
    """Work ends as by a kill: files are placed, the index and HEAD are not written."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Index, "write", die)
        patched.setattr(Mover, "_roll_back", die)
        with pytest.raises(Killed):
            here.act(do)  # type: ignore[arg-type]


def test_undo_of_set_aside_after_garbage_was_collected(here: World) -> None:
    here.write("a.txt", "staged\n")
    here.git("add", "a.txt")
    here.write("a.txt", "staged, then edited\n")
    before, status, staged = tree(here.clone), here.status(), here.git("show", ":a.txt")
    here.team.commit({"a.txt": "ONE\n"})
    assert here.act("set_aside").action == "updated"
    collect_garbage(here)
    assert here.act("undo").action == "restored"
    assert (tree(here.clone), here.status()) == (before, status)
    assert here.git("show", ":a.txt") == staged


def test_undo_brings_back_commits_that_were_collected(here: World) -> None:
    here.write("mine.txt", "mine\n")
    here.git("add", ".")
    here.git("commit", "-qm", "mine")
    mine = here.head()
    here.team.commit({"a.txt": "ONE\n"})
    assert here.act("set_aside").action == "updated"
    collect_garbage(here)
    assert here.act("undo").action == "restored"
    assert here.head() == mine
    assert here.read("mine.txt") == "mine\n"
    assert here.git("fsck", "--strict", "--no-dangling") == ""


def test_the_undo_of_an_update_does_not_need_the_reflog(here: World) -> None:
    before = tree(here.clone)
    here.team.commit({"a.txt": "ONE\n"})
    here.sync()
    collect_garbage(here)
    assert here.act("undo").action == "restored"
    assert tree(here.clone) == before


@pytest.mark.parametrize("gone", ["refs", "objects"])
def test_a_broken_clone_inside_another_repository(here: World, gone: str) -> None:
    """Synchronised folders lose their empty folders; git would look further up."""

    def outside(*args: str) -> str:
        return subprocess.run(
            ["git", *args], cwd=here.root, env=git_environment(), capture_output=True, text=True
        ).stdout

    outside("init", "-q")
    outside("fetch", "-q", here.server.url("churn"), "main:refs/remotes/origin/main")
    outside("update-ref", "refs/heads/main", "refs/remotes/origin/main")
    before = outside("for-each-ref")
    assert "refs/remotes/origin/main" in before
    here.git("pack-refs", "--all")
    os.rename(here.clone / ".git" / gone, here.folder / gone)
    files = tree(here.clone)
    here.team.commit({"a.txt": "ONE\n"})
    for done in (here.sync(), here.act("set_aside"), here.act("discard")):
        assert done.action == "none", done
    assert outside("for-each-ref") == before
    assert tree(here.clone) == files


def test_switching_never_moves_a_branch_that_has_moved_on(here: World, tmp_path: Path) -> None:
    """A linked worktree commits to the branch at the moment it is switched to."""
    here.git("switch", "-qc", "eta")
    linked = tmp_path / "linked"
    here.git("worktree", "add", "-q", str(linked), "main")
    done = here.act("switch_branch")
    assert (done.state, done.action) in (("blocked", "none"), ("failed", "none")), done
    assert "linked" not in done.code or done.hint
    assert here.git("branch", "--show-current") == "eta\n"


def test_undo_of_a_switch_keeps_what_was_committed_since(here: World, tmp_path: Path) -> None:
    here.git("switch", "-qc", "eta")
    here.write("eta.txt", "eta\n")
    here.git("add", ".")
    here.git("commit", "-qm", "eta")
    assert here.act("switch_branch").branch == "main"
    linked = tmp_path / "linked"
    here.git("worktree", "add", "-q", str(linked), "eta")
    (linked / "later.txt").write_text("later\n")
    here.git("-C", str(linked), "add", ".")
    here.git("-C", str(linked), "commit", "-qm", "later")
    later = here.git("rev-parse", "eta")
    done = here.act("undo")
    assert here.git("rev-parse", "eta") == later, done


def test_what_was_staged_after_a_kill_stays_staged(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.team.commit({"a.txt": "ONE\n", "b.txt": "TWO\n"})
    killed_at_head(here, monkeypatch)
    (here.clone / ".git" / "index.lock").unlink(missing_ok=True)
    here.write("a.txt", "mine, staged\n")
    here.git("add", "a.txt")
    here.write("a.txt", "mine, later\n")
    done = here.sync()
    assert done.state == "blocked", done
    assert here.read("a.txt") == "mine, later\n"
    assert here.git("show", ":a.txt") == "mine, staged\n"
    assert here.status() == "MM a.txt\n"


def test_a_commit_made_after_a_kill(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the killed update had placed is not left looking like the person's work."""
    here.team.commit({"a.txt": "ONE\n", "b.txt": "TWO\n"})
    killed_at_head(here, monkeypatch)
    (here.clone / ".git" / "index.lock").unlink(missing_ok=True)
    here.write("mine.txt", "mine\n")
    here.git("add", "mine.txt")
    here.git("commit", "-qm", "mine")
    done = here.sync()
    assert done.state == "diverged", done
    assert here.status() == ""
    assert tree(here.clone)["mine.txt"] == b"mine\n"
    assert tree(here.clone)["a.txt"] == b"one\n"


def test_a_set_aside_that_was_killed_before_a_commit(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "ONE\n"})
    killed_at_head(here, monkeypatch, "set_aside")
    (here.clone / ".git" / "index.lock").unlink(missing_ok=True)
    here.write("n.txt", "new\n")
    here.git("add", "n.txt")
    here.git("commit", "-qm", "new")
    here.sync()
    assert here.read("a.txt") == "mine\n"
    assert here.status() == " M a.txt\n"


def test_a_lock_of_the_persons_after_a_kill(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The panel's remove_lock works also while a journal is waiting."""
    here.team.commit({"a.txt": "ONE\n"})
    killed_at_head(here, monkeypatch)
    lock = here.clone / ".git" / "index.lock"
    lock.write_bytes(b"")
    os.utime(lock, (1, 1))
    done = here.sync()
    assert (done.state, done.code) == ("blocked", "repos.locked"), done
    assert "remove_lock" in done.actions
    done = here.act("remove_lock")
    assert done.state == "ready", done
    assert here.head() == here.team.tip()


def test_nothing_is_finished_in_a_folder_that_is_not_ours_any_more(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.team.commit({"a.txt": "ONE\n"})
    killed_at_head(here, monkeypatch)
    other = here.folder / "precious"
    os.rename(here.clone, other)
    here.clone.symlink_to(other)
    before, lock = tree(other), other / ".git" / "HEAD.lock"
    lock.write_text("another git")
    for done in (here.act("undo"), here.act("remove_lock"), here.sync()):
        assert done.state == "foreign", done
    assert tree(other) == before
    assert lock.exists()


def test_conflicts_without_a_merge(here: World) -> None:
    """As ``git stash pop`` leaves them; discarding them could not be undone."""
    here.write("a.txt", "stashed\n")
    here.git("stash", "-q")
    here.write("a.txt", "committed\n")
    here.git("commit", "-qam", "mine")
    subprocess.run(
        ["git", "stash", "pop"], cwd=here.clone, env=git_environment(), capture_output=True
    )
    assert here.status().startswith("UU a.txt")
    before, index = tree(here.clone), here.git("ls-files", "-s")
    for do in ("discard", "set_aside", "merge"):
        done = here.act(do)  # type: ignore[arg-type]
        if done.action != "none":
            assert here.act("undo").action == "restored", do
        assert (tree(here.clone), here.git("ls-files", "-s")) == (before, index), (do, done)


def test_a_store_that_cannot_be_written(here: World) -> None:
    here.state.mkdir(exist_ok=True)
    (here.state / "snapshots").write_text("a file where the store should be\n")
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "ONE\n"})
    for do in ("set_aside", "discard", "merge"):
        done = here.act(do)  # type: ignore[arg-type]
        assert done.state == "failed", done
        assert here.status() == " M a.txt\n"
        assert here.read("a.txt") == "mine\n"


def test_undo_without_its_snapshot(here: World) -> None:
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "ONE\n"})
    here.act("set_aside")
    os.rename(here.state / "snapshots", here.state / "elsewhere")
    before = tree(here.clone)
    done = here.act("undo")
    assert (done.state, done.code) == ("failed", "snapshot.missing"), done
    assert tree(here.clone) == before
    assert here.status() == ""
    os.rename(here.state / "elsewhere", here.state / "snapshots")
    assert here.act("undo").action == "restored"
    assert here.read("a.txt") == "mine\n"
