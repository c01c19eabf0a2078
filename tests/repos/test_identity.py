"""The person's identity, with real git and a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sm_onboard.errors import Conflict, InvalidRequest, OnboardError
from sm_onboard.repos import identity
from sm_onboard.repos.models import Identity

ANA = Identity(name="Ana Müller", email="ana@example.com")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    person = tmp_path / "ana"
    person.mkdir()
    return {"HOME": str(person), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}


def test_a_new_home_has_none(env: dict[str, str]) -> None:
    assert identity.read(env) is None


def test_what_is_written_is_read_and_signs_a_commit(env: dict[str, str], tmp_path: Path) -> None:
    identity.write(ANA, env)
    assert identity.read(env) == ANA

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q", "work")
    git("-C", "work", "commit", "-q", "--allow-empty", "-m", "First")
    assert git("-C", "work", "log", "--format=%an <%ae>") == "Ana Müller <ana@example.com>\n"


def test_writing_leaves_the_rest_of_the_configuration(env: dict[str, str]) -> None:
    config = Path(env["HOME"], ".gitconfig")
    config.write_text("# mine\n[alias]\n\tst = status\n[user]\n\tname = a\n\tname = b\n")
    identity.write(ANA, env)
    assert "# mine" in config.read_text()
    assert "st = status" in config.read_text()
    assert identity.read(env) == ANA


def test_half_an_identity_is_none(env: dict[str, str]) -> None:
    Path(env["HOME"], ".gitconfig").write_text("[user]\n\tname = Ana\n")
    assert identity.read(env) is None


def test_what_counts_as_in_git(env: dict[str, str]) -> None:
    xdg = Path(env["HOME"], ".config/git/config")
    xdg.parent.mkdir(parents=True)
    xdg.write_text("[user]\n\tname = Ana\n\temail = ana@example.com\n")
    assert identity.read(env) == Identity(name="Ana", email="ana@example.com")
    assert identity.read(env | {"GIT_AUTHOR_NAME": "Ben"}) == Identity(
        name="Ben", email="ana@example.com"
    )


def test_a_repository_the_server_was_started_in_does_not_count(
    env: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True, env=env)
    with (tmp_path / "other/.git/config").open("a") as config:
        config.write("[user]\n\tname = Other\n\temail = other@example.com\n")
    assert identity.read(env | {"GIT_DIR": str(tmp_path / "other/.git")}) is None


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("", "ana@example.com"),
        (" ", "ana@example.com"),
        ("...", "ana@example.com"),
        ("Ana\n[core]", "ana@example.com"),
        ("Ana <x>", "ana@example.com"),
        ("a" * 201, "ana@example.com"),
        ("Ana", ""),
        ("Ana", "ana"),
        ("Ana", "ana@"),
        ("Ana", "ana@example.com\n[core]\n\tsshCommand = id"),
        ("Ana", "a b@example.com"),
        ("Ana", "<ana@example.com>"),
        ("Ana", "ana@example.com,ben@example.com"),
        ("Ana", "a" * 200 + "@example.com"),
    ],
)
def test_what_git_could_not_write_is_refused(env: dict[str, str], name: str, email: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        identity.write(Identity(name=name, email=email), env)
    assert raised.value.code == "repos.identity_invalid"
    assert not Path(env["HOME"], ".gitconfig").exists()


@pytest.mark.parametrize("name", ["-x", "--unset", "--global", '"quoted"', "a;b#c", "\\n", "$HOME"])
def test_a_name_is_never_an_option_or_syntax(env: dict[str, str], name: str) -> None:
    identity.write(Identity(name=name, email="-@example.com"), env)
    assert identity.read(env) == Identity(name=name, email="-@example.com")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=30), st.text(max_size=20).map(lambda text: text + "@example.com"))
def test_any_text_is_kept_as_it_is_or_refused(env: dict[str, str], name: str, email: str) -> None:
    try:
        identity.write(Identity(name=name, email=email), env)
    except InvalidRequest:
        return
    assert identity.read(env) == Identity(name=name.strip(), email=email.strip())


def test_a_configuration_that_cannot_be_written(env: dict[str, str]) -> None:
    Path(env["HOME"], ".gitconfig.lock").touch()
    with pytest.raises(Conflict) as raised:
        identity.write(ANA, env)
    assert raised.value.code == "repos.identity_not_written"


def test_a_configuration_that_cannot_be_read(env: dict[str, str]) -> None:
    Path(env["HOME"], ".gitconfig").write_text("[user\n")
    with pytest.raises(Conflict) as raised:
        identity.read(env)
    assert raised.value.code == "repos.identity_unreadable"


def test_no_git(env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OnboardError) as raised:
        identity.read(env | {"PATH": str(tmp_path)})
    assert raised.value.code == "repos.git_missing"


def test_it_costs_no_gitpython() -> None:
    code = "import sys, sm_onboard.repos.identity; print('git' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(identity.__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "False", done.stderr
