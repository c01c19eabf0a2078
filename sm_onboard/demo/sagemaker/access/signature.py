"""Signature Version 4, checked: in the Authorization header, and in a presigned address.

Written from the specification and not with botocore's signer, so that a fault of the one is
found by the other. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote, unquote

from botocore.utils import normalize_url_path

from sm_onboard.demo.sagemaker.access.refusals import refusal

_ALGORITHM = "AWS4-HMAC-SHA256"
_SKEW = 15 * 60
_STAMP = "%Y%m%dT%H%M%SZ"
_LONGEST_PRESIGNED = 7 * 24 * 3600
_HASH = re.compile("[0-9a-f]{64}")
_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Signed:
    """A request, as it came.

    Attributes:
        path: percent-encoded as it was sent, without the query string.
        query_string: likewise, without ``?``.
        headers: names in any case.
        service: what is called, by botocore's name or the one signed for; "" to take the
            signature's. It only decides how a refusal is worded.
        region: "" to take the signature's.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes = b""
    service: str = ""
    region: str = ""

    @cached_property
    def lower(self) -> dict[str, str]:
        """The headers by their names in small letters."""
        return {name.lower(): value for name, value in self.headers.items()}

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded. A ``+`` is a plus, as AWS has it."""
        pairs = (pair.partition("=") for pair in self.query_string.split("&") if pair)
        return [(unquote(name), unquote(value)) for name, _, value in pairs]


@dataclass(frozen=True)
class Claim:
    """What a signature says of itself, before anything is checked.

    Attributes:
        scope: ``20261123/eu-west-1/sagemaker/aws4_request``.
        stamp: when it was made: ``20261123T090807Z``.
        token: the session token, or "".
        expires: seconds that a presigned address is good for; None for a header.
    """

    access_key: str
    scope: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    token: str = ""
    expires: int | None = None

    @property
    def region(self) -> str:
        return self.scope.split("/")[1]

    @property
    def service(self) -> str:
        return self.scope.split("/")[2]


def read(request: Signed) -> Claim:
    """The signature of a request.

    Raises:
        ServiceError: there is none, or it is not whole.
    """
    authorization = request.lower.get("authorization", "")
    query = dict(request.query)
    if authorization:
        algorithm, _, rest = authorization.strip().partition(" ")
        parts = [part.strip().partition("=")[::2] for part in rest.split(",")]
        found = dict(parts)
        if len(parts) > len(found):
            raise refusal(
                "incomplete", request.service, "Authorization header names a parameter twice."
            )
        found["Date"] = request.lower.get("x-amz-date", "")
        token, expires = request.lower.get("x-amz-security-token", ""), None
    elif "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
        algorithm = query.get("X-Amz-Algorithm", "")
        names = ("Credential", "SignedHeaders", "Signature", "Date")
        found = {name: query.get(f"X-Amz-{name}", "") for name in names}
        token = query.get("X-Amz-Security-Token", "")
        lasting = query.get("X-Amz-Expires", "")
        expires = int(lasting) if lasting.isascii() and lasting.isdigit() else -1
        if not 0 < expires <= _LONGEST_PRESIGNED:
            raise refusal(
                "incomplete",
                request.service,
                f"X-Amz-Expires must be a number of seconds up to {_LONGEST_PRESIGNED}.",
            )
    else:
        raise refusal("missing", request.service)
    return _claim(request, algorithm, found, token, expires)


def _claim(
    request: Signed, algorithm: str, found: Mapping[str, str], token: str, expires: int | None
) -> Claim:
    if algorithm != _ALGORITHM:
        raise refusal("incomplete", request.service, f"Unsupported AWS 'algorithm': '{algorithm}'.")
    absent = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not found.get(name)
    ]
    if absent:
        raise refusal("incomplete", request.service, " ".join(absent))
    access_key, _, scope = found["Credential"].partition("/")
    parts = scope.split("/")
    if len(parts) != 4 or parts[3] != "aws4_request":
        raise refusal(
            "incomplete",
            request.service,
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term.",
        )
    if _seconds(found["Date"]) is None:
        raise refusal(
            "incomplete",
            request.service,
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )
    if parts[0] != found["Date"][:8]:
        raise refusal(
            "skewed",
            request.service,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{parts[0]}' != '{found['Date'][:8]}', from '{found['Date']}'.",
        )
    headers = tuple(found["SignedHeaders"].lower().split(";"))
    return Claim(access_key, scope, headers, found["Signature"], found["Date"], token, expires)


def verify(request: Signed, claim: Claim, secret_key: str, now: float | None = None) -> None:
    """Checks that whoever has ``secret_key`` signed this very request, and lately.

    Args:
        now: seconds since 1970; default: the real time, which is what clients sign with.

    Raises:
        ServiceError: another key, another request, or another time.
    """
    service = request.service or claim.service
    _timely(claim, service, time.time() if now is None else now)
    if "host" not in claim.signed_headers:
        raise refusal("signature", service)
    payload = _payload(request, claim, service)
    expected = _signature(secret_key, claim, _canonical(request, claim, payload))
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise refusal("signature", service)


def _timely(claim: Claim, service: str, now: float) -> None:
    made = _seconds(claim.stamp)
    assert made is not None
    is_now = time.strftime(_STAMP, time.gmtime(now))
    if made > now + _SKEW:
        latest = time.strftime(_STAMP, time.gmtime(now + _SKEW))
        raise refusal(
            "skewed",
            service,
            f"Signature not yet current: {claim.stamp} is still later than {latest} "
            f"({is_now} + {_SKEW // 60} min.)",
        )
    good = _SKEW if claim.expires is None else claim.expires
    if made < now - good:
        earliest = time.strftime(_STAMP, time.gmtime(now - good))
        raise refusal(
            "skewed" if claim.expires is None else "late",
            service,
            f"Signature expired: {claim.stamp} is now earlier than {earliest} "
            f"({is_now} - {good // 60} min.)",
        )


def _payload(request: Signed, claim: Claim, service: str) -> str:
    """The canonical request's last line.

    A hash in the header must be the body's. Other words (``UNSIGNED-PAYLOAD``,
    ``STREAMING-…``, whose chunks carry signatures of their own) stand for the body.
    """
    said = request.lower.get("x-amz-content-sha256", "")
    if claim.expires is not None and claim.service == "s3":
        return said or "UNSIGNED-PAYLOAD"
    if said and not _HASH.fullmatch(said):
        return said
    actual = hashlib.sha256(request.body).hexdigest()
    if said and said != actual:
        raise refusal("payload", service)
    return actual


def _canonical(request: Signed, claim: Claim, payload: str) -> str:
    path = request.path or "/"
    if claim.service != "s3":
        path = quote(normalize_url_path(path), safe="/~")
    pairs = sorted(  # by name first: "a-b" comes after "a", and "-" before "="
        (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED))
        for name, value in request.query
        if claim.expires is None or name != "X-Amz-Signature"
    )
    headers = "".join(
        f"{name}:{' '.join(request.lower.get(name, '').split())}\n" for name in claim.signed_headers
    )
    return "\n".join(
        (
            request.method.upper(),
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            headers,
            ";".join(claim.signed_headers),
            payload,
        )
    )


def _signature(secret_key: str, claim: Claim, canonical: str) -> str:
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join((_ALGORITHM, claim.stamp, claim.scope, hashed))
    return hmac.new(_key(secret_key, claim.scope), to_sign.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=256)
def _key(secret_key: str, scope: str) -> bytes:
    """The signing key of a day, a region and a service."""
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _seconds(stamp: str) -> int | None:
    try:
        return calendar.timegm(time.strptime(stamp, _STAMP))
    except ValueError:
        return None
