"""The one place that makes boto3 sessions and clients.

boto3 is imported at the first call, never with this module: importing it costs some
hundred milliseconds that the start of JupyterLab must not pay. The image's boto3 is used
as it is (1.34 and later) and never upgraded: newer operations are detected with
``supports`` and their absence is an error that says so.

Errors of botocore become ``OnboardError``s inside ``errors()``:

===========================  ==============  =============================================
code                         class           when
===========================  ==============  =============================================
aws.forbidden                Forbidden       the role may not call this action on this
aws.no_credentials           Forbidden       there are no AWS credentials at all
aws.credentials_expired      Forbidden       the credentials' time is over
aws.credentials_refused      Forbidden       AWS does not know or accept the credentials
aws.not_found                NotFound        there is no such resource
aws.throttled                Unreachable     AWS asked to be called less often
aws.unreachable              Unreachable     no answer: no way out of the VPC, no endpoint
aws.no_region                ConfigError     no region is set
aws.boto3_too_old            Conflict        this boto3 does not know the operation
aws.failed                   Unreachable     everything else; the message names AWS's code
===========================  ==============  =============================================
"""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sm_onboard.errors import (
    ConfigError,
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    OnboardError,
)
from sm_onboard.errors import Unreachable as UnreachableError

CONNECT_TIMEOUT = 3  # seconds; a VPC without the endpoint drops packets silently
READ_TIMEOUT = 10  # seconds
ATTEMPTS = 3  # in all, by botocore's "standard" retries
CONNECTIONS = 16  # for one client; threads share clients

S3_LIMIT = 1024 * 1024  # bytes; a team file is a few thousand

_FORBIDDEN = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
    "AuthorizationErrorException", "NotAuthorized", "403", "Forbidden",
}  # fmt: skip
_EXPIRED = {
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
}  # fmt: skip
_REFUSED = {
    "InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException",
    "SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken", "AuthFailure",
    "IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
}  # fmt: skip
_MISSING = {
    "ResourceNotFoundException", "ResourceNotFound", "NoSuchKey", "NoSuchBucket", "404",
    "NotFound", "NotFoundException",
}  # fmt: skip
_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
    "RequestLimitExceeded", "SlowDown", "RequestThrottled",
}  # fmt: skip


class Aws:
    """Sessions and clients of one profile, shared by all threads.

    Args:
        region: used where a call names none; None leaves it to the environment
            (``AWS_REGION``, ``AWS_DEFAULT_REGION``) and to AWS's own configuration files.
        profile: a profile of ``~/.aws/config``; None is boto3's usual search, which ends
            at the space's execution role.
        read_timeout: seconds without a byte.
        attempts: how often a call is made in all.
    """

    def __init__(
        self,
        region: str | None = None,
        profile: str | None = None,
        *,
        read_timeout: float = READ_TIMEOUT,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._region = region
        self._profile = profile
        self._read_timeout = read_timeout
        self._attempts = attempts
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """A client with short timeouts; the same one for the same service and region.

        Raises:
            OnboardError: ``aws.no_region``, ``aws.boto3_too_old`` for a service that this
                boto3 lacks, ``aws.no_credentials`` for a profile that does not exist.
        """
        key = (service, region)
        with self._lock:  # making sessions and clients is not thread-safe, using clients is
            if key not in self._clients:
                self._clients[key] = self._make(service, region)
            return self._clients[key]

    def credentials(self) -> Any:
        """The credentials as they are now: ``access_key``, ``secret_key``, ``token``.

        Raises:
            OnboardError: ``aws.no_credentials``, ``aws.credentials_expired``, ``aws.unreachable``.
        """
        with errors("sts:GetCallerIdentity"):
            with self._lock:
                found = self._made_session().get_credentials()
            if found is None:
                raise _no_credentials()
            return found.get_frozen_credentials()

    def _made_session(self) -> Any:
        if self._session is None:
            import boto3

            # Studio sets AWS_REGION; botocore reads only AWS_DEFAULT_REGION.
            region = self._region or os.environ.get("AWS_REGION") or None
            self._session = boto3.session.Session(region_name=region, profile_name=self._profile)
        return self._session

    def _make(self, service: str, region: str | None) -> Any:
        from botocore.config import Config
        from botocore.exceptions import UnknownServiceError

        config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=self._read_timeout,
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            max_pool_connections=CONNECTIONS,
            user_agent_extra="sm-onboard",
        )
        with errors(f"{service}:*"):
            try:
                return self._made_session().client(service, region_name=region, config=config)
            except UnknownServiceError as error:
                raise _too_old(service) from error


@functools.cache
def default() -> Aws:
    """The one that everything shares which was handed no other."""
    return Aws()


def supports(client: Any, operation: str) -> bool:
    """Whether this boto3 knows an operation, by its API name: ``ListMlflowApps``."""
    return operation in client.meta.service_model.operation_names


def require(client: Any, operation: str) -> None:
    """Raises OnboardError ``aws.boto3_too_old`` where this boto3 does not know an operation."""
    if not supports(client, operation):
        raise _too_old(operation)


def s3_address(url: str) -> tuple[str, str]:
    """``s3://bucket/key`` as (bucket, key).

    Raises:
        InvalidRequest: ``aws.bad_s3_address``.
    """
    match = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^\x00-\x1f\x7f]{1,1024})", url)
    if match is None or match[2].endswith("/"):
        raise InvalidRequest(
            "aws.bad_s3_address",
            "That is not the address of one S3 object.",
            "Write s3://BUCKET/KEY, for example s3://acme-studio/onboard.yaml.",
        )
    return match[1], match[2]


def read_s3(url: str, *, limit: int = S3_LIMIT, aws: Aws | None = None) -> bytes:
    """The bytes of one S3 object.

    Args:
        url: ``s3://bucket/key``.
        limit: largest size in bytes; one byte more is never kept in memory.

    Raises:
        OnboardError: ``aws.bad_s3_address``, ``aws.s3_too_large``, and those of ``errors()``.
    """
    bucket, key = s3_address(url)
    client = (aws or default()).client("s3")
    with errors("s3:GetObject", url):
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        try:
            content: bytes = body.read(limit + 1)
        finally:
            body.close()
    if len(content) > limit:
        raise InvalidRequest(
            "aws.s3_too_large",
            f"{url} is larger than {limit // 1024} KiB.",
            "Check that it is the file you mean.",
        )
    return content


@contextmanager
def errors(action: str, resource: str = "") -> Iterator[None]:
    """Turns botocore's errors inside the block into ``OnboardError``s.

    Args:
        action: the IAM action, ``secretsmanager:GetSecretValue``; named in the message.
        resource: what it was called on, as people know it; may be empty.
    """
    try:
        yield
    except OnboardError:
        raise
    except Exception as error:
        raised = translate(error, action, resource)
        if raised is None:
            raise
        raise raised from error


def translate(error: Exception, action: str, resource: str = "") -> OnboardError | None:
    """The OnboardError for an error of botocore's; None for anything else."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        return _answered(error, action, resource)
    if isinstance(error, (boto.NoCredentialsError, boto.PartialCredentialsError)):
        return _no_credentials()
    if isinstance(error, boto.ProfileNotFound):
        return Forbidden(
            "aws.no_credentials",
            "The AWS profile that is configured does not exist.",
            "Check AWS_PROFILE and ~/.aws/config.",
        )
    if isinstance(error, (boto.TokenRetrievalError, boto.UnauthorizedSSOTokenError)):
        return _expired()
    if isinstance(error, (boto.CredentialRetrievalError, boto.MetadataRetrievalError)):
        return Forbidden(
            "aws.no_credentials",
            "The AWS credentials of this space could not be fetched.",
            "Restart the space. If that does not help, ask your administrator.",
        )
    if isinstance(error, boto.NoRegionError):
        return ConfigError(
            "aws.no_region", "No AWS region is set.", "Set AWS_REGION, for example to eu-west-1."
        )
    if isinstance(error, (boto.HTTPClientError, boto.ConnectionError)):
        service = action.partition(":")[0]
        return UnreachableError(
            "aws.unreachable",
            f"The AWS service {service} did not answer.",
            "In a VPC without internet it needs a VPC endpoint for this service: "
            "ask your administrator.",
        )
    if isinstance(error, boto.BotoCoreError):
        return UnreachableError(
            "aws.failed", f"{action} failed: {type(error).__name__}.", "The log says more."
        )
    return None


@dataclass(frozen=True)
class Refusal:
    """What a ClientError carries: AWS's code and its words."""

    code: str
    message: str

    @classmethod
    def of(cls, error: BaseException | None) -> Refusal:
        """Empty for anything that is not a ClientError."""
        answer = getattr(error, "response", None)
        details = answer.get("Error", {}) if isinstance(answer, dict) else {}
        return cls(str(details.get("Code", "")), str(details.get("Message", "")))


def _answered(error: Exception, action: str, resource: str) -> OnboardError:
    code = Refusal.of(error).code
    on = f" on {resource}" if resource else ""
    if code in _FORBIDDEN:
        return Forbidden(
            "aws.forbidden",
            f"This space's role may not call {action}{on}.",
            f"Ask your administrator to allow {action}{on}.",
        )
    if code in _EXPIRED:
        return _expired()
    if code in _REFUSED:
        return Forbidden(
            "aws.credentials_refused",
            f"AWS refused the credentials ({code}).",
            "Restart the space, or sign in again.",
        )
    if code in _MISSING:
        return NotFound(
            "aws.not_found",
            f"{resource or 'What was asked for'} does not exist in this account and region.",
            "Check its name and region.",
        )
    if code in _THROTTLED:
        return UnreachableError(
            "aws.throttled", f"AWS limits how often {action} is called.", "Try again in a minute."
        )
    return UnreachableError(
        "aws.failed", f"{action}{on} failed: {code or 'no code'}.", "The log says more."
    )


def _no_credentials() -> Forbidden:
    return Forbidden(
        "aws.no_credentials",
        "There are no AWS credentials here.",
        "In Studio the space's role provides them. Elsewhere, run: aws configure",
    )


def _expired() -> Forbidden:
    return Forbidden(
        "aws.credentials_expired",
        "The AWS credentials have expired.",
        "Sign in again, or restart the space.",
    )


def _too_old(what: str) -> Conflict:
    import boto3

    return Conflict(
        "aws.boto3_too_old",
        f"boto3 {boto3.__version__} does not know {what}.",
        "A newer SageMaker image has a newer boto3: choose one for the space.",
    )
