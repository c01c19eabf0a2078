"""What is recorded when a run ends: its files, and the tags that take longer.

mlflow has no plug-in point for the end of a run. ``MlflowClient.set_terminated`` is where
every end comes through: ``end_run``, ``with``, autologging, children of a search, and what
is left open when the process ends. It is wrapped, and only runs with a token of this process
are touched. The run's end itself never depends on what is done here.
"""

from __future__ import annotations

import functools
import inspect
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record

from . import where
from .capture import Capture, by_token, clip, named
from .data import Data

_WAIT = 20.0  # seconds for the list of packages
_MARK = "_sm_onboard"
_SEEDS = ("seed", "random_state", "random_seed")


@dataclass
class Told:
    """What the person said of one run with ``track``."""

    data: list[Data] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


told: dict[str, Told] = {}  # by id of a run that has not ended
_ended: set[str] = set()


def wrap() -> None:
    """Wraps mlflow's ``set_terminated``, once.

    Raises:
        OnboardError: ``experiments.mlflow_unknown``: this mlflow is built otherwise.
    """
    module = sys.modules.get("mlflow.tracking.client")
    client = getattr(module, "MlflowClient", None)
    original = getattr(client, "set_terminated", None)
    if original is not None and hasattr(original, _MARK):
        return
    if original is None or list(inspect.signature(original).parameters)[:2] != ["self", "run_id"]:
        raise OnboardError("experiments.mlflow_unknown", "this mlflow ends its runs otherwise")
    setattr(client, "set_terminated", _wrapped(original))  # noqa: B010  client is Any


def _wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def set_terminated(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            finish(self, kwargs["run_id"] if "run_id" in kwargs else args[0])
        except Exception:  # noqa: S110  the end itself is what matters; finish says what failed
            pass
        except BaseException:  # a person's interrupt: the run has ended all the same
            original(self, *args, **kwargs)
            raise
        return original(self, *args, **kwargs)

    setattr(set_terminated, _MARK, True)
    return set_terminated


def finish(client: Any, run_id: str) -> None:
    """Stores the files and late tags of a run that was recorded here."""
    if run_id in _ended:
        return
    run = client.get_run(run_id)
    captured = by_token(run.data.tags.get(record.RECORD, ""))
    if captured is None:
        return
    _ended.add(run_id)
    where.tell()
    said = told.pop(run_id, Told())
    missing = [*captured.missing, *said.missing]
    late: dict[str, str] = {}
    files: dict[str, bytes] = {}

    def step(what: str, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:
            missing.append(f"{what} could not be stored with the run ({named(error)}).")

    sources: dict[str, str] = {}

    def environment() -> None:
        if captured.environment:
            found = captured.environment.get(_WAIT)
            files[record.ENVIRONMENT_FILE] = found.text.encode()
            late[record.ENVIRONMENT] = found.digest
            sources.update(found.sources)

    step("The environment", environment)
    step("The snapshot", lambda: files.update(_snapshot(captured)))
    if captured.source:
        name, content = captured.source
        files[f"{record.SOURCE_FOLDER}/{name}"] = content
    seed = next((run.data.params[x] for x in _SEEDS if x in run.data.params), "")
    if seed and seed != "None" and record.SEED not in run.data.tags:
        late[record.SEED] = clip(seed)
    tags = {**run.data.tags, **late}
    whole = {
        "version": 1,
        "run": run_id,
        "tags": {tag: value for tag, value in tags.items() if tag.startswith(record.PREFIX)},
        "missing": missing,
        "left_out": _left_out(captured),
        "parameters": dict(run.data.params),
        "data": [data.told() for data in said.data],
        "cell": {"id": captured.where.cell, "source": captured.where.code},
        "arguments": [] if captured.where.interactive else sys.argv,
        "python": {"executable": sys.executable, "version": sys.version},
        "platform": platform.platform(),
        "package_sources": sources,
    }

    def record_file() -> None:
        files[record.RECORD_FILE] = json.dumps(whole, indent=1).encode()

    step("The record", record_file)
    step("The files", lambda: _upload(client, run_id, files))
    if missing:
        late[record.MISSING] = clip(" ".join(missing))
    _tag(client, run_id, late)
    if captured.repeats and record.REPEATS in run.data.tags and captured.seen:
        from .repository import repeated

        captured.repeats = ""
        repeated(captured.seen.root)


def _snapshot(captured: Capture) -> dict[str, bytes]:
    if captured.seen is None or captured.seen.snapshot is None:
        return {}
    folder = captured.seen.snapshot.folder
    names = ("manifest.json", "snapshot.bundle")
    return {f"{record.SNAPSHOT_FOLDER}/{name}": (folder / name).read_bytes() for name in names}


def _left_out(captured: Capture) -> list[dict[str, Any]]:
    if captured.seen is None or captured.seen.snapshot is None:
        return []
    return [asdict(one) for one in captured.seen.snapshot.manifest.left_out[:1000]]


def _upload(client: Any, run_id: str, files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="sm-onboard-") as temporary:
        for path, content in files.items():
            target = Path(temporary, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        client.log_artifacts(run_id, str(Path(temporary, record.FOLDER)), record.FOLDER)


def _tag(client: Any, run_id: str, tags: dict[str, str]) -> None:
    from mlflow.entities import RunTag

    if tags:
        client.log_batch(run_id, tags=[RunTag(tag, value) for tag, value in tags.items()])
