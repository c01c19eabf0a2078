"""Files and traits become one plan; what is wrong becomes a row or a problem."""

from __future__ import annotations

import os
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from sm_onboard.errors import ConfigError, Forbidden
from sm_onboard.repos.models import Entry
from sm_onboard.repos.plan import merge, plan
from sm_onboard.repos.plan.plan import Listing, Plan, Refused, Settings

CHURN = "https://github.com/acme/churn.git"
LIB = "https://github.com/acme/lib.git"


class Files:
    """A home with a team file, an own file and what ``load`` makes of them."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.own = folder / ".config" / "sm-onboard" / "onboard.yaml"
        self.team = folder / "team.yaml"

    def write(self, file: Path, text: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def load(self, team: str | None = None, own: str | None = None, **settings: Any) -> Plan:
        if team is not None:
            self.write(self.team, team)
            settings.setdefault("team_file", str(self.team))
        if own is not None:
            self.write(self.own, own)
        return plan.load(Settings(own_file=self.own, home=self.home, **settings))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def one(loaded: Plan) -> Entry:
    assert loaded.problems == ()
    (item,) = loaded.items
    assert isinstance(item, Entry), item
    return item


def refused(loaded: Plan) -> Refused:
    (item,) = (i for i in loaded.items if isinstance(i, Refused))
    return item


def test_nothing_configured_is_an_empty_plan(files: Files) -> None:
    assert files.load() == Plan()


def test_every_key_arrives(files: Files) -> None:
    entry = one(
        files.load(
            """\
            version: 1
            repositories:
              - url: https://github.com/acme/churn.git
                branch: develop
                path: team/churn
                secret: acme/github
                update: never
                filter: blobless
                sparse: [notebooks/, src]
                submodules: true
                profiles: ["ds-*"]
                open: notebooks/start.ipynb
                environment: requirements.txt
            """,
            user_profile="ds-zoe",
        )
    )
    assert entry == Entry(
        id=entry.id,
        name="churn",
        url=CHURN,
        path="team/churn",
        source="team",
        origin=str(files.team),
        branch="develop",
        secret="acme/github",
        update="never",
        filter="blobless",
        sparse=("notebooks", "src"),
        submodules=True,
        open="notebooks/start.ipynb",
        environment="requirements.txt",
    )


def test_defaults(files: Files) -> None:
    entry = one(files.load(repositories=[{"url": CHURN}]))
    assert (entry.path, entry.branch, entry.update, entry.filter) == ("churn", None, "safe", "full")
    assert (entry.source, entry.origin) == ("trait", "SmOnboard.repositories")


def test_the_id_is_stable_short_and_safe_in_a_url(files: Files) -> None:
    first = one(files.load(repositories=[{"url": CHURN}]))
    again = one(files.load(repositories=[{"url": "git@github.com:acme/churn", "path": "churn"}]))
    other = one(files.load(repositories=[{"url": CHURN, "path": "b"}]))
    odd = one(files.load(repositories=[{"url": LIB, "path": 'Zoë\'s "<b>"'}]))
    assert first.id == again.id == "churn-307433"
    assert other.id != first.id
    for entry in (first, other, odd):
        assert set(entry.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_two_rows_never_have_one_id(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "row_id", lambda *_: "same")
    loaded = files.load(repositories=[{"url": CHURN}, {"url": LIB}, {"url": "wrong"}])
    assert [item.id for item in loaded.items] == ["same", "same-2", "same-3"]


def test_the_nearer_whole_entry_wins(files: Files) -> None:
    loaded = files.load(
        f"""\
        version: 1
        repositories:
          - url: {CHURN}
            branch: main
            secret: acme/github
          - url: {LIB}
        """,
        """\
        version: 1
        repositories:
          - url: git@github.com:acme/churn.git
            update: never
        """,
        repositories=[{"url": LIB, "branch": "old"}],
    )
    mine, lib = loaded.entries
    assert (mine.source, mine.update, mine.branch, mine.secret) == ("person", "never", None, None)
    assert (lib.source, lib.branch) == ("team", None)
    assert loaded.problems == ()
    assert loaded.sources == (str(files.own), str(files.team), "SmOnboard.repositories")


def test_all_sources_in_order(files: Files) -> None:
    order = ["space", "profile", "domain"]
    listings = [
        Listing(source, f"SageMaker {source}", [{"url": f"https://h.de/{source}"}, {"url": CHURN}])
        for source in reversed(order)  # whatever order they come in
    ]
    loaded = files.load(listings=listings, repositories=[{"url": LIB}])
    assert [(e.name, e.source) for e in loaded.entries] == [
        ("space", "space"),
        ("churn", "space"),
        ("profile", "profile"),
        ("domain", "domain"),
        ("lib", "trait"),
    ]


def test_config_replaces_every_other_source(files: Files) -> None:
    config = files.write(
        files.home / "this.yaml",
        f"version: 1\nrepositories: [{{url: {LIB}}}]\nlinks: {{hosts: [github.com]}}\n",
    )
    loaded = files.load(
        f"version: 1\nrepositories: [{{url: {CHURN}}}]\n",
        "version: 1\nrepositories: [{url: https://h.de/mine}]\n",
        config=config,
        repositories=[{"url": CHURN}],
    )
    assert one(loaded).url == LIB
    assert loaded.sources == (str(config),)
    assert loaded.links is not None
    assert loaded.links.hosts == ["github.com"]


def test_a_bad_nearer_entry_is_not_replaced_by_a_farther_one(files: Files) -> None:
    """Otherwise a slip in `update: never` would let the team's settings loose on the folder."""
    loaded = files.load(
        f"version: 1\nrepositories: [{{url: {CHURN}}}]\n",
        f"version: 1\nrepositories: [{{url: {CHURN}, update: nver}}]\n",
    )
    assert refused(loaded).code == "config.choice"
    assert refused(loaded).hint == "Did you mean 'never'?"
    assert loaded.entries == ()


def test_one_url_twice_in_one_file(files: Files) -> None:
    loaded = files.load(
        f"""\
        version: 1
        repositories:
          - url: {CHURN}
          - url: {CHURN}
            path: churn-old
            branch: old
        """
    )
    (entry,) = loaded.items
    assert entry.path == "churn"
    (problem,) = loaded.problems
    assert problem.code == "config.url_twice"
    assert problem.message.startswith("repositories[1].url (line 4): ")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("churn", "The folder churn is taken by"),
        ("Churn", "The folder Churn is taken by"),
        ("churn/lib", "The folder churn/lib lies in churn, which is taken by"),
    ],
)
def test_two_repositories_cannot_share_a_folder(files: Files, second: str, said: str) -> None:
    loaded = files.load(repositories=[{"url": CHURN}, {"url": LIB, "path": second}])
    assert [e.name for e in loaded.entries] == ["churn"]
    assert refused(loaded).code == "config.path_taken"
    assert f"repositories[1].path: {said} {CHURN}" in refused(loaded).message


def test_a_folder_around_another_is_refused_too(files: Files) -> None:
    loaded = files.load(repositories=[{"url": CHURN, "path": "a/b"}, {"url": LIB, "path": "a"}])
    assert "The folder a holds a/b" in refused(loaded).message


def test_neighbours_with_a_common_beginning_are_fine(files: Files) -> None:
    loaded = files.load(repositories=[{"url": CHURN}, {"url": LIB, "path": "churn-lib"}])
    assert len(loaded.entries) == 2


def test_bad_entries_leave_the_others_alone(files: Files) -> None:
    loaded = files.load(
        f"""\
        version: 1
        repositories:
          - url: {CHURN}
          - url: https://me:hunter2@github.com/acme/x.git
          - url: {LIB}
            brnch: main
          - https://me:hunter2@github.com/acme/y.git
          - url: https://h.de/a
            path: ../../etc
          - url: https://h.de/b
            branch: 2024
          - url: https://h.de/c
            sparse: notebooks
          - url: https://h.de/d
            submodules: "yes"
          - url: https://h.de/e
            path: ""
          - url: https://h.de/f
            url: https://h.de/g
          - branch: main
          - url: https://h.de/z
        """
    )
    assert [e.name for e in loaded.entries] == ["churn", "z"]
    rows = {(i.code, i.message.partition(":")[0]) for i in loaded.items if isinstance(i, Refused)}
    assert rows == {
        ("config.url_password", "repositories[1].url (line 4)"),
        ("config.unknown_key", "repositories[2].brnch (line 6)"),
        ("config.type", "repositories[3] (line 7)"),
        ("config.path_escapes", "repositories[4].path (line 9)"),
        ("config.type", "repositories[5].branch (line 11)"),
        ("config.type", "repositories[6].sparse (line 13)"),
        ("config.type", "repositories[7].submodules (line 15)"),
        ("config.path_empty", "repositories[8].path (line 17)"),
        ("config.key_twice", "repositories[9].url (line 19)"),
        ("config.missing_key", "repositories[10].url (line 20)"),
    }
    assert "hunter2" not in repr(loaded)
    assert len({i.id for i in loaded.items}) == len(loaded.items)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("version: [", "config.yaml", "The file is not valid YAML near line 2."),
        ("a: 1\n b: 2\n", "config.yaml", "The file is not valid YAML near line 2."),
        ("- url: x\n", "config.type", "The file must hold keys with values, not a list."),
        ("hunter2\n", "config.type", "The file must hold keys with values, not text."),
        ("repositories: []\n", "config.version", "The file does not say"),
        ("version: 2\n", "config.version", "version (line 1): This sm_onboard reads"),
        ("version: true\n", "config.version", "version (line 1): This sm_onboard reads"),
        ("version: 1\nversion: 1\n", "config.key_twice", "version (line 2): "),
        ("version: 1\na: &x 1\n", "config.yaml_alias", "Line 2 uses an anchor"),
        ("version: 1\na: !!python/object:os.system x\n", "config.yaml_tag", "Line 2 uses a tag"),
        ("version: 1\n---\nversion: 1\n", "config.yaml", "A second document starts at line 2."),
        ("version: 1\n? [a]\n: b\n", "config.yaml", "The key at line 2 is not text."),
        ("version: 1\na: " + "[" * 900, "config.yaml_deep", "Line 2 is nested more than"),
        ("version: 1\n#" + "x" * 1_000_000, "config.too_large", "The file is larger than"),
        ("", "config.file_empty", "The file is empty."),
        ("# nothing\n", "config.file_empty", "The file is empty."),
    ],
)
def test_a_bad_file_is_a_problem_and_the_other_sources_go_on(
    files: Files, text: str, code: str, message: str
) -> None:
    files.team.write_text(text)
    loaded = files.load(repositories=[{"url": CHURN}], team_file=str(files.team))
    (problem,) = loaded.problems
    assert problem.code == code
    assert problem.message.startswith(message)
    assert problem.hint
    assert problem.origin == str(files.team)
    assert "hunter2" not in repr(problem)
    assert [e.name for e in loaded.entries] == ["churn"]


def test_a_file_that_is_not_utf8(files: Files) -> None:
    files.team.write_bytes("version: 1 # \xfc".encode("latin-1"))
    loaded = files.load(team_file=str(files.team))
    assert [p.code for p in loaded.problems] == ["config.encoding"]


def test_a_wrong_section_leaves_the_repositories_alone(files: Files) -> None:
    loaded = files.load(
        f"""\
        version: 1
        repositries: []
        links: {{stores: {{team: "ftp://x"}}}}
        experiments: {{tracking: "https://me:hunter2@mlflow.acme.com"}}
        repositories: [{{url: {CHURN}}}]
        """
    )
    assert [(p.code, p.message.partition(":")[0]) for p in loaded.problems] == [
        ("config.unknown_key", "repositries (line 2)"),
        ("config.store", "links.stores.team (line 3)"),
        ("config.url_password", "experiments.tracking (line 4)"),
    ]
    assert loaded.problems[0].hint == "Did you mean 'repositories'?"
    assert len(loaded.entries) == 1
    assert "hunter2" not in repr(loaded)


def test_a_file_of_another_kind_says_so_only_so_often(files: Files) -> None:
    loaded = files.load("version: 1\n" + "".join(f"key{i}: 1\n" for i in range(100)))
    assert len(loaded.problems) == 20


def test_hostile_files_take_no_more_than_seconds(files: Files) -> None:
    start = time.process_time()
    accents = "\u0301\u0327" * 200_000
    for text in (
        "repositories:\n" + "- url: x\n" * 100_000,
        f"repositories: [{{url: '{CHURN}', path: '{accents}'}}]",
        f"repositories: [{{url: '{'@:/' * 300_000}'}}]",
        f"repositories: [{{url: '{CHURN}', profiles: ['{'*a' * 50}', '{'*' * 400_000}']}}]",
    ):
        loaded = files.load(f"version: 1\n{text}\n", user_profile="a" * 63)
        assert loaded.problems or refused(loaded)
    assert time.process_time() - start < 20


def test_five_hundred_repositories(files: Files) -> None:
    loaded = files.load(repositories=[{"url": f"https://h.de/r{i}"} for i in range(500)])
    assert len(loaded.entries) == 500


def test_an_empty_list_of_repositories_is_fine(files: Files) -> None:
    assert files.load("version: 1\nrepositories:\n#  - url: x\n").problems == ()


def test_own_empty_file_is_fine(files: Files) -> None:
    loaded = files.load(own="# later\n")
    assert (loaded.items, loaded.problems) == ((), ())


def test_only_the_team_sets_links(files: Files) -> None:
    loaded = files.load(
        "version: 1\nlinks: {stores: {team: s3://acme-studio/shares}, hosts: ['*.acme.com']}\n",
        f"version: 1\nlinks: {{hosts: [evil.example]}}\nrepositories: [{{url: {CHURN}}}]\n",
    )
    assert [p.code for p in loaded.problems] == ["config.links_not_yours"]
    assert loaded.links is not None
    assert loaded.links.hosts == ["*.acme.com"]
    assert loaded.links.stores == {"team": "s3://acme-studio/shares"}
    assert len(loaded.entries) == 1


def test_the_nearest_experiments_win(files: Files) -> None:
    loaded = files.load(
        "version: 1\nexperiments: {tracking: auto}\n",
        "version: 1\nexperiments: {tracking: sagemaker-experiments}\n",
    )
    assert loaded.experiments is not None
    assert loaded.experiments.tracking == "sagemaker-experiments"


@pytest.mark.parametrize(
    "tracking",
    [
        "auto",
        "sagemaker-experiments",
        "https://mlflow.acme.com/",
        "http://10.0.0.5:5000",
        "sqlite:////home/me/mlflow.db",
        "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/team",
        "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-ABC",
    ],
)
def test_tracking(files: Files, tracking: str) -> None:
    loaded = files.load(f"version: 1\nexperiments: {{tracking: '{tracking}'}}\n")
    assert loaded.problems == ()


@pytest.mark.parametrize(
    "tracking", ["", "file:///etc", "--x", "https://", "https:// x", "arn:aws:s3:::x", "Auto"]
)
def test_wrong_tracking(files: Files, tracking: str) -> None:
    loaded = files.load(f"version: 1\nexperiments: {{tracking: '{tracking}'}}\n")
    assert [p.code for p in loaded.problems] == ["config.tracking"]


@pytest.mark.parametrize("host", ["*", "*.com", "https://github.com", "git hub", "-x", "*.*.com"])
def test_wrong_hosts(files: Files, host: str) -> None:
    loaded = files.load(f"version: 1\nlinks: {{hosts: [github.com, '{host}']}}\n")
    assert [p.code for p in loaded.problems] == ["config.host_pattern"]
    assert "links.hosts[1] (line 2)" in loaded.problems[0].message


@pytest.mark.parametrize("account", ["12345678901", "1234567890123", "12345678901x", "", "*"])
def test_wrong_accounts(files: Files, account: str) -> None:
    loaded = files.load(f"version: 1\nlinks: {{accounts: ['123456789012', '{account}']}}\n")
    assert [p.code for p in loaded.problems] == ["config.account"]
    assert "links.accounts[1] (line 2)" in loaded.problems[0].message


@pytest.mark.parametrize(
    "store", ["s3://", "s3://x/../y", "s3://Acme/x", "/", "shares", "/mnt/../etc", "~me/x"]
)
def test_wrong_stores(files: Files, store: str) -> None:
    loaded = files.load(f"version: 1\nlinks: {{stores: {{team: '{store}'}}}}\n")
    assert [p.code for p in loaded.problems] == ["config.store"]


FOR_SOME = """\
version: 1
repositories:
  - url: https://github.com/acme/churn.git
    profiles: ["ds-*", zoe]
"""


@pytest.mark.parametrize(("profile", "there"), [("ds-1", 1), ("zoe", 1), ("DS-1", 0), ("ml", 0)])
def test_profiles(files: Files, profile: str, there: int) -> None:
    loaded = files.load(FOR_SOME, user_profile=profile)
    assert len(loaded.entries) == there
    if not there:
        row = refused(loaded)
        assert (row.state, row.code) == ("skipped", "repos.other_profile")


@pytest.mark.parametrize("settings", [{}, {"user_profile": "ds-1", "shared_space": True}])
def test_an_unknown_profile_skips_and_says_so(files: Files, settings: dict[str, Any]) -> None:
    row = refused(files.load(FOR_SOME, **settings))
    assert (row.state, row.code) == ("skipped", "repos.profile_unknown")
    assert ("shared" in row.message) == bool(settings)


def test_an_entry_for_others_does_not_hide_the_one_for_me(files: Files) -> None:
    for first, second in ((FOR_SOME, "ml-*"), (FOR_SOME.replace("zoe", "ann"), "*")):
        loaded = files.load(
            first + f"  - url: {CHURN}\n    branch: ml\n    profiles: ['{second}']\n",
            user_profile="ml-1",
        )
        assert one(loaded).branch == "ml"


def test_user_profile_in_a_path(files: Files) -> None:
    repositories = [{"url": CHURN, "path": "{user_profile}/churn"}]
    assert one(files.load(repositories=repositories, user_profile="zoe")).path == "zoe/churn"
    row = refused(files.load(repositories=repositories))
    assert (row.state, row.code) == ("skipped", "repos.profile_unknown")
    hostile = files.load(repositories=repositories, user_profile="../../etc")
    assert refused(hostile).code == "config.path_escapes"
    wrong = files.load(repositories=[{"url": CHURN, "path": "{user}/churn"}], user_profile="zoe")
    assert refused(wrong).code == "config.path_characters"


def test_a_secret_makes_no_sense_with_ssh(files: Files) -> None:
    loaded = files.load(repositories=[{"url": "git@github.com:a/b", "secret": "acme/github"}])
    assert refused(loaded).code == "config.secret_ssh"


def test_a_trait_may_hold_anything(files: Files) -> None:
    loop: dict[str, Any] = {"url": CHURN}
    loop["sparse"] = [loop]
    wrong: list[Any] = [None, 1, "x", object(), {"url": object()}, {"url": "\ud800"}, {1: 2}, loop]
    loaded = files.load(repositories=[*wrong, {"url": LIB}])
    assert [e.url for e in loaded.entries] == [LIB]
    assert len(loaded.items) == len(wrong) + 1


def test_missing_and_unreadable_team_files(files: Files) -> None:
    assert [p.code for p in files.load(team_file="~/nothing.yaml").problems] == [
        "config.file_missing"
    ]
    os.mkfifo(files.home / "pipe")
    for name in ("pipe", "."):
        loaded = files.load(team_file=str(files.home / name))
        assert [p.code for p in loaded.problems] == ["config.file_unreadable"]
    assert [p.code for p in files.load(team_file="a\0b").problems] == ["config.team_file"]
    loaded = files.load(config=files.home / "a\0b")
    assert [p.code for p in loaded.problems] == ["config.file_unreadable"]


def test_a_team_file_below_home(files: Files) -> None:
    files.write(files.team, f"version: 1\nrepositories: [{{url: {CHURN}}}]\n")
    assert one(files.load(team_file="~/team.yaml")).url == CHURN


REMOTE = "s3://acme-studio/onboard.yaml"
GOOD = f"version: 1\nrepositories: [{{url: {CHURN}}}]\n".encode()


def test_a_remote_team_file_and_its_last_good_copy(files: Files) -> None:
    answers: list[bytes | Exception] = [
        GOOD,
        Forbidden("repos.forbidden", "You may not read it.", "Ask for s3:GetObject."),
        RuntimeError("hunter2"),
        b"version: [",
    ]
    asked: list[str] = []

    def reader(address: str) -> bytes:
        asked.append(address)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cache = files.home / "cache"
    settings = {"team_file": REMOTE, "readers": {"s3": reader}, "cache": cache}
    assert one(files.load(**settings)).url == CHURN
    (copy,) = cache.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    for code in ("repos.forbidden", "config.team_file_unreachable", "config.yaml"):
        loaded = files.load(**settings)
        assert [e.url for e in loaded.entries] == [CHURN]
        (problem,) = loaded.problems
        assert problem.code == code
        assert " UTC is used." in problem.message
        assert "hunter2" not in repr(loaded)
    assert copy.read_bytes() == GOOD
    assert asked == [REMOTE] * 4


def test_without_a_copy_only_the_problem_remains(files: Files) -> None:
    def reader(_: str) -> bytes:
        raise Forbidden("repos.forbidden", "You may not read it.")

    loaded = files.load(
        team_file=REMOTE,
        readers={"s3": reader},
        cache=files.home / "c",
        repositories=[{"url": LIB}],
    )
    assert [p.message for p in loaded.problems] == ["You may not read it."]
    assert [e.url for e in loaded.entries] == [LIB]


def test_a_cache_that_cannot_be_written_changes_nothing(files: Files) -> None:
    (files.home / "c").write_text("in the way")
    loaded = files.load(
        team_file=REMOTE, readers={"s3": lambda _: GOOD}, cache=files.home / "c" / "d"
    )
    assert one(loaded).url == CHURN


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("s3://bucket", "config.path_empty"),
        ("s3:///key", "config.url_host"),
        ("s3://bucket/../x", "config.path_escapes"),
        ("git+https://me:hunter2@github.com/a/b#x", "config.url_password"),
        ("git+https://github.com/a/b", "config.path_empty"),
        ("git+https://github.com/a/b#../x", "config.path_escapes"),
        ("git+ssh://github.com/a/b#x", "config.team_file"),
        ("ftp://me:hunter2@x/y", "config.team_file"),
        ("git+https://github.com/a/b#team/onboard.yaml", "config.team_file"),  # no reader
    ],
)
def test_wrong_team_file_addresses(files: Files, address: str, code: str) -> None:
    def reader(_: str) -> bytes:
        raise AssertionError("not to be asked")

    readers = {"s3": reader, **({} if address.endswith("yaml") else {"git+https": reader})}
    loaded = files.load(team_file=address, readers=readers)
    assert [p.code for p in loaded.problems] == [code]
    assert "hunter2" not in repr(loaded)


def test_roots(tmp_path: Path) -> None:
    def root(setting: str, profile: str | None = None, efs: bool | None = False) -> Path:
        return plan.resolve_root(setting, home=tmp_path, user_profile=profile, efs_mounted=efs)

    assert root("home") == root("~") == root("~/") == tmp_path
    assert root("~/work") == tmp_path / "work"
    assert root("/mnt/x/{user_profile}", "zoe") == Path("/mnt/x/zoe")
    assert root("user-default-efs", efs=True) == tmp_path / "user-default-efs"
    (tmp_path / "user-default-efs").mkdir()
    for efs in (False, None):  # a folder of that name is not a mounted file system
        with pytest.raises(ConfigError) as caught:
            root("user-default-efs", efs=efs)
        assert caught.value.code == "config.root_not_mounted"
    with pytest.raises(ConfigError) as caught:
        root("/mnt/{user_profile}")
    assert caught.value.code == "config.root_profile"
    for wrong in ("", "/", "work", "~root/x", "/a/../b", "/a\0b", "/{home}", "HOME", "/./."):
        with pytest.raises(ConfigError) as caught:
            root(wrong)
        assert (caught.value.code, caught.value.field) == ("config.root", "SmOnboard.root")
    with pytest.raises(ConfigError):
        root("/mnt/{user_profile}", "../x")
