"""A share brings what its preview lists, and no text of a stranger's holds up the server."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.links.coordinates import Link
from sm_onboard.links.making import page
from sm_onboard.links.opening import commits, mine
from sm_onboard.links.opening.content import shown_content
from sm_onboard.notebook import Notebook, NotebookCell
from tests.links.opening.lab import PATH, Lab, lab, notebook
from tests.links.opening.sharing import Share, git
from tests.links.opening.test_share import CHANGED
from tests.links.threats.test_shares import refused


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def _with_head(share: Share, base: str) -> bytes:
    """The share on a commit of its sender's that has one file more than its manifest lists."""
    repository, old = share.repository, share.manifest
    index = {"GIT_INDEX_FILE": str(share.folder / "other")}
    if base:
        git(repository, "read-tree", base, **index)
    evil = git(repository, "hash-object", "-w", "--stdin", input=b"import os").decode().strip()
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{evil},numpy.py", **index)
    tree = git(repository, "write-tree", **index).decode().strip()
    parents = ("-p", base) if base else ()
    head = git(repository, "commit-tree", tree, *parents, "-m", "h").decode().strip()
    whole = f"{old.commit}^{{tree}}"
    commit = git(repository, "commit-tree", whole, "-p", head, "-m", "s").decode().strip()
    wanted = f"{commit}\n" + (f"^{base}\n" if base else "")
    ask = ("pack-objects", "--stdout", "--revs", "-q")
    pack = git(repository, *ask, input=wanted.encode())
    header = "# v2 git bundle\n" + (f"-{base} b\n" if base else "")
    share.bundle.write_bytes(f"{header}{commit} refs/sm-onboard/snapshot\n\n".encode() + pack)
    digest = hashlib.sha256(share.bundle.read_bytes()).hexdigest()
    share.manifest = replace(old, head=head, commit=commit, bundle_sha256=digest)
    return share.with_manifest()


@pytest.mark.parametrize("based", [True, False])
def test_no_file_comes_that_is_not_listed(here: Lab, based: bool) -> None:
    here.clone()
    share = here.on_base({PATH: CHANGED}) if based else here.share({PATH: CHANGED})
    refused(here, _with_head(share, here.team.tip() if based else ""))


def test_half_a_character_is_no_name(here: Lab) -> None:
    share = here.share({PATH: CHANGED, "x.py": "x"})
    first, *rest = share.told()["files"]
    refused(here, share.with_manifest(files=[first, {**rest[0], "path": "x\ud800"}]))


def test_a_host_that_only_somebodys_word_names_is_asked_after(here: Lab) -> None:
    """A run that was brought back names the address that its sender wrote into it."""
    made = here.root / "reproduced" / "run"
    made.mkdir(parents=True)
    here.git(made, "init", "-q")
    here.git(made, "remote", "add", "origin", here.other.url("churn"))
    link = here.git_link(repository=here.other.url("churn"))
    assert here.begin(link).state == "asks"
    own = here.root / "shared"  # a repository of the reader's own, whatever its name
    here.git(here.root, "init", "-q", "shared")
    here.git(own, "remote", "add", "origin", here.other.url("churn"))
    assert here.begin(link).state == "fetching"


@pytest.mark.parametrize("end", ["b", ""])
def test_a_long_heading_is_read_at_once(end: str) -> None:
    line = "# a" + " " * 190_000 + end
    link = Link("git", path=PATH, heading="Results")
    begun = time.monotonic()
    shown = shown_content(notebook(line, "# Results #"), link)
    assert shown.cell == "c1"
    cells = (NotebookCell(id="", kind="markdown", source=f"{line}\n## Next ##"),)
    assert "<h2>Next</h2>" in page.written("x", Notebook(language="", cells=cells))
    assert time.monotonic() - begun < 2


def test_lines_that_are_hard_to_match_are_counted() -> None:
    old = b"\n".join(b"" if n % 2 else b"x%d" % n for n in range(6_000))
    new = b"\n".join(b"" if n % 106 == 0 else b"%d" % n for n in range(159_000))
    begun = time.monotonic()
    assert "lines differ" in mine.contents(old, new, "a.txt").text
    assert time.monotonic() - begun < 2
    lines = [b"%d" % n for n in range(5_000)]
    other = [*lines[:10], b"other", *lines[11:]]
    assert mine.contents(b"\n".join(lines), b"\n".join(other), "a.txt").text == "1 line differs"


def test_an_empty_folder_of_the_readers_stays(here: Lab) -> None:
    folder = here.root / "shared" / "alice"
    folder.mkdir(parents=True)
    digest = here.on_base({PATH: CHANGED}).put(here.store)
    shown = here.ready(here.share_link(digest))
    (here.team.directory / "HEAD").unlink()  # so it cannot be cloned
    assert here.choose(shown).state == "failed"
    assert folder.is_dir()
    assert not list(folder.iterdir())


def test_storage_without_locks(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """NFS without a lock daemon, and Lustre that was mounted without flock."""

    def none(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    here.clone()
    digest = here.on_base({PATH: CHANGED}).put(here.store)
    copy = here.opened(here.share_link(digest))
    assert (copy / PATH).read_bytes() == CHANGED
    assert here.ready(here.share_link(digest)).preview
    left = copy.parent / ".sm-onboard-making-young"
    left.mkdir()
    (left / "lock").touch()
    here.opened(here.share_link(digest))
    assert left.is_dir()  # somebody may be at work there
    (here.store / digest[:2] / f"{digest}.zip").unlink()
    assert here.failed(here.share_link(digest)) == "links.share_gone"
    assert not (here.cache / f"share-{digest}").exists()


def test_a_commit_that_unpacks_to_more_than_there_is_memory(
    here: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_ALLOCATED", "1m")
    team = here.team.directory
    message = b"0" * (5 << 20)
    evil = git(team, "commit-tree", "main^{tree}", "-F", "-", input=message).decode().strip()
    git(team, "update-ref", "refs/heads/evil", evil)
    here.says(hosts=["127.0.0.1"])
    assert here.failed(here.git_link(evil)) == "links.too_much"
    assert here.ready(here.git_link()).preview
