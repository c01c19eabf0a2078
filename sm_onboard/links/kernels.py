"""What is installed for a notebook's kernel, on either side of a link."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sm_onboard import pythons


class Listed(NamedTuple):
    """Packages of one Python: ``name==version`` lines, and its version."""

    text: str
    python: str


def own() -> Listed:
    """Of the Python that runs this: JupyterLab's own."""
    from sm_onboard.experiments.recording.environment import freeze

    return Listed(freeze().text, platform.python_version())


@contextlib.contextmanager
def listing(
    spec: Any, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Callable[[], Listed | None]]:
    """Asks the Python of a kernelspec what it has, while one does something else.

    Args:
        spec: None: there is no such kernel here.

    Yields:
        Waits for the answer; None where none comes in time, or it runs no Python here.
    """
    python = pythons.interpreter(spec) if spec is not None else None
    if python is None:
        yield lambda: None
        return
    if pythons.is_ours(python):
        yield own
        return
    with pythons.asking(python, pythons.LIMIT, cancelled) as answer:

        def listed() -> Listed | None:
            found = answer()
            return Listed(found.text, found.python) if found else None

        yield listed
