"""The reference of onboard.yaml is true: its examples load, and its messages are said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sm_onboard.repos.models import Entry
from sm_onboard.repos.plan import onboard_keys, plan

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "onboard-yaml.md"
SCHEMA = ROOT / "sm_onboard" / "repos" / "plan" / "onboard.schema.json"

EXAMPLE = re.compile(r"^```yaml\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)
EXAMPLES = [found.groups() for found in EXAMPLE.finditer(DOCS.read_text(encoding="utf-8"))]
GOOD = [text for text, said in EXAMPLES if said is None]
BAD = [(text, said) for text, said in EXAMPLES if said is not None]

# what a schema cannot see: it knows no lines, duplicates, aliases or rules of addresses
ONLY_WE_SEE = {
    "config.url_", "config.branch_name", "config.path_", "config.secret_", "config.sparse_folder",
    "config.store", "config.host_pattern", "config.account", "config.resolver", "config.tracking",
    "config.yaml", "config.key_twice",
}  # fmt: skip


def load(folder: Path, text: str) -> plan.Plan:
    file = folder / "onboard.yaml"
    file.write_text(text, encoding="utf-8")
    return plan.load(
        plan.Settings(own_file=folder / "none", home=folder, config=file, user_profile="ds-zoe")
    )


def told(loaded: plan.Plan) -> list[tuple[str, str, str]]:
    wrong = [*(i for i in loaded.items if not isinstance(i, Entry)), *loaded.problems]
    return [(row.code, row.message, row.hint) for row in wrong]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_there_are_examples() -> None:
    assert len(GOOD) >= 10
    assert len(BAD) >= 15


@pytest.mark.parametrize("text", GOOD)
def test_good_examples_load_and_fit_the_schema(
    text: str, tmp_path: Path, schema: dict[str, Any]
) -> None:
    assert told(load(tmp_path, text)) == []
    jsonschema.validate(yaml.safe_load(text), schema)


@pytest.mark.parametrize(("text", "said"), BAD)
def test_bad_examples_say_exactly_what_the_reference_says(
    text: str, said: str, tmp_path: Path
) -> None:
    rows = told(load(tmp_path, text))
    assert "".join(f"{message}\n  {hint}\n" for _, message, hint in rows) == said


@pytest.mark.parametrize("text", [text for text, _ in BAD])
def test_the_schema_refuses_what_an_editor_can_see(
    text: str, tmp_path: Path, schema: dict[str, Any]
) -> None:
    codes = {code for code, _, _ in told(load(tmp_path, text))}
    if not all(code.startswith(tuple(ONLY_WE_SEE)) for code in codes):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(text), schema)


def test_the_schema_is_valid_and_generated(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert SCHEMA.read_text(encoding="utf-8") == onboard_keys.schema_text(), (
        "run: python -m sm_onboard.repos.plan.onboard_keys"
        " > sm_onboard/repos/plan/onboard.schema.json"
    )


def test_every_key_is_described_and_in_the_reference(schema: dict[str, Any]) -> None:
    reference = DOCS.read_text(encoding="utf-8")
    for struct in (schema, *schema["$defs"].values()):
        assert struct["additionalProperties"] is False
        for key, described in struct["properties"].items():
            assert described.get("description") or "$ref" in described, key
            assert re.search(rf"^\| `(\w+\.)?{key}[.`]", reference, re.M), key


def test_defaults_in_the_schema_are_those_of_an_entry(schema: dict[str, Any]) -> None:
    described = schema["$defs"]["RepositoryKeys"]["properties"]
    entry = Entry(id="x", name="x", url="https://h/x", path="x", source="team")
    for key in ("update", "filter", "submodules"):
        assert described[key]["default"] == getattr(entry, key)
