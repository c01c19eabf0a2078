"""Reproducing over HTTP: look, confirm, follow, cancel. Each answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import ReproduceAsked, ReproduceConfirmed, Reproduction

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

    from .jobs import Reproductions


def begin(rooms: Rooms, body: ReproduceAsked) -> Reproduction:
    return _reproductions(rooms).begin(body.run)


def get(rooms: Rooms, id: str) -> Reproduction:
    return _reproductions(rooms).get(id)


def make(rooms: Rooms, id: str, body: ReproduceConfirmed) -> Reproduction:
    return _reproductions(rooms).make(id, body.looked)


def drop(rooms: Rooms, id: str) -> Reproduction:
    return _reproductions(rooms).drop(id)


def _reproductions(rooms: Rooms) -> Reproductions:
    from .jobs import Reproductions

    return rooms.experiments.lasting(Reproductions, lambda: Reproductions.of(rooms))


ROUTES = (
    Route(
        "POST",
        "experiments/reproductions",
        "reproduceRun",
        begin,
        "Looks at what is different now from a run; makes nothing.",
        Reproduction,
        body=ReproduceAsked,
        status=202,
    ),
    Route(
        "GET",
        "experiments/reproductions/{id}",
        "getReproduction",
        get,
        "What is different, how far it has come, what was made.",
        Reproduction,
    ),
    Route(
        "POST",
        "experiments/reproductions/{id}/make",
        "makeReproduction",
        make,
        "The person has seen the plan: make a clone of its own with the files of the run.",
        Reproduction,
        body=ReproduceConfirmed,
        status=202,
    ),
    Route(
        "DELETE",
        "experiments/reproductions/{id}",
        "cancelReproduction",
        drop,
        "Cancels what is under way, and forgets what was only looked at. What was made stays.",
        Reproduction,
    ),
)
