"""Which Python a kernel runs on, and what is installed there. No kernel is started for it.

Standard library only: what records runs in a kernel uses it as well.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

LIMIT: Final = 5.0
"""Seconds that a Python has to say what is installed."""

_GRACE = 1.0  # seconds to read what it has said by then
_LARGEST = 4 << 20  # bytes of an answer; a thousand packages are 30 kB
_MOST = 20_000  # packages
_FOLDERS = 500
_REMEMBERED = 16  # Pythons

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", re.ASCII)  # PEP 503
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,99}", re.ASCII)
_FILE = re.compile(r"(?:python|pypy)[0-9.]*", re.ASCII)
_OWN = frozenset(("python", "python3", f"python3.{sys.version_info[1]}"))
_CONDA = ("-m", "nb_conda_kernels.runner")
_REMOTE = "sparkmagic"  # its kernels send the code to a cluster
_LOCAL = ("", "local-provisioner")
_KERNEL = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)

# Isolated, it does not see what the person installed for themselves alone, which a kernel does.
_SCRIPT = """
import importlib.metadata as m, json, os, platform, site, sys
path = list(sys.path)
if sys.base_prefix in (sys.prefix, *site.PREFIXES) and not os.environ.get("PYTHONNOUSERSITE"):
    path.insert(0, site.getusersitepackages())
def changed(folder):
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
folders = [[each, changed(each)] for each in path]
found = []
for one in m.distributions(path=path):
    try:
        if one.metadata["Name"]:
            found.append([one.metadata["Name"], one.version])
    except Exception:
        pass
told = {"python": platform.python_version(), "folders": folders, "found": found}
print("\\n" + json.dumps(told))
"""


@dataclass(frozen=True)
class Installed:
    """What a Python has.

    Attributes:
        python: its version. packages: names and versions; the first of two is what is imported.
    """

    python: str
    packages: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """``name==version`` lines, sorted."""
        return as_lines(self.packages)


def as_lines(packages: Iterable[tuple[str, str]]) -> str:
    """``name==version`` lines, sorted; of two of one name the first."""
    found: dict[str, str] = {}
    for name, version in packages:
        found.setdefault(name.lower(), f"{name}=={version}")
    return "".join(f"{found[name]}\n" for name in sorted(found))


def stand(folders: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Differs once something was installed into one of the folders."""
    return tuple((folder, _changed(folder)) for folder in folders)


def find_spec(manager: Any, name: str) -> Any:
    """The kernelspec with a name; None where there is none on this machine.

    Args:
        manager: of kernelspecs, the server's or jupyter_client's. name: anybody's word.
    """
    if not _KERNEL.fullmatch(name):
        return None
    try:
        spec = manager.get_kernel_spec(name)
    except Exception:  # NoSuchKernel, a damaged file, and what other managers raise
        return None
    if not inspect.isawaitable(spec):
        return spec
    # Of a gateway: its kernels run there.
    if inspect.iscoroutine(spec):
        spec.close()
    return None


def interpreter(spec: Any) -> str | None:
    """The interpreter that runs the code of a kernelspec here; None where none does."""
    try:
        provisioner = (spec.metadata or {}).get("kernel_provisioner") or {}
        if (spec.language or "python").lower() != "python":
            return None
        if provisioner.get("provisioner_name", "") not in _LOCAL:
            return None
        return of_kernel([str(each) for each in spec.argv])
    except AttributeError:
        return None


def of_kernel(argv: Sequence[str]) -> str | None:
    """The interpreter that a kernelspec starts; None where its code does not run on any here.

    Args:
        argv: of the kernelspec.
    """
    if not argv or any(each.startswith(_REMOTE) for each in argv[1:]):
        return None
    if tuple(argv[1:3]) == _CONDA:  # then the folders of conda and of the environment
        environment, argv = argv[4] if len(argv) > 4 else "", argv[5:]
        if argv and os.path.basename(argv[0]) == argv[0]:
            argv = [os.path.join(environment, "bin", argv[0])]
    if not argv:
        return None
    # As jupyter_client reads it: its own Python, whatever the PATH says.
    python = sys.executable if argv[0] in _OWN else argv[0]
    if os.path.basename(python) == python:
        python = shutil.which(python) or ""
    good = os.path.isabs(python) and "\0" not in python
    return python if good and _FILE.fullmatch(os.path.basename(python)) else None


def is_ours(python: str) -> bool:
    """Whether it is the interpreter that runs this. A virtual environment's is another one, though
    its file is a link to the same."""
    own = sys.executable
    return python == own or (
        os.path.realpath(python) == os.path.realpath(own)
        and os.path.realpath(os.path.dirname(python)) == os.path.realpath(os.path.dirname(own))
    )


@contextlib.contextmanager
def asking(
    python: str, limit: float = LIMIT, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Callable[[], Installed | None]]:
    """Asks an interpreter what is installed there, while one does something else.

    What it answered is kept as long as nothing was installed or removed since.

    Args:
        python: whole path. limit: seconds from now.
        cancelled: looked at while waiting.

    Yields:
        Waits for the answer; None where it is no Python that can tell, is late or was cancelled.
    """
    import subprocess

    known = _remembered(python)
    if known is not None:
        yield lambda: known
        return
    env = {"HOME": os.path.expanduser("~"), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    if told := os.environ.get("PYTHONNOUSERSITE"):
        env["PYTHONNOUSERSITE"] = told
    file = stand((os.path.realpath(python),))
    try:
        process = subprocess.Popen(
            [python, "-I", "-c", _SCRIPT],
            cwd=os.sep,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that what it starts ends with it
        )
    except (OSError, ValueError):
        yield lambda: None
        return
    until = time.monotonic() + limit
    assert process.stdout is not None
    stream: IO[bytes] = process.stdout

    def answer() -> Installed | None:
        said = _said(stream, max(until, time.monotonic() + _GRACE), cancelled)
        read = _read(said)
        if read is None:
            return None
        installed, folders = read
        _remember(python, (*file, *folders), installed)
        return installed

    try:
        yield answer
    finally:
        _end(process)


def ask(python: str, limit: float = LIMIT) -> Installed | None:
    """The same, and waits for it."""
    with asking(python, limit) as answer:
        return answer()


_State = tuple[tuple[str, int], ...]
_known: dict[str, tuple[_State, Installed]] = {}
_lock = threading.Lock()


def _remembered(python: str) -> Installed | None:
    with _lock:
        state, installed = _known.get(python, ((), None))
    if installed is None or stand(each for each, _ in state) != state:
        return None
    # the link may lead to another file since
    return installed if os.path.realpath(python) == state[0][0] else None


def _remember(python: str, state: _State, installed: Installed) -> None:
    with _lock:
        _known.pop(python, None)
        _known[python] = (state, installed)
        while len(_known) > _REMEMBERED:
            del _known[next(iter(_known))]


def _said(stream: IO[bytes], until: float, cancelled: Callable[[], bool]) -> bytes:
    """All that comes until the end; empty where that is too much, or too late."""
    import select

    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    said = bytearray()
    while (left := until - time.monotonic()) > 0 and not cancelled():
        if not waiting.poll(min(left, 0.1) * 1000):
            continue
        more = os.read(stream.fileno(), 1 << 16)
        if not more:
            return bytes(said)
        said += more
        if len(said) > _LARGEST:
            break
    return b""


def _read(said: bytes) -> tuple[Installed, _State] | None:
    """What an interpreter answered, as far as it has the form of packages, and its folders."""
    try:
        told: Any = json.loads(said.strip().rpartition(b"\n")[2])
        python, found, folders = told["python"], told["found"][:_MOST], told["folders"][:_FOLDERS]
        packages = tuple((name, version) for name, version in found)
        state = tuple((str(folder), int(changed)) for folder, changed in folders)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    if not _is(_VERSION, python):
        return None
    kept = tuple(x for x in packages if _is(_NAME, x[0]) and _is(_VERSION, x[1]))
    return Installed(python, kept), tuple(x for x in state if os.path.isabs(x[0]))


def _is(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _changed(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except (OSError, ValueError):
        return 0


def _end(process: Any) -> None:
    import signal

    # Before it is waited for: until then nobody else gets its number.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
