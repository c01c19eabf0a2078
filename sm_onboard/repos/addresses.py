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

import ipaddress
import string
from typing import NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

from ..errors import ConfigError
from .names import check_folder, has_control, shown

MAX_URL = 1024  # what SageMaker allows for RepositoryUrl
DEFAULT_PORTS = {"https": 443, "ssh": 22, "http": 80}

_DIGITS = frozenset(string.digits)
_ALNUM = frozenset(string.ascii_letters + string.digits)
_HOST_LABEL = _ALNUM | {"-"}
_USER = _ALNUM | set("._-")
_PATH = _ALNUM | set("._~-+%")
_HEX = frozenset(string.hexdigits)

_KINDS = "Use https://host/path or ssh://user@host/path."
_SIGN_IN = (
    "Take out what stands before the @, and name a Secrets Manager secret in 'secret' if the "
    "repository is private."
)


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
        _refuse("config.url_empty", "The URL is empty.", _KINDS, field)
    if len(url) > MAX_URL:
        _refuse(
            "config.url_long",
            f"The URL has {len(url)} characters; at most {MAX_URL} are allowed.",
            "Check that only the address stands there.",
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
        _refuse("config.url_scheme", f"The URL {start} is not allowed.", _KINDS, field)
    authority, slash, path = rest.partition("/")
    user, at, place = authority.rpartition("@")
    if not at and "@" in path:
        # https://me:pa/ss@host: the password's own "/" ended the authority too early
        _refuse(
            "config.url_password",
            "The URL holds an @ after its first part, as a URL with a password in it does.",
            _SIGN_IN,
            field,
        )
    if at:
        _check_user(user, scheme, field)
    host, port = _host_and_port(place, scheme, field)
    if scheme == "http" and not is_loopback(host):
        _refuse(
            "config.url_scheme",
            f"The URL {shown(f'http://{host}', 120)} is not encrypted; "
            "http is allowed to this machine only.",
            "Use https.",
            field,
        )
    return Address(scheme, user, host, port, _path(slash + path, field))


def is_loopback(host: str) -> bool:
    """Whether a checked host is this machine: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_host(host: str, field: str = "url") -> str:
    """A host name, IPv4 or (without brackets) IPv6 address, in lower case.

    Raises:
        ConfigError: ``config.url_host``.
    """
    if ":" in host:
        try:
            # a zone such as fe80::1%eth0 is not a part of any address on the network
            return str(ipaddress.IPv6Address(host if "%" not in host else ""))
        except ValueError:
            _refuse_host(host, "is not an IPv6 address", field)
    if not host:
        _refuse("config.url_host", "The URL has no host.", _KINDS, field)
    if not host.isascii():
        _refuse(
            "config.url_host",
            f"The host {shown(host)} holds letters outside ASCII, which can "
            "look like another host's.",
            "Write it in its ASCII form (xn--…).",
            field,
        )
    labels = host.lower().split(".")
    for label in labels:
        if not label or len(label) > 63 or not _HOST_LABEL.issuperset(label):
            _refuse_host(host, "is not a host name", field)
        if label[0] == "-" or label[-1] == "-":
            _refuse_host(host, "has a part that starts or ends with a dash", field)
    if len(host) > 253:
        _refuse_host(host, "is too long", field)
    if _DIGITS.issuperset(labels[-1]) or labels[-1].startswith("0x"):
        # 127.1, 0x7f000001 and 2130706433 are addresses to some programs, names to others
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            _refuse_host(host, "is not an IPv4 address of four numbers", field)
    return ".".join(labels)


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
            f"The URL's last part {shown(last)} cannot be the name of a folder.",
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
        _refuse("config.url_password", "The address holds a password.", _SIGN_IN, field)
    if not colon or "/" in place or path.startswith(":") or (not at and "." not in host):
        # ./churn, /srv/churn, C:\churn, file:x, ext::sh -c …
        _refuse(
            "config.url_scheme",
            f"The address {_tidy(url)} is neither https nor ssh.",
            _KINDS,
            field,
        )
    if at:
        _check_user(user, "ssh", field)
    return Address("ssh", user, check_host(host, field), None, _path("/" + path.lstrip("/"), field))


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
    return Address("https", "", host, None, _path(f"/v1/repos/{name}", field))


def _check_user(user: str, scheme: str, field: str) -> None:
    if ":" in user:
        _refuse("config.url_password", "The URL holds a password.", _SIGN_IN, field)
    if scheme != "ssh":
        # often a token in disguise, so it is not shown
        _refuse(
            "config.url_user",
            f"The URL names a user before the host; {scheme} addresses must not.",
            _SIGN_IN,
            field,
        )
    if not user or user[0] == "-" or not _USER.issuperset(user) or len(user) > 128:
        _refuse(
            "config.url_user",
            "The user before the host is not a plain name.",
            "Use letters, digits, '.', '_' and '-'; most hosts want git@.",
            field,
        )


def _host_and_port(place: str, scheme: str, field: str) -> tuple[str, int | None]:
    if place.startswith("["):
        host, bracket, after = place[1:].partition("]")
        if not bracket or (after and after[0] != ":") or ":" not in host:
            _refuse_host(place, "is not an IPv6 address in brackets", field)
        colon, digits = after[:1], after[1:]
    else:
        host, colon, digits = place.partition(":")
    if not colon:
        return check_host(host, field), None
    if not digits or len(digits) > 5 or not _DIGITS.issuperset(digits):
        # not shown: in user:password@host with a lost @ it would be the password
        _refuse(
            "config.url_port",
            "The port in the URL is not a number.",
            "Use 1 to 65535, or leave it out.",
            field,
        )
    port = int(digits)
    if not 0 < port < 65536:
        _refuse(
            "config.url_port",
            f"The port {port} in the URL does not exist.",
            "Use 1 to 65535, or leave it out.",
            field,
        )
    return check_host(host, field), None if port == DEFAULT_PORTS[scheme] else port


def _path(path: str, field: str) -> str:
    """A path of the host: starts with ``/``, at least one part, nothing that could mislead."""
    if set(path) & set("?#"):
        _refuse(
            "config.url_path",
            "The URL has a ? or #; a repository's address has none.",
            "Copy the address from the host's Clone button.",
            field,
        )
    parts = path.removesuffix("/")[1:].split("/")
    if parts == [""]:
        _refuse(
            "config.url_path",
            "The URL names a host but no repository.",
            "Copy the address from the host's Clone button.",
            field,
        )
    for part in parts:
        decoded = _decoded(part, field)
        if decoded in ("", ".", ".."):
            _refuse(
                "config.url_path",
                f"The URL's path has the part '{decoded}', which can lead elsewhere.",
                "Write the path without empty parts, '.' and '..'.",
                field,
            )
        if decoded.startswith("-"):
            _refuse(
                "config.url_path",
                f"The URL's path has the part {shown(decoded)}; a part must "
                "not start with a dash, since git could take it for an option.",
                "Rename the repository at its host.",
                field,
            )
    return path.removesuffix("/")


def _decoded(part: str, field: str) -> str:
    if not _PATH.issuperset(part):
        wrong = next(c for c in part if c not in _PATH)
        _refuse(
            "config.url_path",
            f"The URL's path holds {shown(wrong)}, which is not allowed.",
            "Use letters, digits and . _ ~ - + %; write others as %xx.",
            field,
        )
    pieces = part.split("%")[1:]
    if any(len(piece) < 2 or not _HEX.issuperset(piece[:2]) for piece in pieces):
        _refuse(
            "config.url_path",
            "The URL's path has a % that two hex digits do not follow.",
            "Write a % as %25.",
            field,
        )
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if has_control(text) or set(text) & set("/\\"):
        _refuse(
            "config.url_path",
            "The URL's path hides a slash or a control character behind a %.",
            "Copy the address from the host's Clone button.",
            field,
        )
    return text


def _refuse_host(host: str, why: str, field: str) -> NoReturn:
    # a host that is wrong may be a piece of a password: only a tidy one is shown
    name = shown(host) if _HOST_LABEL.issuperset(host.replace(".", "")) else "in the URL"
    _refuse("config.url_host", f"The host {name} {why}.", _KINDS, field)


def _refuse(code: str, message: str, hint: str, field: str) -> NoReturn:
    raise ConfigError(code, message, hint, field)
