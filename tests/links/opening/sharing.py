"""Shares as a sender's machine makes them, and as somebody makes them who means harm."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sm_onboard.demo.history import git_environment
from sm_onboard.links.stores import name_of
from sm_onboard.links.stores.share import Said, write
from sm_onboard.snapshot import Kept, Manifest

WHO = ("-c", "user.name=sm_onboard", "-c", "user.email=s@example.com")
DAY = 86_400_000  # ms


def git(cwd: Path, *args: str, input: bytes = b"", **env: str) -> bytes:
    return subprocess.run(
        ["git", *WHO, *args],
        cwd=cwd,
        env=git_environment(**env),
        input=input,
        capture_output=True,
        check=True,
    ).stdout


class Share:
    """A share that is made step by step, so that a test can spoil one of them.

    Args:
        repository: a clone or bare repository that has the base; None: there is none.
        files: what differs from the base; None as content deletes.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, bytes | str | None],
        *,
        repository: Path | None = None,
        base: str = "",
        url: str = "",
        path: str = "nb/eda.ipynb",
        environment: str = "",
        thin: bool = False,
        modes: Mapping[str, str] | None = None,
        **said: Any,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        if repository is None:
            repository = self.folder / "own"
            repository.mkdir()
            git(repository, "init", "-q", "--bare")
        self.repository = repository
        index = {"GIT_INDEX_FILE": str(self.folder / "index")}
        kept = []
        if base:
            git(repository, "read-tree", base, **index)
        for name, content in files.items():
            mode = (modes or {}).get(name, "100644")
            data = content.encode() if isinstance(content, str) else content
            if data is None:
                line = f"0 {'0' * 40}\t{name}\n".encode()
                git(repository, "update-index", "--index-info", input=line, **index)
                kept.append(Kept(name, None, None, 0, None, True))
                continue
            oid = git(repository, "hash-object", "-w", "--stdin", input=data).decode().strip()
            line = f"{mode},{oid},{name}"
            git(repository, "update-index", "--add", "--cacheinfo", line, **index)
            sha256 = hashlib.sha256(data).hexdigest()
            kept.append(Kept(name, mode, oid, len(data), sha256, bool(base)))
        tree = git(repository, "write-tree", **index).decode().strip()
        head = base
        if not base:
            empty = git(repository, "mktree").decode().strip()
            head = git(repository, "commit-tree", empty, "-m", "x").decode().strip()
        commit = git(repository, "commit-tree", tree, "-p", head, "-m", "s").decode().strip()
        self.bundle = self.folder / "snapshot.bundle"
        wanted = f"{commit}\n" + (f"^{base}\n" if base else "")
        ask = ("pack-objects", "--stdout", "--revs", "-q", *(("--thin",) if thin else ()))
        pack = git(repository, *ask, input=wanted.encode())
        header = "# v2 git bundle\n" + (f"-{base} b\n" if base else "")
        header += f"{commit} refs/sm-onboard/snapshot\n\n"
        self.bundle.write_bytes(header.encode() + pack)
        now = int(time.time() * 1000)
        told: dict[str, Any] = {
            "sender": "alice",
            "note": "",
            "sent": now,
            "until": now + 30 * DAY,
            "notebook": path,
        }
        self.said = Said(**{**told, **said})
        self.environment = environment
        self.manifest = Manifest(
            id="0",
            created="2026-11-29T00:00:00+00:00",
            reason="link",
            url=url,
            path="",
            branch="main" if base else None,
            head=head,
            base=(base,) if base else (),
            commit=commit,
            index=None,
            files=tuple(kept),
            left_out=(),
            bundle_sha256=hashlib.sha256(self.bundle.read_bytes()).hexdigest(),
            bundle_size=self.bundle.stat().st_size,
            extra=self.said.extra(),
        )

    def told(self) -> dict[str, Any]:
        """The manifest as it is written."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self.manifest)))
        return found

    def put(self, store: Path) -> str:
        """Puts it into a store's folder; gives its digest."""
        file = self.folder / "share.zip"
        file.unlink(missing_ok=True)
        write(file, self.manifest, self.bundle, self.environment)
        return put(store, file.read_bytes())

    def zipped(self, *entries: tuple[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
        """A zip of these entries, whatever they are."""
        file = self.folder / "odd.zip"
        file.unlink(missing_ok=True)
        with zipfile.ZipFile(file, "x", packed) as archive:
            for name, data in entries:
                archive.writestr(name, data)
        return file.read_bytes()

    def with_manifest(self, **changes: Any) -> bytes:
        """A share whose manifest says something else."""
        told = {**self.told(), **changes}
        return self.zipped(
            ("manifest.json", json.dumps(told).encode()),
            ("snapshot.bundle", self.bundle.read_bytes()),
        )

    def with_bundle(self, bundle: bytes, **changes: Any) -> bytes:
        """A share with another bundle, which its manifest knows of."""
        told = {**self.told(), "bundle_sha256": hashlib.sha256(bundle).hexdigest(), **changes}
        return self.zipped(
            ("manifest.json", json.dumps(told).encode()), ("snapshot.bundle", bundle)
        )


def put(store: Path, data: bytes, digest: str = "") -> str:
    """Puts any bytes into a store's folder, under their digest or a lie."""
    digest = digest or hashlib.sha256(data).hexdigest()
    file = store / name_of(digest)
    os.makedirs(file.parent, exist_ok=True)
    file.write_bytes(data)
    return digest
