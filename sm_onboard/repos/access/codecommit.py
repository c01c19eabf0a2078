"""The sign-in for AWS's own git hosts: CodeCommit and CodeConnections.

Both take HTTP basic authentication whose user name is the access key (with the session
token behind a ``%``) and whose password is an AWS Signature Version 4 of the request
``GIT <path>``. The AWS CLI's ``codecommit credential-helper`` does the same; signing here
spares the person the CLI and its start-up time. CodeConnections uses the same signature,
service name included; the CLI needs ``--ignore-host-check`` only for foreign host names.

What differs from ordinary Signature Version 4, and is part of the scheme: the method is
``GIT``, the only header is ``host`` without its port, the hash of the body is left out
together with its line's end, and the time has no ``Z`` where it is signed but one in the
password.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal

_REGION = r"([a-z]{2}(?:-[a-z]+)+-\d{1,2})"
_HOSTS: tuple[tuple[Literal["codecommit", "codeconnections"], re.Pattern[str]], ...] = (
    (
        "codecommit",
        re.compile(
            rf"(?:vpce-[a-z0-9-]+\.)?git-codecommit(?:-fips)?\.{_REGION}\.(?:vpce\.)?"
            r"amazonaws\.com(?:\.cn)?"
        ),
    ),
    (
        "codeconnections",
        re.compile(rf"(?:codeconnections|codestar-connections)\.{_REGION}\.amazonaws\.com"),
    ),
)


def aws_git_host(host: str) -> tuple[Literal["codecommit", "codeconnections"], str] | None:
    """(service, region) for a host name of AWS's git hosts, None for any other."""
    for service, pattern in _HOSTS:
        match = pattern.fullmatch(host.lower())
        if match is not None:
            return service, match[1]
    return None


def username(access_key: str, token: str | None) -> str:
    """The user name that goes with ``password``."""
    return f"{access_key}%{token}" if token else access_key


def password(host: str, path: str, region: str, secret_key: str, now: datetime) -> str:
    """The password for one repository; the host accepts it for some minutes.

    Args:
        host: without a port.
        path: as git names it, without the leading slash: ``v1/repos/churn``.
        region: of the host.
        secret_key: the AWS secret access key.
        now: the present time in UTC.
    """
    time = now.strftime("%Y%m%dT%H%M%S")
    scope = f"{time[:8]}/{region}/codecommit/aws4_request"
    request = f"GIT\n/{path}\n\nhost:{host}\n\nhost\n"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}"
    return f"{time}Z{hmac.digest(key, text.encode(), 'sha256').hex()}"
