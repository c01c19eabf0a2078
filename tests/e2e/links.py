"""What the stories of links share: a sender, a reader, notebooks, and what was there before."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
from playwright.sync_api import Locator, expect

from tests.e2e.lab import Lab
from tests.e2e.window import Window

CLIPBOARD = ["clipboard-read", "clipboard-write"]
POPOVER = ".smo-LinkPopover"
PAGE = ".smo-PreviewWidget:not(.lm-mod-hidden)"
# As JupyterLab writes them for this kernel, so that opening the notebook changes nothing.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    },
}


def book(*sources: str, outputs: dict[int, list[dict[str, Any]]] | None = None) -> str:
    """A notebook; the n-th cell's id is ``cell-n``, and what begins with ``#`` is Markdown."""
    made = v4.new_notebook(metadata=METADATA)
    for number, source in enumerate(sources):
        cell = (v4.new_markdown_cell if source.startswith("#") else v4.new_code_cell)(source)
        cell["id"] = f"cell-{number}"
        for output in (outputs or {}).get(number, []):
            cell["outputs"].append(nbformat.from_dict(output))
        made.cells.append(cell)
    return nbformat.writes(made) + "\n"


def team(store: Path, *addresses: str, hosts: tuple[str, ...] = ()) -> str:
    """A team file with repositories and a store for links, ``team``."""
    return json.dumps(
        {
            "version": 1,
            "repositories": [{"url": address} for address in addresses],
            "links": {"stores": {"team": str(store)}, "hosts": list(hosts)},
        }
    )


def everything(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, git's own among them; Jupyter's checkpoints are not the person's."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def open_notebook(window: Window, path: str) -> Locator:
    """Opens it, and returns its cells."""
    window.page.goto(f"{window.lab.address}lab/tree/{path}?reset")
    cells = window.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
    expect(cells.first).to_be_visible(timeout=45_000)
    # With its kernel there, JupyterLab changes nothing more of it by itself.
    expect(window.page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=45_000)
    return cells


def copy_link(window: Window) -> Locator:
    """Clicks "Copy link" of the notebook's toolbar, and waits until it was copied."""
    window.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-smo-do="copy-link"]').click()
    made = window.page.locator(f'{POPOVER} [data-smo-link="made"][data-smo-copied="yes"]')
    expect(made).to_be_visible(timeout=20_000)
    return made


def clipboard(window: Window) -> str:
    return str(window.page.evaluate("navigator.clipboard.readText()"))


def paste(window: Window, link: str) -> Locator:
    """Pastes a link into "Open shared link…", and returns the preview's page."""
    window.page.get_by_role("menuitem", name="File", exact=True).click()
    window.page.get_by_role("menuitem", name="Open shared link…").click()
    window.page.locator('[data-smo-do="paste-link"]').fill(link)
    window.page.get_by_role("button", name="Show preview").click()
    page = window.page.locator(PAGE)
    expect(page).to_be_visible()
    return page


def ready(page: Locator) -> Locator:
    expect(page).to_be_visible(timeout=45_000)  # JupyterLab itself may be loading still
    expect(page.locator('[data-smo-page="link"]')).to_have_attribute(
        "data-smo-state", "ready", timeout=20_000
    )
    return page


def active_cell(lab: Lab, window: Window) -> Locator:
    """The notebook's active cell, once it is there."""
    cell = window.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")
    expect(cell).to_be_visible(timeout=20_000)
    assert lab.get("api/kernels") == []
    return cell
