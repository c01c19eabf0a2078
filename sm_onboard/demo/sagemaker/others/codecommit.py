"""CodeCommit's list of repositories, over what moto keeps."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call, Handler
from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.others import tokens

SIZE = 1000
"""Repositories on a page; the service's model says so."""

_SORTS = ("repositoryName", "lastModifiedDate")
_ORDERS = {"ascending": False, "descending": True}

ASSUMPTIONS = (
    Assumption("ListRepositories (CodeCommit)", "without sortBy the names are in ascending order"),
)


def list_repositories(call: Call) -> Answer:
    """The repositories of an account in one region, sorted and paged."""
    from moto.codecommit.models import codecommit_backends

    sort = call.parameters.get("sortBy", "repositoryName")
    order = call.parameters.get("order", "ascending")
    if sort not in _SORTS:
        raise ServiceError("InvalidSortByException", "The specified sort by value is not valid.")
    if order not in _ORDERS:
        raise ServiceError("InvalidOrderException", "The specified sort order is not valid.")

    def place(entry: dict[str, Any]) -> tuple[str, str]:
        return str(entry[sort]), str(entry["repositoryName"])

    kept = codecommit_backends[call.account][call.region].repositories
    entries = [repository.repository_metadata for repository in list(kept.values())]
    entries.sort(key=place, reverse=_ORDERS[order])
    try:
        shown, following = tokens.page(call, entries, SIZE, "nextToken")
    except tokens.BadToken as error:
        raise ServiceError(
            "InvalidContinuationTokenException", "The specified continuation token is not valid."
        ) from error
    names = ("repositoryName", "repositoryId")
    return {
        "repositories": [{name: entry[name] for name in names} for entry in shown],
        "nextToken": following,
    }


HANDLERS: dict[tuple[str, str], Handler] = {("codecommit", "ListRepositories"): list_repositories}
