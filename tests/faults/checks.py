"""What has to hold whatever goes wrong: nothing changed, nothing hidden, a sentence that helps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from sm_onboard.demo.history import git_environment
from sm_onboard.repos.models import Outcome
from tests.repos.world import World, tree

_NEVER = re.compile(
    r"(?i:traceback|errno|exception|please|oops|successful|sorry)|\w+Error\b|!|\bNone\b|[{}]|\b0x"
)
_REFS = ("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags")


class Photo(NamedTuple):
    """All of a clone that a person could lose."""

    files: dict[str, bytes]
    status: bytes
    index: bytes
    refs: bytes
    head: bytes
    stash: bytes


def photo(clone: Path) -> Photo:
    def said(*args: str) -> bytes:
        return subprocess.run(
            ["git", "--no-optional-locks", *args],
            cwd=clone,
            env=git_environment(),
            capture_output=True,
            check=False,
        ).stdout

    return Photo(
        tree(clone),
        said("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored"),
        said("ls-files", "--stage", "-z"),
        said(*_REFS),
        (clone / ".git" / "HEAD").read_bytes(),
        said("stash", "list"),
    )


def check_told(done: Outcome, *codes: str) -> None:
    """The code is one of these, and its sentences are sentences."""
    assert done.code in codes, done
    check_sentence(done.message)
    if done.hint:
        check_sentence(done.hint)
    assert len(set(done.actions)) == len(done.actions)


def check_sentence(text: str) -> None:
    assert text.endswith("."), text
    assert not _NEVER.search(text), text
    assert "\n" not in text
    assert len(text) < 300, text


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """What is inside ends in time: its own limit and five seconds."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds + 5


def try_every_action(here: World, done: Outcome) -> dict[str, Outcome]:
    """Carries out each action offered, each from the same state, and answers what came of it.

    An action works, and then ``undo`` (where it is offered) brings everything back; or it is
    refused, and then nothing is changed.
    """
    came: dict[str, Outcome] = {}
    kept = here.folder / "kept"
    _copy(here, here.folder, kept)
    left = here.leftovers()
    for action in done.actions:
        before = photo(here.clone)
        did = here.act(action)
        came[action] = did
        check_sentence(did.message)
        if photo(here.clone) == before:
            assert did.action in ("none", "unchanged"), (action, did)
        else:
            assert did.state in ("ready", "behind"), (action, did)
            if did.undo and did.undo.did == action:
                undone = here.act("undo")
                assert undone.action == "restored", (action, undone)
                after = photo(here.clone)
                # A branch that switching made may stay; none of the person's has moved.
                assert set(before.refs.split(b"\n")) <= set(after.refs.split(b"\n"))
                assert after._replace(refs=before.refs) == before, action
        assert set(here.leftovers()) <= set(left), action
        _copy(here, kept, here.folder)
    shutil.rmtree(kept)
    return came


def _copy(here: World, source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for name in ("root", "state"):
        shutil.rmtree(target / name, ignore_errors=True)
        if (source / name).exists():
            subprocess.run(["cp", "-a", source / name, target / name], check=True)


def check_no_secret(secret: str, *places: object) -> None:
    """The secret is in none of these: folders (every file and name in them), texts, structs."""
    wanted = secret.encode()
    for place in places:
        if isinstance(place, Path):
            for folder, _, files in os.walk(place):
                for name in files:
                    path = Path(folder, name)
                    assert secret not in str(path)
                    data = b"" if not path.is_file() else path.read_bytes()
                    assert wanted not in data, path
        else:
            text = msgspec.json.encode(place) if isinstance(place, msgspec.Struct) else str(place)
            assert secret not in (text.decode() if isinstance(text, bytes) else text)
