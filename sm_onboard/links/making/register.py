"""The snapshots that were shared from here: the list of one's own links."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from sm_onboard.errors import Conflict, NotFound, OnboardError

from ..models import MadeLink, MadeLinks
from ..stores import Store

_MOST = 1000  # links
_DAY = 86_400_000  # ms
_AT_ONCE = 5  # that are swept
_LARGEST = 8 << 20  # bytes of the file
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is kept; ``MadeLink`` has the words."""

    id: str
    name: str
    link: str
    store: str
    made: int
    until: int | None
    size: int
    note: str = ""


_Kept = list[Kept]  # ``list`` is a method below


class Register:
    """A file with the newest links. Safe to use from several threads and servers: what two of
    them write at the same moment is not lost, for each reads it again before it writes.

    Args:
        file: made when the first link is.
        store: the store of an alias; raises OnboardError where there is none any more.
        now: ms since 1970.
    """

    def __init__(
        self,
        file: Path,
        store: Callable[[str], Store],
        *,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._file, self._store, self._now = file, store, now
        self._lock = threading.Lock()

    def list(self) -> MadeLinks:
        """Newest first."""
        with self._lock:
            kept = self._read()
        now = self._now()
        return MadeLinks(links=tuple(_shown(one, now) for one in reversed(kept)))

    def add(self, made: Kept) -> None:
        """Raises Conflict: ``links.register_unwritable``."""
        with self._lock, self._alone():
            kept = [one for one in self._read() if one.id != made.id]
            self._write([*kept, made])

    def delete(self, id: str) -> MadeLinks:
        """Deletes a shared snapshot from its store, then from the list.

        Raises:
            NotFound: ``links.made_unknown``.
            OnboardError: the store refuses; the link then stays in the list.
        """
        with self._lock:
            found = next((one for one in self._read() if one.id == id), None)
        if found is None:
            raise NotFound(
                "links.made_unknown",
                "There is no such link in the list of yours.",
                "It may have been deleted in another window.",
            )
        self._store(found.store).delete(found.id)
        with self._lock, self._alone():
            self._write([one for one in self._read() if one.id != id])
        return self.list()

    def sweep(self) -> None:
        """Deletes what expired a day ago or earlier: folders have no rules that would. What a
        store does not let be deleted stays in the list."""
        limit = self._now() - _DAY
        with self._lock:
            over = [one for one in self._read() if one.until is not None and one.until < limit]
        for one in over[:_AT_ONCE]:
            with contextlib.suppress(OnboardError):
                self.delete(one.id)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds up other servers with this home; where locks do not work, nobody is held up."""
        import fcntl

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(
                self._file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise _unwritable(self._file, error) from error
        try:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read(self) -> _Kept:
        """Oldest first; what cannot be read is left out, one by one."""
        try:
            with open(self._file, "rb") as stream:
                said = json.loads(stream.read(_LARGEST))
        except (OSError, ValueError, RecursionError):
            return []
        found = said.get("links") if isinstance(said, dict) else None
        kept = []
        for one in found if isinstance(found, list) else ():
            with contextlib.suppress(msgspec.ValidationError):
                read = msgspec.convert(one, Kept)
                if _ID.fullmatch(read.id):
                    kept.append(read)
        return kept

    def _write(self, kept: _Kept) -> None:
        part = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        told = {"version": 1, "links": [msgspec.to_builtins(one) for one in kept[-_MOST:]]}
        try:
            self._set_aside()
            with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
                json.dump(told, stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, self._file)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise _unwritable(self._file, error) from error

    def _set_aside(self) -> None:
        """A damaged file is kept beside: it may be all that knows where shares are."""
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return
        try:
            said = json.loads(content)
            good = isinstance(said, dict) and isinstance(said.get("links"), list)
        except (ValueError, RecursionError):
            good = False
        if not good:
            os.replace(self._file, self._file.with_name(f"{self._file.name}.damaged"))


def _shown(one: Kept, now: int) -> MadeLink:
    return MadeLink(
        id=one.id,
        name=one.name,
        link=one.link,
        store=one.store,
        made=one.made,
        until=one.until,
        size=one.size,
        note=one.note,
        expired=one.until is not None and one.until <= now,
    )


def _unwritable(file: Path, error: OSError) -> Conflict:
    return Conflict(
        "links.register_unwritable",
        f"The list of your links could not be written: {error.strerror or error}.",
        f"Check {file.parent}, and whether the storage is full.",
    )
