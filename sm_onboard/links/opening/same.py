"""Whether a shared notebook would give the same here: packages, Python, image, data."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from sm_onboard.errors import ConfigError
from sm_onboard.experiments.reproduce.environment import compare
from sm_onboard.experiments.reproduce.models import Package
from sm_onboard.git.names import check_inside, shown

from ..models import LinkPart, LinkState
from .reader import Installed, Reader
from .shares import Share

_NAMED = 3  # of a kind, in a sentence
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}://")


def parts(share: Share, reader: Reader, folder: Path | None) -> tuple[LinkPart, ...]:
    """What is known of it.

    Args:
        folder: the reader's clone of the repository, which has the data of paths in it.
    """
    said = share.said
    here = reader.packages(said.kernel if said.packages_of == "kernel" else "")
    found = [_data(share, reader, folder), _packages(share, here)]
    found += [_python(share, here), _image(share, reader)]
    return tuple(part for part in found if part is not None)


def _whose(share: Share) -> str:
    return f"at {share.said.sender}'s" if share.said.sender else "at the sender's"


def _packages(share: Share, here: Installed) -> LinkPart:
    then, kernel = share.packages, shown(share.said.kernel)
    if then is None:
        text = "The packages were not written down."
        if kernel and not share.said.packages_of:
            text = f"The packages were not written down: the kernel {kernel} is not of Python."
        return LinkPart(part="packages", state="unknown", text=text)
    other = compare(then, here.packages)
    same = len(then) - len(other)
    if other:
        listed = ", ".join(_package(each) for each in other[:_NAMED])
        more = f" and {len(other) - _NAMED} more" if len(other) > _NAMED else ""
        verb = "is" if same == 1 else "are"
        text = f"{listed}{more} {_whose(share)}; {same} {verb} the same."
    else:
        text = f"the same {same}."
    missing = any(not each.now for each in other)
    state: LinkState = "missing" if missing else "differs" if other else "ok"
    if share.is_of_another_python:
        # What JupyterLab has says something of the image, and nothing of the kernel.
        told = f"Packages: not known of the kernel {kernel} {_whose(share)}. Of JupyterLab: {text}"
        return LinkPart(part="packages", state="unknown", text=told)
    if share.said.packages_of == "kernel" and not here.is_kernel:
        text += f" No kernel {kernel} here: compared with JupyterLab's own Python."
    return LinkPart(part="packages", state=state, text=f"Packages: {text}")


def _package(package: Package) -> str:
    here = f"{package.now} here" if package.now else "not here"
    return f"{package.name} {here}, {package.then}"


def _python(share: Share, here: Installed) -> LinkPart | None:
    then = share.said.python
    if not then or share.is_of_another_python:
        return None
    if then.split(".")[:2] == here.python.split(".")[:2]:
        return LinkPart(part="python", state="ok", text=f"Python: {here.python} here, as there.")
    text = f"Python: {here.python} here, {then} {_whose(share)}."
    return LinkPart(part="python", state="differs", text=text)


def _image(share: Share, reader: Reader) -> LinkPart | None:
    then, now = share.said.image, reader.place.image or ""
    if not then:
        return None
    if not now:
        text = f"Image: {then} {_whose(share)}; the image here is not known."
        return LinkPart(part="image", state="unknown", text=text)
    if then == now:
        return LinkPart(part="image", state="ok", text=f"Image: {then} on both sides.")
    text = f"Image: {now} here, {then} {_whose(share)}."
    return LinkPart(part="image", state="differs", text=text)


def _data(share: Share, reader: Reader, folder: Path | None) -> LinkPart | None:
    if not share.said.data:
        return None
    remote = [each for each in share.said.data if _REMOTE.match(each)]
    there: list[str] = []
    missing: list[str] = []
    unknown = list(remote)
    kept = {file.path for file in share.manifest.files if file.blob}
    for path in share.said.data:
        if path in remote:
            continue
        found = path in kept or _is_there(path, share.said.notebook, reader, folder)
        (unknown if found is None else there if found else missing).append(path)
    sentences = []
    if there:
        sentences.append(f"{_listed(there)} {'is' if len(there) == 1 else 'are'} here")
    if missing:
        sentences.append(f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} not here")
    if unknown:
        sentences.append(f"{_listed(unknown)}: not looked at")
    state = "missing" if missing else "unknown" if unknown else "ok"
    return LinkPart(part="data", state=state, text=f"Data: {'; '.join(sentences)}.")  # type: ignore[arg-type]


def _is_there(path: str, notebook: str, reader: Reader, folder: Path | None) -> bool | None:
    """None where it is at a place that is not looked at for a stranger."""
    if path.startswith(("/", "~")):
        whole = Path(path.replace("~", str(reader.place.home), 1) if path[0] == "~" else path)
        # Below others a look alone may mount something, or ask a host.
        known = (reader.place.home, *reader.place.team_storage)
        inside = ".." not in whole.parts and any(whole.is_relative_to(each) for each in known)
        return os.path.exists(whole) if inside else None
    if folder is None:
        return None
    beside = folder / os.path.dirname(notebook)
    for base in (beside, folder):
        whole = Path(os.path.normpath(base / path))
        try:
            check_inside(str(whole.relative_to(folder)), "data")
        except (ValueError, ConfigError):
            continue
        if os.path.exists(whole):
            return True
    return False


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(shown(path, 80) for path in paths[:_NAMED]) + more
