"""One run as its store has it now, and the runs it has to do with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, Run
from sm_onboard.experiments.table import number
from sm_onboard.plain_text import plain

from .shown import (
    NamedNumber,
    NamedText,
    RunCode,
    RunDataset,
    RunEnvironment,
    RunReference,
    RunShown,
    RunStore,
    ValueAsked,
    WholeValue,
)

if TYPE_CHECKING:
    from sm_onboard.experiments.service import ExperimentsService, Found

NOTE: Final = "mlflow.note.content"
PARENT: Final = "mlflow.parentRunId"

TEXT: Final = 1_000  # characters of a value
NOTE_TEXT: Final = 20_000
NAME: Final = 250
WHOLE: Final = 4_000_000  # characters of a value that was asked for
ENTRIES: Final = 5_000  # parameters, metrics or tags each
RELATIVES: Final = 200

_OURS = ("mlflow.", record.PREFIX)
_GIT = {  # MLflow's own, of runs from scripts
    record.COMMIT: "mlflow.source.git.commit",
    record.BRANCH: "mlflow.source.git.branch",
    record.REPOSITORY: "mlflow.source.git.repoURL",
}
_Pushed = Literal["yes", "no", "unknown"]


def own_tag(name: str) -> bool:
    """Whether it is the person's: neither MLflow's nor ours."""
    return not name.startswith(_OURS)


def read(room: ExperimentsService, id: str) -> RunShown:
    """The run with the page's id. Blocks.

    Raises:
        NotFound: ``experiments.store_unknown``, ``experiments.run_unknown``.
        OnboardError: those of the store.
    """
    found = room.find(id)
    run = found.store.run(found.run)
    return shown(room, id, found, run)


def shown(room: ExperimentsService, id: str, found: Found, run: Run) -> RunShown:
    place = found.place
    experiment = f"{place.id}.{run.experiment}"
    note, note_more = plain(run.tags.get(NOTE, ""), NOTE_TEXT)
    own = {name: value for name, value in run.tags.items() if own_tag(name)}
    children, too_many = _referring(room, found, PARENT, run.id)
    repeated, more = _referring(room, found, record.REPEATS, run.id)
    lists: tuple[Mapping[str, object], ...] = (own, run.params, run.metrics)
    return RunShown(
        id=id,
        own=_line(run.id),
        name=_line(run.name),
        status=run.status,
        deleted=run.deleted,
        store=RunStore(id=place.id, name=place.name, kind=place.kind, uri=place.uri),
        experiment=experiment,
        experiment_name=_experiment_name(room, found, experiment, run.experiment),
        started=run.started,
        ended=run.ended,
        person=_line(run.tags.get(record.PERSON) or run.user),
        note=note,
        note_more=note_more,
        tags=_texts(own),
        params=_texts(run.params),
        metrics=tuple(
            NamedNumber(name=_line(name), value=number(value))
            for name, value in sorted(run.metrics.items())[:ENTRIES]
        ),
        datasets=tuple(map(_dataset, run.datasets[:RELATIVES])),
        code=_code(run.tags),
        environment=_environment(run.tags),
        job=_line(run.tags.get(record.JOB, "")),
        execution=_line(run.tags.get(record.EXECUTION, "")),
        recorded=record.RECORD in run.tags,
        missing=plain(run.tags.get(record.MISSING, ""), TEXT)[0],
        parent=_referred(room, found, run.tags.get(PARENT, "")),
        repeats=_referred(room, found, run.tags.get(record.REPEATS, "")),
        children=children,
        repeated=repeated,
        cut=too_many
        + more
        + max(0, len(run.datasets) - RELATIVES)
        + sum(max(0, len(each) - ENTRIES) for each in lists),
    )


def whole(room: ExperimentsService, asked: ValueAsked) -> WholeValue:
    """All of a value that the page has only the beginning of.

    Raises:
        NotFound: ``experiments.value_unknown``; those of ``read``.
    """
    found = room.find(asked.run)
    run = found.store.run(found.run)
    values = run.params if asked.part == "params" else run.tags
    name = NOTE if asked.part == "note" else asked.name
    # The page knows names as they are shown.
    value = values.get(name) or next((v for k, v in values.items() if _line(k) == name), None)
    if value is None:
        raise NotFound(
            "experiments.value_unknown",
            f"The run has no {_line(name)} any more.",
            "Somebody else may have taken it away.",
        )
    text, more = plain(value, WHOLE)
    return WholeValue(text=text, more=more)


def _line(text: str) -> str:
    """A name: one line, not too long."""
    return " ".join(plain(text, NAME)[0].split("\n"))


def _texts(values: Mapping[str, str]) -> tuple[NamedText, ...]:
    made = []
    for name, value in sorted(values.items())[:ENTRIES]:
        text, more = plain(value, TEXT)
        made.append(NamedText(name=_line(name), value=text, more=more))
    return tuple(made)


def _dataset(dataset: Dataset) -> RunDataset:
    try:
        told = json.loads(dataset.source)
    except (ValueError, RecursionError):
        told = None
    facts: Mapping[str, Any] = told if isinstance(told, dict) else {}
    places = (facts.get(key) for key in ("uri", "path", "url"))
    size = facts.get("size")
    whole = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1 << 53
    return RunDataset(
        name=_line(dataset.name),
        digest=_line(dataset.digest),
        source=_address(next((p for p in places if isinstance(p, str) and p), "")),
        version=_line(version) if isinstance(version := facts.get("version"), str) else "",
        context=_line(dataset.context),
        size=size if whole else None,
    )


def _address(text: str) -> str:
    """Without what may be a password."""
    from sm_onboard.git.addresses import display

    if text.startswith(("s3://", "/")) or ("@" not in text and "://" not in text):
        return plain(text, TEXT)[0]
    return plain(display(text[:2_000]), TEXT)[0]


def _code(tags: Mapping[str, str]) -> RunCode:
    from sm_onboard.clones import checks

    told = {tag: tags.get(tag) or tags.get(other, "") for tag, other in _GIT.items()}
    pushed = tags.get(record.PUSHED, "")
    url = checks.url(told[record.REPOSITORY])
    return RunCode(
        repository=checks.shown_url(told[record.REPOSITORY]) if told[record.REPOSITORY] else "",
        link=_link(url) if url else "",
        commit=_line(told[record.COMMIT]),
        branch=_line(told[record.BRANCH]),
        pushed=cast("_Pushed", pushed) if pushed in get_args(_Pushed) else "",
        changed=_whole(tags.get(record.CHANGED, ""), 9),
        snapshot=_line(tags.get(record.SNAPSHOT, "")),
        notebook=_line(tags.get(record.NOTEBOOK, "")),
        cell=_line(tags.get(record.CELL, "")),
        executed=_whole(tags.get(record.EXECUTED, ""), 15),
    )


def _whole(text: str, digits: int) -> int | None:
    """A number as it stands in a tag; None for anything else."""
    fits = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if fits else None


def _link(url: str) -> str:
    """The repository's page, on a host where the address of one is the address of the other."""
    from sm_onboard.git.addresses import identity, parse

    address = parse(url)
    if address.host not in ("github.com", "gitlab.com", "bitbucket.org") or address.port:
        return ""
    return f"https://{identity(url)}"


def _environment(tags: Mapping[str, str]) -> RunEnvironment:
    names = ("image", "python", "instance", "gpu", "seed", "space", "domain")
    return RunEnvironment(**{name: _line(tags.get(record.PREFIX + name, "")) for name in names})


def _experiment_name(room: ExperimentsService, found: Found, experiment: str, own: str) -> str:
    known = {row.id: row.name for store in room.state().stores for row in store.experiments}
    if experiment in known:
        return _line(known[experiment])
    with suppress(OnboardError):
        return next((_line(e.name) for e in found.store.experiments() if e.id == own), "")
    return ""


def _referring(
    room: ExperimentsService, found: Found, tag: str, own: str
) -> tuple[tuple[RunReference, ...], int]:
    """The runs whose tag names this one, newest first, and how many more there are.

    They are known where the store was read; only where it was not, it is asked.
    """
    store = f"{found.place.id}."
    named = dict(room.those(lambda run: run.tags.get(tag) == own))
    if tag != record.REPEATS:  # a run may be repeated in another store
        named = {id: run for id, run in named.items() if id.startswith(store)}
    if found.known is None:
        with suppress(OnboardError):
            named |= {f"{store}{run.id}": run for run in found.store.tagged(tag, own)}
    runs = sorted(named.items(), key=lambda pair: pair[1].started or 0, reverse=True)
    return tuple(_reference(id, run) for id, run in runs[:RELATIVES]), max(0, len(runs) - RELATIVES)


def _referred(room: ExperimentsService, found: Found, own: str) -> RunReference | None:
    """The run that a tag names: in the same store, else in any that was read."""
    if not own:
        return None
    same: Callable[[Run], bool] = lambda run: run.id == own  # noqa: E731
    known = sorted(room.those(same), key=lambda pair: not pair[0].startswith(f"{found.place.id}."))
    if known:
        return _reference(*known[0])
    with suppress(OnboardError):
        return _reference(f"{found.place.id}.{own}", found.store.run(own))
    return RunReference(id="", name=_line(own))


def _reference(id: str, run: Run) -> RunReference:
    return RunReference(id=id, name=_line(run.name) or id, status=run.status, started=run.started)
