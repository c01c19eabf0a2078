"""Why an MLflow server's answer is not what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sm_onboard.errors import Conflict, Forbidden, NotFound, OnboardError, Unreachable

from .wire import Answer

Words = Callable[[object], str]
"""Makes a server's own words fit to be shown."""


class Refused(Conflict):
    """The server did not take what it was sent.

    Args:
        said: MLflow's own ``error_code``.
    """

    def __init__(self, said: str, message: str, hint: str) -> None:
        super().__init__("experiments.store_refused", message, hint)
        self.said = said


def refusal(uri: str, answer: Answer, said: Mapping[str, Any], words: Words) -> OnboardError:
    """The error for an answer whose status is not 200, or which makes no sense.

    Args:
        uri: the store, as it may be shown.
        said: the answer's JSON; empty where it has none.
    """
    code, own = words(said.get("error_code") or ""), words(said.get("message") or "")
    hint = f"It says: {own}" if own else ""
    if code in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
        return NotFound("experiments.not_in_store", f"{uri} does not have that.", hint)
    if 300 <= answer.status < 400:
        return _moved(uri, answer, words)
    if answer.status == 401:
        return Forbidden(
            "experiments.store_refused",
            f"{uri} asks who you are.",
            "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
        )
    if answer.status == 403:
        return Forbidden(
            "experiments.store_refused",
            f"{uri} does not allow this.",
            hint or "Ask who runs the server for the permission.",
        )
    if answer.status == 429:
        return Unreachable(
            "experiments.store_unreachable",
            f"{uri} limits how often it is asked.",
            "Try again in a minute.",
        )
    if answer.status >= 500:
        return Unreachable(
            "experiments.store_unreachable",
            f"{uri} failed (status {answer.status}).",
            hint or "Try again later. The server's log says more.",
        )
    return Refused(code, f"{uri} refused this ({code}).", hint) if code else strange(uri)


def strange(uri: str) -> OnboardError:
    return Conflict(
        "experiments.store_refused",
        f"{uri} does not answer as an MLflow server does.",
        "Check the address: it is the one that MLFLOW_TRACKING_URI would have.",
    )


def huge(uri: str, limit: int) -> OnboardError:
    """For more than ``limit`` bytes."""
    return Conflict(
        "experiments.store_refused",
        f"{uri} sent more than {limit // 1024**2} MiB for one answer.",
        "Read it where the server runs.",
    )


def elsewhere(uri: str) -> OnboardError:
    """For files that another server has, which must not get what this one is asked with."""
    return Forbidden(
        "experiments.store_refused",
        f"The files of this run are kept by another server than {uri}.",
        "Open that server as a store of its own.",
    )


def _moved(uri: str, answer: Answer, words: Words) -> OnboardError:
    try:
        there = urlsplit(answer.headers.get("location", ""))
        host = words(there.netloc.rpartition("@")[2])
    except ValueError:
        host = ""
    where = f" to {host}" if host else ""
    return Forbidden(
        "experiments.store_refused",
        f"{uri} sends us on{where}, which is not followed.",
        "If the server moved, give its new address. If it wants a sign-in, set "
        "MLFLOW_TRACKING_TOKEN.",
    )
