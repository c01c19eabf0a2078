"""What a share may not be, whoever could write into the store."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sm_onboard.clones import packs
from tests.links.opening.lab import PATH, Lab, lab, notebook
from tests.links.opening.sharing import Share, put
from tests.links.opening.test_share import CHANGED

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")

DAMAGED = ("links.share_damaged", "snapshot.damaged")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with lab(folder) as made:
        made.clone()
        yield made


@pytest.fixture
def here(kept: Lab) -> Iterator[Lab]:
    """Whatever it is given, nothing of the reader's is another one afterwards."""
    before = kept.outside_cache()
    yield kept
    assert kept.outside_cache() == before
    assert not list(kept.cache.glob(".sm-onboard-making-*"))


@pytest.fixture
def share(here: Lab) -> Share:
    return here.on_base({PATH: CHANGED, "src/helper.py": "x = 1\n"})


def refused(here: Lab, data: bytes, digest: str = "") -> None:
    shown = here.look(here.share_link(put(here.store, data, digest)))
    assert shown.state == "failed", shown
    assert shown.problem
    assert shown.problem.code in DAMAGED, shown.problem
    assert shown.preview is None


def test_the_good_one_is_taken(here: Lab, share: Share) -> None:
    assert here.ready(here.share_link(put(here.store, share.with_manifest()))).preview


def test_a_digest_that_lies(here: Lab, share: Share) -> None:
    other = hashlib.sha256(b"another").hexdigest()
    refused(here, share.with_manifest(), other)
    # Not even where the entry is in the cache by the right name.
    digest = share.put(here.store)
    here.ready(here.share_link(digest))


@pytest.mark.parametrize(
    "path",
    [
        *("../up.txt", "/etc/x", "a/../../x", "a//b", "./a", "", "a/", "nul\0l", ".git/config"),
        *(".GIT/hooks/post-checkout", "x/.git/config", "git~1/x", ".git./x", ".g\u200cit/x"),
    ],
)
def test_traversal_in_a_manifest(here: Lab, share: Share, path: str) -> None:
    """jupyter-server CVE-2026-35397."""
    first, *rest = share.told()["files"]
    refused(here, share.with_manifest(files=[first, {**rest[0], "path": path}]))


def test_traversal_in_a_zip(here: Lab, share: Share) -> None:
    bundle, told = share.bundle.read_bytes(), json.dumps(share.told()).encode()
    for name in ("../x", "/etc/x", "manifest.json/..", "notes.txt", "snapshot.bundle\0x"):
        entries = (("manifest.json", told), ("snapshot.bundle", bundle), (name, b"x"))
        refused(here, share.zipped(*entries))


def test_entries_are_each_there_once_and_in_order(here: Lab, share: Share) -> None:
    bundle, told = share.bundle.read_bytes(), json.dumps(share.told()).encode()
    manifest, snapshot = ("manifest.json", told), ("snapshot.bundle", bundle)
    refused(here, share.zipped(manifest, manifest, snapshot))
    refused(here, share.zipped(snapshot, manifest))
    refused(here, share.zipped(manifest))
    refused(here, share.zipped(manifest, snapshot, snapshot))
    refused(here, share.zipped(manifest, snapshot, packed=zipfile.ZIP_BZIP2))
    refused(here, share.zipped(manifest, snapshot) + b"more")
    refused(here, b"")
    refused(here, b"PK\x05\x06" + b"\0" * 18)
    refused(here, b"no zip" * 1000)


def test_symbolic_links_in_a_share(here: Lab) -> None:
    for target in ("/etc/passwd", "../../.aws/credentials", "README.md"):
        evil = here.on_base({PATH: CHANGED, "data": target}, modes={"data": "120000"})
        refused(here, evil.with_manifest())
    evil = here.on_base({PATH: "/etc/passwd"}, modes={PATH: "120000"})
    refused(here, evil.with_manifest())


def test_symbolic_links_in_a_commit_are_not_followed(here: Lab, tmp_path: Path) -> None:
    link = {"out.ipynb": "120000", "folder": "120000"}
    tip = here.team.commit(
        {"out.ipynb": "/etc/passwd", "folder": "nb"}, "Links", branch="links", modes=link
    )
    assert here.failed(here.git_link(tip, path="out.ipynb")) == "links.file_unknown"
    assert here.failed(here.git_link(tip, path="folder/eda.ipynb")) == "links.file_unknown"


@pytest.mark.parametrize("folder", [True, False])
def test_my_own_file_is_not_reached_through_a_link(tmp_path: Path, folder: bool) -> None:
    with lab(tmp_path) as here:
        clone = here.clone()
        outside = here.folder / "outside"
        outside.mkdir()
        (outside / "eda.ipynb").write_bytes(notebook("s3cret"))
        (clone / PATH).unlink()
        if folder:
            (clone / "nb").rmdir()
            os.symlink(outside, clone / "nb")
        else:
            os.symlink(outside / "eda.ipynb", clone / PATH)
        preview = here.ready(here.git_link()).preview
        assert preview
        assert preview.mine == ""
        assert preview.how == ("beside",)


def test_a_zip_bomb(here: Lab, share: Share) -> None:
    zeros = b"\0" * (40 << 20)
    bundle, told = share.bundle.read_bytes(), json.dumps(share.told()).encode()
    bomb = share.zipped(
        ("manifest.json", told), ("snapshot.bundle", bundle), ("environment.txt", zeros)
    )
    assert len(bomb) < 1 << 20
    refused(here, bomb)
    refused(here, share.zipped(("manifest.json", zeros), ("snapshot.bundle", bundle)))


def test_a_zip_that_lies_about_its_sizes(here: Lab, share: Share) -> None:
    told = json.dumps(share.told()).encode()
    data = share.zipped(
        ("manifest.json", told),
        ("snapshot.bundle", share.bundle.read_bytes()),
        ("environment.txt", b"a==1\n" * 400_000),
    )
    size = struct.pack("<I", 400_000 * 5)
    assert size in data
    refused(here, data.replace(size, struct.pack("<I", 100)))


def test_a_zip_with_endless_entries(here: Lab, share: Share) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}", b"")
    refused(here, file.getvalue())
    small = bytearray(share.with_manifest())
    small[-12:-10] = struct.pack("<H", 60_000)  # it says so, and has two
    refused(here, bytes(small))


def _bundle(share: Share, *objects: tuple[int, int, bytes]) -> bytes:
    pack = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big")
    for kind, size, content in objects:
        byte, left = kind << 4 | size & 15, size >> 4
        while left:
            pack += bytes([byte | 128])
            byte, left = left & 127, left >> 7
        pack += bytes([byte]) + content
    head = share.bundle.read_bytes().partition(b"\n\n")[0] + b"\n\n"
    return head + pack + hashlib.sha1(pack, usedforsecurity=False).digest()


def test_a_bundle_bomb(here: Lab, share: Share) -> None:
    bomb = zlib.compress(b"\0" * (5 << 20))
    refused(here, share.with_bundle(_bundle(share, (3, 100, bomb))))
    refused(here, share.with_bundle(_bundle(share, (3, 2 << 30, bomb))))
    data = share.bundle.read_bytes()
    head, _, pack = data.partition(b"\n\n")
    refs = head + b"\n" + head.split()[-2] + b" refs/heads/main\n\n" + pack
    refused(here, share.with_bundle(refs))
    for bad in (data[:-40], b"", b"PACK", data.replace(b"bundle\n", b"bundle\n@filter=x\n", 1)):
        refused(here, share.with_bundle(bad))


def test_a_bundle_that_git_would_unpack(
    here: Lab, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    zeros = here.on_base({PATH: CHANGED, "zeros.bin": b"\0" * (5 << 20)})
    assert zeros.bundle.stat().st_size < 20_000
    monkeypatch.setattr(packs, "_LARGEST", 1 << 20)
    refused(here, zeros.with_manifest())


def test_a_bundle_that_is_not_its_manifests(here: Lab, share: Share) -> None:
    other = here.on_base({PATH: notebook("other")})
    refused(here, share.with_bundle(other.bundle.read_bytes()))
    told = share.told()
    told["bundle_sha256"] = "0" * 64
    entries = ("manifest.json", json.dumps(told).encode())
    refused(here, share.zipped(entries, ("snapshot.bundle", share.bundle.read_bytes())))


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 3}, {"blob": "1" * 40}])
def test_a_file_that_is_not_what_was_written(
    here: Lab, share: Share, change: dict[str, Any]
) -> None:
    first, *rest = share.told()["files"]
    refused(here, share.with_manifest(files=[{**first, **change}, *rest]))


@pytest.mark.parametrize(
    "change",
    [
        {"head": "--upload-pack=touch /tmp/x"},
        {"base": ["--all"]},
        {"base": ["refs/heads/main"]},
        {"commit": "HEAD"},
        {"version": 2},
        {"files": "all"},
        {"path": "/home/alice/churn"},
        {"extra": {}},
        {"extra": {"link": {"version": 2}}},
        {"extra": {"link": 7}},
        {"extra": None},
    ],
)
def test_values_are_what_they_must_be(here: Lab, share: Share, change: dict[str, Any]) -> None:
    """GitPython CVE-2026-67323 and -67325."""
    refused(here, share.with_manifest(**change))


def test_what_a_sender_says_of_itself_is_plain(here: Lab, share: Share) -> None:
    """jupyterlab-git CVE-2026-54527: names and notes as HTML."""
    evil = "a\u202e\x1b[31m\x00<script>alert(1)</script>"
    said = {
        **share.told()["extra"]["link"],
        "sender": evil,
        "note": evil * 100,
        "python": evil,
        "image": evil,
        "left_out": [[evil, evil]],
        "data": [evil],
        "until": 1 << 50,
    }
    data = share.with_manifest(extra={"link": {**said, "until": None}})
    shown = here.ready(here.share_link(put(here.store, data), sender="", note=""))
    assert shown.preview
    text = json.dumps(msgspec.to_builtins(shown.preview), ensure_ascii=False)
    for hidden in ("\u202e", r"\u001b", r"\u0000"):
        assert hidden not in text
    assert len(shown.preview.note) <= 500
    assert len(shown.preview.sender) <= 64
    refused(here, share.with_manifest(extra={"link": said}))


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch pwned'",
        "file:///etc",
        "--upload-pack=touch pwned",
        "https://user:s3cret@example.com/churn",
        "-oProxyCommand=touch:x",
    ],
)
def test_an_address_that_is_not_allowed_is_none(here: Lab, share: Share, url: str) -> None:
    """GitPython CVE-2022-24439."""
    data = share.with_manifest(url=url)
    shown = here.ready(here.share_link(put(here.store, data)))
    assert "s3cret" not in str(shown)
    assert "pwned" not in str(shown.preview)
    assert not any(fact.name == "repository" for fact in shown.preview.facts)  # type: ignore[union-attr]


def test_a_share_of_random_bytes_is_none(here: Lab, share: Share) -> None:
    chance = random.Random(6)
    good = share.with_manifest()
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 4, 40))):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        shown = here.look(here.share_link(put(here.store, bytes(bad))))
        if shown.state == "failed":
            assert shown.problem
            assert shown.problem.code.startswith(("links.", "snapshot."))
        here.openings.drop(shown.id)


def test_deleted_is_gone_also_from_the_cache(here: Lab, share: Share) -> None:
    """jupyter-server CVE-2026-40934: what was withdrawn is not served from before."""
    digest = share.put(here.store)
    assert here.ready(here.share_link(digest)).preview
    assert (here.cache / f"share-{digest}").is_dir()
    (here.store / digest[:2] / f"{digest}.zip").unlink()
    assert here.failed(here.share_link(digest)) == "links.share_gone"
    assert not (here.cache / f"share-{digest}").exists()
