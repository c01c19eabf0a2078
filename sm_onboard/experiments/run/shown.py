"""The contract of a run's page.

All texts are somebody else's. They come without control characters, with direction marks
written out, and cut where they are long; ``more`` says so, and ``experiments/value`` has the
rest. Times are milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.domain.models import DomainProblem
from sm_onboard.experiments.models import Kind, Status
from sm_onboard.experiments.shown import Number
from sm_onboard.notebook import Notebook


class NamedText(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter or a tag."""

    name: str
    value: str
    more: bool = False


class NamedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A metric, with its last value."""

    name: str
    value: Number


class RunStore(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    kind: Kind
    uri: str  # without credentials


class RunReference(msgspec.Struct, frozen=True, kw_only=True):
    """Another run that this one has to do with.

    ``id`` is the page's; empty where the run is in none of the stores that were read, and then
    only ``name`` says anything, which is its own id.
    """

    id: str
    name: str
    status: Status | None = None
    started: int | None = None


class RunDataset(msgspec.Struct, frozen=True, kw_only=True):
    """A data set; ``source`` is its address as it was recorded."""

    name: str
    digest: str
    source: str = ""
    version: str = ""  # of an object in S3
    context: str = ""  # "training"
    size: int | None = None  # bytes


class RunCode(msgspec.Struct, frozen=True, kw_only=True):
    """Where the code is.

    ``link`` is the repository's page on a host that everybody knows, for the browser; empty for
    all others. ``changed``: files that differed from the commit; None: not recorded.
    """

    repository: str = ""  # its address without credentials
    link: str = ""
    commit: str = ""
    branch: str = ""
    pushed: Literal["yes", "no", "unknown", ""] = ""
    changed: int | None = None
    snapshot: str = ""  # its id
    notebook: str = ""  # path of the notebook or script
    cell: str = ""  # id of the cell that began the run
    executed: int | None = None  # when the notebook was kept as it ran; later than the run's end


class RunEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """What it ran on; what is unknown is empty."""

    image: str = ""
    python: str = ""
    instance: str = ""
    gpu: str = ""
    seed: str = ""
    space: str = ""
    domain: str = ""


class RunShown(msgspec.Struct, frozen=True, kw_only=True):
    """One run as its store has it now."""

    id: str  # the page's
    own: str  # the store's
    name: str
    status: Status
    deleted: bool
    store: RunStore
    experiment: str  # "<store>.<the store's own id>"
    experiment_name: str  # empty where the experiment was not read
    started: int | None
    ended: int | None
    person: str
    note: str
    note_more: bool
    tags: tuple[NamedText, ...]  # the person's own
    params: tuple[NamedText, ...]
    metrics: tuple[NamedNumber, ...]
    datasets: tuple[RunDataset, ...]
    code: RunCode
    environment: RunEnvironment
    job: str  # ARN of the training or processing job it ran in
    execution: str  # ARN of the pipeline execution
    recorded: bool  # by sm_onboard; otherwise much is not there because nobody recorded it
    missing: str  # what could not be recorded
    parent: RunReference | None = None
    repeats: RunReference | None = None
    children: tuple[RunReference, ...] = ()
    repeated: tuple[RunReference, ...] = ()  # the runs that repeat it
    cut: int = 0  # values, children and the like that are left out: there are too many


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    folder: bool
    size: int | None = None  # bytes


class RunFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What lies directly in one folder of a run's files."""

    files: tuple[RunFile, ...]
    cut: int = 0  # that many more are left out


class SnapshotFile(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    change: Literal["changed", "new", "deleted"]
    size: int


class LeftOutFile(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    why: str  # "large", "secret", "excluded", "repository", "special", "unreadable"
    size: int


class RunNotebook(msgspec.Struct, frozen=True, kw_only=True):
    """The notebook that was kept, and the person's own file as it is today.

    ``here`` is the path by which JupyterLab opens that; empty where it does not, and ``why``
    says why not.
    """

    kept: str = ""  # path among the run's files; empty: none was kept
    executed: bool = False  # with the outputs of the run; otherwise as it was saved
    here: str = ""
    why: str = ""


class PartProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A part that could not be read; the others are there."""

    part: Literal["files", "snapshot", "record", "environment", "notebook"]
    problem: DomainProblem


class RunKept(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept in files with a run: it costs more to read than the run itself."""

    files: tuple[RunFile, ...] = ()  # of the uppermost folder
    cut: int = 0
    changed: tuple[SnapshotFile, ...] = ()
    changed_cut: int = 0
    left_out: tuple[LeftOutFile, ...] = ()
    left_out_cut: int = 0
    snapshot: bool = False  # one is there and holds together
    packages: int | None = None
    missing: tuple[str, ...] = ()  # what could not be recorded, sentences
    notebook: RunNotebook = RunNotebook()
    problems: tuple[PartProblem, ...] = ()


class FilesAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str  # the page's id
    folder: str = ""


class FileAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    path: str
    purpose: Literal["show", "save"] = "show"


class FileContent(msgspec.Struct, frozen=True, kw_only=True):
    """A file to look at, or with ``save`` its bytes in ``base64``.

    ``large``: it is larger than what is read to be looked at.
    """

    path: str
    kind: Literal["text", "json", "table", "image", "notebook", "binary", "large", "save"]
    size: int | None = None  # bytes
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()  # of a table; the first one holds the names
    media: str = ""  # of an image
    base64: str = ""
    notebook: Notebook | None = None
    more: bool = False  # it was cut


class ValueAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    part: Literal["params", "tags", "note"]
    name: str = ""


class WholeValue(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    more: bool  # there is more than is ever shown


class TagsChange(msgspec.Struct, frozen=True, kw_only=True):
    """Sets tags, or takes them away (null), of all these runs."""

    runs: tuple[str, ...]
    tags: dict[str, str | None]


class TagsRefused(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    problem: DomainProblem


class TagsChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was done, and where it was refused."""

    done: tuple[str, ...]
    refused: tuple[TagsRefused, ...] = ()
