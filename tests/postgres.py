"""PostgreSQL on loopback, from the system's packages; for tests and benchmarks."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

_PATIENCE = 60  # seconds


def programs() -> Path | None:
    """The folder with ``initdb``; Debian keeps it out of the way. None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


def missing() -> str:
    """Why it cannot be started here; "" where it can."""
    if programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        return "psycopg2 is not installed"
    return "" if os.getuid() else _no_user()


def _no_user() -> str:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return "there is no user postgres, and PostgreSQL does not run as root"
    return ""


class Postgres:
    """A cluster of its own, which ends with this process.

    Attributes:
        uri: of an empty database, as SQLAlchemy reads it.
    """

    def __init__(self) -> None:
        there = programs()
        assert there is not None, missing()
        # Not below a test's folder: root's are closed to the user that it has to run as.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        password = secrets.token_hex(8)
        file = self._folder / "password"
        file.write_text(password)
        if self._user:
            shutil.chown(file, self._user)
        data = self._folder / "data"
        try:
            subprocess.run(
                [
                    there / "initdb", "--pgdata", data, "--username", "mlflow", "--no-sync",
                    "--auth", "scram-sha-256", "--pwfile", file, "--encoding", "UTF8",
                    "--locale", "C",
                ],
                check=True, capture_output=True, user=self._user, cwd=self._folder,
            )  # fmt: skip
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    [
                        there / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1",
                        "-c", "unix_socket_directories=", "-c", "fsync=off",
                    ],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user,
                    cwd=self._folder,
                )  # fmt: skip
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._dsn = f"//mlflow:{password}@127.0.0.1:{port}/postgres"
        # Named, because SQLAlchemy's own choice of a driver has changed.
        self.uri = f"postgresql+psycopg2:{self._dsn}"

    def __enter__(self) -> Postgres:
        import psycopg2

        end = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg2.connect(f"postgresql:{self._dsn}", connect_timeout=5).close()
                return self
            except psycopg2.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    log = (self._folder / "log").read_text()
                    self.stop()
                    raise AssertionError(log[-4000:]) from None
                time.sleep(0.1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # ends without waiting for clients
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
        shutil.rmtree(self._folder, ignore_errors=True)
