"""A clone prepared aside and published by one rename."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

from sm_onboard.errors import ConfigError, Conflict
from sm_onboard.git import addresses, names
from sm_onboard.git.objects import split_z
from sm_onboard.git.run import Git

from ..models import Entry
from .inspect import opened


def prepare(git: Git, entry: Entry, branch: str | None, part: Path) -> Path:
    """Makes a complete clone below ``part`` and returns it. Raises GitFailed, Stopped."""
    clone = part / "clone"
    args = ["--progress", "--template=", "--origin=origin"]
    if branch:
        args.append(f"--branch={branch}")
    if entry.filter == "blobless":
        args.append("--filter=blob:none")
    elif entry.filter == "shallow":
        args += ["--depth=1", "--no-tags"]
    if entry.sparse:
        args.append("--no-checkout")
    git.run("clone", *args, "--", entry.url, str(clone))
    keep(git, clone, [], kept(git))
    if not entry.submodules:
        git.run("config", "--local", "submodule.recurse", "false", cwd=clone)
    if entry.filter == "shallow":
        # Otherwise no other branch could ever be fetched by name.
        all_branches = "+refs/heads/*:refs/remotes/origin/*"
        git.run("config", "--local", "remote.origin.fetch", all_branches, cwd=clone)
    if entry.sparse:
        folders = "".join(f"{folder}\n" for folder in entry.sparse).encode()
        git.run("sparse-checkout", "set", "--cone", "--stdin", cwd=clone, input=folders)
        if branch:
            git.run("checkout", "--progress", branch, "--", cwd=clone)
    if entry.submodules:
        _submodules(git, entry, clone)
    return clone


def kept(git: Git) -> list[list[str]]:
    """The sign-in lines that a clone keeps, so that the person's pull and push work too."""
    return [[key, value] for key, value in (git.access.keep if git.access else ())]


def keep(git: Git, clone: Path, old: list[list[str]], new: list[list[str]]) -> None:
    """Replaces the sign-in lines in a clone's own configuration."""
    for key in dict.fromkeys(key for key, _ in [*old, *new]):
        # 5: there was no such line.
        git.run("config", "--local", "--unset-all", key, cwd=clone, ok=(0, 5))
    for key, value in new:
        git.run("config", "--local", "--add", key, value, cwd=clone)


def _submodules(git: Git, entry: Entry, clone: Path, base: str = "", depth: int = 0) -> None:
    """Fills submodules, level by level: each address is checked before git sees it.

    Raises:
        ConfigError: ``repos.submodule_host``: a submodule comes from another host.
    """
    if depth > 5 or not (clone / ".gitmodules").is_file():
        return
    said = git.run(
        *("config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.(url|path)$"),
        cwd=clone,
        ok=(0, 1),
    )
    modules: dict[str, dict[str, str]] = {}
    for item in split_z(said):
        key, _, value = item.partition("\n")
        name, _, what = key[len("submodule.") :].rpartition(".")
        modules.setdefault(name, {})[what] = value
    base = base or entry.url
    for module in modules.values():
        if "url" not in module or "path" not in module:
            continue
        path = names.check_inside(module["path"], "submodules")
        url = _resolved(base, module["url"])
        if addresses.parse(url, "submodules").host != addresses.parse(entry.url).host:
            raise ConfigError(
                "repos.submodule_host",
                f"The submodule {path} comes from another host than {entry.name}.",
                "Set submodules: false, and clone it as a repository of its own.",
                field="submodules",
            )
        git.run(*("submodule", "update", "--init", "--progress", "--", path), cwd=clone)
        _submodules(git, entry, clone / path, url, depth + 1)


def _resolved(base: str, url: str) -> str:
    if not url.startswith(("./", "../")):
        return url
    parts = base.rstrip("/").split("/")
    for step in url.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def publish(clone: Path, root: Path, path: str) -> bool:
    """Renames the finished clone to ``root/path``; False when something is there already.

    The folders on the way are made one by one and never through a link.

    Raises:
        Conflict: ``repos.path_blocked``: a file or link stands on the way.
    """
    *parents, name = path.split("/")
    with contextlib.ExitStack() as stack:
        fd = stack.enter_context(opened(os.fspath(root), follow=True))
        for parent in parents:
            with contextlib.suppress(FileExistsError):
                os.mkdir(parent, dir_fd=fd)
            try:
                fd = stack.enter_context(opened(parent, fd))
            except OSError as error:
                if error.errno in (errno.ENOTDIR, errno.ELOOP):
                    raise Conflict(
                        "repos.path_blocked",
                        f"{parent} on the way to {path} is a file or a link.",
                        "Move it away, or choose another path in onboard.yaml.",
                    ) from None
                raise
        try:
            os.rename(clone, name, dst_dir_fd=fd)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                return False
            if error.errno == errno.EXDEV:
                raise Conflict(
                    "repos.other_file_system",
                    f"{path} is on another file system than its root.",
                    "Make that file system the root, or choose another path.",
                ) from None
            raise
    return True


def discard(part: Path) -> None:
    """Removes what was prepared and is not needed."""
    shutil.rmtree(part, ignore_errors=True)
