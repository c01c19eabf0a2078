"""Repositories, settings and names that real people have, and a few that only attackers have."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sm_onboard.demo.history import git_environment
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from tests.repos.world import World, tree, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
        assert made.leftovers() == []


NAMES = [
    "-dash.txt",
    ":colon.txt",
    'quo"te.txt',
    '"quoted"',
    "new\nline.txt",
    "carriage\r",
    "tab\t.txt",
    "back\\slash",
    " space ",
    "star*.txt",
    "[set].txt",
    "esc\x1b[31m.txt",
    "-d/-e/-f",
    ":(top)x",
]


def test_names_that_are_not_nice(here: World) -> None:
    here.team.commit(dict.fromkeys([*NAMES, "carriage"], "1\n"))
    assert here.sync().action == "cloned"
    here.team.commit(dict.fromkeys(NAMES, "2\n"))
    done = here.sync()
    assert done.action == "updated", (done, here.logged)
    assert here.status() == ""
    assert {here.read(name) for name in NAMES} == {"2\n"}
    here.team.commit(dict.fromkeys(NAMES, "3\n"))
    for name in NAMES:
        here.write(name, "mine\n")
    before = tree(here.clone)
    done = here.sync()
    assert {file.path for file in done.files} == set(NAMES), done
    assert here.act("set_aside").action == "updated", here.logged
    assert here.status() == ""
    assert here.act("undo").action == "restored"
    assert tree(here.clone) == before
    here.git("checkout", "-q", ".")
    here.team.commit(dict.fromkeys(NAMES))
    assert here.act("update").action == "updated"
    assert set(tree(here.clone)) == {"a.txt", "b.txt", "d/c.txt", "carriage"}


def test_names_that_are_no_utf8_can_be_shown(here: World) -> None:
    here.sync()
    odd = os.fsdecode(b"caf\xe9.txt")
    here.team.commit({"a.txt": "ONE\n"})
    work = here.folder / "work"
    for args in (
        ["clone", "-q", str(here.team.directory), str(work)],
        ["-C", str(work), "config", "user.name", "B"],
        ["-C", str(work), "config", "user.email", "b@example.com"],
    ):
        subprocess.run(["git", *args], env=git_environment(), check=True)
    (work / odd).write_text("theirs\n")
    for args in (["add", "."], ["commit", "-qm", "odd"], ["push", "-q"]):
        subprocess.run(["git", "-C", str(work), *args], env=git_environment(), check=True)
    here.write(odd, "mine\n")
    done = here.sync()
    assert done.code == "repos.files_in_the_way"
    assert msgspec.json.encode(done)
    for do in ("merge", "set_aside", "undo"):
        done = here.act(do)  # type: ignore[arg-type]
        assert msgspec.json.encode(done)
    assert here.read(odd) == "mine\n"


@pytest.mark.parametrize("path", ["team: churn", "with space/ünï/churn", "a/b/c"])
def test_folders_with_odd_names(tmp_path: Path, path: str) -> None:
    home = tmp_path / "ho me: ü"
    home.mkdir()
    with world(home) as here:
        assert here.sync(path=path).action == "cloned", here.logged
        here.team.commit({"a.txt": "ONE\n", "b.txt": "TWO\n"})
        done = here.sync(path=path)
        assert done.action == "updated", (done, here.logged)
        (here.root / path / "a.txt").write_text("mine\n")
        here.team.commit({"a.txt": "three\n"})
        assert here.act("set_aside", path=path).action == "updated", here.logged
        assert here.act("undo", path=path).action == "restored", here.logged
        assert (here.root / path / "a.txt").read_text() == "mine\n"


def test_carriage_returns_in_the_repository(here: World) -> None:
    """``text=auto`` leaves files alone whose commit has CRLF; git status calls them clean."""
    here.team.commit({"crlf.txt": b"a\r\nb\r\n"})
    here.team.commit({".gitattributes": "* text=auto\n"})
    here.sync()
    assert here.status() == ""
    here.team.commit({"crlf.txt": b"a\r\nB\r\n"})
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated"), done
    assert (here.clone / "crlf.txt").read_bytes() == b"a\r\nB\r\n"


SETTINGS = [
    ("core.autocrlf", "true"),
    ("core.fileMode", "false"),
    ("core.splitIndex", "true"),
    ("index.version", "4"),
    ("color.ui", "always"),
    ("log.showSignature", "true"),
    ("i18n.logOutputEncoding", "UTF-16"),
]
MORE_SETTINGS = [
    ("core.autocrlf", "input"),
    ("core.safecrlf", "true"),
    ("core.ignoreCase", "true"),
    ("core.untrackedCache", "true"),
    ("feature.manyFiles", "true"),
    ("core.checkStat", "minimal"),
    ("core.quotePath", "true"),
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.ignoreSubmodules", "all"),
    ("status.short", "true"),
    ("status.showUntrackedFiles", "no"),
    ("diff.renames", "copies"),
    ("merge.ff", "false"),
    ("pull.rebase", "true"),
    ("fetch.prune", "true"),
    ("remote.origin.mirror", "true"),
    ("core.abbrev", "4"),
    ("core.logAllRefUpdates", "false"),
    ("core.commentChar", "auto"),
    ("transfer.fsckObjects", "true"),
    ("core.precomposeUnicode", "true"),
    ("core.protectNTFS", "false"),
]


@pytest.mark.parametrize(
    ("key", "value"),
    [*SETTINGS, *(pytest.param(*more, marks=pytest.mark.long) for more in MORE_SETTINGS)],
)
def test_settings_people_have(here: World, key: str, value: str) -> None:
    here.team.commit({"run.sh": "#!/bin/sh\n"}, modes={"run.sh": "100755"})
    here.sync()
    here.git("config", key, value)
    here.git("rm", "-rq", "--cached", ".")
    here.git("reset", "-q", "--hard")
    if key == "core.fileMode":
        (here.clone / "run.sh").chmod(0o644)
    here.write("b.txt", "mine\n")
    here.write("untracked.txt", "mine\n")
    before = here.git("status", "--porcelain")
    here.team.commit({"a.txt": "ONE\n", "run.sh": "#!/bin/sh\necho\n", "n/x.txt": "x\n"})
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
    assert here.git("status", "--porcelain") == before
    here.team.commit({"b.txt": "theirs\n"})
    done = here.sync()
    assert [(f.path, f.why, f.by) for f in done.files] == [("b.txt", "changed", "Ben Team")]
    done = here.act("set_aside")
    assert done.action == "updated", (done, here.logged)
    assert here.act("undo").action == "restored"
    assert here.git("status", "--porcelain") == before
    assert here.read("b.txt") == "mine\n"


def test_bits_a_person_set_in_the_index(here: World) -> None:
    here.sync()
    here.write("a.txt", "local settings\n")
    here.git("update-index", "--skip-worktree", "a.txt")
    here.write("b.txt", "local too\n")
    here.git("update-index", "--assume-unchanged", "b.txt")
    here.write("new.txt", "intended\n")
    here.git("add", "-N", "new.txt")
    before, index = tree(here.clone), here.git("ls-files", "-s", "-v")
    here.team.commit({"d/c.txt": "THREE\n"})
    assert here.sync().action == "updated"
    assert here.git("ls-files", "-v") == "S a.txt\nh b.txt\nH d/c.txt\nH new.txt\n"
    here.team.commit({"a.txt": "1\n", "b.txt": "2\n", "new.txt": "theirs\n"})
    done = here.sync()
    assert {f.path for f in done.files} == {"a.txt", "b.txt", "new.txt"}, done
    for do in ("set_aside", "discard", "merge"):
        now = here.git("ls-files", "-s", "-v")
        done = here.act(do)  # type: ignore[arg-type]
        if done.action != "none":
            assert here.act("undo").action == "restored", done
        assert here.git("ls-files", "-s", "-v") == now, (do, done)
        assert tree(here.clone) == {**before, "d/c.txt": b"THREE\n"}
    assert index


def test_sha256(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        bare = here.server.root / "new.git"
        run = ["git", "init", "-q", "--bare", "--object-format=sha256", "-b", "main", str(bare)]
        subprocess.run(run, check=True, env=git_environment())
        work = tmp_path / "work"
        me = ["-c", "user.name=B", "-c", "user.email=b@e.org"]

        def push(**files: str) -> None:
            for name, text in files.items():
                (work / name).write_text(text)
            for args in (
                ["add", "."],
                [*me, "commit", "-qm", "x"],
                ["push", "-q", "origin", "HEAD:main"],
            ):
                subprocess.run(["git", *args], cwd=work, check=True, env=git_environment())

        for args in (
            ["init", "-q", "--object-format=sha256", "-b", "main", str(work)],
            ["-C", str(work), "remote", "add", "origin", str(bare)],
        ):
            subprocess.run(["git", *args], check=True, env=git_environment())
        push(a="1\n", b="1\n")
        url = here.server.url("new")
        first = here.sync(url=url)
        assert (first.action, len(first.commit or "")) == ("cloned", 64), (first, here.logged)
        push(a="2\n", c="1\n")
        assert here.sync(url=url).action == "updated"
        here.write("a", "mine\n")
        push(a="3\n")
        assert here.sync(url=url).code == "repos.files_in_the_way"
        assert here.act("set_aside", url=url).action == "updated"
        assert here.act("undo", url=url).action == "restored"
        assert here.status() == " M a\n"


def swap(here: World, *steps: list[str]) -> None:
    """The team changes what a path is, with git itself."""
    work = here.folder / "work"
    if not work.exists():
        subprocess.run(
            ["git", "clone", "-q", str(here.team.directory), str(work)],
            check=True,
            env=git_environment(),
        )
    pull = ["git", "pull", "-q"]
    commit = ["git", "-c", "user.name=B", "-c", "user.email=b@e.org", "commit", "-qm", "swap"]
    for step in (pull, *steps, ["git", "add", "-A"], commit, ["git", "push", "-q"]):
        subprocess.run(step, cwd=work, check=True, env=git_environment())


def test_every_kind_becomes_every_other(here: World) -> None:
    here.team.commit({"x": "file\n", "X-folder/f": "1\n", "Case.txt": "upper\n"})
    here.sync()
    make = {
        "folder": [["mkdir", "x"], ["sh", "-c", "echo 1 > x/f"]],
        "link": [["ln", "-s", "a.txt", "x"]],
        "file": [["sh", "-c", "echo file > x"]],
    }
    for kind in ("folder", "link", "file", "link", "folder", "file"):
        swap(here, ["rm", "-rf", "x"], *make[kind])
        done = here.sync()
        assert done.action == "updated", (kind, done, here.logged)
        assert here.status() == ""
        assert here.act("undo").action == "restored", kind
        assert here.status() == ""
        assert here.act("update").action == "updated", kind
        assert here.status() == ""
    swap(here, ["git", "mv", "Case.txt", "case.txt"])
    assert here.sync().action == "updated"
    assert here.status() == ""


def test_empty_folders_do_not_stop_an_update(here: World) -> None:
    here.sync()
    (here.clone / "d" / "empty" / "deeper").mkdir(parents=True)
    here.team.commit({"d/c.txt": None})
    here.team.commit({"d": "now a file\n"})
    done = here.sync()
    assert done.action == "updated", done
    assert here.read("d") == "now a file\n"


def test_submodules_come_and_go(here: World) -> None:
    here.sync()
    tip = here.team.tip()
    file = [
        "sh",
        "-c",
        "printf '[submodule \"m\"]\\n\\tpath = m\\n\\turl = ../churn\\n' > .gitmodules",
    ]
    add = ["git", "update-index", "--add", "--cacheinfo", f"160000,{tip},m"]
    swap(here, file, ["mkdir", "-p", "m"], add)
    done = here.sync()
    assert (done.action, done.code) == ("updated", "repos.submodules_behind"), done
    assert here.status() == ""
    # Removed again: an empty folder goes, one with something in it is the person's.
    swap(here, ["rm", "-rf", "m", ".gitmodules"])
    assert here.sync().action == "updated"
    assert here.status() == ""


def test_a_file_becomes_a_submodule_and_back(here: World) -> None:
    here.sync()
    tip = here.team.tip()
    add = ["git", "update-index", "--add", "--cacheinfo", f"160000,{tip},a.txt"]
    swap(here, ["rm", "a.txt"], ["git", "rm", "-q", "--cached", "a.txt"], ["mkdir", "a.txt"], add)
    before = tree(here.clone)
    done = here.sync()
    assert here.status() == "", done
    if done.action == "none":
        assert tree(here.clone) == before
        assert done.hint


ATTRIBUTES = [
    "*.txt working-tree-encoding=UTF-16\n",
    "*.txt ident\n",
    "*.txt text eol=crlf\n",
    "*.txt filter=lfs diff=lfs merge=lfs -text\n",
    "*.txt binary\n",
]


@pytest.mark.parametrize("line", ATTRIBUTES)
def test_attributes_change_with_the_files(here: World, line: str) -> None:
    here.team.commit({"id.txt": "$Id$\n", "old.txt": "old\n"})
    here.sync()
    files = {"a.txt": "ONE\n", "id.txt": "$Id$ 2\n", "z.txt": "z\n"}
    here.team.commit({".gitattributes": line, **files})
    done = here.sync()
    assert done.action == "updated", (done, here.logged)
    assert here.act("undo").action == "restored", here.logged
    assert here.act("update").action == "updated"
    here.team.commit({".gitattributes": None, **dict.fromkeys(files, "plain\n")})
    done = here.sync()
    assert done.action == "updated", (done, here.logged)
    assert here.act("undo").action == "restored", here.logged


@pytest.mark.parametrize(
    "config",
    [
        b"garbage\n",
        b"[core\n",
        b"\xff\xfe[core]\n",
        b'[remote "origin"]\n\turl\n',
        b'[remote "origin"]\n\turl = 12\n\turl = x\n',
        b"[core]\n\tbare = perhaps\n",
        b"[include]\n\tpath = /nonexistent\n",
        b"",
    ],
)
def test_a_configuration_that_cannot_be_read(here: World, config: bytes) -> None:
    here.sync()
    (here.clone / ".git" / "config").write_bytes(config)
    before = tree(here.clone)
    here.team.commit({"a.txt": "ONE\n"})
    for done in (here.sync(), here.act("set_aside"), here.act("discard")):
        assert done.state in ("foreign", "failed"), done
        assert done.message
        assert tree(here.clone) == before


@pytest.mark.parametrize("file", ["config", "HEAD", "refs/heads/main", "packed-refs"])
def test_a_pipe_in_git_s_folder_does_not_hang(here: World, file: str) -> None:
    here.sync()
    path = here.clone / ".git" / file
    path.unlink(missing_ok=True)
    if file == "packed-refs":
        (here.clone / ".git" / "refs" / "heads" / "main").unlink()
    os.mkfifo(path)
    done = here.sync()
    assert done.action == "none", done


@pytest.mark.parametrize("how", ["worktree", "commondir", "worktree config"])
def test_a_clone_whose_files_are_elsewhere(here: World, how: str) -> None:
    here.sync()
    other = here.folder / "other"
    subprocess.run(["cp", "-a", here.clone, other], check=True)
    git_dir = here.clone / ".git"
    if how == "worktree":
        here.git("config", "core.worktree", str(other))
    elif how == "worktree config":
        here.git("config", "extensions.worktreeConfig", "true")
        (git_dir / "config.worktree").write_text(f"[core]\n\tworktree = {other}\n")
    else:
        (git_dir / "commondir").write_text(str(other / ".git") + "\n")
    before, refs = tree(other), (other / ".git" / "refs/heads/main").read_text()
    (other / "a.txt").write_text("mine\n")
    before = tree(other)
    here.team.commit({"a.txt": "ONE\n"})
    for done in (here.sync(), here.act("set_aside"), here.act("discard")):
        assert done.action == "none", done
        assert tree(other) == before
        assert (other / ".git" / "refs/heads/main").read_text() == refs


def test_what_runs_in_a_folder_somebody_else_made(here: World) -> None:
    """Configuration that runs commands: nothing that plain ``git fetch`` would not run."""
    here.sync()
    ran = here.folder / "ran"
    tool = here.folder / "tool"
    tool.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\ncat > /dev/null\n')
    tool.chmod(0o755)
    hooks = here.clone / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(tool.read_text())
        (hooks / name).chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "core.askPass",
        "core.pager",
        "core.editor",
        "pager.log",
        "pager.diff-tree",
        "diff.external",
        "gpg.program",
        "gpg.ssh.program",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "sequence.editor",
        "alias.fetch",
        "trace2.eventTarget",
    ):
        here.git("config", key, str(tool))
    here.git("config", "log.showSignature", "true")
    here.git("config", "core.hooksPath", str(hooks))
    here.git("config", "commit.gpgSign", "true")
    here.git("config", "protocol.ext.allow", "always")
    here.git("config", "submodule.recurse", "true")
    here.git("config", f"url.ext::{tool} .insteadOf", "https://nowhere.example/")
    ran.unlink(missing_ok=True)
    here.team.commit({"a.txt": "ONE\n", "b.txt": "TWO\n"})
    (here.clone / "b.txt").write_bytes(b"mine\n")
    assert here.sync().code == "repos.files_in_the_way"
    here.act("set_aside")
    here.act("undo")
    here.act("discard")
    assert not ran.exists(), ran.read_text()


def test_an_address_rewritten_to_a_command(here: World) -> None:
    here.sync()
    ran = here.folder / "ran"
    here.git("config", f"url.ext::sh -c touch% {ran} .insteadOf", here.server.url("churn"))
    here.git("config", "protocol.ext.allow", "always")
    here.team.commit({"a.txt": "ONE\n"})
    done = here.sync()
    assert done.state == "failed", done
    assert not ran.exists()


def test_what_the_host_says_is_shown_plainly(here: World) -> None:
    here.sync()
    evil = "\x1b]0;owned\x07\x1b[31mred <b>x</b> \u202egnp.exe " + "x" * 5000
    name = "Ev\x1b[31mil\u202e <e@example.com>"
    here.team.commit({"a.txt": "ONE\n"}, author=name)
    here.write("a.txt", "mine\n")
    done = here.sync()
    assert done.files[0].by.startswith("Ev"), done
    assert "\x1b" not in done.files[0].by
    assert "\u202e" not in done.files[0].by
    said: list[str] = []
    git = Git(Listener(log=said.append))
    git._line(f"remote: {evil}", [])
    git._line("remote: tab\there \ufffd", [])
    assert all(c.isprintable() for line in said for c in line), said
    assert max(map(len, said)) <= 1000


@pytest.mark.parametrize("name", ["--upload-pack=x", "-b", "-"])
def test_default_branches_that_are_no_branches(here: World, name: str) -> None:
    packed = here.team.directory / "packed-refs"
    packed.write_text(
        f"# pack-refs with: peeled fully-peeled sorted\n{here.team.tip()} refs/heads/{name}\n"
    )
    (here.team.directory / "HEAD").write_text(f"ref: refs/heads/{name}\n")
    done = here.sync(sparse=("d",))
    assert done.state == "failed", done
    assert "\x1b" not in done.message
    assert not here.clone.exists()


def test_ten_thousand_files(here: World) -> None:
    files = {f"f/{n % 100}/{n}.txt": f"{n}\n" for n in range(10_000)}
    here.team.commit(files)
    here.sync()
    here.team.commit(dict.fromkeys(files, "new\n"))
    done = here.sync()
    assert (done.action, done.changed) == ("updated", 10_000)
    assert here.status() == ""
