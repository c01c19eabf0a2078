"""The MLflow servers and apps that a SageMaker domain has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from sm_onboard import aws
from sm_onboard.errors import OnboardError
from sm_onboard.experiments.models import Kind

PAGE = 100
PAGES = 50


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A tracking server or MLflow App that a store can be opened for.

    Attributes:
        status: AWS's own word: ``Created``, ``Stopped``…
        default: whether the domain's people get it when they name none.
    """

    kind: Kind
    arn: str
    name: str
    status: str
    default: bool = False


class Discovered(NamedTuple):
    """What was found, the domain's default first, and why that may not be all."""

    stores: tuple[Found, ...]
    troubles: tuple[OnboardError, ...]


def discover(
    domain: str, *, region: str | None = None, clients: aws.Aws | None = None
) -> Discovered:
    """Looks for what can be opened in a region.

    An operation that this boto3 does not know finds nothing and is no trouble: where it is not
    known there is nothing of its kind that the person has ever seen.

    Args:
        domain: whose default app is marked; "" where there is no domain.
    """
    client = (clients or aws.default()).client("sagemaker", region)
    found: dict[str, Found] = {}
    troubles: list[OnboardError] = []

    def look(
        operation: str, rows: str, make: Callable[[Mapping[str, Any]], Found], **asked: str
    ) -> None:
        if not aws.supports(client, operation):
            return
        try:
            for row in _rows(client, operation, rows, asked):
                made = make(row)
                found.setdefault(made.arn, made)
        except OnboardError as error:
            if all(error.message != other.message for other in troubles):
                troubles.append(error)

    if domain:
        look("ListMlflowApps", "Summaries", lambda row: _app(row, True), DefaultForDomainId=domain)
    look("ListMlflowApps", "Summaries", lambda row: _app(row, False))
    look("ListMlflowTrackingServers", "TrackingServerSummaries", _server)
    stores = sorted(found.values(), key=lambda one: (not one.default, one.kind, one.name, one.arn))
    return Discovered(stores=tuple(stores), troubles=tuple(troubles))


def default_app(
    domain: str, *, region: str | None = None, clients: aws.Aws | None = None
) -> Found | None:
    """The MLflow App that the people of a domain get when they name none, in one call.

    Returns:
        None where there is none, or this boto3 knows of no Apps.

    Raises:
        OnboardError: ``aws.*``.
    """
    client = (clients or aws.default()).client("sagemaker", region)
    if not aws.supports(client, "ListMlflowApps"):
        return None
    rows = _rows(client, "ListMlflowApps", "Summaries", {"DefaultForDomainId": domain})
    return next((_app(row, True) for row in rows), None)


def _rows(
    client: Any, operation: str, member: str, asked: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    from botocore import xform_name

    more: dict[str, str] = {}
    for _ in range(PAGES):
        with aws.errors(f"sagemaker:{operation}"):
            page = getattr(client, xform_name(operation))(**asked, **more, MaxResults=PAGE)
        yield from page.get(member) or ()
        following = page.get("NextToken")
        if not following or following == more.get("NextToken"):
            return
        more = {"NextToken": following}


def _app(row: Mapping[str, Any], default: bool) -> Found:
    return Found(
        kind="app",
        arn=row["Arn"],
        name=row.get("Name", ""),
        status=row.get("Status", ""),
        default=default,
    )


def _server(row: Mapping[str, Any]) -> Found:
    return Found(
        kind="tracking_server",
        arn=row["TrackingServerArn"],
        name=row.get("TrackingServerName", ""),
        status=row.get("TrackingServerStatus", ""),
    )
