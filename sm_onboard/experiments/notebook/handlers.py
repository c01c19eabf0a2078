"""A notebook and its runs over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import KernelRuns, NotebookKept, SavedNotebook

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms

    from .keeping import Keeper


def runs(rooms: Rooms, kernel: str) -> KernelRuns:
    return KernelRuns(runs=_keeper(rooms).runs(kernel))


def keep(rooms: Rooms, kernel: str, body: SavedNotebook) -> NotebookKept:
    return _keeper(rooms).keep(kernel, body)


def _keeper(rooms: Rooms) -> Keeper:
    from .keeping import Keeper

    service = rooms.experiments
    return service.lasting(Keeper, lambda: Keeper(service, rooms.root_dir or rooms.home))


ROUTES = (
    Route(
        "GET",
        "experiments/kernels/{kernel}",
        "listKernelRuns",
        runs,
        "The runs that cells of a kernel began, where this server's kernels record.",
        KernelRuns,
    ),
    Route(
        "POST",
        "experiments/kernels/{kernel}/notebook",
        "keepNotebook",
        keep,
        "Keep the saved notebook, with the order of its cells, with the kernel's runs.",
        NotebookKept,
        body=SavedNotebook,
    ),
)
