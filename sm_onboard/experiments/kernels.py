"""What the kernels' environments have for recording runs, found out without starting any.

Packages are looked for as files beside each kernel's Python: nothing is imported or run.
"""

from __future__ import annotations

import configparser
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_onboard.pythons import of_kernel

CONTEXT = "mlflow.run_context_provider"
STORES = "mlflow.tracking_store"
_RECORDS = ("sm_onboard", "sm-onboard")


@dataclass(frozen=True)
class Kernel:
    """A kernel that runs Python.

    Attributes:
        name: of its kernelspec. title: as people see it.
        python: its interpreter.
        mlflow: whether MLflow is installed there.
        records: whether our part is, which adds the context to MLflow's runs.
        schemes: of tracking URIs that plug-ins of MLflow add there, such as ``arn``.
    """

    name: str
    title: str
    python: str
    mlflow: bool = False
    records: bool = False
    schemes: frozenset[str] = frozenset()


def look(specs: Mapping[str, Any] | None = None) -> tuple[Kernel, ...]:
    """The kernels of this machine that run Python.

    Args:
        specs: as ``KernelSpecManager.get_all_specs`` gives them; None asks it.
    """
    if specs is None:
        from jupyter_client.kernelspec import KernelSpecManager

        specs = KernelSpecManager().get_all_specs()
    found = []
    known: dict[str, Kernel] = {}  # by interpreter: many kernelspecs share one
    for name, told in sorted(specs.items()):
        spec = told.get("spec") or {}
        argv = spec.get("argv") or []
        if spec.get("language", "python").lower() != "python" or not argv:
            continue
        python = of_kernel([str(each) for each in argv])
        if python is None:
            continue
        title = str(spec.get("display_name") or name)
        at = known.get(python) or known.setdefault(python, _read(python))
        found.append(Kernel(name, title, python, at.mlflow, at.records, at.schemes))
    return tuple(found)


def able(kernel: Kernel, uri: str) -> bool:
    """Whether MLflow in a kernel knows what to do with a tracking URI."""
    scheme = uri.partition(":")[0]
    return scheme in ("sqlite", "http", "https", "file") or scheme in kernel.schemes


def _read(python: str) -> Kernel:
    folders = sys.path if python == sys.executable else list(_site_packages(Path(python)))
    schemes: set[str] = set()
    mlflow = records = False
    for folder in folders:
        at = Path(folder or ".")
        mlflow = mlflow or (at / "mlflow" / "__init__.py").is_file()
        for entry_points in _entry_points(at):
            with _quiet():
                read = configparser.ConfigParser(delimiters=("=",), interpolation=None)
                read.optionxform = str  # type: ignore[assignment, method-assign]
                read.read_string(entry_points.read_text("utf-8"))
                if read.has_section(STORES):
                    schemes.update(read.options(STORES))
                ours = entry_points.parent.name.startswith(_RECORDS)
                records = records or (ours and read.has_section(CONTEXT))
    return Kernel("", "", python, mlflow, records, frozenset(schemes))


def _entry_points(folder: Path) -> Iterator[Path]:
    """Of the packages that have to do with MLflow; others are not opened."""
    for pattern in ("sm_onboard-*.dist-info", "*mlflow*.dist-info"):
        with _quiet():
            yield from (x / "entry_points.txt" for x in folder.glob(pattern))


def _site_packages(python: Path) -> Iterator[str]:
    """Where a virtual or conda environment has its packages, and what it sees of others."""
    prefix = python.parent.parent
    with _quiet():
        yield from map(str, sorted(prefix.glob("lib/python3*/site-packages")))
    with _quiet():
        told = (prefix / "pyvenv.cfg").read_text("utf-8").splitlines()
        pairs = {key.strip(): value.strip() for key, _, value in (x.partition("=") for x in told)}
        if pairs.get("include-system-site-packages", "").lower() == "true":
            yield from _site_packages(Path(pairs["home"]) / "python3")


class _quiet:
    """What cannot be read has nothing to say."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        expected = (OSError, ValueError, KeyError, configparser.Error)
        return kind is not None and issubclass(kind, expected)


Look = Callable[[], tuple[Kernel, ...]]
