"""What a run's page says of its training job, and the job's logs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sm_onboard.errors import InvalidRequest, NotFound
from sm_onboard.experiments.training import logs, names
from sm_onboard.experiments.training.calls import GROUP
from sm_onboard.experiments.training.reading import read
from sm_onboard.experiments.training.shown import JobLogs, JobLogsAsked
from tests.experiments.run.conftest import House

from .conftest import ACCOUNT, REGION, ROLE, Site

ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/"


def shown(site: Site, run: str, next: str = "") -> JobLogs:
    return logs.read(site.room, JobLogsAsked(run=run, next=next))


def test_the_facts_of_a_job(site: Site) -> None:
    arn = site.train()
    answer = read(site.room, site.run(arn))
    job = answer.job
    assert (answer.arn, answer.problem) == (arn, None)
    assert job is not None
    assert (job.name, job.arn, job.status, job.secondary) == (
        "churn", arn, "finished", "Completed",
    )  # fmt: skip
    assert (job.instances, job.spot, job.role) == ("2 x ml.m5.large", True, ROLE)
    assert job.billable and job.created and job.started == job.ended and job.started is not None
    assert [(x.name, x.value) for x in job.hyperparameters] == [("depth", "6")]
    assert [(x.name, x.address) for x in job.channels] == [("train", "s3://team-in/train/")]
    assert job.model == "s3://out/models/churn/output/model.tar.gz"
    assert [x.name for x in job.metrics] == ["auc"]


def test_what_a_job_says_is_plain_and_cut(site: Site) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e\x1b[31m"
    many = {f"p{n}": "v" * 2_000 for n in range(90)}
    run = site.run(site.train(HyperParameters={"a": hostile, **many}))
    job = read(site.room, run).job
    assert job is not None
    values = {one.name: one for one in job.hyperparameters}
    assert values["a"].value == "<img src=x onerror=alert(1)>[U+202E]\N{REPLACEMENT CHARACTER}[31m"
    assert (len(values["p1"].value), values["p1"].more) == (1_000, True)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("", "experiments.job_none"),
        ("arn:aws:sagemaker:evil.example/:123456789012:training-job/x", "experiments.job_bad_arn"),
        (f"{ARN}x\n", "experiments.job_bad_arn"),
        (f"{ARN}../../x", "experiments.job_bad_arn"),
        (ARN.replace("training", "processing") + "x", "experiments.job_other_kind"),
    ],
)
def test_a_tag_that_names_no_training_job(tmp_path: Path, tag: str, code: str) -> None:
    house = House(tmp_path / "house")
    run = house.add("a" * 32, tags={"smo.job": tag} if tag else {})
    with pytest.raises((InvalidRequest, NotFound)) as refused:
        read(house.rooms.experiments, run)
    assert refused.value.code == code
    house.rooms.close(5)


def test_a_job_that_is_gone_or_of_another_account(site: Site) -> None:
    gone = read(site.room, site.run(f"{ARN}gone")).problem
    assert gone and gone.code == "experiments.job_unknown"
    # There is one of this name here: it is not the one that the run was in.
    other = site.train("mine").replace(ACCOUNT, "210987654321")
    answer = read(site.room, site.run(other, "b" * 32))
    assert answer.job is None
    assert answer.problem and answer.problem.code == "experiments.job_elsewhere"


def test_a_refusal_names_the_action_and_the_statement(site: Site) -> None:
    arn = site.train()
    run = site.run(arn)
    site.refuse("sagemaker:DescribeTrainingJob")
    problem = read(site.room, run).problem
    assert problem is not None
    assert problem.action == "sagemaker:DescribeTrainingJob"
    assert json.loads(problem.statement)["Resource"] == arn
    site.refuse("sagemaker:DescribeTrainingJob", kind="throttle")
    problem = read(site.room, run).problem
    assert problem and problem.code == "aws.throttled"


def test_logs_page_by_page_and_what_is_written_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "PAGE", 3)
    site.train("churn-2")  # its streams begin alike, and are not this job's
    run = site.run(site.train())
    client = site.client("logs")
    pages = [shown(site, run)]
    while not pages[-1].end:
        pages.append(shown(site, run, pages[-1].next))
        assert len(pages) < 20
    texts = [one.text for page in pages for one in page.lines]
    assert len(pages) > 2 and all(len(page.lines) <= 3 for page in pages)
    assert len(texts) == len(set(texts)) and texts[0] == "The container has started."
    assert texts[-1] == "The container has ended with exit code 0."
    assert all(name.startswith("algo-1-") for name in pages[0].streams)
    assert shown(site, run, pages[-1].next).lines == ()
    client.create_log_stream(logGroupName=GROUP, logStreamName="churn/algo-2-1")
    client.put_log_events(
        logGroupName=GROUP,
        logStreamName="churn/algo-2-1",
        logEvents=[{"timestamp": int(time.time() * 1000) + 1_000, "message": "late"}],
    )
    later = shown(site, run, pages[-1].next)
    assert [(later.streams[x.stream], x.text) for x in later.lines] == [("algo-2-1", "late")]
    assert later.end


def test_no_logs_yet_none_and_expired(site: Site) -> None:
    control = site.sagemaker.control
    run = site.run(f"{ARN}churn")
    site.train()
    client = site.client("logs")
    (stream,) = client.describe_log_streams(logGroupName=GROUP)["logStreams"]
    client.delete_log_stream(logGroupName=GROUP, logStreamName=stream["logStreamName"])
    assert shown(site, run).state == "none"
    client.create_log_stream(logGroupName=GROUP, logStreamName=stream["logStreamName"])
    assert shown(site, run).state == "expired"
    control.clock(speed=1)
    try:
        slow = site.run(site.train("slow"), "b" * 32)
        assert shown(site, slow).state == "none_yet"
    finally:
        control.clock(speed=float("inf"))


def test_lines_are_plain_and_cut(site: Site) -> None:
    run = site.run(site.train(HyperParameters={"x": "<b>\u202e\x1b[31m" + "y" * 2_400}))
    (line,) = (one for one in shown(site, run).lines if "hyperparameter x" in one.text)
    assert line.more and line.text.startswith("hyperparameter x: <b>[U+202E]y")


@pytest.mark.parametrize("action", ["logs:DescribeLogStreams", "logs:FilterLogEvents"])
def test_logs_that_may_not_be_read(site: Site, action: str) -> None:
    run = site.run(site.train())
    site.refuse(action)
    page = shown(site, run)
    assert page.state == "failed" and page.problem is not None
    assert page.problem.action == action
    assert json.loads(page.problem.statement)["Action"] == action


@pytest.mark.parametrize("next", ["?", "e30", "bnVsbA==", "eyJzaW5jZSI6LTF9", "x" * 60_000])
def test_somebody_elses_next_is_refused(next: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        logs._decoded(next)
    assert refused.value.code == "experiments.logs_bad_next"


def test_a_new_name_fits_and_is_never_the_same() -> None:
    for old in ("a", "a" * 63, "a" * 49 + "-" + "b" * 13):
        made = names.new(old)
        assert len(made) <= 63 and names.NAME.fullmatch(made) and made != names.new(old)
        names.check_new(made, old)
        again = names.new(made)  # of one that repeats: not a longer and longer name
        assert again.count("-again-") == 1
    for bad in ("a", "b-again-123456", "a-again-12345G", "a-again-123456\n"):
        with pytest.raises(InvalidRequest):
            names.check_new(bad, "a")
