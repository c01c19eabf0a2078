"""How git signs in for one entry of the plan.

================================  =====================================================
the entry                         how git signs in
================================  =====================================================
``secret: ID``                    our helper reads Secrets Manager
a CodeCommit or CodeConnections   our helper signs with the space's role
address
an ssh address                    the person's keys, never asking anything
anything else                     whatever the person already has
================================  =====================================================

Where our helper is used, the helpers inherited from the person's configuration are reset
first: git hands a password that worked to *every* helper, and a configured ``store``
would write it to disk. The helper is bound to one host and path.

A clone keeps a line naming the secret and the helper, so that the person's own pull and
push work. It calls ``git-credential-sm-onboard`` by name: a path would break with the
next image. The folder it is installed in now is searched after ``PATH``, for terminals of
another environment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sm_onboard.errors import ConfigError
from sm_onboard.git.listener import Access

from ..models import Entry
from . import refusals
from .codecommit import aws_git_host
from .credential_helper import is_loopback

COMMAND = "git-credential-sm-onboard"
CONNECT_TIMEOUT = 10  # seconds, for ssh

_HELPER_FILE = Path(__file__).with_name("credential_helper.py")
_KNOWN_HOSTS = Path(__file__).with_name("known_hosts")

# Secrets Manager's own rule for names, and ARNs of it. Nothing in it means anything to a
# shell, and the first character keeps it from looking like an option.
_SECRET = re.compile(
    r"(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9_/][A-Za-z0-9/_+=.@-]{0,511}"
)
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}")
_PROFILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_PATH = re.compile(r"/[A-Za-z0-9._~%@:+,=/-]+")  # no * ? # [: they mean something to git
_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:]+):(?!//)")


class GitCredentials:
    """The ``Credentials`` of ``ports.py``. Holds no state; safe to share between threads.

    Args:
        region: where Secrets Manager is asked, unless an ARN says otherwise; None is the
            environment's.
        profile: a profile of ``~/.aws/config`` for reading secrets; None is the space's role.
        environment: the server's environment variables; None is ``os.environ``.

    Raises:
        ConfigError: ``repos.region_invalid``, ``repos.profile_invalid``.
    """

    def __init__(
        self,
        region: str | None = None,
        profile: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        inherited = self._environment.get("AWS_REGION", "")
        if region is None and _REGION.fullmatch(inherited):
            region = inherited
        if region and not _REGION.fullmatch(region):
            raise ConfigError("repos.region_invalid", "The AWS region is not one.", "Set it again.")
        if profile and not _PROFILE.fullmatch(profile):
            raise ConfigError(
                "repos.profile_invalid", "The AWS profile's name is not one.", "Set it again."
            )
        self._region = region
        self._profile = profile

    def access(self, entry: Entry) -> Access:
        """How git signs in for ``entry``. Asks nobody; reads no secret.

        Raises:
            ConfigError: ``repos.secret_invalid``, ``repos.secret_needs_https``.
        """
        if _ssh_place(entry.url):
            if entry.secret:
                raise ConfigError(
                    "repos.secret_needs_https",
                    "A secret is a user name and a password, and ssh takes neither.",
                    "Use the repository's https address, or remove secret.",
                    field="secret",
                )
            return Access(environment=(("GIT_SSH_COMMAND", self._ssh_command()),))
        parts = urlsplit(entry.url)
        if entry.secret:
            if not _SECRET.fullmatch(entry.secret):
                raise ConfigError(
                    "repos.secret_invalid",
                    "That is not the name or the ARN of a secret of Secrets Manager.",
                    "Write its name, for example acme/github, or its ARN.",
                    field="secret",
                )
            return self._helped(parts, [f"--secret={entry.secret}"])
        if parts.scheme == "https" and aws_git_host(parts.hostname or ""):
            return self._helped(parts, ["--role"])
        return Access()

    def explain(self, entry: Entry, stderr: str) -> refusals.Sentence | None:
        """(code, message, hint) for a refused sign-in, None where it was something else.

        Args:
            stderr: all that git wrote to stderr in one call, in the C locale, its
                helpers' lines included.
        """
        place = _ssh_place(entry.url)
        if place:
            return refusals.explain_ssh(stderr, *place)
        parts = urlsplit(entry.url)
        return refusals.explain_http(
            stderr, host=_authority(parts), path=parts.path, secret=entry.secret
        )

    def _helped(self, parts: SplitResult, how: list[str]) -> Access:
        scope = _scope(parts)
        options = [f"--url={scope}", *how]
        if self._region and how != ["--role"]:  # a git host of AWS's names its region itself
            options.append(f"--region={self._region}")
        if self._profile:
            options.append(f"--profile={self._profile}")
        ours = shlex.join([sys.executable, "-I", str(_HELPER_FILE), *options, "--report"])
        kept = f'PATH="$PATH":{shlex.quote(_scripts())} {shlex.join([COMMAND, *options])}'
        key = f"credential.{scope}.helper"
        with_path = (f"credential.{scope}.useHttpPath", "true")
        return Access(
            config=(("credential.helper", ""), (key, ""), (key, f"!{ours}"), with_path),
            keep=((key, ""), (key, f"!{kept}"), with_path),
        )

    def _ssh_command(self) -> str:
        """The person's ssh command, made to fail where it would ask.

        ``StrictHostKeyChecking`` stays what ssh's configuration says. Its default, ask,
        means no under ``BatchMode``: a host never seen before is refused, not trusted,
        because what comes from it is code. The keys of the large hosts are shipped, so
        that these need no asking.
        """
        command = self._environment.get("GIT_SSH_COMMAND") or self._configured_ssh() or "ssh"
        options = [
            "BatchMode=yes",
            f"ConnectTimeout={CONNECT_TIMEOUT}",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=4",
        ]
        if not re.search(r"[\s\"\\%]", str(_KNOWN_HOSTS)):  # ssh splits the value at spaces
            options.append(
                "GlobalKnownHostsFile=/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2 "
                f"{_KNOWN_HOSTS}"
            )
        return " ".join([command, *(f"-o {shlex.quote(option)}" for option in options)])

    def _configured_ssh(self) -> str:
        """The person's ``core.sshCommand``; GIT_SSH_COMMAND would hide it."""
        try:
            asked = subprocess.run(
                ["git", "config", "--get", "core.sshCommand"],
                cwd="/",
                env=dict(self._environment),
                capture_output=True,
                text=True,
                timeout=10,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return asked.stdout.strip() if asked.returncode == 0 else ""


def _scope(parts: SplitResult) -> str:
    """The address a helper is bound to: scheme, host, port and path, nothing else.

    Raises:
        ConfigError: ``repos.url_invalid``; for addresses that git would read as a pattern.
    """
    host = _authority(parts)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    path = parts.path.rstrip("/")
    if not safe or not _HOST.fullmatch(host) or not _PATH.fullmatch(path):
        raise ConfigError(
            "repos.url_invalid",
            "A sign-in cannot be bound to this address.",
            "Write https://HOST/PATH with plain letters.",
            field="url",
        )
    return f"{parts.scheme}://{host}{path}"


def _authority(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _ssh_place(url: str) -> tuple[str, str, int | None] | None:
    """(user, host, port) of an ssh address in either form, None for anything else."""
    if url.startswith("ssh://"):
        parts = urlsplit(url)
        return parts.username or "", parts.hostname or "", parts.port
    match = _SCP.match(url) if "://" not in url else None
    return (match["user"] or "", match["host"], None) if match else None


def _scripts() -> str:
    """The folder that holds the helper's command; it need not be on PATH."""
    folders = [os.path.dirname(sys.executable), sysconfig.get_path("scripts")]
    if sysconfig.get_preferred_scheme("user") in sysconfig.get_scheme_names():
        folders.append(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    found = shutil.which(COMMAND, path=os.pathsep.join(folders))
    return os.path.dirname(found) if found else folders[0]
