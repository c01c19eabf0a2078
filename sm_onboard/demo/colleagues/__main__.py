"""Does the jobs that were not done before, then serves the MLflow App until it is told to end.

python -m sm_onboard.demo.colleagues FOLDER REPOSITORY APP SAGEMAKER

Args:
    FOLDER: what the colleagues may write to; the demo's home and log lie beside it.
    REPOSITORY: the address of the sample repository.
    APP: the ARN of the domain's MLflow App; empty: there is none.
    SAGEMAKER: the address of the local SageMaker, whose control token is in the environment.

It ends with its standard input, or by SIGINT to its group, which the trainings hear too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from sm_onboard.demo.sagemaker.http.control import Control

from .files import Kept
from .jobs import JOBS
from .work import Office

CONTROL = "SM_ONBOARD_DEMO_CONTROL"
EXPERIMENTS = {
    "local": "churn",
    "app": "churn",
    "trials": "churn-trained",  # churn is there already, and is made up
}
TRIALS_ARTIFACTS = "s3://acme-churn/runs"
ARTIFACTS = "s3://acme-studio/mlflow/app"  # as the sample organization made its App
_HEAD_START = 2.0  # seconds in which JupyterLab's page has the machine for itself


def main(folder: Path, repository: str, app: str, sagemaker: str) -> None:
    # Whoever started the demo may not have wanted SIGINT; here it is how all of it ends.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.nice(5)
    os.umask(0o077)
    token = os.environ.pop(CONTROL)
    folder.mkdir(parents=True, exist_ok=True)
    stores = {
        "local": f"sqlite:///{_state(folder)}/mlflow.db",
        "app": app,
        "trials": f"sagemaker-experiments:{os.environ['AWS_REGION']}",
    }
    with folder.with_suffix(".log").open("ab", buffering=0) as log:
        office = Office(folder, repository, stores, EXPERIMENTS, dict(os.environ), log)
        time.sleep(_HEAD_START)
        state = _state(folder)
        _make_experiment(office, "local", (state / "churn").as_uri(), state)
        threading.Thread(target=_work, args=(office, "local"), daemon=True).start()
        with _mlflow_app(folder, log) if app else contextlib.nullcontext("") as url:
            files = Kept(ARTIFACTS, folder / "mlflow-app" / "artifacts")
            if url:
                files.put_back()
                Control(sagemaker, token).mlflow(app, url)
                threading.Thread(target=_in_sagemaker, args=(office, files), daemon=True).start()
            try:
                sys.stdin.read()
            finally:
                if url:
                    files.copy()


def _in_sagemaker(office: Office, files: Kept) -> None:
    _make_experiment(office, "app", "", office.folder)
    _work(office, "app", files.copy)
    # What is in SageMaker Experiments ends with the local SageMaker, so it is made each time.
    for job in JOBS:
        if job.store == "trials":
            office.forget(job)
    _make_experiment(office, "trials", TRIALS_ARTIFACTS, office.folder)
    _work(office, "trials")


def _make_experiment(office: Office, store: str, files: str, cwd: Path) -> None:
    with _logged(office):
        office.make_experiment(store, files, cwd)


def _work(office: Office, store: str, done: Callable[[], object] = lambda: None) -> None:
    """Does the jobs of one store, one after the other; one that fails leaves the others."""
    for job in JOBS:
        if job.store == store:
            with _logged(office):
                office.do(job)
                done()


@contextlib.contextmanager
def _logged(office: Office) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        office.log.write(f"{type(error).__name__}: {error}\n".encode())


def _state(folder: Path) -> Path:
    """Where the demo's person keeps what is ours: their store is the local one."""
    state = folder.parent / "home" / ".local" / "state" / "sm-onboard"
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    return state


@contextlib.contextmanager
def _mlflow_app(folder: Path, log: IO[bytes]) -> Iterator[str]:
    """The server behind the App, as long as the block lasts; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.mlflow_app", str(folder / "mlflow-app"), ARTIFACTS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), *sys.argv[2:5])
