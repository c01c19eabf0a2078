"""The contract is complete, up to date, and written down."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

import sm_onboard
from sm_onboard import contract, events
from sm_onboard.app import SmOnboard
from sm_onboard.contract import Changed, Route, find, routes

DOCS = Path(__file__).parent.parent.parent / "docs"
INHERITED = set(SmOnboard.__mro__[1].class_traits())


def test_openapi_and_the_page_are_up_to_date() -> None:
    assert contract.main(["--check"]) == 0, "run python -m sm_onboard.contract"


def test_openapi_is_stable() -> None:
    assert json.dumps(contract.openapi()) == json.dumps(contract.openapi())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(contract.OPENAPI.read_text())
    return loaded


def test_every_route_is_in_the_document_and_on_the_page(document: dict[str, Any]) -> None:
    page = (DOCS / "api.md").read_text()
    for route in routes():
        operation = document["paths"][f"/{route.path}"][route.method.lower()]
        assert operation["operationId"] == route.operation
        assert set(operation["responses"]) == {str(route.status), "default"}
        assert f"| {route.method} | `{route.path}` |" in page
    listed = [op for methods in document["paths"].values() for op in methods]
    assert len(listed) == len(routes())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for reference in contract._references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def test_every_field_of_an_answer_is_always_there(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for route in routes():
        if route.answer:
            schema = schemas[route.answer.__name__]
            assert schema["required"] == list(schema["properties"])
    assert set(schemas["Environment"]["required"]) == set(schemas["Environment"]["properties"])
    assert schemas["NewRepository"]["required"] == ["url"]  # a request may leave out the rest


def test_an_answer_fulfils_its_schema(document: dict[str, Any]) -> None:
    from sm_onboard.repos.models import Environment

    answer = json.loads(msgspec.json.encode(Environment(file="requirements.txt", state="unknown")))
    schema = {"$ref": "#/components/schemas/Environment", "components": document["components"]}
    jsonschema.validate(answer, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**answer, "state": "no such state"}, schema)


def test_routes_are_well_formed() -> None:
    assert len({r.operation for r in routes()}) == len(routes())
    assert len({(r.method, r.path) for r in routes()}) == len(routes())
    for route in routes():
        assert route.summary
        assert route.method != "GET" or (route.body is None and route.status == 200)
        assert set(route.types) <= set(route.parameters)


def test_a_parameter_never_spans_a_slash_and_choices_are_kept() -> None:
    assert find("repos/a-1/update")["POST"][1] == {"id": "a-1", "do": "update"}
    assert "POST" not in find("repos/a/b/update")
    assert find("repos/a/updated") == {}
    assert find("repos/a/update/") == {}
    assert set(find("repos/a/log")) == {"GET"}


def test_an_unneeded_type_would_be_noticed() -> None:
    route = Route("GET", "a/{b}", "x", lambda: None, "s", None)
    assert route.parameters == ["b"]
    assert route.pattern.fullmatch("a/c")
    assert not route.pattern.fullmatch("a/c/d")


def own_traits() -> dict[str, Any]:
    return {n: t for n, t in SmOnboard.class_traits(config=True).items() if n not in INHERITED}


def test_every_trait_has_help_and_is_on_the_page() -> None:
    page = (DOCS / "settings.md").read_text()
    assert "team_file" in own_traits()
    for name, trait in own_traits().items():
        assert trait.help.strip().endswith("."), name
        assert f"`SmOnboard.{name}`" in page, name
    for line in page.splitlines():  # and nothing on the page that is not there
        if line.startswith("| `SmOnboard."):
            assert line.split("`")[1].removeprefix("SmOnboard.") in own_traits()


def test_the_command_line_knows_the_same_settings() -> None:
    from sm_onboard.rooms import Settings

    names = set(Settings.__dataclass_fields__) - {"wrong"}
    assert names == set(own_traits()) - {"enabled"}
    for name in names - {"repositories"}:
        assert getattr(Settings(), name) == own_traits()[name].default_value


def test_the_event_is_what_the_schema_says() -> None:
    schema = yaml.safe_load(events.SCHEMA.read_text())
    assert schema["$id"] == events.CHANGED
    assert list(schema["properties"]) == list(Changed.__struct_fields__)
    assert schema["required"] == list(Changed.__struct_fields__)


def test_public_names() -> None:
    """These are what others hold on to: changing one breaks somebody."""
    assert {n for n in vars(sm_onboard) if not n.startswith("_")} <= {
        "annotations", "Any", "TYPE_CHECKING", "load_ipython_extension",
        # submodules appear here when something has imported them
        *(p.stem for p in Path(sm_onboard.__file__).parent.iterdir()),
    }  # fmt: skip
    assert callable(sm_onboard.track) and callable(sm_onboard.load_ipython_extension)
    assert sm_onboard.__version__
    assert SmOnboard.name == "sm_onboard"
    assert sorted(r.operation for r in routes()) == [
        "addRepository",
        "cancelLinkMaking",
        "cancelLinkOpening",
        "cancelReproduction",
        "chooseLinkOpening",
        "compareCode",
        "compareRuns",
        "confirmLinkMaking",
        "deleteMadeLink",
        "doRepository",
        "examine",
        "fetchLinkPreview",
        "getApps",
        "getCode",
        "getDomain",
        "getDomainSettings",
        "getExperiments",
        "getIdentity",
        "getJobLogs",
        "getLaunchMenu",
        "getLinkMaking",
        "getLinkOpening",
        "getMadeLinks",
        "getProfiles",
        "getReport",
        "getRepos",
        "getRepositoryLog",
        "getReproduction",
        "getRun",
        "getRunFile",
        "getRunJob",
        "getRunKept",
        "getRunValue",
        "getSpaces",
        "installEnvironment",
        "keepNotebook",
        "launch",
        "listKernelRuns",
        "listRunFiles",
        "listRuns",
        "lookAtDomain",
        "lookAtExperiments",
        "makeLink",
        "makeNotebookPage",
        "makeReproduction",
        "openLink",
        "planJobAgain",
        "readCurves",
        "reproduceRun",
        "setIdentity",
        "setIdle",
        "setRunTags",
        "startJobAgain",
        "stopRunning",
        "syncRepos",
    ]
    assert events.CHANGED == "urn:sm-onboard:changed"


def test_every_room_has_its_handlers() -> None:
    for room in contract.ROOMS:
        assert importlib.import_module(f"sm_onboard.{room}.handlers").ROUTES
