"""What goes wrong on demand: throttling, latency, outages, expired credentials, failed creates."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import UnknownServiceError

from sm_onboard.demo.sagemaker.model import service as models

BEFORE = frozenset({"latency", "timeout", "refuse", "outage", "expired"})
"""Kinds that strike before anybody looks who calls."""

AFTER = frozenset({"throttle", "denied", "create_failed"})
"""Kinds that strike a call whose signature is right."""

AFTER_MLFLOW = AFTER - {"create_failed"}
"""Those of them that can strike managed MLflow."""

MLFLOW = "sagemaker-mlflow"
"""Managed MLflow's requests; their operations are ``POST /api/2.0/mlflow/runs/search``."""

_LONGEST = 3600.0  # seconds
_MEMBERS = frozenset({"operations", "kind", "probability", "seconds", "times"})


@dataclass(frozen=True)
class Rule:
    """One thing that goes wrong.

    Attributes:
        operations: ``sagemaker:ListApps``, ``sagemaker:*``, ``*``; botocore's names.
        kind: one of `BEFORE` and `AFTER`: ``latency`` answers after ``seconds``;
            ``timeout`` says nothing for ``seconds`` and closes; ``refuse`` closes at once;
            ``outage`` is a 503; the others are what AWS calls them. ``create_failed`` lets
            the resource that is created become Failed.
        probability: how likely a call is struck, 0 to 1.
        seconds: of ``latency`` and ``timeout``.
        times: how many calls are struck before the rule is gone; None: no end.
    """

    operations: tuple[str, ...]
    kind: str
    probability: float = 1.0
    seconds: float = 0.0
    times: int | None = None

    def matches(self, service: str, operation: str) -> bool:
        name = f"{service}:{operation}"
        return any(fnmatchcase(name, pattern) for pattern in self.operations)


class Faults:
    """The rules in force. The same seed and the same calls have the same outcome."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._rules: dict[int, Rule] = {}
        self._struck: dict[int, int] = {}
        self._chance = random.Random(0)  # noqa: S311 - repeatable on purpose

    def set(self, rules: Sequence[Rule], seed: int = 0) -> None:
        """Replaces all rules."""
        with self._guard:
            self._rules = dict(enumerate(rules))
            self._struck = dict.fromkeys(self._rules, 0)
            self._chance.seed(seed)

    def clear(self) -> None:
        self.set(())

    def told(self) -> list[dict[str, Any]]:
        """The rules that are left, and how many calls each has struck."""
        with self._guard:
            return [
                asdict(rule) | {"struck": self._struck[number]}
                for number, rule in self._rules.items()
            ]

    def strike(self, kinds: frozenset[str], service: str, operation: str) -> dict[str, Rule]:
        """Which rules strike this call, by their kind; counted."""
        if not self._rules:
            return {}
        struck: dict[str, Rule] = {}
        with self._guard:
            for number, rule in list(self._rules.items()):
                if rule.kind not in kinds or not rule.matches(service, operation):
                    continue
                if self._chance.random() >= rule.probability:
                    continue
                struck.setdefault(rule.kind, rule)
                self._struck[number] += 1
                if rule.times is not None and self._struck[number] >= rule.times:
                    del self._rules[number]
        return struck


def rule_from(value: object) -> Rule:
    """A rule as the control path is given it.

    Raises:
        ValueError: one sentence that says what is wrong.
    """
    if not isinstance(value, Mapping):
        raise ValueError("A rule is an object.")
    unknown = sorted(set(value) - _MEMBERS)
    if unknown:
        raise ValueError(f"A rule has no {unknown[0]!r}. It has: {', '.join(sorted(_MEMBERS))}.")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in BEFORE | AFTER:
        raise ValueError(f"`kind` is one of {', '.join(sorted(BEFORE | AFTER))}; not {kind!r}.")
    operations = value.get("operations", ["*"])
    if not isinstance(operations, list) or not operations:
        raise ValueError("`operations` is a list such as ['sagemaker:ListApps'].")
    for pattern in operations:
        _check_pattern(pattern)
    times = value.get("times")
    if times is not None and (type(times) is not int or times < 1):
        raise ValueError(f"`times` is a whole number from 1; not {times!r}.")
    return Rule(
        tuple(operations),
        kind,
        _number(value, "probability", 1.0, 1.0),
        _number(value, "seconds", _LONGEST if kind == "timeout" else 0.0, _LONGEST),
        times,
    )


def _number(value: Mapping[str, Any], name: str, default: float, most: float) -> float:
    given = value.get(name, default)
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given <= most:
        raise ValueError(f"`{name}` is a number from 0 to {most:g}; not {given!r}.")
    return float(given)


def _check_pattern(pattern: object) -> None:
    """A rule that can never match is a mistake of the one who writes it."""
    if pattern == "*":
        return
    service, colon, operation = str(pattern).partition(":")
    if not isinstance(pattern, str) or not (service and colon and operation):
        raise ValueError(
            f"An operation reads 'sagemaker:ListApps' or 'sagemaker:*'; not {pattern!r}."
        )
    if service == MLFLOW or any(wild in service for wild in "*?["):
        return
    try:
        names = models.service(service).operation_names
    except UnknownServiceError:
        raise ValueError(f"botocore knows no service {service!r}.") from None
    if not any(fnmatchcase(name, operation) for name in names):
        raise ValueError(f"botocore knows no operation {operation!r} of {service}.")
