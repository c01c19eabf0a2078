"""Nothing of a stranger's repository runs, in the preview or once it is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links.opening.lab import NOTEBOOK, PATH, Lab, lab
from tests.links.opening.test_share import CHANGED

EVIL: dict[str, str | bytes | None] = {
    PATH: NOTEBOOK,
    ".gitattributes": "*.ipynb filter=evil diff=evil merge=evil\n*.bin filter=lfs\n",
    ".gitmodules": '[submodule "s"]\n\tpath = s\n\turl = https://evil.example/s\n',
    "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n",
    ".envrc": "touch pwned\n",
    ".githooks/post-checkout": "#!/bin/sh\ntouch pwned\n",
    "numpy.py": "raise SystemExit\n",
}


@pytest.fixture
def here(tmp_path: Path, home: Path) -> Iterator[Lab]:
    """A reader whose own git is set up to run things for any repository."""
    with lab(tmp_path, files=EVIL) as made:
        pwned = tmp_path / "pwned"
        hooks = tmp_path / "hooks"
        hooks.mkdir()
        for name in ("post-checkout", "reference-transaction", "post-merge", "fsmonitor"):
            (hooks / name).write_text(f"#!/bin/sh\ntouch {pwned}\n")
            (hooks / name).chmod(0o755)
        template = tmp_path / "template" / "hooks"
        template.mkdir(parents=True)
        (template / "post-checkout").write_text(f"#!/bin/sh\ntouch {pwned}\n")
        (template / "post-checkout").chmod(0o755)
        lines = [f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {hooks}/fsmonitor"]
        lines.append(f"[init]\n\ttemplateDir = {template.parent}")
        lines.append("[submodule]\n\trecurse = true\n[diff]\n\texternal = touch " + str(pwned))
        for name in ("evil", "lfs"):
            run = f"touch {pwned} && cat"
            lines.append(f'[filter "{name}"]\n\tsmudge = {run}\n\tclean = {run}\n\tprocess = {run}')
            lines.append(f'\trequired = true\n[diff "{name}"]\n\ttextconv = {run}')
        clone = made.clone()
        (home / ".gitconfig").write_text("\n".join(lines) + "\n")
        assert os.environ["GIT_CONFIG_GLOBAL"] == str(home / ".gitconfig")
        yield made
        (home / ".gitconfig").unlink()
        assert not pwned.exists()
        assert not list(clone.rglob("pwned"))


def test_a_commit_out_of_a_clone(here: Lab) -> None:
    copy = here.opened(here.git_link())
    assert (copy / PATH).read_bytes() == NOTEBOOK
    assert (copy / "big.bin").read_text().startswith("version https://git-lfs")
    assert not (copy / ".git" / "hooks").exists()


def test_a_commit_of_a_host(here: Lab) -> None:
    (here.root / "churn").rename(here.folder / "away")
    (here.root / "churn").mkdir()
    shown = here.begin(here.git_link())
    assert shown.state == "asks"
    here.openings.fetch(shown.id, shown.trust.asked)
    done = here.choose(here.until(shown.id))
    assert done.opened, done.problem
    assert (Path(done.opened.place) / PATH).read_bytes() == NOTEBOOK


def test_a_file_that_was_renamed_since(here: Lab) -> None:
    clone = here.root / "churn"
    (clone / PATH).unlink()
    assert here.ready(here.git_link()).preview


def test_a_share(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED, ".gitattributes": "* filter=evil\n"}).put(here.store)
    copy = here.opened(here.share_link(digest))
    assert (copy / PATH).read_bytes() == CHANGED
