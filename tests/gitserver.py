"""A git host that misbehaves on command, and repositories made in a moment.

with FaultyGitServer(tmp_path) as server:
    churn = make_repository(server.root, "churn", files=1000, commits=5)
    server.faults["churn"] = Fault.stall(after=100_000)
    ...
    assert server.counts["churn"].packs == 1
"""

from __future__ import annotations

import gzip
import os
import random
import select
import socket
import string
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from sm_onboard.demo.gitserver import GitHandler, GitServer
from sm_onboard.demo.history import Commit, create, git, git_bytes, write

__all__ = ["Commit", "Counts", "Fault", "FaultyGitServer", "Repository", "make_repository"]

Part = Literal["refs", "pack", "push"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one repository's answers; made by the functions below.

    Attributes:
        kind: what happens.
        on: only this part of the talk; None is every request.
        after: bytes of the body that still come through.
        rate: bytes a second.
        status: the HTTP status to answer with.
        to: where to send the client, without the path.
    """

    kind: Literal["hang", "stall", "slow", "cut", "status", "redirect", "garbage", "length"]
    on: Part | None = None
    after: int = 0
    rate: int = 0
    status: int = 0
    to: str = ""

    @classmethod
    def hang(cls, on: Part | None = None) -> Fault:
        """Takes the request and never answers."""
        return cls("hang", on=on)

    @classmethod
    def stall(cls, after: int, on: Part | None = "pack") -> Fault:
        """Sends so many bytes, then nothing more, and keeps the connection open."""
        return cls("stall", on=on, after=after)

    @classmethod
    def slow(cls, rate: int, on: Part | None = "pack") -> Fault:
        """Sends so many bytes a second."""
        return cls("slow", on=on, rate=rate)

    @classmethod
    def cut(cls, after: int, on: Part | None = "pack") -> Fault:
        """Sends so many bytes, then closes the connection."""
        return cls("cut", on=on, after=after)

    @classmethod
    def answer(cls, status: int, on: Part | None = None) -> Fault:
        """Answers with a status: 401, 403, 404, 429, 500, 503."""
        return cls("status", on=on, status=status)

    @classmethod
    def redirect(cls, to: str, on: Part | None = None) -> Fault:
        """Sends the client to another host: ``http://127.0.0.1:PORT``."""
        return cls("redirect", on=on, to=to)

    @classmethod
    def garbage(cls, on: Part | None = None) -> Fault:
        """Answers 200 with a web page, as captive portals and sign-in pages do."""
        return cls("garbage", on=on)

    @classmethod
    def wrong_length(cls, on: Part | None = None) -> Fault:
        """Promises more bytes than it sends."""
        return cls("length", on=on)


@dataclass
class Counts:
    """What clients asked of one repository; ``sent`` and ``received`` are bytes of bodies."""

    requests: int = 0
    refs: int = 0
    packs: int = 0
    pushes: int = 0
    sent: int = 0
    received: int = 0


class _FaultyHandler(GitHandler):
    """Does what the server's ``faults`` say for the repository asked for."""

    fault: Fault | None
    counts: Counts
    body_sent: int

    def backend(self, name: str, service: str, query: str, body: IO[bytes]) -> None:
        server = self.git
        assert isinstance(server, FaultyGitServer)
        part = _part(service, query, body)
        fault = server.faults.get(name) or server.faults.get("*")
        self.fault = fault if fault and fault.on in (None, part) else None
        self.body_sent = 0
        with server.guard:
            self.counts = server.counts[name]
            self.counts.requests += 1
            self.counts.refs += part == "refs"
            self.counts.packs += part == "pack"
            self.counts.pushes += part == "push"
            self.counts.received += os.fstat(body.fileno()).st_size
        if self.fault is None or self.fault.kind in ("stall", "slow", "cut"):
            try:
                super().backend(name, service, query, body)
            except _CutError:
                self._close()
        elif self.fault.kind == "hang":
            self._wait_for_the_end()
        elif self.fault.kind == "status":
            self.refuse(self.fault.status)
        elif self.fault.kind == "redirect":
            self._send(302, b"", 0, Location=self.fault.to + self.path)
        elif self.fault.kind == "garbage":
            page = b"<!doctype html><title>Sign in</title><p>Welcome to the hotel.\n"
            self._send(200, page, len(page))
        else:
            self._send(200, b"001e# service=git-upload-pack\n", 5000)
            self._close()

    def send_chunk(self, chunk: bytes) -> None:
        fault = self.fault
        if fault is not None and fault.kind in ("stall", "cut"):
            keep = max(fault.after - self.body_sent, 0)
            if len(chunk) > keep:
                # The chunk is announced whole, so what is missing cannot pass for an end.
                self.wfile.write(b"%x\r\n%s" % (len(chunk), chunk[:keep]))
                self._count(keep)
                if fault.kind == "stall":
                    self._wait_for_the_end()
                raise _CutError
        elif fault is not None and fault.kind == "slow":
            step = max(fault.rate // 10, 1)
            for start in range(0, len(chunk), step):
                super().send_chunk(chunk[start : start + step])
                self._count(len(chunk[start : start + step]))
                if self.git.stopping.wait(0.1):
                    raise _CutError
            return
        super().send_chunk(chunk)
        self._count(len(chunk))

    def _count(self, sent: int) -> None:
        self.body_sent += sent
        server = self.git
        assert isinstance(server, FaultyGitServer)
        with server.guard:
            self.counts.sent += sent

    def _send(self, status: int, body: bytes, length: int, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def _wait_for_the_end(self) -> None:
        """Until the client goes away or the server stops."""
        while not self.git.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.1)
            if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
                break
        self._close()

    def _close(self) -> None:
        self.close_connection = True


class _CutError(Exception):
    """The answer ends here."""


class FaultyGitServer(GitServer):
    """A ``GitServer`` with faults.

    Attributes:
        faults: repository's name, or ``*`` for all, -> what goes wrong. Change it at any time.
        counts: repository's name -> what was asked of it.
    """

    handler = _FaultyHandler

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        push: bool = True,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        super().__init__(root, port=port, push=push, user=user, password=password)
        self.faults: dict[str, Fault] = {}
        self.counts: defaultdict[str, Counts] = defaultdict(Counts)
        self.guard = threading.Lock()

    def reset_counts(self) -> None:
        with self.guard:
            self.counts.clear()

    def snapshot(self, name: str) -> Counts:
        """A copy of the counts that does not go on counting."""
        with self.guard:
            return replace(self.counts[name])


def _part(service: str, query: str, body: IO[bytes]) -> Part:
    """Protocol 2 asks for refs and for packs at the same address: the body tells which."""
    if service == "git-receive-pack" or "git-receive-pack" in query:
        return "push"
    if service == "info/refs":
        return "refs"
    start = body.read(2048)
    body.seek(0)
    if start.startswith(b"\x1f\x8b"):
        start = gzip.decompress(body.read())[:2048]
        body.seek(0)
    return "refs" if b"command=ls-refs" in start else "pack"


@dataclass
class Repository:
    """A bare repository on the server, and what its team does to it."""

    directory: Path
    branch: str = "main"
    clock: int = 1_700_000_000  # seconds since 1970 of the next commit

    @property
    def name(self) -> str:
        return self.directory.name.removesuffix(".git")

    def tip(self, branch: str | None = None) -> str:
        """The hash of a branch's newest commit."""
        return self.git("rev-parse", "--verify", f"refs/heads/{branch or self.branch}")

    def git(self, *arguments: str) -> str:
        return git(self.directory, *arguments)

    def read(self, path: str, revision: str | None = None) -> bytes:
        return git_bytes(self.directory, "cat-file", "-p", f"{revision or self.branch}:{path}")

    def paths(self, revision: str | None = None) -> list[str]:
        listed = self.git("ls-tree", "-r", "-z", "--name-only", revision or self.branch)
        return [path for path in listed.split("\0") if path]

    def commit(
        self,
        changes: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        branch: str | None = None,
        author: str = "Ben Team <ben@example.com>",
        modes: Mapping[str, str] | None = None,
    ) -> str:
        """Adds one commit to a branch (None as content deletes) and returns its hash."""
        onto = self._tip_or_none(branch or self.branch)
        return self._write([self._commit(changes, message, author, modes)], branch, onto)

    def commits(self, number: int, path: str = "log.txt") -> str:
        """Adds so many commits, each changing ``path``."""
        made = [self._commit({path: f"{n} {self.clock}\n"}, f"Commit {n}") for n in range(number)]
        return self._write(made, None, self._tip_or_none(self.branch))

    def rewind(self, number: int = 1) -> str:
        """Takes the newest commits back, as a force-push does."""
        return self.set_branch(self.branch, f"{self.branch}~{number}")

    def rewrite(self, changes: Mapping[str, str | bytes | None]) -> str:
        """Replaces the newest commit by another one, as amend and force-push do."""
        onto = self.git("rev-parse", f"{self.branch}~1")
        return self._write([self._commit(changes, "Rewritten")], None, onto)

    def replace_history(self, changes: Mapping[str, str | bytes | None]) -> str:
        """A new first commit: nothing in common with what was there before."""
        return self._write([self._commit(changes, "Begin again")], None, None)

    def set_branch(self, branch: str, revision: str) -> str:
        self.git("update-ref", f"refs/heads/{branch}", self.git("rev-parse", revision))
        return self.tip(branch)

    def rename_branch(self, old: str, new: str) -> None:
        """As a host does: HEAD follows when it was the default branch."""
        self.git("branch", "-m", old, new)
        if self.branch == old:
            self.branch = new

    def delete_branch(self, branch: str) -> None:
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def _tip_or_none(self, branch: str) -> str | None:
        found = self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        return found or None

    def _commit(
        self,
        changes: Mapping[str, str | bytes | None],
        message: str,
        author: str = "Ben Team <ben@example.com>",
        modes: Mapping[str, str] | None = None,
    ) -> Commit:
        self.clock += 60
        content = {p: c.encode() if isinstance(c, str) else c for p, c in changes.items()}
        return Commit(message, content, author, self.clock, modes or {})

    def _write(self, commits: list[Commit], branch: str | None, onto: str | None) -> str:
        return write(self.directory, commits, branch=branch or self.branch, onto=onto)


def make_repository(
    root: Path,
    name: str,
    files: int | Mapping[str, str | bytes | None] = 3,
    *,
    size: int = 400,
    commits: int = 1,
    branch: str = "main",
    seed: int = 0,
    random_bytes: bool = False,
) -> Repository:
    """Makes a bare repository below ``root``.

    Args:
        files: their contents by path, or how many to make up (20 a folder; some names with
            spaces and with letters outside ASCII).
        size: bytes of each made-up file.
        commits: the first holds all files, each other one changes ``log.txt``. 0: empty.
        random_bytes: contents that do not compress, so that the pack is as large as they are.
    """
    repository = Repository(create(root / f"{name}.git", branch), branch)
    if commits:
        given = made_up(files, size, seed, random_bytes) if isinstance(files, int) else files
        repository.commit(given, "Begin")
        if commits > 1:
            repository.commits(commits - 1)
    return repository


def made_up(number: int, size: int, seed: int = 0, random_bytes: bool = False) -> dict[str, bytes]:
    """Files with reproducible contents, ``README.md`` and ``notebooks/`` among them."""
    chance = random.Random(seed)  # the same files on every run
    letters = string.ascii_lowercase + "     \n"
    odd = ("Übersicht Größe", "データ", "with space", "naïve café")
    files = {}
    for n in range(number):
        folder = ("notebooks", "src", "data")[n // 20 % 3]
        stem = odd[n // 7 % len(odd)] if n % 7 == 3 else "file"
        path = "README.md" if n == 0 else f"{folder}/part{n // 20:03}/{stem} {n:05}.txt"
        if random_bytes:
            files[path] = chance.randbytes(size)
        else:
            files[path] = "".join(chance.choices(letters, k=size)).encode()
    return files


def wait_until(condition, seconds: float = 10) -> None:  # type: ignore[no-untyped-def]
    """Waits for something that happens in another thread or process.

    Raises:
        AssertionError: it did not happen in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        time.sleep(0.02)
