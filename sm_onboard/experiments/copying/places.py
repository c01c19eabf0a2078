"""From two addresses to the store that is read and the one that is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest
from sm_onboard.experiments.models import Store
from sm_onboard.experiments.stores.opening import open_store
from sm_onboard.experiments.trials.names import URI as SAGEMAKER

from .models import Target

_SQLITE = "sqlite:///"


def whole(uri: str, home: Path, region: str) -> str:
    """An address that is the same whatever folder the command runs in.

    Args:
        region: of SageMaker Experiments, where the address names none.

    Raises:
        OnboardError: ``aws.no_region``.
    """
    if named := SAGEMAKER.fullmatch(uri):
        return f"sagemaker-experiments:{named['region'] or region or _region()}"
    if uri.startswith(_SQLITE):
        return f"{_SQLITE}{_absolute(uri.removeprefix(_SQLITE), home)}"
    if "://" in uri or uri.startswith(("arn:", "file:")):
        return uri
    path = _absolute(uri, home)
    return f"{_SQLITE}{path}" if path.is_file() else str(path)


def called(uri: str) -> str:
    """How a copy names the store it came from: without a name and password."""
    split = urlsplit(uri) if uri.startswith(("http:", "https:")) else None
    if split is None:
        return uri
    return split._replace(
        netloc=split.netloc.rpartition("@")[2], path=split.path.rstrip("/")
    ).geturl()


def source(uri: str, environ: Mapping[str, str], home: Path) -> Store:
    return open_store(uri, environ=environ, home=home)


def target(uri: str, environ: Mapping[str, str], home: Path) -> Target:
    """Raises InvalidRequest for what is no store; Conflict where mlflow is needed and missing."""
    if named := SAGEMAKER.fullmatch(uri):
        from .to_sagemaker import ToSagemaker

        return ToSagemaker(uri, named["region"] or "")
    if uri.startswith(_SQLITE):
        path = Path(uri.removeprefix(_SQLITE))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
    elif "://" in uri or uri.startswith("arn:"):
        open_store(uri, environ=environ, home=home)  # it says best what is wrong with an address
    from .to_mlflow import ToMlflow

    return ToMlflow(uri, lambda: source(uri, environ, home))


def _absolute(text: str, home: Path) -> Path:
    if not text or "\0" in text:
        raise InvalidRequest(
            "experiments.store_kind", "That address names no file.", "Write sqlite:///PATH."
        )
    if text.startswith("~/"):
        return home / text[2:]
    return Path(os.path.abspath(text))


def _region() -> str:
    return str(aws.default().client("sagemaker").meta.region_name)
