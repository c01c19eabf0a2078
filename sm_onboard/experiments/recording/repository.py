"""What git says of the work tree that a run happens in, and a snapshot of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_onboard import snapshot
from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.git.addresses import display
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from sm_onboard.git.run import Limits as Patience
from sm_onboard.snapshot.shadow import State, git_folders, look

REASON = "run"  # what run snapshots say they were taken for

# A run waits for its snapshot, and keeps a copy of it: less than an undo may hold.
LIMITS = snapshot.Limits(file=10 << 20, total=100 << 20, files=5000)
_PATIENCE = Patience(ask=5, transfer=5, local=10)
_SETTLED = 50_000_000  # ns; a file changed this short before a look may change unseen after it


@dataclass(frozen=True)
class Seen:
    """A work tree as it was.

    Attributes:
        snapshot: None where none could be taken; ``missing`` says why.
    """

    root: Path
    tags: Mapping[str, str]
    missing: tuple[str, ...]
    snapshot: snapshot.Snapshot | None


def find(start: Path) -> Path | None:
    """The work tree that a folder belongs to."""
    for folder in (start, *start.parents):
        if (folder / ".git" / "HEAD").is_file() or (folder / ".git").is_file():
            return folder
    return None


def store(environ: Mapping[str, str]) -> Path:
    """Where snapshots are kept on this machine, by the XDG rules (see ``rooms.state_home``)."""
    base = environ.get("XDG_STATE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path.home() / ".local" / "state"
    return home / "sm-onboard" / "snapshots"


def position(root: Path) -> str:
    """What HEAD is, in few file operations: changes when somebody commits or switches."""
    try:
        own, common = git_folders(root)
        head = (own / "HEAD").read_text().strip()
        ref = head.removeprefix("ref: ")
        if ref == head:
            return head
        for file in (common / ref, common / "packed-refs"):
            if file.is_file():
                s = file.stat()
                return f"{head} {s.st_mtime_ns} {s.st_size} {s.st_ino}"
        return head
    except OSError:
        return ""


class Repository:
    """One work tree; remembers what it last saw of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._git = Git(Listener(), limits=_PATIENCE)
        self._last: tuple[object, Seen] | None = None
        self._address: tuple[object, str] | None = None
        self._tracked: tuple[object, bool] | None = None

    def see(self, kept: Path) -> Seen:
        """The work tree now. The last snapshot counts where nothing has changed since.

        Args:
            kept: the folder that snapshots are kept in.

        Raises:
            OnboardError: git failed altogether.
        """
        before = time.time_ns() - _SETTLED
        state = look(self._git, self.root)
        index = git_folders(self.root)[0] / "index"
        stats = [_stat(self.root / path) for path, _ in state.changed]
        all_of_it = (state, _stat(index), stats)
        if self._last and self._last[0] == all_of_it and _is_there(self._last[1]):
            return self._last[1]
        seen = self._take(state, kept)
        settled = all(not s or s[0] < before for s in stats)
        self._last = (all_of_it, seen) if settled else None
        return seen

    def holds(self, seen: Seen, path: str) -> bool:
        """Whether commit and snapshot together have a file of the work tree."""
        if seen.snapshot is None:
            return False
        made = seen.snapshot.manifest
        if path in {file.path for file in made.files}:
            return True
        if path in {one.path for one in made.left_out}:
            return False
        key = (path, _stat(git_folders(self.root)[0] / "index"))
        if self._tracked is None or self._tracked[0] != key:
            said = self._git.run("ls-files", "-z", "--", path, cwd=self.root)
            self._tracked = (key, bool(said))
        return self._tracked[1]

    def _take(self, state: State, kept: Path) -> Seen:
        url, missing, taken = "", [], None
        try:
            url = self._url()
        except OnboardError as error:
            missing.append(f"The repository's address is not known: {error.message}")
        tags = {
            record.REPOSITORY: url,
            record.COMMIT: state.head,
            record.BRANCH: state.branch or "",
            record.PUSHED: "unknown" if url else "no",
            record.CHANGED: str(len(state.changed)),
        }
        if self.root == Path.home():
            missing.append("There is no snapshot: the repository is the whole home folder.")
        else:
            try:
                taken = snapshot.take(
                    *(self._git, self.root, kept),
                    reason=REASON,
                    url=url,
                    limits=LIMITS,
                    state=state,
                )
            except OnboardError as error:
                missing.append(f"There is no snapshot: {error.message}")
            except OSError as error:
                missing.append(f"There is no snapshot: {error.strerror or error}.")
        if taken:
            made = taken.manifest
            left = [x for x in made.left_out if x.why != "excluded"]
            if left:
                more = f" and {len(left) - 1} more" if len(left) > 1 else ""
                missing.append(f"Not in the snapshot: {left[0].path} ({left[0].why}){more}.")
            tags |= {
                record.SNAPSHOT: made.id,
                record.COMMIT: made.head,
                record.BRANCH: made.branch or "",
                record.CHANGED: str(len(made.files) + len(left)),
            }
            if made.base:
                tags[record.PUSHED] = "yes" if made.base == (made.head,) else "no"
        return Seen(self.root, tags, tuple(missing), taken)

    def _url(self) -> str:
        """The address of ``origin``, else of the first remote; without credentials."""
        key = _stat(git_folders(self.root)[1] / "config")
        if self._address and self._address[0] == key:
            return self._address[1]
        ask = ("config", "--get-regexp", r"^remote\..*\.url$")
        said = self._git.run(*ask, cwd=self.root, ok=(0, 1)).decode("utf-8", "replace")
        urls = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
        url = urls.get("remote.origin.url") or next(iter(urls.values()), "")
        self._address = (key, display(url) if url else "")
        return self._address[1]


def _is_there(seen: Seen) -> bool:
    return seen.snapshot is not None and seen.snapshot.bundle.is_file()


def _stat(path: Path) -> tuple[int, ...]:
    try:
        s = os.lstat(path)
    except OSError:
        return ()
    return s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino, s.st_mode


def prune(environ: Mapping[str, str]) -> None:
    """Removes old snapshots of runs; each run has a copy of its own. Others' stay."""
    folder = store(environ)
    others = {x.id for x in snapshot.list_snapshots(folder) if x.reason != REASON}
    snapshot.prune(folder, keep=others)


def repeats(root: Path) -> dict[str, Any]:
    """Which run the next one in this clone repeats; empty: none."""
    try:
        said = json.loads((root / record.REPEATS_FILE).read_bytes()[: 1 << 16])
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("run_id"), str) else {}


def repeated(root: Path) -> None:
    """The run that repeats another has been made: the next one there repeats none."""
    (root / record.REPEATS_FILE).unlink(missing_ok=True)
