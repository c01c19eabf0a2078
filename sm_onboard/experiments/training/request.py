"""The CreateTrainingJob that repeats a job, made from what DescribeTrainingJob says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sm_onboard.errors import Conflict
from sm_onboard.experiments import record
from sm_onboard.plain_text import plain

TAGS: Final = 50  # of a resource
_SHOWN: Final = 300  # characters of a value in what is shown
_SHOWN_ALL: Final = 100_000  # of all of it
# What AWS takes as a tag's value, of that what ids of runs are made of.
_ID = re.compile(r"[A-Za-z0-9_.:/=+@-]{1,256}", re.ASCII)


def build(
    told: Mapping[str, Any],
    shape: Any,
    *,
    name: str,
    repeats: str,
    tags: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The parameters of CreateTrainingJob.

    Warm pools, spot, VPC and whatever else is carried over as it is. Not carried over: what this
    boto3 does not know as a member of the request, AWS's own tags, and the name of the
    experiment run, which the old job has written to.

    Args:
        told: DescribeTrainingJob's answer.
        shape: botocore's of the request.
        name: of the new job.
        repeats: id of the run that it repeats.
        tags: of the old job.

    Raises:
        Conflict: ``experiments.job_not_repeatable``: botocore would refuse it.
    """
    from botocore.validate import ParamValidator

    members = {key: told[key] for key in shape.members if told.get(key) is not None}
    made: dict[str, Any] = _narrowed(members, shape)
    made["TrainingJobName"] = name
    made["Tags"] = _tags(tags, repeats)
    environment = dict(made.get("Environment") or {})
    most = shape.members["Environment"].metadata.get("max", 48)
    if _ID.fullmatch(repeats) and len(environment.keys() | {record.REPEATS_VARIABLE}) <= most:
        made["Environment"] = {**environment, record.REPEATS_VARIABLE: repeats}
    if "ExperimentConfig" in made:
        config = {key: v for key, v in made["ExperimentConfig"].items() if key != "RunName"}
        made["ExperimentConfig"] = {**config, "TrialComponentDisplayName": name}
    report = ParamValidator().validate(made, shape)
    if report.has_errors():
        raise Conflict(
            "experiments.job_not_repeatable",
            "What SageMaker says of this job is not what a new one takes.",
            plain(report.generate_report(), 500)[0],
        )
    return made


def digest(request: Mapping[str, Any], region: str, account: str) -> str:
    """Names exactly this request; a confirmation of another one is refused."""
    whole = json.dumps([region, account, request], sort_keys=True, default=str)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def shown(request: Mapping[str, Any]) -> tuple[str, bool]:
    """The request as JSON text to look at, and whether anything of it was cut."""
    cut = False

    def short(value: Any) -> Any:
        nonlocal cut
        if isinstance(value, Mapping):
            return {plain(str(key), _SHOWN)[0]: short(one) for key, one in value.items()}
        if isinstance(value, list):
            return [short(one) for one in value]
        if not isinstance(value, str):
            return value
        text, more = plain(value, _SHOWN)
        cut = cut or more
        return f"{text}…" if more else text

    text, more = plain(json.dumps(short(request), indent=2, ensure_ascii=False), _SHOWN_ALL)
    return text, cut or more


def _narrowed(value: Any, shape: Any) -> Any:
    """Only what the request knows: DescribeTrainingJob may be of a newer model."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        known = shape.members
        return {k: _narrowed(v, known[k]) for k, v in value.items() if k in known and v is not None}
    if shape.type_name == "list" and isinstance(value, (list, tuple)):
        return [_narrowed(one, shape.member) for one in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: _narrowed(one, shape.value) for key, one in value.items()}
    return value


def _tags(tags: Sequence[Mapping[str, str]], repeats: str) -> list[dict[str, str]]:
    kept = {
        tag["Key"]: tag["Value"]
        for tag in tags
        if not tag["Key"].lower().startswith("aws:") and tag["Key"] != record.REPEATS
    }
    if _ID.fullmatch(repeats) and len(kept) < TAGS:
        kept[record.REPEATS] = repeats
    return [{"Key": key, "Value": value} for key, value in kept.items()]
