"""What kind of machine, space and job this is; read once for a process."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sm_onboard import studio
from sm_onboard.experiments import record

_ML = Path("/opt/ml")  # where SageMaker tells a job about itself
_GPUS = Path("/proc/driver/nvidia/gpus")
_JOB = re.compile(r"arn:aws[a-z-]{0,16}:sagemaker:[a-z0-9-]+:[0-9]{12}:[a-z]+-job/[\w-]{1,63}")
_EXECUTION = re.compile(
    r"arn:aws[a-z-]{0,16}:sagemaker:[a-z0-9-]+:[0-9]{12}:pipeline/[\w-]{1,256}/execution/[\w-]{1,64}"
)
_EXECUTIONS = ("PIPELINE_EXECUTION_ARN", "SAGEMAKER_PIPELINE_EXECUTION_ARN")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")


@lru_cache(maxsize=1)
def tags() -> dict[str, str]:
    return look(os.environ)


def look(
    environ: Mapping[str, str],
    *,
    metadata: Path = studio.METADATA,
    ml: Path = _ML,
    gpus: Path = _GPUS,
) -> dict[str, str]:
    """The tags that say where a run happened; what is unknown has none.

    Args:
        metadata, ml, gpus: where Studio, SageMaker's jobs and the driver write theirs.
    """
    place = studio.look(environ, metadata, home=Path(environ.get("HOME") or "/"))
    training = _json(ml / "input" / "config" / "resourceconfig.json")
    processing = _json(ml / "config" / "processingjobconfig.json")
    cluster = (processing.get("ProcessingResources") or {}).get("ClusterConfig") or {}
    arns = environ.get("TRAINING_JOB_ARN"), processing.get("ProcessingJobArn")
    executions = [environ.get(x) for x in _EXECUTIONS]
    instances = (environ.get("SM_CURRENT_INSTANCE_TYPE"), training.get("current_instance_type"))
    found = {
        record.PERSON: place.user_profile or _account(),
        record.SPACE: place.space,
        record.DOMAIN: place.domain_id,
        record.IMAGE: place.image,
        record.INSTANCE: _first(_INSTANCE, *instances, cluster.get("InstanceType")),
        record.GPU: _gpu(gpus),
        record.PYTHON: platform.python_version(),
        record.JOB: _first(_JOB, *arns),
        record.EXECUTION: _first(_EXECUTION, *executions),
    }
    return {tag: value[: record.TAG_LIMIT] for tag, value in found.items() if value}


def _first(form: re.Pattern[str], *texts: Any) -> str:
    return next((x for x in texts if isinstance(x, str) and form.fullmatch(x)), "")


def _json(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_bytes()[: 1 << 20])
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _gpu(folder: Path) -> str:
    """The driver's own words, ``2 x NVIDIA A10G``: no process has to be started for them."""
    names = []
    try:
        for entry in sorted(folder.iterdir()):
            said = re.search(r"^Model:\s*(.+)$", (entry / "information").read_text(), re.M)
            names.append(said[1].strip() if said else "GPU")
    except OSError:
        return ""
    counts = {name: names.count(name) for name in names}
    return ", ".join(f"{n} x {name}" if n > 1 else name for name, n in counts.items())


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in the machine's list
        return ""
