"""What was read of stores on other machines, as files of this person's.

A file for each experiment, in the state home below ``mirror/``: written aside and moved into its
place, so that any number of servers may write, on any file system: the last one wins, and nobody
reads half of one. Databases and locks promise no such thing on NFS. Whatever is not exactly what
this version writes is thrown away; everything in it can be had from the store.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import time
import zlib
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from sm_onboard.experiments.models import Experiment, Run

FORMAT: Final = b"sm-onboard mirror 1\n"
FILE_LIMIT: Final = 64 * 1024**2  # bytes of one file
WHOLE_LIMIT: Final = 256 * 1024**2  # bytes of all; the files that were written first go first
OPENED_LIMIT: Final = 512 * 1024**2  # bytes of one file's content
_LEFT: Final = 3600.0  # seconds after which a file aside is left over from a killed process
_ASIDE: Final = ".aside-"

T = TypeVar("T", bound=msgspec.Struct)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The experiments of a store; ``read_at``: ms."""

    uri: str
    read_at: int
    experiments: tuple[Experiment, ...]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """All runs of an experiment, as of ``read_at`` (ms); ``mark``: see ``Feed``."""

    uri: str
    experiment: str
    read_at: int
    mark: int
    runs: tuple[Run, ...]


class Kept:
    """The files of one store. Nothing raises: without a mirror everything works, only later.

    Args:
        folder: of all stores' mirrors; it is made when there is something to keep.
        id: of the store: letters and digits.
        uri: of the store, without credentials.
    """

    def __init__(self, folder: Path, id: str, uri: str, log: logging.Logger) -> None:
        self._all = folder
        self._folder = folder / id
        self._uri = uri
        self._log = log

    def listed(self) -> Listed | None:
        found = read(self._folder / "experiments", Listed)
        return found if found and found.uri == self._uri else None

    def list(self, experiments: tuple[Experiment, ...], read_at: int) -> None:
        self._write("experiments", Listed(uri=self._uri, read_at=read_at, experiments=experiments))

    def held(self, experiment: str) -> Held | None:
        found = read(self._folder / _name(experiment), Held)
        mine = found and (found.uri, found.experiment) == (self._uri, experiment)
        return found if mine else None

    def hold(self, experiment: str, runs: tuple[Run, ...], read_at: int, mark: int) -> None:
        held = Held(uri=self._uri, experiment=experiment, read_at=read_at, mark=mark, runs=runs)
        self._write(_name(experiment), held)

    def drop(self, experiment: str) -> None:
        with contextlib.suppress(OSError):
            (self._folder / _name(experiment)).unlink()

    def trim(self) -> None:
        """Removes what killed processes left, and the oldest files beyond ``WHOLE_LIMIT``."""
        found: list[tuple[float, int, str]] = []
        for parent, _, names in os.walk(self._all):
            for name in names:
                path = os.path.join(parent, name)
                with contextlib.suppress(OSError):
                    status = os.stat(path)
                    if name.startswith(_ASIDE):
                        if time.time() - status.st_mtime > _LEFT:
                            os.unlink(path)
                    else:
                        found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= WHOLE_LIMIT:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
                total -= size

    def _write(self, name: str, content: msgspec.Struct) -> None:
        try:
            for folder in (self._all, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(self._folder / name, content)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self._log.debug("sm_onboard | %s is not mirrored: %s", self._uri, error)


def read(file: Path, kind: type[T]) -> T | None:
    """The content of a file; None where there is none. One that cannot be used is removed."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(descriptor, "rb") as stream:
            if os.fstat(descriptor).st_uid != os.getuid():
                return None  # somebody else's; neither believed nor touched
            content = stream.read(FILE_LIMIT + 1)
    except OSError:
        return None
    try:
        return _decoded(content, kind)
    except (ValueError, zlib.error, msgspec.MsgspecError):
        with contextlib.suppress(OSError):
            file.unlink()
        return None


def write(file: Path, content: msgspec.Struct) -> None:
    """Puts a file in the place of what is there; only its owner may read it.

    Raises:
        ValueError: it would be too large; then there is no file.
        OSError
    """
    whole = FORMAT + zlib.compress(msgspec.msgpack.encode(content), 1)
    if len(whole) > FILE_LIMIT:
        with contextlib.suppress(OSError):
            file.unlink()  # an older one would be shown for ever
        raise ValueError(f"{len(whole):,} bytes are too much for one file")
    descriptor, name = tempfile.mkstemp(prefix=_ASIDE, dir=file.parent)  # is 0600
    try:
        with open(descriptor, "wb") as stream:
            stream.write(whole)
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _decoded(content: bytes, kind: type[T]) -> T:
    if not content.startswith(FORMAT) or len(content) > FILE_LIMIT:
        raise ValueError("of another version")
    opened = zlib.decompressobj()  # looks at a checksum
    plain = opened.decompress(content[len(FORMAT) :], OPENED_LIMIT)
    if not opened.eof:
        raise ValueError("too long")
    return msgspec.msgpack.decode(plain, type=kind)


def _name(experiment: str) -> str:
    return "runs-" + hashlib.sha256(experiment.encode("utf-8", "replace")).hexdigest()[:32]
