"""One entry of ``onboard.yaml``, checked: from what was written to an ``Entry``."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import TypeVar

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses, names

from ..models import Entry
from . import typed_nodes
from .onboard_keys import RepositoryKeys
from .yaml_text import Node

PROFILE = "{user_profile}"
MAX_PATTERN = 100

_T = TypeVar("_T")


class Skipped(Exception):
    """The entry is right, but not for this person or place."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__(error.message)
        self.error = error


def entry(node: Node, field: str, owner: str | None, shared: bool) -> Entry:
    """Checks an entry; ``id``, ``source`` and ``origin`` are left for the plan to fill.

    Args:
        field: where it stands, such as ``repositories[2]``.
        owner: whom ``profiles`` and ``{user_profile}`` mean; None when unknown.
        shared: whether it is unknown because several people use the space.

    Raises:
        ConfigError: something in it is wrong; the message starts with the key and line.
        Skipped: ``repos.other_profile``, ``repos.profile_unknown``.
    """
    keys = typed_nodes.struct(RepositoryKeys, node, field)

    def check(key: str, function: Callable[[str, str], _T], value: str, index: str = "") -> _T:
        try:
            return function(value, f"{field}.{key}{index}")
        except ConfigError as error:
            raise typed_nodes.at_key(error, node, key) from None

    url = check("url", addresses.check_url, keys.url)
    for index, pattern in enumerate(keys.profiles):
        check("profiles", _check_pattern, pattern, f"[{index}]")
    path_text = keys.path
    if path_text is not None:
        check("path", check_path_text, path_text)
    branch = None if keys.branch is None else check("branch", names.check_branch, keys.branch)
    secret = None if keys.secret is None else check("secret", names.check_secret, keys.secret)
    if secret is not None and url.startswith("ssh:"):
        check("secret", _no_secret_for_ssh, secret)
    sparse = tuple(
        check("sparse", names.check_sparse, folder, f"[{i}]")
        for i, folder in enumerate(keys.sparse)
    )
    opened = None if keys.open is None else check("open", names.check_inside, keys.open)
    environment = (
        None
        if keys.environment is None
        else check("environment", names.check_inside, keys.environment)
    )
    _for_this_person(keys, owner, shared)
    if path_text is None:
        path = check("url", addresses.default_name, keys.url)
    else:
        path = check("path", names.check_path, path_text.replace(PROFILE, owner or ""))
    return Entry(
        id="",
        name=name_of(url, path),
        url=url,
        path=path,
        source="trait",
        branch=branch,
        secret=secret,
        update=keys.update,
        filter=keys.filter,
        sparse=sparse,
        submodules=keys.submodules,
        open=opened,
        environment=environment,
    )


def glimpse(node: Node) -> tuple[str, str]:
    """URL and path of an entry that was refused, as far as they can be shown; else empty."""
    keys = node.value if isinstance(node.value, dict) else {}
    url, path = (keys[key].value if key in keys else "" for key in ("url", "path"))
    url = url if isinstance(url, str) else ""
    try:
        path = names.check_path(path) if isinstance(path, str) and path else ""
        path = path or addresses.default_name(url)
    except ConfigError:
        path = ""
    return url, path


def name_of(url: str, path: str) -> str:
    """The repository's name, also of an address that was refused; else its folder's."""
    try:
        return addresses.default_name(url)
    except ConfigError:
        last = addresses.display(url).rpartition("/")[2].removesuffix(".git")
    try:
        return names.check_folder(last)
    except ConfigError:
        return path.rpartition("/")[2]


def _for_this_person(keys: RepositoryKeys, owner: str | None, shared: bool) -> None:
    wanted = keys.profiles or PROFILE in (keys.path or "")
    if not wanted:
        return
    if owner is None:
        why = (
            "in a shared space there is no one owner"
            if shared
            else "the owner of this space is not known"
        )
        raise Skipped(
            ConfigError(
                "repos.profile_unknown",
                f"This repository depends on the user profile, and {why}.",
                "Open it from a private space of yours, or add it to your own onboard.yaml.",
            )
        )
    if keys.profiles and not any(fnmatch.fnmatchcase(owner, p) for p in keys.profiles):
        raise Skipped(
            ConfigError(
                "repos.other_profile",
                f"This repository is for user profiles {names.shown(', '.join(keys.profiles))}; "
                f"yours is {names.shown(owner)}.",
                "If you need it, ask your team lead to add your profile.",
            )
        )


def check_path_text(path: str, field: str) -> str:
    """A path as it is written, before ``{user_profile}`` is filled in.

    Raises:
        ConfigError: as ``names.check_path``, and for other braces.
    """
    bare = path.replace(PROFILE, "profile")
    if set(bare) & set("{}"):
        raise ConfigError(
            "config.path_characters",
            f"The path {names.shown(path)} holds braces; only {PROFILE} is known.",
            f"Write {PROFILE} exactly so, or use a plain name.",
            field,
        )
    names.check_path(bare, field)
    return path


def _check_pattern(pattern: str, field: str) -> str:
    if not pattern or len(pattern) > MAX_PATTERN or names.has_control(pattern):
        raise ConfigError(
            "config.profile_pattern",
            f"A pattern for user profiles has 1 to {MAX_PATTERN} characters.",
            'Write it like "ds-*".',
            field,
        )
    return pattern


def _no_secret_for_ssh(_: str, field: str) -> str:
    raise ConfigError(
        "config.secret_ssh",
        "A secret holds a username and password, and ssh uses neither.",
        "Use the https address of the repository, or take 'secret' out.",
        field,
    )
