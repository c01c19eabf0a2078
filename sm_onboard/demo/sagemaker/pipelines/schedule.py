"""When each step of an execution is in which state: worked out from what is known at its start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.pipelines.definition import Definition, Step

ASSUMPTIONS = (
    Assumption("StartPipelineExecution", "a step is Starting for 2 s"),
    Assumption(
        "StartPipelineExecution",
        "after a step has failed no other begins; those that run come to their end, then the "
        "execution is Failed",
    ),
    Assumption(
        "StartPipelineExecution",
        "a step that needs one which the conditions leave out is left out too; what is left out "
        "is not listed",
    ),
    Assumption(
        "StopPipelineExecution",
        "steps that run are Stopping for 30 s; Lambda steps come to their end; a callback step "
        "waits for its answer",
        "botocore's model: StopPipelineExecution (Lambda and callback)",
    ),
    Assumption(
        "RetryPipelineExecution",
        "steps that succeeded are kept, those that failed or were stopped begin again and count "
        "one more attempt",
    ),
)

STARTING_SECONDS = 2.0
STOPPING_SECONDS = 30.0


@dataclass(frozen=True)
class Work:
    """What executing a step comes to.

    Attributes:
        seconds: of real life, without Starting; infinite for one that waits to be answered.
        reason: why it fails; empty: it succeeds.
        cached: the ARN of the execution whose result can be used; empty: none.
        outcome: a condition's.
    """

    seconds: float
    reason: str = ""
    cached: str = ""
    outcome: bool | None = None


@dataclass(frozen=True)
class StepRun:
    """One step's way through an execution; times in seconds since 1970.

    Attributes:
        stopping: when it begins to stop; infinite: it does not.
        ends: infinite while it waits to be answered.
        result: Succeeded, Failed or Stopped.
        cached, reused: the ARN of the execution whose result is used, by the cache or because
            only selected steps run.
    """

    name: str
    starts: float
    executes: float
    ends: float
    result: str = "Succeeded"
    stopping: float = math.inf
    reason: str = ""
    attempt: int = 1
    outcome: bool | None = None
    cached: str = ""
    reused: str = ""

    def status(self, now: float) -> str:
        """``StepStatus``; "" before it starts."""
        if now < self.starts:
            return ""
        if now >= self.ends:
            return self.result
        if now >= self.stopping:
            return "Stopping"
        return "Executing" if now >= self.executes else "Starting"


@dataclass
class Round:
    """One go at a definition: the start, or a retry.

    Attributes:
        begins: seconds since 1970.
        parallel: how many steps may run at once; None: any number.
        kept: what earlier rounds, or another execution, have done already.
        attempts: how often each step was begun before.
        stopped: when it was stopped; infinite: it was not.
        answers: when a step was ended from outside, and why it failed; empty: it succeeded.
    """

    begins: float
    parallel: int | None = None
    kept: Mapping[str, StepRun] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    stopped: float = math.inf
    answers: dict[str, tuple[float, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """All that happens in a round, if nobody interferes."""

    runs: Mapping[str, StepRun]
    result: str
    ends: float


class _Going:
    """The round as it is played through."""

    def __init__(
        self,
        definition: Definition,
        turn: Round,
        work: Callable[[Step, Mapping[str, StepRun]], Work],
        lasts: Callable[[float], float],
    ) -> None:
        self.steps = definition.steps
        self.turn = turn
        self.work = work
        self.lasts = lasts
        self.now = turn.begins
        self.runs: dict[str, StepRun] = dict(turn.kept)
        self.running: list[str] = []
        self.failed = False

    def play(self) -> Plan:
        while True:
            if not self.failed:
                self._begin_what_can()
            if not self.running:
                break
            soonest = min(self.runs[name].ends for name in self.running)
            if self.turn.stopped < soonest or math.isinf(soonest):
                break
            self.now = soonest
            for name in [n for n in self.running if self.runs[n].ends == soonest]:
                self.running.remove(name)
                self.failed |= self.runs[name].result == "Failed"
        if not math.isinf(self.turn.stopped):
            return self._stop()
        if self.running:
            return Plan(self.runs, "Executing", math.inf)
        return Plan(self.runs, "Failed" if self.failed else "Succeeded", self.now)

    def _begin_what_can(self) -> None:
        for name, step in self.steps.items():
            if self.turn.parallel is not None and len(self.running) >= self.turn.parallel:
                return
            if name not in self.runs and self._may_begin(step):
                self.runs[name] = self._run(step)
                self.running.append(name)

    def _may_begin(self, step: Step) -> bool:
        if self.now >= self.turn.stopped or not all(self._succeeded(need) for need in step.needs):
            return False
        return step.branch is None or self.runs[step.branch[0]].outcome is step.branch[1]

    def _succeeded(self, name: str) -> bool:
        run = self.runs.get(name)
        return run is not None and run.ends <= self.now and run.result == "Succeeded"

    def _run(self, step: Step) -> StepRun:
        work = self.work(step, self.runs)
        executes = self.now + self.lasts(STARTING_SECONDS)
        ends = executes + self.lasts(work.seconds)
        reason = work.reason
        if step.name in self.turn.answers:
            ends, reason = self.turn.answers[step.name]
        return StepRun(
            step.name,
            self.now,
            executes,
            ends,
            "Failed" if reason else "Succeeded",
            reason=reason,
            attempt=self.turn.attempts.get(step.name, 0) + 1,
            outcome=work.outcome,
            cached=work.cached,
        )

    def _stop(self) -> Plan:
        stopped = self.turn.stopped
        ends = stopped
        for name in self.running:
            run, kind = self.runs[name], self.steps[name].type
            over = run.ends
            if kind not in ("Callback", "Lambda"):
                over = min(over, stopped + self.lasts(STOPPING_SECONDS))
            result = run.result if kind == "Lambda" else "Stopped"
            self.runs[name] = replace(
                run, ends=over, stopping=stopped, result=result,
                reason=run.reason if result == "Failed" else "",
            )  # fmt: skip
            ends = max(ends, over)
        return Plan(self.runs, "Stopped", ends)


def planned(
    definition: Definition,
    turn: Round,
    work: Callable[[Step, Mapping[str, StepRun]], Work],
    lasts: Callable[[float], float],
) -> Plan:
    """Plays a round through.

    Args:
        work: what a step comes to, given what has run before it.
        lasts: how many seconds of the clock some of real life take.
    """
    return _Going(definition, turn, work, lasts).play()
