"""Addresses of files at hosts."""

from __future__ import annotations

import pytest

from sm_onboard.links.making.addresses import addresses

C = "4f2a9c1e5b7d8f0a1c2e3d4f5a6b7c8d9e0f1a2b"


@pytest.mark.parametrize(
    ("url", "path", "host", "wanted"),
    [
        ("https://github.com/acme/churn.git", "nb/a b#1?.ipynb", "GitHub",
         f"https://github.com/acme/churn/blob/{C}/nb/a%20b%231%3F.ipynb"),
        ("ssh://git@github.com/acme/churn.git", "a.py", "GitHub",
         f"https://github.com/acme/churn/blob/{C}/a.py"),
        ("ssh://git@ssh.github.com:443/acme/churn", "a.py", "GitHub",
         f"https://github.com/acme/churn/blob/{C}/a.py"),
        ("https://github.acme.com:8443/a/b", "ä.py", "GitHub",
         f"https://github.acme.com:8443/a/b/blob/{C}/%C3%A4.py"),
        ("https://gitlab.com/g/sub/churn.git", "a%20.py", "GitLab",
         f"https://gitlab.com/g/sub/churn/-/blob/{C}/a%2520.py"),
        ("ssh://git@gitlab.acme.com:2222/g/churn.git", "a.py", "GitLab",
         f"https://gitlab.acme.com/g/churn/-/blob/{C}/a.py"),
        ("https://bitbucket.org/acme/churn", "a.py", "Bitbucket",
         f"https://bitbucket.org/acme/churn/src/{C}/a.py"),
        ("codecommit::eu-west-1://churn", "nb/a.ipynb", "CodeCommit",
         "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/churn/browse/"
         f"{C}/--/nb/a.ipynb?region=eu-west-1"),
        ("ssh://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/churn", "a.py", "CodeCommit",
         "https://console.amazonaws.cn/codesuite/codecommit/repositories/churn/browse/"
         f"{C}/--/a.py?region=cn-north-1"),
    ],
)  # fmt: skip
def test_known_hosts(url: str, path: str, host: str, wanted: str) -> None:
    (found,) = addresses(url, C, path)
    assert (found.host, found.url) == (host, wanted)


@pytest.mark.parametrize(
    "url", ["https://git.acme.com/a/b", "http://127.0.0.1:8000/churn.git", "/srv/churn", ""]
)
def test_others_have_none(url: str) -> None:
    assert addresses(url, C, "a.py") == ()
