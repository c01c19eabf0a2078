"""The fault table of ``docs/repositories.md``: what happens to a person's work, row by row.

What hosts do wrong is in ``test_hosts.py``, folders that are not as a clone leaves them in
``test_existing_folders.py``, being killed and many servers at once at length in
``test_kill.py`` and ``test_many_servers.py``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses, names
from tests.faults.checks import at_most, check_sentence, check_told, photo, try_every_action
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until
from tests.repos.world import World, tree, world

pytestmark = pytest.mark.timeout(120)


def start(here: World, do: str = "sync", *more: str) -> subprocess.Popen[str]:
    """A server in a process of its own that does one thing."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.faults.victim"),
            *(str(here.root), str(here.state), here.server.url("churn"), do, *more),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n", process.communicate()[1]
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def killed(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def after_the_kill(here: World) -> None:
    here.engine.prepare()
    done = here.sync()
    assert (done.state, done.code) == ("ready", ""), (done, here.logged)
    assert here.head() == here.team.tip()
    here.git("fsck", "--strict")
    assert here.leftovers() == []


# Killed


def test_killed_in_the_fetch_of_a_clone(fresh: World) -> None:
    fresh.server.faults["churn"] = Fault.stall(after=300_000)
    process = start(fresh)
    go(process)
    wait_until(lambda: fresh.server.snapshot("churn").sent > 200_000, 30)
    killed(process)
    assert not fresh.clone.exists()
    fresh.server.faults.clear()
    after_the_kill(fresh)
    assert fresh.status() == ""


def test_killed_in_the_checkout_of_a_clone(tmp_path: Path) -> None:
    with world(tmp_path, files=3000) as here:
        process = start(here)
        go(process)
        parts = here.root / ".sm-onboard" / "parts"
        wait_until(lambda: any(parts.glob("*/clone/src/part*/*")), 60)
        killed(process)
        assert not here.clone.exists()
        after_the_kill(here)
        assert here.status() == ""


def test_killed_in_the_fetch_of_an_update(fresh: World) -> None:
    fresh.sync()
    fresh.write("mine.txt", "mine\n")
    fresh.team.commit({"big.bin": os.urandom(1_000_000)})
    before = photo(fresh.clone)
    fresh.server.faults["churn"] = Fault.stall(after=300_000)
    fresh.server.reset_counts()
    process = start(fresh)
    go(process)
    wait_until(lambda: fresh.server.snapshot("churn").sent > 200_000, 30)
    killed(process)
    assert photo(fresh.clone) == before
    fresh.server.faults.clear()
    after_the_kill(fresh)
    assert fresh.status() == "?? mine.txt\n"
    assert fresh.read("mine.txt") == "mine\n"


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
def test_killed_in_the_checkout_of_an_update(fresh: World, at: float) -> None:
    fresh.sync()
    fresh.write("mine.txt", "mine\n")
    paths = [path for path in fresh.team.paths() if path.startswith("src/")]
    fresh.team.commit(dict.fromkeys(paths, "new\n"))
    # Each file is one rename among the steps of an update: half-way is amid them.
    process = start(fresh, "sync", "--die-at", str(int(len(paths) * at) + 20))
    go(process)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    after_the_kill(fresh)
    assert fresh.status() == "?? mine.txt\n"
    assert all(fresh.read(path) == "new\n" for path in paths)


# Several servers


def test_two_servers_on_a_fresh_folder(fresh: World) -> None:
    for _ in range(3):
        processes = [start(fresh) for _ in range(2)]
        for process in processes:
            go(process)
        told = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], told
        assert all(out.startswith("ready - ") for out, _ in told), told
        fresh.git("fsck", "--strict")
        assert fresh.status() == ""
        assert fresh.leftovers() == []
        assert sorted(os.listdir(fresh.root)) == [".sm-onboard", "churn"]
        subprocess.run(["rm", "-rf", fresh.clone], check=True)


def test_three_servers_update_beside_a_local_change(fresh: World) -> None:
    fresh.sync()
    fresh.write("README.md", "mine\n")
    for number in range(3):
        fresh.team.commit({f"src/n{n}.txt": f"{number}\n" for n in range(50)})
        processes = [start(fresh) for _ in range(3)]
        for process in processes:
            go(process)
        told = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], told
        assert all(out.startswith("ready - ") for out, _ in told), told
        assert fresh.head() == fresh.team.tip()
        assert fresh.status() == " M README.md\n"
        assert fresh.read("README.md") == "mine\n"
        assert fresh.leftovers() == []


# The person's files and the update's


def test_the_same_lines(here: World) -> None:
    here.write("a.txt", "mine\n")
    here.team.commit({"a.txt": "theirs\n"})
    before = photo(here.clone)
    done = here.sync()
    assert done.state == "blocked"
    check_told(done, "repos.files_in_the_way")
    assert [(file.path, file.why) for file in done.files] == [("a.txt", "changed")]
    assert photo(here.clone) == before
    came = try_every_action(here, done)
    assert came["set_aside"].action == "updated"
    assert came["merge"].code == "repos.merge_clash"
    assert came["discard"].action == "updated"


@pytest.mark.parametrize(
    "name",
    [
        *("new.txt", "größe データ.txt", "line\nbreak.txt", "with space.txt", "-dash.txt"),
        *(":(top)*", "*.txt", '"quoted".txt', "tab\there.txt", "back\\slash.txt"),
        os.fsdecode(b"latin\xe9.txt"),
    ],
)
def test_an_untracked_file_of_the_same_name(here: World, name: str) -> None:
    path = here.clone / name
    path.write_text("mine\n")
    here.team.commit({name: "theirs\n"})
    before = photo(here.clone)
    done = here.sync()
    check_told(done, "repos.files_in_the_way")
    told = os.fsencode(name).decode("utf-8", "replace")  # JSON has no other names
    assert [(file.path, file.why) for file in done.files] == [(told, "untracked")]
    assert photo(here.clone) == before
    came = try_every_action(here, done)
    assert came["set_aside"].action == "updated", came
    assert path.read_text() == "mine\n"


def test_a_folder_where_the_update_has_a_file(here: World) -> None:
    here.write("clash/mine.txt", "mine\n")
    here.write("clash/deep/er.txt", "mine too\n")
    here.team.commit({"clash": "theirs\n"})
    before = photo(here.clone)
    done = here.sync()
    check_told(done, "repos.files_in_the_way")
    assert {file.why for file in done.files} == {"folder"}
    assert photo(here.clone) == before
    assert try_every_action(here, done)["set_aside"].action == "updated"


def test_a_file_the_person_deleted_stays_deleted(here: World) -> None:
    (here.clone / "b.txt").unlink()
    here.team.commit({"a.txt": "ONE\n"})
    done = here.sync()
    assert (done.state, done.action) == ("ready", "updated")
    assert not (here.clone / "b.txt").exists()
    assert here.status() == " D b.txt\n"


def test_a_file_the_person_deleted_and_the_team_changed(here: World) -> None:
    (here.clone / "b.txt").unlink()
    here.team.commit({"b.txt": "TWO\n"})
    before = photo(here.clone)
    done = here.sync()
    check_told(done, "repos.files_in_the_way")
    assert [(file.path, file.why) for file in done.files] == [("b.txt", "deleted")]
    assert photo(here.clone) == before
    try_every_action(here, done)


# A full disk


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[World, Path]]:
    """A root on a file system whose size the test sets (``resize``)."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system takes root")
    try:
        with FaultyGitServer(tmp_path / "host") as server:
            yield World(place, server, files=300, size=20_000, random_bytes=True), place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def resize(place: Path, free: int | None) -> None:
    """Leaves so many bytes free; None is plenty."""
    used = int(subprocess.check_output(["df", "-B1", "--output=used", place]).split()[-1])
    size = used + free if free is not None else 200 << 20
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


PACK, TREE = 3 << 20, 9 << 20  # the pack is 6 MB and so is the tree


@pytest.mark.parametrize("free", [4096, PACK, TREE], ids=["for nothing", "for the pack", "tree"])
def test_disk_full_in_a_clone(small: tuple[World, Path], free: int) -> None:
    here, place = small
    resize(place, free)
    done = here.sync()
    assert done.state == "failed"
    check_told(done, "repos.disk_full")
    assert not here.clone.exists()
    assert here.leftovers() == []
    resize(place, None)
    done = here.act("retry")
    assert (done.state, done.action) == ("ready", "cloned")
    assert here.status() == ""


@pytest.mark.parametrize("free", [4096, PACK, TREE], ids=["for nothing", "for the pack", "tree"])
def test_disk_full_in_an_update(small: tuple[World, Path], free: int) -> None:
    here, place = small
    assert here.sync().action == "cloned"
    here.write("mine.txt", "mine\n")
    here.write("README.md", "mine\n")
    paths = [path for path in here.team.paths() if path != "README.md"]
    here.team.commit({path: os.urandom(20_000) for path in paths})
    before = photo(here.clone)
    resize(place, free)
    done = here.sync()
    assert done.state == "failed"
    check_told(done, "repos.disk_full")
    assert photo(here.clone) == before
    assert here.leftovers() == []
    resize(place, None)
    done = here.act("retry")
    assert done.state == "ready", (done, here.logged)
    assert here.status() == " M README.md\n?? mine.txt\n"
    assert here.head() == here.team.tip()


# Lock files that somebody left


def lock(here: World, name: str, age: float) -> Path:
    file = here.clone / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    then = time.time() - age
    os.utime(file, (then, then))
    return file


LOCKS = ["index.lock", "HEAD.lock", "refs/heads/main.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_fresh_lock(here: World, name: str) -> None:
    here.team.commit({"a.txt": "ONE\n"})
    file = lock(here, name, 0)
    before = photo(here.clone)
    done = here.sync()
    assert done.state == "blocked"
    check_told(done, "repos.locked")
    assert f".git/{name}" in done.message
    assert done.actions == ("retry", "remove_lock")
    check_told(here.act("remove_lock"), "repos.lock_busy")
    assert file.exists()
    assert photo(here.clone) == before
    file.unlink()
    assert here.act("retry").action == "updated"


@pytest.mark.parametrize("name", LOCKS)
def test_an_old_lock(here: World, name: str) -> None:
    here.team.commit({"a.txt": "ONE\n"})
    file = lock(here, name, 3600)
    check_told(here.sync(), "repos.locked")
    done = here.act("remove_lock")
    assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
    assert not file.exists()


@pytest.mark.parametrize("age", [0, 3600])
@pytest.mark.parametrize(
    "name", ["shallow.lock", "packed-refs.lock", "config.lock", "refs/remotes/origin/main.lock"]
)
def test_locks_of_what_an_update_need_not_write(here: World, name: str, age: float) -> None:
    here.team.commit({"a.txt": "ONE\n"})
    file = lock(here, name, age)
    done = here.sync()
    if done.code == "repos.locked" and age:
        done = here.act("remove_lock")
    elif done.code == "repos.locked":
        file.unlink()
        done = here.act("retry")
    assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)
    assert here.status() == ""


def test_a_lock_in_a_shallow_clone(tmp_path: Path) -> None:
    with world(tmp_path, commits=3) as here:
        assert here.sync(filter="shallow").state == "ready"
        lock(here, "shallow.lock", 3600)
        here.team.commit({"a.txt": "ONE\n"})
        done = here.sync(filter="shallow")
        assert (done.state, done.action) == ("ready", "updated"), (done, here.logged)


def test_a_lock_does_not_matter_where_nothing_is_new(here: World) -> None:
    lock(here, "index.lock", 0)
    assert here.sync().action == "unchanged"


# Addresses and paths that try to escape


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x",
        "file:///etc",
        "/etc",
        "../other",
        "-oProxyCommand=touch x",
        "ssh://-oProxyCommand=x/y",
        "http://example.com/x.git",
        "https://person:s3cretpassword@example.com/x.git",
    ],
)
def test_addresses_that_are_refused(here: World, tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        addresses.check_url(url)
    check_sentence(refused.value.message)
    assert "s3cretpassword" not in f"{refused.value.message} {refused.value.hint}"
    # The engine refuses them as well, should a plan ever let one through.
    before = tree(tmp_path)
    done = here.sync(id="x", url=url, path="x")
    assert (done.state, done.action) == ("failed", "none")
    assert done.code == refused.value.code
    assert "s3cretpassword" not in f"{done} {here.logged}"
    assert tree(tmp_path) == before


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "~/x", ".git", "-x/../..", ""])
def test_paths_that_are_refused(here: World, tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError):
        names.check_path(path)
    before = tree(tmp_path)
    done = here.sync(id="x", path=path)
    assert (done.state, done.action) == ("failed", "none"), done
    assert tree(tmp_path) == before
    assert not (tmp_path / "x").exists()


# Git itself


def test_git_is_not_installed(here: World, tmp_path: Path) -> None:
    here.team.commit({"a.txt": "ONE\n"})
    before = photo(here.clone)
    environment = {**os.environ, "PATH": str(tmp_path / "nothing")}
    process = subprocess.run(
        [
            *(sys.executable, "-c", _WITHOUT_GIT),
            *(str(here.root), str(here.state), here.server.url("churn")),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    state, code, message = process.stdout.split("\n", 2)
    assert (state, code) == ("failed", "repos.git_missing")
    check_sentence(message.strip())
    assert photo(here.clone) == before


_WITHOUT_GIT = """
import sys
from pathlib import Path
from sm_onboard.repos.engine.engine import Engine
from sm_onboard.repos.models import Entry
from sm_onboard.git.listener import Listener
from tests.repos.world import NoCredentials
root, state, url = sys.argv[1:]
engine = Engine(Path(root), credentials=NoCredentials(), state_home=Path(state))
engine.prepare()
for path in ("fresh", "churn"):
    entry = Entry(id="churn-1", name="churn", url=url, path=path, source="team")
    done = engine.sync(entry, Listener())
print(done.state, done.code, done.message, sep="\\n")
"""


def test_a_git_that_cannot_merge_without_a_work_tree(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    real = subprocess.check_output(["sh", "-c", "command -v git"], text=True).strip()
    old = folder / "git"
    old.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = merge-tree ]; then\n'
        '  echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129\n'
        f'fi\nexec {real} "$@"\n'
    )
    old.chmod(0o755)
    here.write("mine.txt", "mine\n")
    here.git("add", ".")
    here.git("commit", "-qm", "mine")
    here.team.commit({"a.txt": "ONE\n"})
    found = here.sync()
    check_told(found, "repos.diverged")
    before = photo(here.clone)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    done = here.act("merge")
    assert done.state == "failed"
    check_told(done, "repos.git_too_old")
    assert photo(here.clone) == before
    assert here.act("set_aside").action == "updated"


def test_nobody_is_asked_for_a_password(fresh: World, tmp_path: Path) -> None:
    """Not even where there is a terminal to ask on."""
    with FaultyGitServer(tmp_path / "private", user="u", password="p") as server:
        make_repository(server.root, "churn")
        leader, follower = os.openpty()
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", _WITH_TERMINAL, os.ttyname(follower)),
                *(str(fresh.root), str(fresh.state), server.url("churn", private=True), "sync"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with at_most(20):
            out, _ = process.communicate("\n", timeout=60)
        assert out.splitlines()[1].startswith("failed repos.sign_in_needed"), out
        os.set_blocking(leader, False)
        try:
            shown = os.read(leader, 10_000)
        except (BlockingIOError, OSError):
            shown = b""
        assert shown == b""
        os.close(leader)
        os.close(follower)


_WITH_TERMINAL = """
import os, sys
os.open(sys.argv[1], os.O_RDWR)  # a session's leader gets it as its terminal
sys.argv[1:] = sys.argv[2:]
from tests.faults import victim
victim.main()
"""
