"""A run that a training job made: what became of the job, what it wrote, and once more."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from sm_onboard.experiments import record
from tests.e2e.organization import ACCOUNT, REGION
from tests.e2e.window import Window

EVIL = '<img src=x onerror="window.hacked=1">'
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trains-churn"
JOB: dict[str, Any] = {
    "TrainingJobName": "churn-7",
    "AlgorithmSpecification": {
        "TrainingImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/churn:v1",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "val_auc", "Regex": "val_auc: ([0-9\\.]+)"}],
    },
    "RoleArn": ROLE,
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://acme-train/churn/"}
            },
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://acme-train/models/"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 5},
    "HyperParameters": {"eta": "0.06", "note": EVIL},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "Tags": [{"Key": "cost-centre", "Value": "42"}],
}


@pytest.fixture
def trained(local: Any, tmp_path: Path) -> str:
    """A store with a run that was in a job, which is over; gives the store's address."""
    from mlflow import MlflowClient

    local.control.clock(speed=math.inf)
    arn = local.client("sagemaker").create_training_job(**JOB)["TrainingJobArn"]
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    client = MlflowClient(uri)
    experiment = client.create_experiment("churn", artifact_location=str(tmp_path / "files"))
    run = client.create_run(experiment, run_name="eager-heron", tags={record.JOB: arn})
    client.log_metric(run.info.run_id, "val_auc", 0.8904)
    client.set_terminated(run.info.run_id)
    return uri


def job_part(window: Window) -> Locator:
    """Opens the run; gives the part of its page that is about the job."""
    window.show_panel().locator('[data-smo-room="experiments"] [data-smo-run]').click()
    part = window.page.locator('[data-smo-page="run"] [data-smo-part="job"]')
    expect(part.locator("[data-smo-job]")).to_have_attribute("data-smo-job", "finished")
    return part


def jobs(local: Any) -> list[str]:
    found = local.client("sagemaker").list_training_jobs(NameContains="churn-7")
    return sorted(row["TrainingJobName"] for row in found["TrainingJobSummaries"])


def test_its_facts_its_logs_and_once_more_for_a_price(
    trained: str, local: Any, start_lab: Any, open_window: Any
) -> None:
    environment = {**local.environment(), "MLFLOW_TRACKING_URI": trained}
    window = open_window(start_lab(environment=environment))
    part = job_part(window)
    for words in ("2 x ml.m5.xlarge", "s3://acme-train/churn/", "0.06", EVIL, "trains-churn"):
        expect(part).to_contain_text(words)

    # Its logs, as text; nothing of them was asked for before.
    asked = [call["operation"] for call in local.control.log()["calls"]]
    assert "FilterLogEvents" not in asked
    part.locator('[data-smo-do="job-logs"]').press("Enter")
    logs = part.get_by_role("log")
    expect(logs).to_contain_text("The container has started.")
    expect(logs).to_contain_text(EVIL)
    expect(logs).to_contain_text("The container has ended with exit code 0.")

    # By keyboard: the focus is on what costs nothing, and Escape leaves.
    part.locator('[data-smo-do="job-again"]').press("Enter")
    step = part.locator('[data-smo-again="planned"]')
    expect(step).to_contain_text(
        "This costs money: 2 x ml.m5.xlarge at up to $0.51 / h, for 1 h at most."
    )
    expect(step).to_contain_text(f"Account {ACCOUNT} pays.")
    expect(step.locator('[data-smo-do="job-cancel"]')).to_be_focused()
    states = {"image": "missing", "role": "missing", "price": "ok", "tags": "ok"}
    for name, state in states.items():
        row = step.locator(f'[data-smo-part="{name}"]')
        expect(row).to_have_attribute("data-smo-state", state)
    assert window.axe('[data-smo-page="run"]') == []
    window.page.keyboard.press("Escape")
    expect(part.locator("[data-smo-again]")).to_have_count(0)
    expect(part.locator('[data-smo-do="job-again"]')).to_be_focused()
    assert jobs(local) == ["churn-7"]

    # From the palette, and this time for the price that its button says.
    window.page.keyboard.press("Control+Shift+C")
    window.page.locator("#modal-command-palette input").fill("training job again")
    window.page.keyboard.press("Enter")
    start = part.locator('[data-smo-do="job-start"]')
    expect(start).to_have_text("Start, up to $0.51 / h")
    step.locator("summary").click()
    shown = json.loads(step.locator("pre").inner_text())
    assert jobs(local) == ["churn-7"]
    start.click()
    done = part.locator('[data-smo-again="started"]')
    expect(done).to_be_focused()
    old, new = jobs(local)
    expect(done).to_contain_text(f"Started {new}.")
    client = local.client("sagemaker")
    was, made = (client.describe_training_job(TrainingJobName=name) for name in (old, new))
    for member in ("AlgorithmSpecification", "HyperParameters", "ResourceConfig", "RoleArn"):
        assert made[member] == was[member]
    assert shown["TrainingJobName"] == new
    assert shown["ResourceConfig"] == made["ResourceConfig"]
    tags = client.list_tags(ResourceArn=made["TrainingJobArn"])["Tags"]
    assert {tag["Key"] for tag in tags} == {"cost-centre", record.REPEATS}
    assert window.page.evaluate("() => window.hacked") is None
    assert window.axe('[data-smo-page="run"]') == []


def test_what_may_not_be_read_or_started_says_so_and_the_rest_goes_on(
    trained: str, local: Any, start_lab: Any, open_window: Any
) -> None:
    environment = {**local.environment(), "MLFLOW_TRACKING_URI": trained}
    window = open_window(start_lab(environment=environment))
    part = job_part(window)
    denied = ("logs:FilterLogEvents", "sagemaker:CreateTrainingJob", "ecr:DescribeImages")
    local.control.trouble({"operations": denied, "kind": "denied"})
    part.locator('[data-smo-do="job-logs"]').click()
    logs = part.locator("[data-smo-logs]")
    expect(logs).to_contain_text("Your role may not call logs:FilterLogEvents")
    expect(logs.locator('[data-smo-do="copy-statement"]')).to_be_visible()
    part.locator('[data-smo-do="job-again"]').click()
    image = part.locator('[data-smo-part="image"]')
    expect(image).to_have_attribute("data-smo-state", "unknown")
    part.locator('[data-smo-do="job-start"]').click()
    failed = part.locator('[data-smo-again="failed"]')
    expect(failed).to_contain_text("was not started")
    expect(failed).to_contain_text("Your role may not call sagemaker:CreateTrainingJob")
    assert window.axe('[data-smo-page="run"]') == []
    assert jobs(local) == ["churn-7"]

    # Allowed meanwhile: the same plan once more, and still only after a yes.
    local.control.no_trouble()
    logs.locator('[data-smo-do="again"]').click()
    expect(part.get_by_role("log")).to_contain_text("The container has started.")
    failed.locator('[data-smo-do="again"]').click()
    expect(part.locator('[data-smo-again="planned"]')).to_be_visible()
    assert jobs(local) == ["churn-7"]
    part.locator('[data-smo-do="job-start"]').click()
    expect(part.locator('[data-smo-again="started"]')).to_be_visible()
    assert len(jobs(local)) == 2
