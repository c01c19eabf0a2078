"""Links to files of the same space, and to runs."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sm_onboard import aws
from sm_onboard.aws import Aws
from sm_onboard.errors import Conflict, InvalidRequest, NotFound
from sm_onboard.links.coordinates import Link
from tests.experiments.stores import plain
from tests.links.opening.lab import NOTEBOOK, Lab, lab

SPACE = "d-abc/team-space"
RUN = "a" * 32


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as made:
        yield made


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Lab]:
    """The reader is in a space of Studio."""
    metadata = tmp_path / "metadata.json"
    told = {"AppType": "JupyterLab", "DomainId": "d-abc", "SpaceName": "team-space"}
    metadata.write_text(json.dumps(told))
    with lab(tmp_path, metadata=metadata) as made:
        yield made


def path_link(path: str, **more: Any) -> Link:
    return Link("path", path=path, sender="alice", **more)


def test_a_file_of_this_space(shared: Lab) -> None:
    (shared.home / "nb").mkdir()
    (shared.home / "nb" / "eda.ipynb").write_bytes(NOTEBOOK)
    before = shared.outside_cache()
    shown = shared.ready(path_link("nb/eda.ipynb", space=SPACE, cell="c1"))
    assert shown.trust.listed
    preview = shown.preview
    assert preview
    assert (preview.how, preview.mine, preview.cell) == (("mine",), "nb/eda.ipynb", "c1")
    assert preview.notebook
    done = shared.choose(shown, "mine")
    assert done.opened
    assert (done.opened.contents, done.opened.cell) == ("nb/eda.ipynb", "c1")
    assert shared.outside_cache() == before


def test_another_space(shared: Lab) -> None:
    shown = shared.look(path_link("a.ipynb", space="d-abc/other"))
    assert shown.problem
    assert shown.problem.code == "links.other_space"
    assert "the space other of the domain d-abc" in shown.problem.message
    assert "You are in team-space." in shown.problem.message
    assert shared.failed(path_link("a.ipynb")) == "links.other_space"


def test_outside_studio(here: Lab) -> None:
    (here.home / "a.ipynb").write_bytes(NOTEBOOK)
    assert here.ready(path_link("a.ipynb")).preview
    assert here.failed(path_link("a.ipynb", space=SPACE)) == "links.other_space"
    assert here.failed(path_link("no.ipynb")) == "links.file_unknown"


@pytest.mark.parametrize("path", [".secret.ipynb", "out.ipynb", "out/a.ipynb", "deep/a.ipynb"])
def test_nothing_hidden_and_nothing_outside(here: Lab, path: str) -> None:
    outside = here.folder / "outside"
    outside.mkdir()
    (outside / "a.ipynb").write_bytes(NOTEBOOK)
    (here.home / ".hidden").mkdir()
    (here.home / ".hidden" / "a.ipynb").write_bytes(NOTEBOOK)
    (here.home / ".secret.ipynb").write_bytes(NOTEBOOK)
    os.symlink(outside / "a.ipynb", here.home / "out.ipynb")
    os.symlink(outside, here.home / "out")
    os.symlink(here.home / ".hidden", here.home / "deep")
    assert here.failed(path_link(path)) == "links.file_unknown"


def test_a_run_of_this_machine(here: Lab) -> None:
    database = here.home / "mlflow.db"
    plain.make(database)
    plain.add(database, RUN, "eager-heron-312")
    here.rooms.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{database}"
    shown = here.ready(Link("run", tracking="here", run=RUN))
    preview = shown.preview
    assert preview
    assert (preview.how, preview.title) == (("run",), "eager-heron-312")
    done = here.choose(shown, "run")
    assert done.opened
    found = here.rooms.experiments.find(done.opened.run)
    assert found.store.run(found.run).name == "eager-heron-312"
    assert here.failed(Link("run", tracking="here", run="b" * 32)) == "links.run_unknown"
    elsewhere = Link("run", tracking="here", run=RUN, space=SPACE)
    assert here.failed(elsewhere) == "links.other_space"


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        run = {"info": {"run_id": RUN, "run_name": "far", "status": "FINISHED"}, "data": {}}
        body = json.dumps({"run": run}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def mlflow_server() -> Iterator[tuple[str, list[Any]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_that_nobody_names_is_asked_after_the_yes_and_without_a_sign_in(
    here: Lab,
) -> None:
    here.rooms.environ["MLFLOW_TRACKING_TOKEN"] = "s3cret-token"
    with mlflow_server() as (url, seen):
        link = Link("run", tracking=url, run=RUN)
        shown = here.begin(link)
        assert shown.state == "asks"
        assert shown.trust.asked == url.removeprefix("http://")
        assert seen == []
        here.openings.fetch(shown.id, shown.trust.asked)
        ready = here.until(shown.id)
        assert ready.preview
        assert ready.preview.title == "far"
        assert "s3cret" not in str(seen)
        store = ready.preview.run.partition(".")[0]
        done = here.choose(ready, "run")
        assert done.opened
        found = here.rooms.experiments.find(done.opened.run)
        assert found.store.run(RUN).name == "far"
        assert "s3cret" not in str(seen)
        # It is not among those that are read by themselves.
        assert store not in {row.id for row in here.rooms.experiments.state().stores}


ARN = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-1"
FOREIGN = ARN.replace("123456789012", "444455556666")


@contextmanager
def in_studio(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A reader in a domain; all that is asked of SageMaker's MLflow comes to ``url``."""
    monkeypatch.setattr(aws, "default", Aws)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    own = "arn:aws:sagemaker:eu-west-1:123456789012:app/d-abc/team-space/jupyterlab/default"
    metadata = folder / "metadata.json"
    told = {"AppType": "JupyterLab", "DomainId": "d-abc", "ResourceArn": own}
    metadata.write_text(json.dumps(told))
    monkeypatch.setenv("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", url)
    with lab(folder, metadata=metadata) as made:
        yield made


def test_another_account_is_asked_after_the_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mlflow_server() as (url, seen), in_studio(tmp_path, url, monkeypatch) as here:
        before = here.outside_cache()
        for arn in (FOREIGN, ARN.replace("eu-west-1", "us-east-1")):
            shown = here.begin(Link("run", tracking=arn, run=RUN))
            account, region = arn.split(":")[4], arn.split(":")[3]
            assert (shown.state, shown.trust.listed) == ("asks", False)
            assert shown.trust.asked == shown.claims.host == f"AWS account {account} in {region}"
            for host in ("", "AWS account 123456789012 in eu-west-1", arn):
                with pytest.raises(InvalidRequest) as refused:
                    here.openings.fetch(shown.id, host)
                assert refused.value.code == "links.other_host"
            with pytest.raises(Conflict):
                here.openings.choose(shown.id, 0, "run")
            here.openings.drop(shown.id)
        assert seen == []
        assert here.outside_cache() == before
        shown = here.begin(Link("run", tracking=FOREIGN, run=RUN))
        here.openings.fetch(shown.id, shown.trust.asked)
        ready = here.until(shown.id)
        assert ready.preview and ready.preview.title == "far", ready.problem
        assert FOREIGN in {headers.get("x-sm-mlflow-app-arn") for _, headers in lowered(seen)}


@pytest.mark.parametrize(
    ("tracking", "more"),
    [
        (ARN, ""),
        (FOREIGN, "links: {accounts: ['444455556666']}"),
        (FOREIGN, f"experiments: {{tracking: '{FOREIGN}'}}"),
    ],
)
def test_ones_own_account_and_those_of_the_team_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracking: str, more: str
) -> None:
    with mlflow_server() as (url, seen), in_studio(tmp_path, url, monkeypatch) as here:
        here.config.write_text(f"version: 1\n{more}\n")
        shown = here.ready(Link("run", tracking=tracking, run=RUN))
        assert shown.trust.listed
        assert shown.preview and shown.preview.title == "far"
        assert seen


def test_where_ones_own_account_is_not_known_every_one_is_asked_about(here: Lab) -> None:
    shown = here.begin(Link("run", tracking=ARN, run=RUN))
    assert shown.state == "asks"
    assert "Which AWS account is yours is not known here" in shown.trust.why


def lowered(seen: list[Any]) -> list[tuple[str, dict[str, str]]]:
    return [(path, {k.lower(): v for k, v in headers.items()}) for path, headers in seen]


def test_the_store_of_the_person_is_read_with_their_sign_in(here: Lab) -> None:
    with mlflow_server() as (url, seen):
        here.rooms.environ.update(MLFLOW_TRACKING_TOKEN="s3cret-token", MLFLOW_TRACKING_URI=url)
        shown = here.ready(Link("run", tracking=url, run=RUN))
        assert shown.trust.listed
        assert "already" in shown.trust.why
        assert "s3cret-token" in str(seen)


def test_a_store_that_nobody_led_to_stays_unknown(here: Lab) -> None:
    with pytest.raises(NotFound):
        here.rooms.experiments.find(f"deadbeef.{RUN}")
