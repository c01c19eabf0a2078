"""Spaces and apps: what runs, what ran, what could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sm_onboard.demo.sagemaker.organization.past import Past, tagged
from sm_onboard.demo.sagemaker.organization.people import COST_CENTRES

HOUR = 1 / 24  # days


@dataclass(frozen=True)
class Space:
    """A space, and at most one app of its own type in it.

    Attributes:
        owner: the user profile.
        made: days ago.
        size: of its volume in GB.
        instance: what its app runs on.
        team: a tag, with the team's cost centre.
        shared: whether everybody of the domain may use it.
        title: its display name; "": it has none.
        idle: minutes until its app is stopped; 0: as the profile or the domain says.
        runs: days ago that its app was started; None: never of late.
        stopped: days ago that it was stopped again; None: it runs.
        failed: why the app could not start; empty: it could.
        starting: it was started half a minute ago.
    """

    name: str
    owner: str
    made: float
    size: int
    instance: str
    team: str = "churn"
    kind: str = "JupyterLab"
    shared: bool = False
    title: str = ""
    idle: int = 0
    runs: float | None = None
    stopped: float | None = None
    failed: str = ""
    starting: bool = False


_NO_CAPACITY = (
    "InsufficientCapacityException: There is no capacity for ml.p3.2xlarge in the subnets of the "
    "domain."
)
_SCRIPT_FAILED = (
    "ConfigurationError: The lifecycle configuration git-name-2 ended with exit code 128. See the "
    "log group /aws/sagemaker/studio."
)

SPACES = (
    Space("alice-lab", "alice", 110, 100, "ml.m5.xlarge", runs=1.7 * HOUR),
    Space("alice-sweep", "alice", 32, 200, "ml.c5.4xlarge", runs=20 * HOUR, stopped=13 * HOUR),
    Space("tuning-gpu", "alice", 28, 100, "ml.g5.xlarge", kind="CodeEditor", runs=12 * HOUR),
    Space("feature-check", "alice", 21, 20, "ml.t3.medium", kind="CodeEditor",
          runs=22 * HOUR, stopped=18 * HOUR),
    Space("bob-lab", "bob", 109, 50, "ml.m5.2xlarge", runs=1.3 * HOUR, idle=180),
    Space("train-xl", "bob", 25, 250, "ml.g5.2xlarge", runs=1.2 * HOUR, title="Training, large"),
    Space("gpu-friday", "bob", 17, 100, "ml.g5.xlarge", runs=23.5 * HOUR, stopped=15.5 * HOUR),
    Space("old-gpu", "bob", 64, 100, "ml.p3.2xlarge", runs=1.0 * HOUR, failed=_NO_CAPACITY),
    Space("carol-lab", "carol", 108, 50, "ml.t3.medium", runs=19 * HOUR, stopped=11 * HOUR),
    Space("reports-nightly", "carol", 52, 20, "ml.t3.medium", starting=True),
    Space("dave-lab", "dave", 90, 50, "ml.m5.xlarge", "pricing", runs=6.2),
    Space("llm-tuning", "dave", 9, 500, "ml.g5.12xlarge", "pricing", title="LLM, Preise für Öl",
          runs=3.1, idle=10080),
    Space("erin-lab", "erin", 88, 20, "ml.t3.medium", "platform", runs=0.4 * HOUR),
    Space("infra", "erin", 80, 20, "ml.t3.medium", "platform", kind="CodeEditor",
          runs=2.2, failed=_SCRIPT_FAILED),
    Space("ana-lab", "ana", 116, 100, "ml.m5.large", runs=26 * HOUR),
    Space("ben-lab", "ben", 116, 20, "ml.t3.medium"),
    Space("chloe-lab", "chloe", 101, 50, "ml.t3.large", "pricing", runs=0.9 * HOUR),
    Space("chloe-editor", "chloe", 34, 20, "ml.t3.medium", "pricing", kind="CodeEditor"),
    Space("dev-lab", "dev", 99, 20, "ml.t3.medium", "platform"),
    Space("emi-lab", "emi", 70, 50, "ml.t3.large", "pricing", runs=2.6 * HOUR),
    Space("team-board", "alice", 77, 50, "ml.m5.large", shared=True, title="Team board",
          runs=2.1),
    Space("review", "erin", 40, 50, "ml.t3.large", "platform", shared=True, title="Code review"),
    Space("pricing-desk", "chloe", 55, 100, "ml.m5.xlarge", "pricing", shared=True,
          runs=4.5 * HOUR),
)  # fmt: skip

SECURE_SPACES = (
    Space("grace-lab", "grace", 44, 20, "ml.t3.medium", "fraud", runs=0.6 * HOUR),
    Space("heidi-lab", "heidi", 44, 20, "ml.m5.large", "fraud", runs=5.1 * HOUR),
    Space("heidi-editor", "heidi", 30, 10, "ml.t3.medium", "fraud", kind="CodeEditor"),
    Space("cases", "ivan", 41, 100, "ml.m5.large", "fraud", shared=True, title="Cases",
          runs=7 * HOUR, stopped=3 * HOUR),
)  # fmt: skip


@dataclass(frozen=True)
class PersonalApp:
    """An app of a user profile, outside every space.

    Attributes:
        runs: days ago that it was started.
        instance: "": as the domain says.
    """

    person: str
    kind: str
    name: str
    runs: float
    instance: str = ""
    team: str = "churn"


PERSONAL_APPS = (
    PersonalApp("carol", "Canvas", "default", 3.2),
    PersonalApp("alice", "TensorBoard", "tb-churn", 0.9 * HOUR, "ml.t3.medium"),
    PersonalApp("erin", "JupyterServer", "default", 64, team="platform"),
    PersonalApp("erin", "KernelGateway", "datascience-1-0-ml-t3-medium", 64, "ml.t3.medium",
                team="platform"),
)  # fmt: skip


def fill(past: Past, domain: str, secure: str) -> None:
    """Makes the spaces and apps of both domains."""
    for space in SPACES:
        _make(past, domain, space)
    for space in SECURE_SPACES:
        _make(past, secure, space)
    for app in PERSONAL_APPS:
        spec: dict[str, Any] = {"ResourceSpec": {"InstanceType": app.instance}}
        with past.at(app.runs):
            past.call(
                "CreateApp",
                by=app.person,
                DomainId=domain,
                UserProfileName=app.person,
                AppType=app.kind,
                AppName=app.name,
                Tags=tagged(team=app.team, cost_centre=COST_CENTRES[app.team]),
                **(spec if app.instance else {}),
            )


def _make(past: Past, domain: str, space: Space) -> None:
    tags = tagged(team=space.team, cost_centre=COST_CENTRES[space.team])
    member = "JupyterLabAppSettings" if space.kind == "JupyterLab" else "CodeEditorAppSettings"
    settings: dict[str, Any] = {"DefaultResourceSpec": {"InstanceType": space.instance}}
    if space.idle:
        idle = {"IdleSettings": {"IdleTimeoutInMinutes": space.idle}}
        settings["AppLifecycleManagement"] = idle
    with past.at(space.made):
        past.call(
            "CreateSpace",
            by=space.owner,
            DomainId=domain,
            SpaceName=space.name,
            SpaceSettings={
                "AppType": space.kind,
                member: settings,
                "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": space.size}},
            },
            OwnershipSettings={"OwnerUserProfileName": space.owner},
            SpaceSharingSettings={"SharingType": "Shared" if space.shared else "Private"},
            Tags=tags,
            **({"SpaceDisplayName": space.title} if space.title else {}),
        )
    app: dict[str, Any] = {
        "DomainId": domain,
        "SpaceName": space.name,
        "AppType": space.kind,
        "AppName": "default",
    }
    new = {**app, "ResourceSpec": {"InstanceType": space.instance}, "Tags": tags}
    if space.starting:
        with past.under_way(30):
            past.call("CreateApp", by=space.owner, **new)
    if space.runs is not None:
        with past.at(space.runs):
            past.call("CreateApp", by=space.owner, fails=space.failed, **new)
    if space.stopped is not None:
        with past.at(space.stopped):
            past.call("DeleteApp", by=space.owner, **app)
