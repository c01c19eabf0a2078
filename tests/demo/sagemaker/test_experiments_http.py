"""Experiments, metrics and Search through boto3, every byte held against the model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_onboard.demo.sagemaker import strict

NOW = datetime.now(timezone.utc)


def test_a_run_from_its_creation_to_its_search(client: Callable[..., Any]) -> None:
    sagemaker, metrics = client("sagemaker"), client("sagemaker-metrics")
    with strict.watch(sagemaker, metrics) as seen:
        sagemaker.create_experiment(ExperimentName="E")
        sagemaker.create_trial(TrialName="T", ExperimentName="E")
        sagemaker.create_trial_component(
            TrialComponentName="run", StartTime=NOW, Parameters={"lr": {"NumberValue": 0.1}}
        )
        sagemaker.associate_trial_component(TrialComponentName="run", TrialName="T")
        point = {"MetricName": "auc", "Timestamp": NOW, "Step": 1, "Value": 0.5}
        answer = metrics.batch_put_metrics(TrialComponentName="run", MetricData=[point])
        assert "Errors" not in answer
        (hit,) = sagemaker.search(
            Resource="ExperimentTrialComponent",
            SearchExpression={
                "Filters": [
                    {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "E"},
                    {"Name": "Metrics.auc.Last", "Operator": "GreaterThan", "Value": "0.4"},
                ]
            },
        )["Results"]
        component = hit["TrialComponent"]
        assert abs((component["StartTime"] - NOW).total_seconds()) < 1
        if hasattr(metrics, "batch_get_metrics"):
            query = {
                "MetricName": "auc",
                "ResourceArn": component["TrialComponentArn"],
                "MetricStat": "Last",
                "Period": "IterationNumber",
                "XAxisType": "IterationNumber",
            }
            (result,) = metrics.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
            assert (result["XAxisValues"], result["MetricValues"]) == ([1], [0.5])
    seen.check(at_least=6)


def test_errors_are_of_the_model(client: Callable[..., Any]) -> None:
    sagemaker, metrics = client("sagemaker"), client("sagemaker-metrics")
    point = {"MetricName": "auc", "Timestamp": NOW, "Value": 0.5}
    with strict.watch(sagemaker, metrics) as seen:
        sagemaker.create_experiment(ExperimentName="E")
        sagemaker.create_trial(TrialName="T", ExperimentName="E")
        run = sagemaker.create_trial_component(TrialComponentName="run")["TrialComponentArn"]
        sagemaker.associate_trial_component(TrialComponentName="run", TrialName="T")
        data = sagemaker.create_artifact(ArtifactType="Data", Source={"SourceUri": "s3://a/b"})
        ends = {"SourceArn": data["ArtifactArn"], "DestinationArn": run}
        sagemaker.add_association(**ends)
        for call, parameters in (
            (sagemaker.create_experiment, {"ExperimentName": "e"}),
            (sagemaker.delete_experiment, {"ExperimentName": "E"}),
            (sagemaker.delete_trial, {"TrialName": "T"}),
            (sagemaker.delete_trial_component, {"TrialComponentName": "run"}),
            (sagemaker.describe_trial, {"TrialName": "none"}),
            (sagemaker.add_association, ends),
            (sagemaker.delete_artifact, {"ArtifactArn": data["ArtifactArn"]}),
            (sagemaker.search, {"Resource": "Experiment", "SortBy": "Nonsense"}),
            (metrics.batch_put_metrics, {"TrialComponentName": "x", "MetricData": [point]}),
        ):
            with pytest.raises(ClientError):
                call(**parameters)
    seen.check(at_least=15)
