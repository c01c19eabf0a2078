"""A kernel says with its reply that a cell recorded, and nothing with any other reply."""

from __future__ import annotations

from typing import Any

from jupyter_client.manager import start_new_kernel

from sm_onboard.experiments import record

RECORDS = """
from sm_onboard.experiments.recording.provider import Provider
Provider().tags(), Provider().tags()
None
"""


def test_a_cell_that_records_is_told_of_once() -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    try:

        def payload(code: str) -> Any:
            reply = client.execute_interactive(code, timeout=60, output_hook=lambda _: None)
            assert reply["content"]["status"] == "ok", reply["content"]
            return reply["content"]["payload"]

        assert payload("1 + 1") == []
        assert payload(RECORDS) == [{"source": record.TOLD}]
        assert payload("1 + 1") == []
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
