"""How JupyterLab's file browser calls a folder."""

from __future__ import annotations

import os
from pathlib import Path, PurePath


def contents_base(root: Path, root_dir: Path) -> str | None:
    """The contents path of ``root``, or None when the server cannot show it.

    The server shows what is below its ``root_dir``; a symbolic link directly below it
    that leads to ``root`` or a folder above it counts, for that is how storage outside
    of the home is made visible. Costs one listing of ``root_dir`` at most.

    Returns:
        A path with ``/`` and no leading one; empty for ``root_dir`` itself.
    """
    if (found := _below(os.path.abspath(root), os.path.abspath(root_dir))) is not None:
        return found
    real = os.path.realpath(root)
    if (found := _below(real, os.path.realpath(root_dir))) is not None:
        return found
    try:
        links = sorted(e.name for e in os.scandir(root_dir) if e.is_symlink())
    except OSError:
        return None
    for name in links:
        target = os.path.realpath(root_dir / name)
        if (found := _below(real, target)) is not None:
            return join(name, found)
    return None


def join(base: str, path: str) -> str:
    """``base/path``, where either may be empty."""
    return f"{base}/{path}" if base and path else base or path


def _below(path: str, parent: str) -> str | None:
    try:
        relative = PurePath(path).relative_to(parent)
    except ValueError:
        return None
    return "" if relative == PurePath(".") else relative.as_posix()
