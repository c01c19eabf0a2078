"""``sm-onboard domain`` and ``sm-onboard doctor``."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sm_onboard import aws, server_settings
from sm_onboard.cli import main
from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.http.control import Control
from sm_onboard.demo.sagemaker.server import Server
from sm_onboard.domain import cli as domain_cli
from sm_onboard.domain import cli_words as words
from sm_onboard.domain.models import Running
from sm_onboard.rooms import Settings

from .conftest import _metadata, domain_id

Run = Callable[..., Result]


@pytest.fixture
def run(
    organization: Server, seen: strict.Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """``run("domain", "apps", space="alice-lab")``: the command line in a space, or on a laptop."""
    for name, value in organization.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TZ", "UTC")
    file = tmp_path / "metadata.json"
    monkeypatch.setattr(server_settings, "read", lambda: Settings(metadata_file=str(file)))
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    control = Control(organization.url, organization.control_token)

    def run(*arguments: str, space: str | None = None, **more: Any) -> Result:
        aws.default.cache_clear()
        if space:
            file.write_text(json.dumps(_metadata(domain_id(organization), space, "JupyterLab")))
        return CliRunner().invoke(main, arguments, **more)

    yield run
    control.no_trouble()
    aws.default.cache_clear()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    opened: list[str] = []
    monkeypatch.setattr(domain_cli.webbrowser, "open", lambda url: opened.append(url) or True)
    return opened


def table(result: Result) -> dict[str, str]:
    """The lines of a table by their first word."""
    return {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}


def test_lists_the_domains(run: Run, organization: Server) -> None:
    result = run("domain", "list")
    assert result.exit_code == 0
    assert "acme-ml" in table(result)[domain_id(organization)]
    told = json.loads(run("domain", "list", "--json").stdout)
    assert {one["name"] for one in told["domains"]} == {"acme-ml", "acme-secure"}


def test_in_studio_all_domains_are_listed_too(run: Run) -> None:
    told = json.loads(run("domain", "list", "--json", space="alice-lab").stdout)
    assert len(told["domains"]) == 2


def test_which_domain_has_to_be_said_where_there_are_several(run: Run) -> None:
    result = run("domain", "apps")
    assert result.exit_code == 2
    assert "acme-ml" in result.stderr and "--domain" in result.stderr


def test_a_domain_that_is_none(run: Run) -> None:
    result = run("domain", "apps", "--domain", "../x")
    assert result.exit_code == 2
    assert "not the id of a domain" in result.stderr


def test_shows_where_one_is(run: Run) -> None:
    lines = run("domain", "show", space="alice-lab").stdout
    for words_there in ("acme-ml", "InService", "alice-lab, private", "Its idle stop"):
        assert words_there in lines
    told = json.loads(run("domain", "show", "--json", space="alice-lab").stdout)
    assert told["here"]["person"] == "alice"
    assert told["domain"]["auth"] == "IAM"


def test_another_domain_than_the_one_one_is_in(run: Run, organization: Server) -> None:
    other = domain_id(organization, "acme-secure")
    told = json.loads(run("domain", "users", "--json", "--domain", other, space="alice-lab").stdout)
    assert {row["name"] for row in told["profiles"]} == {"grace", "heidi", "ivan", "judy"}
    assert not any(row["me"] for row in told["profiles"])


def test_users_and_spaces(run: Run) -> None:
    users = run("domain", "users", space="alice-lab")
    assert users.exit_code == 0
    assert table(users)["alice"].rstrip().endswith("you")
    spaces = table(run("domain", "spaces", space="alice-lab"))
    assert "500 GB" in spaces["llm-tuning"] and "private" in spaces["llm-tuning"]
    assert "shared" in spaces["team-board"]


def test_apps_the_most_expensive_first(run: Run) -> None:
    told = json.loads(run("domain", "apps", "--json", space="alice-lab").stdout)
    costs = [row["per_hour"] or 0 for row in told["apps"]]
    assert costs == sorted(costs, reverse=True) and costs[0] > 0
    assert told["cost"]["per_hour"] == pytest.approx(sum(costs))
    shown = run("domain", "apps", space="alice-lab")
    assert shown.exit_code == 0
    assert "up to $" in table(shown)["llm-tuning"] and " / h" in table(shown)["llm-tuning"]
    assert not re.search(r"\$0\.00\b", shown.stdout)
    assert "from the AWS price list" in shown.stdout


def test_ones_own_apps(run: Run) -> None:
    told = json.loads(run("domain", "apps", "--mine", "--json", space="alice-lab").stdout)
    assert {row["owner"] for row in told["apps"]} == {"alice"}
    assert {"alice-lab", "tuning-gpu"} <= {row["name"] for row in told["apps"]}


def test_what_is_missing_is_said_and_ends_with_one(run: Run, organization: Server) -> None:
    control = Control(organization.url, organization.control_token)
    control.trouble({"operations": ["sagemaker:ListUserProfiles"], "kind": "denied"})
    result = run("domain", "users", space="alice-lab")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "sagemaker:ListUserProfiles" in result.stderr and '"Statement"' not in result.stderr
    assert '"Effect": "Allow"' in result.stderr


def test_stop_asks_once_and_no_changes_nothing(run: Run, organization: Server) -> None:
    control = Control(organization.url, organization.control_token)
    control.clear_log()
    result = run("domain", "stop", "tuning-gpu", "alice-lab", space="alice-lab", input="n\n")
    assert result.exit_code == 1
    assert result.stderr.count("[y/N]") == 1
    assert "saves $" in result.stderr and "is lost" in result.stderr
    assert "Nothing was stopped." in result.stderr
    assert "sagemaker:DeleteApp" not in control.log()["counts"]


def test_stop(run: Run, sample: Server) -> None:
    result = run("domain", "stop", "tuning-gpu", "--yes", space="alice-lab")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("tuning-gpu is stopping.")
    told = json.loads(run("domain", "apps", "--json", space="alice-lab").stdout)
    states = {row["state"] for row in told["apps"] if row["name"] == "tuning-gpu"}
    assert states <= {"stopping", "stopped"}


def test_other_peoples_only_when_asked_for(run: Run, sample: Server) -> None:
    refused = run("domain", "stop", "bob-lab", "--yes", space="alice-lab")
    assert refused.exit_code == 1
    assert "bob-lab is not yours." in refused.stderr
    result = run("domain", "stop", "bob-lab", "--yes", "--others", "--json", space="alice-lab")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["results"][0]["stopped"]


def test_stop_of_what_is_not_there(run: Run) -> None:
    result = run("domain", "stop", "no-such-space", "--yes", space="alice-lab")
    assert result.exit_code == 1
    assert "Nothing called no-such-space" in result.stderr


def test_a_presigned_address_is_printed_only_when_asked_for(run: Run, browser: list[str]) -> None:
    result = run("domain", "open", "codeeditor", "tuning-gpu", space="alice-lab")
    assert result.exit_code == 0, result.stderr
    assert len(browser) == 1 and "token=" in browser[0]
    assert "token" not in result.stdout + result.stderr
    told = run("domain", "open", "CodeEditor", "tuning-gpu", "--json", space="alice-lab")
    assert json.loads(told.stdout)["url"] == "" and len(browser) == 2
    printed = run("domain", "open", "CodeEditor", "tuning-gpu", "--print", space="alice-lab")
    assert "token=" in printed.stdout and len(browser) == 2


def test_without_a_browser(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_cli.webbrowser, "open", lambda _: False)
    result = run("domain", "open", "Studio", space="alice-lab")
    assert result.exit_code == 1
    assert "no browser" in result.stderr and "--print" in result.stderr
    assert "token" not in result.stdout + result.stderr


def test_open_from_a_laptop_is_the_portal(run: Run, organization: Server) -> None:
    domain = domain_id(organization)
    result = run("domain", "open", "Studio", "--print", "--domain", domain)
    assert result.stdout.strip() == f"https://studio-{domain}.studio.eu-west-1.sagemaker.aws/"


def test_open_of_what_is_not_there(run: Run) -> None:
    result = run("domain", "open", "JupyterLab", "bob-lab", "--print", space="alice-lab")
    assert result.exit_code == 1
    assert "There is: alice-lab" in result.stderr


def test_the_doctor(run: Run) -> None:
    result = run("doctor", space="alice-lab")
    old = "does not know" in result.stdout  # an older boto3, which the doctor says
    assert result.exit_code == (1 if old else 0), result.stdout + result.stderr
    assert "things work here." in result.stdout.splitlines()[0]
    report = json.loads(run("doctor", "--json", space="alice-lab").stdout)
    assert report["state"] == "done"
    states = {check["state"] for check in report["checks"]}
    assert states <= {"works", "not_here", "unknown", *(["limited"] if old else [])}
    assert dict(report["facts"])["Home"]


def test_the_doctor_ends_with_one_while_something_does_not_work(
    run: Run, organization: Server
) -> None:
    control = Control(organization.url, organization.control_token)
    control.trouble({"operations": ["sagemaker:ListApps"], "kind": "denied"})
    result = run("doctor", space="alice-lab")
    assert result.exit_code == 1
    first = result.stdout.splitlines()[2]  # what is denied comes first
    assert first.startswith("Other people's apps and cost")
    assert '"Action": "sagemaker:ListApps"' in result.stdout


def test_help_imports_no_room(fresh_python: Callable[..., str]) -> None:
    told = fresh_python(
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from sm_onboard.cli import main\n"
        "print(CliRunner().invoke(main, ['--help']).output)\n"
        "print([m for m in sys.modules if m.startswith(('boto', 'rich', 'sm_onboard.domain'))])\n"
    )
    assert "doctor" in told and "domain" in told
    assert told.strip().endswith("[]")


def test_words() -> None:
    assert words.money(1234.5) == "$1,234.50"
    assert words.money(0.004) == "$0.0040"
    assert words.rate(None) == words.up_to(None) == words.monthly(None) == "unknown"
    assert [words.span(n) for n in (40, 720, 21840, 72000, 259200)] == [
        "40 s", "12 min", "6 h 4 min", "20 h", "3 days",
    ]  # fmt: skip
    known = Running(id="1", kind="app", name="a", state="running", status="InService", per_hour=0.5)
    unknown = Running(id="2", kind="app", name="b", state="running", status="InService")
    assert words.total([]) == "Nothing runs."
    assert words.total([unknown]) == "1 runs: unknown."
    assert words.total([known, unknown]) == "2 run: $0.50 / h. The price of 1 is unknown."


def test_hostile_names_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    words.table(("name", "what"), [("[red]x[/red]", "[link=https://evil]y[/link]")])
    shown = capsys.readouterr().out
    assert "[red]x[/red]" in shown and "[link=https://evil]y[/link]" in shown
