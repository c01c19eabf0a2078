"""Lifecycle configurations, code repositories, images and their versions."""

from __future__ import annotations

import pytest

from tests.demo.sagemaker.api import Api

ROLE = "arn:aws:iam::123456789012:role/images"


@pytest.fixture
def api() -> Api:
    return Api()


def image(api: Api, name: str = "torch") -> None:
    api("CreateImage", ImageName=name, RoleArn=ROLE)


def version(api: Api, name: str = "torch", token: str = "t", **more: object) -> str:
    base = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/torch:1"
    answer = api("CreateImageVersion", ImageName=name, BaseImage=base, ClientToken=token, **more)
    return str(answer["ImageVersionArn"])


def test_a_lifecycle_configuration_is_base64(api: Api) -> None:
    wanted = {"StudioLifecycleConfigName": "x", "StudioLifecycleConfigAppType": "JupyterLab"}
    refused = api.refused(
        "CreateStudioLifecycleConfig", **wanted, StudioLifecycleConfigContent="echo hello"
    )
    assert refused.startswith("ValidationException")
    api("CreateStudioLifecycleConfig", **wanted, StudioLifecycleConfigContent="ZWNobw==")
    there = api("DescribeStudioLifecycleConfig", StudioLifecycleConfigName="x")
    assert there["StudioLifecycleConfigContent"] == "ZWNobw=="


def test_a_code_repository_keeps_its_address(api: Api) -> None:
    git = {"RepositoryUrl": "https://github.com/acme/churn", "Branch": "main"}
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:acme/github-AbCdEf"
    one = {"CodeRepositoryName": "churn"}
    api("CreateCodeRepository", **one, GitConfig=git)
    api("UpdateCodeRepository", **one, GitConfig={"SecretArn": secret})
    there = api("DescribeCodeRepository", **one)
    assert there["GitConfig"] == {**git, "SecretArn": secret}
    twice = api.refused("CreateCodeRepository", **one, GitConfig=git)
    assert twice.startswith("ValidationException")  # its model has no ResourceInUse
    api("DeleteCodeRepository", **one)
    assert api.refused("DescribeCodeRepository", **one).startswith("ValidationException")


def test_an_image_has_versions_with_numbers_and_aliases(api: Api) -> None:
    image(api)
    latest = api.refused("DescribeImageVersion", ImageName="torch")
    assert latest.startswith("ResourceNotFound: Latest ImageVersion with ImageName torch")
    assert version(api, token="a", Aliases=["prod"]).endswith(":image-version/torch/1")
    assert version(api, token="b", Aliases=["prod", "new"]).endswith("/2")
    assert api("DescribeImageVersion", ImageName="torch")["Version"] == 2
    assert api("DescribeImageVersion", ImageName="torch", Version=1)["Version"] == 1
    assert api("DescribeImageVersion", ImageName="torch", Alias="prod")["Version"] == 2
    refused = api.refused("DescribeImageVersion", ImageName="torch", Version=9)
    assert refused.startswith("ResourceNotFound")
    api("DeleteImageVersion", ImageName="torch", Version=2)
    assert api("DescribeImageVersion", ImageName="torch")["Version"] == 1
    assert version(api, token="c").endswith("/3")
    listed = api("ListImageVersions", ImageName="torch", SortBy="VERSION", SortOrder="DESCENDING")
    assert [v["Version"] for v in listed["ImageVersions"]] == [3, 1]


def test_an_image_that_is_being_made_has_no_versions_yet() -> None:
    api = Api(speed=1)
    image(api)
    base = {"ImageName": "torch", "BaseImage": "x", "ClientToken": "t"}
    refused = api.refused("CreateImageVersion", **base)
    assert refused.startswith("ValidationException")
    assert api.refused("CreateImageVersion", **{**base, "ImageName": "none"}).startswith(
        "ResourceNotFound"
    )
    api.later(4)
    api("CreateImageVersion", **base)
    assert api("DescribeImageVersion", ImageName="torch")["ImageVersionStatus"] == "CREATING"


def test_the_words_for_an_image_that_is_there(api: Api) -> None:
    image(api)
    assert api.refused("CreateImage", ImageName="torch", RoleArn=ROLE) == (
        "ResourceInUse: The Image with ImageName torch already exists. Please use a different "
        "ImageName."
    )


def test_an_image_goes_with_its_versions(api: Api) -> None:
    image(api)
    version(api)
    api("UpdateImage", ImageName="torch", Description="PyTorch")
    assert api("DescribeImage", ImageName="torch")["Description"] == "PyTorch"
    api("UpdateImage", ImageName="torch", DeleteProperties=["Description"])
    assert "Description" not in api("DescribeImage", ImageName="torch")
    api("DeleteImage", ImageName="torch")
    image(api)
    assert version(api).endswith("/1")


def test_the_same_client_token_makes_one_version(api: Api) -> None:
    image(api)
    assert version(api, token="same") == version(api, token="same")
    listed = api("ListImageVersions", ImageName="torch")["ImageVersions"]
    assert len(listed) == 1
