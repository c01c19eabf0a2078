"""The price list service."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import boto3
import pytest

from sm_onboard import prices
from sm_onboard.demo.sagemaker import strict
from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.others import HANDLERS, pricing, tokens
from sm_onboard.demo.sagemaker.others.products import location, products, usage_prefix
from sm_onboard.demo.sagemaker.server import Server
from tests.demo.sagemaker.api import Api

LAB = {"Type": "TERM_MATCH", "Field": "platoinstancetype", "Value": "Studio-JupyterLab"}
KINDS = set(models.service("pricing").shape_for("FilterType").enum)


def a(field: str, value: str, kind: str = "TERM_MATCH") -> dict[str, str]:
    return {"Type": kind, "Field": field, "Value": value}


class Prices(Api):
    def __init__(self) -> None:
        super().__init__()
        for (service, operation), handler in HANDLERS.items():
            self.emulator.register(service, operation, handler)

    def products(self, *filters: dict[str, str], **more: Any) -> list[dict[str, Any]]:
        asked = {"ServiceCode": "AmazonSageMaker", "Filters": list(filters), **more}
        return [
            json.loads(text) for text in self.ask("pricing", "GetProducts", **asked)["PriceList"]
        ]

    def code(self, operation: str, **parameters: Any) -> str:
        with pytest.raises(ServiceError) as refusal:
            self.ask("pricing", operation, **parameters)
        return refusal.value.code


@pytest.fixture
def api() -> Prices:
    return Prices()


def usd(entry: dict[str, Any]) -> Decimal:
    (term,) = entry["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert dimension["unit"] == "Hrs"
    return Decimal(dimension["pricePerUnit"]["USD"])


def test_a_type_in_a_region_has_the_price_of_the_table(api: Prices) -> None:
    (entry,) = api.products(LAB, a("regionCode", "eu-west-1"), a("instanceName", "ml.g5.xlarge"))
    known = prices.lookup("eu-west-1", "JupyterLab", "ml.g5.xlarge")
    assert known is not None
    assert usd(entry) == known.amount
    assert entry["serviceCode"] == "AmazonSageMaker"
    assert entry["publicationDate"].startswith(known.published)
    attributes = entry["product"]["attributes"]
    assert entry["product"]["productFamily"] == "ML Instance"
    assert attributes["usagetype"] == "EU-Studio:JupyterLab-ml.g5.xlarge"
    assert attributes["location"] == "EU (Ireland)"
    assert attributes["component"] == "studio-jupyterlab"


def test_all_pages_hold_every_product_once(api: Prices) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    pages = 0
    while True:
        page = api.ask(
            "pricing", "GetProducts", ServiceCode="AmazonSageMaker", MaxResults=50, **token
        )
        seen += page["PriceList"]
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(seen) == len(set(seen)) == len(products())
    assert pages == -(-len(products()) // 50)


def test_a_page_has_100_entries_unless_asked(api: Prices) -> None:
    assert len(products()) > 100
    assert len(api.products()) == 100


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([a("regionCode", "us-east-1"), a("instanceName", "ml.t3.medium", "EQUALS")], 1),
        ([a("instanceName", "ml.t3.medium,ml.t3.large", "ANY_OF"), LAB], 10),
        ([a("instanceName", "ml.t3.", "CONTAINS"), a("regionCode", "us-east-1")], 4),
        ([a("regionCode", "us-east-1"), LAB, a("instanceName", "ml.t3.medium", "NONE_OF")], 33),
        ([a("platoinstancetype", "studio-jupyterlab")], 0),
        ([a("unheardOf", "x")], 0),
        ([a("productFamily", "Storage")], 1),
        ([a("ServiceCode", "AmazonSageMaker"), a("regionCode", "us-east-1")], 35),
    ],
)
def test_filters_really_filter(api: Prices, filters: list[dict[str, str]], expected: int) -> None:
    if not {entry["Type"] for entry in filters} <= KINDS:
        pytest.skip("this botocore has TERM_MATCH only")
    assert len(api.products(*filters)) == expected


def test_a_volume_is_priced_by_the_month(api: Prices) -> None:
    (entry,) = api.products(a("usagetype", "USE1-Studio:VolumeUsage.gp3"))
    (term,) = entry["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert (dimension["unit"], dimension["pricePerUnit"]) == ("GB-Mo", {"USD": "0.1120000000"})


def test_other_services_and_formats_are_invalid_parameters(api: Prices) -> None:
    assert api.code("GetProducts", ServiceCode="AmazonEC2") == "InvalidParameterException"
    assert (
        api.code("GetProducts", ServiceCode="AmazonSageMaker", FormatVersion="aws_v2")
        == "InvalidParameterException"
    )
    assert (
        api.code("GetAttributeValues", ServiceCode="AmazonSageMaker", AttributeName="colour")
        == "InvalidParameterException"
    )


@pytest.mark.parametrize("token", ["x", "eA==", "é", "A" * 80])
def test_a_token_that_was_not_given_out_is_refused(api: Prices, token: str) -> None:
    code = api.code("GetProducts", ServiceCode="AmazonSageMaker", NextToken=token)
    assert code == "InvalidNextTokenException"


def test_a_token_is_good_for_its_question_only(api: Prices) -> None:
    first = api.ask("pricing", "GetProducts", ServiceCode="AmazonSageMaker", MaxResults=1)
    token = first["NextToken"]
    again = {"ServiceCode": "AmazonSageMaker", "NextToken": token}
    assert api.code("GetProducts", Filters=[LAB], **again) == "InvalidNextTokenException"
    assert api.ask("pricing", "GetProducts", MaxResults=2, **again)["PriceList"]
    for place in (0, len(token) // 2, len(token) - 5):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert (
            api.code("GetProducts", ServiceCode="AmazonSageMaker", NextToken=changed)
            == "InvalidNextTokenException"
        )


def test_a_token_expires(api: Prices, monkeypatch: pytest.MonkeyPatch) -> None:
    first = api.ask("pricing", "GetProducts", ServiceCode="AmazonSageMaker", MaxResults=1)
    now = tokens.time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + tokens.LIFETIME + 1)
    again = {"ServiceCode": "AmazonSageMaker", "NextToken": first["NextToken"]}
    assert api.code("GetProducts", **again) == "ExpiredNextTokenException"


def test_services_and_the_values_of_their_attributes_are_told(api: Prices) -> None:
    (service,) = api.ask("pricing", "DescribeServices")["Services"]
    assert service["ServiceCode"] == "AmazonSageMaker"
    assert {"platoinstancetype", "regionCode", "productFamily"} <= set(service["AttributeNames"])
    asked = {"ServiceCode": "AmazonSageMaker", "AttributeName": "regionCode"}
    values = api.ask("pricing", "GetAttributeValues", **asked)["AttributeValues"]
    known = {region for part in prices.table().parts for region in part.hourly}
    assert {value["Value"] for value in values} == known


def test_every_attribute_that_is_told_has_values(api: Prices) -> None:
    (service,) = api.ask("pricing", "DescribeServices", ServiceCode="AmazonSageMaker")["Services"]
    for name in service["AttributeNames"]:
        asked = {"ServiceCode": "AmazonSageMaker", "AttributeName": name}
        assert api.ask("pricing", "GetAttributeValues", **asked)["AttributeValues"], name


def test_regions_are_called_as_bills_call_them() -> None:
    names = {"us-east-1": "USE1", "us-west-2": "USW2", "eu-west-1": "EU", "eu-central-1": "EUC1",
             "ap-northeast-2": "APN2", "ap-south-1": "APS3"}  # fmt: skip
    assert {name: usage_prefix(name) for name in names} == names
    assert location("us-east-1") == "US East (N. Virginia)"


def test_nothing_of_an_account_is_in_a_price(api: Prices) -> None:
    assert not any(ACCOUNT in product.text for product in products())
    assert set(pricing.HANDLERS) <= set(HANDLERS)


def test_boto3_reads_prices_as_it_reads_those_of_aws() -> None:
    """The query of a public tool, as it is: names and shapes are what readers expect."""
    with Server(speed=math.inf, sample=False) as server:
        own = server.environment()
        client = boto3.client(
            "pricing",
            region_name="us-east-1",
            endpoint_url=server.url,
            aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        )
        rates = {}
        with strict.watch(client) as seen:
            pages = client.get_paginator("get_products").paginate(
                ServiceCode="AmazonSageMaker",
                Filters=[a("regionCode", "ap-northeast-1"), LAB],
                PaginationConfig={"PageSize": 10},
            )
            for page in pages:
                for text in page["PriceList"]:
                    entry = json.loads(text)
                    kind = entry["product"]["attributes"]["instanceType"]
                    for term in entry["terms"]["OnDemand"].values():
                        for dimension in term["priceDimensions"].values():
                            rates[kind] = Decimal(dimension["pricePerUnit"]["USD"])
        seen.check(at_least=3)
    known = prices.table().parts[0].hourly["ap-northeast-1"]["JupyterLab"]
    assert rates == known
