"""The contract of the domain room: what is asked, answered and shown.

Times are ISO 8601 in UTC. Money is US dollars. What is not known is ``None``, never 0.
"""

from __future__ import annotations

from typing import Literal

import msgspec

PartName = Literal[
    "here",  # this person, space and app
    "settings",  # the domain itself
    "profiles",
    "spaces",
    "apps",
    "others",  # whatever else bills while idle: MLflow, endpoints, notebook instances, clusters
    "prices",
]
"""What is read, and can fail, alone."""


class DomainProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a part, or a feature, is not there.

    Attributes:
        code: ``aws.forbidden``, ``aws.unreachable``, ``aws.boto3_too_old``, …
        action: the IAM action that is missing: ``sagemaker:ListApps``; else empty.
        resource: the ARN it was asked on, or ``*``.
        statement: the IAM statement to ask for, as JSON text; empty when none would help.
        endpoint: the VPC endpoint that is missing: ``aws.sagemaker.eu-west-1.studio``.
    """

    code: str
    message: str
    hint: str = ""
    action: str = ""
    resource: str = ""
    statement: str = ""
    endpoint: str = ""


Problem = DomainProblem  # the document has one name for each struct, and Problem is taken


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How far one part has been read.

    ``idle``: nobody has looked yet. ``loading``: what is there so far can be shown, and more
    comes. ``ready``: all of it. ``partial``: some of it, and ``problem`` says why not more.
    ``failed``: nothing of it. ``not_here``: it makes no sense here, ``problem`` says why.
    """

    name: PartName
    state: Literal["idle", "loading", "ready", "partial", "failed", "not_here"]
    at: str | None = None  # when it was last read to the end
    since: str | None = None  # loading: since when, so that a wait can be told
    calls: int = 0  # of the AWS API, for the last reading
    rows: int = 0
    problem: Problem | None = None
    retry_after: float | None = None  # seconds; throttled: when it is asked again by itself


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What this home lies on."""

    kind: Literal["ebs", "efs", "nfs", "fsx", "local", "unknown"]
    path: str
    used: int | None = None  # bytes
    total: int | None = None  # bytes
    shared_with: str = ""  # "everybody in this space"; empty: nobody


class IdleSetting(msgspec.Struct, frozen=True, kw_only=True):
    """When an app is stopped for being idle, and who says so."""

    enabled: bool | None  # None: not known
    minutes: int | None = None
    source: Literal["space", "profile", "domain", "default_space", "none"] = "none"
    minimum: int | None = None  # minutes that may be chosen
    maximum: int | None = None
    changeable: bool = False  # by this person, for this space
    why_not: str = ""


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What an hour (or a GB-month) costs.

    ``source``: ``api`` the Pricing API; ``table`` the one that is shipped.
    """

    amount: float
    unit: Literal["hour", "gb_month"]
    source: Literal["api", "table"]
    published: str  # the date of the price list
    sample: bool = False  # figures that were collected, not AWS's own list


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the side panel. Outside Studio most of it is None."""

    kind: Literal["studio", "unified", "classic", "elsewhere"]
    person: str | None = None  # the user profile that owns this private space
    space: str | None = None
    shared: bool | None = None
    members: tuple[str, ...] = ()  # of a shared space, as far as they are known
    domain_id: str | None = None
    domain_name: str | None = None
    region: str | None = None
    account: str | None = None
    role: str | None = None  # the execution role's ARN
    app_type: str | None = None
    instance: str | None = None
    started: str | None = None
    price: Price | None = None
    image: str | None = None
    idle: IdleSetting | None = None
    idle_for: int | None = None  # seconds since this app was last used
    idle_known_by: Literal["api", "local", ""] = ""  # /api/idle, or this server's own activity
    storage: Storage | None = None


class CodeSource(msgspec.Struct, frozen=True, kw_only=True):
    """A repository that SageMaker names."""

    url: str
    source: Literal["domain", "default_space", "profile", "space", "code_repository"]
    name: str = ""
    branch: str | None = None
    secret: str | None = None  # ARN in Secrets Manager


class LifecycleConfig(msgspec.Struct, frozen=True, kw_only=True):
    arn: str
    name: str
    app_type: str = ""
    built_in: bool = False  # runs always, before the chosen one
    default: bool = False
    level: Literal["domain", "default_space", "profile", "space"] = "domain"


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """The settings tab."""

    id: str
    name: str
    arn: str
    status: str
    failure: str = ""
    auth: Literal["IAM", "SSO"]
    url: str | None = None
    created: str | None = None
    modified: str | None = None
    network: Literal["PublicInternetOnly", "VpcOnly"] | None = None
    vpc: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    kms_key: str | None = None
    efs: str | None = None  # None: the domain has none
    execution_role: str | None = None
    space_role: str | None = None
    idle: tuple[tuple[str, IdleSetting], ...] = ()  # by app type
    lifecycle: tuple[LifecycleConfig, ...] = ()
    repositories: tuple[CodeSource, ...] = ()
    rstudio: bool = False  # whether the domain has it set up
    landing: str | None = None
    hidden_apps: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    status: str
    created: str
    modified: str
    me: bool = False


class Space(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str  # its display name, or its name
    status: str
    created: str
    modified: str
    app_type: str = ""
    owner: str | None = None
    shared: bool | None = None
    storage_gb: int | None = None
    storage_price: Price | None = None
    remote_access: bool | None = None
    this_one: bool = False


Kind = Literal[
    "app", "tracking_server", "mlflow_app", "notebook_instance", "endpoint", "cluster", "storage"
]
State = Literal["running", "idle", "starting", "stopping", "stopped", "failed", "unknown"]


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the apps tab: something that runs, ran, or bills.

    Attributes:
        id: unique among the rows, safe in a path: what ``stop`` is told.
        name: the space's, profile's or server's name.
        state: ``idle`` only where it is really known.
        status: the API's own word.
        since: when it was created. An app that was started again within 24 hours keeps its
            first time, so this is the earliest it can be.
        up_to: dollars since then, at the list price: an upper bound.
        idle_for: seconds; None: nobody knows.
        stop: ``yes``; ``not_yours`` and the other words say why not.
    """

    id: str
    kind: Kind
    name: str
    app_type: str = ""
    space: str | None = None  # that it runs in
    owner: str | None = None
    shared: bool | None = None
    state: State
    status: str
    failure: str = ""
    instance: str | None = None
    count: int = 1  # instances
    since: str | None = None
    price: Price | None = None
    per_hour: float | None = None
    up_to: float | None = None
    idle_for: int | None = None
    mine: bool = False
    this_one: bool = False
    stop: Literal["yes", "not_yours", "not_running", "this_one", "not_from_here"] = "not_running"
    start: bool = False  # it can be started again from here


class Spender(msgspec.Struct, frozen=True, kw_only=True):
    """What one person, or one space, costs now."""

    name: str
    per_hour: float | None
    idle_per_hour: float | None  # 0: nothing is idle
    unknown: int = 0  # how many of its rows have no price
    storage_month: float | None = None
    rows: int = 0


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """The cost tab: sums of rows whose prices are known, and how many are not."""

    per_hour: float | None
    idle_per_hour: float | None  # 0: nothing is idle
    up_to: float | None
    storage_month: float | None
    running: int
    idle: int
    unknown: int
    people: tuple[Spender, ...] = ()
    spaces: tuple[Spender, ...] = ()
    price_source: Literal["api", "table", "none"] = "none"
    price_date: str | None = None
    price_sample: bool = False
    problem: Problem | None = None  # why it is not the API's


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that can be looked at, outside Studio."""

    id: str
    name: str
    status: str


class DomainState(msgspec.Struct, frozen=True, kw_only=True):
    """What everything else hangs on. The rows are asked for part by part."""

    server: str
    revision: int
    here: Here
    parts: tuple[Part, ...]
    chosen: str | None = None  # the domain that is shown
    choices: tuple[Choice, ...] = ()  # outside Studio: which there are
    cost: Cost | None = None


class Profiles(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    part: Part
    rows: tuple[Profile, ...]


class Spaces(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    part: Part
    rows: tuple[Space, ...]


class Apps(msgspec.Struct, frozen=True, kw_only=True):
    """Apps and whatever else bills."""

    revision: int
    parts: tuple[Part, ...]
    rows: tuple[Running, ...]
    cost: Cost


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    revision: int
    part: Part
    domain: Domain | None


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody looks at: these parts are read, and kept fresh for ``LEASE`` seconds.

    Attributes:
        view: names the window, so that two do not end each other's looking.
        parts: empty: this view is closed, and what only it needed is cancelled.
        refresh: read again what is there already.
        domain: another domain than the one that is shown (outside Studio).
    """

    view: str
    parts: tuple[PartName, ...] = ()
    refresh: bool = False
    domain: str | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows to stop.

    Attributes:
        others: other people's too; otherwise one that is not the person's own is refused.
    """

    ids: tuple[str, ...]
    others: bool = False


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """What came of each."""

    id: str
    stopped: bool
    problem: Problem | None = None


class StopAnswer(msgspec.Struct, frozen=True, kw_only=True):
    results: tuple[Stopped, ...]


class IdleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    minutes: int


Target = Literal[
    "JupyterLab", "CodeEditor", "RStudio", "Canvas", "TensorBoard", "Profiler", "StudioClassic",
    "Studio", "Spaces", "JumpStart", "Clusters", "MLflow",
]  # fmt: skip


class Launchable(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the Launch menu."""

    target: Target
    id: str  # of one of several: a space or an MLflow's ARN, made safe for a path; or "-"
    title: str
    note: str  # "alice-lab, running"; "no licence in this domain"
    how: Literal["presigned", "portal", "none"]
    why_not: str = ""
    warning: str = ""


class LaunchMenu(msgspec.Struct, frozen=True, kw_only=True):
    entries: tuple[Launchable, ...]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes. Presigned ones are good once, and for seconds: never kept.

    ``problem``: why it is the portal, where it should have been presigned.
    """

    url: str
    how: Literal["presigned", "portal"]
    expires_in: int | None = None  # seconds
    problem: Problem | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the doctor."""

    id: str
    title: str
    state: Literal["works", "limited", "fails", "denied", "not_here", "unknown"]
    message: str
    problem: Problem | None = None
    found_by: Literal["simulated", "tried", "looked", ""] = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What works here and what does not."""

    revision: int
    state: Literal["idle", "looking", "done"]
    at: str | None = None
    seconds: float | None = None
    works: int = 0
    checks: tuple[Check, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  # "where you are", in order
    how: str = ""  # how it was found out, one sentence
