"""The gate: every request passes it, with a signature and a permission."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sm_onboard.demo.sagemaker.access.conditions import Context
from sm_onboard.demo.sagemaker.access.identities import Credentials, Identities
from sm_onboard.demo.sagemaker.access.policy import Decision, InvalidPolicy, Request, decide
from sm_onboard.demo.sagemaker.access.refusals import QUERY_SERVICES, refusal
from sm_onboard.demo.sagemaker.access.signature import Signed, read, verify
from sm_onboard.demo.sagemaker.call import Caller
from sm_onboard.demo.sagemaker.errors import ServiceError, denied


class Gate:
    """Who calls, and whether they may.

    Args:
        own: the emulator's own credentials; their caller may do everything.
        now: the emulator's time, in seconds since 1970, by which sessions end. Signatures are
            compared with the real time, which clients sign with.
    """

    def __init__(self, own: Credentials, now: Callable[[], float] = time.time) -> None:
        self._identities = Identities(own)
        self._now = now

    def authenticate(self, request: Signed) -> Caller:
        """The caller that the signature proves.

        Raises:
            ServiceError: as the service that is called says it.
        """
        claim = read(request)
        service = request.service or claim.service
        identity = self._identities.find(claim.access_key)
        if identity is None:
            raise refusal("unknown", service)
        verify(request, claim, identity.secret_key)
        if not identity.has_token(claim.token):
            raise refusal("token", service)
        if identity.expires is not None and self._now() >= identity.expires:
            raise refusal("expired", service)
        return identity.caller

    def authorize(
        self,
        caller: Caller,
        action: str,
        resources: Sequence[str] = ("*",),
        context: Context | None = None,
    ) -> None:
        """Lets an allowed action pass.

        Args:
            action: ``sagemaker:CreateApp``.
            resources: all of these must be allowed; ``*`` for an action without a resource.
            context: condition keys of the request; those of the caller and the time are added.

        Raises:
            ServiceError: not allowed, worded as the action's service words it.
        """
        identity = self._identities.find(caller.access_key)
        if identity is None:
            raise refusal("unknown", action.partition(":")[0])
        if identity.everything:
            return
        known = {**self._around(), **(context or {}), **self._identities.context(identity)}
        try:
            permissions = self._identities.permissions(identity)
        except InvalidPolicy as error:
            raise ServiceError("MalformedPolicyDocument", str(error)) from error
        for resource in resources or ("*",):
            decision = decide(permissions, Request(action, resource, known))
            if not decision.allowed:
                raise _denied(caller, action, resource, decision)

    def _around(self) -> dict[str, str | Sequence[str]]:
        now = self._now()
        return {
            "aws:CurrentTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "aws:EpochTime": str(int(now)),
            "aws:SourceIp": "127.0.0.1",
            "aws:SecureTransport": "false",
            "aws:ViaAWSService": "false",
        }


def _denied(caller: Caller, action: str, resource: str, decision: Decision) -> ServiceError:
    error = denied(caller.arn, action, resource, decision.why(action))
    service = action.partition(":")[0]
    if service in QUERY_SERVICES:
        return ServiceError("AccessDenied", error.message, 403)
    if service == "s3":
        quoted = error.message.replace(f"on resource: {resource}", f'on resource: "{resource}"')
        return ServiceError("AccessDenied", quoted, 403)
    if service == "ec2":
        said = f"You are not authorized to perform this operation. {error.message}"
        return ServiceError("UnauthorizedOperation", said, 403)
    return error
