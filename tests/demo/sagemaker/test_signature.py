"""Signatures that botocore makes are accepted, and nothing else is."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys

from sm_onboard.demo.sagemaker.access.signature import Signed, read, verify
from sm_onboard.demo.sagemaker.errors import ServiceError

KEYS = Keys("AKIAEXAMPLE", "secret")
TEMPORARY = Keys("ASIAEXAMPLE", "secret", "a-token")
BASE = "http://127.0.0.1:5099"


def sent(request: AWSRequest, service: str = "", body: bytes | None = None) -> Signed:
    """The request as a server gets it."""
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in prepared.headers.items()}
    data = prepared.body or b""
    data = data.encode() if isinstance(data, str) else data
    return Signed(
        prepared.method,
        parts.path,
        parts.query,
        {**headers, "Host": parts.netloc},
        data if body is None else body,
        service,
    )


def signed(
    url: str = "/",
    method: str = "POST",
    body: Any = b"{}",
    service: str = "sagemaker",
    signer: Any = None,
    keys: Keys = KEYS,
    headers: dict[str, str] | None = None,
) -> Signed:
    request = AWSRequest(method, BASE + url, headers or {}, body)
    made = signer or (auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth)
    made(keys, service, "eu-west-1").add_auth(request)
    return sent(request, service)


def accepted(request: Signed, secret: str = "secret", now: float | None = None) -> bool:
    try:
        verify(request, read(request), secret, now)
    except ServiceError:
        return False
    return True


def refused(request: Signed, secret: str = "secret", now: float | None = None) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        verify(request, read(request), secret, now)
    return caught.value


def changed(request: Signed, **members: Any) -> Signed:
    names = ("method", "path", "query_string", "headers", "body", "service", "region")
    return Signed(**{**{name: getattr(request, name) for name in names}, **members})


@pytest.mark.parametrize("service", ["sagemaker", "sagemaker-mlflow", "iam", "s3"])
@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/a/b",
        "/a%20b/c",
        "/a%2Fb",
        "/%E4%BD%A0%E5%A5%BD/%C3%A9",
        "/a~b/(c)/!",
        "/?a=1&a=0&b=",
        "/?list-type=2&prefix=a%20b%2Fc",
        "/api/2.0/mlflow/runs/search?filter=metrics.auc%20%3E%200.5&max_results=5",
    ],
)
def test_what_botocore_signs_is_accepted(service: str, url: str) -> None:
    request = signed(url, "GET", b"", service)
    assert accepted(request)
    assert refused(request, "another").status in (400, 403)


@pytest.mark.parametrize("url", ["//a//b", "/a/../b", "/a/./b/", "/x//"])
def test_s3_keeps_its_paths_and_others_tidy_them(url: str) -> None:
    assert accepted(signed(url, "GET", b"", "s3"))
    assert accepted(signed(url, "GET", b"", "execute-api"))


def test_header_values_lose_their_extra_spaces() -> None:
    request = signed(headers={"X-Note": "  two   words "})
    assert accepted(request)
    assert not accepted(changed(request, headers={**request.headers, "X-Note": "twowords"}))


def test_any_change_is_found() -> None:
    request = signed("/path?a=1", headers={"X-Amz-Target": "SageMaker.ListApps"})
    assert accepted(request)
    for change in (
        {"method": "PUT"},
        {"path": "/other"},
        {"query_string": "a=2"},
        {"query_string": "a=1&b=2"},
        {"body": b"{} "},
        {"headers": {**request.headers, "X-Amz-Target": "SageMaker.DeleteApp"}},
        {"headers": {**request.headers, "Host": "elsewhere"}},
    ):
        assert refused(changed(request, **change)).code == "InvalidSignatureException"


def test_the_host_must_be_signed() -> None:
    class Signer(auth.SigV4Auth):  # type: ignore[misc]
        def headers_to_sign(self, request: Any) -> Any:
            headers = super().headers_to_sign(request)
            del headers["host"]
            return headers

    request = signed(signer=Signer)
    assert "SignedHeaders=x-amz-date," in request.headers["Authorization"]
    assert refused(request).code == "InvalidSignatureException"


def test_the_body_is_what_its_hash_says() -> None:
    request = signed("/bucket/key", "PUT", b"data", "s3")
    assert accepted(request)
    assert refused(changed(request, body=b"date")).code == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize("word", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])
def test_a_word_stands_for_a_body_that_is_not_hashed(word: str) -> None:
    class Signer(auth.S3SigV4Auth):  # type: ignore[misc]
        def payload(self, request: Any) -> str:
            return word

    request = signed("/bucket/key", "PUT", b"data", "s3", Signer)
    assert accepted(changed(request, body=b"4;chunk-signature=0\r\ndata\r\n"))
    plain = {**request.headers, "X-Amz-Content-SHA256": "UNSIGNED"}
    assert not accepted(changed(request, headers=plain))


def presigned(service: str, expires: int = 600, keys: Keys = KEYS) -> Signed:
    made = auth.S3SigV4QueryAuth if service == "s3" else auth.SigV4QueryAuth
    request = AWSRequest("GET", f"{BASE}/bucket/a%20key%2F%C3%A9?versionId=1")
    made(keys, service, "eu-west-1", expires=expires).add_auth(request)
    return sent(request, service)


@pytest.mark.parametrize("service", ["s3", "sts", "sagemaker"])
def test_presigned_addresses(service: str) -> None:
    request = presigned(service)
    assert accepted(request)
    assert not accepted(request, "another")
    longer = changed(request, query_string=request.query_string.replace("=600", "=6000"))
    assert not accepted(longer)
    assert not accepted(request, now=time.time() + 700)
    assert accepted(request, now=time.time() + 500)


def test_a_presigned_address_of_s3_says_that_it_is_too_late() -> None:
    error = refused(presigned("s3"), now=time.time() + 700)
    assert (error.code, error.status, error.message) == (
        "AccessDenied",
        403,
        "Request has expired",
    )


@pytest.mark.parametrize("expires", ["0", "-5", "604801", "x", "", "²"])
def test_a_presigned_address_lasts_a_week_at_most(expires: str) -> None:
    request = presigned("s3")
    query = request.query_string.replace("X-Amz-Expires=600", f"X-Amz-Expires={quote(expires)}")
    assert refused(changed(request, query_string=query)).code == "AuthorizationHeaderMalformed"


def test_session_tokens_are_read_from_header_and_query() -> None:
    assert read(signed(keys=TEMPORARY)).token == "a-token"
    assert read(presigned("s3", keys=TEMPORARY)).token == "a-token"
    assert read(signed()).token == ""
    assert accepted(signed(keys=TEMPORARY))


def test_who_and_where_is_read() -> None:
    claim = read(signed(service="sagemaker-mlflow"))
    assert (claim.access_key, claim.region, claim.service) == (
        "AKIAEXAMPLE",
        "eu-west-1",
        "sagemaker-mlflow",
    )


def test_clocks_may_differ_by_fifteen_minutes() -> None:
    request, now = signed(), time.time()
    for minutes in (-14, 14):
        assert accepted(request, now=now + minutes * 60)
    late = refused(request, now=now + 16 * 60)
    assert late.code == "InvalidSignatureException"
    assert late.message.startswith("Signature expired: ")
    assert " is now earlier than " in late.message
    early = refused(request, now=now - 16 * 60)
    assert early.message.startswith("Signature not yet current: ")


CODES = {
    "sagemaker": ("MissingAuthenticationTokenException", "InvalidSignatureException"),
    "iam": ("MissingAuthenticationToken", "SignatureDoesNotMatch"),
    "s3": ("AccessDenied", "SignatureDoesNotMatch"),
    "ec2": ("AuthFailure", "AuthFailure"),
}


@pytest.mark.parametrize("service", sorted(CODES))
def test_each_kind_of_service_has_its_own_codes(service: str) -> None:
    missing, wrong = CODES[service]
    bare = changed(signed(service=service), headers={"Host": "127.0.0.1:5099"})
    assert refused(bare).code == missing
    assert refused(signed(service=service), "another").code == wrong


def test_the_message_of_a_missing_signature() -> None:
    error = refused(changed(signed(), headers={}))
    assert (error.message, error.status) == ("Missing Authentication Token", 403)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer x",
        "AWS AKIAEXAMPLE:signature",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261123/eu-west-1/sagemaker/aws4_request",
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=A/1/2/3/4/5, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 ,,,===",
    ],
)
def test_half_a_signature_is_refused(header: str) -> None:
    request = signed()
    headers = {**request.headers, "Authorization": header}
    assert refused(changed(request, headers=headers)).code == "IncompleteSignatureException"


def test_a_date_that_is_none_or_another_is_refused() -> None:
    request = signed()
    stamps = {"yesterday": "IncompleteSignatureException", "": "IncompleteSignatureException"}
    other = datetime.now(timezone.utc) - timedelta(days=1)
    stamps[other.strftime("%Y%m%dT%H%M%SZ")] = "InvalidSignatureException"
    for stamp, code in stamps.items():
        headers = {**request.headers, "X-Amz-Date": stamp}
        error = refused(changed(request, headers=headers))
        assert error.code == code
        assert not stamp.endswith("Z") or error.message.startswith("Date in Credential scope ")


def test_a_signature_that_is_not_ascii_is_refused_and_not_an_error() -> None:
    request = signed()
    text = request.headers["Authorization"]
    headers = {**request.headers, "Authorization": text[:-1] + "é"}
    assert refused(changed(request, headers=headers)).code == "InvalidSignatureException"


def test_a_plus_in_a_query_is_not_a_space() -> None:
    """Clients that send one sign %20, or AWS refuses them; so does this."""
    spaced = urlencode({"filter": "a b"})
    assert "+" in spaced
    assert not accepted(signed(f"/?{spaced}", "GET", b""))
    assert accepted(signed(f"/?{spaced.replace('+', '%20')}", "GET", b""))


def test_checking_takes_less_than_half_a_millisecond() -> None:
    request = signed("/path?a=1&b=2", body=b"x" * 2000)
    accepted(request)
    best = min(_seconds(request) for _ in range(50))
    assert best < 0.0005


def _seconds(request: Signed) -> float:
    fresh = changed(request)
    start = time.thread_time()
    assert accepted(fresh)
    return time.thread_time() - start
