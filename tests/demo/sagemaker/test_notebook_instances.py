"""Notebook instances and their lifecycle configurations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.sagemaker.api import ROLE, Api


@pytest.fixture
def api() -> Api:
    return Api(speed=1)


def create(api: Api, name: str = "old", *faults: str, **more: Any) -> str:
    wanted = {"NotebookInstanceName": name, "InstanceType": "ml.t3.medium", "RoleArn": ROLE}
    arn: str = api("CreateNotebookInstance", *faults, **{**wanted, **more})["NotebookInstanceArn"]
    return arn


def there(api: Api, name: str = "old") -> dict[str, Any]:
    return api("DescribeNotebookInstance", NotebookInstanceName=name)


def status(api: Api, name: str = "old") -> str:
    return str(there(api, name)["NotebookInstanceStatus"])


def test_a_whole_life(api: Api) -> None:
    create(api)
    name = {"NotebookInstanceName": "old"}
    seen = [status(api)]
    api.later(179)
    seen.append(status(api))
    api.later(2)
    seen.append(status(api))
    for operation, seconds in (
        ("StopNotebookInstance", 61),
        ("StartNotebookInstance", 181),
        ("StopNotebookInstance", 61),
        ("DeleteNotebookInstance", 29),
    ):
        api(operation, **name)
        seen.append(status(api))
        api.later(seconds)
        seen.append(status(api))
    assert seen == [
        "Pending", "Pending", "InService", "Stopping", "Stopped", "Pending", "InService",
        "Stopping", "Stopped", "Deleting", "Deleting",
    ]  # fmt: skip
    api.later(2)
    assert api.refused("DescribeNotebookInstance", **name) == "ValidationException: RecordNotFound"


def test_what_is_not_said_is_filled_in(api: Api) -> None:
    create(api, "Old")
    found = there(api, "Old")
    assert (found["VolumeSizeInGB"], found["RootAccess"]) == (5, "Enabled")
    assert found["Url"] == "old.notebook.eu-west-1.sagemaker.aws"


@pytest.mark.parametrize(
    ("operation", "fine", "wanted"),
    [
        ("StartNotebookInstance", "Stopped, Failed", "Pending"),
        ("DeleteNotebookInstance", "Stopped, Failed", "Deleting"),
        ("UpdateNotebookInstance", "Stopped, Failed", "Updating"),
    ],
)
def test_a_running_one_refuses(api: Api, operation: str, fine: str, wanted: str) -> None:
    arn = create(api)
    api.later(200)
    assert api.refused(operation, NotebookInstanceName="old") == (
        f"ValidationException: Status (InService) not in ([{fine}]). Unable to transition to "
        f"({wanted}) for Notebook Instance ({arn})."
    )
    assert status(api) == "InService"


def test_one_that_failed_can_be_deleted_but_not_stopped(api: Api) -> None:
    create(api, "old", "create_failed")
    api.later(200)
    assert status(api) == "Failed"
    assert there(api)["FailureReason"]
    assert "Status (Failed)" in api.refused("StopNotebookInstance", NotebookInstanceName="old")
    api("DeleteNotebookInstance", NotebookInstanceName="old")
    assert status(api) == "Deleting"


def test_a_name_is_used_once(api: Api) -> None:
    arn = create(api)
    refusal = api.refused(
        "CreateNotebookInstance",
        NotebookInstanceName="old",
        InstanceType="ml.t3.medium",
        RoleArn=ROLE,
    )
    assert refusal.startswith("ValidationException")
    assert arn in refusal


def test_update_and_detach(api: Api) -> None:
    api("CreateNotebookInstanceLifecycleConfig", NotebookInstanceLifecycleConfigName="idle")
    create(api, LifecycleConfigName="idle", DefaultCodeRepository="https://github.com/acme/churn")
    api.later(200)
    api("StopNotebookInstance", NotebookInstanceName="old")
    api.later(100)
    api(
        "UpdateNotebookInstance",
        NotebookInstanceName="old",
        InstanceType="ml.t3.large",
        VolumeSizeInGB=20,
        DisassociateDefaultCodeRepository=True,
    )
    assert status(api) == "Updating"
    api.later(21)
    found = there(api)
    assert (found["NotebookInstanceStatus"], found["InstanceType"]) == ("Stopped", "ml.t3.large")
    assert "DefaultCodeRepository" not in found
    assert found["NotebookInstanceLifecycleConfigName"] == "idle"
    assert "smaller" in api.refused(
        "UpdateNotebookInstance", NotebookInstanceName="old", VolumeSizeInGB=10
    )
    config = {"NotebookInstanceLifecycleConfigName": "idle"}
    assert found["NotebookInstanceArn"] in api.refused(
        "DeleteNotebookInstanceLifecycleConfig", **config
    )
    api(
        "UpdateNotebookInstance",
        NotebookInstanceName="old",
        DisassociateLifecycleConfig=True,
    )
    api("DeleteNotebookInstanceLifecycleConfig", **config)
    assert "RecordNotFound" in api.refused("DescribeNotebookInstanceLifecycleConfig", **config)


def test_a_lifecycle_configuration_has_to_be_there(api: Api) -> None:
    assert "RecordNotFound" in api.refused(
        "CreateNotebookInstance",
        NotebookInstanceName="old",
        InstanceType="ml.t3.medium",
        RoleArn=ROLE,
        LifecycleConfigName="nothing",
    )
    assert api("ListNotebookInstances")["NotebookInstances"] == []


def test_an_address_only_for_one_in_service(api: Api) -> None:
    create(api)
    assert "is Pending" in api.refused(
        "CreatePresignedNotebookInstanceUrl", NotebookInstanceName="old"
    )
    api.later(200)
    first = api("CreatePresignedNotebookInstanceUrl", NotebookInstanceName="old")
    second = api("CreatePresignedNotebookInstanceUrl", NotebookInstanceName="old")
    assert first["AuthorizedUrl"].startswith("http://here/presigned?token=")
    assert first != second


def test_list(api: Api) -> None:
    create(api, "b")
    api.later(200)
    create(api, "a", AdditionalCodeRepositories=["https://github.com/acme/churn"])

    def names(**asked: Any) -> list[str]:
        found = api("ListNotebookInstances", **asked)["NotebookInstances"]
        return [instance["NotebookInstanceName"] for instance in found]

    assert names(SortBy="Name", SortOrder="Ascending") == ["a", "b"]
    assert names(StatusEquals="InService") == ["b"]
    assert names(NameContains="a") == ["a"]
    assert names(AdditionalCodeRepositoryEquals="https://github.com/acme/churn") == ["a"]
