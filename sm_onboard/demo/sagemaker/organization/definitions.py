"""The definitions of the sample's pipelines."""

from __future__ import annotations

from typing import Any

from sm_onboard.demo.sagemaker.organization.jobs import METRICS, image
from sm_onboard.demo.sagemaker.organization.past import Past

Step = dict[str, Any]

_REPORT = "Steps.EvaluateModels.PropertyFiles.report"
_CACHE = {"Enabled": True, "ExpireAfter": "P7D"}


def churn_training(past: Past, version: int) -> dict[str, Any]:
    """Cleans, trains two models, and registers the better one if it is good enough.

    Args:
        version: the first has one model only, the second no bound to be set.
    """
    models = ("XGBoost", "LightGBM") if version > 1 else ("XGBoost",)
    parameters: list[Step] = [
        {"Name": "Data", "Type": "String", "DefaultValue": "s3://acme-churn/raw/oct-2026/"},
        {"Name": "TrainInstance", "Type": "String", "DefaultValue": "ml.m5.xlarge"},
    ]
    if version > 2:
        parameters.append({"Name": "MinAUC", "Type": "Float", "DefaultValue": 0.88})
    bound = {"Get": "Parameters.MinAUC"} if version > 2 else 0.85
    return {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": parameters,
        "PipelineExperimentConfig": {
            "ExperimentName": {"Get": "Execution.PipelineName"},
            "TrialName": {"Get": "Execution.PipelineExecutionId"},
        },
        "Steps": [
            _processing(past, "CleanData", "clean", {"raw": {"Get": "Parameters.Data"}},
                        CacheConfig=_CACHE),
            _processing(past, "FeatureEngineer", "features", {"clean": _output("CleanData")},
                        CacheConfig=_CACHE),
            *(_training(past, model) for model in models),
            _processing(past, "EvaluateModels", "evaluate", {
                "features": _output("FeatureEngineer"),
                **{model.lower(): {"Get": f"Steps.Train{model}.ModelArtifacts.S3ModelArtifacts"}
                   for model in models},
            }),
            {
                "Name": "CheckAUC",
                "Type": "Condition",
                "Arguments": {
                    "Conditions": [
                        {
                            "Type": "GreaterThanOrEqualTo",
                            "LeftValue": {"Std:JsonGet": {
                                "PropertyFile": {"Get": _REPORT},
                                "Path": "val_auc",
                            }},
                            "RightValue": bound,
                        }
                    ],
                    "IfSteps": [_registration(past, models[0])],
                    "ElseSteps": [
                        {
                            "Name": "StopBelowAUC",
                            "Type": "Fail",
                            "Arguments": {"ErrorMessage": "The best model is below the bound."},
                        }
                    ],
                },
            },
        ],
    }  # fmt: skip


def reports_nightly(past: Past) -> dict[str, Any]:
    """Makes the weekly reports anew."""
    return {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Week", "Type": "Integer", "DefaultValue": 46}],
        "Steps": [
            _processing(past, "Figures", "reports", {"raw": "s3://acme-reports/raw/"}),
            {
                "Name": "Publish",
                "Type": "Lambda",
                "DependsOn": ["Figures"],
                "FunctionArn": past.arn("function:publish-reports", "lambda"),
                "Arguments": {"week": {"Get": "Parameters.Week"}},
            },
        ],
    }


def _output(step: str) -> dict[str, str]:
    return {"Get": f"Steps.{step}.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}


def _processing(past: Past, name: str, script: str, inputs: dict[str, Any], **members: Any) -> Step:
    if script == "evaluate":
        members["PropertyFiles"] = [
            {"PropertyFileName": "report", "OutputName": "out", "FilePath": "report.json"}
        ]
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceType": "ml.m5.large",
                    "InstanceCount": 1,
                    "VolumeSizeInGB": 30,
                }
            },
            "AppSpecification": {
                "ImageUri": image(past, "process:4"),
                "ContainerEntrypoint": ["python3", f"/opt/ml/processing/code/{script}.py"],
            },
            "RoleArn": past.role("acme-pipelines-exec"),
            "ProcessingInputs": [
                {
                    "InputName": name_,
                    "S3Input": {
                        "S3Uri": where,
                        "LocalPath": f"/opt/ml/processing/{name_}",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
                for name_, where in inputs.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "out",
                        "S3Output": {
                            "S3Uri": f"s3://acme-churn/pipelines/{script}",
                            "LocalPath": "/opt/ml/processing/out",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
        },
        **members,
    }


def _training(past: Past, model: str) -> Step:
    return {
        "Name": f"Train{model}",
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {
                "TrainingImage": image(past, f"{model.lower()}:5"),
                "TrainingInputMode": "File",
                "MetricDefinitions": METRICS,
            },
            "RoleArn": past.role("acme-pipelines-exec"),
            "HyperParameters": {"eta": "0.06", "max_depth": "6"},
            "InputDataConfig": [
                {
                    "ChannelName": "train",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": _output("FeatureEngineer"),
                        }
                    },
                }
            ],
            "OutputDataConfig": {"S3OutputPath": f"s3://acme-churn/models/{model.lower()}"},
            "ResourceConfig": {
                "InstanceType": {"Get": "Parameters.TrainInstance"},
                "InstanceCount": 1,
                "VolumeSizeInGB": 50,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
        },
        **({"CacheConfig": _CACHE} if model == "LightGBM" else {}),
    }


def _registration(past: Past, model: str) -> Step:
    return {
        "Name": "RegisterModel",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": "churn",
            "ModelApprovalStatus": "PendingManualApproval",
            "InferenceSpecification": {
                "Containers": [
                    {
                        "Image": image(past, "serve:3"),
                        "ModelDataUrl": {
                            "Get": f"Steps.Train{model}.ModelArtifacts.S3ModelArtifacts"
                        },
                    }
                ],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        },
    }
