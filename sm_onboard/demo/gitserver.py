"""A git host on loopback: smart HTTP over ``git http-backend``, with the standard library only.

    with GitServer(Path("repositories")) as server:
        subprocess.run(["git", "clone", server.url("churn")])

serves the bare repository ``repositories/churn.git``. With a user and a password, the same
repositories are also there below ``/private/``, where they are asked for.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from .history import git_environment
from .listener import Listener

_ADDRESS = re.compile(
    r"/(?P<private>private/)?(?P<name>\w[\w.-]*(?:/\w[\w.-]*)*)\.git"
    r"/(?P<service>info/refs|git-upload-pack|git-receive-pack)",
    re.ASCII,
)
_CHUNK = 64 * 1024  # bytes


class _Listener(Listener):
    git: GitServer


class GitHandler(BaseHTTPRequestHandler):
    """One connection of a git client."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the addresses of a git server's clients interest nobody here."""

    @property
    def git(self) -> GitServer:
        return self.server.git

    def serve(self) -> None:
        """Answers one request."""
        path, _, query = self.path.partition("?")
        with tempfile.TemporaryFile() as body:
            self._receive(body)
            asked = _ADDRESS.fullmatch(path)
            if asked is None or (asked["private"] and not self.git.user):
                self.refuse(HTTPStatus.NOT_FOUND)
            elif asked["private"] and not self._signed_in():
                self.refuse(HTTPStatus.UNAUTHORIZED)
            elif not (self.git.root / f"{asked['name']}.git").is_dir():
                self.refuse(HTTPStatus.NOT_FOUND)
            else:
                self.backend(asked["name"], asked["service"], query, body)

    def backend(self, name: str, service: str, query: str, body: IO[bytes]) -> None:
        """Lets ``git http-backend`` answer and passes on what it says."""
        with self._run(name, service, query, body) as process:
            answer = process.stdout
            assert answer is not None
            status, headers = _head(answer)
            self.send_response(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while chunk := answer.read1(_CHUNK):  # type: ignore[attr-defined]
                self.send_chunk(chunk)
            # A git that failed must look like a broken connection, not like a complete answer.
            if process.wait() == 0:
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.close_connection = True

    def send_chunk(self, chunk: bytes) -> None:
        """Sends a part of the answer's body."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def refuse(self, status: int) -> None:
        """Answers with a status and a line of text."""
        text = f"{status} {HTTPStatus(status).phrase}\n".encode()
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="sample team"')
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _signed_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        pair = f"{self.git.user}:{self.git.password}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        return hmac.compare_digest(given.encode(), wanted.encode())

    def _receive(self, body: IO[bytes]) -> None:
        """Reads the request's body, which git sends in chunks when it is large."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(32).partition(b";")[0], 16):
                body.write(self.rfile.read(size))
                self.rfile.readline(8)
            self.rfile.readline(8)
        else:
            left = int(self.headers.get("Content-Length") or 0)
            while left and (part := self.rfile.read(min(left, _CHUNK))):
                body.write(part)
                left -= len(part)
        body.seek(0)

    @contextlib.contextmanager
    def _run(
        self, name: str, service: str, query: str, body: IO[bytes]
    ) -> Iterator[subprocess.Popen[bytes]]:
        settings = {
            "http.receivepack": "true" if self.git.push else "false",
            "uploadpack.allowFilter": "true",
            "uploadpack.allowAnySHA1InWant": "true",
        }
        environment = git_environment(
            GIT_PROJECT_ROOT=str(self.git.root),
            GIT_HTTP_EXPORT_ALL="1",
            GIT_CONFIG_COUNT=str(len(settings)),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
            PATH_INFO=f"/{name}.git/{service}",
            QUERY_STRING=query,
            REQUEST_METHOD=self.command,
            REMOTE_ADDR="127.0.0.1",
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(os.fstat(body.fileno()).st_size),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
        )
        for number, (key, value) in enumerate(settings.items()):
            environment[f"GIT_CONFIG_KEY_{number}"] = key
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        process = subprocess.Popen(
            ["git", "http-backend"],
            env=environment,
            stdin=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that its children can be ended with it
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _head(answer: IO[bytes]) -> tuple[int, list[tuple[str, str]]]:
    """The status and the headers of a CGI program's answer."""
    status, headers = int(HTTPStatus.OK), []
    while line := answer.readline().decode("latin-1").strip():
        key, _, value = line.partition(":")
        if key.lower() == "status":
            status = int(value.split()[0])
        else:
            headers.append((key, value.strip()))
    return status, headers


class GitServer:
    """Serves every ``*.git`` below a folder on 127.0.0.1 until ``stop``.

    Args:
        root: the folder that holds the bare repositories.
        port: 0 takes a free one.
        push: whether clients may push.
        user, password: what ``/private/`` asks for; without them nothing is there.
    """

    handler: type[GitHandler] = GitHandler

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        push: bool = False,
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self.root = Path(root).resolve()
        self.push = push
        self.user = user
        self.password = password
        self.stopping = threading.Event()
        self._http = _Listener(port, self.handler)
        self._http.git = self
        self._loop = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.05},  # seconds that stop() may have to wait
            name="git server",
            daemon=True,
        )

    @property
    def port(self) -> int:
        return self._http.port

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, name: str, *, private: bool = False) -> str:
        """The address to clone ``name`` from."""
        return f"{self.address}/{'private/' if private else ''}{name}.git"

    def start(self) -> GitServer:
        self._loop.start()
        return self

    def stop(self) -> None:
        """Ends every connection and every git of ours, also those that hang."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._loop.join()

    def __enter__(self) -> GitServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
