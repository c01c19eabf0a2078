"""The HTTP contract: one table of routes, and the OpenAPI document made from it.

Nothing is served that is not in ``routes()``, and the front end's types are generated
from ``openapi.json``, so the two sides cannot drift apart.

    python -m sm_onboard.contract            writes sm_onboard/openapi.json
    python -m sm_onboard.contract --check    exit status 1 when it is not up to date
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

ROOMS = ("repos", "domain", "experiments", "links")
OPENAPI = Path(__file__).with_name("openapi.json")
DOCS = Path(__file__).parent.parent / "docs" / "api.md"


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """What every refused or failed request answers."""

    code: str  # "room.what": stable, for programs
    message: str  # what happened, and why
    hint: str  # what to do next; may be empty


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The event that says: ask again. It is a hint, never the truth itself."""

    room: str
    id: str  # of the thing in the room; empty for all of it
    revision: int
    server: str  # changes when the server restarts


@dataclass(frozen=True)
class Route:
    """One operation.

    Attributes:
        path: below ``<base_url>sm-onboard/``, for example ``repos/{id}/log``.
        operation: the OpenAPI operation id, also the name of the front end's call.
        function: called with ``(rooms, **path parameters)``, and ``body=`` where there
            is one, in a worker thread; returns the answer.
        answer: the struct it returns; None for an empty answer (204).
        body: the struct the request's JSON must be; None for no body.
        types: type of each path parameter that is not any text: a ``Literal``.
        status: of a successful answer; 202 where work goes on after it.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    operation: str
    function: Callable[..., Any]
    summary: str
    answer: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None = None
    types: Mapping[str, Any] = field(default_factory=dict)
    status: Literal[200, 202, 204] = 200

    @property
    def parameters(self) -> list[str]:
        """Names in braces, in order."""
        return re.findall(r"{(\w+)}", self.path)

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches a whole path; a parameter never spans a slash."""
        parts = re.split(r"{(\w+)}", self.path)
        for i in range(1, len(parts), 2):
            choices = get_args(self.types.get(parts[i]))
            allowed = "|".join(map(re.escape, choices)) if choices else "[^/]+"
            parts[i] = f"(?P<{parts[i]}>{allowed})"
        return re.compile("".join(parts))


@functools.cache
def routes() -> tuple[Route, ...]:
    """Every route of every room, in a stable order."""
    found = [
        route
        for room in ROOMS
        for route in importlib.import_module(f"sm_onboard.{room}.handlers").ROUTES
    ]
    return tuple(found)


def find(path: str) -> dict[str, tuple[Route, dict[str, str]]]:
    """The routes that serve a path, by method, with the path's parameters."""
    return {
        route.method: (route, match.groupdict())
        for route in routes()
        if (match := route.pattern.fullmatch(path))
    }


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the whole table."""
    bodies = {r.body for r in routes() if r.body}
    answers = {r.answer for r in routes() if r.answer} | {Error, Changed}
    structs = sorted(bodies | answers, key=lambda s: s.__name__)
    _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    # What depends on msgspec's version: the order of unions, and how docstrings are indented.
    for union in _unions(schemas):
        union.sort(key=lambda kind: kind.get("type") == "null")
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    for name in _reachable(schemas, {a.__name__ for a in answers}):
        _always_there(schemas[name])
    paths: dict[str, Any] = {}
    for route in routes():
        paths.setdefault(f"/{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "sm_onboard",
            "version": "1",
            "description": "Every request is authenticated; every change needs the XSRF token.",
        },
        "servers": [{"url": "{base_url}sm-onboard", "variables": {"base_url": {"default": "/"}}}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _operation(route: Route) -> dict[str, Any]:
    def content(struct: type[msgspec.Struct]) -> dict[str, Any]:
        schema = {"$ref": f"#/components/schemas/{struct.__name__}"}
        return {"application/json": {"schema": schema}}

    success: dict[str, Any] = {"description": "Under way" if route.status == 202 else "Done"}
    if route.answer:
        success["content"] = content(route.answer)
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.path.split("/")[0]],
    }
    if route.parameters:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": _parameter(route, name)}
            for name in route.parameters
        ]
    if route.body:
        operation["requestBody"] = {"required": True, "content": content(route.body)}
    operation["responses"] = {
        str(route.status): success,
        "default": {"description": "Refused or failed", "content": content(Error)},
    }
    return operation


def _parameter(route: Route, name: str) -> dict[str, Any]:
    choices = get_args(route.types.get(name))
    return {"type": "string", "enum": list(choices)} if choices else {"type": "string"}


def _reachable(schemas: Mapping[str, Any], names: set[str]) -> set[str]:
    """``names`` and every schema they refer to."""
    todo, seen = list(names), set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [ref.rpartition("/")[2] for ref in _references(schemas[name])]
    return seen


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(ref := node.get("$ref"), str):
            yield ref
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _unions(node: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(kinds := node.get("anyOf"), list):
            yield kinds
        for value in node.values():
            yield from _unions(value)


def _always_there(schema: dict[str, Any]) -> None:
    """An answer carries all its fields, so that the front end need not ask whether."""
    schema["required"] = list(schema.get("properties", {}))
    for prop in schema.get("properties", {}).values():
        prop.pop("default", None)


def api_page() -> str:
    """``docs/api.md``: the table, for people."""
    lines = [
        "# The HTTP interface",
        "",
        "Made by `python -m sm_onboard.contract` from the route table; do not edit by hand.",
        "Paths are below `<base_url>sm-onboard/`. Every request is authenticated and authorized",
        '(resource `sm_onboard`: GET is "read", all else "write"), and every change needs the',
        "XSRF token unless it is made with the server's token. The structs are in",
        "`sm_onboard/openapi.json`.",
        "",
        "| method | path | body | answer | what it does |",
        "|---|---|---|---|---|",
    ]
    for r in routes():
        body = f"`{r.body.__name__}`" if r.body else ""
        answer = f"{r.status} `{r.answer.__name__}`" if r.answer else f"{r.status}"
        lines.append(f"| {r.method} | `{r.path}` | {body} | {answer} | {r.summary} |")
    lines += ["", "Path parameters that are not free text:", ""]
    for name, kind in sorted({(n, k) for r in routes() for n, k in r.types.items()}, key=str):
        lines.append(f"- `{{{name}}}`: {', '.join(f'`{c}`' for c in get_args(kind))}")
    lines += [
        "",
        'A refused or failed request answers `{"code", "message", "hint"}`. The codes every',
        "route can give: `http.not_signed_in`, `http.xsrf`, `http.not_allowed` (403),",
        "`http.not_found` (404), `http.method_not_allowed` (405), `http.wrong_body` (400),",
        "`internal` (500; the traceback is in the server's log only), `http.stopping` (503).",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Writes the document and the page, or says which are out of date; see above."""
    wanted = {OPENAPI: json.dumps(openapi(), indent=2) + "\n", DOCS: api_page()}
    stale = [p for p, t in wanted.items() if not p.exists() or p.read_text("utf-8") != t]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.name} is out of date: run python -m sm_onboard.contract")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
