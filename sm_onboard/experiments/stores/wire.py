"""HTTP exchanges with a store on another machine.

They go through botocore's HTTP session, which boto3 brings along: it keeps connections, is safe
in threads, honours the proxies and certificates that AWS's own calls honour, unpacks nothing and
follows no redirect, so that what a person signs in with reaches only the host they named.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sm_onboard.aws import CONNECT_TIMEOUT, READ_TIMEOUT
from sm_onboard.errors import OnboardError, Unreachable

PAUSES = (0.2, 0.8)  # seconds before the second and the third
PATIENCE = 120.0  # seconds for one answer, however steadily it drips
_AGAIN = frozenset({429, 502, 503, 504})
JSON = "application/json"
_CHUNK = 64 * 1024  # bytes
_COMPLAINT = 64 * 1024  # bytes of an answer that is none
_SHOWN = 300  # characters of a server's own words

Authorize = Callable[[Any], None]
"""Adds to a botocore ``AWSRequest`` what says who asks; called anew for each attempt.

Raises OnboardError where there is nobody to ask as.
"""


@dataclass(frozen=True)
class Answer:
    """An answer, read to its end.

    Attributes:
        headers: by names in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TooLarge(Exception):
    """An answer has more bytes than were asked for."""


class _Broken(Exception):
    """An exchange that ended halfway, and is worth another attempt."""


class Wire:
    """Exchanges with one server. Thread-safe.

    Args:
        base: ``https://host[:port][/path]``, without credentials and final slash.
        name: what people call the store; goes into sentences.
        verify: whether certificates are checked; a path: against these.
        secrets: texts that no sentence may hold, should the server repeat them.
    """

    def __init__(
        self,
        base: str,
        name: str,
        authorize: Authorize,
        *,
        verify: bool | str = True,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.base = base
        self.name = name
        self._authorize = authorize
        self._verify = verify
        self._secrets = tuple(sorted(filter(None, secrets), key=len, reverse=True))
        self._lock = threading.Lock()
        self._made: Any = None

    def send(
        self, method: str, target: str, body: bytes = b"", *, limit: int, kind: str = JSON
    ) -> Answer:
        """One call, made anew a few times where that may help.

        Args:
            target: path and query, percent-encoded, below ``base``.
            kind: media type of what is sent.
            limit: largest body in bytes; what a refusal says beyond 64 KiB is cut off.

        Raises:
            OnboardError: ``experiments.store_unreachable``; those of ``authorize``.
            TooLarge: the body is larger than ``limit``.
        """
        for pause in (*PAUSES, None):
            try:
                answer = self._once(method, target, body, limit, kind)
            except _Broken as error:
                if pause is None:
                    raise self._unreachable("broke the connection off.") from error
            else:
                if answer.status not in _AGAIN or pause is None:
                    return answer
            time.sleep(pause)
        raise AssertionError("the last attempt answers or raises")

    def words(self, text: object) -> str:
        """A server's own words, fit to be shown: one short line without secrets."""
        line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", str(text)).strip()
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"

    def _once(self, method: str, target: str, body: bytes, limit: int, kind: str) -> Answer:
        from botocore import exceptions as boto
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(
            method, self.base + target, headers=_headers(body, kind), data=body, stream_output=True
        )
        self._authorize(request)
        try:
            answer = self._session().send(request.prepare())
        except (boto.ConnectTimeoutError, boto.ReadTimeoutError) as error:
            raise self._unreachable("did not answer in time.") from error
        except boto.SSLError as error:
            raise self._unreachable(
                "has a certificate that is not accepted here.",
                "Ask who runs it for the certificates to trust, and set "
                "MLFLOW_TRACKING_SERVER_CERT_PATH to their file.",
            ) from error
        except boto.ProxyConnectionError as error:
            raise self._unreachable(
                "could not be reached through the proxy.", "Check HTTPS_PROXY and NO_PROXY."
            ) from error
        except boto.EndpointConnectionError as error:
            raise self._unreachable("did not answer.") from error
        except boto.ConnectionClosedError as error:
            raise _Broken from error
        except (boto.HTTPClientError, ValueError) as error:
            raise self._unreachable("did not answer as a web server does.") from error
        return self._read(answer, limit)

    def _read(self, answer: Any, limit: int) -> Answer:
        from urllib3 import exceptions as urllib3

        headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        end = time.monotonic() + PATIENCE
        parts, size = [], 0
        try:
            for part in answer.raw.stream(_CHUNK, decode_content=False):
                parts.append(part)
                size += len(part)
                if answer.status_code >= 300 and size > _COMPLAINT:
                    return Answer(answer.status_code, headers, b"".join(parts)[:_COMPLAINT])
                if answer.status_code < 300 and size > limit:
                    raise TooLarge
                if time.monotonic() > end:
                    raise self._unreachable("did not answer in time.")
        except urllib3.ReadTimeoutError as error:
            raise self._unreachable("stopped in the middle of its answer.") from error
        except (urllib3.HTTPError, OSError) as error:
            raise _Broken from error
        finally:
            answer.raw.close()  # after a whole body the connection is back in the pool already
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) != size:
            raise _Broken
        return Answer(answer.status_code, headers, b"".join(parts))

    def _session(self) -> Any:
        with self._lock:
            if self._made is None:
                from botocore.httpsession import URLLib3Session
                from botocore.utils import get_environ_proxies

                self._made = URLLib3Session(
                    verify=self._verify,
                    proxies=get_environ_proxies(self.base),
                    timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                )
            return self._made

    def _unreachable(self, what: str, hint: str = "") -> OnboardError:
        return Unreachable(
            "experiments.store_unreachable",
            f"{self.name} {what}",
            hint or f"Check that {urlsplit(self.base).netloc} runs and can be reached from here.",
        )


def _headers(body: bytes, kind: str) -> dict[str, str]:
    headers = {"Accept": "application/json, */*", "User-Agent": "sm-onboard"}
    return {**headers, "Content-Type": kind} if body else headers
