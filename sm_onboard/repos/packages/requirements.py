"""Reads which packages a repository's file names, without running anything of it.

========================  ===========================================================
file                      what counts
========================  ===========================================================
``*.txt``, ``*.in``       pip's requirements format, with ``-r`` and ``-c`` of files in
                          the same repository
``pyproject.toml``        ``[project] dependencies``
``environment.yml``       the ``pip`` part; the conda part by name alone
========================  ===========================================================

Everything else is not understood, and said to be so.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sm_onboard.errors import ConfigError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

SIZE = 1024 * 1024  # bytes of one file
FILES = 50  # included in each other

_FLAGS = {"--pre", "--prefer-binary", "--require-hashes"}
_ELSEWHERE = {
    "-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--no-index",
    "--trusted-host",
}  # fmt: skip
_SHORT = re.compile(r"(-[a-zA-Z])(.+)")  # -rbase.txt


@dataclass(frozen=True)
class LocalProject:
    """A folder of the repository that is a package: ``path`` absolute, ``extras`` ``[a,b]``."""

    path: str
    extras: str
    editable: bool


@dataclass
class Needs:
    """What a file asks for.

    Attributes:
        requirements: by name and version, from the configured package index.
        hashes: the hashes of a requirement, by its text.
        constraints: versions allowed, whether or not the package is needed.
        flags: options of pip's that change no source.
        folders: parts of the repository that are to be installed.
        by_name: packages of which only the name is known (conda's, and from an address).
        elsewhere: sentences, each one thing that does not come from the configured index.
        nameless: something of ``elsewhere`` has no name that could be looked up.
        unclear: sentences, each one thing that is not understood.
    """

    requirements: list[Requirement] = field(default_factory=list)
    hashes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constraints: list[Requirement] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    folders: list[LocalProject] = field(default_factory=list)
    by_name: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    nameless: bool = False
    unclear: list[str] = field(default_factory=list)


def read(folder: Path, file: str) -> Needs:
    """What ``file`` of the repository in ``folder`` asks for.

    Raises:
        ConfigError: ``repos.environment_missing``, ``repos.environment_unreadable``; the
            file itself cannot be read. What is wrong inside it is in the answer.
    """
    needs = Needs()
    name = os.path.basename(file)
    if name == "pyproject.toml":
        _pyproject(folder, file, needs)
    elif name.endswith((".yml", ".yaml")):
        _conda(folder, file, needs)
    elif name.endswith((".txt", ".in")):
        _Reader(folder, needs).file(file, constraint=False)
    else:
        needs.unclear.append(f"{file} is no requirements file, pyproject.toml or environment.yml.")
    return needs


def text_of(folder: Path, file: str) -> str:
    """A text file of the repository; symbolic links may not lead out of it.

    Raises:
        ConfigError: ``repos.environment_missing``, ``repos.environment_unreadable``.
    """
    root = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(root, file))
    if os.path.commonpath([root, path]) != root:
        raise ConfigError(
            "repos.environment_unreadable",
            f"{file} leads out of the repository.",
            "Only files of the repository itself are read.",
        )
    try:
        # Without O_NONBLOCK, opening a named pipe waits for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise IsADirectoryError
            content = opened.read(SIZE + 1)
    except FileNotFoundError:
        raise ConfigError(
            "repos.environment_missing",
            f"The repository has no file {file}.",
            "Correct environment: in onboard.yaml.",
        ) from None
    except OSError as error:
        raise ConfigError(
            "repos.environment_unreadable", f"{file} cannot be read.", "Check what it is."
        ) from error
    if len(content) > SIZE:
        raise ConfigError(
            "repos.environment_unreadable", f"{file} is larger than 1 MiB.", "Check what it is."
        )
    return content.decode("utf-8-sig", "replace")


class _Reader:
    """Requirements files that include each other."""

    def __init__(self, folder: Path, needs: Needs) -> None:
        self._folder = folder
        self._needs = needs
        self._seen: set[tuple[str, bool]] = set()

    def file(self, file: str, constraint: bool) -> None:
        file = os.path.normpath(file)
        if (file, constraint) in self._seen:
            return
        self._seen.add((file, constraint))
        if len(self._seen) > FILES:
            self._needs.unclear.append(f"{file} is one file too many: more than {FILES}.")
            return
        self.lines(file, text_of(self._folder, file).splitlines(), constraint)

    def lines(self, file: str, lines: Iterable[str], constraint: bool) -> None:
        for number, line in joined(lines):
            where = f"{file}, line {number}"
            if "${" in line:  # pip would put environment variables in
                self._needs.unclear.append(f"{where} contains a variable.")
            elif line.startswith("-"):
                self._option(where, file, line, constraint)
            else:
                self._requirement(where, line, constraint)

    def _option(self, where: str, file: str, line: str, constraint: bool) -> None:
        try:
            words = shlex.split(line)
        except ValueError:
            words = [line]
        name, _, value = words[0].partition("=")
        short = _SHORT.fullmatch(name) if not name.startswith("--") else None
        if short:
            name, value = short[1], short[2] + words[0][len(name) :]
        value = value or (words[1] if len(words) > 1 else "")
        if name in ("-r", "--requirement", "-c", "--constraint"):
            self._include(where, file, value, constraint or name in ("-c", "--constraint"))
        elif name in ("-e", "--editable"):
            self._local(where, value, editable=True)
        elif name in _FLAGS:
            self._needs.flags.append(name)
        elif name in _ELSEWHERE:
            self._needs.elsewhere.append(f"{where} changes where packages come from ({name}).")
        else:
            self._needs.unclear.append(f"{where} has an option that is not understood.")

    def _include(self, where: str, file: str, value: str, constraint: bool) -> None:
        if not value or "://" in value or os.path.isabs(value):
            self._from_elsewhere(f"{where} includes a file from elsewhere.")
            return
        try:
            self.file(os.path.join(os.path.dirname(file), value), constraint)
        except ConfigError as error:
            self._needs.unclear.append(f"{where}: {error.message}")

    def _requirement(self, where: str, line: str, constraint: bool) -> None:
        from packaging.requirements import InvalidRequirement, Requirement

        text, *options = re.split(r"\s+(?=--\w)", line)
        hashes = [option.removeprefix("--hash").strip(" =") for option in options]
        if not all(re.fullmatch(r"sha(256|384|512):[0-9a-f]{64,128}", value) for value in hashes):
            self._needs.unclear.append(f"{where} has an option that is not understood.")
            return
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            self._local(where, text, editable=False)
            return
        if requirement.url:
            self._needs.by_name.append(requirement.name)
            self._needs.elsewhere.append(f"{where} installs {requirement.name} from an address.")
        elif constraint:
            self._needs.constraints.append(requirement)
        else:
            self._needs.requirements.append(requirement)
            if hashes:
                self._needs.hashes[str(requirement)] = tuple(hashes)

    def _local(self, where: str, value: str, editable: bool) -> None:
        """A folder of the repository, such as ``-e .``; pip reads it from the repository's top."""
        if "://" in value or value.endswith((".whl", ".tar.gz", ".zip")):
            self._from_elsewhere(f"{where} installs from an address or a file.")
            return
        match = re.fullmatch(r"(\.[\w./-]*)(\[[\w.,-]+\])?", value, re.ASCII)
        if match is None:
            self._needs.unclear.append(f"{where} is not a requirement.")
            return
        root = os.path.realpath(self._folder)
        path = os.path.realpath(os.path.join(root, match[1]))
        if os.path.commonpath([root, path]) != root:
            self._from_elsewhere(f"{where} installs a folder outside the repository.")
        elif not os.path.isdir(path):
            self._needs.unclear.append(f"{where} names a folder that does not exist.")
        else:
            self._needs.folders.append(LocalProject(path, match[2] or "", editable))

    def _from_elsewhere(self, sentence: str) -> None:
        self._needs.elsewhere.append(sentence)
        self._needs.nameless = True


def joined(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line number, text) without comments and empty lines, continued lines put together."""
    kept, start = "", 0
    for number, line in enumerate([*lines, ""], 1):
        if not kept:
            start = number
        if line.lstrip().startswith("#"):
            line = ""
        if line.endswith("\\"):
            kept += line[:-1] + " "
            continue
        text = re.sub(r"(^|\s)#.*$", "", kept + line).strip()
        kept = ""
        if text:
            yield start, text


def project_name(folder: Path, path: str) -> str | None:
    """The name of the package in a folder of the repository; None where only building tells."""
    try:
        found = _toml(text_of(folder, os.path.join(path, "pyproject.toml")))
    except (ConfigError, ValueError):
        return None
    project = found.get("project")
    name = project.get("name") if isinstance(project, dict) else None
    return name if isinstance(name, str) else None


def _toml(text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def _pyproject(folder: Path, file: str, needs: Needs) -> None:
    try:
        project = _toml(text_of(folder, file)).get("project")
    except ValueError:
        needs.unclear.append(f"{file} is not valid TOML.")
        return
    if not isinstance(project, dict) or "dependencies" in (project.get("dynamic") or ()):
        needs.unclear.append(f"{file} has no list of dependencies.")
        return
    listed = project.get("dependencies", [])
    if not isinstance(listed, list) or not all(
        isinstance(one, str) and not one.startswith("-") for one in listed
    ):
        needs.unclear.append(f"{file} has no list of dependencies.")
        return
    _Reader(folder, needs).lines(f"{file}, dependencies", listed, constraint=False)


def _conda(folder: Path, file: str, needs: Needs) -> None:
    import yaml

    try:
        loaded = yaml.safe_load(text_of(folder, file))
    except (yaml.YAMLError, RecursionError, ValueError):
        needs.unclear.append(f"{file} is not valid YAML.")
        return
    listed = loaded.get("dependencies") if isinstance(loaded, dict) else None
    if not isinstance(listed, list):
        needs.unclear.append(f"{file} has no list of dependencies.")
        return
    for one in listed:
        if isinstance(one, str):
            match = re.match(r"(?:[\w.-]+::)?([\w.-]+)", one)
            if match and match[1] not in ("python", "pip"):
                needs.by_name.append(match[1])
        elif isinstance(one, dict) and isinstance(one.get("pip"), list):
            lines = [line for line in one["pip"] if isinstance(line, str)]
            _Reader(folder, needs).lines(f"{file}, pip", lines, constraint=False)
