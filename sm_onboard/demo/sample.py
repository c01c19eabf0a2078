"""The sample team: its repositories as git histories, and its ``onboard.yaml``.

What ``churn`` and ``ds-utils`` hold lies in ``team/`` as ordinary files; here is who added
them, and when. What a file was before it was changed lies in ``team/earlier/``.
``reports`` is made up whole: 1,500 commits by five people over two years.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .history import Commit, create, write

TEAM = Path(__file__).parent / "team"

ANA = "Ana Ruiz <ana@example.com>"
BEN = "Ben Okafor <ben@example.com>"
CHLOE = "Chloé Martin <chloe@example.com>"
DEV = "Dev Patel <dev@example.com>"
EMI = "Emi 佐藤 <emi@example.com>"

# Commits of churn that people train at, by their message; the newest is the third.
WATCHED = "Watch the model learn, and record each run"
PACED = "Count calls by year, and let forests grow"

REPORTS_COMMITS = 1_500
_FIRST_REPORT = datetime(2024, 6, 3, 8, tzinfo=timezone.utc)


@dataclass(frozen=True)
class _Step:
    """One commit of files that lie in ``team/``: those that match, and are not there yet.

    Attributes:
        day: in ISO 8601.
        files: patterns below the repository.
        earlier: files as they were before a later step changed them.
    """

    day: str
    author: str
    message: str
    files: tuple[str, ...]
    earlier: tuple[str, ...] = ()


_CHURN = (
    _Step("2026-02-02", ANA, "Begin", ("README.md", ".gitignore")),
    _Step("2026-02-03", ANA, "Make up customers, the same ones every time", ("src/churn/data.py",)),
    _Step(
        "2026-02-03",
        ANA,
        "Keep the customers in the repository",
        ("make_data.py", "data/customers.csv"),
    ),
    _Step("2026-02-10", BEN, "Look at who leaves", ("notebooks/01-explore.ipynb",)),
    _Step(
        "2026-02-19",
        BEN,
        "A small model that a person can read",
        ("src/churn/model.py", "src/churn/__init__.py"),
    ),
    _Step("2026-02-24", CHLOE, "Name the packages", ("requirements.txt",)),
    _Step("2026-03-05", CHLOE, "How strong should the model be?", ("notebooks/02-train.ipynb",)),
    _Step("2026-03-09", DEV, "Test the model against a coin", ("tests/*",)),
    _Step("2026-04-13", EMI, "A notebook to begin with", ("notebooks/start.ipynb",)),
    _Step("2026-04-20", BEN, WATCHED, ("train.py",), ("src/churn/training.py",)),
    _Step("2026-05-04", EMI, "The customers of March", ("data/customers-march.csv",)),
    _Step("2026-05-11", CHLOE, PACED, ("src/churn/training.py", "notebooks/03-record.ipynb")),
)
_DS_UTILS = (
    _Step("2025-09-01", DEV, "Check columns before they surprise us", ("src/ds_utils/tables.py",)),
    _Step("2025-09-15", DEV, "The fiscal year begins in April", ("src/ds_utils/*",)),
    _Step("2025-09-16", CHLOE, "Test dates and tables", ("tests/*",)),
    _Step("2026-01-12", ANA, "Say how to use it", ("README.md", "CHANGELOG.md")),
)


def make_repositories(host: Path) -> None:
    """Makes the team's bare repositories in an existing folder; the same ones every time."""
    write(create(host / "churn.git"), _from_files(TEAM / "churn", _CHURN))
    write(create(host / "ds-utils.git"), _from_files(TEAM / "ds-utils", _DS_UTILS))
    write(create(host / "reports.git"), _reports())


def onboard_yaml(url: Callable[[str], str], links: Mapping[str, object] | None = None) -> str:
    """The team file.

    Args:
        url: the address of the repository with a name.
        links: the section of that name; None: there is none.
    """
    # JSON is YAML, and whatever a folder is called stays one word.
    section = "" if links is None else f"links: {json.dumps(links)}\n"
    return f"""\
# What every member of the sample team finds in JupyterLab.
version: 1
repositories:
  - url: {url("churn")}
    branch: main
    open: notebooks/start.ipynb
    environment: requirements.txt
  - url: {url("ds-utils")}
    branch: main
  - url: {url("reports")}
    branch: main
{section}"""


def _from_files(folder: Path, steps: tuple[_Step, ...]) -> Iterator[Commit]:
    there: set[Path] = set()
    earlier = TEAM / "earlier" / folder.name
    for step in steps:
        new = {
            path: path.read_bytes()
            for pattern in step.files
            for path in sorted(folder.glob(pattern))
            if path.is_file() and path not in there and "__pycache__" not in path.parts
        }
        there.update(new)
        changes: dict[str, bytes | None] = {
            path.relative_to(folder).as_posix(): data for path, data in new.items()
        }
        changes |= {name: (earlier / name).read_bytes() for name in step.earlier}
        when = datetime.fromisoformat(f"{step.day}T09:30:00+00:00")
        yield Commit(step.message, changes, step.author, int(when.timestamp()))


def _reports() -> Iterator[Commit]:
    """Weekly reports: most commits correct the newest ones, as people do."""
    chance = random.Random(7)  # noqa: S311 - the same history every time
    people = (ANA, BEN, CHLOE, DEV, EMI)
    what = ("revenue", "churn", "support", "visits", "orders")
    figures: dict[str, float] = {}
    yield Commit("Begin", {"README.md": _REPORTS_README.encode()}, ANA, _seconds(0))
    for number in range(1, REPORTS_COMMITS):
        hours = number * 2 * 365 * 24 / REPORTS_COMMITS
        week = int(hours / 24 / 7)
        monday = _FIRST_REPORT + timedelta(weeks=week)
        topic = what[number % len(what)] if number % 3 else chance.choice(what)
        value = figures.get(topic, 100.0) * chance.uniform(0.95, 1.06)
        figures[topic] = value
        year, iso_week, _ = monday.isocalendar()
        path = f"{year}/week-{iso_week:02}/{topic}.md"
        note = chance.choice(("as expected", "better than planned", "the holiday shows", "checked"))
        text = (
            f"# {topic.capitalize()}, week {iso_week} of {year}\n\n"
            f"Index {value:.1f} (June 2024: 100), {note}.\n"
        )
        yield Commit(
            f"{topic.capitalize()} of week {iso_week}: {note}",
            {path: text.encode()},
            chance.choice(people),
            _seconds(hours),
        )


def _seconds(hours: float) -> int:
    return int((_FIRST_REPORT + timedelta(hours=hours)).timestamp())


_REPORTS_README = """\
# Weekly reports

A folder a year, a folder a week, a file a topic. `git log` tells who changed a figure and why.
"""
