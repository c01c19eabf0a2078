"""A real Jupyter server in a process of its own, and a git host that never answers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TOKEN = "a-token-for-tests"
REPOSITORY = Path(__file__).parent.parent.parent

# A second extension, which remembers what was imported when the loop made its first turn
# (from then on the server answers) and when the first request came.
PEEK = """
import json, sys
from jupyter_server.base.handlers import APIHandler
from tornado import web
seen = {}
class Peek(APIHandler):
    @web.authenticated
    def get(self):
        seen.setdefault("first_request", sorted(sys.modules))
        self.finish(json.dumps(seen))
def _jupyter_server_extension_points():
    return [{"module": "peek"}]
def _load_jupyter_server_extension(app):
    base = app.web_app.settings["base_url"]
    app.web_app.add_handlers(".*$", [(base + "peek", Peek)])
    app.io_loop.add_callback(lambda: seen.setdefault("first_turn", sorted(sys.modules)))
"""


class Server:
    """``with Server(folder, {...traits}) as server: server.get("api/status")``."""

    def __init__(self, folder: Path, traits: dict[str, Any], **environ: str) -> None:
        self.folder = folder
        self.log_file = folder / "server.log"
        for name in ("config", "data", "runtime", "work", "lib"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "lib" / "peek.py").write_text(PEEK)
        config = {
            "ServerApp": {
                "jpserver_extensions": {"sm_onboard": True, "peek": True},
                "allow_unauthenticated_access": False,
                "root_dir": str(folder / "work"),
                "open_browser": False,
                "allow_root": True,
            },
            "IdentityProvider": {"token": TOKEN},
            "SmOnboard": traits,
        }
        (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
        self._environ = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "PYTHONPATH": os.pathsep.join([str(folder / "lib"), str(REPOSITORY)]),
            **environ,
        }

    def __enter__(self) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "jupyter_server",
                    f"--ServerApp.port={self.port}",
                    "--ServerApp.port_retries=0",
                    "--ServerApp.ip=127.0.0.1",
                ],
                env=self._environ,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:  # the socket listens before the loop runs: the first request waits in it
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError(self.log())

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Ends it the way a supervisor does, and waits."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end:\n{self.log()}") from None

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def get(self, path: str) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}", headers={"Authorization": f"token {TOKEN}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, None

    def until(self, path: str, condition: Any) -> Any:
        """Asks until the answer fulfils something; the last answer."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            answer = self.get(path)[1]
            if condition(answer):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{answer}\n{self.log()}")


class SilentHost:
    """Takes connections and never says a word."""

    def __enter__(self) -> SilentHost:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.asked = threading.Event()
        self.left = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(1 << 16):
                    self.asked.set()
            except OSError:
                pass
            self.left.set()

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # who waits for it would keep it open
        self._socket.close()
