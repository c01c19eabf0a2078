"""Makes one line of the report from what IAM said and what was tried."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sm_onboard.domain.models import Check, Problem
from sm_onboard.domain.problems import statement

from .features import Feature, Need
from .simulate import Decision
from .subject import Subject

_SHARED = "In a shared space nobody is its owner, so nothing here counts as yours."
_OUTSIDE = "This is not a space of SageMaker Studio."
_WHOSE = "It is not known whose space this is."
_DOMAIN_ONLY = "It is not known which domain this is."


@dataclass(frozen=True)
class Verdict:
    """What is known of one permission.

    Attributes:
        state: ``silent`` no answer came in time; ``failed`` the call failed for another reason
            than a permission; ``unknown`` IAM could not be asked, and trying would change
            something; ``elsewhere`` there is no such resource here.
    """

    need: Need
    state: Literal[
        "works", "denied", "depends", "too_old", "failed", "silent", "unknown", "elsewhere"
    ]
    found_by: Literal["simulated", "tried", "looked", ""] = ""
    problem: Problem | None = None


def verdict(
    need: Need, subject: Subject, said: Decision | None, tried: Problem | None, worked: bool
) -> Verdict:
    """What was tried counts for more than what IAM says: only a call meets the organization's
    policies and those of endpoints.

    Args:
        said: IAM's answer; None: it was not asked, or did not answer.
        tried: why the call did not work; None: it did, or there was none.
        worked: whether it did.
    """
    if subject.resource(need, example=False) is None:
        return Verdict(need, "elsewhere")
    if worked:
        return Verdict(need, "works", "tried")
    agrees = said is not None and said.state in ("denied", "explicit")
    if tried is not None:
        if tried.code == "aws.forbidden":
            return Verdict(need, "denied", "simulated" if agrees else "tried", tried)
        if tried.code == "aws.boto3_too_old":
            return Verdict(need, "too_old", "tried", tried)
        if not agrees:
            return Verdict(need, "failed", "tried", tried)
    if said is None:
        return Verdict(need, "unknown")
    if said.state == "allowed":
        return Verdict(need, "works", "simulated")
    if said.state == "depends":
        keys = ", ".join(said.missing)
        message = f"Whether your role may call {need.action} hangs on {keys}."
        problem = Problem(code="domain.depends", message=message, action=need.action)
        return Verdict(need, "depends", "simulated", problem)
    resource = subject.resource(need, example=False) or "*"
    return Verdict(need, "denied", "simulated", _denied(need, resource, said.state == "explicit"))


def _denied(need: Need, resource: str, explicit: bool) -> Problem:
    on = "" if resource == "*" else f" on {resource}"
    message = f"Your role may not call {need.action}{on}."
    if explicit:
        return Problem(
            code="aws.forbidden",
            message=message,
            hint="A policy denies it, which no statement overrides: ask your administrator.",
            action=need.action,
            resource=resource,
        )
    return Problem(
        code="aws.forbidden",
        message=message,
        hint="Send the statement to whoever looks after your role.",
        action=need.action,
        resource=resource,
        statement=statement(need.action, resource),
    )


def check(feature: Feature, subject: Subject, verdicts: Sequence[Verdict]) -> Check:
    """One line of the report."""
    by: Mapping[str, list[Verdict]] = {
        state: [v for v in verdicts if v.state == state]
        for state in ("denied", "too_old", "failed", "silent", "depends", "unknown", "works")
    }
    found_by = _found_by(verdicts)

    def line(state: str, message: str, problem: Problem | None = None) -> Check:
        return Check(
            id=feature.id,
            title=feature.title,
            state=state,  # type: ignore[arg-type]
            message=message,
            problem=problem,
            found_by=found_by if state not in ("not_here", "unknown") else "",
        )

    outside = _not_here(feature, subject)
    if outside:
        return line("not_here", outside)
    if feature.where == "private" and "me" not in subject.names:
        return line("unknown", _WHOSE)
    if by["denied"]:
        lacking = dict.fromkeys(v.need.lacking for v in by["denied"])
        said = " ".join(subject.says(sentence) for sentence in lacking)
        problem = _together([v.problem for v in by["denied"] if v.problem])
        return line("limited" if feature.limited else "denied", said, problem)
    if by["failed"] or by["silent"]:
        problem = (by["failed"] + by["silent"])[0].problem
        return line("fails", problem.message if problem else "", problem)
    if by["too_old"]:
        problem = by["too_old"][0].problem
        said = f"{problem.message if problem else ''} {feature.too_old}".strip()
        return line("limited", said, problem)
    if by["depends"]:
        problem = by["depends"][0].problem
        return line("limited", problem.message if problem else "", problem)
    if by["works"]:
        return line("works", subject.says(feature.works))
    if by["unknown"]:
        return line("unknown", "Not tried, because it would change something or sign you in.")
    return line("not_here", _DOMAIN_ONLY)


def _not_here(feature: Feature, subject: Subject) -> str:
    """Why a feature makes no sense in this place; empty where it does."""
    names = subject.names
    if feature.where == "laptop":
        return "Studio knows its own domain." if "space" in names else ""
    if feature.where in ("space", "private") and "space" not in names:
        return _OUTSIDE
    if feature.where == "private" and subject.shared:
        return _SHARED
    if feature.id == "open" and subject.sso:
        return "This domain uses IAM Identity Center: apps open through its portal."
    if feature.id == "secrets" and not feature.needs:
        return "No repository names a secret."
    return ""


def _found_by(verdicts: Sequence[Verdict]) -> Literal["simulated", "tried", "looked", ""]:
    """How the worst was found: that is what the line is about."""
    for state in ("denied", "failed", "silent", "too_old", "depends", "works"):
        for v in verdicts:
            if v.state == state and v.found_by:
                return v.found_by
    return ""


def _together(problems: Sequence[Problem]) -> Problem | None:
    """Several missing permissions as one thing to ask for."""
    if len(problems) < 2:
        return problems[0] if problems else None
    statements = [json.loads(p.statement) for p in problems if p.statement]
    same: dict[str, dict[str, object]] = {}
    for told in statements:  # two resources of one action are one statement
        there = same.setdefault(told["Action"], {**told, "Resource": []})
        resources = there["Resource"]
        assert isinstance(resources, list)
        resources.append(told["Resource"])
    merged = [
        {**told, "Resource": r[0] if isinstance(r := told["Resource"], list) and len(r) == 1 else r}
        for told in same.values()
    ]
    shown = merged[0] if len(merged) == 1 else merged
    return Problem(
        code=problems[0].code,
        message=" ".join(p.message for p in problems),
        hint=problems[0].hint,
        action=", ".join(dict.fromkeys(p.action for p in problems)),
        resource=", ".join(dict.fromkeys(p.resource for p in problems)),
        statement=json.dumps(shown, indent=2) if statements else "",
    )
