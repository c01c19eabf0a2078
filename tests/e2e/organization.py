"""A sample organization, and JupyterLab in one of its spaces: for the stories of the domain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sm_onboard.demo.sagemaker.child import LocalSageMaker

REGION = "eu-west-1"
ACCOUNT = "123456789012"
# What the service says of a request that boto3 should not have sent.
MALFORMED = {"ValidationException", "SerializationException", "UnknownOperationException"}


@pytest.fixture(scope="package")
def organization() -> Iterator[LocalSageMaker]:
    """One whose answers are held against the model; what breaks it fails the story."""
    with LocalSageMaker.start(region=REGION, check=True) as local:
        yield local


@pytest.fixture
def local(organization: LocalSageMaker) -> Iterator[LocalSageMaker]:
    organization.control.reset(sample=True)
    yield organization
    log = organization.control.log()
    assert log["failures"] == []
    refused = [call for call in log["calls"] if call["code"] in MALFORMED]
    assert refused == []


@pytest.fixture
def studio(local, start_lab, tmp_path) -> Callable[..., Any]:
    """``studio("bob-lab")``: JupyterLab in that space; ``studio(None)``: on a laptop."""

    def start(space: str | None, *, shared: bool = False, theme: str = "light") -> Any:
        environment: dict[str, str | None] = dict(local.environment())
        traits = {}
        if space is not None:
            file = tmp_path / "resource-metadata.json"
            file.write_text(json.dumps(metadata(domain_id(local), space)))
            traits["metadata_file"] = str(file)
        if shared:
            environment["SAGEMAKER_SPACE_TYPE_LOWERCASE"] = "shared"
        lab = start_lab(
            traits=traits,
            environment=environment,
            theme=f"JupyterLab {theme.capitalize()}",
            wait=False,
        )
        # The sample organization's repositories are on hosts that are not there.
        lab.set_settings("sm-onboard", "plugin", {"notifications": False})
        lab.wait_until_it_answers()
        return lab

    return start


def domain_id(local: LocalSageMaker, name: str = "acme-ml") -> str:
    listed = local.client("sagemaker").list_domains()["Domains"]
    return next(str(one["DomainId"]) for one in listed if one["DomainName"] == name)


def metadata(domain: str, space: str) -> dict[str, str]:
    app = f"{domain}/{space}/JupyterLab/default"
    return {
        "AppType": "JupyterLab",
        "DomainId": domain,
        "SpaceName": space,
        "ResourceName": "default",
        "ResourceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/{app}",
    }
