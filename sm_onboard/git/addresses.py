"""Which repository addresses are allowed, and when two of them mean one repository.

An address comes from a file that somebody else wrote and ends up as an argument of git,
so this is an allow-list: what is not known to be harmless is refused. Everything here is
pure and takes time linear in the (limited) length of the address; nothing is looked up.

Allowed, and what they become:

    https://host[:port]/path            the same, host in lower case, default port dropped
    ssh://[user@]host[:port]/path       the same
    [user@]host:path                    ssh://[user@]host/path
    http://…                            only to loopback (tests, the demo, a local server)
    codecommit::region://name           https://git-codecommit.region.amazonaws.com/v1/repos/name

git's ``ext::`` and ``file:`` run programs or read this machine, ``git:`` and ``http:``
can be altered on the way, and a password in a URL ends up in ``.git/config`` and logs.
"""

from __future__ import annotations

import string
from typing import NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

from sm_onboard.errors import ConfigError

from .names import check_folder, has_control, shown
from .url_parts import (
    DEFAULT_PORTS,
    KINDS,
    SIGN_IN,
    check_host,
    check_url_path,
    check_user,
    host_and_port,
    is_loopback,
)

MAX_URL = 1024  # what SageMaker allows for RepositoryUrl

_ALNUM = frozenset(string.ascii_letters + string.digits)


class Address(NamedTuple):
    """A checked address. ``path`` starts with ``/``; ``port`` is None for the default one."""

    scheme: str  # https, ssh or http
    user: str  # only with ssh; empty when none was given
    host: str  # lower case; IPv6 without brackets
    port: int | None
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        return f"{self.scheme}://{user}{host}{port}{self.path}"


def display(url: str) -> str:
    """The address for people: no user or password, no query, no control characters, short.

    Works on any text, also on what ``parse`` refuses. Everything before the last ``@`` is
    masked, because a password may itself hold ``/`` or ``@``.
    """
    try:
        return parse(url).url
    except ConfigError:
        pass
    text = url
    for mark in "?#":
        head, found, _ = text.partition(mark)
        # what follows is masked unless it may still belong to a password before the host
        if found and "@" not in text[len(head) :]:
            text = head + mark + "***"
    before, at, rest = text.rpartition("@")
    if at:
        scheme, separator, _ = before.partition("://")
        text = (scheme + separator if separator and set(scheme) <= _ALNUM else "") + "***@" + rest
        for mark in "?#":
            head, found, _ = text.partition(mark)
            text = head + mark + "***" if found else text
    return shown(text, 120)


def check_url(url: str, field: str = "url") -> str:
    """The address in its one normal form.

    Raises:
        ConfigError: ``config.url_*``; the message never holds a password.
    """
    return parse(url, field).url


def parse(url: str, field: str = "url") -> Address:
    """Takes an address apart and checks each part.

    Raises:
        ConfigError: see ``check_url``.
    """
    if not url:
        _refuse("config.url_empty", "The URL is empty.", KINDS, field)
    if len(url) > MAX_URL:
        _refuse(
            "config.url_long",
            f"The URL has {len(url)} characters; at most {MAX_URL} are allowed.",
            "Check that only the address stands there.",
            field,
        )
    helper, transport, _ = url.partition("::")
    if transport and helper.isascii() and helper.isalnum() and helper != "codecommit":
        _refuse(
            "config.url_scheme",
            f"The URL begins with {shown(helper, 20)}::, which is not allowed.",
            KINDS,
            field,
        )
    if has_control(url) or any(c.isspace() for c in url):
        _refuse(
            "config.url_characters",
            "The URL holds a space or a control character.",
            "Write the address without spaces; a space in a name is %20.",
            field,
        )
    if url.startswith("codecommit:"):
        return _codecommit(url, field)
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _scp(url, field)
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS:
        # the scheme is shown only when it is a plain word: "user:password@x" is not
        plain = scheme.isascii() and scheme.isalpha()
        start = f"begins with {shown(scheme, 20)}:, which" if plain else "is of a kind that"
        _refuse("config.url_scheme", f"The URL {start} is not allowed.", KINDS, field)
    authority, slash, path = rest.partition("/")
    user, at, place = authority.rpartition("@")
    if not at and "@" in path:
        # https://me:pa/ss@host: the password's own "/" ended the authority too early
        _refuse(
            "config.url_password",
            "The URL holds an @ after its first part, as a URL with a password in it does.",
            SIGN_IN,
            field,
        )
    if at:
        check_user(user, scheme, field)
    host, port = host_and_port(place, scheme, field)
    if scheme == "http" and not is_loopback(host):
        _refuse(
            "config.url_scheme",
            f"The URL {shown(f'http://{host}', 120)} is not encrypted; "
            "http is allowed to this machine only.",
            "Use https.",
            field,
        )
    return Address(scheme, user, host, port, check_url_path(slash + path, field))


def same_repository(a: str, b: str) -> bool:
    """Whether two addresses mean one repository.

    Case of the host, ``.git``, a trailing slash and the default port do not count, and
    neither does the way of access: ``git@host:a/b`` is ``https://host/a/b``. Ports are
    compared only between addresses of one scheme, since a host's ssh and https ports say
    nothing about each other. Also takes what an existing clone has as its remote, with a
    password in it or a local path; what is not understood equals only itself.
    """
    left, right = _loose(a), _loose(b)
    if left is None or right is None:
        return a == b
    if left.scheme == right.scheme and left.port != right.port:
        return False
    if {left.scheme, right.scheme} == {"http", "https"}:
        return False
    return left.host == right.host and _bare(left.path) == _bare(right.path)


def identity(url: str) -> str:
    """A text that stays the same for one repository over its https and ssh forms."""
    address = _loose(url)
    return display(url) if address is None else f"{address.host}{_bare(address.path)}"


def default_name(url: str, field: str = "url") -> str:
    """The repository's name: the last part of its path, without ``.git``.

    Raises:
        ConfigError: the address is not allowed, or its last part cannot name a folder.
    """
    last = _bare(parse(url, field).path).rpartition("/")[2]
    try:
        return check_folder(last, field)
    except ConfigError as error:
        raise ConfigError(
            "config.path_missing",
            f"The URL's last part {shown(last)!r} cannot be the name of a folder.",
            "Say where it belongs in 'path'.",
            field,
        ) from error


def _loose(url: str) -> Address | None:
    """Like ``parse``, but forgives a user and password before the host."""
    scheme, separator, rest = url.strip().partition("://")
    authority, slash, path = rest.partition("/")
    if separator and scheme.lower() in ("http", "https"):
        url = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    try:
        return parse(url.strip())
    except ConfigError:
        return None


def _bare(path: str) -> str:
    """A checked path decoded, without trailing slash and ``.git``."""
    text = unquote_to_bytes(path).decode("utf-8", "replace").rstrip("/")
    return text[: -len(".git")] if text.endswith(".git") and text != "/.git" else text


def _scp(url: str, field: str) -> Address:
    """``[user@]host:path``, the short form of ssh."""
    place, colon, path = url.partition(":")
    user, at, host = place.rpartition("@")
    if "@" in path:
        _refuse("config.url_password", "The address holds a password.", SIGN_IN, field)
    if not colon or "/" in place or path.startswith(":") or (not at and "." not in host):
        # ./churn, /srv/churn, C:\churn, file:x, ext::sh -c …
        _refuse(
            "config.url_scheme",
            f"The address {_tidy(url)} is neither https nor ssh.",
            KINDS,
            field,
        )
    if at:
        check_user(user, "ssh", field)
    return Address(
        "ssh", user, check_host(host, field), None, check_url_path("/" + path.lstrip("/"), field)
    )


def _tidy(text: str) -> str:
    """What stands before any ``@``, ``?`` or ``#`` may be a password: then nothing is shown."""
    return "in this place" if set("@?#") & set(text) else shown(text)


def _codecommit(url: str, field: str) -> Address:
    """``codecommit::region://name``, as git-remote-codecommit reads it."""
    region, separator, name = url.removeprefix("codecommit::").partition("://")
    if not separator or not url.startswith("codecommit::"):
        _refuse(
            "config.url_scheme",
            "The CodeCommit address names no region.",
            "Write codecommit::region://name, such as codecommit::eu-west-1://churn.",
            field,
        )
    if "@" in name:
        _refuse(
            "config.url_user",
            "The CodeCommit address names a profile of the AWS command "
            "line; the space's own role is used.",
            "Take out what stands before the @.",
            field,
        )
    if "." in region or "/" in name:
        _refuse(
            "config.url_path",
            "The CodeCommit address is not codecommit::region://name.",
            "Write it like codecommit::eu-west-1://churn.",
            field,
        )
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    host = check_host(f"git-codecommit.{region}.{domain}", field)
    return Address("https", "", host, None, check_url_path(f"/v1/repos/{name}", field))


def _refuse(code: str, message: str, hint: str, field: str) -> NoReturn:
    raise ConfigError(code, message, hint, field)
