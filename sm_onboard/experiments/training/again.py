"""Starting a job again: what would be asked, once confirmed asked exactly so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sm_onboard import aws
from sm_onboard.domain.client import Cancelled, Client, Task
from sm_onboard.domain.pricing import Prices
from sm_onboard.errors import Conflict, InvalidRequest, OnboardError
from sm_onboard.experiments import record
from sm_onboard.experiments.models import Dataset, Run
from sm_onboard.experiments.service import ExperimentsService

from . import names, request, today
from .calls import Calls
from .names import Job
from .reading import clusters, instances, line
from .shown import JobAgain, JobAgainAsked, JobAgainConfirmed, JobPart, JobPlan, JobStarted


class Source:
    """A job, and the run that it was; the run is None where a job was named by itself."""

    def __init__(self, job: Job, run: Run | None, clients: aws.Aws | None = None) -> None:
        self.calls = Calls(job, clients)
        self.datasets: Sequence[Dataset] = run.datasets if run else ()
        # SageMaker makes a trial component of every job, and calls it this.
        self.repeats = run.id if run else f"{job.name}-aws-training-job".lower()


def source_of(room: ExperimentsService, id: str) -> Source:
    """Of the run with the page's id. May block.

    Raises:
        OnboardError: those of the store and of ``names.of_arn``.
    """
    found = room.find(id)
    run = found.store.run(found.run)
    return Source(names.of_arn(run.tags.get(record.JOB, "")), run)


def look(room: ExperimentsService, asked: JobAgainAsked) -> JobAgain:
    """What would be asked of SageMaker, and what is different today. Starts nothing. Blocks.

    Raises:
        OnboardError: as ``source_of``; what AWS refuses is in the answer.
    """
    return plan(source_of(room, asked.run), asked.run)


def make(room: ExperimentsService, confirmed: JobAgainConfirmed) -> JobStarted:
    """Starts the job that a person has seen the plan of. Blocks.

    Raises:
        Conflict: ``experiments.plan_old``: it would be another request than was shown.
        OnboardError: as ``source_of``, ``names.check_new``; what AWS refuses is in the answer.
    """
    source = source_of(room, confirmed.run)
    return start(source, confirmed.name, confirmed.digest)


def plan(source: Source, run: str) -> JobAgain:
    """The same for a job; ``run`` is what the answer calls it."""
    calls = source.calls
    try:
        told = calls.describe()
    except OnboardError as error:
        return JobAgain(problem=calls.problem(error, "sagemaker:DescribeTrainingJob"))
    old = names.of_arn(told["TrainingJobArn"])
    calls.job = old
    name = names.new(old.name)
    tags, tags_part = _tags(calls, old)
    try:
        made = _request(source, told, name, tags)
    except OnboardError as error:
        return JobAgain(problem=calls.problem(error, "sagemaker:CreateTrainingJob"))
    per_hour, price_source, published, price = _price(calls, told)
    text, cut = request.shown(made)
    longest = (told.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds")
    kinds = instances(told.get("ResourceConfig") or {})
    parts = (
        today.image(calls, told),
        today.data(calls, told, source.datasets),
        today.role(calls, told),
        price,
        tags_part,
    )
    return JobAgain(
        plan=JobPlan(
            run=run,
            name=name,
            of=old.name,
            region=old.region,
            account=old.account,
            instances=kinds,
            per_hour=per_hour,
            price_source=price_source,
            price_date=published,
            longest=longest,
            parts=parts,
            confirm=_confirm(kinds, per_hour, longest, old.account),
            request=text,
            request_cut=cut,
            digest=request.digest(made, old.region, old.account),
        )
    )


def start(source: Source, name: str, digest: str) -> JobStarted:
    """CreateTrainingJob with exactly the request of this digest."""
    calls = source.calls
    action = "sagemaker:DescribeTrainingJob"
    try:
        told = calls.describe()
        old = names.of_arn(told["TrainingJobArn"])
        calls.job = old
        names.check_new(name, old.name)
        made = _request(source, told, name, _tags(calls, old)[0])
        if request.digest(made, old.region, old.account) != digest:
            raise Conflict(
                "experiments.plan_old",
                "The job would not be the one that you were shown.",
                "Look at it again, then confirm it.",
            )
        action = "sagemaker:CreateTrainingJob"
        # Once: an answer that was lost is no reason to have two jobs, nor is the name free then.
        with aws.errors(action, name):
            arn = calls.client("sagemaker").create_training_job(**made)["TrainingJobArn"]
    except (Conflict, InvalidRequest):
        raise
    except OnboardError as error:
        if aws.Refusal.of(error.__cause__).code == "ResourceInUse":
            raise Conflict(
                "experiments.job_started",
                f"The job {name} was started already.",
                "Choose Start again to start one more.",
            ) from error
        resource = _arn(calls.job, name) if action.endswith("CreateTrainingJob") else ""
        return JobStarted(name=name, problem=calls.problem(error, action, resource))
    return JobStarted(name=name, arn=line(arn, 2_048))


def _request(
    source: Source, told: Mapping[str, Any], name: str, tags: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    model = source.calls.client("sagemaker").meta.service_model
    shape = model.operation_model("CreateTrainingJob").input_shape
    return request.build(told, shape, name=name, repeats=source.repeats, tags=tags)


def _tags(calls: Calls, old: Job) -> tuple[list[dict[str, str]], JobPart]:
    """The old job's tags: who pays is often told by them."""
    try:
        found = calls.tags(old.arn)
    except OnboardError as error:
        problem = calls.problem(error, "sagemaker:ListTags")
        text = "The tags of the old job are not known, so the new one has none of them."
        return [], JobPart(part="tags", state="unknown", text=text, problem=problem)
    own = sorted(line(tag["Key"], 128) for tag in found if not tag["Key"].startswith("aws:"))
    text = f"Carried over: {', '.join(own[:10])}." if own else "The old job has none."
    return found, JobPart(part="tags", state="ok", text=text)


def _price(
    calls: Calls, told: Mapping[str, Any]
) -> tuple[float | None, Literal["api", "table", "none"], str, JobPart]:
    """What an hour costs at most: on demand, also where spot instances cost less."""
    job, wanted = calls.job, clusters(told.get("ResourceConfig") or {})
    prices = Prices(Client(calls.clients), job.partition)
    problem = None
    task = Task()
    # A person waits: a list of prices that is throttled is not waited for.
    task.waiting = lambda pause: task.cancelled.set() if pause else None
    try:
        if missing := prices.missing(job.region, [kind for kind, _ in wanted]):
            prices.read(task, job.region, missing)
    except OnboardError as error:
        problem = calls.problem(error, "pricing:GetProducts", "*")
    except Cancelled:
        pass
    found = [(prices.hourly(job.region, "Training", kind), count) for kind, count in wanted]
    known = [(price, count) for price, count in found if price]
    if not known or len(known) < len(found):
        text = "What it costs an hour is not known here."
        part = JobPart(part="price", state="unknown", text=text, problem=problem)
        return None, "none", "", part
    per_hour = round(sum(price.amount * count for price, count in known), 6)
    first = known[0][0]
    spot = " Spot instances usually cost less." if told.get("EnableManagedSpotTraining") else ""
    sample = " Collected figures, not AWS's own list." if any(p.sample for p, _ in known) else ""
    text = f"Up to ${per_hour:.2f} / h, by the prices of {_day(first.published)}.{sample}{spot}"
    return per_hour, first.source, first.published, JobPart(part="price", state="ok", text=text)


def _confirm(kinds: str, per_hour: float | None, longest: int | None, account: str) -> str:
    price = "a price that is not known here" if per_hour is None else f"up to ${per_hour:.2f} / h"
    most = "" if longest is None else f", for {_duration(longest)} at most"
    what = kinds or "instances that SageMaker chooses"
    return f"This costs money: {what} at {price}{most}. Account {account} pays."


def _day(published: str) -> str:
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return "an unknown day"
    return f"{day.day} {day:%b %Y}"


def _duration(seconds: int) -> str:
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds / 60:.3g} min"


def _arn(job: Job, name: str) -> str:
    return f"arn:{job.partition}:sagemaker:{job.region}:{job.account}:training-job/{name}"
