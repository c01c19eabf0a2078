"""The local SageMaker as somebody records to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sm_onboard.demo.sagemaker.child import LocalSageMaker

REGION = "eu-west-1"
URI = f"sagemaker-experiments:{REGION}"
BUCKET = f"sagemaker-{REGION}-123456789012"


def bucket(local: LocalSageMaker | Any) -> None:
    """The bucket that Studio makes with a domain."""
    local.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
