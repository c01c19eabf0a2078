"""``track``: a run, and what only the person knows of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sm_onboard.experiments import record

from .provider import Provider

if TYPE_CHECKING:
    from .ending import Told


@contextmanager
def track(
    name: str | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    data: Sequence[str | os.PathLike[str]] | str | os.PathLike[str] = (),
    seed: int | None = None,
    tags: Mapping[str, Any] | None = None,
) -> Iterator[Any]:
    """Records what happens inside as an MLflow run; inside another run, as its child.

        with track("more trees", params={"trees": 300}, data=["train.csv"], seed=7):
            ...

    Args:
        name: of the run; mlflow makes one up when there is none.
        params: logged as mlflow's parameters.
        data: files, folders or ``s3://`` addresses it learns from; kept with their digests.
        seed: the seed you use. It is written down, not set.
        tags: further tags.

    Yields:
        mlflow's active run.
    """
    import mlflow

    # Given by hand too: an mlflow that was imported before this package knows no plug-in.
    given = {**Provider().tags(), **{key: str(value) for key, value in (tags or {}).items()}}
    if seed is not None:
        given[record.SEED] = str(seed)
    with mlflow.start_run(run_name=name, nested=mlflow.active_run() is not None, tags=given) as run:
        _describe(run.info.run_id, params or {}, data)
        yield run


def _describe(run_id: str, params: Mapping[str, Any], data: Any) -> None:
    """Parameters and data; what fails becomes a sentence of the run."""
    try:
        from . import ending

        said = ending.told.setdefault(run_id, ending.Told())
        _log(run_id, said, params, [data] if isinstance(data, (str, os.PathLike)) else list(data))
    except Exception:  # noqa: S110  the training goes on; provider.py has said what is broken
        pass


def _log(run_id: str, said: Told, params: Mapping[str, Any], data: Sequence[Any]) -> None:
    import mlflow
    from mlflow.entities import Dataset, DatasetInput, InputTag

    from .capture import named
    from .data import read

    if params:
        try:
            mlflow.log_params(dict(params))
        except Exception as error:
            said.missing.append(f"The parameters could not be recorded ({named(error)}).")
    for one in data:
        try:
            said.data.append(read(one))
        except Exception as error:
            said.missing.append(f"{os.fspath(one)} could not be recorded ({named(error)}).")
    inputs = [
        DatasetInput(
            Dataset(x.name, x.digest, x.kind, json.dumps(x.told())),
            [InputTag("mlflow.data.context", "training")],
        )
        for x in said.data
    ]
    if inputs:
        try:
            mlflow.MlflowClient().log_inputs(run_id, inputs)
        except Exception as error:
            said.missing.append(f"The data sets could not be recorded ({named(error)}).")
