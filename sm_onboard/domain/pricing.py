"""Prices: of the Pricing API where it may be asked, else of the shipped table, else unknown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from sm_onboard import prices as shipped
from sm_onboard.errors import Conflict

from .client import Client, Task
from .models import Price

# The price list service has few endpoints: https://docs.aws.amazon.com/general/latest/gr/api-pricing.html
_ENDPOINTS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
MOST_TYPES = 7  # in one call: times the components that a type is sold for, that is one page
_LONGEST = 1_000_000  # characters of a product


class Prices:
    """Thread-safe. What was asked once is not asked again, unless it is told to forget."""

    def __init__(self, client: Client, partition: str = "aws") -> None:
        self._client = client
        self._partition = partition
        self._lock = threading.Lock()
        self._asked: set[tuple[str, str]] = set()  # (region, instance type)
        self._found: dict[tuple[str, str, str], Price] = {}

    def hourly(self, region: str | None, component: str, instance: str | None) -> Price | None:
        """What one instance costs an hour in a region; never another region's price."""
        if not region or not instance:
            return None
        with self._lock:
            found = self._found.get((region, component, instance))
        if found is not None:
            return found
        return _shown(shipped.lookup(region, component, instance))

    def gb_month(self, region: str | None) -> Price | None:
        """What a gigabyte of a space's volume costs a month."""
        return _shown(shipped.storage(region)) if region else None

    def missing(self, region: str | None, types: Iterable[str]) -> list[str]:
        """Those of the instance types that the API was not asked for yet, in the given order."""
        if not region:
            return []
        with self._lock:
            unique = dict.fromkeys(kind for kind in types if kind.startswith("ml."))
            return [kind for kind in unique if (region, kind) not in self._asked]

    def forget(self) -> None:
        """What was not found is asked for again; what was found stays until then."""
        with self._lock:
            self._asked.clear()

    def read(self, task: Task, region: str, types: list[str]) -> int:
        """Asks the API for some of the types, in one call; how many prices it gave.

        Raises:
            Conflict: ``domain.no_price_list`` where this partition has no such service.
            OnboardError: those of ``Client.call``.
        """
        endpoint = _ENDPOINTS.get(self._partition)
        if endpoint is None:
            raise Conflict(
                "domain.no_price_list", "AWS has no price list service for this partition."
            )
        some = types[:MOST_TYPES]
        shape = self._client.shape("FilterType", "pricing", endpoint)
        several = "ANY_OF" in getattr(shape, "enum", ())
        if not several:
            some = some[:1]  # an older boto3 can name one value only
        answer = self._client.call(
            task,
            "GetProducts",
            service="pricing",
            region=endpoint,
            ServiceCode="AmazonSageMaker",
            FormatVersion="aws_v1",
            MaxResults=100,
            Filters=[
                {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
                {
                    "Type": "ANY_OF" if several else "TERM_MATCH",
                    "Field": "instanceName",
                    "Value": ",".join(some),
                },
            ],
        )
        found = dict(_prices(answer.get("PriceList"), region, frozenset(some)))
        with self._lock:
            self._asked.update((region, kind) for kind in some)
            self._found.update(found)
        return len(found)


def _shown(price: shipped.Price | None) -> Price | None:
    if price is None:
        return None
    return Price(
        amount=float(price.amount),
        unit="hour" if price.unit == "hour" else "gb_month",
        source="table",
        published=price.published,
        sample=price.sample,
    )


def _prices(
    listed: Any, region: str, types: frozenset[str]
) -> Iterator[tuple[tuple[str, str, str], Price]]:
    """(region, component, type) and price of each product that can be read; others are left."""
    from sm_onboard.prices.remake import meaning

    ambiguous: dict[tuple[str, str, str], set[float]] = {}
    dates: dict[tuple[str, str, str], str] = {}
    for entry in listed if isinstance(listed, list) else ():
        try:
            told = json.loads(entry[:_LONGEST])
            attributes = told["product"]["attributes"]
            what = meaning(attributes)
            if what is None or what[1] not in types or attributes.get("regionCode") != region:
                continue
            key = (region, *what)
            for term in told["terms"]["OnDemand"].values():
                for dimension in term["priceDimensions"].values():
                    amount = float(dimension["pricePerUnit"]["USD"])
                    if dimension["unit"] == "Hrs" and amount > 0:
                        ambiguous.setdefault(key, set()).add(amount)
                        dates[key] = str(told.get("publicationDate", ""))[:10]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    for key, amounts in ambiguous.items():
        if len(amounts) == 1:  # two prices for one thing: nobody knows which is paid
            yield (
                key,
                Price(amount=amounts.pop(), unit="hour", source="api", published=dates[key]),
            )
