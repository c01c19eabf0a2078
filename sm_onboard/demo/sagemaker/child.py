"""The local SageMaker in a process of its own, which ends with the one that started it.

with LocalSageMaker.start() as local:
    local.client("sagemaker").list_domains()
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from sm_onboard.demo.sagemaker import packages
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.errors import OnboardError

_START = 60.0  # seconds the server may take to answer
_END = 10.0  # seconds it may take to end
_SAID = 2000  # characters of what a server says that did not start
_PACKAGES = Path(__file__).parents[3]


class LocalSageMaker:
    """A local SageMaker that answers; `start` makes one."""

    def __init__(self, process: subprocess.Popen[str], url: str, env: Mapping[str, str]) -> None:
        self.process = process
        self.url = url
        self._environment = dict(env)
        self.control = Control(url, self._environment["SM_ONBOARD_DEMO_CONTROL"])

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        speed: float = 1.0,
        sample: bool = True,
        region: str = "eu-west-1",
        check: bool = False,
        python: str | os.PathLike[str] = sys.executable,
    ) -> LocalSageMaker:
        """Starts one and returns once it answers.

        Args:
            port: 0 takes a free one.
            speed: 60 lets a minute of a life cycle pass in a second; ``math.inf`` lets every
                life cycle be over at once.
            sample: whether the sample organization is there.
            region: of the sample organization and of the environment.
            check: whether each answer is held against the model before it is given.
            python: the interpreter to run it with, which may have another boto3.

        Raises:
            OnboardError: it did not start (``demo.not_started``), or lacks packages
                (``demo.no_moto``).
        """
        command = [
            os.fspath(python),
            *("-m", "sm_onboard.demo.sagemaker.server"),
            *("--port", str(port), "--speed", repr(speed), "--region", region),
            *(() if sample else ("--empty",)),
            *(("--check",) if check else ()),
        ]
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(
                command,
                env=_environment(),
                stdin=subprocess.PIPE,  # its end is how the server learns of ours
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            line = _first_line(process)
            if not line:
                _end(process)
                errors.seek(0)
                raise _not_started(errors)
        told = json.loads(line)
        return cls(process, told["url"], told["environment"])

    def environment(self) -> dict[str, str]:
        """The variables that lead boto3 and MLflow here, and to no account of anybody's."""
        return dict(self._environment)

    @cached_property
    def _session(self) -> Any:
        return self.session()

    def session(self, region: str | None = None) -> Any:
        """A ``boto3.Session`` with the emulator's credentials.

        Its clients need ``endpoint_url=url`` where ``AWS_ENDPOINT_URL`` is not set.
        """
        import boto3
        from botocore.session import Session

        # The profile and the files that a person's shell names are not looked at.
        nobody = Session(
            {
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        return boto3.Session(
            botocore_session=nobody,
            aws_access_key_id=self._environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self._environment["AWS_SECRET_ACCESS_KEY"],
            region_name=region or self._environment["AWS_REGION"],
        )

    def client(self, service: str, region: str | None = None, **options: Any) -> Any:
        """A boto3 client of this server.

        Args:
            options: of ``Session.client``, such as ``config``.
        """
        from botocore.config import Config

        config = Config(proxies={}).merge(options.pop("config", None) or Config())
        return self._session.client(
            service,
            **{"region_name": region, "endpoint_url": self.url, "config": config, **options},
        )

    def stop(self) -> None:
        """Ends it."""
        _end(self.process)

    def __enter__(self) -> LocalSageMaker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _environment() -> dict[str, str]:
    """What the server is given: nothing of the person's AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = [str(_PACKAGES), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "AWS_EC2_METADATA_DISABLED": "true"}


def _first_line(process: subprocess.Popen[str]) -> str:
    """Empty where the process ends before, or says nothing for too long."""
    stdout = process.stdout
    assert stdout is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.append(stdout.readline()), daemon=True)
    reader.start()
    reader.join(_START)
    return lines[0] if lines else ""


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _not_started(errors: IO[str]) -> OnboardError:
    said = errors.read()
    for name in packages.NEEDED:
        if f"No module named '{name}" in said:
            return packages.missing(name)
    return OnboardError(
        "demo.not_started",
        f"The local SageMaker did not start. It said last:\n{said[-_SAID:].strip()}",
        "Where its port is taken, choose another one with --port.",
    )
