"""Finds and reads the files that name repositories.

The team file may be a path, ``s3://bucket/key`` or ``git+https://host/path#file``. What
reads the last two is passed in, so that nothing here knows boto3 or git. The last good
copy of a remote file is kept, and used when the file cannot be read or is broken: a team
should not be without its repositories because a network or a colleague slipped.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sm_onboard.errors import ConfigError, OnboardError
from sm_onboard.git import addresses, names, url_parts

from ..models import Problem
from . import onboard_file, yaml_text

log = logging.getLogger(__name__)

Reader = Callable[[str], bytes]
"""Reads a remote team file; raises OnboardError with sentences for the person."""


@dataclass(frozen=True)
class FileRead:
    """One file: what people know it as, what it held, and what is wrong with it."""

    origin: str
    sections: onboard_file.Sections
    problems: tuple[Problem, ...] = ()
    missing: bool = False


def read_local(file: Path, *, optional: bool) -> FileRead:
    """Reads a file of this machine; a missing optional one is no problem."""
    origin = names.shown(str(file), 200)
    try:
        return _good(origin, read_bytes(file), must_hold=not optional)
    except FileNotFoundError:
        if optional:
            return FileRead(origin, onboard_file.Sections(), missing=True)
        error = ConfigError(
            "config.file_missing",
            f"There is no file {origin}.",
            "Check its name and whether its storage is mounted.",
        )
    except (OSError, ValueError) as caught:  # ValueError: a NUL in the path
        reason = caught.strerror if isinstance(caught, OSError) else "its name is no file's"
        error = ConfigError(
            "config.file_unreadable",
            f"The file {origin} cannot be read: {reason}.",
            "Check its permissions, and those of the folders above it.",
        )
    except ConfigError as caught:
        error = caught
    return FileRead(origin, onboard_file.Sections(), (problem(error, origin),))


def read_team(
    setting: str, *, home: Path, readers: Mapping[str, Reader], cache: Path | None
) -> FileRead:
    """Reads what the trait ``SmOnboard.team_file`` names."""
    origin = addresses.display(setting) if "://" in setting else names.shown(setting, 200)
    try:
        scheme = _remote_scheme(setting)
        if scheme is None:
            return read_local(local_path(setting, home), optional=False)
        if scheme not in readers:
            raise ConfigError(
                "config.team_file",
                f"A team file at {scheme}:// cannot be read here.",
                "Use a path on storage that every member has.",
            )
        return _read_remote(setting, origin, readers[scheme], cache)
    except ConfigError as error:
        return FileRead(origin, onboard_file.Sections(), (problem(error, origin),))


def local_path(setting: str, home: Path) -> Path:
    """A path of the configuration: ``~`` is the home folder, and so is where it starts.

    Raises:
        ConfigError: ``config.team_file``.
    """
    if names.has_control(setting) or (setting.startswith("~") and setting[1:2] not in ("", "/")):
        raise ConfigError(
            "config.team_file",
            f"{names.shown(setting, 200)} is not a path on this machine.",
            "Write an absolute path, or one that starts with ~/.",
        )
    return home / setting[2:] if setting.startswith("~/") else home / setting


def read_bytes(file: Path) -> bytes:
    """The bytes of a regular file, at most one more than allowed.

    Raises:
        OSError: also for what is not a regular file, on which reading could wait for ever.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file")
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(yaml_text.MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def write_private(file: Path, data: bytes) -> None:
    """Writes a file of mode 0600 by one rename: it is either the old or the new one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # is 0600
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def problem(error: OnboardError, origin: str) -> Problem:
    return Problem(code=error.code, message=error.message, hint=error.hint, origin=origin)


def _remote_scheme(setting: str) -> str | None:
    """``s3`` or ``git+https`` for a checked remote address, None for a path.

    Raises:
        ConfigError: ``config.team_file``, or what is wrong with its URL or path.
    """
    scheme, separator, rest = setting.partition("://")
    if not separator:
        return None
    field = "SmOnboard.team_file"
    if scheme == "s3":
        bucket, _, key = rest.partition("/")
        url_parts.check_host(bucket.replace("_", "-"), field)
        names.check_inside(key, field)
        return scheme
    if scheme == "git+https":
        url, _, path = rest.partition("#")
        addresses.check_url(f"https://{url}", field)
        names.check_inside(path, field)
        return scheme
    raise ConfigError(
        "config.team_file",
        f"The team file's address {addresses.display(setting)} is of a kind that is not known.",
        "Use a path, s3://bucket/key or git+https://host/repository.git#file.",
        field,
    )


def copy_of(setting: str, cache: Path) -> Path:
    """Where the last good copy of a remote team file is kept."""
    return cache / f"team-{hashlib.sha256(setting.encode()).hexdigest()[:16]}.yaml"


def _read_remote(setting: str, origin: str, reader: Reader, cache: Path | None) -> FileRead:
    copy = None if cache is None else copy_of(setting, cache)
    try:
        data = reader(setting)
        read = _good(origin, data, must_hold=True)
    except OnboardError as error:
        return _from_copy(copy, origin, error)
    except Exception:
        # the reader is somebody else's code; whatever it raises must not stop the others
        log.exception("reading %s", origin)
        unknown = ConfigError(
            "config.team_file_unreachable",
            "The team file could not be read.",
            "The server's log says more. Check the network and your permissions.",
        )
        return _from_copy(copy, origin, unknown)
    if copy is not None:
        try:
            write_private(copy, data)
        except OSError as failure:
            log.warning("no copy of the team file could be kept: %s", failure.strerror)
    return read


def _from_copy(copy: Path | None, origin: str, error: OnboardError) -> FileRead:
    nothing = FileRead(origin, onboard_file.Sections(), (problem(error, origin),))
    if copy is None:
        return nothing
    try:
        when = _day(copy)
        read = _good(origin, read_bytes(copy), must_hold=True)
    except (OSError, ConfigError):
        return nothing
    told = Problem(
        code=error.code,
        message=f"{error.message} The copy of {when} is used.",
        hint=error.hint,
        origin=origin,
    )
    return FileRead(origin, read.sections, (told, *read.problems))


def _day(file: Path) -> str:
    from datetime import datetime, timezone

    return f"{datetime.fromtimestamp(file.stat().st_mtime, timezone.utc):%Y-%m-%d %H:%M} UTC"


def _good(origin: str, data: bytes, *, must_hold: bool) -> FileRead:
    sections = onboard_file.read(data)
    if sections.empty and must_hold:
        raise ConfigError(
            "config.file_empty",
            "The file is empty.",
            "Start it with the lines 'version: 1' and 'repositories:'.",
        )
    problems = tuple(problem(error, origin) for error in sections.errors)
    return FileRead(origin, sections, problems)
