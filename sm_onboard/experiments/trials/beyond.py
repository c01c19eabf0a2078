"""``sm-onboard/beyond.json``: what SageMaker Experiments has no room for, whole.

    {"version": 1, "params": {name: text}, "tags": {name: text}, "started": ms, "ended": ms,
     "data": [[name, digest, type, source, context], …],
     "points": {metric: [[step, ms, number or "NaN" or "Infinity" or "-Infinity"], …]}}

The points of a step that is named here are all of that step's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .kept import Data, Point

FILE = "sm-onboard/beyond.json"
TAG = "smo.beyond"
LIMIT = 256 << 20  # bytes


@dataclass
class Beyond:
    """See the module. ``started``, ``ended``: to the millisecond, of a copied run."""

    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    data: list[Data] = field(default_factory=list)
    points: dict[str, list[Point]] = field(default_factory=dict)
    started: int | None = None
    ended: int | None = None

    def sentence(self) -> str:
        """What is in it, for people; empty where nothing is."""
        counts = (
            (len(self.params), "parameter"),
            (len(self.tags), "tag"),
            (len(self.data), "data set"),
            (sum(map(len, self.points.values())), "point"),
        )
        parts = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts if n]
        if not parts and self.started is None:
            return ""
        return f"Whole in {FILE}: {', '.join(parts) or 'times'}."

    def history(self, metric: str, points: Iterable[Point]) -> list[Point]:
        """The points of a metric, with those that SageMaker does not have or has otherwise."""
        own = self.points.get(metric, [])
        steps = {point.step for point in own}
        found = [*own, *(point for point in points if point.step not in steps)]
        return sorted(found, key=lambda point: (point.step, point.time))

    def last(self, metrics: Mapping[str, tuple[int, float]]) -> dict[str, float]:
        """The last value of each metric.

        Args:
            metrics: SageMaker's, with their times (ms, to the second).
        """
        found = {name: value for name, (_, value) in metrics.items()}
        for name, points in self.points.items():
            last = max(points, key=lambda point: (point.step, point.time))
            time, _ = metrics.get(name, (0, 0.0))
            # SageMaker says no step. Of a copy all points are here, and its times are later.
            if self.started is not None or last.time // 1000 * 1000 >= time:
                found[name] = last.value
        return found

    def written(self) -> bytes:
        told = {
            "version": 1,
            "params": self.params,
            "tags": self.tags,
            "data": self.data,
            "started": self.started,
            "ended": self.ended,
            "points": {
                name: [(point.step, point.time, _word(float(point.value))) for point in points]
                for name, points in self.points.items()
            },
        }
        return json.dumps(told, allow_nan=False).encode()


def read(content: bytes) -> Beyond:
    """What such a file says; whatever in it is not as it should be is left out."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return Beyond()
    if not isinstance(told, dict):
        return Beyond()
    points = {
        name: [point for row in _rows(rows) if (point := _point(row))]
        for name, rows in _map(told.get("points")).items()
    }
    return Beyond(
        params=_texts(told.get("params")),
        tags=_texts(told.get("tags")),
        data=[
            Data(*row)
            for row in _rows(told.get("data"))
            if len(row) == 5 and all(isinstance(x, str) for x in row)
        ],
        points={name: rows for name, rows in points.items() if rows},
        started=_whole(told.get("started")),
        ended=_whole(told.get("ended")),
    )


def _word(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _point(row: list[Any]) -> Point | None:
    if len(row) != 3 or _whole(row[0]) is None or _whole(row[1]) is None:
        return None
    value = row[2]
    if value not in ("NaN", "Infinity", "-Infinity") and type(value) is not float:
        return None
    return Point(row[0], row[1], float(value))


def _whole(value: object) -> int | None:
    return value if type(value) is int and abs(value) < 2**63 else None


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[list[Any]]:
    return [row for row in value if isinstance(row, list)] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    return {key: text for key, text in _map(value).items() if isinstance(text, str)}
