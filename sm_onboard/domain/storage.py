"""What this home lies on, and how much of it is used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from .models import Storage

MOUNTS = Path("/proc/self/mountinfo")

Kind = Literal["ebs", "efs", "nfs", "fsx", "local", "unknown"]


def look(home: Path, *, studio: bool, shared: bool | None, mounts: Path = MOUNTS) -> Storage:
    """Asks the file system; on storage that hangs it does not come back.

    Args:
        studio: whether this is a space of Studio, whose home is a volume of its own.
        shared: whether several people work in this space.
        mounts: Linux's table of what is mounted where.
    """
    try:
        state = os.statvfs(home)
    except OSError:
        return Storage(kind="unknown", path=str(home))
    size = state.f_frsize or state.f_bsize
    total = state.f_blocks * size
    kind = _kind(home, studio, mounts)
    return Storage(
        kind=kind,
        path=str(home),
        used=(state.f_blocks - state.f_bfree) * size,
        total=total if kind != "efs" else None,  # EFS grows; it says 8 EiB
        shared_with="everybody in this space" if shared else "",
    )


def _kind(home: Path, studio: bool, mounts: Path) -> Kind:
    try:
        table = mounts.read_text(errors="replace")
    except OSError:
        return "unknown"
    kind, source = _mount_of(os.path.realpath(home), table)
    if kind.startswith("nfs"):
        # EFS is mounted as NFS, from a host of AWS's or through its own helper on loopback.
        return "efs" if ".efs." in source or source.startswith("127.0.0.1:") else "nfs"
    if kind == "lustre":
        return "fsx"
    if kind in ("ext4", "xfs", "ext3", "btrfs") and studio:
        return "ebs"
    return "local" if kind else "unknown"


def _mount_of(path: str, table: str) -> tuple[str, str]:
    """The type and the source of the mount that a path is on; both empty when none is listed.

    A line: ``36 35 98:0 /root /mount/point rw,noatime - ext3 /dev/root rw``; see proc(5).
    """
    best, found = "", ("", "")
    for line in table.splitlines():
        left, dash, right = line.partition(" - ")
        fields, described = left.split(), right.split()
        if not dash or len(fields) < 5 or len(described) < 2:
            continue
        point = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        below = path == point or path.startswith(point.rstrip("/") + "/")
        if below and len(point) >= len(best):  # of two on one point the later one is seen
            best, found = point, (described[0], described[1])
    return found
