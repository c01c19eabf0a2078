"""A run's page over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import (
    FileAsked,
    FileContent,
    FilesAsked,
    RunFiles,
    RunKept,
    RunShown,
    TagsChange,
    TagsChanged,
    ValueAsked,
    WholeValue,
)

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def run(rooms: Rooms, id: str) -> RunShown:
    from .reading import read

    return read(rooms.experiments, id)


def kept(rooms: Rooms, id: str) -> RunKept:
    from .kept import read

    return read(rooms, id)


def value(rooms: Rooms, body: ValueAsked) -> WholeValue:
    from .reading import whole

    return whole(rooms.experiments, body)


def files(rooms: Rooms, body: FilesAsked) -> RunFiles:
    from .kept import folder

    return folder(rooms.experiments, body)


def file(rooms: Rooms, body: FileAsked) -> FileContent:
    from .content import read

    return read(rooms.experiments, body)


def tags(rooms: Rooms, body: TagsChange) -> TagsChanged:
    from .tags import change

    return change(rooms.experiments, body)


ROUTES = (
    Route("GET", "experiments/runs/{id}", "getRun", run,
          "One run as its store has it now.", RunShown),
    Route("GET", "experiments/runs/{id}/kept", "getRunKept", kept,
          "What was kept in files with a run: snapshot, environment, notebook, its own files.",
          RunKept),
    Route("POST", "experiments/value", "getRunValue", value,
          "All of a long parameter, tag or note of a run.", WholeValue, body=ValueAsked),
    Route("POST", "experiments/files", "listRunFiles", files,
          "What lies in a folder of a run's files.", RunFiles, body=FilesAsked),
    Route("POST", "experiments/file", "getRunFile", file,
          "A file of a run, to look at or to save.", FileContent, body=FileAsked),
    Route("PUT", "experiments/tags", "setRunTags", tags,
          "Sets tags or notes of runs, or takes them away.", TagsChanged, body=TagsChange),
)  # fmt: skip
