"""HTTP/1.1 in front of a WSGI application, connections kept, as AWS keeps them.

werkzeug's server closes the connection after every answer; a client of ours would then pay a
new one for each of its calls.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from sm_onboard.demo.listener import Listener

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_CHUNK = 64 * 1024  # bytes
_IN_MEMORY = 1024 * 1024  # bytes of a body; more is kept in a file
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
HEADERS = "sm_onboard.headers"  # in the environ: name and value of each header, as sent
_PRESERVED = "moto.preserved_header_names"  # where moto looks for names with underscores


class NoAnswer(Exception):
    """The application wants the connection closed without a word."""


class WebServer(Listener):
    """Serves one application on 127.0.0.1."""

    def __init__(self, port: int, application: Application) -> None:
        self.application = application
        super().__init__(port, _Connection)


class _Connection(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body

    def serve(self) -> None:
        """Answers one request."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            try:
                self._receive(body)
                environ = self._environ(body)
            except ValueError:
                self.send_error(400)
                self.close_connection = True
                return
            try:
                self._answer(environ)
            except NoAnswer:
                self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def handle_expect_100(self) -> bool:
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the control path tells which calls were seen."""

    def version_string(self) -> str:
        return "sm-onboard"

    def _receive(self, body: IO[bytes]) -> None:
        """Reads the request's body.

        Raises:
            ValueError: its length is not told, told twice, or not a number.
        """
        coding = ",".join(self.headers.get_all("Transfer-Encoding", [])).lower()
        lengths = self.headers.get_all("Content-Length", [])
        if coding:
            if coding != "chunked" or lengths:
                raise ValueError(coding)
            while size := self._size():
                self._copy(size, body)
                if self.rfile.readline(3).strip():
                    raise ValueError("a chunk is longer than it says")
            while self.rfile.readline(_CHUNK).strip():  # trailers
                pass
        elif lengths:
            if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
                raise ValueError(lengths)
            self._copy(int(lengths[0]), body)

    def _size(self) -> int:
        """How long the next chunk is."""
        said = _SIZE.fullmatch(self.rfile.readline(_CHUNK))
        if said is None:
            raise ValueError("a chunk does not say how long it is")
        return int(said[1], 16)

    def _copy(self, left: int, body: IO[bytes]) -> None:
        while left:
            part = self.rfile.read(min(left, _CHUNK))
            if not part:
                raise ValueError("the client went away")
            body.write(part)
            left -= len(part)

    def _environ(self, body: IO[bytes]) -> Environ:
        if not self.path.startswith("/"):
            raise ValueError(self.path)  # a request to a proxy
        path, _, query = self.path.partition("?")
        length = body.tell()
        body.seek(0)
        environ: Environ = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": body,
            "wsgi.input_terminated": True,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "SERVER_SOFTWARE": self.version_string(),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "RAW_URI": self.path,
        }
        environ |= self._headers()
        environ["CONTENT_LENGTH"] = str(length)
        return environ

    def _headers(self) -> Environ:
        """The headers as WSGI names them.

        A name with an underscore would pass for one with a dash: those are dropped, except
        the names that people give the metadata of their objects in S3.
        """
        found: Environ = {}
        preserved: dict[str, str] = {}
        dashed = {name.upper().replace("-", "_") for name in self.headers if "_" not in name}
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "TRANSFER_ENCODING":
                continue
            if "_" in name:
                if not name.lower().startswith("x-amz-meta-") or key in dashed:
                    continue
                preserved[f"HTTP_{key}"] = name
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            found[key] = f"{found[key]},{value}" if key in found else value
        found[_PRESERVED] = preserved
        found[HEADERS] = tuple(self.headers.items())
        return found

    def _answer(self, environ: Environ) -> None:
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            head.append((status, headers))

        answer = self.server.application(environ, start_response)
        try:
            parts = iter(answer)
            first = next(parts, b"")  # an application may call start_response as late as here
            status, headers = head[-1]
            number, _, reason = status.partition(" ")
            names = {name.lower() for name, _ in headers}
            bodiless = self.command == "HEAD" or number in ("204", "304")
            chunked = not bodiless and "content-length" not in names
            self.send_response_only(int(number), reason)
            for name, value in headers:
                self.send_header(name, value)
            if "date" not in names:
                self.send_header("Date", formatdate(usegmt=True))
            if chunked:
                self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if bodiless:
                return
            self._send(first, chunked)
            for part in parts:
                self._send(part, chunked)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()

    def _send(self, part: bytes, chunked: bool) -> None:
        if part:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if chunked:  # its length is not known: it comes bit by bit
                self.wfile.flush()
