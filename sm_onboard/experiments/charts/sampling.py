"""Fewer points of a curve, so that the picture stays the same: min-max.

The points are cut into stretches of equal length; of each the lowest and the highest stay, and
the first of those that are no number. So no peak is lost, and no gap is closed. LTTB would look
smoother, and leave peaks out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import compress

from sm_onboard.experiments.models import Series


def sampled(series: Series, points: int) -> Series:
    """The same curve with at most ``points`` points, at least 4; the first and last among them."""
    values, count = series.values, len(series.values)
    if count <= points:
        return series
    finite = all(map(math.isfinite, values))
    stretches = max(1, (points - 2) // (2 if finite else 3))
    keep = bytearray(count)
    keep[0] = keep[count - 1] = 1
    for stretch in range(stretches):
        # the ends are kept anyhow
        start = 1 + (count - 2) * stretch // stretches
        end = 1 + (count - 2) * (stretch + 1) // stretches
        for index in (_ends if finite else _ends_and_gap)(values[start:end]):
            keep[start + index] = 1
    return Series(
        steps=list(compress(series.steps, keep)),
        times=list(compress(series.times, keep)),
        values=list(compress(values, keep)),
        total=series.total,
        evenly=series.evenly,
    )


def _ends(values: Sequence[float]) -> tuple[int, ...]:
    return (values.index(min(values)), values.index(max(values))) if values else ()


def _ends_and_gap(values: Sequence[float]) -> tuple[int, ...]:
    numbers = [value for value in values if math.isfinite(value)]
    if len(numbers) == len(values):
        return _ends(values)
    gap = next(index for index, value in enumerate(values) if not math.isfinite(value))
    return (gap, values.index(min(numbers)), values.index(max(numbers))) if numbers else (gap,)
