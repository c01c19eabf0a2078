"""How the packages here differ from those of a run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from sm_onboard.clones import checks
from sm_onboard.experiments import record
from sm_onboard.git.run import plain

from .here import Here
from .material import Material
from .models import Package, Part

_NAMED = 3  # packages of a kind that the sentence names


def look(material: Material, here: Here) -> tuple[Part, tuple[Package, ...]]:
    """The row of the confirmation, and all packages that differ."""
    then = material.packages
    python = checks.text(material.facts, record.PYTHON)
    sentences = []
    if python and python != here.python:
        sentences.append(f"Python here is {here.python}, then {python}.")
    if then is None:
        sentences.append("The packages of the run were not recorded.")
        return Part(part="environment", state="unknown", text=" ".join(sentences)), ()
    here.doing("Listing the packages here.")
    differing = compare(then, here.packages())
    elsewhere = sorted(name for name in _elsewhere(material) if name in then)
    detail = (
        f"Not from an index, so not installed again: {_listed(elsewhere)}." if elsewhere else ""
    )
    missing = [package for package in differing if not package.now]
    orders = {package: _order(package) for package in differing if package.now}
    for word, order in (("newer", 1), ("older", -1), ("different", 0)):
        if kind := [package for package, found in orders.items() if found == order]:
            sentences.append(_sentence(kind, word))
    if missing:
        listed = _listed([f"{package.name} {package.then}" for package in missing])
        sentences.append(f"{_packages(missing)} missing here: {listed}.")
    if not sentences:
        number = len(then)
        text = f"The same {number} packages." if number != 1 else "The same package."
        return Part(part="environment", state="ok", text=text, detail=detail), ()
    text = " ".join(sentences)
    return Part(part="environment", state="differs", text=text, detail=detail), differing


def requirements(material: Material) -> str:
    """The packages of the run for pip. A comment is what no index has under this version."""
    lines = []
    elsewhere = _elsewhere(material)
    for name, version in sorted((material.packages or {}).items()):
        line = f"{name}=={version}"
        if name in elsewhere:
            line = f"# {line} was installed from {elsewhere[name]}"
        lines.append(f"{line}\n")
    return "".join(lines)


def install_line(path: str, file: str, python: str) -> str:
    """For a shell: a new environment with the packages as they were, beside the clone.

    Args:
        path: of the clone. file: with the packages. python: the version of the run, or empty.
    """
    numbers = python.split(".")[:2]
    known = len(numbers) == 2 and all(x.isascii() and x.isdigit() and len(x) < 4 for x in numbers)
    command = f"python{'.'.join(numbers)}" if known else "python3"
    venv = shlex.quote(f"{path}-venv")
    return f"{command} -m venv {venv} && {venv}/bin/python -m pip install -r {shlex.quote(file)}"


def _elsewhere(material: Material) -> dict[str, str]:
    """Packages from folders and repositories, and where those were: text to read only."""
    told = material.facts.get("package_sources")
    return {
        checks.canonical(name): plain(address, 300)
        for name, address in (told.items() if isinstance(told, Mapping) else ())
        if isinstance(name, str) and isinstance(address, str)
    }


def compare(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[Package, ...]:
    """The packages of the run that are here in another version or not at all, by name."""
    return tuple(
        Package(name=name, then=version, now=now.get(name, ""))
        for name, version in sorted(then.items())
        if now.get(name) != version
    )


def _order(package: Package) -> int:
    from packaging.version import InvalidVersion, Version

    try:
        now, then = Version(package.now), Version(package.then)
    except InvalidVersion:
        return 0
    return (now > then) - (now < then)


def _sentence(kind: Sequence[Package], word: str) -> str:
    listed = _listed([f"{p.name} {p.now} (then {p.then})" for p in kind])
    return f"{_packages(kind)} {word} here: {listed}."


def _packages(kind: Sequence[Package]) -> str:
    return "1 package is" if len(kind) == 1 else f"{len(kind)} packages are"


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return ", ".join(texts[:_NAMED]) + more
