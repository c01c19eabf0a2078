"""Does one job as its person: a home and a clone of their own, and their own name."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sm_onboard.demo.history import git
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run
from sm_onboard.experiments.stores.opening import open_store

from .jobs import JOBS, NOTEBOOK, Job

_FIRST_RUN = 60.0  # seconds that a training may take to begin its run

_MAKE = """
import mlflow, sys
client = mlflow.MlflowClient()
if client.get_experiment_by_name(sys.argv[1]) is None:
    client.create_experiment(sys.argv[1], artifact_location=sys.argv[2] or None)
"""


@dataclass(frozen=True)
class Office:
    """Where the colleagues work.

    Attributes:
        folder: their homes are below it.
        repository: the address of the sample repository.
        stores: the tracking URI of each of ``Job.store``.
        experiments: what the experiment is called there.
        environ: what their processes are given, besides what is each person's own.
        log: what those print.
    """

    folder: Path
    repository: str
    stores: Mapping[str, str]
    experiments: Mapping[str, str]
    environ: Mapping[str, str]
    log: IO[bytes]

    def make_experiment(self, store: str, files: str, cwd: Path) -> None:
        """Makes the experiment of a store, unless it is there.

        Args:
            files: where its runs keep their files; empty leaves that to the store.
            cwd: where MLflow, which is not asked, puts those of its own first experiment.
        """
        command = [sys.executable, "-c", _MAKE, self.experiments[store], files]
        subprocess.run(
            command,
            cwd=cwd,
            env={**self.environ, "MLFLOW_TRACKING_URI": self.stores[store]},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            check=True,
        )

    def do(self, job: Job) -> None:
        """Does a job, unless it was done before.

        Raises:
            InterruptedError: it was stopped with the demo, and will be done again.
            OSError, RuntimeError: it could not be begun.
        """
        done = self._done(job)
        if done.exists():
            return
        if job.repeats:
            self._repeat(job)
        else:
            clone = self._clone(job)
            command = (
                [sys.executable, "train.py", *shlex.split(job.arguments)]
                if job.arguments
                else [sys.executable, "-m", f"{__package__}.notebook", NOTEBOOK]
            )
            self._run(job, command, clone)
        done.parent.mkdir(exist_ok=True)
        done.touch()

    def forget(self, job: Job) -> None:
        """Lets a job be done again."""
        self._done(job).unlink(missing_ok=True)

    def _done(self, job: Job) -> Path:
        return self.folder / "done" / job.name

    def _clone(self, job: Job) -> Path:
        """The person's clone at the commit of the job, with what they have changed."""
        home = self._home(job)
        clone = home / "churn"
        if not clone.exists():
            git(home, "clone", "--quiet", "--template=", self.repository, "churn")
        found = git(clone, "log", "--format=%H", f"--grep=^{job.commit}$", "origin/main")
        git(clone, "checkout", "--quiet", "--force", "-B", "main", found.split()[0])
        for name, edits in job.edits.items():
            file = clone / name
            text = file.read_text("utf-8")
            for old, new in edits:
                if old not in text:
                    raise RuntimeError(f"{name} has no {old!r} to change.")
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")
        return clone

    def _repeat(self, job: Job) -> None:
        """Brings the best run of a job back, and trains it again as its record says."""
        best = max(self._runs(job), key=lambda run: run.metrics["val_auc"])
        into = self._home(job) / "reproduced" / best.name
        shutil.rmtree(into, ignore_errors=True)  # of a job that was interrupted
        ours = [sys.executable, "-m", "sm_onboard.cli", "experiments", "reproduce", best.id]
        store = self.stores[job.store]
        self._run(job, [*ours, "--store", store, "--into", str(into), "--yes"], into.parents[1])
        python, *arguments = shlex.split(best.tags["command"])
        assert python == "python"
        self._run(job, [sys.executable, *arguments], into)

    def _runs(self, job: Job) -> list[Run]:
        (repeated,) = (one for one in JOBS if one.name == job.repeats)
        store = open_store(self.stores[repeated.store], environ=self.environ, home=self._home(job))
        return [
            run
            for run in store.runs()
            if run.tags.get(record.PERSON) == repeated.person
            and run.status == "finished"
            and "command" in run.tags
        ]

    def _run(self, job: Job, command: list[str], cwd: Path) -> None:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=self._environment(job),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        wanted = False
        if job.stop is not None:
            wanted = self._wait_for_run(job, process)
            time.sleep(job.stop)
            process.send_signal(signal.SIGINT)
        # A training that fails is part of the story; one that the demo's end stopped is not.
        status = process.wait()
        if status == -signal.SIGINT and not wanted:
            raise InterruptedError(f"{job.name} was stopped.")
        self.log.write(f"{job.name}: {' '.join(command[1:3])} ended with {status}\n".encode())

    def _wait_for_run(self, job: Job, process: subprocess.Popen[bytes]) -> bool:
        store = open_store(self.stores[job.store], environ=self.environ, home=self._home(job))
        deadline = time.monotonic() + _FIRST_RUN
        while process.poll() is None and time.monotonic() < deadline:
            running = [run for run in store.runs() if run.status == "running" and run.metrics]
            if any(run.tags.get(record.PERSON) == job.person for run in running):
                return True
            time.sleep(0.3)
        return False

    def _home(self, job: Job) -> Path:
        # Jobs of the two stores are done at the same time, so they share no clone.
        home = self.folder / job.store / job.person
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home

    def _environment(self, job: Job) -> dict[str, str]:
        return {
            **self.environ,
            "HOME": str(self._home(job)),
            "LOGNAME": job.person,
            "USER": job.person,
            "MLFLOW_TRACKING_URI": self.stores[job.store],
            "MLFLOW_EXPERIMENT_NAME": self.experiments[job.store],
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",  # the models are small; JupyterLab needs the other core
        }
