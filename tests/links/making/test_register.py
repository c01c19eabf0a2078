"""The list of one's own links."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from sm_onboard.errors import Conflict, Forbidden, NotFound
from sm_onboard.links.making.register import Kept, Register


class Shelf:
    """A store that only forgets."""

    def __init__(self, refuses: bool = False) -> None:
        self.deleted: list[str] = []
        self.refuses = refuses

    def delete(self, digest: str) -> None:
        if self.refuses:
            raise Forbidden("links.store_denied", "no")
        self.deleted.append(digest)


def kept(number: int, until: int | None = 10**15) -> Kept:
    return Kept(id=f"{number:064x}", name="a", link="l", store="team", made=number, until=until,
                size=1)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "links" / "made.json"


def test_newest_first_and_only_mine_can_read_it(file: Path) -> None:
    register = Register(file, lambda _: Shelf())  # type: ignore[arg-type,return-value]
    assert register.list().links == ()
    register.add(kept(1, until=5))
    register.add(kept(2))
    assert [(x.made, x.expired) for x in register.list().links] == [(2, False), (1, True)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_deleted_from_the_store_first(file: Path) -> None:
    shelf = Shelf(refuses=True)
    register = Register(file, lambda _: shelf)  # type: ignore[arg-type,return-value]
    register.add(kept(1))
    with pytest.raises(Forbidden):
        register.delete(kept(1).id)
    assert len(register.list().links) == 1
    shelf.refuses = False
    assert register.delete(kept(1).id).links == () and shelf.deleted == [kept(1).id]
    with pytest.raises(NotFound):
        register.delete(kept(1).id)


def test_two_servers_lose_nothing(file: Path) -> None:
    registers = [Register(file, lambda _: Shelf()) for _ in range(4)]  # type: ignore[arg-type,return-value]

    def add(at: int) -> None:
        for number in range(10):
            registers[at].add(kept(at * 100 + number))

    threads = [threading.Thread(target=add, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registers[0].list().links) == 40


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"links": 3}', b"\xff" * 10])
def test_a_damaged_file_is_kept_beside(file: Path, damage: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(damage)
    register = Register(file, lambda _: Shelf())  # type: ignore[arg-type,return-value]
    assert register.list().links == ()
    register.add(kept(1))
    assert len(register.list().links) == 1
    assert file.with_name("made.json.damaged").read_bytes() == damage


def test_a_damaged_line_hides_no_other(file: Path) -> None:
    register = Register(file, lambda _: Shelf())  # type: ignore[arg-type,return-value]
    register.add(kept(1))
    told = json.loads(file.read_bytes())
    told["links"] += [{"id": "../../x"}, None, {**told["links"][0], "id": "x"}]
    file.write_text(json.dumps(told))
    assert len(register.list().links) == 1


def test_what_is_over_is_swept(file: Path) -> None:
    now = [1000]
    shelf = Shelf()
    register = Register(file, lambda _: shelf, now=lambda: now[0])  # type: ignore[arg-type,return-value]
    register.add(kept(1, until=2000))
    register.add(kept(2, until=None))
    now[0] = 2000 + 86_400_000
    register.sweep()
    assert not shelf.deleted  # whoever looks at the list a moment later still finds it
    now[0] += 1
    shelf.refuses = True
    register.sweep()
    assert len(register.list().links) == 2
    shelf.refuses = False
    register.sweep()
    assert shelf.deleted == [kept(1).id] and len(register.list().links) == 1


def test_it_does_not_grow_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sm_onboard.links.making import register as module

    monkeypatch.setattr(module, "_MOST", 5)
    register = Register(file, lambda _: Shelf())  # type: ignore[arg-type,return-value]
    for number in range(8):
        register.add(kept(number))
    assert [x.made for x in register.list().links] == [7, 6, 5, 4, 3]


def test_a_full_disk_leaves_what_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = Register(file, lambda _: Shelf())  # type: ignore[arg-type,return-value]
    register.add(kept(1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Conflict):
        register.add(kept(2))
    monkeypatch.undo()
    assert [x.made for x in register.list().links] == [1]
    assert sorted(x.name for x in file.parent.iterdir()) == ["made.json", "made.lock"]
