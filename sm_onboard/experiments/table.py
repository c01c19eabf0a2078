"""Runs as columns: what the page gets, whole or only what changed since it last asked."""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from . import record
from .models import Run
from .shown import Column, Number, RunsTable

TEXT_LIMIT = 500
"""Characters of one value in the table; the run's own page has all of it."""

LATEST = 8
"""Runs in the side panel."""

_NEVER = "mlflow."  # tags that MLflow keeps for itself, and the page has columns of its own for


@dataclass
class _Known:
    run: Run
    store: str
    changed: int  # revision


@dataclass(frozen=True)
class Summary:
    """All runs in short.

    Attributes:
        latest: the last ones to begin, with the page's ids, newest first.
        metrics: the names of all metrics of all runs.
    """

    latest: list[tuple[str, Run]]
    metrics: list[str]
    running: int


class Table:
    """All runs that were read, of all stores. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, _Known] = {}
        self._gone: dict[str, int] = {}  # id -> revision
        self._revision = 0
        self._summary: Summary | None = None

    def replace(self, store: str, experiments: Iterable[str], runs: Iterable[Run]) -> bool:
        """Takes what a store has of some experiments; answers whether anything differs."""
        read = set(experiments)
        with self._lock:
            now = self._revision + 1
            found = {f"{store}.{run.id}": run for run in runs}
            differs = False
            for id, run in found.items():
                known = self._runs.get(id)
                if known is None or not same(known.run, run):
                    self._runs[id] = _Known(run, store, now)
                    self._gone.pop(id, None)
                    differs = True
            for id, known in list(self._runs.items()):
                if known.store == store and known.run.experiment in read and id not in found:
                    del self._runs[id]
                    self._gone[id] = now
                    differs = True
            if differs:
                self._revision = now
                self._summary = None
            return differs

    def take(self, id: str, run: Run) -> bool:
        """One run as it is now, where it was read before; answers whether it differs."""
        with self._lock:
            known = self._runs.get(id)
            if known is None or same(known.run, run):
                return False
            self._revision += 1
            self._runs[id] = _Known(run, known.store, self._revision)
            self._summary = None
            return True

    def update(self, store: str, runs: Iterable[Run], gone: Iterable[str] = ()) -> bool:
        """Takes some runs of a store, and lets go of others; answers whether anything differs.

        Args:
            gone: the store's own ids.
        """
        with self._lock:
            now = self._revision + 1
            differs = False
            for run in runs:
                id = f"{store}.{run.id}"
                known = self._runs.get(id)
                if known is None or not same(known.run, run):
                    self._runs[id] = _Known(run, store, now)
                    self._gone.pop(id, None)
                    differs = True
            for own in gone:
                if self._runs.pop(f"{store}.{own}", None) is not None:
                    self._gone[f"{store}.{own}"] = now
                    differs = True
            if differs:
                self._revision = now
                self._summary = None
            return differs

    def of(self, store: str, experiments: Collection[str] | None = None) -> dict[str, Run]:
        """The runs of some experiments of a store, or of all, by the store's own ids."""
        with self._lock:
            return {
                known.run.id: known.run
                for known in self._runs.values()
                if known.store == store
                and (experiments is None or known.run.experiment in experiments)
            }

    def known(self, id: str) -> Run | None:
        """The run with the page's id, as it was last read."""
        with self._lock:
            found = self._runs.get(id)
            return found.run if found else None

    def those(self, wanted: Callable[[Run], bool]) -> list[tuple[str, Run]]:
        """The runs that fit, with the page's ids."""
        with self._lock:
            runs = [(id, known.run) for id, known in self._runs.items()]
        return [pair for pair in runs if wanted(pair[1])]

    def summary(self) -> Summary:
        """What the side panel shows; reckoned anew only after something differed."""
        with self._lock:
            if self._summary is None:
                runs = [(id, known.run) for id, known in self._runs.items()]
                self._summary = Summary(
                    latest=heapq.nlargest(LATEST, runs, key=lambda pair: pair[1].started or 0),
                    metrics=sorted({name for _, run in runs for name in run.metrics}),
                    running=sum(run.status == "running" for _, run in runs),
                )
            return self._summary

    def shown(
        self, server: str, experiments: Sequence[str], limit: int | None, since: str
    ) -> RunsTable:
        """What the page asked for.

        Args:
            experiments: ``<store>.<id>`` of those that were chosen.
            limit: the newest ones only.
            since: the cursor of the page's last answer; one of another choice or another run of
                the server counts as none.
        """
        wanted = set(experiments)
        with self._lock:
            choice = f"{server}/{hash(frozenset(wanted)) & 0xFFFFFFFF:x}/"
            chosen = [
                (id, known)
                for id, known in self._runs.items()
                if f"{known.store}.{known.run.experiment}" in wanted
            ]
            total = len(chosen)
            last = _number(since, choice)
            gone: tuple[str, ...] = ()
            if last is not None:
                chosen = [(id, known) for id, known in chosen if known.changed > last]
                gone = tuple(id for id, at in self._gone.items() if at > last)
            elif limit is not None and limit < total:
                chosen.sort(key=lambda pair: pair[1].run.started or 0, reverse=True)
                chosen = chosen[: max(0, limit)]
            whole = last is None and len(chosen) == total
            return RunsTable(
                # A first page is not all of it: the next question must not build on it.
                cursor=f"{choice}{self._revision}" if whole or last is not None else "",
                whole=last is None,
                total=total,
                ids=tuple(id for id, _ in chosen),
                columns=tuple(_columns([(known.store, known.run) for _, known in chosen])),
                gone=gone,
            )


def same(one: Run, other: Run) -> bool:
    """Whether nothing differs; a NaN is the same as a NaN here."""
    if one == other:
        return True
    plain = [
        msgspec.structs.replace(run, metrics={k: v for k, v in run.metrics.items() if v == v})
        for run in (one, other)
    ]
    return plain[0] == plain[1] and one.metrics.keys() == other.metrics.keys()


def _number(since: str, choice: str) -> int | None:
    text = since.removeprefix(choice)
    return int(text) if text != since and text.isascii() and text.isdigit() else None


def _columns(runs: Sequence[tuple[str, Run]]) -> Iterable[Column]:
    words: tuple[tuple[str, Callable[[str, Run], str | None]], ...] = (
        ("name", lambda _, run: run.name),
        ("status", lambda _, run: run.status),
        ("store", lambda store, _: store),
        ("experiment", lambda store, run: f"{store}.{run.experiment}"),
        ("person", lambda _, run: run.tags.get(record.PERSON) or run.user or None),
        ("data", lambda _, run: ", ".join(d.name for d in run.datasets) or None),
        ("commit", lambda _, run: run.tags.get(record.COMMIT)),
        ("changed", lambda _, run: run.tags.get(record.CHANGED)),
        ("notebook", lambda _, run: run.tags.get(record.NOTEBOOK)),
        ("note", lambda _, run: run.tags.get("mlflow.note.content")),
    )
    for key, told in words:
        yield _text(f"attributes.{key}", [told(store, run) for store, run in runs])
    yield _figures("attributes.started", [run.started for _, run in runs])
    yield _figures("attributes.ended", [run.ended for _, run in runs])
    for name in _names(run.metrics for _, run in runs):
        yield _figures(f"metrics.{name}", [run.metrics.get(name) for _, run in runs])
    for name in _names(run.params for _, run in runs):
        yield _text(f"params.{name}", [run.params.get(name) for _, run in runs])
    for name in _names(run.tags for _, run in runs):
        if not name.startswith((_NEVER, record.PREFIX)):
            yield _text(f"tags.{name}", [run.tags.get(name) for _, run in runs])


def _names(values: Iterable[Iterable[str]]) -> list[str]:
    found: set[str] = set()
    for names in values:
        found.update(names)
    return sorted(found)


def _figures(key: str, values: Sequence[float | None]) -> Column:
    return Column(key=key, numbers=tuple(map(number, values)))


def number(value: float | None) -> Number:
    """A value as JSON knows it."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _text(key: str, values: Sequence[str | None]) -> Column:
    codes: dict[str, int] = {}
    found = []
    for value in values:
        if value is None:
            found.append(-1)
        else:
            if len(value) > TEXT_LIMIT:
                value = f"{value[:TEXT_LIMIT]}…"
            found.append(codes.setdefault(value, len(codes)))
    return Column(key=key, codes=tuple(found), words=tuple(codes))
