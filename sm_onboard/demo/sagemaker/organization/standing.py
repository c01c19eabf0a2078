"""What bills without anybody using it: MLflow, notebook instances, endpoints, a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from sm_onboard.demo.sagemaker.organization.past import Past, tagged
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES

ARTIFACTS = "s3://acme-studio/mlflow"
MODELS = "s3://acme-churn/models"


@dataclass(frozen=True)
class Server:
    """An MLflow tracking server.

    Attributes:
        made: days ago.
        stopped: days ago; None: it runs.
    """

    name: str
    size: str
    made: float
    team: str
    stopped: float | None = None


SERVERS = (
    Server("acme-tracking", "Small", 52, "churn"),
    Server("pricing-archive", "Medium", 88, "pricing", stopped=33),
)


@dataclass(frozen=True)
class Notebook:
    """A notebook instance, which never stops by itself.

    Attributes:
        made: days ago.
        stopped: days ago; None: it runs.
    """

    name: str
    instance: str
    made: float
    team: str
    size: int = 20
    repository: str = ""
    stopped: float | None = None


NOTEBOOKS = (
    Notebook("legacy-churn", "ml.t3.xlarge", 143, "churn", repository="churn"),
    Notebook("quarterly-gpu", "ml.g4dn.xlarge", 61, "pricing", size=200),
    Notebook("onboarding-2025", "ml.t2.medium", 210, "platform", stopped=120),
)


@dataclass(frozen=True)
class Endpoint:
    """A model that answers.

    Attributes:
        made: days ago.
        instance: "": serverless.
        failed: why it could not be made; empty: it could.
    """

    name: str
    made: float
    team: str
    instance: str = ""
    count: int = 1
    failed: str = ""


ENDPOINTS = (
    Endpoint("churn-live", 37, "churn", "ml.m5.large", 2),
    Endpoint("churn-trial", 16, "churn"),
    Endpoint("pricing-gpu", 71, "pricing", "ml.g4dn.xlarge"),
    Endpoint(
        "churn-next",
        1.1,
        "churn",
        "ml.m5.large",
        failed="The primary container for production variant main did not pass the ping health "
        "check.",
    ),
)


def fill(past: Past, domain: str) -> None:
    """Makes all of it; the MLflow App is the domain's default."""
    _mlflow(past, domain)
    for notebook in NOTEBOOKS:
        _notebook(past, notebook)
    for endpoint in ENDPOINTS:
        _endpoint(past, endpoint)
    with past.at(5.4):
        past.call(
            "CreateCluster",
            ClusterName="pretraining",
            InstanceGroups=[
                {
                    "InstanceGroupName": "workers",
                    "InstanceCount": 2,
                    "InstanceType": "ml.g5.xlarge",
                    "LifeCycleConfig": {
                        "SourceS3Uri": "s3://sagemaker-acme-clusters/start",
                        "OnCreate": "on_create.sh",
                    },
                    "ExecutionRole": past.role("acme-pipelines-exec"),
                }
            ],
            Tags=_tags("pricing"),
        )


def _mlflow(past: Past, domain: str) -> None:
    role = past.role("acme-mlflow")
    for server in SERVERS:
        with past.at(server.made):
            past.call(
                "CreateMlflowTrackingServer",
                by="erin",
                TrackingServerName=server.name,
                TrackingServerSize=server.size,
                ArtifactStoreUri=f"{ARTIFACTS}/{server.name}",
                RoleArn=role,
                Tags=_tags(server.team),
            )
        if server.stopped is not None:
            with past.at(server.stopped):
                past.call("StopMlflowTrackingServer", TrackingServerName=server.name)
    with past.at(24):
        past.call(
            "CreateMlflowApp",
            by="erin",
            Name="acme-mlflow",
            ArtifactStoreUri=f"{ARTIFACTS}/app",
            RoleArn=role,
            DefaultDomainIdList=[domain],
            AccountDefaultStatus="ENABLED",
            Tags=_tags("platform"),
        )


def _notebook(past: Past, notebook: Notebook) -> None:
    more = {"DefaultCodeRepository": notebook.repository} if notebook.repository else {}
    with past.at(notebook.made):
        past.call(
            "CreateNotebookInstance",
            NotebookInstanceName=notebook.name,
            InstanceType=notebook.instance,
            RoleArn=past.role("acme-data-scientist"),
            VolumeSizeInGB=notebook.size,
            PlatformIdentifier="notebook-al2-v2",
            Tags=_tags(notebook.team),
            **more,
        )
    if notebook.stopped is not None:
        with past.at(notebook.stopped):
            past.call("StopNotebookInstance", NotebookInstanceName=notebook.name)


def _endpoint(past: Past, endpoint: Endpoint) -> None:
    if endpoint.instance:
        runs_on = {"InstanceType": endpoint.instance, "InitialInstanceCount": endpoint.count}
    else:
        runs_on = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    tags = _tags(endpoint.team)
    with past.at(endpoint.made):
        past.call(
            "CreateModel",
            ModelName=endpoint.name,
            PrimaryContainer={
                "Image": f"{past.region.account}.dkr.ecr.{past.region.name}.amazonaws.com/"
                "acme/serve:3",
                "ModelDataUrl": f"{MODELS}/{endpoint.name}/model.tar.gz",
            },
            ExecutionRoleArn=past.role("acme-pipelines-exec"),
            Tags=tags,
        )
        past.call(
            "CreateEndpointConfig",
            EndpointConfigName=f"{endpoint.name}-1",
            ProductionVariants=[
                {"VariantName": "main", "ModelName": endpoint.name, **runs_on},
            ],
            Tags=tags,
        )
        past.call(
            "CreateEndpoint",
            fails=endpoint.failed,
            EndpointName=endpoint.name,
            EndpointConfigName=f"{endpoint.name}-1",
            Tags=tags,
        )


def _tags(team: str) -> list[dict[str, str]]:
    return tagged(team=team, cost_centre=COST_CENTRES[team])
