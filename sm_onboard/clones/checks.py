"""What a snapshot and a record may say: all of it was written by somebody else."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from sm_onboard.errors import ConfigError, OnboardError
from sm_onboard.git import names
from sm_onboard.git.addresses import check_url, display
from sm_onboard.git.objects import LINK, PROGRAM
from sm_onboard.snapshot import Limits, Manifest
from sm_onboard.snapshot.manifest import INDEX, SNAPSHOT

from . import packs

OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MODES = ("100644", PROGRAM, LINK)
_LIMITS = Limits()
_BASES = 2000  # commits
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.!+_-]*)", re.ASCII)


def manifest(data: Any) -> Manifest:
    """A manifest whose every value has been checked.

    Raises:
        OnboardError: ``snapshot.damaged``.
    """
    try:
        found = msgspec.convert(data, Manifest)
    except (msgspec.ValidationError, RecursionError):
        _damaged("Its manifest cannot be read.")
    if found.version != 1:
        _damaged(f"It is of version {found.version}, and this sm_onboard reads version 1.")
    oids = [found.head, found.commit, *found.base, *([found.index] if found.index else [])]
    if len(found.base) > _BASES or not all(OID.fullmatch(oid) for oid in oids):
        _damaged("Its manifest names commits that cannot be any.")
    if not _SHA256.fullmatch(found.bundle_sha256):
        _damaged("Its manifest has no digest of the bundle.")
    if len(found.files) > _LIMITS.files or sum(f.size for f in found.files) > _LIMITS.total:
        _damaged("It holds more than a snapshot may.")
    seen = set()
    for file in found.files:
        path(file.path)
        if file.path in seen:
            _damaged(f"It has {names.shown(file.path)} twice.")
        seen.add(file.path)
        kept = (file.mode, file.blob, file.sha256)
        if file.size < 0 or (None in kept and kept != (None, None, None)):
            _damaged(f"What it says of {names.shown(file.path)} does not fit together.")
        if file.blob is not None and not (
            OID.fullmatch(file.blob)
            and file.mode in _MODES
            and _SHA256.fullmatch(file.sha256 or "")
        ):
            _damaged(f"What it says of {names.shown(file.path)} is not a file.")
    return found


def path(text: str) -> str:
    """A path of the work tree: relative, down only, and never into git's own folder."""
    parts = text.split("/")
    try:
        os.fsencode(text)  # half a character is none that a file's name may have
    except UnicodeError:
        _damaged("It has a path that cannot be any.")
    if not text or "\0" in text or len(text) > 4096:
        _damaged("It has a path that cannot be any.")
    for part in parts:
        # The spellings under which Windows and macOS would open .git.
        plain = "".join(c for c in part.lower() if unicodedata.category(c) != "Cf")
        if part in ("", ".", "..") or plain.partition(":")[0].rstrip(". ") in (".git", "git~1"):
            _damaged(f"The path {names.shown(text)!r} leads out of the clone.")
    return text


def bundle(data: bytes, found: Manifest) -> None:
    """The two refs of the manifest, no missing objects, and no more than fits in here.

    Raises:
        OnboardError: ``snapshot.damaged``.
    """
    lines = data[: 1 << 20].partition(b"\n\n")[0].split(b"\n")
    if lines[0] not in (b"# v2 git bundle", b"# v3 git bundle"):
        _damaged("Its bundle is none.")
    wanted = {SNAPSHOT: found.commit, **({INDEX: found.index} if found.index else {})}
    refs = {}
    for line in (line.decode("ascii", "replace") for line in lines[1:]):
        if line.startswith("-"):
            continue
        if line.startswith("@"):
            if line not in ("@object-format=sha1", "@object-format=sha256"):
                _damaged("Its bundle holds only a part of its objects.")
            continue
        oid, _, ref = line.partition(" ")
        refs[ref] = oid
    if refs != wanted:
        _damaged("Its bundle holds other commits than its manifest says.")
    try:
        packs.check(data)
    except packs.NoPackError as error:
        _damaged(f"Its bundle cannot be unpacked: {error}.")


def url(text: str) -> str:
    """The repository's address in its normal form; empty where it is none that is allowed."""
    try:
        return check_url(text) if text else ""
    except ConfigError:
        return ""


def shown_url(text: str) -> str:
    return display(text).partition("://")[2] or display(text)


def requirements(text: str) -> dict[str, str]:
    """Packages by their names as pip compares them. Lines that pin nothing are left out.

    pip would take other lines as options, addresses or paths: ``-e git+https://…``.
    """
    found = {}
    for line in text.splitlines()[:20_000]:
        match = _PINNED.fullmatch(line.strip())
        if match:
            found[canonical(match[1])] = match[2]
    return found


def canonical(name: str) -> str:
    """As pip compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def folder_name(name: str, id: str, kind: str = "run") -> str:
    """A folder's name for what somebody called something: at most 60 letters, digits, ``.``,
    ``_``, ``-``; where nothing is left of it, ``kind`` and the beginning of ``id``."""
    text = unicodedata.normalize("NFKD", name)[:400].encode("ascii", "ignore").decode()
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._ ")[:60].rstrip("-._")
    fallback = re.sub(r"[^A-Za-z0-9]+", "", id)[:12]
    return text or f"{kind}-{fallback}".rstrip("-")


def text(values: Mapping[str, Any], key: str) -> str:
    """A value that must be a text, without what nobody sees; empty for anything else."""
    value = values.get(key)
    return names.shown(value, 500) if isinstance(value, str) else ""


def _damaged(why: str) -> NoReturn:
    raise OnboardError(
        "snapshot.damaged",
        f"The snapshot cannot be used. {why}",
        "Ask whoever made it.",
    )
