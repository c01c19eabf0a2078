"""The cache of previews: bounded, private, shared by servers, clean after a kill."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sm_onboard.errors import OnboardError
from sm_onboard.links.opening.cache import Cache, size_of

KB = 1000


def put(cache: Cache, key: str, size: int) -> None:
    with cache.making(key) as (entry, _):
        (entry / "data").write_bytes(b"x" * size)


def keys(folder: Path) -> set[str]:
    return set(os.listdir(folder))


def test_private_and_bounded_oldest_first(tmp_path: Path) -> None:
    folder = tmp_path / "links" / "cache"
    cache = Cache(folder, size=100 * KB)
    for n in range(5):
        put(cache, f"e{n}", 30 * KB)
        os.utime(folder / f"e{n}", (n, n))
        if n == 2:
            with cache.reading("e0") as entry:  # it is young again
                assert entry
    assert folder.stat().st_mode & 0o777 == 0o700
    assert keys(folder) == {"e0", "e3", "e4"}
    assert size_of(folder) <= 100 * KB
    put(cache, "large", 300 * KB)
    assert keys(folder) == {"large"}
    put(cache, "next", 1)
    assert keys(folder) == {"next"}


def test_what_is_read_stays(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = Cache(folder, size=KB)
    put(cache, "a", 10 * KB)
    with cache.reading("a") as entry:
        assert entry
        Cache(folder, size=KB).forget("a")
        put(Cache(folder, size=KB), "b", 10 * KB)
        assert (entry / "data").read_bytes()
    Cache(folder, size=KB).trim()
    assert "a" not in keys(folder)
    with cache.reading("a") as entry:
        assert entry is None


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = Cache(folder)

    def fail() -> None:
        with cache.making("a") as (entry, _):
            (entry / "data").write_bytes(b"x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert keys(folder) == set()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OnboardError) as told, Cache(tmp_path / "file" / "x").making("a"):
        pass
    assert told.value.code == "clones.folder_unwritable"


_KILLED = """
import sys
from pathlib import Path
from sm_onboard.links.opening.cache import Cache
with Cache(Path(sys.argv[1])).making("a") as (entry, _):
    (entry / "data").write_bytes(b"x" * 1000)
    print("halfway", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"halfway\n"
        put(Cache(folder), "b", 1)
        assert len(keys(folder)) == 2  # while it is at work, nobody takes it away
        child.send_signal(signal.SIGKILL)
    put(Cache(folder), "c", 1)
    assert keys(folder) == {"b", "c"}


def test_several_servers_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    wrong: list[str] = []
    end = time.monotonic() + 2

    def work(number: int) -> None:
        cache = Cache(folder, size=50 * KB)
        while time.monotonic() < end:
            key = f"k{number % 3}"
            put(cache, key, 20 * KB)
            with cache.reading(key) as entry:
                try:
                    if entry is not None and (entry / "data").stat().st_size != 20 * KB:
                        wrong.append(key)
                except FileNotFoundError:
                    wrong.append(f"{key} went while it was read")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert not [key for key in keys(folder) if key.startswith(".")]


def test_what_a_killed_server_began_to_remove_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = Cache(folder)
    put(cache, "a", KB)
    (folder / "a" / "lock").unlink()
    put(cache, "a", KB)
    with cache.reading("a") as entry:
        assert entry and (entry / "data").stat().st_size == KB


def test_another_entry_of_the_name_is_not_held_by_the_old_ones_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    cache = Cache(folder)
    put(cache, "a", KB)
    flock = fcntl.flock

    def made_anew(lock: int, how: int) -> None:
        flock(lock, how)
        if how == fcntl.LOCK_SH:
            (folder / "a").rename(tmp_path / "removed")
            (folder / "a").mkdir()
            (folder / "a" / "lock").touch()

    monkeypatch.setattr(fcntl, "flock", made_anew)
    with cache.reading("a") as entry:
        assert entry is None


def test_the_old_ones_lock_removes_no_other_entry_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    cache = Cache(folder)
    put(cache, "a", KB)
    put(cache, "made meanwhile", 2 * KB)
    flock = fcntl.flock

    def made_anew(lock: int, how: int) -> None:
        flock(lock, how)
        if how & fcntl.LOCK_EX and (folder / "made meanwhile").exists():
            (folder / "a").rename(tmp_path / "removed")
            (folder / "made meanwhile").rename(folder / "a")

    monkeypatch.setattr(fcntl, "flock", made_anew)
    cache.forget("a")
    assert (folder / "a" / "data").stat().st_size == 2 * KB
    cache.forget("a")
    assert not (folder / "a").exists()
