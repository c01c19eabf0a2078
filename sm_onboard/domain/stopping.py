"""Stopping what runs: each row on its own, the app one is in last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sm_onboard.errors import OnboardError

from .client import Client, Task
from .known import Answer, Known, text
from .models import Problem, Running, Stop, StopAnswer, Stopped
from .others import told_to_stop

_MOST = 100  # rows at once

_WHY_NOT = {
    "not_running": "{name} does not run.",
    "not_yours": "{name} is not yours.",
    "not_from_here": "{name} cannot be stopped from here: it would be deleted.",
}
_HINTS = {
    "not_running": "Look at the list again.",
    "not_yours": "Say that you want to stop other people's too, or ask its owner.",
    "not_from_here": "Use the SageMaker console.",
}


def stop(
    client: Client,
    task: Task,
    known: Known,
    rows: Sequence[Running],
    asked: Stop,
    stopped: Callable[[Running], None],
) -> StopAnswer:
    """Stops rows one after the other; what fails leaves the others alone.

    Args:
        known: what the rows were made of.
        rows: all rows that there are now.
        stopped: told of each that was stopped, at once.

    Returns:
        What came of each, in the order in which they were asked for.
    """
    there = {row.id: row for row in rows}
    ids = list(dict.fromkeys(asked.ids))[:_MOST]
    # Stopping the app one is in ends this server: what comes after it would not happen.
    order = sorted(ids, key=lambda id: id in there and there[id].this_one)
    results = {}
    for id in order:
        problem = _stop_one(client, task, known, there.get(id), asked.others)
        results[id] = Stopped(id=id, stopped=problem is None, problem=problem)
        if problem is None:
            stopped(there[id])
    return StopAnswer(results=tuple(results[id] for id in ids))


def _stop_one(
    client: Client, task: Task, known: Known, row: Running | None, others: bool
) -> Problem | None:
    if row is None:
        return Problem(
            code="domain.unknown_row",
            message="This is not in the list any more.",
            hint="Look at the list again.",
        )
    if row.this_one and known.shared and not others:
        return Problem(
            code="domain.not_yours",
            message=f"{row.name} is shared: it would stop for everybody who works in it.",
            hint=_HINTS["not_yours"],
        )
    if row.stop not in ("yes", "this_one") and not (row.stop == "not_yours" and others):
        return _refused(row, row.stop)
    operation, resource, parameters = _call(known, row)
    try:
        client.call(task, operation, about=row.name, **parameters)
    except OnboardError as error:
        return client.problem(error, operation, resource)
    return None


def _refused(row: Running, why: str) -> Problem:
    return Problem(
        code=f"domain.{why}", message=_WHY_NOT[why].format(name=row.name), hint=_HINTS[why]
    )


def _call(known: Known, row: Running) -> tuple[str, str, dict[str, Any]]:
    """The operation, what IAM checks it on, and its parameters."""
    if row.kind == "tracking_server":
        name = known.others[row.id].name
        resource = f"mlflow-tracking-server/{name}"
        return "StopMlflowTrackingServer", resource, {"TrackingServerName": name}
    if row.kind == "notebook_instance":
        name = known.others[row.id].name
        resource = f"notebook-instance/{name}"
        return "StopNotebookInstance", resource, {"NotebookInstanceName": name}
    app = known.apps[row.id]
    members = ("UserProfileName", "SpaceName", "AppType", "AppName")
    parameters = {name: app[name] for name in members if app.get(name)}
    owner = text(app.get("SpaceName")) or text(app.get("UserProfileName"))
    resource = f"app/{known.chosen}/{owner}/{app.get('AppType')}/{app.get('AppName')}"
    return "DeleteApp", resource, {"DomainId": known.chosen, **parameters}


def stopping(row: Running, known: Known) -> None:
    """Shows a row as stopping until the lists say so themselves."""
    if row.kind == "app":
        changed: Answer = {**known.apps[row.id], "Status": "Deleting"}
        known.apps[row.id] = changed
    else:
        known.others = {**known.others, row.id: told_to_stop(known.others[row.id])}
