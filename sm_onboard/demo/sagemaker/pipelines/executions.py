"""Executions: what is when, what their steps make, how they are stopped and tried again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sm_onboard.demo.sagemaker.call import Call
from sm_onboard.demo.sagemaker.engine.crud import describe
from sm_onboard.demo.sagemaker.engine.family import Family, Values
from sm_onboard.demo.sagemaker.engine.life import Life
from sm_onboard.demo.sagemaker.engine.store import Record, Region
from sm_onboard.demo.sagemaker.engine.usercontext import user_context
from sm_onboard.demo.sagemaker.families import jobs
from sm_onboard.demo.sagemaker.pipelines import cache, steps
from sm_onboard.demo.sagemaker.pipelines.definition import Definition, Step, named_step
from sm_onboard.demo.sagemaker.pipelines.expressions import UNKNOWN, all_hold
from sm_onboard.demo.sagemaker.pipelines.schedule import Plan, Round, StepRun, Work, planned


@dataclass
class Execution:
    """What is known of an execution besides its record.

    Attributes:
        text: the definition as it was when the execution began.
        parameters: all of them, with defaults, by name.
        rounds: the start and every retry.
        fails: why a step is to fail, by its name.
        outcomes: what a condition is to come to, by the step's name.
        seconds: how long a step's work is to take, by its name.
        made: the record of what a step made, by its name and attempt.
        tokens: the name and attempt of the callback step that a token answers.
    """

    region: Region
    record: Record
    text: str
    definition: Definition
    parameters: Mapping[str, Any]
    rounds: list[Round]
    fails: Mapping[str, str] = field(default_factory=dict)
    outcomes: dict[str, bool] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    made: dict[tuple[str, int], Record] = field(default_factory=dict)
    tokens: dict[str, tuple[str, int]] = field(default_factory=dict)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        self.follow()

    @property
    def turn(self) -> Round:
        return self.rounds[-1]

    @property
    def pipeline_arn(self) -> str:
        return self.record.arn.split("/execution/")[0]

    @property
    def id(self) -> str:
        return self.record.arn.rsplit("/", 1)[-1]

    def follow(self) -> None:
        """Works out anew what happens when; to be called after anything has changed."""
        self.plan = planned(self.definition, self.turn, self._work, self.region.lasts)
        for name, run in self.plan.runs.items():
            step = self.definition.steps[name]
            if name in self.turn.kept:
                continue
            if step.type in steps.MAKES:
                self.region.at(run.executes, partial(self._make, step, run.attempt))
            if step.type == "Condition" and name not in self.outcomes:
                self.region.at(run.starts, partial(self._judge, step))
        self._be()

    def _be(self) -> None:
        begun, plan = self.turn.begins, self.plan
        stages: list[tuple[str, float]] = [("Executing", 0.0)]
        if math.isinf(plan.ends):
            stages[0] = ("Executing", self.turn.stopped - begun)
            if not math.isinf(self.turn.stopped):
                stages.append(("Stopping", 0.0))
        else:
            over = plan.ends
            if not math.isinf(self.turn.stopped):
                over = self.turn.stopped
                stages.append(("Stopping", plan.ends - over))
            stages[0] = ("Executing", over - begun)
            stages.append((plan.result, 0.0))
        self.record.timeline.follow(tuple(stages), begun)
        self.record.reason = (
            "Step failure: One or multiple steps failed." if plan.result == "Failed" else ""
        )

    def runs(self, now: float) -> list[StepRun]:
        """The steps that have begun, in the order in which they did."""
        begun = [run for run in self.plan.runs.values() if run.starts <= now]
        return sorted(begun, key=lambda run: run.starts)

    def stop(self) -> None:
        """Stops it now, and the jobs of its steps."""
        now = self.region.now()
        for run in self.runs(now):
            if run.ends > now and (run.name, run.attempt) in self.made:
                record = self.made[run.name, run.attempt]
                if record.family in jobs.FAMILIES:
                    jobs.stop(self.region, record, now)
        self.turn.stopped = now
        self.follow()

    def retry(self, parallel: int | None) -> None:
        """Begins again what failed or was stopped."""
        runs = self.plan.runs
        kept = {name: run for name, run in runs.items() if run.result == "Succeeded"}
        attempts = {name: run.attempt for name, run in runs.items()}
        self.fails = {}
        self.rounds.append(Round(self.region.now(), parallel, kept, attempts))
        self.follow()

    def answer(self, step: str, reason: str) -> None:
        """Ends a callback step now.

        Args:
            reason: why it failed; empty: it succeeded.
        """
        self.turn.answers[step] = (self.region.now(), reason)
        self.follow()

    def fail_step(self, step: str, reason: str) -> None:
        """Has a step fail: now if it executes, else half-way once it does.

        Raises:
            KeyError: there is no such step.
        """
        name = self.definition.steps[step].name
        run, now = self.plan.runs.get(name), self.region.now()
        if run is not None and run.status(now) == "Executing":
            record = self.made.get((name, run.attempt))
            if record is not None and record.family in jobs.FAMILIES:
                jobs.fail(self.region, record, now, reason)
            self.turn.answers[name] = (now, reason)
        else:
            self.fails = {**self.fails, name: reason}
        self.follow()

    def record_of(self, run: StepRun) -> Record | None:
        """What a step made, here or where its result was taken from."""
        source: Execution | None = self.region.rooms["executions"].get(run.cached or run.reused)
        if source is None:
            return self.made.get((run.name, run.attempt))
        return source.record_of(source.plan.runs[run.name])

    def token(self, name: str, attempt: int) -> str:
        """The token that answers a callback step."""
        for token, place in self.tokens.items():
            if place == (name, attempt):
                return token
        token = self.region.world.id(10)
        self.tokens[token] = (name, attempt)
        return token

    def look(self, reference: str) -> Any:
        """What a reference means, as far as it is known now."""
        kind, _, rest = reference.partition(".")
        if kind == "Parameters":
            return self.parameters[rest]
        if kind == "Execution":
            return self._variables().get(rest, UNKNOWN)
        name = named_step(reference)
        run = self.plan.runs.get(name) if hasattr(self, "plan") else None
        record = self.record_of(run) if run else None
        if record is None:
            return UNKNOWN
        path = rest.partition(".")[2]
        return steps.member(describe(self.region, record), path)

    def _variables(self) -> dict[str, str]:
        begun = datetime.fromtimestamp(self.rounds[0].begins, timezone.utc).isoformat()
        return {
            "PipelineName": self.record.values["PipelineName"],
            "PipelineArn": self.pipeline_arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": self.record.arn,
            "PipelineExecutionDisplayName": self.record.values["PipelineExecutionDisplayName"],
            "StartDateTime": begun,
            "CurrentDateTime": begun,
        }

    def _work(self, step: Step, before: Mapping[str, StepRun]) -> Work:
        reason = self.fails.get(step.name, "")
        if step.type == "Condition":
            outcome = self.outcomes.get(step.name)
            if outcome is None:
                outcome = all_hold(step.arguments["Conditions"], self.look) is not False
            return Work(steps.SECONDS["Condition"], reason, outcome=outcome)
        if not reason:
            cached = cache.hit(self, step, before)
            if cached:
                return Work(0.0, cached=cached)
        return steps.work(self, step, reason)

    def _make(self, step: Step, attempt: int) -> None:
        run = self.plan.runs.get(step.name)
        place = (step.name, attempt)
        if run is None or run.attempt != attempt or place in self.made or run.cached:
            return
        if step.name in self.turn.answers:
            return
        if run.executes <= run.ends and run.executes < run.stopping:
            try:
                made = steps.make(self, step, run)
            except steps.Refused as refusal:
                self.turn.answers[step.name] = (run.executes, str(refusal))
                self.follow()
                return
            if made is not None:
                self.made[place] = made
                hooks = self.region.rooms.setdefault("when jobs are stopped", {})
                hooks[made.arn] = partial(self._job_stopped, step.name, run.attempt)

    def _judge(self, step: Step) -> None:
        """Works out a condition once it is reached, when more is known than at the start."""
        if step.name in self.outcomes:
            return
        outcome = all_hold(step.arguments["Conditions"], self.look) is not False
        self.outcomes[step.name] = outcome
        run = self.plan.runs.get(step.name)
        if run is not None and run.outcome is not outcome:
            self.follow()

    def _job_stopped(self, name: str, attempt: int, at: float) -> None:
        run = self.plan.runs.get(name)
        if run is not None and run.attempt == attempt and at < run.ends:
            self.turn.answers[name] = (at, "The job of the step was stopped.")
            self.follow()


def of(region: Region, record: Record) -> Execution:
    execution: Execution = region.rooms["executions"][record.arn]
    return execution


def listed(execution: Execution) -> list[dict[str, str]]:
    return [
        {"Name": name, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
        for name, value in execution.parameters.items()
    ]


def _change(region: Region, call: Call, record: Record, changes: Values) -> None:
    changes["LastModifiedBy"] = user_context(region, call.caller)


def _view(region: Region, record: Record) -> Values:
    failed = record.status(region.now()) == "Failed"
    return {
        "PipelineParameters": listed(of(region, record)),
        "PipelineExecutionFailureReason": record.reason if failed else None,
    }


EXECUTION = Family(
    "PipelineExecution",
    "PipelineExecutions",
    "Pipeline execution",
    key=("PipelineExecutionArn",),
    arn="",
    by_arn=True,
    life=Life("PipelineExecutionStatus"),
    view=_view,
    change=_change,
    order="Descending",
    without=frozenset({"create", "delete", "list"}),
)
