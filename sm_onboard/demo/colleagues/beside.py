"""Starts the colleagues beside the demo, and ends them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_END = 5.0  # seconds in which a training says that it was stopped


class Colleagues:
    """The process; ``start`` returns at once and does what it does with little of the machine.

    Args:
        folder: what they may write to.
        repository: the address of the sample repository.
        app: the ARN of the MLflow App. sagemaker: the address of the local SageMaker.
        environ: of their processes, with the control token of the local SageMaker.
    """

    def __init__(
        self, folder: Path, repository: str, app: str, sagemaker: str, environ: Mapping[str, str]
    ) -> None:
        self._command = [
            sys.executable,
            *("-m", __package__ or ""),
            *(str(folder), repository, app, sagemaker),
        ]
        self._folder = folder
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder.parent,
                env=self._environ,
                stdin=subprocess.PIPE,  # its end is how they learn of ours
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a group of their own, which ends as one
            )

    def ask_to_end(self) -> None:
        self._signal(signal.SIGINT)

    def end(self) -> None:
        """Waits until they have ended, and makes it so."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END)
        self._signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):  # the group is empty
                os.killpg(self._process.pid, number)
