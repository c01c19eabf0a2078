"""Which addresses, branches, paths and secrets are allowed, and what a refusal says."""

from __future__ import annotations

import subprocess
import time

import pytest

from sm_onboard.errors import ConfigError
from sm_onboard.git import addresses, names


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://github.com/acme/churn.git", "https://github.com/acme/churn.git"),
        ("HTTPS://GitHub.COM:443/acme/Churn/", "https://github.com/acme/Churn"),
        ("https://git.acme.com:8443/a/b", "https://git.acme.com:8443/a/b"),
        ("https://dev.azure.com/acme/My%20Project/_git/churn",) * 2,
        ("https://10.0.0.7/churn",) * 2,
        ("https://[2001:DB8::1]:8443/churn", "https://[2001:db8::1]:8443/churn"),
        ("https://xn--mnchen-3ya.example/churn",) * 2,
        ("git@github.com:acme/churn.git", "ssh://git@github.com/acme/churn.git"),
        ("git@github.com:/acme/churn.git", "ssh://git@github.com/acme/churn.git"),
        ("github.com:acme/churn", "ssh://github.com/acme/churn"),
        ("ssh://git@github.com:22/acme/churn", "ssh://git@github.com/acme/churn"),
        ("ssh://git@gitlab.acme.com:2222/~me/churn",) * 2,
        ("ssh://APKAEXAMPLE@git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn",) * 2,
        ("http://localhost:8000/churn",) * 2,
        ("http://127.9.9.9/churn",) * 2,
        ("http://[::1]:80/churn", "http://[::1]/churn"),
        (
            "codecommit::eu-west-1://churn",
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn",
        ),
        (
            "codecommit::cn-north-1://churn",
            "https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/churn",
        ),
    ],
)
def test_allowed_addresses_have_one_normal_form(url: str, normal: str) -> None:
    assert addresses.check_url(url) == normal
    assert addresses.check_url(normal) == normal


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "config.url_empty"),
        ("https://github.com/" + "a" * 1100, "config.url_long"),
        ("https://github.com/a b", "config.url_characters"),
        ("https://github.com/a\n--upload-pack=x", "config.url_characters"),
        ("https://github.com/a\0b", "config.url_characters"),
        ("https://github.com/a\u202egit", "config.url_characters"),
        ("ext::sh", "config.url_scheme"),
        ("ext::sh -c touch% /x", "config.url_scheme"),
        ("file:///srv/churn", "config.url_scheme"),
        ("git://github.com/a/b", "config.url_scheme"),
        ("ftp://github.com/a/b", "config.url_scheme"),
        ("javascript:alert(1)", "config.url_scheme"),
        ("/srv/churn", "config.url_scheme"),
        ("../churn", "config.url_scheme"),
        ("~/churn", "config.url_scheme"),
        ("C:\\churn", "config.url_scheme"),
        ("churn", "config.url_scheme"),
        ("--upload-pack=touch", "config.url_scheme"),
        ("http://github.com/a/b", "config.url_scheme"),
        ("http://localhost.evil.example/a", "config.url_scheme"),
        ("http://10.0.0.1/a", "config.url_scheme"),
        ("https://me:hunter2@github.com/a/b", "config.url_password"),
        ("https://me:hun/ter2@github.com/a/b", "config.url_password"),
        ("ssh://me:hunter2@github.com/a/b", "config.url_password"),
        ("me:hunter2@github.com:a/b", "config.url_password"),
        ("https://hunter2@github.com/a/b", "config.url_user"),
        ("ssh://-oProxyCommand=x@github.com/a", "config.url_user"),
        ("ssh://@github.com/a", "config.url_user"),
        ("ssh://-oProxyCommand=x/a", "config.url_host"),
        ("-oProxyCommand=x.y:a", "config.url_host"),
        ("https://git_hub.com/a", "config.url_host"),
        ("https://github..com/a", "config.url_host"),
        ("https://githüb.com/a", "config.url_host"),
        ("https:///a", "config.url_host"),
        ("https://127.1/a", "config.url_host"),
        ("https://2130706433/a", "config.url_host"),
        ("https://0x7f000001/a", "config.url_host"),
        ("https://1.2.3.256/a", "config.url_host"),
        ("https://[fe80::1%25eth0]/a", "config.url_host"),
        ("https://[::1/a", "config.url_host"),
        ("https://[github.com]/a", "config.url_host"),
        ("https://github.com:99999/a", "config.url_port"),
        ("https://github.com:0/a", "config.url_port"),
        ("https://github.com:/a", "config.url_port"),
        ("https://github.com:٤٤٣/a", "config.url_port"),
        ("https://github.com", "config.url_path"),
        ("https://github.com/", "config.url_path"),
        ("https://github.com/a/../b", "config.url_path"),
        ("https://github.com/a/%2e%2e/b", "config.url_path"),
        ("https://github.com/a%2f..%2fb", "config.url_path"),
        ("https://github.com/a//b", "config.url_path"),
        ("https://github.com/-a/b", "config.url_path"),
        ("https://github.com/%2da/b", "config.url_path"),
        ("https://github.com/a%0ab", "config.url_path"),
        ("https://github.com/a%zz", "config.url_path"),
        ("https://github.com/a%ff", "config.url_path"),
        ("https://github.com/a?token=hunter2", "config.url_path"),
        ("https://github.com/a#hunter2", "config.url_path"),
        ("https://github.com/$(id)", "config.url_path"),
        ("https://github.com/a`id`", "config.url_path"),
        ("codecommit://churn", "config.url_scheme"),
        ("codecommit::eu-west-1://me@churn", "config.url_user"),
        ("codecommit::evil.example/://churn", "config.url_path"),
        ("codecommit::://churn", "config.url_host"),
    ],
)
def test_refused_addresses_name_the_field_and_keep_secrets(url: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        addresses.check_url(url, "repositories[2].url")
    assert (caught.value.code, caught.value.field) == (code, "repositories[2].url")
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:hunter2@github.com/a/b", "https://***@github.com/a/b"),
        ("https://me:hun/t@er2@github.com/a/b", "https://***@github.com/a/b"),
        ("https://me:hunt?er2@github.com/a", "https://***@github.com/a"),
        ("https://me:hunt#er2@github.com/a?token=x", "https://***@github.com/a?***"),
        ("https://github.com/a?token=hunter2", "https://github.com/a?***"),
        ("https://github.com/a#hunter2", "https://github.com/a#***"),
        ("me:hunter2@github.com:a", "***@github.com:a"),
        ("git@github.com:a/b", "ssh://git@github.com/a/b"),
        ("https://x/\x1b[31m", "https://x/?[31m"),
    ],
)
def test_display_masks_what_may_be_a_secret(url: str, shown: str) -> None:
    assert addresses.display(url) == shown


def test_a_password_in_the_wrong_place_is_not_shown_either() -> None:
    for check in (names.check_branch, names.check_path, names.check_inside, names.check_sparse):
        with pytest.raises(ConfigError) as caught:
            check("https://me:hunter2@github.com/a/../b", "branch")
        assert "hunter2" not in caught.value.message + caught.value.hint


SAME = [
    "https://github.com/acme/churn.git",
    "https://GITHUB.com:443/acme/churn/",
    "git@github.com:acme/churn.git",
    "ssh://git@github.com/acme/churn",
    "https://me:hunter2@github.com/acme/churn.git",
]


@pytest.mark.parametrize("a", SAME)
@pytest.mark.parametrize("b", SAME)
def test_one_repository_over_all_its_forms(a: str, b: str) -> None:
    assert addresses.same_repository(a, b)
    assert addresses.identity(a) == addresses.identity(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://github.com/acme/churn", "https://gitlab.com/acme/churn"),
        ("https://github.com/acme/churn", "https://github.com/acme/Churn"),
        ("https://github.com/acme/churn", "https://github.com:8443/acme/churn"),
        ("http://localhost:8000/churn", "http://localhost:8001/churn"),
        ("http://localhost:8000/churn", "https://localhost/churn"),
        ("https://github.com/acme/churn", "/srv/churn"),
    ],
)
def test_different_repositories(a: str, b: str) -> None:
    assert not addresses.same_repository(a, b)


def test_an_ssh_port_of_its_own_is_still_the_same_host() -> None:
    ssh = "ssh://git@gitlab.acme.com:2222/a/b.git"
    assert addresses.same_repository("https://gitlab.acme.com/a/b", ssh)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/churn.git", "churn"),
        ("https://dev.azure.com/acme/p/_git/My%20Churn", "My Churn"),
        ("codecommit::eu-west-1://churn", "churn"),
    ],
)
def test_default_name(url: str, name: str) -> None:
    assert addresses.default_name(url) == name


@pytest.mark.parametrize("url", ["https://h.de/.git", "https://h.de/a/.ssh", "https://h.de/x."])
def test_a_name_that_cannot_be_a_folder_asks_for_a_path(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        addresses.default_name(url)
    assert caught.value.code == "config.path_missing"


@pytest.mark.parametrize("character", "-.%@:/[a1\0ü")
def test_no_address_takes_more_than_linear_time(character: str) -> None:
    start = time.process_time()
    for shape in ("{}", "https://{}", "https://a/{}", "git@{}:x", "ssh://{}@h/x"):
        text = shape.format(character * 200_000)
        addresses.display(text)
        with pytest.raises(ConfigError):
            addresses.check_url(text)
    assert time.process_time() - start < 5


GOOD_BRANCHES = ["main", "feature/model-2", "release/1.0", "wörk", "a@b", "dependabot/npm/x-1.2.3"]
BAD_BRANCHES = [
    "",
    "-main",
    "--upload-pack=x",
    "a..b",
    "a b",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a@{1}",
    "@",
    "HEAD",
    "/a",
    "a/",
    "a//b",
    "a.",
    ".a",
    "a/.b",
    "a.lock",
    "a.lock/b",
    "a\x7f",
    "a\nb",
    "a\0",
    "a" * 300,
    "\ud800",
]


@pytest.mark.parametrize("branch", GOOD_BRANCHES)
def test_branches_that_git_takes_too(branch: str) -> None:
    assert names.check_branch(branch) == branch
    assert subprocess.run(["git", "check-ref-format", "--branch", branch]).returncode == 0


@pytest.mark.parametrize("branch", [*BAD_BRANCHES, "refs/heads/main", "heads/main", "0" * 40])
def test_refused_branches(branch: str) -> None:
    with pytest.raises(ConfigError) as caught:
        names.check_branch(branch, "repositories[0].branch")
    assert caught.value.code == "config.branch_name"
    assert caught.value.field == "repositories[0].branch"


def test_a_full_reference_is_told_its_short_name() -> None:
    with pytest.raises(ConfigError) as caught:
        names.check_branch("refs/heads/feature/x")
    assert caught.value.hint == "Write feature/x without what precedes it."


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("churn", "churn"),
        ("team/churn/", "team/churn"),
        ("Zoë's work", "Zoë's work"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("a.b", "a.b"),
    ],
)
def test_allowed_paths(path: str, normal: str) -> None:
    assert names.check_path(path) == normal


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "config.path_empty"),
        ("/", "config.path_empty"),
        ("/etc", "config.path_absolute"),
        ("~/churn", "config.path_absolute"),
        ("~root", "config.path_absolute"),
        ("C:/churn", "config.path_absolute"),
        ("..", "config.path_escapes"),
        ("a/../../b", "config.path_escapes"),
        ("a/./b", "config.path_characters"),
        ("a//b", "config.path_characters"),
        ("a\\b", "config.path_characters"),
        ("a\0b", "config.path_characters"),
        ("a\u202eb", "config.path_characters"),
        ("-a", "config.path_characters"),
        ("a/--upload-pack=x", "config.path_characters"),
        ("a ", "config.path_characters"),
        ("a./b", "config.path_characters"),
        (".git", "config.path_git"),
        ("a/.GIT/hooks", "config.path_git"),
        ("a/GIT~1", "config.path_git"),
        (".git::$INDEX_ALLOCATION", "config.path_git"),
        (".sm-onboard/x", "config.path_hidden"),
        (".ssh", "config.path_hidden"),
        ("a/.ipython", "config.path_hidden"),
        ("a/" * 20 + "b", "config.path_long"),
        ("ü" * 150, "config.path_long"),
    ],
)
def test_refused_paths(path: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        names.check_path(path, "repositories[0].path")
    assert (caught.value.code, caught.value.field) == (code, "repositories[0].path")


def test_paths_inside_a_repository_may_be_hidden_and_keep_their_spelling() -> None:
    assert names.check_inside(".github/Zoe\u0308.ipynb", "open") == ".github/Zoe\u0308.ipynb"
    for path in (".git/config", "nb/../../x", "/etc/passwd", "-r"):
        with pytest.raises(ConfigError):
            names.check_inside(path, "open")


@pytest.mark.parametrize("folder", ["*", "src/[ab]", "!src", "#src", 'a"b'])
def test_sparse_takes_folders_not_patterns(folder: str) -> None:
    assert names.check_sparse("src/churn/", "sparse[0]") == "src/churn"
    with pytest.raises(ConfigError) as caught:
        names.check_sparse(folder, "sparse[0]")
    assert caught.value.code == "config.sparse_folder"


ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/github-AbCdEf"


@pytest.mark.parametrize("secret", ["acme/github", "a", ARN, ARN.replace("aws:", "aws-cn:", 1)])
def test_secrets_by_name_or_arn(secret: str) -> None:
    assert names.check_secret(secret) == secret


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("ghp_hunter2", "config.secret_value"),
        ("glpat-hunter2", "config.secret_value"),
        ("", "config.secret_id"),
        ("-hunter2", "config.secret_id"),
        ("hunter2 hunter2", "config.secret_id"),
        ("hunter2\n", "config.secret_id"),
        ("me:hunter2", "config.secret_id"),
        ("arn:aws:s3:::hunter2", "config.secret_id"),
        (ARN.replace("111122223333", "hunter2"), "config.secret_id"),
        (ARN.replace("eu-west-1", ""), "config.secret_id"),
    ],
)
def test_a_refused_secret_is_never_shown(secret: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        names.check_secret(secret)
    assert caught.value.code == code
    assert "hunter2" not in caught.value.message + caught.value.hint
