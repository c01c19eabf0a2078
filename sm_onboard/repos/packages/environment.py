"""The packages that a repository's file names: which are missing, and installing them.

Nothing is installed unasked, and one click installs only what a person can tell from the
list shown: packages by name, from the index that pip is configured for here. A file that
brings its own index, an address or a folder outside the repository is not installed by
one click; the sentence names the line, and a terminal remains. pip is never given the
repository's file but one written from what was read in it, so what it does cannot differ
from what was checked.

Where packages go into the Python that JupyterLab itself runs on, the versions of what
JupyterLab and the AWS tools of the image need stay as they are (``KEPT``).
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from sm_onboard.errors import ConfigError, Conflict

from ..models import Environment
from .installed import Installed
from .requirements import Needs, project_name, read

INSTALL_LIMIT = 1800.0  # seconds for one installation
KEPT = ("jupyterlab", "jupyter_server", "boto3", "botocore", "aiobotocore", "sm_onboard")

_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")


def check(folder: Path, file: str, python: str = sys.executable) -> Environment:
    """Which packages are missing; asks neither the network nor pip.

    Args:
        folder: the repository's work tree.
        file: relative to it, with ``/``.
        python: the interpreter of the kernels that would need the packages.

    Raises:
        Conflict: ``repos.python_silent``.
    """
    try:
        needs = read(folder, file)
    except ConfigError as error:
        return Environment(file=file, state="unknown", message=error.message)
    return _compare(folder, file, needs, Installed.of(python))


def install(
    folder: Path,
    file: str,
    on_line: Callable[[str], None],
    cancel: threading.Event,
    python: str = sys.executable,
    limit: float = INSTALL_LIMIT,
) -> Environment:
    """Installs what ``file`` names, because a person asked for it.

    Args:
        on_line: receives what pip says, passwords in addresses masked.
        cancel: ends pip and all it started.
        limit: seconds after which it is ended all the same.

    Returns:
        What is missing afterwards; ``failed`` with a sentence where pip failed.

    Raises:
        ConfigError: the file cannot be read.
        Conflict: ``repos.environment_elsewhere``, ``repos.environment_unclear``: the file
            asks for what one click does not install.
    """
    needs = read(folder, file)
    _refuse(file, needs)
    have = Installed.of(python)
    with tempfile.TemporaryDirectory(prefix="sm-onboard-") as aside:
        wanted = Path(aside, "requirements.txt")
        wanted.write_text("\n".join(_lines(needs, have)) + "\n", encoding="utf-8")
        limits = Path(aside, "constraints.txt")
        kept = _kept(have) if _is_this(python) and not needs.hashes else []
        limits.write_text("\n".join([*map(str, needs.constraints), *kept]) + "\n", encoding="utf-8")
        command = [
            python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
            "--no-color", "--progress-bar", "off", "-r", str(wanted), "-c", str(limits),
        ]  # fmt: skip
        ended, error = _run(command, aside, on_line, cancel, limit)
    found = _compare(folder, file, needs, Installed.of(python))
    if found.state == "complete" or (ended == "done" and not found.missing):
        return found
    sentences = {
        "cancelled": "Cancelled. Some of the packages may be installed already.",
        "late": f"pip was ended after {limit / 60:.0f} minutes.",
        "failed": f"pip could not install what {file} names. {error}".strip(),
        "done": f"pip ended well, but {', '.join(found.missing)} is still missing.",
    }
    return Environment(
        file=file,
        state="missing" if ended == "cancelled" and found.missing else "failed",
        missing=found.missing,
        message=sentences[ended],
    )


def _compare(folder: Path, file: str, needs: Needs, have: Installed) -> Environment:
    from packaging.utils import canonicalize_name

    missing = [
        str(requirement).partition(";")[0].strip()
        for requirement in needs.requirements
        if not have.has(requirement)
    ]
    names = list(needs.by_name)
    unclear = list(needs.unclear)
    for local in needs.folders:
        name = project_name(folder, local.path)
        if name is None:
            unclear.append(
                f"Whether {os.path.relpath(local.path, folder)} is installed is unknown."
            )
        else:
            names.append(name)
    absent = [name for name in names if canonicalize_name(name) not in have.packages]
    if needs.elsewhere or unclear:
        complete = not (missing or absent or unclear or needs.nameless)
        said = " ".join([*needs.elsewhere, *unclear])
        return Environment(
            file=file,
            state="complete" if complete else "unknown",
            missing=(*missing, *absent),
            message="" if complete else f"{said} In a terminal: {_by_hand(file)}",
        )
    locals_absent = [name for name in absent if name not in needs.by_name]
    if missing or locals_absent:
        return Environment(file=file, state="missing", missing=(*missing, *locals_absent))
    if absent:
        return Environment(
            file=file,
            state="unknown",
            missing=tuple(absent),
            message=f"{file} also names conda packages that pip does not know of: "
            f"{', '.join(absent[:5])}.",
        )
    return Environment(file=file, state="complete")


def _refuse(file: str, needs: Needs) -> None:
    if needs.elsewhere:
        raise Conflict(
            "repos.environment_elsewhere",
            f"{needs.elsewhere[0]} One click installs only from the configured package index.",
            f"If you trust it, run in a terminal: {_by_hand(file)}",
        )
    if needs.unclear:
        raise Conflict(
            "repos.environment_unclear",
            needs.unclear[0],
            f"Look at it, then run in a terminal: {_by_hand(file)}",
        )


def _by_hand(file: str) -> str:
    if file.endswith((".yml", ".yaml")):
        return f"conda env update -f {file}"
    return "pip install ." if file.endswith(".toml") else f"pip install -r {file}"


def _lines(needs: Needs, have: Installed) -> Iterable[str]:
    yield from needs.flags
    for requirement in needs.requirements:
        if have.concerns(requirement):
            hashes = needs.hashes.get(str(requirement), ())
            yield " ".join([str(requirement), *(f"--hash={value}" for value in hashes)])
    for local in needs.folders:
        address = local.path + local.extras
        yield f"-e {shlex.quote(address)}" if local.editable else address


def _kept(have: Installed) -> list[str]:
    from packaging.utils import canonicalize_name

    names = [canonicalize_name(name) for name in KEPT]
    return [f"{name}=={have.packages[name][0]}" for name in names if name in have.packages]


def _is_this(python: str) -> bool:
    return os.path.abspath(python) == os.path.abspath(sys.executable)


def _run(
    command: list[str],
    cwd: str,
    on_line: Callable[[str], None],
    cancel: threading.Event,
    limit: float,
) -> tuple[str, str]:
    """Runs pip in a session of its own; (done, failed, cancelled or late; pip's last error)."""
    errors: deque[str] = deque(maxlen=1)
    ended = "failed"
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # so that what pip starts ends with it
    )

    def watch() -> None:
        nonlocal ended
        end = time.monotonic() + limit
        while process.poll() is None:
            if cancel.wait(0.1) or time.monotonic() > end:
                ended = "cancelled" if cancel.is_set() else "late"
                _end(process)
                return

    watcher = threading.Thread(target=watch, name="sm-onboard-pip", daemon=True)
    watcher.start()
    assert process.stdout is not None
    with process.stdout:
        for raw in process.stdout:
            line = _PASSWORD.sub("***@", raw.rstrip("\n"))
            if line.startswith("ERROR: "):
                errors.append(line.removeprefix("ERROR: ")[:300])
            on_line(line)
    status = process.wait()
    watcher.join()
    if ended == "failed" and status == 0:
        ended = "done"
    return ended, errors[0] if errors else ""


def _end(process: subprocess.Popen[str]) -> None:
    """Ends pip's whole process group: first by asking, after 3 s by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
            break
    with contextlib.suppress(ProcessLookupError):  # what outlived its parent
        os.killpg(process.pid, signal.SIGKILL)
