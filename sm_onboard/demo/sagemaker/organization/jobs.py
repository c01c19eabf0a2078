"""Training and processing jobs that people started themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sm_onboard.demo.sagemaker.engine import tags
from sm_onboard.demo.sagemaker.engine.family import Family
from sm_onboard.demo.sagemaker.families import jobs
from sm_onboard.demo.sagemaker.model import service as models
from sm_onboard.demo.sagemaker.model.validate import raise_for
from sm_onboard.demo.sagemaker.organization.past import Past, tagged
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES

METRICS = [
    {"Name": "val_auc", "Regex": "val_auc=([0-9.]+)"},
    {"Name": "val_logloss", "Regex": "val_logloss=([0-9.]+)"},
]
"""What SageMaker reads from the lines that training writes."""


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        began: days ago; 0: four minutes ago, and it goes on.
        minutes: that its work takes.
        depth: of the trees that are trained; the other parameters follow from it.
        auc: what it reaches.
        trial: that it belongs to; "": none.
        stopped: it was stopped half-way.
        failed: why; empty: it did not.
    """

    name: str
    began: float
    minutes: float
    instance: str = "ml.m5.xlarge"
    team: str = "churn"
    depth: int = 6
    auc: float = 0.87
    trial: str = ""
    spot: bool = False
    stopped: bool = False
    failed: str = ""


_OUT_OF_MEMORY = (
    "AlgorithmError: ExecuteUserScriptError: ExitCode 137, ErrorMessage: Killed. The 16 GB of the "
    "instance's memory are used up."
)

TRAINING = (
    Job("churn-xgb-depth-4", 21.3, 9.5, depth=4, auc=0.862, trial="churn-xgb"),
    Job("churn-xgb-depth-6", 21.2, 12.0, depth=6, auc=0.884, trial="churn-xgb"),
    Job("churn-xgb-depth-8", 21.1, 16.5, depth=8, auc=0.879, trial="churn-xgb"),
    Job("churn-xgb-depth-12", 21.0, 8.0, depth=12, failed=_OUT_OF_MEMORY, trial="churn-xgb"),
    Job("churn-lgbm-dart", 13.4, 11.7, "ml.m5.2xlarge", auc=0.887, trial="churn-lgbm"),
    Job("churn-lgbm-dart-spot", 12.1, 13.1, "ml.m5.2xlarge", auc=0.886, spot=True),
    Job("churn-xgb-endless", 9.7, 180, depth=10, auc=0.871, stopped=True),
    Job("elasticity-gpu", 6.6, 48, "ml.g5.2xlarge", "pricing", auc=0.796, trial="elasticity-2026"),
    Job("llm-tuning-pilot", 3.0, 410, "ml.g5.12xlarge", "pricing", auc=0.74),
    Job("churn-xgb-october", 0.9, 12.3, depth=6, auc=0.8904, trial="churn-xgb"),
    Job("churn-xgb-sweep-now", 0, 40, depth=7, auc=0.885, trial="churn-xgb"),
)
PROCESSING = (
    Job("customers-september", 49.2, 7),
    Job("customers-october", 19.4, 8),
    Job("customers-november", 0.5, 3, failed="AlgorithmError: ExitCode: 1, ErrorMessage: "
        "KeyError: 'churned_90d'"),
    Job("reports-week-46", 6.9, 4, "ml.t3.medium", "platform"),
)  # fmt: skip


def fill(past: Past) -> None:
    """Makes all of them, each begun in its time."""
    for job in TRAINING:
        log = training_log(job.depth, job.auc, failed=bool(job.failed))
        _start(past, jobs.TRAINING, job, _training(past, job), log)
    for job in PROCESSING:
        _start(past, jobs.PROCESSING, job, _processing(past, job), _processing_log(job))


def _start(past: Past, family: Family, job: Job, values: dict[str, Any], log: list[str]) -> None:
    operation = models.operation("sagemaker", f"Create{family.name}")
    assert operation is not None
    assert operation.input_shape is not None
    raise_for(operation.input_shape, values)
    when = past.at(job.began) if job.began else past.under_way(240)
    with when:
        record = jobs.start(
            past.region, family, values, lasts=job.minutes * 60, fails=job.failed, log=log
        )
        if job.stopped:
            jobs.stop(past.region, record, past.now + job.minutes * 30)
    wanted = tagged(team=job.team, cost_centre=COST_CENTRES[job.team])
    past.region.tags[record.arn] = tags.wanted(wanted)


def image(past: Past, name: str) -> str:
    return f"{past.region.account}.dkr.ecr.{past.region.name}.amazonaws.com/acme/{name}"


def _training(past: Past, job: Job) -> dict[str, Any]:
    values: dict[str, Any] = {
        "TrainingJobName": job.name,
        "AlgorithmSpecification": {
            "TrainingImage": image(past, "train:7"),
            "TrainingInputMode": "File",
            "MetricDefinitions": METRICS,
        },
        "RoleArn": past.role("acme-data-scientist"),
        "HyperParameters": {
            "eta": str(round(0.36 / job.depth, 3)),
            "max_depth": str(job.depth),
            "num_round": "400",
            "sagemaker_program": "train.py",
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"s3://acme-{job.team}/data/oct-2026/",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://acme-{job.team}/models"},
        "ResourceConfig": {
            "InstanceType": job.instance,
            "InstanceCount": 1,
            "VolumeSizeInGB": 50,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    }
    if job.spot:
        values["EnableManagedSpotTraining"] = True
        values["StoppingCondition"]["MaxWaitTimeInSeconds"] = 172800
    if job.trial:
        values["ExperimentConfig"] = {
            "TrialName": job.trial,
            "TrialComponentDisplayName": job.name,
        }
    return values


def training_log(depth: int, auc: float, *, failed: bool = False) -> list[str]:
    """What training writes, with the metrics that `METRICS` finds; one that fails is killed."""
    lines = [f"training with max_depth={depth} on 41208 rows"]
    rounds = range(20, 401, 20)
    for done in rounds[:9] if failed else rounds:
        near = (1 - math.exp(-done / 60)) / (1 - math.exp(-400 / 60))
        now = 0.5 + (auc - 0.5) * near
        lines.append(f"[{done}] val_auc={now:.4f} val_logloss={0.69 - 1.1 * (now - 0.5):.4f}")
    lines.append("Killed" if failed else f"saved model.tar.gz, val_auc={auc:.4f}")
    return lines


def _processing(past: Past, job: Job) -> dict[str, Any]:
    month = job.name.rsplit("-", 1)[-1]
    return {
        "ProcessingJobName": job.name,
        "AppSpecification": {
            "ImageUri": image(past, "process:4"),
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/clean.py"],
            "ContainerArguments": ["--month", month],
        },
        "RoleArn": past.role("acme-data-scientist"),
        "ProcessingInputs": [
            {
                "InputName": "customers",
                "S3Input": {
                    "S3Uri": f"s3://acme-{job.team}/raw/{month}/",
                    "LocalPath": "/opt/ml/processing/input",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "clean",
                    "S3Output": {
                        "S3Uri": f"s3://acme-{job.team}/data/{month}/",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": job.instance,
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            }
        },
    }


def _processing_log(job: Job) -> list[str]:
    lines = ["reading /opt/ml/processing/input/customers.csv", "41208 rows, 23 columns"]
    if job.failed:
        return [*lines, "Traceback (most recent call last):", "KeyError: 'churned_90d'"]
    return [*lines, "dropped 112 rows without a contract", "wrote /opt/ml/processing/output"]
