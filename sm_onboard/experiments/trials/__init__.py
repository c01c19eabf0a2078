"""Runs written to SageMaker Experiments, as the SageMaker Python SDK's own runs are there.

==================  ======================================================================
MLflow              SageMaker Experiments
==================  ======================================================================
experiment          Experiment; a name that is none there is made one (``names``), and kept in
                    the Description
(run group)         one Trial an experiment, ``Default-Run-Group-<experiment>``, as the SDK's
run                 TrialComponent ``<experiment>-<32 hex digits>``, its id; the run's name is the
                    DisplayName; tagged ``sagemaker:trial-component-source=run``, by which Studio
                    knows it for a run
parameter           Parameter: a number where the text comes back the same, else text
metric              ``BatchPutMetrics``, 10 points a call, names as they are
tag                 AWS tag where AWS takes it, else the Parameter ``mlflow.tag.<key>``
data set            InputArtifact, and the Parameter ``mlflow.data.<name>`` with its digest
commit, repository  MetadataProperties
files               S3, below the OutputArtifact ``mlflow.artifacts``
status              InProgress, Completed, Failed, Stopped
==================  ======================================================================

What SageMaker has no room for is whole in a file of the run, ``sm-onboard/beyond.json``, and
the tag ``smo.beyond`` says so: parameters after the 292nd, of more than 2,500 characters or of
several lines, tags likewise, points that are NaN, infinite, of a negative step or a repeated one,
and of more than two weeks ago. What lists many runs shows the beginning of such a text.

Everything but ``mlflow_store`` needs boto3 and the standard library only. Sources:
https://github.com/aws/sagemaker-python-sdk (sagemaker/experiments/run.py, metrics.py) and the
limits of botocore's models ``sagemaker`` and ``sagemaker-metrics``.
"""
