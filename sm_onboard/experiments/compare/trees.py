"""The trees of two runs in one bare repository of ours, which is thrown away afterwards.

Nothing of a run is checked out or runs here: no hook, filter, driver or submodule.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sm_onboard.clones.finding import has_commit
from sm_onboard.clones.making import commit_gone, damaged
from sm_onboard.clones.trees import weigh
from sm_onboard.errors import OnboardError
from sm_onboard.experiments.reproduce.code import Code
from sm_onboard.experiments.reproduce.here import Here
from sm_onboard.experiments.reproduce.material import Material
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.snapshot.manifest import SNAPSHOT

_PATHS = 500_000
_OURS = "refs/sm-onboard"
# A person's own settings must not say what differs; what is larger is not compared by lines.
_CONFIG = """
[core]
\tattributesFile = /dev/null
\tbigFileThreshold = 1m
[diff]
\tsuppressBlankEmpty = false
\trenameLimit = 400
\torderFile = /dev/null
"""


def begin(git: Git, folder: Path, width: int) -> Path:
    """An empty repository for commits whose ids have so many digits."""
    bare = folder / "compared.git"
    algorithm = "sha256" if width == 64 else "sha1"
    ask = ("init", "--quiet", "--bare", "--template=", f"--object-format={algorithm}")
    git.run(*ask, "--", str(bare))
    with open(bare / "config", "a", encoding="utf-8") as config:
        config.write(_CONFIG)
    return bare


def bring(here: Here, material: Material, code: Code, bare: Path, name: str) -> str:
    """Brings the code of a run into the repository; gives the commit that has its files.

    Args:
        code: where its commits can be had from.
        name: of this side, for our refs.

    Raises:
        OnboardError: ``clones.commit_gone``, ``.too_large``, ``snapshot.damaged``, what
            refused a sign-in, or git failed.
    """
    git = here.git()
    if code.source == "clone":
        _borrow(Path(code.clone), bare)
    missing = [commit for commit in material.base if not has_commit(git, bare, commit)]
    if missing:
        _fetch(here, material.url, bare, missing)
    lines = [f"create {_OURS}/{name}-{n} {x}\n" for n, x in enumerate(material.base)]
    git.run("update-ref", "--stdin", cwd=bare, input="".join(lines).encode())
    commit = _unbundle(git, material, bare, name) if material.snapshot else material.head
    paths, _ = weigh(git, bare, commit)
    if paths > _PATHS:
        raise OnboardError(
            "clones.too_large", f"It has more than {_PATHS:,} files, too many to compare."
        )
    return commit


def _borrow(clone: Path, bare: Path) -> None:
    """Reads the objects of a clone where they are."""
    objects = str((clone / ".git" / "objects").resolve())
    if "\n" in objects:
        return  # they are fetched from the host then
    with open(bare / "objects" / "info" / "alternates", "a", encoding="utf-8") as listed:
        listed.write(f"{_quoted(objects)}\n")


def _quoted(path: str) -> str:
    if not path.startswith('"'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _fetch(here: Here, url: str, bare: Path, commits: list[str]) -> None:
    """Gets single commits, without their history; where a host gives none, all branches."""
    if not url:
        raise commit_gone(url, commits[0])
    git = here.git(url)
    ask = ("fetch", "--quiet", "--no-tags")
    with here.explained(url):
        with suppress(GitFailed):
            git.run(*ask, "--depth=1", "--", url, *commits, cwd=bare)
        if not all(has_commit(git, bare, commit) for commit in commits):
            git.run(*ask, "--", url, f"+refs/heads/*:{_OURS}/heads/*", cwd=bare)
    if not all(has_commit(git, bare, commit) for commit in commits):
        raise commit_gone(url, commits[0])


def _unbundle(git: Git, material: Material, bare: Path, name: str) -> str:
    snapshot = material.snapshot
    assert snapshot is not None
    fetch = ("fetch", "--no-tags", "--quiet", "--", str(snapshot.bundle))
    ask = ("rev-parse", "--verify", "--quiet", f"{snapshot.manifest.commit}^1")
    try:
        git.run(*fetch, f"+{SNAPSHOT}:{_OURS}/{name}", cwd=bare, local_source=True)
        parent = git.run(*ask, cwd=bare, ok=(0, 1, 128)).decode().strip()
    except GitFailed as error:
        raise damaged("git cannot read its bundle.") from error
    if parent != snapshot.manifest.head:
        raise damaged("It does not build on the commit that it names.")
    return snapshot.manifest.commit
