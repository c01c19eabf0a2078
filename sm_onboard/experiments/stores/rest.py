"""Runs in an MLflow server, read through its REST API; mlflow itself is not needed."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from sm_onboard.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    OnboardError,
)
from sm_onboard.experiments.models import Experiment, File, Kind, Point, Run, Series

from . import answers, refusals, writing
from .artifacts import Artifacts
from .folder import file_missing
from .wire import Answer, TooLarge, Wire

PAGE = 1000  # runs in one answer; the server allows 50,000, and a second or more each thousand
POINTS = 25_000  # of one metric's history in one answer: the most there is
RUNS = 100  # whose histories are asked for together: the most there is
SAMPLES = 2500  # of each of them: the most there is
TOGETHER = 100  # experiments in one search
PAGES = 100_000  # of one list: a list that does not end is not followed for ever
JSON_LIMIT = 64 * 1024 * 1024  # bytes of one answer
_ROOT = "/api/2.0/mlflow/"
_PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
_QUOTES = frozenset("'\"`\\")


class MlflowStore:
    """Implements ``models.Store``. Thread-safe.

    Args:
        wire: leads to the server, and says who asks.
        artifacts: reads the files that runs keep elsewhere than in the server.
    """

    def __init__(self, kind: Kind, uri: str, wire: Wire, artifacts: Artifacts) -> None:
        self.kind: Kind = kind
        self.uri = uri
        self._wire = wire
        self._artifacts = artifacts

    def experiments(self) -> list[Experiment]:
        found: dict[str, Experiment] = {}
        asked = {"view_type": "ALL", "max_results": PAGE}
        for page in self._pages("experiments/search", "SearchExperiments", asked):
            found.update((one.id, one) for one in answers.experiments(page.get("experiments")))
        return sorted(found.values(), key=lambda one: (len(one.id), one.id))

    def runs(self, experiments: list[str] | None = None) -> list[Run]:
        return list(self._search(experiments))

    def page(
        self, experiments: Sequence[str], filter: str, order: str, size: int, token: str = ""
    ) -> tuple[list[Run], str]:
        """One answer of a search, without the deleted; and where the next goes on, "" at the end.

        Args:
            experiments: at most ``TOGETHER``.
            filter: in MLflow's syntax.
            size: runs at most; fewer come where these would be too large an answer.
        """
        if not experiments:
            return [], ""
        asked = _searched(experiments, filter, order, size)
        page = next(self._pages("runs/search", "SearchRuns", asked, token=token))
        runs = [run for run in answers.runs(page.get("runs")) if not run.deleted]
        following = page.get("next_page_token")
        return runs, following if isinstance(following, str) else ""

    def run(self, id: str) -> Run:
        with _RunUnknown(self.uri, id):
            told = self._call("GET", "runs/get", "GetRun", {"run_id": id})
        run = answers.run(told.get("run"))
        if run is None:
            raise refusals.strange(self.uri)
        return run

    def history(self, id: str, metric: str) -> list[Point]:
        asked = {"run_id": id, "metric_key": metric, "max_results": POINTS}
        with _RunUnknown(self.uri, id):
            pages = self._pages("metrics/get-history", "GetMetricHistory", asked, method="GET")
            points = [point for page in pages for point in answers.points(page.get("metrics"))]
        if not points:
            self.run(id)  # a server may have no points for a run that it does not have
        return sorted(points, key=lambda point: (point.step, point.time))

    def histories_of(self, ids: Sequence[str], metric: str) -> dict[str, Series] | None:
        """Few requests for many runs; of a long history only some points, evenly chosen.

        None: a server of before MLflow 2.4 has no such call.
        """
        found: dict[str, list[Point]] = {id: [] for id in ids}
        for start in range(0, len(ids), RUNS):
            asked = {
                "run_ids": list(ids[start : start + RUNS]),
                "metric_key": metric,
                "max_results": SAMPLES,
            }
            try:
                told = self._call(
                    "GET", "metrics/get-history-bulk-interval", "GetMetricHistory", asked
                )
            except (NotFound, Conflict):  # some answer with a page of their own
                return None
            for run, point in answers.points_of_runs(told.get("metrics")):
                if run in found:
                    found[run].append(point)
        for points in found.values():
            points.sort(key=lambda point: (point.step, point.time))
        return {
            id: msgspec.structs.replace(Series.of(points), evenly=len(points) >= SAMPLES)
            for id, points in found.items()
        }

    def _each(self, ids: Sequence[str], metric: str) -> Iterator[tuple[str, list[Point]]]:
        for id in ids:
            with contextlib.suppress(NotFound):
                yield id, self.history(id, metric)

    def files(self, id: str, folder: str = "") -> list[File]:
        if folder and not answers.below(folder):
            raise file_missing(folder)
        asked = {"run_id": id} | ({"path": folder} if folder else {})
        found: dict[str, File] = {}
        with _RunUnknown(self.uri, id):
            for page in self._pages("artifacts/list", "ListArtifacts", asked, method="GET"):
                found.update((one.path, one) for one in answers.files(page.get("files")))
        start = f"{folder}/" if folder else ""
        within = re.compile(re.escape(start) + "[^/]+")
        return [found[path] for path in sorted(found) if within.fullmatch(path)]

    def read(self, id: str, path: str, limit: int) -> bytes:
        if not answers.below(path):
            raise file_missing(path)
        location = self.run(id).artifacts
        try:
            content = self._artifacts.read(id, location, path, limit)
        except Forbidden as refused:  # who asks may not, the server perhaps may
            try:
                return self._served(id, location, path, limit)
            except OnboardError:
                raise refused from None
        return self._served(id, location, path, limit) if content is None else content

    def write(self, id: str, path: str, content: bytes) -> None:
        writing.check_path(path)
        location = self.run(id).artifacts
        proxied = self._proxied(location)
        if proxied is None:
            return self._artifacts.write(id, location, path, content)
        if id not in proxied.split("/"):
            raise refusals.strange(self.uri)
        target = f"{_PROXY}{quote(f'{proxied}/{path}', safe='/')}"
        kind = "application/octet-stream"
        answer = self._wire.send("PUT", target, content, limit=JSON_LIMIT, kind=kind)
        if answer.status not in (200, 201, 204):
            said = _json(answer.body)
            raise self._refused(answer, said if isinstance(said, dict) else {}, "LogModel")

    def tagged(self, tag: str, value: str) -> list[Run]:
        if set(tag) & _QUOTES or set(value) & _QUOTES:  # MLflow's filters have no way to say them
            return []
        experiments = [one.id for one in self.experiments()]
        found: dict[str, Run] = {}
        for start in range(0, len(experiments), TOGETHER):
            some, token = experiments[start : start + TOGETHER], ""
            for _ in range(PAGES):
                filter = f"tags.`{tag}` = '{value}'"
                runs, token = self.page(some, filter, "attributes.start_time DESC", PAGE, token)
                found.update((run.id, run) for run in runs)
                if not token:
                    break
        return sorted(found.values(), key=lambda run: (-(run.started or 0), run.id))

    def set_tags(self, id: str, tags: dict[str, str | None]) -> None:
        for key, value in tags.items():
            with _RunUnknown(self.uri, id):
                if value is not None:
                    body = {"run_id": id, "key": key, "value": value}
                    self._call("POST", "runs/set-tag", "SetTag", body)
                    continue
                try:
                    self._call("POST", "runs/delete-tag", "DeleteTag", {"run_id": id, "key": key})
                except NotFound:
                    self.run(id)  # the run is there: it was the tag that is gone already

    def _search(self, experiments: list[str] | None, filter: str = "") -> Iterator[Run]:
        if experiments is None:
            experiments = [one.id for one in self.experiments()]
        seen: set[str] = set()
        for start in range(0, len(experiments), TOGETHER):
            # Runs that begin meanwhile come last and shift no page.
            some = experiments[start : start + TOGETHER]
            asked = _searched(some, filter, "attributes.start_time ASC", PAGE)
            for page in self._pages("runs/search", "SearchRuns", asked):
                for run in answers.runs(page.get("runs")):
                    if run.id not in seen and not run.deleted:
                        seen.add(run.id)
                        yield run

    def _pages(
        self, path: str, name: str, asked: dict[str, Any], method: str = "POST", token: str = ""
    ) -> Iterator[dict[str, Any]]:
        """A list, page by page; where a page is too large, in smaller ones."""
        for _ in range(PAGES):
            more = {"page_token": token} if token else {}
            try:
                page = self._call(method, path, name, {**asked, **more})
            except _AnswerTooLarge as error:
                size = asked.get("max_results", 1)
                if size == 1:
                    raise error.error from error
                asked = {**asked, "max_results": max(1, size // 10)}
                continue
            yield page
            following = page.get("next_page_token")
            if not isinstance(following, str) or not following or following == token:
                return
            token = following
        raise refusals.strange(self.uri)

    def _call(self, method: str, path: str, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One call of the REST API.

        Args:
            name: what IAM calls it.
            asked: the query of a GET, else the body.
        """
        target, body = _ROOT + path, b""
        if method == "GET":
            target += "?" + urlencode(asked, True, quote_via=quote, safe="", errors="replace")
        else:
            body = json.dumps(asked).encode()
        try:
            answer = self._wire.send(method, target, body, limit=JSON_LIMIT)
        except TooLarge as error:
            raise _AnswerTooLarge(refusals.huge(self.uri, JSON_LIMIT)) from error
        said = _json(answer.body)
        if answer.status != 200:
            raise self._refused(answer, said if isinstance(said, dict) else {}, name)
        if not isinstance(said, dict):
            raise refusals.strange(self.uri)
        return said

    def _served(self, id: str, location: str, path: str, limit: int) -> bytes:
        """A file that the server hands out, wherever it keeps it."""
        target = "/get-artifact?" + urlencode({"path": path, "run_uuid": id}, quote_via=quote)
        proxied = self._proxied(location)
        if proxied is not None:
            whole = quote(f"{proxied}/{path}".lstrip("/"), safe="/", errors="replace")
            target = f"{_PROXY}{whole}"
        try:
            answer = self._wire.send("GET", target, limit=limit)
        except TooLarge as error:
            raise InvalidRequest(
                "experiments.file_too_large",
                f"{path!r} is longer than the {limit:,} bytes that are read here.",
                "Get it with MLflow's own download.",
            ) from error
        if answer.status == 200:
            # A folder in S3 comes as nothing at all.
            if not answer.body and not self._listed(id, path):
                raise file_missing(path)
            return answer.body
        said = _json(answer.body)
        refused = self._refused(answer, said if isinstance(said, dict) else {}, "ListArtifacts")
        # A server has several ways to say that there is no such file, 500 among them.
        vague = answer.status in (400, 404, 500)
        if isinstance(refused, NotFound) or (vague and not self._listed(id, path)):
            raise file_missing(path) from refused
        raise refused

    def _listed(self, id: str, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return any(one.path == path and not one.folder for one in self.files(id, folder))

    def _proxied(self, location: str) -> str | None:
        """The path below the server's own artifacts; None for files it keeps otherwise."""
        try:
            where = urlsplit(location)
        except ValueError:
            return None
        if where.scheme != "mlflow-artifacts":
            return None
        if where.netloc and where.netloc.rpartition("@")[2] != urlsplit(self._wire.base).netloc:
            raise refusals.elsewhere(self.uri)
        path = where.path.strip("/")
        if path and not answers.below(path):
            raise refusals.strange(self.uri)
        return path

    def _refused(  # a managed store has use for the name
        self,
        answer: Answer,
        said: dict[str, Any],
        name: str,  # noqa: ARG002
    ) -> OnboardError:
        """Why an answer is not what was asked for.

        Args:
            said: its JSON; empty where it has none.
            name: what IAM calls what was asked.
        """
        return refusals.refusal(self.uri, answer, said, self._wire.words)


class _AnswerTooLarge(OnboardError):
    """``error`` is what to raise when it cannot be had in smaller parts."""

    def __init__(self, error: OnboardError) -> None:
        super().__init__(error.code, error.message, error.hint)
        self.error = error


class _RunUnknown:
    """Says that there is no such run where the server says that there is no such thing."""

    def __init__(self, uri: str, id: str) -> None:
        self._uri, self._id = uri, id

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        bad = isinstance(error, refusals.Refused) and error.said == "INVALID_PARAMETER_VALUE"
        unknown = isinstance(error, NotFound) and error.code == "experiments.not_in_store"
        if unknown or (bad and re.fullmatch("[0-9a-f]{32}", self._id) is None):
            raise NotFound(
                "experiments.run_unknown",
                f"{self._uri} has no run {self._id[:64]}.",
                "It may have been deleted.",
            ) from error


def _searched(experiments: Sequence[str], filter: str, order: str, size: int) -> dict[str, Any]:
    return {
        "experiment_ids": list(experiments),
        "filter": filter,
        "run_view_type": "ACTIVE_ONLY",
        "order_by": [order],
        "max_results": size,
    }


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
