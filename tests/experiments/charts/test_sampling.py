"""Fewer points of a curve, and what may not be lost with them."""

from __future__ import annotations

import math
import random

import pytest

from sm_onboard.experiments.charts.sampling import sampled
from sm_onboard.experiments.models import Series


def series(values: list[float]) -> Series:
    steps = list(range(len(values)))
    return Series(steps=steps, times=[1000 + s for s in steps], values=values, total=len(values))


def test_a_short_curve_is_left_as_it_is() -> None:
    whole = series([0.5, math.nan, 2.0])
    assert sampled(whole, 4) is whole


@pytest.mark.parametrize("points", [4, 5, 40, 499, 1000])
def test_the_ends_and_every_peak_stay(points: int) -> None:
    chance = random.Random(points)
    values = [chance.random() for _ in range(10_000)]
    high, low = 7321, 1234
    values[high], values[low] = 50.0, -50.0
    few = sampled(series(values), points)
    assert len(few.values) <= points
    assert (few.steps[0], few.steps[-1], few.total) == (0, 9999, 10_000)
    assert {high, low} <= set(few.steps)
    assert few.steps == sorted(set(few.steps))
    assert [values[step] for step in few.steps] == few.values
    assert few.times == [1000 + step for step in few.steps]


def test_of_each_stretch_the_lowest_and_the_highest_stay() -> None:
    values = [math.sin(step / 7) for step in range(1000)]
    few = sampled(series(values), 102)
    for stretch in range(50):
        start, end = 1 + 998 * stretch // 50, 1 + 998 * (stretch + 1) // 50
        kept = [few.values[few.steps.index(s)] for s in range(start, end) if s in few.steps]
        assert min(kept) == min(values[start:end])
        assert max(kept) == max(values[start:end])


def test_gaps_stay_gaps_and_are_no_peaks() -> None:
    values = [float(step % 10) for step in range(9000)]
    values[5000] = math.nan
    values[8000] = math.inf
    values[100:400] = [math.nan] * 300
    few = sampled(series(values), 300)
    assert len(few.values) <= 300
    kept = dict(zip(few.steps, few.values, strict=True))
    assert math.isnan(kept[5000]) and kept[8000] == math.inf
    assert any(math.isnan(value) for step, value in kept.items() if 100 <= step < 400)
    assert max(value for value in kept.values() if math.isfinite(value)) == 9.0


def test_nothing_but_gaps() -> None:
    few = sampled(series([math.nan] * 5000), 40)
    assert 2 <= len(few.values) <= 40
    assert all(map(math.isnan, few.values))
