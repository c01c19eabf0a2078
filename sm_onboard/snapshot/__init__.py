"""A work tree's state in two files: the one format for undo, runs and links.

    <store>/<id>/manifest.json     what is in it, what was left out, digests
    <store>/<id>/snapshot.bundle   a git bundle on top of commits the remote has

The bundle has two commits: ``refs/sm-onboard/snapshot`` (the files, on top of HEAD) and
``refs/sm-onboard/index`` (what was staged). Files that differ from HEAD are kept as the
bytes on disk, without git's filters and line endings.

Links have one commit instead, with chosen files on top of a commit that the remote has
(``take_chosen``): all of it can be read without that commit.

Taking one writes nothing into the repository: not its objects, refs, index or stash. It
happens in a shadow of the repository, which borrows the objects.
"""

from .chosen import Content, take_chosen
from .manifest import Kept, LeftOut, Manifest, Snapshot, list_snapshots, load, prune
from .restore import objects, restore
from .shadow import changed_paths
from .take import Limits, refusal, take

__all__ = [
    "Content",
    "Kept",
    "LeftOut",
    "Limits",
    "Manifest",
    "Snapshot",
    "changed_paths",
    "list_snapshots",
    "load",
    "objects",
    "prune",
    "refusal",
    "restore",
    "take",
    "take_chosen",
]
