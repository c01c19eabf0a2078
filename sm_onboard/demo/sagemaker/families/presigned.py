"""Presigned addresses of domains and MLflow, and what they open."""

from __future__ import annotations

from html import escape

from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.call import Answer, Call
from sm_onboard.demo.sagemaker.engine.crud import find
from sm_onboard.demo.sagemaker.engine.family import Family, Special
from sm_onboard.demo.sagemaker.engine.store import Record, Region, Ticket, World
from sm_onboard.demo.sagemaker.errors import not_found, validation
from sm_onboard.demo.sagemaker.families import mlflow_servers

PATH = "/presigned"
_LIFE = 300  # seconds, the model's words
_APPS = {"JupyterServer", "JupyterLab", "CodeEditor", "Canvas", "RStudioServerPro"}
_IN_SPACES = {"JupyterLab", "CodeEditor"}

ASSUMPTIONS = (
    Assumption(
        "CreatePresignedDomainUrl",
        "refused in a domain that uses IAM Identity Center",
        "the model's words",
    ),
    Assumption(
        "CreatePresignedDomainUrl",
        "app:JupyterLab: and app:CodeEditor: need a space whose app is in service",
        "reports of users: app type JupyterLab is invalid for personal apps",
    ),
    Assumption(
        "CreatePresigned…Url",
        "the address leads to a page of the local server, good for one visit; the real one leads "
        "to sagemaker.aws",
    ),
)


def _domain(region: Region, call: Call) -> Answer:
    asked = call.parameters
    domain = region.get("Domain", asked["DomainId"])
    if domain is None:
        raise not_found(f"Domain [{asked['DomainId']}] does not exist.")
    if domain.values["AuthMode"] != "IAM":
        raise validation("CreatePresignedDomainUrl is for domains that use IAM.")
    profile = asked["UserProfileName"]
    if region.get("UserProfile", domain.key[0], profile) is None:
        raise not_found(f"User profile [{profile}] of {domain.key[0]} does not exist.")
    space = asked.get("SpaceName")
    if space is not None and region.get("Space", domain.key[0], space) is None:
        raise not_found(f"Space [{space}] of {domain.key[0]} does not exist.")
    landing = asked.get("LandingUri", "studio::")
    _check_landing(region, domain.key[0], space, landing)
    lines = (f"user profile {profile}", f"space {space}" if space else "", f"landing {landing}")
    return _ticket(region, call, f"Studio of {domain.values['DomainName']}", lines)


def _check_landing(region: Region, domain: str, space: str | None, landing: str) -> None:
    kind, _, rest = landing.partition(":")
    if kind == "studio" and rest.startswith(":"):
        return
    app, colon, _ = rest.partition(":")
    if kind != "app" or not colon or app not in _APPS:
        raise validation(f"LandingUri {landing} is invalid.")
    if app in _IN_SPACES:
        if space is None:
            raise validation(f"App type {app} is invalid for personal apps.")
        running = region.get("App", domain, "", space, app, "default")
        if running is None or running.status(region.now()) != "InService":
            raise validation(f"The {app} app of space {space} is not in service.")


def _server(region: Region, call: Call) -> Answer:
    family: Family = mlflow_servers.FAMILIES[0]
    return _mlflow(region, call, find(family, region, call), "TrackingServerName")


def _app(region: Region, call: Call) -> Answer:
    return _mlflow(region, call, find(mlflow_servers.FAMILIES[1], region, call), "Name")


def _mlflow(region: Region, call: Call, record: Record, name: str) -> Answer:
    status = record.status(region.now())
    if status not in record.family.life.ready:
        raise validation(f"{record.family.title} [{record.values[name]}] is {status}.")
    return _ticket(region, call, f"MLflow of {record.values[name]}", (record.arn,))


def _ticket(region: Region, call: Call, title: str, lines: tuple[str, ...]) -> Answer:
    until = region.now() + call.parameters.get("ExpiresInSeconds", _LIFE)
    token = region.world.keep(Ticket(until, title, tuple(filter(None, lines))))
    return {"AuthorizedUrl": f"{call.base_url}{PATH}?token={token}"}


def page(world: World, token: str) -> tuple[int, str]:
    """What a presigned address shows: an HTTP status and a page.

    The first visit takes the ticket.
    """
    ticket = world.tickets.pop(token, None)
    if ticket is None or ticket.until < world.clock.now():
        return 403, _html("This address is no longer valid.", ("Ask for a new one.",))
    return 200, _html(f"Here would open: {ticket.title}", ticket.lines)


def _html(title: str, lines: tuple[str, ...]) -> str:
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Local SageMaker</title>'
        '<body style="font:16px system-ui;margin:15vh auto;max-width:32em">'
        f"<h1>{escape(title)}</h1><ul>{listed}</ul>"
        "<p>The local SageMaker has no Studio to show.</p></body></html>"
    )


FAMILIES: tuple[Family, ...] = ()
OPERATIONS: dict[str, Special] = {
    "CreatePresignedDomainUrl": _domain,
    "CreatePresignedMlflowTrackingServerUrl": _server,
    "CreatePresignedMlflowAppUrl": _app,
}
