from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.rooms import Rooms, Settings
from tests.experiments.stores import plain


class House:
    """The room of a server whose runs are in one small database.

    Attributes:
        heard: ids that were announced.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.database = plain.make(folder / "runs.db")
        uri = f"sqlite:///{self.database}"
        self.heard: list[str] = []
        self.rooms = Rooms(
            Settings(metadata_file=str(folder / "none.json")),
            environ={"HOME": str(self.home), "MLFLOW_TRACKING_URI": uri},
            notify=lambda _, id, __: self.heard.append(id),
            root_dir=self.home,
        )
        self.store = hashlib.sha256(uri.encode()).hexdigest()[:8]

    def add(self, id: str, name: str = "", **more: Any) -> str:
        """A run, with a folder for its files; gives the page's id."""
        files = self.files(id)
        files.mkdir(parents=True)
        plain.add(self.database, id, name, artifacts=str(files), **more)
        return f"{self.store}.{id}"

    def files(self, id: str) -> Path:
        return self.folder / "artifacts" / id

    def keep(self, id: str, path: str, content: str | bytes) -> None:
        target = self.files(id) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def look(self) -> None:
        """Reads the store as the page's looking does, and at once."""
        room = self.rooms.experiments
        watcher = room._watcher
        watcher._find(everything=False)
        for one in (watcher._watched or {}).values():
            watcher._read(one, frozenset())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "house")
    yield made
    made.rooms.close(5)
