"""Copies runs from one store to another: MLflow's, SageMaker Experiments, either way.

A copy has ``smo.copied`` with the run's own id and store, and ``smo.copying`` until it is whole.
Copying again finds it by these, finishes what was interrupted, adds what is new, and leaves the
rest. Nothing is deleted anywhere.

Reads with the stores of ``experiments/stores``. Writes to SageMaker Experiments with
``experiments/trials``, and to MLflow's stores with mlflow itself: only the command line does this,
never the server.
"""
