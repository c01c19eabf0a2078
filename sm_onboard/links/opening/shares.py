"""A share that came from a store: checked before anything of it is used.

Whoever can write into the store wrote it. What it is called says what its bytes must be; what
is in it says nothing until it was looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from sm_onboard.clones import checks
from sm_onboard.clones.here import Here
from sm_onboard.errors import Conflict, OnboardError
from sm_onboard.git.objects import LINK, in_list
from sm_onboard.git.run import Git, GitFailed
from sm_onboard.plain_text import plain
from sm_onboard.snapshot import Manifest, Snapshot

from ..coordinates import NOTE, Link
from ..stores import Store
from ..stores.share import BUNDLE, ENVIRONMENT, EXTRA, MANIFEST, VERSION, digest_of
from .cache import LARGEST, check_room
from .commits import again
from .reader import Reader
from .unpacking import damaged, no_share, unpack

_NAMES = 100  # of data and of what was left out
_LATEST = 8_000 * 366 * 86_400_000  # ms since the epoch

_PACK = "pack.git"
_HASH = {40: "sha1", 64: "sha256"}


class Said(msgspec.Struct, frozen=True):
    """What a share says of itself, in its form: ``stores.share.Said``."""

    version: int
    sender: str
    note: str
    sent: int
    until: int | None
    notebook: str
    outputs: bool
    python: str = ""
    image: str = ""
    packages_of: Literal["kernel", "server", ""] = ""
    kernel: str = ""
    left_out: tuple[tuple[str, str], ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """A share that was checked.

    Attributes:
        size: of the object, in bytes.
        packages: by the name that pip compares; None where they are not known.
        bare: a repository with the objects of its bundle.
    """

    manifest: Manifest
    said: Said
    size: int
    packages: Mapping[str, str] | None
    folder: Path
    bare: Path

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(self.folder, self.manifest)

    @property
    def is_of_another_python(self) -> bool:
        """Whether the packages are not those that the notebook's code runs with."""
        return self.said.packages_of == "server" and bool(self.said.kernel)

    def expired(self, now: int) -> bool:
        return self.said.until is not None and self.said.until <= now


def key_of(link: Link) -> str:
    return f"share-{link.digest}"


@contextlib.contextmanager
def reading(
    reader: Reader, here: Here, link: Link, progress: Callable[[int], None]
) -> Iterator[Share]:
    """The share of a link: out of the cache if its store still has it, else from there.

    Args:
        progress: hears percent.

    Raises:
        OnboardError: ``links.store_unknown``, ``.share_gone``, ``.share_large``,
            ``.share_damaged``, ``.store_*``, ``snapshot.damaged``.
    """
    key = key_of(link)
    store = reader.open_store(link.store)
    here.doing(f"Asking the store {link.store} for the snapshot.")
    try:
        size = store.size(link.digest)
    except OnboardError:
        # What was deleted, or may no longer be read, is not read from the cache either.
        reader.cache.forget(key)
        raise
    with reader.cache.reading(key) as entry:
        if entry is not None:
            yield _read(link, entry)
            return
    _fetch(store, size, reader, here, link, progress)
    with reader.cache.reading(key) as entry:
        if entry is None:
            raise again()
        yield _read(link, entry)


def check_time(share: Share, link: Link, now: int, day: Callable[[int], str]) -> None:
    """Raises Conflict: ``links.share_expired``."""
    if share.expired(now):
        assert share.said.until is not None
        raise Conflict(
            "links.share_expired",
            f"Its time was over on {day(share.said.until)}.",
            f"Ask {link.sender or 'the sender'} for a new one.",
        )


def _fetch(
    store: Store,
    size: int,
    reader: Reader,
    here: Here,
    link: Link,
    progress: Callable[[int], None],
) -> None:
    if size > LARGEST:
        raise Conflict(
            "links.share_large",
            f"The snapshot has {size / 1e6:,.0f} MB; at most {LARGEST >> 20} MB are fetched.",
            "Ask the sender for a link without large files.",
        )
    here.doing(f"Fetching the snapshot from the store {link.store}.")
    with reader.cache.making(key_of(link)) as (entry, _):
        check_room(entry, 3 * size)
        file = entry / "share.zip"
        _get(store, link.digest, file, here.cancel, progress)
        if digest_of(file) != link.digest:
            damaged(link, "It is not what its sender stored: its digest is another one.")
        for name, data in unpack(file, link).items():
            (entry / name).write_bytes(data)
        (entry / "size").write_text(str(file.stat().st_size))
        file.unlink()
        manifest = _manifest(entry, link)
        data = (entry / BUNDLE).read_bytes()
        if hashlib.sha256(data).hexdigest() != manifest.bundle_sha256:
            damaged(link, "Its bundle is not what its manifest says.")
        checks.bundle(data, manifest)
        _index(here.git(), entry, data, manifest, _objects(here, manifest))


def _get(
    store: Store, digest: str, file: Path, cancel: threading.Event, progress: Callable[[int], None]
) -> None:
    def tell(done: int, of: int) -> None:
        progress(int(100 * done / of) if of else 100)

    store.get(digest, file, LARGEST, tell, cancel)


def _read(link: Link, entry: Path) -> Share:
    manifest = _manifest(entry, link)
    listed = entry / ENVIRONMENT
    packages = None
    if listed.is_file():
        packages = checks.requirements(listed.read_text(encoding="utf-8", errors="replace"))
    return Share(
        manifest=manifest,
        said=said(manifest, link),
        size=int((entry / "size").read_text()),
        packages=packages,
        folder=entry,
        bare=entry / _PACK,
    )


def _manifest(entry: Path, link: Link) -> Manifest:
    try:
        data = json.loads((entry / MANIFEST).read_bytes())
    except (ValueError, RecursionError):
        data = None
    found = checks.manifest(data)
    if found.path:
        damaged(link, "Its manifest names a folder of another machine.")
    if any(file.mode == LINK for file in found.files):
        damaged(link, "It holds a symbolic link, which no share does.")
    if found.index or found.base not in ((), (found.head,)):
        # A commit of the sender's own in between would bring files that nobody was shown.
        damaged(link, "It does not build on the commit that it names.")
    return replace(found, url=checks.url(found.url))


def said(manifest: Manifest, link: Link) -> Said:
    """What the sender said, in its form and without what nobody sees.

    Raises:
        OnboardError: ``links.share_damaged``.
    """
    try:
        told: Any = msgspec.convert(manifest.extra.get(EXTRA), Said)
    except (msgspec.ValidationError, RecursionError, AttributeError):
        raise no_share(link, "It does not say what it is of.") from None
    if told.version != VERSION:
        damaged(link, f"It is of version {told.version}, and this sm_onboard reads {VERSION}.")
    if not all(0 <= ms < _LATEST for ms in (told.sent, told.until or 0)):
        damaged(link, "Its times cannot be any.")
    return Said(
        version=told.version,
        sender=plain(told.sender, 64)[0][:64],
        note=plain(told.note, NOTE)[0][:NOTE],
        sent=told.sent,
        until=told.until,
        notebook=told.notebook,
        outputs=told.outputs,
        python=plain(told.python, 40)[0],
        image=plain(told.image, 100)[0],
        packages_of=told.packages_of,
        kernel=plain(told.kernel, 100)[0],
        left_out=tuple((plain(a, 300)[0], plain(b, 100)[0]) for a, b in told.left_out[:_NAMES]),
        data=tuple(plain(each, 500)[0] for each in told.data[:_NAMES]),
    )


def _objects(here: Here, manifest: Manifest) -> Path | None:
    """The objects of a clone that has the base, for a bundle that refers to them."""
    from .commits import look

    own = look(here, manifest.url, manifest.base).source
    return own.folder / ".git" / "objects" if own else None


def _index(git: Git, entry: Path, bundle: bytes, manifest: Manifest, objects: Path | None) -> None:
    """Takes the objects of a bundle apart into a repository of their own.

    The commits that it builds on need not be there: ``git bundle`` would refuse it then.

    Raises:
        OnboardError: ``snapshot.damaged``, ``links.base_needed``.
    """
    bare = entry / _PACK
    algorithm = "sha256" if len(manifest.commit) == 64 else "sha1"
    git.run(
        *("init", "--quiet", "--bare", "--template=", f"--object-format={algorithm}"),
        *("--", str(bare)),
    )
    pack = bundle.partition(b"\n\n")[2]
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": in_list(objects)} if objects else {}
    ask = ("index-pack", "--stdin", *(("--fix-thin",) if objects else ()))
    try:
        git.run(*ask, cwd=bare, input=pack, env=env)
        if not manifest.base:
            _check_alone(git, bare, manifest)
    except GitFailed as error:
        if manifest.base and not objects:
            raise Conflict(
                "links.base_needed",
                "The snapshot can only be read beside the commit that it builds on, "
                f"{manifest.base[0][:7]} of {checks.shown_url(manifest.url) or 'its repository'}.",
                "Clone that repository in the panel first, and open the link again.",
            ) from error
        raise OnboardError(
            "snapshot.damaged", "The snapshot cannot be used. git cannot read its bundle."
        ) from error


def _check_alone(git: Git, bare: Path, manifest: Manifest) -> None:
    """A share without a base has no files but those that its manifest lists."""
    tree = git.run("rev-parse", "--verify", f"{manifest.head}^{{tree}}", cwd=bare).decode().strip()
    if tree != hashlib.new(_HASH[len(tree)], b"tree 0\0", usedforsecurity=False).hexdigest():
        raise OnboardError(
            "snapshot.damaged", "The snapshot cannot be used. It has files that it does not list."
        )
