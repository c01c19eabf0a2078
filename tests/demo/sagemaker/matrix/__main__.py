"""Writes the generated parts of ``docs/local-sagemaker.md``."""

from __future__ import annotations

from . import document
from .whole import made


def main() -> None:
    ledger, seen = made()
    if ledger.wrong:
        raise SystemExit("\n".join(ledger.wrong))
    document.write("operations", document.operations_part(ledger, seen))
    document.write("assumptions", document.assumptions_part())


if __name__ == "__main__":
    main()
