"""The shipped price table, and how it is made anew."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sm_onboard import prices
from sm_onboard.prices import remake


def test_a_price_says_how_far_to_trust_it() -> None:
    price = prices.lookup("us-east-1", "JupyterLab", "ml.g5.xlarge")
    assert price is not None
    assert (price.amount, price.unit, price.currency) == (Decimal("1.41"), "hour", "USD")
    assert price.sample
    assert price.published == "2026-09-24"
    assert "github.com" in price.source


def test_no_region_or_component_stands_in_for_another() -> None:
    assert prices.lookup("us-east-1", "JupyterLab", "ml.g6.xlarge") is not None
    assert prices.lookup("eu-west-1", "JupyterLab", "ml.g6.xlarge") is None
    assert prices.lookup("us-east-1", "CodeEditor", "ml.g6.xlarge") is None
    assert prices.lookup("mars-1", "JupyterLab", "ml.t3.medium") is None
    assert prices.lookup("us-east-1", "JupyterLab", "ml.unheard.of") is None


def test_what_training_costs_is_told_with_its_date() -> None:
    price = prices.lookup("eu-west-1", "Training", "ml.m5.xlarge")
    assert price is not None
    assert (price.amount, price.published, price.sample) == (Decimal("0.257"), "2023-12-31", True)
    assert prices.lookup("us-east-1", "Training", "ml.m5.xlarge") is None


def test_a_volume_has_a_price_by_the_month() -> None:
    price = prices.storage("us-east-1")
    assert price is not None
    assert (price.amount, price.unit) == (Decimal("0.112"), "GB-month")
    assert prices.storage("eu-west-1") is None
    assert prices.storage("us-east-1", "io2") is None


def test_every_figure_that_is_shipped_has_a_source_and_is_a_sample() -> None:
    for part in prices.table().parts:
        assert part.sample
        assert "https://" in part.source
        amounts = [
            amount
            for components in part.hourly.values()
            for name, types in components.items()
            for amount in types.values()
            if name in prices.COMPONENTS
        ]
        amounts += [amount for kinds in part.gb_month.values() for amount in kinds.values()]
        assert amounts
        assert all(amount > 0 for amount in amounts)
        assert {n for c in part.hourly.values() for n in c} <= set(prices.COMPONENTS)


def test_the_table_is_read_once_and_not_with_the_module(fresh_python: Any) -> None:
    said = fresh_python(
        "import sys; from sm_onboard import prices; before = prices.table.cache_info().currsize\n"
        "prices.lookup('us-east-1', 'JupyterLab', 'ml.t3.medium'); prices.storage('us-east-1')\n"
        "heavy = [n for n in ('boto3', 'botocore', 'moto', 'urllib.request') if n in sys.modules]\n"
        "print(before, prices.table.cache_info().misses, heavy)"
    )
    assert said.split(maxsplit=2) == ["0", "1", "[]\n"]


# What follows is served from here in the form of AWS's files.


def product(usage: str, *, family: str = "ML Instance", **attributes: str) -> dict[str, Any]:
    everywhere = {"servicecode": "AmazonSageMaker", "regionCode": "eu-west-3"}
    return {"productFamily": family, "attributes": everywhere | attributes | {"usagetype": usage}}


def terms(amount: str, unit: str = "Hrs") -> dict[str, Any]:
    rate = {"unit": unit, "beginRange": "0", "pricePerUnit": {"USD": amount}}
    return {"X.JRTCKXETXF": {"priceDimensions": {"X.JRTCKXETXF.6YS6EN2CT7": rate}}}


LAB, EDITOR = "Studio-JupyterLab", "studio-codeeditor"
T3 = "ml.t3.medium"
PRODUCTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "A": (
        product(f"EUW3-Studio:JupyterLab-{T3}", platoinstancetype=LAB, instanceName=T3),
        terms("0.0590000000"),
    ),
    "B": (
        product(f"EUW3-Studio:CodeEditor-{T3}", platoinstancetype=EDITOR, instanceType=T3),
        terms("0.0600000000"),
    ),
    "C": (
        product("x", platoinstancetype="Hosting", instanceType="ml.c5d.xlarge-Hosting"),
        terms("10"),
    ),
    "D": (product("EUW3-Notebk:ml.g4dn.xlarge"), terms("0.9")),
    "E": (product("EUW3-Studio:VolumeUsage.gp3", family="Storage"), terms("0.13", "GB-Mo")),
    "F": (product("y", platoinstancetype=LAB, instanceName="ml.p3.2xlarge"), terms("0.0000000000")),
    "G": (product("z", platoinstancetype=LAB, instanceName="ml.m5.large"), terms("0.1")),
    "H": (product("z2", platoinstancetype=LAB, instanceName="ml.m5.large"), terms("0.2")),
    "I": (product("w", platoinstancetype="SpotTraining", instanceName=T3), terms("0.01")),
    "J": (product("v", platoinstancetype=LAB, instanceName="ml.c5.large", regionCode="x"), {}),
    "K": (product("u", platoinstancetype=LAB, instanceName="ml.r5.large"), terms("3", "GB-Mo")),
}


def offer() -> dict[str, Any]:
    return {
        "formatVersion": "v1.0",
        "offerCode": "AmazonSageMaker",
        "version": "20261101000000",
        "publicationDate": "2026-11-01T10:20:30Z",
        "products": {sku: {"sku": sku, **made} for sku, (made, _) in PRODUCTS.items()},
        "terms": {"OnDemand": {sku: term for sku, (_, term) in PRODUCTS.items()}},
    }


class Host:
    """Serves documents by path; anything else is redirected, as a wrong path may be."""

    def __init__(self) -> None:
        path = "/offers/v1.0/aws/AmazonSageMaker/20261101000000/eu-west-3/index.json"
        region = {"regionCode": "eu-west-3", "currentVersionUrl": path}
        self.offer = path
        self.documents: dict[str, Any] = {
            remake.INDEX: {"publicationDate": "2026-11-01", "regions": {"eu-west-3": region}},
            path: offer(),
        }
        documents = self.documents

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path not in documents:
                    self.send_response(302)
                    self.send_header("Location", path)
                    self.end_headers()
                    return
                document = documents[self.path]
                content = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_the_table_is_made_from_the_price_files(host: Host, tmp_path: Path) -> None:
    target = tmp_path / "table.json"
    assert remake.main(["--base", host.base, "--output", str(target)]) == 0
    (part,) = msgspec.json.decode(target.read_bytes(), type=prices.Table).parts
    assert part.published == "2026-11-01"
    assert part.source == host.base + host.offer
    assert not part.sample
    assert part.hourly == {
        "eu-west-3": {
            "JupyterLab": {T3: Decimal("0.059")},
            "CodeEditor": {T3: Decimal("0.06")},
            "Hosting": {"ml.c5d.xlarge": Decimal(10)},
            "Notebook": {"ml.g4dn.xlarge": Decimal("0.9")},
        }
    }
    assert part.gb_month == {"eu-west-3": {"gp3": Decimal("0.13")}}
    assert b"E+" not in target.read_bytes()
    assert [path.name for path in tmp_path.glob("*.json*")] == ["table.json"]


def test_a_price_that_is_two_is_left_out_and_said(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remake.main(["--base", host.base, "--output", str(tmp_path / "table.json")])
    assert "eu-west-3 JupyterLab ml.m5.large: several prices" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "document", "said"),
    [
        ("index", b"<html>", "is not JSON"),
        ("index", {"regions": {"eu-west-3": {}}}, "no list of regions"),
        ("index", {"regions": {"eu-west-3": {"currentVersionUrl": "//127.0.0.9/offers/x"}}},
         "is not a price list of"),
        ("index", {"regions": {"eu-west-3": {"currentVersionUrl": "/etc/passwd"}}},
         "is not a price list of"),
        ("index", {"regions": {"eu-west-3": {"currentVersionUrl": "/offers/gone"}}},
         "cannot be read"),
        ("offer", {"products": {}}, "unknown form"),
        ("offer", offer() | {"products": {}}, "has no price that is known here"),
    ],
)  # fmt: skip
def test_what_is_no_price_list_leaves_the_table_as_it_was(
    host: Host,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    document: Any,
    said: str,
) -> None:
    host.documents[remake.INDEX if path == "index" else host.offer] = document
    target = tmp_path / "table.json"
    target.write_text("as it was")
    assert remake.main(["--base", host.base, "--output", str(target)]) == 1
    assert said in capsys.readouterr().err
    assert target.read_text() == "as it was"


def test_a_region_without_prices_is_named(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--base", host.base, "--output", str(tmp_path / "t"), "--region", "mars-1"]
    assert remake.main(arguments) == 1
    assert "There is no price list for mars-1." in capsys.readouterr().err


def test_only_https_or_this_machine_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert remake.main(["--base", "http://example.org", "--output", str(tmp_path / "t")]) == 1
    assert "neither https nor on this machine" in capsys.readouterr().err
    assert remake.main(["--base", "file:///", "--output", str(tmp_path / "t")]) == 1
