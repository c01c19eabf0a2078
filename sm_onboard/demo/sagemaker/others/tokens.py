"""Pages of the services beside SageMaker: each has names and errors of its own for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from typing import TypeVar

from sm_onboard.demo.sagemaker.call import Call

Item = TypeVar("Item")

LIFETIME = 24 * 3600.0  # seconds that a token is good for

_SECRET = secrets.token_bytes(16)


class BadToken(Exception):
    """Not a token that was given out for this question."""


class ExpiredToken(BadToken):
    """It was, too long ago."""


def page(
    call: Call, items: Sequence[Item], size: int, member: str = "NextToken"
) -> tuple[list[Item], str | None]:
    """One page, and the token of the next; a token is good for the same question only.

    Args:
        size: entries at most.
        member: the one of the input that holds the token.

    Raises:
        BadToken: it was changed, or given out for another question.
        ExpiredToken: its time is over.
    """
    paging = {member, "MaxResults", "MaxItems"}
    asked = {name: value for name, value in call.parameters.items() if name not in paging}
    question = json.dumps(
        [call.service, call.operation, call.region, call.account, asked], sort_keys=True
    )
    token = call.parameters.get(member)
    start = _open(token, question) if token else 0
    shown = list(items[start : start + size])
    end = start + size
    return shown, _seal(end, question) if end < len(items) else None


def _seal(start: int, question: str) -> str:
    body = json.dumps([start, time.time()]).encode()
    return base64.b64encode(_mark(body, question) + body).decode()


def _open(token: str, question: str) -> int:
    try:
        raw = base64.b64decode(token, validate=True)
    except ValueError as error:
        raise BadToken from error
    mark, body = raw[:16], raw[16:]
    if not hmac.compare_digest(mark, _mark(body, question)):
        raise BadToken
    start, made = json.loads(body)
    if time.time() - made > LIFETIME:
        raise ExpiredToken
    return int(start)


def _mark(body: bytes, question: str) -> bytes:
    return hmac.digest(_SECRET, hashlib.sha256(question.encode()).digest() + body, "sha256")[:16]
