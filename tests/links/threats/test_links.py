"""What a link may not say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sm_onboard.links.coordinates import Link, LinkError, form, parse
from tests.links.opening.lab import LAB, NOTEBOOK, Lab, lab

COMMIT = "4" * 40
GOOD = {"smo": "git", "r": "github.com/acme/churn", "c": COMMIT, "p": "nb/eda.ipynb"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, hosts=["127.0.0.1"]) as made:
        yield made


def link(**changes: str) -> str:
    from urllib.parse import quote

    said = {**GOOD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return f"{LAB}?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in said.items())


def refused(text: str) -> str:
    with pytest.raises(LinkError) as told:
        parse(text)
    return told.value.code


def test_the_good_one_is_taken() -> None:
    assert parse(link()).commit == COMMIT


@pytest.mark.parametrize(
    "changes",
    [
        {"r": "--upload-pack=touch pwned"},
        {"r": "ssh://-oProxyCommand=touch%20x/churn"},
        {"r": "ssh://git@-oProxyCommand=x/churn"},
        {"r": "https://host/--upload-pack=x"},
        {"r": "-c"},
        {"p": "--output=pwned.ipynb"},
        {"p": "nb/-x"},
        {"c": "--upload-pack=touch x"},
        {"c": "HEAD"},
        {"c": f"{COMMIT}^{{tree}}"},
        {"c": f"{COMMIT} --output=x"},
        {"c": COMMIT[:39] + "\n"},
        {"cell_id": "--x y"},
        {"cell_id": '"]><img src=x onerror=alert(1)>'},
        {"s": "../team", "d": "0" * 64},
        {"s": "team", "d": "--x"},
    ],
)
def test_options_are_no_coordinates(changes: dict[str, str]) -> None:
    """nbgitpuller CVE-2021-39160 (GHSA-mq5p-2mcr-m52j), GitPython CVE-2026-67323 and -67325."""
    assert refused(link(**changes)) in ("links.wrong", "links.repository", "links.path")


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c touch% /tmp/pwned",
        "ext::sh",
        "fd::17/foo",
        "file:///etc",
        "FILE:///etc",
        "file:etc/passwd",
        "/etc/passwd",
        "../churn",
        "git://github.com/acme/churn",
        "http://github.com/acme/churn",
        "ftp://github.com/acme/churn",
        "javascript:alert(1)//x",
        "data:text/html,x",
    ],
)
def test_only_https_and_ssh(address: str) -> None:
    """GitPython CVE-2022-24439."""
    assert refused(link(r=address)) == "links.repository"


@pytest.mark.parametrize(
    "address",
    [
        "https://alice:s3cret@github.com/acme/churn",
        "https://s3cret@github.com/acme/churn",
        "https://alice:s3/cret@github.com/acme/churn",
        "ssh://alice:s3cret@github.com/acme/churn",
        "github.com/acme/churn?token=s3cret",
    ],
)
def test_no_credentials_in_an_address(address: str) -> None:
    """jupyter-server CVE-2022-24757: what is told and logged holds no secret."""
    with pytest.raises(LinkError) as told:
        parse(link(r=address))
    assert told.value.code == "links.repository"
    assert "s3" not in f"{told.value.message} {told.value.hint}"


@pytest.mark.parametrize(
    "path",
    [
        *("../x.ipynb", "a/../../x", "/etc/passwd", "~/x", "~root/x", "a//b", "./a", ".", ".."),
        *("a\\..\\..\\x", "C:/x", "a\0b", "a\nb", ".git/config", "x/.git/hooks/a", ".GIT/config"),
        *("git~1/config", "a/.git./x", ".sm-onboard/x", "a/" * 60 + "x", "x" * 2000),
    ],
)
@pytest.mark.parametrize("kind", ["git", "path"])
def test_paths_lead_down_and_nowhere_else(kind: str, path: str) -> None:
    """jupyter-server CVE-2026-35397, nbgitpuller's targetpath."""
    said = {"smo": "path", "r": "", "c": ""} if kind == "path" else {}
    assert refused(link(**{**said, "p": path})) in ("links.path", "links.wrong")


def test_a_folder_beside_with_the_same_beginning(here: Lab) -> None:
    """jupyter-server CVE-2026-35397: ``/home/bob-evil`` begins with ``/home/bob``."""
    beside = here.home.with_name("bob-evil")
    beside.mkdir()
    (beside / "a.ipynb").write_bytes(NOTEBOOK)
    os.symlink(beside, here.home / "in")
    assert here.failed(Link("path", path="in/a.ipynb")) == "links.file_unknown"


def test_the_servers_own_files_are_hidden(here: Lab) -> None:
    """jupyter-server CVE-2022-29241: the file with the server's token."""
    runtime = here.home / ".local/share/jupyter/runtime"
    runtime.mkdir(parents=True)
    (runtime / "jpserver-1.json").write_text('{"token": "s3cret"}')
    os.symlink(runtime, here.home / "run")
    with pytest.raises(LinkError):
        here.begin(f"{LAB}?smo=path&p=.local/share/jupyter/runtime/jpserver-1.json")
    assert here.failed(Link("path", path="run/jpserver-1.json")) == "links.file_unknown"


@pytest.mark.parametrize(
    "hidden",
    ["\u202e", "\u2066", "\u200b", "\u0000", "\u001b[31m", "\ufeff", "\u2028", "\u007f", "\r"],
)
@pytest.mark.parametrize("key", ["n", "f", "heading", "p", "cell_id", "r", "s", "at"])
def test_what_nobody_sees_is_in_no_field(key: str, hidden: str) -> None:
    more = {"s": {"d": "0" * 64}, "at": {"smo": "path"}}.get(key, {})
    with pytest.raises(LinkError):
        parse(link(**{key: f"a{hidden}b", **more}))


@pytest.mark.parametrize("field", ["sender", "note", "heading", "path"])
def test_markup_stays_text(here: Lab, field: str) -> None:
    """jupyterlab-git CVE-2026-54527 (GHSA-f962-v9hr-pfg5): a file's name as HTML."""
    evil = "<img src=x onerror=alert(1)>.ipynb"
    tip = here.team.commit(
        {evil: NOTEBOOK},
        "<script>alert(1)</script>\u202e",
        author="img src=x onerror=alert(1) <e@example.com>",
    )
    here.clone()
    more = {field: evil, **({} if field == "path" else {"path": evil})}
    shown = here.ready(here.git_link(tip, **more))
    assert shown.preview
    facts = {fact.name: fact.text for fact in shown.preview.facts}
    assert "\u202e" not in facts["commit"]
    assert getattr(shown.claims, field) == evil
    copy = here.opened(here.git_link(tip, **more))
    assert copy.is_relative_to(here.root / "shared")
    assert set(str(copy.relative_to(here.root))) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"
    )


@pytest.mark.parametrize(
    "sender", ["$(touch pwned)", "`id`", "; rm -rf ~", "../../..", "-rf", ".ssh", "a/b", "…", ""]
)
def test_a_senders_name_makes_a_harmless_folder(here: Lab, sender: str) -> None:
    """jupyterlab-git CVE-2025-30370: commands in a folder's name."""
    here.clone()
    copy = here.opened(here.git_link(sender=sender))
    assert copy.parent.parent == here.root / "shared"
    assert copy.parent.name.strip("abcdefghijklmnopqrstuvwxyz-") == ""
    assert not copy.parent.name.startswith("-")


def test_100_kb_are_refused_before_they_are_read() -> None:
    assert refused(link(n="x" * 100_000)) == "links.too_long"
    assert refused(link(n="x" * 600)) == "links.wrong"


def test_twice_is_refused() -> None:
    assert refused(link() + "&c=" + "5" * 40) == "links.twice"
    assert refused(link() + "#smo=run") == "links.twice"


@pytest.mark.parametrize(
    "tracking",
    [
        "file:///etc",
        "sqlite:////home/bob/mlflow.db",
        "http://169.254.169.254/latest",
        "http://mlflow.acme.com",
        "postgresql://u:p@h/x",
        "https://u:p@mlflow.acme.com",
        "databricks",
        "mlruns",
        "arn:aws:iam::123456789012:role/x",
    ],
)
def test_where_runs_may_not_be(tracking: str) -> None:
    text = form(Link("run", tracking="here", run="1"), LAB).replace("x=here", f"x={tracking}")
    assert refused(text) in ("links.wrong", "links.twice")


def test_the_host_of_a_link_is_never_asked(here: Lab) -> None:
    """jupyter-server CVE-2023-39968, JupyterLab CVE-2024-22421 and Desktop CVE-2026-86044: a
    link leads nowhere but into the reader's own JupyterLab."""
    here.clone()
    base = f"{here.other.address}/churn.git/lab"
    for text in (
        form(here.git_link(), base),
        form(here.git_link(), f"{base}?next={here.other.address}&url=//evil.example"),
        form(here.git_link(), f"{here.other.address}//evil.example/%2f..", behind=True),
    ):
        shown = here.ready(text.replace("?smo", "&smo") if text.count("?") > 1 else text)
        done = here.choose(shown)
        assert done.opened
        assert done.opened.contents.startswith("shared/alice/")
        assert "evil" not in json.dumps(str(shown))
    assert here.other.snapshot("churn").requests == 0


def test_what_is_parsed_touches_nothing(here: Lab) -> None:
    before = here.outside_cache()
    for _ in range(3):
        parse(form(here.git_link(), LAB))
    assert here.outside_cache() == before
    assert here.server.snapshot("churn").requests == 0
