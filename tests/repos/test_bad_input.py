"""Thousands of generated bad inputs: only errors of ours, and nothing dangerous gets through.

Each property takes one generated input and answers whether it was refused. What is
accepted has to be harmless as an argument of git and as a folder below the root. By
default a few hundred inputs a property are tried; ``-m long`` tries at least 10,000 bad
ones and prints how many.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses, names
from sm_onboard.repos.models import Entry, NewRepository
from sm_onboard.repos.plan import plan
from sm_onboard.repos.plan.plan import Refused, Settings

PASSWORD = "hunter2"
URL = "https://github.com/acme/churn.git"

NASTY = st.sampled_from(
    [
        "-",
        "--upload-pack=touch${IFS}x",
        "-oProxyCommand=touch x",
        "--config=core.fsmonitor=x",
        "ext::sh -c touch% x",
        "file:///etc/passwd",
        "https://me:hunter2@",
        "ssh://-oProxyCommand=x/",
        "..",
        "../",
        "/../../etc/cron.d/x",
        "%2e%2e/",
        "%00",
        "%0a",
        ".git/config",
        ".GIT/hooks/post-checkout",
        "git~1",
        ".g\u200cit",
        ".ssh/authorized_keys",
        ".sm-onboard",
        "\0",
        "\n",
        "\r\n",
        "\x1b[2J",
        "\u202e",
        "\u2028",
        "\ud800",
        "\ufeff",
        "\u212a",  # the Kelvin sign: lower() makes it k
        "\uff0fetc",
        "{user_profile}",
        "{0.__class__}",
        "$(id)",
        "`id`",
        "'\"><img src=x onerror=alert(1)>",
        "@{-1}",
        "refs/heads/x",
        "a.lock",
        "~root",
        "\\\\server\\share",
        "[",
        "*",
        "a" * 300,
        "a/" * 60,
    ]
)
ANY_TEXT = st.text(st.characters(categories=None), max_size=30)
PIECE = st.one_of(NASTY, ANY_TEXT, st.characters(categories=("Cc", "Cf", "Cs", "P", "S", "Z")))


@st.composite
def spoiled(draw: st.DrawFn, *good: str) -> str:
    """A good value in which one to three pieces were put in, replaced or taken out."""
    text = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(PIECE) + text[end:]
    return text


URLS = st.one_of(
    spoiled(
        URL,
        "git@github.com:acme/churn.git",
        "ssh://git@git.acme.com:2222/~me/churn",
        "http://127.0.0.1:8000/churn",
        "https://[::1]:8443/churn",
        "codecommit::eu-west-1://churn",
    ),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["https://", "ssh://", "http://", "ext::", "file://", "git://", "", "//"]),
        st.sampled_from(["", "me@", "me:hunter2@", ":hunter2@", "hunter2@", "-x@", "me:hun/ter2@"]),
        PIECE,
        st.one_of(PIECE, st.just("/a/b")),
    ),
    PIECE,
)
BRANCHES = st.one_of(spoiled("main", "feature/model-2", "release/1.0"), PIECE)
PATHS = st.one_of(spoiled("churn", "team/churn", "{user_profile}/churn"), PIECE)
SECRETS = st.one_of(
    spoiled("acme/github", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf"), PIECE
)
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    PIECE,
    st.lists(PIECE, max_size=3),
    st.dictionaries(PIECE, PIECE, max_size=2),
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "url": st.one_of(st.just(URL), URLS, WRONG),
        "branch": st.one_of(BRANCHES, WRONG),
        "path": st.one_of(PATHS, WRONG),
        "secret": st.one_of(SECRETS, WRONG),
        "update": st.one_of(st.sampled_from(["safe", "never", "saef"]), WRONG),
        "filter": st.one_of(st.sampled_from(["full", "blobless"]), WRONG),
        "sparse": st.one_of(st.lists(PATHS, max_size=3), WRONG),
        "submodules": WRONG,
        "profiles": st.one_of(st.just(["ds-*"]), WRONG),
        "open": st.one_of(PATHS, WRONG),
        "environment": st.one_of(PATHS, WRONG),
        "brnch": WRONG,
    },
)

GOOD_FILE = """\
version: 1
repositories:
  - url: https://github.com/acme/churn.git
    branch: main
    path: churn
    secret: acme/github
    sparse: [notebooks, src]
    profiles: ["ds-*"]
  - url: https://me:hunter2@github.com/acme/lib.git
links: {stores: {team: s3://acme-studio/shares}, hosts: ["*.acme.com"]}
experiments: {tracking: auto}
"""
BOMBS = [
    "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a, *a]\n" for i in range(30)),
    "version: 1\nrepositories: &r [*r]\n",
    "version: 1\nrepositories: " + "[" * 2000,
    "version: 1\nrepositories: " + "{a: " * 2000,
    "version: 1\nrepositories:\n" + "".join("  " * i + "- \n" for i in range(1, 300)),
    "version: " + "1" * 10_000,
    "version: 1\nrepositories: !!python/object/apply:os.system ['touch x']\n",
    "version: 1\n<<: {repositories: []}\n",
    "--- !!map {version: 1}\n",
    "%TAG ! tag:x,2000:\n---\nversion: !y 1\n",
    "version: 1\nrepositories:\n" + "- url: x\n" * 600,
]
YAML = st.one_of(
    spoiled(GOOD_FILE),
    spoiled(*BOMBS),
    st.builds(
        lambda x: json.dumps({"version": 1, "repositories": x}), st.lists(ENTRIES, max_size=3)
    ),
    st.builds("version: 1\n{}: {}\n".format, PIECE, PIECE),
    st.builds("version: 1\nrepositories:\n  - url: {}\n    path: {}\n".format, URLS, PATHS),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
BYTES = st.one_of(YAML, st.binary(max_size=200))


def harmless(entry: Entry, root: Path) -> None:
    """What reaches git and the file system: no option, nothing outside the root."""
    inside = [entry.open, entry.environment, *entry.sparse]
    for value in (entry.url, entry.path, entry.branch, entry.secret, *inside):
        if value is not None:
            assert not value.startswith("-")
            assert not names.has_control(value)
    assert entry.url.startswith(
        ("https://", "ssh://", "http://127.", "http://[::1]", "http://local")
    )
    assert PASSWORD not in entry.url.partition("@")[0]
    host = addresses.parse(entry.url).host
    assert not host.startswith("-")
    assert not addresses.parse(entry.url).user.startswith("-")
    folder = root / entry.path
    assert str(folder.resolve()).startswith(f"{root.resolve()}{os.sep}")
    for path in (entry.path, *(p for p in inside if p is not None)):
        parts = [part.lower() for part in path.split("/")]
        assert not {"..", ".", "", ".git", "git~1", ".sm-onboard"} & set(parts)
    assert entry.id
    assert set(entry.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def error_of(call: Callable[..., object], *arguments: object) -> ConfigError | None:
    """The error of ours that a call ends with; any other error fails the test."""
    try:
        call(*arguments)
    except ConfigError as error:
        return error
    return None


def refuses(check: Callable[[str, str], object], value: str, field: str) -> bool:
    error = error_of(check, value, field)
    if error is None:
        return False
    assert error.field == field
    assert error.code.startswith("config.")
    assert error.message
    assert not names.has_control(error.message + error.hint)
    return True


def names_its_field(loaded: plan.Plan, root: Path) -> bool:
    """Looks at a whole plan; answers whether something in it was refused."""
    ids = [item.id for item in loaded.items]
    assert len(set(ids)) == len(ids)
    for item in loaded.items:
        if isinstance(item, Entry):
            harmless(item, root)
        else:
            assert "hunter2@" not in repr(item)
            assert item.message.startswith("repositories[") or item.state == "skipped"
            assert not names.has_control(item.message + item.hint + item.url + item.name)
    for problem in loaded.problems:
        assert problem.code.startswith("config.")
        assert "hunter2@" not in repr(problem)
        assert not names.has_control(problem.message + problem.hint)
    return bool(loaded.problems) or any(isinstance(item, Refused) for item in loaded.items)


def tree(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


def bad_url(folder: Path, url: str) -> bool:
    assert "hunter2@" not in addresses.display(url)
    assert addresses.same_repository(url, url)
    return refuses(addresses.check_url, url, "repositories[0].url")


def bad_branch(folder: Path, branch: str) -> bool:
    return refuses(names.check_branch, branch, "repositories[0].branch")


def bad_path(folder: Path, path: str) -> bool:
    refused = refuses(names.check_path, path, "repositories[0].path")
    inside = refuses(names.check_inside, path, "repositories[0].open")
    sparse = refuses(names.check_sparse, path, "repositories[0].sparse[0]")
    return refused or inside or sparse


def bad_secret(folder: Path, secret: str) -> bool:
    return refuses(names.check_secret, secret, "repositories[0].secret")


def bad_entry(folder: Path, entry: dict[str, Any]) -> bool:
    loaded = plan.load(
        Settings(
            own_file=folder / "none.yaml",
            home=folder,
            repositories=[entry, {"url": "https://github.com/acme/lib.git", "path": "good/lib"}],
            user_profile="ds-zoe",
        )
    )
    assert tree(folder) == set()
    assert any(e.path == "good/lib" for e in loaded.entries) or len(loaded.items) == 1
    return names_its_field(loaded, folder / "root")


def bad_file(folder: Path, data: bytes) -> bool:
    team = folder / "team.yaml"
    team.write_bytes(data)
    loaded = plan.load(
        Settings(
            own_file=folder / "none.yaml",
            home=folder,
            team_file=str(team),
            repositories=[{"url": "https://git.example/good", "path": "good"}],
            user_profile="ds-zoe",
        )
    )
    assert tree(folder) == {"team.yaml"}
    assert loaded.entries[-1:] == tuple(e for e in loaded.entries if e.source == "trait")
    return names_its_field(loaded, folder / "root")


def bad_addition(folder: Path, wanted: tuple[str, str, str]) -> bool:
    own = folder / "own.yaml"
    own.write_text(GOOD_FILE)
    url, branch, path = wanted
    new = NewRepository(url=url, branch=branch, path=path)
    error = error_of(plan.add_to_own_file, own, new)
    assert tree(folder) == {"own.yaml"}
    if error is not None:
        assert error.field in ("url", "branch", "path")
        assert own.read_text() == GOOD_FILE
        return True
    loaded = plan.load(Settings(own_file=own, home=folder, user_profile="ds-zoe"))
    assert loaded.entries[-1].branch == branch
    names_its_field(loaded, folder / "root")
    return False


PROPERTIES: dict[str, tuple[Callable[[Path, Any], bool], st.SearchStrategy[Any]]] = {
    "urls": (bad_url, URLS),
    "branches": (bad_branch, BRANCHES),
    "paths": (bad_path, PATHS),
    "secrets": (bad_secret, SECRETS),
    "entries": (bad_entry, ENTRIES),
    "files": (bad_file, BYTES),
    "additions": (
        bad_addition,
        st.tuples(
            st.just("https://github.com/acme/new.git") | URLS,
            st.just("main") | BRANCHES,
            st.just("new") | PATHS,
        ),
    ),
}


def run(name: str, examples: int, *, same: bool = True) -> int:
    """Tries a property; returns how many different inputs were refused.

    Args:
        same: the same inputs every time, so that nobody's change fails by luck.
    """
    holds, inputs = PROPERTIES[name]
    refused: set[str] = set()

    @settings(
        max_examples=examples,
        derandomize=same,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(inputs)
    def tried(value: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            if holds(Path(folder), value):
                refused.add(repr(value))

    tried()
    return len(refused)


@pytest.mark.parametrize("name", PROPERTIES)
def test_bad_input(name: str) -> None:
    assert run(name, 250) > 100


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused(bomb: str, tmp_path: Path) -> None:
    folder = tmp_path / "bomb"
    folder.mkdir()
    assert bad_file(folder, bomb.encode())


def test_bad_files_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser raises other errors than the C library."""
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert run("files", 250) > 100


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_bad_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    refused = {name: run(name, 2_200, same=False) for name in PROPERTIES}
    with capsys.disabled():
        print(f"\nrefused: {refused}, together {sum(refused.values()):,} different bad inputs")
    assert sum(refused.values()) >= 10_000
