"""What a refused sign-in means: from what git and the helper wrote to a sentence.

The only text of others that is read here chooses between our own sentences; none of it
is repeated, since a host can write what it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from .codecommit import aws_git_host

Sentence = tuple[str, str, str]  # code, message, hint

_LINE = re.compile(r"^sm-onboard: (repos\.[a-z_]+)((?: [a-z]+=[A-Za-z0-9/:@._~+=%-]*)*) *$", re.M)
_ASKED = re.compile(
    r"^fatal: (?:could not read (?:Username|Password) for|Authentication failed for) '([^']*)'",
    re.M,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_WHY_MALFORMED = {
    "binary": "it is binary; store it as text",
    "json": "it starts like JSON and is not",
    "password": 'its JSON has no "password"',
    "username": 'its "username" is not a text',
    "empty": "it is empty",
    "line": "it holds a line break",
}

_HELPER: dict[str, tuple[str, str]] = {
    "repos.secret_forbidden": (
        "This space's role may not read the secret {secret}: secretsmanager:GetSecretValue is "
        "missing.",
        "Ask your administrator to allow secretsmanager:GetSecretValue on the secret {secret}.",
    ),
    "repos.secret_kms_forbidden": (
        "This space's role may not decrypt the secret {secret}: kms:Decrypt is missing.",
        "Ask your administrator to allow kms:Decrypt on the key of the secret {secret}.",
    ),
    "repos.secret_missing": (
        "Secrets Manager has no secret {secret} in this account and region.",
        "Check the name under secret: in onboard.yaml. In another region or account, write its "
        "ARN.",
    ),
    "repos.secret_deleted": (
        "The secret {secret} is marked for deletion.",
        "Restore it in Secrets Manager, or name another one under secret: in onboard.yaml.",
    ),
    "repos.secret_malformed": (
        "The secret {secret} cannot be used: {why}.",
        'Store JSON with "username" and "password", or a token alone.',
    ),
    "repos.secret_unreachable": (
        "Secrets Manager did not answer, so the secret {secret} for {host} could not be read.",
        "In a VPC without internet it needs a VPC endpoint for secretsmanager: ask your "
        "administrator.",
    ),
    "repos.secret_failed": (
        "The secret {secret} could not be read.{aws}",
        "Try again. The log says more.",
    ),
    "repos.aws_no_credentials": (
        "There are no AWS credentials here, so the sign-in for {host} could not be made.",
        "In Studio the space's role provides them. Elsewhere, run: aws configure",
    ),
    "repos.aws_credentials_expired": (
        "The AWS credentials have expired, so the sign-in for {host} could not be made.",
        "Sign in to AWS again, or restart the space.",
    ),
    "repos.aws_credentials_refused": (
        "AWS refused the credentials here, so the sign-in for {host} could not be made.",
        "Sign in to AWS again, or restart the space.",
    ),
    "repos.aws_no_region": (
        "No AWS region is set, so it is unknown where the secret {secret} is.",
        "Write the secret's ARN in onboard.yaml, or set AWS_REGION.",
    ),
    "repos.helper_failed": (
        "The sign-in for {host} could not be made.",
        "The log says more.",
    ),
}


def helper_sentence(code: str, facts: Mapping[str, str], *, host: str, secret: str) -> Sentence:
    """The sentence for a code of the helper's.

    Args:
        facts: from the helper's line; only ``why`` and ``aws`` are used, both checked.
        host: of the repository.
        secret: as the configuration names it; may be empty.
    """
    message, hint = _HELPER.get(code, _HELPER["repos.helper_failed"])
    aws = facts.get("aws", "")
    words = {
        "host": host,
        "secret": secret,
        "why": _WHY_MALFORMED.get(facts.get("why", ""), "its text is not understood"),
        "aws": f" Secrets Manager said {aws}." if re.fullmatch(r"[A-Za-z]{3,60}", aws) else "",
    }
    return code, message.format(**words), hint.format(**words)


def helper_lines(stderr: str) -> list[tuple[str, dict[str, str]]]:
    """(code, facts) of the helper's lines in git's stderr, in order."""
    found = []
    for match in _LINE.finditer(stderr):
        pairs = (word.partition("=") for word in match[2].split())
        found.append((match[1], {key: unquote(value) for key, _, value in pairs}))
    return found


def explain_http(stderr: str, *, host: str, path: str, secret: str | None) -> Sentence | None:
    """The sentence for a sign-in over https that failed; None where it did not fail by that.

    Args:
        stderr: everything git wrote, in the C locale.
        host: of the repository, with its port where it has one.
        path: of the repository, ``acme/churn.git``.
        secret: the entry's secret.
    """
    changed = ""
    refused: Sentence | None = None
    for code, facts in helper_lines(stderr):
        if code == "repos.secret_used":
            changed = facts.get("changed", "")
        elif code in _HELPER:
            refused = helper_sentence(code, facts, host=host, secret=secret or "")
    if refused:
        return refused
    asked = _ASKED.findall(stderr)
    if asked and urlsplit(asked[-1]).netloc.rpartition("@")[2].lower() != host.lower():
        return (
            "repos.redirected",
            f"{host} leads to another host, which asks for a sign-in of its own.",
            "Write the repository's present address in onboard.yaml.",
        )
    status = re.search(r"The requested URL returned error: (\d{3})", stderr)
    number = status[1] if status else ""
    if "Authentication failed for" in stderr or number == "401":
        return _refused(stderr, host, secret, changed)
    if re.search(r"could not read (Username|Password) for|terminal prompts", stderr):
        return (
            "repos.sign_in_missing",
            f"{host} asks for a sign-in, and there is none for it here.",
            "Name a secret of Secrets Manager under secret: in onboard.yaml, or sign in once "
            "with git in a terminal.",
        )
    if number == "403":
        return _forbidden(host, path, secret)
    if number == "404" or re.search(r"^fatal: repository '.*' not found", stderr, re.M):
        who = f"the secret {secret}" if secret else "this sign-in"
        return (
            "repos.not_found",
            f"{host} has no repository {_name(path)}, or does not show it to {who}.",
            "Check the address in onboard.yaml, and that this sign-in may read the repository.",
        )
    return None


def explain_ssh(stderr: str, user: str, host: str, port: int | None) -> Sentence | None:
    """The sentence for a sign-in over ssh that failed; None where it did not fail by that."""
    at = f"-p {port} " if port else ""
    known_as = f"[{host}]:{port}" if port and port != 22 else host
    if "REMOTE HOST IDENTIFICATION HAS CHANGED" in stderr:
        return (
            "repos.host_key_changed",
            f"The ssh key of {host} is not the one known here. Somebody may be in between.",
            f"Ask your administrator. If the host has a new key, run: ssh-keygen -R '{known_as}'",
        )
    if "Host key verification failed" in stderr or "host key is known for" in stderr:
        return (
            "repos.host_key_unknown",
            f"The ssh key of {host} is not known here yet.",
            f"Run ssh -T {at}{user or 'git'}@{host} in a terminal and compare the fingerprint with "
            "the one that the host publishes.",
        )
    if re.search(r"Permission denied \(|Too many authentication failures", stderr):
        return (
            "repos.ssh_key_refused",
            f"{host} accepted none of your ssh keys.",
            f"Add your public key at {host}, or use an https address with secret: in "
            "onboard.yaml. A key with a passphrase must be in an ssh agent.",
        )
    if re.search(r"Repository not found|repository .* not found|could not be found", stderr, re.I):
        return (
            "repos.not_found",
            f"{host} has no such repository, or does not show it to your ssh key.",
            "Check the address in onboard.yaml, and that your key may read the repository.",
        )
    if re.search(
        r"connect to host \S+ port \d+: |Connection (timed out|closed) (by|during)", stderr
    ):
        return (
            "repos.ssh_unreachable",
            f"{host} did not answer over ssh.",
            "Many networks let only https out: use the https address in onboard.yaml.",
        )
    if re.search(r"cannot run ssh|ssh: (command )?not found", stderr):
        return (
            "repos.ssh_not_installed",
            "There is no ssh on this machine.",
            "Use the https address in onboard.yaml.",
        )
    return None


def _refused(stderr: str, host: str, secret: str | None, changed: str) -> Sentence:
    if aws_git_host(host.partition(":")[0]):
        return _forbidden(host, "", secret)
    if not secret:
        return (
            "repos.sign_in_refused",
            f"{host} refused the sign-in that git has for it. It may have expired.",
            "Sign in once with git in a terminal, or name a secret under secret: in onboard.yaml.",
        )
    since = f", last changed on {changed}," if _DATE.fullmatch(changed) else ""
    hint = f"Put a new token into the secret {secret}, then retry."
    if re.search(r"^remote:.*\bexpired\b", stderr, re.M | re.I):
        return (
            "repos.secret_expired",
            f"{host} refused the sign-in. The secret {secret}{since} has expired.",
            hint,
        )
    return (
        "repos.sign_in_refused",
        f"{host} refused the sign-in. The secret {secret}{since} may have expired.",
        hint,
    )


def _forbidden(host: str, path: str, secret: str | None) -> Sentence:
    known = aws_git_host(host.partition(":")[0])
    if known and not secret:
        action = (
            "codecommit:GitPull" if known[0] == "codecommit" else ("codeconnections:UseConnection")
        )
        return (
            "repos.role_forbidden",
            f"{host} refused this space's role: {action} is missing.",
            f"Ask your administrator to allow {action} for it.",
        )
    message = f"{host} does not let you read {_name(path)} with this sign-in."
    if secret:
        message = f"{host} knows the secret {secret}, but does not let it read {_name(path)}."
    return (
        "repos.sign_in_forbidden",
        message,
        "Give the token the right to read this repository, or authorize it for the organization.",
    )


def _name(path: str) -> str:
    return path.strip("/").removesuffix(".git") or "it"
