"""MLflow's SQLite database, read where it is: no server, no mlflow, nothing written but tags.

All runs come with a handful of queries, because what makes MLflow's own search slow is a join
for each column and a page at a time, not SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.models import Experiment, File, Kind, Point, Run, Series

from . import schema
from . import sqlite_rows as rows
from .folder import ArtifactFolder, open_folder

KEY_LIMIT: Final = 250  # characters, MLflow's own
VALUE_LIMIT: Final = 8000
_BUSY: Final = 5.0  # seconds to wait for a writer, as MLflow does itself

if TYPE_CHECKING:
    from .s3_folder import S3Folder

T = TypeVar("T")


class SqliteStore:
    """Runs in a SQLite database that MLflow made.

    Every call opens the file anew, so that nothing is held while MLflow writes. May be used
    from several threads.

    Args:
        path: of the file.
        uri: as the person gave it.
        longest: characters of a parameter or tag in ``runs``, where one does not fit in memory
            with all others; ``run`` and ``tagged`` give all of it.

    Attributes:
        notes: sentences about what is not as usual; complete after the first call.
    """

    kind: Kind = "sqlite"

    def __init__(self, path: Path, uri: str = "", longest: int | None = None) -> None:
        self.path = path
        self.longest = longest
        self.uri = uri or f"sqlite:///{path}"
        self.notes: list[str] = []

    def experiments(self) -> list[Experiment]:
        found = self._read(
            lambda connection: connection.execute(
                "SELECT experiment_id, name, lifecycle_stage, artifact_location"
                " FROM experiments ORDER BY experiment_id"
            ).fetchall()
        )
        return [
            Experiment(
                id=rows.text(id),
                name=rows.text(name),
                deleted=stage != "active",
                artifacts=rows.text(files),
            )
            for id, name, stage, files in found
        ]

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        if experiments is None:
            return self._read(
                lambda connection: rows.runs(connection, rows.ACTIVE, (), self.longest)
            )
        return self._read(lambda connection: rows.runs_of(connection, experiments, self.longest))

    def tagged(self, tag: str, value: str) -> list[Run]:
        where = f"{rows.ACTIVE} AND run_uuid IN ({rows.TAGGED})"
        return self._read(lambda connection: rows.runs(connection, where, (tag, value)))

    def run(self, id: str) -> Run:
        where = f"{rows.ACTIVE} AND run_uuid = ?"
        found = self._read(lambda connection: rows.runs(connection, where, (id,)))
        if not found:
            raise rows.run_unknown(id)
        return found[0]

    def history(self, id: str, metric: str) -> list[Point]:
        def points(connection: sqlite3.Connection) -> list[Any]:
            rows.artifacts_of(connection, id)  # is there such a run
            return connection.execute(rows.HISTORY, (id, metric)).fetchall()

        return [
            Point(rows.whole(step) or 0, rows.whole(time) or 0, rows.number(value, nan))
            for step, time, value, nan in self._read(points)
        ]

    def histories_of(self, ids: Sequence[str], metric: str) -> dict[str, Series]:
        return self._read(lambda connection: rows.histories(connection, ids, metric))

    def files(self, id: str, folder: str = "") -> list[File]:
        return self._folder(id).files(folder)

    def read(self, id: str, path: str, limit: int) -> bytes:
        return self._folder(id).read(path, limit)

    def write(self, id: str, path: str, content: bytes) -> None:
        self._folder(id).write(id, path, content)

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        check_tags(tags)
        with self._open("rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows.artifacts_of(connection, id)  # is there such a run
            for key, value in tags.items():
                if value is None:
                    connection.execute("DELETE FROM tags WHERE run_uuid = ? AND key = ?", (id, key))
                    continue
                connection.execute(
                    "INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)"
                    " ON CONFLICT (run_uuid, key) DO UPDATE SET value = excluded.value",
                    (id, key, value),
                )
                if key == rows.RUN_NAME:  # MLflow keeps it twice
                    connection.execute("UPDATE runs SET name = ? WHERE run_uuid = ?", (value, id))
            connection.execute("COMMIT")

    def _folder(self, id: str) -> ArtifactFolder | S3Folder:
        location = self._read(lambda connection: rows.artifacts_of(connection, id))
        return open_folder(location, self.path.parent)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._open("ro") as connection:
            connection.execute("BEGIN")  # all queries see the same moment
            try:
                return work(connection)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error).lower():
                    raise
            # A text that is not UTF-8. Python's own decoder is a quarter slower for all others.
            connection.text_factory = rows.decoded
            return work(connection)

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        """A connection whose schema was looked at; SQLite's errors become sentences."""
        self._check_file()
        try:
            with closing(self._connect(mode)) as connection:
                note = schema.check(connection, str(self.path))
                self.notes = [note] if note else []
                yield connection
        except (sqlite3.Error, OverflowError) as error:
            raise self._told(error, mode) from error

    def _connect(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={mode}",
            uri=True,
            timeout=_BUSY,
            isolation_level=None,
        )

    def _check_file(self) -> None:
        try:
            folder = self.path.is_dir()
            readable = os.access(self.path, os.R_OK)
            there = self.path.exists()
        except (OSError, ValueError):
            folder = readable = there = False
        if folder:
            raise Conflict(
                "experiments.store_damaged",
                f"{self.path} is a folder, not a database.",
                "Without sqlite:/// it is read as a folder of MLflow's.",
            )
        if not there:
            raise NotFound(
                "experiments.store_missing",
                f"There is no database {self.path}.",
                "It comes into being with the first run that is recorded there.",
            )
        if not readable:
            raise Forbidden(
                "experiments.store_refused",
                f"You may not read {self.path}.",
                "Ask whoever owns the file.",
            )

    def _told(self, error: Exception, mode: str) -> OnboardError:
        text = str(error).lower()
        if "locked" in text or "busy" in text:
            return Conflict(
                "experiments.store_locked",
                f"Somebody else has been writing to {self.path} for {_BUSY:.0f} seconds.",
                "Try again when they are done; a process that hangs may hold it.",
            )
        if "readonly" in text and mode == "rw":
            return Forbidden(
                "experiments.store_refused",
                f"You may not write to {self.path}.",
                "Ask whoever owns the file.",
            )
        if "readonly" in text:  # a journal is left that only a writer can roll back
            return Conflict(
                "experiments.store_damaged",
                f"The last write to {self.path} was cut off, and nobody has cleared that up yet.",
                "Open it once with MLflow; that brings it in order.",
            )
        if "not a database" in text:
            return Conflict(
                "experiments.store_damaged",
                f"{self.path} is not a SQLite database.",
                "Check that it is the file you mean.",
            )
        if "unable to open" in text:
            return Conflict(
                "experiments.store_refused",
                f"{self.path} is there, but cannot be opened.",
                "Check who may write to its folder: SQLite keeps a file of its own beside it.",
            )
        return Conflict(
            "experiments.store_damaged",
            f"{self.path} cannot be read: {error}.",
            "If it was copied while MLflow wrote to it, or the disk was full, copy it again.",
        )


def check_tags(tags: Mapping[str, str | None]) -> None:
    """Refuses what MLflow itself would not keep.

    Raises:
        InvalidRequest: ``experiments.bad_tag``.
    """
    for key, value in tags.items():
        if not key or len(key) > KEY_LIMIT or "\0" in key:
            raise InvalidRequest(
                "experiments.bad_tag",
                f"A tag's name has 1 to {KEY_LIMIT} characters.",
                "Choose a shorter name.",
            )
        if value is not None and len(value) > VALUE_LIMIT:
            raise InvalidRequest(
                "experiments.bad_tag",
                f"The tag {key[:60]!r} has {len(value):,} characters; {VALUE_LIMIT:,} fit.",
                "Keep long text as a file of the run.",
            )
