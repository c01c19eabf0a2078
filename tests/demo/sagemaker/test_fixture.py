"""The fixture that the tests of all rooms use."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_begins_with_nothing(sagemaker, time):
    client = sagemaker.client("sagemaker")
    assert client.list_studio_lifecycle_configs()["StudioLifecycleConfigs"] == []
    client.create_studio_lifecycle_config(
        StudioLifecycleConfigName="install",
        StudioLifecycleConfigContent="ZWNobw==",
        StudioLifecycleConfigAppType="JupyterLab",
    )


def test_its_clients_are_watched(sagemaker):
    with pytest.raises(ClientError):
        sagemaker.client("sagemaker").describe_domain(DomainId="d-none")
    assert sagemaker.strict.seen.calls.total() == 1
