"""Whether the data of a run are still there, and still the same.

They are written in ``data`` of record.json and as the source of MLflow's data sets: objects
with ``uri`` (``s3://…``, or the path of a file or folder), and ``sha256``, ``size``,
``version`` and ``etag`` where known. MLflow's own digests are cut short and prove nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from sm_onboard.aws import s3_address
from sm_onboard.clones import checks
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError, Stopped
from sm_onboard.experiments.models import Dataset
from sm_onboard.git.names import shown

from .here import Here
from .material import Material
from .models import Part, State

_ITEMS = 100
_PLACES = ("uri", "path", "url")
_LARGEST = 20 << 30  # bytes of a file that is read again
_FILES = 100_000  # of a folder that is read again
_CHUNK = 1 << 20
_WORST: tuple[State, ...] = ("missing", "differs", "unknown", "ok")


class _Item(NamedTuple):
    place: str
    sha256: str = ""
    size: int | None = None
    version: str = ""
    etag: str = ""


class _Found(NamedTuple):
    state: State
    text: str = ""  # empty where there is nothing to say of this one
    kind: str = ""  # file | object | snapshot | commit


def look(material: Material, here: Here, clone: str) -> Part:
    """The row of the confirmation. ``clone`` is one on this machine, or empty."""
    items = list(dict.fromkeys(_items(material)))
    if not items:
        return Part(part="data", state="unknown", text="No data sets were recorded.")
    found = [_look(item, material, here, clone) for item in items[:_ITEMS]]
    state = next(s for s in _WORST if any(f.state == s for f in found))
    sentences = [f.text for f in found if f.text]
    more = f"{len(sentences) - 4} more differ." if len(sentences) > 4 else ""
    same = [_same(found, kind) for kind in ("object", "file", "snapshot", "commit")]
    if len(items) > _ITEMS:
        state = "unknown" if state == "ok" else state
        same.append(f"{len(items) - _ITEMS} more were not looked at.")
    return Part(
        part="data",
        state=state,
        text=" ".join(x for x in (*sentences[:4], more, *same) if x),
    )


def _items(material: Material) -> Iterator[_Item]:
    """What the record names, then what MLflow names beyond that."""
    home = material.snapshot.manifest.path if material.snapshot else ""
    seen = set()
    data = material.facts.get("data")
    told = [*(data if isinstance(data, list) else ()), *map(_source, material.run.datasets)]
    for one in told:
        if not isinstance(one, Mapping):
            continue
        place = next((x for x in map(one.get, _PLACES) if isinstance(x, str) and x), "")
        if not place or place in seen:
            continue
        seen.add(place)
        size = one.get("size")
        place = place.removeprefix("file://")
        yield _Item(
            # What lay in the repository comes back with it, wherever that was.
            place.removeprefix(f"{home}/") if home else place,
            checks.text(one, "sha256"),
            size if isinstance(size, int) else None,
            checks.text(one, "version"),
            checks.text(one, "etag").strip('"'),
        )


def _source(dataset: Dataset) -> Any:
    """MLflow's description of where a data set comes from; ours has the digests as well."""
    try:
        return json.loads(dataset.source)
    except (ValueError, RecursionError):
        return None


def _look(item: _Item, material: Material, here: Here, clone: str) -> _Found:
    if here.cancel.is_set():
        raise Stopped("experiments.cancelled", "Cancelled.")
    here.doing(f"Looking at {shown(item.place, 300)}.")
    if item.place.startswith("s3://"):
        return _object(item, here)
    name = shown(item.place, 300)
    if "://" in item.place or "\0" in item.place:
        return _Found("unknown", f"{name} was not looked at.")
    path = Path(item.place)
    if path.is_absolute():
        return _file(path, item, here, "")
    try:
        checks.path(item.place)
    except OnboardError:
        return _Found("unknown", f"{name} was not looked at: it lies outside of the repository.")
    kept = material.snapshot.manifest.files if material.snapshot else ()
    mine = next((file for file in kept if file.path == item.place), None)
    if mine and mine.sha256:
        if not item.sha256 or item.sha256 == mine.sha256:
            return _Found("ok", kind="snapshot")
        return _Found("differs", f"{name} had changed when the snapshot was taken.")
    inside = f"{item.place}/"
    if any(file.path.startswith(inside) for file in kept):
        return _Found("unknown", f"{name} is a folder; what git ignores in it does not come back.")
    if not clone:
        return _Found("unknown", f"Whether {name} comes with the commit shows when it is cloned.")
    # The commit may be in the bundle alone: then git knows nothing of it here.
    ask = ("ls-tree", material.head, "--", item.place)
    listed = here.git().run(*ask, cwd=clone, ok=(0, 128)).split()
    if listed[1:2] == [b"blob"]:
        return _Found("ok", kind="commit")
    if listed:
        return _Found("unknown", f"{name} is a folder; what git ignores in it does not come back.")
    return _file(Path(clone) / path, item, here, " It is not in the snapshot: copy it over.")


def _file(path: Path, item: _Item, here: Here, note: str) -> _Found:
    name = shown(item.place, 300)
    try:
        # Not blocking: what is named may be a pipe that nobody writes to.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return _Found("missing", f"{name} is not there any more.{note}")
    except OSError:
        return _Found("unknown", f"{name} cannot be read.")
    told = os.fstat(fd)
    if not stat.S_ISREG(told.st_mode):
        os.close(fd)
        if stat.S_ISDIR(told.st_mode):
            return _folder(path, item, here, note)
        return _Found("differs", f"{name} is not a file any more.")
    with open(fd, "rb") as stream:
        if not item.sha256:
            return _Found("unknown", f"{name} is there; whether it is the same is not known.{note}")
        if item.size is not None and told.st_size != item.size:
            return _Found("differs", f"{name} has changed.{note}")
        if told.st_size > _LARGEST:
            return _Found("unknown", f"{name} is too large to be read again.{note}")
        digest = _digest(stream, here)
    return _compared(digest, item, note)


def _folder(path: Path, item: _Item, here: Here, note: str) -> _Found:
    """Compares a folder by the digest that the recording makes of its files."""
    name = shown(item.place, 300)
    files = []
    for base, _, names in os.walk(path):
        files += [file for file in (Path(base, x) for x in names) if file.is_file()]
        if len(files) > _FILES:
            return _Found("unknown", f"{name} has too many files to be read again.{note}")
    if not item.sha256:
        return _Found("unknown", f"{name} is there; whether it is the same is not known.{note}")
    if item.size is not None and item.size != sum(file.stat().st_size for file in files):
        return _Found("differs", f"{name} has changed.{note}")
    whole = hashlib.sha256()
    for relative, file in sorted((file.relative_to(path).as_posix(), file) for file in files):
        with open(file, "rb") as stream:
            whole.update(f"{_digest(stream, here)}  {relative}\n".encode())
    return _compared(whole.hexdigest(), item, note)


def _digest(stream: IO[bytes], here: Here) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        if here.cancel.is_set():
            raise Stopped("experiments.cancelled", "Cancelled.")
        digest.update(chunk)
    return digest.hexdigest()


def _compared(digest: str, item: _Item, note: str) -> _Found:
    name = shown(item.place, 300)
    if digest != item.sha256:
        return _Found("differs", f"{name} has changed.{note}")
    return _Found("differs", f"{name} is the same.{note}") if note else _Found("ok", kind="file")


def _object(item: _Item, here: Here) -> _Found:
    name = shown(item.place, 300)
    try:
        bucket, key = s3_address(item.place)
    except InvalidRequest:
        return _Found("unknown", f"{name} is not one object, so it was not looked at.")
    try:
        now = here.head_object(bucket, key, "")
    except NotFound:
        return _old_version(item, here, bucket, key, f"{name} is not there any more")
    except OnboardError as error:
        return _Found("unknown", f"{name} could not be looked at. {error.message}")
    version, etag = str(now.get("VersionId") or ""), str(now.get("ETag") or "").strip('"')
    if item.version and item.version != "null" and version:
        if version == item.version:
            return _Found("ok", kind="object")
        return _old_version(item, here, bucket, key, f"{name} has a newer version")
    if item.etag:
        same = etag == item.etag
        return _Found("ok", kind="object") if same else _Found("differs", f"{name} has changed.")
    return _Found("unknown", f"{name} is there; whether it is the same is not known.")


def _old_version(item: _Item, here: Here, bucket: str, key: str, what: str) -> _Found:
    gone: State = "missing" if what.endswith("any more") else "differs"
    if not item.version or item.version == "null":
        return _Found(gone, f"{what}.")
    try:
        here.head_object(bucket, key, item.version)
    except OnboardError:
        return _Found("missing", f"{what}; that of the run is gone.")
    return _Found("differs", f"{what}; that of the run, {shown(item.version)}, is still there.")


def _same(found: list[_Found], kind: str) -> str:
    number = sum(f.kind == kind and f.state == "ok" for f in found)
    if not number:
        return ""
    if kind == "object":
        return "1 S3 object, unchanged." if number == 1 else f"{number} S3 objects, unchanged."
    files = "1 file" if number == 1 else f"{number} files"
    if kind in ("snapshot", "commit"):
        return f"{files} from the {kind}."
    return f"{files}, unchanged."
