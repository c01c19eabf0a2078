"""What reaches git, and what reaches files and logs: no option of anybody's, no secret."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.git import addresses, names
from sm_onboard.git.listener import Access, Listener
from sm_onboard.git.progress import Progress
from sm_onboard.git.run import Git
from sm_onboard.repos.models import Entry, Outcome
from tests.faults.checks import check_no_secret, check_told
from tests.gitserver import Fault, FaultyGitServer, make_repository
from tests.repos.world import World, world

pytestmark = pytest.mark.timeout(120)

PASSWORD = "hunter2-5ecr3t"

# Notes how git was called and with which configuration, then becomes git.
_RECORDER = """#!{python} -IS
import json, os, sys
given = {{k: v for k, v in os.environ.items() if k.startswith("GIT_")}}
with open({record!r}, "a") as stream:
    stream.write(json.dumps([sys.argv[1:], given]) + "\\n")
os.execv({git!r}, ["git", *sys.argv[1:]])
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A git that notes its calls; ``calls()`` answers (arguments, environment) of each."""
    real = shutil.which("git")
    assert real
    record = tmp_path / "calls.jsonl"
    record.touch()
    folder = tmp_path / "bin"
    folder.mkdir()
    wrapper = folder / "git"
    wrapper.write_text(_RECORDER.format(python=sys.executable, record=str(record), git=real))
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def ours() -> list[Any]:
        made = [json.loads(line) for line in record.read_text().splitlines()]
        return [call for call in made if "GIT_LITERAL_PATHSPECS" in call[1]]

    return ours


def life(here: World, **entry: Any) -> list[Outcome]:
    """A clone, an update, the person's files in the way, each action, a branch, an undo."""
    did = [here.sync(**entry)]
    branch = entry.get("branch") or "main"
    path = here.root / entry.get("path", "churn")
    here.team.commit({"a.txt": "1\n", "-rf": "2\n", "--output=x": "3\n"}, branch=branch)
    did.append(here.sync(**entry))
    for action in ("set_aside", "undo", "merge", "discard"):
        here.team.commit({"a.txt": f"{action}\n", "-rf": f"{action}\n"}, branch=branch)
        (path / "a.txt").write_text("mine\n")
        (path / "-rf").write_text("mine\n")
        did.append(here.act(action, **entry))  # type: ignore[arg-type]
    return did


WEIRD = [  # accepted branches and paths
    ("feature/-x", "with space"),
    ("main=--help", "x=--help"),
    pytest.param("a'b\"c", "größe/deep/er", marks=pytest.mark.long),
    pytest.param("x;touch${IFS}y", "$HOME;x", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("branch", "path"), WEIRD)
def test_no_branch_or_path_reaches_git_as_an_option(
    tmp_path: Path, calls: Any, branch: str, path: str
) -> None:
    assert names.check_branch(branch) == branch
    assert names.check_path(path) == path
    with world(tmp_path, commits=2) as here:
        here.team.set_branch(branch, "main")
        first, *_ = life(here, branch=branch, path=path)
        assert (first.state, first.branch) == ("ready", branch), first
        made = calls()
        check_calls(made, here.server.address)
        assert any(branch in argument for arguments, _ in made for argument in arguments)
        assert set(os.listdir(here.root)) == {".sm-onboard", path.split("/")[0]}


@pytest.mark.parametrize(
    "more",
    [{"filter": "blobless"}, {"filter": "shallow"}, {"sparse": ("größe sub", "d")}],
)
def test_no_setting_reaches_git_as_an_option(
    tmp_path: Path, calls: Any, more: dict[str, Any]
) -> None:
    with world(tmp_path, commits=2) as here:
        first, *_ = life(here, **more)
        assert first.state == "ready", (first, here.logged)
        check_calls(calls(), here.server.address)


# Options that carry a value of somebody's, glued to the option's name.
_CARRIES = ("--branch=", "--path=")
_SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[2] / "sm_onboard").rglob("*.py")
)


def check_calls(made: list[Any], address: str) -> None:
    """Options are those that stand in our sources, letter by letter; addresses follow ``--``."""
    assert len(made) > 10
    for arguments, _ in made:
        end = arguments.index("--") if "--" in arguments else len(arguments)
        for at, argument in enumerate(arguments):
            if argument.startswith(address):
                assert at > end, arguments
            if at < end and argument.startswith("-") and not argument.startswith(_CARRIES):
                assert f'"{argument}"' in _SOURCES, arguments


# Secrets


class SignsIn:
    """Signs in by a helper that reads the password from a file only it knows."""

    def __init__(self, address: str, file: Path) -> None:
        self.helper = f"!f() {{ echo username=u; echo password=$(cat '{file}'); }}; f"
        self.key = f"credential.{address}.helper"

    def access(self, entry: Entry) -> Access:
        config = [("credential.helper", ""), (self.key, self.helper)]
        return Access(config=config, keep=config, redact=[PASSWORD])

    def explain(self, entry: Entry, stderr: str) -> None:
        return None


@pytest.fixture
def private(tmp_path: Path) -> Any:
    """A world whose repository asks for a password."""
    host, person, vault = tmp_path / "host", tmp_path / "person", tmp_path / "vault"
    person.mkdir()
    vault.write_text(PASSWORD)
    with FaultyGitServer(host, user="u", password=PASSWORD) as server:
        here = World(person, server, files=40)
        here.engine.credentials = SignsIn(server.address, vault)
        yield here, vault


def test_a_password_is_in_no_file_log_or_answer(
    private: tuple[World, Path], home: Path, tmp_path: Path, calls: Any
) -> None:
    here, vault = private
    heard: list[Progress] = []
    listener = Listener(log=here.logged.append, progress=heard.append)
    entry = here.entry(url=here.server.url("churn", private=True))
    told = [here.engine.sync(entry, listener)]
    assert told[0].state == "ready", (told, here.logged)
    here.write("README.md", "mine\n")
    here.team.commit({"README.md": "theirs\n"})
    told += [here.engine.sync(entry, listener)]
    told += [here.engine.act(entry, do, listener) for do in ("set_aside", "undo", "update")]
    here.git("fetch")  # the person's own, by the helper that was left
    vault.write_text("wrong-" + PASSWORD)
    refused = here.engine.sync(entry, listener)
    check_told(refused, "repos.sign_in_refused")
    here.server.faults["churn"] = Fault.answer(500)
    told += [refused, here.engine.sync(entry, listener)]
    check_no_secret(PASSWORD, here.folder, home, *told, here.logged, heard)
    for arguments, environment in calls():
        check_no_secret(PASSWORD, arguments, environment)


def test_a_wrong_password_in_a_git_of_a_chatty_kind(private: tuple[World, Path]) -> None:
    here, vault = private
    vault.write_text("wrong-" + PASSWORD)
    done = here.sync(url=here.server.url("churn", private=True))
    assert done.state == "failed"
    check_told(done, "repos.sign_in_refused")
    assert not here.clone.exists()
    assert here.leftovers() == []
    check_no_secret(PASSWORD, here.folder, done, here.logged)


def test_a_persons_own_clone_with_a_password_in_its_address(here: World) -> None:
    """Made by hand with the password in the URL: used as it is, and never repeated."""
    make_repository(here.server.root, "other")
    scheme, _, rest = here.server.url("other").partition("://")
    here.git("remote", "set-url", "origin", f"{scheme}://u:{PASSWORD}@{rest}")
    done = here.sync()
    check_told(done, "repos.other_repository")
    check_no_secret(PASSWORD, done, here.logged, here.root / ".sm-onboard", here.state)
    scheme, _, rest = here.server.url("churn").partition("://")
    here.git("remote", "set-url", "origin", f"{scheme}://u:{PASSWORD}@{rest}")
    here.team.commit({"a.txt": "ONE\n"})
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated"), done
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "TWO\n"})
    aside = here.act("set_aside")
    assert aside.state == "ready"
    check_no_secret(PASSWORD, done, aside, here.logged, here.root / ".sm-onboard", here.state)


def test_a_password_in_an_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(Exception, match="password") as refused:
        addresses.check_url(f"https://u:{PASSWORD}@example.com/x.git")
    error: Any = refused.value
    check_no_secret(PASSWORD, error.message, error.hint, error)


def test_what_a_server_of_ours_inherits_reaches_no_git(
    here: World, calls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started from inside a hook, or with tracing on: neither leads git astray nor leaks."""
    strange = here.folder / "strange"
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(strange))
    monkeypatch.setenv("GIT_TRACE_CURL", str(strange))
    monkeypatch.setenv("GIT_SSH", str(strange))
    # The team's own git is not meant to be led astray either.
    with monkeypatch.context() as clean:
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
            clean.delenv(name)
        here.team.commit({"a.txt": "ONE\n"})
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
    assert not strange.exists()
    for _, environment in calls():
        assert str(strange) not in environment.values()


def test_a_token_that_the_persons_settings_put_into_addresses_is_masked(
    tmp_path: Path, home: Path
) -> None:
    """git repeats the whole address when a host fails; ours is not the only way in."""
    with world(tmp_path) as here:
        address = here.server.url("churn").removesuffix("churn.git")
        with_token = address.replace("http://", "http://person:t0ken-of-mine@")
        (home / ".gitconfig").write_text(f'[url "{with_token}"]\n\tinsteadOf = {address}\n')
        here.server.faults["churn"] = Fault.answer(500)
        done = here.sync()
        assert done.state == "failed"
        assert any("127.0.0.1" in line for line in here.logged), "git named the address"
        assert "t0ken" not in "\n".join([*here.logged, repr(done)])


def test_an_address_with_a_token_is_masked_wherever_it_stands() -> None:
    """Gits before 2.39, helpers and hosts repeat addresses that this git masks itself."""
    git = Git(Listener(), access=Access(redact=("s3cret-word",)))
    said = git.mask("fatal: unable to access 'https://me:t0ken@host/x.git/': s3cret-word")
    assert said == "fatal: unable to access 'https://***@host/x.git/': ***"
