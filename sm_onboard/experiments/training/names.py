"""Which training job is meant, and what one that repeats it is called."""

from __future__ import annotations

import re
import secrets
from typing import Final, NamedTuple

from sm_onboard.errors import InvalidRequest, NotFound
from sm_onboard.git.names import shown

LONGEST: Final = 63  # characters of a job's name
NAME: Final = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}", re.ASCII)  # the API's own
_ARN = re.compile(
    r"arn:(aws[a-z-]{0,16}):sagemaker:([a-z]{2,8}(?:-[a-z]{1,16}){1,3}-\d{1,2}):(\d{12})"
    r":([a-z]+)-job/([a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})",
    re.ASCII,
)
_AGAIN = re.compile(r"-again-[0-9a-f]{6}$")


class Job(NamedTuple):
    """A training job; only its name is certain where a person gave no more."""

    name: str
    region: str = ""  # empty: that of the environment
    account: str = ""
    partition: str = "aws"
    arn: str = ""


def of_arn(arn: str) -> Job:
    """The training job with this ARN, which somebody else may have written.

    Raises:
        NotFound: ``experiments.job_none``: it is empty.
        InvalidRequest: ``experiments.job_bad_arn``, ``experiments.job_other_kind``.
    """
    if not arn:
        raise NotFound(
            "experiments.job_none",
            "This run was not in a training job, or that was not recorded.",
        )
    match = _ARN.fullmatch(arn)
    if match is None:
        raise InvalidRequest(
            "experiments.job_bad_arn",
            f"{shown(arn, 200)} is not the ARN of a training job.",
            "It is what the run's tag smo.job says.",
        )
    partition, region, account, kind, name = match.groups()
    if kind != "training":
        raise InvalidRequest(
            "experiments.job_other_kind",
            f"The run was in a {kind} job.",
            "Only training jobs are shown and started again here.",
        )
    return Job(name, region, account, partition, arn)


def new(old: str) -> str:
    """A name for a job that repeats the one with this name; never the same twice."""
    ending = f"-again-{secrets.token_hex(3)}"
    return _AGAIN.sub("", old)[: LONGEST - len(ending)].rstrip("-") + ending


def check_new(name: str, old: str) -> None:
    """Refuses a name that ``new`` would not make.

    Raises:
        InvalidRequest: ``experiments.job_bad_name``.
    """
    ending = _AGAIN.search(name)
    base = _AGAIN.sub("", old)[: LONGEST - len("-again-123456")].rstrip("-")
    if ending is None or not NAME.fullmatch(name) or name != base + ending[0]:
        raise InvalidRequest(
            "experiments.job_bad_name",
            "That is not the name that the plan has.",
            "Choose Start again to see a plan.",
        )
