"""What sm_onboard remembers about a root: ``<root>/.sm-onboard/``.

    repositories/<id>.json   one record an entry, replaced by rename
    locks/<id>               empty; flock on it while an entry is worked on
    parts/<id>.<...>/        clones and files being prepared; removed when left behind

Several servers, on several hosts, may use one root. The lock keeps their work apart
where the storage knows locks; what is prepared has a name of its own, and is published
only by operations that one of two wins, so that it stays correct where it does not.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sm_onboard.git.listener import Listener

FOLDER = ".sm-onboard"
_ABANDONED = 24 * 3600.0  # seconds after which a stranger's part is nobody's


@dataclass
class Record:
    """What is known of one entry. Every field may be missing: it can be found again.

    Attributes:
        seen: the remote's commit that this folder was last brought to.
        held: a remote commit that a person has undone; not taken again unasked.
        kept: the sign-in lines that we left in the clone's configuration; None where the
            clone is not of our making, so that its configuration is not ours either.
        journal: a change of the work tree that was begun (``worktree.Move``).
        undo: the last finished change, as ``worktree.Move``, with ``did`` and ``at``.
    """

    url: str = ""
    path: str = ""
    seen: str | None = None
    held: str | None = None
    kept: list[list[str]] | None = None
    journal: dict[str, Any] | None = None
    undo: dict[str, Any] | None = None


class Store:
    """Reads and writes the state below one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.parts = self.folder / "parts"

    def make(self) -> None:
        """Makes the folders. Raises OSError."""
        for name in ("repositories", "locks", "parts"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def load(self, id: str) -> Record:
        try:
            with open(self._file(id), "rb", buffering=0) as stream:
                data = json.loads(stream.readall() or b"{}")
            return Record(**{k: v for k, v in data.items() if k in Record.__dataclass_fields__})
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, AttributeError):
            return Record()

    def save(self, id: str, record: Record) -> None:
        """Replaces the record; what it says is on the disk when this returns."""
        fresh = self._name(id)
        try:
            with open(fresh, "w", encoding="utf-8") as stream:
                json.dump(asdict(record), stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(fresh, self._file(id))
        except BaseException:
            _remove(fresh)
            raise

    def _file(self, id: str) -> Path:
        return self.folder / "repositories" / f"{id}.json"

    def part(self, id: str) -> Path:
        """A new, empty folder to prepare something in."""
        path = self._name(id)
        path.mkdir()
        return path

    def _name(self, id: str) -> Path:
        host = _machine()
        me = os.getpid()
        return self.parts / f"{id}.{host}.{me}.{_started(me)}.{secrets.token_hex(4)}"

    def sweep(self, id: str, *, locked: bool) -> None:
        """Removes what killed processes left of one entry.

        Args:
            locked: this process holds the entry's lock and the storage knows locks, so
                that whatever is there was left.
        """
        with contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self.parts):
                if _entry_of(entry) == id and (locked or _left(entry)):
                    _remove(entry)

    def sweep_dead(self) -> None:
        """Removes parts whose process has ended and whose entry nobody works on."""
        for entry in os.scandir(self.parts):
            if _left(entry):
                with self.lock(_entry_of(entry), Listener(), patience=0) as lock:
                    if lock.held:
                        _remove(entry)

    @contextlib.contextmanager
    def lock(self, id: str, listener: Listener, patience: float) -> Iterator[Lock]:
        """Holds the entry's lock; tries again until it is free.

        What a killed server's git still does under the lock is ended first, where this
        machine can see it.

        Args:
            patience: seconds after which it goes on without the lock (it stays correct).
        """
        fd = os.open(self.folder / "locks" / id, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            held = _flock(fd, self.folder / "locks" / id, listener, patience)
            yield Lock(fd if held else None)
        finally:
            os.close(fd)


@dataclass(frozen=True)
class Lock:
    """``fd`` is None where the storage knows no locks, or nobody let go in time."""

    fd: int | None

    @property
    def held(self) -> bool:
        return self.fd is not None


def _flock(fd: int, path: Path, listener: Listener, patience: float) -> bool:
    deadline = time.monotonic() + patience
    looked = False
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return False
        else:
            os.ftruncate(fd, 0)
            os.pwrite(fd, holder().encode(), 0)
            return True
        if listener.cancel.is_set() or time.monotonic() > deadline:
            return False
        if not looked and _holder_is_dead(fd):
            _end_orphans(path, fd)
            looked = True
            continue
        listener.cancel.wait(0.2)


def _holder_is_dead(fd: int) -> bool:
    return is_dead(os.pread(fd, 400, 0).decode("utf-8", "replace"))


@cache
def _machine() -> str:
    """Names the machine, or the container, whose process ids mean something to this process.

    The host's name alone does not: every space of Studio is called ``default``.
    """
    name = re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname())[:40]
    boot = space = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        space = re.sub(r"[^0-9]", "", os.readlink("/proc/self/ns/pid"))
    return "-".join(part for part in (name, boot, space) if part)


def holder() -> str:
    """Names this process so that another one can tell later whether it still lives."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Whether the process that ``holder()`` named has ended; False where nobody can tell."""
    host, _, rest = holder.strip().partition(" ")
    pid, _, started = rest.partition(" ")
    if host != _machine() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _end_orphans(path: Path, lock: int) -> None:
    """Ends the git processes that still hold a dead server's lock (Linux only)."""
    real = os.path.realpath(path)
    orphans = []
    for process in _processes():
        with contextlib.suppress(OSError):
            fds = f"/proc/{process}/fd"
            if any(_target(f"{fds}/{fd}") == real for fd in os.listdir(fds)):
                with open(f"/proc/{process}/comm", encoding="utf-8") as stream:
                    if stream.read().startswith(("git", "ssh")):
                        orphans.append(process)
    # Who holds the lock writes its name before it starts any git: still a dead one's
    # name now means that none of these is a living server's.
    if _holder_is_dead(lock):
        for process in orphans:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)


def _processes() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []


def _target(link: str) -> str:
    with contextlib.suppress(OSError):
        return os.readlink(link)
    return ""


def _started(pid: int) -> str:
    """When a process of this machine started, as opaque text; empty when it is dead.

    Where there is no /proc (macOS) a living process is ``alive``.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
            fields = stream.read().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except OSError:
        if os.path.isdir("/proc/self"):
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"


def _entry_of(part: os.DirEntry[str]) -> str:
    return part.name.rsplit(".", 4)[0]


def _left(part: os.DirEntry[str]) -> bool:
    """Whether the process that made a part has ended."""
    _, host, pid, started, *_ = [*part.name.rsplit(".", 4), "", "", ""]
    if host == _machine() and pid.isdigit():
        return _started(int(pid)) != started
    with contextlib.suppress(OSError):
        return time.time() - part.stat(follow_symlinks=False).st_mtime > _ABANDONED
    return False


def _remove(path: os.PathLike[str]) -> None:
    with contextlib.suppress(FileNotFoundError):
        try:
            os.unlink(path)
        except (IsADirectoryError, PermissionError):  # macOS says the latter
            shutil.rmtree(path, ignore_errors=True)
