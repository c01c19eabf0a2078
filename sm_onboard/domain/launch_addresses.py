"""Where Studio's pages are, and which addresses a browser is sent to.

Sources: the portal's host, and its pages jupyterlab/SPACE, code-editor and jumpstart, as people
and AWS's own tools link to them; ``tensorboard/default`` on the domain's own host from the
SageMaker Python SDK; ``canvas/default`` from AWS's guide. Pages of which no source was found are
not guessed: Studio's home page leads to all of them.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from sm_onboard.errors import Conflict, Unreachable

_DOMAIN = re.compile(r"d-[a-z0-9-]{1,61}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]{1,12}){1,3}-\d{1,2}")
_STUDIO = re.compile(r"([a-z0-9-]{1,63}\.){1,8}sagemaker\.aws")
_MLFLOW_APP = re.compile(r"([a-z0-9-]{1,63}\.){1,6}sagemaker\.[a-z0-9-]{1,30}\.app\.aws")
_LONGEST = 16_384  # characters; presigned ones carry a token of some thousands


def portal(domain: str | None, region: str | None, path: str = "") -> str:
    """A page of the Studio portal. It asks whoever opens it to sign in.

    Args:
        path: as ``part`` makes its parts: ``jupyterlab/alice-lab``.

    Raises:
        Conflict: ``domain.no_portal``: the domain or its region is not known.
    """
    return f"https://studio-{_host(domain, region)}/{path}"


def app(domain: str | None, region: str | None, path: str) -> str:
    """An app of a user profile's, on the domain's own host; errors as ``portal``."""
    return f"https://{_host(domain, region)}/{path}"


def part(name: str) -> str:
    """A name of AWS's as one part of a path."""
    return quote(name, safe="") if name not in (".", "..") else ""


def checked(url: object, endpoint: str) -> str:
    """An address that AWS made, when it leads to Studio or MLflow.

    Args:
        endpoint: whom we asked; its own address is as good. This is how a local SageMaker,
            which AWS_ENDPOINT_URL names, may answer with its own.

    Raises:
        Unreachable: ``domain.odd_address``. The address itself is not in the message.
    """
    if isinstance(url, str) and len(url) <= _LONGEST and url.isascii() and url.isprintable():
        try:
            there, asked = urlsplit(url), urlsplit(endpoint)
            mine = (there.scheme, there.netloc) == (asked.scheme, asked.netloc)
            host, port, user = there.hostname or "", there.port, there.username
        except ValueError:
            mine, host, port, user = False, "", None, None
        studio = _STUDIO.fullmatch(host) or _MLFLOW_APP.fullmatch(host)
        if user is None and "\\" not in url and " " not in url:
            if mine and there.scheme in ("https", "http"):
                return url
            if studio and there.scheme == "https" and port in (None, 443):
                return url
    raise Unreachable(
        "domain.odd_address",
        "SageMaker gave an address that does not lead to Studio. It was not opened.",
        "Check AWS_ENDPOINT_URL, and which proxy answers for AWS here.",
    )


def _host(domain: str | None, region: str | None) -> str:
    if not _DOMAIN.fullmatch(domain or "") or not _REGION.fullmatch(region or ""):
        raise Conflict(
            "domain.no_portal",
            "It is not known which domain's portal to open.",
            "Choose a domain and its region.",
        )
    return f"{domain}.studio.{region}.sagemaker.aws"
