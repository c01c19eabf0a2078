"""Pythons and kernels of a person's, beside the one that runs the tests."""

from __future__ import annotations

import json
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def environment(folder: Path, **packages: str) -> str:
    """A real virtual environment with packages that are nothing but their names; its Python."""
    venv.create(folder, symlinks=True)
    for name, version in packages.items():
        put(folder, name, version)
    return str(folder / "bin" / "python")


def put(folder: Path, name: str, version: str) -> None:
    """Installs a package into an environment, as far as its name and version go."""
    (packages,) = (folder / "lib").glob("python3*/site-packages")
    found = packages / f"{name}-{version}.dist-info"
    found.mkdir()
    (found / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def program(folder: Path, text: str) -> str:
    """A program that is called python, and is none."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "python"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)
    return str(file)


def kernel(home: Path, name: str, argv: Sequence[str], language: str = "python") -> None:
    """A kernelspec of the person's."""
    folder = home / ".local" / "share" / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    told: dict[str, Any] = {"argv": list(argv), "display_name": name, "language": language}
    (folder / "kernel.json").write_text(json.dumps(told))
