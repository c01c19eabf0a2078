"""Whether the data of a run are still there, and still the same.

Data come from two places: ``data`` in record.json, a list of objects with ``path`` (a file)
or ``uri`` (``s3://…``), and ``sha256``, ``size``, ``version``, ``etag`` where known; and the
data sets that MLflow keeps, whose digests are of its own making and prove nothing here.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sm_onboard.aws import s3_address
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError, Stopped
from sm_onboard.git.names import shown

from . import checks
from .here import Here
from .material import Material
from .models import Part, State

_ITEMS = 100
_LARGEST = 20 << 30  # bytes of a file that is read again
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
    data = material.facts.get("data")
    for item in data if isinstance(data, list) else ():
        if isinstance(item, Mapping):
            place = item.get("path") or item.get("uri")
            if isinstance(place, str) and place:
                size = item.get("size")
                yield _Item(
                    place,
                    checks.text(item, "sha256"),
                    size if isinstance(size, int) else None,
                    checks.text(item, "version"),
                    checks.text(item, "etag").strip('"'),
                )
    for dataset in material.run.datasets:
        place = _place(dataset.source)
        if place and not any(place == item.place for item in _recorded(data)):
            yield _Item(place)


def _recorded(data: Any) -> Iterator[_Item]:
    for item in data if isinstance(data, list) else ():
        if isinstance(item, Mapping):
            yield _Item(str(item.get("path") or item.get("uri") or ""))


def _place(source: str) -> str:
    """Where MLflow's description of a source points; empty for kinds without an address."""
    try:
        told = json.loads(source)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    place = next((told[k] for k in ("uri", "url", "path") if isinstance(told.get(k), str)), "")
    return place.removeprefix("file://")


def _look(item: _Item, material: Material, here: Here, clone: str) -> _Found:
    if here.cancel.is_set():
        raise Stopped("experiments.cancelled", "Cancelled.")
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
    if not clone:
        return _Found("unknown", f"Whether {name} comes with the commit shows when it is cloned.")
    # The commit may be in the bundle alone: then git knows nothing of it here.
    ask = ("ls-tree", "--name-only", material.head, "--", item.place)
    if here.git().run(*ask, cwd=clone, ok=(0, 128)):
        return _Found("ok", kind="commit")
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
            return _Found("unknown", f"{name} is a folder; those are not compared.{note}")
        return _Found("differs", f"{name} is not a file any more.")
    with open(fd, "rb") as stream:
        if not item.sha256:
            return _Found("unknown", f"{name} is there; whether it is the same is not known.{note}")
        if item.size is not None and told.st_size != item.size:
            return _Found("differs", f"{name} has changed.{note}")
        if told.st_size > _LARGEST:
            return _Found("unknown", f"{name} is too large to be read again.{note}")
        digest = hashlib.sha256()
        while chunk := stream.read(_CHUNK):
            if here.cancel.is_set():
                raise Stopped("experiments.cancelled", "Cancelled.")
            digest.update(chunk)
    if digest.hexdigest() != item.sha256:
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
