"""The calls of AWS that recording is made of."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, OnboardError, Unreachable

from . import kept
from .kept import Point

BATCH = 10  # points of one BatchPutMetrics: the most there is
THREADS = 4  # that write the points of one call
PAGE = 100
_AGAIN = 3  # times that a point is tried which the service could not store


class Calls:
    """Thread-safe; raises OnboardErrors, those of ``aws.errors``.

    Args:
        region: "" leaves it to the environment.
    """

    def __init__(self, region: str, clients: aws.Aws) -> None:
        self._region = region or None
        self._clients = clients

    def call(
        self, operation: str, asked: Mapping[str, Any], about: str = "", service: str = "sagemaker"
    ) -> Mapping[str, Any]:
        from botocore import xform_name

        client = self._clients.client(service, self._region)
        aws.require(client, operation)
        with aws.errors(f"{service}:{operation}", about):
            told: Mapping[str, Any] = getattr(client, xform_name(operation))(**asked)
        return told

    def search(self, resource: str, more: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        member = resource.removeprefix("Experiment") or resource
        asked = {"Resource": resource, "SortBy": "CreationTime", "MaxResults": PAGE, **more}
        while True:
            page = self.call("Search", asked)
            for row in page.get("Results") or ():
                if row.get(member):
                    yield row[member]
            token = page.get("NextToken")
            if not token or token == asked.get("NextToken"):
                return
            asked["NextToken"] = token

    def tags(self, arn: str) -> dict[str, str]:
        told = self.call("ListTags", {"ResourceArn": arn, "MaxResults": 50}, arn)
        return kept.aws_tags(told)

    def experiment_of(self, id: str) -> str:
        """A run's experiment, by its run group; the first by name of several."""
        told = self.call("ListTrials", {"TrialComponentName": id}, id)
        groups = [row["TrialName"] for row in told.get("TrialSummaries") or ()]
        found = []
        for group in groups[:PAGE]:
            one = self.call("DescribeTrial", {"TrialName": group}, group)
            found.append(str(one["ExperimentName"]))
        return min(found, default="")

    def put_points(self, id: str, points: Sequence[tuple[str, Point]]) -> None:
        batches = [points[at : at + BATCH] for at in range(0, len(points), BATCH)]
        if len(batches) < 3:
            for batch in batches:
                self._put_batch(id, batch)
            return
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(self._put_batch, id, batch) for batch in batches]:
                done.result()

    def _put_batch(self, id: str, batch: Sequence[tuple[str, Point]]) -> None:
        for again in range(_AGAIN):
            data = [
                {
                    "MetricName": name,
                    "Timestamp": moment(point.time),
                    "Step": point.step,
                    "Value": point.value,
                }
                for name, point in batch
            ]
            asked = {"TrialComponentName": id, "MetricData": data}
            told = self.call("BatchPutMetrics", asked, id, "sagemaker-metrics")
            errors = told.get("Errors") or []
            if not errors:
                return
            codes = {error.get("Code", "") for error in errors}
            if codes != {"INTERNAL_ERROR"}:
                break
            batch = [batch[error["MetricIndex"]] for error in errors]
            time.sleep(2**again / 10)
        name = batch[errors[0].get("MetricIndex", 0) % len(batch)][0]
        raise Unreachable(
            "experiments.metric_refused",
            f"SageMaker did not store {len(errors)} values of run {id}, the metric {name!r} "
            f"among them: {', '.join(sorted(codes))}.",
            "METRIC_LIMIT_EXCEEDED means that the run has as many metrics as it may.",
        )

    def by_step(self, arn: str, metric: str) -> list[tuple[int, float]]:
        """(step, value): the last of each."""
        query = {
            "MetricName": metric,
            "ResourceArn": arn,
            "MetricStat": "Last",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
        }
        found: list[tuple[int, float]] = []
        start: int | None = None
        while True:
            asked = query if start is None else {**query, "Start": start}
            told = self.call("BatchGetMetrics", {"MetricQueries": [asked]}, arn,
                              "sagemaker-metrics")  # fmt: skip
            result = (told.get("MetricQueryResults") or [{}])[0]
            rows = zip(result.get("XAxisValues") or (), result.get("MetricValues") or (),
                       strict=False)  # fmt: skip
            page = [(int(x), float(value)) for x, value in rows]
            found += page
            if result.get("Status") != "Truncated" or not page:
                return sorted(found)
            start = max(x for x, _ in page) + 1

    def read(self, url: str, limit: int) -> bytes:
        """One object of S3, its first ``limit`` bytes."""
        bucket, key = aws.s3_address(url)
        client = self._clients.client("s3", self._region)
        with aws.errors("s3:GetObject", url):
            body = client.get_object(Bucket=bucket, Key=key)["Body"]
            with body:
                content: bytes = body.read(limit)
        return content

    def write(self, url: str, content: bytes) -> None:
        """One object of S3."""
        bucket, key = aws.s3_address(url)
        client = self._clients.client("s3", self._region)
        with aws.errors("s3:PutObject", url):
            client.put_object(Bucket=bucket, Key=key, Body=content)


def moment(ms: int) -> datetime:
    """Raises InvalidRequest for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(ms / 1000, timezone.utc)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidRequest(
            "experiments.bad_time", f"{ms} is no time in milliseconds since 1970."
        ) from error


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def is_there(error: OnboardError) -> bool:
    said = aws.Refusal.of(error.__cause__)
    return said.code in ("ValidationException", "ResourceInUse", "ConflictException") and (
        "already exist" in said.message
    )
