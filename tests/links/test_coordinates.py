"""What a link says: any text is taken apart or refused, and what was formed comes back exactly."""

from __future__ import annotations

import re
import string
import time
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sm_onboard.links.coordinates import LONGEST, NOTE, Link, LinkError, check, form, parse

LAB = "https://d-abc.studio.eu-west-1.sagemaker.aws/jupyterlab/default/lab"
RESOLVER = "https://acme.example/open.html"
COMMIT = "4f2a9c1" + "0" * 33
DIGEST = "c07e5d2" + "0" * 57

FEW = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))

hexes = "0123456789abcdef"
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
hosts = st.lists(names, min_size=1, max_size=3).map(".".join).filter(lambda x: not x[-1].isdigit())
ports = st.one_of(st.just(""), st.integers(1, 65_535).map(lambda n: f":{n}"))
words = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=60
)
parts = st.text(
    st.characters(
        exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"],
        exclude_characters="/\\",
    ),
    min_size=1,
    max_size=20,
).filter(lambda x: x not in (".", ".."))
places = st.one_of(
    st.just({}),
    st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True).map(lambda x: {"cell": x}),
    words.filter(bool).map(lambda x: {"heading": x}),
)
snapshots = st.builds(
    lambda store, digest: {"store": store, "digest": digest},
    names,
    st.text(hexes, min_size=64, max_size=64),
)
said = {
    "sender": words,
    "note": st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), max_size=NOTE),
}
repositories = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}/{'/'.join(path)}",
    st.sampled_from(["https", "ssh", "ssh://git@x"]).map(lambda x: x.partition(":")[0]),
    hosts,
    ports,
    st.lists(names, min_size=1, max_size=4),
)
trackings = st.one_of(
    st.just("here"),
    st.just("sagemaker-experiments:eu-west-1"),
    st.just("arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-1"),
    st.builds(lambda host, port: f"https://{host}{port}", hosts, ports),
)


def _checked(**values: str) -> Link | None:
    """The link, or None where a value was drawn that no link may have."""
    try:
        return check(Link(**values))  # type: ignore[arg-type]
    except LinkError:
        return None


@st.composite
def links(draw: st.DrawFn) -> Link:
    """Any link that there may be."""
    values: dict[str, str] = {name: draw(strategy) for name, strategy in said.items()}
    values |= draw(places)
    kind = draw(st.sampled_from(["path", "git", "snapshot", "run"]))
    path = "/".join(draw(st.lists(parts, min_size=1, max_size=4)))
    if kind == "path":
        values |= {"path": path, "space": draw(st.sampled_from(["", "d-abc/team-space"]))}
    elif kind == "git":
        commit = draw(
            st.sampled_from([40, 64]).flatmap(lambda n: st.text(hexes, min_size=n, max_size=n))
        )
        values |= {"path": path, "repository": draw(repositories), "commit": commit}
        values |= draw(st.one_of(st.just({}), snapshots))
    elif kind == "snapshot":
        values |= {"path": path, **draw(snapshots)}
    else:
        run = draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,40}", fullmatch=True))
        values |= {"tracking": draw(trackings), "run": run}
    made = _checked(kind=kind, **values)
    assume(made is not None)
    assert made is not None
    return made


def there_and_back(link: Link) -> None:
    for text in (
        form(link, LAB),
        form(link, RESOLVER, behind=True),
        form(link, "http://localhost:8888/lab"),
    ):
        assert text.isascii()
        assert not re.search(r"[\s<>\"'`|]", text)
        assert parse(text) == link


def wrapped(link: Link) -> None:
    for text in (form(link, LAB), form(link, RESOLVER, behind=True)):
        for around in (
            f"<{text}>",
            f"<{text}|{text[:30]}…>",
            f"<{text}|eda.ipynb>",
            f'"{text}"',
            f"({text})",
            f"  {text}\n",
            text.replace("&", "&amp;"),
            "\n".join(text[n : n + 76] for n in range(0, len(text), 76)),
            "\r\n".join(text[n : n + 60] for n in range(0, len(text), 60)),
        ):
            assert parse(around) == link, around


def total(text: str) -> None:
    try:
        found = parse(text)
    except LinkError as error:
        wrong = not (error.code.startswith("links.") and error.message)
        if wrong:
            raise
        return
    assert parse(form(found, LAB)) == found


def _noise() -> st.SearchStrategy[str]:
    """Texts that are nearly links."""
    keys = st.sampled_from("smo r c p s d x u at f n cell-id heading x- %70".split())
    values = st.one_of(
        st.text(max_size=40),
        st.text(string.printable, max_size=40).map(lambda x: quote(x, safe="")),
        st.sampled_from(
            "git snapshot path run ext::sh file:///etc/passwd -x ../.. %2e%2e%2f %ff %00 "
            "https://u:p@h/x ssh://-oProxyCommand=x/y github.com/acme/churn".split()
        ),
        st.just(COMMIT),
        st.just(DIGEST),
    )
    pairs = st.lists(st.tuples(keys, values).map("=".join), max_size=12).map("&".join)
    return st.one_of(
        st.text(max_size=300),
        st.builds(lambda a, b: f"{LAB}?{a}#{b}", pairs, pairs),
        st.builds(lambda a: f"smo=git&{a}", pairs),
        st.builds(lambda a, b: f"{a}#smo=run&{b}", st.text(max_size=30), pairs),
    )


@FEW
@given(links())
def test_there_and_back(link: Link) -> None:
    there_and_back(link)


@FEW
@given(links())
def test_wrapped_by_chats_and_mail(link: Link) -> None:
    wrapped(link)


@FEW
@given(_noise())
def test_total(text: str) -> None:
    total(text)


@pytest.mark.long
@MANY
@given(links())
def test_ten_thousand_there_and_back(link: Link) -> None:
    there_and_back(link)
    wrapped(link)


@pytest.mark.long
@MANY
@given(_noise())
def test_ten_thousand_texts(text: str) -> None:
    total(text)


def test_as_people_read_it() -> None:
    link = Link(
        "git",
        repository="https://github.com/acme/churn",
        commit=COMMIT,
        path="nb/eda.ipynb",
        cell="4f1c",
    )
    assert form(link, "http://host/lab") == (
        f"http://host/lab?smo=git&r=github.com/acme/churn&c={COMMIT}&p=nb/eda.ipynb#cell-id=4f1c"
    )


@pytest.mark.parametrize("length", [LONGEST + 1, 100_000, 10_000_000])
def test_long_texts_are_refused_at_once(length: int) -> None:
    start = form(Link("path", path="a.ipynb"), LAB) + "&n="
    began = time.perf_counter()
    with pytest.raises(LinkError) as told:
        parse(start + "x" * length)
    assert told.value.code == "links.too_long"
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("piece", ["&", "%", "=", "#", "&amp;", "<", "a=b&", "\u0301", "n=%41&"])
def test_time_is_linear(piece: str) -> None:
    began = time.perf_counter()
    with pytest.raises(LinkError):
        parse((piece * LONGEST)[:LONGEST])
    assert time.perf_counter() - began < 0.5
