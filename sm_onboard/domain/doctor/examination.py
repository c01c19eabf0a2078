"""One examination: who is here, what IAM says, what the calls say."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from concurrent.futures import wait as wait_for
from dataclasses import replace
from typing import Any

import msgspec

from sm_onboard.domain import idle
from sm_onboard.domain.client import Cancelled, Client, Task
from sm_onboard.domain.known import Known
from sm_onboard.domain.models import Check, Problem
from sm_onboard.errors import OnboardError

from .features import FEATURES, Feature, Need, secrets, stores
from .judging import Verdict, check, verdict
from .simulate import Asked, Decision, simulate
from .subject import subject
from .trying import Attempt, Attempts

WHO = 3.0  # seconds to find out who is here
WHAT = 5.0  # seconds to find out what works: the room's limit of calls a second holds here too
HOPELESS = 1.0  # seconds for that, where nobody answered before
_ASK_IAM = "ask_iam"


class Examination:
    """Looks once.

    Args:
        known: what is known of the domain already.
        pool: where calls are made.

    Attributes:
        known: with what was found out on the way.
        subject: who and where; complete after ``run``.
        how: how it was found out, in a sentence or two.
    """

    def __init__(self, client: Client, known: Known, pool: Executor) -> None:
        self.known = known
        self.subject = subject(known, None, "")
        self.how = ""
        self._client = client
        self._pool = pool
        self._attempts = Attempts(client, pool)
        self._decisions: dict[Asked, Decision] = {}
        self._iam: Problem | None = None
        self._patience = WHAT

    def cancel(self) -> None:
        self._attempts.cancelled.set()

    def run(
        self, published: str, secret_ids: tuple[str, ...], buckets: Mapping[str, str]
    ) -> list[Check]:
        """All checks of AWS, in the order of the table. Blocks for some seconds at most.

        Args:
            published: the date of the shipped price table.
            secret_ids: the secrets that repositories name.
            buckets: where links keep snapshots, by alias: ``bucket/prefix``.
        """
        try:
            credentials, caller = self._who()
            self.subject = subject(self.known, caller, published)
            arns = tuple(dict.fromkeys(self._secret(id) for id in secret_ids))
            features = (*FEATURES, secrets(arns))
            if buckets:
                s3 = f"arn:{self.subject.where.partition}:s3:::"
                features += (stores({alias: s3 + path for alias, path in buckets.items()}),)
            asking = self._ask_iam(features) if caller else None
            tried = self._try(features)
            if asking is not None:
                wait_for([asking], HOPELESS)  # it had as long as all the others
                self._iam = self._iam or (None if asking.done() else _iam_silent())
            checks = [self._check(f, tried.get(f.id)) for f in features]
            return [credentials, *checks, self._boto3(features)]
        finally:
            self.cancel()

    # Who is here

    def _who(self) -> tuple[Check, str | None]:
        place, known = self.known.place, self.known
        caller = self._attempts.begin(
            "GetCallerIdentity",
            service="sts",
            told=lambda error: self._client.problem(error, "sts:GetCallerIdentity"),
            parameters={},
        )
        domain = {"DomainId": known.chosen}
        asked: dict[str, Attempt] = {}
        if place.space and place.domain_id == known.chosen and known.space is None:
            asked["space"] = self._describe(
                "DescribeSpace",
                f"space/{place.domain_id}/{place.space}",
                {**domain, "SpaceName": place.space},
            )
        if known.chosen and known.domain is None:
            asked["domain"] = self._describe("DescribeDomain", f"domain/{known.chosen}", domain)
        self._attempts.wait([caller, *asked.values()], WHO)
        if not any(attempt.ended for attempt in (caller, *asked.values())):
            self._patience = HOPELESS
        region = known.region or place.region
        if region is None:
            try:
                region = self._client.region()
            except OnboardError:
                region = None
        self.known = replace(
            known,
            region=region,
            space=asked["space"].answer if "space" in asked else known.space,
            domain=asked["domain"].answer if "domain" in asked else known.domain,
        )
        arn = str((caller.answer or {}).get("Arn") or "") or None
        return self._credentials(caller, arn), arn

    def _describe(self, operation: str, resource: str, parameters: dict[str, Any]) -> Attempt:
        return self._attempts.begin(
            operation,
            told=lambda error: self._client.problem(error, operation, resource),
            parameters=parameters,
        )

    def _credentials(self, caller: Attempt, arn: str | None) -> Check:
        title = "Credentials"
        if arn is not None:
            name = arn.rpartition(":")[2]
            return Check(
                id="credentials", title=title, state="works", message=name, found_by="tried"
            )
        problem = caller.problem or self._attempts.silent(caller, "sts", WHO)
        return Check(
            id="credentials",
            title=title,
            state="fails",
            message=problem.message,
            problem=problem,
            found_by="tried",
        )

    # What IAM says

    def _ask_iam(self, features: tuple[Feature, ...]) -> Future[None] | None:
        role = self.subject.names.get("role")
        if role is None:
            self._iam = Problem(
                code="domain.no_role",
                message="The credentials are not those of a role or user, so IAM has nothing to "
                "say about them.",
            )
            return None
        asked = {
            (need.simulated, resource, need.owned)
            for feature in features
            for need in feature.needs
            if feature.id != _ASK_IAM
            and (resource := self.subject.resource(need, example=True)) is not None
        }
        task = Task(cancelled=self._attempts.cancelled)

        def ask() -> None:
            try:
                self._decisions = simulate(self._client, task, role, asked, self.subject.context)
            except OnboardError as error:
                self._iam = self._client.problem(error, "iam:SimulatePrincipalPolicy")
            except Cancelled:
                pass

        return self._pool.submit(ask)

    def _said(self, need: Need) -> Decision | None:
        resource = self.subject.resource(need, example=True)
        if resource is None:
            return None
        return self._decisions.get((need.simulated, resource, need.owned))

    # What the calls say

    def _try(self, features: tuple[Feature, ...]) -> dict[str, list[Attempt | None]]:
        """For each feature's id, an attempt for each of its needs that can be tried."""
        at_studio = "space" in self.subject.names
        tried = {
            feature.id: [self._attempts.need(need, self.subject) for need in feature.needs]
            for feature in features
            if not (feature.where == "laptop" and at_studio)
        }
        self._attempts.wait([one for some in tried.values() for one in some], self._patience)
        return tried

    def _check(self, feature: Feature, tried: list[Attempt | None] | None) -> Check:
        attempts = tried or [None] * len(feature.needs)
        verdicts = [
            self._verdict(need, attempt)
            for need, attempt in zip(feature.needs, attempts, strict=True)
        ]
        if feature.id == "idle" and (told := self._no_idle_settings()):
            problem = msgspec.structs.replace(_too_old("idle settings"), message=told)
            verdicts = [Verdict(feature.needs[0], "too_old", "looked", problem)]
        if feature.id == _ASK_IAM:
            verdicts = [self._of_iam(feature.needs[0])]
        return check(feature, self.subject, verdicts)

    def _verdict(self, need: Need, attempt: Attempt | None) -> Verdict:
        said = self._said(need)
        if not self._knows(need):
            return Verdict(need, "too_old", "looked", _too_old(need.operation))
        if attempt is None:
            return verdict(need, self.subject, said, None, False)
        if not attempt.ended:
            service = need.service or need.action.partition(":")[0]
            problem = self._attempts.silent(attempt, service, self._patience)
            return Verdict(need, "silent", "tried", problem)
        return verdict(need, self.subject, said, attempt.problem, attempt.answer is not None)

    def _of_iam(self, need: Need) -> Verdict:
        problem = self._iam
        if problem is None and self._decisions:
            self.how = (
                "IAM was asked what your role may do (SimulatePrincipalPolicy), and what only "
                "reads was tried. Nothing was changed and nothing was started."
            )
            return Verdict(need, "works", "tried")
        self.how = (
            "Your role may not ask IAM what it may do (SimulatePrincipalPolicy): what only reads "
            "was tried, and what would change something was not."
            if problem is not None and problem.code == "aws.forbidden"
            else "IAM did not say what your role may do: what only reads was tried, and what "
            "would change something was not."
        )
        if problem is None:
            return Verdict(need, "unknown")
        if problem.code == "aws.forbidden":
            return Verdict(need, "denied", "tried", problem)
        return Verdict(need, "failed", "tried", problem)

    # boto3

    def _boto3(self, features: tuple[Feature, ...]) -> Check:
        import boto3

        lacking = [
            need.operation
            for feature in features
            for need in feature.needs
            if not self._knows(need)
        ]
        known = f"boto3 {boto3.__version__}"
        if not lacking:
            return Check(
                id="boto3", title="boto3", state="works",
                message=f"{known} knows every operation", found_by="looked",
            )  # fmt: skip
        names = ", ".join(dict.fromkeys(lacking))
        return Check(
            id="boto3",
            title="boto3",
            state="limited",
            message=f"{known} of this image does not know {names}. A newer image has a newer one.",
            problem=_too_old(names),
            found_by="looked",
        )

    def _no_idle_settings(self) -> str:
        try:
            return idle.too_old(self._client)
        except OnboardError:
            return ""  # there can be no client at all, which is told elsewhere

    def _knows(self, need: Need) -> bool:
        if not need.called or not need.action.startswith("sagemaker:"):
            return True
        try:
            return self._client.supports(need.operation, need.service or "sagemaker")
        except OnboardError:
            return True  # there can be no client at all, which is told elsewhere

    def _secret(self, id: str) -> str:
        """The ARN of a secret; six characters of it are Secrets Manager's own."""
        if id.startswith("arn:"):
            return id
        where = self.subject.where
        region, account = where.region or "*", where.account or "*"
        return f"arn:{where.partition}:secretsmanager:{region}:{account}:secret:{id}-??????"


def _too_old(operations: str) -> Problem:
    import boto3

    return Problem(
        code="aws.boto3_too_old",
        message=f"boto3 {boto3.__version__} does not know {operations}.",
        hint="A newer SageMaker image has a newer boto3: choose one for the space.",
    )


def _iam_silent() -> Problem:
    return Problem(
        code="aws.unreachable",
        message="IAM did not answer.",
        hint="In a VPC without internet IAM is out of reach in most regions.",
    )
