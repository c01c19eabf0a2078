"""Whose packages a snapshot names: those of the notebook's kernel, where they can be told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sm_onboard.errors import InvalidRequest
from sm_onboard.git.names import shown

from ..kernels import Listed, listing, own
from ..stores.share import Whose
from .outputs import document
from .standing import Looked


@dataclass(frozen=True)
class Packages:
    """What a share says of packages.

    Attributes:
        text: ``name==version`` lines; empty: none are named.
        whose: of which Python they are.
        kernel: the notebook's, by the name of its kernelspec; empty: it names none.
        python: the version of that Python.
        note: what the sender has to know of them: a sentence, or empty.
    """

    text: str = ""
    whose: Whose = ""
    kernel: str = ""
    python: str = ""
    note: str = ""


@contextlib.contextmanager
def packages_of(
    looked: Looked, kernel_spec: Callable[[str], Any], cancelled: Callable[[], bool]
) -> Iterator[Callable[[], Packages]]:
    """Asks the Python of the notebook's kernel, while the snapshot is packed.

    A kernel that cannot be asked leaves JupyterLab's own, said to be these: where all of a team
    have one image, a reader still sees whether they have the same one.

    Args:
        kernel_spec: the kernelspec of a name; None where there is none.
    """
    name, language = _kernel(looked)
    if not name:
        yield lambda: _named(own(), "server", "")
        return
    spec = kernel_spec(name)
    if (getattr(spec, "language", "") or language or "python").lower() != "python":
        yield lambda: Packages(kernel=name)
        return
    with listing(spec, cancelled) as answer:

        def packages() -> Packages:
            found = answer()
            if found is not None:
                return _named(found, "kernel", name)
            return _named(own(), "server", name, _why(name, spec))

        yield packages


def _named(listed: Listed, whose: Whose, kernel: str, note: str = "") -> Packages:
    return Packages(listed.text, whose, kernel, listed.python, note)


def _why(name: str, spec: Any) -> str:
    why = "did not tell what is installed" if spec is not None else "is not here"
    return f"Its kernel {shown(name)} {why}: the packages in it are those of JupyterLab's Python."


def _kernel(looked: Looked) -> tuple[str, str]:
    """The name of the notebook's kernelspec, and its language; empty where it says none."""
    if looked.file is None or not looked.file.is_notebook:
        return "", ""
    try:
        metadata = _dict(document(looked.data).get("metadata"))
    except InvalidRequest:  # with its outputs it is sent all the same
        return "", ""
    spec, info = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    name, language = spec.get("name"), spec.get("language") or info.get("name")
    return (
        name if isinstance(name, str) else "",
        language if isinstance(language, str) else "",
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
