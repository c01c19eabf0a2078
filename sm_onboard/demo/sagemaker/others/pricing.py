"""The price list service: what SageMaker costs, in the form that AWS answers it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call, Handler
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.others import tokens
from sm_onboard.demo.sagemaker.others.products import SERVICE, Product, attribute_names, products

Item = TypeVar("Item")

FORMAT = "aws_v1"

_READERS = "public code that reads these answers"

ASSUMPTIONS = (
    Assumption(
        "pricing",
        "only AmazonSageMaker is sold here, with the prices of the table that is shipped; any "
        "other service code is InvalidParameterException",
    ),
    Assumption(
        "GetProducts",
        "products are of the family ML Instance, with the attributes regionCode, "
        "platoinstancetype (Studio-JupyterLab, studio-codeeditor), instanceName, instanceType and "
        "usagetype (USE1-Studio:JupyterLab-ml.t3.medium)",
        _READERS
        + ": https://github.com/cloud-architect-ky/av3.0-blueprint-lab, "
        + "https://github.com/aws-samples/sample-aws-sagemaker-studio-guardcap",
    ),
    Assumption(
        "GetProducts",
        "platoinstancetype of other components: Studio-Notebook for KernelGateway, "
        "RStudio:RServer, RStudio:RSession, Notebook, Processing, Training, Hosting, "
        "BatchTransform; of Canvas, JupyterServer and MLflow it is a guess",
        "https://github.com/vantage-sh/ec2instances.info",
    ),
    Assumption("GetProducts", "a volume is of the family Storage and in USD for a GB-Mo"),
    Assumption("GetProducts", "values of filters are compared with upper and lower case"),
    Assumption("GetProducts", "the values of ANY_OF and NONE_OF are separated by commas"),
    Assumption("GetProducts", "a filter by a field that no product has finds nothing"),
    Assumption("pricing", "a page has 100 entries where MaxResults says nothing else"),
    Assumption("pricing", "a token is good for 24 hours, then ExpiredNextTokenException"),
    Assumption(
        "pricing",
        "the service answers in every region, so that a client of the demo needs no second one; "
        "the real one has endpoints in a few regions only",
        "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html",
    ),
)


def get_products(call: Call) -> Answer:
    """The products that match every filter, each as the text of a JSON object."""
    _service(call)
    _format(call)
    matches = [_match(entry) for entry in call.parameters.get("Filters") or ()]
    found = [p.text for p in products() if all(matching(p) for matching in matches)]
    shown, following = _page(call, found, 100)
    return {"FormatVersion": FORMAT, "PriceList": shown, "NextToken": following}


def describe_services(call: Call) -> Answer:
    """The services that have prices, and the attributes of their products."""
    _format(call)
    if call.parameters.get("ServiceCode"):
        _service(call)
    services = [{"ServiceCode": SERVICE, "AttributeNames": attribute_names()}]
    shown, following = _page(call, services, 100)
    return {"FormatVersion": FORMAT, "Services": shown, "NextToken": following}


def get_attribute_values(call: Call) -> Answer:
    """The values that an attribute has among a service's products."""
    _service(call)
    name = call.parameters["AttributeName"]
    if name not in attribute_names():
        raise _invalid(f"AttributeName {name} is not an attribute of {SERVICE}")
    if name == "termType":
        values = {"OnDemand"}
    else:
        values = {value for p in products() if (value := p.field(name)) is not None}
    shown, following = _page(call, sorted(values), 100)
    return {"AttributeValues": [{"Value": value} for value in shown], "NextToken": following}


HANDLERS: dict[tuple[str, str], Handler] = {
    ("pricing", "GetProducts"): get_products,
    ("pricing", "DescribeServices"): describe_services,
    ("pricing", "GetAttributeValues"): get_attribute_values,
}


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def _service(call: Call) -> None:
    code = call.parameters.get("ServiceCode")
    if code != SERVICE:
        raise _invalid(f"Invalid ServiceCode: {code}. The local price list has {SERVICE} only")


def _format(call: Call) -> None:
    version = call.parameters.get("FormatVersion")
    if version is not None and version != FORMAT:
        raise _invalid(f"Invalid FormatVersion: {version}. Valid values are: [{FORMAT}]")


def _match(entry: dict[str, str]) -> Callable[[Product], bool]:
    """What a filter asks of a product.

    Raises:
        ServiceError: there is no such type of filter.
    """
    kind, name, wanted = entry["Type"], entry["Field"], entry["Value"]
    several = {value.strip() for value in wanted.split(",")}
    tests: dict[str, Callable[[str], bool]] = {
        "TERM_MATCH": lambda value: value == wanted,
        "EQUALS": lambda value: value == wanted,
        "CONTAINS": lambda value: wanted in value,
        "ANY_OF": lambda value: value in several,
        "NONE_OF": lambda value: value not in several,
    }
    if kind not in tests:
        raise _invalid(f"Invalid filter type: {kind}")
    test = tests[kind]
    return lambda product: (value := product.field(name)) is not None and test(value)


def _page(call: Call, items: Sequence[Item], most: int) -> tuple[list[Item], str | None]:
    size = int(call.parameters.get("MaxResults") or most)
    try:
        return tokens.page(call, items, size)
    except tokens.ExpiredToken as error:
        raise ServiceError(
            "ExpiredNextTokenException",
            "The pagination token expired. Try again without a pagination token.",
        ) from error
    except tokens.BadToken as error:
        raise ServiceError(
            "InvalidNextTokenException",
            "The pagination token is invalid. Try again without a pagination token.",
        ) from error
