"""mlflow's plug-in points: the tags that every run of this process begins with, and the store
behind ``MLFLOW_TRACKING_URI=sagemaker-experiments:REGION``.

mlflow loads this module inside the person's ``import mlflow``, and an error here would be
theirs (anything but an ImportError or AttributeError makes that import fail). So there is
nothing here that can fail: the work is imported when a run begins, and guarded.
"""

from __future__ import annotations

import os
from typing import Any

_SCHEME = "sagemaker-experiments"

if os.environ.get("MLFLOW_TRACKING_URI") == _SCHEME:
    # mlflow takes a word without a colon for the name of a folder, and would make it.
    os.environ["MLFLOW_TRACKING_URI"] = f"{_SCHEME}:"


class Provider:
    """A run context provider; mlflow asks for these two methods and for no base class."""

    def in_context(self) -> bool:
        return True

    def tags(self) -> dict[str, str]:
        try:
            from .capture import tags

            return tags()
        except Exception as error:
            # The name of the tag is written out: record.py may be what is broken.
            return {"smo.missing": f"The context was not recorded ({type(error).__name__})."}


def tracking_store(store_uri: str, **_: Any) -> Any:
    """The store behind ``sagemaker-experiments:``, ``…:REGION`` or ``…://REGION``.

    What fails here is told to the person, as with every store they ask for. mlflow gives all
    stores an ``artifact_uri`` too; here runs say where their files are.
    """
    from sm_onboard.experiments.trials.mlflow_store import SagemakerExperiments

    return SagemakerExperiments(store_uri)
