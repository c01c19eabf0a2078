"""`sm-onboard demo` starts, touches nothing of the person's, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import sm_onboard
from sm_onboard.demo.colleagues.jobs import JOBS
from tests.gitserver import wait_until

DEMO = [sys.executable, "-m", "sm_onboard.cli", "demo"]


@pytest.fixture
def environment(tmp_path):
    """A person with an empty home, whose shell points at many other places."""
    (tmp_path / "person").mkdir()
    (tmp_path / "temporary").mkdir()
    return {
        **os.environ,
        "HOME": str(tmp_path / "person"),
        "TMPDIR": str(tmp_path / "temporary"),
        "PYTHONPATH": str(Path(sm_onboard.__file__).parents[1]),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "theirs"),
        "XDG_STATE_HOME": str(tmp_path / "theirs"),
        "GIT_DIR": str(tmp_path / "theirs"),
        "AWS_PROFILE": "theirs",
        "http_proxy": "http://127.0.0.1:9",  # a proxy that must not be asked
    }


@pytest.fixture
def start(environment):
    running = []

    def start(*options: str) -> tuple[subprocess.Popen[str], str]:
        demo = subprocess.Popen(
            [*DEMO, "--no-browser", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(demo)
        assert demo.stdout is not None
        for line in demo.stdout:
            if "http://" in line:
                return demo, line.strip()
        raise AssertionError("the demo ended without an address")

    yield start
    for demo in running:
        demo.kill()
        demo.wait()


@pytest.fixture
def start_two(start):
    """A demo with a colleague, and the addresses of alice's and bob's JupyterLab."""

    def start_two(*options: str) -> tuple[subprocess.Popen[str], str, str]:
        demo, first = start("--colleague", "--no-runs", *options)
        assert demo.stdout is not None
        people = dict(line.split() for line in (first, demo.stdout.readline().strip()))
        assert list(people) == ["alice", "bob"]
        return demo, people["alice"], people["bob"]

    return start_two


def ask(url: str, path: str, method: str = "GET", body: object = None) -> object:
    address, token = re.fullmatch(r"(http://127\.0\.0\.1:\d+/.*)lab\?token=(\w+)", url).groups()
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(address + path, method=method, headers=headers, data=data)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


def names_in(url: str) -> set[str]:
    """What lies in the home that a JupyterLab shows."""
    return {entry["name"] for entry in ask(url, "api/contents")["content"]}


def states(url: str) -> dict[str, str]:
    """What the product says of the team's repositories."""
    return {row["name"]: row["state"] for row in ask(url, "sm-onboard/repos")["repositories"]}


def family(pid: int) -> set[int]:
    """The processes that descend from one, without those that have ended (zombies)."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    parents = {int(row[0]): int(row[1]) for row in rows if not row[2].startswith("Z")}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found & set(parents)


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if pid in family(pid)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ends_cleanly(start, environment, tmp_path, number):
    demo, url = start("--base-url", "/a/prefix/")
    assert "/a/prefix/lab?token=" in url
    ask(url, "api/kernels", "POST")
    assert ask(url, "api/status")["kernels"] == 1
    wait_until(
        lambda: states(url) == {"churn": "ready", "ds-utils": "ready", "reports": "ready"}, 60
    )
    pids = family(demo.pid)
    assert len(pids) >= 3  # the demo, JupyterLab, the kernel
    demo.send_signal(number)
    assert demo.wait(20) == 0
    wait_until(lambda: not alive(pids))
    assert os.listdir(environment["TMPDIR"]) == []
    assert os.listdir(environment["HOME"]) == []
    assert not (tmp_path / "theirs").exists()


def test_the_token_is_in_no_list_of_processes(start):
    demo, url = start("--no-runs")
    token = url.partition("token=")[2]
    listed = subprocess.run(["ps", "-axww", "-o", "command="], capture_output=True, text=True)
    assert len(token) >= 32
    assert token not in listed.stdout
    demo.terminate()
    assert demo.wait(20) == 0


def test_a_kept_folder_serves_the_same_addresses_again(environment, tmp_path):
    kept = tmp_path / "kept"
    script = "import os; print(os.environ['HOME']); raise SystemExit(3)"
    texts = []
    for _ in range(2):
        done = subprocess.run(
            [*DEMO, "--keep", str(kept), "--", sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 3, done.stderr
        assert done.stdout == f"{kept}/home\n"
        texts.append((kept / "onboard.yaml").read_text())
    assert texts[0] == texts[1]
    assert len(list((kept / "host").glob("*.git"))) == 3


def test_a_taken_port_is_said_in_a_sentence(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [*DEMO, "--no-browser", "--port", str(taken.getsockname()[1])],
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert "JupyterLab did not start." in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(environment["TMPDIR"]) == []


def test_without_git_it_says_so(environment, tmp_path):
    begun = time.monotonic()
    done = subprocess.run(
        DEMO, env={**environment, "PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs git" in done.stderr
    assert time.monotonic() - begun < 10


def test_the_person_is_in_a_space_where_a_team_trains(start):
    demo, url = start()
    here = ask(url, "sm-onboard/domain")["here"]
    assert (here["kind"], here["space"]) == ("studio", "alice-lab")
    assert here["domain_id"].startswith("d-")

    def first_run() -> bool:
        state = ask(url, "sm-onboard/experiments/look", "POST", {"view": "test"})
        rows = [row for store in state["stores"] for row in store["experiments"]]
        return bool(state["latest"]) and "churn" in {row["name"] for row in rows}

    wait_until(first_run, 60)
    pids = family(demo.pid)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 0
    wait_until(lambda: not alive(pids))


def test_a_colleague_has_a_jupyterlab_of_their_own(start_two, environment, tmp_path):
    demo, alice, bob = start_two("--base-url", "/a/prefix/")
    spaces = [ask(url, "sm-onboard/domain")["here"]["space"] for url in (alice, bob)]
    assert spaces == ["alice-lab", "bob-lab"]
    note = {"type": "file", "format": "text", "content": "mine"}
    ask(alice, "api/contents/note.txt", "PUT", note)
    everything_ready = {"churn": "ready", "ds-utils": "ready", "reports": "ready"}
    for url in (alice, bob):
        wait_until(lambda url=url: states(url) == everything_ready, 60)
    homes = [names_in(url) for url in (alice, bob)]
    assert homes[0] - homes[1] == {"note.txt"}
    assert homes[0] & homes[1] >= {"churn", "ds-utils", "reports"}
    addresses = [
        {row["url"] for row in ask(url, "sm-onboard/repos")["repositories"]} for url in (alice, bob)
    ]
    assert addresses[0] == addresses[1] != set()  # one git host
    pids = family(demo.pid)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 0
    wait_until(lambda: not alive(pids))
    assert os.listdir(environment["TMPDIR"]) == []
    assert os.listdir(environment["HOME"]) == []
    assert not (tmp_path / "theirs").exists()


def test_a_kept_folder_has_both_homes(start_two, tmp_path):
    kept = tmp_path / "kept"
    for content in ("first", "second"):
        demo, _, bob = start_two("--keep", str(kept))
        if content == "second":
            assert ask(bob, "api/contents/note.txt")["content"] == "first"
        ask(
            bob,
            "api/contents/note.txt",
            "PUT",
            {"type": "file", "format": "text", "content": content},
        )
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(20) == 0
        assert (kept / "bob" / "home" / "note.txt").read_text() == content
        assert not (kept / "home" / "note.txt").exists()


def test_the_demo_ends_with_the_persons_jupyterlab_and_not_with_the_colleagues(start_two):
    demo, alice, bob = start_two()
    pids = family(demo.pid)
    ask(bob, "api/shutdown", "POST")
    wait_until(lambda: len(alive(pids)) < len(pids), 20)
    assert ask(alice, "api/status")["kernels"] == 0
    ask(alice, "api/shutdown", "POST")
    assert demo.wait(20) == 0
    wait_until(lambda: not alive(pids))


def test_a_colleague_and_a_command_are_too_much(environment):
    done = subprocess.run(
        [*DEMO, "--colleague", "--", "true"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("A colleague has a JupyterLab, and here a command")


@pytest.mark.long
def test_a_team_trains_once(start, tmp_path):
    """All jobs, in all stores; a second start in the same folder trains nothing of it again."""
    kept = tmp_path / "kept"
    done = kept / "colleagues" / "done"
    counts = []
    for _ in range(2):
        (done / "smaller-steps").unlink(missing_ok=True)  # it is made each time
        demo, url = start("--keep", str(kept))
        wait_until(lambda: done.is_dir() and len(list(done.iterdir())) == len(JOBS), 600)
        rows = runs_of(url)
        counts.append({name: len(found) for name, found in rows.items()})
        demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0
    assert counts[0] == counts[1]
    statuses = [row["status"] for row in rows["This space"]]
    assert statuses.count("failed") == statuses.count("stopped") == 1
    assert statuses.count("finished") > 8
    assert len(rows["acme-mlflow"]) > 25
    assert len(rows["SageMaker Experiments"]) == 3
    people = {row["person"] for found in rows.values() for row in found}
    assert people == {"ana", "ben", "chloe", "dev", "emi"}


def runs_of(url: str) -> dict[str, list[dict[str, str]]]:
    """The runs that were trained, by the name of their store."""
    wanted: dict[str, str] = {}

    def known() -> bool:
        state = ask(url, "sm-onboard/experiments/look", "POST", {"view": "page-1"})
        for store in state["stores"]:
            trained = "churn-trained" if store["kind"] == "sagemaker" else "churn"
            for row in store["experiments"]:
                if row["name"] == trained:
                    wanted[row["id"]] = store["name"]
        return set(wanted.values()) >= {"This space", "acme-mlflow", "SageMaker Experiments"}

    wait_until(known, 60)
    ids = list(wanted)
    found: dict[str, list[dict[str, str]]] = {}

    def read() -> bool:
        look = {"view": "page-1", "experiments": ids}
        state = ask(url, "sm-onboard/experiments/look", "POST", look)
        table = ask(url, "sm-onboard/experiments/runs", "POST", {"experiments": ids})
        found.clear()
        for row in rows_of(table):
            found.setdefault(wanted[row["experiment"]], []).append(row)
        return state["state"] == "idle" and len(found) == 3

    wait_until(read, 60)
    return found


def rows_of(table: dict[str, Any]) -> list[dict[str, str]]:
    """The texts of each run."""
    rows: list[dict[str, str]] = [{} for _ in table["ids"]]
    for column in table["columns"]:
        name = column["key"].removeprefix("attributes.")
        for row, code in zip(rows, column.get("codes") or (), strict=False):
            row[name] = column["words"][code] if code >= 0 else ""
    return rows
