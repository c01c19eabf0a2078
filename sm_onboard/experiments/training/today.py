"""What is different today from when a job ran. Each part is looked at alone, and only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.models import Dataset

from .calls import Calls
from .reading import address, line
from .shown import JobPart

_ECR = re.compile(
    r"(\d{12})\.dkr\.ecr\.([a-z0-9-]{1,32})\.amazonaws\.com(?:\.cn)?/([a-z0-9._/-]{1,256})"
    r"(?::([\w.-]{1,128})|@(sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.ASCII | re.DOTALL)
_LISTED: Final = 1_000  # objects of a channel: one page
_CHANNELS: Final = 20
_RECORDED: Final = 50  # objects that the run recorded

_WORST: tuple[Literal["missing", "differs", "unknown", "ok"], ...] = (
    "missing",
    "differs",
    "unknown",
    "ok",
)


class _Found(NamedTuple):
    state: Literal["ok", "differs", "missing", "unknown"]
    text: str = ""


class _Kept(NamedTuple):
    uri: str
    bucket: str
    key: str
    version: str
    etag: str


def image(calls: Calls, told: Mapping[str, Any]) -> JobPart:
    """Whether the image's tag has been given to another one since."""
    algorithm = told.get("AlgorithmSpecification") or {}
    uri = str(algorithm.get("TrainingImage") or "")
    match = _ECR.fullmatch(uri)
    if match is None:
        text = f"{line(uri)} is not in ECR, so it was not looked at." if uri else ""
        return JobPart(part="image", state="unknown", text=text or "SageMaker chooses the image.")
    registry, region, repository, tag, digest = match.groups()
    wanted = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
    try:
        with aws.errors("ecr:DescribeImages", uri):
            found = calls.client("ecr", region).describe_images(
                registryId=registry, repositoryName=repository, imageIds=[wanted]
            )["imageDetails"]
    except OnboardError as error:
        code = aws.Refusal.of(error.__cause__).code
        if code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return JobPart(part="image", state="missing", text=f"{line(uri)} is gone.")
        resource = f"arn:{calls.job.partition}:ecr:{region}:{registry}:repository/{repository}"
        problem = calls.problem(error, "ecr:DescribeImages", resource)
        text = "Whether the image is the same is not known."
        return JobPart(part="image", state="unknown", text=text, problem=problem)
    if digest:
        return JobPart(part="image", state="ok", text="The same: it is named by its digest.")
    began, pushed = told.get("CreationTime"), (found[0] if found else {}).get("imagePushedAt")
    if not isinstance(pushed, datetime) or not isinstance(began, datetime):
        return JobPart(part="image", state="unknown", text="ECR does not say when it was pushed.")
    if pushed > began:
        text = f"The tag {line(tag or 'latest')} was given to another image on {_day(pushed)}."
        return JobPart(part="image", state="differs", text=text)
    return JobPart(part="image", state="ok", text="Its tag has not been pushed to since.")


def data(calls: Calls, told: Mapping[str, Any], recorded: Sequence[Dataset]) -> JobPart:
    """Whether the input is there, whether anything in it is newer, and what was recorded of it."""
    places = [address(one) for one in told.get("InputDataConfig") or ()]
    if not places:
        return JobPart(part="data", state="ok", text="It has no input channels.")
    found: list[_Found] = []
    action, resource = "s3:ListBucket", ""
    try:
        for place in places[:_CHANNELS]:
            match = _BUCKET.fullmatch(place)
            if match:
                resource = f"arn:{calls.job.partition}:s3:::{match[1]}"
            found.append(_channel(calls, place, match, told.get("CreationTime")))
        action = "s3:GetObject"
        for dataset in recorded[:_RECORDED]:
            kept = _kept(dataset)
            if kept:
                resource = f"arn:{calls.job.partition}:s3:::{kept.bucket}/{kept.key}"
                found.append(_object(calls, kept))
    except OnboardError as error:
        problem = calls.problem(error, action, resource)
        text = "Whether the input is the same is not known."
        return JobPart(part="data", state="unknown", text=text, problem=problem)
    more = len(places) - _CHANNELS
    if more > 0:
        found.append(_Found("unknown", f"{more} more channels were not looked at."))
    state = next(s for s in _WORST if any(one.state == s for one in found))
    said = [one.text for one in found if one.text]
    if state == "ok":
        said = ["Nothing in the input was written since. What was deleted is not seen."]
    return JobPart(part="data", state=state, text=" ".join(said[:5]))


def role(calls: Calls, told: Mapping[str, Any]) -> JobPart:
    """Whether the role that it ran with is there."""
    arn = str(told.get("RoleArn") or "")
    name = arn.rpartition("/")[2]
    try:
        with aws.errors("iam:GetRole", arn):
            calls.client("iam").get_role(RoleName=name)
    except OnboardError as error:
        if aws.Refusal.of(error.__cause__).code in ("NoSuchEntity", "NoSuchEntityException"):
            return JobPart(part="role", state="missing", text=f"The role {line(name)} is gone.")
        text = f"Whether the role {line(name)} is there is not known."
        problem = calls.problem(error, "iam:GetRole", arn)
        return JobPart(part="role", state="unknown", text=text, problem=problem)
    return JobPart(part="role", state="ok", text=f"{line(name)} is there.")


def _channel(
    calls: Calls, place: str, match: re.Match[str] | None, began: datetime | None
) -> _Found:
    if match is None:
        return _Found("unknown", f"{line(place)} is not in S3, so it was not looked at.")
    bucket, prefix = match[1], match[2] or ""
    try:
        with aws.errors("s3:ListBucket", f"s3://{bucket}"):
            told = calls.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=_LISTED)
    except NotFound:
        told = {}
    there = told.get("Contents") or ()
    newer = sum(1 for one in there if began and one["LastModified"] > began)
    if not there:
        return _Found("missing", f"Nothing is at {line(place)} any more.")
    if newer:
        count = "1 object" if newer == 1 else f"{newer} objects"
        return _Found("differs", f"{line(place)} has {count} written since.")
    if told.get("IsTruncated"):
        text = f"Of {line(place)} only the first {_LISTED} objects were looked at."
        return _Found("unknown", text)
    return _Found("ok")


def _kept(dataset: Dataset) -> _Kept | None:
    """The object in S3 whose version or ETag the run has; None for any other data set."""
    try:
        source = json.loads(dataset.source)
    except (ValueError, RecursionError):
        return None
    if not isinstance(source, dict):
        return None
    uri, version, etag = (
        value if isinstance(value := source.get(key), str) else ""
        for key in ("uri", "version", "etag")
    )
    try:
        return _Kept(uri, *aws.s3_address(uri), version, etag) if version or etag else None
    except InvalidRequest:
        return None


def _object(calls: Calls, kept: _Kept) -> _Found:
    try:
        with aws.errors("s3:GetObject", kept.uri):
            now = calls.client("s3").head_object(Bucket=kept.bucket, Key=kept.key)
    except NotFound:
        return _Found("missing", f"{line(kept.uri)} is gone.")
    if kept.version:
        same = now.get("VersionId") == kept.version
    else:
        same = now.get("ETag", "").strip('"') == kept.etag.strip('"')
    if same:
        return _Found("ok")
    return _Found("differs", f"{line(kept.uri)} has changed since the run.")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
