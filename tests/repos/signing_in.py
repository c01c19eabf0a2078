"""A Secrets Manager over HTTP, a person's home, and git as the engine calls it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from sm_onboard.git.listener import Access
from sm_onboard.repos.access.credentials import COMMAND
from sm_onboard.repos.models import Entry

USER, PASSWORD = "ana", "s3cr3t-T0ken+/=%"


@dataclass
class Home:
    """A person's home and environment, with nothing of this machine's in it."""

    path: Path
    endpoint: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.path),
            "PATH": f"{command_folder(self.path)}:{os.environ['PATH']}",
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.variables,
        }

    def git(self, *arguments: str, access: Access | None = None, cwd: Path | None = None) -> Ran:
        """git as the engine calls it with ``access``, as the person calls it without."""
        environment = self.environment
        if access is not None:
            environment |= engine_environment(access)
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def clone(self, entry: Entry, access: Access) -> Ran:
        """Clones and leaves what ``access`` wants kept, as the engine does."""
        folder = self.path / entry.path
        ran = self.git("clone", "--", entry.url, str(folder), access=access)
        if ran.code == 0:
            keep(self, folder, access)
        return ran

    def files(self) -> Iterator[tuple[Path, bytes]]:
        """Every file below the home, with its contents."""
        for path in self.path.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path, path.read_bytes()


@dataclass
class Ran:
    code: int
    out: str
    err: str


def engine_environment(access: Access) -> dict[str, str]:
    pairs = [("core.askPass", "false"), *access.config]
    environment = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment | dict(access.environment)


def keep(home: Home, folder: Path, access: Access) -> None:
    """Replaces all values of each key, as ``Access.keep`` asks."""
    for key in dict.fromkeys(key for key, _ in access.keep):
        home.git("config", "--unset-all", key, cwd=folder)
    for key, value in access.keep:
        assert home.git("config", "--add", key, value, cwd=folder).code == 0


def command_folder(home: Path) -> str:
    """A folder with the helper's command: the installed one, else as pip would write it."""
    installed = shutil.which(COMMAND, path=os.path.dirname(sys.executable))
    if installed:
        return os.path.dirname(installed)
    folder = home.parent / "scripts"
    script = folder / COMMAND
    if not script.exists():
        folder.mkdir()
        root = Path(__file__).parents[2]
        script.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.append({str(root)!r})\n"
            "from sm_onboard.repos.access.credential_helper import main\nsys.exit(main())\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def entry(url: str, secret: str | None = None) -> Entry:
    return Entry(id="1", name="churn", url=url, path="churn", source="team", secret=secret)


@contextmanager
def aws_answering(code: str, message: str, status: int = 400) -> Iterator[str]:
    """An AWS JSON service that answers every call with one error; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"__type": code, "Message": message}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Handler) as address:
        yield address


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def holds(secrets: Sequence[str], content: bytes) -> bool:
    """Whether one of the secrets is in the bytes, in any form that git or HTTP would use."""
    text = content.lower()  # git writes %2b where Python writes %2B
    forms = [s for secret in secrets for s in (secret, quote(secret, safe=""), quote(secret))]
    forms += [base64.b64encode(f"{USER}:{secret}".encode()).decode() for secret in secrets]
    return any(form.lower().encode() in text for form in forms)
