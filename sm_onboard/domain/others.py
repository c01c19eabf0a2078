"""Whatever else bills while idle: MLflow servers, notebook instances, endpoints, clusters.

They belong to the account's region, so there may be many: one page of each list is read, and
what the lists do not tell is asked row by row, a few calls at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sm_onboard.errors import OnboardError

from .client import PAGE, Answer, Client, Task
from .known import Other, inside, row_id, text
from .models import Kind, Problem


class Listing(NamedTuple):
    kind: Kind
    operation: str
    member: str
    name: str  # the member of a row that names it
    plural: str


LISTS = (
    Listing("tracking_server", "ListMlflowTrackingServers", "TrackingServerSummaries",
            "TrackingServerName", "MLflow servers"),
    Listing("notebook_instance", "ListNotebookInstances", "NotebookInstances",
            "NotebookInstanceName", "notebook instances"),
    Listing("endpoint", "ListEndpoints", "Endpoints", "EndpointName", "endpoints"),
    Listing("cluster", "ListClusters", "ClusterSummaries", "ClusterName", "clusters"),
    Listing("mlflow_app", "ListMlflowApps", "Summaries", "Arn", "MLflow Apps"),
)  # fmt: skip
_LAST = LISTS[-1]  # MLflow Apps are not paid for by the hour
_PASSING = frozenset({
    "aws.no_credentials", "aws.credentials_expired", "aws.credentials_refused",
})  # fmt: skip
"""What says nothing of a list: it is so for all of them, and over for all of them."""
_ANSWERS = frozenset({"aws.forbidden", "aws.not_found"})  # to credentials that hold
_ENDED = frozenset({"Stopped", "Deleted", "Deleting", "Failed", "CreateFailed", "Creating"})


class Others:
    """Reads the lists piece by piece. Only one reading goes on at a time.

    Args:
        show: takes what is known so far: all rows by id. Raises Cancelled.
    """

    def __init__(self, client: Client, show: Callable[[Task, dict[str, Other]], None]) -> None:
        self._client = client
        self._show = show
        self._rows: dict[str, Other] = {}
        self._read: list[Listing] = []  # the longest ago first
        self._problems: dict[str, Problem] = {}
        self._details_refused: dict[Kind, Problem] = {}
        self._given_up: set[Kind] = set()  # are not described for now
        self._stopping: set[str] = set()

    @property
    def pending(self) -> bool:
        """Whether something was not asked yet."""
        return len(self._read) < len(LISTS) or next(self._undescribed(), None) is not None

    @property
    def failed(self) -> bool:
        """Whether nothing at all could be read."""
        return len(self._problems) >= len(LISTS) - 1 and not self._rows

    def stopping(self, id: str) -> None:
        """A row was told to stop: it is shown so, and its list is the next to be read."""
        self._stopping.add(id)

    def again(self) -> None:
        """A person wants to know anew: what was refused may be allowed by now."""
        self._given_up.clear()

    def read(self, task: Task) -> None:
        """Reads on, with as many calls as the task may make; sets the task's problem."""
        before = list(self._read)
        told = {self._rows[id].kind for id in self._stopping & self._rows.keys()}
        for listing in LISTS[:-1]:
            if (listing not in before or listing.kind in told) and task.left:
                self._list(task, listing)
        for row in self._undescribed():
            if task.left:
                self._describe(task, row)
        if _LAST not in before and task.left:
            self._list(task, _LAST)
        for listing in before:
            if listing.kind not in told and task.left:
                self._list(task, listing)
        found = [self._problems[k.kind] for k in LISTS if k.kind in self._problems]
        found += self._details_refused.values()
        task.problem = next(iter(found), None)

    def _list(self, task: Task, listing: Listing) -> None:
        before = frozenset(self._stopping)
        try:
            page = self._client.call(task, listing.operation, MaxResults=PAGE)
        except OnboardError as error:
            if error.code in _ANSWERS:
                self._answered()
            self._done(listing)
            self._problems[listing.kind] = self._client.problem(error, listing.operation)
            return
        self._answered()
        self._done(listing)
        self._problems.pop(listing.kind, None)
        if page.get("NextToken"):
            self._problems[listing.kind] = Problem(
                code="domain.more",
                message=f"There are more than {PAGE} {listing.plural}; the first are shown.",
            )
        rows = {i: r for i, r in self._rows.items() if r.kind != listing.kind}
        for row in page.get(listing.member) or ():
            other = self._row(listing, row)
            rows[row_id(other.kind, other.name)] = other
        self._rows = rows
        self._stopping -= {id for id in before if id not in rows or rows[id].kind == listing.kind}
        self._tell(task)

    def _answered(self) -> None:
        """AWS took the credentials: what was said of them before does not hold any more."""
        passed = {k for k, problem in self._problems.items() if problem.code in _PASSING}
        for kind in passed:
            del self._problems[kind]
        self._read = [listing for listing in self._read if listing.kind not in passed]

    def _done(self, listing: Listing) -> None:
        refused = self._details_refused.get(listing.kind)
        if refused is not None and refused.code != "aws.forbidden":
            self._given_up.discard(listing.kind)
        self._read = [*(done for done in self._read if done is not listing), listing]

    def _tell(self, task: Task) -> None:
        stopped = {id: told_to_stop(self._rows[id]) for id in self._stopping & self._rows.keys()}
        self._show(task, {**self._rows, **stopped})

    def _row(self, listing: Listing, row: Answer) -> Other:
        name = text(row.get(listing.name))
        known = self._rows.get(row_id(listing.kind, name))
        same = known and known.listed.get("LastModifiedTime") == row.get("LastModifiedTime")
        return Other(listing.kind, name, row, known.detail if known and same else None)

    def _undescribed(self) -> Iterator[Other]:
        """Rows whose size is not known and that run: what they cost hangs on it."""
        for row in list(self._rows.values()):
            status = row.listed.get("TrackingServerStatus") or row.listed.get("EndpointStatus")
            wanted = row.kind in ("tracking_server", "endpoint") and status not in _ENDED
            if wanted and row.detail is None and row.kind not in self._given_up:
                yield row

    def _describe(self, task: Task, row: Other) -> None:
        operation = "DescribeMlflowTrackingServer"
        try:
            if row.kind == "tracking_server":
                detail: Mapping[str, Any] = self._client.call(
                    task, operation, about=row.name, TrackingServerName=row.name
                )
            else:
                operation = "DescribeEndpoint"
                there = self._client.call(task, operation, about=row.name, EndpointName=row.name)
                operation = "DescribeEndpointConfig"
                config = text(there.get("EndpointConfigName"))
                machines = self._client.call(
                    task, operation, about=config, EndpointConfigName=config
                )
                detail = {"Variants": _variants(there, machines)}
        except OnboardError as error:
            if error.code == "aws.not_found":  # deleted since it was listed
                detail = {"Variants": []}
            else:
                self._details_refused[row.kind] = self._client.problem(error, operation)
                self._given_up.add(row.kind)
                return
        self._details_refused.pop(row.kind, None)
        described = Other(row.kind, row.name, row.listed, detail)
        self._rows = {**self._rows, row_id(row.kind, row.name): described}
        self._tell(task)


def told_to_stop(row: Other) -> Other:
    """The row, as its list will say it soon."""
    member = {"tracking_server": "TrackingServerStatus"}.get(row.kind, "NotebookInstanceStatus")
    return Other(row.kind, row.name, {**row.listed, member: "Stopping"}, row.detail)


def _variants(endpoint: Answer, config: Answer) -> list[dict[str, Any]]:
    """On which machines the endpoint runs, and on how many; None: not known.

    Shadow variants bill as the others do. An endpoint may be scaled in to no machine at all.
    """
    both = ("ProductionVariants", "ShadowProductionVariants")
    counts = {
        v.get("VariantName"): v.get("CurrentInstanceCount")
        for member in both
        for v in endpoint.get(member) or ()
    }
    return [
        {"InstanceType": kind, "Count": counts.get(v.get("VariantName"))}
        for member in both
        for v in config.get(member) or ()
        if (kind := inside(v, "InstanceType"))
    ]
