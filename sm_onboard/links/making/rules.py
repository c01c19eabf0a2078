"""The rules by which secrets are found: bc-detect-secrets', and marks of tokens that it lacks."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sm_onboard.errors import Conflict

_DETECTORS = {
    "artifactory": "ArtifactoryDetector",
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "basic_auth": "BasicAuthDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "jwt": "JwtTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "twilio": "TwilioKeyDetector",
}
_AZURE = frozenset(("azure", "accountkey", "account_key"))
PRIVATE, _NAMED = "Private Key", "Password or key"
_MARKS = {
    "GitHub Token": r"github_pat_[A-Za-z0-9_]{40,}",
    "GitLab Token": r"gl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,}",
    "Hugging Face Token": r"hf_[A-Za-z0-9]{30,}",
    "OpenAI or Anthropic Key": r"sk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_-]{32,}",
    "PyPI Token": r"pypi-AgE[A-Za-z0-9_-]{50,}",
    "Databricks Token": r"dapi[0-9a-f]{32}",
    "Google API Key": r"AIza[A-Za-z0-9_-]{35}",
    PRIVATE: r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----",
}
_SHORTEST = 6  # characters of a password
_NO_SECRET = re.compile(
    r"(?i:x+|\*+|\.+|-+|your[-_ ].*|<.*|change[-_]?me.*|example.*|dummy.*|placeholder.*|todo|none|"
    r"null|true|false|password|passwd|secret|token|test|api[-_]?key)"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"  # the name of a variable
    r"|[a-z0-9.-]+(?:/[a-z0-9._-]+)+"  # the name of a secret, or a path
)
_NAME = re.compile(r"(\w+)\W*\Z")


class Rule(NamedTuple):
    """Attributes:
    what: the kind of secret.
    words: in small letters; without any of them there is none. Empty: not known.
    marks: expressions, likewise.
    find: the secrets in a line.
    """

    what: str
    words: frozenset[str]
    marks: list[re.Pattern[str]]
    find: Callable[[str], Iterable[str]]


class Rules:
    """The detectors of the package; their global settings and filters are not used."""

    def __init__(self) -> None:
        try:
            found = [
                getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()
                for module, name in _DETECTORS.items()
            ]
            each = [
                Rule(
                    x.secret_type,
                    _AZURE if "Azure" in x.secret_type else frozenset(),
                    list(x.denylist),
                    x.analyze_string,
                )
                for x in found
            ]
            keyword = importlib.import_module("detect_secrets.plugins.keyword")
            self._types = importlib.import_module("detect_secrets.util.filetype")
            self._likely = importlib.import_module("detect_secrets.filters.heuristic")
            self._by_type = keyword.REGEX_BY_FILETYPE
            self._quoted = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
            self._keyword = keyword.KeywordDetector()
            names = re.compile("|".join(keyword.DENYLIST), re.IGNORECASE)
            # the longest word of each expression: a search for words is a hundred times faster
            words = frozenset(
                max(re.findall(r"[^\W\d_]+", x), key=len, default="") for x in keyword.DENYLIST
            )
        except (ImportError, AttributeError, TypeError) as error:
            raise Conflict(
                "links.no_detector",
                "Secrets cannot be looked for: the package bc-detect-secrets is not as expected.",
                "Run: pip install --force-reinstall bc-detect-secrets",
            ) from error
        for what, mark in _MARKS.items():
            compiled = re.compile(mark)
            each.append(Rule(what, frozenset(), [compiled], _all_of(compiled)))
        self._each = [*each, Rule(_NAMED, words, [names], _nothing)]

    def chosen(self, text: str) -> list[Rule]:
        """The rules that find something in a text at all: each is slow line by line."""
        small = text.lower()
        return [
            rule
            for rule in self._each
            if (not rule.words or any(word in small for word in rule.words))
            and any(mark.search(text) for mark in rule.marks)
        ]

    def find(self, path: str, line: str, chosen: list[Rule]) -> Iterator[tuple[str, str]]:
        """Kinds of secret and the secrets themselves."""
        for rule in chosen:
            if not any(mark.search(line) for mark in rule.marks):
                continue
            if rule.what == _NAMED:
                yield from self._named(path, line)
                continue
            for secret in rule.find(line):
                if self._is_alone(secret, line) and self._is_meant(rule.what, secret, line):
                    yield rule.what, secret

    def _named(self, path: str, line: str) -> Iterator[tuple[str, str]]:
        if self._likely.is_indirect_reference(line):
            return
        kind = self._types.determine_file_type(path)
        for secret in self._keyword.analyze_string(line, self._by_type.get(kind, self._quoted)):
            if self._may_be_password(secret.strip(), line):
                yield _NAMED, secret.strip()

    def _is_alone(self, secret: str, line: str) -> bool:
        """Whether it is no part of a longer word, such as a digest."""
        at = line.find(secret)
        before, after = line[at - 1 : at] if at > 0 else "", line[at + len(secret) :][:1]
        return not (secret[:1].isalnum() and before.isalnum()) and not (
            secret[-1:].isalnum() and after.isalnum()
        )

    def _is_meant(self, what: str, secret: str, line: str) -> bool:
        if "Basic Auth" in what:
            return not self._is_open(secret)
        # 88 characters of base64 are anything
        return "Azure" not in what or any(word in line.lower() for word in _AZURE)

    def _is_open(self, secret: str) -> bool:
        """A place where a secret is put in: ``{password}``, ``$PASSWORD``."""
        return bool(
            self._likely.is_templated_secret(secret)
            or self._likely.is_prefixed_with_dollar_sign(secret)
            or _NO_SECRET.fullmatch(secret)
            or ("{" in secret and "}" in secret)
        )

    def _may_be_password(self, secret: str, line: str) -> bool:
        likely = self._likely
        if len(secret) < _SHORTEST or any(c.isspace() for c in secret) or self._is_open(secret):
            return False
        if (
            likely.is_not_alphanumeric_string(secret)
            or likely.is_sequential_string(secret)
            or likely.is_potential_uuid(secret)
            or secret.startswith(("arn:", "s3://", "http://", "https://"))
        ):
            return False
        name = _NAME.search(line.partition(secret)[0])
        named = name[1].lower() if name else ""
        if "token" in named and not re.search(r"secret|pass|pwd|key", named):
            # tokenizer, pad_token: in notebooks a token is more often a word
            mixed = any(c.isdigit() for c in secret) and any(c.isalpha() for c in secret)
            return len(secret) >= 16 and mixed and secret.isascii()
        return True


def _nothing(line: str) -> Iterable[str]:  # noqa: ARG001 - as every rule's
    return ()


def _all_of(mark: re.Pattern[str]) -> Callable[[str], Iterable[str]]:
    return lambda line: (match[0] for match in mark.finditer(line))


@functools.lru_cache(maxsize=1)
def rules() -> Rules:
    return Rules()
