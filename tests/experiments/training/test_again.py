"""Starting a training job again: what is shown is what is asked, and nothing without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sm_onboard import aws
from sm_onboard.errors import Conflict, InvalidRequest
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset
from sm_onboard.experiments.recording import capture
from sm_onboard.experiments.reproduce.cli import reproduce
from sm_onboard.experiments.training import again, names, request, today
from sm_onboard.experiments.training.calls import Calls
from sm_onboard.experiments.training.shown import (
    JobAgainAsked,
    JobAgainConfirmed,
    JobPart,
    JobPlan,
)
from sm_onboard.prices import Price

from .conftest import ACCOUNT, DESCRIPTION, ROLE, Site

RUN = "a" * 32
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
NEWER = "s3://team-in/x/ has 1 object written since."


def look(site: Site, run: str) -> JobPlan:
    found = again.look(site.room, JobAgainAsked(run=run))
    assert found.plan is not None, found.problem
    return found.plan


def confirmed(plan: JobPlan, **changes: str) -> JobAgainConfirmed:
    asked = {"run": plan.run, "name": plan.name, "digest": plan.digest, **changes}
    return JobAgainConfirmed(**asked)


def part(plan: JobPlan, name: str) -> JobPart:
    return next(one for one in plan.parts if one.part == name)


def test_a_plan_starts_nothing_and_the_job_is_the_one_that_was_shown(site: Site) -> None:
    tags = [{"Key": "cost-centre", "Value": "42"}]
    plan = look(site, site.run(site.train(Tags=tags)))
    assert site.names() == ["churn"]
    started = again.make(site.room, confirmed(plan))
    assert started.problem is None and started.arn.endswith(f"training-job/{plan.name}")
    assert site.names() == ["churn", plan.name]
    made = site.told(plan.name)
    for member, value in DESCRIPTION.items():
        if member != "Environment":
            assert made[member] == value, member
    assert made["Environment"] == {"MODE": "fast", "SM_ONBOARD_REPEATS": RUN}
    sagemaker = site.client("sagemaker")
    assert sagemaker.list_tags(ResourceArn=started.arn)["Tags"] == [
        *tags, {"Key": "smo.repeats", "Value": RUN},
    ]  # fmt: skip
    asked = json.loads(plan.request)
    assert asked["TrainingJobName"] == plan.name
    assert asked["ResourceConfig"] == DESCRIPTION["ResourceConfig"]
    assert f"2 x ml.m5.large at {_price(plan)}, for 1 h at most." in plan.confirm
    assert f"Account {ACCOUNT} pays." in plan.confirm


def _price(plan: JobPlan) -> str:
    known = plan.per_hour is not None
    return f"up to ${plan.per_hour:.2f} / h" if known else "a price that is not known here"


def test_the_price_is_of_training_in_the_jobs_region(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {("eu-west-1", "Training", "ml.m5.large"): "0.115"}

    def lookup(*asked: str) -> Price | None:
        amount = known.get(asked)  # type: ignore[call-overload]
        return Price(Decimal(amount), "hour", "2026-09-24", "a list", True) if amount else None

    monkeypatch.setattr("sm_onboard.domain.pricing.shipped.lookup", lookup)
    run = site.run(site.train())
    plan = look(site, run)
    assert (plan.per_hour, plan.price_source, plan.price_date) == (0.23, "table", "2026-09-24")
    assert "2 x ml.m5.large at up to $0.23 / h, for 1 h at most." in plan.confirm
    text = part(plan, "price").text
    assert text.startswith("Up to $0.23 / h, by the prices of 24 Sep 2026.")
    assert "Spot instances usually cost less." in text and "not AWS's own list" in text
    known.clear()
    assert look(site, run).per_hour is None


def test_twice_is_once(site: Site) -> None:
    plan = look(site, site.run(site.train()))
    again.make(site.room, confirmed(plan))
    with pytest.raises(Conflict) as refused:
        again.make(site.room, confirmed(plan))
    assert refused.value.code == "experiments.job_started"
    assert len(site.names()) == 2


def test_another_request_than_was_shown_is_refused(site: Site) -> None:
    arn = site.train()
    plan = look(site, site.run(arn))
    for changed in (confirmed(plan, digest=""), confirmed(plan, digest="0" * 64)):
        with pytest.raises(Conflict) as refused:
            again.make(site.room, changed)
        assert refused.value.code == "experiments.plan_old"
    with pytest.raises(InvalidRequest):
        again.make(site.room, confirmed(plan, name="mine"))
    site.client("sagemaker").add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    with pytest.raises(Conflict) as refused:
        again.make(site.room, confirmed(plan))
    assert refused.value.code == "experiments.plan_old"
    assert site.names() == ["churn"]


def test_what_is_different_today(site: Site) -> None:
    iam, ecr = site.client("iam"), site.client("ecr")
    run = site.run(site.train())
    plan = look(site, run)
    assert [part(plan, name).state for name in ("image", "data", "role")] == ["missing"] * 3
    iam.create_role(RoleName="trains", AssumeRolePolicyDocument="{}")
    ecr.create_repository(repositoryName="train")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {}, "layers": []})
    ecr.put_image(repositoryName="train", imageManifest=manifest, imageTag="v1")
    plan = look(site, run)
    assert part(plan, "role").state == "ok"
    told = site.told("churn")
    calls = Calls(names.of_arn(told["TrainingJobArn"]))
    for seconds, state in ((-5, "differs"), (5, "ok")):
        began = told["CreationTime"] + timedelta(seconds=seconds)
        row = today.image(calls, {**told, "CreationTime": began})
        assert (row.state, "v1 was given to another" in row.text) == (state, state == "differs")


def test_data_that_was_written_since_or_differs_from_the_record(site: Site) -> None:
    s3 = site.client("s3")
    s3.create_bucket(
        Bucket="team-in", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    channel = {
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://team-in/x/"}},
    }
    run = site.run(site.train(InputDataConfig=[channel]))
    assert part(look(site, run), "data").state == "missing"
    s3.put_object(Bucket="team-in", Key="x/a.csv", Body=b"1")
    told = site.told("churn")
    job = names.of_arn(told["TrainingJobArn"])
    before, after = (
        {**told, "CreationTime": told["CreationTime"] + timedelta(seconds=n)} for n in (-5, 5)
    )
    row = today.data(Calls(job), before, [])
    assert (row.state, row.text) == ("differs", NEWER)
    etag = s3.head_object(Bucket="team-in", Key="x/a.csv")["ETag"]
    for recorded, state in ((etag, "ok"), ("older", "differs")):
        source = json.dumps({"uri": "s3://team-in/x/a.csv", "etag": recorded})
        kept = Dataset(name="a", digest="", source=source)
        row = today.data(Calls(job), after, [kept])
        assert (row.state, "has changed since the run" in row.text) == (state, state == "differs")
    site.refuse("s3:List*")
    found = part(look(site, run), "data")
    assert (found.state, found.problem and found.problem.action) == ("unknown", "s3:ListBucket")


def test_a_part_that_may_not_be_looked_at_leaves_the_others(site: Site) -> None:
    run = site.run(site.train())
    actions = ["iam:GetRole", "ecr:DescribeImages", "sagemaker:ListTags", "pricing:GetProducts"]
    site.refuse(*actions)
    plan = look(site, run)
    refused = [one.problem for one in plan.parts if one.problem]
    assert {one.action for one in refused} == {*actions}
    assert all(json.loads(one.statement)["Action"] == one.action for one in refused)
    assert all(one.state == "unknown" for one in plan.parts if one.problem)
    assert plan.per_hour is None and "a price that is not known here" in plan.confirm


def test_starting_that_is_refused_or_throttled(site: Site) -> None:
    plan = look(site, site.run(site.train()))
    site.refuse("sagemaker:CreateTrainingJob")
    problem = again.make(site.room, confirmed(plan)).problem
    assert problem and problem.action == "sagemaker:CreateTrainingJob"
    assert plan.name in json.loads(problem.statement)["Resource"]
    site.refuse("sagemaker:CreateTrainingJob", kind="throttle")
    problem = again.make(site.room, confirmed(plan)).problem
    assert problem and problem.code == "aws.throttled"
    assert site.names() == ["churn"]


def test_a_role_that_may_not_be_passed_is_what_is_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = site.run(site.train())
    iam = site.client("iam")
    iam.create_user(UserName="alice")
    allowed = {"Effect": "Allow", "Action": ["sagemaker:*", "s3:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    hers = aws.Aws(attempts=1)
    monkeypatch.setattr(aws, "default", lambda: hers)
    problem = again.make(site.room, confirmed(look(site, run))).problem
    assert problem and problem.action == "iam:PassRole"
    assert json.loads(problem.statement)["Resource"] == ROLE
    assert site.names() == ["churn"]


def test_a_hostile_description_is_shown_plain_and_sent_whole(site: Site) -> None:
    long = "<script>\u202e" + "v" * 2_000
    plan = look(site, site.run(site.train(HyperParameters={"x": long})))
    assert plan.request_cut and "[U+202E]" in plan.request and "\u202e" not in plan.request
    assert len(plan.request) < 10_000
    again.make(site.room, confirmed(plan))
    assert site.told(plan.name)["HyperParameters"] == {"x": long}


def shape() -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"))
    return model.operation_model("CreateTrainingJob").input_shape


def built(tags: list[dict[str, str]] | None = None, **told: Any) -> dict[str, Any]:
    whole = {**DESCRIPTION, "TrainingJobName": "old", **told}
    return request.build(whole, shape(), name="new", repeats=RUN, tags=tags or [])


def test_only_what_a_new_job_takes_is_asked_for() -> None:
    resources = {**DESCRIPTION["ResourceConfig"], "Newer": 1}
    config = {"ExperimentName": "e", "TrialName": "t", "RunName": "r"}
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    assert built(VpcConfig=vpc)["VpcConfig"] == vpc
    made = built(
        ResourceConfig=resources, ExperimentConfig=config, SecondaryStatus="Completed",
        ModelArtifacts={"S3ModelArtifacts": "s3://x/y"}, Tomorrow={"a": 1}, RetryStrategy=None,
    )  # fmt: skip
    assert made.keys() - {"TrainingJobName", "Tags", "ExperimentConfig"} == DESCRIPTION.keys()
    assert made["ResourceConfig"] == DESCRIPTION["ResourceConfig"]
    assert made["ExperimentConfig"] == {
        "ExperimentName": "e", "TrialName": "t", "TrialComponentDisplayName": "new",
    }  # fmt: skip


def test_tags_and_variables_stay_within_what_aws_takes() -> None:
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(50)]
    assert built(tags)["Tags"] == tags
    ours = [{"Key": "aws:x", "Value": "v"}, {"Key": "smo.repeats", "Value": "older"}]
    assert built(ours)["Tags"] == [{"Key": "smo.repeats", "Value": RUN}]
    most = shape().members["Environment"].metadata.get("max", 48)
    full = {f"V{n}": "x" for n in range(most)}
    assert built(Environment=full)["Environment"] == full


def test_a_description_that_no_request_can_be_made_of_is_refused() -> None:
    with pytest.raises(Conflict) as refused:
        built(RoleArn=None)
    assert refused.value.code == "experiments.job_not_repeatable"


def test_a_run_in_the_new_job_names_the_one_that_it_repeats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = capture.Capture("token", None)  # type: ignore[arg-type]
    monkeypatch.setattr(capture, "current", lambda: found)
    monkeypatch.setenv(record.REPEATS_VARIABLE, RUN)
    assert capture.tags()[record.REPEATS] == RUN
    monkeypatch.delenv(record.REPEATS_VARIABLE)
    assert record.REPEATS not in capture.tags()


@pytest.fixture
def call(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name, value in site.house.rooms.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    return lambda *args, **more: CliRunner().invoke(reproduce, [*args, "--job"], **more)


def test_on_the_command_line(site: Site, call: Callable[..., Result]) -> None:
    arn = site.train()
    site.run(arn)
    for number, named in enumerate(("eager-heron", arn, "churn"), 2):
        done = call(named, "--yes", "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert told["started"]["arn"].endswith(told["plan"]["name"])
        assert len(site.names()) == number


def test_the_command_line_asks_first(
    site: Site, call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = site.train()
    done = call(arn)
    assert (done.exit_code, "Add --yes." in done.output) == (2, True)
    monkeypatch.setattr("sm_onboard.experiments.reproduce.cli.can_ask", lambda: True)
    done = call(arn, input="\n")
    assert done.exit_code == 1 and "This costs money: 2 x ml.m5.large" in done.output
    assert site.names() == ["churn"]
    assert call(arn, input="y\n").exit_code == 0
    assert len(site.names()) == 2
    assert call(arn, "--into", "x").exit_code == 2
    site.refuse("sagemaker:CreateTrainingJob")
    done = call(arn, "--yes")
    assert done.exit_code == 1 and '"Action": "sagemaker:CreateTrainingJob"' in done.output
