"""A real MLflow server on loopback, for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

QUIET = {
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Its job runner would be eight processes more.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}
# Ends the server and its workers when the pipe closes, so also when the tests are killed.
_WATCH = """
import os, signal, subprocess, sys, threading
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
def watch():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
sys.exit(server.wait())
"""
_PATIENCE = 90  # seconds; it needs five on an idle machine


class MlflowBackend:
    """``mlflow server`` on a SQLite store of its own, or as it is told.

    Args:
        store: where it keeps runs; as SQLAlchemy reads it.
        artifacts: where it keeps files.
        environ: more variables for it.

    Attributes:
        url: ``http://127.0.0.1:PORT``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        store: str = "",
        artifacts: str = "",
        environ: Mapping[str, str] | None = None,
        workers: int = 1,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "mlflow.log"
        artifacts = artifacts or (folder / "artifacts").as_uri()
        options = {
            "--host": "127.0.0.1",
            "--port": str(port),
            "--workers": str(workers),
            "--backend-store-uri": store or f"sqlite:///{folder / 'mlflow.db'}",
            "--default-artifact-root": artifacts,
            "--artifacts-destination": artifacts,
        }
        command = [sys.executable, "-m", "mlflow", "server", "--serve-artifacts"]
        command += [word for option in options.items() for word in option]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _WATCH, *command],
                env={**os.environ, **QUIET, **(environ or {}), "HOME": str(folder)},
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> MlflowBackend:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with urlopen(f"{self.url}/health", timeout=5):
                    return self
            except (URLError, OSError):
                if self._process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise AssertionError(self._log.read_text()[-4000:]) from None
                time.sleep(0.1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it and its workers."""
        assert self._process.stdin is not None
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(timeout=10)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.stdin.close()
