"""Service Quotas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.errors import ServiceError
from sm_onboard.demo.sagemaker.others import HANDLERS, quotas, reset
from tests.demo.sagemaker.api import Api

MEDIUM = "Studio JupyterLab Apps running on ml.t3.medium instances"


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    for (service, operation), handler in HANDLERS.items():
        made.emulator.register(service, operation, handler)
    yield made
    reset()


def code(api: Api, operation: str, **parameters: Any) -> str:
    with pytest.raises(ServiceError) as refusal:
        api.ask("service-quotas", operation, **parameters)
    return refusal.value.code


def every(api: Api, operation: str, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        asked = {"ServiceCode": "sagemaker", **parameters, **token}
        page = api.ask("service-quotas", operation, **asked)
        found += page["Quotas"]
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def test_every_type_that_an_app_can_run_on_has_a_quota(api: Api) -> None:
    found = every(api, "ListServiceQuotas", MaxResults=37)
    names = [quota["QuotaName"] for quota in found]
    assert len(names) == len(set(names)) == 2 * len(quotas.instance_types())
    assert MEDIUM in names
    numbers = [quota["QuotaCode"] for quota in found]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch("L-[0-9A-F]{8}", number) for number in numbers)


def test_codes_are_those_of_the_service(api: Api) -> None:
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-71FAF417"}
    quota = api.ask("service-quotas", "GetServiceQuota", **asked)["Quota"]
    assert quota["QuotaName"] == MEDIUM
    assert quota["QuotaArn"] == (
        "arn:aws:servicequotas:eu-west-1:123456789012:sagemaker/L-71FAF417"
    )
    (listed,) = api.ask("service-quotas", "ListServiceQuotas", **asked)["Quotas"]
    assert listed == quota


def test_a_value_that_is_set_is_told_and_is_the_limit(api: Api) -> None:
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-71FAF417"}
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium") == quotas.GENEROUS
    quotas.APPLIED.set("eu-west-1", "ml.t3.medium", 2)
    assert api.ask("service-quotas", "GetServiceQuota", **asked)["Quota"]["Value"] == 2
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium") == 2
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium", "CodeEditor") == quotas.GENEROUS
    assert quotas.APPLIED.limit("us-east-1", "ml.t3.medium") == quotas.GENEROUS
    quotas.APPLIED.set("eu-west-1", "ml.t3.medium", None)
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium") == quotas.GENEROUS


def test_a_value_is_forgotten_at_a_reset(api: Api) -> None:
    quotas.APPLIED.set("eu-west-1", "ml.t3.medium", 0)
    reset()
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium") == quotas.GENEROUS


def test_what_no_quota_counts_has_no_limit_and_none_can_be_set(api: Api) -> None:
    assert quotas.APPLIED.limit("eu-west-1", "system") is None
    assert quotas.APPLIED.limit("eu-west-1", "ml.t3.medium", "Canvas") is None
    with pytest.raises(ValueError, match=r"no quota of Canvas apps on ml\.t3\.medium"):
        quotas.APPLIED.set("eu-west-1", "ml.t3.medium", 1, "Canvas")
    with pytest.raises(ValueError, match="cannot be -1"):
        quotas.APPLIED.set("eu-west-1", "ml.t3.medium", -1)


def test_defaults_are_lower_and_of_no_account(api: Api) -> None:
    found = {q["QuotaName"]: q for q in every(api, "ListAWSDefaultServiceQuotas")}
    assert found[MEDIUM]["Value"] == quotas.DEFAULT
    assert found[MEDIUM]["QuotaArn"] == "arn:aws:servicequotas:eu-west-1::sagemaker/L-71FAF417"
    assert found[MEDIUM.replace("t3.medium", "p5.48xlarge")]["Value"] == 0
    asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-71FAF417"}
    one = api.ask("service-quotas", "GetAWSDefaultServiceQuota", **asked)["Quota"]
    assert one == found[MEDIUM]


def test_what_does_not_exist_is_said(api: Api) -> None:
    missing = "NoSuchResourceException"
    assert code(api, "ListServiceQuotas", ServiceCode="unheard-of") == missing
    assert code(api, "ListAWSDefaultServiceQuotas", ServiceCode="unheard-of") == missing
    assert code(api, "GetServiceQuota", ServiceCode="unheard-of", QuotaCode="L-1") == missing
    for operation in ("GetServiceQuota", "GetAWSDefaultServiceQuota", "ListServiceQuotas"):
        asked = {"ServiceCode": "sagemaker", "QuotaCode": "L-00000000"}
        assert code(api, operation, **asked) == missing


def test_another_service_is_answered_by_moto(api: Api) -> None:
    listed = api.ask("service-quotas", "ListServiceQuotas", ServiceCode="vpc")["Quotas"]
    assert {"L-7E9ECCDB"} <= {quota["QuotaCode"] for quota in listed}
    asked = {"ServiceCode": "vpc", "QuotaCode": "L-7E9ECCDB"}
    quota = api.ask("service-quotas", "GetServiceQuota", **asked)["Quota"]
    assert quota["QuotaName"] == "Active VPC peering connections per VPC"
    assert code(api, "GetServiceQuota", ServiceCode="vpc", QuotaCode="L-0") == (
        "NoSuchResourceException"
    )


def test_a_token_of_another_question_is_refused(api: Api) -> None:
    page = api.ask("service-quotas", "ListServiceQuotas", ServiceCode="sagemaker", MaxResults=1)
    token = page["NextToken"]
    refused = "InvalidPaginationTokenException"
    asked = {"ServiceCode": "sagemaker", "NextToken": token}
    assert code(api, "ListAWSDefaultServiceQuotas", **asked) == refused
    assert code(api, "ListServiceQuotas", ServiceCode="sagemaker", NextToken="AAAA") == refused


def test_a_quota_of_a_resource_is_nowhere(api: Api) -> None:
    asked = {"ServiceCode": "sagemaker", "QuotaAppliedAtLevel": "RESOURCE"}
    assert api.ask("service-quotas", "ListServiceQuotas", **asked)["Quotas"] == []
