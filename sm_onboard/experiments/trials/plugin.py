"""mlflow's plug-in point for stores: ``MLFLOW_TRACKING_URI=sagemaker-experiments:REGION``.

mlflow loads this module inside the person's ``import mlflow``, where any error but an
ImportError or AttributeError would be theirs. So there is nothing here that can fail: boto3 and
the store are imported when the store is used first.
"""

from __future__ import annotations

import os
from typing import Any

SCHEME = "sagemaker-experiments"

if os.environ.get("MLFLOW_TRACKING_URI") == SCHEME:
    # mlflow takes a word without a colon for the name of a folder, and would make it.
    os.environ["MLFLOW_TRACKING_URI"] = f"{SCHEME}:"


def tracking_store(store_uri: str, **_: Any) -> Any:
    """The store behind ``sagemaker-experiments:``, ``…:REGION`` or ``…://REGION``.

    mlflow gives every store an ``artifact_uri`` too; here runs say where their files are.
    """
    from .mlflow_store import SagemakerExperiments

    return SagemakerExperiments(store_uri)
