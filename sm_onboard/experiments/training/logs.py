"""The logs of a training job: CloudWatch's streams that begin with its name, as one list."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Final

import msgspec

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.service import ExperimentsService
from sm_onboard.plain_text import printed

from .calls import GROUP, Calls
from .reading import job_of, line
from .shown import JobLine, JobLogs, JobLogsAsked

PAGE: Final = 500  # lines
TEXT: Final = 2_000  # characters of a line
STREAMS: Final = 50  # one answer of DescribeLogStreams; FilterLogEvents takes 100
_SEEN: Final = 500  # ids of lines that ``next`` names
_EMPTY: Final = 5  # pages without a line in one answer: CloudWatch searches piece by piece
_LONGEST: Final = 50_000  # characters of ``next``
_OVER = ("Completed", "Failed", "Stopped")


_Moment = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class _Next(msgspec.Struct, frozen=True):
    """Where reading goes on: inside of a list, or after its end.

    Attributes:
        token: CloudWatch's; empty after the end.
        start: ms from which on lines were asked for; the token is good for this alone.
        since: ms of the newest line so far.
        seen: ids of the lines of that moment, which were shown.
    """

    token: str = ""
    start: _Moment = 0
    since: _Moment = 0
    seen: tuple[str, ...] = ()


def read(room: ExperimentsService, asked: JobLogsAsked) -> JobLogs:
    """A page of the logs of a run's job. Blocks.

    Raises:
        InvalidRequest: ``experiments.logs_bad_next``.
        OnboardError: as ``job_of``; what CloudWatch refuses is in the answer.
    """
    at = _decoded(asked.next)
    job, _ = job_of(room, asked.run)
    return page(Calls(job), at)


def page(calls: Calls, at: _Next | None = None) -> JobLogs:
    """The same for a job; what is refused is in the answer."""
    action = "logs:DescribeLogStreams"
    at = at or _Next()
    try:
        names, cut = _streams(calls)
        if not names:
            action = "sagemaker:DescribeTrainingJob"
            return JobLogs(state="none" if _over(calls) else "none_yet")
        action = "logs:FilterLogEvents"
        events, token = _events(calls, names, at)
        if not events and not token and not at.since:
            action = "sagemaker:DescribeTrainingJob"
            return JobLogs(state="expired" if _over(calls) else "none_yet")
    except OnboardError as error:
        resource = calls.log_group() if action.startswith("logs:") else ""
        return JobLogs(state="failed", problem=calls.problem(error, action, resource))
    return JobLogs(
        state="lines",
        streams=tuple(line(name.partition("/")[2]) for name in names),
        streams_cut=cut,
        lines=tuple(_line(event, names) for event in events),
        next=_encoded(_after(at, events, token)),
        end=not token,
    )


def _streams(calls: Calls) -> tuple[list[str], int]:
    """Names of the job's streams, and 1 where there are more."""
    client = calls.client("logs")
    try:
        with aws.errors("logs:DescribeLogStreams", GROUP):
            told = client.describe_log_streams(
                logGroupName=GROUP, logStreamNamePrefix=f"{calls.job.name}/", limit=STREAMS
            )
    except NotFound:  # no job of this account has ever written
        return [], 0
    return [one["logStreamName"] for one in told["logStreams"]], int("nextToken" in told)


def _events(calls: Calls, names: list[str], at: _Next) -> tuple[list[dict[str, Any]], str]:
    client, token = calls.client("logs"), at.token
    since = {"startTime": at.start} if at.start else {}
    for _ in range(_EMPTY):
        more = {"nextToken": token} if token else {}
        with aws.errors("logs:FilterLogEvents", GROUP):
            told = client.filter_log_events(
                logGroupName=GROUP, logStreamNames=names, limit=PAGE, **since, **more
            )
        events = [one for one in told.get("events") or () if one.get("eventId") not in at.seen]
        following = told.get("nextToken") or ""
        if events or not following or following == token:
            return events, "" if following == token else following
        token = following
    return [], token


def _after(at: _Next, events: list[dict[str, Any]], token: str) -> _Next:
    newest = max([at.since, *(one["timestamp"] for one in events)])
    seen = {one["eventId"] for one in events if one["timestamp"] == newest}
    if newest == at.since:
        seen |= set(at.seen)
    # The lines of the last moment come again: more of that moment may be written yet.
    return _Next(token, at.start if token else newest, newest, tuple(sorted(seen)[:_SEEN]))


def _line(event: dict[str, Any], names: list[str]) -> JobLine:
    text, more = printed(str(event.get("message", "")), TEXT)
    return JobLine(
        stream=names.index(event["logStreamName"]), time=event["timestamp"], text=text, more=more
    )


def _over(calls: Calls) -> bool:
    return calls.describe().get("TrainingJobStatus") in _OVER


def _encoded(at: _Next) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(at)).decode()


def _decoded(text: str) -> _Next:
    if not text:
        return _Next()
    try:
        if len(text) > _LONGEST:
            raise ValueError
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=_Next)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise InvalidRequest(
            "experiments.logs_bad_next",
            "These logs cannot be gone on with.",
            "Show the logs from the beginning.",
        ) from None
