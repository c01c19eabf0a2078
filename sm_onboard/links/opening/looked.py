"""What looking at a link found: what is shown, and what a choice needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from ..coordinates import Link
from ..models import LinkPreview
from .commits import Repository
from .mine import Own


@dataclass(frozen=True)
class Looked:
    """What was found.

    Attributes:
        link: as it was taken: of kind ``snapshot`` where its commit is gone.
        own: the reader's file, where it can be opened.
        place: the folder that would be made.
        until: when a share's time is over, in ms since the epoch.
        digest: of what the notebook holds: a preview of the same holds still.
        python: of the sender, where known. packages: they are known.
    """

    link: Link
    preview: LinkPreview
    repository: Repository = field(default_factory=lambda: Repository(""))
    own: Own | None = None
    place: Path | None = None
    until: int | None = None
    digest: str = ""
    python: str = ""
    packages: bool = False

    def but(self, **changes: Any) -> Looked:
        """The same with a preview that says something else."""
        return replace(self, preview=msgspec.structs.replace(self.preview, **changes))

    def like(self, other: Looked) -> bool:
        """Whether it is the same that would be opened, at the same place."""
        return (
            (self.digest, self.place, self.preview.how, self.preview.mine, self.until)
            == (other.digest, other.place, other.preview.how, other.preview.mine, other.until)
            and (self.repository.url == other.repository.url)
            and bool(self.repository.source) == bool(other.repository.source)
        )
