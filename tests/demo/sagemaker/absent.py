"""What an old botocore lacks: written down, so that a skipped test hides nothing."""

from __future__ import annotations

import botocore
import pytest

from sm_onboard.demo.sagemaker.model import service as models

_APPS = """CreateMlflowApp DescribeMlflowApp UpdateMlflowApp DeleteMlflowApp ListMlflowApps
    CreatePresignedMlflowAppUrl CreateDomain.HomeEfsFileSystemCreation"""
_VERSIONS = """ListPipelineVersions UpdatePipelineVersion DeleteTrainingJob DeleteProcessingJob
    StartPipelineExecution.PipelineVersionId"""
_ALIASES = "CreatePipeline.PipelineVersionAliases"

# By the first botocore of which this is true; it is until the next one's turn.
ABSENT: dict[tuple[int, int], frozenset[str]] = {
    (1, 34): frozenset([*_APPS.split(), *_VERSIONS.split(), _ALIASES, "BatchGetMetrics"]),
    (1, 37): frozenset([*_APPS.split(), *_VERSIONS.split(), _ALIASES]),
    (1, 40): frozenset([*_APPS.split(), _ALIASES]),
    (1, 44): frozenset(),
}


def version() -> tuple[int, int]:
    """Major and minor of the installed botocore."""
    major, minor, *_ = botocore.__version__.split(".")
    return int(major), int(minor)


def expected() -> frozenset[str]:
    """What the installed botocore lacks, or, between two of the table, may lack."""
    return ABSENT[max(known for known in ABSENT if known <= version())]


def lacks(operation: str, member: str = "") -> bool:
    """Whether the installed botocore does not know an operation, or a member of its input."""
    service = "sagemaker-metrics" if operation.startswith("Batch") else "sagemaker"
    model = models.operation(service, operation)
    return model is None or bool(member and member not in model.input_shape.members)


def needs(operation: str, member: str = "") -> None:
    """Skips a test of what the installed botocore does not know.

    Raises:
        AssertionError: it should know it.
    """
    if lacks(operation, member):
        name = f"{operation}.{member}" if member and not lacks(operation) else operation
        assert name in expected(), f"This botocore has no {name}, which nobody expected."
        pytest.skip(f"this botocore has no {name}")
