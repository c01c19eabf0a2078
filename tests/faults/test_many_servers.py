"""Ten servers start at once on one root, fresh and updating."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.repos.world import World, tree, world


def all_at_once(here: World, servers: int) -> list[list[str]]:
    command = [sys.executable, "-m", "tests.faults.victim", str(here.root), str(here.state)]
    processes = [
        subprocess.Popen(
            [*command, here.server.url("churn"), "sync"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(servers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        answers.append(out.split())
        if answers[-1][0] == "failed":
            print(err)
    return answers


def rounds(tmp_path: Path, number: int, servers: int) -> None:
    with world(tmp_path, files=60) as here:
        for n in range(number):
            subprocess.run(
                ["rm", "-rf", here.root / "churn", here.root / ".sm-onboard"], check=True
            )
            here.engine.prepare()
            here.server.reset_counts()
            answers = all_at_once(here, servers)
            assert [a[0] for a in answers] == ["ready"] * servers, (n, answers)
            assert sum(a[2] == "cloned" for a in answers) == 1, (n, answers)
            assert here.server.counts["churn"].packs == 1, "one download"
            assert sorted(p.name for p in here.root.iterdir()) == [".sm-onboard", "churn"]
            assert here.leftovers() == []
            assert here.status() == ""
        for n in range(number):
            here.write("mine.txt", f"mine {n}\n")
            here.team.commit({"README.md": f"theirs {n}\n", f"new{n}.txt": "new\n"})
            answers = all_at_once(here, servers)
            assert [a[0] for a in answers] == ["ready"] * servers, (n, answers)
            assert sum(a[2] == "updated" for a in answers) == 1, (n, answers)
            assert here.head() == here.team.tip()
            assert here.leftovers() == []
            assert here.status() == "?? mine.txt\n"
            assert tree(here.clone)["mine.txt"] == f"mine {n}\n".encode()


def test_ten_servers_on_one_root(tmp_path: Path) -> None:
    rounds(tmp_path, 1, 10)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_servers_twenty_rounds(tmp_path: Path) -> None:
    rounds(tmp_path, 20, 10)


def test_correct_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storage that knows no locks: still one whole folder, and nobody fails."""
    monkeypatch.setenv("SM_ONBOARD_TEST_NO_LOCKS", "1")
    with world(tmp_path, files=60) as here:
        for _ in range(2):
            subprocess.run(
                ["rm", "-rf", here.root / "churn", here.root / ".sm-onboard"], check=True
            )
            here.engine.prepare()
            answers = all_at_once(here, 4)
            assert [a[0] for a in answers] == ["ready"] * 4, answers
            assert sorted(p.name for p in here.root.iterdir()) == [".sm-onboard", "churn"]
            assert here.status() == ""
            here.team.commit({"README.md": "theirs\n"})
            answers = all_at_once(here, 4)
            assert {a[0] for a in answers} <= {"ready", "blocked"}, answers
            assert here.sync().state == "ready"
            assert here.status() == ""
            assert here.head() == here.team.tip()
