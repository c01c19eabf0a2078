"""SageMaker's products with their attributes, as the price list service has them.

Made from the table of ``sm_onboard.prices``: the same figures, no others.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from botocore.loaders import Loader

from sm_onboard import prices

SERVICE = "AmazonSageMaker"
_ON_DEMAND = "JRTCKXETXF"  # the code of on-demand terms in every price list
_HOURLY = "6YS6EN2CT7"  # the code of their rate

_PLATO = {
    "JupyterLab": ("Studio-JupyterLab", "Studio:JupyterLab-{}"),
    "CodeEditor": ("studio-codeeditor", "Studio:CodeEditor-{}"),
    "KernelGateway": ("Studio-Notebook", "Studio:KernelGateway-{}"),
    "JupyterServer": ("Studio-JupyterServer", "Studio:JupyterServer-{}"),
    "RStudioServerPro": ("RStudio:RServer", "RStudio:RServer-{}"),
    "RSessionGateway": ("RStudio:RSession", "RStudio:RSession-{}"),
    "Canvas": ("Canvas", "Canvas:{}"),
    "Notebook": ("Notebook", "Notebk:{}"),
    "Processing": ("Processing", "Processing:{}"),
    "Training": ("Training", "Train:{}"),
    "Hosting": ("Hosting", "Host:{}"),
    "Transform": ("BatchTransform", "Tsform:{}"),
    "MLflow": ("MLflow", "MLflow:{}"),
}
_SUFFIXED = {"Hosting", "Training", "Processing", "Transform", "Notebook"}

_DIRECTIONS = {
    "north": "N", "south": "S", "east": "E", "west": "W", "central": "C",
    "northeast": "N", "southeast": "S", "northwest": "N", "southwest": "S",
}  # fmt: skip
_PREFIXES = {"eu-west-1": "EU", "ap-south-1": "APS3", "ca-central-1": "CAN1"}


class Product:
    """One product: what filters look at, and the text that a client gets."""

    __slots__ = ("attributes", "family", "text")

    def __init__(self, family: str, attributes: dict[str, str], entry: dict[str, Any]) -> None:
        self.family = family
        self.attributes = attributes
        self.text = json.dumps(entry, separators=(",", ":"))

    def field(self, name: str) -> str | None:
        """The value of a field that filters name, or None."""
        if name == "productFamily":
            return self.family
        if name == "ServiceCode":
            return self.attributes["servicecode"]
        return self.attributes.get(name)


@functools.cache
def products() -> tuple[Product, ...]:
    """Every product of the table, in the order of their codes."""
    return tuple(product for _, product in sorted(_made(), key=lambda made: made[0]))


def attribute_names() -> list[str]:
    names = {name for product in products() for name in product.attributes}
    return sorted(names | {"productFamily", "termType"})


def usage_prefix(region: str) -> str:
    """What a region's usage types begin with: ``USE1`` for us-east-1."""
    if region in _PREFIXES:
        return _PREFIXES[region]
    country, *middle, number = region.split("-")
    return country.upper() + "".join(_DIRECTIONS.get(part, "G") for part in middle) + number


@functools.cache
def location(region: str) -> str:
    """The name that the price list has for a region: ``EU (Ireland)``."""
    for partition in Loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            name: str = partition["regions"][region]["description"]
            return name.replace("Europe (", "EU (")
    return region


def _made() -> Iterator[tuple[str, Product]]:
    for part in prices.table().parts:
        for region, components in part.hourly.items():
            for component, types in components.items():
                for name, amount in types.items():
                    yield _instance(part.published, region, component, name, amount)
        for region, volumes in part.gb_month.items():
            for volume, amount in volumes.items():
                yield _volume(part.published, region, volume, amount)


def _instance(
    published: str, region: str, component: str, name: str, amount: Decimal
) -> tuple[str, Product]:
    plato, usage = _PLATO[component]
    attributes = {
        **_everywhere(region),
        "usagetype": f"{usage_prefix(region)}-{usage.format(name)}",
        "operation": "RunInstance",
        "component": plato.lower() if plato.lower().startswith("studio") else plato,
        "platoinstancetype": plato,
        "platoinstancename": name,
        "instanceName": name,
        "instanceType": f"{name}-{plato}" if component in _SUFFIXED else name,
    }
    described = f"${amount} per {plato} {name} hour in {attributes['location']}"
    return _product("ML Instance", published, attributes, "Hrs", amount, described)


def _volume(published: str, region: str, volume: str, amount: Decimal) -> tuple[str, Product]:
    attributes = {
        **_everywhere(region),
        "usagetype": f"{usage_prefix(region)}-Studio:VolumeUsage.{volume}",
        "operation": f"CreateVolume-{volume.capitalize()}",
        "volumeType": volume,
    }
    described = f"${amount} per GB-Mo of Studio {volume} storage in {attributes['location']}"
    return _product("Storage", published, attributes, "GB-Mo", amount, described)


def _everywhere(region: str) -> dict[str, str]:
    return {
        "servicecode": SERVICE,
        "servicename": "Amazon SageMaker",
        "location": location(region),
        "locationType": "AWS Region",
        "regionCode": region,
    }


def _product(
    family: str,
    published: str,
    attributes: dict[str, str],
    unit: str,
    amount: Decimal,
    described: str,
) -> tuple[str, Product]:
    sku = _code(attributes["usagetype"])
    term, rate = f"{sku}.{_ON_DEMAND}", f"{sku}.{_ON_DEMAND}.{_HOURLY}"
    dimension = {
        "unit": unit,
        "endRange": "Inf",
        "description": described,
        "appliesTo": [],
        "rateCode": rate,
        "beginRange": "0",
        "pricePerUnit": {"USD": f"{amount:.10f}"},
    }
    entry = {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": SERVICE,
        "terms": {
            "OnDemand": {
                term: {
                    "priceDimensions": {rate: dimension},
                    "sku": sku,
                    "effectiveDate": f"{published[:7]}-01T00:00:00Z",
                    "offerTermCode": _ON_DEMAND,
                    "termAttributes": {},
                }
            }
        },
        "version": published.replace("-", "") + "000000",
        "publicationDate": f"{published}T00:00:00Z",
    }
    return sku, Product(family, attributes, entry)


def _code(name: str) -> str:
    """Sixteen capitals and digits; the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(letters[byte % 32] for byte in digest[:16])
