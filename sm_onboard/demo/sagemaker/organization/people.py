"""Who belongs to the sample organization.

Ana, Ben, Chloé, Dev and Emi are those whose commits the sample repositories hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A user profile.

    Attributes:
        name: of the profile.
        joined: days ago.
        team: a tag of all that is theirs; so is the team's cost centre.
        role: the execution role of their own; "": the domain's.
        instance: what their JupyterLab runs on by default; "": as the domain says.
        idle: minutes until it is stopped; 0: as the domain says.
        repositories: more of them, besides the domain's.
        failed: why the profile could not be made; "": it could.
    """

    name: str
    joined: float
    team: str
    role: str = ""
    instance: str = ""
    idle: int = 0
    repositories: tuple[str, ...] = ()
    failed: str = ""


COST_CENTRES = {"churn": "4711", "pricing": "4712", "platform": "4700", "fraud": "4801"}

PEOPLE = (
    Person("alice", 118, "churn", role="acme-ds-alice", repositories=("experiments",)),
    Person("bob", 117, "churn", role="acme-ds-bob", instance="ml.m5.2xlarge", idle=180),
    Person("carol", 117, "churn", role="acme-ds-carol"),
    Person("dave", 96, "pricing", idle=1440),
    Person("erin", 90, "platform", role="acme-lead"),
    Person("ana", 118, "churn"),
    Person("ben", 118, "churn"),
    Person("chloe", 112, "pricing"),
    Person("dev", 110, "platform"),
    Person("emi", 71, "pricing", instance="ml.t3.large"),
    Person("audit", 60, "platform", role="acme-auditor"),
    Person(
        "frank",
        2.2,
        "pricing",
        failed="The execution role acme-ds-frank cannot be assumed by sagemaker.amazonaws.com.",
    ),
)

SECURE_PEOPLE = (
    Person("grace", 45, "fraud"),
    Person("heidi", 45, "fraud"),
    Person("ivan", 44, "fraud", idle=60),
    Person("judy", 12, "fraud"),
)
