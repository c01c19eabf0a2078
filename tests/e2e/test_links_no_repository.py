"""A notebook in no repository, with a module beside it: both come along, and its outputs do not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.colleagues import Colleagues, active_cell, copy_link, notebook, open_link

PRINTED = {"output_type": "stream", "name": "stdout", "text": "what only alice may see\n"}


def test_a_notebook_in_no_repository(colleagues: Colleagues) -> None:
    alice, bob = colleagues.start("alice"), colleagues.start("bob")
    folder = alice.home / "scratch"
    folder.mkdir()
    sources = ("# Idea", "from helper import eta", "eta * 2")
    (folder / "idea.ipynb").write_bytes(notebook(*sources, outputs=[PRINTED], more=40))
    (folder / "helper.py").write_text("eta = 0.06\n")
    (folder / "unrelated.py").write_text("print('stays here')\n")
    (folder / ".env").write_text("PASSWORD=not-for-bob\n")
    theirs, mine = bob.files(), alice.files()

    panel = alice.open("scratch/idea.ipynb")
    panel.locator(".jp-Cell").nth(2).click()
    link = copy_link(panel, alice.window, says="1 file it needs")
    assert "smo=snapshot" in link
    assert alice.files() == mine

    preview = open_link(bob.window, link)
    expect(preview).to_contain_text("alice")
    expect(preview.locator("[data-smo-file]")).to_have_count(2)
    expect(preview).not_to_contain_text("what only alice may see")
    assert bob.files() == theirs
    preview.locator('[data-smo-do="beside"]').click()
    assert "eta * 2" in active_cell(bob.window)
    (copy,) = (bob.home / "shared").glob("*/*")
    place = copy.relative_to(bob.home).as_posix()
    came = bob.files().keys() - theirs.keys()
    kept = {path for path in came if not path.startswith(f"{place}/.git/")}
    assert kept == {f"{place}/helper.py", f"{place}/idea.ipynb"}
    assert (copy / "helper.py").read_text() == "eta = 0.06\n"
    assert "what only alice may see" not in (copy / "idea.ipynb").read_text()
    assert {path: one for path, one in bob.files().items() if path in theirs} == theirs
    assert bob.kernels() == []
