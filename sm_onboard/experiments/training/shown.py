"""The contract of a run's training job.

All texts are somebody else's: plain, cut where they are long. Times are milliseconds since
1970 in UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sm_onboard.domain.models import DomainProblem
from sm_onboard.experiments.run.shown import NamedNumber, NamedText

JobStatus = Literal["running", "finished", "failed", "stopping", "stopped", "unknown"]


class JobChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One input; ``address`` is in S3, else the id of a file system."""

    name: str
    address: str


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What DescribeTrainingJob says; what is unknown is empty or None."""

    name: str
    arn: str
    status: JobStatus
    secondary: str = ""  # as SageMaker calls it: "Downloading"
    failure: str = ""
    instances: str = ""  # "2 x ml.m5.large"
    spot: bool = False
    image: str = ""
    role: str = ""
    created: int | None = None
    started: int | None = None
    ended: int | None = None
    billable: int | None = None  # seconds
    hyperparameters: tuple[NamedText, ...] = ()
    channels: tuple[JobChannel, ...] = ()
    output: str = ""
    model: str = ""  # where the model is, once there is one
    metrics: tuple[NamedNumber, ...] = ()
    cut: int = 0  # that many values more are left out


class RunJob(msgspec.Struct, frozen=True, kw_only=True):
    """The job of a run; either ``job`` or ``problem`` is there."""

    run: str
    arn: str
    job: JobFacts | None = None
    problem: DomainProblem | None = None


class JobLogsAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str  # the page's id
    next: str = ""  # of the page before; empty: from the beginning


class JobLine(msgspec.Struct, frozen=True, kw_only=True):
    stream: int  # which of ``streams``
    time: int
    text: str
    more: bool = False  # it was cut


class JobLogs(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a job's logs.

    ``none_yet``: the job goes on and has written nothing. ``none``: it is over, and there is
    no log. ``expired``: there was one, and CloudWatch has deleted its lines. ``end``: there is
    no more now; ``next`` then gives what is written later.
    """

    state: Literal["lines", "none_yet", "none", "expired", "failed"]
    streams: tuple[str, ...] = ()  # "algo-1-1700000000"
    streams_cut: int = 0
    lines: tuple[JobLine, ...] = ()
    next: str = ""
    end: bool = True
    problem: DomainProblem | None = None


class JobAgainAsked(msgspec.Struct, frozen=True, kw_only=True):
    run: str  # the page's id


class JobAgainConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """What the person saw: the name and the digest of the plan."""

    run: str
    name: str
    digest: str


class JobPart(msgspec.Struct, frozen=True, kw_only=True):
    """How something of today compares with the job."""

    part: Literal["image", "data", "role", "price", "tags"]
    state: Literal["ok", "differs", "missing", "unknown"]
    text: str
    problem: DomainProblem | None = None


class JobPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What would be asked of SageMaker. Nothing was started.

    Attributes:
        name: of the new job. of: of the old one.
        per_hour: USD that its instances cost an hour at most; None: unknown.
        longest: seconds after which SageMaker stops it; None: it does not say.
        confirm: what a person is asked, with what it costs and who pays.
        request: the whole CreateTrainingJob as JSON text; long values are cut in it.
        digest: of the whole request; starting it takes this.
    """

    run: str
    name: str
    of: str
    region: str
    account: str
    instances: str
    per_hour: float | None
    price_source: Literal["api", "table", "none"]
    price_date: str
    longest: int | None
    parts: tuple[JobPart, ...]
    confirm: str
    request: str
    request_cut: bool
    digest: str


class JobAgain(msgspec.Struct, frozen=True, kw_only=True):
    """Either ``plan`` or ``problem``."""

    plan: JobPlan | None = None
    problem: DomainProblem | None = None


class JobStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Either ``arn`` of the new job or ``problem``."""

    name: str
    arn: str = ""
    problem: DomainProblem | None = None
