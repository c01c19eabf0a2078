"""Reads ``onboard.yaml``: which keys there are, and what is said about a wrong one.

Reading follows the structs of ``onboard_keys`` key by key instead of converting the file
at once, so that every message can name the key, the line and what belongs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sm_onboard.errors import ConfigError

from . import team_sections
from .onboard_keys import Experiments, Links, OnboardFile
from .typed_nodes import at, kind_of, no_key_twice, unknown_key
from .yaml_text import Node, parse

MAX_REPOSITORIES = 500
MAX_ERRORS = 20  # more than that is another kind of file


class Sections(msgspec.Struct, frozen=True, kw_only=True):
    """A file read as far as it was good.

    ``repositories`` are still nodes: each is read by itself, so that a bad one does not
    take the others with it. ``errors`` are what is wrong with the file as a whole.
    """

    repositories: Sequence[Node] = ()
    links: Links | None = None
    experiments: Experiments | None = None
    errors: Sequence[ConfigError] = ()
    empty: bool = False  # nothing in it but comments


def read(data: bytes) -> Sections:
    """Reads a file; an empty one, or one of comments only, has no sections.

    Raises:
        ConfigError: nothing of the file can be used: ``config.yaml*``, ``config.type``,
            ``config.version``, ``config.key_twice``.
    """
    root = parse(data)
    if root is None:
        return Sections(empty=True)
    if not isinstance(root.value, dict):
        raise ConfigError(
            "config.type",
            f"The file must hold keys with values, not {kind_of(root)}.",
            "Start it with the line 'version: 1'.",
        )
    no_key_twice(root, "")
    _check_version(root.value.get("version"))
    errors: list[ConfigError] = []
    found: dict[str, Any] = {}
    for key, node in root.value.items():
        try:
            if key == "repositories":
                found[key] = _repository_nodes(node)
            elif key == "links":
                found[key] = team_sections.links(node, key)
            elif key == "experiments":
                found[key] = team_sections.experiments(node, key)
            elif key != "version":
                raise unknown_key(key, node, OnboardFile.__struct_fields__, "")
        except ConfigError as error:
            errors.append(error)
    return Sections(**found, errors=errors[:MAX_ERRORS])


def _repository_nodes(node: Node) -> list[Node]:
    if node.value is None:  # every entry commented out
        return []
    if not isinstance(node.value, list):
        raise at(
            ConfigError(
                "config.type",
                f"The value must be a list of repositories, not {kind_of(node)}.",
                "Start each repository with '- url: …'.",
                "repositories",
            ),
            node,
        )
    if len(node.value) > MAX_REPOSITORIES:
        raise at(
            ConfigError(
                "config.too_many",
                f"The list has {len(node.value)} repositories; at most {MAX_REPOSITORIES} are "
                "allowed.",
                "Give each group its own file, or use 'profiles'.",
                "repositories",
            ),
            node,
        )
    return node.value


def _check_version(node: Node | None) -> None:
    if node is None:
        raise ConfigError(
            "config.version",
            "The file does not say which version of the format it uses.",
            "Add the line 'version: 1' at its beginning.",
            "version",
        )
    if node.value != 1 or isinstance(node.value, (bool, float)):
        raise at(
            ConfigError(
                "config.version",
                "This sm_onboard reads version 1 only.",
                "Write 'version: 1', or install a newer sm_onboard if the file needs it.",
                "version",
            ),
            node,
        )
