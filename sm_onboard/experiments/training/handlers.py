"""The training job of a run over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_onboard.contract import Route

from .shown import (
    JobAgain,
    JobAgainAsked,
    JobAgainConfirmed,
    JobLogs,
    JobLogsAsked,
    JobStarted,
    RunJob,
)

if TYPE_CHECKING:
    from sm_onboard.rooms import Rooms


def job(rooms: Rooms, id: str) -> RunJob:
    from .reading import read

    return read(rooms.experiments, id)


def logs(rooms: Rooms, body: JobLogsAsked) -> JobLogs:
    from .logs import read

    return read(rooms.experiments, body)


def again(rooms: Rooms, body: JobAgainAsked) -> JobAgain:
    from .again import look

    return look(rooms.experiments, body)


def start(rooms: Rooms, body: JobAgainConfirmed) -> JobStarted:
    from .again import make

    return make(rooms.experiments, body)


ROUTES = (
    Route("GET", "experiments/runs/{id}/job", "getRunJob", job,
          "What SageMaker says of the training job that a run was in.", RunJob),
    Route("POST", "experiments/job-logs", "getJobLogs", logs,
          "A page of the logs of a run's training job.", JobLogs, body=JobLogsAsked),
    Route("POST", "experiments/job-again", "planJobAgain", again,
          "What starting a run's training job again would ask of SageMaker; starts nothing.",
          JobAgain, body=JobAgainAsked),
    Route("POST", "experiments/job-again/start", "startJobAgain", start,
          "The person has seen the plan: start exactly this training job. It costs money.",
          JobStarted, body=JobAgainConfirmed),
)  # fmt: skip
