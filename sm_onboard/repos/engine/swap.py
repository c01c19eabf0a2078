"""Renames that never take away what somebody put there a moment ago (Linux's renameat2).

Storage or systems without it get the nearest thing there is.
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import Any

_NOREPLACE, _EXCHANGE = 1, 2
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def exchange(path: str, name: str, at: int) -> bool:
    """Exchanges ``path`` and ``name`` in the folder ``at`` in one step.

    Returns False, with nothing changed, where that cannot be done here.
    """
    return _rename(path, name, at, _EXCHANGE)


def place(path: str, name: str, at: int) -> None:
    """Renames ``path`` to ``name`` in the folder ``at``. Raises FileExistsError."""
    if _rename(path, name, at, _NOREPLACE):
        return
    try:
        os.link(path, name, dst_dir_fd=at, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # no hard links either
        os.rename(path, name, dst_dir_fd=at)
    else:
        os.unlink(path)


def _rename(path: str, name: str, at: int, flags: int) -> bool:
    call = _renameat2()
    if call is None:
        return False
    here = -100  # AT_FDCWD
    if call(here, os.fsencode(path), at, os.fsencode(name), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), name)


@cache
def _renameat2() -> Any:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = (
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_uint,
        )
    return call
