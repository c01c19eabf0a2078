"""Links made by a person, end to end: a real git host, a real store, real repositories."""

from __future__ import annotations

import errno
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.clones import checks
from sm_onboard.demo.history import git
from sm_onboard.errors import Conflict, InvalidRequest, NotFound, OnboardError
from sm_onboard.links.coordinates import parse
from sm_onboard.links.making import sharing
from sm_onboard.links.models import LinkAsked
from sm_onboard.links.stores import name_of
from sm_onboard.links.stores.share import digest_of

from .conftest import World, notebook, state_of

KEY = "AKIAQ3EGRP4ZB7XKTWMN"


def edit(world: World, source: str = "from churn.features import build\nbuild(2)\n") -> None:
    (world.clone / "nb/train.ipynb").write_bytes(notebook(source, outputs=True))


def opened(world: World) -> tuple[dict[str, Any], bytes]:
    """The manifest and bundle of the one share that there is."""
    (share,) = world.shares()
    with zipfile.ZipFile(share) as archive:
        assert archive.namelist() == ["manifest.json", "snapshot.bundle", "environment.txt"]
        return json.loads(archive.read("manifest.json")), archive.read("snapshot.bundle")


def unpacked(world: World, tmp_path: Path, *, base: bool = False) -> tuple[Path, dict[str, Any]]:
    """The objects of the share in an empty repository, without any of the base."""
    manifest, bundle = opened(world)
    reader = tmp_path / "reader"
    git(tmp_path, "init", "-q", "--bare", "reader")
    pack = bundle.partition(b"\n\n")[2]
    git(reader, "index-pack", "--stdin", stdin=pack)
    return reader, manifest


def test_clean_and_pushed_is_the_commit(world: World) -> None:
    made = world.make(cell="cell-0", note="look at this")
    assert made.state == "made" and made.made
    assert made.made.kind == "git"
    link = parse(made.made.link)
    assert (link.repository, link.commit, link.path, link.cell) == (
        world.server.url("churn"), world.git("rev-parse", "HEAD"), "nb/train.ipynb", "cell-0",
    )  # fmt: skip
    assert link.note == "look at this"
    assert "in commit" in made.made.gets and "at this cell" in made.made.gets
    assert not world.shares()


def test_changed_is_a_snapshot_of_it_and_what_it_needs(world: World, tmp_path: Path) -> None:
    edit(world)
    (world.clone / "src/churn/features.py").write_text("import churn.new\n")
    (world.clone / "src/churn/new.py").write_text("RATE = 0.06\n")  # untracked
    (world.clone / "README.md").write_text("changed, and not needed\n")
    before = state_of(world.home)
    made = world.make().made
    assert made and made.kind == "snapshot"
    after = {k: v for k, v in state_of(world.home).items() if not k.startswith(".local/")}
    assert before == after  # index, HEAD, refs, stash, objects and work tree
    (share,) = world.shares()
    assert share == world.store / name_of(made.digest) and digest_of(share) == made.digest
    link = parse(made.link)
    assert (link.store, link.digest, link.path) == ("team", made.digest, "nb/train.ipynb")
    reader, manifest = unpacked(world, tmp_path)
    checked = checks.manifest(manifest)
    assert {x.path for x in checked.files} == {
        "nb/train.ipynb", "src/churn/features.py", "src/churn/new.py",
    }  # fmt: skip
    assert made.files == 3
    assert checked.head == world.git("rev-parse", "HEAD") and checked.base == (checked.head,)
    for file in checked.files:  # readable without the base
        assert git(reader, "cat-file", "-t", file.blob or "") == "blob"
    assert "0.871 of alice" not in git(reader, "cat-file", "-p", checked.files[0].blob or "")
    assert b"0.871 of alice" in (world.clone / "nb/train.ipynb").read_bytes()
    assert "with the 2 files it needs" in made.gets and "Outputs are left out" in made.gets


def test_a_bundle_of_a_share_is_what_a_reader_checks(world: World) -> None:
    edit(world)
    assert world.make().state == "made"
    manifest, bundle = opened(world)
    checks.bundle(bundle, checks.manifest(manifest))


def test_a_share_tells_nothing_of_the_senders_machine(world: World) -> None:
    edit(world)
    assert world.make(note="a note").state == "made"
    manifest, bundle = opened(world)
    assert manifest["path"] == ""
    said = json.dumps(manifest)
    assert str(world.home) not in said and str(world.home).encode() not in bundle
    link = manifest["extra"]["link"]
    assert link["note"] == "a note" and link["notebook"] == "nb/train.ipynb"
    assert link["outputs"] is False and link["until"] - link["sent"] == 30 * 86_400_000
    (share,) = world.shares()
    with zipfile.ZipFile(share) as archive:
        assert "gitpython==" in archive.read("environment.txt").decode().lower()


def test_outputs_go_only_when_asked(world: World, tmp_path: Path) -> None:
    edit(world)
    made = world.make(outputs=True).made
    assert made and "Outputs are left out" not in made.gets
    reader, manifest = unpacked(world, tmp_path)
    (file,) = manifest["files"]
    data = git(reader, "cat-file", "-p", file["blob"])
    assert "0.871 of alice" in data and manifest["extra"]["link"]["outputs"] is True


def test_unpushed_history_is_never_in_it(world: World, tmp_path: Path) -> None:
    pushed = world.git("rev-parse", "HEAD")
    (world.clone / "src/churn/private.py").write_text("SALARY = 'never to be seen'\n")
    world.commit("A message that nobody is to read")
    (world.clone / "src/churn/private.py").unlink()
    (world.clone / "src/churn/features.py").write_text("RATE = 1\n")
    (world.clone / "README.md").unlink()
    hidden = world.commit("Another secret message")
    made = world.make()
    assert made.made and made.made.kind == "snapshot"
    reader, manifest = unpacked(world, tmp_path)
    assert manifest["base"] == [pushed] and manifest["head"] == pushed
    paths = {x["path"]: x["blob"] for x in manifest["files"]}
    assert set(paths) == {"src/churn/features.py", "README.md"} and paths["README.md"] is None
    objects = git(reader, "cat-file", "--batch-all-objects", "--batch-check").split("\n")
    everything = "".join(
        git(reader, "cat-file", "-p", line.split()[0]) for line in objects if "tree" not in line
    )
    assert "never to be seen" not in everything and "message" not in everything
    assert hidden not in "".join(objects)
    # the tree is the base's with what changed
    tree = git(reader, "rev-parse", f"{manifest['commit']}^{{tree}}")
    assert tree == world.git("rev-parse", "HEAD^{tree}")


def test_an_unpushed_commit_says_so_and_offers_to_push(world: World) -> None:
    edit(world)
    commit = world.commit()
    failed = world.make(kind="git")
    assert failed.state == "failed" and failed.problem and failed.standing
    assert failed.problem.code == "links.not_pushed" and commit[:7] in failed.problem.message
    (choice,) = [one for one in failed.standing.choices if one.kind == "git"]
    assert choice.can_push and choice.problem
    assert world.remote.tip() != commit
    made = world.make(kind="git", push=True)
    assert made.made and parse(made.made.link).commit == commit
    assert world.remote.tip() == commit
    assert world.make().made and world.make(kind="git").state == "made"


def test_push_is_never_forced(world: World) -> None:
    edit(world)
    world.commit()
    theirs = world.remote.commit({"README.md": "theirs\n"})
    failed = world.make(kind="git", push=True)
    assert failed.state == "failed" and failed.problem
    assert failed.problem.code == "links.push_moved"
    assert world.remote.tip() == theirs


def test_a_push_goes_to_the_branch_of_the_same_name(world: World) -> None:
    """Also where the branch follows another one: nobody's main is pushed to by a link."""
    world.git("checkout", "-q", "-b", "alice/eta", "--track", "origin/main")
    edit(world)
    commit = world.commit()
    before = world.remote.tip("main")
    assert world.make(kind="git", push=True).state == "made"
    assert world.remote.tip("alice/eta") == commit and world.remote.tip("main") == before


def test_a_secret_in_commits_stops_a_push(world: World) -> None:
    (world.clone / "src/churn/keys.py").write_text(f'KEY = "{KEY}"\n')
    world.commit()
    (world.clone / "src/churn/keys.py").unlink()
    commit = world.commit()
    asks = world.make(kind="git", push=True)
    assert asks.state == "asks" and asks.findings[0].path == "src/churn/keys.py"
    assert world.remote.tip() != commit
    world.makings.confirm(asks.id, asks.looked)
    assert world.wait(asks.id).state == "made" and world.remote.tip() == commit


def test_a_secret_stops_it_until_the_person_says_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    edit(world, f'import churn.keys\nAWS = "{KEY}"\n')
    (world.clone / "src/churn/keys.py").write_text('password = "tr0ub4dor&3x"\n')
    asks = world.make()
    assert asks.state == "asks" and not world.shares()
    assert {(x.path, x.where) for x in asks.findings} == {
        ("nb/train.ipynb", "train.ipynb, cell 1"), ("src/churn/keys.py", "keys.py, line 1"),
    }  # fmt: skip
    shown = json.dumps([x.shown for x in asks.findings]) + caplog.text + repr(asks)
    assert KEY not in shown and "tr0ub4dor" not in shown and "AKIA•" in shown
    with pytest.raises(Conflict):
        world.makings.confirm(asks.id, asks.looked + 1)
    world.makings.confirm(asks.id, asks.looked)
    made = world.wait(asks.id)
    assert made.made and made.made.secrets == 2 and len(world.shares()) == 1


def test_a_secret_in_an_output_counts_only_where_outputs_go(world: World) -> None:
    data = notebook("print(1)\n", outputs=True).replace(b"0.871 of alice", KEY.encode())
    (world.clone / "nb/train.ipynb").write_bytes(data)
    assert world.make().state == "made"
    asks = world.make(outputs=True)
    assert asks.state == "asks" and asks.findings[0].where == "train.ipynb, cell 1, output"
    assert world.makings.drop(asks.id).state == "cancelled"


def test_cancelled_leaves_nothing_in_the_store(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sm_onboard.links.stores.folder import FolderStore

    edit(world)
    arrived, go = threading.Event(), threading.Event()
    real = FolderStore.put

    def slow(self: FolderStore, digest: str, file: Path, progress: Any, *args: Any, **more: Any):
        def told(done: int, of: int) -> None:
            progress(done, of)
            arrived.set()
            go.wait(10)

        real(self, digest, file, told, *args, **more)

    monkeypatch.setattr(FolderStore, "put", slow)
    begun = world.makings.begin(LinkAsked(contents="churn/nb/train.ipynb"))
    assert arrived.wait(10)
    assert world.makings.drop(begun.id).state == "making"
    go.set()
    assert world.wait(begun.id).state == "cancelled"
    assert not world.shares() and not list(world.store.rglob("*.part"))
    assert not world.rooms.links.made().links


def test_what_cannot_be_remembered_is_not_shared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sm_onboard.links.making.register import Register

    def full(*_: object) -> None:
        raise Conflict("links.register_unwritable", "full")

    monkeypatch.setattr(Register, "add", full)
    edit(world)
    failed = world.make()
    assert failed.state == "failed" and failed.problem
    assert failed.problem.code == "links.register_unwritable" and not world.shares()


def test_shared_ones_are_listed_and_deleted(world: World) -> None:
    edit(world)
    made = world.make(days=1, note="hello").made
    assert made
    (listed,) = world.rooms.links.made().links
    assert (listed.id, listed.link, listed.store, listed.note) == (
        made.digest, made.link, "team", "hello",
    )  # fmt: skip
    assert not world.rooms.links.delete(made.digest).links and not world.shares()
    with pytest.raises(NotFound):
        world.rooms.links.delete(made.digest)


def test_in_no_repository(world: World, tmp_path: Path) -> None:
    folder = world.home / "loose" / "project"
    (folder / "nb").mkdir(parents=True)
    source = 'import sys\nsys.path.insert(0, "../lib")\nimport helper\n'
    (folder / "nb" / "a.ipynb").write_bytes(notebook(source))
    (folder / "lib").mkdir()
    (folder / "lib" / "helper.py").write_text("x = 1\n")
    made = world.make("loose/project/nb/a.ipynb").made
    assert made and made.kind == "snapshot"
    assert parse(made.link).path == "nb/a.ipynb"
    reader, manifest = unpacked(world, tmp_path)
    assert manifest["base"] == [] and manifest["url"] == "" and manifest["branch"] is None
    names = git(reader, "ls-tree", "-r", "--name-only", manifest["commit"]).split()
    assert names == ["lib/helper.py", "nb/a.ipynb"]
    assert git(reader, "ls-tree", manifest["head"]) == ""
    assert "loose" not in json.dumps(manifest)


def test_a_snapshot_beside_a_commit_needs_no_commit(world: World, tmp_path: Path) -> None:
    made = world.make(kind="git", fallback=True).made
    assert made and made.kind == "git"
    link = parse(made.link)
    assert link.commit and link.digest == made.digest and link.store == "team"
    reader, manifest = unpacked(world, tmp_path)
    assert manifest["base"] == []
    names = git(reader, "ls-tree", "-r", "--name-only", manifest["commit"]).split()
    assert names == ["nb/train.ipynb", "src/churn/__init__.py", "src/churn/features.py"]


def test_no_remote_stands_alone(world: World, tmp_path: Path) -> None:
    world.git("remote", "remove", "origin")
    made = world.make()
    assert made.made and made.made.kind == "snapshot" and made.standing
    (choice,) = [one for one in made.standing.choices if one.kind == "git"]
    assert choice.problem and choice.problem.code == "links.no_remote"
    _, manifest = unpacked(world, tmp_path)
    assert manifest["base"] == [] and "src/churn/features.py" in {
        x["path"] for x in manifest["files"]
    }


def test_a_shared_space_is_best_in_place(
    make_world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sm_onboard import studio

    file = tmp_path / "metadata.json"
    file.write_text(json.dumps({"AppType": "JupyterLab", "DomainId": "d-abc", "SpaceName": "team"}))
    monkeypatch.setattr(studio, "METADATA", file)
    world = make_world(SAGEMAKER_SPACE_TYPE_LOWERCASE="shared")
    made = world.make("RTC:churn/nb/train.ipynb", cell="cell-0").made
    assert made and made.kind == "path"
    link = parse(made.link)
    assert (link.space, link.path, link.cell) == ("d-abc/team", "churn/nb/train.ipynb", "cell-0")
    assert "team" in made.gets


def test_outside_of_studio_nothing_is_in_place(world: World) -> None:
    failed = world.make(kind="path")
    assert failed.problem and failed.problem.code == "links.no_space"


@pytest.mark.parametrize(
    "contents",
    ["../x.ipynb", "churn/../../x", "/etc/passwd", ".ssh/id_rsa", "churn/.git/config", "churn", ""],
)
def test_only_files_that_jupyterlab_shows(world: World, contents: str) -> None:
    (world.home / ".ssh").mkdir()
    (world.home / ".ssh" / "id_rsa").write_text("secret")
    try:
        made = world.make(contents)
    except InvalidRequest:
        return
    assert made.state == "failed" and made.problem and made.problem.code.startswith("links.")
    assert not world.shares()


def test_a_link_out_of_the_root_is_not_followed(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside.ipynb"
    outside.write_bytes(notebook("1"))
    (world.clone / "nb" / "away.ipynb").symlink_to(outside)
    failed = world.make("churn/nb/away.ipynb")
    assert failed.problem and failed.problem.code == "links.file_outside"
    (world.clone / "nb" / "data.csv").symlink_to("/etc/passwd")
    edit(world, 'open("data.csv")\n')
    made = world.make().made
    assert made and made.files == 1
    assert made.left_out == ("nb/data.csv: a link to elsewhere",)


def test_the_team_names_no_store(world: World, tmp_path: Path) -> None:
    (tmp_path / "onboard.yaml").write_text("version: 1\n")
    edit(world)
    made = world.make()
    assert made.made and made.made.kind == "git" and made.standing
    git_choice = next(one for one in made.standing.choices if one.kind == "git")
    assert git_choice.warning == "Your changed file would not be in it."
    failed = world.make(kind="snapshot")
    assert failed.problem and failed.problem.code == "links.no_store"


def test_begins_with_this_jupyterlab_or_the_teams_page(world: World, tmp_path: Path) -> None:
    made = world.make(base="https://x.studio.example/jupyterlab/default/lab").made
    assert made
    assert made.link.startswith("https://x.studio.example/jupyterlab/default/lab?smo=git&r=")
    for wrong in ("javascript:alert(1)", "https://", "https://a@b/lab", "https://x/lab?x", "x"):
        with pytest.raises(InvalidRequest):
            world.make(base=wrong)


def test_the_teams_page_gets_the_coordinates_behind_the_number_sign(
    world: World, tmp_path: Path
) -> None:
    team = tmp_path / "onboard.yaml"
    team.write_text(
        team.read_text().replace("}}", "}, resolver: 'https://acme.example/open.html'}")
    )
    made = world.make(base="https://x.example/lab").made
    assert made and made.link.startswith("https://acme.example/open.html#smo=git&")
    assert parse(made.link).kind == "git"


def test_nothing_that_grants_access_is_in_a_link(world: World) -> None:
    secret = world.server.url("churn").replace("http://", "http://alice:s3cr3t@")
    world.git("remote", "set-url", "origin", secret)
    for kind in ("git", "snapshot"):
        made = world.make(kind=kind).made
        assert made and "s3cr3t" not in made.link and "alice:" not in made.link
        assert str(world.store) not in made.link
    manifest, _ = opened(world)
    assert "s3cr3t" not in json.dumps(manifest)


@pytest.mark.parametrize(
    "wrong",
    [{"cell": "a b"}, {"days": 0}, {"days": 366}, {"note": "x" * 501}, {"heading": "x" * 301},
     {"run": "x"}],
)  # fmt: skip
def test_what_no_link_may_have_is_told_at_once(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(OnboardError):
        world.makings.begin(LinkAsked(contents="churn/nb/train.ipynb", **wrong))


def test_a_file_that_is_no_notebook(world: World) -> None:
    (world.clone / "src/churn/plots.py").write_text("from . import features\nx = 1\n")
    made = world.make("churn/src/churn/plots.py").made
    assert made and made.kind == "snapshot" and made.files == 1 and "this file" in made.gets


def test_a_notebook_that_cannot_be_read_is_not_sent_with_outputs_by_mistake(world: World) -> None:
    (world.clone / "nb/train.ipynb").write_bytes(b"{ not json")
    failed = world.make(kind="snapshot")
    assert failed.problem and failed.problem.code == "links.not_a_notebook" and not world.shares()
    assert world.make(kind="git").state == "made"


def test_no_room_to_pack_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(world)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sharing, "write", full)
    failed = world.make(kind="snapshot")
    assert failed.state == "failed" and failed.problem
    assert failed.problem.code == "links.no_room"
    assert "No space left on device" in failed.problem.message
    assert not world.shares()
