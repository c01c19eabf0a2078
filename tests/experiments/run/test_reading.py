"""One run as its page has it: what its texts may do, what belongs to it, and when it is gone."""

from __future__ import annotations

import json
import math

import msgspec
import pytest

from sm_onboard.errors import NotFound, OnboardError
from sm_onboard.experiments.run import reading
from sm_onboard.experiments.run.reading import read, whole
from sm_onboard.experiments.run.shown import RunShown, ValueAsked
from tests.experiments.stores import plain

from .conftest import House

OWN = "a" * 32
OTHER = "b" * 32


def shown(house: House, id: str) -> RunShown:
    found = read(house.rooms.experiments, id)
    # as the browser gets it
    return msgspec.json.decode(msgspec.json.encode(found), type=RunShown)


def test_everything_that_was_recorded(house: House) -> None:
    id = house.add(
        OWN,
        "eager-heron",
        params={"eta": "0.06", "depth": 6},
        metrics={"auc": 0.89, "loss": math.nan},
        tags={
            "team": "A",
            "mlflow.note.content": "First one over 0.89.",
            "mlflow.source.type": "NOTEBOOK",
            "smo.record": "token",
            "smo.person": "alice",
            "smo.repository": "https://github.com/acme/churn.git",
            "smo.commit": "4f2a9c1" + "0" * 33,
            "smo.branch": "main",
            "smo.pushed": "yes",
            "smo.changed": "3",
            "smo.executed": "1700000000123",
            "smo.image": "sagemaker-distribution 4.4.1-cpu",
            "smo.seed": "7",
            "smo.job": "arn:aws:sagemaker:eu-west-1:1:training-job/x",
        },
    )
    house.look()
    run = shown(house, id)
    assert (run.own, run.name, run.status, run.person) == (OWN, "eager-heron", "finished", "alice")
    assert run.store.kind == "sqlite" and run.experiment_name == "Default"
    assert [(p.name, p.value) for p in run.params] == [("depth", "6"), ("eta", "0.06")]
    assert [(m.name, m.value) for m in run.metrics] == [("auc", 0.89), ("loss", "NaN")]
    assert [(t.name, t.value) for t in run.tags] == [("team", "A")]
    assert run.note == "First one over 0.89." and run.recorded
    code = run.code
    assert code.repository == "github.com/acme/churn.git"
    assert code.link == "https://github.com/acme/churn"
    assert (code.commit[:7], code.branch, code.pushed, code.changed) == (
        "4f2a9c1",
        "main",
        "yes",
        3,
    )
    assert code.executed == 1_700_000_000_123
    assert run.environment.seed == "7" and run.job.endswith("training-job/x")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("git@github.com:acme/churn.git", "https://github.com/acme/churn"),
        ("https://git.acme.com/churn.git", ""),
        ("https://github.com.evil.example/acme/churn", ""),
        ("https://github.com:8443/acme/churn", ""),
        ("javascript:alert(1)", ""),
        ("ext::sh -c id", ""),
    ],
)
def test_only_hosts_that_everybody_knows_are_linked(house: House, address: str, link: str) -> None:
    assert shown(house, house.add(OWN, tags={"smo.repository": address})).code.link == link


@pytest.mark.parametrize(
    ("address", "shown_as"),
    [
        ("https://me:hunter2@data.acme.com/x.csv?sig=hunter2", "data.acme.com/x.csv?***"),
        ("https://b.s3.amazonaws.com/x.csv?X-Amz-Signature=hunter2", "com/x.csv?***"),
        ("me:hunter2@data.acme.com:x.csv", "***@data.acme.com:x.csv"),
        ("s3://bucket/a@b.csv", "s3://bucket/a@b.csv"),
        ("/data/a@b.csv", "/data/a@b.csv"),
    ],
)
def test_a_password_in_an_address_is_not_shown(house: House, address: str, shown_as: str) -> None:
    id = house.add(OWN, tags={"mlflow.source.git.repoURL": "https://me:hunter2@git.acme.com/x"})
    source = json.dumps({"url": address})
    plain.execute(
        house.database,
        "CREATE TABLE datasets (dataset_uuid TEXT, name TEXT, digest TEXT,"
        " dataset_source_type TEXT, dataset_source TEXT);"
        "CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT,"
        " destination_type TEXT, destination_id TEXT);"
        "CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT)",
    )
    plain.execute(house.database, "INSERT INTO datasets VALUES ('d', 'x', 'ab', 'http', ?)", source)
    plain.execute(house.database, "INSERT INTO inputs VALUES ('i', 'DATASET', 'd', 'RUN', ?)", OWN)
    run = shown(house, id)
    (data,) = run.datasets
    assert data.source.endswith(shown_as)
    assert "hunter2" not in msgspec.json.encode(run).decode()


def test_hostile_texts_are_plain_and_cut(house: House) -> None:
    markup = "<img src=x onerror=alert(1)>"
    id = house.add(
        OWN,
        f"{markup}\u202egnp.exe",
        params={markup: "x" * 1_000_000, "line\nbreak": "a\x1b[31m\0b"},
        tags={
            "smo.changed": "many",
            "smo.executed": "9" * 99,
            "smo.pushed": "<b>",
            "\u202etag": "v",
        },
    )
    run = shown(house, id)
    assert run.name == f"{markup}[U+202E]gnp.exe"
    by_name = {param.name: param for param in run.params}
    assert by_name[markup].more and len(by_name[markup].value) == reading.TEXT
    assert by_name["line break"].value == "a\ufffd[31m\ufffdb"
    assert run.code.changed is None and run.code.executed is None and run.code.pushed == ""
    assert [tag.name for tag in run.tags] == ["[U+202E]tag"]
    everything = whole(house.rooms.experiments, ValueAsked(run=id, part="params", name=markup))
    assert len(everything.text) == 1_000_000 and not everything.more
    # by the name that the page knows
    named = whole(house.rooms.experiments, ValueAsked(run=id, part="tags", name="[U+202E]tag"))
    assert named.text == "v"


def test_too_many_values_are_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENTRIES", 3)
    run = shown(house, house.add(OWN, params={f"p{n}": n for n in range(10)}))
    assert len(run.params) == 3 and run.cut == 7


def test_the_runs_it_has_to_do_with(house: House) -> None:
    parent = house.add(OWN, "sweep")
    children = [
        house.add(f"{n:032x}", f"child {n}", start=n, tags={"mlflow.parentRunId": OWN})
        for n in (1, 2)
    ]
    again = house.add(OTHER, "again", tags={"smo.repeats": OWN})
    house.look()
    run = shown(house, parent)
    assert [(c.id, c.name) for c in run.children] == [
        (children[1], "child 2"),
        (children[0], "child 1"),
    ]
    assert [(r.id, r.name) for r in run.repeated] == [(again, "again")]
    assert run.parent is None
    child, repeating = shown(house, children[0]), shown(house, again)
    assert child.parent and (child.parent.id, child.parent.name) == (parent, "sweep")
    assert repeating.repeats and repeating.repeats.id == parent


def test_the_runs_it_has_to_do_with_before_anything_was_read(house: House) -> None:
    house.add(OWN, "sweep")
    child = shown(house, house.add(OTHER, tags={"mlflow.parentRunId": OWN, "smo.repeats": "c"}))
    assert child.parent and child.parent.name == "sweep"
    sweep = shown(house, f"{house.store}.{OWN}")
    assert [run.id for run in sweep.children] == [f"{house.store}.{OTHER}"]
    # in no store that is known here: only its own id says anything
    assert child.repeats and (child.repeats.id, child.repeats.name) == ("", "c")


def test_a_run_that_is_gone_says_so(house: House) -> None:
    id = house.add(OWN)
    plain.execute(house.database, "UPDATE runs SET lifecycle_stage = 'deleted'")
    with pytest.raises(NotFound) as gone:
        read(house.rooms.experiments, id)
    assert gone.value.code == "experiments.run_unknown"
    with pytest.raises(NotFound) as value:
        whole(house.rooms.experiments, ValueAsked(run=house.add(OTHER), part="note"))
    assert value.value.code == "experiments.value_unknown"
    for strange in ("", "x", "x.y", f"{house.store}.", f"{house.store}.../../etc", "..", "\0"):
        with pytest.raises(OnboardError):
            read(house.rooms.experiments, strange)
