"""Makes the price table anew: ``python -m sm_onboard.prices.remake``.

Reads AWS's public price list files, which need no credentials:

    …/offers/v1.0/aws/AmazonSageMaker/current/region_index.json
    …/offers/v1.0/aws/AmazonSageMaker/<version>/<region>/index.json

Their form: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/bulk-api-reading-price-list-files.html
Which attributes SageMaker's products have is not documented. Readers of these files in public
repositories name ``platoinstancetype`` (in mixed case), ``instanceName``, ``instanceType``
(empty, or with a suffix such as ``-Hosting``) and ``usagetype``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import msgspec

from . import TABLE, Part, Table

BASE = "https://pricing.us-east-1.amazonaws.com"
INDEX = "/offers/v1.0/aws/AmazonSageMaker/current/region_index.json"
LARGEST = 256 * 1024 * 1024  # bytes; a region's file has some 4 MB
TIMEOUT = 60  # seconds without a byte

_COMPONENTS = {
    "studio-jupyterlab": "JupyterLab",
    "studio-codeeditor": "CodeEditor",
    "studio-notebook": "KernelGateway",
    "rstudio:rserver": "RStudioServerPro",
    "rstudio:rsession": "RSessionGateway",
    "canvas": "Canvas",
    "notebook": "Notebook",
    "processing": "Processing",
    "training": "Training",
    "hosting": "Hosting",
    "batchtransform": "Transform",
}
_USAGE = (  # for products that say what they are in their usage type alone
    (re.compile(r"Studio:JupyterLab-(ml\.\S+)"), "JupyterLab"),
    (re.compile(r"Studio:CodeEditor-(ml\.\S+)"), "CodeEditor"),
    (re.compile(r"Studio:KernelGateway-(ml\.\S+)"), "KernelGateway"),
    (re.compile(r"Notebk:(ml\.\S+)"), "Notebook"),
    (re.compile(r"Train:(ml\.\S+)"), "Training"),
    (re.compile(r"Processing:(ml\.\S+)"), "Processing"),
    (re.compile(r"Host:(ml\.\S+)"), "Hosting"),
    (re.compile(r"Tsform:(ml\.\S+)"), "Transform"),
    (re.compile(r"MLflow\S*?[:-](Small|Medium|Large)", re.IGNORECASE), "MLflow"),
)
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]*?(?:nano|micro|small|medium|large|metal)")
_VOLUME = re.compile(r"(?:^|-)Studio:VolumeUsage\.(gp\d)$")


class Unusable(Exception):
    """What was read is no price list; the message says why."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def fetch(base: str, path: str) -> Any:
    """The JSON document at a path of the host of price lists.

    Raises:
        Unusable: it cannot be had, is too large, or is no JSON.
    """
    address = urljoin(base, path)
    parts = urlsplit(address)
    if parts.netloc != urlsplit(base).netloc or not parts.path.startswith("/offers/"):
        raise Unusable(f"{address} is not a price list of {base}.")
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
    if parts.scheme != "https" and not local:
        raise Unusable(f"{base} is neither https nor on this machine.")
    try:
        with build_opener(_NoRedirect).open(address, timeout=TIMEOUT) as answer:
            content = answer.read(LARGEST + 1)
    except (URLError, OSError) as error:
        raise Unusable(f"{address} cannot be read: {error}") from error
    if len(content) > LARGEST:
        raise Unusable(f"{address} is larger than {LARGEST} bytes.")
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise Unusable(f"{address} is not JSON: {error}") from error


def read(base: str, regions: Sequence[str] = ()) -> Table:
    """The prices of these regions, or of all that have a price list.

    Raises:
        Unusable: a file is not what it should be, or a region asked for has none.
    """
    index = fetch(base, INDEX)
    try:
        paths = {str(name): str(entry["currentVersionUrl"]) for name, entry in _items(index)}
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{INDEX} has no list of regions.") from error
    for region in regions:
        if region not in paths:
            raise Unusable(f"There is no price list for {region}.")
    return Table(
        tuple(part(region, fetch(base, paths[region]), base) for region in regions or sorted(paths))
    )


def _items(index: Any) -> Iterator[tuple[str, Any]]:
    yield from index["regions"].items()


def part(region: str, offer: Any, base: str = BASE) -> Part:
    """The prices in one region's file. What costs nothing or is ambiguous is left out.

    Raises:
        Unusable: the file has another form, or no price that is known here.
    """
    found: dict[tuple[str, str], set[Decimal]] = {}
    try:
        published = str(offer["publicationDate"])[:10]
        version = str(offer["version"])
        terms = offer["terms"]["OnDemand"]
        for sku, product in offer["products"].items():
            attributes = product["attributes"]
            if attributes.get("regionCode", region) != region:
                continue
            what = meaning(attributes)
            if what is not None:
                unit = "GB-Mo" if what[0] == "" else "Hrs"
                found.setdefault(what, set()).update(_amounts(terms.get(sku, {}), unit))
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise Unusable(f"The price list of {region} has an unknown form: {error!r}") from error
    hourly: dict[str, dict[str, Decimal]] = {}
    volumes: dict[str, Decimal] = {}
    for (component, name), amounts in sorted(found.items()):
        if len(amounts) > 1:
            print(f"{region} {component or 'storage'} {name}: several prices, left out",
                  file=sys.stderr)  # fmt: skip
        elif amounts:
            target = hourly.setdefault(component, {}) if component else volumes
            target[name] = next(iter(amounts))
    if not hourly:
        raise Unusable(f"The price list of {region} has no price that is known here.")
    source = f"{base}/offers/v1.0/aws/AmazonSageMaker/{version}/{region}/index.json"
    return Part(source, published, False, {region: hourly}, {region: volumes} if volumes else {})


def meaning(attributes: dict[str, str]) -> tuple[str, str] | None:
    """The component and the instance type that a product is the price of.

    Returns:
        ``("JupyterLab", "ml.t3.medium")``; ``("", "gp3")`` for a space's volume; None for what
        is not billed by the hour, or not known here.
    """
    usage = attributes.get("usagetype", "")
    volume = _VOLUME.search(usage)
    if volume:
        return "", volume[1]
    component = _COMPONENTS.get(attributes.get("platoinstancetype", "").lower())
    if component is not None:
        for name in ("instanceName", "instanceType", "usagetype"):
            there = _TYPE.search(attributes.get(name, ""))
            if there:
                return component, there[0]
        return None
    if attributes.get("platoinstancetype"):
        return None  # a kind of its own, such as SpotTraining
    for pattern, named in _USAGE:
        matched = pattern.search(usage)
        if matched:
            return named, matched[1]
    return None


def _amounts(terms: Any, unit: str) -> Iterator[Decimal]:
    for term in terms.values():
        for dimension in term["priceDimensions"].values():
            amount = Decimal(dimension["pricePerUnit"].get("USD", "0"))
            # A free tier is a price of 0 of its own; no instance costs nothing.
            if dimension.get("unit") == unit and amount > 0:
                yield Decimal(format(amount.normalize(), "f"))  # not 1E+1


def write(made: Table, target: Path) -> None:
    """Puts the table in its place in one step."""
    content = msgspec.json.format(msgspec.json.encode(made), indent=1)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content + b"\n")
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: the table is written; 1: it stays as it was."""
    parser = argparse.ArgumentParser(prog="python -m sm_onboard.prices.remake",
                                     description=__doc__.splitlines()[0])  # fmt: skip
    parser.add_argument("--region", action="append", default=[], help="only this one; repeatable")
    parser.add_argument("--base", default=BASE, help="the host of the price lists")
    parser.add_argument("--output", type=Path, default=TABLE)
    asked = parser.parse_args(arguments)
    try:
        made = read(asked.base.rstrip("/"), asked.region)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 1
    write(made, asked.output)
    prices = sum(len(types) for p in made.parts for r in p.hourly.values() for types in r.values())
    print(f"{prices} prices of {len(made.parts)} regions are in {asked.output}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
