"""Runs git through GitPython: literal options, one environment, limits, cancelling.

Three rules hold for every call (what is open in GitPython and git without them is
described in ``docs/repositories.md``):

* arguments are literals or checked values that never begin with ``-``, and URLs and
  paths come after ``--``;
* git never asks, never runs a hook, and speaks only the protocols allowed here;
* a call ends: it has a wall limit, transfers have a low-speed limit, and ``cancel``
  ends the whole process group.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from sm_onboard.errors import Conflict, OnboardError, Stopped

from .listener import Access, Listener, Phase

_NETWORK = frozenset({"clone", "fetch", "ls-remote", "submodule"})

# A server started from inside a git hook would hand these on to every git of ours.
_STRANGE = (
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX "
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR GIT_CONFIG_PARAMETERS GIT_PROXY_COMMAND "
    "GIT_SSH GIT_EXEC_PATH GIT_TRACE GIT_TRACE_CURL GIT_CURL_VERBOSE GIT_TRACE_PACKET GIT_CONFIG"
).split()

_CONFIG: tuple[tuple[str, str], ...] = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.askPass", "false"),
    ("core.quotePath", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("fetch.unpackLimit", "1"),
    ("fetch.recurseSubmodules", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("submodule.recurse", "false"),
    ("protocol.ext.allow", "never"),
    # Commands that a folder's own configuration could name, and that plain status and
    # fetch would not run: git asks them about alternates and signatures.
    ("core.alternateRefsCommand", "true"),
    ("log.showSignature", "false"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("commit.gpgSign", "false"),
    ("advice.detachedHead", "false"),
)

_PHASES: dict[str, Phase] = {
    "Counting objects": "counting",
    "Compressing objects": "compressing",
    "Receiving objects": "receiving",
    "Resolving deltas": "resolving",
    "Updating files": "writing",
    "Filtering content": "writing",
}
_PROGRESS = re.compile(
    r"^(?:remote: )?(?P<what>[A-Z][a-z]+ [a-z]+): +"
    r"(?P<percent>\d+)% \((?P<done>\d+)/(?P<total>\d+)\)"
    r"(?:, (?P<detail>[^,\r\n]*\|[^,\r\n]*|[\d.]+ [KMG]?i?B))?"
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_KEPT_LINES = 500  # at the beginning and at the end of what one call says
_LAST_BYTES = 10.0  # seconds for reading what an ended git has written
_LONGEST_LINE = 1 << 14  # bytes
_USERINFO = re.compile(r"(?<=://)[^/@\s']+@")


@dataclass(frozen=True)
class Limits:
    """How long git may take, in seconds, and how slow a transfer may be."""

    ask: float = 30  # one ls-remote
    transfer: float = 3600  # one clone or fetch
    local: float = 900  # anything without the network
    low_speed_bytes: int = 1000  # a transfer slower than this ...
    low_speed_seconds: int = 30  # ... for so long is given up


class GitFailed(OnboardError):
    """git ended with an error.

    Attributes:
        status: HTTP status of the error shape.
        exit: git's exit status; negative for a signal.
        stderr: what it said, secrets masked, for the log and for ``Credentials.explain``.
        timed_out: the wall limit was reached.
    """

    def __init__(self, command: str, exit: int, stderr: str, timed_out: bool = False) -> None:
        last = next((x for x in reversed(stderr.strip().splitlines()) if x.strip()), "")
        said = f": {last.strip()[:300]}" if last else ""
        super().__init__("repos.git_failed", f"git {command} ended with status {exit}{said}")
        self.command = command
        self.exit = exit
        self.stderr = stderr
        self.timed_out = timed_out


@dataclass
class Git:
    """Runs git for one repository entry.

    Args:
        listener: told about progress and output; its ``cancel`` ends running calls.
        limits: how long a call may take.
        access: how to sign in; None for local calls only.
        lock: a file descriptor that git and its children inherit, so that the lock on it
            outlives a killed server for exactly as long as any of them is at work.
        http: plain http is allowed (the caller has checked that it goes to loopback).
        workers: how many processes write a work tree (``storage.checkout_workers``).
    """

    listener: Listener
    limits: Limits = Limits()
    access: Access | None = None
    lock: int | None = None
    http: bool = False
    workers: int = 1

    def run(
        self,
        *args: str,
        cwd: str | os.PathLike[str] = "/",
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
        ok: Sequence[int] = (0,),
        timeout: float | None = None,
        local_source: bool = False,
    ) -> bytes:
        """Runs ``git *args`` and returns its standard output.

        Raises:
            GitFailed: the exit status is not in ``ok``, or the wall limit was reached.
            Stopped: the listener's ``cancel`` was set.
        """
        code, out, err, late = self._run(args, cwd, input, env, timeout, local_source)
        if self.listener.cancel.is_set() and code not in ok:
            raise Stopped("repos.cancelled", "Cancelled.")
        if code not in ok or late:
            raise GitFailed(args[0], code, err, late)
        return out

    def test(
        self, *args: str, cwd: str | os.PathLike[str], env: Mapping[str, str] | None = None
    ) -> bool:
        """Whether ``git *args`` ends with 0 (True) or 1 (False); raises for anything else."""
        code, _, err, late = self._run(args, cwd, None, env, None, False)
        if self.listener.cancel.is_set() and code not in (0, 1):
            raise Stopped("repos.cancelled", "Cancelled.")
        if code not in (0, 1) or late:
            raise GitFailed(args[0], code, err, late)
        return code == 0

    def _run(
        self,
        args: Sequence[str],
        cwd: str | os.PathLike[str],
        input: bytes | None,
        env: Mapping[str, str] | None,
        timeout: float | None,
        local_source: bool,
    ) -> tuple[int, bytes, str, bool]:
        git = library()
        network = args[0] in _NETWORK and not local_source
        if timeout is None:
            timeout = self.limits.local
            if network:
                timeout = self.limits.ask if args[0] == "ls-remote" else self.limits.transfer
        if self.listener.cancel.is_set():
            raise Stopped("repos.cancelled", "Cancelled.")
        command = ["git", *args]
        strange = [name for name in _STRANGE if name in os.environ and name not in (env or {})]
        if strange:
            command = ["env", *(x for name in strange for x in ("-u", name)), *command]
        runner = git.Git(str(cwd))
        # Where the folder is no whole repository, git must not take the one around it.
        ceiling = {"GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.abspath(cwd))}
        runner.update_environment(**{**self._environment(local_source), **ceiling, **(env or {})})
        kwargs: dict[str, Any] = {"start_new_session": True}
        if self.lock is not None:
            kwargs["pass_fds"] = (self.lock,)
        try:
            handle = runner.execute(
                command, istream=None if input is None else _pipe(), as_process=True, **kwargs
            )
        except git.GitCommandNotFound as error:
            raise _missing() from error
        process = handle.proc
        if process is None:  # pragma: no cover - GitPython always sets it
            raise GitFailed(args[0], -1, "git did not start")
        return self._follow(process, input, timeout)

    def _follow(
        self, process: subprocess.Popen[bytes], input: bytes | None, timeout: float
    ) -> tuple[int, bytes, str, bool]:
        out: list[bytes] = []
        said: list[str] = []
        threads = [
            _thread(_read_all, process.stdout, out.append),
            _thread(_read_lines, process.stderr, lambda line: self._line(line, said)),
        ]
        if input is not None:
            threads.append(_thread(_write, process.stdin, input))
        deadline = time.monotonic() + timeout
        late = False
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)
                late = late or time.monotonic() > deadline
                if late or self.listener.cancel.is_set():
                    end(process)
                    thread.join(1)
                    break
                if process.poll() is not None:
                    # A helper that stays (credential-cache) may keep the pipes open.
                    thread.join(1)
                    break
        # A part of a list of files must never pass for the whole of it.
        threads[0].join(_LAST_BYTES)
        return process.wait(), b"".join(out), "\n".join(said), late or threads[0].is_alive()

    def _line(self, line: str, said: list[str]) -> None:
        line = plain(self.mask(line))
        match = _PROGRESS.match(line)
        phase = _PHASES.get(match["what"]) if match else None
        if match and phase:
            from .progress import Progress

            self.listener.progress(
                Progress(
                    phase=phase,
                    percent=int(match["percent"]),
                    done=int(match["done"]),
                    total=int(match["total"]),
                    detail=(match["detail"] or "").replace(" | ", ", ").strip(),
                )
            )
            if match["percent"] != "100":
                return
        if line.strip():
            said.append(line)
            del said[_KEPT_LINES:-_KEPT_LINES]
            self.listener.log(line)

    def mask(self, text: str) -> str:
        """The text without anything secret."""
        text = _USERINFO.sub("***@", text)
        for secret in self.access.redact if self.access else ():
            if secret:
                text = text.replace(secret, "***")
        return text

    def _environment(self, local_source: bool) -> dict[str, str]:
        config = [*_CONFIG, ("checkout.workers", str(self.workers))]
        # A partial clone asks its remote for blobs in the middle of local commands, so
        # these need the way in as well.
        if not local_source:
            protocols = "https:ssh" + (":http" if self.http else "")
            config += [
                ("http.lowSpeedLimit", str(self.limits.low_speed_bytes)),
                ("http.lowSpeedTime", str(self.limits.low_speed_seconds)),
            ]
            config += self.access.config if self.access else ()
        else:
            protocols = "file"
        env = {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "SSH_ASKPASS": "false",
            "SSH_ASKPASS_REQUIRE": "never",
            "GCM_INTERACTIVE": "never",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_ALLOW_PROTOCOL": protocols,
            "GIT_CONFIG_COUNT": str(len(config)),
        }
        for i, (key, value) in enumerate(config):
            env[f"GIT_CONFIG_KEY_{i}"] = key
            env[f"GIT_CONFIG_VALUE_{i}"] = value
        if self.access:
            env.update(self.access.environment)
        return env


def plain(text: str, limit: int = 1000) -> str:
    """What others wrote, for logs and sentences: no control or direction marks, bounded."""
    text = _ESCAPES.sub("", text[: 4 * limit].replace("\t", " "))
    return "".join(c for c in text if c == " " or c.isprintable())[:limit]


def library() -> Any:
    """GitPython, imported when first needed.

    Raises:
        Conflict: ``repos.git_missing``: it does not import where there is no git.
    """
    try:
        import git
    except ImportError as error:
        raise _missing() from error
    return git


def _missing() -> Conflict:
    return Conflict(
        "repos.git_missing",
        "There is no git on this machine.",
        "Install git, or choose an image that has it.",
    )


def end(process: subprocess.Popen[bytes], grace: float = 2.0) -> None:
    """Ends a process and its whole group: asked first, forced after ``grace`` seconds."""
    for sig, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait)
            if not _group_alive(process.pid):
                return


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _pipe() -> Any:
    return subprocess.PIPE


def _thread(target: Callable[..., None], *args: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True, name="sm-onboard-git")
    thread.start()
    return thread


def _read_all(stream: IO[bytes], sink: Callable[[bytes], object]) -> None:
    with contextlib.suppress(ValueError, OSError):
        while chunk := stream.read(1 << 16):
            sink(chunk)


def _read_lines(stream: IO[bytes], sink: Callable[[str], None]) -> None:
    rest = b""
    with contextlib.suppress(ValueError, OSError):
        while chunk := os.read(stream.fileno(), 1 << 14):
            *lines, rest = re.split(rb"[\r\n]+", rest + chunk)
            rest = rest[:_LONGEST_LINE]
            for line in lines:
                sink(line.decode("utf-8", "replace"))
    if rest:
        sink(rest.decode("utf-8", "replace"))


def _write(stream: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ValueError, OSError):
        stream.write(data)
        stream.close()
