"""What a person is told of each kind, and what a link says of runs and people."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.aws import Aws
from sm_onboard.demo.history import git
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Run
from sm_onboard.links.coordinates import parse
from sm_onboard.links.making import person, repository, runs, words
from sm_onboard.links.models import LinkAsked, LinkChoice, LinkMaking
from sm_onboard.repos.plan.owner import Owner
from sm_onboard.studio import Place
from tests.gitserver import FaultyGitServer, wait_until
from tests.localsagemaker import SageMaker

from .conftest import World, notebook


def choices(shown: LinkMaking) -> dict[str, LinkChoice]:
    assert shown.standing
    return {choice.kind: choice for choice in shown.standing.choices}


def test_the_sentences_of_the_picture(world: World) -> None:
    (world.clone / "nb/train.ipynb").write_bytes(
        notebook("from churn.features import build\n1\n", outputs=True)
    )
    (world.clone / "src/churn/features.py").write_text("x = 1\n")
    made = world.make(cell="cell-0")
    found = choices(made)
    commit, where = world.git("rev-parse", "HEAD")[:7], world.server.url("churn")
    where = where.removeprefix("http://").removesuffix(".git")
    assert found["git"].title == "Last commit in git"
    assert found["git"].text == f"{commit} on {where}. Your 2 changed files would not be in it."
    assert found["snapshot"].title == "Snapshot of now"
    assert found["snapshot"].text.startswith("notebook and src/churn/features.py, ")
    assert found["snapshot"].text.endswith("kept in the store team for 30 days")
    assert made.made and made.made.gets == (
        "Whoever opens it gets a copy of this notebook as it is now, at this cell, with the 1 file "
        "it needs. Outputs are left out."
    )
    assert made.made.readers == f"Whoever can read the folder {world.store} can open it."
    assert made.standing and made.standing.has_outputs and made.standing.can_export
    assert made.standing.best == "snapshot"
    assert [store.alias for store in made.standing.stores] == ["team"]


def test_not_in_git_yet(world: World) -> None:
    (world.clone / "nb/new.ipynb").write_bytes(notebook("1"))
    (world.clone / ".gitignore").write_text("nb/ignored.ipynb\n")
    (world.clone / "nb/ignored.ipynb").write_bytes(notebook("1"))
    for name in ("new", "ignored"):
        made = world.make(f"churn/nb/{name}.ipynb")
        problem = choices(made)["git"].problem
        assert problem and problem.code == "links.not_committed"
        assert made.made and made.made.kind == "snapshot"


def test_detached_cannot_be_pushed(world: World) -> None:
    world.git("checkout", "-q", "--detach")
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    world.commit()
    found = choices(world.make())["git"]
    assert found.problem and found.problem.code == "links.not_pushed" and not found.can_push
    assert world.make(kind="git", push=True).state == "failed"


def test_no_commit_yet(world: World) -> None:
    git(world.home, "init", "-q", "fresh")
    (world.home / "fresh/a.ipynb").write_bytes(notebook("1"))
    git(world.home / "fresh", "remote", "add", "origin", world.server.url("churn"))
    made = world.make("fresh/a.ipynb")
    problem = choices(made)["git"].problem
    assert problem and problem.code == "links.no_commit"
    assert made.made and made.made.kind == "snapshot"


def test_a_merge_of_what_is_pushed_stands_on_its_own_line(world: World) -> None:
    world.git("checkout", "-q", "-b", "mine")
    (world.clone / "mine.txt").write_text("1")
    world.commit()
    theirs = world.remote.commit({"theirs.txt": "1"})
    world.git("fetch", "-q")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    world.git(*who, "merge", "-q", "--no-edit", "origin/main")
    from sm_onboard.git.listener import Listener
    from sm_onboard.git.run import Git

    found = repository.look(Git(Listener()), world.clone)
    assert found and not found.pushed and found.unpushed == 2
    assert found.base != theirs  # the first parents' line
    assert world.git("merge-base", "--is-ancestor", found.base, "HEAD") == ""


def test_only_the_remote_that_the_link_names_counts(world: World) -> None:
    """A commit that only another remote has cannot be fetched from this one."""
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    commit = world.commit()
    world.git("update-ref", "refs/remotes/fork/main", commit)
    world.git("remote", "add", "fork", "https://github.com/alice/churn.git")
    problem = choices(world.make())["git"].problem
    assert problem and problem.code == "links.not_pushed"


def test_odd_names_come_through(world: World, tmp_path: Path) -> None:
    folder = world.clone / "nb" / "Übersicht & größe"
    folder.mkdir()
    (folder / "a b #1.ipynb").write_bytes(notebook("import helfer"))
    (folder / "helfer.py").write_text("x = 1\n")
    made = world.make("churn/nb/Übersicht & größe/a b #1.ipynb").made
    assert made and made.files == 2
    assert parse(made.link).path == "nb/Übersicht & größe/a b #1.ipynb"


def test_no_hook_and_no_filter_of_the_repository_runs(world: World, tmp_path: Path) -> None:
    for name in ("pre-push", "pre-commit", "post-index-change", "post-checkout"):
        hook = world.clone / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\n")
        hook.chmod(0o755)
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    assert world.make().state == "made"
    world.commit()
    ran = {x.name for x in tmp_path.glob("ran-*")} - {"ran-pre-commit", "ran-post-index-change"}
    assert world.make(kind="git", push=True).state == "made"
    assert {x.name for x in tmp_path.glob("ran-*")} - {
        "ran-pre-commit", "ran-post-index-change",
    } == ran == set()  # fmt: skip


def test_bytes_are_kept_as_they_are_on_disk(world: World, tmp_path: Path) -> None:
    (world.clone / ".gitattributes").write_text("*.py text eol=lf\n")
    (world.clone / "src/churn/features.py").write_bytes(b"x = 1\r\n")
    made = world.make().made
    assert made
    import zipfile

    with zipfile.ZipFile(world.shares()[0]) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    sizes = {x["path"]: x["size"] for x in manifest["files"]}
    assert sizes["src/churn/features.py"] == 7


def test_a_push_that_is_refused_says_by_whom(home: Path, tmp_path: Path) -> None:
    from sm_onboard.errors import Forbidden
    from sm_onboard.git.listener import Listener
    from sm_onboard.git.run import Git
    from sm_onboard.links.making import pushing
    from sm_onboard.repos.access.credentials import GitCredentials
    from tests.gitserver import make_repository

    with FaultyGitServer(tmp_path / "host", user="alice", password="right") as server:
        server.root.mkdir(exist_ok=True)
        make_repository(server.root, "churn")
        git(home, "clone", "-q", server.url("churn"), "churn")
        clone = home / "churn"
        (clone / "x").write_text("1")
        git(clone, "add", "-A")
        git(clone, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
        private = server.url("churn").replace("/churn.git", "/private/churn.git")
        git(clone, "remote", "set-url", "origin", private)
        found = repository.look(Git(Listener()), clone)
        assert found
        with pytest.raises(Forbidden) as caught:
            pushing.push(found, GitCredentials(), Listener())
        assert "127.0.0.1" in caught.value.message and caught.value.hint
        helper = "!f() { echo username=alice; echo password=right; }; f"
        git(clone, "config", "credential.helper", helper)  # the person's own way in
        pushing.push(found, GitCredentials(), Listener())
        assert base64.b64encode(b"alice:right") not in (clone / ".git/config").read_bytes()
    assert git(tmp_path / "host/churn.git", "rev-parse", "main") == found.head


# Runs


def run(id: str = "a" * 32, **tags: str) -> Run:
    return Run(
        id=id, experiment="1", name="eta-sweep-14", status="finished", started=1, ended=2,
        tags=tags, params={}, metrics={}, user="", deleted=False, artifacts="", datasets=(),
    )  # fmt: skip


class Opened:
    def __init__(self, uri: str, known: Run) -> None:
        self.place = type("P", (), {"uri": uri})()
        self.run, self.known = known.id, known


ARN = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-1"
HERE = Place("studio", Path("/h"), region="eu-west-1", domain_id="d-abc", space="lab")


@pytest.mark.parametrize(
    ("uri", "tracking"),
    [
        (ARN, ARN),
        ("sagemaker-experiments", "sagemaker-experiments:eu-west-1"),
        ("https://mlflow.acme.com", "https://mlflow.acme.com"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://mlflow.internal:5000", "here"),
        ("sqlite:////home/a/mlflow.db", "here"),
        ("/home/a/mlruns", "here"),
    ],
)
def test_where_others_find_a_run(uri: str, tracking: str) -> None:
    found: Any = Opened(uri, run())
    made = runs.of_page("s." + "a" * 32, lambda _: found, HERE)
    assert (made.tracking, made.space) == (tracking, "d-abc/lab" if tracking == "here" else "")
    assert made.name == "eta-sweep-14" and "/home" not in repr(made).replace(uri, "")


def test_the_last_run_of_a_notebook() -> None:
    url = "https://github.com/acme/churn.git"
    old = run("1" * 32, **{record.NOTEBOOK: "nb/a.ipynb", record.REPOSITORY: url})
    other = run("2" * 32, **{record.NOTEBOOK: "nb/a.ipynb", record.REPOSITORY: "https://x/y"})
    elsewhere = run("3" * 32, **{record.NOTEBOOK: "nb/b.ipynb", record.REPOSITORY: url})
    kept = [(f"s.{one.id}", one) for one in (old, other, elsewhere)]
    found: Any = Opened(ARN, old)

    def last(names: frozenset[str]) -> Any:
        return runs.of_notebook(
            lambda wanted: [pair for pair in kept if wanted(pair[1])], lambda _: found,
            names, url, HERE,
        )  # fmt: skip

    assert last(frozenset({"nb/a.ipynb"})).run == "1" * 32
    assert last(frozenset({"nb/c.ipynb"})) is None


def test_a_link_to_a_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = Opened(ARN, run())
    monkeypatch.setattr(world.rooms.experiments, "find", lambda _: found)
    id = world.makings.begin(LinkAsked(run="s." + "a" * 32, note="this one")).id
    made = world.wait(id).made
    assert made and made.kind == "run"
    link = parse(made.link)
    assert (link.tracking, link.run, link.note) == (ARN, "a" * 32, "this one")


def test_sizes_read_well() -> None:
    assert [words.bytes_of(x) for x in (12, 1_400, 38_000, 2_500_000)] == [
        "12 bytes", "1.4 KB", "38 KB", "2.5 MB",
    ]  # fmt: skip


# Who sends


def test_the_senders_name(home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n name = Ana\n email = ana@example.com\n")

    def name(place: Place) -> str:
        import os

        owner = Owner(place, lambda: pytest.fail("nobody is to be asked"))
        return person.Sender(place, dict(os.environ), owner).name()

    assert name(Place("classic", home, user_profile="alice")) == "alice"
    assert name(Place("studio", home, domain_id="d-a", space="team", shared=True)) == "Ana"
    assert name(Place("elsewhere", home)) == "Ana"


def test_the_owner_of_a_private_space_sends(sagemaker: SageMaker, home: Path) -> None:
    class Client:
        def describe_space(self, **_: str) -> dict[str, Any]:
            return {"OwnershipSettings": {"OwnerUserProfileName": "ali\u202ece" + "x" * 80}}

    place = Place("studio", home, domain_id="d-a", space="lab", shared=False)
    name = person.Sender(place, {}, Owner(place, Client)).name()
    assert name.startswith("alice") and len(name) == 64


def test_a_link_does_not_wait_for_long(home: Path) -> None:
    import threading
    import time

    go = threading.Event()

    class Client:
        def describe_space(self, **_: str) -> dict[str, Any]:
            go.wait(10)
            return {"OwnershipSettings": {"OwnerUserProfileName": "alice"}}

    place = Place("studio", home, domain_id="d-a", space="lab", shared=False)
    (home / ".gitconfig").write_text("[user]\n name = Ana\n email = ana@example.com\n")
    environ = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
    }
    sender = person.Sender(place, environ, Owner(place, Client), patience=0.05)
    begun = time.monotonic()
    assert sender.name() == "Ana" and time.monotonic() - begun < 2
    go.set()
    wait_until(lambda: sender.name() == "alice")


# A store in S3


def test_into_s3_and_out_of_it(
    sagemaker: SageMaker, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in sagemaker.environment().items():
        monkeypatch.setenv(key, value)
    made_aws = Aws()
    monkeypatch.setattr(aws, "default", lambda: made_aws)
    client = sagemaker.client("s3")
    where = {"LocationConstraint": client.meta.region_name}
    client.create_bucket(Bucket="acme-studio", CreateBucketConfiguration=where)
    (tmp_path / "onboard.yaml").write_text(
        "version: 1\nlinks: {stores: {team: s3://acme-studio/shares}}\n"
    )
    (world.clone / "nb/train.ipynb").write_bytes(notebook("2"))
    made = world.make().made
    assert made and made.readers == "Whoever may read s3://acme-studio/shares can open it."
    (one,) = client.list_objects_v2(Bucket="acme-studio")["Contents"]
    assert one["Key"] == f"shares/{made.digest[:2]}/{made.digest}.zip" and one["Size"] == made.size
    world.rooms.links.delete(made.digest)
    assert "Contents" not in client.list_objects_v2(Bucket="acme-studio")
