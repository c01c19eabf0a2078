"""Trial components of SageMaker Experiments as the room's structs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

import msgspec

from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, File, Run, Status
from sm_onboard.experiments.trials import kept
from sm_onboard.experiments.trials.beyond import Beyond
from sm_onboard.git.addresses import display

Component = Mapping[str, Any]

_STATUS: dict[str, Status] = {
    "RUNNING": "running",
    "SCHEDULED": "scheduled",
    "FINISHED": "finished",
    "FAILED": "failed",
    "KILLED": "stopped",
}
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9-]{0,119}")
_JOB = re.compile(r"arn:[a-z-]+:sagemaker:[a-z0-9-]+:\d{12}:(training|processing|transform)-job/.+")
_SIDES = {"inputs": "InputArtifacts", "outputs": "OutputArtifacts"}


def is_name(text: str) -> bool:
    """Whether a component can have this name."""
    return _NAME.fullmatch(text) is not None


def run(component: Component, unassigned: str, wanted: Set[str] = frozenset()) -> Run:
    """A run without the histories of its metrics.

    Args:
        unassigned: the experiment of a component that is in none.
        wanted: the experiment to prefer of several.
    """
    started = component.get("StartTime") or component.get("CreationTime")
    within = sorted(_experiments(component))
    preferred = [name for name in within if name in wanted]
    return Run(
        id=component["TrialComponentName"],
        experiment=(preferred or within or [unassigned])[0],
        name=kept.name(component),
        status=_status(component),
        started=kept.ms(started),
        ended=kept.ms(component.get("EndTime")),
        user=_user(component),
        artifacts=kept.files(component) or component.get("TrialComponentArn", ""),
        params=kept.params(component),
        metrics={name: value for name, (_, value) in kept.metrics(component).items()},
        tags=_tags(component),
        datasets=tuple(_datasets(component)),
    )


def whole(component: Component, run: Run, beyond: Beyond) -> Run:
    """A run with what SageMaker had no room for."""
    more = (Dataset(**one._asdict()) for one in beyond.data)
    return msgspec.structs.replace(
        run,
        started=run.started if beyond.started is None else beyond.started,
        ended=run.ended if beyond.ended is None else beyond.ended,
        params={**run.params, **beyond.params},
        metrics=beyond.last(kept.metrics(component)),
        tags={**run.tags, **beyond.tags},
        datasets=(*run.datasets, *more),
    )


def changed(component: Component) -> int:
    """When anything of it was changed last; ms."""
    return kept.ms(component.get("LastModifiedTime") or component.get("CreationTime")) or 0


def artifacts(component: Component) -> dict[str, str]:
    """Where each artifact is, by its path here; but for what stands for MLflow's."""
    ours = {f"inputs/{data.name}" for data in kept.data(component)} | {f"outputs/{kept.FILES}"}
    found = {
        f"{side}/{name}": str(artifact.get("Value", ""))
        for side, member in _SIDES.items()
        for name, artifact in (component.get(member) or {}).items()
    }
    return {path: value for path, value in found.items() if path not in ours}


def files(component: Component, folder: str) -> list[File]:
    """What lies in a folder; the sizes are not known."""
    paths = artifacts(component)
    if not folder:
        sides = sorted({path.partition("/")[0] for path in paths})
        return [File(path=side, folder=True) for side in sides]
    # A name may hold slashes: these make no folders.
    inside = [path for path in sorted(paths) if path.partition("/")[0] == folder]
    return [File(path=path, folder=False) for path in inside]


def points(result: Mapping[str, Any]) -> list[tuple[int, float]]:
    """(step or second, value), in order; none where the query failed."""
    pairs = zip(result.get("XAxisValues") or (), result.get("MetricValues") or (), strict=False)
    return sorted((int(x), float(value)) for x, value in pairs)


def _status(component: Component) -> Status:
    return _STATUS[kept.status(component)]


def _experiments(component: Component) -> set[str]:
    parents = component.get("Parents") or ()
    return {parent["ExperimentName"] for parent in parents if parent.get("ExperimentName")}


def _user(component: Component) -> str:
    told = kept.tags(component).get("mlflow.user", "")
    context = component.get("CreatedBy") or {}
    identity = context.get("IamIdentity") or {}
    named = context.get("UserProfileName") or identity.get("Arn", "").rpartition("/")[2]
    return str(told or named)


def _tags(component: Component) -> dict[str, str]:
    facts = component.get("MetadataProperties") or {}
    source = str((component.get("Source") or {}).get("SourceArn", ""))
    more = {
        record.JOB: source if _JOB.fullmatch(source) else "",
        record.COMMIT: facts.get("CommitId", ""),
        record.REPOSITORY: display(facts["Repository"]) if facts.get("Repository") else "",
    }
    return {**{name: value for name, value in more.items() if value}, **kept.tags(component)}


def _datasets(component: Component) -> Iterator[Dataset]:
    recorded = {data.name: Dataset(**data._asdict()) for data in kept.data(component)}
    yield from recorded.values()
    for name, artifact in (component.get("InputArtifacts") or {}).items():
        address = str(artifact.get("Value", ""))
        if address.startswith("s3://") and name not in recorded:
            source = json.dumps({"uri": address})
            yield Dataset(name=name, digest="", source_type="s3", source=source, context="input")
