"""Which hosts, ports, users and paths an address may hold: the parts of ``addresses``."""

from __future__ import annotations

import ipaddress
import string
from typing import NoReturn
from urllib.parse import unquote_to_bytes

from sm_onboard.errors import ConfigError

from .names import has_control, shown

DEFAULT_PORTS = {"https": 443, "ssh": 22, "http": 80}
KINDS = "Use https://host/path or ssh://user@host/path."

SIGN_IN = (
    "Take out what stands before the @, and name a Secrets Manager secret in 'secret' if the "
    "repository is private."
)

_DIGITS = frozenset(string.digits)
_ALNUM = frozenset(string.ascii_letters + string.digits)
_LABEL = _ALNUM | {"-"}
_USER = _ALNUM | set("._-")
_PATH = _ALNUM | set("._~-+%")
_HEX = frozenset(string.hexdigits)


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
        _refuse("config.url_host", "The URL has no host.", KINDS, field)
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
        if not label or len(label) > 63 or not _LABEL.issuperset(label):
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


def host_and_port(place: str, scheme: str, field: str) -> tuple[str, int | None]:
    """``host``, ``host:port`` or ``[IPv6]:port``; the scheme's default port is None.

    Raises:
        ConfigError: ``config.url_host``, ``config.url_port``.
    """
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


def check_user(user: str, scheme: str, field: str) -> None:
    """What stands before the ``@``: a plain name, and only with ssh.

    Raises:
        ConfigError: ``config.url_password``, ``config.url_user``; the text is not shown.
    """
    if ":" in user:
        _refuse("config.url_password", "The URL holds a password.", SIGN_IN, field)
    if scheme != "ssh":
        # often a token in disguise, so it is not shown
        _refuse(
            "config.url_user",
            f"The URL names a user before the host; {scheme} addresses must not.",
            SIGN_IN,
            field,
        )
    if not user or user[0] == "-" or not _USER.issuperset(user) or len(user) > 128:
        _refuse(
            "config.url_user",
            "The user before the host is not a plain name.",
            "Use letters, digits, '.', '_' and '-'; most hosts want git@.",
            field,
        )


def check_url_path(path: str, field: str) -> str:
    """A path of the host: starts with ``/``, at least one part, nothing that could mislead.

    Raises:
        ConfigError: ``config.url_path``.
    """
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
    name = shown(host) if _LABEL.issuperset(host.replace(".", "")) else "in the URL"
    _refuse("config.url_host", f"The host {name} {why}.", KINDS, field)


def _refuse(code: str, message: str, hint: str, field: str) -> NoReturn:
    raise ConfigError(code, message, hint, field)
