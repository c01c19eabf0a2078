"""The program that git calls to sign in to one repository: ``git-credential-sm-onboard``.

    git-credential-sm-onboard --url=URL (--secret=ID | --role)
        [--region=REGION] [--profile=NAME] [--report] get|store|erase

It reads git's request on stdin and writes ``username`` and ``password`` to stdout, from
Secrets Manager (``--secret``) or signed with the space's role (``--role``: CodeCommit,
CodeConnections). Nothing is kept anywhere, so ``store`` and ``erase`` do nothing.

It answers for ``URL`` (https, or http to this machine) and what lies below it, and for
nothing else: any program can ask a helper named in a configuration file. Asked for
something else it stays silent towards git, so that git goes on to its next helper. Where
the sign-in cannot be had it answers ``quit=1``: git stops instead of asking on a terminal.

What a secret may hold: JSON with ``username`` and ``password``; JSON with ``password``
alone, or a plain string: a token. A token's user name is the one in the request, else
``x-access-token`` (GitHub's name for tokens; GitLab and Azure DevOps take any), and
``x-token-auth`` for bitbucket.org, which insists on it.

stderr gets one line a program can read, ``sm-onboard: CODE key=value ...``, with values
percent-encoded and never secret. ``--report`` adds one when all went well
(``repos.secret_used``); without it, a sentence for the person follows an error.

Git starts this program for every fetch: what it does not need is not imported, and it is
also run by its path (``python -I FILE``), hence absolute imports inside functions.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

_REQUEST_LIMIT = 64 * 1024  # bytes; git's requests are a few hundred
_PORTS = {"https": ":443", "http": ":80"}


class Refused(Exception):
    """There is no sign-in to give.

    Args:
        code: see ``refusals.py``, which has a sentence for each.
        facts: what the sentence names; no secret values.
    """

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def main(arguments: Sequence[str] | None = None) -> int:
    """Answers one request of git's. Always 0: what went wrong is in the answer."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words.pop() != "get":
        return 0
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words)
    _find_package()
    try:
        request = parse_request(sys.stdin.buffer.read(_REQUEST_LIMIT))
        if not in_scope(request, options.get("url", "")):
            _say("repos.helper_out_of_scope", {"host": request.get("host", "")})
            return 0
        answer, note = sign_in(request, options)
    except Refused as refused:
        _say(refused.code, refused.facts)
        if "report" not in options:
            _explain(refused, options)
        answer, note = {"quit": "1"}, {}
    except Exception as error:  # a traceback would show values
        _say("repos.helper_failed", {"error": type(error).__name__})
        answer, note = {"quit": "1"}, {}
    if "report" in options and note:
        _say("repos.secret_used", note)
    sys.stdout.write("".join(f"{key}={value}\n" for key, value in answer.items()))
    sys.stdout.flush()
    return 0


def parse_request(content: bytes) -> dict[str, str]:
    """Git's ``key=value`` lines, up to the first empty one."""
    request: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").split("\n"):
        key, equals, value = line.partition("=")
        if not equals:
            break
        request[key] = value
    return request


def in_scope(request: Mapping[str, str], url: str) -> bool:
    """Whether a request is for ``url`` or below it, and may be answered at all."""
    scope = urlsplit(url)
    protocol = request.get("protocol", "")
    path = request.get("path", "").strip("/")
    allowed = unquote(scope.path).strip("/")
    return (
        (protocol == "https" or (protocol == "http" and is_loopback(scope.hostname or "")))
        and protocol == scope.scheme
        and bool(scope.hostname)
        and _authority(protocol, request.get("host", ""))
        == _authority(protocol, scope.netloc.rpartition("@")[2])
        and bool(allowed)
        and (path == allowed or path.startswith(allowed + "/"))
        and ".." not in path.split("/")
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by definition, without asking DNS."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def sign_in(
    request: Mapping[str, str], options: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(the answer for git, what may be reported about it).

    Raises:
        Refused: there is none.
    """
    from sm_onboard.aws import Aws

    region = options.get("region") or None
    secret = options.get("secret", "")
    if secret.startswith("arn:"):
        region = secret.split(":")[3]
    aws = Aws(region=region, profile=options.get("profile") or None)
    if "role" in options:
        return _by_role(aws, request), {}
    return _by_secret(aws, secret, request)


def _by_role(aws: Any, request: Mapping[str, str]) -> dict[str, str]:
    from sm_onboard.errors import OnboardError
    from sm_onboard.repos.access import codecommit

    host = request["host"].partition(":")[0]
    known = codecommit.aws_git_host(host)
    if known is None:
        raise Refused("repos.helper_out_of_scope", host=host)
    try:
        keys = aws.credentials()
    except OnboardError as error:
        raise _aws_refused(error, "") from error
    now = datetime.now(timezone.utc)
    return {
        "username": codecommit.username(keys.access_key, keys.token),
        "password": codecommit.password(
            host, request["path"].lstrip("/"), known[1], keys.secret_key, now
        ),
    }


def _by_secret(
    aws: Any, secret: str, request: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    from sm_onboard.aws import errors
    from sm_onboard.errors import OnboardError

    try:
        client = aws.client("secretsmanager")
        with errors("secretsmanager:GetSecretValue", secret):
            found = client.get_secret_value(SecretId=secret)
    except OnboardError as error:
        raise _aws_refused(error, secret) from error
    text = found.get("SecretString")
    if text is None:
        raise Refused("repos.secret_malformed", secret=secret, why="binary")
    username, password = parse_secret(text, secret, request)
    created = found.get("CreatedDate")
    note = {"secret": secret, "changed": created.date().isoformat() if created else ""}
    return {"username": username, "password": password}, note


def parse_secret(text: str, secret: str, request: Mapping[str, str]) -> tuple[str, str]:
    """(user name, password) out of a secret's text; see the top of this file.

    Raises:
        Refused: ``repos.secret_malformed``, with ``why``: empty, json, password, username
            or line (a line end, which git's protocol cannot carry).
    """
    username: object = None
    password: object = text.strip()
    if text.lstrip().startswith("{"):
        try:
            fields = json.loads(text)
        except ValueError:
            raise Refused("repos.secret_malformed", secret=secret, why="json") from None
        username, password = fields.get("username"), fields.get("password")
        if not isinstance(password, str) or not password:
            raise Refused("repos.secret_malformed", secret=secret, why="password")
        if username is not None and (not isinstance(username, str) or not username):
            raise Refused("repos.secret_malformed", secret=secret, why="username")
    if not password:
        raise Refused("repos.secret_malformed", secret=secret, why="empty")
    if username is None:
        host = request.get("host", "").lower()
        username = request.get("username") or (
            "x-token-auth" if host == "bitbucket.org" else "x-access-token"
        )
    for value in (str(username), str(password)):
        if any(character in value for character in "\n\r\0"):
            raise Refused("repos.secret_malformed", secret=secret, why="line")
    return str(username), str(password)


def _aws_refused(error: Any, secret: str) -> Refused:
    """The code for a failure of Secrets Manager's or of the credentials."""
    from sm_onboard.aws import Refusal

    refusal = Refusal.of(error.__cause__)
    words = refusal.message.lower()
    facts = {"secret": secret, "aws": refusal.code}
    action = "secretsmanager:GetSecretValue"
    # Secrets Manager passes on what KMS said in its own answers' text. A secret's own name,
    # which is in that text too, may hold "kms".
    kms = "access to kms" in words or "perform: kms:" in words
    if refusal.code == "DecryptionFailure" or (error.code == "aws.forbidden" and kms):
        return Refused("repos.secret_kms_forbidden", **facts, action="kms:Decrypt")
    if refusal.code == "InvalidRequestException" and "delet" in words:
        return Refused("repos.secret_deleted", **facts)
    codes = {
        "aws.forbidden": "repos.secret_forbidden",
        "aws.not_found": "repos.secret_missing",
        "aws.unreachable": "repos.secret_unreachable",
        "aws.no_credentials": "repos.aws_no_credentials",
        "aws.credentials_expired": "repos.aws_credentials_expired",
        "aws.credentials_refused": "repos.aws_credentials_refused",
        "aws.no_region": "repos.aws_no_region",
    }
    return Refused(codes.get(error.code, "repos.secret_failed"), **facts, action=action)


def _authority(protocol: str, host: str) -> str:
    return host.lower().removesuffix(_PORTS.get(protocol, ""))


def _say(code: str, facts: Mapping[str, str]) -> None:
    words = [f"{key}={quote(value, safe='/:@._-+=')}" for key, value in facts.items() if value]
    print("sm-onboard:", code, *words, file=sys.stderr)


def _explain(refused: Refused, options: Mapping[str, str]) -> None:
    from sm_onboard.repos.access import refusals

    host = urlsplit(options.get("url", "")).hostname or ""
    secret = options.get("secret", "")
    sentence = refusals.helper_sentence(refused.code, refused.facts, host=host, secret=secret)
    print(sentence[1], sentence[2], file=sys.stderr)


def _find_package() -> None:
    """Makes ``sm_onboard`` importable where this file is run by its path with ``-I``.

    At the end of the search path: nothing that lies there can take another's place.
    """
    folder = os.path.abspath(__file__)
    for _ in range(4):  # access, repos, sm_onboard, and what holds the package
        folder = os.path.dirname(folder)
    if folder not in sys.path:
        sys.path.append(folder)


if __name__ == "__main__":
    sys.exit(main())
