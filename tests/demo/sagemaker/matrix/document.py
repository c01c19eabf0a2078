"""The generated parts of ``docs/local-sagemaker.md``."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import botocore

from sm_onboard.demo import sagemaker
from sm_onboard.demo.sagemaker.assumptions import Assumption
from sm_onboard.demo.sagemaker.strict import Seen

from .ledger import Ledger
from .needed import NEEDED

PATH = Path(__file__).parents[4] / "docs" / "local-sagemaker.md"
_PART = "<!-- {}: made by python -m tests.demo.sagemaker.matrix -->"
_END = "<!-- end -->"


def assumptions() -> list[Assumption]:
    """Those of all modules, each once, by what they are about."""
    found: set[Assumption] = set()
    for module in pkgutil.walk_packages(sagemaker.__path__, f"{sagemaker.__name__}."):
        found |= set(getattr(importlib.import_module(module.name), "ASSUMPTIONS", ()))
    return sorted(found, key=lambda a: (a.where.lower(), a.what))


def assumptions_part() -> str:
    known = assumptions()
    guesses = sum(not a.source for a in known)
    rows = [
        (_code(a.where), _sentence(a.what), _cell(a.source) if a.source else "a guess")
        for a in known
    ]
    said = f"{len(known)} assumptions, of which {guesses} are guesses."
    return f"{said}\n\n{_table(('where', 'what is assumed', 'source'), rows)}"


def operations_part(ledger: Ledger, seen: Seen) -> str:
    here = {name: row for name, row in ledger.rows.items() if row.by == "here"}
    checked = Counter(violation.operation for violation in seen.violations)
    broken = sum(count for name, count in checked.items() if name.replace(".", ":") in here)
    rows = [
        (
            _code(name.removeprefix("sagemaker:")),
            "yes" if name in NEEDED else "",
            str(row.calls),
            f"{row.refused} of {row.tried}",
            str(row.pages or ""),
            ", ".join(sorted(row.codes)),
        )
        for name, row in sorted(here.items(), key=lambda item: _order(item[0]))
    ]
    kinds = [
        (kind, str(count), str(ledger.sent[kind])) for kind, count in sorted(ledger.kinds.items())
    ]
    others = [
        (_code(name), str(checked[name.replace(":", ".")] or ""))
        for name, row in sorted(ledger.rows.items())
        if row.by == "moto"
    ]
    sums = ("in all", str(ledger.kinds.total()), str(ledger.sent.total()))
    return "\n\n".join(
        (
            f"With botocore {botocore.__version__}: {len(here)} operations, "
            f"{seen.calls.total():,} requests, {broken} answers or errors that break the model.",
            _table(
                ("operation", "the product calls it", "calls", "refused", "pages", "errors seen"),
                rows,
            ),
            "Requests with one thing wrong, and how many of them boto3 itself lets through:",
            _table(("what is wrong", "refused", "boto3 sends it"), [*kinds, sums]),
            "What the product calls of other services, and moto answers; the last column counts "
            "what of its answers breaks the model:",
            _table(("operation", "breaks the model"), others),
        )
    )


def part(name: str) -> str:
    """A generated part as it stands in the document."""
    found = re.search(_pattern(name), PATH.read_text(), re.DOTALL)
    assert found is not None, f"The document has no part {name}."
    return found[1]


def write(name: str, text: str) -> None:
    """Puts a generated part in its place."""
    begin = _PART.format(name)
    replaced = re.sub(
        _pattern(name), lambda _: f"{begin}\n\n{text}\n\n{_END}", PATH.read_text(), flags=re.DOTALL
    )
    PATH.write_text(replaced)


def operations_named(text: str) -> set[str]:
    """The operations of the first table of a part, as ``service:Operation``."""
    table = text.split("\n\n")[1]
    names = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    return {name if ":" in name else f"sagemaker:{name}" for name in names}


def _pattern(name: str) -> str:
    return f"{re.escape(_PART.format(name))}\n\n(.*?)\n\n{re.escape(_END)}"


def _order(name: str) -> tuple[bool, str, str]:
    """SageMaker first; what is done with one kind of resource together."""
    service, _, operation = name.partition(":")
    verb = re.match(r"[A-Z][a-z]+", operation)
    noun = operation[verb.end() :] if verb else operation
    return service != "sagemaker", service, f"{noun.removesuffix('s')} {operation}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def _code(text: str) -> str:
    """Names of operations in the type of code; other words as they are."""
    return f"`{text}`" if re.fullmatch(r"[\w:-]*[A-Z]\w*", text) else _cell(text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _sentence(text: str) -> str:
    return _cell(text.rstrip("."))
