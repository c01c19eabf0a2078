"""A person who runs things in a clone, and the store that the runs are kept in."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sm_onboard import snapshot
from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, Experiment, File, Kind, Point, Run
from sm_onboard.experiments.reproduce.here import Here
from sm_onboard.experiments.reproduce.make import make
from sm_onboard.experiments.reproduce.material import Material, gather
from sm_onboard.experiments.reproduce.models import Made, Part, Plan
from sm_onboard.experiments.reproduce.plan import plan
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from tests.repos.world import QUICK, NoCredentials, World, world

ID = "0123456789abcdef0123456789abcdef"


@dataclass
class FolderStore:
    """``models.Store`` over a folder: ``<run id>/<path of the artifact>``."""

    folder: Path
    all: dict[str, Run] = field(default_factory=dict)
    kind: Kind = "files"
    uri: str = "a folder"

    def experiments(self) -> list[Experiment]:
        return [Experiment(id="1", name="churn")]

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        return [x for x in self.all.values() if experiments is None or x.experiment in experiments]

    def run(self, id: str) -> Run:
        if id not in self.all:
            raise NotFound("experiments.run_unknown", f"There is no run {id}.")
        return self.all[id]

    def history(self, id: str, metric: str) -> list[Point]:
        raise AssertionError("not asked for")

    def files(self, id: str, folder: str = "") -> list[File]:
        raise AssertionError("not asked for")

    def read(self, id: str, path: str, limit: int) -> bytes:
        file = self.folder / id / path
        if not file.is_file():
            raise NotFound("experiments.file_missing", f"There is no {path}.")
        if file.stat().st_size > limit:
            raise OnboardError("experiments.file_too_large", f"{path} is too large.")
        return file.read_bytes()

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        raise AssertionError("nothing is written to the store")

    def write(self, path: str, data: bytes, id: str = ID) -> None:
        file = self.folder / id / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.read(ID, f"{record.SNAPSHOT_FOLDER}/manifest.json", 1 << 24)
        )
        return found

    def change_manifest(self, **changes: Any) -> None:
        told = {**self.manifest(), **changes}
        self.write(f"{record.SNAPSHOT_FOLDER}/manifest.json", json.dumps(told).encode())


class Lab:
    """One person with a clone of ``churn``, one store, and a machine to reproduce on."""

    def __init__(self, person: World, folder: Path) -> None:
        self.person = person
        self.folder = folder
        self.store = FolderStore(folder / "store")
        self.here = self.machine(person.root)

    def machine(self, root: Path, **more: Any) -> Here:
        root.mkdir(exist_ok=True)
        given: dict[str, Any] = {"packages": dict, "python": "3.12.11", "limits": QUICK}
        return Here(root=root, credentials=NoCredentials(), **{**given, **more})

    def record(
        self,
        *,
        name: str = "eager-heron-312",
        url: str | None = None,
        take: bool = True,
        facts: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        environment: str | None = None,
        datasets: tuple[Dataset, ...] = (),
        **limits: int,
    ) -> dict[str, tuple[str, bytes]]:
        """Records a run of the clone as it is, and returns the clone's files."""
        url = self.person.server.url("churn") if url is None else url
        shutil.rmtree(self.store.folder / ID, ignore_errors=True)
        told = {record.RECORD: "token", record.NOTEBOOK: "nb/train.ipynb", **(tags or {})}
        if take:
            taken = snapshot.take(
                Git(Listener()),
                self.person.clone,
                self.folder / "snapshots",
                reason="run",
                url=url,
                limits=snapshot.Limits(**limits),
            )
            shutil.copytree(taken.folder, self.store.folder / ID / record.SNAPSHOT_FOLDER)
        self.store.all[ID] = Run(
            id=ID,
            experiment="1",
            name=name,
            status="finished",
            started=1_700_000_000_000,
            params={"eta": "0.06", "max_depth": "6"},
            tags=told,
            datasets=datasets,
        )
        self.store.write(record.RECORD_FILE, json.dumps(facts or {}).encode())
        if environment is not None:
            self.store.write(record.ENVIRONMENT_FILE, environment.encode())
        return whole(self.person.clone)

    def gather(self) -> Material:
        folder = self.folder / "material"
        folder.mkdir(exist_ok=True)
        return gather(self.store, ID, folder)

    def plan(self, here: Here | None = None) -> Plan:
        return plan(self.gather(), here or self.here)

    def make(self, here: Here | None = None, into: Path | None = None) -> Made:
        material, here = self.gather(), here or self.here
        return make(material, plan(material, here), here, into)


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    files: dict[str, str | bytes | None] = {
        "a.txt": "one\n",
        "b.txt": "two\n",
        "crlf.txt": b"one\r\ntwo\r\n",
        "d/c.txt": "three\n",
        "gone/deep/x.txt": "x\n",
        "nb/train.ipynb": "{}\n",
        "run.sh": "#!/bin/sh\n",
    }
    with world(folder, files=files) as person:
        person.sync()
        yield Lab(person, folder)


def dirty(person: World) -> None:
    """Everything that a work tree can have beyond its commit."""
    clone = person.clone
    person.write("a.txt", "staged\n")
    person.git("add", "a.txt")
    person.write("a.txt", "staged, then changed\n")
    (clone / "b.txt").write_bytes(b"mixed\r\nends\n\xff\x00")
    shutil.rmtree(clone / "gone")
    (clone / "d" / "c.txt").unlink()
    (clone / "d").rmdir()
    person.write("d", "a file where a folder was\n")
    (clone / "run.sh").chmod(0o755)
    person.write("nb/train.ipynb", '{"cells": []}\n')
    person.write("new/ü ñ.txt", "untracked\n")
    (clone / "new" / "raw.bin").write_bytes(bytes(range(256)))
    os.symlink("a.txt", clone / "link")
    os.symlink("/nowhere/at/all", clone / "dangling")


def part(found: Plan, name: str) -> Part:
    return next(row for row in found.parts if row.part == name)


def whole(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Kind (with the mode that git keeps) and bytes of all below a folder but ``.git``."""
    found = {}
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*folders, *files):
            path = Path(base, name)
            mode = path.lstat().st_mode
            kind = "x" if mode & stat.S_IXUSR else "f"
            data = b""
            if path.is_symlink():
                kind, data = "l", os.fsencode(os.readlink(path))
            elif path.is_dir():
                kind = "d"
            else:
                data = path.read_bytes()
            found[str(path.relative_to(folder))] = (kind, data)
    return found


def state_of(folder: Path) -> dict[str, bytes]:
    """Index, HEAD, refs, stash, configuration and logs of a repository, byte for byte."""
    git = folder / ".git"
    return {
        str(path.relative_to(git)): path.read_bytes() for path in git.rglob("*") if path.is_file()
    }
