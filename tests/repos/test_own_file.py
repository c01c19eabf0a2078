"""Adding a repository to the person's own file keeps everything else of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_onboard.errors import ConfigError, Conflict
from sm_onboard.repos.models import NewRepository
from sm_onboard.repos.plan import own_file, plan

CHURN = "https://github.com/acme/churn.git"
LIB = "https://github.com/acme/lib.git"
NEW = NewRepository(url=LIB)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "sm-onboard" / "onboard.yaml"


def add(file: Path, before: str, new: NewRepository = NEW) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before.encode())
    plan.add_to_own_file(file, new)
    return file.read_bytes().decode()


def test_the_file_and_its_folder_are_made(file: Path) -> None:
    plan.add_to_own_file(file, NewRepository(url="git@github.com:acme/lib", branch="a", path="b/c"))
    assert file.read_text() == (
        "version: 1\nrepositories:\n"
        "  - url: ssh://git@github.com/acme/lib\n    branch: a\n    path: b/c\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert [f.name for f in file.parent.iterdir()] == ["onboard.yaml"]
    (entry,) = plan.load(plan.Settings(own_file=file, home=file.parent)).entries
    assert (entry.branch, entry.path, entry.source) == ("a", "b/c", "person")


ADDED = f"  - url: {LIB}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"version: 1\nrepositories:\n{ADDED}"),
        ("# mine\n", f"# mine\nversion: 1\nrepositories:\n{ADDED}"),
        ("version: 1\n", f"version: 1\nrepositories:\n{ADDED}"),
        ("version: 1", f"version: 1\nrepositories:\n{ADDED}"),
        ("version: 1\nrepositories: # none\n", f"version: 1\nrepositories: # none\n{ADDED}"),
        (
            "version: 1\nrepositories: []  # none\n",
            f"version: 1\nrepositories:   # none\n{ADDED}",
        ),
        (
            f"version: 1\nrepositories:\n- url: {CHURN}\n",
            f"version: 1\nrepositories:\n- url: {CHURN}\n- url: {LIB}\n",
        ),
        (
            f"version: 1\r\nrepositories:\r\n  - url: {CHURN}\r\n",
            f"version: 1\r\nrepositories:\r\n  - url: {CHURN}\r\n  - url: {LIB}\r\n",
        ),
    ],
)
def test_where_the_entry_goes(file: Path, before: str, after: str) -> None:
    assert add(file, before) == after


def test_comments_order_and_later_sections_stay(file: Path) -> None:
    before = f"""\
# my own
version: 1   # the only one
repositories:
    # churn first
    - branch: "main"   # not develop
      url: {CHURN}
      sparse: [
        a,
        b
      ]  # only these

# where runs go
experiments:
  tracking: auto
"""
    marker = "      ]  # only these\n"
    assert add(file, before) == before.replace(marker, f"{marker}    - url: {LIB}\n")


@pytest.mark.parametrize(
    "branch", ["2024", "on", "null", "1.0", "#x", "a#b", "wörk", "é'\"", "a,b"]
)
def test_values_that_yaml_could_misread_are_quoted(file: Path, branch: str) -> None:
    add(file, "version: 1\n", NewRepository(url=LIB, branch=branch, path="Zoë's"))
    (entry,) = plan.load(plan.Settings(own_file=file, home=file.parent)).entries
    assert (entry.branch, entry.path) == (branch, "Zoë's")


@pytest.mark.parametrize(
    "before",
    [
        f"version: 1\nrepositories: [{{url: {CHURN}}}]\n",
        "version: 1\nrepositories: ~\n",
        "version: 1\nrepositories: {}\n",
        "{version: 1}\n",
        "version: 1\n...\n",
    ],
)
def test_what_cannot_be_added_to_safely_is_left_alone(file: Path, before: str) -> None:
    with pytest.raises(ConfigError) as caught:
        add(file, before)
    assert caught.value.code == "config.own_file_edit"
    assert f"url: {LIB}" in caught.value.hint
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("version: [", "config.yaml"),
        ("repositories: []", "config.version"),
        ("version: 1\nrepositories:\n  - url: git@github.com:acme/lib\n", "config.already_listed"),
    ],
)
def test_a_broken_file_and_a_known_repository(file: Path, before: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        add(file, before)
    assert caught.value.code == code
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewRepository(url="https://me:hunter2@github.com/acme/lib"), "url"),
        (NewRepository(url="https://github.com/.git"), "url"),
        (NewRepository(url=LIB, branch="--upload-pack=x"), "branch"),
        (NewRepository(url=LIB, path="../x"), "path"),
    ],
)
def test_wrong_values_name_their_field(file: Path, new: NewRepository, field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan.add_to_own_file(file, new)
    assert caught.value.field == field
    assert "hunter2" not in caught.value.message
    assert not file.exists()


def test_a_fork_does_not_take_the_folder_of_its_origin(file: Path) -> None:
    fork = NewRepository(url="https://github.com/me/churn.git")
    for before, taken in (
        (f"version: 1\nrepositories:\n  - url: {CHURN}\n", {}),
        ("", {"churn": CHURN}),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(before)
        with pytest.raises(ConfigError) as caught:
            plan.add_to_own_file(file, fork, taken)
        assert (caught.value.code, caught.value.field) == ("config.path_taken", "path")
        assert caught.value.message == f"The folder churn is taken by {CHURN}."
    plan.add_to_own_file(file, NewRepository(url=fork.url, path="my-churn"), {"churn": CHURN})
    assert "path: my-churn" in file.read_text()


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.yaml"
    real.write_text("version: 1\n")
    file.parent.mkdir(parents=True)
    file.symlink_to(real)
    plan.add_to_own_file(file, NEW)
    assert file.is_symlink()
    assert LIB in real.read_text()


def test_a_change_in_the_meantime_is_not_overwritten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = own_file._only_adds

    def meanwhile(old: bytes, new: bytes, entry: dict[str, str]) -> bool:
        file.write_text("version: 1 # mine\n")
        return real(old, new, entry)

    monkeypatch.setattr(own_file, "_only_adds", meanwhile)
    with pytest.raises(Conflict):
        add(file, "version: 1\n")
    assert file.read_text() == "version: 1 # mine\n"
