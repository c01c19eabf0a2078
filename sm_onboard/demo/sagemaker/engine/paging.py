"""Pages and their tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Call
from sm_onboard.demo.sagemaker.errors import validation

Item = TypeVar("Item")

_SECRET = secrets.token_bytes(16)
_SIZES = ("NextToken", "MaxResults", "MaxItems")

ASSUMPTIONS = (
    Assumption("List…", "a page has 10 entries where the model's words name no other number"),
    Assumption("List…", "a token of another operation or other filters: ValidationException"),
    Assumption("List…", "a page goes on behind the last entry shown, whatever came or went"),
)


@dataclass(frozen=True)
class Page:
    """Where a page begins, and how long it is.

    Attributes:
        size: entries at most.
        after: the position of the last entry of the page before; None: the first page.
        what: the operation and its filters; a token is good for these only.
    """

    size: int
    after: list[Any] | None
    what: str

    @classmethod
    def of(cls, call: Call, default: int = 10) -> Page:
        """Reads ``MaxResults`` and ``NextToken``.

        Raises:
            ServiceError: the token is not one of ours for this very question.
        """
        asked = {k: v for k, v in call.parameters.items() if k not in _SIZES}
        what = json.dumps(
            [call.operation, call.account, call.region, asked], sort_keys=True, default=str
        )
        token = call.parameters.get("NextToken")
        size = int(call.parameters.get("MaxResults") or default)
        return cls(size, _read(token, what) if token else None, what)

    def cut(
        self,
        items: Sequence[Item],
        position: Callable[[Item], tuple[Any, ...]],
        *,
        ordered: bool = True,
        descending: bool = False,
    ) -> tuple[list[Item], str | None]:
        """This page's items, and the token of the next page.

        Args:
            items: all of them, in their order.
            position: what an item is sorted by, unique.
            ordered: whether positions can be compared; otherwise the last item is sought.
            descending: the order of the positions.
        """
        start = 0
        if self.after is not None:
            after = tuple(self.after)
            if ordered:
                start = _first_behind(items, position, after, descending)
            else:
                places = [place for place, item in enumerate(items) if position(item) == after]
                start = places[0] + 1 if places else len(items)
        shown = list(items[start : start + self.size])
        if start + self.size >= len(items):
            return shown, None
        return shown, _write(position(shown[-1]), self.what)


def _first_behind(
    items: Sequence[Item],
    position: Callable[[Item], tuple[Any, ...]],
    after: tuple[Any, ...],
    descending: bool,
) -> int:
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        there = position(items[middle])
        if (there < after) if descending else (there > after):
            high = middle
        else:
            low = middle + 1
    return low


def _seal(body: bytes, what: str) -> bytes:
    return hmac.digest(_SECRET, body + hashlib.sha256(what.encode()).digest(), "sha256")[:12]


def _write(position: tuple[Any, ...], what: str) -> str:
    body = json.dumps(position).encode()
    return base64.urlsafe_b64encode(_seal(body, what) + body).decode()


def _read(token: str, what: str) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(token.encode())
        seal, body = raw[:12], raw[12:]
        if hmac.compare_digest(seal, _seal(body, what)):
            position: list[Any] = json.loads(body)
            return position
    except ValueError:
        pass
    raise validation("The NextToken is invalid.")
