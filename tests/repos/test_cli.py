"""``sm-onboard`` from the outside: real processes, real git, a host on loopback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from sm_onboard.cli import main
from sm_onboard.errors import ConfigError
from sm_onboard.git.listener import Listener
from sm_onboard.git.progress import Progress
from sm_onboard.git.run import Git
from sm_onboard.repos.bars import Bars
from sm_onboard.repos.cli import exit_status
from sm_onboard.repos.models import Problem, Repository, ReposState, SyncResult
from sm_onboard.snapshot import take
from tests.gitserver import Fault, FaultyGitServer, make_repository, wait_until
from tests.gitserver import Repository as TeamRepository

PACKAGE = Path(__file__).parent.parent.parent


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyGitServer]:
    with FaultyGitServer(tmp_path / "host") as server:
        make_repository(server.root, "churn", files={"a.txt": "one\n", "b.txt": "two\n"})
        make_repository(server.root, "shared", files={"c.txt": "three\n"})
        yield server


Run = Callable[..., subprocess.CompletedProcess[str]]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "sm_onboard.cli", *map(str, arguments)]


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "JUPYTER_CONFIG_DIR": str(home / "jupyter")}


@pytest.fixture
def run(home: Path, environ: dict[str, str]) -> Run:
    """Runs ``sm-onboard`` in the person's home."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            env=environ,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def team_file(folder: Path, *repositories: dict[str, Any], **more: Any) -> Path:
    file = folder / "onboard.yaml"
    file.write_text(json.dumps({"version": 1, "repositories": repositories, **more}))
    return file


def results(done: subprocess.CompletedProcess[str]) -> dict[str, SyncResult]:
    """By name; fails where the output is anything but the promised JSON."""
    told = json.loads(done.stdout)
    assert set(told) == {"repositories"}
    for row in told["repositories"]:
        assert list(row) == list(SyncResult.__struct_fields__)
    rows = msgspec.convert(told["repositories"], list[SyncResult])
    return {row.name: row for row in rows}


def test_sync_clones_then_finds_nothing_to_do(
    run: Run, server: FaultyGitServer, tmp_path: Path, home: Path
) -> None:
    config = team_file(
        tmp_path, {"url": server.url("churn")}, {"url": server.url("shared"), "path": "lib/shared"}
    )
    done = run("sync", "--config", config, "--json")
    assert done.returncode == 0, done.stderr
    rows = results(done)
    assert [(r.state, r.action) for r in rows.values()] == [("ready", "cloned")] * 2
    assert rows["shared"].path == "lib/shared"
    assert (home / "churn" / "a.txt").read_text() == "one\n"
    assert len(rows["churn"].commit or "") == 40
    again = results(run("sync", "--config", config, "--json"))
    assert [(r.state, r.action) for r in again.values()] == [("ready", "unchanged")] * 2


def test_sync_below_another_root(run: Run, server: FaultyGitServer, tmp_path: Path) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")})
    root = tmp_path / "elsewhere"
    assert run("sync", "--config", config, "--root", root).returncode == 0
    assert (root / "churn" / "b.txt").exists()


def test_exit_1_where_something_needs_a_person(
    run: Run, server: FaultyGitServer, tmp_path: Path
) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")}, {"url": server.url("nowhere")})
    done = run("sync", "--config", config, "--json")
    assert done.returncode == 1
    rows = results(done)
    assert rows["churn"].state == "ready"
    assert rows["nowhere"].state == "failed"
    assert rows["nowhere"].code == "repos.not_found"


def test_exit_2_where_the_configuration_is_wrong_and_the_rest_is_done(
    run: Run, server: FaultyGitServer, tmp_path: Path, home: Path
) -> None:
    config = team_file(
        tmp_path, {"url": "https://user:hunter2@h/r.git"}, {"url": server.url("churn")}
    )
    done = run("sync", "--config", config, "--json")
    assert done.returncode == 2
    assert results(done)["churn"].state == "ready"
    assert "hunter2" not in done.stdout + done.stderr
    missing = run("sync", "--config", tmp_path / "nowhere.yaml", "--json")
    assert missing.returncode == 2
    assert "nowhere.yaml" in missing.stderr
    config.write_text("version: 1\nrepositries: []\n")
    typo = run("sync", "--config", config)
    assert typo.returncode == 2
    assert "repositories" in typo.stderr  # the nearest known key
    root = run("sync", "--config", config, "--root", "~/../../x")
    assert root.returncode == 2


def test_skipped_is_well(run: Run, server: FaultyGitServer, tmp_path: Path) -> None:
    config = team_file(tmp_path, {"url": server.url("churn"), "profiles": ["ds-*"]})
    done = run("sync", "--config", config, "--json")
    assert done.returncode == 0
    assert results(done)["churn"].state == "skipped"


def test_the_table_holds_what_a_person_needs(
    run: Run, server: FaultyGitServer, tmp_path: Path
) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")}, {"url": server.url("nowhere")})
    out = run("sync", "--config", config).stdout
    assert "churn" in out
    assert "ready" in out
    assert "failed" in out
    assert "Traceback" not in out


def test_nothing_configured_is_no_error(run: Run) -> None:
    done = run("sync")
    assert (done.returncode, done.stdout.strip()) == (0, "No repositories are configured.")
    assert json.loads(run("sync", "--json").stdout) == {"repositories": []}


def test_the_servers_configuration_is_used(
    run: Run, server: FaultyGitServer, home: Path, tmp_path: Path
) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")})
    (home / "jupyter").mkdir()
    traits = {"team_file": str(config), "root": "~/work"}
    file = home / "jupyter" / "jupyter_server_config.json"
    file.write_text(json.dumps({"SmOnboard": traits}))
    done = run("sync", "--json")
    assert done.returncode == 0, done.stderr
    assert results(done)["churn"].source == "team"
    assert (home / "work" / "churn" / "a.txt").exists()
    file.write_text(json.dumps({"SmOnboard": {"parallel": "many"}}))
    wrong = run("sync")
    assert wrong.returncode == 2
    assert "SmOnboard.parallel" in wrong.stderr
    file.write_text("{")
    assert run("sync").returncode == 2


def test_list_asks_no_host(run: Run, server: FaultyGitServer, tmp_path: Path, home: Path) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")}, {"url": server.url("shared")})
    assert run("sync", "--config", config).returncode == 0
    subprocess.run(["rm", "-rf", str(home / "shared")], check=True)
    (home / "shared").mkdir()
    (home / "shared" / "mine.txt").touch()
    server.reset_counts()
    rows = results(run("repos", "list", "--config", config, "--json"))
    assert (rows["churn"].state, rows["churn"].branch) == ("ready", "main")
    assert rows["shared"].state == "foreign"
    assert not any(server.counts.values())


def test_undo_takes_back_the_last_update(
    run: Run, server: FaultyGitServer, tmp_path: Path, home: Path
) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")})
    run("sync", "--config", config)
    nothing = run("repos", "undo", "churn", "--config", config)
    assert nothing.returncode == 1
    assert "not possible" in nothing.stderr
    TeamRepository(server.root / "churn.git", clock=1_800_000_000).commit({"a.txt": "two\n"})
    updated = results(run("sync", "--config", config, "--json"))
    assert updated["churn"].action == "updated"
    assert (home / "churn" / "a.txt").read_text() == "two\n"
    undone = run("repos", "undo", "churn", "--config", config, "--json")
    assert undone.returncode == 0, undone.stderr
    assert results(undone)["churn"].action == "restored"
    assert (home / "churn" / "a.txt").read_text() == "one\n"


def test_undo_wants_a_whole_name(run: Run, server: FaultyGitServer, tmp_path: Path) -> None:
    config = team_file(tmp_path, {"url": server.url("churn")})
    unknown = run("repos", "undo", "chur", "--config", config)
    assert unknown.returncode == 2
    assert "churn" in unknown.stderr


def test_restore_brings_a_snapshot_back_beside_the_work(
    run: Run, server: FaultyGitServer, tmp_path: Path, home: Path
) -> None:
    assert json.loads(run("repos", "restore", "--json").stdout) == {"snapshots": []}
    run("sync", "--config", team_file(tmp_path, {"url": server.url("churn")}))
    clone = home / "churn"
    (clone / "a.txt").write_text("changed\n")
    (clone / "new.txt").write_text("untracked\n")
    store = home / ".local" / "state" / "sm-onboard" / "snapshots"
    taken = take(Git(Listener()), clone, store, reason="for the test")
    (listed,) = json.loads(run("repos", "restore", "--json").stdout)["snapshots"]
    assert (listed["id"], listed["files"]) == (taken.manifest.id, 2)
    assert taken.manifest.id in run("repos", "restore").stdout
    (clone / "a.txt").write_text("later\n")
    back = tmp_path / "back"
    done = run("repos", "restore", taken.manifest.id, "--into", back)
    assert done.returncode == 0, done.stderr
    assert (back / "a.txt").read_text() == "changed\n"
    assert (back / "new.txt").read_text() == "untracked\n"
    assert (clone / "a.txt").read_text() == "later\n"
    assert run("repos", "restore", taken.manifest.id, "--into", back).returncode == 1


def test_restore_of_what_is_not_there(run: Run, tmp_path: Path) -> None:
    missing = run("repos", "restore", "../../etc", "--into", tmp_path / "back")
    assert missing.returncode == 1
    assert not (tmp_path / "back").exists()
    assert run("repos", "restore", "some-id").returncode == 2


def test_ctrl_c_ends_git_and_leaves_nothing(
    server: FaultyGitServer, tmp_path: Path, home: Path, environ: dict[str, str]
) -> None:
    server.faults["churn"] = Fault.hang(on="pack")
    config = team_file(tmp_path, {"url": server.url("churn")})
    process = subprocess.Popen(
        command("sync", "--config", config),
        env=environ,
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: server.counts["churn"].packs > 0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Cancelled" in err
    assert "Traceback" not in err
    assert not (home / "churn").exists()


def test_help_and_version_are_quick(fresh_python: Any) -> None:
    out = fresh_python(
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from sm_onboard.cli import main\n"
        "for arguments in (['--help'], ['--version'], ['nonsense']):\n"
        "    result = CliRunner().invoke(main, arguments)\n"
        "    print(result.exit_code)\n"
        "heavy = {'git', 'boto3', 'msgspec', 'yaml', 'rich', 'jupyter_server', 'tornado'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert out.split("\n")[:4] == ["0", "0", "2", "[]"]


def test_every_command_has_help() -> None:
    help_ = CliRunner().invoke(main, ["--help"]).output
    for name in ("demo", "repos", "sync"):
        assert f"  {name} " in help_
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
    for name in ("list", "undo", "restore"):
        assert CliRunner().invoke(main, ["repos", name, "--help"]).exit_code == 0


def test_bars_show_phase_and_percent() -> None:
    shown = Console(file=io.StringIO(), force_terminal=True, width=100)
    row = state(("cloning", "")).repositories[0]
    progress = Progress(phase="receiving", percent=42, detail="31.4 MiB, 12.1 MiB/s")
    at_work = msgspec.structs.replace(row, id="a", name="[bold]churn", progress=progress)
    ended = msgspec.structs.replace(row, id="b", name="shared", state="ready", progress=None)
    with Bars(shown) as bars:
        bars.show(msgspec.structs.replace(state(), repositories=(at_work, ended)))
    text = shown.file.getvalue()  # type: ignore[attr-defined]
    assert "receiving 42% (31.4 MiB, 12.1 MiB/s)" in text
    assert "[bold]churn" in text  # a name is never markup
    assert "ready" in text


def state(*rows: tuple[str, str], problems: tuple[str, ...] = ()) -> ReposState:
    nothing: dict[str, Any] = dict.fromkeys(Repository.__struct_fields__, "")
    return ReposState(
        server="",
        revision=0,
        state="idle",
        root="",
        first=False,
        identity="unknown",
        sources=(),
        problems=tuple(Problem(code=c, message="", hint="", origin="") for c in problems),
        repositories=tuple(Repository(**{**nothing, "state": s, "code": c}) for s, c in rows),
    )


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (state(), 0),
        (state(("ready", ""), ("skipped", "repos.profile_unknown")), 0),
        (state(("ready", ""), ("behind", "")), 1),
        (state(("cancelled", "repos.cancelled")), 1),
        (state(("failed", "repos.not_found")), 1),
        (state(("failed", "config.url_invalid"), ("blocked", "")), 2),
        (state(("ready", ""), problems=("config.key_unknown",)), 2),
        (state(("failed", "repos.root_read_only"), problems=("repos.root_read_only",)), 2),
        (state(("ready", ""), problems=("config.team_file_unreachable",)), 1),
        (state(("ready", ""), problems=("aws.forbidden",)), 1),
    ],
)
def test_exit_status(told: ReposState, status: int) -> None:
    assert exit_status(told) == status


def test_a_config_error_is_two_lines_and_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> None:
        raise ConfigError("config.trait", "It is wrong.", "Change it.")

    monkeypatch.setattr("sm_onboard.server_settings.read", read)
    result = CliRunner().invoke(main, ["sync"])
    assert result.exit_code == 2
    assert result.stderr == "It is wrong.\nChange it.\n"
