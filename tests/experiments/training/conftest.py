from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.experiments import record
from tests.experiments.run.conftest import House
from tests.localsagemaker import SageMaker

REGION = "eu-west-1"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trains"
DESCRIPTION: dict[str, Any] = {
    "AlgorithmSpecification": {
        "TrainingImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/train:v1",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "auc", "Regex": "auc: ([0-9\\.]+)"}],
    },
    "RoleArn": ROLE,
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://team-in/train/"}
            },
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://out/models/"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 2,
        "VolumeSizeInGB": 5,
        "KeepAlivePeriodInSeconds": 600,
    },
    "HyperParameters": {"depth": "6"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
    "EnableManagedSpotTraining": True,
    "Environment": {"MODE": "fast"},
}


class Site:
    """A server with a store of runs, and the account that they trained in."""

    def __init__(self, house: House, sagemaker: SageMaker) -> None:
        self.house = house
        self.sagemaker = sagemaker
        self.room = house.rooms.experiments
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.sagemaker.client(service)
        return self._clients[service]

    def train(self, name: str = "churn", **more: Any) -> str:
        """A training job; gives its ARN."""
        asked = {**DESCRIPTION, "TrainingJobName": name, **more}
        arn: str = self.client("sagemaker").create_training_job(**asked)["TrainingJobArn"]
        return arn

    def run(self, job: str, id: str = "a" * 32) -> str:
        """A run that was in this job; gives the page's id."""
        return self.house.add(id, "eager-heron", tags={record.JOB: job})

    def told(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("sagemaker").describe_training_job(TrainingJobName=name)
        return found

    def names(self) -> list[str]:
        rows = self.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
        return sorted(row["TrainingJobName"] for row in rows)

    def refuse(self, *operations: str, kind: str = "denied") -> None:
        self.sagemaker.control.trouble({"operations": operations, "kind": kind})


@pytest.fixture(scope="session")
def clients() -> aws.Aws:
    """Made once: loading the services' models is most of what a test would cost."""
    return aws.Aws(attempts=1)


@pytest.fixture
def site(
    tmp_path: Path, sagemaker: SageMaker, clients: aws.Aws, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    for name, value in sagemaker.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws, "default", lambda: clients)
    house = House(tmp_path / "house")
    yield Site(house, sagemaker)
    house.rooms.close(5)
