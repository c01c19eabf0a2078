"""A share: the one object of a shared snapshot, as it lies in a store.

A zip file with ``manifest.json`` (first), ``snapshot.bundle`` and, where the packages are known,
``environment.txt``; nothing else, each once. Its name is the digest of its bytes. What is in the
manifest's ``extra`` is told by ``Said``.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from sm_onboard.snapshot import Manifest

MANIFEST: Final = "manifest.json"
BUNDLE: Final = "snapshot.bundle"
ENVIRONMENT: Final = "environment.txt"
EXTRA: Final = "link"
"""The key of the manifest's ``extra``."""
VERSION: Final = 1

Whose = Literal["kernel", "server", ""]
"""Of which Python the packages are: of the notebook's kernel, or of the sender's JupyterLab."""

_TIME = (1980, 1, 1, 0, 0, 0)  # of the machine's clock and zone nothing is told


@dataclass(frozen=True)
class Said:
    """What a share says of itself.

    Attributes:
        sent, until: ms since 1970; ``until`` None: it does not expire.
        notebook: path of the file that the link is about.
        outputs: they were kept.
        python: the version of the Python whose packages these are.
        packages_of: whose they are; empty: none are named, or it was not said.
        kernel: the notebook's, by the name of its kernelspec; may be empty.
        left_out: paths that were not put into it, each with the reason.
        data: paths and addresses of data that the code names.
    """

    sender: str
    note: str
    sent: int
    until: int | None
    notebook: str
    outputs: bool = False
    python: str = ""
    image: str = ""
    packages_of: Whose = ""
    kernel: str = ""
    left_out: tuple[tuple[str, str], ...] = ()
    data: tuple[str, ...] = ()
    version: int = VERSION

    def extra(self) -> Mapping[str, Any]:
        """As it stands in a manifest."""
        return {EXTRA: {**asdict(self), "left_out": [list(each) for each in self.left_out]}}


@dataclass(frozen=True)
class Written:
    """A share on the disk; ``size`` in bytes."""

    file: Path
    digest: str
    size: int
    manifest: Manifest = field(repr=False)


def write(file: Path, manifest: Manifest, bundle: Path, environment: str = "") -> Written:
    """Writes a share into a new file.

    Args:
        manifest: its ``path`` must be empty: nothing of the sender's machine is told.
        environment: ``name==version`` lines.
    """
    if manifest.path:
        raise ValueError("a path of the sender's machine")
    told = json.dumps(asdict(manifest), separators=(",", ":"))
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST, _TIME), told, zipfile.ZIP_DEFLATED)
        # git has compressed it
        archive.writestr(zipfile.ZipInfo(BUNDLE, _TIME), bundle.read_bytes(), zipfile.ZIP_STORED)
        if environment:
            entry = zipfile.ZipInfo(ENVIRONMENT, _TIME)
            archive.writestr(entry, environment, zipfile.ZIP_DEFLATED)
    return Written(file, digest_of(file), file.stat().st_size, manifest)


def digest_of(file: Path) -> str:
    """sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
