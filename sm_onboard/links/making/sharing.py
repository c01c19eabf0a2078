"""The share of a file: exactly what would be sent, made in a folder of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sm_onboard import snapshot
from sm_onboard.errors import InvalidRequest
from sm_onboard.git.run import Git
from sm_onboard.snapshot import Content
from sm_onboard.snapshot.chosen import read

from ..models import SecretFound
from ..stores import LARGEST
from ..stores.share import Said, Written, write
from . import repository as repositories
from . import secrets
from .needs import LIMITS
from .outputs import stripped
from .packages import Packages
from .standing import Looked

REASON = "link"
_DAY = 86_400_000  # ms


@dataclass(frozen=True)
class Share:
    """What is ready to be sent.

    Attributes:
        others: how many files beside the one that was asked for.
        until: ms since 1970.
        findings: what looks like a secret in it.
        packages: what the sender has to know of the packages in it: a sentence, or empty.
    """

    written: Written
    path: str
    others: int
    until: int
    left_out: tuple[str, ...]
    findings: tuple[SecretFound, ...]
    packages: str = ""


def make(
    looked: Looked,
    git: Git,
    folder: Path,
    *,
    sender: str,
    image: str,
    packages: Callable[[], Packages],
    now: int,
    alone: bool = False,
) -> Share:
    """Makes the share of a file, and looks for secrets in it.

    Args:
        folder: empty; the share and all that is needed for it come to lie there.
        sender: a claim. image: of the space; may be empty.
        packages: waits for them; called when all else is packed.
        now: ms since 1970.
        alone: on no commit, so that it can be read where the commit has gone.

    Raises:
        OnboardError: ``links.not_a_notebook``, ``links.share_large``, ``snapshot.too_large``, or
            git failed.
    """
    asked, repository = looked.asked, looked.repository
    base = repository.base if repository and repository.url and not alone else ""
    contents, unread = _contents(looked, git, base)
    left_out = (*_left_out(looked, git, base), *unread)
    until = now + asked.days * _DAY
    made = snapshot.take_chosen(
        git,
        looked.root,
        folder,
        contents=contents,
        base=base,
        gone=repositories.gone_since(git, repository) if repository and base else (),
        reason=REASON,
        url=looked.url,
        branch=repository.branch if repository else None,
        limits=snapshot.Limits(total=LIMITS.total + (100 << 20), files=20_000),
    )
    installed = packages()
    said = Said(
        sender=sender,
        note=asked.note,
        sent=now,
        until=until,
        notebook=looked.path,
        outputs=asked.outputs or looked.thing != "notebook",
        python=installed.python,
        image=image,
        packages_of=installed.whose,
        kernel=installed.kernel,
        left_out=left_out,
        data=tuple(looked.needs.data),
    )
    manifest = replace(made.manifest, extra=said.extra())
    written = write(folder / "share.zip", manifest, made.bundle, installed.text)
    if written.size > LARGEST:
        raise InvalidRequest(
            "links.share_large",
            f"The snapshot would be larger than {LARGEST >> 20} MB.",
            "Clear outputs that nobody needs, and keep data out of the notebook's folder.",
        )
    sent = {x.path: contents[x.path].data for x in made.manifest.files if x.path in contents}
    return Share(
        written=written,
        path=looked.path,
        others=len(sent.keys() - {looked.path}),
        until=until,
        left_out=tuple(f"{path}: {why}" for path, why in left_out),
        findings=_findings(sent, asked.note),
        packages=installed.note,
    )


def _contents(
    looked: Looked, git: Git, base: str
) -> tuple[dict[str, Content], list[tuple[str, str]]]:
    """What is sent. Other notebooks that it needs have their outputs left out as well, but for
    those that the base has just so."""
    assert looked.file is not None
    data = looked.data
    if looked.file.is_notebook and not looked.asked.outputs:
        data = stripped(data)
    contents = {looked.path: Content(data)}
    unread = []
    books = [] if looked.asked.outputs else [x for x in looked.needs.files if x.endswith(".ipynb")]
    if books and looked.repository and base:
        books = list(repositories.differing(git, looked.repository, base, books))
    for path in looked.needs.files:
        try:
            found = read(looked.root, path, LIMITS.file)
            contents[path] = replace(found, data=stripped(found.data)) if path in books else found
        except OSError:
            unread.append((path, "it could not be read"))
        except InvalidRequest:
            unread.append((path, "its outputs could not be left out"))
    return contents, unread


def _left_out(looked: Looked, git: Git, base: str) -> tuple[tuple[str, str], ...]:
    """What the reader does not get; what the base has as it is now, they do."""
    if not base or looked.repository is None:
        return tuple(looked.needs.left_out)
    paths = [path for path, _ in looked.needs.left_out]
    lacking = repositories.differing(git, looked.repository, base, paths)
    return tuple((path, why) for path, why in looked.needs.left_out if path in lacking)


def _findings(sent: Mapping[str, bytes], note: str) -> tuple[SecretFound, ...]:
    return (*secrets.in_lines("", "your note", note), *secrets.in_files(sent))
