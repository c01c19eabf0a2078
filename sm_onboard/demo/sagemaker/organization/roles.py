"""The roles of the organization's members, as data: what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sm_onboard.demo.sagemaker.call import ACCOUNT
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES

Statement = dict[str, Any]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": "sagemaker.amazonaws.com",
                "AWS": f"arn:aws:iam::{ACCOUNT}:root",
            },
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
        }
    ],
}


@dataclass(frozen=True)
class Role:
    """An IAM role.

    Attributes:
        statements: of its one inline policy.
        tags: what conditions on ``aws:PrincipalTag`` look at.
    """

    name: str
    description: str
    statements: tuple[Statement, ...]
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def policy(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": list(self.statements)}


def allow(sid: str, *actions: str, on: str | list[str] = "*", **condition: Any) -> Statement:
    """A statement; ``StringEquals={…}`` is a condition."""
    found: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": on}
    return {**found, "Condition": condition} if condition else found


def deny(sid: str, *actions: str, on: str | list[str] = "*", **condition: Any) -> Statement:
    return {**allow(sid, *actions, on=on, **condition), "Effect": "Deny"}


_SEE = allow(
    "See",
    "sagemaker:List*",
    "sagemaker:Describe*",
    "sagemaker:Search",
    "sagemaker:GetSearchSuggestions",
    "sagemaker:BatchGetMetrics",
    "logs:DescribeLogStreams",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "ec2:Describe*",
    "kms:DescribeKey",
    "iam:GetRole",
)
_ASK = allow(
    "Ask", "pricing:GetProducts", "servicequotas:ListServiceQuotas", "iam:SimulatePrincipalPolicy"
)
_MLFLOW = allow(
    "TrackWithMlflow",
    "sagemaker-mlflow:*",
    "sagemaker:CallMlflowAppApi",
    "sagemaker:CreatePresignedMlflowTrackingServerUrl",
    "sagemaker:CreatePresignedMlflowAppUrl",
)
_RECORD = allow(
    "RecordRuns",
    "sagemaker:CreateExperiment",
    "sagemaker:CreateTrial",
    "sagemaker:CreateTrialComponent",
    "sagemaker:UpdateTrialComponent",
    "sagemaker:AssociateTrialComponent",
    "sagemaker:BatchPutMetrics",
    "sagemaker:CreateTrainingJob",
    "sagemaker:StopTrainingJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:StopProcessingJob",
)
_TAG_RUNS = allow(
    "TagRuns", "sagemaker:AddTags", "sagemaker:DeleteTags",
    on=f"arn:aws:sagemaker:*:{ACCOUNT}:experiment*/*",
)  # fmt: skip
_PIPELINES = allow(
    "RunPipelines",
    "sagemaker:CreatePipeline",
    "sagemaker:UpdatePipeline",
    "sagemaker:StartPipelineExecution",
    "sagemaker:StopPipelineExecution",
    "sagemaker:RetryPipelineExecution",
)
_SECRET = allow(
    "SignInToGit",
    "secretsmanager:GetSecretValue",
    on=f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:acme/*",
)
_TEAM_STORE = allow(
    "TeamStore", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject",
    on=["arn:aws:s3:::acme-*", "arn:aws:s3:::acme-*/*"],
)  # fmt: skip
_OPEN = allow("Open", "sagemaker:CreatePresignedDomainUrl", "sagemaker:CreateSpace")
_APPS = ("sagemaker:CreateApp", "sagemaker:DeleteApp", "sagemaker:UpdateSpace")
_MY_TEAM = {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}
_FOR_MY_TEAM = {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}
_COMMON = (_SEE, _MLFLOW, _RECORD, _TAG_RUNS, _PIPELINES, _SECRET, _TEAM_STORE, _OPEN)

_DATA_SCIENTIST = (*_COMMON, _ASK, allow("Apps", *_APPS, "sagemaker:AddTags"))
_TEAM_MEMBER = (
    *_COMMON,
    allow("StopWhatIsMyTeams", *_APPS[1:], StringEquals=_MY_TEAM),
    allow("StartForMyTeam", _APPS[0], "sagemaker:AddTags", StringEquals=_FOR_MY_TEAM),
)
_LEAD = (
    allow("Everything", "sagemaker:*", "sagemaker-mlflow:*", "logs:*", "s3:*", "ec2:Describe*"),
    allow("PassRoles", "iam:PassRole", "iam:GetRole", on=f"arn:aws:iam::{ACCOUNT}:role/acme-*"),
    _ASK,
    _SECRET,
    deny("DomainsStay", "sagemaker:DeleteDomain"),
)
_AUDITOR = (_SEE, _ASK)
_SECURE = (
    _SEE,
    _SECRET,
    allow("AppsOfTheTeam", *_APPS, "sagemaker:AddTags", StringEquals=_MY_TEAM),
    deny("NoWayOut", "sagemaker:CreatePresignedDomainUrl", "s3:PutBucketPolicy"),
)
_WORK = (
    allow("Work", "sagemaker:*", "s3:*", "logs:*", "ecr:*", "lambda:InvokeFunction"),
    allow("PassItself", "iam:PassRole", on=f"arn:aws:iam::{ACCOUNT}:role/acme-pipelines-exec"),
)


def _of(team: str) -> dict[str, str]:
    return {"team": team, "cost-centre": COST_CENTRES[team]}


ROLES = (
    Role("acme-data-scientist", "Data scientists of acme-ml", _DATA_SCIENTIST),
    Role("acme-ds-alice", "Alice: what is her team's", _TEAM_MEMBER, _of("churn")),
    Role("acme-ds-bob", "Bob: what is his team's", _TEAM_MEMBER, _of("churn")),
    Role("acme-ds-carol", "Carol: what is her team's", _TEAM_MEMBER, _of("churn")),
    Role("acme-lead", "Team leads", _LEAD, _of("platform")),
    Role("acme-auditor", "Auditors look and change nothing", _AUDITOR, _of("platform")),
    Role("acme-ds-secure", "Data scientists of acme-secure", _SECURE, _of("fraud")),
    Role("acme-pipelines-exec", "What pipelines and jobs run as", _WORK),
    Role("acme-mlflow", "What MLflow runs as", (_TEAM_STORE,)),
)


def roles() -> tuple[Role, ...]:
    """All of them; each has one inline policy called like itself."""
    return ROLES
