"""What a call needs: an action on a resource, with the condition keys that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sm_onboard.demo.sagemaker.access.patterns import Context

Need = tuple[str, str, Context]
"""(``sagemaker:CreateApp``, an ARN or ``*``, condition keys)."""


def request_tags(parameters: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """``aws:RequestTag/…`` and ``aws:TagKeys`` of a call."""
    given = [tag for tag in parameters.get("Tags") or () if isinstance(tag, Mapping)]
    names = [str(tag.get("Key", "")) for tag in given]
    names += [str(name) for name in parameters.get("TagKeys") or ()]
    keys: dict[str, str | list[str]] = {
        f"aws:RequestTag/{tag.get('Key', '')}": str(tag.get("Value", "")) for tag in given
    }
    if names:
        keys["aws:TagKeys"] = names
    return keys


def partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws"
