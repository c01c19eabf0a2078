"""Runs a notebook as JupyterLab would, and leaves its outputs in the file and with its run.

python -m sm_onboard.demo.colleagues.notebook NOTEBOOK
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from sm_onboard.experiments import record


def main(path: Path) -> None:
    """Runs it in its own folder.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    os.environ["JPY_SESSION_NAME"] = str(path)  # as Jupyter's server tells a kernel
    os.chdir(path.parent)
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": "."}}
    )
    client.execute()
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    _keep(path)


def _keep(path: Path) -> None:
    """With the run that it made: a kernel does not have the outputs, whoever ran it has."""
    import mlflow

    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(os.environ["MLFLOW_EXPERIMENT_NAME"])
    assert experiment is not None
    person = os.environ["LOGNAME"]
    (run, *_) = client.search_runs(
        [experiment.experiment_id],
        f"tags.`{record.PERSON}` = '{person}' and tags.`{record.NOTEBOOK}` like '%{path.name}'",
        max_results=1,
        order_by=["attributes.start_time DESC"],
    )
    client.log_text(run.info.run_id, path.read_text("utf-8"), record.NOTEBOOK_FILE)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
