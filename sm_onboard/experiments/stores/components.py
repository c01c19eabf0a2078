"""Trial components of SageMaker Experiments as the room's structs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, File, Run, Status
from sm_onboard.git.addresses import display

Component = Mapping[str, Any]

_STATUS: dict[str, Status] = {
    "InProgress": "running",
    "Completed": "finished",
    "Failed": "failed",
    "Stopping": "running",
    "Stopped": "stopped",
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
        name=component.get("DisplayName") or component["TrialComponentName"],
        status=_status(component),
        started=_ms(started),
        ended=_ms(component.get("EndTime")),
        user=_user(component.get("CreatedBy") or {}),
        artifacts=component.get("TrialComponentArn", ""),
        params=dict(_params(component)),
        metrics=_metrics(component),
        tags=_tags(component),
        datasets=tuple(_datasets(component)),
    )


def changed(component: Component) -> int:
    """When anything of it was changed last; ms."""
    return _ms(component.get("LastModifiedTime") or component.get("CreationTime")) or 0


def artifacts(component: Component) -> dict[str, str]:
    """Where each artifact is, by its path here."""
    return {
        f"{side}/{name}": str(artifact.get("Value", ""))
        for side, member in _SIDES.items()
        for name, artifact in (component.get(member) or {}).items()
    }


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
    said = (component.get("Status") or {}).get("PrimaryStatus", "")
    if said in _STATUS:
        return _STATUS[said]
    if component.get("EndTime"):
        return "finished"
    return "running" if component.get("StartTime") else "scheduled"


def _experiments(component: Component) -> set[str]:
    parents = component.get("Parents") or ()
    return {parent["ExperimentName"] for parent in parents if parent.get("ExperimentName")}


def _user(context: Mapping[str, Any]) -> str:
    identity = context.get("IamIdentity") or {}
    return str(context.get("UserProfileName") or identity.get("Arn", "").rpartition("/")[2])


def _params(component: Component) -> Iterator[tuple[str, str]]:
    for name, value in (component.get("Parameters") or {}).items():
        if "NumberValue" in value:
            number = float(value["NumberValue"])
            whole = number.is_integer() and abs(number) < 2**53
            yield name, str(int(number)) if whole else repr(number)
        else:
            yield name, str(value.get("StringValue", ""))


def _metrics(component: Component) -> dict[str, float]:
    """The last value of each; a name may be there once for each source."""
    rows = [row for row in component.get("Metrics") or () if "Last" in row]
    rows.sort(key=lambda row: _ms(row.get("TimeStamp")) or 0)
    return {row["MetricName"]: float(row["Last"]) for row in rows}


def _tags(component: Component) -> dict[str, str]:
    found = {tag["Key"]: str(tag.get("Value", "")) for tag in component.get("Tags") or ()}
    facts = component.get("MetadataProperties") or {}
    source = str((component.get("Source") or {}).get("SourceArn", ""))
    more = {
        record.JOB: source if _JOB.fullmatch(source) else "",
        record.COMMIT: facts.get("CommitId", ""),
        record.REPOSITORY: display(facts["Repository"]) if facts.get("Repository") else "",
    }
    return {**{name: value for name, value in more.items() if value}, **found}


def _datasets(component: Component) -> Iterator[Dataset]:
    for name, artifact in (component.get("InputArtifacts") or {}).items():
        address = str(artifact.get("Value", ""))
        if address.startswith("s3://"):
            source = json.dumps({"uri": address})
            yield Dataset(name=name, digest="", source_type="s3", source=source, context="input")


def _ms(moment: object) -> int | None:
    return round(moment.timestamp() * 1000) if isinstance(moment, datetime) else None
