"""Why a store cannot be read, with the permission to ask for where one is missing."""

from __future__ import annotations

import re

from sm_onboard.aws import Refusal
from sm_onboard.domain.models import DomainProblem
from sm_onboard.domain.problems import Where, problem
from sm_onboard.errors import OnboardError

_ACTION = re.compile(r"to perform: ([\w-]+:\w+)")  # as IAM words a refusal


def problem_of(error: OnboardError) -> DomainProblem:
    """An error of a store; the same shape as the domain's, so that both are shown alike."""
    named = refused_action(error)
    if error.code == "aws.forbidden" and named:
        return problem(error, Where(), named)
    return DomainProblem(code=error.code, message=error.message, hint=error.hint)


def refused_action(error: OnboardError) -> str:
    """The action that IAM says is missing; empty where it does not say."""
    named = _ACTION.search(Refusal.of(error.__cause__).message)
    return named[1] if named else ""
