"""Definitions of pipelines to test with."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.demo.sagemaker.api import ROLE

_numbers = itertools.count()


def token() -> str:
    """A ClientRequestToken that nobody has used."""
    return f"{next(_numbers):032}"


def definition(*steps: Any, parameters: list[Any] | None = None, **more: Any) -> str:
    whole = {"Version": "2020-12-01", "Parameters": parameters or [], "Steps": steps, **more}
    return json.dumps(whole)


def processing(name: str, *after: str, **members: Any) -> dict[str, Any]:
    """A step of 242 s: 2 of Starting, 60 until the container runs, 180 of work."""
    arguments = {
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 5,
            }
        },
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": ROLE,
    }
    step = {"Name": name, "Type": "Processing", "Arguments": arguments, **members}
    return {**step, "DependsOn": list(after)} if after else step


def training(name: str, *after: str, **arguments: Any) -> dict[str, Any]:
    """A step of 377 s."""
    given = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://out"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 5,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **arguments,
    }
    step = {"Name": name, "Type": "Training", "Arguments": given}
    return {**step, "DependsOn": list(after)} if after else step


def condition(
    name: str, conditions: list[Any], then: list[Any], otherwise: list[Any], *after: str
) -> dict[str, Any]:
    arguments = {"Conditions": conditions, "IfSteps": then, "ElseSteps": otherwise}
    step = {"Name": name, "Type": "Condition", "Arguments": arguments}
    return {**step, "DependsOn": list(after)} if after else step
