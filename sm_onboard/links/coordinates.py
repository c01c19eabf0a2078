"""What a link says: where something is, and nothing that grants access to it.

    …/lab?smo=git&r=github.com/acme/churn&c=<commit>&p=nb/eda.ipynb#cell-id=4f1c
    …/lab?smo=snapshot&s=team&d=<sha256>&p=nb/eda.ipynb#heading=Results
    …/lab?smo=path&at=d-abc/team-space&p=nb/eda.ipynb
    …/lab?smo=run&x=<where runs are kept>&u=<the store's id of the run>

The host and whatever stands before the coordinates are ignored, so that a link works in any
JupyterLab it is pasted into. Coordinates may also stand behind the ``#``, as the resolver
page has them: ``open.html#smo=git&…&cell-id=4f1c``.

Everything here is pure and total: any text becomes a ``Link`` or a ``LinkError``, in time
linear in its length, and nothing is looked up. ``parse(form(link))`` is ``link``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import NoReturn
from urllib.parse import quote, unquote_to_bytes

from sm_onboard.errors import ConfigError, InvalidRequest
from sm_onboard.git import names, url_parts
from sm_onboard.git.addresses import Address
from sm_onboard.git.addresses import parse as parse_address

from .models import Kind

LONGEST = 16_000
"""Characters of a link that are read."""
NOTE = 500
"""Characters of a note in a link."""

_KEYS = {
    "r": "repository",
    "c": "commit",
    "p": "path",
    "s": "store",
    "d": "digest",
    "x": "tracking",
    "u": "run",
    "at": "space",
    "f": "sender",
    "n": "note",
    "cell-id": "cell",
    "heading": "heading",
}
_PLACES = ("cell-id", "heading")  # these stand behind the #, as JupyterLab has them
_NEEDS: dict[str, tuple[str, ...]] = {
    "path": ("path",),
    "git": ("repository", "commit", "path"),
    "snapshot": ("store", "digest", "path"),
    "run": ("tracking", "run"),
}
_MAY: dict[str, tuple[str, ...]] = {
    "path": ("space",),
    "git": ("store", "digest"),  # the snapshot that is there in case the commit goes away
    "snapshot": (),
    "run": ("space",),
}
_ALWAYS = ("cell", "heading", "sender", "note")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ALIAS = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_CELL = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)  # nbformat 4.5
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}", re.ASCII)
_NAME = r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}"  # SageMaker's pattern
_SPACE = re.compile(rf"d-[a-z0-9-]{{1,61}}/{_NAME}", re.ASCII)
_ARN = re.compile(
    r"arn:aws[a-z-]{0,16}:sagemaker:[a-z0-9-]{1,32}:[0-9]{12}:"
    r"mlflow-(?:tracking-server|app)/[A-Za-z0-9][A-Za-z0-9-]{0,255}",
    re.ASCII,
)
_SAGEMAKER = re.compile(r"sagemaker-experiments:[a-z0-9-]{1,32}", re.ASCII)
HERE = "here"
"""``tracking`` of a run that only its own space can read."""


class LinkError(InvalidRequest):
    """This text is no link of ours, or says what none may."""


@dataclass(frozen=True)
class Link:
    """Coordinates; which of them there are depends on the kind. Empty: not said.

    Attributes:
        path: the file: below the repository or in the snapshot; for ``path`` as JupyterLab
            calls it.
        repository: its address in normal form.
        commit: whole, 40 or 64 hexadecimal digits.
        store: alias of a store of the team's. digest: sha256 of what lies there.
        tracking: where the run is: an ARN, ``sagemaker-experiments:REGION``, an MLflow server,
            or ``here``. run: that store's id.
        space: ``domain/space`` where ``path`` and ``here`` are.
        cell, heading: what to show. sender, note: claims.
    """

    kind: Kind
    path: str = ""
    repository: str = ""
    commit: str = ""
    store: str = ""
    digest: str = ""
    tracking: str = ""
    run: str = ""
    space: str = ""
    cell: str = ""
    heading: str = ""
    sender: str = ""
    note: str = ""

    @property
    def host(self) -> str:
        """Of the repository, as people know it: with its port; empty where there is none."""
        if not self.repository:
            return ""
        address = parse_address(self.repository)
        host = f"[{address.host}]" if ":" in address.host else address.host
        return host if address.port is None else f"{host}:{address.port}"


def parse(text: str) -> Link:
    """Takes a link apart, whatever surrounds it.

    Raises:
        LinkError: ``links.not_a_link``, ``links.too_long``, ``links.twice``, ``links.missing``,
            ``links.unknown_kind``, ``links.wrong`` and, for what a sentence of its own explains,
            ``links.repository``.
    """
    if len(text) > LONGEST:
        raise LinkError(
            "links.too_long",
            f"This is {len(text):,} characters long; a link has at most {LONGEST:,}.",
            "Paste the link alone.",
        )
    said = _said(_unwrapped(text))
    kind = said.pop("smo", "")
    if kind not in _NEEDS:
        if not kind:
            _refuse("links.not_a_link", "This is no link to a notebook or run.")
        _refuse("links.unknown_kind", f"This sm_onboard knows no links of kind {_word(kind)}.")
    found = {_KEYS[key]: value for key, value in said.items() if key in _KEYS and value}
    allowed = {*_NEEDS[kind], *_MAY[kind], *_ALWAYS}
    for name in _NEEDS[kind]:
        if name not in found:
            _refuse("links.missing", f"The link does not say its {_WORDS[name]}.")
    values = {name: value for name, value in found.items() if name in allowed}
    link = Link(kind, **values)  # type: ignore[arg-type]
    return check(link)


def check(link: Link) -> Link:
    """The link with its repository in normal form.

    Raises:
        LinkError: a value that no link may have, or that its kind does not have.
    """
    allowed = {"kind", *_NEEDS[link.kind], *_MAY[link.kind], *_ALWAYS}
    for field in fields(link):
        value = getattr(link, field.name)
        if value and field.name not in allowed:
            _refuse("links.wrong", f"A link of kind {link.kind} has no {_WORDS[field.name]}.")
    for name in _NEEDS[link.kind]:
        if not getattr(link, name):
            _refuse("links.missing", f"The link does not say its {_WORDS[name]}.")
    if bool(link.store) != bool(link.digest):
        _refuse("links.missing", "The link names only half of where its snapshot is.")
    if link.cell and link.heading:
        _refuse("links.wrong", "The link points to a cell and to a heading.")
    for name, pattern in _PATTERNS.items():
        value = getattr(link, name)
        if value and not pattern.fullmatch(value):
            _refuse("links.wrong", f"The link's {_WORDS[name]} cannot be any.")
    if link.path:
        _check_path(link)
    if link.tracking and not _may_be_tracking(link.tracking):
        _refuse("links.wrong", "The link's place of runs is of a kind that is not allowed.")
    _check_text(link.heading, "heading", 300)
    _check_text(link.sender, "sender", 64)
    _check_text(link.note, "note", NOTE)
    if not link.repository:
        return link
    return replace(link, repository=_address(link.repository).url)


def form(link: Link, base: str, *, behind: bool = False) -> str:
    """The link as text.

    Args:
        base: the address of a JupyterLab up to ``/lab``, or of a resolver page.
        behind: puts the coordinates behind the ``#``, where no server is told of them.
    """
    coordinates = [("smo", str(link.kind))]
    places: list[tuple[str, str]] = []
    for key, name in _KEYS.items():
        value = getattr(link, name)
        if value:
            if name == "repository":
                value = value.removeprefix("https://")
            (places if key in _PLACES else coordinates).append((key, value))
    if behind:
        return f"{base}#{_encoded([*coordinates, *places])}"
    after = f"#{_encoded(places)}" if places else ""
    return f"{base}?{_encoded(coordinates)}{after}"


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{key}={quote(value, safe='/:@~')}" for key, value in pairs)


def _unwrapped(text: str) -> str:
    """What chat programs, mail and terminals put around and into a link is taken away."""
    text = "".join(text.split())
    if text.startswith("<"):  # <link>, and Slack's <link|words>
        text = text[1:].partition(">")[0].partition("|")[0]
    text = text.strip("\"'`()[]<>")
    return text.replace("&amp;", "&")  # copied from the source of a page


def _said(text: str) -> dict[str, str]:
    """The pairs of the query and of the fragment.

    Raises:
        LinkError: ``links.twice``: a key of ours that is said twice; ``links.wrong``: not UTF-8.
    """
    before, _, fragment = text.partition("#")
    query = before.partition("?")[2]
    if text.startswith("smo="):
        query = before  # the coordinates alone
    said: dict[str, str] = {}
    for pair in (*query.split("&"), *fragment.split("&")):
        key, _, value = pair.partition("=")
        if key != "smo" and key not in _KEYS:
            continue
        if key in said:
            _refuse("links.twice", f"The link says {key} twice.")
        try:
            said[key] = unquote_to_bytes(value.replace("+", " ")).decode("utf-8")
        except UnicodeError:
            _refuse("links.wrong", f"The link's {key} is no text.")
    return said


def _check_path(link: Link) -> None:
    try:
        names.check_inside(link.path, "path")
    except ConfigError as error:
        raise LinkError(
            "links.path", "The link's path is none that may be opened.", error.message
        ) from None
    if any(part.startswith(".") for part in link.path.split("/")[:-1]) and link.kind == "path":
        _refuse("links.path", "The link's path leads into a hidden folder.")


def _may_be_tracking(text: str) -> bool:
    if text == HERE or _ARN.fullmatch(text) or _SAGEMAKER.fullmatch(text):
        return True
    scheme, _, rest = text.partition("://")
    place, slash, path = rest.partition("/")
    try:
        host, _ = url_parts.host_and_port(place, scheme, "")
        if path:
            url_parts.check_url_path(slash + path, "")
    except (ConfigError, KeyError):  # KeyError: a scheme that is none of ours
        return False
    return scheme == "https" or (scheme == "http" and url_parts.is_loopback(host))


def _address(text: str) -> Address:
    try:
        return parse_address(text if "://" in text else f"https://{text}")
    except ConfigError as error:
        raise LinkError(
            "links.repository",
            f"The link's address is none that may be asked. {error.message}",
            "Ask the sender for the repository's https address.",
        ) from None


def _check_text(text: str, name: str, most: int) -> None:
    if len(text) > most or names.has_control(text):
        _refuse("links.wrong", f"The link's {name} is too long, or holds what nobody can see.")


def _word(text: str) -> str:
    return names.shown(text, 20)


def _refuse(code: str, message: str) -> NoReturn:
    raise LinkError(code, message, "Ask the sender for the whole link.")


_PATTERNS = {
    "commit": _COMMIT,
    "store": _ALIAS,
    "digest": DIGEST,
    "run": _RUN,
    "space": _SPACE,
    "cell": _CELL,
}
_WORDS = {
    "path": "path",
    "repository": "repository",
    "commit": "commit",
    "store": "store",
    "digest": "digest",
    "tracking": "place of runs",
    "run": "run",
    "space": "space",
    "cell": "cell",
    "heading": "heading",
    "sender": "sender",
    "note": "note",
}
