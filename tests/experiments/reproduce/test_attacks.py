"""A record made by somebody who means harm: nothing runs, nothing leads out, nothing is left."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sm_onboard import snapshot
from sm_onboard.clones import checks, packs
from sm_onboard.clones.trees import check_size, weigh
from sm_onboard.demo.history import git_environment
from sm_onboard.errors import OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce.make import make
from sm_onboard.git.listener import Listener
from sm_onboard.git.run import Git
from tests.experiments.reproduce.lab import ID, Lab, lab, part

BUNDLE = f"{record.SNAPSHOT_FOLDER}/snapshot.bundle"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One recorded run; each test below spoils it and puts it back."""
    with lab(tmp_path_factory.mktemp("lab")) as made:
        made.person.write("a.txt", "changed\n")
        os.symlink(made.folder, made.person.clone / "out")
        made.record()
        yield made


@pytest.fixture
def here(kept: Lab) -> Iterator[Lab]:
    before = kept.store.read(ID, f"{record.SNAPSHOT_FOLDER}/manifest.json", 1 << 24)
    bundle, run = kept.store.read(ID, BUNDLE, 1 << 24), kept.store.all[ID]
    yield kept
    kept.store.write(f"{record.SNAPSHOT_FOLDER}/manifest.json", before)
    kept.store.write(BUNDLE, bundle)
    kept.store.all[ID] = run
    below = kept.person.root / "reproduced"
    assert not below.exists() or os.listdir(below) == []


def refused(here: Lab) -> None:
    """It is a row of the plan, and nothing can be made of it."""
    planned = here.plan()
    assert not planned.possible
    assert part(planned, "code").state == "missing"
    assert "snapshot" in part(planned, "code").text
    with pytest.raises(OnboardError) as told:
        make(here.gather(), planned, here.here)
    assert told.value.code == "experiments.not_reproducible"


@pytest.mark.parametrize(
    "path",
    [
        *("../up.txt", "/etc/x", "a/../../x", "a//b", "./a", "", "a/", "nul\0l"),
        *(".git/hooks/post-checkout", ".GIT/config", "sub/.git/config", "git~1/x", ".git./x"),
        *(".g\u200cit/config", ".git:x/config", ".git /config"),
    ],
)
def test_paths_lead_nowhere_but_down(here: Lab, path: str) -> None:
    file = {**here.store.manifest()["files"][0], "path": path}
    here.store.change_manifest(files=[file])
    refused(here)


@pytest.mark.parametrize("path", ["out/x.txt", "d/c.txt/below"])
def test_nothing_is_written_through_a_link_or_a_file(here: Lab, path: str) -> None:
    files = here.store.manifest()["files"]
    text = next(file for file in files if file["path"] == "a.txt")
    here.store.change_manifest(files=[*files, {**text, "path": path}])
    with pytest.raises(OnboardError) as told:
        here.make()
    assert told.value.code == "snapshot.damaged"
    assert not (here.folder / "x.txt").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"head": "--upload-pack=touch /tmp/x"},
        {"head": "HEAD"},
        {"base": ["--all"]},
        {"commit": "refs/heads/main"},
        {"index": "-x"},
        {"version": 2},
        {"bundle_sha256": "0" * 64},
        {"bundle_sha256": "x"},
        {"files": "all"},
        {"files": [{"path": 1}]},
        {"head": 7},
    ],
)
def test_values_are_what_they_must_be(here: Lab, change: dict[str, Any]) -> None:
    here.store.change_manifest(**change)
    refused(here)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "160000"},
        {"mode": "104755"},
        {"blob": "-h"},
        {"sha256": None},
        {"size": -1},
        {"size": 1 << 40},
    ],
)
def test_files_are_what_they_must_be(here: Lab, change: dict[str, Any]) -> None:
    first, *rest = here.store.manifest()["files"]
    here.store.change_manifest(files=[{**first, **change}, *rest])
    refused(here)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 3}, {"blob": "1" * 40}])
def test_a_file_that_is_not_what_was_written(here: Lab, change: dict[str, Any]) -> None:
    first, *rest = here.store.manifest()["files"]
    here.store.change_manifest(files=[{**first, **change}, *rest])
    with pytest.raises(OnboardError) as told:
        here.make()
    assert told.value.code == "snapshot.damaged"


def test_another_commit_than_the_bundle_builds_on(here: Lab) -> None:
    here.person.team.commits(1)
    here.store.change_manifest(head=here.person.team.tip())
    with pytest.raises(OnboardError) as told:
        here.make(here.machine(here.folder / "colleague"))
    assert told.value.code == "snapshot.damaged"
    assert os.listdir(here.folder / "colleague" / "reproduced") == []


def _cut(data: bytes) -> bytes:
    return data[: len(data) - 40]


def _filtered(data: bytes) -> bytes:
    _head, _, rest = data.partition(b"\n")
    return b"# v3 git bundle\n@object-format=sha1\n@filter=blob:none\n" + rest


def _more_refs(data: bytes) -> bytes:
    head, _, rest = data.partition(b"\n\n")
    oid = head.split()[-2]
    return head + b"\n" + oid + b" refs/heads/main\n\n" + rest


@pytest.mark.parametrize("spoil", [_cut, _filtered, _more_refs, lambda _: b"", lambda _: b"PACK"])
def test_bundles_that_are_none(here: Lab, spoil: Callable[[bytes], bytes]) -> None:
    data = spoil(here.store.read(ID, BUNDLE, 1 << 24))
    here.store.write(BUNDLE, data)
    refused(here)  # the digest
    here.store.change_manifest(bundle_sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(OnboardError) as told:
        here.make()
    assert told.value.code in ("snapshot.damaged", "experiments.not_reproducible")


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch pwned'",
        "file:///etc",
        "/etc",
        "--upload-pack=touch pwned",
        "http://example.com/churn",
        "git://example.com/churn",
        "https://user:secret@example.com/churn",
        "-oProxyCommand=touch:x",
    ],
)
def test_addresses_that_are_not_allowed_are_never_asked(here: Lab, url: str) -> None:
    here.store.change_manifest(url=url)
    planned = here.plan(here.machine(here.folder / "nobody"))
    assert (planned.url, planned.possible) == ("", False)
    assert "secret" not in json.dumps([row.text for row in planned.parts])


@pytest.mark.parametrize("path", ["../../x.ipynb", "/etc/passwd", ".git/config", "-x", "a\nb"])
def test_a_notebook_elsewhere_is_none(here: Lab, path: str) -> None:
    run = here.store.all[ID]
    here.store.all[ID] = msgspec.structs.replace(run, tags={**run.tags, record.NOTEBOOK: path})
    assert here.plan().notebook == ""


def test_no_record_of_the_record_is_too_odd(here: Lab) -> None:
    for odd in (b"", b"[1]", b"{", b"[" * 100_000, b'{"data": {"a": 1}, "tags": 3}', b"\xff"):
        here.store.write(record.RECORD_FILE, odd)
        assert here.plan().possible
    for odd in (b"", b"[1]", b"{", b"[" * 100_000, b"{}"):
        here.store.write(f"{record.SNAPSHOT_FOLDER}/manifest.json", odd)
        refused(here)


def test_a_submodule_of_a_stranger_is_not_fetched(tmp_path: Path) -> None:
    with lab(tmp_path) as here:
        here.person.team.commit(
            {".gitmodules": '[submodule "s"]\n\tpath = s\n\turl = https://evil.example/s\n'}
        )
        here.person.sync()
        link = f"160000,{'1' * 40},s"
        here.person.git("update-index", "--add", "--cacheinfo", link)
        here.person.git("commit", "-qm", "a submodule")
        here.record()
        made = here.make()
        assert os.listdir(Path(made.path) / "s") == []


def test_a_tree_that_is_endless_on_disk(tmp_path: Path) -> None:
    def git(*args: str, input: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=E", "-c", "user.email=e@example.com", *args],
            cwd=tmp_path / "bomb",
            env=git_environment(),
            input=input,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    (tmp_path / "bomb").mkdir()
    git("init", "-q")
    oid, kind = git("hash-object", "-w", "--stdin", input=b"1234567890"), "100644 blob"
    for _ in range(12):
        lines = "".join(f"{kind} {oid}\tf{n}\n" for n in range(10))
        oid, kind = git("mktree", input=lines.encode()), "040000 tree"
    commit = git("commit-tree", oid, input=b"bomb")
    runner = Git(Listener())
    paths, size = weigh(runner, tmp_path / "bomb", commit)
    assert size == 10 * 10**12
    assert paths == sum(10**n for n in range(13))
    with pytest.raises(OnboardError) as told:
        check_size(runner, tmp_path / "bomb", commit)
    assert told.value.code == "clones.too_large"


def _bundle(*objects: tuple[int, int, bytes]) -> bytes:
    """A bundle with a pack of these objects: kind, the size they claim, compressed content."""
    pack = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big")
    for kind, size, content in objects:
        byte, size = kind << 4 | size & 15, size >> 4
        head = b""
        while size:
            head += bytes([byte | 128])
            byte, size = size & 127, size >> 7
        pack += head + bytes([byte]) + (b"\1" * 20 if kind == 7 else b"") + content
    return b"# v2 git bundle\n\n" + pack + b"\0" * 20


def _delta(target: int) -> bytes:
    number = b""
    while target > 127:
        number, target = number + bytes([target & 127 | 128]), target >> 7
    return b"\n" + number + bytes([target]) + b"\x90\n"


_EMPTY = zlib.compress(b"")


def test_bundles_that_grow_without_end() -> None:
    good = zlib.compress(b"x" * 100)
    packs.check(_bundle((3, 100, good), (7, 7, zlib.compress(_delta(1000)))))
    long = random.Random(1).randbytes(3 << 20) + b"\0" * (3 << 20)
    packs.check(_bundle(*[(3, len(long), zlib.compress(long)), (3, 100, good)] * 2, (3, 0, _EMPTY)))
    bomb = zlib.compress(b"\0" * (5 << 20))
    for bad in (
        _bundle((3, 100, bomb)),  # more than it says
        _bundle((3, 2 << 30, bomb)),  # it says too much
        _bundle((7, 9, zlib.compress(_delta(2 << 30)))),  # its delta makes too much
        _bundle(*[(7, 9, zlib.compress(_delta(1 << 30)))] * 11),  # all together
        _bundle((3, 100, good[:-8])),
        _bundle((3, 100, b"no zlib")),
        _bundle((3, 100, good))[:-30],
        _bundle((3, 1 << 200, good)),
        _bundle().replace(b"\0\0\0\0", b"\xff\xff\xff\xff", 1),
    ):
        with pytest.raises(packs.NoPackError):
            packs.check(bad)


def test_packages_are_names_and_versions_only() -> None:
    text = (
        "a.B_c==1.0\nx @ https://evil\n--pre\n-r /etc/passwd\ny==1; import os\n z==2+cu1 \r\nq>=1"
    )
    assert checks.requirements(text) == {"a-b-c": "1.0", "z": "2+cu1"}


def test_a_real_snapshot_passes(here: Lab) -> None:
    found = checks.manifest(here.store.manifest())
    assert isinstance(found, snapshot.Manifest)
    assert here.plan().possible
