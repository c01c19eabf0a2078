"""Names that SageMaker Experiments takes: letters, digits, and single dashes between them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from hashlib import sha256

LONGEST = 120
URI = re.compile(r"sagemaker-experiments(?::(?://)?(?P<region>[a-z0-9-]*))?")
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}")
_DESCRIBED = "MLflow experiment: "
_DESCRIPTION = 3072  # characters


def is_name(text: str) -> bool:
    # The dashes of the pattern cost time in a long text that does not match.
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def plain(text: str, longest: int = LONGEST) -> str:
    """The nearest name; empty where nothing of the text can be in one."""
    letters = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-zA-Z0-9]+", "-", letters).strip("-")[:longest].rstrip("-")


def experiment(name: str) -> str:
    """The ExperimentName of an MLflow experiment; different for different names."""
    if is_name(name):
        return name
    digest = sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{plain(name, 100) or 'experiment'}-{digest}"


def described(name: str) -> str:
    """The Description that keeps a name that is none there; empty where it is one."""
    text = f"{_DESCRIBED}{name}"
    return "" if is_name(name) or len(text) > _DESCRIPTION or "\n" in text else text


def original(name: str, description: str) -> str:
    """The experiment's name as MLflow knows it."""
    told = description.removeprefix(_DESCRIBED)
    return told if told != description and experiment(told) == name else name


def trial(experiment: str) -> str:
    """The run group of an experiment, named as by the SageMaker Python SDK."""
    name = f"Default-Run-Group-{experiment}"
    if len(name) <= LONGEST:
        return name
    digest = sha256(experiment.encode()).hexdigest()[:8]
    return f"{name[: LONGEST - 9].rstrip('-')}-{digest}"


def component(experiment: str, own: str = "") -> str:
    """The name of a new run: the metrics' service knows only small letters.

    Args:
        own: 32 hex digits; random ones where none are given.
    """
    return f"{experiment[:87].rstrip('-').lower()}-{own or secrets.token_hex(16)}"


def display(name: str, component: str) -> str:
    """The DisplayName of a run."""
    return plain(name) or component
