"""The same with any botocore: what an old one lacks is absent, and nothing else is.

``make test-botocore`` runs these and all other tests of the local SageMaker with several.
"""

from __future__ import annotations

import itertools

import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker.model import service as models
from tests.localsagemaker import SageMaker

from . import absent
from .matrix import document

MEMBERS = {name for names in absent.ABSENT.values() for name in names if "." in name}


def documented() -> set[str]:
    """All operations that the newest botocore has, as ``service:Operation``."""
    return document.operations_named(document.part("operations"))


def test_the_table_names_what_the_document_does() -> None:
    for names in absent.ABSENT.values():
        operations = {name.partition(":")[2] for name in documented()}
        assert {name.partition(".")[0] for name in names} <= operations


def test_an_older_one_lacks_more() -> None:
    for older, newer in itertools.pairwise(sorted(absent.ABSENT)):
        assert absent.ABSENT[newer] < absent.ABSENT[older]


def test_this_one_lacks_what_was_expected_and_no_more() -> None:
    named = (name.split(":") for name in documented())
    ours = {operation for service, operation in named if not models.operation(service, operation)}
    members = {name for name in MEMBERS if absent.lacks(*name.split("."))}
    if absent.version() in absent.ABSENT:
        assert ours | members == absent.expected()
    else:  # between two that were looked at
        assert ours | members <= absent.expected()


def test_what_it_lacks_is_refused_and_nothing_breaks(sagemaker: SageMaker) -> None:
    """A newer client than the server's own botocore calls what the server's lacks."""
    client = sagemaker.client("sagemaker")

    def rename(params: dict, **_: object) -> None:  # type: ignore[type-arg]
        params["headers"]["X-Amz-Target"] = "SageMaker.CreateSomethingNew"

    client.meta.events.register("before-call", rename)
    with pytest.raises(ClientError) as refused:
        client.list_domains()
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert sagemaker.client("sagemaker").list_domains()["Domains"] == []
