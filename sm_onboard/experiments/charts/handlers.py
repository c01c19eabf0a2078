"""The charts over HTTP. A POST, because 200 runs do not fit into an address; it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import Curves, CurvesAsked

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def curves(rooms: Rooms, body: CurvesAsked) -> Curves:
    from .curves import curves

    return curves(rooms.experiments, body)


ROUTES = (
    Route(
        "POST",
        "experiments/curves",
        "readCurves",
        curves,
        "Metrics of runs, step by step, in as many points as a screen shows.",
        Curves,
        body=CurvesAsked,
    ),
)
