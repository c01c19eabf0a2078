"""Two containers with one name share a root: neither takes the other's work for a dead one's."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_onboard.repos.engine import records
from sm_onboard.repos.engine.records import Store


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process as it would look in another container of the same name."""
    real = records.os.readlink
    monkeypatch.setattr(
        records.os,
        "readlink",
        lambda path, **more: "pid:[1]" if str(path) == "/proc/self/ns/pid" else real(path, **more),
    )
    monkeypatch.setattr(records, "_started", lambda pid: "other")
    records._machine.cache_clear()


@pytest.mark.skipif(not Path("/proc/self/ns/pid").is_symlink(), reason="needs /proc")
def test_same_name_other_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.make()
    part, holder = store.part("churn-1"), records.holder()
    try:
        with monkeypatch.context() as patched:
            elsewhere(patched)
            store.sweep_dead()
            store.sweep("churn-1", locked=False)
            assert part.is_dir()
            assert not records.is_dead(holder)
    finally:
        records._machine.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(records, "_started", lambda pid: "later, same number")
        assert records.is_dead(holder)
        store.sweep("churn-1", locked=False)
    assert not part.exists()
