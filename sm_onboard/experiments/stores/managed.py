"""SageMaker's managed MLflow: tracking servers and MLflow Apps, by ARN.

The server that a request is for is named in a header, and the request is signed, by kind:

================  =============================================  ================
kind              endpoint                                       signed for
================  =============================================  ================
tracking server   ``https://REGION.experiments.sagemaker.aws``   sagemaker-mlflow
MLflow App        ``https://mlflow.sagemaker.REGION.app.aws``    sagemaker
================  =============================================  ================

Source: https://github.com/aws/sagemaker-mlflow, whose own client takes the ARN from a setting
of the whole process. Here each store signs for its own, so any number can be open at once.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from sm_onboard import aws
from sm_onboard.errors import InvalidRequest, NotFound, OnboardError
from sm_onboard.experiments.models import Kind

from .artifacts import Artifacts
from .rest import MlflowStore
from .wire import Answer, Wire

_ARN = re.compile(
    r"arn:(?P<partition>aws|aws-us-gov):sagemaker:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d+):\d{12}:"
    r"mlflow-(?P<kind>tracking-server|app)/[A-Za-z0-9][A-Za-z0-9_-]{0,255}"
)
_ROLE = re.compile(r"arn:aws(?:-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
_EARLY = 300.0  # seconds before credentials end that they are got anew
_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z*]{1,60})")
_SAID = re.compile(
    r"\b([A-Z][A-Za-z]{4,60}(?:Exception|Token|Id|Expired|Signature)|SignatureDoesNotMatch)\b"
)


class _Way(NamedTuple):
    """How a kind of server is reached."""

    kind: Kind
    endpoint: str
    service: str
    header: str


_WAYS = {
    "tracking-server": _Way(
        "tracking_server",
        "https://{region}.experiments.sagemaker.aws",
        "sagemaker-mlflow",
        "x-mlflow-sm-tracking-server-arn",
    ),
    "app": _Way(
        "app", "https://mlflow.sagemaker.{region}.app.aws", "sagemaker", "x-sm-mlflow-app-arn"
    ),
}


class ManagedStore(MlflowStore):
    """A tracking server or MLflow App.

    Args:
        arn: ``arn:aws:sagemaker:REGION:ACCOUNT:mlflow-tracking-server/NAME`` or
            ``…:mlflow-app/ID``.
        environ: AWS's own variables for MLflow are honoured: SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT, and
            SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN for a server of another account.
        clients: whose credentials sign; also reads artifacts in S3.

    Raises:
        InvalidRequest: ``experiments.store_kind`` for another ARN, ``experiments.store_role`` for a
            role that is none.
    """

    def __init__(
        self,
        arn: str,
        *,
        environ: Mapping[str, str] = os.environ,
        clients: aws.Aws | None = None,
    ) -> None:
        named = _ARN.fullmatch(arn)
        if named is None:
            raise InvalidRequest(
                "experiments.store_kind",
                "That is not the ARN of an MLflow tracking server or MLflow App.",
                "Copy the ARN from Studio, or from: aws sagemaker list-mlflow-tracking-servers",
            )
        self._way = _WAYS[named["kind"]]
        own = environ.get("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", "").rstrip("/")
        base = own or self._way.endpoint.format(region=named["region"])
        clients = clients or aws.default()
        role = environ.get("SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN", "")
        identity = _Assumed(role, clients, named["region"]) if role else clients
        sign = _Signer(self._way, arn, named["region"], identity)
        super().__init__(self._way.kind, arn, Wire(base, arn, sign), Artifacts(clients))

    def _refused(self, answer: Answer, said: dict[str, Any], name: str) -> OnboardError:
        words = self._wire.words(said.get("message") or said.get("Message") or "")
        refused = super()._refused(answer, said, name)
        if isinstance(refused, NotFound) and self.uri in words:
            return NotFound(
                "experiments.store_missing",
                f"{self.uri} does not exist.",
                "It may have been deleted. Check the name, the region and the account in it.",
            )
        if answer.status not in (401, 403):
            return refused
        from botocore.exceptions import ClientError

        app = self._way.kind == "app"
        action = "sagemaker:CallMlflowAppApi" if app else f"sagemaker-mlflow:{name}"
        told = _ACTION.search(words)
        code = _code(answer, words)
        # As the error that boto3 would raise, so that it is told as those of every other call.
        error = ClientError({"Error": {"Code": code, "Message": words}}, name)
        translated = aws.translate(error, told[1] if told else action, self.uri)
        if translated is None:
            return refused
        translated.__cause__ = error
        return translated


class _Assumed:
    """The credentials of another role, got anew shortly before they end. Thread-safe."""

    def __init__(self, role: str, clients: aws.Aws, region: str) -> None:
        if _ROLE.fullmatch(role) is None:
            raise InvalidRequest(
                "experiments.store_role",
                "SAGEMAKER_MLFLOW_ASSUME_ROLE_ARN does not hold the ARN of a role.",
                "Set it to arn:aws:iam::ACCOUNT:role/NAME, or unset it.",
            )
        self._role, self._clients, self._region = role, clients, region
        self._lock = threading.Lock()
        self._held: Any = None
        self._until = 0.0

    def credentials(self) -> Any:
        """As ``Aws.credentials``; raises OnboardError, those of ``aws.errors``."""
        from botocore.credentials import ReadOnlyCredentials

        with self._lock:
            if time.time() > self._until - _EARLY:
                client = self._clients.client("sts", self._region)
                with aws.errors("sts:AssumeRole", self._role):
                    told = client.assume_role(RoleArn=self._role, RoleSessionName="sm-onboard")
                key = told["Credentials"]
                self._held = ReadOnlyCredentials(
                    key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]
                )
                self._until = key["Expiration"].timestamp()
            return self._held


class _Signer:
    """Signs requests for one server, with the credentials as they are at that moment."""

    def __init__(self, way: _Way, arn: str, region: str, identity: aws.Aws | _Assumed) -> None:
        self._way, self._arn, self._region, self._identity = way, arn, region, identity

    def __call__(self, request: Any) -> None:
        from botocore.auth import SigV4Auth

        request.headers[self._way.header] = self._arn
        request.headers["X-Amz-Content-SHA256"] = sha256(request.data or b"").hexdigest()
        # The endpoint takes this one away before it looks at the signature.
        del request.headers["Connection"]
        credentials = self._identity.credentials()
        SigV4Auth(credentials, self._way.service, self._region).add_auth(request)


def _code(answer: Answer, words: str) -> str:
    """AWS's code for a refusal: from the header that its services use, else from its words."""
    code = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    if re.fullmatch("[A-Za-z]{3,64}", code):
        return code
    found = _SAID.match(words)
    if found:
        return found[1]
    return "SignatureDoesNotMatch" if "signature" in words.lower() else "AccessDeniedException"
