"""MLflow's folder of text files (``mlruns``), read where it is.

    EXPERIMENT/meta.yaml                    EXPERIMENT/datasets/ID/meta.yaml
    EXPERIMENT/RUN/meta.yaml                EXPERIMENT/RUN/inputs/ID/meta.yaml
    EXPERIMENT/RUN/{params,tags}/NAME       the value
    EXPERIMENT/RUN/metrics/NAME             a line for each point: time value [step]
    .trash/EXPERIMENT/                      deleted experiments

A name with slashes is a file in folders. Links are not followed: what somebody else put into
a shared folder does not make the person's own files parts of a run.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sm_onboard.errors import Conflict, Forbidden, InvalidRequest, NotFound
from sm_onboard.experiments.models import Experiment, File, Kind, Point, Run

from . import run_folder as folders
from .folder import ArtifactFolder, open_folder
from .sqlite import check_tags
from .sqlite_rows import run_unknown

if TYPE_CHECKING:
    from .s3_folder import S3Folder

_TRASH: Final = ".trash"
_ID = folders.ID


class FileStore:
    """Runs in a folder that MLflow made; may be used from several threads.

    Args:
        path: of the folder.
        uri: as the person gave it.

    Attributes:
        notes: sentences about what could not be read, of the last call of ``runs``.
    """

    kind: Kind = "files"

    def __init__(self, path: Path, uri: str = "") -> None:
        self.path = path
        self.uri = uri or str(path)
        self.notes: list[str] = []

    def experiments(self) -> list[Experiment]:
        found = [self._experiment(folder, deleted=False) for folder in self._folders(self.path)]
        trash = self.path / _TRASH
        if trash.is_dir() and not trash.is_symlink():
            found += [self._experiment(folder, deleted=True) for folder in self._folders(trash)]
        return sorted(found, key=lambda e: (len(e.id), e.id))

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        found: list[Run] = []
        damaged: list[str] = []
        for experiment in self._folders(self.path):
            if experiments is not None and experiment.name not in experiments:
                continue
            datasets: folders.Datasets = {}
            for folder in self._folders(experiment):
                try:
                    run = folders.run_in(folder, datasets)
                except (OSError, ValueError) as error:
                    damaged.append(f"{folder.name} ({error})")
                    continue
                if not run.deleted:
                    found.append(run)
        self.notes = [_note(damaged)] if damaged else []
        return sorted(found, key=lambda run: (-(run.started or 0), run.id))

    def run(self, id: str) -> Run:
        folder = self._folder(id)
        try:
            run = folders.run_in(folder, {})
        except (OSError, ValueError) as error:
            raise Conflict(
                "experiments.store_damaged",
                f"The run {id!r} cannot be read: {error}.",
                f"Look at {folder}.",
            ) from error
        if run.deleted:
            raise run_unknown(id)
        return run

    def history(self, id: str, metric: str) -> list[Point]:
        self.run(id)
        path = _below(self._folder(id) / "metrics", metric)
        try:
            lines = folders.content(path, folders.LARGEST_METRIC).splitlines()
        except (OSError, ValueError):
            return []
        points = (folders.point(line) for line in lines)
        return sorted(
            (point for point in points if point is not None), key=lambda p: (p.step, p.time)
        )

    def files(self, id: str, folder: str = "") -> list[File]:
        return self._artifacts(id).files(folder)

    def read(self, id: str, path: str, limit: int) -> bytes:
        return self._artifacts(id).read(path, limit)

    def write(self, id: str, path: str, content: bytes) -> None:
        self._artifacts(id).write(id, path, content)

    def tagged(self, tag: str, value: str) -> list[Run]:
        found: list[Run] = []
        for folder in (run for each in self._folders(self.path) for run in self._folders(each)):
            try:
                path = _below(folder / "tags", tag)
                if folders.content(path, folders.LARGEST).rstrip("\n") == value:
                    found.append(folders.run_in(folder, {}))
            except (OSError, ValueError):  # it has no such tag, or cannot be read
                continue
        active = (run for run in found if not run.deleted)
        return sorted(active, key=lambda run: (-(run.started or 0), run.id))

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        check_tags(tags)
        self.run(id)
        folder = self._folder(id) / "tags"
        paths = {key: _below(folder, key) for key in tags}
        try:
            for key, value in tags.items():
                if value is None:
                    paths[key].unlink(missing_ok=True)
                else:
                    _replace(paths[key], value)
        except OSError as error:
            raise Forbidden(
                "experiments.store_refused",
                f"{folder} cannot be written to: {error.strerror}.",
                "Ask whoever owns the folder.",
            ) from error

    def _artifacts(self, id: str) -> ArtifactFolder | S3Folder:
        return open_folder(self.run(id).artifacts, self.path.parent)

    def _folder(self, id: str) -> Path:
        if _ID.fullmatch(id):
            for experiment in self._folders(self.path):
                if (
                    folders.is_file(experiment / id / folders.META)
                    and not (experiment / id).is_symlink()
                ):
                    return experiment / id
        raise run_unknown(id)

    def _folders(self, path: Path) -> list[Path]:
        """The folders right below that have a description, in order."""
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except FileNotFoundError:
            if path != self.path:
                return []
            raise NotFound(
                "experiments.store_missing",
                f"There is no folder {path}.",
                "It comes into being with the first run that is recorded there.",
            ) from None
        except OSError as error:
            raise Forbidden(
                "experiments.store_refused",
                f"{path} cannot be read: {error.strerror}.",
                "Ask whoever owns the folder.",
            ) from error
        return [
            Path(entry.path)
            for entry in entries
            if _ID.fullmatch(entry.name)
            and entry.is_dir(follow_symlinks=False)
            and folders.is_file(Path(entry.path) / folders.META)
        ]

    def _experiment(self, folder: Path, *, deleted: bool) -> Experiment:
        meta: dict[str, Any]
        try:
            meta = folders.described(folder)
        except (OSError, ValueError):
            meta = {}  # its name is lost, its runs are not
        return Experiment(
            id=folder.name,
            name=folders.text(meta.get("name")) or folder.name,
            deleted=deleted or meta.get("lifecycle_stage") == "deleted",
            artifacts=folders.text(meta.get("artifact_location")),
        )


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parents[1], prefix=".tag-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _below(folder: Path, name: str) -> Path:
    """The file that a name stands for, or InvalidRequest for one that leads out."""
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise InvalidRequest(
            "experiments.bad_tag",
            f"{name[:60]!r} cannot be the name of a file, which it would be in this store.",
            "Choose a name without .. and empty parts.",
        )
    path = folder.joinpath(*parts)
    if os.path.realpath(path.parent) != os.path.join(os.path.realpath(folder), *parts[:-1]):
        raise InvalidRequest(
            "experiments.bad_tag",
            f"{name[:60]!r} leads through a link out of the run's folder.",
            "Choose another name.",
        )
    return path


def _note(damaged: list[str]) -> str:
    some = ", ".join(damaged[:3]) + (", …" if len(damaged) > 3 else "")
    if len(damaged) == 1:
        return f"One run could not be read and is left out: {some}."
    return f"{len(damaged)} runs could not be read and are left out: {some}."
