"""The helper's talk with git: whom it answers, and what it says when it does not."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_onboard.repos.access import credential_helper as helper
from sm_onboard.repos.access import refusals
from tests.repos.signing_in import Home

URL = "https://github.com/acme/churn.git"


def request(**fields: str) -> dict[str, str]:
    return {"protocol": "https", "host": "github.com", "path": "acme/churn.git", **fields}


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        (request(), URL),
        (request(host="GitHub.com"), URL),
        (request(host="github.com:443"), URL),
        (request(path="acme/churn.git/info/lfs"), URL),
        (request(username="ana"), "https://ana@github.com/acme/churn.git"),
        (request(path="acme/a b.git"), "https://github.com/acme/a%20b.git"),
        (request(protocol="http", host="127.0.0.1:8080"), "http://127.0.0.1:8080/acme/churn.git"),
        (request(protocol="http", host="localhost:80"), "http://localhost/acme/churn.git"),
    ],
)
def test_what_it_answers(asked: dict[str, str], url: str) -> None:
    assert helper.in_scope(asked, url)


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        (request(host="github.com.evil.example"), URL),
        (request(host="evil.example"), URL),
        (request(host=""), URL),
        (request(host="github.com:8443"), URL),
        (request(path="acme/other.git"), URL),
        (request(path="acme/churn.git2"), URL),
        (request(path="acme/churn.git/../other.git"), URL),
        (request(path=""), URL),
        (request(protocol="http"), URL),
        (request(protocol="http"), "http://github.com/acme/churn.git"),
        (request(protocol="ssh"), "ssh://github.com/acme/churn.git"),
        (request(), "https://github.com"),
        (request(), "https://github.com/"),
        (request(), ""),
        ({}, URL),
        ({}, ""),
    ],
)
def test_what_it_does_not_answer(asked: dict[str, str], url: str) -> None:
    assert not helper.in_scope(asked, url)


@pytest.mark.parametrize("command", ["store", "erase", "list", ""])
def test_other_commands_do_nothing(command: str, tmp_path: Path) -> None:
    said = run(tmp_path, command, stdin="protocol=https\nhost=github.com\npassword=x\n")
    assert (said.stdout, said.stderr, said.returncode) == ("", "", 0)


def test_out_of_scope_it_is_silent_towards_git(tmp_path: Path) -> None:
    said = run(tmp_path, "get", stdin="protocol=https\nhost=evil.example\npath=acme/churn.git\n\n")
    assert said.stdout == ""
    assert said.stderr == "sm-onboard: repos.helper_out_of_scope host=evil.example\n"
    assert said.returncode == 0


def test_in_a_terminal_it_says_a_sentence_too(tmp_path: Path) -> None:
    """As the line kept in a clone calls it: without --report."""
    said = run(tmp_path, "get", stdin="protocol=https\nhost=github.com\npath=acme/churn.git\n\n")
    assert said.stdout == "quit=1\n"
    coded, sentence = said.stderr.splitlines()
    assert coded.startswith("sm-onboard: repos.secret_unreachable secret=acme/github")
    assert sentence.startswith("Secrets Manager did not answer")


def test_it_does_not_import_what_lies_in_the_folder_that_git_works_in(tmp_path: Path) -> None:
    for name in ("boto3", "sm_onboard", "json", "botocore"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a repository was imported')\n")
    said = run(tmp_path, "get", stdin="protocol=https\nhost=github.com\npath=acme/churn.git\n\n")
    assert "was imported" not in said.stderr
    assert said.stdout == "quit=1\n"


def test_asking_for_nothing_costs_no_import(tmp_path: Path) -> None:
    code = (
        "import sys; from sm_onboard.repos.access.credential_helper import main; main(['erase']);"
        "print(sorted({'boto3', 'botocore', 'argparse', 'msgspec', 'click'} & set(sys.modules)))"
    )
    root = str(Path(helper.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


def run(home: Path, command: str, *, stdin: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-I", helper.__file__, f"--url={URL}"),
            *("--secret=acme/github", command),
        ],
        input=stdin,
        cwd=home,
        env=Home(home, "http://127.0.0.1:9").environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("text", "asked", "answer"),
    [
        ('{"username": "ana", "password": "p"}', {}, ("ana", "p")),
        ('{"username": "ana", "password": "p"}', {"username": "ben"}, ("ana", "p")),
        ('{"password": "p"}', {"username": "ben"}, ("ben", "p")),
        ('{"password": "p", "host": "x"}', {}, ("x-access-token", "p")),
        ("ghp_token\n", {}, ("x-access-token", "ghp_token")),
        ("ghp_token", {"host": "bitbucket.org"}, ("x-token-auth", "ghp_token")),
        ("ghp_token", {"username": "oauth2"}, ("oauth2", "ghp_token")),
    ],
)
def test_what_a_secret_may_hold(text: str, asked: dict[str, str], answer: tuple[str, str]) -> None:
    assert helper.parse_secret(text, "acme/github", asked) == answer


@given(st.one_of(st.text(), st.dictionaries(st.text(), st.text()).map(json.dumps)), st.text())
def test_no_secret_can_write_a_line_of_its_own(text: str, username: str) -> None:
    with contextlib.suppress(helper.Refused):
        pair = helper.parse_secret(text, "acme/github", {"username": username.split("\n")[0]})
        assert not [value for value in pair if set(value) & set("\n\r\0")]


@given(st.text())
def test_a_refusal_does_not_tell_what_the_secret_holds(text: str) -> None:
    with pytest.raises(helper.Refused) as raised:
        helper.parse_secret('{"password": 7, "x": ' + json.dumps(text), "acme/github", {})
    assert raised.value.code == "repos.secret_malformed"
    assert raised.value.facts == {"secret": "acme/github", "why": "json"}


@given(st.dictionaries(st.sampled_from(["host", "secret", "aws", "why"]), st.text()))
def test_what_it_says_can_be_read_back(facts: dict[str, str]) -> None:
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        helper._say("repos.secret_failed", facts)
    assert written.getvalue().count("\n") == 1
    read = refusals.helper_lines(written.getvalue())
    assert read == [("repos.secret_failed", {k: v for k, v in facts.items() if v})]


@given(st.text(), st.sampled_from(["", "fatal: Authentication failed for 'https://github.com/'\n"]))
def test_no_host_can_put_its_words_into_ours(text: str, end: str) -> None:
    said = refusals.explain_http(
        f"remote: {text} MARK expired\n"
        f"sm-onboard: repos.secret_failed secret=MARK aws=MARK-\n{end}",
        host="github.com",
        path="/acme/churn.git",
        secret="acme/github",
    )
    assert said is not None
    assert "MARK" not in " ".join(said)


def test_the_hosts_word_for_expired_is_used() -> None:
    said = refusals.explain_http(
        "remote: Token is expired. You can either do re-authorization or token refresh.\n"
        "fatal: Authentication failed for 'https://gitlab.com/acme/churn.git/'\n",
        host="gitlab.com",
        path="/acme/churn.git",
        secret="acme/gitlab",
    )
    assert said is not None
    assert said[0] == "repos.secret_expired"
    assert said[1] == "gitlab.com refused the sign-in. The secret acme/gitlab has expired."
