"""A copy of what a link leads to, in a folder of its own: never over anything, run by nobody."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sm_onboard.clones import checks, making
from sm_onboard.clones.aside import aside, free, publish, publish_as, unwritable
from sm_onboard.clones.here import Here
from sm_onboard.clones.making import Wanted
from sm_onboard.errors import Conflict, Stopped
from sm_onboard.snapshot.restore import write_files

from ..coordinates import Link
from ..models import LinkOpened
from . import shares
from .commits import Repository
from .looked import Looked
from .reader import Reader
from .shares import Share

ENVIRONMENT_FILE = ".git/sm-onboard/environment.txt"
"""The packages of the sender for pip, in the clone and out of git's sight."""

_SHARED = ("shared", "shared-with-me")
"""Where copies are put: the first that is no repository or link itself."""


def place_for(root: Path, link: Link) -> Path:
    """The folder that a copy would get now."""
    return free(_parent(root, link), _name(link))


def _parent(root: Path, link: Link) -> Path:
    for name in _SHARED:
        shared = root / name
        if not shared.is_symlink() and not os.path.lexists(shared / ".git"):
            break
    return shared / checks.folder_name(link.sender, "", "someone")


def _name(link: Link) -> str:
    stem = link.path.rpartition("/")[2].rpartition(".")[0] or link.path.rpartition("/")[2]
    return f"{checks.folder_name(stem, '', 'file')}-{(link.digest or link.commit)[:8]}"


def check_place(root: Path, looked: Looked) -> None:
    """Raises Conflict: ``links.place_taken``: it would be another folder than was shown."""
    if looked.place is not None and place_for(root, looked.link) != looked.place:
        raise Conflict(
            "links.place_taken",
            f"{looked.place.name} is there now. Nothing was made.",
            "Look at where it would be put now, and choose again.",
        )


def beside(reader: Reader, here: Here, looked: Looked, into: Path | None = None) -> LinkOpened:
    """Makes the copy.

    Args:
        into: a folder that does not exist, in place of the one that was shown.

    Raises:
        Stopped: ``here.cancel`` was set; nothing is left then, as after any error.
        Conflict: ``clones.target_exists``.
        OnboardError: ``clones.folder_unwritable``, those of ``clones.making`` and ``shares``.
    """
    link = looked.link
    place = into or looked.place
    assert place is not None
    if link.kind == "git":
        commit = _of_commit(link, looked.repository)
        made = _publish(here, place, exactly=into is not None, wanted=commit, share=None)
    else:
        with shares.reading(reader, here, link, lambda _: None) as share:
            wanted = _of_share(share, looked.repository)
            made = _publish(here, place, exactly=into is not None, wanted=wanted, share=share)
    return _opened(reader, looked, made)


def _of_commit(link: Link, repository: Repository) -> Wanted:
    source = repository.source
    return Wanted(
        head=link.commit,
        base=(link.commit,),
        url=repository.url,
        source="clone" if source else "remote",
        clone=str(source.folder) if source else "",
    )


def _of_share(share: Share, repository: Repository) -> Wanted | None:
    """None where the commit that it builds on can be had from nowhere."""
    manifest, source = share.manifest, repository.source
    if manifest.base and not source and not manifest.url:
        return None
    from_host = "remote" if manifest.base else "bundle"
    return Wanted(
        head=manifest.head,
        base=manifest.base,
        url=manifest.url,
        source="clone" if source and manifest.base else from_host,  # type: ignore[arg-type]
        clone=str(source.folder) if source else "",
        snapshot=share.snapshot,
    )


def _publish(
    here: Here, place: Path, *, exactly: bool, wanted: Wanted | None, share: Share | None
) -> Path:
    parent = place.parent
    # A folder of the reader's that is there already stays, also where it is empty.
    new = [each for each in (parent, parent.parent) if not os.path.lexists(each)]
    try:
        with aside(parent) as (folder, lock):
            clone = folder / "clone"
            if wanted:
                making.make(wanted, here, clone, lock)
            else:
                assert share is not None
                _files_alone(here, share, clone)
            if share and share.packages and not share.is_of_another_python:
                _environment(clone, share)
            if here.cancel.is_set():
                raise Stopped("links.cancelled", "Cancelled.")
            if exactly:
                return publish_as(clone, place)
            return publish(clone, parent, place.name)
    except OSError as error:
        raise unwritable(parent, error) from error
    finally:
        # Where nothing came of it, nothing is left of it.
        for folder in new:
            if folder != here.root and folder.is_relative_to(here.root):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _files_alone(here: Here, share: Share, clone: Path) -> None:
    """A new repository with nothing but the files of a share."""
    git = here.git()
    algorithm = "sha256" if len(share.manifest.commit) == 64 else "sha1"
    git.run(
        *("init", "--quiet", "--template=", f"--object-format={algorithm}", "--", str(clone)),
    )
    pack = share.snapshot.bundle.read_bytes().partition(b"\n\n")[2]
    git.run("index-pack", "--stdin", cwd=clone, input=pack)
    write_files(git, clone, share.manifest)


def _environment(clone: Path, share: Share) -> None:
    file = clone / ENVIRONMENT_FILE
    file.parent.mkdir(exist_ok=True)
    lines = (f"{name}=={version}\n" for name, version in sorted((share.packages or {}).items()))
    file.write_text("".join(lines), encoding="utf-8")


def _opened(reader: Reader, looked: Looked, made: Path) -> LinkOpened:
    from sm_onboard.experiments.reproduce.environment import install_line
    from sm_onboard.repos.contents import contents_base

    link = looked.link
    file = made.joinpath(*link.path.split("/"))
    contents = reader.contents(file)
    why = ""
    if not _is_inside(file, made):
        contents, why = "", f"{file.name} is not among the files."
    elif not contents and reader.root_dir:
        why = f"{reader.shown(made)} is outside the folder that JupyterLab shows."
    base = contents_base(made, reader.root_dir) if reader.root_dir else None
    install = ""
    if looked.packages:
        install = install_line(str(made), str(made / ENVIRONMENT_FILE), looked.python)
    return LinkOpened(
        how="beside",
        place=str(made),
        contents=contents,
        why=why,
        folder_contents=base or "",
        cell=link.cell,
        heading=link.heading,
        install=install,
    )


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether this is a file of the folder: a link of a stranger's may lead anywhere."""
    return file.is_file() and Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder))
