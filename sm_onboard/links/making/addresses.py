"""A file's address at the host of its repository, for whoever has no JupyterLab."""

from __future__ import annotations

import re
from urllib.parse import quote

from sm_onboard.errors import ConfigError
from sm_onboard.git.addresses import Address, parse

from ..models import HostAddress

_SAME = {  # names under which hosts take ssh through port 443
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
_CODECOMMIT = re.compile(r"git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")


def addresses(url: str, commit: str, path: str) -> tuple[HostAddress, ...]:
    """The file's address at a commit; empty for hosts whose pages are not known.

    Args:
        url: of the repository, in normal form.
        commit: whole, and one that the host has.
        path: below the repository.
    """
    try:
        address = parse(url)
    except ConfigError:
        return ()
    found = _address(address, commit, quote(path, safe="/"))
    return (found,) if found else ()


def _address(address: Address, commit: str, path: str) -> HostAddress | None:
    host = _SAME.get(address.host, address.host)
    repository = address.path.removesuffix(".git")
    codecommit = _CODECOMMIT.fullmatch(host)
    if codecommit:
        region, name = codecommit[1], repository.rpartition("/")[2]
        console = "console.amazonaws.cn" if codecommit[2] else f"{region}.console.aws.amazon.com"
        page = f"codesuite/codecommit/repositories/{name}/browse/{commit}/--/{path}"
        return HostAddress(host="CodeCommit", url=f"https://{console}/{page}?region={region}")
    # the port of ssh says nothing of the one that pages are at
    place = f"{host}:{address.port}" if address.port and address.scheme == "https" else host
    if address.scheme == "http":
        return None
    base = f"https://{place}{repository}"
    labels = host.split(".")
    if labels[0] == "github":
        return HostAddress(host="GitHub", url=f"{base}/blob/{commit}/{path}")
    if labels[0] == "gitlab":
        return HostAddress(host="GitLab", url=f"{base}/-/blob/{commit}/{path}")
    if host == "bitbucket.org":
        return HostAddress(host="Bitbucket", url=f"{base}/src/{commit}/{path}")
    return None
