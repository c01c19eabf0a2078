"""The pictures of links in the documentation, made anew by

SMO_PICTURES=1 pytest tests/e2e/test_links_pictures.py
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sm_onboard.demo.sample import make_repositories
from tests.e2e.colleagues import Colleagues, copy_link, notebook, open_link
from tests.e2e.test_pictures import take

pytestmark = pytest.mark.long

BEFORE = (
    "# Churn: train\n\nGradient boosting on the October extract. The sweep goes over `eta` only.",
    "from churn.data import customers\n\ntable = customers()",
    'params = {"eta": 0.1, "max_depth": 4, "seed": 7}',
    "from sklearn.ensemble import HistGradientBoostingClassifier\n\n"
    'model = HistGradientBoostingClassifier(learning_rate=params["eta"])\n'
    'model.fit(table.drop(columns="left"), table["left"])',
)
AFTER = (
    BEFORE[0],
    BEFORE[1].replace("churn.data", "features"),
    'params = {"eta": 0.06, "max_depth": 6, "seed": 7}',
    BEFORE[3],
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_notebook_that_is_sent_and_looked_at(theme: str, colleagues: Colleagues) -> None:
    (colleagues.host.root / "churn.git").rename(colleagues.host.root / "older.git")
    make_repositories(colleagues.host.root)
    size = {"width": 1280, "height": 800}
    named = f"JupyterLab {theme.capitalize()}"
    # As both see it: the pictures name no folder of the machine they were made on.
    team_file = colleagues.team_file(stores={"team": "~/team/shares"})
    looks = {"theme": named, "viewport": size, "team_file": team_file}
    alice, bob = colleagues.start("alice", **looks), colleagues.start("bob", **looks)
    for person in (alice, bob):
        (person.home / "team").symlink_to(colleagues.store.parent)
    for person, cells in ((bob, BEFORE), (alice, AFTER)):
        (person.home / "churn" / "notebooks" / "train.ipynb").write_bytes(notebook(*cells))
    helper = "from churn.data import customers as read\n\n\ndef customers():\n    return read()\n"
    (alice.home / "churn" / "notebooks" / "features.py").write_text(helper)

    panel = alice.open("churn/notebooks/train.ipynb")
    panel.locator(".jp-Cell").nth(2).click()
    link = copy_link(panel, alice.window, says="1 file it needs")
    take(alice.window, f"link-copied-{theme}")
    assert alice.window.axe("[data-smo-link]") == []

    preview = open_link(bob.window, link)
    expect(preview.locator('[data-smo-cell="c2"]')).to_contain_text("0.06")
    expect(preview).to_contain_text("2 cells differ")
    take(bob.window, f"link-preview-{theme}")
    assert bob.window.axe('[data-smo-page="link"]') == []
