"""Folders that are not as a clone leaves them: each has a code, a sentence and fitting actions.

Whatever action is offered works, and can be undone, or is refused with nothing changed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.demo.history import git_environment
from sm_onboard.repos.models import Outcome
from tests.faults.checks import check_told, photo, try_every_action
from tests.gitserver import make_repository
from tests.repos.world import World, tree, world

pytestmark = pytest.mark.timeout(120)


def commit_mine(here: World, path: str = "mine.txt", text: str = "mine\n") -> None:
    here.write(path, text)
    here.git("add", path)
    here.git("commit", "-qm", "Mine")


def fails(here: World, *args: str) -> None:
    """A git command that stops half-way, as a conflict does."""
    with pytest.raises(subprocess.CalledProcessError):
        here.git(*args)


def clash(here: World) -> None:
    """A branch ``other`` whose newest commit clashes with the newest one of main."""
    here.git("switch", "-qc", "other")
    commit_mine(here, "a.txt", "other\n")
    here.git("switch", "-q", "main")
    commit_mine(here, "a.txt", "main\n")


# The clone's own state


def own_branch(here: World) -> None:
    here.git("switch", "-qc", "eta")
    commit_mine(here)
    here.write("b.txt", "not committed\n")


def detached(here: World) -> None:
    here.git("switch", "-q", "--detach")


def detached_with_commits(here: World) -> None:
    here.git("switch", "-q", "--detach")
    commit_mine(here)


def merging(here: World) -> None:
    clash(here)
    fails(here, "merge", "other")


def rebasing(here: World) -> None:
    clash(here)
    fails(here, "rebase", "other")


def applying(here: World) -> None:
    clash(here)
    fails(here, "rebase", "--apply", "other")


def picking(here: World) -> None:
    clash(here)
    fails(here, "cherry-pick", "other")


def reverting(here: World) -> None:
    commit_mine(here, "a.txt", "1\n")
    commit_mine(here, "a.txt", "2\n")
    fails(here, "revert", "--no-edit", "HEAD~1")


def bisecting(here: World) -> None:
    commit_mine(here)
    here.git("bisect", "start", "HEAD", "HEAD~1")


def locked(here: World) -> None:
    (here.clone / ".git" / "index.lock").touch()


def diverged(here: World) -> None:
    commit_mine(here)


def ahead(here: World) -> None:
    commit_mine(here)


# What happens upstream


def changes(here: World) -> None:
    here.team.commit({"a.txt": "ONE\n", "n.txt": "new\n"})


def nothing(here: World) -> None:
    pass


def amends(here: World) -> None:
    here.team.rewrite({"a.txt": "rewritten\n"})


def rewinds(here: World) -> None:
    here.team.rewind(2)


def begins_again(here: World) -> None:
    here.team.replace_history({"a.txt": "of another history\n", "z.txt": "z\n"})


def renames_branch(here: World) -> None:
    here.team.rename_branch("main", "trunk")
    here.team.commit({"a.txt": "ONE\n"})


def deletes_branch(here: World) -> None:
    here.team.set_branch("trunk", "main")
    here.team.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    here.team.branch = "trunk"
    here.team.delete_branch("main")


def deletes_release(here: World) -> None:
    here.team.delete_branch("release")


CASES: list[
    tuple[str, Callable[[World], None], Callable[[World], None], str, str, dict[str, Any]]
] = [
    ("own branch", own_branch, changes, "ready", "repos.on_own_branch", {}),
    ("detached", detached, changes, "behind", "repos.detached", {}),
    ("detached, commits", detached_with_commits, changes, "behind", "repos.detached", {}),
    ("merge", merging, changes, "blocked", "repos.merging", {}),
    ("rebase", rebasing, changes, "blocked", "repos.rebasing", {}),
    ("rebase by patches", applying, changes, "blocked", "repos.rebasing", {}),
    ("cherry-pick", picking, changes, "blocked", "repos.picking", {}),
    ("revert", reverting, changes, "blocked", "repos.reverting", {}),
    ("bisect", bisecting, changes, "blocked", "repos.bisecting", {}),
    ("lock", locked, changes, "blocked", "repos.locked", {}),
    ("branch renamed", nothing, renames_branch, "blocked", "repos.branch_renamed", {}),
    (
        *("configured branch renamed", nothing, renames_branch),
        *("blocked", "repos.branch_missing", {"branch": "main"}),
    ),
    (
        *("configured branch deleted", nothing, deletes_release),
        *("blocked", "repos.branch_missing", {"branch": "release"}),
    ),
    ("branch deleted", nothing, deletes_branch, "blocked", "repos.branch_renamed", {}),
    ("amended", nothing, amends, "diverged", "repos.force_pushed", {}),
    ("amended, mine", diverged, amends, "diverged", "repos.force_pushed", {}),
    ("rewound", nothing, rewinds, "diverged", "repos.force_pushed", {}),
    ("rewound, mine", ahead, rewinds, "diverged", "repos.force_pushed", {}),
    ("unrelated", nothing, begins_again, "diverged", "repos.unrelated_history", {}),
    ("unrelated, mine", diverged, begins_again, "diverged", "repos.unrelated_history", {}),
    (
        *("shallow, unrelated", nothing, begins_again),
        *("diverged", "repos.shallow_diverged", {"filter": "shallow"}),
    ),
    (
        *("shallow, amended", nothing, amends),
        *("diverged", "repos.shallow_diverged", {"filter": "shallow"}),
    ),
    ("shallow", nothing, changes, "ready", "", {"filter": "shallow"}),
    ("diverged", diverged, changes, "diverged", "repos.diverged", {}),
    ("ahead", ahead, nothing, "ready", "repos.ahead", {}),
    ("never", nothing, changes, "behind", "repos.update_never", {"update": "never"}),
]


@pytest.mark.parametrize(
    ("arrange", "upstream", "state", "code", "entry"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_state_is_told_and_its_actions_work(
    tmp_path: Path,
    arrange: Callable[[World], None],
    upstream: Callable[[World], None],
    state: str,
    code: str,
    entry: dict[str, Any],
) -> None:
    with world(tmp_path, commits=4) as here:
        here.team.set_branch("release", "main")
        plan = Planned(here, entry)
        assert here.sync().action == "cloned"
        subprocess.run(["git", "config", "user.name", "P"], cwd=here.clone, check=True)
        subprocess.run(["git", "config", "user.email", "p@example.com"], cwd=here.clone, check=True)
        arrange(here)
        upstream(here)
        before = photo(here.clone)
        done = here.sync()
        assert (done.state, done.code) == (state, code), (done, here.logged)
        if not code:
            return
        check_told(done, code)
        assert photo(here.clone) == before
        came = try_every_action(here, done)
        plan.check(done, came)


class Planned:
    """Gives every call of the world the same entry, and knows what actions must bring."""

    def __init__(self, here: World, changes: dict[str, Any]) -> None:
        self.here = here
        real = here.entry
        here.entry = lambda **more: real(**{**changes, **more})  # type: ignore[method-assign]

    def check(self, done: Outcome, came: dict[str, Outcome]) -> None:
        tip = self.here.team.tip()
        aside = came.get("set_aside")
        if aside:
            assert (aside.state, aside.action, aside.commit) == ("ready", "updated", tip), aside
        switched = came.get("switch_branch")
        if switched and done.code != "repos.on_own_branch":
            assert (switched.state, switched.commit) == ("ready", tip), switched
        if "update" in came:
            assert came["update"].commit == tip
        if "retry" in came and done.code != "repos.locked":
            assert came["retry"].code == done.code  # nothing has changed meanwhile


def test_each_state_has_a_code_of_its_own() -> None:
    told = {case[0]: case[4] for case in CASES}
    states = ["own branch", "detached", "merge", "rebase", "cherry-pick", "revert", "bisect"]
    states += ["lock", "branch renamed", "configured branch deleted", "amended", "unrelated"]
    states += ["shallow, amended", "diverged", "ahead", "never"]
    assert len({told[state] for state in states}) == len(states)


@pytest.mark.parametrize("arrange", [merging, rebasing, picking, reverting, bisecting])
def test_nothing_is_done_in_mid_merge_even_when_asked(
    here: World, arrange: Callable[[World], None]
) -> None:
    arrange(here)
    changes(here)
    before = photo(here.clone)
    for action in ("update", "set_aside", "merge", "discard", "switch_branch", "undo"):
        done = here.act(action)  # type: ignore[arg-type]
        assert done.action == "none", (action, done)
        assert photo(here.clone) == before, action


def test_a_branch_of_ones_own_is_left_as_it_is_and_kept(here: World) -> None:
    own_branch(here)
    changes(here)
    here.git("commit", "-qam", "All of it")
    mine = here.head()
    done = here.act("switch_branch")
    assert (done.state, done.branch, done.commit) == ("ready", "main", here.team.tip())
    assert here.git("rev-parse", "eta").strip() == mine
    assert tree(here.clone)["a.txt"] == b"ONE\n"


# Folders that are not this entry's clone


def said(folder: Path, *args: str) -> None:
    identity = ("-c", "user.name=P", "-c", "user.email=p@example.com")
    subprocess.run(
        ["git", *identity, *args],
        cwd=folder,
        env=git_environment(),
        check=True,
        capture_output=True,
    )


def plain(here: World, at: Path) -> None:
    at.mkdir()
    (at / "precious.txt").write_text("precious\n")


def file(here: World, at: Path) -> None:
    at.write_text("precious\n")


def link(here: World, at: Path) -> None:
    outside = here.folder / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("precious\n")
    at.symlink_to(outside)


def dangling(here: World, at: Path) -> None:
    at.symlink_to(here.folder / "not-there")


def link_to_a_clone(here: World, at: Path) -> None:
    here.sync(id="o", path="original")
    at.symlink_to(here.root / "original")


def other(here: World, at: Path) -> None:
    make_repository(here.server.root, "other", {"o.txt": "o\n"})
    assert here.sync(id="o", url=here.server.url("other"), path=at.name).state == "ready"


def no_remote(here: World, at: Path) -> None:
    at.mkdir()
    said(at, "init", "-q")
    (at / "precious.txt").write_text("precious\n")
    said(at, "add", ".")
    said(at, "commit", "-qm", "Precious")


def just_begun(here: World, at: Path) -> None:
    at.mkdir()
    said(at, "init", "-q")
    (at / "precious.txt").write_text("precious\n")


def linked_worktree(here: World, at: Path) -> None:
    here.sync(id="o", path="original")
    said(here.root / "original", "worktree", "add", "-q", str(at))


def submodule(here: World, at: Path) -> None:
    assert here.sync(id="o", path="original").state == "ready"
    original = here.root / "original"
    said(original, "submodule", "--quiet", "add", here.server.url("churn"), "module")
    os.rename(original / "module", at)


def bare(here: World, at: Path) -> None:
    said(here.root, "init", "-q", "--bare", str(at))


def half_a_clone(here: World, at: Path) -> None:
    at.mkdir()
    said(at, "init", "-q")
    said(at, "remote", "add", "origin", here.server.url("churn"))


STRANGE: list[tuple[Callable[[World, Path], None], str]] = [
    (plain, "repos.not_a_repository"),
    (file, "repos.path_is_file"),
    (link, "repos.path_is_link"),
    (dangling, "repos.path_is_link"),
    (link_to_a_clone, "repos.path_is_link"),
    (other, "repos.other_repository"),
    (no_remote, "repos.no_remote"),
    (just_begun, "repos.no_remote"),
    (linked_worktree, "repos.linked_worktree"),
    (submodule, "repos.linked_worktree"),
    (bare, "repos.not_a_repository"),
    (half_a_clone, "repos.incomplete"),
]


@pytest.mark.parametrize(("arrange", "code"), STRANGE, ids=[case[0].__name__ for case in STRANGE])
def test_a_folder_that_is_not_ours_is_never_written_to(
    tmp_path: Path, arrange: Callable[[World, Path], None], code: str
) -> None:
    with world(tmp_path) as here:
        arrange(here, here.clone)
        before = everything(here)
        done = here.sync()
        assert done.state == "foreign"
        check_told(done, code)
        assert done.actions == ("retry",)
        for action in ("retry", "set_aside", "discard", "merge", "switch_branch", "remove_lock"):
            assert here.act(action).action == "none", action  # type: ignore[arg-type]
        assert here.act("undo").action == "none"
        assert everything(here) == before


def everything(here: World) -> dict[str, bytes | str]:
    """All files of the person's, what is in .git included; and links as links."""
    found: dict[str, bytes | str] = {}
    for base, folders, files in os.walk(here.folder):
        folders[:] = [name for name in folders if name not in (".sm-onboard", "host", "state")]
        for name in [*files, *folders]:
            path = Path(base, name)
            if path.is_symlink():
                found[str(path)] = os.readlink(path)
            elif path.is_file():
                found[str(path)] = path.read_bytes()
            else:
                found[str(path)] = "folder"
    return found


def test_a_link_on_the_way_leads_nowhere(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        outside = tmp_path / "outside"
        outside.mkdir()
        (here.root / "team").symlink_to(outside)
        done = here.sync(path="team/churn")
        check_told(done, "repos.path_is_link")
        assert os.listdir(outside) == []


def test_a_clone_made_by_hand_is_adopted(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        said(here.root, "clone", "-q", "--origin", "upstream", here.server.url("churn"), "churn")
        here.write("mine.txt", "mine\n")
        here.team.commit({"a.txt": "ONE\n"})
        done = here.sync()
        assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
        assert here.status() == "?? mine.txt\n"
        assert here.git("rev-parse", "upstream/main").strip() == here.team.tip()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.clone.mkdir()
        assert here.sync().action == "cloned"


def test_a_record_of_a_history_that_is_gone_does_not_matter(here: World) -> None:
    """The person cloned again by hand, after the host's history was replaced."""
    begins_again(here)
    subprocess.run(["rm", "-rf", here.clone], check=True)
    said(here.root, "clone", "-q", here.server.url("churn"), "churn")
    commit_mine(here)
    here.team.commit({"n.txt": "n\n"})
    assert here.sync().code == "repos.diverged"
