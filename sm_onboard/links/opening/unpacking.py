"""A share taken apart: a zip file that may be a bomb, or no zip file at all."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import NoReturn

from sm_onboard.errors import OnboardError

from ..coordinates import Link
from ..stores.share import BUNDLE, ENVIRONMENT, MANIFEST
from .cache import LARGEST

_LIMITS = {MANIFEST: 16 << 20, BUNDLE: LARGEST, ENVIRONMENT: 1 << 20}  # bytes, unpacked
_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)
_END = 22  # bytes of a zip's last record, without a comment
_LISTING = 4096  # bytes of its list of entries


def unpack(file: Path, link: Link) -> dict[str, bytes]:
    """The entries of a share, each no larger than it may be.

    Raises:
        OnboardError: ``links.share_damaged``.
    """
    with open(file, "rb") as stream:
        stream.seek(0, os.SEEK_END)
        start = max(0, stream.tell() - 2 * _END)
        stream.seek(start)
        tail = stream.read()
    end = tail[-_END:]
    # Before zipfile reads its list, which may itself be a bomb.
    entries = int.from_bytes(end[10:12], "little")
    listing = int.from_bytes(end[12:16], "little")
    zip64 = tail[-_END - 20 : -_END - 16] == b"PK\x06\x07"
    if end[:4] != b"PK\x05\x06" or end[20:22] != b"\0\0" or zip64:
        damaged(link, "It is no share.")
    if entries > len(_LIMITS) or listing > _LISTING:
        damaged(link, "It holds what no share does.")
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            listed = [info.filename for info in infos]
            if listed not in ([MANIFEST, BUNDLE], [MANIFEST, BUNDLE, ENVIRONMENT]):
                damaged(link, "It holds what no share does.")
            for info in infos:
                if info.compress_type not in _PACKING or info.flag_bits & 1:
                    damaged(link, "It is packed in a way that no share is.")
                limit = _LIMITS[info.filename]
                with archive.open(info) as entry:
                    data = entry.read(limit + 1)
                if len(data) > limit or info.file_size > limit:
                    damaged(link, f"Its {info.filename} is larger than any may be.")
                found[info.filename] = data
    except _BROKEN as error:
        raise no_share(link, "It cannot be unpacked.") from error
    return found


def damaged(link: Link, why: str) -> NoReturn:
    raise no_share(link, why)


def no_share(link: Link, why: str) -> OnboardError:
    return OnboardError(
        "links.share_damaged",
        f"The snapshot cannot be used. {why}",
        f"Ask {link.sender or 'the sender'} for a new link.",
    )
