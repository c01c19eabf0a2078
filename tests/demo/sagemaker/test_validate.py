from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.model import Shape

from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.model.validate import DEEPEST, failures, message, raise_for
from tests.demo.sagemaker.refusals import refusals
from tests.demo.sagemaker.shapes import installed, shape, structure

ROLE = "arn:aws:iam::123456789012:role/team"

DOMAIN = {
    "DomainName": "acme-ml",
    "AuthMode": "IAM",
    "SubnetIds": ["subnet-1"],
    "VpcId": "vpc-1",
    "Tags": [{"Key": "team", "Value": "churn"}],
    "DefaultUserSettings": {
        "ExecutionRole": ROLE,
        "SecurityGroups": ["sg-1"],
        "JupyterLabAppSettings": {
            "DefaultResourceSpec": {"InstanceType": "ml.t3.medium"},
            "CodeRepositories": [{"RepositoryUrl": "https://github.com/acme/churn.git"}],
        },
    },
}
SEARCH = {
    "Resource": "ExperimentTrialComponent",
    "MaxResults": 100,
    "SearchExpression": {
        "Filters": [{"Name": "Metrics.auc.Max", "Operator": "GreaterThan", "Value": "0.8"}],
        "SubExpressions": [{"Operator": "Or", "Filters": [{"Name": "DisplayName"}]}],
    },
}
TRAINING = {
    "TrainingJobName": "churn-1",
    "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "image:1"},
    "RoleArn": ROLE,
    "OutputDataConfig": {"S3OutputPath": "s3://acme/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "HyperParameters": {"depth": "3"},
    "Environment": {"STAGE": "test"},
}
VALID = {
    "CreateDomain": DOMAIN,
    "Search": SEARCH,
    "CreateTrainingJob": TRAINING,
    "ListApps": {"MaxResults": 10, "SortOrder": "Ascending", "DomainIdEquals": "d-1"},
}


def kinds(of: Shape, value: Any, **how: Any) -> list[tuple[str, str]]:
    return [(failure.path, failure.kind) for failure in failures(of, value, **how)]


def texts(of: Shape, value: Any) -> list[str]:
    return [failure.text for failure in failures(of, value)]


MAIN = structure(
    {
        "Name": "Name",
        "Mode": "Mode",
        "Count": "Count",
        "Big": "Big",
        "Share": "Share",
        "On": "On",
        "At": "At",
        "Bytes": "Bytes",
        "Names": "Names",
        "Tags": "Tags",
        "Labels": "Labels",
        "Choice": "Choice",
        "Tree": "Main",
        "Anything": "Anything",
        "Secret": "Secret",
    },
)
OTHERS: dict[str, dict[str, Any]] = {
    "Name": {"type": "string", "min": 2, "max": 5, "pattern": "[a-z]*"},
    "Mode": {"type": "string", "enum": ["SSO", "IAM"]},
    "Count": {"type": "integer", "min": 1, "max": 100},
    "Big": {"type": "long"},
    "Share": {"type": "float", "min": 0, "max": 1},
    "On": {"type": "boolean"},
    "At": {"type": "timestamp"},
    "Bytes": {"type": "blob", "max": 4},
    "Names": {"type": "list", "member": {"shape": "Name"}, "min": 1, "max": 3},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Tag": structure({"Key": "Text", "Value": "Text"}, required=["Key"]),
    "Labels": {
        "type": "map",
        "key": {"shape": "Name"},
        "value": {"shape": "Count"},
        "max": 2,
    },
    "Choice": structure({"One": "Text", "Other": "Text"}, union=True),
    "Anything": {"type": "structure", "members": {}, "document": True},
    "Secret": {"type": "string", "max": 3, "pattern": "[a-z]*", "sensitive": True},
}
SMALL = shape(MAIN, **OTHERS)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"Name": "ab", "Mode": "IAM", "Count": 100, "Big": 2**40, "Share": 1, "On": False},
        {"Name": None, "Tree": {"Tree": {"Name": "abcde"}}},
        {"At": 1700000000}, {"At": 1.5}, {"At": "2026-11-23T10:00:00Z"},
        {"Bytes": "YWJjZA=="},
        {"Names": ["ab", "cd"], "Labels": {"ab": 1}, "Tags": [{"Key": "k"}]},
        {"Choice": {"One": "x"}}, {"Choice": {"One": "x", "Other": None}},
        {"Anything": {"what": ["ever", None, 1]}}, {"Anything": "text"},
    ],
)  # fmt: skip
def test_what_the_model_allows(value: dict[str, Any]) -> None:
    assert failures(SMALL, value) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "a"}, [("name", "min")]),
        ({"Name": "abcdef"}, [("name", "max")]),
        ({"Name": "ABCDEF"}, [("name", "max"), ("name", "pattern")]),
        ({"Name": 12}, [("name", "type")]),
        ({"Mode": "iam"}, [("mode", "enum")]),
        ({"Count": 0}, [("count", "min")]),
        ({"Count": 101}, [("count", "max")]),
        ({"Count": True}, [("count", "type")]),
        ({"Count": 1.0}, [("count", "type")]),
        ({"Count": 2**31}, [("count", "type")]),
        ({"Big": 2**63}, [("big", "type")]),
        ({"Share": 1.01}, [("share", "max")]),
        ({"Share": -0.1}, [("share", "min")]),
        ({"Share": True}, [("share", "type")]),
        ({"Share": float("nan")}, [("share", "type")]),
        ({"Share": "1"}, [("share", "type")]),
        ({"On": 1}, [("on", "type")]),
        ({"On": "true"}, [("on", "type")]),
        ({"At": "soon"}, [("at", "type")]),
        ({"At": True}, [("at", "type")]),
        ({"Bytes": "YWJjZGU="}, [("bytes", "max")]),
        ({"Bytes": "not base64"}, [("bytes", "type")]),
        ({"Bytes": "YW!Jj"}, [("bytes", "type")]),
        ({"Bytes": 3}, [("bytes", "type")]),
        ({"Names": []}, [("names", "min")]),
        ({"Names": ["ab"] * 4}, [("names", "max")]),
        ({"Names": ["ab", None]}, [("names.2.member", "required")]),
        ({"Names": ["ab", "c"]}, [("names.2.member", "min")]),
        ({"Names": "ab"}, [("names", "type")]),
        ({"Tags": [{"Key": "k"}, {"Value": "v"}]}, [("tags.2.member.key", "required")]),
        ({"Labels": {"ab": 0}}, [("labels.ab.member", "min")]),
        ({"Labels": {"AB": 1}}, [("labels.AB", "pattern")]),
        ({"Labels": {"ab": None}}, [("labels.ab.member", "required")]),
        ({"Labels": {"ab": 1, "cd": 1, "ef": 1}}, [("labels", "max")]),
        ({"Labels": ["ab"]}, [("labels", "type")]),
        ({"Choice": {}}, [("choice", "union")]),
        ({"Choice": {"One": "x", "Other": "y"}}, [("choice", "union")]),
        ({"Tree": {"Tree": {"Count": 0}}}, [("tree.tree.count", "min")]),
        ({"Tree": []}, [("tree", "type")]),
        ({"Nmae": "ab"}, [("nmae", "unknown")]),
        ({"Tree": {"name": "ab"}}, [("tree.name", "unknown")]),
        ([], [("", "type")]),
    ],
)  # fmt: skip
def test_what_the_model_forbids(value: Any, expected: list[tuple[str, str]]) -> None:
    assert kinds(SMALL, value) == expected


def test_required_members_are_named_whether_absent_or_null() -> None:
    tag = shape(structure({"Key": "Text"}, required=["Key"]))
    expected = ["Value null at 'key' failed to satisfy constraint: Member must not be null"]
    assert texts(tag, {}) == expected
    assert texts(tag, {"Key": None}) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"Mode": "BANANA"},
            "Value 'BANANA' at 'mode' failed to satisfy constraint: "
            "Member must satisfy enum value set: [SSO, IAM]",
        ),
        (
            {"Name": "ABC"},
            "Value 'ABC' at 'name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-z]*",
        ),
        (
            {"Tree": {"Name": "abcdef"}},
            "Value 'abcdef' at 'tree.name' failed to satisfy constraint: "
            "Member must have length less than or equal to 5",
        ),
        (
            {"Count": 0},
            "Value '0' at 'count' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"Names": ["ab", "cd", "ef", "gh"]},
            "Value '[ab, cd, ef, gh]' at 'names' failed to satisfy constraint: "
            "Member must have length less than or equal to 3",
        ),
        (
            {"Labels": {"AB": 1}},
            "Value at 'labels' failed to satisfy constraint: Map keys must satisfy constraint: "
            "[Member must have length less than or equal to 5, "
            "Member must have length greater than or equal to 2, "
            "Member must satisfy regular expression pattern: [a-z]*]",
        ),
        (
            {"Labels": {"ab": 0}},
            "Value at 'labels' failed to satisfy constraint: Map value must satisfy constraint: "
            "[Member must have value less than or equal to 100, "
            "Member must have value greater than or equal to 1]",
        ),
    ],
)
def test_it_is_said_as_the_service_says_it(value: dict[str, Any], text: str) -> None:
    assert message(failures(SMALL, value)) == f"1 validation error detected: {text}"


def test_several_failures_are_counted_and_broken_items_of_a_list_are_one() -> None:
    found = failures(SMALL, {"Mode": "x", "Names": ["AB", "C"]})
    assert [failure.path for failure in found] == [
        "mode",
        "names.1.member",
        "names.2.member",
        "names.2.member",
    ]
    assert message(found) == (
        "2 validation errors detected: Value 'x' at 'mode' failed to satisfy constraint: "
        "Member must satisfy enum value set: [SSO, IAM]; "
        "Value '[AB, C]' at 'names' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 5, "
        "Member must have length greater than or equal to 2, "
        "Member must satisfy regular expression pattern: [a-z]*]"
    )


@pytest.mark.parametrize(
    "main",
    [
        structure({"Secret": "Secret"}),
        structure({"Secret": "Secrets"}),
        structure({"Secret": "SecretMap"}),
        structure({"Secret": "Secret", "Other": "Text"}, union=True),
    ],
)
def test_what_the_model_calls_sensitive_is_never_repeated(main: dict[str, Any]) -> None:
    of = shape(
        main,
        Secret=OTHERS["Secret"],
        Secrets={"type": "list", "member": {"shape": "Secret"}, "max": 1},
        SecretMap={
            "type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}, "max": 1,
        },
    )  # fmt: skip
    for value in ("HUNTER2", ["HUNTER2", "HUNTER2"], {"a": "HUNTER2", "b": "HUNTER2"}, 1):
        found = failures(of, {"Secret": value})
        assert found
        assert "HUNTER2" not in repr(found) + message(found)


def test_nothing_sensitive_within_a_list_that_is_too_long_is_repeated() -> None:
    of = shape(
        structure({"Users": "Users"}),
        Users={"type": "list", "member": {"shape": "User"}, "max": 1},
        User=structure({"Secret": "Secret"}),
        Secret=OTHERS["Secret"],
    )
    found = failures(of, {"Users": [{"Secret": "abc"}, {"Secret": "abc"}]})
    assert [failure.kind for failure in found] == ["max"]
    assert "abc" not in repr(found)


def test_many_broken_items_are_judged_in_time() -> None:
    started = time.thread_time()
    assert message(failures(SMALL, {"Names": ["A" * 50] * 2_000})).startswith("2 validation")
    assert time.thread_time() - started < 2


def test_a_long_value_is_not_repeated_whole() -> None:
    of = shape({"type": "string", "max": 10})
    assert len(message(failures(of, "x" * 1_000_000, path="name"))) < 2_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Count": "7"}, "STRING_VALUE cannot be converted to Integer"),
        ({"Count": 1.5}, "DECIMAL_VALUE cannot be converted to Integer"),
        ({"Name": 7}, "NUMBER_VALUE cannot be converted to String"),
        ({"Name": True}, "TRUE_VALUE cannot be converted to String"),
        ({"Name": {"a": 1}}, "Start of structure or map found where not expected."),
        ({"Name": ["a"]}, "Start of list found where not expected"),
        ({"Names": "a"}, "STRING_VALUE cannot be converted to List"),
        ({"Mode": "x", "On": "yes"}, "STRING_VALUE cannot be converted to Boolean"),
    ],
)
def test_another_json_type_is_a_serialization_exception(value: dict[str, Any], text: str) -> None:
    with pytest.raises(ServiceError) as raised:
        raise_for(SMALL, value)
    assert (raised.value.code, raised.value.message) == ("SerializationException", text)


def test_everything_else_is_a_validation_exception() -> None:
    with pytest.raises(ServiceError) as raised:
        raise_for(SMALL, {"Mode": "x"})
    assert raised.value.code == "ValidationException"
    assert raised.value.status == 400
    raise_for(SMALL, {"Mode": "SSO"})


def test_endless_nesting_is_refused_not_a_crash() -> None:
    value: dict[str, Any] = {}
    for _ in range(DEEPEST + 5):
        value = {"Tree": value}
    with pytest.raises(ServiceError) as raised:
        raise_for(SMALL, value)
    assert raised.value.code == "SerializationException"


class TestOnTheWire:
    def test_a_null_is_not_absent(self) -> None:
        assert kinds(SMALL, {"Name": None}, wire=True) == [("name", "null")]
        assert kinds(SMALL, {"Names": ["ab", None]}, wire=True) == [("names.2.member", "null")]
        assert kinds(SMALL, {"Labels": {"ab": None}}, wire=True) == [("labels.ab.member", "null")]

    def test_a_timestamp_has_the_format_of_the_model(self) -> None:
        assert kinds(SMALL, {"At": "2026-11-23T10:00:00Z"}, wire=True) == [("at", "type")]
        iso = shape({"type": "timestamp", "timestampFormat": "iso8601"})
        assert kinds(iso, "2026-11-23T10:00:00Z", wire=True) == []

    def test_members_outside_of_the_body_are_not_missed_there(self) -> None:
        main = structure({"Id": "Text", "Name": "Text"}, required=["Id", "Name"])
        main["members"]["Id"] |= {"location": "uri", "locationName": "id"}
        main["members"]["Name"] |= {"locationName": "name"}
        of = shape(main)
        assert kinds(of, {"name": "x"}, wire=True) == []
        assert kinds(of, {"name": "x", "id": "1"}, wire=True) == [("id", "unknown")]
        assert kinds(of, {"name": "x"}) == [("id", "required")]


@pytest.mark.parametrize("operation", VALID)
def test_a_valid_request_passes_and_every_refusal_of_it_is_refused(operation: str) -> None:
    of = installed("sagemaker").operation_model(operation).input_shape
    raise_for(of, VALID[operation])
    sent = 0
    for refusal in refusals(of, VALID[operation]):
        with pytest.raises(ServiceError) as raised:
            raise_for(of, refusal.request)
        assert raised.value.code == refusal.code, refusal.what
        sent += refusal.sent
    assert sent >= 5, "boto3 itself would have sent too few of them"


def test_no_refusal_is_made_twice() -> None:
    model = installed("sagemaker")
    for operation, valid in VALID.items():
        made = [repr(one) for one in refusals(model.operation_model(operation).input_shape, valid)]
        assert len(set(made)) == len(made)
