"""The packages that only the local SageMaker needs."""

from __future__ import annotations

import importlib.util

from sm_onboard.errors import OnboardError

NEEDED = ("boto3", "moto", "flask", "flask_cors", "regex")


def check() -> None:
    """Raises OnboardError (``demo.no_moto``) where this interpreter lacks one."""
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            raise missing(name)


def missing(name: str) -> OnboardError:
    """What a person is told."""
    return OnboardError(
        "demo.no_moto",
        f"The local SageMaker needs {name.replace('_', '-')}, which is not installed beside "
        "sm_onboard.",
        "Run: pip install 'sm_onboard[demo]'",
    )
