"""What sm_onboard does, and which permissions each of it needs.

This is the one table: the doctor checks it, docs/permissions.md lists it, and the shipped policy
for data scientists is held against it.

In resources and sentences ``{domain}``, ``{space}``, ``{me}`` (the user profile that owns the
private space one is in), ``{kind}`` (the app's type in small letters) and ``{name}`` (of the
domain) stand for what is known; ``{any}`` is ``*`` in a statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Need:
    """One permission.

    Attributes:
        action: IAM's name of it.
        lacking: the sentence where it is missing.
        on: what IAM checks it on: ``*``, a resource of SageMaker's as ``space/{domain}/{space}``,
            or a whole ARN.
        example: what stands for ``{any}`` where IAM is asked about one resource.
        ask: parameters of a call that only reads and shows whether it works; None: there is
            none. The operation is the action's.
        service: boto3's name of it, where the action's prefix is not.
        owned: IAM looks at whose space it is, and whether it is shared.
        asked: the action that IAM is asked about, where ``action`` is a pattern.
        called: whether boto3 has an operation of this name.
    """

    action: str
    lacking: str
    on: str = "*"
    example: str = "*"
    ask: Mapping[str, Any] | None = None
    service: str = ""
    owned: bool = False
    asked: str = ""
    called: bool = True

    @property
    def simulated(self) -> str:
        """What IAM is asked about."""
        return self.asked or self.action

    @property
    def operation(self) -> str:
        return self.action.partition(":")[2]


@dataclass(frozen=True)
class Feature:
    """One line of the doctor.

    Attributes:
        works: the sentence where nothing is missing.
        limited: whether the rest goes on without what is missing.
        where: ``space`` needs a space of Studio, ``private`` one of one's own, ``laptop`` is for
            outside of Studio only.
        too_old: what is said after "boto3 1.34 of this image does not know …".
    """

    id: str
    title: str
    works: str
    needs: tuple[Need, ...]
    limited: bool = False
    where: str = "anywhere"
    too_old: str = ""


_IN_DOMAIN = {"DomainIdEquals": "{domain}", "MaxResults": 1}
_ONE = {"MaxResults": 1}
_NO_METRIC = {
    "MetricQueries": [
        {
            "MetricName": "sm-onboard",
            "ResourceArn": "{arn:experiment-trial-component/sm-onboard}",
            "MetricStat": "Last",
            "Period": "OneMinute",
            "XAxisType": "Timestamp",
        }
    ]
}

FEATURES: tuple[Feature, ...] = (
    Feature(
        "domains", "Domains", "listed", where="laptop",
        needs=(
            Need("sagemaker:ListDomains", "You may not list the domains of this account. Name one "
                 "with --domain.", ask=_ONE),
        ),
    ),
    Feature(
        "settings", "Domain settings", "{name}, all of them",
        needs=(
            Need("sagemaker:DescribeDomain", "Your role may not see the settings of {name}: idle "
                 "stop, network, sign-in and repositories of the domain stay unknown.",
                 on="domain/{domain}", ask={"DomainId": "{domain}"}),
        ),
    ),
    Feature(
        "here", "Your space", "{space}, its owner, idle stop and app", where="space",
        needs=(
            Need("sagemaker:DescribeSpace", "Your role may not look at the space {space}: whose "
                 "it is stays unknown, so nothing counts as yours.",
                 on="space/{domain}/{space}", ask={"DomainId": "{domain}", "SpaceName": "{space}"}),
            Need("sagemaker:DescribeUserProfile", "Your role may not look at the user profile "
                 "{me}: its idle stop and its repositories stay unknown.",
                 on="user-profile/{domain}/{me}",
                 ask={"DomainId": "{domain}", "UserProfileName": "{me}"}),
            Need("sagemaker:DescribeApp", "Your role may not look at the app you are in: what it "
                 "runs on is known from the list of all apps only.",
                 on="app/{domain}/{space}/{any}", example="{kind}/default",
                 ask={"DomainId": "{domain}", "SpaceName": "{space}", "AppType": "{Kind}",
                      "AppName": "default"}),
        ),
    ),
    Feature(
        "profiles", "User profiles", "listed",
        needs=(
            Need("sagemaker:ListUserProfiles", "Your role may not list the user profiles of "
                 "{name}.", ask=_IN_DOMAIN),
        ),
    ),
    Feature(
        "spaces", "Spaces", "listed",
        needs=(
            Need("sagemaker:ListSpaces", "Your role may not list the spaces of {name}: whose apps "
                 "run, and what their storage costs, stays unknown.", ask=_IN_DOMAIN),
        ),
    ),
    Feature(
        "apps", "Other people's apps and cost", "listed",
        needs=(
            Need("sagemaker:ListApps", "Your role may not list the apps of {name}. You still see "
                 "your own.", ask=_IN_DOMAIN),
        ),
    ),
    Feature(
        "others", "What else bills", "notebook instances, endpoints and clusters", limited=True,
        needs=(
            Need("sagemaker:ListNotebookInstances", "Your role may not list notebook instances, "
                 "which never stop by themselves.", ask=_ONE),
            Need("sagemaker:ListEndpoints", "Your role may not list endpoints.", ask=_ONE),
            Need("sagemaker:DescribeEndpoint", "Your role may not look at endpoints: what they "
                 "cost stays unknown.", on="endpoint/{any}"),
            Need("sagemaker:DescribeEndpointConfig", "Your role may not look at the configuration "
                 "of endpoints: what they cost stays unknown.", on="endpoint-config/{any}"),
            Need("sagemaker:ListClusters", "Your role may not list clusters.", ask=_ONE),
        ),
        too_old="The rest of what bills is listed.",
    ),
    Feature(
        "tracking_servers", "MLflow tracking servers", "listed, with size and price",
        needs=(
            Need("sagemaker:ListMlflowTrackingServers", "Your role may not list MLflow tracking "
                 "servers.", ask=_ONE),
            Need("sagemaker:DescribeMlflowTrackingServer", "Your role may not look at MLflow "
                 "tracking servers: what they cost, and whose they are, stays unknown.",
                 on="mlflow-tracking-server/{any}"),
        ),
        too_old="MLflow is not shown.",
    ),
    Feature(
        "mlflow_apps", "MLflow Apps", "listed",
        needs=(
            Need("sagemaker:ListMlflowApps", "Your role may not list MLflow Apps.", ask=_ONE),
        ),
        too_old="Tracking servers work.", limited=True,
    ),
    Feature(
        "server_runs", "Runs in tracking servers", "may be read and recorded", limited=True,
        needs=(
            Need("sagemaker-mlflow:*", "Your role may not use MLflow in tracking servers: runs "
                 "there are neither shown nor recorded.", on="mlflow-tracking-server/{any}",
                 asked="sagemaker-mlflow:CreateRun", called=False),
        ),
    ),
    Feature(
        "app_runs", "Runs in MLflow Apps", "may be read and recorded", limited=True,
        needs=(
            Need("sagemaker:CallMlflowAppApi", "Your role may not call MLflow Apps: runs there "
                 "are not shown, and notebooks record on this machine.", on="mlflow-app/{any}",
                 called=False),
        ),
    ),
    Feature(
        "stop", "Stop your apps", "those in your space, and those of your user profile",
        where="private",
        needs=(
            Need("sagemaker:DeleteApp", "Your role may not stop the app in your own space.",
                 on="app/{domain}/{space}/{any}", example="{kind}/default", owned=True),
            Need("sagemaker:DeleteApp", "Your role may not stop your Canvas and TensorBoard.",
                 on="app/{domain}/{me}/{any}", example="canvas/default"),
        ),
    ),
    Feature(
        "idle", "Change the idle stop", "for {space}", where="private",
        needs=(
            Need("sagemaker:UpdateSpace", "Your role may not change the idle stop of {space}.",
                 on="space/{domain}/{space}", owned=True),
        ),
    ),
    Feature(
        "prices", "Today's prices", "from the AWS price list", limited=True,
        needs=(
            Need("pricing:GetProducts", "pricing:GetProducts is missing. The table of {published} "
                 "is used instead.", ask={"ServiceCode": "AmazonSageMaker", "MaxResults": 1}),
        ),
    ),
    Feature(
        "open", "Open Studio's apps", "signed in as {me}", where="private", limited=True,
        needs=(
            Need("sagemaker:CreatePresignedDomainUrl", "Your role may not open Studio signed in as "
                 "{me}. The portal opens instead, and asks you to sign in.",
                 on="user-profile/{domain}/{me}"),
        ),
    ),
    Feature(
        "open_mlflow", "Open MLflow", "tracking servers and Apps", where="private", limited=True,
        needs=(
            Need("sagemaker:CreatePresignedMlflowTrackingServerUrl", "Your role may not open "
                 "MLflow tracking servers. The portal opens instead.",
                 on="mlflow-tracking-server/{any}"),
            Need("sagemaker:CreatePresignedMlflowAppUrl", "Your role may not open MLflow Apps. "
                 "The portal opens instead.", on="mlflow-app/{any}"),
        ),
        too_old="Tracking servers open.",
    ),
    Feature(
        "sources", "Repositories that SageMaker names", "of domain, profile, space and account",
        where="space", limited=True,
        needs=(
            Need("sagemaker:ListCodeRepositories", "Your role may not list code repositories: "
                 "which branch and secret they name stays unknown.", ask=_ONE),
        ),
    ),
    Feature(
        "experiments", "SageMaker Experiments", "runs are found", limited=True,
        needs=(
            Need("sagemaker:Search", "Your role may not search for runs.",
                 ask={"Resource": "ExperimentTrialComponent", "MaxResults": 1}),
            Need("sagemaker:BatchGetMetrics", "Your role may not read the metrics of runs: there "
                 "are no curves.", on="experiment-trial-component/{any}", ask=_NO_METRIC,
                 service="sagemaker-metrics"),
        ),
        too_old="Runs are found, without curves.",
    ),
    Feature(
        "pipelines", "Pipelines", "listed",
        needs=(Need("sagemaker:ListPipelines", "Your role may not list pipelines.", ask=_ONE),),
    ),
    Feature(
        "ask_iam", "Ask IAM what you may do", "SimulatePrincipalPolicy answers", limited=True,
        needs=(
            Need("iam:SimulatePrincipalPolicy", "Your role may not ask IAM what it may do. What "
                 "only reads was tried, and nothing is known of the rest.", on="{role}"),
        ),
    ),
)  # fmt: skip


def secrets(arns: tuple[str, ...]) -> Feature:
    """The secrets that repositories name.

    Args:
        arns: in Secrets Manager.
    """
    names = {arn: arn.partition(":secret:")[2] for arn in arns}
    return Feature(
        "secrets", "Secrets", "may be read: " + ", ".join(names.values()),
        needs=tuple(
            Need(
                "secretsmanager:GetSecretValue",
                f"Your role may not read the secret {shown}: git cannot sign in with it.".replace(
                    "{", "{{").replace("}", "}}"),
                on=arn,
            )
            for arn, shown in names.items()
        ),
    )  # fmt: skip


def stores(arns: Mapping[str, str]) -> Feature:
    """The stores of links that lie in S3.

    Args:
        arns: of what lies in each, by its alias: ``arn:aws:s3:::bucket/prefix``.
    """
    lacking = (
        ("s3:GetObject", "read the store {}: snapshots in it cannot be opened."),
        ("s3:PutObject", "put anything into the store {}: no snapshot can be shared."),
        ("s3:DeleteObject", "delete from the store {}: what you share stays until its end."),
    )
    return Feature(
        "stores", "Stores of links", "may be read and written: " + ", ".join(arns), limited=True,
        needs=tuple(
            Need(action, f"Your role may not {sentence.format(alias)}", on=f"{arn}/{{any}}",
                 example="00/share.zip")
            for alias, arn in arns.items()
            for action, sentence in lacking
        ),
    )  # fmt: skip


def needs() -> Iterator[tuple[Feature, Need]]:
    """All rows of the table."""
    for feature in FEATURES:
        for need in feature.needs:
            yield feature, need
