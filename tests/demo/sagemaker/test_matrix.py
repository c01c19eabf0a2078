"""Every operation over HTTP: answered, validated, paged; and the document that says so."""

from __future__ import annotations

import botocore
import pytest

from sm_onboard.demo.sagemaker import others
from sm_onboard.demo.sagemaker.child import LocalSageMaker
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.strict import Seen

from .matrix import document
from .matrix.ledger import Ledger
from .matrix.needed import NEEDED
from .matrix.whole import toured

# What has one page only, whatever its size: a resource has at most 50 tags, and 50 is the
# smallest page of ListTags; the price list has one service; CodeCommit has no page size to ask
# for, and 1,000 repositories on a page.
ONE_PAGE = {"sagemaker:ListTags", "pricing:DescribeServices", "codecommit:ListRepositories"}

Whole = tuple[Ledger, Seen]


@pytest.fixture(scope="module")
def whole(local_sagemaker: LocalSageMaker) -> Whole:
    result = toured(local_sagemaker)
    assert local_sagemaker.control.log()["failures"] == []
    return result


def known(names: frozenset[str] | set[str]) -> set[str]:
    """Those that the installed botocore knows."""
    return {name for name in names if models.operation(*name.split(":"))}


def served() -> set[str]:
    """What is answered by the local SageMaker itself."""
    ours = {*Emulator().operations(), *others.HANDLERS}
    return known({f"{service}:{operation}" for service, operation in ours})


def test_every_operation_is_called_and_nothing_comes_unexpected(whole: Whole) -> None:
    ledger, _ = whole
    assert ledger.wrong == []
    called = {name for name, row in ledger.rows.items() if row.by == "here" and row.calls}
    assert called == served()


def test_what_the_product_calls_is_there(whole: Whole) -> None:
    assert known(NEEDED) <= served()


def test_no_answer_and_no_error_breaks_the_model(whole: Whole) -> None:
    _, seen = whole
    ours = served()
    assert [v for v in seen.violations if v.operation.replace(".", ":") in ours] == []
    assert seen.calls.total() > 2500


def test_every_operation_is_validated(whole: Whole) -> None:
    ledger, _ = whole
    for name in served():
        row = ledger.rows[name]
        has_members = models.operation(*name.split(":")).input_shape is not None
        assert not has_members or (row.refused == row.tried and row.tried >= 4), name


def test_every_list_is_paged(whole: Whole) -> None:
    ledger, _ = whole
    pages = {name: row.pages for name, row in ledger.rows.items() if row.by == "here"}
    listed = {name for name in pages if name.startswith("sagemaker:List")}
    for name in listed | {"sagemaker:Search", "pricing:GetProducts"}:
        assert pages[name] == 1 if name in ONE_PAGE else pages[name] >= 2, name
    assert ledger.kinds["unknown token"] == sum(count > 0 for count in pages.values())


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        ("bad enum", 50),
        ("bad pattern", 100),
        ("too long", 100),
        ("too many", 20),
        ("out of range", 20),
        ("missing parent", 5),
        ("duplicate", 15),
        ("in use", 10),
        ("missing", 25),
        ("unknown token", 30),
    ],
)
def test_what_boto3_alone_would_have_sent_is_refused(
    whole: Whole, kind: str, at_least: int
) -> None:
    ledger, _ = whole
    assert ledger.sent[kind] >= at_least


@pytest.mark.parametrize(
    "kind", ["wrong type", "unknown member", "required and missing", "too short", "too few"]
)
def test_what_boto3_would_have_kept_back_is_refused_too(whole: Whole, kind: str) -> None:
    ledger, _ = whole
    assert ledger.kinds[kind] >= 5


def test_far_more_than_200_are_refused_in_all(whole: Whole) -> None:
    ledger, _ = whole
    assert ledger.sent.total() >= 800
    assert ledger.kinds.total() >= 2000


def test_the_document_tells_of_these_operations(whole: Whole) -> None:
    """To the letter with the botocore it was made with; with another, the same operations."""
    written = document.part("operations")
    said = "It is out of date: run `python -m tests.demo.sagemaker.matrix`."
    if written.startswith(f"With botocore {botocore.__version__}:"):
        assert written == document.operations_part(*whole), said
    else:
        assert known(document.operations_named(written)) == served(), said
