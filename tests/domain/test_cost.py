"""Money: what is known is added up, what is not is counted, and nothing is ever 0 for unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import prices as shipped
from sm_onboard.domain.client import Task
from sm_onboard.domain.cost import NOBODY, cost
from sm_onboard.domain.known import Known
from sm_onboard.domain.models import Price, Running, Space
from sm_onboard.domain.pricing import Prices, _prices
from sm_onboard.domain.rows import Eyes, app
from sm_onboard.errors import Conflict
from sm_onboard.studio import Place

from .conftest import PAGE, REGION, Room

HOUR = Price(amount=2.0, unit="hour", source="table", published="2026-09-24", sample=True)
GB = Price(amount=0.1, unit="gb_month", source="table", published="2026-10-01", sample=True)


def row(name: str, per_hour: float | None = 2.0, **more: Any) -> Running:
    told: dict[str, Any] = {
        "id": name,
        "kind": "app",
        "name": name,
        "space": name,
        "owner": "ana",
        "state": "running",
        "status": "InService",
        "price": HOUR if per_hour is not None else None,
        "per_hour": per_hour,
        "up_to": None if per_hour is None else per_hour * 10,
    }
    return Running(**{**told, **more})


def space(name: str, size: int | None, owner: str | None = "ana", shared: bool = False) -> Space:
    return Space(
        name=name, title=name, status="InService", created="", modified="", owner=owner,
        shared=shared, storage_gb=size, storage_price=GB if size else None,
    )  # fmt: skip


def test_nothing_is_unknown_and_not_free() -> None:
    total = cost([], [], None)
    assert (total.per_hour, total.up_to, total.storage_month) == (None, None, None)
    assert (total.price_source, total.price_date, total.running) == ("none", None, 0)
    unknown = cost([row("a", None)], [space("a", None)], None)
    assert (unknown.per_hour, unknown.unknown, unknown.storage_month) == (None, 1, None)
    assert unknown.people[0].per_hour is None and unknown.people[0].unknown == 1
    assert unknown.idle_per_hour == 0 == unknown.people[0].idle_per_hour
    idle = cost([row("a", None, state="idle")], [], None)
    assert (idle.idle_per_hour, idle.people[0].idle_per_hour) == (None, None)


def test_sums() -> None:
    rows = [
        row("a"),
        row("b", 3.0, owner="bob", state="idle"),
        row("c", None, owner="bob"),
        row("d", 5.0, state="stopped"),
        row("e", 7.0, state="stopping"),
        row("team", 1.0, owner="ana", shared=True, state="starting"),
        row("mlflow", 0.5, kind="tracking_server", owner=None, space=None),
    ]
    total = cost(rows, [space("a", 100), space("team", 50, shared=True), space("x", 10)], None)
    assert (total.per_hour, total.idle_per_hour, total.up_to) == (6.5, 3.0, 65.0)
    assert (total.running, total.idle, total.unknown) == (5, 1, 1)
    assert total.storage_month == pytest.approx(16.0)
    people = {one.name: one for one in total.people}
    assert [one.name for one in total.people] == ["bob", "ana", NOBODY]
    assert (people["bob"].per_hour, people["bob"].idle_per_hour, people["bob"].unknown) == (3, 3, 1)
    assert people["ana"].storage_month == pytest.approx(11.0)
    assert (people[NOBODY].per_hour, people[NOBODY].rows) == (1.5, 2)
    spaces = {one.name: one for one in total.spaces}
    assert spaces["a"].per_hour == 2.0 and spaces["x"].per_hour is None
    assert "mlflow" not in spaces
    assert (total.price_source, total.price_date, total.price_sample) == (
        "table",
        "2026-09-24",
        True,
    )


def test_the_sums_are_the_rows(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.look(*PAGE)
    apps = at.service.apps()
    billing = [row for row in apps.rows if row.state in ("running", "idle", "starting")]
    assert apps.cost.running == len(billing)
    assert apps.cost.per_hour == pytest.approx(sum(row.per_hour or 0 for row in billing))
    assert apps.cost.unknown == sum(row.per_hour is None for row in billing)
    assert sum(p.per_hour or 0 for p in apps.cost.people) == pytest.approx(apps.cost.per_hour)
    assert all(row.per_hour != 0 for row in apps.rows)
    for row in billing:
        if row.price is not None:
            listed = shipped.lookup(REGION, row.app_type or "Notebook", row.instance or "")
            assert listed is None or float(listed.amount) == row.price.amount


def test_what_an_mlflow_server_and_an_endpoint_run_on_is_found_out(
    room: Callable[..., Room],
) -> None:
    at = room("alice-lab")
    for _ in range(6):
        at.look(*PAGE)
        at.later(1000, "others")
    assert at.row("acme-tracking").instance == "Small"
    assert at.row("churn-live").instance
    known = at.calls()
    at.later(1000, "others")
    at.look(*PAGE)
    again = at.calls()
    assert known["sagemaker:DescribeMlflowTrackingServer"] == 1
    assert "sagemaker:DescribeMlflowTrackingServer" not in again  # it has not changed since


def test_up_to_is_since_the_first_start(tmp_path: Path) -> None:
    now = datetime(2026, 11, 10, tzinfo=timezone.utc)
    known = Known(Place("elsewhere", tmp_path), chosen="d-1", region="us-east-1")
    told = {
        "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default", "Status": "InService",
        "CreationTime": now - timedelta(hours=10),
        "ResourceSpec": {"InstanceType": "ml.t3.medium"},
    }  # fmt: skip
    eyes = Eyes(known, Prices(None), now.timestamp())  # type: ignore[arg-type]
    shown = app(told, eyes)
    listed = shipped.lookup("us-east-1", "JupyterLab", "ml.t3.medium")
    assert listed is not None and shown.per_hour == float(listed.amount)
    assert shown.up_to == pytest.approx(float(listed.amount) * 10)
    ahead = app({**told, "CreationTime": now + timedelta(hours=1)}, eyes)
    assert ahead.up_to == 0  # a clock that is behind does not make it negative
    assert app({**told, "Status": "Deleted"}, eyes).per_hour is None


def test_never_another_regions_price(tmp_path: Path) -> None:
    prices = Prices(None)  # type: ignore[arg-type]
    assert prices.hourly("us-east-1", "JupyterLab", "ml.t3.medium") is not None
    for region in ("eu-nowhere-1", None, ""):
        assert prices.hourly(region, "JupyterLab", "ml.t3.medium") is None
        assert prices.gb_month(region) is None
    assert prices.hourly("us-east-1", "TensorBoard", "ml.t3.medium") is None


def product(amount: str = "0.05", unit: str = "Hrs", **attributes: str) -> str:
    told = {
        "regionCode": REGION,
        "platoinstancetype": "Studio-JupyterLab",
        "instanceName": "ml.t3.medium",
        **attributes,
    }
    dimension = {"unit": unit, "pricePerUnit": {"USD": amount}}
    terms = {"OnDemand": {"x": {"priceDimensions": {"y": dimension}}}}
    return json.dumps(
        {"product": {"attributes": told}, "terms": terms, "publicationDate": "2026-10-02T01:02:03Z"}
    )


@pytest.mark.parametrize(
    "listed",
    [
        ["", "{", "[]", "null", 7, None, "[" * 100_000],
        None,
        "text",
        [product("0.0000000000")],  # a free tier
        [product(unit="GB-Mo")],
        [product("cheap")],
        [product(regionCode="us-east-1")],
        [product(instanceName="ml.p5.48xlarge")],
        [product("0.05"), product("0.06")],  # two prices for one thing
        [json.dumps({"product": {}, "terms": {}})],
    ],
)
def test_products_that_say_no_price(listed: Any) -> None:
    assert dict(_prices(listed, REGION, frozenset({"ml.t3.medium"}))) == {}


def test_a_product() -> None:
    found = dict(_prices([product(), "broken"], REGION, frozenset({"ml.t3.medium"})))
    assert found == {
        (REGION, "JupyterLab", "ml.t3.medium"): Price(
            amount=0.05, unit="hour", source="api", published="2026-10-02"
        )
    }


def test_the_api_is_asked_for_some_types_at_a_time(room: Callable[..., Room]) -> None:
    at = room("alice-lab")
    at.look(*PAGE)
    assert at.calls()["pricing:GetProducts"] == 1
    priced = [row.price for row in at.service.apps().rows if row.price and row.per_hour]
    assert "api" in {price.source for price in priced}
    assert at.service.apps().cost.price_source == "api"
    for _ in range(30):
        at.later(40)
        at.look(*PAGE)
    asked = at.calls()["pricing:GetProducts"]
    shape = at.service._client.shape("FilterType", "pricing", "us-east-1")
    if "ANY_OF" in shape.enum:
        assert asked <= 2
    at.later(40)
    at.look(*PAGE)
    assert "pricing:GetProducts" not in at.calls()  # nothing is asked for twice


def test_types_that_turn_up_later_do_not_wait(room: Callable[..., Room]) -> None:
    """The panel is open first, and its list of apps a moment later."""
    at = room("alice-lab")
    at.look("here", view="panel")
    assert at.calls()["pricing:GetProducts"] == 1
    at.look("here", "apps", view="panel")
    assert at.calls()["pricing:GetProducts"] == 1
    shape = at.service._client.shape("FilterType", "pricing", "us-east-1")
    if "ANY_OF" in shape.enum:
        mine = [row for row in at.service.apps().rows if row.mine and row.state == "running"]
        types = [row.instance or "" for row in mine]
        assert len(set(types)) > 1 and not at.service._prices.missing(REGION, types)


def test_a_partition_without_price_lists(room: Callable[..., Room]) -> None:
    client = room("alice-lab").service._client
    with pytest.raises(Conflict, match=re.escape("no price list service")):
        Prices(client, "aws-us-gov").read(Task(), "us-gov-west-1", ["ml.t3.medium"])
