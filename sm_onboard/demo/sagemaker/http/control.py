"""The control paths: start anew, move the clock, make trouble, see what was called.

All are below ``/_control/`` and answer only to whoever knows the token that the server printed.

    POST   /_control/reset   {"sample": false}
    POST   /_control/clock   {"speed": 60, "advance": 3600}; "inf" is a speed too
    GET    /_control/log     {"calls", "counts", "failures"}
    DELETE /_control/log
    PUT    /_control/faults  {"rules": [...], "seed": 0}; see `faults.Rule`
    GET    /_control/faults
    DELETE /_control/faults
    PUT    /_control/mlflow  {"arn", "url"}: the MLflow server behind an ARN
"""

from __future__ import annotations

import hmac
import json
import math
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sm_onboard.demo.sagemaker.engine.clock import FASTEST, SLOWEST, Clock
from sm_onboard.demo.sagemaker.http import answers
from sm_onboard.demo.sagemaker.http.answers import Reply
from sm_onboard.demo.sagemaker.http.calls import Calls
from sm_onboard.demo.sagemaker.http.faults import Faults, rule_from
from sm_onboard.demo.sagemaker.http.requests import raw_body
from sm_onboard.demo.sagemaker.http.wire import Environ

PREFIX = "/_control/"
HEADER = "X-Sm-Onboard-Control"
_LARGEST = 1024 * 1024  # bytes of a body
_LONGEST = 10 * 365 * 24 * 3600.0  # seconds that the clock may be moved at once

Body = dict[str, Any]
Act = Callable[[Body], Body]


class Controls:
    """Answers the control paths.

    Args:
        token: what the header must hold.
        reset: empties the emulator; its argument: whether the sample is filled in.
        mlflow: takes an ARN and the address of the MLflow server behind it, or None.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Clock,
        faults: Faults,
        calls: Calls,
        reset: Callable[[bool], None],
        mlflow: Callable[[str, str | None], None],
    ) -> None:
        self._token = token
        self._clock = clock
        self._faults = faults
        self._calls = calls
        self._reset = reset
        self._mlflow = mlflow
        self._acts: dict[tuple[str, str], Act] = {
            ("POST", "reset"): self._start_anew,
            ("POST", "clock"): self._set_clock,
            ("GET", "log"): lambda _: calls.told(),
            ("DELETE", "log"): lambda _: _done(calls.clear),
            ("PUT", "faults"): self._set_faults,
            ("GET", "faults"): lambda _: {"rules": faults.told()},
            ("DELETE", "faults"): lambda _: _done(faults.clear),
            ("PUT", "mlflow"): self._set_mlflow,
        }

    def reply(self, environ: Environ) -> Reply:
        """Answers a request below `PREFIX`. Whoever lacks the token learns nothing."""
        given = environ.get("HTTP_X_SM_ONBOARD_CONTROL", "")
        act = self._acts.get((environ["REQUEST_METHOD"], environ["PATH_INFO"][len(PREFIX) :]))
        if not hmac.compare_digest(given.encode(), self._token.encode()) or act is None:
            return answers.text(404, "There is nothing here.")
        try:
            return _json(200, act(_object(raw_body(environ))))
        except ValueError as error:
            return _json(400, {"message": str(error)})

    def _start_anew(self, body: Body) -> Body:
        _only(body, "sample")
        sample = body.get("sample", False)
        if not isinstance(sample, bool):
            raise ValueError(f"`sample` is true or false; not {sample!r}.")
        self._reset(sample)
        return {}

    def _set_clock(self, body: Body) -> Body:
        _only(body, "speed", "advance")
        speed = body.get("speed", self._clock.speed)
        if speed == "inf":
            speed = math.inf
        if not _is_number(speed) or not (SLOWEST <= speed <= FASTEST or speed == math.inf):
            raise ValueError(
                f"`speed` is a number from {SLOWEST:g} to {FASTEST:g}, or 'inf'; not {speed!r}."
            )
        advance = body.get("advance", 0)
        if not _is_number(advance) or not 0 <= advance <= _LONGEST:
            raise ValueError(f"`advance` is a number of seconds, 0 or more; not {advance!r}.")
        self._clock.speed = float(speed)
        self._clock.advance(advance)
        told = "inf" if math.isinf(self._clock.speed) else self._clock.speed
        return {"now": self._clock.now(), "speed": told}

    def _set_faults(self, body: Body) -> Body:
        _only(body, "rules", "seed")
        rules, seed = body.get("rules"), body.get("seed", 0)
        if not isinstance(rules, list):
            raise ValueError("`rules` is a list of rules.")
        if type(seed) is not int:
            raise ValueError(f"`seed` is a whole number; not {seed!r}.")
        self._faults.set([rule_from(rule) for rule in rules], seed)
        return {"rules": self._faults.told()}

    def _set_mlflow(self, body: Body) -> Body:
        _only(body, "arn", "url")
        arn, url = body.get("arn"), body.get("url")
        if not isinstance(arn, str) or not isinstance(url, (str, type(None))):
            raise ValueError("`arn` and `url` are texts; `url` may be null.")
        self._mlflow(arn, url)
        return {}


def _done(act: Callable[[], None]) -> Body:
    act()
    return {}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _only(body: Body, *names: str) -> None:
    for name in body:
        if name not in names:
            raise ValueError(f"There is no {name!r} here. There is: {', '.join(names)}.")


def _object(data: bytes) -> Body:
    if len(data) > _LARGEST:
        raise ValueError("The body is too large.")
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise ValueError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ValueError("The body is not a JSON object.")
    return body


def _json(status: int, body: Body) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


class Control:
    """The client of the control paths.

    Args:
        url: the server's address.
        token: what it printed.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def reset(self, sample: bool = False) -> None:
        """Empties the emulator, ends all trouble, and sets the clock right."""
        self._ask("POST", "reset", {"sample": sample})

    def clock(self, *, speed: float | None = None, advance: float = 0.0) -> float:
        """Sets the speed, lets ``advance`` seconds pass, and says what time it is then."""
        body: Body = {"advance": advance}
        if speed is not None:
            body["speed"] = "inf" if math.isinf(speed) else speed
        return float(self._ask("POST", "clock", body)["now"])

    def log(self) -> Body:
        """``calls``, ``counts`` and ``failures``; see `Calls.told`."""
        return self._ask("GET", "log")

    def clear_log(self) -> None:
        self._ask("DELETE", "log")

    def trouble(self, *rules: Mapping[str, Any], seed: int = 0) -> None:
        """Replaces the rules of what goes wrong; see `faults.Rule`."""
        self._ask("PUT", "faults", {"rules": list(rules), "seed": seed})

    def troubles(self) -> Sequence[Body]:
        """The rules in force."""
        rules: Sequence[Body] = self._ask("GET", "faults")["rules"]
        return rules

    def no_trouble(self) -> None:
        self._ask("DELETE", "faults")

    def mlflow(self, arn: str, url: str | None) -> None:
        """Says which MLflow server stands behind the ARN of a tracking server or an app."""
        self._ask("PUT", "mlflow", {"arn": arn, "url": url})

    def _ask(self, method: str, name: str, body: Body | None = None) -> Body:
        """Raises ValueError with the server's sentence where it refuses."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own server's
            f"{self._url}{PREFIX}{name}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={HEADER: self._token, "Content-Type": "application/json"},
        )
        try:
            with self._open(request, timeout=60) as answer:
                told: Body = json.load(answer)
                return told
        except urllib.error.HTTPError as error:
            with error:
                said = error.read()
            if error.code == 400:
                raise ValueError(json.loads(said)["message"]) from None
            raise
