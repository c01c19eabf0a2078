"""When this app was last used; and what other spaces' own servers say of theirs.

AWS's ``LastUserActivityTimestamp`` is also a health check's time, so it says nothing. What is
known: ``/api/idle`` of Studio's activity monitor, else this server's kernels and terminals.
A server tells its team, on storage that the team shares, when it was last used: two times, no
more. What is read there may be anybody's, so it is checked and shown, never acted upon.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

Used = tuple["datetime | None", str]
"""When, and who says so: ``api``, ``local``; or nothing."""

FOLDER = Path(".sm-onboard/activity")
EVERY = 300.0  # seconds between two reports
FRESH = timedelta(seconds=3 * EVERY)  # a report that is older says nothing any more
_MONITOR = "jupyter_activity_monitor_extension"
_TIMEOUT = 2.0  # seconds
_LARGEST = 1024  # bytes of a report
_MOST = 10_000  # files of one folder
_NAME = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}")


def last_used(server: Any) -> Used:
    """When this server was last used, the way Studio's idle stop counts it.

    Args:
        server: jupyter_server's ServerApp.
    """
    told = _from_api(server)
    return (told, "api") if told else (_local(server), "local")


def _from_api(server: Any) -> datetime | None:
    extensions = getattr(server.extension_manager, "extensions", {})
    if _MONITOR not in extensions:
        return None
    anywhere = server.ip in ("", "0.0.0.0", "::", "*")  # noqa: S104 - as Studio starts it
    url = server.local_url if anywhere else server.connection_url
    request = urllib.request.Request(  # noqa: S310 - this server itself
        url.rstrip("/") + "/api/idle",
        headers={"Authorization": f"token {server.identity_provider.token}"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=_TIMEOUT) as answer:
            return _time(json.loads(answer.read(_LARGEST)).get("lastActiveTimestamp"))
    except (OSError, ValueError, AttributeError):
        return None


def _local(server: Any) -> datetime | None:
    """Kernels and terminals count, requests do not: an open page is not work."""
    now = datetime.now(timezone.utc)
    times = [server.web_app.settings.get("started")]
    kernels = server.kernel_manager
    for id in list(kernels.list_kernel_ids()):
        with contextlib.suppress(KeyError):
            kernel = kernels.get_kernel(id)
            busy = getattr(kernel, "execution_state", "") == "busy"
            times.append(now if busy else getattr(kernel, "last_activity", None))
    terminals = server.web_app.settings.get("terminal_manager")
    for terminal in list(getattr(terminals, "terminals", {}).values()):
        times.append(getattr(terminal, "last_activity", None))
    return max((t for t in times if isinstance(t, datetime)), default=None)


class Reporter:
    """Says on team storage, every few minutes, when this space was last used.

    Args:
        folders: the team's file systems; the first that can be written is used.
        used: when this app was last used.
    """

    def __init__(
        self, folders: Iterable[Path], domain: str, space: str, used: Callable[[], Used]
    ) -> None:
        self._folders = tuple(folders)
        self._domain, self._space = domain, space
        self._used = used
        self._over = threading.Event()

    def start(self) -> None:
        if self._folders and _NAME.fullmatch(self._domain) and _NAME.fullmatch(self._space):
            # A thread of its own: storage that hangs holds up nothing else.
            threading.Thread(target=self._work, name="sm_onboard-activity", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _work(self) -> None:
        while True:
            with contextlib.suppress(Exception):  # another time
                self.report()
            if self._over.wait(EVERY):
                return

    def report(self) -> None:
        """Writes the report once. Raises OSError where no storage takes it."""
        used = self._used()[0]
        if used is None:
            return
        told = {"last_used": _iso(used), "at": _iso(datetime.now(timezone.utc))}
        failure: OSError | None = None
        for folder in self._folders:
            try:
                _write(folder, self._domain, f"{self._space}.json", json.dumps(told).encode())
                return
            except OSError as error:
                failure = error
        if failure is not None:
            raise failure


def reports(folders: Iterable[Path], domain: str) -> Mapping[str, datetime]:
    """When the spaces of a domain were last used, by their own servers' fresh reports."""
    found: dict[str, datetime] = {}
    if not _NAME.fullmatch(domain):
        return found
    now = datetime.now(timezone.utc)
    for folder in folders:
        with contextlib.suppress(OSError), _opened(folder, domain, make=False) as directory:
            with os.scandir(directory) as entries:
                names = [entry.name for entry in islice(entries, _MOST)]
            for name in names:
                space, dot, kind = name.rpartition(".")
                if dot and kind == "json" and _NAME.fullmatch(space):
                    used = _read(directory, name, now)
                    if used is not None:
                        found[space] = max(used, found.get(space, used))
    return found


@contextlib.contextmanager
def _opened(root: Path, domain: str, *, make: bool) -> Iterator[int]:
    """The folder of a domain's reports, reached without following links."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in (*FOLDER.parts, domain):
            made = False
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=at)
                    made = True
            below = os.open(name, flags, dir_fd=at)
            os.close(at)
            at = below
            if made:
                # Everybody writes a file here, and only its owner takes it away again. By its
                # descriptor: a link that took the folder's place was not opened.
                os.fchmod(at, 0o1777)
        yield at
    finally:
        os.close(at)


def _write(root: Path, domain: str, name: str, content: bytes) -> None:
    """Puts a small file in its place in one step; a link of that name is replaced."""
    with _opened(root, domain, make=True) as directory:
        aside = f".{name}.{secrets.token_hex(4)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(aside, flags, 0o644, dir_fd=directory)
        try:
            try:
                os.write(file, content)
            finally:
                os.close(file)
            os.replace(aside, name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(aside, dir_fd=directory)
            raise


def _read(directory: int, name: str, now: datetime) -> datetime | None:
    """One report's time of the last use; None for anything that is not a fresh report."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.open(name, flags, dir_fd=directory)
    except OSError:
        return None
    try:
        state = os.fstat(file)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
            return None
        told = json.loads(os.read(file, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(file)
    used, at = (
        (_time(told.get(k)) for k in ("last_used", "at"))
        if isinstance(told, dict)
        else (
            None,
            None,
        )
    )
    if used is None or at is None or not used <= at <= now + timedelta(minutes=1):
        return None
    return used if now - at <= FRESH else None


def _iso(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _time(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
        # Here, and not where it is shown: the first day of year 1 cannot go east.
        return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
