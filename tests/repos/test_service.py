"""The service: rows, queue, cancelling, revisions. The engine is a fake one, so that
every order of events can be made; real git is in the tests of the engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sm_onboard.errors import ConfigError, Conflict, NotFound, OnboardError
from sm_onboard.git.progress import Progress
from sm_onboard.pool import Pool
from sm_onboard.repos.models import Identity, NewRepository, Outcome, Problem, Repository
from sm_onboard.repos.plan.plan import Refused
from sm_onboard.repos.rows import LOG_BYTES
from sm_onboard.repos.service import ReposService
from tests.repos.fakes import READY, World, entry

LONG = 10.0  # seconds; only a test that fails waits for it


class House:
    def __init__(self, root: Path, **options: Any) -> None:
        self.world = World(root)
        self.told: list[tuple[str, str, int]] = []
        self.pool = Pool(12)
        self.service = ReposService(
            self.world.given(),
            pool=self.pool,
            server="this-run",
            notify=lambda *told: self.told.append(told),
            root_dir=options.pop("root_dir", root),
            clock=lambda: 0.0,
            **options,
        )
        self.engine = self.world.engine

    def start(self, *items: Any) -> House:
        self.world.items = list(items)
        self.service.start()
        return self

    def rows(self) -> dict[str, Repository]:
        return {row.name: row for row in self.service.state().repositories}

    def settle(self) -> None:
        assert self.service.wait(LONG)

    def until(self, condition: Any) -> None:
        """Waits until the state fulfils something."""
        with self.service._changed:
            assert self.service._changed.wait_for(condition, LONG)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    houses: list[House] = []

    def make(**options: Any) -> House:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        houses.append(House(root, **options))
        return houses[-1]

    yield make
    for house in houses:
        house.service.stop()
        assert house.pool.close(LONG)


@pytest.fixture
def house(make: Any) -> House:
    return make()


def test_before_the_configuration_is_read(house: House) -> None:
    # Not "off": a window that asks a server that has just started would believe it and wait.
    assert house.service.state().state == "starting"
    house.world.load_gate.clear()
    house.start(entry("a"))
    state = house.service.state()
    assert (state.state, state.repositories, state.server) == ("starting", (), "this-run")
    house.world.load_gate.set()
    house.settle()
    assert house.service.state().state == "idle"


def test_rows_are_in_plan_order_and_end_ready(house: House) -> None:
    house.start(*(entry(n) for n in "cab")).settle()
    state = house.service.state()
    assert [row.name for row in state.repositories] == ["c", "a", "b"]
    assert {row.state for row in state.repositories} == {"ready"}
    assert {row.action for row in state.repositories} == {"cloned"}
    assert state.repositories[0].checked_at == "1970-01-01T00:00:00+00:00"
    assert state.sources == ("onboard.yaml",)


def test_a_refused_entry_is_a_row_that_is_never_worked_on(house: House) -> None:
    refused = Refused(
        id="bad",
        name="bad",
        url="https://host/bad",
        path="",
        source="person",
        origin="mine",
        state="failed",
        code="config.url",
        message="It is wrong.",
        hint="Change it.",
    )
    house.start(refused, entry("good")).settle()
    assert house.rows()["bad"].code == "config.url"
    assert house.rows()["good"].state == "ready"
    assert house.engine.calls == [("sync", "good")]
    for do in ("update", "retry", "cancel"):
        with pytest.raises(Conflict, match="not possible"):
            house.service.do("bad", do)


def test_at_most_parallel_at_once_and_each_exactly_once(make: Any) -> None:
    house = make(parallel=3)
    house.engine.closed = True
    names = [f"r{i}" for i in range(10)]
    house.start(*(entry(n) for n in names))
    house.until(lambda: house.engine.now == 3)
    assert sum(row.state == "waiting" for row in house.rows().values()) == 7
    house.engine.let(*names)
    house.settle()
    assert house.engine.most == 3
    assert sorted(path for _, path in house.engine.calls) == sorted(names)


def test_one_job_a_row(house: House) -> None:
    house.engine.closed = True
    house.start(entry("a"))
    house.until(lambda: house.engine.now)
    with pytest.raises(Conflict) as refused:
        house.service.do("a-id", "update")
    assert refused.value.code == "repos.not_possible_now"
    house.service.sync_all()
    house.engine.let("a")
    house.settle()
    assert house.engine.calls == [("sync", "a")]


def test_cloning_or_updating(house: House) -> None:
    (house.engine.root / "there").mkdir()
    house.engine.closed = True
    house.start(entry("new"), entry("there"))
    house.until(lambda: house.engine.now == 2)
    assert house.rows()["new"].state == "cloning"
    assert house.rows()["there"].state == "updating"
    assert house.rows()["new"].actions == ("cancel",)


def test_cancel_while_at_work(house: House) -> None:
    house.engine.closed = True
    house.start(entry("a"))
    house.until(lambda: house.engine.now)
    house.service.do("a-id", "cancel")
    house.settle()
    row = house.rows()["a"]
    assert (row.state, row.actions) == ("cancelled", ("retry",))
    house.engine.closed = False
    house.service.do("a-id", "retry")
    house.settle()
    assert house.rows()["a"].state == "ready"


def test_cancel_while_waiting_never_runs(make: Any) -> None:
    house = make(parallel=1)
    house.engine.closed = True
    house.start(entry("first"), entry("second"))
    house.until(lambda: house.engine.now)
    assert house.service.do("second-id", "cancel").state == "cancelled"
    house.engine.let("first")
    house.settle()
    assert house.engine.calls == [("sync", "first")]


def test_cancelling_a_waiting_update_shows_what_was_before(make: Any) -> None:
    house = make(parallel=1)
    house.start(entry("first"), entry("second")).settle()
    house.engine.closed = True
    house.service.sync_all()
    house.until(lambda: house.engine.now)
    assert house.rows()["second"].state == "waiting"
    assert house.service.do("second-id", "cancel").state == "ready"
    house.engine.let("first")
    house.settle()


def test_what_may_be_done(house: House) -> None:
    house.engine.outcomes["a"] = Outcome(state="blocked", actions=("set_aside", "merge"))
    house.start(entry("a"), entry("b")).settle()
    for do in ("discard", "cancel", "retry", "remove_lock"):
        with pytest.raises(Conflict):
            house.service.do("a-id", do)
    house.service.do("a-id", "set_aside")
    house.settle()
    house.service.do("b-id", "update")
    house.settle()
    assert house.engine.calls[2:] == [("set_aside", "a"), ("update", "b")]
    with pytest.raises(NotFound):
        house.service.do("nobody", "update")


def test_a_bug_in_one_job_harms_no_other(house: House) -> None:
    house.engine.outcomes["a"] = RuntimeError("hunter2")
    house.start(entry("a"), entry("b")).settle()
    row = house.rows()["a"]
    assert (row.state, row.code, row.actions) == ("failed", "internal", ("retry",))
    assert "hunter2" not in msgspec.json.encode(house.service.state()).decode()
    assert house.rows()["b"].state == "ready"
    assert house.service.state().state == "idle"


def test_progress_and_log(house: House) -> None:
    def during(_: Any, listener: Any) -> None:
        listener.log("remote: hello")
        listener.progress(Progress(phase="receiving", percent=42))

    house.engine.during = during
    house.engine.closed = True
    house.start(entry("a"))
    house.until(lambda: any(row.progress for row in house.rows().values()))
    assert house.rows()["a"].progress == Progress(phase="receiving", percent=42)
    assert house.rows()["a"].has_log
    house.engine.let("a")
    house.settle()
    assert house.rows()["a"].progress is None
    assert house.service.log("a-id").text == "remote: hello"


def test_a_late_word_of_a_finished_job_is_not_shown(house: House) -> None:
    listeners = []
    house.engine.during = lambda _, listener: listeners.append(listener)
    house.start(entry("a")).settle()
    listeners[0].progress(Progress(phase="receiving", percent=1))
    assert house.rows()["a"].progress is None


def test_the_log_is_bounded_and_keeps_the_newest(house: House) -> None:
    def during(_: Any, listener: Any) -> None:
        for i in range(30_000):
            listener.log(f"line {i} é")
        listener.log("x" * 10 * LOG_BYTES)
        listener.log("last")

    house.engine.during = during
    house.start(entry("a")).settle()
    text = house.service.log("a-id").text
    assert len(text.encode()) <= LOG_BYTES + 100
    assert text.startswith("(earlier lines are gone)")
    assert text.endswith("\nlast")


def test_revisions_grow_and_every_change_is_announced(house: House) -> None:
    house.start(*(entry(f"r{i}") for i in range(5))).settle()
    revisions = [revision for _, _, revision in house.told]
    assert revisions == list(range(1, len(revisions) + 1))
    assert house.service.state().revision == revisions[-1]
    assert {room for room, _, _ in house.told} == {"repos"}
    assert {id for _, id, _ in house.told} >= {"", "r0-id", "r4-id"}


def test_state_can_be_read_from_many_threads_while_all_changes(house: House) -> None:
    def during(_: Any, listener: Any) -> None:
        for i in range(200):
            listener.progress(Progress(phase="receiving", percent=i % 100))

    house.engine.during = during
    seen: list[int] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            last = 0
            while not done.is_set():
                state = house.service.state()
                assert state.revision >= last
                last = state.revision
                seen.append(last)
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    house.start(*(entry(f"r{i}") for i in range(8))).settle()
    done.set()
    for reader in readers:
        reader.join(LONG)
    assert not errors
    assert seen


def test_first_is_true_only_where_nothing_was_there(make: Any, tmp_path: Path) -> None:
    house = make()
    house.start(entry("a"), entry("b")).settle()
    assert house.service.state().first
    (tmp_path / "root" / "b").mkdir()
    again = make()
    again.start(entry("a"), entry("b")).settle()
    assert not again.service.state().first
    empty = make()
    empty.start().settle()
    assert not empty.service.state().first


def test_reload_keeps_rows_that_did_not_change(house: House) -> None:
    house.start(entry("stays"), entry("changes"), entry("goes")).settle()
    house.world.items = [entry("new"), entry("changes", branch="dev"), entry("stays")]
    before = house.rows()["stays"].checked_at
    house.engine.closed = True
    house.service.reload()
    house.until(lambda: house.engine.now == 3)
    assert list(house.rows()) == ["new", "changes", "stays"]
    assert house.rows()["stays"].checked_at == before
    assert house.rows()["changes"].branch == "dev"
    house.engine.let("new", "changes", "stays")
    house.settle()
    assert house.engine.prepared == 1


def test_reload_cancels_what_is_no_longer_in_the_plan(house: House) -> None:
    house.engine.closed = True
    house.start(entry("goes"))
    house.until(lambda: house.engine.now)
    house.world.items = []
    house.service.reload()
    house.settle()
    assert house.rows() == {}


def test_reloads_while_loading_become_one_more(house: House) -> None:
    house.world.load_gate.clear()
    house.start(entry("a"))
    house.until(lambda: house.world.loads == 1)
    for _ in range(5):
        house.service.reload()
    house.world.load_gate.set()
    house.settle()
    assert house.world.loads == 2


@pytest.mark.parametrize(
    "error", [ConfigError("config.trait", "It is wrong.", "Change it."), RuntimeError("bug")]
)
def test_a_configuration_that_cannot_be_read_is_a_problem(house: House, error: Exception) -> None:
    house.world.fails = error
    house.start().settle()
    state = house.service.state()
    assert state.state == "idle"
    expected = "config.trait" if isinstance(error, ConfigError) else "internal"
    assert [problem.code for problem in state.problems] == [expected]
    house.world.fails = None
    house.world.items = [entry("a")]
    house.service.reload()
    house.settle()
    assert house.service.state().problems == ()
    assert house.rows()["a"].state == "ready"


@pytest.mark.parametrize("where", ["root", "prepare"])
def test_a_root_that_cannot_be_used(house: House, where: str) -> None:
    error = OnboardError("repos.root_read_only", "It is read-only.", "Choose another.")
    if where == "root":
        house.world.root_fails = error
    else:
        house.engine.fails_to_prepare = error
    house.start(entry("a")).settle()
    state = house.service.state()
    assert [p.code for p in state.problems] == ["repos.root_read_only"]
    assert (house.rows()["a"].state, house.rows()["a"].code) == ("failed", "repos.root_read_only")
    assert house.engine.calls == []
    house.world.root_fails = house.engine.fails_to_prepare = None
    house.service.do("a-id", "retry")
    house.settle()
    assert house.rows()["a"].state == "ready"
    assert house.service.state().problems == ()


def test_problems_of_the_plan_are_shown(house: House) -> None:
    problem = Problem(code="config.key", message="m", hint="h", origin="o")
    house.world.more = {"problems": (problem,)}
    house.start().settle()
    assert house.service.state().problems == (problem,)


def test_no_update_on_start_leaves_clones_alone_once(make: Any) -> None:
    house = make(update_on_start=False)
    house.start(entry("a")).settle()
    assert [e.update for e in house.engine.entries] == ["never"]
    house.service.reload()
    house.settle()
    assert [e.update for e in house.engine.entries] == ["never", "safe"]


def test_add_writes_the_file_and_reads_it_again(house: House) -> None:
    house.start().settle()
    house.world.items = [entry("mine")]
    house.service.add(NewRepository(url="https://host/mine.git"))
    house.settle()
    assert [new.url for new in house.world.added] == ["https://host/mine.git"]
    assert house.rows()["mine"].state == "ready"


def test_identity(house: House) -> None:
    house.start().settle()
    assert house.service.state().identity == "missing"
    assert house.service.identity() == Identity(name="", email="")
    person = Identity(name="Ana", email="ana@example.com")
    assert house.service.set_identity(person) == person
    assert house.service.state().identity == "set"


def test_packages_are_looked_for_and_installed_only_when_asked(house: House) -> None:
    house.world.missing = ("numpy",)
    house.start(entry("a", environment="requirements.txt"), entry("b")).settle()
    found = house.rows()["a"].environment
    assert found is not None
    assert (found.state, found.missing) == ("missing", ("numpy",))
    assert house.rows()["b"].environment is None
    assert house.world.installs == []
    assert house.service.install("a-id").state == "installing"
    house.settle()
    assert house.rows()["a"].environment.state == "complete"  # type: ignore[union-attr]
    assert "Collecting numpy" in house.service.log("a-id").text
    for id in ("a-id", "b-id"):  # nothing is missing any more; nothing was asked for
        with pytest.raises(Conflict):
            house.service.install(id)


def test_installing_can_be_cancelled_and_keeps_other_jobs_out(house: House) -> None:
    house.world.missing = ("numpy",)
    house.start(entry("a", environment="requirements.txt")).settle()
    house.world.install_gate.clear()
    house.service.install("a-id")
    for attempt in (
        lambda: house.service.install("a-id"),
        lambda: house.service.do("a-id", "update"),
    ):
        with pytest.raises(Conflict):
            attempt()
    house.service.do("a-id", "cancel")
    house.settle()
    assert house.rows()["a"].environment.state == "failed"  # type: ignore[union-attr]
    assert "cancel" not in house.rows()["a"].actions


def test_contents_path_and_start(make: Any, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "a" / "nb"
    house = make()
    folder.mkdir(parents=True)
    (folder / "start.ipynb").touch()
    (tmp_path / "root" / "b").mkdir()
    house.start(entry("a", open="nb/start.ipynb"), entry("b", open="missing.ipynb")).settle()
    rows = house.rows()
    assert (rows["a"].contents_path, rows["a"].start) == ("a", "a/nb/start.ipynb")
    assert (rows["b"].contents_path, rows["b"].start) == ("b", None)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    outside = make(root_dir=elsewhere)
    outside.start(entry("a", open="nb/start.ipynb")).settle()
    row = outside.rows()["a"]
    assert (row.contents_path, row.start) == (None, None)


def test_what_is_there_can_be_opened_while_its_host_is_away(make: Any, tmp_path: Path) -> None:
    house = make()
    (tmp_path / "root" / "a").mkdir()
    house.engine.closed = True
    house.engine.outcomes["a"] = Outcome(state="failed", code="repos.unreachable")
    house.start(entry("a"))
    house.until(lambda: house.engine.now)
    assert house.rows()["a"].contents_path == "a"
    house.engine.let("a")
    house.settle()
    assert house.rows()["a"].contents_path == "a"
    assert house.rows()["a"].checked_at is None


def test_look_asks_no_host(house: House) -> None:
    house.world.items = [entry("a")]
    house.service.look()
    house.settle()
    assert house.rows()["a"].state == READY.state
    assert house.engine.prepared == 0
    assert house.engine.calls == []


def test_stop_cancels_all_and_takes_nothing_more(make: Any) -> None:
    house = make(parallel=2)
    house.engine.closed = True
    house.start(*(entry(f"r{i}") for i in range(5)))
    house.until(lambda: house.engine.now == 2)
    house.service.stop()
    house.settle()
    assert len(house.engine.calls) == 2
    assert house.service.state().state == "off"
    house.service.reload()
    house.service.sync_all()
    house.settle()
    assert len(house.engine.calls) == 2
