"""What looks like a secret, and what only looks like one to others."""

from __future__ import annotations

import base64
import json
import os
import time

import pytest

from sm_onboard.links.making import secrets

from .conftest import World, notebook

AWS = "AKIAQ3EGRP4ZB7XKTWMN"


def kinds(text: str, path: str = "a.py") -> set[str]:
    return {one.what for one in secrets.in_file(path, text.encode())}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f'key = "{AWS}"', "AWS Access Key"),
        ('aws_secret_access_key = "wJalrXUtnFEMIabK7MDENGabPxRfiCYabcKEYxyz"', "AWS Access Key"),
        ('password = "tr0ub4dor"', "Password or key"),
        ("API_KEY = 'a8f5f167f44f4964'", "Password or key"),
        ('connect(password="hunter2hunter2")', "Password or key"),
        ('{"client_secret": "Zx81kqQ09"}', "Password or key"),
        ('url = "https://me:s3cr3tpw@host/x"', "Basic Auth Credentials"),
        ('"postgresql://ana:Pa55word@db:5432/x"', "Basic Auth Credentials"),
        (f't = "ghp_{"aB3dE6gH9j" * 4}"', "GitHub Token"),
        (f't = "github_pat_{"aB3dE6gH9j" * 5}"', "GitHub Token"),
        (f't = "glpat-{"aB3dE6gH9j" * 2}"', "GitLab Token"),
        (f't = "hf_{"aB3dE6gH9j" * 4}"', "Hugging Face Token"),
        (f't = "sk-proj-{"aB3dE6gH9j" * 5}"', "OpenAI or Anthropic Key"),
        (f't = "dapi{"0a1b2c3d" * 4}"', "Databricks Token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "Private Key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "Private Key"),
        ("-----BEGIN PRIVATE KEY-----", "Private Key"),
        ("xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx", "Slack Token"),
    ],
)
def test_finds(text: str, what: str) -> None:
    assert what in kinds(text)
    assert what in kinds(f"{'x = 1  # ' * 500}{text}")  # far behind on a long line


@pytest.mark.parametrize(
    "text",
    [
        'tokenizer = "bert-base-uncased"', 'pad_token = "<pad>"', 'token = "customer"',
        'password = os.environ["PASSWORD"]', 'password = getpass("Password: ")',
        'api_key_env = "OPENAI_API_KEY"', 'secret = "acme/github"', 'password = ""',
        'password = "<your password>"', 'password = "changeme"', 'primary_key = "customer_id"',
        'url = f"https://{user}:{password}@host/"', 'url = "https://$USER:$PASSWORD@host/"',
        'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        'commit = "4f2a9c1e5b7d8f0a1c2e3d4f5a6b7c8d9e0f1a2b"', "secret_arn = 'arn:aws:x:eu:1:y'",
        'id = "8c2e6f3a-0d57-4b9e-8f61-2f1f0c7b3a55"', 'key = "value"', "import secrets",
        'df["password_length"] = 8', "# the password is asked for", 'keys = ["a", "b"]',
    ],
)  # fmt: skip
def test_is_quiet(text: str) -> None:
    assert kinds(text) == set()


def test_pictures_and_models_are_no_secrets() -> None:
    picture = base64.b64encode(os.urandom(300_000)).decode()
    document = json.loads(notebook("plot()\n", outputs=True, markdown="x"))
    document["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": {"image/png": picture, "text/plain": ["<Figure>"]}},
        {
            "output_type": "display_data",
            "data": {"text/html": [f'<img src="data:image/png;base64,{picture}">']},
        },
    ]
    document["cells"][0]["attachments"] = {"a.png": {"image/png": picture}}
    begun = time.monotonic()
    assert not list(secrets.in_file("a.ipynb", json.dumps(document).encode()))
    assert not list(secrets.in_file("model.txt", picture.encode()))
    assert time.monotonic() - begun < 5


def test_says_where() -> None:
    data = notebook("a = 1\n", f"b = 1\nc = '{AWS}'\n", markdown="words")
    (found,) = secrets.in_file("nb/train.ipynb", data)
    assert (found.path, found.where) == ("nb/train.ipynb", "train.ipynb, cell 3")
    (found,) = secrets.in_file("src/a.py", f"\n\nx = '{AWS}'\n".encode())
    assert found.where == "a.py, line 3"
    document = json.loads(notebook("1"))
    document["metadata"]["papermill"] = {"parameters": {"password": "tr0ub4dor"}}
    (found,) = secrets.in_file("a.ipynb", json.dumps(document).encode())
    assert found.where == "a.ipynb, metadata"


@pytest.mark.parametrize("secret", [AWS, "tr0ub4dor&3x", "qwzrtp", f"glpat-{'aB3dE6gH9j' * 2}"])
def test_never_shows_it(secret: str) -> None:
    found = list(secrets.in_file("a.py", f'password = "{secret}"'.encode()))
    assert found
    for one in found:
        assert secret not in repr(one) and one.shown.endswith("•" * 8)
        assert len(one.shown) - 8 <= max(1, len(secret) // 4)


def test_damaged_notebooks_are_read_as_text() -> None:
    assert kinds(f'{{"cells": [ "{AWS}"', "a.ipynb") == {"AWS Access Key"}


def test_no_flood() -> None:
    lines = "".join(f"password = 'tr0ub4dor{n}'\n" for n in range(500))
    assert len(secrets.in_files({"a.py": lines.encode()})) == secrets.MOST


def test_long_data_is_read_quickly() -> None:
    data = b",".join(b"%d.%06d" % (n, n * 7919 % 1_000_000) for n in range(200_000))
    begun = time.monotonic()
    assert not list(secrets.in_file("a.csv", data))
    assert time.monotonic() - begun < 5


def test_it_is_imported_only_when_used(fresh_python) -> None:  # type: ignore[no-untyped-def]
    fresh_python(
        "import sys\nimport sm_onboard.links.assembly, sm_onboard.links.making.jobs\n"
        "assert 'detect_secrets' not in sys.modules and 'boto3' not in sys.modules"
    )


def test_secrets_in_commits_that_would_be_pushed(world: World) -> None:
    """Notebooks are often called binary in .gitattributes; a merge may add what no branch had."""
    (world.clone / ".gitattributes").write_text("*.ipynb -diff\n")
    (world.clone / "nb/train.ipynb").write_bytes(notebook(f"key = '{AWS}'\n"))
    world.commit()
    asks = world.make(kind="git", push=True)
    assert asks.state == "asks", asks
    assert [one.path for one in asks.findings] == ["nb/train.ipynb"]
    world.makings.drop(asks.id)
    (world.clone / "nb/train.ipynb").write_bytes(notebook("key = ''\n"))
    world.git("add", "-A")
    who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com")
    world.git(*who, "commit", "-q", "--amend", "-m", "without")
    world.git("switch", "-q", "-c", "side", "HEAD~1")
    (world.clone / "side.py").write_text("a = 1\n")
    world.commit("Side")
    world.git("switch", "-q", "main")
    world.git(*who, "merge", "-q", "--no-ff", "--no-commit", "side")
    (world.clone / "side.py").write_text(f"a = '{AWS}'\n")
    world.commit("Merge")
    asks = world.make(kind="git", push=True)
    assert asks.state == "asks", asks
    assert [one.path for one in asks.findings] == ["side.py"]
