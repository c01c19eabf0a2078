"""The policies that are shipped: what a role needs for what sm_onboard offers to it."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any, Literal

Name = Literal["data-scientist"]

_SLOT = re.compile(r"\{(\w+)\}")


def policy(name: Name, **slots: str) -> dict[str, Any]:
    """A policy with the names of one place in it.

    Args:
        slots: ``partition``, ``region``, ``account``, ``domain`` (its id), ``profile`` (the user
            profile), ``role`` (its own ARN), ``secrets`` (``acme/*``) and ``shares``
            (``bucket/prefix``: where links keep snapshots).

    Raises:
        KeyError: a slot is missing.
    """
    text = resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")
    filled: dict[str, Any] = _fill(json.loads(text), slots)
    return filled


def _fill(value: Any, slots: dict[str, str]) -> Any:
    """Filled in value by value: a name may hold what JSON would have to escape."""
    if isinstance(value, dict):
        return {key: _fill(each, slots) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, slots) for each in value]
    return _SLOT.sub(lambda slot: slots[slot[1]], value) if isinstance(value, str) else value
