"""Calls of AWS for one training job, and why one did not work."""

from __future__ import annotations

from typing import Any

from sm_onboard import aws
from sm_onboard.domain.models import DomainProblem
from sm_onboard.domain.problems import Where, problem
from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments.problems import refused_action

from .names import Job

GROUP = "/aws/sagemaker/TrainingJobs"


class Calls:
    """Thread-safe. Nothing is kept.

    Args:
        clients: None: those that everything shares.
    """

    def __init__(self, job: Job, clients: aws.Aws | None = None) -> None:
        self.job = job
        self.clients = clients or aws.default()

    def client(self, service: str, region: str = "") -> Any:
        return self.clients.client(service, region or self.job.region or None)

    def describe(self) -> dict[str, Any]:
        """DescribeTrainingJob.

        Raises:
            NotFound: ``experiments.job_unknown``, ``experiments.job_elsewhere``: the credentials
                are of another account, where a job of this name may be somebody else's.
            OnboardError: ``aws.*``.
        """
        job, client = self.job, self.client("sagemaker")
        try:
            with aws.errors("sagemaker:DescribeTrainingJob", job.name):
                told: dict[str, Any] = client.describe_training_job(TrainingJobName=job.name)
        except OnboardError as error:
            said = aws.Refusal.of(error.__cause__)
            # https://github.com/aws/aws-sdk/issues/165
            if said.code == "ValidationException" and "not found" in said.message:
                raise NotFound(
                    "experiments.job_unknown",
                    f"There is no training job {job.name} in this account and region.",
                    "It may have been deleted, or be in another account or region.",
                ) from error
            raise
        if job.arn and told.get("TrainingJobArn") != job.arn:
            raise NotFound(
                "experiments.job_elsewhere",
                f"The training job {job.name} of account {job.account} is not in yours.",
                "Sign in to the account that it ran in.",
            )
        return told

    def tags(self, arn: str) -> list[dict[str, str]]:
        """ListTags, all pages: a resource has 50 at most."""
        client = self.client("sagemaker")
        found: list[dict[str, str]] = []
        with aws.errors("sagemaker:ListTags", self.job.name):
            for page in client.get_paginator("list_tags").paginate(ResourceArn=arn):
                found += page.get("Tags") or ()
        return found

    def problem(self, error: OnboardError, action: str, resource: str = "") -> DomainProblem:
        """Why a call did not work, with the statement to ask for where a permission is missing.

        Args:
            resource: what IAM checks it on; empty: the job.
        """
        job = self.job
        where = Where(job.region or None, job.account or None, job.partition)
        resource = resource or job.arn or where.arn(f"training-job/{job.name}")
        # Creating a job needs iam:PassRole too: IAM says which of them is missing.
        return problem(error, where, refused_action(error) or action, resource)

    def log_group(self) -> str:
        """The ARN that IAM checks reading logs on."""
        job = self.job
        region, account = job.region or "*", job.account or "*"
        return f"arn:{job.partition}:logs:{region}:{account}:log-group:{GROUP}:*"
