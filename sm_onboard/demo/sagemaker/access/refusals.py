"""How each kind of service says that it does not accept a signature.

Services that speak JSON, those that speak the query protocol, EC2 and S3 have codes of their own
for the same refusal; boto3 shows them as they are.
"""

from __future__ import annotations

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.errors import ServiceError

QUERY_SERVICES = frozenset(
    {"autoscaling", "cloudformation", "cloudwatch", "elasticloadbalancing", "iam", "monitoring"}
    | {"rds", "redshift", "ses", "sns", "sts"}
)

_NOT_MATCHING = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your {what} and signing method."
)
_DOCUMENTATION = " Consult the service documentation for details."
_INVALID = "The security token included in the request is invalid."
_EC2_FAILURE = ("AuthFailure", 401, "AWS was not able to validate the provided access credentials")

_JSON = {
    "missing": ("MissingAuthenticationTokenException", 403, "Missing Authentication Token"),
    "incomplete": ("IncompleteSignatureException", 400, ""),
    "unknown": ("UnrecognizedClientException", 400, _INVALID),
    "token": ("UnrecognizedClientException", 400, _INVALID),
    "signature": (
        "InvalidSignatureException",
        400,
        _NOT_MATCHING.format(what="AWS Secret Access Key") + _DOCUMENTATION,
    ),
    "skewed": ("InvalidSignatureException", 400, ""),
    "region": ("InvalidSignatureException", 400, ""),
    "expired": (
        "ExpiredTokenException",
        400,
        "The security token included in the request is expired",
    ),
}
_BY_QUERY = {
    "missing": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    "incomplete": ("IncompleteSignature", 400, ""),
    "unknown": ("InvalidClientTokenId", 403, _INVALID),
    "token": ("InvalidClientTokenId", 403, _INVALID),
    "signature": ("SignatureDoesNotMatch", 403, _JSON["signature"][2]),
    "skewed": ("SignatureDoesNotMatch", 403, ""),
    "region": ("SignatureDoesNotMatch", 403, ""),
    "expired": ("ExpiredToken", 403, _JSON["expired"][2]),
}
_EC2 = {
    "missing": ("AuthFailure", 401, _EC2_FAILURE[2]),
    "incomplete": _EC2_FAILURE,
    "unknown": _EC2_FAILURE,
    "token": _EC2_FAILURE,
    "signature": _EC2_FAILURE,
    "region": _EC2_FAILURE,
    "skewed": ("RequestExpired", 400, "Request has expired."),
    "expired": ("RequestExpired", 400, "Request has expired."),
}
_S3 = {
    "missing": ("AccessDenied", 403, "Access Denied"),
    "incomplete": ("AuthorizationHeaderMalformed", 400, ""),
    "unknown": (
        "InvalidAccessKeyId",
        403,
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "token": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    "signature": ("SignatureDoesNotMatch", 403, _NOT_MATCHING.format(what="key")),
    "region": ("AuthorizationHeaderMalformed", 400, ""),
    "skewed": (
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
    ),
    "expired": ("ExpiredToken", 400, "The provided token has expired."),
    "payload": (
        "XAmzContentSHA256Mismatch",
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    "late": ("AccessDenied", 403, "Request has expired"),
}


def refusal(kind: str, service: str, message: str = "") -> ServiceError:
    """The error that ``service`` answers.

    Args:
        kind: ``missing``, ``incomplete``, ``unknown`` (key), ``token`` (wrong session token),
            ``signature``, ``region`` (there is none of that name), ``skewed`` (clock), ``expired``
            (session), ``payload`` (another body than was signed), ``late`` (a presigned
            address after its time).
        service: the name it is signed for, or botocore's.
        message: said where the service has no fixed sentence.
    """
    if service == "s3":
        code, status, sentence = _S3[kind]
        return ServiceError(code, sentence or message, status)
    kind = {"payload": "signature", "late": "skewed"}.get(kind, kind)
    table = _EC2 if service == "ec2" else _BY_QUERY if service in QUERY_SERVICES else _JSON
    code, status, sentence = table[kind]
    return ServiceError(code, sentence or message, status)


ASSUMPTIONS = (
    Assumption(
        "Signatures",
        "JSON services refuse a wrong signature with InvalidSignatureException and status 400.",
        "https://github.com/teralytics/prometheus-ecs-discovery/issues/7",
    ),
    Assumption(
        "Signatures",
        "A request without a signature is MissingAuthenticationToken with status 403.",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html",
    ),
    Assumption(
        "Signatures",
        "S3 has its own codes: InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, "
        "ExpiredToken, InvalidToken, XAmzContentSHA256Mismatch.",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
    ),
    Assumption(
        "Signatures",
        "EC2 answers AuthFailure for an unknown key and for a wrong signature alike.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
    ),
    Assumption(
        "Signatures",
        "Every service accepts a clock that is 15 minutes off; AWS says 5 minutes for most.",
    ),
    Assumption(
        "Signatures",
        "A permanent key sent with a session token is refused as an invalid token.",
    ),
)
